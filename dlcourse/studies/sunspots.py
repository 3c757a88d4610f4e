"""How many spots will the sun have, next year and in ten years? Two naive answers, autoregression, recurrent networks.

    python -m dlcourse.studies sunspots

Settings are chosen with rows 1700-1901 to fit and 1902-1943 to judge, by the root mean squared error averaged over the
next 1 to 11 years: the period of the seasonal naive forecast; for autoregression the order and whether square roots are
forecast; for the networks (a GRU that says 11 years at once, and one that says a year and reads its own answer) the
learning rate and the number of steps, by three seeds. Networks forecast square roots too, standardized, from the last
33 values. Then everything is fitted anew to 1700-1943, the networks with five other seeds, and forecasts 1944-2008:
from each of 55 years the 11 that follow, always with all years up to then known, and one year ahead from each of 65.

Intervals are made of the errors on 1902-1943 of what was fitted to 1700-1901, nothing else: split conformal ones,
normal ones, and conformal ones on the scale of square roots, which are wider where more spots are forecast. `width` is
the whole width, in spots, on average.
"""

import time
from itertools import pairwise

import numpy as np

from dlcourse import functional as F
from dlcourse import nn, optim
from dlcourse.data import load
from dlcourse.data.series import windows
from dlcourse.forecast import (
    Autoregression,
    RecurrentForecaster,
    conformal_widths,
    gaussian_widths,
    persistence,
    rmse,
    seasonal_naive,
)
from dlcourse.tensor import Tensor

from .chapter_1 import in_float64
from .table import read, write

LENGTH, HORIZON, HIDDEN = 33, 11, 16
PERIODS, ORDERS = range(9, 13), range(1, 31)
RATES, STEPS = [0.003, 0.01, 0.03], [50, 100, 200, 400]
SWEEP_SEEDS, SEEDS, LEVELS = range(5, 8), range(5), (0.5, 0.8, 0.9)
CYCLES = (1944, 1954, 1964, 1976, 1986, 1996, 2009)  # the years of few spots; the last cycle ended in 2008
NETWORKS = {"GRU, at once": HORIZON, "GRU, step by step": 1}


def histories(part, before, horizon=HORIZON):
    """From each year the values before and after it.   Returns: (M, LENGTH), (M, horizon)."""
    return windows(part, LENGTH, horizon, before=before)


class Roots:
    """Square roots, standardized by the years that are fitted; what a network reads and writes."""

    def __init__(self, series):
        roots = np.sqrt(series)
        self.mean, self.sd = roots.mean(), roots.std()

    def __call__(self, values):
        return (np.sqrt(values) - self.mean) / self.sd

    def back(self, values):
        """Spots again, at least 0."""
        return np.maximum(values * self.sd + self.mean, 0) ** 2


def autoregression(series, order, roots):
    """A function of histories and horizon."""
    model = Autoregression(np.sqrt(series) if roots else series, order)
    if not roots:
        return lambda history, horizon: np.maximum(model.forecast(history, horizon), 0)
    return lambda history, horizon: np.maximum(model.forecast(np.sqrt(history), horizon), 0) ** 2


def trained(series, name, rate, steps, seed, watch=None):
    """A network fitted to a series by so many steps of Adam with all windows at once; a function as above.

    `watch(step, forecaster)` is called after each step.
    """
    scale, ahead = Roots(series), NETWORKS[name]
    model = RecurrentForecaster(HIDDEN, ahead, nn.GRU, rng=np.random.default_rng(seed))
    x, y = windows(scale(series), LENGTH, ahead)
    optimizer = optim.Adam(model.parameters(), lr=rate)

    def forecaster(history, horizon):
        return scale.back(model.forecast(scale(history), horizon))

    for step in range(1, steps + 1):
        loss = F.mse_loss(model(Tensor(x)), Tensor(y))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if watch is not None:
            watch(step, forecaster)
    return forecaster


def sweep(sun):
    """What each setting's error on the validation years is: {(model, setting): mean over horizons and seeds}."""
    x, y = histories(sun.validation.value, sun.fit.value)
    found = {("persistence", ""): rmse(persistence(x, HORIZON), y).mean()}
    for period in PERIODS:
        found["seasonal naive", f"period {period}"] = rmse(seasonal_naive(x, HORIZON, period), y).mean()
    for roots in (False, True):
        for order in ORDERS:
            forecast = autoregression(sun.fit.value, order, roots)(x, HORIZON)
            found["autoregression", f"order {order}{', roots' if roots else ''}"] = rmse(forecast, y).mean()
    for name in NETWORKS:
        for rate in RATES:
            errors = {steps: [] for steps in STEPS}
            for seed in SWEEP_SEEDS:
                def watch(step, forecaster, errors=errors):
                    if step in errors:
                        errors[step].append(rmse(forecaster(x, HORIZON), y).mean())

                trained(sun.fit.value, name, rate, max(STEPS), seed, watch)
            found |= {(name, f"rate {rate}, {steps} steps"): np.mean(of_seeds) for steps, of_seeds in errors.items()}
    return found


