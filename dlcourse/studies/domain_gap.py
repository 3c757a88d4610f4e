"""From fonts to handwriting: how much of what a network knows of digits arrives, and what do unlabeled ones repair?

    python -m dlcourse.studies domain_gap

A network learns rendered DIGITS, 4,000 in four epochs, in all else as in the study `letters`, and then reads the last
797 handwritten ones, which it has never been told about. Two sources: the digits "as drawn" by the fonts, and "framed",
cut out and shrunk to 8 x 8 pixels and enlarged again, as the handwritten ones were. Three seeds. Ways to adapt, none of
which sees a label of a handwritten digit:

- "statistics": batch norms get the statistics of the 1,000 training digits (AdaBN); also those of 10 and of 100 of them
  (3 draws), and of those which show 0, 1 or 2 (which nobody could pick without labels: it shows what goes wrong);
- "entropy": from there the scales and shifts of the norms learn to make the answers sure, in one pass (Tent);
- "pseudo-labels": from there the network learns its own answers, in 80 steps with moves: all, or those above a
  threshold of probability.

And two ways with labels, from the network as it is: 1 or 5 for each digit, in 80 steps with moves, 3 draws.

Rows 0-799 and 800-999 chose the rate of "entropy" and the threshold, for the digits as drawn, of values that tie the
middle one: with labels, which one would not have. All that was tried is in the table. The last 797 rows were read once.
`parts` of a source says what it reads of new pictures in its own fonts, and in fonts held out.
"""

import time

import numpy as np
from PIL import Image

from dlcourse import data, optim
from dlcourse import functional as F
from dlcourse.evaluate import accuracy, correct, predict
from dlcourse.train import Batches, fit

from . import label_budget as budget
from .chapter_1 import in_float64
from .digit_reader import MOVED
from .fine_tuning_tricks import RATE, numbers_of, with_statistics_of
from .letters import digits, drawn, shrunk, train_reader
from .table import read, write

SEEDS, DRAWS, STEPS = range(3), range(3), 80
ROWS, EPOCHS, BATCH = 5_000, 4, 100  # a fifth of the rows is set aside
SOURCES = ("as drawn", "framed")
RATES, THRESHOLDS = (0.003, 0.01, 0.03), (0.0, 0.8, 0.95)
FEW = (10, 100)
GRIDS = {"entropy": RATES, "pseudo-labels": THRESHOLDS}
BARE = ("as it is", "statistics")  # for both sources; the others for the digits as drawn


def framed(pictures):
    """Cut out what is dark, shrink it to 8 x 8 pixels and enlarge it again, as the handwritten digits were.

    Shapes:  (M, 1, 28, 28)  ->  (M, 1, 14, 14)
    """
    found = np.zeros((len(pictures), 1, 14, 14), pictures.dtype)
    for picture, out in zip(pictures[:, 0], found[:, 0], strict=True):
        ink = picture > 0.4 * picture.max()
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        cut = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
        width = min(8, max(1, round(8 * cut.shape[1] / cut.shape[0])))
        small, left = np.zeros((8, 8), np.float32), (8 - width) // 2
        small[:, left : left + width] = Image.fromarray(cut).resize((width, 8), Image.Resampling.BOX)
        out[1:-1, 1:-1] = np.clip(Image.fromarray(small).resize((12, 12), Image.Resampling.BICUBIC), 0, 1)
    return found


PREPARED = {"as drawn": shrunk, "framed": framed}


def font_reader(source, seed):
    """A network that learned rendered digits, and the shares it reads of new ones: in its fonts, in fonts held out."""
    pictures, prepare = data.load("glyphs", alphabet="digits", n=ROWS, seed=seed), PREPARED[source]
    model = train_reader(prepare(pictures.train.x), pictures.train.y, seed, epochs=EPOCHS)
    return model, [accuracy(predict(model, prepare(part.x)), part.y) for part in (pictures.same_fonts, pictures.test)]


def copy_of(model):
    """A network with the same numbers."""
    twin = budget.begin("scratch", 0)
    twin.load_state_dict(model.state_dict())
    return twin.eval()


def entropy(logits, _):
    """The mean entropy of the answers, in nats; a loss that asks for no label."""
    log_p = F.log_softmax(logits, dim=1)
    return -(log_p.exp() * log_p).sum(1).mean()


