"""Why this file exists: an ear hears which frequencies there are and when, so that is what a model is given.

A waveform is cut into overlapping frames, each frame into frequencies, and frequencies are gathered into bands that
are as wide as the ear's: frame by frame, one step each.
"""

import numpy as np

from .base import floats
from .checks import DataError, whole


def frames(x, size=256, hop=80):
    """The pieces of `size` samples that begin every `hop` samples, whole ones only; a view, nothing is copied.

    Shapes:  x (..., T)  ->  (..., 1 + (T - size) // hop, size)
    Raises:  DataError if x is shorter than a frame, and for a size or hop below 1.
    Chapter: 5c.   Twin: torch.Tensor.unfold.
    """
    x, size, hop = np.asarray(x), whole("frames", "size", size, 1), whole("frames", "hop", hop, 1)
    if x.ndim == 0 or x.shape[-1] < size:
        raise DataError(f"frames expected (..., T) with at least {size} samples, got {x.shape}: pad it with its noise")
    return np.lib.stride_tricks.sliding_window_view(x, size, axis=-1)[..., ::hop, :]


def hann_window(size):
    """A window that rises from 0 to 1 and falls again: 1/2 - 1/2 cos(2 pi n / size), the periodic one.

    Returns: (size,)   Chapter: 5c.   Twin: torch.hann_window.
    """
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)


def power_spectrogram(x, size=256, hop=80):
    """How much of each frequency there is in each frame: |FFT(frame * window)|^2, from 0 Hz to half the rate.

    Shapes:  x (..., T)  ->  (..., frames, size // 2 + 1)
    Raises:  as `frames`.   Chapter: 5c.
    Twin:    torch.stft(x, size, hop, window=torch.hann_window(size), center=False), absolute squares, transposed.
    """
    return np.abs(np.fft.rfft(frames(x, size, hop) * hann_window(size))) ** 2


def mel(frequency):
    """Frequency as pitch is felt, the formula that HTK uses: 2595 log10(1 + f / 700), with 1000 mel at 1000 Hz.

    Shapes:  frequency (...) in Hz  ->  (...) in mel
    Source:  Young et al., The HTK Book, section on filterbank analysis. (Slaney's, librosa's default, is another.)
    Chapter: 5c.
    """
    return 2595 * np.log10(1 + np.asarray(frequency) / 700)


def mel_filterbank(bands=32, size=256, rate=8000, low=80, high=3900):
    """Triangles over the frequencies of an FFT, equally spaced in mel: each begins where the last has its peak of 1.

    Returns: (bands, size // 2 + 1); none of the triangles is empty.
    Raises:  ValueError if a triangle is so narrow that it holds no frequency, or the limits are out of order.
    Source:  The HTK Book.   Chapter: 5c.   Twin: torchaudio.functional.melscale_fbanks, its defaults, transposed.
    """
    if not 0 <= low < high <= rate / 2:
        raise ValueError(f"mel_filterbank expected 0 <= low < high <= {rate / 2:g} Hz, got {low} and {high}")
    corners = 700 * (10 ** (np.linspace(mel(low), mel(high), bands + 2) / 2595) - 1)  # in Hz
    frequencies = np.arange(size // 2 + 1) * rate / size
    rising = (frequencies - corners[:-2, None]) / np.diff(corners)[:-1, None]
    falling = (corners[2:, None] - frequencies) / np.diff(corners)[1:, None]
    bank = np.maximum(0, np.minimum(rising, falling))
    if not bank.any(axis=1).all():
        raise ValueError(f"mel_filterbank expected each of {bands} bands to hold one of {size // 2 + 1} frequencies: "
                         "ask for fewer bands or a larger size")
    return bank


def log_mel(x, rate=8000, bands=32, size=256, hop=80, low=80, high=3900, floor=1e-6):
    """What a speech recognizer is given: log(mel bands of the power spectrogram + floor).

    `floor` keeps the logarithm of silence finite. It is part of the result: where the sound is weaker than the floor,
    a model sees the floor, and the first bit of noise looks like a new world to it.

    Shapes:  x (..., T)  ->  (..., frames, bands)
    Raises:  as `frames` and `mel_filterbank`.   Chapter: 5c.
    """
    bank = mel_filterbank(bands, size, rate, low, high).T
    x = np.asarray(x, np.float64)
    count = frames(x, size, hop).shape[-2]
    rows = [np.log(power_spectrogram(row, size, hop) @ bank + floor) for row in x.reshape(-1, x.shape[-1])]
    return floats(np.reshape(rows, (*x.shape[:-1], count, bands)))
