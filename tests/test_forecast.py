"""Why this file exists: a forecast that looks into the future, or an interval of the wrong width, would look good."""

import numpy as np
import pytest
from scipy.stats import norm

from dlcourse import nn
from dlcourse.forecast import (
    Autoregression,
    RecurrentForecaster,
    conformal_widths,
    gaussian_widths,
    persistence,
    rmse,
    seasonal_naive,
)
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.tensor import Tensor


def test_naive_forecasts():
    history = np.array([[1.0, 2, 3, 4, 5]])
    assert persistence(history, 3).tolist() == [[5, 5, 5]]
    assert seasonal_naive(history, 7, 3).tolist() == [[3, 4, 5, 3, 4, 5, 3]]
    assert seasonal_naive(history, 2, 5).tolist() == [[1, 2]]
    with pytest.raises(ValueError, match="expected at least 6 values, one period, got 5"):
        seasonal_naive(history, 1, 6)
    with pytest.raises(ValueError, match="horizon of at least 1 whole step, got 0"):
        persistence(history, 0)
    with pytest.raises(ValueError, match="period of at least 1 whole step, got 2.5"):
        seasonal_naive(history, 1, 2.5)


def test_autoregression_solves_the_normal_equations():
    rng, order = np.random.default_rng(0), 4
    series = rng.normal(size=60).cumsum()
    rows = np.array([[1, *series[t - 1 : t - order - 1 if t > order else None : -1]] for t in range(order, 60)])
    expected = np.linalg.solve(rows.T @ rows, rows.T @ series[order:])
    assert Autoregression(series, order).coefficients == pytest.approx(expected, abs=1e-10)


def test_autoregression_finds_the_process_it_was_made_by_and_forecasts_as_a_loop_would():
    series = [1.0, 0.5]
    for _ in range(60):
        series.append(0.3 + 1.6 * series[-1] - 0.9 * series[-2])
    model = Autoregression(np.array(series), 2)
    assert model.coefficients == pytest.approx([0.3, 1.6, -0.9], abs=1e-9)
    values = [2.0, -1.0]
    for _ in range(5):
        values.append(0.3 + 1.6 * values[-1] - 0.9 * values[-2])
    assert model.forecast(np.array([[9.0, 2.0, -1.0]]), 5)[0] == pytest.approx(values[2:], abs=1e-8)


def test_autoregression_says_what_is_too_short():
    with pytest.raises(ValueError, match="at least 9 values for order 4, got 8"):
        Autoregression(np.arange(8.0), 4)
    with pytest.raises(ValueError, match="expected at least 2 values, got 1"):
        Autoregression(np.sin(np.arange(20.0)), 2).forecast(np.ones((3, 1)), 1)


@in_float64()
def test_a_recurrent_forecaster_puts_its_own_answers_in():
    rng = np.random.default_rng(0)
    history = rng.normal(size=(3, 7))
    one = RecurrentForecaster(4, 1, rng=rng)
    values = history
    for _ in range(3):
        values = np.column_stack([values, one(Tensor(values[:, -7:])).data])
    assert one.forecast(history, 3) == pytest.approx(values[:, 7:], abs=1e-12)
    several = RecurrentForecaster(4, 3, nn.LSTM, rng=rng)
    assert several.forecast(history, 3) == pytest.approx(several(Tensor(history)).data, abs=1e-12)
    assert several.forecast(history, 2) == pytest.approx(several.forecast(history, 3)[:, :2], abs=1e-12)


def test_conformal_intervals_cover_as_often_as_promised():
    """Over many draws of ten past errors and a new one, from a distribution that is far from normal."""
    rng = np.random.default_rng(0)
    errors = rng.exponential(size=(20_000, 11))
    inside = [abs(new) <= conformal_widths(old[:, None], 0.8)[0] for *old, new in errors for old in [np.array(old)]]
    assert np.mean(inside) == pytest.approx(9 / 11, abs=0.011)  # the ninth of ten: four standard errors
    assert conformal_widths(errors[:5], 0.9).tolist() == [np.inf] * 11
    assert conformal_widths(np.array([[-3.0], [1], [2]]), 0.5).tolist() == [2]


def test_gaussian_intervals():
    errors = np.array([[3.0, 1], [-4, 1]])
    assert gaussian_widths(errors, 0.9) == pytest.approx(norm.ppf(0.95) * np.sqrt([12.5, 1]))
    for kind in (conformal_widths, gaussian_widths):
        with pytest.raises(ValueError, match="level between 0 and 1, got 90"):
            kind(errors, 90)


def test_rmse_by_column():
    assert rmse([[1, 2], [3, 2]], [[0, 2], [0, 2]]).tolist() == [pytest.approx(5**0.5), 0]
