"""Why this file exists: a detector answers with a list of boxes, and somebody has to say how good such a list is.

A box is left, top, right, bottom in pixels, right and bottom exclusive. What a detector says about a picture is one
`Found`; what is true of it is a `Found` as well, of which nobody reads the scores.
"""

import dataclasses

import numpy as np


@dataclasses.dataclass
class Found:
    """What was found in one picture: boxes (K, 4), of each the class (K,) and how sure (K,).   Chapter: 5a."""

    boxes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray

    def __len__(self):
        return len(self.boxes)

    def __getitem__(self, rows):
        return Found(self.boxes[rows], self.labels[rows], self.scores[rows])


def truth(labels, boxes):
    """What is true of each picture, as a list of `Found`: the label -1 stands for "no glyph" and is left out.

    Shapes:  labels (M, K), boxes (M, K, 4)  ->  M times Found.   Chapter: 5a.
    """
    return [Found(own[there >= 0], there[there >= 0], np.ones((there >= 0).sum()))
            for there, own in zip(labels, boxes, strict=True)]


def area(boxes):
    """Width times height, 0 for a box whose ends are in the wrong order.   (..., 4)  ->  (...).   Chapter: 5a."""
    sides = np.maximum(boxes[..., 2:] - boxes[..., :2], 0)
    return sides[..., 0] * sides[..., 1]


def iou(first, second):
    """Of each box and each other box what they share, as a part of what they cover together.

    IoU(A, B) = |A and B| / |A or B|,   |A or B| = |A| + |B| - |A and B|;   0 for two empty boxes

    Shapes:  first (K, 4), second (L, 4)  ->  (K, L) from 0 to 1
    Raises:  ValueError unless both are rows of four numbers.
    Source:  Jaccard 1912, for boxes Everingham et al. 2010, eq. 3.   Chapter: 5a.
    """
    first, second = _rows_of_four(first), _rows_of_four(second)
    a, b = first[:, None], second[None]
    common = area(np.concatenate([np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])], axis=-1))
    together = area(a) + area(b) - common
    return np.divide(common, together, out=np.zeros_like(common), where=together > 0)


def _rows_of_four(boxes):
    boxes = np.asarray(boxes, float)
    if boxes.size == 0:
        return boxes.reshape(0, 4)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"iou expected boxes (K, 4), got {boxes.shape}: box[None] makes a set of one box")
    return boxes


def suppress(boxes, scores, threshold=0.5, labels=None):
    """Non-maximum suppression: keep the surest box, drop all that overlap it, go on with what is left.

    A box is dropped if its IoU with a kept one is above `threshold`. With `labels` only boxes of one class compete.

    Shapes:  boxes (K, 4), scores (K,), labels (K,)  ->  rows that are kept, the surest first
    Source:  Felzenszwalb et al. 2010, sec. 7.   Chapter: 5a.
    """
    overlap = iou(boxes, boxes)
    if labels is not None:
        overlap = np.where(labels[:, None] == labels, overlap, 0)
    left, kept = list(np.argsort(-np.asarray(scores), kind="stable")), []
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [k for k in left if overlap[best, k] <= threshold]
    return np.array(kept, int)


# ---------------------------------------------------------------------------------------------- average precision


def hits(found, true_boxes, threshold=0.5):
    """Which boxes of one class in one picture are right: greedily, the surest first.

    A box asks for the true box that it overlaps most. It is right if their IoU is at least `threshold` and no surer box
    got that one before.

    Shapes:  found with K boxes, true_boxes (L, 4)  ->  booleans (K,), in the order of `found`
    Source:  Everingham et al. 2010, sec. 4.2 (who ask for more than 0.5).   Chapter: 5a.
    """
    right, taken = np.zeros(len(found), bool), set()
    if len(true_boxes):
        overlap = iou(found.boxes, true_boxes)
        for k in np.argsort(-found.scores, kind="stable"):
            best = int(overlap[k].argmax())
            if overlap[k, best] >= threshold and best not in taken:
                right[k] = True
                taken.add(best)
    return right


