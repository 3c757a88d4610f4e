"""How well does a network that learned letters read digits from ten examples, and how sure may it be?

    python -m dlcourse.studies ten_examples

This is the head of the figure TenExamples: the mean of each class's examples, in the 64 features of the stored network
of seed 0 or in the 196 pixels, and for a new digit the nearest mean. Other heads were tried on rows 800-999 with 20
draws of one, two and three examples of each digit from rows 0-799; the table `ten_examples_heads` has them. With one
example they are alike; with two and three, logistic regression reads 2 to 3 points more from the features. The figure
takes the nearest mean all the same: it learns from one example as from fifty, at once, and has nothing to set.

By the same draws the factor of the squared distance is set for each of the two descriptions, the one of `FACTORS` with
the smallest cross-entropy; and the largest of `LEVELS` below which at least half of the answers from the features are
wrong. Below it the figure says "not sure". Then 20 draws of rows 0-999 are judged on the figure's 200 test digits.

The table `ten_examples_doubt` has, for each level, the answers on rows 800-999 below it and the wrong ones below and
above, and the same for scribbles, of which every answer is wrong.
"""

import time

import numpy as np
from sklearn.linear_model import LogisticRegression

from dlcourse import transfer
from dlcourse.figures import ten_examples as figure

from . import letters
from .chapter_1 import in_float64
from .digit_drawings import scribbles
from .table import read, write

SHOTS, DRAWS = (1, 2, 3, 5), range(20)  # examples of each digit, and draws of them
SET_BY = (1, 2, 3)  # numbers of examples of each digit by which factor and level are set
FACTORS = [round(float(factor), 4) for factor in 10 ** np.arange(-2.5, 0.51, 0.125)]
LEVELS = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
WRONG = 0.5  # the share of wrong answers below the level
FIT, SCRIBBLES = 800, 200


def described(x):
    """Digits of 14 x 14 as the head gets them: {kind: (M, D)}."""
    return {"letters": transfer.features(letters.pretrained(0), x), "pixels": x.reshape(len(x), -1)}


def drawn_rows(labels, k, draw):
    """k rows of each digit by the number of a draw; those of fewer are among those of more."""
    order = np.random.default_rng([draw, 8]).permutation(len(labels))
    return np.concatenate([order[labels[order] == digit][:k] for digit in range(10)])


def answers(kind, factor, known, labels, x, k, draw):
    """The probabilities of the ten digits from k examples of each.   Returns: (N, 10)."""
    rows = drawn_rows(labels, k, draw)
    return figure.probabilities_of(figure.class_means(known[kind][rows], labels[rows]), x[kind], factor)


def nearest_mean(known, labels, x):
    """The digit of the nearest mean."""
    return figure.squared_distances(figure.class_means(known, labels), x).argmin(axis=1)


def nearest_by_cosine(known, labels, x):
    """The digit of the mean in the nearest direction."""
    means = np.array(figure.class_means(known, labels))
    return (x @ (means / np.linalg.norm(means, axis=1, keepdims=True)).T).argmax(axis=1)


def nearest_example(known, labels, x):
    """The digit of the nearest example."""
    return labels[((x[:, None] - known) ** 2).sum(axis=2).argmin(axis=1)]


def ridge(strength):
    """Ridge regression on indicators, centered; the penalty is a multiple of the mean squared length of an example."""
    def head(known, labels, x):
        middle = known.mean(axis=0)
        products = (known - middle) @ (known - middle).T
        penalty = strength * np.trace(products) / len(labels) * np.eye(len(labels))
        weights = np.linalg.solve(products + penalty, np.eye(10)[labels] - 0.1)
        return ((x - middle) @ (known - middle).T @ weights).argmax(axis=1)

    return head


def logistic(C):
    """Logistic regression; `C` as in scikit-learn."""
    return lambda known, labels, x: LogisticRegression(C=C, max_iter=500).fit(known, labels).predict(x)


HEADS = {"nearest mean": nearest_mean, "nearest by cosine": nearest_by_cosine, "nearest example": nearest_example,
         "ridge 0.3": ridge(0.3), "ridge 1": ridge(1.0), "logistic 0.1": logistic(0.1), "logistic 1": logistic(1.0)}


def head_row(name, kind, k, known, labels, x, y):
    """One row: what a head reads of the validation digits from k examples of each."""
    drawn = [drawn_rows(labels, k, draw) for draw in DRAWS]
    return {"head": name, "described_by": kind, "labels": k} | spread_of(
        [float((HEADS[name](known[kind][rows], labels[rows], x[kind]) == y).mean()) for rows in drawn])


