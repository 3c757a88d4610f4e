"""How well does the figure ReadDigit read what is drawn on its pad, and when should it doubt its answer?

    python -m dlcourse.studies digit_drawings

A digit of the data is put on the pad as a drawing, enlarged to 128 x 128 points of ink, and goes through the figure's
preparation like anything that is drawn. Two signs of doubt are measured on rows 800-999, by three networks that
learned rows 0-799. The best probability: the largest of `LEVELS` below which at least a quarter of the answers are
wrong is where the figure begins to say "not sure". The distance to the nearest of rows 0-799: beyond the 99th
percentile it says that the drawing looks like no digit. Then the stored network reads the test digits, drawn in
several ways, digits of fonts, and what is no digit: letters and scribbles.

A first preparation made every digit 20 columns wide, the middle of what the training digits are. Of 600 answers on
rows 800-999 it had 17 wrong; the present one, which leaves 16 to 22 columns as they are, has 13. The drawn test digits
had been read with the first by then: 95.7 % of them.
"""

import time

import numpy as np

from dlcourse import data
from dlcourse.evaluate import predict
from dlcourse.figures import read_digit

from .chapter_1 import in_float64
from .digit_reader import SWEEP_SEEDS, network, train_network
from .table import read, write

LEVELS = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99]
WRONG = 0.25  # the share of wrong answers below the level
LETTERS = "ACDEFGHJKLMNPQRTUVWXY"  # those that pass for no digit
PEN = 0.1


def counts_of(x):
    """Pictures of gray values from 0 to 1 as counts from 0 to 16.   Shapes:  (N, 64)  ->  (N, 8, 8)."""
    return np.rint(16 * x).astype(int).reshape(-1, 8, 8)


def on_pad(pictures, centered=True, move=(1, 0, 0)):
    """What the figure makes of pictures that are drawn on its pad, moved by (size, across, down).   (N, 8, 8) twice."""
    inks = (read_digit.moved(read_digit.enlarged(picture), *move) for picture in pictures)
    return np.array([read_digit.prepared(ink, centered) for ink in inks])


def of_glyphs(characters, n):
    """Characters of fonts, undistorted, on the pad: the pictures, and the class of each."""
    glyphs = data.load("glyphs", alphabet=characters, n=n, strength=0).train
    cell = np.arange(read_digit.CELLS) * 28 // read_digit.CELLS
    return np.array([read_digit.prepared(x[0][cell[:, None], cell] > 0.5) for x in glyphs.x]), glyphs.y


def scribbles(n, seed=0):
    """Zigzags of 4 to 8 random points each, as pictures."""
    rng = np.random.default_rng(seed)
    lines = [rng.uniform(0.1, 0.9, (rng.integers(4, 9), 2)).tolist() for _ in range(n)]
    return np.array([read_digit.prepared(read_digit.drawn([line], PEN)) for line in lines])


def answers(model, pictures):
    """The digits read and their probabilities.   Shapes:  (N, 8, 8)  ->  (N,), (N,)."""
    logits = predict(model, pictures[:, None] / 16)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return logits.argmax(axis=1), powers.max(axis=1) / powers.sum(axis=1)


def distances(pictures, known):
    """How far each picture is from the nearest known one, in pixels from 0 to 1.   (N, 8, 8), (M, 8, 8) -> (N,)."""
    return np.array([np.sqrt(((known - picture) ** 2).sum(axis=(1, 2)).min()) / 16 for picture in pictures])


def doubt_rows():
    """For each level: how many validation answers are below it, and how many of these and of the others are wrong."""
    digits = data.load("digits")
    drawn = on_pad(counts_of(digits.validation.x))
    found = [answers(train_network(seed, "fit"), drawn) for seed in SWEEP_SEEDS]
    wrong = np.concatenate([digit != digits.validation.y for digit, _ in found])
    sure = np.concatenate([probability for _, probability in found])
    far = np.quantile(distances(drawn, counts_of(digits.fit.x)), 0.99)
    rows = [_row("probability", level, sure < level, wrong) for level in LEVELS]
    return [*rows, _row("distance", round(float(far), 2), np.repeat(False, len(wrong)), wrong)]


def _row(sign, level, below, wrong):
    return {"sign": sign, "level": level, "below": below.sum(), "wrong_below": wrong[below].sum(),
            "wrong_above": wrong[~below].sum()}


def limits():
    """The stored limits: the probability below which an answer is not sure, the distance beyond which it is far."""
    rows = read("digit_doubt")
    unsure = [float(row["level"]) for row in rows if row["sign"] == "probability" and int(row["below"])
              and int(row["wrong_below"]) >= WRONG * int(row["below"])]
    return max(unsure), next(float(row["level"]) for row in rows if row["sign"] == "distance")


def drawing_row(name, pictures, labels=None):
    """One row: the share that is read, the share that is not sure or far, and the share answered without a doubt."""
    unsure_below, far_beyond = limits()
    digit, probability = answers(network(), pictures)
    unsure, far = probability < unsure_below, distances(pictures, counts_of(data.load("digits").train.x)) > far_beyond
    share = {"not_sure": unsure, "far": far, "no_doubt": ~unsure & ~far}
    read_right = "" if labels is None else round(float((digit == labels).mean()), 4)
    return {"drawings": name, "count": len(pictures), "read": read_right,
            **{name: round(float(one.mean()), 4) for name, one in share.items()}}


def drawing_rows():
    """What the stored network makes of test digits, digits of fonts, letters and scribbles."""
    test = data.load("digits").test
    pictures, corner = counts_of(test.x), (0.6, 0.15, -0.15)
    fonts, characters = of_glyphs("0123456789", 300)
    return [
        drawing_row("test digits as stored", pictures, test.y),
        drawing_row("test digits, centered", on_pad(pictures), test.y),
        drawing_row("test digits, whole pad", on_pad(pictures, False), test.y),
        drawing_row("test digits in a corner, centered", on_pad(pictures, True, corner), test.y),
        drawing_row("test digits in a corner, whole pad", on_pad(pictures, False, corner), test.y),
        drawing_row("digits of fonts", fonts, characters),
        drawing_row("letters", of_glyphs(LETTERS, 300)[0]),
        drawing_row("scribbles", scribbles(300)),
    ]


@in_float64()
def remake():
    """Measure the limits of doubt and store them; then read the drawings."""
    started, command = time.perf_counter(), "python -m dlcourse.studies digit_drawings"
    write("digit_doubt", doubt_rows(), command, started)
    write("digit_drawings", drawing_rows(), command, started)
