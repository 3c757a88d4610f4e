"""Why this package exists: data that is always there, with the split that every chapter uses.

What is embedded, from where and under which license stands in `LICENSE-DATA` beside this file.
"""

import dataclasses
import functools
import importlib.resources

import numpy as np

from ..tensor import get_default_dtype


@dataclasses.dataclass(frozen=True)
class Digits:
    """Handwritten digits, 8 x 8 pixels.   x (M, 64) from 0 to 1, y (M,) from 0 to 9.

    Slices of rows: `digits[:1000]`. Named parts: `fit` (rows 0-799) and `validation` (800-999) to choose settings with,
    `train` (0-999) to train the chosen model on, `test` (1000-1796) to look at once.
    """

    x: np.ndarray
    y: np.ndarray

    def __len__(self):
        return len(self.y)

    def __getitem__(self, rows):
        return Digits(self.x[rows], self.y[rows])

    @property
    def images(self):
        """The rows as pictures (M, 8, 8)."""
        return self.x.reshape(-1, 8, 8)

    @property
    def fit(self):
        return self[:800]

    @property
    def validation(self):
        return self[800:1000]

    @property
    def train(self):
        return self[:1000]

    @property
    def test(self):
        return self[1000:]


def load_digits():
    """The 1,797 handwritten digits that scikit-learn ships, in their order.

    The order matters: writers seem to come in blocks, so that the last 797 images are harder than a random 797. No
    writer labels are shipped with them, so this is called the ordered split, not a split by writers.

    Returns: Digits, x in the default dtype.
    Source:  Alpaydin and Kaynak 1998 (UCI Machine Learning Repository, CC BY 4.0).   Chapter: 1.
    """
    pixels, labels = _stored_digits()
    return Digits((pixels / 16).astype(get_default_dtype()), labels.astype(np.int64))


@functools.cache
def _stored_digits():
    path = importlib.resources.files(__package__) / "digits.npz"
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return stored["pixels"], stored["labels"]


def logic_gate(name):
    """The four corners of the unit square, labeled by a logical function.

    Returns: x (4, 2) and y (4,) of 0 and 1, in the default dtype and int64.
    Raises:  KeyError unless the name is AND, OR, NAND or XOR.   Chapter: 1.
    """
    tables = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0], "XOR": [0, 1, 1, 0]}
    if name not in tables:
        raise KeyError(f"logic_gate expected one of {list(tables)}, got {name!r}")
    return np.array([[0, 0], [0, 1], [1, 0], [1, 1]], get_default_dtype()), np.array(tables[name])
