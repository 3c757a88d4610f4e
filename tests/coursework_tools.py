"""What the tests of coursework share: the assignments, notebooks as students hand them in, and how they are graded."""

import copy
import csv
import json
import re

from dlcourse.coursework.course import Course, make_course
from dlcourse.coursework.grades import grade_of, read_marks
from dlcourse.coursework.grading import Grader, read_record
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


# ------------------------------------------------------------------------------------------------ a course's folder

ROSTER = """student,name,email,canvas_id,sis_id,login,section,moodle_id
ada,"Lovelace, Ada",ada@example.org,11,s11,ada1,A,m11
bob,"Noyce, Bob",bob@example.org,12,s12,bob1,A,m12
cyd,"Charisse, Cyd",cyd@example.org,13,s13,cyd1,B,m13
"""
QUICK = {"train": "def train(images, labels):\n    return lambda new: np.zeros(len(new), dtype=int)"}  # 4 points less
RIGHT = changed(solved(), **QUICK, derivation="By the chain rule.", shuffle="No.")
REACHED = most() - 4


def course_folder(path):
    """Make a course's folder with a roster and the secret of the tests."""
    make_course(path)
    settings = path / "course.toml"
    settings.write_text(re.sub(r'secret = ".*"', f'secret = "{SECRET}"', settings.read_text()), encoding="utf-8")
    (path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    return path


def total(folder, student):
    """The grade of a student in the assignment of chapter 1."""
    course = Course.read(folder)
    record = read_record(course, "chapter_1", student)
    return grade_of(course, course.assignment("chapter_1"), record, read_marks(course, "chapter_1"))


def rows(path):
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
