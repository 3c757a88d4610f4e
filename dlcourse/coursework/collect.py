"""Why this file exists: a learning platform hands out all notebooks of an assignment as one archive.

Canvas names a file `lovelaceada_11_9876_chapter_1.ipynb`, with LATE after the name where it was late; 11 is the
student's ID. Moodle makes a folder for each, `Ada Lovelace_123_assignsubmission_file_`. An archive of folders that are
named like the students works as well. Nothing is unpacked but notebooks of known students, whatever paths the archive
names.
"""

import os
import re
import time
import zipfile
from pathlib import Path, PurePosixPath

from .course import Course, CourseError
from .notebook import LARGEST

CANVAS = re.compile(r"[^_]+_(?:LATE_)?(\d+)_\d+_")
MOODLE = re.compile(r"([^/]+?)_\d+_assignsubmission_file_?")


def collect(course: Course, assignment: str, archive: Path) -> tuple[list[str], list[str]]:
    """Put the notebooks of an archive into `submitted`. Returns the students, and the files that belong to nobody.

    The date of a file in the archive becomes the date when it was handed in. Of several files of one student the
    newest is taken.

    Raises:  CourseError if the file is no archive, there is no such assignment, or no roster to know the students by.
    """
    course.assignment(assignment)
    roster = course.roster()
    if not roster:
        raise CourseError(f"{course.folder / 'roster.csv'} names no student: whose are the files?")
    try:
        with zipfile.ZipFile(archive) as file:
            files = [one for one in file.infolist() if one.filename.endswith(".ipynb") and not _is_junk(one.filename)]
            files.sort(key=lambda one: one.date_time)
            owners = [(one, _owner(one.filename, roster)) for one in files]
            for one, student in owners:
                if student:
                    _put(course, assignment, student, one, file)
    except (zipfile.BadZipFile, OSError) as error:
        raise CourseError(f"{archive} cannot be read as an archive: {error}") from error
    nobody = [one.filename for one, student in owners if not student]
    return sorted({student for _, student in owners if student}), nobody


def _is_junk(name: str) -> bool:
    """Whether a computer put the file there and nobody handed it in: macOS's shadows, Jupyter's checkpoints."""
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or any(part.startswith(".") and part.strip(".") for part in parts)


def _owner(name: str, roster: dict) -> str:
    """Whose file it is; "" if nobody of the roster fits, or more than one."""
    path = PurePosixPath(name)
    if canvas := CANVAS.match(path.name):
        fitting = [student for student, row in roster.items() if row.get("canvas_id") == canvas.group(1)]
    elif moodle := MOODLE.search(name):
        fitting = [student for student, row in roster.items() if _words(row.get("name")) == _words(moodle.group(1))]
    else:
        fitting = [student for student in roster if student in path.parts[:-1]]
    return fitting[0] if len(fitting) == 1 else ""


def _words(name: str | None) -> list[str]:
    """The words of a name, in an order that does not depend on which of them comes first."""
    return sorted(re.findall(r"\w+", (name or "").casefold()))


def _put(course: Course, assignment: str, student: str, one: zipfile.ZipInfo, file: zipfile.ZipFile):
    """Write one file of the archive; one that is too large becomes a file that says so when it is graded."""
    path = course.folder / "submitted" / student / assignment / f"{assignment}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    with file.open(one) as source:
        path.write_bytes(source.read(LARGEST + 1))
    (path.parent / "timestamp.txt").unlink(missing_ok=True)  # of an earlier attempt
    handed_in = time.mktime((*one.date_time, 0, 0, -1))
    os.utime(path, (handed_in, handed_in))
