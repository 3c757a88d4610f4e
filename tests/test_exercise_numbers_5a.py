"""Every number and formula that lab 5a's statements, solutions and questions quote is computed here."""

import numpy as np
import pytest
from exercise_quotes import quoting

from dlcourse.apps import boxes
from dlcourse.exercises import chapter_5a
from dlcourse.exercises.chapter_5a import code

EXERCISES = {exercise.number: exercise for exercise in chapter_5a.EXERCISES}
quotes = quoting(chapter_5a.EXERCISES)


def test_5a_2_two_pixels_off():
    found = boxes.iou(np.array([[0, 0, 20, 20.0]]), np.array([[2, 2, 22, 22.0]]))[0, 0]
    assert code.shifted_box() == round(found, 2) == 0.68 and 18 * 18 == 324 and 800 - 324 == 476
    quotes("5a.2", "18 \\cdot 18 = 324", "400 + 400 - 324 = 476", "the IoU is 0.68")


def test_5a_3_falls_from_2_to_0():
    box = np.array([[0, 0, 1, 1.0]])
    assert code.generalized_iou(box, box)[0] == 1
    assert code.generalized_iou(box, box + [1e6, 0, 1e6, 0])[0] == pytest.approx(-1, abs=1e-5)


def test_5a_4_how_far_off():
    for width, level in ((17, 0.5), (5, 0.5), (17, 0.75), (5, 0.75)):
        d = width * (1 - level) / (1 + level)
        moved = boxes.iou(np.array([[0, 0, width, 9.0]]), np.array([[d, 0, width + d, 9.0]]))[0, 0]
        assert moved == pytest.approx(level)
    quotes("5a.4", "5.7 pixels for the 0 and 1.7 for the 1", "2.4 and 0.7 pixels")
    assert [round(w * (1 - t) / (1 + t), 1) for t in (0.5, 0.75) for w in (17, 5)] == [5.7, 1.7, 2.4, 0.7]
    longer = 2**0.5 - 1
    grown = np.array([[-longer, -longer, 2 + longer, 2 + longer]]) / 2
    assert boxes.iou(np.array([[0, 0, 1, 1.0]]), grown)[0, 0] == pytest.approx(0.5) and round(longer, 2) == 0.41
    a, b = np.array([[0, 0, 4, 4.0]]), np.array([[2, 1, 6, 5.0]])
    u = boxes.iou(a, b)[0, 0]
    assert 2 * 6 / (16 + 16) == pytest.approx(2 * u / (1 + u))


def test_5a_5_ever_more_recalls_become_the_area():
    rng = np.random.default_rng(0)
    right = rng.random(60) < 0.6
    curve = boxes.precision_recall(-np.arange(60), right, 45)
    eleven, many, area = (boxes.eleven_point_precision(*curve), code.coco_precision(*curve),
                          boxes.average_precision(*curve))
    assert abs(many - area) < 0.01 < 0.03 and abs(eleven - area) < 0.03
    five = boxes.precision_recall(-np.arange(5), np.array([True, True, False, True, False]), 4)  # those of the lab
    assert f"{boxes.eleven_point_precision(*five):.3f}" == "0.682" and f"{code.coco_precision(*five):.3f}" == "0.691"
    assert boxes.average_precision(*five) == 0.6875
    quotes("5a.5", "0.682, 0.691 and 0.6875")


def test_5a_6_limits_of_the_soft_rule():
    overlap, scores = np.array([[1, 0.4], [0.4, 1]]), np.array([0.9, 0.8])
    assert code.soft_suppress(overlap, scores, 1e-3)[1] < 1e-9
    assert code.soft_suppress(overlap, scores, 1e6)[1] == pytest.approx(0.8)


def test_5a_7_the_cell_can_be_run():
    text = EXERCISES["5a.7"].start
    assert "studies import scene_reader" in text and text.count("\n") < 20
