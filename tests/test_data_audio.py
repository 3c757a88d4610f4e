"""Why this file exists: WAV files of every kind are written here byte by byte, whole and damaged, and read by us."""

import struct
import wave

import numpy as np
import pytest

from dlcourse.data.audio import add_noise, noise, read_wav, resample, scaled_noise, write_wav
from dlcourse.data.checks import DataError

PCM, FLOAT, MULAW, EXTENSIBLE = 1, 3, 7, 0xFFFE


def wav(data, kind=PCM, channels=1, rate=8000, bits=16, extra=b"", cut=0):
    """The bytes of a WAV file; `extra` chunks stand before the samples, `cut` bytes are missing at its end."""
    width = bits // 8
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * channels * width, channels * width, bits)
    if kind == EXTENSIBLE:
        form += struct.pack("<HHIH", 22, bits, 4, PCM) + bytes.fromhex("000000001000800000aa00389b71")
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form + extra
    body += b"data" + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    content = b"RIFF" + struct.pack("<I", len(body)) + body
    return content[: len(content) - cut]


def three_bytes(values):
    return b"".join(int(v).to_bytes(3, "little", signed=True) for v in values)


VALUES = np.array([0, 1, -1, 0.5, -0.5, 0.25, -0.125])
LIST = b"LIST" + struct.pack("<I", 4) + b"INFO"
MARKERS = b"bext" + struct.pack("<I", 2) + b"ab"


@pytest.mark.parametrize(("bits", "content"), [
    (8, wav(bytes([128, 255, 0, 192, 64, 160, 112]), bits=8)),
    (16, wav(np.clip(VALUES * 2**15, None, 2**15 - 1).astype("<i2").tobytes())),
    (24, wav(three_bytes(np.clip(VALUES * 2**23, None, 2**23 - 1)), bits=24)),
    (24, wav(three_bytes(np.clip(VALUES * 2**23, None, 2**23 - 1)), bits=24, kind=EXTENSIBLE)),
    (32, wav(np.clip(VALUES * 2**31, None, 2**31 - 1).astype("<i4").tobytes(), bits=32)),
    (32, wav(VALUES.astype("<f4").tobytes(), kind=FLOAT, bits=32)),
    (64, wav(VALUES.astype("<f8").tobytes(), kind=FLOAT, bits=64)),
    (16, wav(np.clip(VALUES * 2**15, None, 2**15 - 1).astype("<i2").tobytes(), extra=LIST + MARKERS)),
], ids=["8 bits", "16", "24", "24 extensible", "32", "float", "double", "other chunks"])
def test_every_format_is_the_same_sound(bits, content, tmp_path):
    (tmp_path / "a.wav").write_bytes(content)
    x, rate = read_wav(tmp_path / "a.wav")
    assert rate == 8000 and x.dtype == np.float32 and x.shape == (7,)
    assert np.abs(x - VALUES).max() <= 2 / 2**bits, "a step, since the largest number is no 1"


def test_24_bits_are_more_than_16(tmp_path):
    (tmp_path / "a.wav").write_bytes(wav(three_bytes([3, -3]), bits=24))
    assert np.array_equal(read_wav(tmp_path / "a.wav")[0], np.array([3, -3]) / 2**23)


def test_several_channels_are_averaged(tmp_path):
    sides = np.array([[1000, 3000], [-200, 200], [0, -4000]])
    (tmp_path / "a.wav").write_bytes(wav(sides.astype("<i2").tobytes(), channels=2))
    assert np.array_equal(read_wav(str(tmp_path / "a.wav"))[0] * 2**15, [2000, 0, -2000])


def test_another_rate_is_resampled(tmp_path):
    tone = np.sin(2 * np.pi * 440 / 44100 * np.arange(44100)) * 0.5
    stereo = np.stack([tone, tone], axis=1) * (2**23 - 1)
    (tmp_path / "a.wav").write_bytes(wav(three_bytes(stereo.ravel()), channels=2, rate=44100, bits=24))
    x, rate = read_wav(tmp_path / "a.wav", rate=8000)
    assert rate == 8000 and len(x) == 8000
    assert np.abs(x - 0.5 * np.sin(2 * np.pi * 440 / 8000 * np.arange(8000)))[100:-100].max() < 1e-3


def test_resampling_leaves_nothing_that_would_be_folded_down():
    time = np.arange(44100) / 44100
    for frequency, power in ((1000, 0.5), (3000, 0.5), (6000, 0), (7500, 0)):
        x = resample(np.sin(2 * np.pi * frequency * time), 44100, 8000)
        assert np.mean(x[200:-200] ** 2) == pytest.approx(power, abs=0.002)
    assert resample(np.ones((2, 500)), 8000, 16000).shape == (2, 1000)


def test_a_sound_of_the_same_rate_is_a_copy():
    x = np.ones((2, 5), np.float32)
    same = resample(x, 8000, 8000)
    assert np.array_equal(same, x) and same.dtype == np.float32 and not np.shares_memory(same, x)


