"""Why this file exists: chapter 6 says what a smaller network costs, and this study is where it knows it from."""

import pytest

from dlcourse import nn
from dlcourse.studies import compression as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read


def test_the_table_is_whole():
    names = {(row["method"], row["setting"]) for row in read("compression")}
    assert len(names) == len(read("compression"))
    assert len(names) == 1 + 3 * len(study.SHARES) + 2 * len(study.BITS) + 4 * len(study.WIDTHS)


def test_the_smallest_student_made_again_agrees():
    widths = study.WIDTHS[-1]
    name = "-".join(map(str, widths))
    x, y = study.pictures("test")
    share = in_float64()(lambda: study.accuracy(study.predict(study.student(widths, seed=0), x), y))()
    (_, _, _, low, high), = [row for row in study.stored("small, alone") if row[0] == name]
    assert low - 0.02 <= share <= high + 0.02  # another processor may round otherwise


def test_what_the_chapter_says_of_it():
    large = study.stored("large")[0]
    by_share = {row[0]: row for row in study.stored("pruned, trained")}
    at_once = {row[0]: row for row in study.stored("pruned")}
    assert by_share["0.9"][2] > at_once["0.9"][2] + 0.5  # most of what pruning lost comes back
    taught, = [row for row in study.stored("small, distilled, 8 bits") if row[0] == "8-16"]
    assert taught[1] < large[1] / 11 and taught[2] > large[2] - 0.01
    eight, = [row for row in study.stored("quantized by output") if row[0] == "8"]
    assert eight[2] == pytest.approx(large[2], abs=0.003) and eight[1] < 0.3 * large[1]


def test_the_teacher_is_not_trained():
    teacher = nn.Linear(64, 10)
    taught = study.Taught(nn.Linear(64, 10), teacher.forward)
    assert {id(p) for p in taught.parameters()}.isdisjoint({id(p) for p in teacher.parameters()})
