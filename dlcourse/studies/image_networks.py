"""Six ways to look at a picture, at equal cost: what is each worth on 1,000 digits, and when pixels change places?

    python -m dlcourse.studies image_networks

The budget is the number of multiplications that one picture takes, about 380,000 (`dlcourse.cost.count`; within 15 %),
and the number of passes over the rows, 12. Parameters are whatever comes of that; one more plain network has as many of
them as the VGG instead. Everything is trained in one way: Adam, one cycle of the learning rate, batches of 64.

Each network gets three largest rates, judged on rows 800-999 after fitting rows 0-799 twice, without and with
augmentation; the best mean wins, of rates that tie the lower one. Then it learns rows 0-999 with five other seeds
(three for MobileNet, whose runs are the longest), without and with augmentation, and reads the last 797 once: as they
are, and rolled by -1, 0 or 1 pixel. "permuted" is the same with one fixed permutation of the 64 pixels in all pictures,
with a sweep of its own and no augmentation. The vision transformer, which asks for more, also gets four times as many
passes at its rate, with three seeds.

The grid was moved once: in a first run its rates were 0.001, 0.003 and 0.01, and every network chose the highest. The
test of that run had been read by then.
"""

import time

import numpy as np

from dlcourse import data, nn, optim
from dlcourse import functional as F
from dlcourse.cost import count
from dlcourse.data.flow import Augmented
from dlcourse.evaluate import accuracy, correct, predict
from dlcourse.lr_scheduler import OneCycleLR
from dlcourse.train import Batches, fit
from dlcourse.vision import VGG, LeNet, MobileNet, ResNet, VisionTransformer

from .chapter_1 import in_float64
from .digit_reader import MOVED
from .table import read, write

SWEEP_SEED, SEEDS, FEWER_SEEDS = 5, range(5), range(3)
RATES = [0.003, 0.01, 0.03]
PASSES, LONGER, BATCH = 12, 48, 64
PERMUTED, LONG = ("MLP", "VGG", "ViT"), ("ViT",)  # who is tried with permuted pixels, and with more passes
ORDER = np.random.default_rng(0).permutation(64)  # the one permutation


def mlp(hidden, rng, pixels=64):
    """A plain network with two hidden layers and dropout between them: it does not know that pixels have neighbors."""
    return nn.Sequential(nn.Flatten(), nn.Linear(pixels, hidden, rng=rng), nn.ReLU(), nn.Dropout(0.2, rng=rng),
                         nn.Linear(hidden, hidden, rng=rng), nn.ReLU(), nn.Linear(hidden, 10, rng=rng))


NETWORKS = {
    "MLP": lambda rng: mlp(580, rng),
    "MLP, small": lambda rng: mlp(100, rng),
    "LeNet": lambda rng: LeNet(8, widths=(16, 48), rng=rng),
    "VGG": lambda rng: VGG(8, widths=(16, 32), rng=rng),
    "ResNet": lambda rng: ResNet((1, 1), (14, 28), channels=1, num_classes=10, small_pictures=True, rng=rng),
    "MobileNet": lambda rng: MobileNet(widths=(32, 96, 160), strides=(2, 1), rng=rng),
    "ViT": lambda rng: VisionTransformer(8, patch=2, dim=36, rng=rng),
}


def network(name, seed=0):
    """A network of the table, untrained."""
    return NETWORKS[name](np.random.default_rng(seed))


def permute(x):
    """Let all pixels change places, in every picture in the same way.   Shapes:  x (M, 1, 8, 8)  ->  the same."""
    return x.reshape(-1, 64)[:, ORDER].reshape(x.shape)


def rolled(x, axis):
    """Move picture i by i % 3 - 1 pixels, down (axis 1) or across (2); what leaves on one side comes in on the other.

    Shapes:  x (M, 1, h, w)  ->  the same.
    """
    return np.stack([np.roll(picture, i % 3 - 1, axis) for i, picture in enumerate(x)])


def pictures(rows, permuted=False):
    """The digits of a part as pictures, and their labels.   Returns: x (M, 1, 8, 8), y (M,)."""
    digits = getattr(data.load("digits"), rows)
    x = digits.x.reshape(-1, 1, 8, 8)
    return (permute(x) if permuted else x), digits.y