@pytest.mark.parametrize("rate", [0, 4000.0, -8000, "8000", np.nan])
def test_rates_are_whole_numbers(rate, tmp_path):
    (tmp_path / "a.wav").write_bytes(wav(bytes(20)))
    for name, use in (("read_wav", lambda: read_wav(tmp_path / "a.wav", rate)),
                      ("write_wav", lambda: write_wav(tmp_path / "b.wav", np.zeros(5), rate)),
                      ("resample", lambda: resample(np.ones(9), 8000, rate)),
                      ("resample", lambda: resample(np.ones(9), rate, 8000))):
        with pytest.raises(DataError, match=f"{name} expected .* to be a whole number, .*, got {rate!r}"):
            use()


@pytest.mark.parametrize("x", [1.0, np.ones((3, 0))])
def test_no_sound_cannot_be_resampled(x):
    for rate in (8000, 16000):
        with pytest.raises(DataError, match=r"resample expected \(..., T\) with a sample at least, got \("):
            resample(x, 8000, rate)


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_what_is_written_is_read(bits, tmp_path):
    x = np.append(np.random.default_rng(0).uniform(-1, 1, 500), [1, -1, 0])
    write_wav(tmp_path / "a.wav", x, rate=11025, bits=bits)
    back, rate = read_wav(tmp_path / "a.wav")
    assert rate == 11025 and np.abs(back - x).max() <= 1.01 / 2 ** (bits - 1) + 1e-7
    write_wav(tmp_path / "b.wav", back, bits=bits)
    assert np.array_equal(read_wav(tmp_path / "b.wav")[0], back)
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, bits // 8, 11025)


def test_16_bits_are_written_as_anyone_reads_them(tmp_path):
    write_wav(tmp_path / "a.wav", [0.5, -1, 1, 0])
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert np.frombuffer(file.readframes(9), "<i2").tolist() == [16384, -32768, 32767, 0]


GOOD = np.arange(100, dtype="<i2").tobytes()


@pytest.mark.parametrize(("content", "message"), [
    (b"", "is empty: record or download it again"),
    (b"<!DOCTYPE html><html>404 Not Found</html>", "begin with RIFF, got b'<!DOCTYPE ht'"),
    (b"RI", "begin with RIFF, got b'RI'"),
    (b"RIFF\x10\0\0\0WAVE", "damaged or of a format"),
    (b"RIFF\x10\0\0\0AVI abcdefgh", "damaged or of a format .*not a WAV file"),
    (wav(GOOD, cut=1), "damaged or of a format"),
    (wav(GOOD, cut=60), "damaged or of a format .*(premature|end of file)"),
    (wav(GOOD, cut=200), "damaged or of a format"),
    (wav(GOOD, cut=210), "damaged or of a format"),
    (wav(GOOD, channels=0), "damaged or of a format"),
    (wav(GOOD, kind=MULAW, bits=8), "damaged or of a format .*MULAW.*: save it as 16-bit PCM"),
    (wav(GOOD, rate=1), "says 1 samples per second; expected 1,000 to 400,000"),
    (wav(GOOD, rate=90_000_000), "says 90,000,000 samples per second"),
    (wav(b""), "a header and no samples"),
    (wav(np.array([0, np.nan], "<f4").tobytes(), kind=FLOAT, bits=32), "no numbers"),
    (wav(np.array([0, np.inf], "<f4").tobytes(), kind=FLOAT, bits=32), "no numbers"),
], ids=str)
def test_a_damaged_file_is_one_clear_line(content, message, tmp_path):
    (tmp_path / "7_ann_0.wav").write_bytes(content)
    with pytest.raises(DataError, match=f"(?i)7_ann_0.wav.*{message}") as caught:
        read_wav(tmp_path / "7_ann_0.wav")
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 600


def test_every_shortened_file_is_an_error(tmp_path):
    whole = wav(np.arange(20, dtype="<i2").tobytes())
    for length in range(len(whole)):
        (tmp_path / "a.wav").write_bytes(whole[:length])
        with pytest.raises(DataError):
            read_wav(tmp_path / "a.wav")


def test_every_damaged_header_is_read_or_an_error_and_nothing_else(tmp_path):
    whole = wav(np.arange(20, dtype="<i2").tobytes())
    refused = 0
    for place in range(44):
        for value in (0, 0x7F, 0xFF):
            (tmp_path / "a.wav").write_bytes(whole[:place] + bytes([value]) + whole[place + 1 :])
            try:
                read_wav(tmp_path / "a.wav")
            except DataError:
                refused += 1
    assert refused > 60


def test_what_is_no_file(tmp_path):
    for path in (tmp_path / "none.wav", tmp_path):
        with pytest.raises(DataError, match="cannot be read .*expected a WAV file"):
            read_wav(path)


