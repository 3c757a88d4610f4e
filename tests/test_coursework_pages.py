"""The guide for instructors: what it says about limits, commands and files is what the code does."""

import json
import re
from pathlib import Path

import pytest
import site_tools
from coursework_tools import ASSIGNMENTS, blank, solved

from dlcourse.coursework import notebook
from dlcourse.coursework.__main__ import _parser
from dlcourse.coursework.course import TEMPLATE
from dlcourse.coursework.notebook import secret_lines
from dlcourse.coursework.sandbox import Limits
from dlcourse.studies import grading_speed, read

BOOK = Path(site_tools.ROOT, "book")
GUIDE = (BOOK / "instructors.md").read_text(encoding="utf-8")
LARGE = (BOOK / "large_classes.md").read_text(encoding="utf-8")


def test_every_command_of_the_guides_is_one():
    commands = re.findall(r"python -m dlcourse\.coursework (.+?)(?:\s+#.*|`|$)", GUIDE + LARGE, re.M)
    wanted = {"init", "release", "check", "collect", "grade", "feedback", "export"}
    assert {command.split()[0] for command in commands} >= wanted
    for command in commands:
        assert _parser().parse_args(command.replace('"$student"', "ada").split()).run


def test_the_limits_are_those_of_the_code():
    assert f"a call takes more than {Limits().call:.0f} seconds, or a cell more than {Limits().cell:.0f}" in GUIDE
    assert f"larger than {notebook.LARGEST >> 20} MB" in GUIDE
    assert "free_hours = 1" in TEMPLATE and "keep = " in TEMPLATE
    assert "--i-trust-every-submission" in GUIDE


@pytest.mark.parametrize("weeks", [4, 8, 14])
def test_a_syllabus_has_a_line_for_each_week(weeks):
    lines = GUIDE.split(f"| {weeks} weeks | in class")[1].split("\n\n")[0].split("\n")[2:]
    assert [line.split("|")[1].strip() for line in lines] == [str(week) for week in range(1, weeks + 1)]


def test_every_chapter_has_what_students_get_wrong():
    part = GUIDE.split("## What students get wrong")[1].split("\n## ")[0]
    assert re.findall(r"\*\*Chapter (\d)\.\*\*", part) == [str(number) for number in range(1, 9)]


def test_the_table_and_the_downloads_on_the_website():
    html = (site_tools.built_site() / "book" / "instructors.html").read_text(encoding="utf-8")
    for name, assignment in ASSIGNMENTS.items():
        assert f'href="../coursework/{name}.ipynb"' in html
        assert assignment.title.split(": ")[1] in html.replace("’", "'").replace("&#x27;", "'")
        text = (site_tools.built_site() / "coursework" / f"{name}.ipynb").read_text(encoding="utf-8")
        assert json.loads(text) == blank(name)
        bare = re.sub(r"\s+", "", "\n".join(cell["source"] for cell in json.loads(text)["cells"]))
        assert [line for line in secret_lines(notebook.cells(solved(name))) if line in bare] == []


def test_a_class_of_200_takes_under_five_minutes():
    rows = read("grading_speed")
    assert [row["assignment"] for row in rows] == list(ASSIGNMENTS)
    for row in rows:
        assert int(row["submissions"]) == grading_speed.CLASS == 200 and int(row["processes"]) == 2
        assert float(row["seconds"]) < 300, row["assignment"]


@pytest.mark.box
def test_a_row_made_again_grades_every_notebook():
    row = grading_speed.measure("chapter_1", students=2)
    assert row["submissions"] == 2 and row["seconds"] > 0
