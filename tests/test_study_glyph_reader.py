"""Why this file exists: the chapter says what first filters become, so the stored network and table are held to it."""

import numpy as np
import pytest
from engine_tools import engine_state, float64  # noqa: F401

from dlcourse import data
from dlcourse.evaluate import accuracy, predict
from dlcourse.studies import glyph_reader as study
from dlcourse.studies.table import read


def row(seed):
    return {name: float(value) for name, value in read("glyph_reader")[seed].items() if name != "command"
            and value.replace(".", "", 1).isdigit()}


def test_the_table_is_whole():
    assert [int(one["seed"]) for one in read("glyph_reader")] == list(study.SEEDS)


def test_the_stored_network_gives_its_row_again(float64):  # noqa: F811
    model, glyphs = study.network(), data.load("glyphs", n=study.ROWS, seed=0)
    some = slice(0, 600)
    assert abs(accuracy(predict(model, glyphs.same_fonts.x[some]), glyphs.same_fonts.y[some])
               - row(0)["same_fonts"]) < 0.02
    assert abs(study.likeness(study.first_filters(model)).mean() - row(0)["likeness"]) < 1e-3
    assert not model.training and study.WEIGHTS.stat().st_size < 120_000


@pytest.mark.parametrize("seed", study.SEEDS)
def test_before_training_filters_are_as_stored_and_no_more_than_chance(float64, seed):  # noqa: F811
    before = study.likeness(study.first_filters(study.untrained(seed))).mean()
    assert abs(before - row(seed)["likeness_before"]) < 1e-3
    chance = study.likeness(np.random.default_rng(0).normal(size=(2000, 7, 7)))
    assert abs(before - chance.mean()) < 4 * chance.std() / 4  # the mean of 16


def test_what_the_chapter_says():
    for seed in study.SEEDS:
        found = row(seed)
        assert found["likeness"] > max(found["likeness_before"], found["likeness_shuffled"]) + 0.1
        assert found["same_fonts"] > 0.95


def test_a_short_training_learns(float64, monkeypatch):  # noqa: F811
    """A whole row takes half a minute; the stored network above is what can be tried quickly."""
    monkeypatch.setattr(study, "ROWS", 600)
    monkeypatch.setattr(study, "BATCH", 20)
    model, glyphs = study.train_network(3)
    assert accuracy(predict(model, glyphs.train.x), glyphs.train.y) > 0.5


def test_patterns_are_edges_and_lines_under_every_angle():
    patterns = study.oriented(7, sigma=1.5, angles=16).reshape(-1, 7, 7)
    assert patterns.shape == (32, 7, 7)
    assert np.allclose(patterns.mean(axis=(1, 2)), 0) and np.allclose((patterns**2).sum(axis=(1, 2)), 1)
    edge, line = patterns[:2]
    assert np.allclose(edge, -edge[:, ::-1]) and np.allclose(line, line[:, ::-1])
    assert np.allclose(np.abs(patterns[16]), np.abs(edge.T))  # a quarter turn
    assert np.allclose(study.likeness(np.array([edge, -3 * line + 5])), 1)
    filters = np.random.default_rng(0).normal(size=(4, 7, 7))
    mixed = study.shuffled(filters, np.random.default_rng(1))
    assert np.array_equal(np.sort(mixed, axis=None), np.sort(filters, axis=None)) and not np.array_equal(mixed, filters)
