"""How fast coursework is graded: each assignment's own solution, handed in by many students, in boxes on two cores.

    python -m dlcourse.studies grading_speed

The seconds are those of the whole command for CLASS students, so they hold the start of the grader's processes too.
What else a machine does can only slow this; the machine of the table was not otherwise busy.
"""

import json
import shutil
import tempfile
import time
from pathlib import Path

from dlcourse.coursework.course import Course, make_course
from dlcourse.coursework.grading import grade_class
from dlcourse.coursework.notebook import load

from .table import write

CLASS, PROCESSES = 200, 2


def measure(name, students=CLASS):
    """The row of one assignment."""
    folder = Path(tempfile.mkdtemp())
    try:
        make_course(folder / "course")
        course = Course.read(folder / "course")
        assignment = course.assignment(name)
        text = json.dumps(load(assignment.path))
        for number in range(students):
            path = folder / "course" / "submitted" / f"student{number:03d}" / name / f"{name}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
        start = time.perf_counter()
        failed = grade_class(course, assignment, processes=PROCESSES, say=str)
        seconds = time.perf_counter() - start
    finally:
        shutil.rmtree(folder)
    if failed:
        raise RuntimeError(f"expected every notebook to be graded, the grader failed for {failed}")
    return {"assignment": name, "submissions": students, "processes": PROCESSES, "seconds": round(seconds, 1),
            "seconds_each": round(seconds / students, 2)}  # fmt: skip


def remake():
    """Measure every assignment and store the table."""
    names = Course(Path(), "no secret is needed").assignments()
    write("grading_speed", [measure(name) for name in names], "python -m dlcourse.studies grading_speed")
