"""Why this file exists: a forecast is worth what it adds to a simple one, and an interval what it really covers.

Forecasters take histories (M, L), each the values up to now, oldest first, and return (M, horizon), the values to come.
"""

import math

import numpy as np

from . import nn
from .tensor import Tensor, no_grad


def _whole(name, value):
    if value != int(value) or value < 1:
        raise ValueError(f"expected a {name} of at least 1 whole step, got {value}")
    return int(value)


def persistence(history, horizon):
    """It stays as it is.   Shapes:  history (M, L)  ->  (M, horizon).   Chapter: 7."""
    return np.repeat(np.asarray(history)[:, -1:], _whole("horizon", horizon), axis=1)


def seasonal_naive(history, horizon, period):
    """It comes again as it was one period ago.

    Shapes:  history (M, L)  ->  (M, horizon)
    Raises:  ValueError for a history shorter than the period.
    Source:  Hyndman and Athanasopoulos 2021, sec. 5.2.   Chapter: 7.
    """
    history, period = np.asarray(history), _whole("period", period)
    if history.shape[1] < period:
        raise ValueError(f"seasonal_naive expected at least {period} values, one period, got {history.shape[1]}")
    steps = np.arange(_whole("horizon", horizon))
    return history[:, history.shape[1] - period + steps % period]


class Autoregression:
    """The next value as a weighted sum of the last `order` values and a constant, by least squares.

    y_t = a_0 + a_1 y_(t-1) + ... + a_p y_(t-p); `forecast` puts its own answers in for the values it does not know.

    Raises:  ValueError for fewer equations than unknowns, or a history shorter than the order.
    Source:  Yule 1927 (who invented it for these very sunspots).   Chapter: 7.   Twin: statsmodels' AutoReg.
    """

    def __init__(self, series, order):
        series, order = np.asarray(series), _whole("order", order)
        if len(series) - order < order + 1:
            raise ValueError(f"Autoregression expected at least {2 * order + 1} values for order {order}, "
                             f"got {len(series)}")
        rows = np.lib.stride_tricks.sliding_window_view(series, order + 1)
        before = np.column_stack([np.ones(len(rows)), rows[:, -2::-1]])  # a constant, then the newest value first
        self.order = order
        self.coefficients = np.linalg.lstsq(before, rows[:, -1], rcond=None)[0]  # (order + 1,)

    def forecast(self, history, horizon):
        """Step by step.   Shapes:  history (M, L)  ->  (M, horizon)."""
        values = np.asarray(history)
        if values.shape[1] < self.order:
            raise ValueError(f"Autoregression expected at least {self.order} values, got {values.shape[1]}")
        for _ in range(_whole("horizon", horizon)):
            newest_first = values[:, : -self.order - 1 : -1]
            values = np.column_stack([values, self.coefficients[0] + newest_first @ self.coefficients[1:]])
        return values[:, -horizon:]


class RecurrentForecaster(nn.Module):
    """A recurrent network that reads a history and says the next `horizon` values at once, as changes of the last.

    Shapes:  x (N, L)  ->  (N, horizon)
    Chapter: 7.
    """

    def __init__(self, hidden=16, horizon=1, kind=nn.GRU, *, rng=None):
        self.rnn = kind(1, hidden, batch_first=True, rng=rng)
        self.out = nn.Linear(hidden, horizon, rng=rng)

    def forward(self, x):
        hidden, _ = self.rnn(x.unsqueeze(-1))  # (N, L, H)
        return x[:, -1:] + self.out(hidden[:, -1])  # (N, horizon)

    def forecast(self, history, horizon):
        """At once if the network says so many values, else step by step with its own answers put in."""
        values, length = np.asarray(history), np.shape(history)[1]
        with no_grad():
            while values.shape[1] < length + horizon:
                values = np.column_stack([values, self(Tensor(values[:, -length:])).data])
        return values[:, length : length + horizon]


# ---------------------------------------------------------------------------------------------- how sure


def conformal_widths(errors, level):
    """How far from the forecast an interval must reach, for each step ahead, to have covered a share of past errors.

    Of n errors the ceil((n + 1) level)-th smallest in size: then a further error that is exchangeable with these lies
    inside with probability at least `level`.

    Shapes:  errors (n, horizon)  ->  (horizon,), infinite where n is too small
    Raises:  ValueError unless 0 < level < 1.
    Source:  Vovk et al. 2005; split form: Lei et al. 2018, sec. 2.2.   Chapter: 7.
    """
    if not 0 < level < 1:
        raise ValueError(f"expected a level between 0 and 1, got {level}: 0.9 for 90 %")
    errors = np.sort(np.abs(errors), axis=0)
    rank = math.ceil((len(errors) + 1) * level)
    return errors[rank - 1] if rank <= len(errors) else np.full(errors.shape[1], np.inf)


def gaussian_widths(errors, level):
    """The same, if errors were normal with mean 0.   Shapes:  errors (n, horizon)  ->  (horizon,).   Chapter: 7."""
    from scipy.stats import norm

    if not 0 < level < 1:
        raise ValueError(f"expected a level between 0 and 1, got {level}: 0.9 for 90 %")
    return norm.ppf((1 + level) / 2) * np.sqrt(np.mean(np.square(errors), axis=0))


def rmse(forecast, truth, axis=0):
    """Root mean squared error.   Shapes:  (M, horizon) twice  ->  (horizon,).   Chapter: 7."""
    return np.sqrt(np.mean((np.asarray(forecast) - np.asarray(truth)) ** 2, axis=axis))
