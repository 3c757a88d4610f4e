"""Which tricks of fine-tuning pay at 5 and 10 labels per class: unfreezing slowly, still norms, a pull back, LoRA?

    python -m dlcourse.studies fine_tuning_tricks

"plain" is the fine-tuning with moves of the study `label_budget`: same networks, fresh heads, draws of labels, batches,
number of steps and moves. The others change one thing.

- "gradual": the head learns alone for a quarter of the steps, then the third layer with it, the second, the first.
- "norms kept": the batch norms use the statistics of letters, and keep them.
- "norms of digits": first they get the statistics of the 1,000 training digits (without labels), then keep these.
- "pulled back": L2-SP, a pull to the pretrained features, at plain's rate.
- "LoRA 2", "LoRA 8": only adapters of this rank and the head learn; the statistics of letters are kept.

Each has one number to choose, the rate or the strength of the pull: three values, and one beyond the end of the grid if
the end wins. Chosen with 5 labels per class from rows 0-799, two pairs of seed and draw, by rows 800-999; of values
that tie the middle one. Plain's rate is that of `label_budget`, from the same grid, where it won with 2 and with 20
labels. The test: labels from rows 0-999, 3 seeds x 3 draws, the last 797 rows, read once. Columns as in `label_budget`.
"""

import itertools
import time

import numpy as np

from dlcourse import Tensor, nn, no_grad, optim
from dlcourse import functional as F
from dlcourse.evaluate import correct, predict
from dlcourse.lr_scheduler import OneCycleLR
from dlcourse.train import fit
from dlcourse.transfer import add_adapters, freeze, keep_statistics, pull_back

from . import label_budget as budget
from .chapter_1 import in_float64
from .digit_reader import MOVED
from .letters import digits, drawn
from .table import read, write

LABELS, SEEDS, DRAWS = (5, 10), range(3), range(3)
RATE = 0.01  # of plain fine-tuning with moves: what `label_budget` chose for 2 and for 20 labels
RATES, PULLS = (0.001, 0.003, 0.01, 0.03, 0.1), (0.001, 0.01, 0.1, 1.0, 10.0)  # the ends: if their neighbors win
WAYS = ("plain", "gradual", "norms kept", "norms of digits", "pulled back", "LoRA 2", "LoRA 8")
GRIDS = {way: PULLS if way == "pulled back" else RATES for way in WAYS[1:]}
SWEEP_LABELS, SWEEP_RUNS = 5, ((0, 0), (1, 1))  # pairs of seed and draw


def with_statistics_of(model, x):
    """Give the batch norms of a model the statistics that some pictures have at their inputs; returns the model.

    Shapes:  x (M, 1, 14, 14)
    """
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    usual = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0  # the new statistics replace the old ones
    model.train()
    with no_grad():
        model(Tensor(x))
    for norm, momentum in zip(norms, usual, strict=True):
        norm.momentum = momentum
    return model.eval()


def begin(way, seed, unlabeled):
    """The network that a way starts from, and what it holds still."""
    model = budget.begin("fine-tuned", seed)
    if way == "norms of digits":
        with_statistics_of(model, unlabeled)
    if way.startswith("norms"):
        keep_statistics(model)
    if way.startswith("LoRA"):
        add_adapters(model.features, int(way.split()[1]), rng=np.random.default_rng([seed, 3]))
    return model


class Unfreezing:
    """Called before each step: the layers of a network learn one after the other, from the head down."""

    def __init__(self, model, steps):
        self.layers = [model.features[first : first + 2] for first in (8, 4, 0)]  # each with its norm
        self.step, self.every = 0, steps // (len(self.layers) + 1)
        freeze(model.features)

    def __call__(self):
        self.step += 1
        turn, rest = divmod(self.step, self.every)
        if rest == 0 and turn <= len(self.layers):
            freeze(self.layers[turn - 1], False)


