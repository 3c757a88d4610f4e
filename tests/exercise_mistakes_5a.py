"""What the planted answers of lab 5a are made of: solutions with a choice of faults, written otherwise."""

import numpy as np


def corners(centers, size, half=0.5, low=0, high=None, swap=False, order=(0, 1, 2, 3), upper_left=False):
    """Corners column by column, with a choice of faults."""
    x, y, w, h = centers.T
    w, h = (h, w) if swap else (w, h)
    top = size if high is None else high(size)
    columns = [x, y, x + w, y + h] if upper_left else [x - half * w, y - half * h, x + half * w, y + half * h]
    columns = [np.minimum(np.maximum(column, low), top) for column in columns]
    return np.stack([columns[k] for k in order], axis=1)


def corners_by_rows(centers, size):
    """The right values, box by box."""
    return np.array([corners(row[None], size)[0] for row in centers])


def giou(first, second, cut=True, sign=-1, twice=False, over="hull", empty="neither"):
    """The generalized IoU by columns, with a choice of faults."""
    l1, t1, r1, b1 = first.T
    l2, t2, r2, b2 = second.T
    w, h = np.minimum(r1, r2) - np.maximum(l1, l2), np.minimum(b1, b2) - np.maximum(t1, t2)
    common = np.where((w > 0) & (h > 0), w * h, 0) if cut else w * h
    both = (r1 - l1) * (b1 - t1) + (r2 - l2) * (b2 - t2)
    union = both - (0 if twice else 1) * common
    hull = (np.maximum(r1, r2) - np.minimum(l1, l2)) * (np.maximum(b1, b2) - np.minimum(t1, t2))
    off = {"neither": hull - union, "union": union, "common": hull - common}[empty]
    return common / union + sign * off / {"hull": hull, "union": union}[over]


def giou_by_rows(first, second):
    """The right values, pair by pair."""
    return np.array([giou(a[None], b[None])[0] for a, b in zip(first, second, strict=True)])


def levels(precision, recall, count=101, which=max, at_least=True, reached_only=False, start=0):
    """The mean of the best precisions, level by level with lists, with a choice of faults."""
    found = []
    for step in range(start, count):
        level = step / (count - 1)
        some = [p for p, r in zip(precision, recall, strict=True) if (r >= level if at_least else r <= level)]
        if some or not reached_only:
            found.append(which(some) if some else 0.0)
    return sum(found) / len(found)


def softly(overlap, scores, sigma, power=2, scale=1.0, now=True, own=False, once=False, give=None):
    """Soft suppression over pairs of score and place, with a choice of faults."""
    current, waiting = np.array(scores, float), np.ones(len(scores), bool)
    for turn in range(len(scores)):
        by = current if now else np.asarray(scores)
        best = int(np.where(waiting, by, -1).argmax())
        waiting[best] = False
        if once and turn:
            break
        fall = np.exp(-(overlap[best] ** power) / (scale * sigma))
        current = np.where(waiting | (own & (np.arange(len(scores)) == best)), current * fall, current)
    return give(current) if give else current
