"""Data that are always there, and real data when one wants them: `load("digits")`, `describe()`.

What is embedded, from where and under which license stands in `LICENSE-DATA` beside this file. Importing this package
reads no file and loads no library beside the engine's.
"""

from .base import Card, Catalog, DataError, Dataset, describe, load

# Each of these registers its data sets; `describe` lists them in this order.
from . import digits, glyphs, scenes  # noqa: F401  isort: skip
from . import reference, docstrings, speech, number_words  # noqa: F401  isort: skip
from . import series, play, toys, sequences, remote  # noqa: F401  isort: skip

# What works on the data: data.augment.Shift(2), data.tokenizers.BytePairTokenizer ...
from . import audio, augment, spectrogram, tokenizers  # noqa: F401  isort: skip

__all__ = ["Card", "Catalog", "DataError", "Dataset", "describe", "load"]
