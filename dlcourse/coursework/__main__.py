"""Why this file exists: the commands of coursework, for everyone without nbgrader.

    python -m dlcourse.coursework init COURSE                     make a course's folder
    python -m dlcourse.coursework release COURSE chapter_1        what is handed out, and everybody's personal code
    python -m dlcourse.coursework check chapter_1.ipynb           what a student can ask about a notebook
    python -m dlcourse.coursework collect COURSE chapter_1 ALL.zip    put a platform's archive in place
    python -m dlcourse.coursework grade COURSE chapter_1          grade what came back
    python -m dlcourse.coursework marking COURSE chapter_1        a table to mark answers in words in
    python -m dlcourse.coursework feedback COURSE chapter_1       a page for each student
    python -m dlcourse.coursework export COURSE                   grades.csv, canvas.csv, moodle.csv
"""

import argparse
import csv
import json
import sys
from pathlib import Path

from . import course as courses
from .check import check
from .collect import collect
from .exporting import export
from .feedback import write_feedback
from .grades import write_marking
from .grading import faults, grade_class
from .notebook import BadNotebook, load, release
from .personal import personal_code
from .sandbox import NoIsolation
from .tables import TableError


def main(arguments: list[str] | None = None) -> int:
    """Run a command. Returns 0, or 1 if something is not in order, which is then said."""
    asked = _parser().parse_args(arguments)
    try:
        return asked.run(asked)
    except (courses.CourseError, TableError, BadNotebook, NoIsolation) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. What was finished stays, and the next run goes on from there.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dlcourse.coursework", description=__doc__.split("\n")[0],
                                     formatter_class=argparse.RawDescriptionHelpFormatter, epilog=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name, run, text, assignment=True, course=True):
        added = commands.add_parser(name, help=text, description=text)
        if course:
            added.add_argument("course", type=Path, help="the course's folder")
        if assignment:
            added.add_argument("assignment", help="such as chapter_1")
        added.set_defaults(run=run)
        return added

    command("init", _init, "make a course's folder, with a secret of its own", assignment=False)
    command("release", _release, "write what is handed out, and everybody's personal code")
    command("check", _check, "run the checks that a student sees", assignment=False, course=False).add_argument(
        "notebook", type=Path)  # fmt: skip
    command("collect", _collect, "put the notebooks of a platform's archive in place").add_argument(
        "archive", type=Path)  # fmt: skip
    grade = command("grade", _grade, "grade what was handed in and is not graded yet")
    grade.add_argument("students", nargs="*", help="only these")
    grade.add_argument("--processes", type=_count, help="how many notebooks at a time; as many as there are cores")
    grade.add_argument("--i-trust-every-submission", action="store_true",
                       help="run the students' code with your own rights, without a box")
    command("marking", _marking, "write the table and the page for marking answers in words")
    command("feedback", _feedback, "write a page for each student")
    command("export", _export, "write grades.csv, canvas.csv and moodle.csv", assignment=False).add_argument(
        "assignments", nargs="*", help="all that were graded, unless some are named")  # fmt: skip
    return parser


def _count(text: str) -> int:
    """A number from 1, as an argument."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1, got {text!r}")
    return int(text)


def _init(asked) -> int:
    courses.make_course(asked.course)
    print(f"{asked.course}: write the students into roster.csv and the deadlines into course.toml.")
    return 0


def _release(asked) -> int:
    course = courses.Course.read(asked.course)
    assignment = course.assignment(asked.assignment)
    roster = course.roster()
    if wrong := faults(assignment, course.secret):
        raise courses.CourseError("\n  ".join([f"{assignment.path} is not handed out:", *wrong]))
    path = asked.course / "released" / assignment.name / f"{assignment.name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(release(load(assignment.path)), indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")
    print(f"{path}: hand out this notebook.")
    if roster:
        codes = asked.course / "codes" / f"{assignment.name}.csv"
        codes.parent.mkdir(exist_ok=True)
        with codes.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("student", "email", "code"))
            for student, row in roster.items():
                code = personal_code(course.secret, assignment.name, student)
                writer.writerow((student, row.get("email", ""), code))
        print(f"{codes}: send everybody the code in their own row.")
    return 0


def _check(asked) -> int:
    return check(asked.notebook)


def _collect(asked) -> int:
    students, nobody = collect(courses.Course.read(asked.course), asked.assignment, asked.archive)
    print(f"{len(students)} notebooks are in {asked.course / 'submitted'}.")
    for name in nobody:
        print(f"Nobody of roster.csv: {name}")
    return 1 if nobody else 0


def _grade(asked) -> int:
    course = courses.Course.read(asked.course)
    assignment = course.assignment(asked.assignment)
    known = course.roster().keys() | {path.name for path in asked.course.glob("submitted/*")}
    if nobody := sorted(set(asked.students) - known):
        raise courses.CourseError(f"neither in roster.csv nor in submitted: {', '.join(nobody)}")
    failed = grade_class(course, assignment, not asked.i_trust_every_submission, asked.processes, asked.students)
    students = list(course.handed_in(assignment.name))
    print(f"{len(students)} handed in {assignment.name}.")
    if missing := sorted(course.roster().keys() - set(students)):
        print(f"Not handed in: {', '.join(missing)}")
    if unknown := sorted(set(students) - course.roster().keys()) if course.roster() else []:
        print(f"Not in roster.csv: {', '.join(unknown)}")
    for path in course.misplaced(assignment.name):
        print(f"Belongs to nobody where it lies, expected submitted/STUDENT/{assignment.name}: {path}")
    if not asked.students:  # several runs may grade some students each, and only one may write this table
        _marking(asked)
    return 1 if failed else 0


def _marking(asked) -> int:
    course = courses.Course.read(asked.course)
    assignment = course.assignment(asked.assignment)
    path = write_marking(course, assignment, list(course.handed_in(assignment.name)))
    print(f"{path}: write the points for answers in words there.")
    return 0


def _feedback(asked) -> int:
    course = courses.Course.read(asked.course)
    assignment = course.assignment(asked.assignment)
    pages = write_feedback(course, assignment, list(course.handed_in(assignment.name)))
    print(f"{len(pages)} pages in {asked.course / 'feedback'}")
    return 0


def _export(asked) -> int:
    course = courses.Course.read(asked.course)
    names = asked.assignments or [name for name in course.assignments() if (asked.course / "graded" / name).is_dir()]
    if not names:
        raise courses.CourseError(f"nothing was graded yet in {asked.course}")
    for path in export(course, [course.assignment(name) for name in names]):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
