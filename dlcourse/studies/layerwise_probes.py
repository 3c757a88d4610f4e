"""Layer by layer, which letter is it and which font: what does a network keep, and what does it let go?

    python -m dlcourse.studies layerwise_probes

A convolutional network, that of the study `glyphs` with other outputs, learns 6,000 rendered letters of fifteen fonts,
once to name the letter (capital or small count as one where they look alike) and once, with the same pictures, to name
the font. A third network stays as it was drawn. To 2,000 new pictures in the same fonts we put both questions, by a
linear probe on the pixels and on what each of the four convolutions returns: two thirds of the pictures fit the probe,
the others judge it. Maps are averaged to 4 x 4 places before, the pixels to 14 x 14; the sizes are 196, 128, 256, 288
and 64, so compare networks at a layer rather than layers. Three seeds, of pictures, first weights and order. Nothing is
chosen by these numbers.
"""

import time

import numpy as np

from dlcourse import Tensor, no_grad, optim
from dlcourse import functional as F
from dlcourse.data import load
from dlcourse.evaluate import accuracy
from dlcourse.lr_scheduler import OneCycleLR
from dlcourse.probing import linear_probe, outputs
from dlcourse.train import Batches, fit

from .chapter_1 import in_float64
from .glyphs import BATCH, DECAY, RATE, convolutional_network
from .table import read, write

SEEDS = range(3)
ROWS, EPOCHS, PROBE_C = 6000, 5, 0.1
QUESTIONS = ("letter", "font")
TRAINED = ("nothing", "letter", "font")
LAYERS = ("pixels", "layer 1", "layer 2", "layer 3", "layer 4")


def pictures(seed):
    """Letters of the Latin alphabet, look-alikes merged."""
    return load("glyphs", alphabet="latin", look_alikes="merge", n=ROWS, seed=seed)


def answers(rows):
    """Both right answers for some rows of the pictures, counted from 0."""
    return {"letter": rows.y, "font": np.unique(rows.font, return_inverse=True)[1]}


def train_network(task, letters, seed):
    """Train the network to name the letter or the font of each training row; for "nothing" it stays as drawn."""
    classes = 1 + max(int(labels.max()) for labels in answers(letters.train).values())
    model = convolutional_network(np.random.default_rng(seed), classes)
    if task == "nothing":
        return model
    batches = Batches(letters.train.x, answers(letters.train)[task], batch_size=BATCH, seed=seed)
    optimizer = optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    scheduler = OneCycleLR(optimizer, max_lr=RATE, total_steps=EPOCHS * len(batches))
    fit(model, batches, F.cross_entropy, optimizer, epochs=EPOCHS, scheduler=scheduler, step_scheduler="batch",
        progress=False)
    return model


def features(model, x):
    """What is probed: {layer: (N, D)}, the pixels and the four convolutions after ReLU and pooling."""
    found = outputs(model, x)
    maps = [value for name, value in found.items() if type(model[int(name)]).__name__ == "MaxPool2d"]
    with no_grad():
        small = [F.adaptive_avg_pool2d(Tensor(x), 14), *(F.adaptive_avg_pool2d(Tensor(m), 4) for m in maps[:2]),
                 Tensor(maps[2])]
    last = next(value for name, value in found.items() if type(model[int(name)]).__name__ == "Flatten")
    return dict(zip(LAYERS, [*(m.data.reshape(len(x), -1) for m in small), last], strict=True))


def probed(task, seed):
    """Shares of right answers of one network's layers: {(layer, question): share}."""
    letters = pictures(seed)
    seen, rows = features(train_network(task, letters, seed), letters.same_fonts.x), answers(letters.same_fonts)
    cut = 2 * len(letters.same_fonts.x) // 3
    return {(layer, question): accuracy(linear_probe(x[:cut], y[:cut], x[cut:], PROBE_C), y[cut:])
            for layer, x in seen.items() for question, y in rows.items()}


@in_float64()
def rows_of(task):
    """The rows of one network: for each layer and question the mean and the spread over the seeds."""
    found = [probed(task, seed) for seed in SEEDS]
    rows = []
    for layer, question in found[0]:
        shares = [shares_of_seed[layer, question] for shares_of_seed in found]
        rows.append({"trained_to_name": task, "layer": layer, "asked": question,
                     "mean": round(float(np.mean(shares)), 4), "lowest": round(min(shares), 4),
                     "highest": round(max(shares), 4)})
    return rows


def remake():
    """Train, probe and store."""
    started = time.perf_counter()
    rows = [row for task in TRAINED for row in rows_of(task)]
    write("layerwise_probes", rows, "python -m dlcourse.studies layerwise_probes", started)


def stored(task, question):
    """Mean, lowest and highest share of right answers, layer by layer: an array (5, 3)."""
    rows = {row["layer"]: row for row in read("layerwise_probes")
            if (row["trained_to_name"], row["asked"]) == (task, question)}
    return np.array([[float(rows[layer][name]) for name in ("mean", "lowest", "highest")] for layer in LAYERS])
