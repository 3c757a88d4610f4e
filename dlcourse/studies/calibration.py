"""When a network says 90 %, is it right nine times of ten?

    python -m dlcourse.studies calibration

Three readers of digits learn rows 0-799: the convolutional network of the study `digit_reader` from pictures as they
are ("plain") and from moved pictures ("augmented"), and a plain one with 100 epochs on the first 200 rows only ("200
rows"). On rows 800-999 one temperature is chosen for each, the one with the smallest cross-entropy of 61 between 1/4
and 16. With and without it the last 797 rows are read, as they are and rolled by one pixel in one of four directions.

Stored are accuracy, mean confidence, cross-entropy and the expected calibration error with 10 bins; beside the last
what a reader whose every probability is true would get with so few pictures, the mean of 200 draws of labels from its
own probabilities. Also how many of rows 800-999 are read wrong, since a temperature is fitted to mistakes, and for what
share of the seeds it is an end of the grid. Five seeds. Nothing is chosen by the test rows.
"""

import time

import numpy as np

from dlcourse import Tensor, data, no_grad, optim
from dlcourse import functional as F
from dlcourse.evaluate import calibration_error
from dlcourse.lr_scheduler import OneCycleLR
from dlcourse.train import Batches, fit
from dlcourse.vision import VGG

from .chapter_1 import in_float64
from .digit_reader import BATCH, CHOSEN, pictures, train_network
from .table import read, write

SEEDS = range(5)
READERS = ("plain", "augmented", "200 rows")
TEMPERATURES = np.geomspace(0.25, 16, 61)
FEW, FEW_EPOCHS = 200, 100
DRAWS = 200


def train_reader(reader, seed):
    """One of the three readers, trained on rows of rows 0-799."""
    if reader != "200 rows":
        return train_network(seed, "fit", plain=reader == "plain")
    model = VGG(size=8, widths=(16, 32), dropout=0.3, rng=np.random.default_rng(seed))
    x, y = pictures("fit")
    batches = Batches(Tensor(x[:FEW]), Tensor(y[:FEW]), batch_size=BATCH, seed=seed)
    optimizer = optim.Adam(model.parameters())
    cycle = OneCycleLR(optimizer, CHOSEN["plain"], epochs=FEW_EPOCHS, steps_per_epoch=len(batches))
    fit(model, batches, F.cross_entropy, optimizer, epochs=FEW_EPOCHS, scheduler=cycle, step_scheduler="batch",
        progress=False)
    return model.eval()


def logits_of(model, x):
    """The logits, without a record."""
    with no_grad():
        return model(Tensor(x)).data


def best_temperature(logits, y):
    """The temperature of the grid with the smallest cross-entropy."""
    return min(TEMPERATURES, key=lambda T: F.cross_entropy(Tensor(logits / T), y).item())


def rolled(x):
    """Each picture rolled by one pixel: the first to the right, the second to the left, then down, then up."""
    ways = [(0, 1), (0, -1), (1, 0), (-1, 0)]
    return np.stack([np.roll(picture, ways[i % 4], axis=(-2, -1)) for i, picture in enumerate(x)])


def measured(logits, y, rng):
    """Accuracy, confidence, cross-entropy, calibration error, and that of a reader whose probabilities are true."""
    p = F.softmax(Tensor(logits)).data
    drawn = (p.cumsum(axis=1)[None] > rng.random((DRAWS, len(p), 1))).argmax(axis=2)  # labels by its own probabilities
    return {"accuracy": np.mean(p.argmax(axis=1) == y), "confidence": p.max(axis=1).mean(),
            "cross_entropy": F.cross_entropy(Tensor(logits), y).item(), "error": calibration_error(p, y),
            "error_if_true": np.mean([calibration_error(p, labels) for labels in drawn])}


@in_float64()
def results(reader, seed):
    """All that is measured of one reader: {(pictures, scaled): numbers}."""
    model, rng = train_reader(reader, seed), np.random.default_rng(seed)
    seen, labels = logits_of(model, pictures("validation")[0]), data.load("digits").validation.y
    T = best_temperature(seen, labels)
    fitted = {"wrong_validation": np.sum(seen.argmax(axis=1) != labels),
              "at_edge": T in (TEMPERATURES[0], TEMPERATURES[-1])}
    x, y = pictures("test")
    found = {}
    for name, seen in (("as they are", x), ("rolled", rolled(x))):
        logits = logits_of(model, seen)
        for scaled, temperature in (("no", 1.0), ("yes", T)):
            found[name, scaled] = {"temperature": temperature} | measured(logits / temperature, y, rng) | fitted
    return found


def remake():
    """Train, measure and store; means over the seeds, and the spread of the calibration error."""
    started, rows = time.perf_counter(), []
    for reader in READERS:
        found = [results(reader, seed) for seed in SEEDS]
        for name, scaled in found[0]:
            numbers = [of_seed[name, scaled] for of_seed in found]
            row = {"reader": reader, "pictures": name, "scaled": scaled}
            row |= {key: round(float(np.mean([n[key] for n in numbers])), 4) for key in numbers[0]}
            row |= {f"{f.__name__}_error": round(float(f(n["error"] for n in numbers)), 4) for f in (min, max)}
            rows.append(row)
    write("calibration", rows, "python -m dlcourse.studies calibration", started)


def stored(reader, name="as they are", scaled="no"):
    """The stored row of one reader, as numbers."""
    keys = reader, name, scaled
    row = next(row for row in read("calibration") if (row["reader"], row["pictures"], row["scaled"]) == keys)
    return {key: float(row[key]) for key in ("temperature", "accuracy", "confidence", "cross_entropy", "error",
                                             "error_if_true", "wrong_validation", "at_edge", "min_error", "max_error")}
