"""Experiments that take longer than a chapter may: functions, and beside each the table that it made.

A notebook runs one small honest version of an experiment; sweeps and tables over seeds are studied here once and read
from a CSV file, which says when, with which versions and by which command it was made. `make studies` makes all of
them again.
"""

from .table import minutes, read

__all__ = ["minutes", "read"]
