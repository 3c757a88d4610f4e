"""Judges the answers to the exercises of lab 5a without the worked solutions: by counting pixels and by the paper."""

import numpy as np
import pytest

from dlcourse.apps import boxes


def truth_5a_1(answer):
    """Middle and sides are got back where nothing was cut; what was cut lies on the edge."""
    rng = np.random.default_rng(0)
    centers = np.concatenate([rng.uniform(20, 40, (6, 2)), rng.uniform(4, 20, (6, 2))], axis=1)
    found = answer(centers, 64)
    np.testing.assert_allclose((found[:, :2] + found[:, 2:]) / 2, centers[:, :2])
    np.testing.assert_allclose(found[:, 2:] - found[:, :2], centers[:, 2:])
    np.testing.assert_allclose(answer(np.array([[0.0, 64, 10, 6]]), 64), [[0, 61, 5, 64]])


def truth_5a_3(answer):
    """Pixels are counted in a picture that holds all boxes."""
    rng = np.random.default_rng(1)
    corner, sides = rng.integers(0, 12, (2, 9, 2)), rng.integers(2, 10, (2, 9, 2))
    first, second = np.concatenate([corner, corner + sides], axis=2)
    found = answer(first.astype(float), second.astype(float))
    for k, pair in enumerate(zip(first, second, strict=True)):
        pictures = np.zeros((3, 24, 24), bool)
        hull = [*np.minimum(*pair)[:2], *np.maximum(*pair)[2:]]
        for picture, (left, top, right, bottom) in zip(pictures, [*pair, hull], strict=True):
            picture[top:bottom, left:right] = True
        common, union = (pictures[0] & pictures[1]).sum(), (pictures[0] | pictures[1]).sum()
        assert found[k] == pytest.approx(common / union - (pictures[2].sum() - union) / pictures[2].sum())


def truth_5a_5(answer):
    """One answer, right, of two glyphs: precision 1 up to the recall 0.5, which are 51 of the 101; then 0."""
    assert answer(np.array([1.0]), np.array([0.5])) == pytest.approx(51 / 101)
    # right, wrong, right of two: 1 up to 0.5, then 2/3
    curve = boxes.precision_recall(np.array([3, 2, 1]), np.array([True, False, True]), 2)
    assert answer(*curve) == pytest.approx((51 + 50 * 2 / 3) / 101)
    # wrong, right, right of two: 2/3 in the end is the best for every recall
    curve = boxes.precision_recall(np.array([3, 2, 1]), np.array([False, True, True]), 2)
    assert answer(*curve) == pytest.approx(2 / 3)


def truth_5a_6(answer):
    """Three boxes by hand, and the two limits of sigma."""
    overlap = np.array([[1, 0.6, 0.1], [0.6, 1, 0.3], [0.1, 0.3, 1]])
    found = answer(overlap, np.array([0.9, 0.8, 0.5]), 0.5)
    second, third = 0.8 * np.exp(-0.72), 0.5 * np.exp(-0.02)  # the third is now surer than the second
    np.testing.assert_allclose(found, [0.9, second * np.exp(-0.18), third])
    np.testing.assert_allclose(answer(overlap, np.array([0.9, 0.8, 0.5]), 1e9), [0.9, 0.8, 0.5])
    np.testing.assert_allclose(answer(overlap, np.array([0.9, 0.8, 0.5]), 1e-6), [0.9, 0, 0], atol=1e-12)


TRUTH = {"5a.1": truth_5a_1, "5a.3": truth_5a_3, "5a.5": truth_5a_5, "5a.6": truth_5a_6}
