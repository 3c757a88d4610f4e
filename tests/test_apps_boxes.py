"""Why this file exists: a wrong average precision looks like any other number, so each step has a slow judge."""

import numpy as np
import pytest

from dlcourse.apps import boxes as B


def some_boxes(rng, count, side=20):
    corner, size = rng.integers(0, side - 2, (count, 2)), rng.integers(1, 12, (count, 2))
    return np.concatenate([corner, np.minimum(corner + size, side)], axis=1).astype(float)


def pixels_of(box, side=20):
    left, top, right, bottom = box.astype(int)
    picture = np.zeros((side, side), bool)
    picture[top:bottom, left:right] = True
    return picture


def test_iou_is_what_counting_pixels_gives():
    rng = np.random.default_rng(0)
    first, second = some_boxes(rng, 30), some_boxes(rng, 20)
    counted = [[(pixels_of(a) & pixels_of(b)).sum() / (pixels_of(a) | pixels_of(b)).sum() for b in second]
               for a in first]
    found = B.iou(first, second)
    assert np.allclose(found, counted) and (found > 0.2).sum() > 20
    assert np.allclose(B.iou(first, first).diagonal(), 1) and np.allclose(B.iou(second, first), found.T)


def test_iou_of_what_is_empty_or_no_box():
    box = np.array([[0, 0, 4, 4.0]])
    assert B.iou(np.zeros((0, 4)), box).shape == (0, 1) and B.iou(box, np.zeros((0, 4))).shape == (1, 0)
    assert B.iou(np.zeros((1, 4)), np.zeros((1, 4)))[0, 0] == 0
    assert B.iou(box, np.array([[4, 0, 8, 4.0]]))[0, 0] == 0  # right is exclusive: they only touch
    assert B.area(np.array([5, 5, 3, 9.0])) == 0
    with pytest.raises(ValueError, match=r"boxes \(K, 4\), got \(4,\)"):
        B.iou(box[0], box)


def slowly_suppressed(boxes, scores, threshold, labels=None):
    """By the definition: a box stays if no box that stays, surer and of its class, overlaps it too much."""
    stays = {}
    for k in np.argsort(-scores, kind="stable"):
        rivals = [j for j, kept in stays.items() if kept and (labels is None or labels[j] == labels[k])]
        stays[k] = all(B.iou(boxes[j][None], boxes[k][None])[0, 0] <= threshold for j in rivals)
    return [k for k, kept in stays.items() if kept]


def test_suppression_is_the_definition_and_a_known_case():
    rng = np.random.default_rng(1)
    for threshold in (0.1, 0.5):
        boxes, scores, labels = some_boxes(rng, 40), rng.random(40), rng.integers(2, size=40)
        assert list(B.suppress(boxes, scores, threshold)) == slowly_suppressed(boxes, scores, threshold)
        assert list(B.suppress(boxes, scores, threshold, labels)) == slowly_suppressed(boxes, scores, threshold, labels)
    chain = np.array([[0, 0, 10, 10], [0, 0, 10, 6], [0, 4, 10, 10.0]])  # the middle one is best and takes both
    assert list(B.suppress(chain, np.array([0.9, 0.8, 0.7]), 0.5)) == [0]
    assert list(B.suppress(chain, np.array([0.7, 0.9, 0.8]), 0.5)) == [1, 2]  # a dropped box drops nobody
    assert B.suppress(np.zeros((0, 4)), np.zeros(0)).shape == (0,)


def found(boxes, scores, labels=None):
    boxes = np.array(boxes, float).reshape(-1, 4)
    return B.Found(boxes, np.zeros(len(boxes), int) if labels is None else np.array(labels), np.array(scores, float))


def test_a_true_box_is_found_once_and_by_the_surest():
    true = np.array([[0, 0, 10, 10], [20, 0, 30, 10.0]])
    answer = found([[0, 0, 10, 9], [0, 0, 10, 10], [20, 0, 30, 4], [21, 0, 30, 10]], [0.6, 0.9, 0.8, 0.1])
    assert B.hits(answer, true).tolist() == [False, True, False, True]  # second to the first: a duplicate
    assert B.hits(answer, true, 0.4).tolist() == [False, True, True, False]
    assert B.hits(answer, np.zeros((0, 4))).tolist() == [False] * 4
    assert B.hits(answer[:0], true).shape == (0,)


