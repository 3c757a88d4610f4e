"""Why this file exists: an assignment is one notebook, and everything else is cut from it.

The source, in `notebooks/coursework/source/NAME/NAME.ipynb`, has nbgrader's marks: which cells are locked, which the
student fills in, which are tests and what they count, and between `### BEGIN SOLUTION` and `### END SOLUTION` (or
`HIDDEN TESTS`) what no student may see. Here it is read, its released form is cut out, and what a student handed in is
put back between the cells of the source, whatever was deleted, moved, doubled or edited.
"""

import ast
import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

LARGEST = 50 << 20  # bytes of a submission that is read
SOLUTION = re.compile(r"^([ \t]*)### BEGIN SOLUTION *\n(.*?)^[ \t]*### END SOLUTION *$", re.M | re.S)
HIDDEN = re.compile(r"^[ \t]*### BEGIN HIDDEN TESTS *\n(.*?)^[ \t]*### END HIDDEN TESTS *$\n?", re.M | re.S)
STUB = "# Write your code here.\nraise NotImplementedError"
UNSEEN = "# Checks that you do not see"  # a test of which students see nothing begins so
TEXT_STUB = "*Write your answer here.*"
CODE = "code"  # the cell into which students write their personal code
FIND = "find-dlcourse"  # the cell that installs the course, for students only


class BadNotebook(ValueError):
    """What was handed in cannot be graded; the text is one line for the student and the instructor."""


@dataclass(frozen=True)
class Cell:
    """One cell. kind: text (nothing to do), given (locked code), answer (the student's code), test, written (an answer
    that a person grades), extra (code that a student added). `grader_only` code gives data and never runs in the box.
    """

    kind: str
    source: str
    name: str = ""
    points: float = 0
    tags: tuple[str, ...] = ()
    raw: dict = field(default_factory=dict, compare=False, repr=False)

    @property
    def grader_only(self) -> bool:
        """True for a locked cell that the grader runs alone; what it makes is handed to the student's code."""
        return self.kind == "given" and "grader" in self.tags

    @property
    def task(self) -> str:
        """The task that a test or an answer belongs to: "softmax-2" is a test of "softmax"."""
        return re.sub(r"-\d+$", "", self.name)


def load(path: Path) -> dict:
    """The notebook in a file, as JSON.

    Raises:  BadNotebook if it is missing, too large or no notebook of version 4.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise BadNotebook(f"{path.name} is larger than {LARGEST >> 20} MB: clear all outputs (Edit, Clear Outputs "
                              "of All Cells), save, and hand in again")
        data = path.read_bytes()
    except OSError as error:
        raise BadNotebook(f"{path} cannot be read: {error.strerror}") from error
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadNotebook(f"{path.name} is no notebook: it cannot be read as JSON ({error})"[:300]) from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise BadNotebook(f"{path.name} is no notebook of version 4: it has no list of cells")
    return notebook


def cells(notebook: dict) -> list[Cell]:
    """The cells of a notebook.   Raises:  BadNotebook if one of them is no cell."""
    return [_cell(raw, i) for i, raw in enumerate(notebook["cells"])]


def _cell(raw, i: int) -> Cell:
    try:
        source, metadata = raw["source"], raw.get("metadata") or {}
        source = source if isinstance(source, str) else "".join(source)
        marks = metadata.get("nbgrader") or {}
        name = str(marks.get("grade_id") or (CODE if raw.get("id") == CODE else ""))
        graded, solution, locked = (bool(marks.get(key)) for key in ("grade", "solution", "locked"))
        code = raw["cell_type"] == "code"
        tags = tuple(map(str, metadata.get("tags") or ()))
    except (KeyError, TypeError, AttributeError) as error:
        raise BadNotebook(f"cell {i + 1} of the notebook is damaged: {type(error).__name__} {error}") from error
    own = solution or name == CODE  # this one has no marks of nbgrader, which would empty it
    kind = ("written" if solution and graded else "test" if graded else "answer" if code and own
            else "given" if code and locked else "extra" if code else "text")  # fmt: skip
    points = marks.get("points") if isinstance(marks.get("points"), int | float) else 0
    return Cell(kind, source, name, points, tags, raw)


def without_magics(source: str) -> str:
    """The cell with lines for Jupyter (`%matplotlib inline`, `!pip`) taken out; all others keep their numbers.

    A line that begins with % inside an expression stays: the cell is changed only if it is no Python as it stands.
    """
    try:
        ast.parse(source)
        return source
    except SyntaxError:
        lines = source.split("\n")
        return "\n".join("pass" if line.startswith(("%", "!")) else line for line in lines)


# ------------------------------------------------------------------------------------------------ what is released


def without_solution(source: str, stub: str = STUB) -> str:
    """The source with every solution replaced by the stub, at the solution's indentation."""
    def blank(match):
        return "\n".join(match.group(1) + line for line in stub.split("\n"))

    return SOLUTION.sub(blank, source)


