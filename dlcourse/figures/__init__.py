"""Why this package exists: figures that answer back, on the website without a kernel and in a notebook with one.

Each figure is a Python class of a few lines and a script of plain modules beside it. `FIGURES` lists them all.
"""

from .backprop import Backprop
from .base import Figure
from .budget import Budget
from .convolution_explorer import Convolution
from .gates import Gates
from .latent import Latent
from .neuron import Neuron
from .playground import Playground
from .race import Race
from .read_digit import ReadDigit
from .sampler import Sampler
from .ten_examples import TenExamples
from .words import Words

FIGURES = {
    figure.script: figure
    for figure in (Neuron, Playground, Backprop, Race, Latent, Words, Convolution, ReadDigit, Gates, Sampler,
                   TenExamples, Budget)
}

__all__ = [
    "Backprop", "Budget", "Convolution", "Figure", "Gates", "Latent", "Neuron", "Playground", "Race", "ReadDigit",
    "Sampler", "TenExamples", "Words",
]  # fmt: skip
