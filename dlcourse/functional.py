"""Why this file exists: the functions a model is written with, named as in torch.nn.functional.

Each is a primitive, a fused op or a composition. Every fused op has its slow form here, composed of simpler ones and
registered with @slow_form, so that the shortcut can be shown, and is tested, to be nothing but a shortcut.
"""

import numpy as np

from . import activation_ops, fused_ops, ops  # noqa: F401
from .ops import relu, sigmoid, tanh  # noqa: F401  (the same names in torch)
from .tensor import SLOW_FORMS, Tensor, as_array as _array, slow_form


# ---------------------------------------------------------------------------------------------- layers


def linear(x, weight, bias=None):
    """x W^T + b: every row of x through the same layer.

    Shapes:  x (..., D), weight (O, D), bias (O,)  ->  (..., O)
    Raises:  ValueError if the last axis of x is not D.
    Chapter: 1.   Twin: torch.nn.functional.linear.
    """
    D = weight.shape[-1]
    if not x.shape or x.shape[-1] != D:
        flat = len(x.shape) > 2 and np.prod(x.shape[1:]) == D
        raise ValueError(f"linear expected (..., {D}), got {x.shape}"
                         + (": flatten the images first, x.flatten(1)?" if flat else ""))
    return fused_ops.linear(x, weight) if bias is None else fused_ops.linear(x, weight, bias)


# ---------------------------------------------------------------------------------------------- softmax


def softmax(x, dim=-1):
    """e^x / sum(e^x) along `dim`: positive numbers that sum to 1.

    Shapes:  x (..., K)  ->  the same
    Source:  Goodfellow et al. 2016, eq. 6.29.   Chapter: 1.   Twin: torch.nn.functional.softmax.
    """
    return fused_ops.softmax(x, dim=dim)


def log_softmax(x, dim=-1):
    """The logarithm of softmax, without computing softmax first: log of a rounded 0 would be -inf.

    Shapes:  x (..., K)  ->  the same
    Source:  Goodfellow et al. 2016, eq. 6.30.   Chapter: 1.   Twin: torch.nn.functional.log_softmax.
    """
    return fused_ops.log_softmax(x, dim=dim)


# ---------------------------------------------------------------------------------------------- losses


def cross_entropy(logits, target):
    """The mean of -log softmax(logits)[target]: the negative log-likelihood of the labels, in nats.

    Shapes:  logits (N, K), target (N,) of integers from 0 to K - 1  ->  ()
    Raises:  ValueError for other shapes, TypeError unless the labels are integers, IndexError if one is out of range.
    Source:  Goodfellow et al. 2016, sec. 6.2.2.3.   Chapter: 1.   Twin: torch.nn.functional.cross_entropy.
    """
    target = _array(target)
    if len(logits.shape) != 2 or target.shape != logits.shape[:1]:
        hint = ": labels, not one-hot rows; target.argmax(1)?" if target.ndim == 2 else ""
        raise ValueError("cross_entropy expected logits (N, K) and target (N,), "
                         f"got {logits.shape} and {target.shape}{hint}")
    if target.dtype.kind not in "iu":
        raise TypeError(f"cross_entropy expected integer labels, got {target.dtype}: target.astype(int)?")
    K = logits.shape[1]
    if target.size == 0:
        raise ValueError("cross_entropy expected at least one example, got an empty batch")
    if target.min() < 0 or target.max() >= K:
        raise IndexError(f"cross_entropy expected labels from 0 to {K - 1}, got {target.min()} to {target.max()}: "
                         "does the last layer have one output per class?")
    return ops.cross_entropy(logits, target=target)


@slow_form("cross_entropy")
def cross_entropy_by_steps(logits, *, target):
    """Pick each label's log-probability and take the mean.   Shapes:  as cross_entropy.   Chapter: 1."""
    return -log_softmax(logits)[np.arange(len(target)), target].mean()


def binary_cross_entropy_with_logits(x, target):
    """The mean of -y log s(x) - (1 - y) log(1 - s(x)), s the sigmoid: cross-entropy for two classes, in nats.

    Shapes:  x and target alike, target from 0 to 1  ->  ()
    Raises:  ValueError if the shapes differ.
    Source:  Goodfellow et al. 2016, sec. 6.2.2.2.   Chapter: 1.
    Twin: torch.nn.functional.binary_cross_entropy_with_logits.
    """
    target = _array(target)
    if target.shape != x.shape:
        raise ValueError(f"binary_cross_entropy_with_logits expected a target of shape {x.shape}, got {target.shape}"
                         + (": logits.squeeze(1)?" if x.shape == (*target.shape, 1) else ""))
    return ops.binary_cross_entropy_with_logits(x, target=target.astype(x.dtype, copy=False))


@slow_form("binary_cross_entropy_with_logits")
def binary_cross_entropy_by_steps(x, *, target):
    """The definition, by way of the sigmoid.   Shapes:  as binary_cross_entropy_with_logits.   Chapter: 1."""
    s = sigmoid(x)
    return -(target * s.log() + (1 - target) * (1 - s).log()).mean()


def mse_loss(x, target):
    """The mean of (x - target)^2.

    Shapes:  x and target alike  ->  ()
    Raises:  ValueError if the shapes differ: (N, 1) minus (N,) would broadcast to (N, N).
    Source:  Goodfellow et al. 2016, sec. 5.1.4.   Chapter: 1.   Twin: torch.nn.functional.mse_loss.
    """
    if x.shape != target.shape:
        raise ValueError(f"mse_loss expected a target of shape {x.shape}, got {target.shape}: reshape one of the two?")
    return ((x - target) ** 2).mean()


def one_hot(target, num_classes):
    """Integers as rows with a single 1.

    Shapes:  target (N,)  ->  Tensor (N, num_classes) of integers
    Raises:  IndexError if a label is out of range.   Chapter: 1.   Twin: torch.nn.functional.one_hot.
    """
    target = _array(target)
    if target.size and (target.min() < 0 or target.max() >= num_classes):
        raise IndexError(f"one_hot expected labels from 0 to {num_classes - 1}, got {target.min()} to {target.max()}")
    return Tensor(np.eye(num_classes, dtype=np.int64)[target])
