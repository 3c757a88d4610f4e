"""Why this file exists: chapter 8's figure, the label budget: what each way to read digits makes of 1 to 50 labels."""

import csv
import functools
import itertools
import json
import math

import numpy as np
import traitlets

from .base import HERE, Figure

LABELS = (1, 2, 5, 10, 20, 50)  # of each digit
METHODS = ("logistic regression", "SVM", "random frozen", "frozen", "scratch", "fine-tuned", "discriminative")
MOVES = " + moves"
CURVES = tuple(method + moves for method in METHODS for moves in ("", MOVES))
TABLE = HERE.parent / "studies" / "label_budget.csv"  # a figure stands on a lower floor than the studies
ERRORS = 3  # a winner is ahead by more than so many standard errors, as in the study
SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz"  # how the study writes how many runs read a picture


@functools.cache
def curves() -> dict:
    """The study's test by curve and number of labels: (shares in percent (seeds, draws), share of runs by picture)."""
    found = {}
    with open(TABLE, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["stage"] != "test":
                continue
            curve = row["method"] + MOVES * (row["augmented"] == "yes")
            shares = np.array([[float(share) for share in seed.split()] for seed in row["by_run"].split(";")])
            by_picture = np.array([SIGNS.index(sign) for sign in row["right"]]) / int(row["runs"])
            found[curve, int(row["labels"])] = shares, by_picture
    return found


def picture_error(first, second, labels) -> float:
    """The standard error, in points, of the difference of two curves that the finite number of test pictures brings."""
    (_, a), (_, b) = curves()[first, labels], curves()[second, labels]
    return float(100 * (a - b).std(ddof=1) / math.sqrt(len(a)))


class Budget(Figure):
    """Test errors of seven ways to read digits, each without and with moved copies, by the number of labels.

    The numbers are those of the study `label_budget`.

    labels  how many labels of each digit, one of 1, 2, 5, 10, 20 and 50
    shown   the curves that are drawn, such as "scratch" or "fine-tuned + moves"
    a, b    two curves that are compared at the chosen number of labels

    Raises:  traitlets.TraitError for a curve or a number that the study does not have.   Chapter: 8.
    """

    script = "budget"
    numbers = "label_budget.csv"
    alt = (
        "Curves of the test error against the number of labels of each digit, from 1 to 50, both axes logarithmic, for "
        "seven ways to read handwritten digits, with and without moved copies of the labeled ones. Bars show how much "
        "the runs differ. A line at the chosen number of labels can be dragged; two of the ways are compared there in "
        "words: by how much one is ahead in the same draws, and how many labels the other needs to be as good."
    )

    labels = traitlets.Enum(LABELS, 5).tag(sync=True)
    shown = traitlets.List(traitlets.Enum(CURVES)).tag(sync=True)
    a = traitlets.Enum(CURVES, "fine-tuned").tag(sync=True)
    b = traitlets.Enum(CURVES, "scratch").tag(sync=True)

    @traitlets.default("shown")
    def _four(self):
        return [method + moves for method in ("scratch", "fine-tuned") for moves in ("", MOVES)]

    @traitlets.default("tries")
    def _tries(self):
        return [
            "Drag the line from 1 label to 50, with fine-tuned as A and scratch as B. What becomes of the gain?",
            "Compare fine-tuned with scratch + moves at 5 labels: what pretraining gains, moved copies gain as well. "
            "And fine-tuned + moves against each of the two: do the gains add?",
            "Compare frozen with fine-tuned at 1 label and at 20. When is it better to leave the network as it is?",
            "Compare discriminative with fine-tuned. At how many of the six numbers is one of them the winner?",
            "Show the SVM, which sees only pixels. How many labels does it need for what fine-tuned makes of 5?",
        ]

    @classmethod
    def stored_numbers(cls) -> bytes:
        """The study's numbers for the script: runs by curve and number of labels, errors by pair of curves."""
        runs = [[curves()[curve, labels][0].round(2).tolist() for labels in LABELS] for curve in CURVES]
        errors = [[round(picture_error(*pair, labels), 3) for labels in LABELS]
                  for pair in itertools.combinations(CURVES, 2)]
        found = {"labels": LABELS, "curves": CURVES, "runs": runs, "errors": errors}
        return json.dumps(found, separators=(",", ":")).encode()

    def error(self, curve, labels=None) -> tuple:
        """The test error of a curve in percent, at the chosen number of labels: mean and spread of the runs."""
        shares = curves()[curve, labels or self.labels][0]
        return float(100 - shares.mean()), float(shares.std(ddof=1))

    def ahead(self) -> list:
        """By how many points `a` reads more than `b` in each draw of labels, the seeds averaged first."""
        first, second = (curves()[curve, self.labels][0].mean(axis=0) for curve in (self.a, self.b))
        return (first - second).tolist()

    def is_ahead(self) -> bool:
        """Whether the difference is more than luck: the same sign in all draws, and over three standard errors."""
        by_draw = np.array(self.ahead())
        alike = (by_draw > 0).all() or (by_draw < 0).all()
        return bool(alike and abs(by_draw.mean()) > ERRORS * picture_error(self.a, self.b, self.labels))

    def needed(self, curve, other) -> float | None:
        """How many labels of each digit `curve` needs to err as rarely as `other` does at the chosen number.

        On straight lines between the measured means, both axes logarithmic. None if it is never as good; 1 at least.
        """
        target, means = math.log(self.error(other)[0]), [math.log(self.error(curve, labels)[0]) for labels in LABELS]
        if means[0] <= target:
            return float(LABELS[0])
        for (few, before), (many, after) in itertools.pairwise(zip(map(math.log, LABELS), means, strict=True)):
            if after <= target < before:
                return math.exp(few + (before - target) / (before - after) * (many - few))
        return None
