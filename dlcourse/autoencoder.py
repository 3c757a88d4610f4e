"""Why this file exists: a description of the data, shorter than the data, can be learned without a label.

PCA finds the best one that a matrix can give; autoencoders bend it, and the variational one makes it a probability.
"""

import math

import numpy as np

from . import nn
from .tensor import Tensor, as_array, default_generator


class PCA:
    """Principal components: the directions in which the rows of x vary most, found by the singular values.

    `components` (k, D) are orthonormal rows, `mean` (D,), `variances` (k,) what each component carries. With `whiten`
    every coordinate is divided by its standard deviation.

    Shapes:  fit: x (N, D);  transform: (N, D) -> (N, k);  inverse: (N, k) -> (N, D)
    Raises:  ValueError if k is more than the rows or columns can span, or if a direction without variance shall be
             whitened.
    Source:  Pearson 1901; Hotelling 1933.   Chapter: 4.   Twin: sklearn.decomposition.PCA.
    """

    def __init__(self, k, whiten=False):
        self.k, self.whiten = k, whiten

    def fit(self, x):
        """Find the components of x; returns self."""
        x = as_array(x)
        if not 1 <= self.k <= min(x.shape):
            raise ValueError(f"PCA expected k from 1 to {min(x.shape)} for {x.shape[0]} rows of {x.shape[1]} numbers, "
                             f"got {self.k}")
        self.mean = x.mean(axis=0)
        _, lengths, directions = np.linalg.svd(x - self.mean, full_matrices=False)  # longest first
        self.components, self.variances = directions[: self.k], lengths[: self.k] ** 2 / (len(x) - 1)
        if self.whiten and self.variances[-1] < 1e-20 * self.variances[0]:  # rounding errors, squared
            raise ValueError(f"PCA expected data that vary in {self.k} directions in order to whiten them, "
                             f"got {int((self.variances >= 1e-20 * self.variances[0]).sum())}: a smaller k?")
        self.scale = np.sqrt(self.variances) if self.whiten else np.ones(self.k)
        return self

    def transform(self, x):
        """The coordinates of x along the components."""
        return (as_array(x) - self.mean) @ self.components.T / self.scale

    def inverse(self, z):
        """The point that has the coordinates z and lies in the plane of the components."""
        return (as_array(z) * self.scale) @ self.components + self.mean


def mlp(*sizes, activation=nn.ReLU, last=None, rng=None):
    """Linear layers from size to size with an activation between each two, and `last` after them if it is given.

    Shapes:  (N, sizes[0])  ->  (N, sizes[-1]).   Chapter: 4.
    """
    layers = []
    for n_in, n_out in zip(sizes, sizes[1:], strict=False):
        layers += [nn.Linear(n_in, n_out, rng=rng), activation()]
    return nn.Sequential(*layers[:-1], *([] if last is None else [last()]))


class Autoencoder(nn.Module):
    """An encoder to few numbers and a decoder back: trained to return what it was given.

    Shapes:  x (N, D)  ->  (N, D), through encoder(x) (N, k).   Source: Hinton and Salakhutdinov 2006.   Chapter: 4.
    """

    def __init__(self, encoder, decoder):
        self.encoder, self.decoder = encoder, decoder

    def forward(self, x):
        return self.decoder(self.encoder(x))


class VAE(nn.Module):
    """A variational autoencoder: the encoder returns a normal distribution for each x, the decoder a mean for each z.

    The encoder returns 2k numbers, mean and logarithm of the variance; p(x | z) is normal about decoder(z) with
    standard deviation `sigma`; p(z) is the standard normal.

    Shapes:  x (N, D)  ->  decoded (N, D), mean (N, k), log_var (N, k);  elbo: x (N, D)  ->  (N,)
    Raises:  ValueError if sigma is not positive, or the encoder returns an odd number of outputs.
    Source:  Kingma and Welling 2014, sec. 2.3 and 3.   Chapter: 4.
    """

    def __init__(self, encoder, decoder, sigma=0.2):
        if not sigma > 0:
            raise ValueError(f"VAE expected a positive sigma, the deviation of the decoder's noise, got {sigma}")
        self.encoder, self.decoder, self.sigma = encoder, decoder, sigma

    def encode(self, x):
        """Mean and log variance of q(z | x), each (N, k)."""
        both = self.encoder(x)
        if both.shape[-1] % 2:
            raise ValueError(f"VAE expected 2k outputs of its encoder, k means and log variances, got {both.shape[-1]}")
        return both.chunk(2, dim=-1)

    def sample(self, mean, log_var, rng=None):
        """One z from each q(z | x): mean + exp(log_var / 2) * noise, so that gradients reach both."""
        noise = (rng or default_generator()).standard_normal(mean.shape)
        return mean + (log_var / 2).exp() * Tensor(noise.astype(mean.dtype))

    def forward(self, x, rng=None):
        mean, log_var = self.encode(x)
        return self.decoder(self.sample(mean, log_var, rng)), mean, log_var

    def elbo(self, x, rng=None, beta=1.0):
        """A lower bound on log p(x) for each row: one sample's log p(x | z), less beta times the divergence."""
        decoded, mean, log_var = self.forward(x, rng)
        fit = -((x - decoded) ** 2).sum(-1) / (2 * self.sigma**2)
        constant = x.shape[-1] * math.log(self.sigma * math.sqrt(2 * math.pi))
        return fit - constant - beta * divergence(mean, log_var)


def divergence(mean, log_var):
    """KL(N(mean, exp(log_var)) || N(0, 1)), summed over the k coordinates.

    (exp(log_var) + mean^2 - 1 - log_var) / 2

    Shapes:  mean and log_var (N, k)  ->  (N,).   Source: Kingma and Welling 2014, appendix B.   Chapter: 4.
    """
    return (log_var.exp() + mean**2 - 1 - log_var).sum(-1) / 2
