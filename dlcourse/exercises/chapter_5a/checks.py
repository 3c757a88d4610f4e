"""Why this file exists: it judges the answers to lab 5a's exercises.

Each check takes what the learner hands over and raises `CheckFailed` if it is wrong. Wherever a mistake is common, the
check computes the wrong value as well (a "trap"), so that the message can say which mistake it was.
"""

import numpy as np

from ..calls import call, without_loop
from ..checks import compare
from ..predictions import near
from . import code


def from_centers(answer):
    rng = np.random.default_rng(0)
    for K, size in ((5, 64), (3, 40)):
        centers = np.concatenate([rng.uniform(0, size, (K, 2)), rng.uniform(4, size / 2, (K, 2))], axis=1)
        centers[0], centers[1] = [size / 2, size / 4, 9, 14], [3, size - 2, 12, 10]  # inside, and over two edges
        middle, sides = centers[:, :2], centers[:, 2:]

        def boxes(low, high, size=size, cut=True):
            both = np.concatenate([low, high], axis=1)
            return np.clip(both, 0, size) if cut else both

        right = code.from_centers(centers, size)
        traps = (
            (boxes(middle - sides / 2, middle + sides / 2, cut=False), "the boxes reach out of the picture"),
            (np.maximum(boxes(middle - sides / 2, middle + sides / 2, cut=False), 0), "right and bottom must not reach "
             "out of the picture either"),
            (np.minimum(boxes(middle - sides / 2, middle + sides / 2, cut=False), size), "left and top must not be "
             "below 0 either"),
            (boxes(middle - sides / 2, middle + sides / 2, size - 1), "right and bottom are exclusive: they go up to "
             "size, not to size - 1"),
            (boxes(middle - sides, middle + sides), "a box reaches half its width to each side of the middle"),
            (boxes(middle, middle + sides), "the first two numbers are the middle, not the left upper corner"),
            (boxes(middle - sides[:, ::-1] / 2, middle + sides[:, ::-1] / 2), "width belongs to across, height "
             "to down"),
            (right[:, [1, 0, 3, 2]], "the order is left, top, right, bottom"),
            (right[:, [0, 2, 1, 3]], "the order is left, top, right, bottom"),
            (np.concatenate([right[:, :2], right[:, 2:] - right[:, :2]], axis=1), "asked are right and bottom, not "
             "width and height"),
        )
        compare(f"from_centers, {K} boxes, size {size}", call(answer, centers, size), right, traps)
    without_loop(answer, lambda N: (np.tile([20.0, 20, 8, 8], (N, 1)), 64))


def shifted_box(prediction):
    near("the IoU", prediction, code.shifted_box(), 0.011, (
        (0.9, "that is the common part of the width; both directions count, and the union is larger than a box"),
        (0.81, "the common area as a part of one box; the union is larger"),
        (0.8, "two and two pixels of twenty do not add up like this; draw it"),
        (0.82, "that is a shift in one direction only"),
        (0.32, "that is 1 minus the IoU"),
        (324, "these are the common pixels; asked is the part of the union"),
        (68, "asked is a part, from 0 to 1"),
    ), "how many of the 400 pixels are common, and how many are in one box or the other?")


def generalized_iou(answer):
    rng = np.random.default_rng(1)
    corner, sides = rng.integers(0, 12, (2, 8, 2)), rng.integers(2, 10, (2, 8, 2))
    first, second = np.concatenate([corner, corner + sides], axis=2).astype(float)
    second[0] = first[0]  # the same
    second[1] = first[1] + [20, 0, 25, 1]  # far away
    second[2] = first[2] + [0, 15, 0, 15]  # below
    low, high = np.maximum(first[:, :2], second[:, :2]), np.minimum(first[:, 2:], second[:, 2:])
    gaps = high - low
    common, unclipped = np.prod(np.maximum(gaps, 0), axis=1), np.prod(gaps, axis=1)
    total = sum(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (first, second))
    hull = np.prod(np.maximum(first[:, 2:], second[:, 2:]) - np.minimum(first[:, :2], second[:, :2]), axis=1)
    union = total - common
    traps = (
        (common / union, "this is the IoU; the empty part of the enclosing box is to be taken off"),
        (unclipped / (total - unclipped) - (hull - total + unclipped) / hull, "two boxes apart have no negative "
         "overlap: clip its sides at 0"),
        (common / union + (hull - union) / hull, "the empty part is taken off, not added"),
        (common / total - (hull - total) / hull, "the union counts the common pixels once"),
        (common / union - (hull - union) / union, "the empty part is a part of C, not of the union"),
        (common / union - union / hull, "the empty part of C is |C| minus the union"),
        (common / union - (hull - common) / hull, "what is taken off is what of C lies in neither box: |C| - |A or B|"),
        (common / hull - (hull - union) / hull, "the first term is the IoU, common over union"),
    )
    compare("generalized_iou", call(answer, first, second), code.generalized_iou(first, second), traps)
    without_loop(answer, lambda N: (np.tile(first, (9, 1))[:N], np.tile(second, (9, 1))[:N]))


