"""Why this file exists: chapter 6 answers by this table whether depth pays with pictures, so a row is made again."""

import numpy as np
import pytest

from dlcourse import Tensor, data
from dlcourse.studies import image_depth as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read

SETTINGS = {(design, depth, rate) for design in study.DESIGNS for depth in study.BLOCKS for rate in study.RATES}


def test_the_table_is_whole():
    rows = [(row["design"], int(row["depth"]), float(row["rate"])) for row in read("image_depth")]
    assert len(rows) == len(SETTINGS) and set(rows) == SETTINGS


@pytest.mark.parametrize("depth", study.BLOCKS)
def test_depth_counts_layers_of_weights_and_the_paths_alone_differ(depth):
    plain, residual = (dict(study.network(design, depth, 0).named_parameters()) for design in ("plain", "residual"))
    weights = [name for name, p in plain.items() if len(p.shape) in (2, 4)]
    assert len(weights) == depth and all("downsample" in name for name in residual.keys() - plain.keys())
    assert all(np.array_equal(p.data, residual[name].data) for name, p in plain.items())


@in_float64()
def test_a_plain_block_is_the_branch_alone():
    plain, residual = (study.network(design, 6, 0).layer1[0].eval() for design in ("plain", "residual"))
    x = Tensor(np.random.default_rng(0).random((2, 8, 8, 8)))
    branch = residual.bn2(residual.conv2(residual.relu(residual.bn1(residual.conv1(x))))).data
    assert np.allclose(plain(x).data, np.maximum(branch, 0), atol=1e-12)
    assert np.allclose(residual(x).data, np.maximum(branch + x.data, 0), atol=1e-12)


def test_a_row_made_again_agrees():
    stored = study.best("residual", 6)
    again = in_float64()(study.row_of)("residual", 6, float(stored["rate"]))
    assert float(stored["lowest_loss"]) * 0.9 <= again["loss"] <= float(stored["highest_loss"]) * 1.1
    assert float(stored["lowest_accuracy"]) - 0.015 <= again["accuracy"] <= float(stored["highest_accuracy"]) + 0.015


@in_float64()
def test_the_test_rows_are_not_seen(monkeypatch):
    """Planted: test rows that cannot be read."""
    digits = data.load("digits")
    digits.x[1000:] = np.nan
    monkeypatch.setattr(data, "load", {"digits": digits}.__getitem__)
    monkeypatch.setattr(study, "PASSES", 3)
    assert study.run("residual", 6, 0.01, 0)[1] > 0.3


def test_what_the_chapter_says():
    """Residual networks gain from 6 to 14 layers and keep it; plain ones lose, and with 26 layers learn little."""
    loss = {(design, depth): study.best(design, depth) for design in study.DESIGNS for depth in study.BLOCKS}
    worst, best = ({key: float(row[f"{which}_loss"]) for key, row in loss.items()} for which in ("highest", "lowest"))
    assert worst["residual", 14] < 0.5 * best["residual", 6] and worst["residual", 26] < 0.5 * best["residual", 6]
    assert worst["plain", 6] < best["plain", 14] and worst["plain", 14] < best["plain", 26]
    assert 10 * worst["residual", 26] < best["plain", 26]
    assert {row["rate"] for row in loss.values()} == {"0.01"}