def learn(way, setting, x, y, seed, unlabeled):
    """Fine-tune one way, with moves, as the study `label_budget` does.

    Shapes:  x (10 k, 1, 14, 14), y (10 k,), unlabeled (M, 1, 14, 14)  ->  a network in evaluation mode
    """
    model = begin(way, seed, unlabeled)
    steps = budget.STEPS if len(x) <= 50 else budget.LONGER
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    before_step, rate = None, setting
    if way == "gradual":
        before_step = Unfreezing(model, steps)
    if way == "pulled back":
        start = {name: array.copy() for name, array in model.state_dict().items() if name.startswith("features.")}
        rate = RATE

        def before_step():
            pull_back(model, start, setting)

    optimizer = optim.Adam(learning, lr=rate)
    cycle = OneCycleLR(optimizer, rate, total_steps=steps)
    fit(model, list(budget.batches(x, y, steps, seed, MOVED)), F.cross_entropy, optimizer, epochs=1, scheduler=cycle,
        step_scheduler="batch", before_step=before_step, progress=False)
    return model.eval()


def right_answers(way, setting, k, seed, draw, rows="train", judged="test"):
    """Which digits one run reads.   Returns: booleans (M,)."""
    x, y = digits(judged)
    return correct(predict(learn(way, setting, *drawn(k, draw, rows), seed, digits(rows)[0]), x), y)


def numbers_of(right):
    """The columns that hold the results of some runs, as in `label_budget`.   Shapes:  right (seeds, draws, M)."""
    shares, counts = right.mean(axis=2), right.sum(axis=(0, 1))
    named = {"mean": shares.mean(), "spread": shares.std(ddof=1), "lowest": shares.min(), "highest": shares.max()}
    return {"runs": shares.size, **{name: round(float(number), 4) for name, number in named.items()},
            "by_run": ";".join(" ".join(f"{100 * share:.2f}" for share in seed) for seed in shares),
            "right": "".join(budget.DIGITS36[count] for count in counts)}


def sweep_row(way, setting):
    """One row of the sweep."""
    right = np.array([[right_answers(way, setting, SWEEP_LABELS, seed, draw, "fit", "validation")]
                      for seed, draw in SWEEP_RUNS])
    return {"way": way, "labels": SWEEP_LABELS, "stage": "sweep", "setting": setting, **numbers_of(right)}


def sweep(way):
    """The rows of the sweep of a way: the inner grid, and one value beyond its end if the end wins."""
    if way == "plain":
        return []
    grid = GRIDS[way]
    rows = [sweep_row(way, setting) for setting in grid[1:-1]]
    beyond = {grid[1]: grid[0], grid[-2]: grid[-1]}.get(chosen(rows, way))
    return rows + ([sweep_row(way, beyond)] if beyond else [])


def chosen(rows, way):
    """The setting with the best mean of the sweep, of those that tie the middle one; plain's is given."""
    if way == "plain":
        return RATE
    means = {float(row["setting"]): float(row["mean"]) for row in rows if (row["way"], row["stage"]) == (way, "sweep")}
    tied = [setting for setting in sorted(means) if means[setting] == max(means.values())]
    return tied[(len(tied) - 1) // 2]


def test_row(way, k, setting):
    """One row of the test."""
    right = np.array([[right_answers(way, setting, k, seed, draw) for draw in DRAWS] for seed in SEEDS])
    return {"way": way, "labels": k, "stage": "test", "setting": setting, **numbers_of(right)}


@in_float64()
def remake():
    """Sweep, test and store."""
    started, rows = time.perf_counter(), [row for way in WAYS for row in sweep(way)]
    rows += [test_row(way, k, chosen(rows, way)) for k, way in itertools.product(LABELS, WAYS)]
    write("fine_tuning_tricks", rows, "python -m dlcourse.studies fine_tuning_tricks", started)


def stored(way, k):
    """The stored row of the test."""
    (row,) = [row for row in read("fine_tuning_tricks") if (row["way"], row["labels"], row["stage"]) == (
        way, str(k), "test")]
    return row
