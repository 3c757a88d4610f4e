"""Why this file exists: everything an instructor decides about a course stands in one folder.

    course.toml      the secret, deadlines, late penalties, which attempt counts
    roster.csv       who takes part, and the names that the learning platform wants
    released/        what is handed out
    submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb        what came back, as nbgrader's exchange puts it
    graded/ASSIGNMENT/STUDENT.json                       what the grader found
    marking/ASSIGNMENT.csv                               what a person gave for answers in words
    feedback/STUDENT/ASSIGNMENT.html                     what the student reads
"""

import os
import re
import secrets
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from .notebook import BadNotebook, Cell, cells, load
from .tables import read_table

REPOSITORY = Path(__file__).resolve().parents[2] / "notebooks" / "coursework" / "source"
STUDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,79}")  # a folder's name, and no formula of a spreadsheet
ROSTER = ("student", "name", "email", "canvas_id", "sis_id", "login", "section", "moodle_id")
TEMPLATE = """\
# Whoever knows the secret can compute every hidden number of every student. Keep this file from students, and never
# change the secret during a course.
secret = "{secret}"
keep = "best"        # of several attempts the "best" or the "last" counts

[late]
free_hours = 1       # after the deadline nothing is taken away for so long
percent_per_day = 10 # of the points reached, for each day begun after that
most_days = 5        # what comes later gets no points

# Dates carry their time zone. An extension names the student.
# [assignments.chapter_1]
# due = 2027-03-12T23:59:00+01:00
# [assignments.chapter_1.extensions]
# ada = 2027-03-19T23:59:00+01:00
"""


NBGRADER = """\
# For nbgrader, which is optional: its commands, run in this folder, use the course's assignments and grader.
from dlcourse.coursework.nbgrader_plugin import configure

configure(get_config())  # noqa: F821  (nbgrader's)
"""


class CourseError(ValueError):
    """The course's folder is not in order; the text says what to do."""


@dataclass(frozen=True)
class Assignment:
    """The source of one assignment, and what the instructor decided about it."""

    name: str
    path: Path
    cells: list[Cell]
    options: dict
    due: datetime | None = None
    extensions: dict = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The notebook's title."""
        return self.cells[0].source.split("\n")[0].lstrip("# ")

    @property
    def most(self) -> float:
        """All points that can be reached."""
        return sum(cell.points for cell in self.cells)


