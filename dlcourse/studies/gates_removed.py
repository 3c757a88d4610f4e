"""Which gate of an LSTM can be taken out? The adding problem of 40 steps.

    python -m dlcourse.studies gates_removed

The training and the rule that stops it are those of the study `adding_problem`, with its two larger rates, for each
network. In each some gates are held at 1 or at 0, whatever is read, and do not learn; forget gates that are free begin
with a bias of 1. Three seeds. The better rate is chosen by the rule of that study, on validation rows; the three
networks with that rate then answer the test rows.
"""

import time

import numpy as np

from dlcourse.data import load
from dlcourse.recurrence import FixedGatesLSTM, LastState, forget_bias_

from .adding_problem import BUDGET, HIDDEN, RATES, SEEDS, best_rate, in_float32, mean_error, train
from .table import read, write

NETWORKS = {"all gates": {}, "no input gate": {"i": 1}, "no output gate": {"o": 1}, "no forget gate": {"f": 1},
            "no gate": {"i": 1, "o": 1, "f": 1}, "forget gate shut": {"f": 0}}
STEPS, TRIED = 40, RATES[1:]


def network(name, seed):
    """An LSTM with some gates held fast, and the layer that answers."""
    rng = np.random.default_rng(seed)
    reader = forget_bias_(FixedGatesLSTM(2, HIDDEN, fixed=NETWORKS[name], rng=rng), 1.0)
    return LastState(reader, HIDDEN, rng=rng)


def run(name, rate, seed, budget=BUDGET):
    """One trained network and its row, still without test error."""
    rows, model = load("adding", T=STEPS, seed=seed), network(name, seed)
    solved = train(model, rows, rate, seed, budget)
    error = mean_error(model, rows.validation.x, rows.validation.y)
    return model, {"network": name, "rate": rate, "seed": seed, "budget": budget, "solved_after": solved or "",
                   "validation": round(error, 4), "test": ""}


def rows_of(name):
    """All rows of one network."""
    runs = [run(name, rate, seed) for rate in TRIED for seed in SEEDS]
    rate = best_rate([row for _, row in runs])
    for model, row in runs:
        if row["rate"] == rate:
            test = load("adding", T=STEPS, seed=row["seed"]).test
            row["test"] = round(mean_error(model, test.x, test.y), 4)
    return [row for _, row in runs]


@in_float32()
def remake():
    """Train all and store; what is finished is stored at once."""
    started, rows = time.perf_counter(), []
    for name in NETWORKS:
        rows += rows_of(name)
        write("gates_removed", rows, "python -m dlcourse.studies gates_removed", started)


def summary(name):
    """Of the better rate: how many seeds solved it, the updates (the budget where one did not), the test errors."""
    rows = [row for row in read("gates_removed") if row["network"] == name]
    rows = [row for row in rows if float(row["rate"]) == best_rate(rows)]
    return {"rate": float(rows[0]["rate"]), "solved": sum(bool(row["solved_after"]) for row in rows),
            "updates": [int(row["solved_after"] or row["budget"]) for row in rows],
            "test": [float(row["test"]) for row in rows]}
