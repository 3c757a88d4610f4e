"""What instructors and students do by mistake: it costs no mark, no notebook and no deadline, and it is said."""

import json
import zipfile

import pytest
from coursework_tools import (
    REACHED,
    RIGHT,
    ROSTER,
    SECRET,
    blank,
    changed,
    course_folder,
    grade,
    hand_in,
    rows,
    total,
)

from dlcourse.coursework import grading
from dlcourse.coursework.__main__ import main
from dlcourse.coursework.check import check
from dlcourse.coursework.course import Course, CourseError
from dlcourse.coursework.exporting import export
from dlcourse.coursework.grades import write_marking
from dlcourse.coursework.grading import grade_class, read_record
from dlcourse.coursework.personal import personal_code, personal_numbers
from dlcourse.coursework.tables import TableError, read_table

ATTEMPT = {"tests": [], "handed_in": "2027-03-12T12:00:00+00:00", "problem": "", "notes": [], "cells": []}


@pytest.fixture
def folder(tmp_path):
    """A course's folder with a roster and a known secret."""
    return course_folder(tmp_path / "course")


def keep_last(folder):
    """Let the last attempt count."""
    text = (folder / "course.toml").read_text(encoding="utf-8").replace('keep = "best"', 'keep = "last"')
    (folder / "course.toml").write_text(text, encoding="utf-8")


def record_attempts(folder, *texts, **about):
    """Write a record in which Ada answered a question in words, once for each of these texts."""
    attempts = [ATTEMPT | {"written": [{"name": "shuffle", "most": 2, "text": text}]} | about for text in texts]
    record = {"student": "ada", "assignment": "chapter_1", "attempts": attempts}
    grading.write_record(Course.read(folder), "chapter_1", "ada", record)


def marking(folder):
    """Write the table of marks; returns where it stands."""
    course = Course.read(folder)
    return write_marking(course, course.assignment("chapter_1"), ["ada"])


# ------------------------------------------------------------------------------------------------ tables


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_however_a_spreadsheet_saved_it(tmp_path, separator, encoding):
    path = tmp_path / "table.csv"
    text = 'Name ,points\n,\nM\u00fcller,"2\nlines"\nshort\n'.replace(",", separator)
    path.write_text(text, encoding=encoding)
    expected = [(3, {"name": "M\u00fcller", "points": "2\nlines"}), (4, {"name": "short", "points": ""})]
    assert read_table(path, ("name", "points")) == expected