def precision_recall(scores, right, positives):
    """After each answer, the surest first: which part of the answers was right, and which part of the truth is found.

    precision_k = right ones among the first k / k,   recall_k = right ones among the first k / positives

    Shapes:  scores (K,), right booleans (K,)  ->  precision (K,), recall (K,)
    Raises:  ValueError if there is nothing to be found.
    Source:  Everingham et al. 2010, sec. 4.2.   Chapter: 5a.
    """
    if positives < 1:
        raise ValueError(f"precision_recall expected at least one true box, got {positives}: leave this class out")
    found = np.cumsum(np.asarray(right)[np.argsort(-np.asarray(scores), kind="stable")])
    return found / np.arange(1, len(found) + 1), found / positives


def average_precision(precision, recall):
    """The area under the curve of precision over recall, after each precision was raised to the best one further on.

    AP = sum_k (recall_k - recall_(k-1)) max_(j >= k) precision_j,   recall_0 = 0

    Shapes:  precision (K,), recall (K,) from `precision_recall`  ->  number from 0 to 1; 0 for no answers
    Source:  PASCAL VOC from 2010 on: Everingham et al. 2015.   Chapter: 5a.
    """
    if not len(precision):
        return 0.0
    best_further_on = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall, prepend=0) * best_further_on))


def eleven_point_precision(precision, recall):
    """The older form of average precision: the mean of the best precision at a recall of at least 0, 0.1, ..., 1.

    Shapes:  as average_precision.   Source:  Everingham et al. 2010, eqs. 1-2.   Chapter: 5a.
    """
    levels = np.arange(11) / 10
    return float(np.mean([max(precision[recall >= level - 1e-12], default=0.0) for level in levels]))


def curve_of(found, true, label, threshold=0.5):
    """Precision and recall of one class over all pictures, or None where no picture shows it.

    Shapes:  found and true M times Found  ->  precision (K,), recall (K,), K answers with this label.   Chapter: 5a.
    """
    scores, right, positives = [], [], 0
    for answer, fact in zip(found, true, strict=True):
        answer, boxes = answer[answer.labels == label], fact.boxes[fact.labels == label]
        scores.append(answer.scores)
        right.append(hits(answer, boxes, threshold))
        positives += len(boxes)
    return precision_recall(np.concatenate(scores), np.concatenate(right), positives) if positives else None


def average_precisions(found, true, num_classes, threshold=0.5):
    """The average precision of each class, nan for a class that no picture shows; their mean is the mAP.

    Shapes:  found and true M times Found  ->  (num_classes,)
    Raises:  ValueError for lists of two lengths.   Chapter: 5a.
    """
    if len(found) != len(true):
        raise ValueError(f"average_precisions expected an answer to each picture, got {len(found)} for {len(true)}")
    curves = [curve_of(found, true, label, threshold) for label in range(num_classes)]
    return np.array([np.nan if curve is None else average_precision(*curve) for curve in curves])


def mean_average_precision(found, true, num_classes, threshold=0.5):
    """mAP: the mean of `average_precisions` over the classes that occur.

    Source:  Everingham et al. 2010.   Chapter: 5a.
    """
    return float(np.nanmean(average_precisions(found, true, num_classes, threshold)))


def count_right(found, true, least):
    """The share of pictures in which as many boxes have a score of at least `least` as there are glyphs.

    Chapter: 5a.
    """
    return float(np.mean([(answer.scores >= least).sum() == len(fact)
                          for answer, fact in zip(found, true, strict=True)]))


# ---------------------------------------------------------------------------------------------- pixels


def mask_iou(predicted, mask, num_classes):
    """For each class the pixels that both call so, as a part of those that either calls so; nan where there are none.

    The pixels of all pictures are counted together.

    Shapes:  predicted, mask: whole numbers below num_classes, alike  ->  (num_classes,)
    Raises:  ValueError if the two differ in shape.
    Source:  Long et al. 2015, sec. 5.   Chapter: 5a.
    """
    predicted, mask = np.asarray(predicted), np.asarray(mask)
    if predicted.shape != mask.shape:
        raise ValueError(f"mask_iou expected a class for each pixel, got {predicted.shape} and {mask.shape}")
    said = np.bincount(predicted.ravel(), minlength=num_classes)
    there = np.bincount(mask.ravel(), minlength=num_classes)
    both = np.bincount(mask[predicted == mask], minlength=num_classes)
    together = said + there - both
    return np.divide(both, together, out=np.full(num_classes, np.nan), where=together > 0)


def mean_iou(predicted, mask, num_classes):
    """The mean of `mask_iou` over the classes that occur, paper among them.   Chapter: 5a."""
    return float(np.nanmean(mask_iou(predicted, mask, num_classes)))
