"""Why this package exists: the exercises of chapter 7, in the order in which they stand in the notebook."""

from .language import LANGUAGE
from .looking import LOOKING
from .memory import MEMORY

EXERCISES = tuple(sorted(MEMORY + LANGUAGE + LOOKING, key=lambda exercise: int(exercise.number.split(".")[1])))