def spread_of(shares):
    """Mean, standard deviation and range of shares."""
    return {"mean": round(float(np.mean(shares)), 4), "deviation": round(float(np.std(shares, ddof=1)), 4),
            "lowest": round(min(shares), 4), "highest": round(max(shares), 4)}


def validation():
    """What factor and level are set by: the known rows, their digits, the others and theirs."""
    x, y = letters.digits("train")
    found = described(x)
    known, others = ({kind: rows[part] for kind, rows in found.items()} for part in (np.s_[:FIT], np.s_[FIT:]))
    return known, y[:FIT], others, y[FIT:]


def factor_of(kind, known, labels, x, y):
    """The factor with the smallest mean cross-entropy."""
    def cross_entropy(factor):
        found = [answers(kind, factor, known, labels, x, k, draw) for k in SET_BY for draw in DRAWS]
        return -np.mean([np.log(p[np.arange(len(y)), y]) for p in found])

    return min(FACTORS, key=cross_entropy)


def doubt_rows(factor, known, labels, x, y):
    """For each level: answers from features below it, and the wrong ones below and above; scribbles below and above."""
    no_digits = described(figure.enlarged(scribbles(SCRIBBLES))[:, None])
    found = [answers("letters", factor, known, labels, x, k, draw) for k in SET_BY for draw in DRAWS]
    odd = [answers("letters", factor, known, labels, no_digits, k, draw) for k in SET_BY for draw in DRAWS]
    sure, wrong = np.concatenate([p.max(axis=1) for p in found]), np.concatenate([p.argmax(axis=1) != y for p in found])
    odd = np.concatenate([p.max(axis=1) for p in odd])
    return [{"level": level, "answers": len(sure), "below": (sure < level).sum(),
             "wrong_below": wrong[sure < level].sum(),
             "wrong_above": wrong[sure >= level].sum(), "scribbles": len(odd), "scribbles_below": (odd < level).sum()}
            for level in LEVELS]  # fmt: skip


def level_of(rows):
    """The row of the largest level below which at least half of the answers are wrong."""
    return [row for row in rows if int(row["wrong_below"]) >= WRONG * int(row["below"]) > 0][-1]


def judged(kind, factor, k):
    """Shares of the figure's 200 test digits that are read right, one for each draw of k examples."""
    x, labels = letters.digits("train")
    counts, y = figure.held_out_digits()
    known, test = described(x), described(figure.enlarged(counts)[:, None])
    return [float((answers(kind, factor, known, labels, test, k, draw).argmax(axis=1) == y).mean()) for draw in DRAWS]


def rows_of(kind, factor):
    """The rows of one description, for each number of examples: mean, standard deviation and range over the draws."""
    return [{"described_by": kind, "factor": factor, "labels": k} | spread_of(judged(kind, factor, k)) for k in SHOTS]


def measured():
    """What the figure says of itself: the factors, the level of doubt with its answers, and the draws."""
    rows, doubt = read("ten_examples"), level_of(read("ten_examples_doubt"))
    names = ("answers", "below", "wrong_below", "wrong_above", "scribbles", "scribbles_below")
    return {
        "beta": {row["described_by"]: float(row["factor"]) for row in rows},
        "doubt": {"level": float(doubt["level"])} | {name: int(doubt[name]) for name in names},
        "draws": {kind: [[int(row["labels"]), float(row["mean"]), float(row["deviation"])]
                         for row in rows if row["described_by"] == kind] for kind in figure.KINDS},
    }  # fmt: skip


@in_float64()
def remake():
    """Try the heads, set factors and level, judge, store the tables, and write the figure's numbers."""
    started, command = time.perf_counter(), "python -m dlcourse.studies ten_examples"
    given = validation()
    write("ten_examples_heads", [head_row(head, kind, k, *given) for kind in figure.KINDS for k in SET_BY
                                 for head in HEADS], command, started)
    factors = {kind: factor_of(kind, *given) for kind in figure.KINDS}
    write("ten_examples_doubt", doubt_rows(factors["letters"], *given), command, started)
    write("ten_examples", [row for kind in figure.KINDS for row in rows_of(kind, factors[kind])], command, started)
    figure.write_numbers(letters.pretrained(0), measured())
