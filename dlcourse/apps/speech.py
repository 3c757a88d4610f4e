"""Why this file exists: a network hears a word as a picture of time and frequency, in noise as well as without.

Here are the networks, the noise they are trained and judged in, and a player, so that a reader hears it, too.
"""

import base64
import html
import io

import numpy as np

from .. import data, nn
from ..data.audio import noise, scaled_noise, write_wav
from ..data.spectrogram import log_mel
from ..evaluate import predict
from ..tensor import Tensor, get_default_dtype

HOP, BANDS, RATE = 128, 32, 8000  # 128 samples are 16 ms


def features(x):
    """Waveforms as the networks of this file get them: log-mel, a frame every 128 samples.

    Shapes:  x (N, T)  ->  (N, 1 + (T - 256) // 128, 32).   Chapter: 5c.
    """
    return log_mel(x, hop=HOP, bands=BANDS)


# ------------------------------------------------------------------------------------------- networks


class Standardized(nn.Module):
    """Each band less its mean, divided by its standard deviation, both of the data that `measure` was given.

    The two are buffers: stored with the weights, and not trained.   Shapes:  (N, frames, bands)  ->  the same.
    Chapter: 5c.
    """

    def __init__(self, bands=BANDS):
        self.register_buffer("mean", np.zeros(bands, get_default_dtype()))
        self.register_buffer("deviation", np.ones(bands, get_default_dtype()))

    def measure(self, x):
        """Take mean and deviation of each band over clips and frames; x (N, frames, bands)."""
        self.mean.data[...], self.deviation.data[...] = x.mean(axis=(0, 1)), x.std(axis=(0, 1))
        return self

    def forward(self, x):
        return (x - self.mean) / self.deviation


def convolutions(widths, pools, rng):
    """For each width a 3 x 3 convolution, ReLU, and maxima of (frames, bands) pools.

    Shapes:  (N, 1, frames, bands)  ->  (N, last width, frames, bands), divided by the pools.   Chapter: 5c.
    """
    layers, before = [], 1
    for width, pool in zip(widths, pools, strict=True):
        layers += [nn.Conv2d(before, width, 3, padding=1, rng=rng), nn.ReLU(), nn.MaxPool2d(pool)]
        before = width
    return nn.Sequential(*layers)


