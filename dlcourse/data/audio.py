"""Why this file exists: sound comes as files of many kinds and with noise of many kinds; a model wants one kind.

Here a WAV file becomes numbers from -1 to 1, at the rate one asks for, and noise is added at the ratio one asks for.
"""

import math
import warnings

import numpy as np

from .base import floats
from .checks import DataError, number, one_of, whole

RATES = (1000, 400_000)  # samples per second that are believed
NOISES = ("white", "pink", "babble")
BITS = {8: np.uint8, 16: np.int16, 32: np.int32}
DECIBELS = (-100, 100)  # ratios that are believed: beyond, 16 bits hold only one of the two sounds
TALKERS = 6  # at once, in babble


def read_wav(path, rate=None):
    """The samples of a WAV file, several channels averaged, resampled to `rate` if one is given.

    Reads whole numbers of 8, 16, 24 and 32 bits and floats of 32 and 64. Whole numbers are divided by
    2^(bits - 1), so that samples are between -1 and 1; floats are taken as they are.

    Returns: samples (T,), rate in samples per second.
    Raises:  DataError for what is no WAV file, damaged, empty, of a rate nobody uses, or of another format; and for
             another `rate` than a whole number from 1,000 to 400,000.
    Chapter: 5c.   Twin: torchaudio.load, then a mean over the channels.
    """
    rate = None if rate is None else whole("read_wav", "rate", rate, *RATES)
    stored, values = _parse(path)
    if not RATES[0] <= stored <= RATES[1]:
        raise DataError(f"{path} says {stored:,} samples per second; expected {RATES[0]:,} to {RATES[1]:,}: "
                        "its header is damaged, save it anew")
    if len(values) == 0:
        raise DataError(f"{path} holds a header and no samples: record or download it again")
    if values.dtype == np.uint8:
        values = (values - 128.0) / 128
    elif values.dtype.kind == "i":  # 24 bits come in the upper three bytes of 32
        values = values / 2.0 ** (8 * values.dtype.itemsize - 1)
    if not np.isfinite(values).all():
        raise DataError(f"{path} holds samples that are no numbers (NaN or infinite): save it anew")
    values = values if values.ndim == 1 else values.mean(axis=1)
    return (floats(values), stored) if rate is None else (resample(values, stored, rate), rate)


