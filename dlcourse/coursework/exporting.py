"""Why this file exists: grades leave as a file that a learning platform imports.

- `grades.csv` has everything, one row for each student and assignment.
- Canvas wants the columns of its own export, with the row of possible points, and one column for each assignment. It
  finds the student by ID, SIS User ID or SIS Login ID.
- Moodle wants one row for each student; at its import one maps "Email address" or "ID number" to the user, and the
  columns to the item and its feedback. Both columns have to be mapped, or Moodle drops the grades it has.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from .course import Assignment, Course
from .grades import grade_of, read_marks
from .grading import read_record

COLUMNS = ("student", "assignment", "attempt", "tests", "written", "days_late", "taken", "total", "most", "unmarked")
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("Email address", "ID number")


@dataclass(frozen=True)
class Total:
    """What a platform gets of one student's work: the points, and a line of words."""

    points: float | str
    words: str = ""


def canvas_rows(roster: dict, most: dict[str, float], totals: dict[tuple[str, str], Total]) -> list[list]:
    """The rows of Canvas's file; `most` has the possible points of each assignment, by its title."""
    rows = [[*CANVAS, *most], ["    Points Possible", "", "", "", "", *(f"{points:g}" for points in most.values())]]
    for student in _students(totals):
        row = roster.get(student, {})
        who = [row.get("name") or student, row.get("canvas_id", ""), row.get("sis_id", ""), row.get("login") or student]
        points = [totals.get((student, title), Total("")).points for title in most]
        rows.append([*who, row.get("section", ""), *points])
    return rows


def moodle_rows(roster: dict, most: dict[str, float], totals: dict[tuple[str, str], Total]) -> list[list]:
    """The rows of Moodle's file: points and a line of feedback for each assignment."""
    rows = [[*MOODLE, *(heading for title in most for heading in (title, f"{title} (feedback)"))]]
    for student in _students(totals):
        row = roster.get(student, {})
        own = [totals.get((student, title), Total("")) for title in most]
        number = row.get("moodle_id") or row.get("sis_id") or student
        rows.append([row.get("email", ""), number, *(value for one in own for value in (one.points, one.words))])
    return rows


def _students(totals: dict[tuple[str, str], Total]) -> list[str]:
    return sorted({student for student, _ in totals})


def write(path: Path, rows: list[list]) -> Path:
    """Write a table that no spreadsheet takes for formulas."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([_cell(value) for value in row] for row in rows)
    return path


def _cell(value) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def grades(course: Course, assignments: list[Assignment]) -> dict[tuple[str, str], dict]:
    """The grade of each student, from the roster or with a record, for each assignment."""
    found = {}
    for assignment in assignments:
        marks = read_marks(course, assignment.name)
        records = {path.stem for path in (course.folder / "graded" / assignment.name).glob("[!.]*.json")}
        for student in sorted(records | course.roster().keys()):
            record = read_record(course, assignment.name, student)
            found[student, assignment.name] = grade_of(course, assignment, record, marks)
    return found


def export(course: Course, assignments: list[Assignment]) -> list[Path]:
    """Write the three files; returns where they stand."""
    found, roster = grades(course, assignments), course.roster()
    table = [[student, name, grade["number"], grade["tests"], grade["written"], grade["days"], grade["taken"],
              grade["total"], grade["most"], " ".join(grade["unmarked"])]
             for (student, name), grade in sorted(found.items())]  # fmt: skip
    titles = {one.name: one.title for one in assignments}
    totals = {(student, titles[name]): Total(grade["total"], _words(grade)) for (student, name), grade in found.items()}
    most = {one.title: one.most for one in assignments}
    return [
        write(course.folder / "grades.csv", [list(COLUMNS), *table]),
        write(course.folder / "canvas.csv", canvas_rows(roster, most, totals)),
        write(course.folder / "moodle.csv", moodle_rows(roster, most, totals)),
    ]


def _words(grade: dict) -> str:
    """One line for the student."""
    if grade["attempt"] is None:
        return "nothing was handed in"
    if grade["attempt"]["problem"]:
        return grade["attempt"]["problem"]
    lost = [test["name"] for test in grade["attempt"]["tests"] if test["problem"]]
    text = f"{grade['tests']:g} by tests, {grade['written']:g} for words"
    days = "1 day" if grade["days"] == 1 else f"{grade['days']} days"
    text += f", {grade['taken']:g} taken for {days}" if grade["taken"] else ""
    text += f"; not right: {', '.join(lost)}" if lost else ""
    return text + (f"; not marked yet: {', '.join(grade['unmarked'])}" if grade["unmarked"] else "")
