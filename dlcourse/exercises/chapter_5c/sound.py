"""Why this file exists: the exercises on sound, noise and recordings.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

OWN_VOICE = '''
from dlcourse import data
from dlcourse.apps import speech
from dlcourse.studies import spoken_digits

network = spoken_digits.networks()["white and babble"]
clips = data.load("speech", speakers=(1, 1, 4), takes=1, seed=77).test
for kind in ("white", "pink"):  # another noise, another speed, another microphone?
    read = speech.heard(network, clips, snr_db=5, kind=kind).argmax(axis=1)
    print(f"{kind:>5}: {(read == clips.y).sum()} of {len(clips)}")
'''.strip()

SOUND = (
    Exercise(
        number="5c.1", title="How noisy is it?", level="easy", kind="code",
        statement=r"""
Somebody hands you clips with and without noise. Measure the signal-to-noise ratio of each, equation (5c.5), in
decibels, over the samples in which the word is said, without a Python loop.

How much does the ratio change if you count the whole clip, of which half is silence?
""",
        hint="""
Make an array of booleans that says for each clip and sample whether it lies inside of the word. Compare a row of
sample numbers with a column of beginnings.
""",
        answer=code.ratios, check=checks.ratios,
        explanation=r"""
Both means are over the same samples, so their number cancels, and sums do. Over the whole clip the noise keeps its
mean power, but that of the speech is halved: the ratio falls by $10 \log_{10} 2$, 3.0 dB, without anybody having spoken
more softly. So a ratio in a paper means little until it says over what it was taken.
""",
    ),
    Exercise(
        number="5c.2", title="Too high to be sampled", level="easy", kind="predict",
        statement=r"""
A whistle of 5000 Hz is sampled 8000 times a second, and nobody filters it before. **Before you run the cell**: at which
frequency, in Hz, is its spectrum largest?
""",
        hint=r"""
From one sample to the next the wave makes $5000 / 8000$ of a turn. A wheel in a film that makes 5/8 of a turn between
two pictures: which way does it seem to turn, and how far?
""",
        experiment=code.loudest_frequency, prediction="a number in Hz", check=checks.loudest_frequency,
        explanation=r"""
At 3000 Hz. Since $n$ is a whole number, $\cos(2 \pi \tfrac{5}{8} n) = \cos(2 \pi n - 2 \pi \tfrac{3}{8} n)$, and a
cosine does not care for the sign: the samples are exactly those of a tone of 3000 Hz. Everything above half the rate is
folded down like this, called *aliasing*, and can never be separated again. So a sound is filtered before it is sampled
more slowly, as `resample` does.
""",
    ),
    Exercise(
        number="5c.7", title="Your own ears", level="hard", kind="open",
        statement="""
The stored network was trained with white noise and babble, and its speakers come from one synthesizer. The cell asks
how it fares in pink noise.

1. Choose one change that nobody trained for: another noise, speech that is faster and higher (`data.audio.resample`), a
   microphone that has lost everything above 2000 Hz, two digits at once, or your own voice, recorded into a folder.
2. **Before you run anything**, write down what you expect, and which digits will suffer first.
3. Measure it with at least 100 clips and give the interval. Listen to three clips that were misread. Would you have
   read them?
4. Train a network that has met your change (`speech.NoisyBatches` shows how). What did it cost where there is no such
   change?
""",
        hint="""
A change is a function from waveforms to waveforms; apply it before `speech.features`. For a recording, keep to the
names that `data.load("speech", folder=...)` asks for, and leave a moment of silence before you speak.
""",
        start=OWN_VOICE,
        explanation=r"""
Marks of a good answer:

- The change is one change. Speech that is resampled becomes faster *and* higher; a good answer says so, or undoes one.
- The expected digits are named with a reason: without the part above 2000 Hz it is the hiss of *six* and *seven* that
  is gone, and *five* and *nine*, which differ by consonants, come near to each other.
- An interval stands beside the share. Of 100 clips, 80 and 85 right are the same result.
- For your own voice: four of ten digits are more than chance would give, two are not, and nobody should be surprised by
  less. All voices of the training come from one set of formant tables. That the network reads 99 of 100 synthetic
  strangers says nothing about you, and this lab says nothing about how people are recognized.
- The price of training with the change was measured on clips without it.
""",
    ),
)