def test_average_precision_by_hand():
    """Six answers, five true boxes; precision 1, 1, 2/3, 3/4, 3/5, 4/6 at recall 1/5, 2/5, 2/5, 3/5, 3/5, 4/5."""
    right = np.array([True, True, False, True, False, True])
    precision, recall = B.precision_recall(np.arange(6)[::-1], right, 5)
    assert np.allclose(precision, [1, 1, 2 / 3, 3 / 4, 3 / 5, 4 / 6])
    assert np.allclose(recall, np.array([1, 2, 2, 3, 3, 4]) / 5)
    assert B.average_precision(precision, recall) == pytest.approx((1 + 1 + 3 / 4 + 4 / 6) / 5)
    assert B.eleven_point_precision(precision, recall) == pytest.approx((5 * 1 + 2 * 3 / 4 + 2 * 4 / 6 + 2 * 0) / 11)
    assert B.average_precision(precision[:0], recall[:0]) == B.eleven_point_precision(precision[:0], recall[:0]) == 0
    with pytest.raises(ValueError, match="at least one true box, got 0"):
        B.precision_recall(np.ones(2), np.ones(2, bool), 0)


def slow_average_precision(scores, right, positives):
    """The area under the raised curve as a fine sum over recall, by its definition."""
    order = np.argsort(-scores, kind="stable")
    points = [(right[order[: k + 1]].sum() / positives, right[order[: k + 1]].mean()) for k in range(len(order))]
    levels = (np.arange(10_000) + 0.5) / 10_000
    return np.mean([max((p for r, p in points if r >= level), default=0) for level in levels])


def test_average_precision_is_the_area_under_the_raised_curve():
    rng = np.random.default_rng(2)
    for positives in (8, 20):
        scores, right = rng.random(25), rng.random(25) < 0.3
        right[np.flatnonzero(right)[positives:]] = False
        curve = B.precision_recall(scores, right, positives)
        assert B.average_precision(*curve) == pytest.approx(slow_average_precision(scores, right, positives), abs=2e-4)


def test_pictures_and_classes_are_counted_together():
    """Two pictures, two classes: the answers of a class are sorted over all pictures, then classes are averaged."""
    placed = np.array([[[0, 0, 10, 10], [20, 20, 30, 30]], [[5, 5, 9, 9], [0] * 4]])
    true = B.truth(np.array([[0, 1], [0, -1]]), placed)
    assert [len(one) for one in true] == [2, 1]
    answers = [found([[0, 0, 10, 10], [20, 20, 30, 30]], [0.3, 0.9], [0, 0]), found([[5, 5, 9, 9]], [0.5], [0])]
    # class 0: wrong (0.9, a box of class 1), right (0.5), right (0.3): precision 0, 1/2, 2/3; class 1: no answer
    assert np.allclose(B.average_precisions(answers, true, 3), [2 / 3, 0, np.nan], equal_nan=True)
    assert B.mean_average_precision(answers, true, 3) == pytest.approx(1 / 3)
    assert B.mean_average_precision(true, true, 3) == 1
    assert B.count_right(answers, true, 0.4) == 0.5 and B.count_right(answers, true, 0.2) == 1
    with pytest.raises(ValueError, match="an answer to each picture, got 1 for 2"):
        B.average_precisions(answers[:1], true, 3)


def test_a_second_box_on_the_same_glyph_costs_something():
    """The fault that average precision is there to find: without suppression precision falls."""
    true = B.truth(np.zeros((2, 1), int), np.array([[[0, 0, 10, 10]], [[0, 0, 10, 10]]]))
    once = [found([[0, 0, 10, 10]], [0.9]), found([[0, 0, 10, 10]], [0.5])]
    twice = [found([[0, 0, 10, 10], [0, 0, 10, 9]], [0.9, 0.8]), once[1]]
    assert B.mean_average_precision(once, true, 1) == 1
    assert B.mean_average_precision(twice, true, 1) == pytest.approx((1 + 2 / 3) / 2)


def test_mask_iou_is_counted_pixel_by_pixel():
    rng = np.random.default_rng(3)
    said, mask = rng.integers(4, size=(2, 5, 6)), rng.integers(3, size=(2, 5, 6))
    counted = [((said == k) & (mask == k)).sum() / ((said == k) | (mask == k)).sum() for k in range(4)]
    assert np.allclose(B.mask_iou(said, mask, 5), [*counted, np.nan], equal_nan=True)
    assert B.mean_iou(said, mask, 5) == pytest.approx(np.mean(counted)) and B.mean_iou(mask, mask, 5) == 1
    with pytest.raises(ValueError, match="a class for each pixel"):
        B.mask_iou(said[0], mask, 4)
