"""Why this file exists: every few years somebody finds a better bend than the ReLU, and these have stayed.

Each could be composed of the operations in `ops.py`, and its slow form beside it is; the rule of its own spares several
passes over the array.
"""

import math

import numpy as np

from . import ops
from .tensor import op, slow_form


@op
def leaky_relu(a, *, negative_slope=0.01):
    """a where a > 0, else negative_slope a; at 0 the derivative is negative_slope, as in PyTorch.

    Source:  Maas et al. 2013.   Chapter: 2.
    """
    slope = np.where(a > 0, a.dtype.type(1), a.dtype.type(negative_slope))
    return a * slope, lambda g: (g * slope,)


@slow_form("leaky_relu")
def leaky_relu_by_steps(a, *, negative_slope=0.01):
    """The definition.   Chapter: 2."""
    return ops.where(a, negative_slope * a, condition=a.data > 0)


@op
def elu(a, *, alpha=1.0):
    """a where a > 0, else alpha (e^a - 1).   d elu(a) = da where a > 0, else alpha e^a da.

    Source:  Clevert et al. 2016, sec. 3.   Chapter: 2.
    """
    below = alpha * np.expm1(np.minimum(a, 0))
    return np.maximum(a, 0) + below, lambda g: (g * ((a > 0) + (a <= 0) * (below + alpha)),)


@slow_form("elu")
def elu_by_steps(a, *, alpha=1.0):
    """The definition.   Chapter: 2."""
    return ops.where(a, alpha * (a.exp() - 1), condition=a.data > 0)


@op
def silu(a):
    """a s(a), s the sigmoid.   d silu(a) = s (1 + a (1 - s)) da.

    Source:  Elfwing et al. 2018; Ramachandran et al. 2017, who call it Swish.   Chapter: 2.
    """
    s = ops.sigmoid.rule(a)[0]
    return a * s, lambda g: (g * (s * (1 + a * (1 - s))),)


@slow_form("silu")
def silu_by_steps(a):
    """The definition.   Chapter: 2."""
    return a * a.sigmoid()


HASTINGS = [-c / 2 for c in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)]


def normal_below(a):
    """P(a), how often a standard normal is below `a`, and e^(-a^2 / 2), which is found on the way.

    For float32 a polynomial of Hastings takes the place of erf: an error of 3e-7 at most, in a twentieth of the time,
    which otherwise is twice that of all other operations of a transformer block.

    Shapes:  a (...)  ->  (...), (...)
    Source:  Abramowitz and Stegun 1964, 7.1.26.   Chapter: 7.
    """
    e, t, middle = np.empty_like(a), np.empty_like(a), np.empty_like(a)
    np.multiply(a, a, out=e)
    e *= -0.5
    np.exp(e, out=e)
    if a.dtype != np.float32:
        return 0.5 * ops.erf.rule(a * math.sqrt(0.5))[0] + 0.5, e
    np.abs(a, out=t)
    t *= 0.3275911 * math.sqrt(0.5)
    t += 1
    np.divide(1, t, out=t)
    np.multiply(t, HASTINGS[0], out=middle)
    for coefficient in HASTINGS[1:]:
        middle += coefficient
        middle *= t
    middle *= e  # P(|a|) - 1
    middle += 0.5
    np.copysign(middle, a, out=middle)
    middle += 0.5
    return middle, e


@op
def gelu(a):
    """a P(a), where P(a) says how often a standard normal is below a.   d gelu(a) = (P + a P') da.

    Source:  Hendrycks and Gimpel 2016, sec. 2.   Chapter: 7.
    """
    below, e = normal_below(a)

    def vjp(g):
        d = a * e
        d *= 1 / math.sqrt(2 * math.pi)  # P' = e^(-a^2 / 2) / sqrt(2 pi)
        d += below
        d *= g
        return (d,)

    return a * below, vjp


@slow_form("gelu")
def gelu_by_steps(a):
    """The definition.   Chapter: 7."""
    return a * (1 + ops.erf(a / math.sqrt(2))) / 2


@op
def softplus(a, *, beta=1.0, threshold=20.0):
    """log(1 + e^(beta a)) / beta; where beta a > threshold `a` itself, as in PyTorch.   d softplus(a) = s(beta a) da.

    Source:  Dugas et al. 2001.   Chapter: 2.
    """
    far = beta * a > threshold
    y = np.where(far, a, np.logaddexp(0, beta * a) / beta)
    return y, lambda g: (g * (far + ~far * ops.sigmoid.rule(beta * a)[0]),)


@slow_form("softplus")
def softplus_by_steps(a, *, beta=1.0, threshold=20.0):
    """The definition; it overflows where beta a is large.   Chapter: 2."""
    return ops.where(a, ((beta * a).exp() + 1).log() / beta, condition=beta * a.data > threshold)
