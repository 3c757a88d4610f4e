"""Say it: its script against the package, its file against the study, its values, what to try."""

import base64
import io
import struct

import numpy as np
import pytest
import traitlets
from scipy.io import wavfile
from test_figure_gates import begun, run_script

from dlcourse import data, no_grad
from dlcourse.apps.speech import BANDS, RATE, SpeechCNN, features
from dlcourse.data.audio import add_noise, read_wav, resample
from dlcourse.figures import say_it
from dlcourse.figures.base import random_numbers
from dlcourse.figures.say_it import FLOOR_DB, MU, NETWORKS, SAMPLES, VOICES, SayIt, babble, decoded, encoded, gaussians
from dlcourse.tensor import Tensor

pytestmark = pytest.mark.usefixtures("float64")

VALUES = [
    {}, {"digit": 0, "voice": "high", "noise": "white", "snr_db": 10.0, "network": "white"},
    {"digit": 5, "voice": "middle", "noise": "babble", "snr_db": 5.5, "network": "white and babble", "seed": 3},
    {"digit": 9, "noise": "white", "snr_db": -5.0, "seed": 999_999, "network": "white"},
    {"digit": 3, "voice": "high", "noise": "babble", "snr_db": 30.0},
]  # fmt: skip


def numbers_of(values):
    figure = SayIt(**values)
    return {"values": values, "sound": figure.sound().tolist(), "span": list(figure.span()),
            "features": figure.features().ravel().tolist(),
            "probabilities": figure.probabilities().tolist()}  # fmt: skip


def wav(values, rate=8000):
    file = io.BytesIO()
    wavfile.write(file, rate, values)
    return file.getvalue()


def text(content):
    return base64.b64encode(content).decode()


def wav_files(folder):
    """Files of all kinds that the page reads, with what the package reads in them."""
    rng = np.random.default_rng(0)
    kinds = {
        "16 bits": wav(rng.integers(-32768, 32768, 2000, np.int16)),
        "16 bits, two channels": wav(rng.integers(-32768, 32768, (500, 2), np.int16), 44100),
        "8 bits": wav(rng.integers(0, 256, 301, np.uint8), 11025),
        "8 bits, two channels": wav(rng.integers(0, 256, (77, 2), np.uint8), 22050),
    }
    whole = kinds["16 bits"]
    note = b"LIST" + struct.pack("<I", 3) + b"abc\0"  # another chunk, of odd length
    kinds["a chunk before the samples"] = whole[:36] + note + whole[36:]
    extensible = struct.pack("<HHIIHHHHI", 0xFFFE, 1, 8000, 16000, 2, 16, 22, 16, 4)
    extensible += struct.pack("<H", 1) + bytes.fromhex("000000001000800000aa00389b71")
    rest = b"WAVEfmt " + struct.pack("<I", len(extensible)) + extensible + whole[36:]
    kinds["the extensible header"] = b"RIFF" + struct.pack("<I", len(rest)) + rest
    found = []
    for name, content in kinds.items():
        path = folder / "sound.wav"
        path.write_bytes(content)
        samples, rate = read_wav(path)
        found.append({"name": name, "base64": text(content), "samples": samples.tolist(), "rate": rate})
    return found


def refused_files():
    whole = wav(np.arange(100, dtype=np.int16))
    return [{"name": name, "base64": text(content), "words": words} for name, content, words in [
        ("a text", b"this is a text, and longer than that", "no WAV file"), ("nothing", b"", "no WAV file"),
        ("24 bits", whole[:34] + struct.pack("<H", 24) + whole[36:], "24 bits"),
        ("floats", wav(np.zeros(10, np.float32)), "not plain PCM"),
        ("only a header", wav(np.zeros(0, np.int16)), "no samples"),
        ("no rate", whole[:24] + struct.pack("<I", 0) + whole[28:], "damaged"),
        ("no channel", whole[:22] + struct.pack("<H", 0) + whole[24:], "damaged"), ("cut", whole[:36], "damaged"),
    ]]  # fmt: skip


