"""The convolutional network of chapter 6, which reads the digits one draws: how well does it read, and what helps it?

    python -m dlcourse.studies digit_reader

VGG, 17,754 numbers, learns from pictures that are turned, scaled, sheared and shifted anew in each epoch, or "plain",
from the pictures as they are. Both get the same sweep: four peaks of the learning rate, judged by three seeds that
fit rows 0-799 and read rows 800-999. The best mean wins, of settings that tie the lower rate. Then five other seeds
learn rows 0-999 and read the last 797, once. The first of each five is stored; `network` gives it, and the figure
ReadDigit has the one that saw the pictures moved.

The grid ended at 0.01 at first; 0.02 was added before the test was read, since 0.01 had won with moved pictures.
"""

import itertools
import time

import numpy as np

from dlcourse import data, optim
from dlcourse import functional as F
from dlcourse.checkpoint import load_state, save_state
from dlcourse.data.augment import Affine
from dlcourse.evaluate import accuracy, correct, predict
from dlcourse.lr_scheduler import OneCycleLR
from dlcourse.train import fit
from dlcourse.vision import VGG

from .chapter_1 import in_float64
from .table import FOLDER, read, write

SWEEP_SEEDS, TEST_SEEDS = range(5, 8), range(5)
RATES = [0.002, 0.004, 0.01, 0.02]
CHOSEN = {"augmented": 0.01, "plain": 0.004}  # what `best_rate` finds
EPOCHS, BATCH = 40, 64
MOVED = Affine(degrees=12, scale=(0.9, 1.1), shear=0.15, shift=0.15)


def pictures(rows):
    """The digits of a part ("fit", "validation", "train", "test") as a convolution takes them, and their labels.

    Returns: x (M, 1, 8, 8), y (M,).
    """
    digits = getattr(data.load("digits"), rows)
    return digits.images[:, None], digits.y


def train_network(seed, rows="train", epochs=EPOCHS, plain=False, rate=None):
    """The network after training in float64: Adam, one cycle of the learning rate, batches of 64.

    `rate` is the largest learning rate; None stands for the one that was chosen.
    """
    with in_float64():
        model = VGG(size=8, widths=(16, 32), dropout=0.3, rng=np.random.default_rng(seed))
        moved = (lambda x, rng: x[:, None]) if plain else (lambda x, rng: MOVED(x[:, None], rng))
        batches = getattr(data.load("digits"), rows).using("images", "y").batches(BATCH, seed=seed, augment=moved)
        optimizer = optim.Adam(model.parameters())
        rate = rate or CHOSEN["plain" if plain else "augmented"]
        cycle = OneCycleLR(optimizer, rate, epochs=epochs, steps_per_epoch=len(batches))
        fit(model, batches, F.cross_entropy, optimizer, epochs=epochs, scheduler=cycle, step_scheduler="batch",
            progress=False)
    return model.eval()


def weights(plain=False):
    """Where the stored weights lie."""
    return FOLDER / ("digit_reader_plain.safetensors" if plain else "digit_reader.safetensors")


def network(plain=False):
    """The stored network in evaluation mode and in the default dtype: seed 0, trained on rows 0-999.

    `plain` asks for the one that saw no picture moved.
    """
    model = VGG(size=8, widths=(16, 32), dropout=0.3, rng=np.random.default_rng(0))  # whoever calls keeps its generator
    load_state(weights(plain), model)
    return model.eval()


def sweep_row(design, rate):
    """One row of the sweep: the share of rows 800-999 that is read, mean and spread over three seeds."""
    x, y = pictures("validation")
    models = [train_network(seed, "fit", plain=design == "plain", rate=rate) for seed in SWEEP_SEEDS]
    found = [accuracy(predict(model, x), y) for model in models]
    return _row(design, "validation", rate, found)


def row_of_test(design):
    """Train with the chosen rate, store the first network, and read the test: one row."""
    x, y = pictures("test")
    models = [train_network(seed, plain=design == "plain") for seed in TEST_SEEDS]
    right = [correct(predict(model, x), y) for model in models]
    save_state(weights(design == "plain"), models[0].float())
    return _row(design, "test", CHOSEN[design], [one.mean() for one in right]) | {
        "read": " ".join(str(one.sum()) for one in right)}


def _row(design, stage, rate, found):
    numbers = {name: round(float(f(found)), 4) for name, f in (("mean", np.mean), ("lowest", min), ("highest", max))}
    return {"design": design, "stage": stage, "rate": rate, **numbers, "read": ""}


def best_rate(design):
    """The rate that the sweep speaks for: the best mean, and of those that tie the lowest."""
    rows = [row for row in read("digit_reader") if (row["design"], row["stage"]) == (design, "validation")]
    return float(max(rows, key=lambda row: (float(row["mean"]), -float(row["rate"])))["rate"])


@in_float64()
def remake():
    """Sweep the rate, train five networks of each kind, read the test, store the first of each, also in the figure."""
    from dlcourse.figures.read_digit import write_numbers  # whoever wants the network needs no figures

    started, command = time.perf_counter(), "python -m dlcourse.studies digit_reader"
    rows = [sweep_row(*setting) for setting in itertools.product(CHOSEN, RATES)]
    write("digit_reader", rows, command, started)
    for design in CHOSEN:
        if best_rate(design) != CHOSEN[design]:
            raise RuntimeError(f"the sweep speaks for {design} at rate {best_rate(design)}: change CHOSEN, and look")
    write("digit_reader", rows + [row_of_test(design) for design in CHOSEN], command, started)
    write_numbers(network())
