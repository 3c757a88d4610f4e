"""Why this file exists: a whole class is graded, each notebook for itself, whatever is wrong with another.

Several notebooks are graded at a time, each in a process with a box. A result is a file that appears when it is
complete; so a run that was killed goes on where it was, and grades nothing twice.
"""

import hashlib
import json
import multiprocessing
import os
import re
import threading
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from . import runner
from .course import Assignment, Course, handed_in_at
from .notebook import CODE, BadNotebook, Cell, cells, load, merge, release, released
from .personal import as_written
from .sandbox import Limits, NoIsolation, isolation_problem

FORM = 1  # of a result; another form is graded anew
MOST_SHOWN = 4000  # characters of a message or an output that a result keeps
MOST_TEXT = 20_000  # of an answer in words
_slot = 0


@dataclass(frozen=True)
class Grader:
    """How notebooks of a course are run. `slot` tells apart the boxes of one moment."""

    secret: str
    isolated: bool = True
    slot: int = 0
    limits: Limits = field(default_factory=Limits)

    def grade(self, assignment: Assignment, notebook: Path | BadNotebook | dict, student: str) -> dict:
        """The result of one notebook, a file or its JSON. Whatever the notebook is, there is a result.

        Keys:  problem ("" or why nothing could be graded), notes, tests (name, most, points, problem), cells of the
        student that stopped or printed, written (name, most, text; no text if it was not answered), seconds.
        """
        started = time.monotonic()
        try:
            if isinstance(notebook, BadNotebook):
                raise notebook
            submitted = cells(load(notebook) if isinstance(notebook, Path) else notebook)
            merged, notes = merge(assignment.cells, submitted)
            ran = runner.run(merged, self.situation(assignment, student))
            result = {"problem": "", "notes": notes + self._code_note(assignment, submitted, student)}
        except BadNotebook as bad:
            merged, ran, result = [], [], {"problem": str(bad), "notes": []}
        found = {one.cell.name: one.problem for one in ran}
        result["tests"] = [
            _test(cell, found.get(cell.name, f"not graded: {result['problem']}"))
            for cell in assignment.cells if cell.kind == "test"
        ]  # fmt: skip
        result["cells"] = [
            {"name": one.cell.name, "problem": one.problem[:MOST_SHOWN], "printed": one.printed[:MOST_SHOWN]}
            for one in ran if one.cell.kind in ("answer", "extra") and (one.problem or one.printed)
        ]  # fmt: skip
        result["written"] = _written(assignment, merged)
        return result | {"seconds": round(time.monotonic() - started, 2)}

    def situation(self, assignment: Assignment, student: str) -> runner.Situation:
        """Whose work is run, and how."""
        course = bool(assignment.options.get("course"))
        return runner.Situation(assignment.name, student, self.secret, self.limits, self.slot, self.isolated, course)

    def _code_note(self, assignment: Assignment, submitted: list[Cell], student: str) -> list[str]:
        """A word for those whose notebook has another code than theirs: they computed with other numbers."""
        source = "".join(cell.source for cell in submitted if cell.name == CODE)
        said = re.search(r"""^CODE\s*=\s*["']([^"']*)["']""", source, re.M)
        if said is None or as_written(said.group(1)) == self.situation(assignment, student).code:
            return []
        return [f"the notebook has the code {said.group(1)[:20]!r}, which is not yours: what you computed by hand "
                "belongs to other numbers"]


def faults(assignment: Assignment, secret: str) -> list[str]:
    """What is wrong with an assignment, one line each: tests that its own solution fails, or that pass unanswered.

    Both are graded with the numbers of three students, in a box if there is one: the code is the instructor's own.
    """
    grader, source, found = Grader(secret, not isolation_problem()), load(assignment.path), {}
    for student in ("one", "another", "a third"):
        try:
            solved, untouched = (grader.grade(assignment, notebook, student) for notebook in (source, release(source)))
        except Exception as error:  # a locked cell or a test may raise anything
            return [f"a locked cell or a test stops by itself: {type(error).__name__}: {error}"]
        for name, problem in ((test["name"], test["problem"]) for test in solved["tests"]):
            if problem:
                found.setdefault(name, f"{name} refuses the solution: {problem.splitlines()[0]}")
        for name, problem in ((test["name"], test["problem"]) for test in untouched["tests"]):
            if not problem:
                found.setdefault(name, f"{name} passes although nothing was answered")
    return list(found.values())


def _test(cell: Cell, problem: str) -> dict:
    points = 0 if problem else cell.points
    return {"name": cell.name, "most": cell.points, "points": points, "problem": problem[:MOST_SHOWN]}


def _written(assignment: Assignment, merged: list[Cell]) -> list[dict]:
    """The answers in words; of a doubled cell the last that says something."""
    answers = []
    for cell in assignment.cells:
        if cell.kind == "written":
            untouched = ("", released(cell).source.strip())
            texts = [one.source for one in merged if one.name == cell.name and one.source.strip() not in untouched]
            answers.append({"name": cell.name, "most": cell.points, "text": texts[-1][:MOST_TEXT] if texts else ""})
    return answers


