"""Why this file exists: a figure without its uncertainty is a rumor.

797 test images are a sample. 97.5 against 96.5 percent of them is eight images, and whether eight is much is a question
with an answer: an interval for one model, a paired test for two.
"""

import dataclasses
import math
from statistics import NormalDist

import numpy as np

from .tensor import Tensor, no_grad


def predict(model, x, batch_size=1024):
    """The model's outputs, computed without a record, in evaluation mode, a batch at a time.

    Shapes:  x (M, ...)  ->  array (M, ...).   Chapter: 1.
    """
    was = model.training
    model.eval()
    try:
        with no_grad():
            outputs = [model(x[start : start + batch_size]).data for start in range(0, len(x), batch_size)]
    finally:
        model.train(was)
    return np.concatenate(outputs)


def accuracy(predicted, labels):
    """The share of right answers, from 0 to 1.

    Shapes:  predicted (M,) labels or (M, K) logits, labels (M,)  ->  number
    Raises:  ValueError if there is not one prediction per label.   Chapter: 1.
    """
    return float(correct(predicted, labels).mean())


def correct(predicted, labels):
    """Which answers are right.   Shapes:  predicted (M,) or (M, K), labels (M,)  ->  booleans (M,).   Chapter: 1."""
    predicted, labels = (a.data if isinstance(a, Tensor) else np.asarray(a) for a in (predicted, labels))
    if predicted.ndim == 2 and predicted.shape[1] > 1:  # one column would always have its largest element in column 0
        predicted = predicted.argmax(axis=1)
    if predicted.shape != labels.shape or labels.ndim != 1:
        raise ValueError(f"expected one prediction per label, got {predicted.shape} and {labels.shape}")
    return predicted == labels


def confusion_matrix(predicted, labels, num_classes):
    """How often label i (row) was read as j (column).   Shapes:  (M,), (M,)  ->  (K, K) counts.   Chapter: 1."""
    counts = np.zeros((num_classes, num_classes), int)
    np.add.at(counts, (np.asarray(labels), np.asarray(predicted)), 1)
    return counts


def wilson_interval(successes, trials, level=0.95):
    """Where the true share lies, judged from `successes` of `trials`: (low, high), each from 0 to 1.

    Unlike share +- 1.96 standard errors it never leaves [0, 1] and holds near the ends, where accuracies are.

    Raises:  ValueError unless 0 <= successes <= trials and trials > 0.
    Source:  Wilson 1927.   Chapter: 1.
    """
    if not 0 <= successes <= trials or trials == 0:
        raise ValueError(f"wilson_interval expected 0 <= successes <= trials, trials > 0; got {successes} of {trials}")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = successes / trials
    center = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (center - half) / scale), min(1.0, (center + half) / scale)


@dataclasses.dataclass(frozen=True)
class PairedTest:
    """Two models on the same examples: how many only one of them got right, and how surprising that is."""

    only_first: int
    only_second: int
    p_value: float

    def __str__(self):
        p = f"p = {self.p_value:.3f}" if self.p_value >= 0.001 else "p < 0.001"
        return f"{self.only_first} right only by the first, {self.only_second} only by the second; {p}"


def paired_test(first, second):
    """McNemar's exact test. If neither model were better, each disagreement would be a fair coin.

    `p_value` is the chance that fair coins fall at least as unevenly as these (two-sided).

    Shapes:  first, second (M,) booleans, which answers were right  ->  PairedTest
    Raises:  ValueError if the two differ in shape.
    Source:  McNemar 1947.   Chapter: 1.
    """
    first, second = np.asarray(first, bool), np.asarray(second, bool)
    if first.shape != second.shape:
        raise ValueError(f"a paired test expected answers to the same examples, got {first.shape} and {second.shape}")
    b, c = int((first & ~second).sum()), int((second & ~first).sum())
    tail = sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c)
    return PairedTest(b, c, min(1.0, 2 * tail))


def reliability(p, labels, bins=10):
    """Sort examples by the probability of the answer given, and see in each bin how often the answer was right.

    Shapes:  p (M, K) probabilities, labels (M,)  ->  confidence (bins,), share of right answers (bins,), count (bins,);
             nan where a bin is empty
    Source:  Guo et al. 2017, sec. 2.   Chapter: 6.
    """
    p = np.asarray(p)
    confidence, right = p.max(axis=1), correct(p, labels)
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(bin_of, minlength=bins)
    sums = [np.bincount(bin_of, weights, bins) for weights in (confidence, right)]
    means = [np.divide(s, count, out=np.full(bins, np.nan), where=count > 0) for s in sums]
    return *means, count


def calibration_error(p, labels, bins=10):
    """How far confidence and share of right answers lie apart, in the mean over all examples, bin by bin.

    ECE = sum_b (count_b / M) |right_b - confidence_b|. With few examples it is above 0 for true probabilities, too.

    Shapes:  p (M, K) probabilities, labels (M,)  ->  number from 0 to 1
    Source:  Guo et al. 2017, eq. 3.   Chapter: 6.
    """
    confidence, right, count = reliability(p, labels, bins)
    return float(np.nansum(count * np.abs(right - confidence)) / len(labels))
