"""Why this file exists: speakers must not leak from training to test, and noise and labels must be what they say."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from dlcourse import set_default_dtype
from dlcourse.data import formants
from dlcourse.data.audio import NOISES, write_wav
from dlcourse.data.checks import DataError
from dlcourse.data.spectrogram import log_mel
from dlcourse.data.speech import CARD, speech

FEW = {"speakers": (2, 1, 1), "takes": 1}


@pytest.fixture(scope="module")
def clips():
    """What `load("speech")` gives without an option."""
    return speech()


def inside(data):
    """True for the samples in which somebody speaks."""
    spans = data.span.reshape(len(data), -1, 2, 1)
    samples = np.arange(data.x.shape[1])
    return np.any((samples >= spans[:, :, 0]) & (samples < spans[:, :, 1]), axis=1)


# ------------------------------------------------------------------------------------------- what is there


def test_the_parts_share_no_speaker_and_each_speaker_says_all(clips):
    assert clips.x.shape == (960, 7200) and clips.x.dtype == np.float32 and clips.rate == 8000
    parts = [clips.fit, clips.validation, clips.test]
    assert [len(part) for part in parts] == [480, 160, 320]
    assert [len(set(part.speaker)) for part in parts] == [24, 8, 16]
    assert len(set(clips.speaker)) == 48 == len(clips.speakers)
    assert set(clips.train.speaker).isdisjoint(clips.test.speaker)
    assert set(clips.fit.speaker).isdisjoint(clips.validation.speaker)
    assert np.all(np.bincount(clips.speaker * 10 + clips.y) == 2), "each says each digit twice"
    assert len(set(clips.test.y[:20])) > 5 and len(set(clips.test.speaker[:20])) > 5, "a few rows are a fair sample"
    assert len(np.unique(clips.x, axis=0)) == 960, "no clip occurs twice"


def test_clips_are_16_bit_numbers_with_a_floor_of_noise_and_no_digital_silence(clips):
    assert np.array_equal(np.rint(clips.x * 32768), clips.x * 32768)
    largest = np.abs(clips.x).max(axis=1)
    assert 0.25 < largest.min() < 0.35 and 0.85 < largest.max() <= 0.91
    assert clips.x.reshape(960, 90, 80).std(axis=2).min() > 0, "ten milliseconds in which nothing happens"
    spoken, outside = inside(clips), np.ma.masked_array(clips.x, inside(clips))
    power = np.mean(clips.x**2, axis=1, where=spoken), np.asarray((outside**2).mean(axis=1))
    assert 10 * np.log10(power[0] / power[1]) == pytest.approx(40, abs=0.6)
    silent = speech(**FEW, floor_db=None)
    assert np.all(silent.x[~inside(silent)] == 0), "the option that shows the trap"


def test_the_span_is_where_the_word_is(clips):
    begin, end = clips.span.T
    assert np.all((begin >= 0) & (begin < end) & (end <= 7200))
    assert begin.std() > 1000, "the onset says nothing"
    assert 0.15 < (end - begin).min() / 8000 < (end - begin).max() / 8000 < 0.85
    silent = speech(**FEW, floor_db=None)
    assert all(np.abs(x[b : b + 800]).max() > 0.02 for x, (b, _) in zip(silent.x, silent.span, strict=True))


def test_the_seed_decides_everything():
    one, again, other = speech(**FEW), speech(**FEW), speech(**FEW, seed=1)
    for name in CARD.fields:
        assert np.array_equal(getattr(one, name), getattr(again, name))
    assert not np.array_equal(one.x, other.x)
    assert [s.pitch for s in one.speakers] == [s.pitch for s in again.speakers] != [s.pitch for s in other.speakers]


def test_the_same_dataset_feeds_pytorch_and_has_the_default_dtype():
    data = speech(**FEW)
    x, y = next(iter(torch.utils.data.DataLoader(data.test, batch_size=4)))
    assert x.shape == (4, 7200) and x.dtype == torch.float32 and y.tolist() == data.test.y[:4].tolist()
    set_default_dtype(np.float64)
    try:
        assert speech(**FEW).x.dtype == np.float64
    finally:
        set_default_dtype(np.float32)


def test_a_linear_classifier_hears_most_digits_of_speakers_it_never_heard(clips):
    """From the mean over time: 0.83 for five seeds (0.75 to 0.85), and 0.83 in the study before the course."""
    mels = log_mel(clips.x)
    mels = ((mels - mels.mean((1, 2), keepdims=True)) / mels.std((1, 2), keepdims=True)).mean(axis=1)
    train, test = slice(0, 640), slice(640, 960)
    model = LogisticRegression(max_iter=500).fit(mels[train], clips.y[train])
    assert 0.72 < model.score(mels[test], clips.y[test]) < 0.92
    assert model.score(mels[train], clips.y[train]) > 0.85


# ------------------------------------------------------------------------------------------- noise


@pytest.mark.parametrize("kind", ["white", "pink", "babble"])
def test_noise_has_the_ratio_asked_for_over_the_words(kind):
    clean = speech(**FEW, floor_db=None)
    for asked in (20, 0):
        noisy = speech(**FEW, floor_db=None, noise_db=asked, noise=kind)
        assert np.array_equal(noisy.y, clean.y) and np.array_equal(noisy.span, clean.span)
        assert np.abs(noisy.x).max() < 0.91
        where = inside(clean)
        # A clip that would be too loud was turned down as a whole, by a factor that correlation tells roughly.
        loud = np.abs(noisy.x).max(axis=1) > 0.8999
        factor = np.where(loud, np.sum(noisy.x * clean.x, axis=1) / np.sum(clean.x**2, axis=1), 1)
        added = noisy.x - factor[:, None] * clean.x
        speaking = factor**2 * np.mean(clean.x**2, axis=1, where=where)
        ratio = 10 * np.log10(speaking / np.mean(added**2, axis=1, where=where))
        assert ratio[~loud] == pytest.approx(asked, abs=0.05) and np.all(np.abs(ratio - asked) < 1)
        assert (~loud).sum() >= 5


def test_the_noise_and_the_floor_know_nothing_of_each_other():
    """The same noise is added with and without a floor, and it is not the floor's."""
    ratios = {"clean": (None, None), "floor": (30, None), "noise": (None, 30), "both": (30, 30)}
    x = {name: speech(**FEW, floor_db=floor, noise_db=noise).x for name, (floor, noise) in ratios.items()}
    turned_down = np.max([np.abs(heard).max(axis=1) for heard in x.values()], axis=0) > 0.8999
    floor, alone, added = ((x[a] - x[b])[~turned_down] for a, b in (("floor", "clean"), ("noise", "clean"),
                                                                    ("both", "floor")))
    assert len(added) > 20 and np.abs(added - alone).max() <= 2 / 32768
    assert max(abs(np.corrcoef(*pair)[0, 1]) for pair in zip(floor, added, strict=True)) < 5 / 7200**0.5


