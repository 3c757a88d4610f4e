"""Why this package exists: the exercises of lab 5e, in the order in which they stand in the notebook."""

from .tasks import TASKS

EXERCISES = TASKS
