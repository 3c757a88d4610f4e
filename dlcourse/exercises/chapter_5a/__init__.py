"""Why this package exists: the exercises of lab 5a, in the order in which they stand in the notebook."""

from .finding import FINDING

EXERCISES = FINDING
