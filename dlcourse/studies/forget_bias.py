"""With which bias should a forget gate begin? An LSTM on the adding problem of 60 steps.

    python -m dlcourse.studies forget_bias

The LSTM, its training and the rule that stops it are those of the study `adding_problem`; only the bias differs with
which all forget gates begin, and the two larger rates of that study are tried for each. Three seeds. `keeps` is the
share of the cell that a step keeps where all else is 0, the sigmoid f of the bias; `memory` is 1 / (1 - f) steps.
`gradient_ratio` as in `adding_problem`. Nothing is chosen here, so test rows are not needed.
"""

import math
import time

import numpy as np

from dlcourse import nn
from dlcourse.data import load
from dlcourse.recurrence import LastState, forget_bias_

from .adding_problem import BUDGET, HIDDEN, RATES, SEEDS, first_over_last, in_float32, mean_error, train
from .table import read, write

BIASES, STEPS, TRIED = (-1, 0, 1, 2, 4), 60, RATES[1:]


def network(bias, seed):
    """The LSTM, and the layer that answers."""
    rng = np.random.default_rng(seed)
    return LastState(forget_bias_(nn.LSTM(2, HIDDEN, batch_first=True, rng=rng), bias), HIDDEN, rng=rng)


def row_of(bias, rate, seed, budget=BUDGET):
    """Train one network."""
    rows, model = load("adding", T=STEPS, seed=seed), network(bias, seed)
    solved = train(model, rows, rate, seed, budget)
    keeps = 1 / (1 + math.exp(-bias))
    return {"bias": bias, "keeps": round(keeps, 3), "memory": round(1 / (1 - keeps), 1), "rate": rate,
            "seed": seed, "budget": budget, "solved_after": solved or "",
            "validation": round(mean_error(model, rows.validation.x, rows.validation.y), 4),
            "gradient_ratio": f"{first_over_last(network(bias, seed), STEPS, seed):.1e}"}


@in_float32()
def remake():
    """Train all and store; what is finished is stored at once."""
    started, rows = time.perf_counter(), []
    for bias in BIASES:
        rows += [row_of(bias, rate, seed) for rate in TRIED for seed in SEEDS]
        write("forget_bias", rows, "python -m dlcourse.studies forget_bias", started)


def updates(bias, rate):
    """The updates after which each seed solved it, the budget where none did: (solved, all)."""
    rows = [row for row in read("forget_bias") if (float(row["bias"]), float(row["rate"])) == (bias, rate)]
    return (sum(bool(row["solved_after"]) for row in rows),
            [int(row["solved_after"] or row["budget"]) for row in rows])


def gradient_ratio(bias):
    """The median over the seeds."""
    return float(np.median([float(row["gradient_ratio"]) for row in read("forget_bias")
                            if float(row["bias"]) == bias]))