def released(cell: Cell) -> Cell:
    """The cell as a student gets it."""
    if cell.kind == "written":
        return replace(cell, source=without_solution(cell.source, TEXT_STUB))
    if cell.kind == "answer":
        return replace(cell, source=without_solution(cell.source))
    return replace(cell, source=HIDDEN.sub("", cell.source).rstrip("\n") if cell.kind == "test" else cell.source)


def secret_lines(cells: list[Cell]) -> list[str]:
    """Every line of a solution or hidden test that says enough to be recognized, without blanks."""
    def lines(texts):
        return {_bare(line) for text in texts for line in text.split("\n")}

    solutions = lines(match.group(2) for cell in cells for match in SOLUTION.finditer(cell.source))
    hidden = lines(match.group(1) for cell in cells for match in HIDDEN.finditer(cell.source))
    given = lines(released(cell).source for cell in cells if cell.kind != "test")
    secret = solutions - given | hidden - lines(released(cell).source for cell in cells)
    return sorted(line for line in secret if len(line) >= 12)


def _bare(line: str) -> str:
    return re.sub(r"\s+", "", line)


def release(notebook: dict) -> dict:
    """The notebook as students get it: no solution, no hidden test, no output."""
    made = {key: value for key, value in notebook.items() if key != "cells"} | {"cells": []}
    for cell in cells(notebook):
        raw = cell.raw | {"source": released(cell).source}
        made["cells"].append(raw | {"outputs": [], "execution_count": None} if raw["cell_type"] == "code" else raw)
    return made


# ------------------------------------------------------------------------------------------------ what came back


def merge(source: list[Cell], submitted: list[Cell]) -> tuple[list[Cell], list[str]]:
    """The cells to grade, in the order of the source, and notes on what was unusual.

    Locked cells and tests come from the source, whatever became of them. Answers come from the student, all of them if
    a cell was doubled, in their order: the last definition of a name counts, as everywhere in Python. Code in cells
    that the student added runs after the cell it stands behind.

    Raises:  BadNotebook if no cell for an answer is among them.
    """
    known = {cell.name: cell for cell in source if cell.name}
    shown = [(_bare(released(cell).source), cell.name) for cell in source if cell.kind in ("given", "answer", "test")]
    texts = {text: name for text, name in shown if [one for one, _ in shown].count(text) == 1}
    wanted = [cell.name for cell in source if cell.kind in ("answer", "written")]
    answers, extras, order, notes, last = {name: [] for name in wanted}, {}, [], [], ""
    for cell in submitted:
        name = cell.name or texts.get(_bare(cell.source), "")  # where marks were lost, the text tells
        if name not in known:
            name = ""
        if name in answers:
            answers[name].append(replace(known[name], source=cell.source))
        elif not name and cell.kind in ("extra", "answer") and cell.source.strip():
            extras.setdefault(last, []).append(replace(cell, kind="extra", name=""))
        if name:
            last = name
            order.append(name)
    foreign = any(cell.name and cell.name not in known for cell in submitted)
    if not any(answers[name] for name in wanted if name != CODE) and (foreign or not extras):
        raise BadNotebook("none of the cells for answers is in this notebook: is it another assignment?")
    for name in wanted:
        if not answers[name] and name == CODE:
            answers[name] = [known[name]]  # whatever stands in it does not count
        elif not answers[name]:
            notes.append(f"the cell {name} is missing: it counts as not answered")
        if len(answers[name]) > 1:
            notes.append(f"the cell {name} stands {len(answers[name])} times: all were run, the last one counts")
    lost = [cell.name for cell in source if cell.kind in ("given", "test") and cell.name not in order]
    if lost:
        notes.append(f"cells of the assignment were missing and are back: {', '.join(lost)}")
    first = next((cell.name for cell in source if cell.kind == "given"), "")
    merged, number = [], 0
    for cell in source:
        merged += answers[cell.name] if cell.name in answers else [cell]
        here = extras.get("", []) if cell.name and cell.name == first else []
        for extra in [*here, *(extras.get(cell.name, []) if cell.name else [])]:
            number += 1
            merged.append(replace(extra, name=f"added-{number}"))
    return merged, notes
