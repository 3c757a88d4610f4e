"""Who writes strings down: the table whole, what the stored network reads, the rival's cutting, and what is claimed."""

import numpy as np
import pytest

from dlcourse import data
from dlcourse.apps.ctc import error_rate
from dlcourse.apps.speech import StringReader, features
from dlcourse.evaluate import predict
from dlcourse.studies import spoken_strings as study
from dlcourse.studies.adding_problem import in_float32
from dlcourse.studies.table import read

BEAM = f"beam {study.WIDTH}"
LISTENER, RIVAL = ("convolutions and GRU", "best path"), ("cut by loudness", "one by one")


def column(reader, decoding, name):
    return np.array([float(row[name]) for row in read("spoken_strings")
                     if (row["reader"], row["decoding"], row["stage"]) == (reader, decoding, "test")])


def test_the_table_is_whole():
    rows = read("spoken_strings")
    tested = {(r["reader"], r["decoding"], int(r["seed"])) for r in rows if r["stage"] == "test"}
    ways = {(model, way) for model in study.MODELS for way in ("best path", BEAM)} | {("cut by loudness", "one by one")}
    assert tested == {(*way, seed) for way in ways for seed in study.SEEDS}
    assert [float(r["rate"]) for r in rows if r["stage"] == "validation"] == study.RATES
    assert len(rows) == len(tested) + len(study.RATES)
    for row in rows:
        for condition in study.CONDITIONS:
            assert 0 <= float(row[f"strings {condition}"]) <= 1 and float(row[f"error {condition}"]) >= 0


def test_the_rate_is_the_sweeps():
    assert study.best_rate() == study.CHOSEN


@pytest.fixture(scope="module")
def strangers():
    return data.load("speech", speakers=(1, 1, 5), words=study.DIGITS, seed=321).test


@in_float32()
def test_the_stored_network_reads_what_the_table_says(strangers):
    network = study.network()
    assert isinstance(network, StringReader) and not network.training
    assert study.WEIGHTS.stat().st_size < 300_000
    logits = predict(network, features(strangers.x))
    for decoding in ("best path", BEAM):
        found = error_rate(study.read_by(decoding, logits), study.said(strangers))
        assert found == pytest.approx(column("convolutions and GRU", decoding, "error clean").mean(), abs=0.06)


@in_float32()
def test_the_rival_reads_what_the_table_says(strangers):
    found = error_rate(study.cut_and_read(strangers.x, 20, 3), study.said(strangers))
    assert found < 1
    assert column("cut by loudness", "one by one", "error clean").min() > 0.02


@in_float32()
def test_a_short_training_begins_as_ctc_does():
    """It first learns that the blank is always likely, so that nothing is read; then the first digits appear."""
    rows = data.load("speech", speakers=(3, 1, 1), words=study.DIGITS, seed=1).fit
    model, seconds = study.train_network(16, rows, 0.01, seed=0, epochs=3)
    found = study.read_by("best path", predict(model, features(rows.x)))
    assert seconds > 0 and sum(map(len, found)) < sum(map(len, study.said(rows)))


def test_stretches_are_what_is_loud():
    x = 0.001 * np.random.default_rng(0).normal(size=8000)
    for begin, end in ((1000, 2500), (4000, 5000), (5150, 6000)):
        x[begin:end] = np.sin(np.arange(end - begin))
    (first, second), gap = study.stretches(x, 20, 5), 256
    assert abs(first[0] - 1000) <= gap and abs(first[1] - 2500) <= gap
    assert abs(second[0] - 4000) <= gap and abs(second[1] - 6000) <= gap
    assert len(study.stretches(x, 80, 1)) == 1  # everything is loud


def test_a_word_alone_keeps_its_samples():
    x = np.random.default_rng(0).normal(size=9000) * 0.01
    x[3000:4000] += 1
    clip = study.alone(x, 3000, 4000, np.random.default_rng(1))
    assert len(clip) == 7200 and np.array_equal(clip[3100:4100], x[3000:4000])
    assert clip[:3000].std() < 0.02
    assert len(study.alone(x, 0, 9000, np.random.default_rng(1))) == 7200


def test_no_speaker_of_the_strings_taught_the_rival():
    from dlcourse.studies import spoken_digits

    taught = {speaker.tract for speaker in data.load("speech", speakers=spoken_digits.SPEAKERS, takes=1).speakers}
    asked = data.load("speech", speakers=study.SPEAKERS, takes=1, seed=100)
    assert not taught & {speaker.tract for speaker in asked.speakers}


# ------------------------------------------------------------------------------------------------ what is claimed


def test_strings_alone_teach_more_than_cutting_and_naming():
    for condition, lead in (("clean", 0.03), ("white 10", 0.15)):
        name = f"error {condition}"
        assert column(*LISTENER, name).max() < column(*RIVAL, name).min() - lead
    assert column(*LISTENER, "error babble 10").min() > column(*RIVAL, "error babble 10").max()


def test_without_grus_there_are_many_times_as_many_edits():
    for condition in ("clean", "white 10"):
        alone, both = (column(name, "best path", f"error {condition}") for name in ("convolutions alone", LISTENER[0]))
        assert alone.min() > both.max() + 0.05 and alone.mean() > 4 * both.mean()


def test_the_beam_saves_a_few_digits_in_a_thousand():
    greedy, beam = (column("convolutions and GRU", way, "error clean") for way in ("best path", BEAM))
    assert (beam <= greedy + 0.002).all() and (greedy - beam < 0.01).all()
