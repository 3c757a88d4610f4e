"""Why this file exists: two tasks that can be solved only by remembering, and whose score without memory is known."""

import math

import numpy as np

from .base import OURS, PARTS, Card, Dataset, dataset, floats, two_thirds
from .checks import whole

SYMBOLS, LENGTH = 8, 10  # the copy task: 10 symbols out of 8 are to be remembered
BLANK, GO = 8, 9

N_OPTION = "how many sequences, at least 15 (default 15,000): 8/15 to fit, 2/15 to validate, 5/15 to test"
ADDING = Card(
    name="adding",
    title="Adding problem",
    kind="generated",
    summary="A row of numbers of which two are marked; the target is their sum.",
    origin="after Hochreiter and Schmidhuber 1997, in the form of Arjovsky et al. 2016: numbers from 0 to 1, of which "
    "one is marked in each half",
    license=OURS,
    size="15,000 sequences of 20 steps",
    fields={
        "x": ("(M, T, 2)", "at each step a number, uniform from 0 to 1, and a marker, 1 at two steps and 0 elsewhere"),
        "y": ("(M,)", "the sum of the two marked numbers, 0 to 2"),
    },
    parts=PARTS,
    options={"n": N_OPTION, "T": "the steps of a sequence, at least 2 (default 20)", "seed": "which ones (default 0)"},
    good_for=("how far back a recurrent network remembers",),
    flaws=("The mean squared error of always saying 1 is 1/6 = 0.167: a model at that value has learned nothing.",
           "One thing to remember and one to compute: it says nothing about text or sound."),
    chapters=("7",),
)
COPY = Card(
    name="copy",
    title="Copy task",
    kind="generated",
    summary="Ten symbols, a long silence, a sign to go: then say the ten symbols.",
    origin="after Hochreiter and Schmidhuber 1997, in the form of Arjovsky et al. 2016",
    license=OURS,
    size="15,000 sequences of 40 steps",
    fields={
        "x": ("(M, T + 20)", "10 symbols 0 to 7, T - 1 blanks (8), the sign to go (9), 10 blanks"),
        "y": ("(M, T + 20)", "T + 10 blanks (8), then the 10 symbols in their order"),
    },
    parts=PARTS,
    options={"n": N_OPTION, "T": "the delay, at least 1 (default 20)", "seed": "which ones (default 0)"},
    good_for=("memory of several things over a delay", "recurrence against attention"),
    flaws=("Most targets are blanks, 75 % at T = 20, and right without any memory: look at the last ten, or at the "
           "cross-entropy beside `baseline`.",),
    chapters=("7",),
)


@dataset(ADDING)
def adding(n=15_000, T=20, seed=0):
    """T numbers, two of them marked, one in each half of the steps; y is the sum of the two.

    Without memory the best guess is the mean, 1, and its mean squared error is the variance of a sum of two independent
    uniform numbers: 1/12 + 1/12 = 1/6. It is kept as `baseline`.

    Returns: Dataset with x (M, T, 2), y (M,), baseline.
    Raises:  DataError for an n below 15 and a T below 2.
    Source:  Hochreiter and Schmidhuber 1997; Arjovsky et al. 2016.   Chapter: 7.
    """
    whole("adding", "n", n, 15)
    whole("adding", "T", T, 2)
    rng = np.random.default_rng(seed)
    value, marker, row = rng.random((n, T)), np.zeros((n, T)), np.arange(n)
    first, second = rng.integers(0, T // 2, n), rng.integers(T // 2, T, n)
    marker[row, first] = marker[row, second] = 1
    fields = {"x": floats(np.stack([value, marker], axis=2)), "y": floats(value[row, first] + value[row, second])}
    return Dataset(ADDING, fields, two_thirds(n), common={"baseline": 1 / 6})


@dataset(COPY)
def copy(n=15_000, T=20, seed=0):
    """Ten symbols to be said again, in order, T steps after the last of them; no two rows have the same symbols.

    Without memory a model can be sure of the T + 10 blanks and must guess the ten symbols, at ln 8 each. So the mean
    cross-entropy over all steps is 10 ln 8 / (T + 20), which is kept as `baseline`.

    Returns: Dataset with x (M, T + 20), y (M, T + 20), whole numbers, and baseline.
    Raises:  DataError for an n below 15 and a T below 1.
    Source:  Hochreiter and Schmidhuber 1997; Arjovsky et al. 2016.   Chapter: 7.
    """
    whole("copy", "n", n, 15)
    whole("copy", "T", T, 1)
    code = np.random.default_rng(seed).choice(SYMBOLS**LENGTH, n, replace=False)
    symbols = code[:, None] // SYMBOLS ** np.arange(LENGTH) % SYMBOLS  # (n, 10), the digits of the code
    x = np.full((n, T + 2 * LENGTH), BLANK)
    y = x.copy()
    x[:, :LENGTH] = y[:, -LENGTH:] = symbols
    x[:, LENGTH + T - 1] = GO
    baseline = LENGTH * math.log(SYMBOLS) / (T + 2 * LENGTH)
    return Dataset(COPY, {"x": x, "y": y}, two_thirds(n), common={"baseline": baseline})
