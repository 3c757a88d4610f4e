"""Why this file exists: the chapter says what a residual connection is worth at which depth, so rows are made again."""

import math

import numpy as np
import pytest

from dlcourse import Tensor, data
from dlcourse.studies import residual_depth as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read

SETTINGS = {(design, depth, rate) for design in study.DESIGNS for depth in study.DEPTHS for rate in study.RATES}


def test_the_table_is_whole():
    rows = [(row["design"], int(row["depth"]), float(row["rate"])) for row in read("residual_depth")]
    assert len(rows) == len(SETTINGS) and set(rows) == SETTINGS


@pytest.mark.parametrize("design", study.DESIGNS)
@pytest.mark.parametrize("depth", study.DEPTHS)
def test_depth_counts_layers_of_weights(design, depth):
    shapes = [p.shape for p in study.network(design, depth, 0).parameters() if len(p.shape) == 2]
    assert shapes == [(32, 64), *[(32, 32)] * (depth - 2), (10, 32)]


@in_float64()
def test_plain_and_residual_differ_by_the_skip_alone():
    plain, residual = study.network("plain", 6, 0), study.network("residual", 6, 0)
    for a, b in zip(plain.parameters(), residual.parameters(), strict=True):
        assert np.array_equal(a.data, b.data)
    h = Tensor(np.random.default_rng(0).normal(size=(5, 32)))
    assert np.allclose(residual[1](h).data, h.data + plain[1](h).data, rtol=0, atol=1e-12)


@in_float64()
def test_from_zero_a_block_is_the_identity():
    h = Tensor(np.random.default_rng(0).normal(size=(5, 32)))
    assert np.array_equal(study.network("residual from zero", 6, 0)[1](h).data, h.data)


@pytest.mark.parametrize(("design", "depth"), [("plain", 34), ("residual from zero", 18), ("residual, batch norm", 6)])
def test_a_row_made_again_agrees(design, depth):
    stored = study.best(design, depth)
    again = in_float64()(study.row_of)(design, depth, float(stored["rate"]))
    # Another processor rounds otherwise, and 300 steps make that visible; the spread over seeds is wider.
    assert float(stored["lowest_loss"]) * 0.9 <= again["loss"] <= float(stored["highest_loss"]) * 1.1
    assert float(stored["lowest_accuracy"]) - 0.01 <= again["accuracy"] <= float(stored["highest_accuracy"]) + 0.01


def test_the_best_row_has_the_lowest_loss():
    for design in study.DESIGNS:
        rows = [row for row in read("residual_depth") if (row["design"], row["depth"]) == (design, "34")]
        assert len(rows) == len(study.RATES)
        assert float(study.best(design, 34)["loss"]) == min(float(row["loss"]) for row in rows)


@in_float64()
def test_the_test_rows_are_not_seen_and_what_explodes_counts_as_guessing(monkeypatch):
    """Planted: test rows that cannot be read, then rows to fit that cannot."""
    digits = data.load("digits")
    digits.x[1000:] = np.nan
    monkeypatch.setattr(data, "load", {"digits": digits}.__getitem__)
    monkeypatch.setattr(study, "EPOCHS", 1)
    assert study.run("residual from zero", 6, 0.003, 0)[1] > 0.3
    digits.x[:800] = np.nan
    assert study.run("residual from zero", 6, 0.003, 0) == (math.log(10), 0.1)
