"""Why this file exists: who remembers how far is chapter 7's first claim: a run is made again, the rules are held."""

import math

import numpy as np
import pytest

from dlcourse import data
from dlcourse.studies import adding_problem as study
from dlcourse.studies.table import read


def settings():
    """What the table must hold."""
    swept = {(T, name, rate, seed, study.BUDGET) for name, T in study.tasks() for rate in study.RATES
             for seed in study.SEEDS}
    longer = {(T, name, study.summary(name, T)["rate"], seed, study.LONG_BUDGET) for name in study.LONGER
              for T in study.LONGER_LENGTHS for seed in study.SEEDS}
    return swept | longer


def test_the_table_is_whole():
    rows = [(int(row["steps"]), row["reader"], float(row["rate"]), int(row["seed"]), int(row["budget"]))
            for row in read("adding_problem")]
    assert len(rows) == len(set(rows)) and set(rows) == settings()


@study.in_float32()
def test_a_run_made_again_agrees():
    """The GRU at 20 steps, about 150 updates."""
    _, again = study.run("GRU", 20, 0.016, seed=0)
    updates = study.summary("GRU", 20)["updates"]
    assert min(updates) - 100 <= again["solved_after"] <= max(updates) + 100
    stored = study.stored("GRU", 20, rate=0.016)[0]
    assert again["parameters"] == int(stored["parameters"])
    assert float(again["gradient_ratio"]) == pytest.approx(float(stored["gradient_ratio"]), rel=0.3)


def test_what_the_chapter_says_of_20_and_60_steps():
    for name in ("GRU", "LSTM", "identity RNN", "linear recurrence"):
        assert study.summary(name, 20)["solved"] == 3 and max(study.summary(name, 20)["test"]) < 0.02
    assert study.summary("GRU", 60)["solved"] == study.summary("identity RNN", 60)["solved"] == 3
    for T in study.LENGTHS:
        assert study.summary("tanh RNN", T)["solved"] == 0
    assert study.summary("tanh RNN", 20, study.LONG_BUDGET)["solved"] >= 1
    assert study.summary("tanh RNN", 60, study.LONG_BUDGET)["solved"] == 0
    assert min(study.summary("tanh RNN", 60)["test"]) > 0.14


def test_the_first_gradient_does_not_predict():
    ratio = {name: study.summary(name, 60)["gradient_ratio"] for name in ("GRU", "tanh RNN", study.SMALL)}
    assert ratio["GRU"] < 1e-8 and ratio["tanh RNN"] < 1e-8 and ratio[study.SMALL] > 0.1
    assert study.summary(study.SMALL, 60)["solved"] == 0


def test_test_errors_stand_at_the_chosen_rate_alone():
    for row in read("adding_problem"):
        chosen = study.summary(row["reader"], int(row["steps"]))["rate"]
        assert bool(row["test"]) == (float(row["rate"]) == chosen)


@study.in_float32()
def test_test_rows_are_not_seen_before_the_rate_is_chosen(monkeypatch):
    """Planted: test rows that cannot be read."""
    rows = data.load("adding", T=20, seed=0)
    rows.x[10_000:] = np.nan
    monkeypatch.setattr(study, "load", lambda name, T, seed: rows)
    _, row = study.run("GRU", 20, 0.016, 0, budget=60)
    assert math.isfinite(row["validation"]) and row["test"] == ""
    assert math.isnan(study.mean_error(study.network("GRU", 0), rows.test.x, rows.test.y))


def rows(*runs):
    """Rows of a table: (rate, updates or "", validation error)."""
    return [{"rate": rate, "solved_after": after, "budget": 1000, "validation": error} for rate, after, error in runs]


def test_the_rate_is_chosen_by_solved_then_updates_then_error():
    assert study.best_rate(rows((0.1, 900, 0.5), (0.1, 900, 0.5), (0.2, 100, 0.1), (0.2, "", 0.1))) == 0.1
    assert study.best_rate(rows((0.1, 900, 0.1), (0.2, 800, 0.5))) == 0.2
    assert study.best_rate(rows((0.1, "", 0.16), (0.2, "", 0.15))) == 0.2


@study.in_float32()
def test_a_run_stops_when_it_is_solved_or_out_of_updates(monkeypatch):
    adding, norms = data.load("adding", n=300, T=4), []
    assert study.train(study.network("GRU", 0), adding, 0.001, 0, budget=3, norms=norms) is None and len(norms) == 3
    monkeypatch.setattr(study, "SOLVED", 10.0)
    norms.clear()
    assert study.train(study.network("GRU", 0), adding, 0.001, 0, norms=norms) == study.EVERY == len(norms)


def test_gradient_norms_are_a_mean_over_sequences():
    model, x = study.network("LSTM", 0), data.load("adding", n=30, T=6).fit.x[:3]
    alone = [study.gradient_norms(model, x[k : k + 1]) for k in range(3)]
    np.testing.assert_allclose(study.gradient_norms(model, x), np.mean(alone, axis=0), rtol=1e-4)
    assert all(p.grad is None for p in model.parameters())


def test_an_unknown_reader_is_refused():
    with pytest.raises(ValueError, match="expected one of .*'GRU'.*got 'ESN'"):
        study.network("ESN", 0)
