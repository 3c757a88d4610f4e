"""Does a schedule of the learning rate pay, and when does a warm-up?

    python -m dlcourse.studies schedules

Four schedules, all with the same number of steps: a constant rate, half a cosine down to 0, a warm-up, and a warm-up
with the cosine after it. Each with two optimizers on two networks, of 2 and of 10 hidden layers without shortcuts, over
one grid of rates; trained on rows 0-799 of the digits and judged on the 200 rows after them. Eight seeds, since runs of
the deep network differ much. The length of the warm-up, a fifth of the steps, was fixed beforehand. Rows 1000-1796 do
not occur.
"""

import itertools
import time

from dlcourse.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

from .chapter_1 import in_float64
from .optimizers import judged, summary
from .table import read, write

SEEDS = range(8)
DEPTHS = (2, 10)
NAMES = ("momentum", "Adam")
RATES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1]
WARM_UP = 0.2  # share of the steps
READS = 0.9  # a run reads if its accuracy is at least this


def cosine(optimizer, steps):
    """From the full rate down to 0, along half a cosine."""
    return CosineAnnealingLR(optimizer, T_max=steps)


def warm_up(optimizer, steps):
    """From almost 0 up to the full rate, along a line; then constant."""
    length = round(WARM_UP * steps)
    return LinearLR(optimizer, start_factor=1 / length, total_iters=length - 1)


def warm_up_and_cosine(optimizer, steps):
    """The line up, then the cosine down."""
    length = round(WARM_UP * steps)
    both = [warm_up(optimizer, steps), CosineAnnealingLR(optimizer, T_max=steps - length)]
    return SequentialLR(optimizer, both, milestones=[length])


SCHEDULES = {"constant": None, "cosine": cosine, "warm-up": warm_up, "warm-up and cosine": warm_up_and_cosine}


@in_float64()
def row_of(depth, name, schedule, rate):
    """One row of the table: a network, an optimizer, a schedule and a rate."""
    runs = [judged(name, rate, seed, hidden_layers=depth, schedule=SCHEDULES[schedule]) for seed in SEEDS]
    setting = {"hidden_layers": depth, "optimizer": name, "schedule": schedule, "rate": rate}
    return {**setting, **summary(runs), "read": sum(accuracy >= READS for _, accuracy, _ in runs)}


def remake():
    """Run all of them and store what they reached."""
    started = time.perf_counter()
    rows = [row_of(*setting) for setting in itertools.product(DEPTHS, NAMES, SCHEDULES, RATES)]
    write("schedules", rows, "python -m dlcourse.studies schedules", started)


def curve(depth, name, schedule):
    """The stored rows of one network, optimizer and schedule, in the order of the rates."""
    key = str(depth), name, schedule
    return [row for row in read("schedules") if (row["hidden_layers"], row["optimizer"], row["schedule"]) == key]
