"""How well do networks read fonts they never saw, and how well handwriting?

    python -m dlcourse.studies glyphs

A plain network and a convolutional one are trained on 6,000 rendered digits of fifteen fonts, five epochs. Each is
judged on new pictures in the same fonts, on five other fonts, and on the 1,797 digits that people wrote. Nothing is
chosen by these numbers: the settings are those of the first measurement, made with PyTorch on other random pictures.
"""

import time

import numpy as np

from dlcourse import functional as F
from dlcourse import nn, optim
from dlcourse.data import load
from dlcourse.evaluate import accuracy, predict
from dlcourse.lr_scheduler import OneCycleLR
from dlcourse.train import Batches, fit

from .chapter_1 import in_float64
from .table import write

SEEDS = range(3)
ROWS, EPOCHS, BATCH, RATE, DECAY = 6000, 5, 128, 2e-3, 1e-4
JUDGED = ("same_fonts", "held_out_fonts", "handwritten")


def plain_network(rng):
    """784-256-256-10 with ReLU; 269,322 parameters."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 256, rng=rng), nn.ReLU(), nn.Linear(256, 256, rng=rng),
                         nn.ReLU(), nn.Linear(256, 10, rng=rng))


def convolutional_network(rng, classes=10):
    """Four convolutions of 8, 16, 32 and 64 channels, pooled down to one place; with ten classes 25,154 parameters."""
    layers, inputs = [], 1
    for outputs in (8, 16, 32):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False, rng=rng), nn.BatchNorm2d(outputs), nn.ReLU(),
                   nn.MaxPool2d(2)]
        inputs = outputs
    layers += [nn.Conv2d(32, 64, 3, bias=False, rng=rng), nn.BatchNorm2d(64), nn.ReLU(), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(64, classes, rng=rng))


NETWORKS = {"plain": plain_network, "convolutional": convolutional_network}


@in_float64()
def accuracies(name, seed):
    """Train one network on the pictures of one seed; the shares of right answers, in the order of JUDGED."""
    glyphs = load("glyphs", n=ROWS, seed=seed)
    model = NETWORKS[name](np.random.default_rng(seed))
    batches = Batches(*glyphs.train.arrays, batch_size=BATCH, seed=seed)
    optimizer = optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    scheduler = OneCycleLR(optimizer, max_lr=RATE, total_steps=EPOCHS * len(batches))
    fit(model, batches, F.cross_entropy, optimizer, epochs=EPOCHS, scheduler=scheduler, step_scheduler="batch",
        progress=False)
    digits = load("digits", size=28)
    sets = glyphs.same_fonts.arrays, glyphs.test.arrays, (digits.x.reshape(-1, 1, 28, 28), digits.y)
    return [accuracy(predict(model, x), y) for x, y in sets]


def rows_of(name):
    """The rows of one network: for each set the mean and the spread over the seeds."""
    found = np.array([accuracies(name, seed) for seed in SEEDS])
    return [{"network": name, "judged_on": judged, "mean": round(float(of_seeds.mean()), 4),
             "lowest": round(float(of_seeds.min()), 4), "highest": round(float(of_seeds.max()), 4)}
            for judged, of_seeds in zip(JUDGED, found.T, strict=True)]


def remake():
    """Train both networks with every seed and store how well they read."""
    started = time.perf_counter()
    write("glyphs", [row for name in NETWORKS for row in rows_of(name)], "python -m dlcourse.studies glyphs", started)
