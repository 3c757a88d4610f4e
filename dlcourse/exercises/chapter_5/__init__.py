"""Why this package exists: the exercises of chapter 5, in the order in which they stand in the notebook."""

from .losses import LOSSES
from .scores import SCORES
from .strings import STRINGS

EXERCISES = tuple(sorted(SCORES + LOSSES + STRINGS, key=lambda exercise: int(exercise.number.split(".")[1])))