def test_a_table_that_cannot_be_read_says_what_to_do(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("name,points\nM\u00fcller,2\n", encoding="cp1252")
    with pytest.raises(TableError, match="save it as 'CSV UTF-8'"):
        read_table(path, ("name",))
    for text in ("", "name|points\n", "points,who\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(TableError, match="has to name the columns name, points"):
            read_table(path, ("name", "points"))
    path.write_text('name,points\n"M,' + "x" * 200_000, encoding="utf-8")
    with pytest.raises(TableError, match="is a quotation mark open"):
        read_table(path, ("name", "points"))


@pytest.mark.parametrize("command", ["marking", "feedback", "export"])
def test_marks_that_cannot_be_read_are_left_alone(folder, command, capsys):
    record_attempts(folder, "first")
    path = marking(folder)
    path.write_text(path.read_text(encoding="utf-8").replace("points,", "marks,"), encoding="utf-8")
    before = path.read_bytes()
    assert main([command, str(folder), "chapter_1"]) == 1
    assert "has to name the columns" in capsys.readouterr().err and path.read_bytes() == before


def test_a_roster_is_read_with_semicolons_and_empty_rows_and_nobody_stands_there_twice(folder):
    path = folder / "roster.csv"
    path.write_text("Student;name\nada;Ada\n;\n", encoding="utf-8")
    assert Course.read(folder).roster() == {"ada": {"student": "ada", "name": "Ada"}}
    path.write_text("student,name\nada,Ada\nada,Another\n", encoding="utf-8")
    with pytest.raises(CourseError, match="line 3: 'ada' is there already"):
        Course.read(folder).roster()
    path.write_text("name\nAda\n", encoding="utf-8")
    with pytest.raises(TableError, match="has to name the columns student"):
        Course.read(folder).roster()


# ------------------------------------------------------------------------------------------------ attempts and marks


def test_where_the_best_attempt_counts_the_answers_of_all_can_be_marked(folder):
    record_attempts(folder, "first", "second", "first", "")
    path = marking(folder)
    table = rows(path)
    assert [row[:4] for row in table[1:]] == [["ada", "shuffle", "2", ""]] * 2 and table[1][5] != table[2][5]
    path.write_text(path.read_text(encoding="utf-8").replace("shuffle,2,,", "shuffle,2,2,", 1), encoding="utf-8")
    assert marking(folder) == path and [row[3] for row in rows(path)[1:]] == ["2", ""]
    assert (total(folder, "ada")["number"], total(folder, "ada")["total"]) == (1, 2)
    page = path.with_suffix(".html").read_text(encoding="utf-8")
    assert page.index("ada, attempt 1") < page.index("first") < page.index("ada, attempt 2") < page.index("second")


def test_where_the_last_attempt_counts_an_older_answer_stays_once_it_was_marked(folder):
    keep_last(folder)
    record_attempts(folder, "first")
    path = marking(folder)
    path.write_text(path.read_text(encoding="utf-8").replace("shuffle,2,,", "shuffle,2,2,"), encoding="utf-8")
    record_attempts(folder, "first", "second", "third")
    assert [row[2:4] for row in rows(marking(folder))[1:]] == [["2", ""], ["2", "2"]]
    assert total(folder, "ada")["total"] == 0 and "first" not in path.with_suffix(".html").read_text(encoding="utf-8")
    course = Course.read(folder)
    write_marking(course, course.assignment("chapter_1"), [])  # as if the notebook was taken away
    assert [row[2:4] for row in rows(path)[1:]] == [["2", "2"]]
    record_attempts(folder, "first")
    assert [row[3] for row in rows(marking(folder))[1:]] == ["2"] and total(folder, "ada")["total"] == 2


@pytest.mark.box
def test_an_earlier_notebook_handed_in_again_is_the_last_attempt(folder):
    keep_last(folder)
    course = Course.read(folder)
    for number, notebook in enumerate((RIGHT, blank(), RIGHT), start=1):
        (hand_in(folder, "ada", notebook).parent / "timestamp.txt").write_text(f"2027-03-1{number} 12:00:00 UTC")
        assert grade_class(course, course.assignment("chapter_1"), say=str) == {}
    assert total(folder, "ada")["total"] == REACHED
    attempts = read_record(course, "chapter_1", "ada")["attempts"]
    assert [attempt["handed_in"][:10] for attempt in attempts] == ["2027-03-12", "2027-03-13"]
    (hand_in(folder, "ada", blank()).parent / "timestamp.txt").write_text("no date")
    assert grade_class(course, course.assignment("chapter_1"), say=str) == {} and total(folder, "ada")["total"] == 0


def test_moodle_gets_the_reason_and_what_is_not_marked(folder):
    due = "[assignments.chapter_1]\ndue = 2027-03-12T05:00:00+00:00\n"
    (folder / "course.toml").write_text(f'secret = "{SECRET}"\n{due}', encoding="utf-8")
    course = Course.read(folder)
    tests = [{"name": "layer-1", "most": 2, "points": 2, "problem": ""}]
    for about, words in (({}, "0.2 taken for 1 day; not marked yet: shuffle"),
                         ({"problem": "is it another assignment?"}, "is it another assignment?")):  # fmt: skip
        record_attempts(folder, "first", **{"tests": tests} | about)
        *_, moodle = export(course, [course.assignment("chapter_1")])
        assert rows(moodle)[1][3].endswith(words) and "not right" not in rows(moodle)[1][3]


# ------------------------------------------------------------------------------------------------ files and names


def test_what_a_computer_put_into_an_archive_is_no_submission(folder):
    path, work = folder.parent / "all.zip", {"all/ada/chapter_1.ipynb": "work", "../bob/chapter_1.ipynb": "work"}
    junk = ("__MACOSX/all/ada/._chapter_1.ipynb", "all/ada/.ipynb_checkpoints/chapter_1-checkpoint.ipynb")
    with zipfile.ZipFile(path, "w") as file:
        for name, text in (work | dict.fromkeys(junk, "junk")).items():
            file.writestr(zipfile.ZipInfo(name, (2027, 3, 12, 12, 0, 0)), text)
    assert main(["collect", str(folder), "chapter_1", str(path)]) == 0
    found = folder.glob("submitted/*/chapter_1/*.ipynb")
    assert {path.parent.parent.name: path.read_text() for path in found} == {"ada": "work", "bob": "work"}


def test_an_assignment_or_student_that_does_not_exist_is_refused(folder, capsys):
    path = folder.parent / "all.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("ada/chapter_1.ipynb", "work")
    assert main(["collect", str(folder), "chapter_33", str(path)]) == 1
    assert "there is no assignment 'chapter_33'" in capsys.readouterr().err
    assert list((folder / "submitted").iterdir()) == []
    assert main(["grade", str(folder), "chapter_1", "nobody"]) == 1
    assert "neither in roster.csv nor in submitted: nobody" in capsys.readouterr().err
    for number in ("0", "-1", "two"):
        with pytest.raises(SystemExit):
            main(["grade", str(folder), "chapter_1", "--processes", number])
        assert "expected a number from 1" in capsys.readouterr().err


def test_a_notebook_that_lies_at_another_place_is_told(folder):
    hand_in(folder, "ada", RIGHT)
    below = ("Ada Lovelace/chapter_1/chapter_1.ipynb", "bob/chapter_1.ipynb", "cyd/chapter_1/mine/work.ipynb")
    places = [folder / "submitted" / place for place in below]
    for path in places:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    assert Course.read(folder).misplaced("chapter_1") == list(map(str, places))
    assert Course.read(folder).misplaced("chapter_2") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("retries = 3", "'retries' is unknown; there are: secret, keep"),
        ("[late]\nhours = 2", "late: 'hours' is unknown"),
        ('[late]\npercent_per_day = "10"', "percent_per_day expected a number from 0, got '10'"),
        ("late = 3", "late expected a table, got 3"),
        ("[assignments.chapter1]", "assignments: 'chapter1' is unknown; there are: chapter_1"),
        ("[assignments]\nchapter_1 = 2027-03-12T12:00:00+00:00", "chapter_1 expected a table"),
        ("[assignments.chapter_1]\ndeadline = 2027-03-12T12:00:00+00:00", "chapter_1: 'deadline' is unknown"),
        ("[assignments.chapter_1.extensions]\nAda = 2027-03-12T12:00:00+00:00", "'Ada' is unknown; there are: ada"),
    ],
)
def test_a_mistyped_setting_is_refused(folder, text, words, capsys):
    (folder / "course.toml").write_text(f'secret = "{SECRET}"\n{text}', encoding="utf-8")
    assert main(["export", str(folder)]) == 1
    assert words in capsys.readouterr().err


