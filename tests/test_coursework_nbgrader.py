"""nbgrader's own commands from release to export, with our grader as the step that runs the work: the same verdicts."""

import csv
import importlib.util
import json
import os
import pwd
import re
import subprocess
import sys
from pathlib import Path

import pytest
from coursework_attacks import ATTACKS, HONEST
from coursework_tools import ASSIGNMENTS, RIGHT, blank, changed, course_folder, grade, hand_in, most, points

from dlcourse.coursework.course import make_course
from dlcourse.coursework.notebook import secret_lines

pytestmark = pytest.mark.box

ME = pwd.getpwuid(os.geteuid()).pw_name  # nbgrader's exchange knows a student by the owner of the files
DOUBLED = json.loads(json.dumps(RIGHT))
DOUBLED["cells"] += [cell for cell in DOUBLED["cells"] if "layer" in str(cell["metadata"].get("nbgrader"))][:1]
WORK = {
    "bob": changed(RIGHT, layer=ATTACKS["patches NumPy"][0]),
    "cyd": blank(),
    "dan": RIGHT | {"cells": [cell for cell in RIGHT["cells"] if "layer-" not in str(cell["metadata"])]},
    "eve": DOUBLED,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A course's folder that nbgrader works in, with an exchange of its own."""
    if importlib.util.find_spec("nbgrader") is None:
        if "CI" in os.environ:
            pytest.fail("nbgrader is missing: `make instructor` gets it")
        pytest.skip("nbgrader is missing: `make instructor` gets it")
    folder = course_folder(tmp_path_factory.mktemp("nbgrader") / "course")
    exchange = folder.parent / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    own = f'\nc = get_config()\nc.Exchange.root = {str(exchange)!r}\nc.CourseDirectory.course_id = "dl"\n'
    with (folder / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(own + f"c.Exchange.cache = {str(folder.parent / 'cache')!r}\n")
    student = folder.parent / "student"
    student.mkdir()
    (student / "nbgrader_config.py").write_text(own + f"c.Exchange.cache = {str(folder.parent / 'cache')!r}\n")
    return folder


def nbgrader(folder, command, *options, status=0):
    """Run one of nbgrader's commands; what it said."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # nbgrader calls a command that lies beside it
    environment = os.environ | {"PATH": path, "HOME": str(folder.parent)}
    done = subprocess.run([sys.executable, "-m", "nbgrader", command, *options], cwd=folder, env=environment,
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == status, done.stderr
    return done.stdout + done.stderr


def scores(folder):
    """The points of each test in nbgrader's gradebook, for each student."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return {
            submission.student.id: {one.name: one.auto_score for one in submission.notebooks[0].grades
                                    if one.cell.cell_type == "code"}
            for submission in gradebook.assignment_submissions("chapter_1")
        }  # fmt: skip


def test_from_release_to_export_by_nbgrader_s_own_commands(folder):
    nbgrader(folder, "generate_assignment", "chapter_1")
    released = json.loads((folder / "release" / "chapter_1" / "chapter_1.ipynb").read_text(encoding="utf-8"))
    assert ["".join(cell["source"]) for cell in released["cells"]] == [cell["source"] for cell in blank()["cells"]]

    nbgrader(folder, "release_assignment", "chapter_1")
    student = folder.parent / "student"
    assert "dl chapter_1" in nbgrader(student, "list")
    nbgrader(student, "fetch_assignment", "chapter_1")
    fetched = student / "chapter_1" / "chapter_1.ipynb"
    notebook = json.loads(fetched.read_text(encoding="utf-8"))
    for mine, right in zip(notebook["cells"], RIGHT["cells"], strict=True):
        if not mine["metadata"].get("nbgrader", {}).get("locked"):
            mine["source"] = right["source"]
    fetched.write_text(json.dumps(notebook), encoding="utf-8")
    nbgrader(student, "submit", "chapter_1")
    nbgrader(folder, "collect", "chapter_1")
    assert (folder / "submitted" / ME / "chapter_1" / "timestamp.txt").exists()
    for name, work in WORK.items():
        hand_in(folder, name, work)
    hand_in(folder, "fay", "no notebook")

    said = nbgrader(folder, "autograde", "chapter_1", status=1)  # 1: one of them was no notebook
    assert "fay" in said
    found = scores(folder)
    assert set(found) >= {ME, *WORK}  # and the rest of the class is graded
    for name, work in ({ME: RIGHT} | WORK).items():
        ours = grade(work, student=name)
        assert found[name] == {test["name"]: test["points"] for test in ours["tests"]}, name
    assert sum(found[ME].values()) == most() - 4
    assert HONEST in ATTACKS["patches NumPy"][0]
    assert sum(found["bob"].values()) == most() - 9 and sum(found["cyd"].values()) == 0
    assert sum(found["dan"].values()) == sum(found["eve"].values()) == most() - 4

    nbgrader(folder, "generate_feedback", "chapter_1")
    page = (folder / "feedback" / "bob" / "chapter_1" / "chapter_1.html").read_text(encoding="utf-8")
    text = re.sub(r"&(?:#39|quot|amp|lt|gt);|<[^>]*>|\s", "", page)
    for line in secret_lines(ASSIGNMENTS["chapter_1"].cells):
        bare = re.sub(r"[\"'<>&]", "", line)
        assert bare not in text or bare in re.sub(r"[\"'<>&\s]", "", json.dumps(WORK["bob"])), line
    assert "The checks of this cell are not shown" in page and "expected" in page

    nbgrader(folder, "release_feedback", "chapter_1", f"--student={ME}")  # the others did not use the exchange
    nbgrader(student, "fetch_feedback", "chapter_1")
    assert list((student / "chapter_1" / "feedback").rglob("*.html"))

    nbgrader(folder, "export", "--to=nbgrader.csv")
    with (folder / "nbgrader.csv").open(newline="") as file:
        totals = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert totals[ME] == most() - 4
    for form in ("Canvas", "Moodle"):
        exporter = f"dlcourse.coursework.nbgrader_plugin.{form}Export"
        nbgrader(folder, "export", f"--exporter={exporter}", f"--to={form}.csv")
        rows = list(csv.reader((folder / f"{form}.csv").read_text(encoding="utf-8").splitlines()))
        assert any(f"{most() - 4:g}" in row for row in rows)


def test_late_work_loses_by_nbgrader_what_it_loses_by_us(tmp_path):
    pytest.importorskip("nbgrader")
    from dlcourse.coursework.nbgrader_plugin import LatePenalty

    make_course(tmp_path / "course")
    penalty = LatePenalty(folder=str(tmp_path / "course"))
    for hours, taken in ((0.5, 0), (1.5, 2), (26, 4), (24 * 9, 20)):
        assert penalty.late_submission_penalty("ada", 20, 3600 * hours) == pytest.approx(taken)


def test_without_a_box_nbgrader_grades_nothing(tmp_path, monkeypatch):
    pytest.importorskip("nbgrader")
    from dlcourse.coursework import nbgrader_plugin

    monkeypatch.setattr(nbgrader_plugin, "isolation_problem", lambda: "bubblewrap is missing")
    with pytest.raises(nbgrader_plugin.NoIsolation, match="bubblewrap is missing"):
        nbgrader_plugin.RunInBox(folder=str(tmp_path)).preprocess(None, {})


def test_the_folder_for_nbgrader_is_set_up(folder):
    assert "configure(get_config())" in (Path(folder) / "nbgrader_config.py").read_text(encoding="utf-8")
    assert points(grade(WORK["cyd"])) == 0
