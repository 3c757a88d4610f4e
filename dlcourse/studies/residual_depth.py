"""The same layers, with and without a path around them: what does depth cost, and who pays?

    python -m dlcourse.studies residual_depth

Networks of 6, 18 and 34 layers of weights, 32 ReLU units wide, learn the digits: rows 0-799 to fit, rows 800-999 to
judge. Between a first and a last layer stand blocks of two layers each. A plain block returns its branch f(h), a
residual one h + f(h). So they have equally many parameters, and the same first weights, those of He et al. (2015).
Either comes without and with batch normalization before each ReLU. One more design is residual without normalization
and with the last weights of every branch at 0, so that it starts as the identity.

Each gets five learning rates with five seeds and equally many steps; a design's row is the best by its mean loss. The
loss is that of the last pass over the rows to fit: the question is what training reaches, before what is read in the
end. The test rows are not touched. A loss that is no finite number counts as the loss of guessing, log 10.
"""

import itertools
import math
import time

import numpy as np

from dlcourse import Tensor, data, nn, optim
from dlcourse import functional as F
from dlcourse.evaluate import accuracy, predict
from dlcourse.train import Batches, fit

from .chapter_1 import in_float64
from .table import read, write

SEEDS = range(5)
DEPTHS = [6, 18, 34]
RATES = [0.0003, 0.001, 0.003, 0.01, 0.03]
WIDTH, EPOCHS = 32, 12
DESIGNS = {  # design -> the options of its blocks
    "plain": {"skip": False},
    "plain, batch norm": {"skip": False, "norm": True},
    "residual": {"skip": True},
    "residual from zero": {"skip": True, "from_zero": True},
    "residual, batch norm": {"skip": True, "norm": True},
}


def he_linear(n_in, n_out, rng):
    """A layer with weights by He et al. (2015) and biases 0."""
    layer = nn.Linear(n_in, n_out, rng=rng)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", rng=rng)
    nn.init.zeros_(layer.bias)
    return layer


def bend(norm):
    """ReLU, after batch normalization if it is wanted."""
    return [nn.BatchNorm1d(WIDTH), nn.ReLU()] if norm else [nn.ReLU()]


class Block(nn.Module):
    """h + f(h), or f(h) without the skip, where f is twice a bend and a layer (He et al. 2016b, fig. 1b)."""

    def __init__(self, skip, norm=False, from_zero=False, *, rng):
        super().__init__()
        self.skip = skip
        first, last = he_linear(WIDTH, WIDTH, rng), he_linear(WIDTH, WIDTH, rng)
        if from_zero:
            nn.init.zeros_(last.weight)
        self.branch = nn.Sequential(*bend(norm), first, *bend(norm), last)

    def forward(self, h):
        return h + self.branch(h) if self.skip else self.branch(h)


def network(design, depth, seed):
    """A classifier of 64 pixels with `depth` layers of weights: first layer, blocks of two, bend, last layer."""
    rng, options = np.random.default_rng(seed), DESIGNS[design]
    first = he_linear(64, WIDTH, rng)
    blocks = [Block(**options, rng=rng) for _ in range((depth - 2) // 2)]
    return nn.Sequential(first, *blocks, *bend(options.get("norm")), nn.Linear(WIDTH, 10, rng=rng))


def train_network(design, depth, rate, seed, epochs=EPOCHS):
    """Train on the rows to fit, by Adam in batches of 32; the network and what happened."""
    digits, model = data.load("digits"), network(design, depth, seed)
    batches = Batches(Tensor(digits.fit.x), Tensor(digits.fit.y), seed=seed)
    history = fit(model, batches, F.cross_entropy, optim.Adam(model.parameters(), lr=rate), epochs=epochs,
                  progress=False)
    return model, history


def run(design, depth, rate, seed):
    """Loss of the last pass and accuracy on the validation rows, of one training."""
    held_out = data.load("digits").validation
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # a design that explodes is part of the answer
            model, history = train_network(design, depth, rate, seed)
            return history["loss"][-1], accuracy(predict(model, Tensor(held_out.x)), held_out.y)
    except FloatingPointError:
        return math.log(10), 0.1


def row_of(design, depth, rate):
    """One row: loss and accuracy of five seeds."""
    return summary(design, depth, rate, [run(design, depth, rate, seed) for seed in SEEDS])


def summary(design, depth, rate, found):
    """The row of a setting from what each seed found, its loss and its accuracy."""
    losses, shares = zip(*found, strict=True)
    return {"design": design, "depth": depth, "rate": rate,
            "loss": round(float(np.mean(losses)), 4), "lowest_loss": round(min(losses), 4),
            "highest_loss": round(max(losses), 4), "accuracy": round(float(np.mean(shares)), 4),
            "lowest_accuracy": round(min(shares), 4), "highest_accuracy": round(max(shares), 4)}


@in_float64()
def remake():
    """Train every design at every depth and rate, and store what it reached."""
    started = time.perf_counter()
    rows = [row_of(*setting) for setting in itertools.product(DESIGNS, DEPTHS, RATES)]
    write("residual_depth", rows, "python -m dlcourse.studies residual_depth", started)


def best(design, depth, study="residual_depth"):
    """The stored row of this design and depth whose mean loss is lowest, of all learning rates."""
    rows = [row for row in read(study) if (row["design"], int(row["depth"])) == (design, depth)]
    return min(rows, key=lambda row: float(row["loss"]))
