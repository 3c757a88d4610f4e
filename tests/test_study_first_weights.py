"""Why this file exists: "never, rarely, always" is the chapter's claim on first weights, so runs are made again."""

import numpy as np
import pytest

from dlcourse import data
from dlcourse.studies import first_weights as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read


def test_the_table_is_whole():
    rows = {(row["start"], float(row["rate"])): int(row["runs"]) for row in read("first_weights")}
    assert rows == {(start, rate): len(study.SEEDS) for start in study.STARTS for rate in study.RATES}


@in_float64()
@pytest.mark.parametrize("start", study.STARTS)
def test_the_starts_have_the_sizes_that_they_claim(start):
    layers = [layer for layer in study.network(start, seed=0) if hasattr(layer, "weight")]
    spread = np.concatenate([layer.weight.data.ravel() for layer in layers[1:]]).std()
    assert len(layers) == study.LAYERS
    assert spread == pytest.approx({"small": 0.01, "default": (3 * 32) ** -0.5, "He": (2 / 32) ** 0.5}[start], rel=0.03)
    assert bool(layers[3].bias.data.any()) == (start == "default")


@in_float64()
@pytest.mark.parametrize("start", study.STARTS)
def test_rows_made_again_agree(monkeypatch, start):
    """Three of the twelve seeds; where a start always or never learns, so must these."""
    monkeypatch.setattr(study, "SEEDS", range(3))
    again = study.row_of(start, 0.001)
    stored = next(row for row in read("first_weights") if (row["start"], row["rate"]) == (start, "0.001"))
    assert float(stored["lowest"]) - 0.01 <= again["mean"] <= float(stored["highest"]) + 0.01
    if start != "default":
        assert again["learned"] == {"small": 0, "He": 3}[start] and study.learned(start, 0.001) in (0, 12)


@in_float64()
def test_the_test_rows_are_not_seen(monkeypatch):
    """Planted: test rows that cannot be read, then rows to fit that cannot."""
    spirals = data.load("spirals")
    spirals.x[1000:] = np.nan
    monkeypatch.setattr(data, "load", {"spirals": spirals}.__getitem__)
    monkeypatch.setattr(study, "EPOCHS", 1)
    monkeypatch.setattr(study, "SEEDS", range(1))
    assert study.row_of("He", 0.001)["mean"] > 0.4
    spirals.x[:800] = np.nan
    with pytest.raises(FloatingPointError):
        study.train_network("He", 0.001, 0)


@in_float64()
def test_the_first_gradient_sees_a_layer_that_lets_little_through():
    """The last layer, made a thousand times smaller, passes so much less back."""
    rows = data.load("spirals").fit
    model = study.network("He", 0)
    before = study.first_gradient(model, rows)
    model[-1].weight.data[...] *= 1e-3
    assert before > 1e-3 and study.first_gradient(model, rows) < 0.01 * before
