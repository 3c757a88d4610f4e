"""Why this file exists: spoken digits without a recording, so that every clip, speaker and formant is known exactly.

A word is a row of sounds, a sound is where the vocal tract resonates (its formants) and what is put into it: the
pulses of the voice, breath, or the hiss of a narrow gap. Source and filter are each a formula of a line or two.
"""

import dataclasses
from typing import NamedTuple

import numpy as np

RATE = 8000  # samples per second, as a telephone has
BANDWIDTHS = (60.0, 90.0, 150.0)  # Hz, of the three formants

# Means of 33 men, F1 F2 F3 in Hz: Peterson and Barney 1952, table II.
VOWELS = {"IY": (270, 2290, 3010), "IH": (390, 1990, 2550), "EH": (530, 1840, 2480), "AA": (730, 1090, 2440),
          "AO": (570, 840, 2410), "UH": (440, 1020, 2240), "UW": (300, 870, 2240), "AH": (640, 1190, 2390)}


class Sound(NamedTuple):
    """What the mouth does for a while: how long, where it resonates, and how much of what goes in.

    `voice` and `breath` go through the vocal tract; `hiss`, a band of noise around `center`, and `flat` noise arise at
    the lips and do not.   Chapter: 5c.
    """

    milliseconds: float
    formants: tuple
    voice: float = 0.0
    breath: float = 0.0
    hiss: float = 0.0
    center: float = 2500.0
    flat: float = 0.0


# Formants of consonants in Hz: Klatt 1980, table III; of N the first is his nasal pole. Durations and levels are ours.
SOUNDS = {
    **{name: Sound(110, formants, voice=1.0) for name, formants in VOWELS.items()},
    "W": Sound(70, (290, 610, 2150), voice=0.7),
    "R": Sound(70, (310, 1060, 1380), voice=0.7),
    "N": Sound(80, (270, 1340, 2470), voice=0.4),
    "V": Sound(60, (220, 1100, 2080), voice=0.4, flat=0.1),
    "Z": Sound(80, (240, 1390, 2530), voice=0.35, hiss=0.25, center=3500),
    "S": Sound(120, (320, 1390, 2530), hiss=0.4, center=3600),
    "F": Sound(100, (340, 1100, 2080), flat=0.2),
    "TH": Sound(90, (320, 1290, 2540), hiss=0.1, center=3000, flat=0.12),
    "T": Sound(30, (400, 1600, 2600), hiss=0.5, center=3200),
    "K": Sound(30, (300, 1990, 2850), hiss=0.5, center=1900),
    "H": Sound(40, (400, 1300, 2400), breath=0.3),
    "-": Sound(45, (320, 1600, 2600)),  # the closure before a stop
}
# The digits in sounds: a diphthong is the two vowels that it moves between, a long vowel stands twice.
WORDS = tuple(word.split() for word in (
    "Z IH R AO UH", "W AH N", "T H UW UW", "TH R IY", "F AO R", "F AA IH V", "S IH - K S", "S EH V AH N",
    "EH IY - T", "N AA IH N"))
ACCENT, SLIP = 0.07, 0.03  # standard deviations: a speaker's formants around the table's, a word's around the speaker's
SPREAD = 3**0.5  # uniform numbers lie within so many of their standard deviations
GLIDE, ATTACK = 0.045, 0.016  # seconds that formants and levels take from one sound to the next
STEP = 8  # samples: the mouth is slow, so where it moves is computed a thousand times a second
TAIL = 200  # samples in which the resonances die away after a word
LONGEST = 10_000  # samples of a word: longer, and the decay in `vocal_tract` leaves the range of a float64


@dataclasses.dataclass(frozen=True)
class Speaker:
    """Who speaks: what differs between people and stays the same in all that one of them says.

        tract        factor on all formants; 1 is Peterson and Barney's mean man, a shorter vocal tract has more
        pitch        Hz, of the voice
        bend         share by which the pitch changes from the beginning of a word to its end
        rate         how fast, 1 is the durations of `SOUNDS`
        breathiness  noise in the voice, 0 to 0.1
        open_share   share of each period in which the glottis is open
        softness     how softly it closes, 0 to 0.7; a soft voice has weaker high frequencies
        hiss         factor on the noise of consonants
        accent       factor on each formant of each sound, (sounds, 3)

    Chapter: 5c.
    """

    tract: float
    pitch: float
    bend: float
    rate: float
    breathiness: float
    open_share: float
    softness: float
    hiss: float
    accent: np.ndarray = dataclasses.field(repr=False)


