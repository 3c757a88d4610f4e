"""Why this file exists: each student reads what was right, what was not and why, and no hidden test.

One page per student and assignment, complete in itself: it can be mailed, uploaded or put beside the notebook. All that
comes from a student is escaped.
"""

import html
import os
from pathlib import Path

from .course import Assignment, Course
from .grades import grade_of, read_marks
from .grading import read_record

STYLE = """
:root { color-scheme: light dark; --line: #8885; --good: #1a7f37; --bad: #b35900; }
@media (prefers-color-scheme: dark) { :root { --good: #4cc26a; --bad: #f0a050; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52em; margin: 2em auto; padding: 0 1em; }
h1 { line-height: 1.2 } h2 { border-top: 1px solid var(--line); padding-top: .8em }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid var(--line); padding-left: .8em }
.good { color: var(--good) } .bad { color: var(--bad) } .total { font-size: 1.3em } .comment { white-space: pre-line }
"""


def write_feedback(course: Course, assignment: Assignment, students: list[str]) -> list[Path]:
    """Write the pages of these students; returns where they stand."""
    marks, written = read_marks(course, assignment.name), []
    for student in students:
        grade = grade_of(course, assignment, read_record(course, assignment.name, student), marks)
        if grade["attempt"] is None:
            continue
        path = course.folder / "feedback" / student / f"{assignment.name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.write_text(feedback_page(assignment, student, grade), encoding="utf-8")
        os.replace(temporary, path)
        written.append(path)
    return written


def feedback_page(assignment: Assignment, student: str, grade: dict) -> str:
    """The page of one student."""
    attempt = grade["attempt"]
    parts = [f"<h1>{_text(assignment.title)}</h1>", f"<p>{_text(student)}, attempt {grade['number']}, handed in "
             f"{_text(attempt['handed_in'][:16].replace('T', ' '))}</p>", _totals(grade)]  # fmt: skip
    if attempt["problem"]:
        parts.append("<p class='bad'><strong>Your notebook could not be graded.</strong> "
                     f"{_text(attempt['problem'])}</p>")
    if attempt["notes"]:
        parts.append("<ul>" + "".join(f"<li>{_text(note)}</li>" for note in attempt["notes"]) + "</ul>")
    tests = {test["name"]: test for test in attempt["tests"]}
    answers = {answer["name"]: answer for answer in attempt["written"]}
    cells = {cell["name"]: cell for cell in attempt["cells"]}
    for cell in assignment.cells:
        if cell.kind == "text":
            heading = next((line for line in cell.source.split("\n") if line.startswith("## ")), "")
            parts.append(f"<h2>{_text(heading[3:])}</h2>" if heading else "")
        elif cell.name in cells:
            parts.append(_cell(cells[cell.name]))
        elif cell.name in tests:
            parts.append(_test(tests[cell.name]))
        elif cell.name in answers:
            parts.append(_answer(answers[cell.name], grade["given"].get(cell.name), not attempt["problem"]))
    parts += [_cell(cell) for name, cell in cells.items() if name.startswith("added-")]
    return ("<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
            "<meta name='viewport' content='width=device-width, initial-scale=1'>"
            f"<title>{_text(assignment.title)}</title><style>{STYLE}</style></head><body><main>"
            + "\n".join(filter(None, parts)) + "</main></body></html>\n")  # fmt: skip


def _totals(grade: dict) -> str:
    text = f"{grade['tests']:g} points by tests, {grade['written']:g} for answers in words"
    if grade["taken"]:
        days = f"{grade['days']} day" + "s" * (grade["days"] != 1)
        text += f", minus {grade['taken']:g} for {days} after the deadline"
    if grade["unmarked"]:
        text += f". Not marked yet: {', '.join(map(_text, grade['unmarked']))}"
    return f"<p class='total'><strong>{grade['total']:g} of {grade['most']:g} points</strong></p><p>{text}</p>"


def _test(test: dict) -> str:
    sign, kind = ("✗", "bad") if test["problem"] else ("✓", "good")
    line = f"<p class='{kind}'>{sign} {_text(test['name'])}: {test['points']:g} of {test['most']:g} points</p>"
    return line + (f"<pre>{_text(test['problem'])}</pre>" if test["problem"] else "")


def _cell(cell: dict) -> str:
    text = f"<p>Your cell {_text(cell['name'])}"
    if cell["problem"]:
        text += f" stopped:</p><pre class='bad'>{_text(cell['problem'])}</pre><p>"
    if cell["printed"]:
        text += f" printed:</p><pre>{_text(cell['printed'])}</pre><p>"
    return text + "</p>"


def _answer(answer: dict, mark: tuple | None, read: bool) -> str:
    if not answer["text"]:
        found = "not answered" if read else "not graded"
        return f"<p class='bad'>✗ {_text(answer['name'])}: {found}, 0 of {answer['most']:g} points</p>"
    said = f"{mark[0]:g} of {answer['most']:g} points" if mark else "not marked yet"
    comment = f"<p class='comment'>{_text(mark[1])}</p>" if mark and mark[1] else ""
    return f"<p>{_text(answer['name'])}: {said}</p>{comment}<pre>{_text(answer['text'])}</pre>"


def _text(value) -> str:
    return html.escape(str(value))