def forecasters(series, name, setting, seeds):
    """The forecasters of one model and setting, one for each seed (one for all where nothing is drawn)."""
    words = setting.replace(",", "").split()
    if name == "persistence":
        return [persistence]
    if name == "seasonal naive":
        return [lambda history, horizon: seasonal_naive(history, horizon, int(words[1]))]
    if name == "autoregression":
        return [autoregression(series, int(words[1]), "roots" in words)]
    return [trained(series, name, float(words[1]), int(words[2]), seed) for seed in seeds]


KINDS = {  # how an interval is made: on which scale errors are taken, and how wide it must be
    "conformal": (np.asarray, conformal_widths),
    "gaussian": (np.asarray, gaussian_widths),
    "on_roots": (np.sqrt, conformal_widths),
}


def interval(kind, forecast, past_forecast, past_truth, level):
    """Around forecasts, with the errors of the past: (low, high), each (M, horizon)."""
    scale, widths = KINDS[kind]
    width = widths(scale(past_forecast) - scale(past_truth), level)
    low, high = np.maximum(scale(forecast) - width, 0), scale(forecast) + width
    return (low**2, high**2) if scale is np.sqrt else (low, high)


def cycles_won(errors, others, year):
    """In how many of the six cycles the mean squared error is the smaller one."""
    inside = [(year >= first) & (year < last) for first, last in pairwise(CYCLES)]
    return sum(np.mean(errors[years] ** 2) < np.mean(others[years] ** 2) for years in inside)


def rows_of(sun, name, setting, validation, naive):
    """The rows of one model: for each step ahead the error on the test years and what its intervals covered.

    `naive` has the errors of the seasonal naive forecast one year ahead, to count the cycles that are won against it.
    """
    x, y = histories(sun.test.value, sun.train.value)
    past_x, past_y = histories(sun.validation.value, sun.fit.value)
    one_x, one_y = histories(sun.test.value, sun.train.value, 1)
    errors, ones, won, intervals = [], [], [], {(kind, level): [] for kind in KINDS for level in LEVELS}
    for model, earlier in zip(forecasters(sun.train.value, name, setting, SEEDS),
                              forecasters(sun.fit.value, name, setting, SEEDS), strict=True):
        forecast, past = model(x, HORIZON), earlier(past_x, HORIZON)
        errors.append(rmse(forecast, y))
        for kind, level in intervals:
            low, high = interval(kind, forecast, past, past_y, level)
            intervals[kind, level].append([np.mean((low <= y) & (y <= high), axis=0), np.mean(high - low, axis=0)])
        single = (model(one_x, 1) - one_y)[:, 0]
        ones.append(np.sqrt(np.mean(single**2)))
        won.append(cycles_won(single, naive, sun.test.year))
    rows = []
    for step, found in enumerate(np.array(errors).T):
        row = {"model": name, "setting": setting, "validation": round(float(validation), 2), "ahead": step + 1,
               **_spread(found), "one_ahead_65": "", "cycles_won": ""}
        if step == 0:
            row |= {"one_ahead_65": round(float(np.mean(ones)), 2), "cycles_won": round(float(np.mean(won)), 1)}
        for (kind, level), of_seeds in intervals.items():
            share, width = np.mean(of_seeds, axis=0)[:, step]
            row |= {f"{kind}_{round(100 * level)}": round(float(share), 3),
                    f"{kind}_{round(100 * level)}_width": round(float(width), 1)}
        rows.append(row)
    return rows


def _spread(found):
    return {name: round(float(f(found)), 2) for name, f in (("mean", np.mean), ("lowest", min), ("highest", max))}


def chosen(found):
    """The setting with the smallest validation error of each model."""
    best = {}
    for (name, setting), error in found.items():
        if name not in best or error < best[name][1]:
            best[name] = (setting, error)
    return best


def naive_errors(sun, setting):
    """What the seasonal naive forecast misses, one year ahead, in each of the 65 test years."""
    x, y = histories(sun.test.value, sun.train.value, 1)
    (model,) = forecasters(sun.train.value, "seasonal naive", setting, SEEDS)
    return (model(x, 1) - y)[:, 0]


@in_float64()
def remake():
    """Choose on the validation years, fit anew, and forecast the test years once."""
    started, sun = time.perf_counter(), load("sunspots")
    best = chosen(sweep(sun))
    naive = naive_errors(sun, best["seasonal naive"][0])
    rows = [row for name, (setting, error) in best.items() for row in rows_of(sun, name, setting, error, naive)]
    write("sunspots", rows, "python -m dlcourse.studies sunspots", started)


def column(name, what):
    """One column of the table for a model, by steps ahead.   Returns: (11,)."""
    return np.array([float(row[what]) for row in read("sunspots") if row["model"] == name])
