"""A class: graded in parallel, again after a kill, late and twice; marked, told, and exported."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from coursework_tools import (
    ASSIGNMENTS,
    REACHED,
    RIGHT,
    SECRET,
    blank,
    changed,
    course_folder,
    hand_in,
    most,
    rows,
    total,
)

from dlcourse.coursework import grading
from dlcourse.coursework.__main__ import main
from dlcourse.coursework.course import Course
from dlcourse.coursework.exporting import CANVAS, MOODLE
from dlcourse.coursework.grading import grade_class, read_record
from dlcourse.coursework.notebook import secret_lines
from dlcourse.coursework.personal import personal_code


@pytest.fixture
def folder(tmp_path):
    """A course's folder with a roster and a known secret."""
    return course_folder(tmp_path / "course")


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
    assert [line for line in secret_lines(ASSIGNMENTS["chapter_1"].cells) if line in bare] == []
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


def test_check_needs_little_and_says_what_a_student_can_mend(tmp_path):
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps(changed(blank(), layer="def layer(x, weight, bias):\n    return x @ weight.T")))
    code = ("import sys; sys.modules.update(dict.fromkeys(('torch', 'nbformat', 'nbgrader', 'IPython', 'matplotlib')));"
            "from dlcourse.coursework.__main__ import main; sys.exit(main(['check', sys.argv[1]]))")
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1 and done.stderr == ""
    assert "not yet  layer-1, 2 points\n         layer: got 1 in row 0, column 1, expected -0.05" in done.stdout
    assert "cross_entropy is not written yet" in done.stdout and "unseen   loss-2" in done.stdout