def surer(model, x, rate, seed):
    """Let the scales and shifts of the norms lower the entropy of the answers, in one pass over unlabeled pictures.

    Shapes:  x (M, 1, 14, 14)  ->  the model, with the statistics of all of x
    Source:  Wang et al. 2021, sec. 3 (there in the order in which the test pictures come).
    """
    learning = [parameter for name, parameter in model.features.named_parameters() if parameter.ndim == 1]
    batches = Batches(x, np.zeros(len(x), int), batch_size=BATCH, seed=seed)  # `fit` wants labels; nobody reads them
    fit(model, batches, entropy, optim.Adam(learning, lr=rate), epochs=1, progress=False)
    return with_statistics_of(model, x)


def self_taught(model, x, threshold, seed):
    """Let a network learn, with moves, what it says itself of unlabeled pictures where it is sure.

    Shapes:  x (M, 1, 14, 14)  ->  the model, in evaluation mode
    """
    logits = predict(model, x)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    use = (p / p.sum(axis=1, keepdims=True)).max(axis=1) > threshold
    return budget.train(model, x[use], logits[use].argmax(axis=1), RATE, seed, STEPS, MOVED)


def adapted(model, way, setting, x, y, seed):
    """An adapted copy of a network that learned fonts.   Shapes:  x (M, 1, 14, 14), y (M,), used by one way only."""
    model = copy_of(model)
    if way == "as it is":
        return model
    model = with_statistics_of(model, x[y < 3] if way == "statistics of 0, 1, 2" else x)
    if way == "entropy":
        return surer(model, x, setting, seed)
    return self_taught(model, x, setting, seed) if way == "pseudo-labels" else model


def some(x, n, draw):
    """n of the unlabeled pictures.   Shapes:  x (M, ...)  ->  (n, ...)."""
    return x[np.random.default_rng([draw, 9]).permutation(len(x))[:n]]


def row_of(source, way, stage, setting, right, parts=""):
    """A row of the table.   Shapes:  right (seeds, draws, M)."""
    return {"source": source, "way": way, "stage": stage, "setting": setting, "parts": parts, **numbers_of(right)}


def best(rows, way):
    """What the sweep chose, of values that tie the middle one; nothing where there is nothing to choose."""
    means = {float(row["setting"]): float(row["mean"]) for row in rows if (row["way"], row["stage"]) == (way, "sweep")}
    tied = [setting for setting in sorted(means) if means[setting] == max(means.values())]
    return tied[(len(tied) - 1) // 2] if tied else ""


def sweep_rows(models):
    """The rows of the sweep, for networks that learned digits as drawn."""
    (x, y), (judged, labels) = digits("fit"), digits("validation")
    return [row_of("as drawn", way, "sweep", setting, np.array([
        [correct(predict(adapted(model, way, setting, x, y, seed), judged), labels)]
        for seed, model in enumerate(models)])) for way, grid in GRIDS.items() for setting in grid]


def test_rows(source, models, parts, rows):
    """The rows of the test of one source, for its networks, one for each seed; `rows` are those of the sweep."""
    (x, y), (judged, labels) = digits("train"), digits("test")

    def right(make, runs=(0,)):
        """Which of the 797 digits are read by the network that `make(model, seed, draw)` makes."""
        return np.array([[correct(predict(make(model, seed, draw), judged), labels) for draw in runs]
                         for seed, model in enumerate(models)])

    ways = BARE if source == "framed" else (*BARE, "statistics of 0, 1, 2", "entropy")
    found = [row_of(source, way, "test", best(rows, way), right(
        lambda model, seed, _, way=way: adapted(model, way, best(rows, way), x, y, seed)), parts)
        for way in (*ways, "pseudo-labels")]
    if source == "framed":
        return found
    found += [row_of(source, f"statistics of {n}", "test", n, right(
        lambda model, _, draw, n=n: with_statistics_of(copy_of(model), some(x, n, draw)), DRAWS), parts) for n in FEW]
    return found + [row_of(source, f"labels: {k} each", "test", k, right(lambda model, seed, draw, k=k: budget.train(
        copy_of(model), *drawn(k, draw), RATE, seed, STEPS, MOVED), DRAWS), parts) for k in (1, 5)]


@in_float64()
def remake():
    """Learn fonts, sweep, test and store."""
    started, rows = time.perf_counter(), []
    for source in SOURCES:
        models, shares = zip(*(font_reader(source, seed) for seed in SEEDS), strict=True)
        parts = ";".join(" ".join(f"{100 * share:.2f}" for share in seed) for seed in shares)
        rows += sweep_rows(models) if source == "as drawn" else []
        rows += test_rows(source, models, parts, rows)
    write("domain_gap", rows, "python -m dlcourse.studies domain_gap", started)


def stored(way, source="as drawn"):
    """The stored row of the test."""
    (row,) = [row for row in read("domain_gap") if (row["source"], row["way"], row["stage"]) == (source, way, "test")]
    return row