def draw_speaker(rng):
    """A speaker at random, from a large man to a child; whoever has a short vocal tract tends to have a high voice.

    Returns: Speaker with tract 0.85 to 1.25, pitch 90 to 260 Hz.   Chapter: 5c.
    """
    size = rng.uniform(0, 1)
    height = np.clip(size + rng.normal(0, 0.3), 0, 1)
    return Speaker(
        tract=0.85 + 0.4 * size,
        pitch=90 * (260 / 90) ** height,
        bend=rng.uniform(-0.25, 0.1),
        rate=rng.uniform(0.75, 1.35),
        breathiness=rng.uniform(0, 0.1),
        open_share=rng.uniform(0.45, 0.8),
        softness=rng.uniform(0, 0.7),
        hiss=rng.uniform(0.6, 1.4),
        accent=1 + ACCENT * rng.uniform(-SPREAD, SPREAD, (len(SOUNDS), 3)),
    )


def glottal_pulses(pitch, open_share=0.6, softness=0.0):
    """What the vocal folds put in: the air flow x^2 (1 - x) while they are open, changed as the lips radiate it.

    x is the time since they opened, as a share of the open phase. Lips radiate the change of the flow, so what is
    returned is its difference from sample to sample, scaled to -1 where the folds close. With softness s that jump
    is spread over the next samples, in the shares 1, s, s^2, ...

    Shapes:  pitch (T,) in Hz  ->  (T,)
    Source:  Klatt and Klatt 1990, the pulse KLGLOTT88, a t^2 - b t^3 in the open phase and a tilt.   Chapter: 5c.
    """
    turns = np.concatenate([[0.0], np.cumsum(pitch / RATE)])
    x = (turns - np.floor(turns)) / open_share
    flow = np.where(x < 1, x * x * (1 - x), 0.0)
    spread = softness ** np.arange(16)
    return np.convolve(np.diff(flow) * (open_share * RATE / pitch), spread / spread.sum())[: len(pitch)]


def between(values):
    """Straight lines from each value to the next, `STEP` samples apart.

    Shapes:  values (..., S + 1)  ->  (..., S * STEP)   Chapter: 5c.
    """
    lines = values[..., :-1, None] + np.arange(STEP) / STEP * np.diff(values)[..., None]  # (..., S, STEP)
    return lines.reshape(*values.shape[:-1], -1)


def vocal_tract(source, formants):
    """Three resonators in a row whose frequencies move, computed as three side by side.

    A resonator of frequency F and bandwidth B is a pair of poles p, p* with p = exp((-pi B + 2 pi i F) / RATE). Three
    in a row, with gain 1 at 0 Hz, equal the sum of three y[t] = p y[t-1] + x[t], each with the factor that partial
    fractions give it. And y = P cumsum(x / P) with P = cumprod(p): no loop over time.

    Shapes:  source (S * STEP,), formants (3, S + 1) in Hz, one for each `STEP` samples  ->  (S * STEP,)
    Raises:  ValueError for more than 10,000 samples.
    Source:  the resonators of Klatt 1980, section I.   Chapter: 5c.   Twin: scipy.signal.lfilter, where F stands still.
    """
    if len(source) > LONGEST:
        raise ValueError(f"vocal_tract expected at most {LONGEST:,} samples, got {len(source):,}: filter word by word")
    poles = np.exp((2j * np.pi * formants - np.pi * np.array(BANDWIDTHS)[:, None]) / RATE)
    pairs = np.concatenate([poles, poles.conj()])
    factors = np.prod(1 - pairs, axis=0).real / (1 - poles.conj() / poles)
    for k in range(len(poles)):
        others = np.delete(pairs, [k, k + len(poles)], axis=0)
        factors[k] /= np.prod(1 - others / poles[k], axis=0)
    history = np.cumprod(between(poles), axis=1)
    response = history * np.cumsum(source / history, axis=1)
    return 2 * np.sum((between(factors) * response).real, axis=0)


