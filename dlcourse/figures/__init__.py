"""Why this package exists: figures that answer back, on the website without a kernel and in a notebook with one.

Each figure is a Python class of a few lines and a script of plain modules beside it. `FIGURES` lists them all.
"""

from .backprop import Backprop
from .balance import Balance
from .base import Figure
from .board_game import BoardGame
from .budget import Budget
from .convolution_explorer import Convolution
from .find_glyphs import FindGlyphs
from .gates import Gates
from .latent import Latent
from .neuron import Neuron
from .playground import Playground
from .race import Race
from .read_digit import ReadDigit
from .sampler import Sampler
from .say_it import SayIt
from .ten_examples import TenExamples
from .translate import Translate
from .words import Words

FIGURES = {
    figure.script: figure
    for figure in (Neuron, Playground, Backprop, Race, Latent, Words, Convolution, ReadDigit, Gates, Sampler,
                   TenExamples, Budget, FindGlyphs, SayIt, Translate, Balance, BoardGame)
}

__all__ = [
    "Backprop", "Balance", "BoardGame", "Budget", "Convolution", "Figure", "FindGlyphs", "Gates", "Latent", "Neuron",
    "Playground", "Race", "ReadDigit", "Sampler", "SayIt", "TenExamples", "Translate", "Words",
]  # fmt: skip
