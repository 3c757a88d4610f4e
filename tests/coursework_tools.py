"""What the tests of coursework share: the assignments, notebooks as students hand them in, and how they are graded."""

import copy
import json
import re

from dlcourse.coursework.course import Course
from dlcourse.coursework.grading import Grader
from dlcourse.coursework.notebook import load, release
from dlcourse.recipes import coursework_paths

SECRET = "a secret of the tests only"
PATHS = {path.stem: path for path in coursework_paths()}
COURSE = Course(PATHS["chapter_1"].parents[2], SECRET)
ASSIGNMENTS = {name: COURSE.assignment(name) for name in PATHS}


def raw_name(cell):
    """The name of a cell of a notebook's JSON."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "code" if cell.get("id") == "code" else "")


def solved(name="chapter_1"):
    """A notebook with every answer right: the source."""
    return load(PATHS[name])


def blank(name="chapter_1"):
    """A notebook as it is handed out."""
    return release(load(PATHS[name]))


def changed(notebook, **sources):
    """The notebook with other sources in these cells."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        if raw_name(cell) in sources:
            cell["source"] = sources[raw_name(cell)]
    return notebook


def source_of(notebook, name):
    """The source of a cell."""
    return next(cell["source"] for cell in notebook["cells"] if raw_name(cell) == name)


def grade(notebook, name="chapter_1", student="ada", **options):
    """The result of a notebook, JSON or a file."""
    return Grader(SECRET, **options).grade(ASSIGNMENTS[name], notebook, student)


def points(result):
    """The points by tests."""
    return sum(test["points"] for test in result["tests"])


def lost(result):
    """The names of the tests that did not pass."""
    return {test["name"] for test in result["tests"] if test["problem"]}


def told(result):
    """Everything that the student reads about tests and cells."""
    parts = [*result["tests"], *result["cells"]]
    return "\n".join([result["problem"], *result["notes"], *(part["problem"] for part in parts)])


def printed(result):
    """What the cells of the student printed."""
    return "\n".join(cell["printed"] for cell in result["cells"])


def most(name="chapter_1"):
    """All points by tests of an assignment."""
    return sum(cell.points for cell in ASSIGNMENTS[name].cells if cell.kind == "test")


def hand_in(folder, student, notebook, name="chapter_1"):
    """Put a notebook, JSON or text, where the exchange would put it."""
    path = folder / "submitted" / student / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(notebook if isinstance(notebook, str) else json.dumps(notebook), encoding="utf-8")
    return path


def words(text):
    """The text in lower case with single blanks."""
    return re.sub(r"\s+", " ", text.lower())
