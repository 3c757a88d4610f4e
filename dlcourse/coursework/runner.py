"""Why this file exists: student cells run in the box, tests run here, and only data cross between them.

So a student's code can patch whatever it likes, and patches only itself. A cell that never ends, or that ends Python,
costs its own tests: the box starts again and runs the other cells anew.
"""

import ast
import builtins
import contextlib
import io
import time
import traceback
from dataclasses import dataclass, field

import numpy as np

from . import personal
from .notebook import CODE, FIND, Cell
from .proxy import decoded
from .sandbox import Box, Limits, Stopped, StudentError


@dataclass
class Ran:
    """What became of one cell: "" or what went wrong, and what it printed."""

    cell: Cell
    problem: str = ""
    printed: str = ""


@dataclass
class Situation:
    """Whose work is run, and how."""

    assignment: str
    student: str = ""
    secret: str = "practice"
    limits: Limits = field(default_factory=Limits)
    slot: int = 0
    isolated: bool = True
    course: bool = False  # whether the student's code may import `dlcourse`

    @property
    def code(self) -> str:
        """The personal code that counts, whatever the notebook says."""
        return personal.personal_code(self.secret, self.assignment, self.student)


class Room:
    """The box of one notebook, started anew when it died, with everything in it that ran before."""

    def __init__(self, situation: Situation):
        self.situation, self.done, self.box = situation, [], None
        self.end = time.monotonic() + situation.limits.notebook

    def ask(self, message: dict, seconds: float | None = None) -> dict:
        """Ask the box.   Raises:  Stopped or StudentError. After Stopped the next question starts another box."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise Stopped(f"the whole notebook took more than {self.situation.limits.notebook:g} s")
        if self.box is None:
            self._start()
        try:
            return self.box.ask(message, min(left, seconds or self.situation.limits.call))
        except Stopped:
            self.close()
            raise

    def run(self, message: dict) -> str:
        """Do something that later cells build on; return what was printed.   Raises:  as `ask`."""
        try:
            self.ask(message, self.situation.limits.cell)
        except StudentError:
            self.done.append(message)  # what it did before the error stays
            raise
        self.done.append(message)  # what killed the box is not repeated
        return self.box.printed

    def printed(self) -> str:
        """What the last question printed."""
        return self.box.printed if self.box else ""

    def _start(self):
        s = self.situation
        self.box = Box(s.limits, s.slot, s.isolated, s.course)
        for message in list(self.done):
            try:
                self.box.ask(message, s.limits.cell)
            except StudentError:
                continue  # it was reported the first time
            except Stopped:  # it ran the first time and does not now: the next box does without it
                self.done.remove(message)
                self.close()
                raise

    def close(self):
        """End the box."""
        if self.box is not None:
            self.box.close()
            self.box = None


def run(cells: list[Cell], situation: Situation) -> list[Ran]:
    """Run the code cells of a notebook, in their order. The result has one `Ran` for each but the installing one."""
    room = Room(situation)
    trusted = {"__name__": "tests", "CODE": situation.code}
    wanted = _names_in_tests(cells)
    ran, own = [], set()
    try:
        for cell in cells:
            if cell.name == FIND:
                continue
            if cell.kind == "given":
                ran.append(Ran(cell, *_give(cell, room, trusted)))
                own = set(trusted)
            elif cell.kind in ("answer", "extra"):
                source = f"CODE = {situation.code!r}" if cell.name == CODE else cell.source
                ran.append(Ran(cell, *_run_student(cell.name, source, room)))
            elif cell.kind == "test":
                failed = [one for one in ran if one.problem and one.cell.kind in ("answer", "extra")]
                ran.append(Ran(cell, *_test(cell, room, trusted, wanted - own, failed)))
    finally:
        room.close()
    return ran


def _names_in_tests(cells: list[Cell]) -> set[str]:
    """Every name that a test reads: what is asked from the box."""
    return {
        node.id
        for cell in cells if cell.kind == "test"
        for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Name)
    } - set(dir(builtins))  # fmt: skip


def _give(cell: Cell, room: Room, trusted: dict) -> tuple[str, str]:
    """Run a locked cell here, and in the box too, or hand its data there if it is the grader's alone."""
    before = dict(trusted)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(cell.source, f"cell {cell.name}", "exec"), trusted)
    try:
        if not cell.grader_only:
            return "", room.run({"ask": "run", "source": cell.source, "cell": cell.name})
        made = {name: value for name, value in trusted.items() if before.get(name, ...) is not value}
        return "", room.run({"ask": "set", "values": _data(made)})
    except (Stopped, StudentError) as problem:
        return f"{_kind(problem)}: {problem}", ""


def _data(values: dict) -> dict:
    """Those of the values that may cross the wall. Modules, functions and classes stay with the grader."""
    from . import wire

    crossing = {}
    for name, value in values.items():
        if not name.startswith("_"):
            with contextlib.suppress(wire.WireError):
                crossing[name] = wire.encode(value)
    return crossing


def _run_student(name: str, source: str, room: Room) -> tuple[str, str]:
    try:
        return "", room.run({"ask": "run", "source": source, "cell": name})
    except StudentError as error:
        if _kind(error) == "NotImplementedError" and not str(error):
            return "not answered yet", room.printed()
        where = f"\n  in {error.where}" if error.where else ""
        return f"{_kind(error)}: {error}{where}", room.printed()
    except Stopped as stopped:
        return f"Stopped: {stopped}", ""


def _test(cell: Cell, room: Room, trusted: dict, wanted: set[str], failed: list[Ran]) -> tuple[str, str]:
    """Run a test with what the student made. An empty text means that it passed."""
    names = dict(trusted)
    situation = room.situation
    names["rng"] = personal.hidden_numbers(situation.secret, situation.assignment, situation.student, cell.name)
    try:
        answer = room.ask({"ask": "get", "names": sorted(wanted)})
        for name, value in dict(answer.get("values", {})).items():
            if name in wanted:
                names[name] = decoded(room.ask, value)
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            np.random.seed(0)  # noqa: NPY002  (the checks look whether a call changed the shared generator)
            exec(compile(cell.source, f"cell {cell.name}", "exec"), names)
        return "", room.printed()
    except AssertionError as problem:
        return str(problem) or "not right", room.printed()
    except NameError as problem:
        return _missing(problem, dict(answer.get("refused", {})), failed), ""
    except (Stopped, StudentError) as problem:
        where = f"\n  in {problem.where}" if getattr(problem, "where", "") else ""
        return f"{_kind(problem)}: {problem}{where}", room.printed()
    except Exception as problem:  # the answer has a form that the test did not expect
        line = traceback.extract_tb(problem.__traceback__)[-1].line or ""
        return f"the answer could not be judged: {type(problem).__name__}: {problem} {line}".strip(), room.printed()


def _missing(problem: NameError, refused: dict, failed: list[Ran]) -> str:
    """Why a name that a test needs is not there."""
    text = f"`{problem.name}` is not defined"
    if problem.name in refused:
        return f"`{problem.name}` is {refused[problem.name]}"
    if failed:
        return f"{text}: the cell {failed[-1].cell.name} stopped before ({failed[-1].problem.splitlines()[0]})"
    return f"{text}: is its cell missing, or the name another?"


def _kind(problem: Exception) -> str:
    return "Stopped" if isinstance(problem, Stopped) else type(problem).__name__
