"""Why this package exists: the exercises of chapter 3, in the order in which they stand in the notebook."""

from .gradients import GRADIENTS
from .runs import RUNS
from .steps import STEPS

EXERCISES = tuple(sorted(GRADIENTS + STEPS + RUNS, key=lambda exercise: int(exercise.number.split(".")[1])))