def said_in(monkeypatch, **options):
    """A data set, and for each word that is said on the way the speaker's vocal tract and the factor on the pitch."""
    said = []

    def beep(word, speaker, rng, pitch=1.0, longest=formants.LONGEST):
        said.append((speaker.tract, pitch))
        return np.ones(1600)

    monkeypatch.setattr(formants, "say", beep)
    return speech(**FEW, **options), np.array(said)


@pytest.mark.parametrize("seed", [0, 1])
def test_those_who_babble_are_in_none_of_the_parts(seed, monkeypatch):
    data, said = said_in(monkeypatch, noise_db=0, noise="babble", seed=seed)
    known, voices = {speaker.tract for speaker in data.speakers}, set(said[:, 0])
    assert len(known) == 4 and known < voices and len(voices) == 4 + 6 and len(said) == 40 + 6 * 8


def test_kinds_of_noise_differ():
    assert len({speech(**FEW, noise_db=0, noise=kind).x.tobytes() for kind in NOISES}) == 3


def test_noise_can_be_of_several_ratios_and_changes_no_word():
    noisy, quiet = speech(**FEW, noise_db=(0, 30)), speech(**FEW)
    outside = np.ma.masked_array(noisy.x, inside(noisy))
    decibels = -10 * np.log10(np.asarray((outside**2).mean(axis=1)) / np.mean(quiet.x**2, axis=1, where=inside(quiet)))
    assert decibels.min() < 10 and decibels.max() > 20 and np.array_equal(noisy.y, quiet.y)


# ------------------------------------------------------------------------------------------- strings


