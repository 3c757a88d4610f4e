"""Why this file exists: from what tests found and a person gave to the grade, with what lateness takes away.

Answers in words are marked in `marking/ASSIGNMENT.csv`, which any spreadsheet opens, with the answers themselves and
the rubric in a page beside it. A mark belongs to a text: if the student hands in another, it is marked anew.
"""

import csv
import hashlib
import html
import os
from datetime import datetime
from pathlib import Path

from .course import Assignment, Course, CourseError, days_late, part_kept
from .grading import read_record
from .notebook import SOLUTION
from .tables import read_table

MARKS = ("student", "cell", "most", "points", "comment", "text")


def text_mark(text: str) -> str:
    """A few letters that tell one text from another."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def read_marks(course: Course, assignment: str) -> dict[tuple[str, str, str], tuple[float, str]]:
    """Points and comment for (student, cell, mark of the text), of all that was marked.

    Raises:  CourseError for points that are no number, or more than there are; TableError if there is no such table.
    """
    path = course.folder / "marking" / f"{assignment}.csv"
    if not path.exists():
        return {}
    marks = {}
    for line, row in read_table(path, MARKS):
        if not (said := row["points"].strip()):
            continue
        try:
            points, most = float(said.replace(",", ".")), float(row["most"])
        except ValueError as error:
            raise CourseError(f"{path}, line {line}: expected a number of points, got {said!r}") from error
        if not 0 <= points <= most:
            raise CourseError(f"{path}, line {line}: expected 0 to {most:g} points, got {points:g}")
        marks[row["student"], row["cell"], row["text"]] = (points, row["comment"])
    return marks


def write_marking(course: Course, assignment: Assignment, students: list[str]) -> Path:
    """Write the table to mark in, with the marks that are there already, and the page with the answers.

    Where the best attempt counts, the answers of all attempts are there, each text once: any of them may be the best.
    A mark whose text is not among them stays at the end of the table: nobody's work is thrown away here.
    """
    marks, answers = read_marks(course, assignment.name), {}  # (student, cell, mark of the text) -> (whose, text)
    for student in students:
        attempts = read_record(course, assignment.name, student)["attempts"]
        first = 0 if course.keep == "best" else len(attempts) - 1
        for number, attempt in enumerate(attempts[first:], start=first + 1):
            who = f"{student}, attempt {number}" if len(attempts) > 1 else student
            for answer in attempt["written"]:
                if answer["text"]:
                    key = student, answer["name"], text_mark(answer["text"])
                    answers.setdefault(key, (who, answer["text"]))
    most, rows = {cell.name: cell.points for cell in assignment.cells if cell.kind == "written"}, []
    for student, name, mark in [*answers, *(key for key in marks if key not in answers)]:
        points, comment = marks.get((student, name, mark), ("", ""))
        said = f"{points:g}" if points != "" else ""
        rows.append((student, name, f"{most.get(name, points):g}", said, comment, mark))
    path = course.folder / "marking" / f"{assignment.name}.csv"
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(MARKS)
        writer.writerows(rows)
    os.replace(temporary, path)  # marks took somebody hours: they are there as a whole, or as they were
    path.with_suffix(".html").write_text(_page(assignment, answers), encoding="utf-8")
    return path


def _page(assignment: Assignment, answers: dict[tuple[str, str, str], tuple[str, str]]) -> str:
    """All answers to one question below each other, after its rubric."""
    parts = []
    for cell in assignment.cells:
        if cell.kind == "written":
            rubric = SOLUTION.search(cell.source)
            parts.append(f"<h2>{cell.name}, {cell.points:g} points</h2>"
                         f"<pre class='rubric'>{html.escape(rubric.group(2) if rubric else '')}</pre>")
            parts += [f"<h3>{html.escape(who)}</h3><pre>{html.escape(text)}</pre>"
                      for (_, name, _), (who, text) in answers.items() if name == cell.name]  # fmt: skip
    style = ("body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em} "
             "pre{white-space:pre-wrap;overflow-wrap:anywhere} .rubric{background:#eef}")
    return (f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{html.escape(assignment.title)}</title>"
            "<meta name='viewport' content='width=device-width, initial-scale=1'>"
            f"<style>{style}</style><h1>{html.escape(assignment.title)}</h1>"
            + "".join(parts))


def grade_of(course: Course, assignment: Assignment, record: dict, marks: dict) -> dict:
    """What a student gets: the attempt that counts, its points by tests and by hand, what lateness took, the total.

    `marks` is what `read_marks` returns; answers that nobody has marked are named in `unmarked` and count nothing yet.
    """
    due = assignment.extensions.get(record["student"], assignment.due)
    judged = [_judged(course, attempt, record["student"], due, marks) for attempt in record["attempts"]]
    if not judged:
        return {"attempt": None, "number": 0, "tests": 0.0, "written": 0.0, "days": 0, "taken": 0.0, "total": 0.0,
                "given": {}, "unmarked": [], "most": assignment.most}  # fmt: skip
    best = max(judged, key=lambda one: one["total"]) if course.keep == "best" else judged[-1]
    return best | {"number": judged.index(best) + 1, "most": assignment.most}


def _judged(course: Course, attempt: dict, student: str, due: datetime | None, marks: dict) -> dict:
    tests = sum(test["points"] for test in attempt["tests"])
    answered = [one for one in attempt["written"] if one["text"]]
    given = {one["name"]: marks.get((student, one["name"], text_mark(one["text"]))) for one in answered}
    written = sum(mark[0] for mark in given.values() if mark)
    days = days_late(datetime.fromisoformat(attempt["handed_in"]), due, course.late.get("free_hours", 0))
    total = round((tests + written) * part_kept(days, course.late), 2)
    return {"attempt": attempt, "tests": tests, "written": written, "days": days, "total": total,
            "taken": round(tests + written - total, 2), "given": given,
            "unmarked": [name for name, mark in given.items() if mark is None]}  # fmt: skip
