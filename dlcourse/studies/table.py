"""Read and write the tables of the studies: plain CSV files that say how they were made."""

import csv
import datetime
import math
import platform
import time
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent


def read(name):
    """The rows of the study's table, as dictionaries of text."""
    with open(FOLDER / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name, rows, command, started=None):
    """Store the rows of a study, each signed with date, versions and the command that makes it again.

    `started`, the time.perf_counter() at the beginning of the study, adds the seconds that the whole study took.
    """
    seconds = {} if started is None else {"study_seconds": round(time.perf_counter() - started)}
    signature = seconds | {
        "date": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "command": command,
    }
    with open(FOLDER / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], *signature], lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | signature for row in rows)


def minutes(notebook):
    """One sentence on how long a notebook takes: minutes("01_neural_networks").

    Both numbers come from the study `notebook_seconds`. They are rounded so coarsely that a new measurement seldom
    changes the sentence.
    """
    row = next((row for row in read("notebooks") if row["notebook"] == notebook), None)
    if row is None:  # a chapter that is being written is run before it has been measured
        return "Not measured yet: run `make studies` and then `make notebooks`."
    running = math.ceil(float(row["seconds"]) / 60)
    reading = max(5, 5 * round(float(row["reading_minutes"]) / 5))
    return f"About {reading} minutes to read, and under {running} minute{'s' * (running > 1)} to run on one core."
