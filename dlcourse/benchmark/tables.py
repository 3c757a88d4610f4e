"""Why this file exists: measured times become tables here, for the terminal and, as CSV files, for the website.

Three files are written together, by one run: `speed.csv` (who is faster), `bounds.csv` (what a step has to compute, and
how near to the processor's limit it comes) and `facts.csv` (when, where, with which versions).
"""

import csv
import datetime
import os
import platform
import statistics
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from .race import Entrant

FOLDER = Path(__file__).parent
SPEED = ("Workload", "Threads", "dlcourse, ms", "PyTorch, ms", "PyTorch fused, ms", "Ratio", "Lower quartile",
         "Upper quartile", "Ratio of best steps")  # fmt: skip
BOUNDS = ("Workload", "Parameters", "MFLOP", "At the peak, ms", "dlcourse, % of peak", "PyTorch, % of peak",
          "dlcourse, MB", "PyTorch, MB")  # fmt: skip
FACTS = ("Fact", "Value")
VARIANTS = ("torch", "torch fused")


def rounded(x, digits=3):
    """A number with three significant digits as text, never in powers of ten; "" for None."""
    if x is None:
        return ""
    text = np.format_float_positional(x, precision=digits, unique=False, fractional=False, trim="k")
    return text.rstrip(".")


def spread(values):
    """The lower quartile, the median and the upper quartile."""
    return [float(q) for q in np.percentile(values, [25, 50, 75])]


def speed_row(result, threads):
    """One row: how many times as long PyTorch takes, with whichever of its two optimizers is the better here.

    The ratio is the median over the rounds; a ratio above 1 means that dlcourse is faster.
    """
    ours, *theirs = (Entrant(name, threads) for name in ("dlcourse", *VARIANTS))
    better = min(theirs, key=lambda variant: statistics.median(result.ratios(variant, ours)))
    lower, ratio, upper = spread(result.ratios(better, ours))
    best = [result.best(entrant) for entrant in (ours, *theirs)]
    numbers = [rounded(1e3 * s) for s in best] + [rounded(q) for q in (ratio, lower, upper, min(best[1:]) / best[0])]
    return dict(zip(SPEED, (result.workload.name, str(threads), *numbers), strict=True))


def bounds_row(result, peak, threads=1):
    """One row: what a step has to compute, and how near to the GEMM peak its best step comes."""
    ours, *theirs = (Entrant(name, threads) for name in ("dlcourse", *VARIANTS))
    flops, quickest = result.workload.flops(), min(theirs, key=result.best)
    shares = [rounded(100 * flops / result.best(entrant) / peak, 2) for entrant in (ours, quickest)]
    used = [result.memory[entrant] for entrant in (ours, theirs[0])]
    memory = ["" if m is None else rounded(m / 1e6) for m in used]
    numbers = (f"{result.parameters:,}", rounded(flops / 1e6), rounded(1e3 * flops / peak), *shares, *memory)
    return dict(zip(BOUNDS, (result.workload.name, *numbers), strict=True))


# --------------------------------------------------------------------------------------------------- the machine


def processor():
    """The name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def load_average():
    """The number of busy programs over the last minute, as text; "" where the system does not tell."""
    return f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else ""


def installed(packages):
    """{package: version} of those that are there."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def machine_facts(command, load, packages):
    """When, where and with what something was measured: {fact: text}. `load` was read before it began."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "Command": command,
        "Date": datetime.date.today().isoformat(),
        "Processor": f"{processor()}, {cores} cores",
        "System": f"{platform.system()} {platform.machine()}",
        "Load before": load,
        "Python": platform.python_version(),
        **installed(packages),
        "BLAS of NumPy": f"{blas['name']} {blas['version']}",
    }


# --------------------------------------------------------------------------------------------------- text and files


def as_text(rows):
    """The rows as a table for the terminal: the first column to the left, numbers to the right."""
    columns = list(rows[0])
    table = [columns, *([row[column] for column in columns] for row in rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(columns))]
    return "\n".join(
        "  ".join(cell.rjust(width) if i else cell.ljust(width)
                  for i, (cell, width) in enumerate(zip(line, widths, strict=True))).rstrip()
        for line in table)


def fact_rows(facts):
    """Facts as rows of a table."""
    return [dict(zip(FACTS, pair, strict=True)) for pair in facts.items()]


def write(name, rows, folder=FOLDER):
    """Store the rows as `name`.csv."""
    with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read(name, folder=FOLDER):
    """The rows of `name`.csv, as dictionaries of text."""
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
