"""Why this file exists: the features are checked against another library, and against a loop from the definition."""

import math

import numpy as np
import pytest
import torch

from dlcourse import set_default_dtype
from dlcourse.data.checks import DataError
from dlcourse.data.spectrogram import frames, hann_window, log_mel, mel, mel_filterbank, power_spectrogram


@pytest.fixture
def sound():
    """Two clips of noise and tone."""
    return np.random.default_rng(0).standard_normal((2, 1000)) + np.sin(2 * np.pi * 1000 / 8000 * np.arange(1000))


@pytest.mark.parametrize(("size", "hop"), [(256, 80), (200, 50), (64, 64), (1000, 1)])
def test_the_spectrogram_is_torchs(sound, size, hop):
    theirs = torch.stft(torch.from_numpy(sound), size, hop, window=torch.hann_window(size, dtype=torch.float64),
                        center=False, return_complex=True).abs().square().transpose(1, 2).numpy()
    ours = power_spectrogram(sound, size, hop)
    assert ours.shape == theirs.shape == (2, 1 + (1000 - size) // hop, size // 2 + 1)
    assert np.abs(ours - theirs).max() < 1e-10 * theirs.max()
    assert np.array_equal(ours[1], power_spectrogram(sound[1], size, hop))


def test_the_window_is_torchs():
    for size in (64, 255, 256):
        assert np.abs(hann_window(size) - torch.hann_window(size, dtype=torch.float64).numpy()).max() < 1e-14


def test_frames_are_what_they_say(sound):
    pieces = frames(sound, 256, 80)
    assert all(np.array_equal(pieces[:, k], sound[:, 80 * k : 80 * k + 256]) for k in range(pieces.shape[1]))
    assert np.shares_memory(pieces, sound)


def filterbank_in_slow(bands, size, rate, low, high):
    """The definition, number by number."""
    scale = 2595 / math.log(10)  # the formula with a natural logarithm, 1127 ln(1 + f / 700)
    lowest, highest = (scale * math.log(1 + f / 700) for f in (low, high))
    mels = [lowest + k * (highest - lowest) / (bands + 1) for k in range(bands + 2)]
    corners = [700 * (math.exp(m / scale) - 1) for m in mels]
    bank = [[0.0] * (size // 2 + 1) for _ in range(bands)]
    for b in range(bands):
        left, peak, right = corners[b : b + 3]
        for k in range(size // 2 + 1):
            frequency = k * rate / size
            if left < frequency <= peak:
                bank[b][k] = (frequency - left) / (peak - left)
            elif peak < frequency < right:
                bank[b][k] = (right - frequency) / (right - peak)
    return np.array(bank)


@pytest.mark.parametrize("case", [(32, 256, 8000, 80, 3900), (20, 512, 16000, 0, 8000), (5, 64, 8000, 300, 3400)])
def test_the_mel_filterbank_is_its_definition(case):
    ours, slow = mel_filterbank(*case), filterbank_in_slow(*case)
    assert np.abs(ours - slow).max() < 1e-11
    assert ours.min() == 0 and 0.5 < ours.max() <= 1


def test_mel_is_htks():
    assert mel(0) == 0 and mel(1000) == pytest.approx(1000, abs=0.02)
    assert mel(700) == pytest.approx(2595 * np.log10(2)) and mel(6300) == pytest.approx(2595)


def test_triangles_add_up_to_one_between_the_first_and_the_last_peak():
    bank = mel_filterbank()
    inner = bank.sum(axis=0)[(np.arange(129) * 31.25 > 150) & (np.arange(129) * 31.25 < 3600)]
    assert np.allclose(inner, 1)


@pytest.mark.parametrize("frequency", [200, 440, 1000, 2500])
def test_a_tone_is_loudest_in_its_own_band(frequency):
    tone = np.sin(2 * np.pi * frequency / 8000 * np.arange(2000))
    bands = log_mel(tone).mean(axis=0)
    peaks = np.linspace(mel(80), mel(3900), 34)[1:-1]
    assert abs(np.argmax(bands) - np.argmin(np.abs(peaks - mel(frequency)))) <= 1
    assert np.argmax(power_spectrogram(tone).mean(axis=0)) == round(frequency * 256 / 8000)


def test_log_mel_is_composed_of_its_steps_in_the_default_dtype(sound):
    expected = np.log(power_spectrogram(sound) @ mel_filterbank().T + 1e-6)
    assert log_mel(sound).dtype == np.float32 and log_mel(sound).shape == (2, 10, 32)
    set_default_dtype(np.float64)
    try:
        assert np.abs(log_mel(sound) - expected).max() < 1e-12 and np.array_equal(log_mel(sound)[0], log_mel(sound[0]))
        assert log_mel(sound[None]).shape == (1, 2, 10, 32)
        assert log_mel(np.zeros((0, 8000))).shape == (0, 97, 32), "no clips"
        assert np.allclose(log_mel(np.zeros(256), floor=1e-3), np.log(1e-3)), "silence is the floor"
    finally:
        set_default_dtype(np.float32)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: frames(np.ones(255)), DataError, r"at least 256 samples, got \(255,\): pad it"),
    (lambda: log_mel(np.ones((2, 10))), DataError, r"at least 256 samples, got \(2, 10\)"),
    (lambda: log_mel(np.zeros((0, 10))), DataError, r"at least 256 samples, got \(0, 10\)"),
    (lambda: frames(1.0), DataError, r"got \(\)"), (lambda: log_mel(1.0), DataError, r"got \(\)"),
    (lambda: frames(np.ones(300), hop=0), DataError, "hop to be a whole number, at least 1, got 0"),
    (lambda: frames(np.ones(300), size=25.6), DataError, "size to be a whole number, at least 1, got 25.6"),
    (lambda: mel_filterbank(high=5000), ValueError, "low < high <= 4000 Hz, got 80 and 5000"),
    (lambda: mel_filterbank(low=4000, high=3000), ValueError, "got 4000 and 3000"),
    (lambda: mel_filterbank(bands=128), ValueError, "each of 128 bands to hold one of 129 frequencies: ask for fewer"),
])
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()