@dataclass(frozen=True)
class Course:
    """A course's folder, read."""

    folder: Path
    secret: str
    keep: str = "best"
    late: dict = field(default_factory=dict)
    dates: dict = field(default_factory=dict)
    sources: Path = REPOSITORY

    @classmethod
    def read(cls, folder: Path) -> "Course":
        """Read course.toml.   Raises:  CourseError if it is missing, or says something impossible or unknown."""
        path = Path(folder) / "course.toml"
        if not path.exists():
            raise CourseError(f"{path} is missing: make a course with `python -m dlcourse.coursework init {folder}`")
        try:
            said = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise CourseError(f"{path}: {error}") from error
        if not isinstance(said.get("secret"), str) or len(said["secret"]) < 16:
            raise CourseError(f"{path}: the secret has fewer than 16 characters; `init` makes one")
        if said.get("keep", "best") not in ("best", "last"):
            raise CourseError(f'{path}: keep expected "best" or "last", got {said["keep"]!r}')
        own, late, dates = Path(folder) / "source", said.get("late", {}), said.get("assignments", {})
        course = cls(Path(folder), said["secret"], said.get("keep", "best"), late, dates,
                     own if own.is_dir() else REPOSITORY)
        _known(path, said, ("secret", "keep", "late", "assignments"))
        _known(path, late, ("free_hours", "percent_per_day", "most_days"), "late")
        for key, value in late.items():
            if not isinstance(value, int | float) or value < 0:
                raise CourseError(f"{path}: late: {key} expected a number from 0, got {value!r}")
        _known(path, dates, course.assignments(), "assignments")
        for name, about in dates.items():
            _known(path, about, ("due", "extensions"), name)
            extensions = about.get("extensions", {})
            _known(path, extensions, course.roster() or extensions, f"{name}: extensions")
            for date in [about.get("due"), *extensions.values()]:
                if date is not None and (not isinstance(date, datetime) or date.tzinfo is None):
                    raise CourseError(f"{path}: {name}: expected a date with its time zone, such as "
                                      f"2027-03-12T23:59:00+01:00, got {date}")
        return course

    def assignments(self) -> list[str]:
        """The names of all assignments that have a source."""
        return sorted(path.parent.name for path in self.sources.glob("*/*.ipynb") if path.stem == path.parent.name)

    def assignment(self, name: str) -> Assignment:
        """One assignment.   Raises:  CourseError if there is none of that name."""
        path = self.sources / name / f"{name}.ipynb"
        if not path.exists():
            known = ", ".join(self.assignments()) or f"none; is this the course's repository? ({self.sources})"
            raise CourseError(f"there is no assignment {name!r}; there are: {known}")
        notebook, about = load(path), self.dates.get(name, {})
        options = notebook.get("metadata", {}).get("dlcourse", {})
        return Assignment(name, path, cells(notebook), options, about.get("due"), about.get("extensions", {}))

    def roster(self) -> dict[str, dict[str, str]]:
        """Who takes part: the row of each student; empty without a roster.

        Raises:  CourseError for a name that is none or stands twice; TableError if there is no such table.
        """
        path = self.folder / "roster.csv"
        if not path.exists():
            return {}
        found = {}
        for line, raw in read_table(path, ("student",)):
            row = {key: value.strip() for key, value in raw.items() if key}
            if not STUDENT.fullmatch(row["student"]):
                raise CourseError(f"{path}, line {line}: {row['student']!r} is no name for a folder; it takes letters, "
                                  "digits and . _ @ + -")
            if row["student"] in found:
                raise CourseError(f"{path}, line {line}: {row['student']!r} is there already")
            found[row["student"]] = row
        return found

    def handed_in(self, assignment: str) -> dict[str, Path | BadNotebook]:
        """For each student who handed something in, the notebook, or what is wrong with the folder."""
        found = {}
        for folder in sorted(self.folder.glob(f"submitted/*/{assignment}")):
            student = folder.parent.name
            if not STUDENT.fullmatch(student) or not folder.is_dir():
                continue
            wanted, all_of_them = folder / f"{assignment}.ipynb", sorted(folder.glob("*.ipynb"))
            if wanted.is_symlink() or any(path.is_symlink() for path in all_of_them):
                found[student] = BadNotebook("a link was handed in, not a notebook")
            elif wanted.is_file():
                found[student] = wanted
            elif len(all_of_them) == 1:
                found[student] = all_of_them[0]
            else:
                found[student] = BadNotebook(f"expected {assignment}.ipynb, found {len(all_of_them)} notebooks")
        return found


    def misplaced(self, assignment: str) -> list[str]:
        """Notebooks of this assignment below `submitted` that belong to nobody, for where they lie."""
        top, found = self.folder / "submitted", []
        for path in sorted(top.rglob("*.ipynb")):
            *folders, _ = place = path.relative_to(top).parts
            fits = len(folders) == 2 and folders[1] == assignment and STUDENT.fullmatch(folders[0])
            if not fits and assignment in (*folders, path.stem) and not any(part.startswith(".") for part in place):
                found.append(str(path))
        return found


def _known(path: Path, said, names, where: str = ""):
    """Refuse what is no table, or has names that nobody reads: a mistyped deadline would be none."""
    if not isinstance(said, dict):
        raise CourseError(f"{path}: {where} expected a table, got {said!r}")
    for name in said:
        if name not in names:
            there = ", ".join(list(names)[:20])
            raise CourseError(f"{path}: {where and f'{where}: '}{name!r} is unknown; there are: {there}")


def handed_in_at(notebook: Path) -> datetime:
    """When a notebook was handed in: what nbgrader wrote beside it, else the file's own date."""
    stamp = notebook.parent / "timestamp.txt"
    if stamp.exists():
        text = stamp.read_text(encoding="utf-8").strip().replace(" UTC", "+00:00")
        try:
            date = datetime.fromisoformat(text)
            return date if date.tzinfo else date.astimezone()
        except ValueError as error:
            raise BadNotebook(f"timestamp.txt holds no date: {text[:40]!r}") from error
    return datetime.fromtimestamp(notebook.stat().st_mtime).astimezone()


def days_late(handed_in: datetime, due: datetime | None, free_hours: float = 0) -> int:
    """How many days were begun after the deadline; 0 in time."""
    if due is None:
        return 0
    over = handed_in - due - timedelta(hours=free_hours)
    return max(0, -(-over // timedelta(days=1)))


def part_kept(days: int, late: dict) -> float:
    """The part of the points that late work keeps, from 1 down to 0."""
    if days > late.get("most_days", 5):
        return 0.0
    return max(0.0, 1 - days * late.get("percent_per_day", 10) / 100)


def make_course(folder: Path):
    """Make a course's folder with a secret of its own.   Raises:  CourseError if there is one already."""
    path = folder / "course.toml"
    if path.exists():
        raise CourseError(f"{path} is there already; nothing was changed")
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(TEMPLATE.format(secret=secrets.token_urlsafe(24)))
    (folder / "nbgrader_config.py").write_text(NBGRADER, encoding="utf-8")
    (folder / ".gitignore").write_text("# The secret, and people's work.\n*\n", encoding="utf-8")
    if not (folder / "roster.csv").exists():
        (folder / "roster.csv").write_text(",".join(ROSTER) + "\n", encoding="utf-8")
    (folder / "submitted").mkdir(exist_ok=True)
