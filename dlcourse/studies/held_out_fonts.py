"""When do a convolution's assumptions win: how many pictures does a network need that makes fewer of them?

    python -m dlcourse.studies held_out_fonts

A plain network, a small convolutional one and a vision transformer, each of about 310,000 multiplications a picture
(within 10 %), learn rendered digits of fifteen fonts: 500, 2,000 or 8,000 of them, the smaller sets being the beginning
of the larger. They are judged on 3,333 new pictures in the same fonts and on as many in five other fonts. Pictures get
a border of 2 pixels and are halved, to 16 x 16. The number of steps is nearly the same for all, 375 of 64 pictures: of
more pictures each is seen less often. The rate is chosen of three for each network, with one seed and 2,000 pictures,
by 2,000 others in the fonts that are learned; of rates that tie the lower one. Then three other seeds give pictures,
weights and order.
"""

import time

import numpy as np

from dlcourse import data, nn
from dlcourse.cost import count
from dlcourse.evaluate import accuracy, predict
from dlcourse.vision import VisionTransformer, conv_block

from .chapter_1 import in_float64
from .image_networks import mlp, numbers, train
from .table import read, write

SWEEP_SEED, SEEDS = 3, range(3)
PICTURES, SWEPT = [500, 2000, 8000], 2000
RATES = [0.001, 0.003, 0.01]
STEPS, BATCH, SIZE = 375, 64, 16


def convolutional(rng):
    """Twice a convolution of 5 x 5 and a pooling, then one linear layer."""
    return nn.Sequential(conv_block(1, 8, 5, rng=rng), nn.MaxPool2d(2), conv_block(8, 20, 5, rng=rng), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(20 * (SIZE // 4) ** 2, 10, rng=rng))


NETWORKS = {
    "MLP": lambda rng: mlp(440, rng, SIZE**2),
    "CNN": convolutional,
    "ViT": lambda rng: VisionTransformer(SIZE, patch=4, dim=32, rng=rng),
}
JUDGED = ("same_fonts", "held_out_fonts")


def halved(x):
    """Pictures with a border of 2 pixels, each square of four made one.

    Shapes:  (M, 1, 28, 28)  ->  (M, 1, 16, 16).
    """
    x = np.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2)))
    return x.reshape(len(x), 1, SIZE, 2, SIZE, 2).mean(axis=(3, 5))


def pictures(seed):
    """For each part of the rendered digits what a network takes: {part: (x (M, 1, 16, 16), y (M,))}."""
    glyphs = data.load("glyphs", n=PICTURES[-1] * 5 // 4, seed=seed)  # a fifth of them to choose the rate
    parts = {"fit": glyphs.fit, "validation": glyphs.validation, "same_fonts": glyphs.same_fonts,
             "held_out_fonts": glyphs.test}
    return {name: (halved(part.x), part.y) for name, part in parts.items()}


def trained(name, n, rate, seed, parts):
    """A network after the steps, on the first n pictures."""
    x, y = (array[:n] for array in parts["fit"])
    model, _ = train(NETWORKS[name](np.random.default_rng(seed)), x, y, rate, seed, passes_for(n))
    return model


def passes_for(n):
    """How many passes make the number of steps, nearly."""
    return round(STEPS / -(-n // BATCH))


def sweep_row(name, rate, parts):
    """One row of the sweep: the share of the validation pictures that is read."""
    x, y = parts["validation"]
    model = trained(name, SWEPT, rate, SWEEP_SEED, parts)
    return _row(name, SWEPT, "sweep", rate, "validation", [accuracy(predict(model, x), y)])


def test_rows(name, n, rate, parts_of_seeds):
    """Two rows of the test, same fonts and held-out fonts."""
    models = {seed: trained(name, n, rate, seed, parts) for seed, parts in parts_of_seeds.items()}
    rows = []
    for judged in JUDGED:
        found = [accuracy(predict(model, parts_of_seeds[seed][judged][0]), parts_of_seeds[seed][judged][1])
                 for seed, model in models.items()]
        rows.append(_row(name, n, "test", rate, judged, found))
    return rows


def _row(name, n, stage, rate, judged, found):
    cost = count(NETWORKS[name](np.random.default_rng(0)), np.zeros((1, 1, SIZE, SIZE)))
    return {"network": name, "pictures": n, "stage": stage, "judged_on": judged, "rate": rate,
            "passes": passes_for(n), **numbers(found), "parameters": cost.parameters, "multiplications": cost.forward}


@in_float64()
def remake():
    """Choose the rates, train and store everything."""
    started, parts = time.perf_counter(), pictures(SWEEP_SEED)
    sweep = {name: [sweep_row(name, rate, parts) for rate in RATES] for name in NETWORKS}
    parts_of_seeds, rows = {seed: pictures(seed) for seed in SEEDS}, []
    for name, tried in sweep.items():
        rate = max(tried, key=lambda row: (row["mean"], -row["rate"]))["rate"]
        rows += tried + [row for n in PICTURES for row in test_rows(name, n, rate, parts_of_seeds)]
    write("held_out_fonts", rows, "python -m dlcourse.studies held_out_fonts", started)


def row_of(name, n, judged="held_out_fonts"):
    """The stored row of the test."""
    (row,) = [row for row in read("held_out_fonts")
              if (row["network"], row["pictures"], row["judged_on"]) == (name, str(n), judged)]
    return row
