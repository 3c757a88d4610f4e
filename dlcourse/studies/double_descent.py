"""Does a larger model always overfit more? The error on new digits against the number of random features.

    python -m dlcourse.studies double_descent

The model is as small as one can be that still shows it: a layer of random ReLU features that is never trained, and
over it the least-squares weights; where several weights fit equally well, the shortest. It is fitted to 200 of the
first 1,000 digits, drawn anew by each seed, and judged on the 800 others with their true labels. Nothing is chosen by
these numbers, and the rows of the test do not occur. Each size is fitted three times: with labels of which 15 % were
drawn anew, with the true labels, and with the former under weight decay of one strength that was fixed beforehand.
"""

import time

import numpy as np

from dlcourse import data

from .table import read, write

SEEDS = range(20)
ROWS, REDRAWN, DECAY = 200, 0.15, 1.0
WIDTHS = [10, 20, 30, 50, 70, 100, 130, 160, 180, 190, 200, 210, 220, 240, 280, 350, 500, 700, 1000, 2000, 4000]
KINDS = {"redrawn": (REDRAWN, 0.0), "true": (0.0, 0.0), "decay": (REDRAWN, DECAY)}  # share of new labels, weight decay


def some_labels_redrawn(y, share, rng):
    """The labels, of which about `share` were drawn anew from all ten; one in ten of those is the old one again."""
    return np.where(rng.random(len(y)) < share, rng.integers(10, size=len(y)), y)


def features(x, width, rng):
    """relu(x V^T) with random V that is never trained.   Shapes:  x (M, 64)  ->  (M, width)."""
    return np.maximum(x @ rng.standard_normal((width, x.shape[1])).T, 0) / np.sqrt(x.shape[1])


def least_squares(H, targets, decay=0.0):
    """The weights W that make |H W - targets|^2 + decay |W|^2 least; without decay the shortest of those that do.

    With decay W = H^T (H H^T + decay I)^-1 targets, which needs a system of one equation per row only.

    Shapes:  H (M, width), targets (M, 10)  ->  (width, 10).
    """
    if decay:
        return H.T @ np.linalg.solve(H @ H.T + decay * np.eye(len(H)), targets)
    return np.linalg.lstsq(H, targets, rcond=None)[0]


def errors(width, kind, seed):
    """The shares of wrong answers on the 200 digits and their labels as given, and on the 800 others; length of W."""
    share, decay = KINDS[kind]
    rng = np.random.default_rng(seed)
    digits = data.load("digits").train[rng.permutation(1000)]
    x, given = digits.x.astype(float), some_labels_redrawn(digits.y[:ROWS], share, rng)
    H = features(x - x[:ROWS].mean(axis=0), width, rng)  # around 0, so that a feature bends among the digits
    W = least_squares(H[:ROWS], np.eye(10)[given], decay)
    read_as = (H @ W).argmax(axis=1)
    return np.mean(read_as[:ROWS] != given), np.mean(read_as[ROWS:] != digits.y[ROWS:]), np.linalg.norm(W)


def row(width, kind):
    """One row of the table: mean over the seeds, and for new digits also the spread."""
    fitted, new, length = np.array([errors(width, kind, seed) for seed in SEEDS]).T
    return {"labels": kind, "width": width, "fitted": round(float(fitted.mean()), 4),
            "new": round(float(new.mean()), 4), "lowest": round(float(new.min()), 4),
            "highest": round(float(new.max()), 4), "length": f"{length.mean():.3g}"}


def curve(kind, column="new"):
    """A stored column for one of KINDS, in the order of WIDTHS."""
    return np.array([float(stored[column]) for stored in read("double_descent") if stored["labels"] == kind])


def remake():
    """Fit every size with every seed and store the errors."""
    started = time.perf_counter()
    rows = [row(width, kind) for kind in KINDS for width in WIDTHS]
    write("double_descent", rows, "python -m dlcourse.studies double_descent", started)
