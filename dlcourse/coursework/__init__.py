"""Why this package exists: an instructor assigns a chapter, and can trust the grades.

    python -m dlcourse.coursework           explains the commands

A notebook of an assignment needs `personal_numbers` and `dlcourse.coursework.checks`, and nothing else.
"""

from .personal import personal_numbers

__all__ = ["personal_numbers"]