def test_strings_of_digits_are_padded_and_say_where_each_digit_is():
    data = speech(**FEW, words=(2, 4))
    assert data.x.shape == (40, 21600) and data.y.shape == (40, 4) and data.span.shape == (40, 4, 2)
    assert set(data.lengths) == {2, 3, 4}
    present = np.arange(4) < data.lengths[:, None]
    assert np.all((data.y >= 0) == present) and np.all(data.y[~present] == -1) and np.all(data.span[~present] == -1)
    for x, span, length in zip(data.x, data.span, data.lengths, strict=True):
        begin, end = span[:length].T
        assert np.all(begin < end) and np.all(begin[1:] - end[:-1] >= 160) and end[-1] <= 21600
        power = [np.mean(x[b:e] ** 2) for b, e in span[:length]]
        assert min(power) > 20 * np.mean(x[: begin[0]][-80:] ** 2) if begin[0] > 80 else True
    assert np.array_equal(data.y + 1 == 0, ~present), "as CTC wants it, with 0 for the blank"
    fixed = speech(**FEW, words=3, seconds=1)
    assert fixed.x.shape == (40, 8000) and np.all(fixed.lengths == 3), "spoken faster"


def test_the_labels_of_a_string_are_the_words_that_are_said_in_it(monkeypatch):
    monkeypatch.setattr(formants, "say", lambda word, *_: np.full(1600, 1.0 + formants.WORDS.index(word)))
    data = speech(**FEW, words=3, floor_db=None)
    heard = np.take_along_axis(data.x, data.span[:, :, 0] + 800, axis=1)
    assert heard / heard[:, :1] == pytest.approx((1 + data.y) / (1 + data.y[:, :1]), rel=1e-2)


def test_the_voice_falls_by_a_tenth_in_the_course_of_a_string(monkeypatch):
    for words, expected in ((3, [1, 0.95, 0.9]), (2, [1, 0.9]), (1, [1])):
        factors = said_in(monkeypatch, words=words)[1][:, 1].reshape(40, words)
        assert factors == pytest.approx(np.tile(expected, (40, 1)))


# ------------------------------------------------------------------------------------------- recordings


def record(folder, names, rate=8000, samples=3000):
    rng = np.random.default_rng(0)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_wav(folder / name, rng.uniform(-0.5, 0.5, samples), rate)


def test_a_folder_of_recordings_has_the_same_fields_and_parts(tmp_path):
    names = [f"{digit}_{who}_{take}.wav" for who in "abcdef" for digit in (0, 7) for take in (0, 11)]
    record(tmp_path, names, rate=16000)
    (tmp_path / "README.md").write_text("no sound")
    data = speech(folder=tmp_path)
    assert list(data.fields) == list(CARD.fields) and data.x.shape == (24, 7200)
    assert [len(part) for part in (data.fit, data.validation, data.test)] == [12, 4, 8]
    assert sorted(data.speakers) == list("abcdef")
    assert set(data.train.speaker).isdisjoint(data.test.speaker) and np.bincount(data.y).tolist() == [12, *[0] * 6, 12]
    assert data.span.tolist() == [[2850, 4350]] * 24, "half as many samples, in the middle"
    assert data.x.reshape(24, 90, 80).std(axis=2).min() > 0, "no digital silence around them"
    assert np.array_equal(data.x, speech(folder=str(tmp_path)).x)
    orders = {tuple(speech(folder=tmp_path, seed=seed).speakers) for seed in range(4)}
    assert len(orders) > 1, "the seed draws who is in the test"


def test_samples_and_labels_belong_together(tmp_path):
    for digit in range(10):
        for who in ("ann", "bob", "cleo"):
            write_wav(tmp_path / f"{digit}_{who}_0.wav", np.full(100, (digit + 1) / 20 + 0.01 * ord(who[0]) / 100))
    data = speech(folder=tmp_path, floor_db=None)
    for x, digit, who in zip(data.x[:, 3600], data.y, data.speaker, strict=True):
        assert x == pytest.approx((digit + 1) / 20 + 0.01 * ord(data.speakers[who][0]) / 100, abs=1e-4)


def test_folders_by_digit_and_two_speakers_who_are_all_for_the_test(tmp_path):
    record(tmp_path, ["7/ann_0.wav", "seven/ann_1.WAV", "Zero/bob_nohash_3.wav", "x/4_bob_2.wav"], samples=9000)
    data = speech(folder=tmp_path)
    assert list(data.parts) == ["test"] and len(data.test) == 4 and sorted(data.y) == [0, 4, 7, 7]
    assert sorted(data.speakers) == ["ann", "bob"] and data.span.tolist() == [[0, 7200]] * 4
    assert sorted(data.speakers[who] for who in data.speaker[np.isin(data.y, [0, 4])]) == ["bob", "bob"]


