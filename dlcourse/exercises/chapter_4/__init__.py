"""Why this package exists: the exercises of chapter 4, in the order in which they stand in the notebook."""

from .clouds import CLOUDS
from .directions import DIRECTIONS
from .neighbors import NEIGHBORS

EXERCISES = tuple(sorted(DIRECTIONS + CLOUDS + NEIGHBORS, key=lambda exercise: int(exercise.number.split(".")[1])))