def _parse(path):
    """Rate and samples as they are stored; everything that SciPy may find wrong becomes one kind of error."""
    import io

    from scipy.io import wavfile

    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): expected a WAV file") from error
    if not content:
        raise DataError(f"{path} is empty: record or download it again")
    if content[:4] not in (b"RIFF", b"RIFX", b"RF64"):
        raise DataError(f"{path} is not a WAV file: expected it to begin with RIFF, got {content[:12]!r}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a file that ends too early is only a warning there
            warnings.filterwarnings("ignore", message="Chunk .* not understood")  # titles, markers and the like
            return wavfile.read(io.BytesIO(content))
    except Exception as error:  # a damaged header makes it divide by zero, and worse: not every message helps
        reason = f" ({error})" if isinstance(error, ValueError | Warning) else ""
        raise DataError(f"{path} is damaged or of a format that is not read here{reason}: save it as 16-bit PCM, "
                        "or download it again") from error


def write_wav(path, x, rate=8000, bits=16):
    """Write samples from -1 to 1 as a WAV file of one channel, whole numbers of 8, 16 or 32 bits.

    Shapes:  x (T,)
    Raises:  DataError for another shape, rate or number of bits, and for samples beyond -1 and 1.   Chapter: 5c.
    """
    from scipy.io import wavfile

    x = np.asarray(x, np.float64)
    rate, bits = whole("write_wav", "rate", rate, *RATES), one_of("write_wav", "bits", bits, BITS)
    if x.ndim != 1:
        raise DataError(f"write_wav expected samples (T,), got {x.shape}")
    if not np.all(np.abs(x) <= 1):
        raise DataError(f"write_wav expected samples from -1 to 1, got {np.abs(x).max():g}: divide by that")
    top = 2.0 ** (bits - 1)
    values = np.clip(np.rint(x * top), -top, top - 1) + (128 if bits == 8 else 0)  # 8 bits have no sign
    wavfile.write(path, rate, values.astype(BITS[bits]))


def resample(x, old, new):
    """The same sound with `new` samples per second instead of `old`; what lies above new / 2 Hz is filtered out first.

    Shapes:  x (..., T)  ->  (..., ceil(T * new / old)), always another array
    Raises:  DataError for a rate that is no whole number, and for sound without a sample.
    Chapter: 5c.   Twin: scipy.signal.resample_poly.
    """
    old, new = whole("resample", "old", old, 1), whole("resample", "new", new, 1)
    if np.ndim(x) == 0 or np.shape(x)[-1] == 0:
        raise DataError(f"resample expected (..., T) with a sample at least, got {np.shape(x)}")
    if old == new:
        return floats(x).copy()
    from scipy.signal import resample_poly

    common = math.gcd(old, new)
    return floats(resample_poly(np.asarray(x, np.float64), new // common, old // common, axis=-1))


def noise(kind, shape, rng, voices=None):
    """Noise of power 1: white (all frequencies alike), pink (power as 1 / frequency) or babble (six talkers at once).

    `shape` is a tuple (..., T). `voices` (V, samples) are clips of speech; babble joins them to one long track, and
    each talker is that track, repeated, from a place drawn at random.

    Returns: noise of this shape, the last axis is time; each row has a mean square of 1.
    Raises:  DataError for another kind or shape, and for babble without voices or of silent ones.   Chapter: 5c.
    """
    one_of("noise", "kind", kind, NOISES)
    if not isinstance(shape, tuple) or not shape:
        raise DataError(f"noise expected shape to be a tuple (..., T), got {shape!r}")
    for axis, size in enumerate(shape):
        whole("noise", f"shape[{axis}]", size, 1)
    if kind == "babble":
        values = _babble(shape, rng, voices)
    else:
        values = rng.standard_normal(shape)
        if kind == "pink":
            spectrum = np.fft.rfft(values)
            values = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(spectrum.shape[-1]), 1)), shape[-1])
    power = np.mean(values**2, axis=-1, keepdims=True)
    if not np.all(power > 0):
        raise DataError("noise expected voices that speak, got silence where the babble was taken from them")
    return values / np.sqrt(power)


def _babble(shape, rng, voices):
    """The sum of the talkers, of any power."""
    track = np.concatenate([np.zeros(0), *([] if voices is None else voices)])
    if len(track) == 0:
        raise DataError("noise expected voices (V, samples) for babble, got none: give it clips of speech")
    starts = rng.integers(len(track), size=(*shape[:-1], TALKERS, 1))
    places = (starts + np.arange(shape[-1])) % len(track)
    return track[places].sum(axis=-2)


def add_noise(x, noise, snr_db, where=None):
    """The sound plus the noise at a ratio of their powers: x + `scaled_noise`.

    Shapes:  x (..., T), noise (..., T), snr_db number or (...,), where (..., T) booleans  ->  (..., T)
    Raises:  as `scaled_noise`.   Chapter: 5c.
    """
    return x + scaled_noise(x, noise, snr_db, where)


def scaled_noise(x, noise, snr_db, where=None):
    """The noise, made so loud that the ratio of the sound's power to its own is what is asked for.

    10 log10(mean(x^2) / mean((factor noise)^2)) = snr_db

    Both means are over the samples that `where` marks, by default all. A clip is partly silence, so mark the samples
    in which somebody speaks: then the ratio does not depend on how much silence is around them.

    Shapes:  x (..., T), noise (..., T), snr_db number or (...,), where (..., T) booleans  ->  (..., T)
    Raises:  DataError if x or the noise is silent there, and for a ratio beyond -100 and 100.   Chapter: 5c.
    """
    for ratio in np.ravel(snr_db):
        number("scaled_noise", "snr_db", ratio, *DECIBELS)
    where = np.ones(np.shape(x), bool) if where is None else where
    power, disturbance = (np.mean(np.square(a, dtype=np.float64), axis=-1, where=where) for a in (x, noise))
    if not (np.all(power > 0) and np.all(disturbance > 0)):
        raise DataError("scaled_noise expected sound and noise, got silence: a ratio to nothing is not defined")
    factor = np.sqrt(power / disturbance / 10 ** (np.asarray(snr_db) / 10))
    return factor[..., None] * noise
