"""Why this file exists: a student asks about a notebook before handing it in.

    python -m dlcourse.coursework check chapter_1.ipynb

It runs the notebook from top to bottom in this process and says for each check whether it is content. These are the
checks that the student can read; others, with other numbers, decide about the points. It needs NumPy and `dlcourse`.
"""

from pathlib import Path

import numpy as np

from . import notebook


def check(path: Path, say=print) -> int:
    """Run the notebook and its checks; returns 1 if one is not content."""
    names, good, most = {"__name__": "__main__", "display": print}, 0, 0
    for cell in notebook.cells(notebook.load(Path(path))):
        if cell.kind not in ("given", "answer", "extra", "test") or cell.name == notebook.FIND:
            continue
        problem = _run(cell, names)
        if cell.kind == "test" and cell.source.startswith(notebook.UNSEEN) and not notebook.HIDDEN.search(cell.source):
            say(f"unseen   {cell.name}, {cell.points:g} points")
        elif cell.kind == "test":
            most += cell.points
            good += 0 if problem else cell.points
            say(f"{'not yet' if problem else 'content':8s} {cell.name}, {cell.points:g} points" + _indented(problem))
        elif problem and "NotImplementedError" not in problem:
            say(f"stopped  {cell.name or 'a cell of yours'}" + _indented(problem))
    if not most:
        say(f"{path} is no assignment: it has no checks.")
        return 1
    say(f"{good:g} of {most:g}: so many points have checks here that are content. Others, with other numbers, decide.")
    return 0 if good == most else 1


def _run(cell: notebook.Cell, names: dict) -> str:
    """Run a cell among these names; returns what went wrong, or ""."""
    try:
        with np.errstate(all="ignore"):  # an overflow is reported as nan or inf, with its cause
            exec(compile(notebook.without_magics(cell.source), f"cell {cell.name}", "exec"), names)
    except AssertionError as problem:
        return str(problem) or "not right"
    except (Exception, SystemExit) as problem:  # the student's own code may raise anything
        return f"{type(problem).__name__}: {problem}"
    return ""


def _indented(problem: str) -> str:
    return "".join(f"\n         {line}" for line in problem.split("\n")) if problem else ""
