"""Which network, and which logistic regression, shall read the digits? Chosen before the test is opened.

    python -m dlcourse.studies chapter_1

Two tasks on the same images: which digit is it (10 classes), and is it even or odd (2 classes). Both models are chosen
in the same way: a grid, trained on rows 0-799, judged on the 200 rows after them. The best mean wins. One image of 200
is half a percent, so several settings can share it: then the middle one of them, in the order of the grid, wins (of an
even number the one before the middle). Rows 1000-1796 do not occur in a sweep.
"""

import contextlib
import itertools
import time

import numpy as np

from dlcourse import Tensor, data, get_default_dtype, nn, optim, set_default_dtype
from dlcourse import functional as F
from dlcourse.evaluate import accuracy, predict
from dlcourse.train import Batches, fit

from .table import read, write

SEEDS = range(5)
CLASSES = {"digit": 10, "parity": 2}
HIDDEN = [(32,), (64,), (128,), (256,), (64, 64), (128, 128)]
RATES = [0.01, 0.03, 0.1]
EPOCHS = [30, 60]
STRENGTHS = [0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0]


def labels(digits, task):
    """The digit, or 0 for an even one and 1 for an odd one: y modulo 10 or modulo 2."""
    return digits.y % CLASSES[task]


def network(hidden, outputs, seed):
    """A classifier of 64 pixels with ReLU layers of the given sizes; its first weights come from the seed."""
    rng = np.random.default_rng(seed)
    sizes = [64, *hidden]
    layers = [layer for i, o in itertools.pairwise(sizes) for layer in (nn.Linear(i, o, rng=rng), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], outputs, rng=rng))


def train_network(digits, task, hidden, rate, epochs, seed):
    """The network after `epochs` passes over the digits: SGD with momentum 0.9, batches of 32."""
    model = network(hidden, CLASSES[task], seed)
    batches = Batches(Tensor(digits.x), Tensor(labels(digits, task)), seed=seed)
    optimizer = optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    fit(model, batches, F.cross_entropy, optimizer, epochs=epochs, progress=False)
    return model


def train_logistic(digits, task, strength):
    """Scikit-learn's logistic regression; a larger strength C means less regularization."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, max_iter=5000).fit(digits.x, labels(digits, task))


def network_row(task, hidden, rate, epochs):
    """One row of the sweep: accuracy on the validation rows, mean and spread over the seeds."""
    digits = data.load("digits")
    models = [train_network(digits.fit, task, hidden, rate, epochs, seed) for seed in SEEDS]
    held_out = digits.validation
    found = [accuracy(predict(model, Tensor(held_out.x)), labels(held_out, task)) for model in models]
    setting = {"hidden": "-".join(map(str, hidden)), "rate": rate, "epochs": epochs, "C": ""}
    return _row(task, "network", setting, found)


def logistic_row(task, strength):
    """One row of the sweep for logistic regression, which has no seed."""
    digits = data.load("digits")
    predicted = train_logistic(digits.fit, task, strength).predict(digits.validation.x)
    setting = {"hidden": "", "rate": "", "epochs": "", "C": strength}
    return _row(task, "logistic", setting, [accuracy(predicted, labels(digits.validation, task))])


def _row(task, model, setting, found):
    summary = {"mean": np.mean(found), "lowest": min(found), "highest": max(found)}
    return {"task": task, "model": model, **setting, **{name: round(float(x), 4) for name, x in summary.items()}}


@contextlib.contextmanager
def in_float64():
    """Compute in float64, so that another processor finds the same; afterwards all is as it was."""
    before = get_default_dtype()
    set_default_dtype(np.float64)
    try:
        yield
    finally:
        set_default_dtype(before)


@in_float64()
def remake():
    """Run the sweep and store it."""
    started = time.perf_counter()
    rows = [network_row(*setting) for setting in itertools.product(CLASSES, HIDDEN, RATES, EPOCHS)]
    rows += [logistic_row(*setting) for setting in itertools.product(CLASSES, STRENGTHS)]
    write("chapter_1_sweep", rows, "python -m dlcourse.studies chapter_1", started)


def sweep(task, model):
    """The stored rows of a task ("digit", "parity") and a model ("network", "logistic"), the best first.

    Of those that tie for the best, the middle one comes first.
    """
    rows = [row for row in read("chapter_1_sweep") if (row["task"], row["model"]) == (task, model)]
    rows = sorted(rows, key=lambda row: -float(row["mean"]))
    tied = [row for row in rows if row["mean"] == rows[0]["mean"]]
    rows.insert(0, rows.pop((len(tied) - 1) // 2))
    return rows


def chosen_network(task):
    """The network's winning setting: {"hidden": (...), "rate": ..., "epochs": ...}."""
    best = sweep(task, "network")[0]
    hidden = tuple(int(size) for size in best["hidden"].split("-"))
    return {"hidden": hidden, "rate": float(best["rate"]), "epochs": int(best["epochs"])}


def chosen_strength(task):
    """The winning strength C of logistic regression."""
    return float(sweep(task, "logistic")[0]["C"])


@in_float64()
def read_test_digits(seed):
    """Train the chosen network on the 1,000 training digits and read the 797 others.

    Returns: Digits and the labels read from them (797,).
    """
    digits = data.load("digits")
    model = train_network(digits.train, "digit", seed=seed, **chosen_network("digit"))
    return digits.test, predict(model, Tensor(digits.test.x)).argmax(axis=1)
