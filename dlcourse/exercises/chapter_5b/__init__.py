"""Why this package exists: the exercises of lab 5b, in the order in which they stand in the notebook."""

from .reading import READING

EXERCISES = READING
