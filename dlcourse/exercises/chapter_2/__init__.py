"""Why this package exists: the exercises of chapter 2, in the order in which they stand in the notebook."""

from .code import patient  # noqa: F401  (what Exercise 2.18 hands out)
from .deep import DEEP
from .norms import NORMS
from .starts import STARTS

EXERCISES = STARTS + NORMS + DEEP
