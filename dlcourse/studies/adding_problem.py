"""Who can remember a number for 20, 60 or 100 steps? The adding problem, with one grid of rates for all.

    python -m dlcourse.studies adding_problem

Five readers of 32 units, each followed by a linear layer on its last state, are trained on 8,000 sequences: a tanh RNN;
a ReLU RNN that begins with the identity (Le et al. 2015, but with input weights drawn as in the others; "small inputs"
draws them with a standard deviation of 0.001, as they did, and is tried at 60 steps); a GRU; an LSTM whose forget gates
begin with a bias of 1; and a linear recurrence that acts on each unit alone, after a layer of ReLUs. They have equal
units, so unequal parameters, which stand in the table.

All get Adam, batches of 32, gradients clipped to norm 1, the same three rates, the same three seeds (of data, first
weights and order) and at most 1,000 updates. Every 50 updates 500 validation rows are asked, and a run whose mean
squared error there is below 0.01 has `solved` the task and stops; always saying 1 costs 1/6. The rate of a reader is
the one that solves most often, then with the fewest updates, then with the smallest mean error on the 2,000 validation
rows. The test rows are asked by the three networks of that rate, once. With their rate the two plain networks then get
three times the updates at 20 and 60 steps: rows with a `budget` of 3,000.

`gradient_ratio` is measured before the first update, on 64 sequences: the mean norm of the gradient of the answer by
the first input over that by the last.
"""

import contextlib
import time

import numpy as np

import dlcourse
from dlcourse import Tensor, nn, no_grad, optim
from dlcourse import functional as F
from dlcourse.data import load
from dlcourse.nn.utils import clip_grad_norm_
from dlcourse.recurrence import DiagonalRecurrence, LastState, forget_bias_, identity_
from dlcourse.train import Batches

from .chapter_1 import in_float64
from .table import read, write

LENGTHS, RATES, SEEDS = (20, 60, 100), (0.001, 0.004, 0.016), range(3)
READERS = ("tanh RNN", "identity RNN", "GRU", "LSTM", "linear recurrence")
SMALL, SMALL_LENGTH = "identity RNN, small inputs", 60
HIDDEN, BATCH, CLIP, BUDGET = 32, 32, 1.0, 1000
LONGER, LONGER_LENGTHS, LONG_BUDGET = ("tanh RNN", "identity RNN"), (20, 60), 3000
EVERY, ASKED, SOLVED = 50, 500, 0.01


@contextlib.contextmanager
def in_float32():
    """Compute in float32: only how often a task is solved is told, and that survives another processor."""
    before = dlcourse.get_default_dtype()
    dlcourse.set_default_dtype(np.float32)
    try:
        yield
    finally:
        dlcourse.set_default_dtype(before)


def network(name, seed, hidden=HIDDEN):
    """A reader with its first weights, and the layer that answers."""
    rng = np.random.default_rng(seed)
    options = {"batch_first": True, "rng": rng}
    if name == "tanh RNN":
        reader = nn.RNN(2, hidden, **options)
    elif name in ("identity RNN", SMALL):
        reader = identity_(nn.RNN(2, hidden, nonlinearity="relu", **options))
        if name == SMALL:
            nn.init.normal_(reader.weight_ih_l0, 0, 0.001, rng=rng)
    elif name == "GRU":
        reader = nn.GRU(2, hidden, **options)
    elif name == "LSTM":
        reader = forget_bias_(nn.LSTM(2, hidden, **options), 1.0)
    elif name == "linear recurrence":
        layers = nn.Linear(2, hidden, rng=rng), nn.ReLU(), DiagonalRecurrence(hidden, rng=rng)
        reader = nn.Sequential(*layers)
    else:
        raise ValueError(f"network expected one of {(*READERS, SMALL)}, got {name!r}")
    return LastState(reader, hidden, rng=rng)


def gradient_norms(model, x):
    """How much the answer depends on each step: norms of its gradient, the mean over sequences, (T,)."""
    leaf = Tensor(x, requires_grad=True)
    model(leaf).sum().backward()
    for p in model.parameters():
        p.grad = None
    return np.linalg.norm(leaf.grad, axis=2).mean(axis=0)


def mean_error(model, x, y):
    """Mean squared error, a few hundred sequences at a time."""
    with no_grad():
        parts = [model(Tensor(x[k : k + 500])).data for k in range(0, len(x), 500)]
    return float(((np.concatenate(parts).astype(float) - y) ** 2).mean())


