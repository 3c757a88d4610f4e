"""A class: graded in parallel, again after a kill, late and twice; marked, told, and exported."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from coursework_tools import ASSIGNMENTS, SECRET, blank, changed, hand_in, most, solved, source_of

from dlcourse.coursework import course as courses
from dlcourse.coursework import grading
from dlcourse.coursework.__main__ import main
from dlcourse.coursework.course import Course, CourseError, days_late, handed_in_at, make_course, part_kept
from dlcourse.coursework.exporting import CANVAS, MOODLE
from dlcourse.coursework.grades import grade_of, read_marks, write_marking
from dlcourse.coursework.grading import grade_class, read_record
from dlcourse.coursework.notebook import BadNotebook, secret_lines
from dlcourse.coursework.personal import hidden_numbers, personal_code, personal_numbers

ROSTER = """student,name,email,canvas_id,sis_id,login,section,moodle_id
ada,"Lovelace, Ada",ada@example.org,11,s11,ada1,A,m11
bob,"Noyce, Bob",bob@example.org,12,s12,bob1,A,m12
cyd,"Charisse, Cyd",cyd@example.org,13,s13,cyd1,B,m13
"""
QUICK = {"train": "def train(images, labels):\n    return lambda new: np.zeros(len(new), dtype=int)"}  # 4 points less
RIGHT = changed(solved(), **QUICK, derivation="By the chain rule.", shuffle="No.")
REACHED = most() - 4


@pytest.fixture
def folder(tmp_path):
    """A course's folder with a roster and a known secret."""
    make_course(tmp_path / "course")
    path = tmp_path / "course" / "course.toml"
    path.write_text(re.sub(r'secret = ".*"', f'secret = "{SECRET}"', path.read_text()), encoding="utf-8")
    (tmp_path / "course" / "roster.csv").write_text(ROSTER, encoding="utf-8")
    return tmp_path / "course"


def set_course(folder, text):
    """Add to course.toml."""
    path = folder / "course.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def total(folder, student):
    """The grade of a student in the assignment of chapter 1."""
    course = Course.read(folder)
    record = read_record(course, "chapter_1", student)
    return grade_of(course, course.assignment("chapter_1"), record, read_marks(course, "chapter_1"))


def rows(path):
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


# ------------------------------------------------------------------------------------------------ grading