# ------------------------------------------------------------------------------------------------ a class


def grade_class(course: Course, assignment: Assignment, isolated: bool = True, processes: int | None = None,
                students: list[str] | None = None, say=print) -> dict[str, str]:
    """Grade what was handed in and is not graded yet. Returns for whom the grader itself failed, and how.

    Raises:  NoIsolation if there is no box and `isolated` was not given up.
    """
    if isolated and (problem := isolation_problem()):
        raise NoIsolation(problem)
    waiting = {}
    for student, notebook in course.handed_in(assignment.name).items():
        if students and student not in students:
            continue
        mark = fingerprint(assignment, course.secret, notebook)
        record = read_record(course, assignment.name, student)
        known = [attempt["fingerprint"] for attempt in record["attempts"]]
        if mark not in known:
            waiting[student] = (notebook, mark)
        elif course.keep == "last" and mark != known[-1]:  # an earlier notebook, handed in again, is the last one
            again = record["attempts"].pop(known.index(mark))
            record["attempts"].append(again | {"handed_in": _date(notebook)[0].isoformat()})
            write_record(course, assignment.name, student, record)
    processes = min(processes or os.cpu_count() or 1, max(1, len(waiting)))
    spawn = multiprocessing.get_context("spawn")
    slots = spawn.Queue()
    for slot in range(processes):
        slots.put(slot)
    with ProcessPoolExecutor(processes, spawn, _begin, (slots, os.getpid())) as pool:
        running = {
            pool.submit(_grade_one, course, assignment, student, notebook, mark, isolated): student
            for student, (notebook, mark) in waiting.items()
        }
        failed = {}
        for done in as_completed(running):
            student = running[done]
            if (error := done.exception()) is not None:  # a fault of the grader or of a test, not of the student
                failed[student] = f"{type(error).__name__}: {error}"
                say(f"{student:24s} NOT GRADED, the grader failed: {failed[student]}")
                continue
            result = done.result()
            reached, most = (sum(test[key] for test in result["tests"]) for key in ("points", "most"))
            line = f"{student:24s} {reached:g} of {most:g} by tests, {result['seconds']:.1f} s  {result['problem']}"
            say(line.rstrip())
    return failed


def _begin(slots, parent: int):
    """In each process of the pool: take a slot, and end when the run was killed."""
    global _slot
    _slot = slots.get()

    def watch():
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _grade_one(course, assignment, student, notebook, mark, isolated) -> dict:
    result = Grader(course.secret, isolated, _slot).grade(assignment, notebook, student)
    date, notes = _date(notebook)
    result["notes"] = [*result["notes"], *notes]
    record = read_record(course, assignment.name, student)
    same = [attempt for attempt in record["attempts"] if attempt["fingerprint"][0] == mark[0]]
    for attempt in same:  # the same notebook under other tests: this result takes its place
        record["attempts"].remove(attempt)
    record["attempts"].append(result | {"fingerprint": mark, "handed_in": date.isoformat()})
    write_record(course, assignment.name, student, record)
    return result


def _date(notebook: Path | BadNotebook) -> tuple[datetime, list[str]]:
    """When it was handed in, and notes on that; what is no file, or has no date, was noticed now."""
    try:
        return (datetime.now().astimezone() if isinstance(notebook, BadNotebook) else handed_in_at(notebook)), []
    except BadNotebook as bad:
        return datetime.now().astimezone(), [f"{bad}; today's date was taken"]


def fingerprint(assignment: Assignment, secret: str, notebook: Path | BadNotebook) -> list[str]:
    """What a result depends on: the notebook; and the tests, the secret and the form of results."""
    handed_in = hashlib.sha256()
    if isinstance(notebook, BadNotebook):
        handed_in.update(str(notebook).encode())
    else:
        with notebook.open("rb") as file:
            while part := file.read(1 << 20):
                handed_in.update(part)
    tests = hashlib.sha256(f"{FORM}|{secret}|".encode() + assignment.path.read_bytes())
    return [handed_in.hexdigest(), tests.hexdigest()]


def record_path(course: Course, assignment: str, student: str) -> Path:
    """Where a student's record stands."""
    return course.folder / "graded" / assignment / f"{student}.json"


def read_record(course: Course, assignment: str, student: str) -> dict:
    """All attempts of a student; none if nothing was graded yet."""
    path = record_path(course, assignment, student)
    if not path.exists():
        return {"student": student, "assignment": assignment, "attempts": []}
    return json.loads(path.read_text(encoding="utf-8"))


def write_record(course: Course, assignment: str, student: str, record: dict):
    """Write a record in one step: it is there as a whole, or as it was before."""
    path = record_path(course, assignment, student)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8")
    os.replace(temporary, path)