@pytest.mark.parametrize(("names", "message"), [
    (["7_ann_0.wav", "seven.wav", "12_ann_0.wav"], "got 12_ann_0.wav, seven.wav: rename them"),
    (["3/7_ann_0.wav"], "got 3/7_ann_0.wav"), (["eleven/ann_0.wav"], "got eleven/ann_0.wav"),
    ([f"{i}.wav" for i in range(9)], "0.wav, 1.wav, 2.wav, 3.wav, 4.wav and 4 more: rename"), ([], "got none"),
])
def test_files_that_do_not_fit_are_named(names, message, tmp_path):
    record(tmp_path, names)
    with pytest.raises(DataError, match=message):
        speech(folder=tmp_path)


def test_a_recording_that_is_damaged_or_silent_is_named(tmp_path):
    record(tmp_path, ["7_ann_0.wav"])
    write_wav(tmp_path / "8_ann_0.wav", np.zeros(50))
    with pytest.raises(DataError, match="8_ann_0.wav is silent for 0.9 s"):
        speech(folder=tmp_path)
    (tmp_path / "8_ann_0.wav").write_text("<html>")
    with pytest.raises(DataError, match="8_ann_0.wav is not a WAV file"):
        speech(folder=tmp_path)
    with pytest.raises(DataError, match="expected a folder of WAV files"):
        speech(folder=tmp_path / "nowhere")
    with pytest.raises(DataError, match="leave those options out"):
        speech(folder=tmp_path, takes=3)


@pytest.mark.parametrize(("options", "message"), [
    ({"speakers": (1, 0, 1)}, "speakers to be a whole number, at least 1, got 0"),
    ({"speakers": (3, 1, 1.5)}, "got 1.5"),
    ({"speakers": 5}, r"speakers to be \(fit, validation, test\), got 5"), ({"speakers": (3, 1)}, r"got \(3, 1\)"),
    ({"takes": 0}, "takes to be a whole number, at least 1, got 0"), ({"takes": 1.5}, "got 1.5"),
    ({"words": 0}, "words to be a whole number, 1 to 99, got 0"), ({"words": 1.5}, "got 1.5"),
    ({"words": (0, 2)}, "got 0"), ({"words": 100}, "got 100"),
    ({"words": (3, 2)}, r"words to be a number or \(least, most\), got \(3, 2\)"),
    ({"words": (1, 2, 3)}, "words to be a number or"), ({"noise_db": [1]}, "noise_db to be a number or"),
    ({"noise_db": (20, 0)}, r"noise_db to be a number or \(least, most\), got \(20, 0\)"),
    ({"noise_db": np.nan}, "noise_db to be a number, at least -100, at most 100, got nan"),
    ({"noise_db": "1"}, "got '1'"), ({"noise_db": (0, np.inf)}, "got inf"),
    ({"floor_db": np.nan}, "floor_db to be a number, .*, got nan"), ({"floor_db": "loud"}, "got 'loud'"),
    ({"floor_db": -101}, "got -101"),
    ({"seconds": 0.2}, "seconds to be a number, at least 0.3, at most 60, got 0.2"), ({"seconds": 100}, "got 100"),
    ({"seconds": 1, "words": (2, 4)}, "seconds to be a number, at least 1.2, .*got 1"), ({"seconds": "1"}, "got '1'"),
    ({"noise": "brown"}, "noise to be one of 'white', 'pink', 'babble', got 'brown'"), ({"noise": ["pink"]}, "one of"),
    ({"noise": "pink"}, "noise_db with noise='pink': how loud"), ({"folder": 3}, "folder to be a path, got 3"),
])
def test_options_that_make_no_sense(options, message):
    with pytest.raises(DataError, match=f"speech expected .*{message}"):
        speech(**options)


@pytest.mark.full
def test_another_processor_says_the_same_within_one_step(clips, tmp_path):
    code = ("import sys, numpy as np; from dlcourse.data.speech import speech; "
            "np.savez(sys.argv[1], plain=speech().x, noisy=speech(noise_db=10, noise='babble').x)")
    settings = {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR", "OPENBLAS_CORETYPE": "Haswell"}
    subprocess.run([sys.executable, "-W", "ignore", "-c", code, tmp_path / "x.npz"], check=True,
                   env={**os.environ, **settings})
    stored = np.load(tmp_path / "x.npz")
    for name, x in (("plain", clips.x), ("noisy", speech(noise_db=10, noise="babble").x)):
        assert np.abs(stored[name] - x).max() * 32768 <= 1
        assert np.mean(stored[name] != x) < 1e-6
