"""Why this file exists: the figure of lab 5c, in which three networks hear a spoken digit through noise.

The numbers lie in a line of JSON, {"voices": {name: [[begin, samples] of the ten words]}, "networks": names}, then each
network's arrays in half precision, then the words, eight bits a sample. Of every voice the page has the first take of
each digit as the study's test speakers say it: no stored network has heard them.
"""

import functools
import itertools
import json

import numpy as np
import traitlets

from .. import data, nn, no_grad
from ..apps.speech import SpeechCNN, features
from ..data.audio import TALKERS, scaled_noise
from ..tensor import Tensor, get_default_dtype
from .base import HERE, Figure, random_numbers

SAMPLES = 7200  # of a clip, 0.9 s
FLOOR_DB = 40  # the faint noise of every clip, as in the data
MU = 255  # of the code for eight bits
VOICES, NOISES = ("low", "middle", "high"), ("none", "white", "babble")
NETWORKS = ("clean", "white", "white and babble")


def encoded(x) -> np.ndarray:
    """Samples from -1 to 1 in eight bits, finely where they are small: 127 sign(x) ln(1 + 255 |x|) / ln 256, rounded.

    Source: the mu law of ITU-T recommendation G.711, in its continuous form.
    """
    x = np.asarray(x, float)
    return np.rint(127 * np.sign(x) * np.log1p(MU * np.abs(x)) / np.log1p(MU)).astype(np.int8)


def decoded(code) -> np.ndarray:
    """The samples of a code, from -1 to 1."""
    code = np.asarray(code, float)
    return np.sign(code) * ((1 + MU) ** (np.abs(code) / 127) - 1) / MU


def gaussians(numbers, count) -> np.ndarray:
    """Numbers of a standard normal distribution from uniform ones, two for each.   Source: Box and Muller 1958."""
    u, v = np.fromiter(itertools.islice(numbers, 2 * count), float, 2 * count).reshape(count, 2).T
    return np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v)


def babble(numbers, track, count) -> np.ndarray:
    """Six talkers at once: each is the track, repeated, from a place drawn at random."""
    starts = [int(u * len(track)) for u in itertools.islice(numbers, TALKERS)]
    return sum(track[(start + np.arange(count)) % len(track)] for start in starts)