def hissing(noise, center):
    """A band of noise about 1,200 Hz wide: white noise made slow by a short window, then shifted up to its center.

    Shapes:  noise (T,), center (T,) in Hz  ->  (T,), of the power of the noise.   Chapter: 5c.
    """
    window = np.hanning(15)[1:-1]
    slow = np.convolve(noise, window / np.sqrt(np.sum(window**2)), mode="same")
    return slow * np.sqrt(2) * np.cos(2 * np.pi / RATE * np.cumsum(center))


def say(sounds, speaker, rng, pitch=1.0, longest=LONGEST):
    """One word, spoken a little differently each time: pitch, durations and formants vary around the speaker's own.

    `sounds` are names of `SOUNDS`, `WORDS[7]` for instance; `pitch` is a factor on the speaker's. What would take more
    than `longest` samples is spoken faster.

    Returns: samples (T,), 8,000 a second, loud vowels beyond 1: scale them.   Chapter: 5c.
    """
    lengths = _timing(sounds, speaker, rng, longest)
    resonances = _resonances(sounds, speaker, rng)
    time = np.arange(int(lengths.sum() + TAIL) // STEP + 1) * STEP
    throat, lips = _source(sounds, speaker, rng, lengths, time, pitch)
    formants = _tracks(resonances, _knots(lengths, GLIDE), time)
    return vocal_tract(throat, np.minimum(formants, 0.48 * RATE)) + lips


def _timing(sounds, speaker, rng, longest):
    """How many samples each sound takes (sounds,), no whole numbers."""
    lengths = np.array([SOUNDS[name].milliseconds for name in sounds]) * (RATE / 1000 / speaker.rate)
    lengths *= rng.uniform(0.8, 1.25, len(sounds))
    return lengths * min(1, (longest - TAIL) / lengths.sum())


def _resonances(sounds, speaker, rng):
    """The formants that the speaker aims at in each sound, in Hz (sounds, 3)."""
    rows = [list(SOUNDS).index(name) for name in sounds]
    aims = np.array([SOUNDS[name].formants for name in sounds]) * speaker.tract * speaker.accent[rows]
    return aims * (1 + SLIP * rng.uniform(-SPREAD, SPREAD, aims.shape))


def _knots(lengths, seconds):
    """From when to when each sound is held (2 * sounds,), if from one to the next it takes so many seconds."""
    end = np.cumsum(lengths)
    move = np.minimum(seconds * RATE, lengths) / 2
    return np.stack([end - lengths + move, end - move], axis=1).ravel()


def _tracks(values, knots, time):
    """What each sound holds from its first knot to its second, and straight lines from one sound to the next.

    values (sounds, K), knots (2 * sounds,), time (S + 1,)  ->  (K, S + 1)
    """
    return np.stack([np.interp(time, knots, np.repeat(held, 2)) for held in values.T])


def _source(sounds, speaker, rng, lengths, time, pitch):
    """What goes through the vocal tract and what arises at the lips, (S * STEP,) each."""
    table, knots, end = [SOUNDS[name] for name in sounds], _knots(lengths, ATTACK), np.cumsum(lengths)[-1]
    levels = np.array([(s.voice, s.breath, s.hiss * speaker.hiss, s.flat * speaker.hiss) for s in table])
    levels = np.pad(levels, [(1, 1), (0, 0)])  # silence before and after: two more sounds, until 0 and from the end
    voice, breath, hiss, flat = between(_tracks(levels, np.concatenate([[-1, 0], knots, [end, end + 1]]), time))
    centers = np.array([[sound.center] for sound in table]) * min(speaker.tract, 1.1)
    center = between(_tracks(centers, knots, time))[0]

    share = between(time / time[-1])
    tone = speaker.pitch * pitch * rng.uniform(0.94, 1.06) * (1 + speaker.bend * (share - 0.5))
    pulses = glottal_pulses(tone, speaker.open_share, speaker.softness)
    noise = rng.standard_normal(len(tone))
    throat = voice * (pulses + speaker.breathiness * noise) + breath * noise
    return throat, hiss * hissing(noise, center) + flat * noise
