"""Why this file exists: every training step ends in a loss, so the frequent ones have a value and a rule of their own.

Softmax and logarithm, or sigmoid and logarithm, are taken together: faster, and nothing overflows. Beside each stands
its slow form, the equation as it is written. The checks of arguments, and all other losses, are in `losses.py`.
"""

import functools
import math

import numpy as np

from . import ops
from .arrays import ones
from .tensor import op, slow_form

TINY = float(np.float32(1e-12))  # PyTorch's smallest denominator, which it keeps in float32


def _reduced(losses, reduction, count):
    """All losses, their sum, or their sum divided by `count`."""
    if reduction == "none":
        return losses
    total = np.add.reduce(losses, axis=None)
    return total / (count or math.nan) if reduction == "mean" else total


def _reduced_by_steps(losses, reduction, count):
    """The same for Tensors."""
    if reduction == "none":
        return losses
    return losses.sum() / count if reduction == "mean" else losses.sum()


# ---------------------------------------------------------------------------------------------- classes


@functools.lru_cache(maxsize=64)
def _row_starts(N, K):
    """Where the rows of an (N, K) array begin in memory; read-only, since it is made once for all."""
    starts = np.arange(0, N * K, K)
    starts.setflags(write=False)
    return starts


def _shifted(logits):
    """The logits less a maximum, so that e^z cannot overflow; softmax does not change.

    The maximum of all numbers is found much faster than that of each row. Within 40 of it nothing vanishes, and the
    rounding of a loss in float32, 2e-7 with its own row's maximum, is 2e-6 at most.
    """
    if logits.size and (top := logits.max()) - logits.min() < 40:  # false for NaN, too
        return np.subtract(logits, top, order="C")
    return np.subtract(logits, np.maximum.reduce(logits, axis=1, keepdims=True), order="C")


@op
def cross_entropy(logits, *, target, weight=None, reduction="mean", label_smoothing=0.0):
    """-log softmax(logits)[target] of each row, times the weight of the row.   dlogits = softmax - one-hot.

    With smoothing e, the one-hot vector becomes (1 - e) one-hot + e / K. The mean divides by the sum of the weights.

    Shapes:  logits (N, K), target (N,) of integers, weight (N,)  ->  (), or (N,) if the reduction is "none"
    """
    N, K = logits.shape
    picked = _row_starts(N, K) + target  # places in the flattened array: a single index is quicker than a pair
    z = _shifted(logits)  # (N, K)
    e = np.exp(z)
    total = e.dot(ones(K, e.dtype))  # (N,)
    losses = np.log(total)
    losses -= (1 - label_smoothing) * z.reshape(-1)[picked]
    if label_smoothing:
        losses -= label_smoothing / K * z.dot(ones(K, z.dtype))
    count = N
    if weight is not None:
        losses[weight == 0] = 0  # also where the loss is infinite: an ignored row does not count
        losses *= weight
        count = float(weight.sum())

    def vjp(g):
        scale = g / (count or 1) if reduction == "mean" else g
        if weight is not None:
            scale = scale * weight
        d = e * (scale / total)[:, None]
        if label_smoothing:
            d -= label_smoothing / K * np.expand_dims(scale, -1)
        d.reshape(-1)[picked] -= (1 - label_smoothing) * scale
        return (d,)

    return _reduced(losses, reduction, count), vjp


@slow_form("cross_entropy")
def cross_entropy_by_steps(logits, *, target, weight=None, reduction="mean", label_smoothing=0.0):
    """Pick each label's log-probability and take the mean.   Shapes:  as cross_entropy.   Chapter: 1."""
    log_p = logits.log_softmax(-1)  # (N, K)
    losses = -log_p[np.arange(len(target)), target]  # (N,)
    if label_smoothing:
        losses = (1 - label_smoothing) * losses - label_smoothing * log_p.mean(1)
    if weight is None:
        return _reduced_by_steps(losses, reduction, len(target))
    return _reduced_by_steps(losses * weight, reduction, weight.sum())


# ---------------------------------------------------------------------------------------------- yes or no


