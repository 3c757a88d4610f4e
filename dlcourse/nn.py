"""Why this file exists: `from dlcourse import nn` is to read as `from torch import nn`."""

# ruff: noqa: F401, I001  (a face is names and nothing else; one a line would hide which belong together)

import sys

from . import functional, gradients as utils, init
from .modules import Dropout, Embedding, Flatten, Identity, Linear, Module, Parameter, Unflatten
from .containers import ModuleDict, ModuleList, Sequential
from .activations import ELU, GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh
from .criteria import (BCELoss, BCEWithLogitsLoss, CosineEmbeddingLoss, CosineSimilarity, CrossEntropyLoss, CTCLoss,
                       HuberLoss, KLDivLoss, L1Loss, MSELoss, NLLLoss, SmoothL1Loss, TripletMarginLoss)
from .norms import BatchNorm1d, BatchNorm2d, GroupNorm, LayerNorm
from .cnn import (AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool1d, AvgPool2d, Conv1d, Conv2d,
                  ConvTranspose1d, ConvTranspose2d, MaxPool1d, MaxPool2d)
from .rnn import GRU, LSTM, RNN, GRUCell, LSTMCell, RNNCell
from .attention import MultiheadAttention, TransformerEncoder, TransformerEncoderLayer

__all__ = [name for name in globals() if name[0] != "_" and name != "sys"]

# nn is a file and no folder: what looks like a file in it is found here.
sys.modules.update({f"{__name__}.{name}": globals()[name] for name in ("functional", "init", "utils")})