def coco_precision(answer):
    for right, positives in (((1, 1, 0, 1, 0, 0, 1, 0), 7), ((0, 1, 1, 0, 1), 3), ((1, 0, 0, 1, 1, 0, 1), 13)):
        found = np.cumsum(right)
        precision, recall = found / np.arange(1, len(found) + 1), found / positives
        levels, raised = np.linspace(0, 1, 101), np.maximum.accumulate(precision[::-1])[::-1]

        def mean_at(levels, values, beyond=0.0, recall=recall):
            return np.mean([max(values[recall >= level], default=beyond) for level in levels])

        first = [np.flatnonzero(recall >= level) for level in levels]
        traps = [
            (mean_at(np.linspace(0, 1, 11), precision), "these are 11 recalls; asked are 101"),
            (np.mean([precision[at[0]] if len(at) else 0.0 for at in first]), "the precision where a recall is first "
             "reached; a better one may come further on"),
            (np.mean([max(precision[recall >= level]) for level in levels if level <= recall[-1]]), "recalls that are "
             "never reached count with precision 0"),
            (np.mean([max(precision[recall <= level], default=0.0) for level in levels]), "the best precision at no "
             "less recall, not at no more"),
            (float(np.sum(np.diff(recall, prepend=0) * raised)), "this is the area under the curve; asked is the mean "
             "over 101 recalls"),
            (precision.mean(), "this is the mean over the answers, not over recalls"),
            (mean_at(levels[1:], precision), "the recall 0 is one of the 101"),
            (mean_at(levels[:-1], precision), "the recall 1 is one of the 101"),
        ]
        expected = code.coco_precision(precision, recall)
        traps = [trap for trap in traps if not np.isclose(trap[0], expected)]
        compare(f"coco_precision, {positives} true boxes", call(answer, precision, recall), expected, traps)


def _softened(overlap, scores, sigma, factor=None, order="now", own=False, hard=None):
    """Soft suppression with a choice of faults."""
    now, left = scores.astype(float), list(range(len(scores)))
    while left:
        by = now if order == "now" else scores
        best = (min if order == "least" else max)(left, key=lambda k: by[k])
        left.remove(best)
        for k in [*left, best] if own else left:
            u = overlap[best, k]
            now[k] *= factor(u) if factor else (u <= hard) if hard else np.exp(-(u**2) / sigma)
    return now


def soft_suppress(answer):
    rng = np.random.default_rng(2)
    for K, sigma in ((6, 0.5), (9, 0.3)):
        overlap = rng.uniform(0, 0.9, (K, K))
        overlap = np.triu(overlap, 1) + np.triu(overlap, 1).T + np.eye(K)
        scores = rng.permutation(np.linspace(0.5, 0.95, K))
        right = code.soft_suppress(overlap, scores, sigma)
        traps = (
            (_softened(overlap, scores, sigma, factor=lambda u, sigma=sigma: np.exp(-u / sigma)), "the IoU enters "
             "squared"),
            (_softened(overlap, scores, sigma, factor=lambda u, sigma=sigma: np.exp(-(u**2) / (2 * sigma))), "the IoU "
             "squared is divided by sigma, not by 2 sigma"),
            (_softened(overlap, scores, sigma, factor=lambda u, sigma=sigma: np.exp(-(u**2) / sigma**2)), "sigma is "
             "not squared"),
            (_softened(overlap, scores, sigma, factor=lambda u: 1 - u), "the score falls by exp(-IoU^2 / sigma), "
             "not by 1 - IoU"),
            (_softened(overlap, scores, sigma, order="first"), "the next box is the one with the largest score now, "
             "after the others have fallen"),
            (_softened(overlap, scores, sigma, own=True), "the box that is taken keeps its score"),
            (_softened(overlap, scores, sigma, order="least"), "the surest box comes first"),
            (_softened(overlap, scores, sigma, hard=0.5), "this drops boxes; the soft rule only lowers their scores"),
            (np.sort(right)[::-1], "the scores stand in the order of the boxes, not of their size"),
            (scores, "nothing was lowered"),
            (scores * np.exp(-(overlap[scores.argmax()] ** 2) / sigma) ** (np.arange(K) != scores.argmax()), "every "
             "box that is taken lowers those still left, not only the first"),
        )
        compare(f"soft_suppress, {K} boxes", call(answer, overlap, scores, sigma), right, traps)