def test_the_script_computes_what_the_package_does(tmp_path):
    rng, sound = np.random.default_rng(1), np.random.default_rng(2).uniform(-0.2, 0.2, 1501)
    noises = []
    for ratio in (-3, 0, 12.5):
        x, noise, where = rng.standard_normal(60), rng.standard_normal(60), np.zeros(60, bool)
        where[10:31] = True
        noises.append({"x": x.tolist(), "noise": noise.tolist(), "span": [10, 31], "ratio": ratio,
                       "sum": add_noise(x, noise, ratio, where).tolist()})  # fmt: skip
    rates = []
    for count, old in [(900, 44100), (700, 48000), (333, 16000), (200, 8000), (91, 11025), (50, 6000)]:
        x = rng.standard_normal(count)
        rates.append({"x": x.tolist(), "from": old, "to": RATE, "y": resample(x, old, RATE).tolist()})
    begin = (SAMPLES - len(sound)) // 2
    middle = np.zeros(SAMPLES)
    middle[begin : begin + len(sound)] = 0.6 * sound / np.abs(sound).max()
    wanted = {
        "begun": begun(SayIt()), "data": text(SayIt.stored_numbers()),
        "figures": [numbers_of(values) for values in VALUES],
        "limits": [RATE, SAMPLES, FLOOR_DB, len(SayIt().features()), BANDS, [*VOICES], [*NETWORKS]],
        "noises": noises, "rates": rates, "files": wav_files(tmp_path), "refused": refused_files(),
        "centered": {"sound": sound.tolist(), "span": [begin, begin + len(sound)], "x": middle.tolist()},
    }  # fmt: skip
    run_script("say_it", wanted, tmp_path)


# ------------------------------------------------------------------------------------------------ the file


@pytest.fixture(scope="module")
def study():
    """The study's networks, and its clips of seed 0 without the faint noise."""
    from dlcourse.studies import spoken_digits

    return spoken_digits.networks(), data.load("speech", speakers=spoken_digits.SPEAKERS, seed=0, floor_db=None)


def test_the_file_is_what_the_study_makes(study, tmp_path, monkeypatch):
    """The networks are those of the study, rounded to half precision, and the words are said by its test speakers."""
    monkeypatch.setattr(say_it, "HERE", tmp_path)
    say_it.write_numbers(study[0])
    assert (tmp_path / SayIt.numbers).read_bytes() == SayIt.stored_numbers()
    assert len(SayIt.stored_numbers()) < 133_120


def test_nobody_in_the_figure_was_heard_in_training(study):
    _, speech = study
    chosen = say_it.chosen_speakers(speech, speech.test)
    assert not set(chosen) & set(speech.train.speaker.tolist()) and len(set(chosen)) == 3
    pitches = [speech.speakers[number].pitch for number in chosen]
    assert pitches == sorted(pitches) and pitches[2] > 2 * pitches[0]
    for digit in range(10):
        figure, rows = SayIt(digit=digit, voice="high"), speech.test
        row = np.flatnonzero((rows.speaker == chosen[2]) & (rows.y == digit))[0]
        assert figure.span() == tuple(rows.span[row])
        word = rows.x[row, slice(*rows.span[row])]
        coding = decoded(encoded(word)) - word
        assert np.mean(word**2) > 10**3 * np.mean(coding**2)  # the code's own noise is 30 dB below, at least


def spectrograms(voices=VOICES, **values):
    """The ten digits of these voices, voice by voice: (10 voices, 55, 32)."""
    return np.stack([SayIt(digit=digit, voice=voice, **values).features() for voice in voices for digit in range(10)])


def heard(network, x):
    """The probabilities that a network gives, (N, 10)."""
    with no_grad():
        return network(Tensor(x)).softmax(dim=1).data


def test_half_precision_changes_no_answer(study):
    """Each network of the study and its rounded one agree in 60 clips: all answers, probabilities to 0.01."""
    x = np.concatenate([spectrograms(), spectrograms(noise="white", snr_db=5.0)])
    for name, network in study[0].items():
        for parameter in network.state_dict().values():
            assert np.abs(parameter - parameter.astype(np.float16)).max() < 0.001 * np.abs(parameter).max()
        whole, rounded = heard(network, x), heard(SayIt(network=name).model(), x)
        assert np.abs(whole - rounded).max() < 0.01
        assert np.array_equal(whole.argmax(axis=1), rounded.argmax(axis=1))


# ------------------------------------------------------------------------------------------------ its values


