"""How long is a notebook: its words counted, and the faster of two runs timed on one core.

    python -m dlcourse.studies notebook_seconds

A chapter tells its readers what it will cost them. The number is measured here and not guessed. What else a machine
does can only slow a run, so the faster one says more.

Machines differ, and one machine differs from day to day by a factor of two. `add` measures single notebooks and, in the
same hour, the yardstick, and stores seconds on the table's scale: those that a notebook would take where the yardstick
takes what the table says. So were chapters 7 and 8 measured (the yardstick took 82.2 s), and chapter 5 with its labs
(89.2 s); one run each.
"""

import time

import nbformat

from dlcourse.recipes import notebook_paths
from dlcourse.recipes.notebooks import run

from .table import read, write

WORDS_PER_MINUTE, RUNS = 200, 2
YARDSTICK = "06_convolutional_networks"


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


def measure(path, scale=1.0):
    """The row of one notebook."""
    seconds = scale * min(seconds_of(path) for _ in range(RUNS))
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


def add(*stems):
    """Measure some notebooks, and the yardstick beside them, and store their rows on the scale of the table."""
    paths, rows = {path.stem: path for path in notebook_paths()}, {row["notebook"]: row for row in read("notebooks")}
    scale = float(rows[YARDSTICK]["seconds"]) / min(seconds_of(paths[YARDSTICK]) for _ in range(RUNS))
    rows |= {stem: measure(paths[stem], scale) for stem in stems}
    columns = ("notebook", "words", "reading_minutes", "seconds")
    write("notebooks", [{name: rows[stem][name] for name in columns} for stem in sorted(rows)],
          "python -m dlcourse.studies notebook_seconds")
