"""A course's folder: lateness and attempts, marks, archives of platforms, dates, codes, and what is not in order."""

import json
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from coursework_tools import (
    REACHED,
    RIGHT,
    ROSTER,
    SECRET,
    blank,
    changed,
    course_folder,
    hand_in,
    rows,
    solved,
    source_of,
    total,
)

from dlcourse.coursework import course as courses
from dlcourse.coursework import grading
from dlcourse.coursework.__main__ import main
from dlcourse.coursework.course import Course, CourseError, days_late, handed_in_at, make_course, part_kept
from dlcourse.coursework.grades import write_marking
from dlcourse.coursework.grading import grade_class, read_record
from dlcourse.coursework.notebook import BadNotebook
from dlcourse.coursework.personal import hidden_numbers, personal_code, personal_numbers


@pytest.fixture
def folder(tmp_path):
    """A course's folder with a roster and a known secret."""
    return course_folder(tmp_path / "course")


# ------------------------------------------------------------------------------------------------ late, and again


@pytest.mark.parametrize(
    ("hours", "days", "kept"),
    [(-5, 0, 1.0), (0, 0, 1.0), (1, 0, 1.0), (1.01, 1, 0.9), (25, 1, 0.9), (25.1, 2, 0.8), (120, 5, 0.5), (150, 7, 0)],
)
def test_late_work_keeps_a_part(hours, days, kept):
    due = datetime(2027, 3, 12, 23, 59, tzinfo=UTC)
    late = {"free_hours": 1, "percent_per_day": 10, "most_days": 5}
    assert days_late(due + timedelta(hours=hours), due, 1) == days
    assert part_kept(days, late) == pytest.approx(kept)
    assert days_late(due, None) == 0


@pytest.mark.box
def test_of_several_attempts_the_best_or_the_last_counts(folder):
    with (folder / "course.toml").open("a", encoding="utf-8") as file:
        file.write("\n[assignments.chapter_1]\ndue = 2027-03-12T12:00:00+00:00\n"
                   "[assignments.chapter_1.extensions]\nbob = 2027-03-20T12:00:00+00:00\n")  # fmt: skip
    course = Course.read(folder)
    assignment = course.assignment("chapter_1")
    for when, notebook in (("2027-03-12 11:00:00 UTC", changed(RIGHT, layer="layer = None")),
                           ("2027-03-13 15:00:00 UTC", RIGHT), ("2027-03-15 12:00:00.5 UTC", blank())):  # fmt: skip
        for student in ("ada", "bob"):
            path = hand_in(folder, student, notebook)
            (path.parent / "timestamp.txt").write_text(when)
        assert grade_class(course, assignment, say=str) == {}
    ada, bob = total(folder, "ada"), total(folder, "bob")
    assert (ada["number"], ada["days"], ada["total"]) == (2, 2, round(REACHED * 0.8, 2))
    assert (bob["number"], bob["days"], bob["total"]) == (2, 0, REACHED)
    text = (folder / "course.toml").read_text(encoding="utf-8").replace('keep = "best"', 'keep = "last"')
    (folder / "course.toml").write_text(text, encoding="utf-8")
    assert (total(folder, "ada")["number"], total(folder, "ada")["total"]) == (3, 0)


@pytest.mark.box
def test_a_changed_test_grades_the_same_notebook_anew_in_its_place(folder):
    (folder / "source" / "chapter_1").mkdir(parents=True)
    source = folder / "source" / "chapter_1" / "chapter_1.ipynb"
    source.write_text(json.dumps(solved()), encoding="utf-8")
    hand_in(folder, "ada", RIGHT)
    course = Course.read(folder)
    assert course.sources == folder / "source"
    grade_class(course, course.assignment("chapter_1"), say=str)
    source.write_text(json.dumps(changed(solved(), **{"layer-1": 'checks.fail("too strict")'})), encoding="utf-8")
    grade_class(course, course.assignment("chapter_1"), say=str)
    attempts = read_record(course, "chapter_1", "ada")["attempts"]
    assert [sum(test["points"] for test in attempt["tests"]) for attempt in attempts] == [REACHED - 2]


def test_a_mark_belongs_to_a_text(folder):
    course = Course.read(folder)
    assignment = course.assignment("chapter_1")
    attempt = {"tests": [], "handed_in": "2027-03-12T12:00:00+00:00", "problem": "", "notes": [], "cells": []}
    for text in ("first", "second"):
        written = [{"name": "shuffle", "most": 2, "text": text}]
        record = {"student": "ada", "assignment": "chapter_1", "attempts": [attempt | {"written": written}]}
        grading.write_record(course, "chapter_1", "ada", record)
        path = write_marking(course, assignment, ["ada"])
        assert rows(path)[1][3] == ""
        path.write_text(path.read_text(encoding="utf-8").replace("shuffle,2,,", "shuffle,2,2,"), encoding="utf-8")
        assert total(folder, "ada")["written"] == 2
    commas = path.read_text(encoding="utf-8")
    path.write_text(commas.replace(",", ";"), encoding="utf-8")  # as a spreadsheet of some countries stores it
    assert total(folder, "ada")["written"] == 2
    path.write_text(commas.replace("shuffle,2,2,", "shuffle,2,3,"), encoding="utf-8")
    with pytest.raises(CourseError, match="line 2: expected 0 to 2 points, got 3"):
        total(folder, "ada")