def test_its_values_are_those_of_the_course():
    figure = SayIt(noise="white", snr_db=3.0)
    assert isinstance(figure.model(), SpeechCNN) and not figure.model().training
    assert np.array_equal(figure.features(), features(figure.sound()[None])[0])
    assert figure.features().shape == (55, BANDS) and figure.sound().shape == (SAMPLES,)
    assert np.allclose(figure.probabilities(), heard(figure.model(), figure.features()[None])[0], atol=0)


def test_the_noise_is_as_loud_as_asked_for():
    begin, end = SayIt().span()
    for noise in ("white", "babble"):
        quiet, loud = SayIt().sound(), SayIt(noise=noise, snr_db=-5.0).sound()
        added = (loud - quiet)[begin:end]
        assert 10 * np.log10(np.mean(quiet[begin:end] ** 2) / np.mean(added**2)) == pytest.approx(-5)
    assert not np.array_equal(SayIt().sound(), SayIt(seed=1).sound())


def test_random_numbers_have_the_distribution_that_is_asked_for():
    z = gaussians(random_numbers(0), 20_000)
    assert abs(z.mean()) < 0.03 and abs(z.std() - 1) < 0.03 and abs(np.mean(z**4) - 3) < 0.2
    assert abs(np.corrcoef(z[:-1], z[1:])[0, 1]) < 0.03
    track = np.arange(5.0)
    assert np.allclose(np.diff(babble(random_numbers(3), track, 11)[::5]), 0)  # it repeats


def test_the_code_for_eight_bits():
    x = np.array([0, 1, -1, 0.5, -0.001])
    assert encoded(x).tolist() == [0, 127, -127, round(127 * np.log(1 + MU / 2) / np.log(1 + MU)), -5]
    codes = np.arange(-127, 128)
    assert np.array_equal(encoded(decoded(codes)), codes)


@pytest.mark.parametrize(
    ("values", "words"),
    [({"digit": 10}, "digit"), ({"voice": "child"}, "voice"), ({"noise": "pink"}, "noise"),
     ({"snr_db": 31.0}, "snr_db"), ({"snr_db": -6.0}, "snr_db"), ({"seed": -1}, "seed"),
     ({"network": "GRU"}, "network")],
)  # fmt: skip
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(traitlets.TraitError, match=words):
        SayIt(**values)


# ------------------------------------------------------------------------------------------------ what to try


def answers(network, voices=VOICES, **values):
    """Which of the ten digits are heard right, and the probabilities of the answers, for these voices."""
    found = heard(SayIt(network=network).model(), spectrograms(voices, **values))
    return found.argmax(axis=1) == np.tile(np.arange(10), len(voices)), found.max(axis=1)


def test_the_first_thing_to_try_is_true():
    """The clean network hears all ten digits right; in noise of 20 dB at most half, and it is no less sure."""
    right, _ = answers("clean")
    assert right.all()
    for voice in VOICES:
        right, sure = answers("clean", [voice], noise="white", snr_db=20.0)
        assert right.sum() <= 5 and sure.mean() > 0.9


def test_the_second_thing_to_try_is_true():
    """The white network hears white noise through, 29 of 30, and babble not; the third network hears both through."""
    assert answers("white", noise="white", snr_db=10.0)[0].sum() >= 29
    assert answers("white", noise="babble", snr_db=10.0)[0].sum() <= 12
    assert answers("white and babble", noise="babble", snr_db=10.0)[0].sum() >= 25


def test_the_third_thing_to_try_is_true():
    """At -5 dB five draws of the noise change the answer for most of the words."""
    network, draws = SayIt(network="white").model(), []
    for seed in range(5):
        draws.append(heard(network, spectrograms(noise="white", snr_db=-5.0, seed=seed)).argmax(axis=1))
    assert np.mean(np.ptp(draws, axis=0) > 0) > 0.5


def test_the_fourth_thing_to_try_is_true():
    """A tone is a digit to each network, mostly with a probability above 0.9; nothing of the three means no digit."""
    t, floor = np.arange(SAMPLES) / RATE, 0.003 * gaussians(random_numbers(0), SAMPLES)
    hum = features(np.stack([0.6 * np.sin(2 * np.pi * frequency * t) + floor for frequency in (150, 300, 600)]))
    sure = np.stack([heard(SayIt(network=name).model(), hum).max(axis=1) for name in NETWORKS])
    assert np.median(sure) > 0.9 and len(SayIt().tries) == 4