# ------------------------------------------------------------------------------------------- noise


@pytest.mark.parametrize(("kind", "decibels"), [("white", 0), ("pink", -3.01)])
def test_noise_has_power_one_and_the_slope_of_its_color(kind, decibels):
    x = noise(kind, (20, 8192), np.random.default_rng(0))
    assert np.allclose(np.mean(x**2, axis=-1), 1)
    power = np.mean(np.abs(np.fft.rfft(x)) ** 2, axis=0)
    octaves = [10 * np.log10(power[low : 2 * low].mean()) for low in (128, 256, 512, 1024, 2048)]
    assert np.diff(octaves) == pytest.approx(decibels, abs=0.5)


def test_babble_is_made_of_the_voices():
    voices = [np.sin(2 * np.pi * f / 8000 * np.arange(4000)) for f in (500, 1500)]
    x = noise("babble", (3, 8000), np.random.default_rng(0), voices)
    power = np.abs(np.fft.rfft(x)) ** 2
    near = power[:, 490:511].sum(1) + power[:, 1490:1511].sum(1)
    assert x.shape == (3, 8000) and np.allclose(np.mean(x**2, axis=-1), 1) and np.all(near > 0.95 * power.sum(1))
    assert abs(np.corrcoef(x)[0, 1]) < 0.999


def test_babble_is_six_talkers_at_once():
    """Of a track with a single click each talker gives one, and where clicks fall together they are higher."""
    x = noise("babble", (20, 1000), np.random.default_rng(0), [np.zeros(500), [1.0], np.zeros(499)])
    clicks = [row[row > 0] / row[row > 0].min() for row in x]
    assert [round(heights.sum()) for heights in clicks] == [6] * 20 and max(map(len, clicks)) == 6


@pytest.mark.parametrize(("kind", "shape", "voices", "message"), [
    ("brown", (10,), None, "one of 'white', 'pink', 'babble', got 'brown'"),
    ("pink", 100, None, r"shape to be a tuple \(..., T\), got 100"), ("white", (), None, r"got \(\)"),
    ("pink", (2, 1.5), None, r"shape\[1\] to be a whole number, at least 1, got 1.5"),
    ("pink", (2, 0), None, r"shape\[1\] .* got 0"),
    ("babble", (10,), None, r"voices \(V, samples\) for babble, got none"), ("babble", (10,), [], "got none"),
    ("babble", (10,), [[]], "got none"), ("babble", (10,), np.zeros((2, 5)), "voices that speak, got silence")])
def test_noise_of_nothing_is_refused(kind, shape, voices, message):
    with pytest.raises(DataError, match=f"noise expected .*{message}"):
        noise(kind, shape, np.random.default_rng(0), voices)


@pytest.mark.parametrize("snr", [-5, 0, 13.7, [10, 20, 30]])
def test_the_ratio_is_exact_over_the_samples_that_count(snr):
    rng = np.random.default_rng(0)
    x, disturbance, where = rng.standard_normal((3, 500)), rng.standard_normal((3, 500)) * 7, np.arange(500) < 200
    for mask in (None, np.tile(where, (3, 1))):
        added = scaled_noise(x, disturbance, snr, mask)
        assert np.array_equal(add_noise(x, disturbance, snr, mask), x + added)
        counted = slice(None) if mask is None else slice(0, 200)
        ratio = np.mean(x[:, counted] ** 2, axis=1) / np.mean(added[:, counted] ** 2, axis=1)
        assert 10 * np.log10(ratio) == pytest.approx(np.broadcast_to(snr, 3), abs=1e-9)
        assert np.allclose(added / disturbance, (added / disturbance)[:, :1]), "noise is scaled and nothing else"


def test_a_ratio_to_silence_is_refused():
    for x, disturbance in ((np.zeros(5), np.ones(5)), (np.ones(5), np.zeros(5))):
        with pytest.raises(ValueError, match="got silence"):
            add_noise(x, disturbance, 10)


@pytest.mark.parametrize("snr", [np.nan, "loud", [10, np.inf], -101, None])
def test_a_ratio_is_a_number_of_decibels(snr):
    with pytest.raises(DataError, match="snr_db to be a number, at least -100, at most 100, got"):
        add_noise(np.ones((2, 5)), np.ones((2, 5)), snr)


@pytest.mark.parametrize(("x", "options", "message"), [
    (np.ones((2, 3)), {}, r"samples \(T,\), got \(2, 3\)"), (np.ones(3), {"bits": 24}, "one of 8, 16, 32, got 24"),
    (np.array([0, 1.5]), {}, "from -1 to 1, got 1.5"), (np.array([0, np.nan]), {}, "from -1 to 1"),
])
def test_what_cannot_be_written(x, options, message, tmp_path):
    with pytest.raises(DataError, match=message):
        write_wav(tmp_path / "a.wav", x, **options)
    assert not (tmp_path / "a.wav").exists()