@pytest.mark.box
@pytest.mark.parametrize(
    ("planted", "line"),
    [
        ({"layer-1": "check_shapes(layer)"}, "layer-1 refuses the solution: `check_shapes` is not defined"),
        ({}, None),
        ({"layer-1": "assert True"}, "layer-1 passes although nothing was answered"),
        ({"layer-1": "assert layer("}, "a locked cell or a test stops by itself: SyntaxError"),
        ({"layer": "### BEGIN SOLUTION\nlayer = 1 / 0\n### END SOLUTION"}, "layer-1 refuses the solution: "),
    ],
)
def test_an_assignment_with_a_fault_is_not_handed_out(folder, planted, line, capsys):
    source = folder / "source" / "chapter_1" / "chapter_1.ipynb"
    source.parent.mkdir(parents=True)
    source.write_text(json.dumps(changed(solved(), **planted)), encoding="utf-8")
    assert main(["release", str(folder), "chapter_1"]) == (1 if line else 0)
    assert (folder / "released").exists() == (folder / "codes").exists() == (line is None)
    said = capsys.readouterr().err
    assert f"{source} is not handed out:\n  {line}" in said if line else said == ""


def test_an_assignment_is_proved_without_a_box_too(folder, monkeypatch):
    monkeypatch.setattr(grading, "isolation_problem", lambda: "there is none")
    assert main(["release", str(folder), "chapter_1"]) == 0
    assert (folder / "released" / "chapter_1" / "chapter_1.ipynb").exists()


# ------------------------------------------------------------------------------------------------ folders and numbers


def archive(folder, files):
    """An archive of files; each has a text and a date."""
    path = folder.parent / "all.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, (text, date) in files.items():
            file.writestr(zipfile.ZipInfo(name, date), text)
    return path


def test_the_archive_of_a_platform_is_put_in_place(folder, capsys):
    first, second = (2027, 3, 12, 23, 58, 0), (2027, 3, 13, 8, 0, 0)
    files = {
        "lovelaceada_11_900_chapter_1.ipynb": ("ada 1", first),
        "lovelaceada_LATE_11_901_chapter_1-1.ipynb": ("ada 2", second),
        "Bob Noyce_77_assignsubmission_file_/my work.ipynb": ("bob", first),
        "export/cyd/chapter_1.ipynb": ("cyd", first),
        "../../cyd.ipynb": ("escaped", first),
        "/etc/ada.ipynb": ("escaped", first),
        "stranger_99_903_chapter_1.ipynb": ("stranger", first),
        "cyd/report.pdf": ("no notebook", first),
    }
    assert main(["collect", str(folder), "chapter_1", str(archive(folder, files))]) == 1
    said = capsys.readouterr().out
    assert "3 notebooks are in" in said and said.count("Nobody of roster.csv") == 3
    found = {path.parent.parent.name: path for path in folder.glob("submitted/*/chapter_1/chapter_1.ipynb")}
    assert {name: path.read_text() for name, path in found.items()} == {"ada": "ada 2", "bob": "bob", "cyd": "cyd"}
    assert handed_in_at(found["ada"]).replace(tzinfo=None) == datetime(*second)
    assert [path for path in folder.parent.rglob("*.ipynb") if path.read_text() in ("escaped", "stranger")] == []
    (folder / "roster.csv").write_text("student\n", encoding="utf-8")
    for path, words in ((folder.parent / "all.zip", "names no student"), (folder / "course.toml", "cannot be read")):
        if words == "cannot be read":
            (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
        assert main(["collect", str(folder), "chapter_1", str(path)]) == 1
        assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("secret = ", "Invalid value"),
        ('secret = "short"', "fewer than 16 characters"),
        (f'secret = "{SECRET}"\nkeep = "first"', 'expected "best" or "last"'),
        (f'secret = "{SECRET}"\n[assignments.chapter_1]\ndue = 2027-03-12T12:00:00', "with its time zone"),
        (f'secret = "{SECRET}"\n[assignments.chapter_1]\ndue = "soon"', "with its time zone"),
    ],
)
def test_a_course_that_is_not_in_order_says_so(folder, text, words, capsys):
    (folder / "course.toml").write_text(text, encoding="utf-8")
    assert main(["grade", str(folder), "chapter_1"]) == 1
    assert words in capsys.readouterr().err


