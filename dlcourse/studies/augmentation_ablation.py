"""Which change of the pictures carries what SimCLR gains? Each is left out alone, and each is used alone.

    python -m dlcourse.studies augmentation_ablation

The encoder, the head, the strength of the views and the temperature are those that the study `representations` chose.
Encoders learn from rows 0-799 without labels, for 20 passes instead of 40, with three seeds. Probes (C = 1, features
divided by one number) get 5 or 10 labels per class from there in ten draws, the same for all, and rows 800-999 judge.
Views are made by all six changes, by none, by all but one, and by one alone.

Three more rows learn nothing without labels: a probe of the pixels; a probe of the pixels that is told of the changes
in the plainest way, since it learns from 20 views (all six changes) of each picture that has a label; and the encoder
with a linear layer on it, trained to name the digits on new views of these pictures in each of 200 steps.
"""

import time

import numpy as np

from dlcourse import Tensor, data, nn
from dlcourse import functional as F
from dlcourse.evaluate import predict

from .chapter_1 import in_float64
from .representations import (
    CODE,
    VIEWS,
    answers,
    chosen,
    codes_by,
    draw_labels,
    encoder,
    scaled,
    steps,
    train_on_pairs,
    views,
)
from .table import read, write

SEEDS, DRAWS, LABELS = range(3), range(10), [5, 10]
EPOCHS, COPIES, STEPS = 20, 20, 200
DESIGNS = {  # design -> the changes that its views have
    "all": list(VIEWS),
    "none": [],
    **{f"without {name}": [other for other in VIEWS if other != name] for name in VIEWS},
    **{f"only {name}": [name] for name in VIEWS},
}
OTHERS = ["pixels", "pixels of views", "network of views"]


def some_views(kept):
    """Views of the chosen strength that are made by these changes alone."""
    strength = chosen("SimCLR")[0]["strength"]
    return views(strength, **{name: 0.0 for name in VIEWS if name not in kept})


def train(design, seed, epochs=EPOCHS):
    """SimCLR on rows 0-799 with the views of a design; its encoder."""
    temperature = chosen("SimCLR")[0]["temperature"]
    pictures = data.load("digits").fit.x.reshape(-1, 1, 8, 8)
    return train_on_pairs(pictures, seed, some_views(DESIGNS[design]), lambda z1, z2: F.nt_xent(z1, z2, temperature),
                          epochs)[0]


def pixels_of_views(k, draw):
    """A probe of pixels that learns from views of the labeled rows.   Returns: labels of the validation rows."""
    from sklearn.linear_model import LogisticRegression

    digits = data.load("digits")
    rows = np.tile(draw_labels(digits.fit.y, k, draw), COPIES)
    seen = some_views(list(VIEWS))(digits.fit.x[rows].reshape(-1, 1, 8, 8), np.random.default_rng(draw))
    # Each picture counts as one, however many views there are of it.
    model = LogisticRegression(C=1.0 / COPIES, max_iter=5000)
    model.fit(scaled(digits.fit.x, seen.reshape(-1, 64), "one"), digits.fit.y[rows])
    return model.predict(scaled(digits.fit.x, digits.validation.x, "one"))


def network_of_views(k, draw):
    """The encoder and a linear layer, trained on views of the labeled rows.   Returns: the validation rows' labels."""
    digits, rng = data.load("digits"), np.random.default_rng(draw)
    rows = draw_labels(digits.fit.y, k, draw)
    pictures, y, augment = digits.fit.x[rows].reshape(-1, 1, 8, 8), digits.fit.y[rows], some_views(list(VIEWS))
    model = nn.Sequential(encoder(CODE, rng), nn.ReLU(), nn.Linear(CODE, 10, rng=rng))
    for chosen_rows, step in steps(model.parameters(), len(rows), len(rows), STEPS, rng):
        step(F.cross_entropy(model(Tensor(augment(pictures[chosen_rows], rng))), y[chosen_rows]))
    return predict(model, Tensor(digits.validation.x.reshape(-1, 1, 8, 8))).argmax(axis=1)


def read_by_labels(design, k, draws=DRAWS):
    """Which validation rows are named rightly by what learns from labels alone.   Returns: booleans (1, draws, 200)."""
    digits = data.load("digits")
    if design == "pixels":
        return answers(lambda x: x, digits.fit, digits.validation, k, 1.0, "one", draws)[None]
    read_by = {"pixels of views": pixels_of_views, "network of views": network_of_views}[design]
    return np.array([[read_by(k, draw) == digits.validation.y for draw in draws]])


def rows_of(design, seeds=SEEDS):
    """The rows of a design, one for each k: share of the validation rows that is read, over seeds and draws."""
    digits, rows = data.load("digits"), []
    encoders = [train(design, seed) for seed in seeds] if design in DESIGNS else []
    for k in LABELS:
        right = read_by_labels(design, k) if design in OTHERS else np.array([
            answers(codes_by(body), digits.fit, digits.validation, k, 1.0, "one", DRAWS) for body in encoders])
        shares = right.mean(axis=2)  # (seeds, draws)
        rows.append({"design": design, "labels": k, "mean": round(float(shares.mean()), 4),
                     "by_seed": " ".join(f"{100 * share:.2f}" for share in shares.mean(axis=1)),
                     "by_draw": " ".join(f"{100 * share:.2f}" for share in shares.mean(axis=0))})
    return rows


@in_float64()
def remake():
    """Train every design and store what was read."""
    started = time.perf_counter()
    rows = [row for design in [*OTHERS, *DESIGNS] for row in rows_of(design)]
    write("augmentation_ablation", rows, "python -m dlcourse.studies augmentation_ablation", started)


def stored(design, k):
    """The stored row of a design and k labels per class."""
    return next(row for row in read("augmentation_ablation") if (row["design"], row["labels"]) == (design, str(k)))
