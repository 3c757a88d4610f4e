"""Why this file exists: the chapter says what forecasts of the sun are worth, and this study is its evidence."""

import numpy as np
import pytest

from dlcourse.data import load
from dlcourse.forecast import persistence
from dlcourse.studies import sunspots as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read

LEARNED = ("autoregression", *study.NETWORKS)


def test_the_table_is_whole():
    found = [(row["model"], int(row["ahead"])) for row in read("sunspots")]
    assert found == [(name, ahead) for name in ("persistence", "seasonal naive", *LEARNED)
                     for ahead in range(1, study.HORIZON + 1)]


def stored(name):
    return next(row for row in read("sunspots") if row["model"] == name)


@pytest.mark.parametrize("name", ["persistence", "seasonal naive", "autoregression"])
@in_float64()
def test_the_rows_without_chance_come_out_again(name):
    sun, row = load("sunspots"), stored(name)
    naive = study.naive_errors(sun, stored("seasonal naive")["setting"])
    again = study.rows_of(sun, name, row["setting"], float(row["validation"]), naive)
    for new, old in zip(again, (row for row in read("sunspots") if row["model"] == name), strict=True):
        for column in ("mean", "conformal_90", "gaussian_80", "on_roots_50", "on_roots_90_width"):
            assert float(old[column]) == pytest.approx(new[column], abs=0.11 if "width" in column else 0.02)


@in_float64()
def test_a_network_trained_again_agrees_with_the_table():
    sun, (row, *_) = load("sunspots"), [row for row in read("sunspots") if row["model"] == "GRU, at once"]
    (model,) = study.forecasters(sun.train.value, "GRU, at once", row["setting"], [0])
    x, y = study.histories(sun.test.value, sun.train.value)
    found = np.sqrt(np.mean((model(x, study.HORIZON) - y) ** 2, axis=0))
    low, high = (study.column("GRU, at once", name) for name in ("lowest", "highest"))
    assert np.all((low - 0.5 < found) & (found < high + 0.5))


@in_float64()
def test_settings_are_chosen_without_the_test_years(monkeypatch):
    """With a test part of nonsense the sweep of autoregression and the naive forecast finds the same."""
    monkeypatch.setattr(study, "NETWORKS", {})
    sun = load("sunspots")
    found = study.sweep(sun)
    sun.test.value[:] = 1e6
    assert study.sweep(sun) == found
    for name, (setting, error) in study.chosen(found).items():
        assert stored(name)["setting"] == setting
        assert float(stored(name)["validation"]) == pytest.approx(error, abs=0.01)


@in_float64()
def test_a_forecast_ignores_the_years_to_come():
    sun = load("sunspots")
    x, y = study.histories(sun.test.value, sun.train.value)
    for name in ("seasonal naive", *LEARNED[:2]):
        setting = stored(name)["setting"]
        words = setting.replace("100 steps", "2 steps")
        (model,) = study.forecasters(sun.train.value, name, words, [0])
        together = model(x, study.HORIZON)[:5]  # fewer rows may be added up in another order, on some processors
        np.testing.assert_allclose(model(x[:5], study.HORIZON), together, rtol=1e-10, atol=0)
    assert np.array_equal(x[1:, -1], y[:-1, 0])  # a history ends with the year before its first target


def test_cycles_are_counted():
    year = load("sunspots").test.year
    errors = np.where(year < 1964, 1.0, 3.0)
    assert study.cycles_won(errors, np.full(len(year), 2.0), year) == 2
    assert study.cycles_won(errors, errors, year) == 0


def test_intervals_on_roots_grow_with_the_forecast():
    past, truth = np.array([[90.0], [25]]), np.array([[100.0], [16]])
    low, high = study.interval("on_roots", np.array([[4.0], [100]]), past, truth, 0.5)
    width = 1  # of the errors sqrt 90 - 10 and 5 - 4 the larger
    assert low.ravel() == pytest.approx([(2 - width) ** 2, 81]) and high.ravel() == pytest.approx([9, 121])
    low, high = study.interval("conformal", np.array([[4.0]]), past, truth, 0.5)
    assert (low[0, 0], high[0, 0]) == (0, 14)


def test_what_the_chapter_says():
    naive = study.column("seasonal naive", "mean")
    for name in LEARNED:
        error = study.column(name, "mean")
        assert error[0] < 0.65 * naive[0] and np.all(error[2:] > naive[2:])
        assert float(stored(name)["validation"]) < float(stored("seasonal naive")["validation"])
        assert float(stored(name)["cycles_won"]) == 6
    assert persistence(np.ones((1, 3)), 2).tolist() == [[1, 1]]
