"""Why this file exists: between backward and the step, gradients are sometimes too long, or wanted as one vector.

The names, arguments and defaults are those of torch.nn.utils.
"""

import math

import numpy as np

from .ops import cat, reshape
from .tensor import Tensor, as_array


def _gradients(parameters):
    parameters = [parameters] if isinstance(parameters, Tensor) else parameters
    return [p.grad for p in parameters if p.grad is not None]


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    """Shorten all gradients together, in place, so that their norm is at most max_norm. Returns the norm before.

    g = g min(1, max_norm / (norm + 1e-6)),  norm = (sum |g|^norm_type)^(1 / norm_type); the largest |g| if it is inf.

    Raises:  ValueError for a norm_type that is not positive; RuntimeError for a norm of inf or nan, if asked to.
    Source:  Pascanu et al. 2013, sec. 3.2.   Chapter: 3.   Twin: torch.nn.utils.clip_grad_norm_.
    """
    grads, norm_type = _gradients(parameters), float(norm_type)
    if not norm_type > 0:
        raise ValueError(f"norm_type expected a positive number or inf, got {norm_type}")
    if norm_type == math.inf:
        norm = float(np.max([np.abs(g).max(initial=0) for g in grads], initial=0))
    elif norm_type == 2:
        norm = math.sqrt(sum(float(np.vdot(g, g)) for g in grads))
    else:
        norm = sum(float((np.abs(g) ** norm_type).sum()) for g in grads) ** (1 / norm_type)
    if error_if_nonfinite and not math.isfinite(norm):
        raise RuntimeError(f"clip_grad_norm_ expected gradients with a finite norm, got {norm}: a smaller lr?")
    scale = max_norm / (norm + 1e-6)
    if not scale >= 1:  # smaller, or nan
        for g in grads:
            g *= scale
    return norm


def clip_grad_value_(parameters, clip_value):
    """Move each number of the gradients into [-clip_value, clip_value], in place.

    Chapter: 3.   Twin: torch.nn.utils.clip_grad_value_.
    """
    for g in _gradients(parameters):
        np.clip(g, -clip_value, clip_value, out=g)


def parameters_to_vector(parameters):
    """All parameters, one after the other, as one vector; it can be differentiated.

    Shapes:  any, any, ...  ->  (D,).   Chapter: 3.   Twin: torch.nn.utils.parameters_to_vector.
    """
    return cat(*(reshape(p, shape=(p.numel(),)) for p in parameters))


def vector_to_parameters(vec, parameters):
    """Copy a vector into parameters, in place and in the order of parameters_to_vector.

    Shapes:  vec (D,).   Raises:  ValueError unless the parameters have D numbers altogether.
    Chapter: 3.   Twin: torch.nn.utils.vector_to_parameters (which leaves out what is too much).
    """
    vector, parameters = as_array(vec), list(parameters)
    sizes = [p.numel() for p in parameters]
    if vector.shape != (sum(sizes),):
        raise ValueError(f"vector_to_parameters expected a vector of {sum(sizes)} numbers, got shape {vector.shape}")
    for p, part in zip(parameters, np.split(vector, np.cumsum(sizes)[:-1]), strict=True):
        p.data[...] = part.reshape(p.shape)
