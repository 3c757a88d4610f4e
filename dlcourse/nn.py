"""Why this file exists: `from dlcourse import nn` is to read as `from torch import nn`."""

from . import functional, init
from .modules import (
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    Flatten,
    Identity,
    Linear,
    Module,
    MSELoss,
    Parameter,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
)

__all__ = ["BCEWithLogitsLoss", "CrossEntropyLoss", "Flatten", "Identity", "Linear", "MSELoss", "Module", "Parameter",
           "ReLU", "Sequential", "Sigmoid", "Softmax", "Tanh", "functional", "init"]
