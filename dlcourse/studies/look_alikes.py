"""Do the letters help with digits because some of them look like digits: O l Z S B and their kin, left out once?

    python -m dlcourse.studies look_alikes

Seven classes of letters pass for 0, 1, 2, 3, 5, 6 and 8 (`LOOK_ALIKES` in dlcourse/data/fonts.py). Three networks of
each seed learn 8,000 letters in four epochs, in all else as in the study `letters`: all the letters; all without these
seven classes; and, to see what it costs to have seven classes fewer, all without seven others, drawn among the classes
of two characters or more. Then they read handwritten digits as in the study `label_budget`, frozen and fine-tuned
without moves, with 1 and 5 labels per class, with the settings chosen there, 3 seeds and 5 draws of labels. Nothing is
chosen here.

`by_class` has the share of each digit that is read, over all runs, in percent; `similar` and `others` have the mean of
the seven digits that a letter passes for and that of the three others, run by run as in `label_budget`.
"""

import time

import numpy as np

from dlcourse.data.fonts import ALPHABETS, LOOK_ALIKES
from dlcourse.evaluate import accuracy, predict
from dlcourse.transfer import features, replace_head

from . import label_budget as budget
from .chapter_1 import in_float64
from .letters import digits, drawn, letters, shrunk, train_reader
from .table import read, write

ROWS, EPOCHS, LABELS = 8_000, 4, (1, 5)
SOURCES = ("all letters", "without look-alikes", "without seven others")
METHODS = ("frozen", "fine-tuned")
DIGITS = ALPHABETS["digits"]
SIMILAR = [int(group[0]) for group in LOOK_ALIKES if group[0] in DIGITS]  # the digits that a letter passes for
OTHERS = [digit for digit in range(10) if digit not in SIMILAR]


def left_out(source, seed):
    """What `letters` is told to leave out; with each character go those that look like it."""
    if source == "all letters":
        return ""
    if source == "without look-alikes":
        return DIGITS
    others = [group[0] for group in LOOK_ALIKES if group[0] not in DIGITS]
    return "".join(np.random.default_rng([seed, 7]).choice(others, size=len(SIMILAR), replace=False))


def pretrain(source, seed, rows=ROWS, epochs=EPOCHS):
    """A network that learned some letters, how many classes they are, and the share of new pictures that it names."""
    pictures = letters(seed, n=rows, without=left_out(source, seed))
    model = train_reader(shrunk(pictures.train.x), pictures.train.y, seed, epochs)
    return model, accuracy(predict(model, shrunk(pictures.same_fonts.x)), pictures.same_fonts.y)


def answers(model, method, k, seed, draws=None):
    """What a network that was pretrained reads of the last 797 digits.   Returns: labels (draws, 797)."""
    x, _ = digits("test")
    (setting,) = budget.chosen(read("label_budget"), method, False, k)
    return np.array([_learned(model, method, setting, *drawn(k, draw), seed)(x)
                     for draw in (budget.draws(k) if draws is None else draws)])


def _learned(model, method, setting, x, y, seed):
    if method == "frozen":
        return budget.linear_reader(lambda pictures: features(model, pictures), setting, x, y)
    copy = type(model)(model.head.out_features, rng=np.random.default_rng(0))
    copy.load_state_dict(model.state_dict())
    copy = replace_head(copy, 10, rng=np.random.default_rng([seed, 1]))
    budget.train(copy, x, y, setting, seed)
    return lambda pictures: predict(copy, pictures).argmax(axis=1)


def rows_of(source):
    """The rows of a source: every method with every number of labels."""
    y = digits("test")[1]
    pretrained = [pretrain(source, seed) for seed in budget.SEEDS]
    rows = []
    for method in METHODS:
        for k in LABELS:
            right = np.array([answers(model, method, k, seed) == y
                              for seed, (model, _) in zip(budget.SEEDS, pretrained, strict=True)])
            rows.append({"source": source, "method": method, "labels": k,
                         "classes": min(model.head.out_features for model, _ in pretrained),
                         "letters_read": round(float(np.mean([share for _, share in pretrained])), 4)}
                        | numbers(right, y))
    return rows


def numbers(right, y):
    """The columns of a row from the answers.   Shapes:  right (seeds, draws, 797), y (797,)."""
    shares = right.mean(axis=2)
    of_class = np.array([right[:, :, y == digit].mean(axis=2) for digit in range(10)])  # (10, seeds, draws)
    return {"mean": round(float(shares.mean()), 4), "spread": round(float(shares.std(ddof=1)), 4),
            "by_run": _text(shares), "similar": _text(of_class[SIMILAR].mean(axis=0)),
            "others": _text(of_class[OTHERS].mean(axis=0)),
            "by_class": " ".join(f"{100 * share:.2f}" for share in of_class.mean(axis=(1, 2)))}


def _text(shares):
    return ";".join(" ".join(f"{100 * share:.2f}" for share in seed) for seed in shares)


@in_float64()
def remake():
    """Pretrain without some letters, read digits, and store everything."""
    started, rows = time.perf_counter(), []
    for source in SOURCES:
        rows += rows_of(source)
        write("look_alikes", rows, "python -m dlcourse.studies look_alikes", started)


def stored(source, method, k):
    """The stored row."""
    (row,) = [row for row in read("look_alikes")
              if (row["source"], row["method"], row["labels"]) == (source, method, str(k))]
    return row


def by_class(row):
    """The share of each digit that is read, from a stored row.   Returns: array (10,)."""
    return np.array([float(share) for share in row["by_class"].split()]) / 100


def gains(method, k, source="without look-alikes", digits="similar"):
    """By how much all the letters are worth more than a part of them, run by run: array (seeds, draws).

    `digits` says which digits count: "similar", "others", each class as much as any other, or "by_run", all pictures.
    """
    with_all, with_part = (budget.shares(stored(name, method, k), digits) for name in ("all letters", source))
    return with_all - with_part