def train(model, rows, rate, seed, budget=BUDGET, clip=CLIP, norms=None):
    """Train until it is solved or the budget is used. Returns the updates after which it was solved, or None.

    The list `norms`, if given, gets the norm of each gradient before it is clipped.
    """
    norms = [] if norms is None else norms
    optimizer = optim.Adam(model.parameters(), lr=rate)
    batches, held_out, updates = Batches(rows.fit.x, rows.fit.y, batch_size=BATCH, seed=seed), rows.validation, 0
    while True:
        for x, y in batches:
            optimizer.zero_grad()
            F.mse_loss(model(Tensor(x)), Tensor(y)).backward()
            norms.append(clip_grad_norm_(model.parameters(), clip))
            optimizer.step()
            updates += 1
            if updates % EVERY == 0 and mean_error(model, held_out.x[:ASKED], held_out.y[:ASKED]) < SOLVED:
                return updates
            if updates == budget:
                return None


def run(name, T, rate, seed, budget=BUDGET):
    """One trained network and its row, still without test error."""
    rows, model = load("adding", T=T, seed=seed), network(name, seed)
    solved = train(model, rows, rate, seed, budget)
    error = mean_error(model, rows.validation.x, rows.validation.y)
    return model, {"steps": T, "reader": name, "parameters": sum(p.numel() for p in model.parameters()), "rate": rate,
                   "seed": seed, "budget": budget, "solved_after": solved or "", "validation": round(error, 4),
                   "test": "", "gradient_ratio": f"{first_over_last(network(name, seed), T, seed):.1e}"}


@in_float64()  # float32 has no numbers below 1e-45
def first_over_last(model, T, seed):
    """The first over the last of the norms that `gradient_norms` finds on 64 sequences."""
    for p in model.parameters():
        p.data = p.data.astype(np.float64)
    norms = gradient_norms(model, load("adding", T=T, seed=seed).fit.x[:64])
    return norms[0] / norms[-1]


def best_rate(rows):
    """Of rows as in the table: most solved, then fewest updates, then smallest validation error."""

    def order(rate):
        own = [row for row in rows if float(row["rate"]) == rate]
        updates = [int(row["solved_after"] or row["budget"]) for row in own]
        return (-sum(bool(row["solved_after"]) for row in own), sum(updates),
                sum(float(row["validation"]) for row in own))

    return min({float(row["rate"]) for row in rows}, key=order)


def rows_of(name, T):
    """All rows of one reader at one length: the sweep, then the chosen rate with more updates where that is due."""
    runs = [run(name, T, rate, seed) for rate in RATES for seed in SEEDS]
    rate = best_rate([row for _, row in runs])
    if name in LONGER and T in LONGER_LENGTHS:
        runs += [run(name, T, rate, seed, LONG_BUDGET) for seed in SEEDS]
    for model, row in runs:
        if row["rate"] == rate:
            test = load("adding", T=T, seed=row["seed"]).test
            row["test"] = round(mean_error(model, test.x, test.y), 4)
    return [row for _, row in runs]


def tasks():
    """What is studied, in its order: pairs of a reader and a length."""
    found = [(name, T) for T in LENGTHS for name in READERS]
    return [*found, (SMALL, SMALL_LENGTH)]


@in_float32()
def remake():
    """Train all and store; what is finished is stored at once."""
    started, rows = time.perf_counter(), []
    for name, T in tasks():
        rows += rows_of(name, T)
        write("adding_problem", rows, "python -m dlcourse.studies adding_problem", started)


def stored(name, T, budget=BUDGET, rate=None):
    """The rows of one reader, length and budget, those of its chosen rate unless another is named."""
    rows = [row for row in read("adding_problem") if (row["reader"], int(row["steps"])) == (name, T)]
    rate = best_rate([row for row in rows if int(row["budget"]) == BUDGET]) if rate is None else rate
    return [row for row in rows if float(row["rate"]) == rate and int(row["budget"]) == budget]


def summary(name, T, budget=BUDGET):
    """How many of the seeds solved it at the chosen rate, the updates of those, and the test errors."""
    rows = stored(name, T, budget)
    updates = [int(row["solved_after"]) for row in rows if row["solved_after"]]
    return {"rate": float(rows[0]["rate"]), "solved": len(updates), "seeds": len(rows), "updates": updates,
            "test": [float(row["test"]) for row in rows],
            "gradient_ratio": float(np.median([float(row["gradient_ratio"]) for row in rows]))}
