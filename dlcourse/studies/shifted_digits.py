"""Who still reads a digit that stands one pixel away, and is it the network or the augmentation that helps?

    python -m dlcourse.studies shifted_digits

Seven readers learn the digits in their order: logistic regression, a support vector machine with the kernel exp(-gamma
|x - x'|^2), a plain network and the convolutional one of the study `digit_reader`; the last three also with
augmentation. For the machine that means ten moved copies of each row beside the row itself, for the networks new moves
in every one of 40 passes; the moves are the same, `digit_reader.MOVED`.

Settings are chosen on rows 800-999 after fitting rows 0-799: the machine's C and gamma, the plain network's width and
rate, the strength of logistic regression's decay; with two seeds where there is chance. The best mean wins; of those
that tie the middle one, in the order of the grid. The rate of the convolutional network was chosen in the same way by
`digit_reader`. Then each learns rows 0-999, with five other seeds where there is chance, and reads the last 797 once:
as they are, and rolled by -1, 0 or 1 pixel, down or across.
"""

import itertools
import time

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from dlcourse.evaluate import accuracy, correct, predict

from . import digit_reader
from .chapter_1 import in_float64
from .digit_reader import MOVED
from .image_networks import mlp, numbers, pictures, rolled, train, wrong_rows
from .table import read, write

SWEEP_SEEDS, SEEDS = range(5, 7), range(5)
PASSES, COPIES = 40, 10
GRIDS = {
    "logistic regression": [(strength,) for strength in (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)],
    "SVM": [*itertools.product((1.0, 3.0, 10.0, 30.0), (0.03, 0.06, 0.12, 0.25))],  # C, gamma
    "MLP": [*itertools.product((64, 128, 256), (0.001, 0.003, 0.01))],  # hidden, rate
}
READERS = [("logistic regression", False), *itertools.product(("SVM", "MLP", "CNN"), (False, True))]


def with_copies(x, y, seed):
    """The rows, and ten moved copies of each.   Shapes:  x (M, 1, 8, 8), y (M,)  ->  11 M of both."""
    rng = np.random.default_rng(seed)
    return np.concatenate([x, *(MOVED(x, rng) for _ in range(COPIES))]), np.tile(y, COPIES + 1)


def learn(method, augmented, setting, rows, seed):
    """Let a method learn a part of the digits.   Returns: a function from pictures (M, 1, 8, 8) to labels (M,)."""
    x, y = pictures(rows)
    if method == "CNN":
        model = digit_reader.train_network(seed, rows, plain=not augmented)
        return lambda pictures: predict(model, pictures).argmax(axis=1)
    if method == "MLP":
        hidden, rate = setting
        model = mlp(hidden, np.random.default_rng(seed))
        train(model, x, y, rate, seed, PASSES, MOVED if augmented else None)
        return lambda pictures: predict(model, pictures).argmax(axis=1)
    x, y = with_copies(x, y, seed) if augmented else (x, y)
    c, *gamma = setting
    machine = SVC(C=c, gamma=gamma[0]) if method == "SVM" else LogisticRegression(C=c, max_iter=2000)
    machine.fit(x.reshape(-1, 64), y)
    return lambda pictures: machine.predict(pictures.reshape(-1, 64))


def sweep_row(method, augmented, setting):
    """One row of the sweep: the share of rows 800-999 that is read."""
    x, y = pictures("validation")
    seeds = SWEEP_SEEDS if _chance(method, augmented) else SWEEP_SEEDS[:1]
    return _row(method, augmented, "sweep", setting,
                [accuracy(learn(method, augmented, setting, "fit", seed)(x), y) for seed in seeds])


def test_row(method, augmented, setting):
    """One row of the test: what is read of the last 797 digits, as they are and rolled."""
    x, y = pictures("test")
    seeds = SEEDS if _chance(method, augmented) else SEEDS[:1]
    readers = [learn(method, augmented, setting, "train", seed) for seed in seeds]
    right = np.array([correct(reader(x), y) for reader in readers])
    row = _row(method, augmented, "test", setting, right.mean(axis=1))
    for name, axis in (("down", 1), ("across", 2)):
        found = [accuracy(reader(rolled(x, axis)), y) for reader in readers]
        row |= {f"{name}_{of}": number for of, number in numbers(found).items()}
    return row | {"wrong": wrong_rows(right)}


def _chance(method, augmented):
    """Whether another seed gives another answer."""
    return augmented or method in ("MLP", "CNN")


def _row(method, augmented, stage, setting, found):
    return {"method": method, "augmented": "yes" if augmented else "no", "stage": stage,
            "setting": " ".join(f"{number:g}" for number in setting), **numbers(found)}


def chosen(rows, method, augmented):
    """The setting of the best mean; of those that tie the middle one."""
    best = max(row["mean"] for row in rows)
    tied = [setting for setting, row in zip(GRIDS[method], rows, strict=True) if row["mean"] == best]
    return tied[(len(tied) - 1) // 2]


@in_float64()
def remake():
    """Sweep, then learn with what won, read the test and store everything."""
    started, rows, sweeps = time.perf_counter(), [], []
    for method, augmented in READERS:
        setting = (digit_reader.CHOSEN["augmented" if augmented else "plain"],)
        if method in GRIDS:
            tried = [sweep_row(method, augmented, setting) for setting in GRIDS[method]]
            setting, sweeps = chosen(tried, method, augmented), sweeps + tried
        rows.append(test_row(method, augmented, setting))
    rows += [dict.fromkeys(rows[0], "") | row for row in sweeps]
    write("shifted_digits", rows, "python -m dlcourse.studies shifted_digits", started)


def row_of(method, augmented=False):
    """The stored row of the test."""
    wanted = (method, "yes" if augmented else "no", "test")
    (row,) = [row for row in read("shifted_digits") if (row["method"], row["augmented"], row["stage"]) == wanted]
    return row