def chosen_speakers(speech, rows) -> list:
    """Of the speakers of some rows those with the lowest, the middle and the highest voice; of ties the first."""
    numbers = sorted(set(rows.speaker.tolist()), key=lambda number: speech.speakers[number].pitch)
    return [numbers[0], numbers[len(numbers) // 2], max(numbers, key=lambda number: speech.speakers[number].pitch)]


def write_numbers(networks, seed=0, speakers=(48, 8, 16)):
    """Write the networks, by name, and the words of three test speakers of that seed beside this file."""
    speech = data.load("speech", speakers=speakers, seed=seed, floor_db=None)
    rows, voices, words = speech.test, {}, []
    for name, speaker in zip(VOICES, chosen_speakers(speech, rows), strict=True):
        voices[name] = []
        for digit in range(10):
            row = np.flatnonzero((rows.speaker == speaker) & (rows.y == digit))[0]
            begin, end = rows.span[row].tolist()
            voices[name].append([begin, end - begin])
            words.append(encoded(rows.x[row, begin:end]).tobytes())
    head = json.dumps({"voices": voices, "networks": list(networks)}, separators=(",", ":")).encode() + b"\n"
    arrays = [array for network in networks.values() for array in network.state_dict().values()]
    parts = [head, *(array.astype("<f2").tobytes() for array in arrays), *words]
    (HERE / SayIt.numbers).write_bytes(b"".join(parts))


@functools.cache
def _stored() -> tuple:
    """The arrays of each network by name, and for each voice the ten words as (begin, samples)."""
    head, _, rest = SayIt.stored_numbers().partition(b"\n")
    head, networks, at = json.loads(head), {}, 0
    for name in head["networks"]:
        networks[name] = {}
        for key, like in SpeechCNN(rng=np.random.default_rng(0)).state_dict().items():
            networks[name][key] = np.frombuffer(rest, "<f2", like.size, at).reshape(like.shape)
            at += 2 * like.size
    voices = {}
    for name, spans in head["voices"].items():
        voices[name] = []
        for begin, samples in spans:
            voices[name].append((begin, decoded(np.frombuffer(rest, np.int8, samples, at))))
            at += samples
    return networks, voices


class SayIt(Figure):
    """A digit is said, in noise or without, and a convolutional network hears it: waveform, log-mel, probabilities.

    The networks are the three `SpeechCNN` of the study `spoken_digits`, in half precision. The voices are synthetic,
    and none was heard in training. The page can record a digit, too, or open a WAV file; Python gets nothing of that.

    digit     what is said, 0 to 9
    voice     who says it: "low", "middle" or "high", by the pitch of the voice
    noise     "none", "white", or "babble" of the two other voices; a faint white floor, 40 dB below, is always there
    snr_db    the signal-to-noise ratio of that noise while the word is said, -5 to 30 dB
    seed      decides the noise
    network   how it was trained: on "clean" clips, in "white" noise, or in "white and babble"

    Raises:  traitlets.TraitError for a value out of range.   Chapter: 5c.
    """

    script = "say_it"
    numbers = "say_it.bin"
    alt = (
        "A synthetic voice says a digit, with as much noise as one likes, and a network hears it. The waveform and the "
        "log-mel spectrogram of the sound are drawn, bars show the probabilities that the network gives to the ten "
        "digits, and a sentence says whether it is right. A digit can be recorded, or a WAV file opened, instead."
    )

    digit = traitlets.Int(7, min=0, max=9).tag(sync=True)
    voice = traitlets.Enum(VOICES, "low").tag(sync=True)
    noise = traitlets.Enum(NOISES, "none").tag(sync=True)
    snr_db = traitlets.Float(10.0, min=-5, max=30).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=999_999).tag(sync=True)
    network = traitlets.Enum(NETWORKS, "clean").tag(sync=True)

    @traitlets.default("tries")
    def _tries(self):
        return [
            "Take the network that learned from clean clips and say all ten digits: is one misheard? Now add white "
            "noise of 20 dB, which you hardly mind. What does it hear now, and how sure is it?",
            "Take the network that learned in white noise: at 10 dB, is it right again? Then let other voices babble "
            "at 10 dB, and take the third network as well. What must a network have met in order to hear through it?",
            "Choose white noise of \u22125 dB and the network that learned in white noise, and draw other noise a few "
            "times. The voice is the same: does the answer stay? Look at the spectrogram: could you tell?",
            "Record a digit, or hum or clap instead: which digit does it hear? Softmax shares out 1 among ten digits, "
            "and no bar means \u201cno digit\u201d. What would it have to learn from in order to understand you?",
        ]

    def model(self) -> nn.Module:
        """The network, in evaluation mode and in the default dtype: features (N, 55, 32) -> logits (N, 10)."""
        network = SpeechCNN(rng=np.random.default_rng(0))
        network.load_state_dict({key: a.astype(get_default_dtype()) for key, a in _stored()[0][self.network].items()})
        return network.eval()

    def span(self) -> tuple:
        """The first sample of the word, and the first after it."""
        begin, word = _stored()[1][self.voice][self.digit]
        return begin, begin + len(word)

    def sound(self) -> np.ndarray:
        """What the network gets to hear, (7200,) samples at 8 kHz: the word, the floor, and the noise."""
        voices, numbers, x, where = _stored()[1], random_numbers(self.seed), np.zeros(SAMPLES), np.zeros(SAMPLES, bool)
        x[slice(*self.span())], where[slice(*self.span())] = voices[self.voice][self.digit][1], True
        x = x + scaled_noise(x, gaussians(numbers, SAMPLES), FLOOR_DB, where)
        if self.noise == "none":
            return x
        if self.noise == "white":
            noise = gaussians(numbers, SAMPLES)
        else:
            track = np.concatenate([word for name in VOICES if name != self.voice for _, word in voices[name]])
            noise = babble(numbers, track, SAMPLES)
        return x + scaled_noise(x, noise, self.snr_db, where)

    def features(self) -> np.ndarray:
        """The log-mel spectrogram of it, (55, 32)."""
        return features(self.sound()[None])[0]

    def probabilities(self) -> np.ndarray:
        """What the bars show, (10,)."""
        with no_grad():
            return self.model()(Tensor(self.features()[None])).softmax(dim=1).data[0]