@op
def binary_cross_entropy_with_logits(x, *, target, weight=None, reduction="mean", pos_weight=None):
    """-y log s(x) - (1 - y) log(1 - s(x)) = -log s(x) + (1 - y) x, s the sigmoid.   dx = s(x) - y.

    `pos_weight` multiplies the first term, `weight` both. The mean divides by the number of elements.

    Shapes:  x and target alike, the weights broadcast to them  ->  (), or as x if the reduction is "none"
    """
    losses = np.log1p(np.exp(-np.abs(x)))  # with max(-x, 0) it is -log s(x), without overflow
    if pos_weight is None:
        losses += np.maximum(x, 0)  # max(-x, 0) + x
        losses -= target * x
    else:
        losses += np.maximum(-x, 0)
        losses *= 1 + (pos_weight - 1) * target
        losses += (1 - target) * x
    if weight is not None:
        losses *= weight

    def vjp(g):
        s = ops.sigmoid.rule(x)[0]
        d = s - target if pos_weight is None else (1 - target) * s - pos_weight * target * (1 - s)
        if weight is not None:
            d *= weight
        return (d * (g / x.size if reduction == "mean" else g),)

    return _reduced(losses, reduction, x.size), vjp


@slow_form("binary_cross_entropy_with_logits")
def binary_cross_entropy_with_logits_by_steps(x, *, target, weight=None, reduction="mean", pos_weight=None):
    """The definition, by way of the sigmoid.   Shapes:  as binary_cross_entropy_with_logits.   Chapter: 1."""
    s = x.sigmoid()
    yes = target if pos_weight is None else pos_weight * target
    losses = -(yes * s.log() + (1 - target) * (1 - s).log())
    return _reduced_by_steps(losses if weight is None else losses * weight, reduction, losses.numel())


@op
def binary_cross_entropy(x, *, target, weight=None, reduction="mean"):
    """-y log x - (1 - y) log(1 - x).   dx = (x - y) / (x (1 - x)).

    As in PyTorch, a logarithm is at least -100 and the denominator at least TINY, so that x may be 0 or 1.

    Shapes:  x and target alike, weight broadcasts to them  ->  (), or as x if the reduction is "none"
    """
    with np.errstate(divide="ignore"):
        losses = (target - 1) * np.maximum(np.log1p(-x), -100) - target * np.maximum(np.log(x), -100)
    if weight is not None:
        losses *= weight

    def vjp(g):
        d = (g / x.size if reduction == "mean" else g) * (x - target) / np.maximum((1 - x) * x, TINY)
        return (d if weight is None else d * weight,)

    return _reduced(losses, reduction, x.size), vjp


@slow_form("binary_cross_entropy")
def binary_cross_entropy_by_steps(x, *, target, weight=None, reduction="mean"):
    """The definition, for 0 < x < 1.   Shapes:  as binary_cross_entropy.   Chapter: 1."""
    losses = -(target * x.log() + (1 - target) * (1 - x).log())
    return _reduced_by_steps(losses if weight is None else losses * weight, reduction, losses.numel())


# ---------------------------------------------------------------------------------------------- sequences


def _log_sum(*terms):
    """log(e^a + e^b + ...), elementwise; -inf where all are. np.logaddexp does it one by one, five times as slowly."""
    top = np.maximum(functools.reduce(np.maximum, terms), -1e30)  # finite, since inf - inf is no number
    total = functools.reduce(np.add, [np.exp(term - top) for term in terms])
    with np.errstate(divide="ignore"):
        return np.log(total) + top


