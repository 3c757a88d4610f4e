"""Which optimizer trains a small network best, if each may choose its learning rate?

    python -m dlcourse.studies optimizers

Six optimizers, one grid of rates for all of them, five seeds: 20 epochs over rows 0-799 of the digits, judged on the
200 rows after them. The rate with the smallest mean loss there wins; of two that tie in four digits, the smaller. All
other options are PyTorch's defaults, but for the momentum of 0.9. Rows 1000-1796 do not occur in the sweep.
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
EPOCHS = 20
BATCH = 32
RATES = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0]
GOAL = 0.1  # a run arrives when the mean loss of as many steps as an epoch of the sweep has falls below this
WINDOW = 25
OPTIMIZERS = {
    "SGD": lambda parameters, rate: optim.SGD(parameters, lr=rate),
    "momentum": lambda parameters, rate: optim.SGD(parameters, lr=rate, momentum=0.9),
    "Nesterov": lambda parameters, rate: optim.SGD(parameters, lr=rate, momentum=0.9, nesterov=True),
    "RMSprop": lambda parameters, rate: optim.RMSprop(parameters, lr=rate),
    "Adam": lambda parameters, rate: optim.Adam(parameters, lr=rate),
    "AdamW": lambda parameters, rate: optim.AdamW(parameters, lr=rate),
}


def network(hidden_layers, seed):
    """A classifier of 64 pixels with hidden layers of 64 ReLUs; first weights as He et al. 2015 have them."""
    rng = np.random.default_rng(seed)
    layers = []
    for _ in range(hidden_layers):
        linear = nn.Linear(64, 64, rng=rng)
        nn.init.kaiming_normal_(linear.weight, nonlinearity="relu", rng=rng)
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(64, 10, rng=rng))


def train(rows, name, rate, seed, hidden_layers=2, schedule=None):
    """Train a network on `rows` for EPOCHS epochs, by an optimizer of OPTIMIZERS.

    `schedule(optimizer, steps)` makes a schedule that is stepped after every batch.

    Returns: the model and the loss of every step.
    Raises:  FloatingPointError if the loss is no finite number any more.
    """
    model = network(hidden_layers, seed)
    batches = Batches(Tensor(rows.x), Tensor(rows.y), batch_size=BATCH, seed=seed)
    optimizer = OPTIMIZERS[name](model.parameters(), rate)
    scheduler = schedule and schedule(optimizer, EPOCHS * len(batches))
    with np.errstate(over="ignore", invalid="ignore"):  # of a rate far too large, `fit` says it better
        history = fit(model, batches, F.cross_entropy, optimizer, epochs=EPOCHS, progress=False, scheduler=scheduler,
                      step_scheduler="batch" if scheduler else "epoch")
    return model, history.steps


def steps_to_goal(losses):
    """After how many steps the mean loss of the last WINDOW steps is below GOAL; inf if it never is."""
    means = np.convolve(losses, np.full(WINDOW, 1 / WINDOW), mode="valid")
    below = np.flatnonzero(means < GOAL)
    return float(below[0] + WINDOW) if len(below) else math.inf


def judged(name, rate, seed, **options):
    """One run of a sweep: loss and accuracy on the validation rows, and the steps to the goal.

    A run that blew up has the loss inf, reads nothing (accuracy 0) and never arrives.
    """
    digits = data.load("digits")
    try:
        model, losses = train(digits.fit, name, rate, seed, **options)
    except FloatingPointError:
        return math.inf, 0.0, math.inf
    outputs, truth = predict(model, Tensor(digits.validation.x)), digits.validation.y
    return F.cross_entropy(Tensor(outputs), Tensor(truth)).item(), accuracy(outputs, truth), steps_to_goal(losses)


def summary(runs):
    """Columns of a table: mean and spread of loss and accuracy, how many runs arrived, and their mean steps."""
    losses, accuracies, steps = (np.array(column) for column in zip(*runs, strict=True))
    arrived = steps[np.isfinite(steps)]
    found = {f"{kind}_{what}": round(float(number(values)), 4) for what, values in (("loss", losses),
             ("accuracy", accuracies)) for kind, number in (("mean", np.mean), ("lowest", np.min), ("highest", np.max))}
    return found | {"arrived": len(arrived), "mean_steps": round(float(arrived.mean()), 1) if len(arrived) else ""}


@in_float64()
def row_of(name, rate):
    """One row of the sweep."""
    return {"optimizer": name, "rate": rate, **summary([judged(name, rate, seed) for seed in SEEDS])}


def remake():
    """Run the sweep and store it."""
    started = time.perf_counter()
    rows = [row_of(*setting) for setting in itertools.product(OPTIMIZERS, RATES)]
    write("optimizers", rows, "python -m dlcourse.studies optimizers", started)


def sweep(name):
    """The stored rows of one optimizer, in the order of the rates."""
    return [row for row in read("optimizers") if row["optimizer"] == name]


def chosen_rate(name):
    """The rate with the smallest mean loss on the validation rows."""
    return float(min(sweep(name), key=lambda row: float(row["mean_loss"]))["rate"])