class SpeechCNN(nn.Module):
    """Convolutions over time and frequency; then the mean over time, since a word may begin anywhere.

    The bands stay apart to the end: a high sound is not a low one, but an early word is the same as a late one.

    Shapes:  x (N, frames, 32)  ->  (N, classes)
    Source:  after Sainath and Parada 2015.   Chapter: 5c.
    """

    def __init__(self, classes=10, widths=(8, 16, 32), *, rng=None):
        self.standardized = Standardized()
        self.convolutions = convolutions(widths, [2] * len(widths), rng)
        self.out = nn.Linear(widths[-1] * (BANDS // 2 ** len(widths)), classes, rng=rng)

    def forward(self, x):
        h = self.convolutions(self.standardized(x).unsqueeze(1))  # (N, C, frames / 8, 4)
        return self.out(h.mean(dim=2).flatten(1))


class SpeechGRU(nn.Module):
    """Two GRUs read the frames, one from each end; the mean of their states over time decides.

    Shapes:  x (N, frames, 32)  ->  (N, classes)
    Source:  Cho et al. 2014; both directions: Schuster and Paliwal 1997.   Chapter: 5c.
    """

    def __init__(self, classes=10, hidden=32, *, rng=None):
        self.standardized = Standardized()
        self.gru = nn.GRU(BANDS, hidden, batch_first=True, bidirectional=True, rng=rng)
        self.out = nn.Linear(2 * hidden, classes, rng=rng)

    def forward(self, x):
        states, _ = self.gru(self.standardized(x))  # (N, frames, 2 hidden)
        return self.out(states.mean(dim=1))


class StringReader(nn.Module):
    """Convolutions see sounds, GRUs from both ends put them together, and each frame gets a label or the blank.

    Four frames become one answer. A digit still has several, and CTC's recursion is four times shorter. hidden=0
    leaves the GRUs out; then an answer knows 10 frames and no more.

    Shapes:  x (N, frames, 32)  ->  logits (N, frames // 4, 1 + classes), the first for the blank
    Source:  after Amodei et al. 2016; the loss: Graves et al. 2006.   Chapter: 5c.
    """

    def __init__(self, classes=10, widths=(8, 16), hidden=48, *, rng=None):
        self.standardized = Standardized()
        self.convolutions = convolutions(widths, [2] * len(widths), rng)
        inputs = widths[-1] * (BANDS // 2 ** len(widths))
        self.gru = nn.GRU(inputs, hidden, batch_first=True, bidirectional=True, rng=rng) if hidden else None
        self.out = nn.Linear(2 * hidden or inputs, 1 + classes, rng=rng)

    def forward(self, x):
        h = self.convolutions(self.standardized(x).unsqueeze(1))  # (N, C, frames / 4, 8)
        h = h.transpose(1, 2).flatten(2)  # (N, frames / 4, 8 C)
        return self.out(h if self.gru is None else self.gru(h)[0])


# ------------------------------------------------------------------------------------------- noise


def speaking(span, samples):
    """In which samples somebody speaks.   Shapes:  span (N, 2) or (N, words, 2)  ->  booleans (N, samples)."""
    span, at = span.reshape(len(span), -1, 2), np.arange(samples)
    return np.any((at >= span[:, :, :1]) & (at < span[:, :, 1:]), axis=1)


def in_noise(x, span, snr_db, kind, rng, voices=None):
    """The clips in noise of their own, at one ratio or at one drawn for each between (least, most).

    Shapes:  x (N, T), span (N, 2) or (N, words, 2), voices V clips for babble  ->  (N, T)
    Raises:  DataError for another kind or ratio, and for babble without voices.   Chapter: 5c.
    """
    ratios = rng.uniform(*snr_db, len(x)) if np.ndim(snr_db) else np.full(len(x), float(snr_db))
    return x + scaled_noise(x, noise(kind, x.shape, rng, voices), ratios, speaking(span, x.shape[1]))


def voices_of(clips):
    """The words of some clips without the silence around them: what babble is made of.   Chapter: 5c."""
    return [x[begin:end] for x, (begin, end) in zip(clips.x, clips.span, strict=True)]


class NoisyBatches:
    """Features and targets for `fit`; each clip gets new noise every time, of a kind and at a ratio drawn anew.

    `kinds` () asks for clips as they are. One kind is drawn for each batch.

    Shapes:  clips from data.load("speech")  ->  batches of x (N, frames, 32) and y (N, ...).   Chapter: 5c.
    """

    def __init__(self, clips, kinds=("white",), snr_db=(0, 30), voices=None, batch_size=32, seed=0):
        self.clips, self.kinds, self.snr_db, self.voices = clips, kinds, snr_db, voices
        self.batch_size, self.rng = batch_size, np.random.default_rng(seed)

    def __len__(self):
        return -(-len(self.clips) // self.batch_size)

    def __iter__(self):
        order = self.rng.permutation(len(self.clips))
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            x, y = self.clips.x[rows], self.clips.y[rows]
            if self.kinds:
                kind = self.kinds[self.rng.integers(len(self.kinds))]
                x = in_noise(x, self.clips.span[rows], self.snr_db, kind, self.rng, self.voices)
            yield Tensor(features(x)), y


def heard(model, clips, snr_db=None, kind="white", voices=None, seed=0):
    """What a model makes of the clips, as they are or in noise that the seed decides.   ->  outputs (N, ...)."""
    x = clips.x
    if snr_db is not None:
        x = in_noise(x, clips.span, snr_db, kind, np.random.default_rng([seed, 5]), voices)
    return predict(model, features(x), batch_size=128)


def folder_heard(model, folder):
    """What a model makes of recordings in a folder, named as `data.load("speech", folder=...)` wants them.

    Returns: answers (M,), digits that were said (M,), names of the speakers (M,).
    Raises:  DataError for a folder without such files.   Chapter: 5c.
    """
    clips = data.load("speech", folder=folder)
    names = np.array(clips.speakers)[clips.speaker]
    return heard(model, clips).argmax(axis=1), clips.y, names


# ------------------------------------------------------------------------------------------- listening


class Player:
    """A sound with a button to play it, wherever HTML is shown: nothing is computed, the sound is in the page.

    Eight bits a sample, whose rounding is about as loud as the floor of a clip at 40 dB.

    Shapes:  x (T,) samples, scaled to a largest one of 0.9; `label` says what is heard.   Chapter: 5c.
    """

    def __init__(self, x, label, rate=RATE):
        self.label, file = label, io.BytesIO()
        write_wav(file, 0.9 * np.asarray(x, float) / np.abs(x).max(), rate, bits=8)
        text = base64.b64encode(file.getvalue()).decode("ascii")
        self.source = "data:audio/wav;base64," + text.replace("+", "%2B").replace("/", "%2F")  # both mean more in URLs

    def __repr__(self):
        return f"Player({self.label!r})"

    def _repr_html_(self):
        label = html.escape(self.label)
        return (f'<figure><figcaption>{label}</figcaption><audio controls preload="metadata" aria-label="{label}" '
                f'src="{self.source}"></audio></figure>')
