"""How long is a notebook: its words counted, and the faster of two runs timed on one core.

    python -m dlcourse.studies notebook_seconds

A chapter tells its readers what it will cost them. The number is measured here and not guessed. What else a machine
does can only slow a run, so the faster one says more.
"""

import time

import nbformat

from dlcourse.recipes import notebook_paths
from dlcourse.recipes.notebooks import run

from .table import write

WORDS_PER_MINUTE, RUNS = 200, 2


def words(nb):
    """The words that a reader reads before the exercises begin, in text, formulas and code."""
    count = 0
    for cell in nb.cells:
        if cell.source.startswith("## Exercises"):
            break
        count += len(cell.source.split())
    return count


def seconds_of(path):
    """The seconds of one run, which is thrown away; the file stays as it is."""
    nb = nbformat.read(path, as_version=4)
    start = time.perf_counter()
    run(nb, path.parent)
    return time.perf_counter() - start


def measure(path):
    """The row of one notebook."""
    seconds = min(seconds_of(path) for _ in range(RUNS))
    read = words(nbformat.read(path, as_version=4))
    return {
        "notebook": path.stem,
        "words": read,
        "reading_minutes": round(read / WORDS_PER_MINUTE),
        "seconds": round(seconds, 1),
    }


def remake():
    """Measure every notebook and store the table."""
    write("notebooks", [measure(path) for path in notebook_paths()], "python -m dlcourse.studies notebook_seconds")
