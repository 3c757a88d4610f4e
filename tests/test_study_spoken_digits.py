"""Who understands a stranger: the table whole, rows made again, what the stored networks hear, and what is claimed."""

import numpy as np
import pytest

from dlcourse import data
from dlcourse.apps.speech import SpeechCNN, heard
from dlcourse.evaluate import accuracy
from dlcourse.studies import spoken_digits as study
from dlcourse.studies.adding_problem import in_float32
from dlcourse.studies.table import read

SPREAD = 0.05  # 320 clips, and another processor


def share(model, training, condition):
    return np.array([float(row[condition]) for row in read("spoken_digits")
                     if (row["model"], row["training"], row["stage"]) == (model, training, "test")])


def test_the_table_is_whole():
    rows = read("spoken_digits")
    tested = {(r["model"], r["training"], int(r["seed"])) for r in rows if r["stage"] == "test"}
    assert tested == {(m, t, s) for m in study.CHOSEN for t in study.TRAININGS for s in study.SEEDS}
    swept = {(r["model"], float(r["setting"])) for r in rows if r["stage"] == "validation"}
    assert swept == ({(m, rate) for m in study.MODELS for rate in study.RATES}
                     | {(m, strength) for m in study.BASELINES for strength in study.STRENGTHS})
    assert len(rows) == len(tested) + len(swept)
    assert all(0 <= float(row[condition]) <= 1 for row in rows for condition in study.CONDITIONS)


@pytest.mark.parametrize("name", study.CHOSEN)
def test_the_setting_is_the_sweeps(name):
    assert study.best_setting(name) == study.CHOSEN[name]
    assert {float(r["setting"]) for r in read("spoken_digits") if (r["model"], r["stage"]) == (name, "test")} == {
        study.CHOSEN[name]}


@in_float32()
def test_a_row_made_again_agrees():
    row, _ = study.test_row("logistic, mean spectrum", "clean", 1)
    stored = next(r for r in read("spoken_digits") if (r["model"], r["training"], r["stage"], r["seed"]) == (
        "logistic, mean spectrum", "clean", "test", "1"))
    for condition in study.CONDITIONS:
        assert row[condition] == pytest.approx(float(stored[condition]), abs=0.02), condition


@in_float32()
def test_the_stored_networks_hear_what_the_table_says():
    """Four other strangers, and so a wider margin."""
    clips, networks = data.load("speech", speakers=(1, 1, 6), seed=321).test, study.networks()
    for training, network in networks.items():
        assert isinstance(network, SpeechCNN) and not network.training
        for condition, (snr_db, kind) in study.CONDITIONS.items():
            found = accuracy(heard(network, clips, snr_db, kind, study.crowd(9)), clips.y)
            assert abs(found - share("CNN", training, condition).mean()) < 0.25, (training, condition)
        assert accuracy(heard(network, clips), clips.y) > 0.9
    assert study.WEIGHTS.stat().st_size < 100_000


@in_float32()
def test_training_begins_well_and_is_the_same_twice():
    parts = data.load("speech", speakers=(4, 1, 1), seed=0)
    answers = []
    for _ in range(2):
        model, seconds = study.train_network("CNN", ("white",), parts.fit, 0.02, seed=0, epochs=12)
        answers.append(heard(model, parts.fit))
    assert np.array_equal(*answers) and seconds > 0
    assert accuracy(answers[0], parts.fit.y) > 0.5  # of ten digits, after twelve passes over 80 clips


def test_no_speaker_of_the_test_is_heard_before():
    parts = data.load("speech", speakers=study.SPEAKERS, takes=1, seed=0)
    assert not set(parts.train.speaker) & set(parts.test.speaker)
    others = {speaker.tract for speaker in data.load("speech", speakers=(6, 1, 1), takes=1, seed=1000).speakers}
    assert not others & {speaker.tract for speaker in parts.speakers}


# ------------------------------------------------------------------------------------------------ what is claimed


@pytest.mark.parametrize("name", study.MODELS)
def test_clean_training_collapses_and_training_with_noise_does_not(name):
    assert share(name, "clean", "clean").min() > 0.95
    assert share(name, "clean", "white 10").max() < 0.6 < 0.9 < share(name, "white", "white 10").min()


def test_noise_repairs_the_noise_it_was():
    assert share("CNN", "white", "babble 5").mean() + 0.2 < share("CNN", "white and babble", "babble 5").mean()
    for name in study.MODELS:
        assert share(name, "white", "clean").mean() > 0.95


def test_the_baselines_are_behind():
    for name in study.BASELINES:
        assert share(name, "clean", "clean").mean() < share("CNN", "clean", "clean").mean() - 0.05
