"""How large is each data set, and how long does it take to have it?

    python -m dlcourse.studies data_sets

Each is loaded with its default options, twice, in a process of its own that has NumPy and the package already. The
first time may import a library or draw the letters of all fonts; the second is what every further load costs. Memory
counts the arrays and, of texts, their bytes in UTF-8. What is downloaded on request has no row: its time is the
network's.
"""

import json
import os
import subprocess
import sys
import time
from importlib.metadata import version
from statistics import median

from dlcourse import data
from dlcourse.recipes import FOR_NOTEBOOKS

from .table import write

REPEATS = 5
LIBRARIES = ("scipy", "pillow", "matplotlib")  # what the generators draw and filter with
MEASURE = """\
import json, sys, time
from dlcourse import data
seconds = []
for _ in range(2):
    start = time.perf_counter()
    rows = data.load(sys.argv[1])
    seconds.append(time.perf_counter() - start)
size = sum(len("".join(v).encode()) if v.dtype == object else v.nbytes for v in rows.fields.values())
parts = {name: len(getattr(rows, name)) for name in rows.parts}
print(json.dumps({"rows": len(rows), "parts": parts, "bytes": size, "first": seconds[0], "again": seconds[1]}))"""


def measure(name):
    """The row of one data set: rows, parts, memory, and the medians over several processes of both times to load it."""
    command, environment = [sys.executable, "-c", MEASURE, name], os.environ | FOR_NOTEBOOKS
    runs = [json.loads(subprocess.run(command, capture_output=True, check=True, env=environment).stdout)
            for _ in range(REPEATS)]
    found = runs[0]
    return {
        "data_set": name,
        "rows": f"{found['rows']:,}",
        "parts": ", ".join(f"{part} {rows:,}" for part, rows in found["parts"].items()),
        "megabytes": rounded(found["bytes"] / 1e6),
        "load_seconds": rounded(median(run["first"] for run in runs)),
        "rows_per_second": rounded(found["rows"] / median(run["again"] for run in runs)),
    }


def rounded(x):
    """A number with two digits that count: 0.013, 1.2, 34,000."""
    digits = float(f"{x:.2g}")
    return f"{digits:,.0f}" if digits >= 10 else f"{digits:.1g}" if digits < 1e-3 else f"{digits:.2g}"


def remake():
    """Measure all data sets and store the table."""
    started = time.perf_counter()
    rows = [measure(card.name) for card in data.describe() if card.kind != "request"]
    libraries = {name: version(name) for name in LIBRARIES}
    write("data_sets", [row | libraries for row in rows], "python -m dlcourse.studies data_sets", started)
