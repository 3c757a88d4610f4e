"""Why this file exists: chapter 3 says of the table that the error rises, falls again, and ends below its first low."""

import numpy as np
import pytest

from dlcourse import data
from dlcourse.studies import double_descent as study
from dlcourse.studies.table import read

WIDTHS = np.array(study.WIDTHS)


def test_the_table_is_whole():
    assert [(row["labels"], int(row["width"])) for row in read("double_descent")] == [
        (kind, width) for kind in study.KINDS for width in study.WIDTHS]
    for row in read("double_descent"):
        assert float(row["lowest"]) <= float(row["new"]) <= float(row["highest"])


def test_what_the_chapter_says_of_the_curves():
    """The peak is where there are as many features as digits; the widest beats the best of the narrow ones."""
    redrawn, true, decay = map(study.curve, study.KINDS)
    assert WIDTHS[redrawn.argmax()] == WIDTHS[true.argmax()] == study.ROWS
    assert redrawn.max() > 0.7 and redrawn[-1] < redrawn[WIDTHS < study.ROWS].min() - 0.01
    assert decay[WIDTHS == study.ROWS] < 0.2 and decay.min() < redrawn.min() - 0.02
    fitted, length = study.curve("redrawn", "fitted"), study.curve("redrawn", "length")
    assert (fitted[WIDTHS >= study.ROWS] == 0).all() and fitted[0] > 0.3
    assert WIDTHS[length.argmax()] == study.ROWS and (np.diff(length[WIDTHS > study.ROWS]) < 0).all()


@pytest.mark.parametrize("width, kind", [(50, "redrawn"), (1000, "redrawn"), (200, "decay")])
def test_a_row_made_again_agrees(width, kind):
    (stored,) = [row for row in read("double_descent") if (row["labels"], row["width"]) == (kind, str(width))]
    again = study.row(width, kind)
    assert again["new"] == pytest.approx(float(stored["new"]), abs=0.002)  # two of 800, on another processor
    assert again["fitted"] == pytest.approx(float(stored["fitted"]), abs=0.002)


def test_least_squares_fits_and_is_the_shortest():
    rng = np.random.default_rng(0)
    H, targets = rng.standard_normal((5, 12)), rng.standard_normal((5, 3))
    W = study.least_squares(H, targets)
    np.testing.assert_allclose(H @ W, targets, atol=1e-12)
    unseen = np.linalg.svd(H)[2][5:]  # directions that H does not see: any other solution has something of them
    np.testing.assert_allclose(unseen @ W, 0, atol=1e-12)


@pytest.mark.parametrize("shape", [(5, 12), (12, 5)])
def test_weight_decay_solves_its_own_equations(shape):
    rng = np.random.default_rng(0)
    H, targets = rng.standard_normal(shape), rng.standard_normal((shape[0], 3))
    W = study.least_squares(H, targets, decay=0.7)
    np.testing.assert_allclose(H.T @ (H @ W - targets) + 0.7 * W, 0, atol=1e-12)
    small = study.least_squares(H, targets, decay=1e-7)  # with less of it, rounding errors are larger than its effect
    np.testing.assert_allclose(small, study.least_squares(H, targets), atol=1e-6)


def test_labels_are_redrawn_as_often_as_it_says():
    y = np.arange(100_000) % 10
    changed = study.some_labels_redrawn(y, 0.15, np.random.default_rng(0)) != y
    assert changed.mean() == pytest.approx(0.15 * 0.9, abs=0.005)
    assert (study.some_labels_redrawn(y, 0.0, np.random.default_rng(0)) == y).all()


def test_the_test_rows_do_not_occur(monkeypatch):
    """Planted: test rows that cannot be read, and labels there that are none."""
    before = study.errors(50, "redrawn", 0)
    digits = data.load("digits")
    digits.x[1000:], digits.y[1000:] = np.nan, 99
    monkeypatch.setattr(data, "load", {"digits": digits}.__getitem__)
    assert study.errors(50, "redrawn", 0) == before
    digits.x[:1000] = np.nan
    with pytest.raises(np.linalg.LinAlgError):
        study.errors(50, "redrawn", 0)
