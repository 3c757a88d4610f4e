"""Puts the assignments on the website, as they are handed out, and the table of them into the page for instructors.

A released notebook is made at every build and never stored. In a page, `<!-- all assignments -->` becomes the table.
"""

import json
import re
from pathlib import Path

from course_data import table

ALL = "<!-- all assignments -->"


def offer_notebooks(app, config):
    """Write the released notebooks into a folder that Sphinx copies to the root of the site."""
    from dlcourse.coursework.notebook import load, release
    from dlcourse.recipes import coursework_paths

    folder = Path(app.doctreedir, "course_coursework")
    (folder / "coursework").mkdir(parents=True, exist_ok=True)
    for path in coursework_paths():
        text = json.dumps(release(load(path)), indent=1, ensure_ascii=False) + "\n"
        (folder / "coursework" / path.name).write_text(text, encoding="utf-8")
    config.html_extra_path.append(str(folder))


def assignments() -> str:
    """The table of all assignments, with links to what is handed out."""
    from dlcourse.coursework.course import Course
    from dlcourse.studies import read

    speed = {row["assignment"]: row for row in read("grading_speed")}
    course, rows = Course(Path(), ""), []
    for name in course.assignments():
        one = course.assignment(name)
        written = sum(cell.points for cell in one.cells if cell.kind == "written")
        minutes = re.search(r"plan (\d+) minutes", one.cells[0].source).group(1)
        number, _, title = one.title.partition(": ")
        link = f'<a href="../coursework/{name}.ipynb" download>{title}</a>'
        rows.append([number.removeprefix("Assignment "), link, minutes, f"{one.most - written:g}", f"{written:g}",
                     speed[name]["seconds_each"]])  # fmt: skip
    head = ["chapter", "assignment", "minutes of work", "points by tests", "points for words", "seconds to grade one"]
    return table(head, rows)


def fill_page(app, docname, source):
    """Put the table where a page has the mark."""
    if ALL in source[0]:
        source[0] = source[0].replace(ALL, assignments())


def setup(app):
    app.connect("config-inited", offer_notebooks)
    app.connect("source-read", fill_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