@op
def ctc_loss(log_probs, *, targets, input_lengths, target_lengths, blank=0, zero_infinity=False):
    """-log of the summed probability of all paths that spell the target; a path names one class at each step.

    A path spells what is left when repetitions are merged and blanks dropped. It moves through 2 S + 1 states: the
    labels with blanks before, between and after. alpha(t, s) is the probability of all beginnings that are in state s
    at step t, beta(t, s) that of all endings after it (the paper's includes step t). Both are computed by recursion, as
    logarithms, for all examples and states at once.   dlog_probs[t, k] = -sum of alpha beta / p over the states of k.

    Shapes:  log_probs (T, N, K), targets (N, S) padded by labels, both lengths (N,)  ->  (N,)
    Source:  Graves et al. 2006, eqs. 6-8 (alpha) and 14-15 (the gradient).   Chapter: 5.
    """
    T, N, K = log_probs.shape
    dtype, rows, S = log_probs.dtype, np.arange(N), targets.shape[1]
    states = np.full((N, 2 * S + 1), blank)
    states[:, 1::2] = targets
    jump = np.full((N, 2 * S + 3), -np.inf, dtype)  # log 1 where state s may follow s - 2, else log 0
    jump[:, 1:-2:2][np.diff(targets, axis=1, prepend=-1) != 0] = 0
    to_end = 2 * target_lengths[:, None] - np.arange(-1, 2 * S + 1)  # before the first step a path is at s = -1
    end = np.where((to_end == 0) | (to_end == 1), 0.0, -np.inf).astype(dtype)  # the last label, or the blank after it
    emitted = log_probs[:, rows[:, None], states]  # (T, N, 2S + 1)

    alpha = np.full((T + 1, N, 2 * S + 3), -np.inf, dtype)  # [t + 1, n, s + 2]
    alpha[0, :, 1] = 0
    for t in range(T):
        before = _log_sum(alpha[t, :, 2:], alpha[t, :, 1:-1], alpha[t, :, :-2] + jump[:, :-2])  # stays, steps, jumps
        alpha[t + 1, :, 2:] = before + emitted[t]
    losses = -np.logaddexp.reduce(alpha[input_lengths, rows, 1:] + end, axis=1)  # (N,)
    possible = np.isfinite(losses)

    def vjp(g):
        minus_log_p = np.where(possible, losses, 0 if zero_infinity else np.nan)  # NaN as in PyTorch: there is no slope
        share = np.empty_like(emitted)  # of the paths that are in state s at step t
        ahead = np.full_like(alpha[0], -np.inf)  # [n, s]: beta of the step ahead times what is emitted there
        for t in reversed(range(T)):
            beta = _log_sum(ahead[:, :-2], ahead[:, 1:-1], ahead[:, 2:] + jump[:, 2:])
            beta = np.where((input_lengths == t + 1)[:, None], end[:, 1:], beta)
            share[t] = np.exp(alpha[t + 1, :, 2:] + beta + minus_log_p[:, None])
            ahead[:, :-2] = beta + emitted[t]
        of_class = np.eye(K, dtype=dtype)[states]  # (N, 2S + 1, K)
        return ((share.transpose(1, 0, 2) @ of_class * -g[:, None, None]).transpose(1, 0, 2),)

    return np.where(possible, losses, 0) if zero_infinity else losses, vjp


@slow_form("ctc_loss")
def ctc_loss_by_steps(log_probs, *, targets, input_lengths, target_lengths, blank=0, zero_infinity=False):
    """The recursion as it is written, one state at a time; the products underflow if there are many steps.

    Shapes:  as ctc_loss.   Source: Graves et al. 2006, eqs. 6-8.   Chapter: 5.
    """
    y, losses = log_probs.exp(), []  # (T, N, K)
    for n, (steps, length) in enumerate(zip(input_lengths, target_lengths, strict=True)):
        states = [blank]
        for label in targets[n, :length]:
            states += [label, blank]
        alpha = [0.0, 1.0] + [0.0] * len(states)  # alpha[s + 2], so that s - 2 exists; the start is at s = -1
        for t in range(steps):
            now = [0.0, 0.0]
            for s, label in enumerate(states):
                before = alpha[s + 2] + alpha[s + 1]
                if label != blank and (s == 1 or label != states[s - 2]):
                    before = before + alpha[s]
                now.append(before * y[t, n, label])
            alpha = now
        p = alpha[-1] + alpha[-2]
        losses.append(ops.mul(p, 0.0) if zero_infinity and float(p) == 0 else -ops.log(p))
    return ops.cat(*(loss.reshape(1) for loss in losses))
