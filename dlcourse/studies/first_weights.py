"""Twenty layers, three sizes of the first weights: how often does training get anywhere?

    python -m dlcourse.studies first_weights

Networks of 20 layers of weights, 32 ReLU units wide, learn to tell two spirals apart. They differ in their start
alone: small weights, those that `nn.Linear` and PyTorch draw by default (with random biases; the others begin at 0),
and those of He et al. (2015). Twelve seeds for each start and learning rate. A run has `learned` the spirals if more
than 90 % of the validation rows are right; half of them are by guessing. Nothing is chosen here, so the test rows are
not needed.

`first_gradient` is measured before the first step: the norm of the loss's gradient by the weights of the first layer,
the median of the seeds.
"""

import itertools
import time

import numpy as np

from dlcourse import Tensor, data, nn, optim
from dlcourse import functional as F
from dlcourse.evaluate import accuracy, predict
from dlcourse.train import Batches, fit

from .chapter_1 import in_float64
from .table import read, write

SEEDS = range(12)
STARTS = ("small", "default", "He")
RATES = [0.0003, 0.001, 0.003, 0.01]
LAYERS, WIDTH, EPOCHS = 20, 32, 50
LEARNED = 0.9


def network(start, seed):
    """20 layers of weights with ReLU between them. "small" draws N(0, 0.01^2), "He" N(0, 2 / fan_in), biases 0."""
    rng = np.random.default_rng(seed)
    layers = []
    for n_in, n_out in itertools.pairwise([2, *[WIDTH] * (LAYERS - 1), 2]):
        layer = nn.Linear(n_in, n_out, rng=rng)
        if start == "small":
            nn.init.normal_(layer.weight, 0, 0.01, rng=rng)
        if start == "He":
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", rng=rng)
        if start != "default":
            nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def first_gradient(model, rows):
    """The norm of the loss's gradient by the weights of the first layer, on all these rows."""
    model.zero_grad()
    F.cross_entropy(model(Tensor(rows.x)), Tensor(rows.y)).backward()
    norm = float(np.linalg.norm(model[0].weight.grad))
    model.zero_grad()
    return norm


def train_network(start, rate, seed):
    """A network after 50 passes over the rows to fit, by Adam, in batches of 32."""
    spirals = data.load("spirals")
    model = network(start, seed)
    batches = Batches(Tensor(spirals.fit.x), Tensor(spirals.fit.y), seed=seed)
    fit(model, batches, F.cross_entropy, optim.Adam(model.parameters(), lr=rate), epochs=EPOCHS, progress=False)
    return model


def row_of(start, rate):
    """The twelve runs of one start and one rate."""
    spirals = data.load("spirals")
    norms = [first_gradient(network(start, seed), spirals.fit) for seed in SEEDS]
    held_out = spirals.validation
    found = [accuracy(predict(train_network(start, rate, seed), Tensor(held_out.x)), held_out.y) for seed in SEEDS]
    return {"start": start, "rate": rate, "learned": sum(share > LEARNED for share in found), "runs": len(found),
            "mean": round(float(np.mean(found)), 3), "lowest": round(min(found), 3), "highest": round(max(found), 3),
            "first_gradient": f"{np.median(norms):.1e}"}


@in_float64()
def remake():
    """Train every start with every rate and store how often it learned."""
    started = time.perf_counter()
    rows = [row_of(start, rate) for start, rate in itertools.product(STARTS, RATES)]
    write("first_weights", rows, "python -m dlcourse.studies first_weights", started)


def learned(start, rate):
    """How many of the twelve stored runs learned the spirals."""
    return next(int(row["learned"]) for row in read("first_weights")
                if row["start"] == start and float(row["rate"]) == rate)
