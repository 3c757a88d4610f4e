"""Why this file exists: a network's first weights decide whether it can learn at all, so each recipe has a name.

The names are those of torch.nn.init: a function ending in `_` fills a Tensor in place and returns it. Why the sizes are
what they are is derived in chapter 2; chapter 1 only needs them to be small, random and not all alike.
"""

import math

import numpy as np

from .tensor import default_generator

GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4}
GAINS |= {f"conv{kind}{d}d": 1.0 for kind in ("", "_transpose") for d in (1, 2, 3)}  # linear, too


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


def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, *, rng=None):
    """Normal with this mean and standard deviation, but only what falls between a and b.

    A uniform number between P(a) and P(b) is sent through the inverse of the normal distribution function P.

    Raises:  ValueError if nothing falls between a and b.   Chapter: 7.   Twin: torch.nn.init.trunc_normal_.
    """
    from scipy.special import ndtr, ndtri  # here, since it takes longer to import than the rest of the package

    low, high = ndtr((a - mean) / std), ndtr((b - mean) / std)
    if not low < high:
        raise ValueError(f"trunc_normal_ expected a < b within reach of the mean {mean}, got {a} and {b}")
    values = mean + std * ndtri((rng or default_generator()).uniform(low, high, tensor.shape))
    return _fill(tensor, np.clip(values, a, b))  # rounding may have gone beyond


def eye_(tensor):
    """1 on the diagonal, 0 elsewhere: as many inputs as possible pass unchanged.

    Raises:  ValueError unless there are two axes.   Chapter: 2.   Twin: torch.nn.init.eye_.
    """
    if len(tensor.shape) != 2:
        raise ValueError(f"eye_ expected a matrix, got {tensor.shape}")
    return _fill(tensor, np.eye(*tensor.shape))


def orthogonal_(tensor, gain=1.0, *, rng=None):
    """A random matrix with orthonormal rows, or columns if there are more rows, times `gain`: no length changes.

    The Q of the QR decomposition of a normal matrix, with the signs that make R's diagonal positive: without them not
    all orthogonal matrices would be equally likely.

    Shapes:  (O, D) or (O, ...), whose later axes count as one
    Raises:  ValueError for fewer than two axes.
    Source:  Saxe et al. 2014; Mezzadri 2007 (the signs).   Chapter: 2, 7.   Twin: torch.nn.init.orthogonal_.
    """
    if len(tensor.shape) < 2:
        raise ValueError(f"orthogonal_ expected a weight of two or more axes, got {tensor.shape}")
    if 0 in tensor.shape:
        return tensor
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    normal = (rng or default_generator()).normal(0, 1, (rows, columns))
    q, r = np.linalg.qr(normal if rows >= columns else normal.T)
    q *= np.sign(np.diag(r))
    return _fill(tensor, gain * (q if rows >= columns else q.T).reshape(tensor.shape))


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

    Source:  He et al. 2015, eqs. 10, 14 and 15.   Chapter: 2.   Twin: torch.nn.init.kaiming_uniform_.
    """
    bound = calculate_gain(nonlinearity, a) * math.sqrt(3 / _fan(tensor, mode))
    return uniform_(tensor, -bound, bound, rng=rng)


def kaiming_normal_(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu", *, rng=None):
    """Normal with variance gain^2 / fan, fan_in or fan_out; `a` is the slope of a leaky ReLU below 0.

    Source:  He et al. 2015, eqs. 10, 14 and 15.   Chapter: 2.   Twin: torch.nn.init.kaiming_normal_.
    """
    return normal_(tensor, 0, calculate_gain(nonlinearity, a) / math.sqrt(_fan(tensor, mode)), rng=rng)
