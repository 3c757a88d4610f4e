"""Which remedy against overfitting helps a network that has only 200 digits to learn from?

    python -m dlcourse.studies regularizers

One network, 64-256-10, trained by SGD with momentum in batches of 20. It learns twice: from true labels, and
from labels of which 15 % were drawn anew. Each remedy gets a sweep of twelve settings, and so does going without: each
setting is trained with five seeds, each on 200 digits of its own out of rows 0-799, and judged by the true labels of
rows 800-999. The best mean wins; of settings that tie the middle one, as in chapter 1. Then the winners are trained
with five other seeds, again on 200 digits each, the same for all remedies, and read the test.

The grid was moved once: in a first run most winners had its lowest rate, 0.01, where only "none" could go lower; the
strongest augmentations were made weaker as well. The test of that first run had been read by then. Both runs said the
same.
"""

import itertools
import time

import numpy as np

from dlcourse import data, nn, optim
from dlcourse import functional as F
from dlcourse.data.augment import Affine
from dlcourse.evaluate import correct, paired_test, predict
from dlcourse.train import fit

from .chapter_1 import in_float64
from .double_descent import some_labels_redrawn
from .table import read, write

SWEEP_SEEDS, TEST_SEEDS = range(5), range(5, 10)
ROWS, HIDDEN, BATCH, EPOCHS = 200, 256, 20, 60
LABELS = {"true": 0.0, "redrawn": 0.15}  # the share that is drawn anew
RATES = [0.004, 0.014, 0.05]
MANY_RATES = [0.002, 0.003, 0.004, 0.005, 0.007, 0.01, 0.014, 0.02, 0.03, 0.05, 0.07, 0.1]
STRENGTHS = {
    "decay": [0.001, 0.003, 0.01, 0.03],  # weight decay, also of the biases
    "dropout": [0.1, 0.25, 0.5, 0.75],  # after the hidden layer
    "epochs": [5, 10, 20, 40],  # early stopping: when to stop is a setting like the others, so it takes no other rows
    "hidden": [16, 32, 64, 128],  # a smaller network
    "augment": [0.05, 0.1, 0.15, 0.2],  # Affine: sizes, shear and shift by this share, angles by 100 times as much
    "together": [1, 2, 3, 4],  # the first, second ... strength of decay, dropout and augmentation at once
}
TOGETHER = ("decay", "dropout", "augment")


def settings(remedy):
    """The twelve settings of a remedy, or of "none", as pairs (strength, rate) in the order of the grid."""
    return [("", rate) for rate in MANY_RATES] if remedy == "none" else [*itertools.product(STRENGTHS[remedy], RATES)]


def options(remedy, strength):
    """What a remedy of some strength asks of `train`, by name."""
    if remedy == "together":
        return {name: STRENGTHS[name][strength - 1] for name in TOGETHER}
    return {} if remedy == "none" else {remedy: strength}


def augmentation(strength):
    """A function that turns, scales, shears and shifts each digit by a random amount; None for strength 0."""
    if not strength:
        return None
    move = Affine(100 * strength, (1 - strength, 1 + strength), shear=strength, shift=strength)
    return lambda x, rng: move(x.reshape(-1, 8, 8), rng).reshape(-1, 64)


def train(labels, rate, seed, decay=0.0, dropout=0.0, epochs=EPOCHS, hidden=HIDDEN, augment=0.0, validate=None):
    """The network after training on 200 digits that the seed draws, and its History."""
    rng = np.random.default_rng(seed)
    rows = data.load("digits").fit[rng.permutation(800)[:ROWS]]
    rows.y[:] = some_labels_redrawn(rows.y, LABELS[labels], rng)
    model = nn.Sequential(nn.Linear(64, hidden, rng=rng), nn.ReLU(), nn.Dropout(dropout, rng=rng),
                          nn.Linear(hidden, 10, rng=rng))
    optimizer = optim.SGD(model.parameters(), lr=rate, momentum=0.9, weight_decay=decay)
    batches = rows.batches(BATCH, seed=seed, augment=augmentation(augment))
    history = fit(model, batches, F.cross_entropy, optimizer, epochs=epochs, progress=False,
                  validate=(lambda: validate(model)) if validate else None)
    return model, history


def sweep_row(labels, remedy, strength, rate):
    """One row of the sweep: the share of rows 800-999 that is read, mean and spread over the seeds."""
    held_out = data.load("digits").validation
    models = [train(labels, rate, seed, **options(remedy, strength))[0] for seed in SWEEP_SEEDS]
    found = [correct(predict(model, held_out.x), held_out.y).mean() for model in models]
    return _row(labels, remedy, "sweep", strength, rate, found)


def answers_to_test(labels, remedy):
    """Which of the 797 test digits each winner reads.   Returns: booleans (seeds, 797)."""
    test, (strength, rate) = data.load("digits").test, chosen(labels, remedy)
    models = [train(labels, rate, seed, **options(remedy, strength))[0] for seed in TEST_SEEDS]
    return np.array([correct(predict(model, test.x), test.y) for model in models])


def row_of_test(labels, remedy, right, without):
    """One row of the test: per seed how many digits are read, and how many only with or only without the remedy."""
    pairs = [paired_test(one, other) for one, other in zip(right, without, strict=True)]
    return _row(labels, remedy, "test", *chosen(labels, remedy), right.mean(axis=1)) | {
        "read": " ".join(str(count) for count in right.sum(axis=1)),
        "only_with": " ".join(str(pair.only_first) for pair in pairs),
        "only_without": " ".join(str(pair.only_second) for pair in pairs),
        "p_values": " ".join(f"{pair.p_value:.2g}" for pair in pairs)}


def _row(labels, remedy, stage, strength, rate, found):
    numbers = {name: round(float(f(found)), 4) for name, f in (("mean", np.mean), ("lowest", min), ("highest", max))}
    return {"labels": labels, "remedy": remedy, "stage": stage, "strength": strength, "rate": rate, **numbers,
            "read": "", "only_with": "", "only_without": "", "p_values": ""}


def table(labels, remedy, stage):
    """The stored rows of a remedy in a stage, the best first; of those that tie for the best the middle one."""
    rows = [row for row in read("regularizers")
            if (row["labels"], row["remedy"], row["stage"]) == (labels, remedy, stage)]
    rows = sorted(rows, key=lambda row: -float(row["mean"]))
    tied = [row for row in rows if row["mean"] == rows[0]["mean"]]
    rows.insert(0, rows.pop((len(tied) - 1) // 2))
    return rows


def chosen(labels, remedy):
    """The winner of the sweep: strength and rate."""
    best = table(labels, remedy, "sweep")[0]
    kind = int if remedy in ("epochs", "hidden", "together") else float
    return kind(best["strength"]) if best["strength"] else "", float(best["rate"])


@in_float64()
def remake():
    """Sweep all remedies, store that, then train the winners, read the test and store everything."""
    started, command = time.perf_counter(), "python -m dlcourse.studies regularizers"
    remedies = [*itertools.product(LABELS, ["none", *STRENGTHS])]
    rows = [sweep_row(*remedy, *setting) for remedy in remedies for setting in settings(remedy[1])]
    write("regularizers", rows, command, started)  # `chosen` reads the winners from there
    answers = {remedy: answers_to_test(*remedy) for remedy in remedies}
    rows += [row_of_test(*remedy, right, answers[remedy[0], "none"]) for remedy, right in answers.items()]
    write("regularizers", rows, command, started)
