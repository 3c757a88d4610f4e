"""Why this package exists: the exercises of lab 5f, in the order in which they stand in the notebook."""

from .exercises import ALL as EXERCISES

__all__ = ["EXERCISES"]