def test_a_secret_that_is_no_text_is_refused(folder, capsys):
    (folder / "course.toml").write_text("secret = 12345678901234567890", encoding="utf-8")
    assert main(["export", str(folder)]) == 1 and "fewer than 16 characters" in capsys.readouterr().err


def test_git_does_not_see_a_course(folder):
    assert (folder / ".gitignore").read_text(encoding="utf-8").endswith("\n*\n")
    assert (folder / "roster.csv").read_text(encoding="utf-8") == ROSTER


# ------------------------------------------------------------------------------------------------ students


def test_check_goes_on_where_code_ends_python(tmp_path):
    path, said = tmp_path / "chapter_1.ipynb", []
    path.write_text(json.dumps(changed(RIGHT, layer="import sys\nsys.exit(0)")), encoding="utf-8")
    assert check(path, said.append) == 1
    assert any("SystemExit: 0" in line for line in said) and "so many points" in said[-1]


def test_check_says_what_is_no_assignment(tmp_path, capsys):
    assert main(["check", str(tmp_path / "none.ipynb")]) == 1
    assert "none.ipynb cannot be read: No such file" in capsys.readouterr().err
    assert main(["check", str(tmp_path)]) == 1
    assert "cannot be read" in capsys.readouterr().err
    (tmp_path / "mine.ipynb").write_text(json.dumps({"nbformat": 4, "cells": []}))
    assert main(["check", str(tmp_path / "mine.ipynb")]) == 1
    assert "is no assignment" in capsys.readouterr().out


@pytest.mark.box
def test_a_code_that_was_copied_with_blanks_or_capitals_is_the_same():
    code = personal_code(SECRET, "chapter_1", "ada")
    draws = [personal_numbers("chapter_1", text).random() for text in (code, f" {code.upper()} ", code[::-1])]
    assert draws[0] == draws[1] != draws[2]
    assert grade(changed(blank(), code=f'CODE = " {code.upper()} "'))["notes"] == []


def test_what_could_not_be_read_is_not_called_unanswered(folder):
    record_attempts(folder, "", problem="cannot be read as JSON")
    hand_in(folder, "ada", "no notebook")
    assert main(["feedback", str(folder), "chapter_1"]) == 0
    page = (folder / "feedback" / "ada" / "chapter_1.html").read_text(encoding="utf-8")
    assert "shuffle: not graded" in page and "not answered" not in page


@pytest.mark.box
def test_who_handed_in_nothing_is_no_mistake(folder):
    """A job for each folder of `submitted` meets students who handed in other assignments only."""
    (folder / "submitted" / "zoe" / "chapter_2").mkdir(parents=True)
    assert main(["grade", str(folder), "chapter_1", "ada", "zoe"]) == 0
