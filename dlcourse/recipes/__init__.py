"""What the course needs and no chapter teaches: running notebooks, serving the website, the repository's address.

No chapter imports from here. Every module is also a command, `python -m dlcourse.recipes.NAME`, and the Makefile
gives each a short name. They work inside a clone of the repository, not inside an installed wheel.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Numbers are compared to the letter, so a sum must be added up in the same order everywhere: on one thread.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# A progress bar, which appears only where a training happens to take long, would be stored like any other output.
FOR_NOTEBOOKS = ONE_THREAD | {"TQDM_DISABLE": "1"}


def notebook_paths(root=ROOT):
    """Every notebook of the course in the order of reading: the labs of chapter 5 use all chapters and come last."""
    return sorted((root / "notebooks").glob("*.ipynb"), key=lambda path: (is_lab(path), path))


def coursework_paths(root=ROOT):
    """The source of every assignment."""
    return sorted((root / "notebooks" / "coursework" / "source").glob("*/*.ipynb"))


def is_lab(path):
    """Whether a notebook is a lab of chapter 5: "05a_computer_vision.ipynb"."""
    return re.match(r"05[a-f]_", path.name) is not None
