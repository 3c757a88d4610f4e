"""Why this file exists: chapter 6 says by this table who reads more and who reads what moved, so rows are remade."""

import itertools

import numpy as np
import pytest

from dlcourse import data
from dlcourse.evaluate import paired_test
from dlcourse.studies import digit_reader, image_networks
from dlcourse.studies import shifted_digits as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read

NETWORKS = {reader: study.row_of(*reader) for reader in study.READERS}


def test_every_reader_has_its_sweep_and_one_row_of_the_test():
    stored = read("shifted_digits")
    for method, augmented in study.READERS:
        sweep = [row for row in stored if (row["method"], row["augmented"], row["stage"]) == (
            method, "yes" if augmented else "no", "sweep")]
        grid = [" ".join(f"{number:g}" for number in setting) for setting in study.GRIDS.get(method, [])]
        assert [row["setting"] for row in sweep] == grid
        if sweep:
            best = study.chosen([row | {"mean": float(row["mean"])} for row in sweep], method, augmented)
            assert study.row_of(method, augmented)["setting"] == " ".join(f"{number:g}" for number in best)
    assert len(stored) == len(study.READERS) + sum(len(study.GRIDS.get(method, [])) for method, _ in study.READERS)


def test_of_settings_that_tie_the_middle_one_wins():
    means = [0.9, 0.95, 0.9, 0.95, 0.95, 0.9]
    rows = [{"mean": mean} for mean in means]
    assert study.chosen(rows, "logistic regression", False) == study.GRIDS["logistic regression"][3]


@pytest.mark.parametrize("augmented", [False, True])
def test_the_convolutional_network_is_that_of_the_study_digit_reader(augmented):
    """Same settings, same seeds: what it read there it reads here."""
    row, design = study.row_of("CNN", augmented), "augmented" if augmented else "plain"
    (other,) = [row for row in read("digit_reader") if (row["design"], row["stage"]) == (design, "test")]
    assert float(row["setting"]) == digit_reader.CHOSEN[design] == float(other["rate"])
    counts = image_networks.answers(row).sum(axis=1)
    assert np.abs(counts - np.array(other["read"].split(), int)).max() <= 2  # another processor may differ by a few


@pytest.mark.parametrize("reader", study.READERS)
def test_the_answers_give_the_stored_numbers(reader):
    row = study.row_of(*reader)
    right = image_networks.answers(row)
    assert right.mean() == pytest.approx(float(row["mean"]), abs=1e-4)
    assert len(right) == (5 if reader[1] or reader[0] in ("MLP", "CNN") else 1)


@pytest.mark.parametrize("reader", [("logistic regression", False), ("SVM", False), ("MLP", False)])
def test_a_row_made_again_agrees(reader):
    stored = study.row_of(*reader)
    setting = tuple(float(number) for number in stored["setting"].split())
    setting = (int(setting[0]), setting[1]) if reader[0] == "MLP" else setting
    with in_float64():
        again = study.test_row(*reader, setting)
    for column in ("mean", "down_mean", "across_mean"):
        assert again[column] == pytest.approx(float(stored[column]), abs=0.005 if column == "mean" else 0.015)


def test_copies_keep_the_rows_and_their_labels():
    x, y = image_networks.pictures("validation")
    more, labels = study.with_copies(x, y, 0)
    assert more.shape == (200 * (study.COPIES + 1), 1, 8, 8) and np.array_equal(more[:200], x)
    assert np.array_equal(labels.reshape(-1, 200), np.tile(y, (study.COPIES + 1, 1)))
    assert not np.array_equal(more[200:400], x)


@in_float64()
def test_the_sweep_never_sees_the_test_rows(monkeypatch):
    """Planted: test rows that cannot be read."""
    digits = data.load("digits")
    digits.x[1000:], digits.y[1000:] = np.nan, -1
    monkeypatch.setattr(data, "load", {"digits": digits}.__getitem__)
    monkeypatch.setattr(study, "PASSES", 2)
    assert study.sweep_row("SVM", True, (10.0, 0.06))["mean"] > 0.8
    assert study.sweep_row("MLP", True, (64, 0.01))["mean"] > 0.5


def clear(first, second):
    """The p-value of each seed against the one set of answers of the machine without moves."""
    other = image_networks.answers(study.row_of(*second))[0]
    return [paired_test(one, other).p_value for one in image_networks.answers(study.row_of(*first))]


def test_what_the_chapter_says_of_the_ordered_split():
    """With moves the CNN is above the SVM beyond chance in every seed, without in some; moves add to both networks."""
    assert max(clear(("CNN", True), ("SVM", False))) < 0.01 / 3  # three comparisons
    plain, machine = (image_networks.answers(study.row_of(method, False)).sum(axis=1) for method in ("CNN", "SVM"))
    assert plain.min() > machine.max() and max(clear(("CNN", False), ("SVM", False))) > 0.05
    assert min(clear(("SVM", True), ("SVM", False))) > 0.05
    for method in ("MLP", "CNN"):
        with_moves, without = (image_networks.answers(study.row_of(method, moved)).mean(axis=1)
                               for moved in (True, False))
        assert (with_moves > without).all()


def test_what_the_chapter_says_of_rolled_digits():
    """Convolution and moves each bring back most of what a pixel costs, together nearly all; down nobody does well."""
    across, down = ({reader: float(row[f"{way}_mean"]) for reader, row in NETWORKS.items()}
                    for way in ("across", "down"))
    mlp, moved_mlp, cnn, moved_cnn = (across[reader] for reader in itertools.product(("MLP", "CNN"), (False, True)))
    assert mlp + 0.15 < min(moved_mlp, cnn) and abs(moved_mlp - cnn) < 0.05 and max(moved_mlp, cnn) + 0.05 < moved_cnn
    assert max(down.values()) < 0.9 < moved_cnn
