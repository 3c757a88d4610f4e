"""Why this package exists: the exercises of chapter 8, in the order in which they stand in the notebook."""

from .adapting import ADAPTING
from .few_labels import FEW_LABELS
from .judging import JUDGING

EXERCISES = tuple(sorted(ADAPTING + FEW_LABELS + JUDGING, key=lambda exercise: int(exercise.number.split(".")[1])))
