"""Why this file exists: a network's first weights decide whether it can learn at all, so each recipe has a name.

The names are those of torch.nn.init: a function ending in `_` fills a Tensor in place and returns it. Why the sizes are
what they are is derived in chapter 2; chapter 1 only needs them to be small, random and not all alike.
"""

import math

import numpy as np

from .tensor import default_generator

GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2)}


def calculate_gain(nonlinearity, param=None):
    """The factor that makes up for what an activation does to the variance.

    Raises:  ValueError for an activation without a known gain.
    Chapter: 2.   Twin: torch.nn.init.calculate_gain.
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in GAINS:
        raise ValueError(f"calculate_gain expected one of {[*GAINS, 'leaky_relu']}, got {nonlinearity!r}")
    return GAINS[nonlinearity]


def fans(tensor):
    """How many inputs feed one output, and how many outputs one input feeds: (fan_in, fan_out).

    Shapes:  (O, D) or (O, C, *kernel)
    Raises:  ValueError for fewer than two axes.   Chapter: 2.
    """
    if len(tensor.shape) < 2:
        raise ValueError(f"fans expected a weight of two or more axes, got {tensor.shape}")
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def _fan(tensor, mode):
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f'mode expected "fan_in" or "fan_out", got {mode!r}')
    return fans(tensor)[mode == "fan_out"]


def _fill(tensor, values):
    tensor.data[...] = values
    return tensor


def constant_(tensor, val):
    """Every element becomes `val`.   Chapter: 1.   Twin: torch.nn.init.constant_."""
    return _fill(tensor, val)


def zeros_(tensor):
    """Every element becomes 0.   Chapter: 1.   Twin: torch.nn.init.zeros_."""
    return _fill(tensor, 0)


def ones_(tensor):
    """Every element becomes 1.   Chapter: 1.   Twin: torch.nn.init.ones_."""
    return _fill(tensor, 1)


def uniform_(tensor, a=0.0, b=1.0, *, rng=None):
    """Uniform between a and b.   Chapter: 1.   Twin: torch.nn.init.uniform_."""
    return _fill(tensor, (rng or default_generator()).uniform(a, b, tensor.shape))


def normal_(tensor, mean=0.0, std=1.0, *, rng=None):
    """Normal with this mean and standard deviation.   Chapter: 1.   Twin: torch.nn.init.normal_."""
    return _fill(tensor, (rng or default_generator()).normal(mean, std, tensor.shape))


def xavier_uniform_(tensor, gain=1.0, *, rng=None):
    """Uniform with variance 2 / (fan_in + fan_out), times gain^2.

    Source:  Glorot and Bengio 2010, eq. 16.   Chapter: 2.   Twin: torch.nn.init.xavier_uniform_.
    """
    bound = gain * math.sqrt(6 / np.sum(fans(tensor)))
    return uniform_(tensor, -bound, bound, rng=rng)


def xavier_normal_(tensor, gain=1.0, *, rng=None):
    """Normal with variance 2 / (fan_in + fan_out), times gain^2.

    Source:  Glorot and Bengio 2010, eq. 12.   Chapter: 2.   Twin: torch.nn.init.xavier_normal_.
    """
    return normal_(tensor, 0, gain * math.sqrt(2 / np.sum(fans(tensor))), rng=rng)


def kaiming_uniform_(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu", *, rng=None):
    """Uniform with variance gain^2 / fan, fan_in or fan_out; `a` is the slope of a leaky ReLU below 0.

    Source:  He et al. 2015, eq. 10 and 15.   Chapter: 2.   Twin: torch.nn.init.kaiming_uniform_.
    """
    bound = calculate_gain(nonlinearity, a) * math.sqrt(3 / _fan(tensor, mode))
    return uniform_(tensor, -bound, bound, rng=rng)


def kaiming_normal_(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu", *, rng=None):
    """Normal with variance gain^2 / fan, fan_in or fan_out; `a` is the slope of a leaky ReLU below 0.

    Source:  He et al. 2015, eq. 10 and 15.   Chapter: 2.   Twin: torch.nn.init.kaiming_normal_.
    """
    return normal_(tensor, 0, calculate_gain(nonlinearity, a) / math.sqrt(_fan(tensor, mode)), rng=rng)