def train(model, x, y, rate, seed, passes=PASSES, augment=None):
    """Train by Adam with one cycle of the rate, in batches of 64; the model in evaluation mode, and its History."""
    batches = Batches(x, y, batch_size=BATCH, seed=seed)
    if augment is not None:
        batches = Augmented(batches, augment, seed=seed)
    optimizer = optim.Adam(model.parameters())
    cycle = OneCycleLR(optimizer, rate, epochs=passes, steps_per_epoch=len(batches))
    history = fit(model, batches, F.cross_entropy, optimizer, epochs=passes, scheduler=cycle, step_scheduler="batch",
                  progress=False)
    return model.eval(), history


def numbers(found):
    """Mean and spread of what the seeds found, as columns of a table."""
    return {name: round(float(f(found)), 4) for name, f in (("mean", np.mean), ("lowest", min), ("highest", max))}


def wrong_rows(right):
    """Which rows were read wrong, as text: numbers of rows, a semicolon between seeds.   Shapes:  right (seeds, M)."""
    return ";".join(" ".join(str(row) for row in np.flatnonzero(~one)) for one in right)


def answers(row, count=797):
    """Which rows each seed read, from a stored row.   Returns: booleans (seeds, count)."""
    right = np.ones((len(row["wrong"].split(";")), count), bool)
    for one, text in zip(right, row["wrong"].split(";"), strict=True):
        one[[int(number) for number in text.split()]] = False
    return right


def sweep_row(name, permuted, rate):
    """One row of the sweep: shares of rows 800-999, without and (unless permuted) with augmentation."""
    x, y = pictures("validation", permuted)
    found = [accuracy(predict(train(network(name, SWEEP_SEED), *pictures("fit", permuted), rate, SWEEP_SEED,
                                    augment=augment)[0], x), y) for augment in ((None,) if permuted else (None, MOVED))]
    return {"network": name, "pixels": "permuted" if permuted else "in place", "stage": "sweep", "augmented": "",
            "passes": PASSES, "rate": rate, **numbers(found)}


def best_rate(rows, name, permuted):
    """The rate with the best mean in the sweep; of rates that tie the lowest."""
    pixels = "permuted" if permuted else "in place"
    rows = [row for row in rows if (row["network"], row["pixels"], row["stage"]) == (name, pixels, "sweep")]
    return float(max(rows, key=lambda row: (float(row["mean"]), -float(row["rate"])))["rate"])


def test_row(name, permuted, augmented, rate, passes=PASSES):
    """One row of the test: what the seeds read of the last 797 digits, as they are and rolled."""
    x, y = pictures("test")
    arranged = permute if permuted else (lambda pictures: pictures)
    seeds = FEWER_SEEDS if name == "MobileNet" or passes > PASSES else SEEDS
    models = [train(network(name, seed), *pictures("train", permuted), rate, seed, passes, MOVED if augmented else None)
              [0] for seed in seeds]
    right = np.array([correct(predict(model, arranged(x)), y) for model in models])
    down, across = ([accuracy(predict(model, arranged(rolled(x, axis))), y) for model in models] for axis in (1, 2))
    cost = count(models[0], x[:1])
    return {"network": name, "pixels": "permuted" if permuted else "in place", "stage": "test",
            "augmented": "yes" if augmented else "no", "passes": passes, "rate": rate, **numbers(right.mean(axis=1)),
            "rolled_down": round(float(np.mean(down)), 4), "rolled_across": round(float(np.mean(across)), 4),
            "parameters": cost.parameters, "multiplications": cost.forward, "wrong": wrong_rows(right)}


@in_float64()
def remake():
    """Sweep the rates, then train with what won, read the test and store everything."""
    started = time.perf_counter()
    cases = [(name, False) for name in NETWORKS] + [(name, True) for name in PERMUTED]
    sweep = [sweep_row(*case, rate) for case in cases for rate in RATES]
    rows = []
    for name, permuted in cases:
        rate = best_rate(sweep, name, permuted)
        rows += [test_row(name, permuted, augmented, rate) for augmented in ((False,) if permuted else (False, True))]
    rows += [test_row(name, False, True, best_rate(sweep, name, False), LONGER) for name in LONG]
    rows += [dict.fromkeys(rows[0], "") | row for row in sweep]
    write("image_networks", rows, "python -m dlcourse.studies image_networks", started)


def row_of(name, augmented=False, permuted=False, passes=PASSES):
    """The stored row of the test."""
    wanted = (name, "permuted" if permuted else "in place", "test", "yes" if augmented else "no", str(passes))
    (row,) = [row for row in read("image_networks")
              if tuple(row[column] for column in ("network", "pixels", "stage", "augmented", "passes")) == wanted]
    return row