def test_what_is_missing_is_said(folder, tmp_path, capsys):
    for command, words in ((["grade", str(tmp_path / "none"), "chapter_1"], "course.toml is missing"),
                           (["grade", str(folder), "chapter_9"], "there are: chapter_1, chapter_2"),
                           (["export", str(folder)], "nothing was graded yet"),
                           (["init", str(folder)], "is there already; nothing was changed")):  # fmt: skip
        assert main(command) == 1
        assert words in capsys.readouterr().err


def test_folders_that_are_no_student_s(folder):
    (folder / "roster.csv").write_text("student,name\n=cmd(),x\n", encoding="utf-8")
    with pytest.raises(CourseError, match="no name for a folder"):
        Course.read(folder).roster()
    (folder / "submitted" / "..evil" / "chapter_1").mkdir(parents=True)
    link = hand_in(folder, "ada", RIGHT)
    link.unlink()
    link.symlink_to(folder / "course.toml")
    two = hand_in(folder, "bob", RIGHT)
    two.rename(two.with_name("mine.ipynb"))
    found = Course.read(folder).handed_in("chapter_1")
    assert list(found) == ["ada", "bob"] and "a link" in str(found["ada"])
    assert found["bob"].name == "mine.ipynb"  # the only notebook, under another name
    two.with_name("other.ipynb").write_text("{}")
    assert "found 2 notebooks" in str(Course.read(folder).handed_in("chapter_1")["bob"])


def test_when_a_notebook_was_handed_in(folder):
    path = hand_in(folder, "ada", RIGHT)
    assert abs((handed_in_at(path) - datetime.now().astimezone()).total_seconds()) < 60
    stamp = path.parent / "timestamp.txt"
    stamp.write_text("2027-03-12 23:58:00.123456 UTC\n")
    assert handed_in_at(path) == datetime(2027, 3, 12, 23, 58, 0, 123456, tzinfo=UTC)
    stamp.write_text("yesterday")
    with pytest.raises(BadNotebook, match="no date"):
        handed_in_at(path)


def test_the_secret_is_nobody_else_s_to_read(tmp_path):
    for name in ("one", "two"):
        make_course(tmp_path / name)
        assert (tmp_path / name / "course.toml").stat().st_mode & 0o077 == 0
    assert Course.read(tmp_path / "one").secret != Course.read(tmp_path / "two").secret
    assert set(courses.ROSTER) >= {"student", "email"}


def test_codes_and_numbers_belong_to_one_student_and_assignment():
    students = [str(number) for number in range(500)]
    codes = {personal_code(SECRET, name, student) for name in ("chapter_1", "chapter_2") for student in students}
    assert len(codes) == 1000 and all(re.fullmatch("[a-z2-7]{4}-[a-z2-7]{4}", code) for code in codes)
    assert personal_code("another secret of the tests", "chapter_1", "1") not in codes
    one, same, other = (personal_numbers("chapter_1", code).integers(0, 1000, 5).tolist() for code in ("a", "a", "b"))
    assert one == same != other
    draws = {tuple(hidden_numbers(SECRET, "chapter_1", student, test).integers(0, 10**6, 3))
             for student in ("ada", "bob") for test in ("layer-1", "layer-2")}  # fmt: skip
    assert len(draws) == 4


def test_what_students_write_is_text_in_tables_and_pages(folder):
    course = Course.read(folder)
    text = "=HYPERLINK(1)</pre><script>alert(1)</script>"
    written = [{"name": "shuffle", "most": 2, "text": text}]
    tests = [{"name": "layer-1", "most": 2, "points": 0, "problem": text}]
    attempt = {"tests": tests, "written": written, "handed_in": "2027-03-12T12:00:00+00:00", "problem": text,
               "notes": [text], "cells": [{"name": "layer", "problem": text, "printed": text}]}  # fmt: skip
    record = {"student": "ada", "assignment": "chapter_1", "attempts": [attempt]}
    grading.write_record(course, "chapter_1", "ada", record)
    hand_in(folder, "ada", blank())
    (folder / "roster.csv").write_text(ROSTER.replace('"Lovelace, Ada"', "=1+1"), encoding="utf-8")
    write_marking(course, course.assignment("chapter_1"), ["ada"])
    assert main(["feedback", str(folder), "chapter_1"]) == main(["export", str(folder)]) == 0
    for page in (folder / "feedback" / "ada" / "chapter_1.html", folder / "marking" / "chapter_1.html"):
        assert "<script" not in page.read_text(encoding="utf-8")
    assert rows(folder / "canvas.csv")[2][0] == "'=1+1"
    assert source_of(blank(), "layer")
