"""Why this file exists: chapter 8 says by this table what digits without labels are worth beside a few with labels."""

import numpy as np
import pytest

from dlcourse.studies import fine_tuning_tricks
from dlcourse.studies import label_budget as budget
from dlcourse.studies import unlabeled_digits as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.letters import digits, drawn
from dlcourse.studies.table import read

ROWS = read("unlabeled_digits")
WAYS = (*study.TEACHERS, *study.STUDENTS)


def test_the_table_is_whole():
    for way, grid in study.GRIDS.items():
        sweep = [row for row in ROWS if (row["way"], row["stage"]) == (way, "sweep")]
        assert [float(row["setting"]) for row in sweep] == list(grid)
    for way in study.STUDENTS:
        assert {float(study.stored(way, k)["setting"]) for k in study.LABELS} == {study.setting_of(ROWS, way)}
    assert {row["way"] for row in ROWS if row["stage"] == "shorter"} == set(study.STUDENTS)
    assert len(ROWS) == sum(map(len, study.GRIDS.values())) + len(WAYS) * len(study.LABELS) + len(study.STUDENTS)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("k", study.LABELS)
def test_the_answers_give_the_stored_numbers(k, way):
    row = study.stored(way, k)
    shares, by_picture = budget.shares(row), budget.share_of_runs(row)
    assert shares.shape == (1 if way == "three teachers" else 3, len(study.DRAWS)) and len(by_picture) == 797
    assert shares.mean() == pytest.approx(float(row["mean"]), abs=1e-4)
    assert by_picture.mean() == pytest.approx(float(row["mean"]), abs=1e-4)


@pytest.mark.parametrize("k", study.LABELS)
def test_the_teacher_is_plain_fine_tuning(k):
    teacher, plain = (budget.shares(row) for row in (
        study.stored("labels only", k), fine_tuning_tricks.stored("plain", k)))
    assert np.abs(teacher - plain).max() <= 0.006  # another processor may differ by a few


def test_a_run_made_again_agrees():
    labeled, (unlabeled, _), (x, y) = drawn(5, 0), digits("train"), digits("test")
    with in_float64():
        logits = study.predict(study.learn(*labeled, 0), unlabeled)
        for way in ("confident pseudo-labels", "soft labels"):
            row = study.stored(way, 5)
            pupil = study.taught(way, logits, float(row["setting"]), labeled, unlabeled, 0, 80)
            assert abs(study.correct(study.predict(pupil, x), y).mean() - budget.shares(row)[0, 0]) <= 0.01


def test_what_a_student_is_told():
    logits = np.log(np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]) @ np.eye(2, 10) + 1e-12)
    told, use = study.said("confident pseudo-labels", logits, 0.7)
    assert use.tolist() == [True, False, True] and told[use].argmax(axis=1).tolist() == [0, 1]
    told, use = study.said("all pseudo-labels", logits, 0.0)
    assert use.all() and told.argmax(axis=1).tolist() == [0, 0, 1] and set(told.ravel()) == {0.0, 1.0}
    told, use = study.said("soft labels", logits, 1.0)
    assert use.all() and np.allclose(told, np.exp(logits)) and np.allclose(told.sum(axis=1), 1)
    softer, sharper = (study.said("soft labels", logits, tau)[0].max(axis=1) for tau in (2.0, 0.5))
    assert (softer < told.max(axis=1)).all() and (sharper > told.max(axis=1)).all()


def test_no_label_of_an_unlabeled_digit_reaches_a_student(monkeypatch):
    """The student gets the true labels of the labeled digits, and of the others what the teacher says."""
    told = {}
    monkeypatch.setattr(study, "learn", lambda x, y, *_: told.update(x=x, y=y))
    labeled, (unlabeled, _) = drawn(1, 0, "fit"), digits("fit")
    logits = np.tile(np.linspace(0, 9, 10), (len(unlabeled), 1))  # a teacher that always says 9
    study.taught("all pseudo-labels", logits, 0.0, labeled, unlabeled, 0, 80)
    assert told["y"][:10].argmax(axis=1).tolist() == labeled[1].tolist()
    assert (told["y"][10:].argmax(axis=1) == 9).all() and len(told["x"]) == 10 + len(unlabeled)


def test_unlabeled_digits_help_at_five_labels_and_not_at_ten():
    def ahead(way, k):
        return budget.is_ahead(study.stored(way, k), study.stored("labels only", k))

    assert ahead("all pseudo-labels", 5) and ahead("soft labels", 5) and not ahead("confident pseudo-labels", 5)
    assert not any(ahead(way, 10) for way in study.STUDENTS)
    assert ahead("three teachers", 5) and ahead("three teachers", 10)
    confident = study.stored("confident pseudo-labels", 5)
    assert float(confident["clean"]) > 0.99 > float(study.stored("all pseudo-labels", 5)["clean"]) + 0.03
    longer = budget.shares(budget.stored("fine-tuned", True, 5, "longer"))  # is it the steps?
    assert budget.shares(study.stored("all pseudo-labels", 5))[:, :2].mean() > longer.mean() + 0.004


def test_half_the_steps_are_too_few_for_students_with_ten_labels():
    for way in study.STUDENTS:
        shorter, whole = (float(study.stored(way, 10, stage)["mean"]) for stage in ("shorter", "test"))
        assert whole > shorter + 0.003
