"""Why this file exists: chapter 3 compares remedies by this table, so it must be fair, whole, and made again."""

import numpy as np
import pytest

from dlcourse import data
from dlcourse.evaluate import correct, predict
from dlcourse.studies import regularizers as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read

REMEDIES = ["none", *study.STRENGTHS]


def counts(row, column):
    """A column of the test that holds one number per seed."""
    return np.array([float(number) for number in row[column].split()])


@pytest.mark.parametrize("labels", study.LABELS)
@pytest.mark.parametrize("remedy", REMEDIES)
def test_every_remedy_has_the_same_sweep_and_the_best_is_chosen(labels, remedy):
    rows = study.table(labels, remedy, "sweep")
    grid = {(str(strength), str(rate)) for strength, rate in study.settings(remedy)}
    assert {(row["strength"], row["rate"]) for row in rows} == grid and len(grid) == len(rows) == 12
    assert float(rows[0]["mean"]) == max(float(row["mean"]) for row in rows)
    assert (str(study.chosen(labels, remedy)[0]), str(study.chosen(labels, remedy)[1])) == (
        rows[0]["strength"], rows[0]["rate"])


@pytest.mark.parametrize("labels", study.LABELS)
@pytest.mark.parametrize("remedy", REMEDIES)
def test_the_test_was_read_once_by_the_winner(labels, remedy):
    (row,) = study.table(labels, remedy, "test")
    assert (row["strength"], row["rate"]) == tuple(map(str, study.chosen(labels, remedy)))
    right, plain = counts(row, "read"), counts(study.table(labels, "none", "test")[0], "read")
    assert len(right) == len(study.TEST_SEEDS) and right.mean() / 797 == pytest.approx(float(row["mean"]), abs=1e-4)
    np.testing.assert_array_equal(right - plain, counts(row, "only_with") - counts(row, "only_without"))


def test_nothing_else_is_in_the_table():
    assert len(read("regularizers")) == len(study.LABELS) * len(REMEDIES) * 13
    assert not set(study.SWEEP_SEEDS) & set(study.TEST_SEEDS)


@pytest.mark.parametrize("labels, remedy, strength, rate",
                         [("redrawn", "none", "", 0.005), ("true", "augment", 0.1, 0.014)])
def test_a_row_made_again_agrees(labels, remedy, strength, rate):
    with in_float64():
        again = study.sweep_row(labels, remedy, strength, rate)
    (stored,) = [row for row in study.table(labels, remedy, "sweep")
                 if (row["strength"], row["rate"]) == (str(strength), str(rate))]
    assert again["mean"] == pytest.approx(float(stored["mean"]), abs=0.003)  # three of 1,000, on another processor


def test_without_a_remedy_the_wrong_labels_are_learned_by_heart():
    with in_float64():
        _, history = study.train("redrawn", 0.1, 0)
    assert len(history.steps) == study.EPOCHS * study.ROWS / study.BATCH and history["loss"][-1] < 0.05


@pytest.mark.parametrize("remedy", study.STRENGTHS)
def test_a_remedy_changes_what_it_says(remedy):
    """Decay shortens the weights, dropout and augmentation raise the loss, and so on."""
    with in_float64():
        plain, history = study.train("true", 0.014, 0)
        model, changed = study.train("true", 0.014, 0, **study.options(remedy, study.STRENGTHS[remedy][2]))
    length, before = (sum((p.data**2).sum() for p in m.parameters()) for m in (model, plain))
    if remedy == "epochs":
        assert changed.steps == history.steps[: len(changed.steps)] and len(changed) == 20
    elif remedy == "hidden":
        assert model[0].weight.shape == (64, 64) and plain[0].weight.shape == (256, 64)
    elif remedy == "decay":
        assert length < 0.9 * before
    else:
        assert changed["loss"][-1] > 2 * history["loss"][-1]


def test_together_is_the_three_of_one_strength():
    assert study.options("together", 2) == {"decay": 0.003, "dropout": 0.25, "augment": 0.1}
    assert study.options("none", "") == {} and study.augmentation(0) is None


def test_labels_are_redrawn_only_where_it_says_so(monkeypatch):
    seen = {}
    monkeypatch.setattr(study, "fit", lambda model, batches, *_, **__: seen.update(y=batches.arrays[1]))
    digits = data.load("digits").fit
    for labels, least, most in (("true", 0, 0), ("redrawn", 0.05, 0.25)):
        shares = []
        for seed in range(10):
            study.train(labels, 0.1, seed)
            order = np.random.default_rng(seed).permutation(800)[: study.ROWS]
            shares.append(np.mean(seen["y"] != digits.y[order]))
        assert least <= min(shares) and max(shares) <= most and (np.mean(shares) > 0) == (most > 0)
    assert (data.load("digits").fit.y == digits.y).all()  # the labels of the data set itself are as they were


def test_the_sweep_never_sees_the_test_rows_and_training_not_the_validation_rows(monkeypatch):
    """Planted: rows that cannot be read."""
    digits = data.load("digits")
    digits.x[1000:], digits.y[1000:] = np.nan, -1
    monkeypatch.setattr(data, "load", {"digits": digits}.__getitem__)
    monkeypatch.setattr(study, "SWEEP_SEEDS", range(1))
    with in_float64():
        assert study.sweep_row("redrawn", "epochs", 5, 0.05)["mean"] > 0.5
        digits.x[800:1000] = np.nan
        model, _ = study.train("true", 0.05, 0, epochs=5)
        assert correct(predict(model, digits.fit.x), digits.fit.y).mean() > 0.5
        digits.x[:800] = np.nan
        with pytest.raises(FloatingPointError):
            study.train("true", 0.05, 0, epochs=5)


def best_at(remedy, rate):
    """The best mean of a remedy at one learning rate, with careless labels."""
    return max(float(row["mean"]) for row in study.table("redrawn", remedy, "sweep") if row["rate"] == rate)


def test_what_the_chapter_says_of_the_sweep():
    """At a large rate remedies give back what careless labels cost, fewer neurons do not; a small rate does, too."""
    fast, slow = best_at("none", "0.05"), best_at("none", "0.004")
    assert slow > fast + 0.08 and best_at("hidden", "0.05") < fast + 0.02
    assert all(best_at(remedy, "0.05") > fast + 0.05 for remedy in ("decay", "dropout", "epochs", "augment"))
    winners = [float(study.table("redrawn", remedy, "sweep")[0]["mean"]) for remedy in study.STRENGTHS]
    assert max(winners) < slow + 0.01


def test_what_the_chapter_says_of_the_test():
    """No remedy is clearly better than a network with a well chosen rate."""
    for labels in study.LABELS:
        plain = float(study.table(labels, "none", "test")[0]["mean"])
        rows = [study.table(labels, remedy, "test")[0] for remedy in study.STRENGTHS]
        assert all(abs(float(row["mean"]) - plain) < 0.015 and sum(counts(row, "p_values") < 0.05) <= 1 for row in rows)
        assert plain < float(study.table(labels, "none", "sweep")[0]["mean"]) - 0.03  # other hands
