"""Why this package exists: figures that answer back, on the website without a kernel and in a notebook with one.

Each figure is a Python class of a few lines and a script of plain modules beside it. `FIGURES` lists them all.
"""

from .backprop import Backprop
from .base import Figure
from .convolution_explorer import Convolution
from .latent import Latent
from .neuron import Neuron
from .playground import Playground
from .race import Race
from .read_digit import ReadDigit
from .words import Words

FIGURES = {
    figure.script: figure
    for figure in (Neuron, Playground, Backprop, Race, Latent, Words, Convolution, ReadDigit)
}

__all__ = ["Backprop", "Convolution", "Figure", "Latent", "Neuron", "Playground", "Race", "ReadDigit", "Words"]
