"""Why this file exists: it holds the code of lab 5a's exercises: worked answers, and the experiment to be predicted.

The learner sees this source: the docstring of an answer is the task's contract and stands in the stub, its body stands
in the worked solution.
"""

import numpy as np


def from_centers(centers, size):
    """Return boxes (K, 4) as left, top, right, bottom, none of them reaching out of a picture of size x size pixels.

    centers (K, 4) holds the middle across, the middle down, the width and the height of each box.
    """
    middle, half = centers[:, :2], centers[:, 2:] / 2
    return np.clip(np.concatenate([middle - half, middle + half], axis=1), 0, size)


def shifted_box(shift=2, side=20):
    """Move a square box by `shift` pixels to the right and as many down: what is its IoU with where it was?"""
    pixels = np.zeros((2, 2 * side, 2 * side), bool)
    pixels[0, :side, :side] = True
    pixels[1, shift : side + shift, shift : side + shift] = True
    return round(float((pixels[0] & pixels[1]).sum() / (pixels[0] | pixels[1]).sum()), 2)


def generalized_iou(first, second):
    """Return for each pair of boxes, first[k] and second[k], its generalized IoU, (K,), from -1 to 1.

    first and second are (K, 4): left, top, right, bottom. GIoU = IoU - (|C| - |A or B|) / |C|, where C is the smallest
    box that holds both. All boxes have an area.
    """
    low, high = np.maximum(first[:, :2], second[:, :2]), np.minimum(first[:, 2:], second[:, 2:])
    common = np.prod(np.maximum(high - low, 0), axis=1)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (first, second)]
    together = areas[0] + areas[1] - common
    least, most = np.minimum(first[:, :2], second[:, :2]), np.maximum(first[:, 2:], second[:, 2:])
    hull = np.prod(most - least, axis=1)
    return common / together - (hull - together) / hull


def coco_precision(precision, recall):
    """Return the mean, over the recalls 0, 0.01, 0.02, ..., 1, of the best precision that is had at no less recall.

    precision (K,) and recall (K,) belong to the K surest answers, K at least 1; recall never falls. Where no answer has
    so much recall, the precision counts as 0.
    """
    best = []
    for level in np.linspace(0, 1, 101):
        reached = precision[recall >= level]
        best.append(reached.max() if len(reached) else 0.0)
    return np.mean(best)


def soft_suppress(overlap, scores, sigma):
    """Return the scores (K,) after soft non-maximum suppression, in the order of the boxes.

    overlap (K, K) holds the IoU of all pairs. Again and again the box with the largest score of those that are left is
    taken out and keeps its score; the scores of those still left are multiplied by exp(-IoU^2 / sigma), IoU with the
    box taken. No two scores are ever equal.
    """
    scores, left = scores.astype(float), list(range(len(scores)))
    while left:
        best = max(left, key=lambda k: scores[k])
        left.remove(best)
        for k in left:
            scores[k] *= np.exp(-(overlap[best, k] ** 2) / sigma)
    return scores
