"""Why this file exists: Sequential takes modules, so each bend of a neuron is one, too.

They own no parameters; what they compute stands in functional.py. `inplace=True` is accepted, since models written for
PyTorch say it, and changes nothing here: no operation writes into its input.
"""

from . import functional as F
from .modules import Module


class _Inplace(Module):
    """What ReLU, LeakyReLU, ELU and SiLU share: they print `inplace` if it was asked for."""

    def __init__(self, inplace=False):
        self.inplace = inplace

    def extra_repr(self):
        return ", ".join([*self._options(), *["inplace=True"] * self.inplace])

    def _options(self):
        return []


class ReLU(_Inplace):
    """max(x, 0), elementwise.

    Source:  Nair and Hinton 2010; Glorot et al. 2011.   Chapter: 1.   Twin: torch.nn.ReLU.
    """

    def forward(self, x):
        return F.relu(x)


class LeakyReLU(_Inplace):
    """x where x > 0, else negative_slope x.

    Source:  Maas et al. 2013.   Chapter: 2.   Twin: torch.nn.LeakyReLU.
    """

    def __init__(self, negative_slope=0.01, inplace=False):
        self.negative_slope, self.inplace = negative_slope, inplace

    def forward(self, x):
        return F.leaky_relu(x, self.negative_slope)

    def _options(self):
        return [f"negative_slope={self.negative_slope}"]


class ELU(_Inplace):
    """x where x > 0, else alpha (e^x - 1).

    Source:  Clevert et al. 2016, sec. 3.   Chapter: 2.   Twin: torch.nn.ELU.
    """

    def __init__(self, alpha=1.0, inplace=False):
        self.alpha, self.inplace = alpha, inplace

    def forward(self, x):
        return F.elu(x, self.alpha)

    def _options(self):
        return [f"alpha={self.alpha}"]


class SiLU(_Inplace):
    """x s(x), s the sigmoid.

    Source:  Elfwing et al. 2018; Ramachandran et al. 2017, as Swish.   Chapter: 2.   Twin: torch.nn.SiLU.
    """

    def forward(self, x):
        return F.silu(x)


class GELU(Module):
    """x P(x), with P(x) how often a standard normal is below x; approximate="tanh" needs no erf.

    Source:  Hendrycks and Gimpel 2016, sec. 2.   Chapter: 7.   Twin: torch.nn.GELU.
    """

    def __init__(self, approximate="none"):
        self.approximate = approximate

    def forward(self, x):
        return F.gelu(x, self.approximate)

    def extra_repr(self):
        return f"approximate={self.approximate!r}"


class Softplus(Module):
    """log(1 + e^(beta x)) / beta, a smooth ReLU; where beta x > threshold it is x itself.

    Source:  Dugas et al. 2001.   Chapter: 2.   Twin: torch.nn.Softplus.
    """

    def __init__(self, beta=1.0, threshold=20.0):
        self.beta, self.threshold = beta, threshold

    def forward(self, x):
        return F.softplus(x, self.beta, self.threshold)

    def extra_repr(self):
        return f"beta={self.beta}, threshold={self.threshold}"


class Tanh(Module):
    """The hyperbolic tangent, elementwise.   Chapter: 1.   Twin: torch.nn.Tanh."""

    def forward(self, x):
        return F.tanh(x)


class Sigmoid(Module):
    """1 / (1 + e^-x), elementwise.   Chapter: 1.   Twin: torch.nn.Sigmoid."""

    def forward(self, x):
        return F.sigmoid(x)


class Softmax(Module):
    """Positive numbers that sum to 1 along `dim`.   Chapter: 1.   Twin: torch.nn.Softmax."""

    def __init__(self, dim=-1):
        self.dim = dim

    def forward(self, x):
        return F.softmax(x, self.dim)

    def extra_repr(self):
        return f"dim={self.dim}"


class LogSoftmax(Softmax):
    """The logarithm of softmax along `dim`.   Chapter: 1.   Twin: torch.nn.LogSoftmax."""

    def forward(self, x):
        return F.log_softmax(x, self.dim)
