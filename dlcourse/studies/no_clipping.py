"""What does clipping save? The adding problem of 20 steps again, this time with gradients as long as they come.

    python -m dlcourse.studies no_clipping

Readers, rates, seeds, updates and the rule that stops a run are those of the study `adding_problem`, whose rows at 20
steps, clipped to norm 1, are the other half of the comparison. `largest_norm` is the largest norm of the gradient in
the run, `dead` the share of the hidden units whose state is 0 at the end of all of 500 validation sequences. Nothing
is chosen here, so test rows are not needed.
"""

import time

import numpy as np

from dlcourse import Tensor, no_grad
from dlcourse.data import load

from . import adding_problem
from .adding_problem import BUDGET, RATES, SEEDS, in_float32, mean_error, network, train
from .table import read, write

READERS, STEPS, UNLIMITED = ("tanh RNN", "identity RNN", "GRU", "LSTM"), 20, float("inf")


def row_of(name, rate, seed, clip=UNLIMITED, budget=BUDGET):
    """Train one network."""
    rows, model, norms = load("adding", T=STEPS, seed=seed), network(name, seed), []
    with np.errstate(over="ignore", invalid="ignore"):
        solved = train(model, rows, rate, seed, budget, clip, norms)
    with no_grad():
        last = model.reader(Tensor(rows.validation.x[:500]))[0].data[:, -1]
    return {"reader": name, "rate": rate, "seed": seed, "budget": budget, "solved_after": solved or "",
            "validation": round(mean_error(model, rows.validation.x, rows.validation.y), 4),
            "largest_norm": f"{max(norms):.1e}", "dead": round(float((last == 0).all(axis=0).mean()), 2)}


@in_float32()
def remake():
    """Train all and store; what is finished is stored at once."""
    started, rows = time.perf_counter(), []
    for name in READERS:
        rows += [row_of(name, rate, seed) for rate in RATES for seed in SEEDS]
        write("no_clipping", rows, "python -m dlcourse.studies no_clipping", started)


def solved(name, rate):
    """How many of the seeds solved it within the updates: (with clipping, without)."""
    clipped = adding_problem.stored(name, STEPS, rate=rate)
    free = [row for row in read("no_clipping") if row["reader"] == name and float(row["rate"]) == rate]
    return tuple(sum(bool(row["solved_after"]) for row in rows) for rows in (clipped, free))