@pytest.mark.box
def test_the_whole_way_of_an_assignment(folder, capsys):
    assert main(["release", str(folder), "chapter_1"]) == 0
    released = json.loads((folder / "released" / "chapter_1" / "chapter_1.ipynb").read_text(encoding="utf-8"))
    assert released == blank()
    codes = {row[0]: row[2] for row in rows(folder / "codes" / "chapter_1.csv")[1:]}
    assert codes["ada"] == personal_code(SECRET, "chapter_1", "ada") and len(set(codes.values())) == 3
    hand_in(folder, "ada", changed(RIGHT, code=f'CODE = "{codes["ada"]}"'))
    hand_in(folder, "bob", "no notebook")
    hand_in(folder, "zoe", blank())
    assert main(["grade", str(folder), "chapter_1"]) == 0
    said = capsys.readouterr().out
    assert f"ada                      {REACHED:g} of {most():g} by tests" in said
    assert "bob                      0 of 21 by tests" in said and "cannot be read as JSON" in said
    assert "3 handed in" in said and "Not handed in: cyd" in said and "Not in roster.csv: zoe" in said
    assert total(folder, "ada")["total"] == REACHED and total(folder, "ada")["attempt"]["notes"] == []

    table = rows(folder / "marking" / "chapter_1.csv")
    assert [row[:4] for row in table[1:]] == [["ada", "derivation", "3", ""], ["ada", "shuffle", "2", ""]]
    page = (folder / "marking" / "chapter_1.html").read_text(encoding="utf-8")
    assert "Rubric." in page and "By the chain rule." in page
    table[1][3:5] = ["2,5", "which rule, where?"]
    with (folder / "marking" / "chapter_1.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    assert main(["grade", str(folder), "chapter_1"]) == 0  # nothing new, and the mark stays
    assert "by tests" not in capsys.readouterr().out
    assert rows(folder / "marking" / "chapter_1.csv")[1][3:5] == ["2.5", "which rule, where?"]
    assert total(folder, "ada")["total"] == REACHED + 2.5 and total(folder, "ada")["unmarked"] == ["shuffle"]

    assert main(["feedback", str(folder), "chapter_1"]) == 0
    page = (folder / "feedback" / "ada" / "chapter_1.html").read_text(encoding="utf-8")
    for words in (f"{REACHED + 2.5:g} of 26 points", "which rule, where?", "not marked yet", "Part 2: A layer",
                  "expected at least 93%", "✓ layer-1: 2 of 2 points"):  # fmt: skip
        assert words in page
    bare = re.sub(r"\s+", "", page)
    assert [line for line in secret_lines(ASSIGNMENTS["chapter_1"].cells) if line in bare and "def" not in line] == []
    assert "cannot be read as JSON" in (folder / "feedback" / "bob" / "chapter_1.html").read_text(encoding="utf-8")

    assert main(["export", str(folder)]) == 0
    canvas, moodle, own = (rows(folder / f"{name}.csv") for name in ("canvas", "moodle", "grades"))
    title = "Assignment 1: a network that reads handwriting"
    assert canvas[0] == [*CANVAS, title] and canvas[1] == ["    Points Possible", "", "", "", "", "26"]
    assert canvas[2] == ["Lovelace, Ada", "11", "s11", "ada1", "A", f"{REACHED + 2.5:g}"]
    assert canvas[4] == ["Charisse, Cyd", "13", "s13", "cyd1", "B", "0"]
    assert moodle[0] == [*MOODLE, title, f"{title} (feedback)"]
    assert moodle[1][:3] == ["ada@example.org", "m11", f"{REACHED + 2.5:g}"] and "not right: train-1" in moodle[1][3]
    assert moodle[3][3] == "nothing was handed in"
    assert [row[0] for row in own[1:]] == ["ada", "bob", "cyd", "zoe"]


@pytest.mark.box
def test_a_run_that_was_killed_goes_on_and_grades_nothing_twice(folder):
    students = [f"s{i:02d}" for i in range(8)]
    for student in students:
        hand_in(folder, student, RIGHT)
    command = [sys.executable, "-m", "dlcourse.coursework", "grade", str(folder), "chapter_1", "--processes", "2"]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    done = folder / "graded" / "chapter_1"
    deadline = time.monotonic() + 120
    while len(list(done.glob("s*.json"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    first.stdout.close()
    deadline = time.monotonic() + 60
    while (left := processes_of_group(first.pid)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []  # no process of the pool outlives the run
    finished = {path.stem: path.read_bytes() for path in done.glob("s*.json")}
    assert 2 <= len(finished) < len(students)
    second = subprocess.run(command, capture_output=True, text=True)
    assert second.returncode == 0, second.stderr
    assert second.stdout.count("by tests") == len(students) - len(finished)
    assert {path.stem for path in done.glob("s*.json")} == set(students)
    assert all((done / f"{student}.json").read_bytes() == text for student, text in finished.items())
    for student in students:
        attempts = read_record(Course.read(folder), "chapter_1", student)["attempts"]
        assert [sum(test["points"] for test in attempt["tests"]) for attempt in attempts] == [REACHED]


def processes_of_group(group):
    """The processes that a run started, in its session."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getsid(int(name)) == group:
                found.append(int(name))
        except ProcessLookupError:
            continue  # it ended while we looked
    return found


@pytest.mark.box
def test_one_that_the_grader_fails_at_does_not_stop_the_class(folder, monkeypatch):
    hand_in(folder, "ada", RIGHT)
    hand_in(folder, "bob", RIGHT)
    (folder / "graded" / "chapter_1" / "ada.json").mkdir(parents=True)  # her record cannot be written
    course, said = Course.read(folder), []
    monkeypatch.setattr(grading, "read_record", lambda *a: {"student": a[2], "assignment": a[1], "attempts": []})
    failed = grade_class(course, course.assignment("chapter_1"), say=said.append)
    assert list(failed) == ["ada"] and "NOT GRADED, the grader failed" in "".join(said)
    assert (folder / "graded" / "chapter_1" / "bob.json").is_file()


def test_untrusted_work_is_not_graded_without_a_box(folder, monkeypatch, capsys):
    hand_in(folder, "ada", RIGHT)
    monkeypatch.setattr(grading, "isolation_problem", lambda: "bubblewrap is missing: sudo apt install bubblewrap")
    assert main(["grade", str(folder), "chapter_1"]) == 1
    assert "sudo apt install bubblewrap" in capsys.readouterr().err
    assert not (folder / "graded").exists()
    assert main(["grade", str(folder), "chapter_1", "--i-trust-every-submission"]) == 0
    assert total(folder, "ada")["total"] == REACHED


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
    set_course(folder, "\n[assignments.chapter_1]\ndue = 2027-03-12T12:00:00+00:00\n"
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


# ------------------------------------------------------------------------------------------------ folders and numbers


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
