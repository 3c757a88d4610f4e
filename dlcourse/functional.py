"""Why this file exists: the functions a model is written with, named and ordered as in torch.nn.functional.

Each checks what it was given and hands it to an operation, or is a composition of some. Convolutions and losses have
files of their own and are found here as well. What an operation means step by step stands beside it, in SLOW_FORMS.
"""

import functools
import math

import numpy as np

from . import activation_ops, fused_ops, norm_ops, ops
from .activation_ops import silu  # noqa: F401  (the same names in torch)
from .arrays import ones
from .convolution import (  # noqa: F401
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    avg_pool1d,
    avg_pool2d,
    conv1d,
    conv2d,
    conv_transpose1d,
    conv_transpose2d,
    max_pool1d,
    max_pool2d,
    pad,
    unfold,
)
from .creation import as_floats
from .losses import (  # noqa: F401
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cosine_embedding_loss,
    cosine_similarity,
    cross_entropy,
    ctc_loss,
    huber_loss,
    info_nce,
    kl_div,
    l1_loss,
    mse_loss,
    nll_loss,
    nt_xent,
    one_hot,
    pairwise_distance,
    smooth_l1_loss,
    triplet_margin_loss,
)
from .ops import relu, sigmoid, tanh  # noqa: F401
from .tensor import SLOW_FORMS, Tensor, as_array, default_generator  # noqa: F401

# ---------------------------------------------------------------------------------------------- layers


def linear(x, weight, bias=None):
    """x W^T + b: every row of x through the same layer.

    If x was just looked up in a table of fewer rows than x has, the table is multiplied and the products are looked up:
    E[i] W^T = (E W^T)[i], the same numbers for a fraction of the work.

    Shapes:  x (..., D), weight (O, D), bias (O,)  ->  (..., O)
    Raises:  ValueError if the last axis of x is not D.
    Chapter: 1.   Twin: torch.nn.functional.linear.
    """
    parameters = (weight,) if bias is None else (weight, bias)
    if isinstance(x, Tensor) and x.op == "embedding" and x.parents:
        (table,), index = x.parents, x.options["index"]
        if len(table) < index.size:
            return fused_ops.embedding(fused_ops.linear(table, *parameters), index=index)
    try:
        return fused_ops.linear(x, *parameters)
    except (ValueError, IndexError):
        shape, D = np.shape(x), weight.shape[-1]
        if shape[-1:] == (D,):
            raise
        hint = ": flatten the images first, x.flatten(1)?" if len(shape) > 2 and math.prod(shape[1:]) == D else ""
        raise ValueError(f"linear expected (..., {D}), got {shape}{hint}") from None


def embedding(input, weight, padding_idx=None):
    """Rows of a table, one for each integer. The row `padding_idx` receives no gradient.

    Shapes:  input (...) of integers, weight (V, D)  ->  (..., D)
    Raises:  TypeError unless `input` holds integers, IndexError if one, or padding_idx, is no row of the table.
    Source:  Bengio et al. 2003, sec. 2.   Chapter: 4.   Twin: torch.nn.functional.embedding.
    """
    index, V = as_array(input), len(weight)
    if index.dtype.kind not in "iu":
        raise TypeError(f"embedding expected integers, got {index.dtype}: x.long(), or table and input exchanged?")
    if index.size and (index.min() < 0 or index.max() >= V):  # NumPy would count from the end, PyTorch refuses
        raise IndexError(f"embedding expected integers from 0 to {V - 1}, got {index.min()} to {index.max()}: "
                         "is the vocabulary larger than the table?")
    rows = fused_ops.embedding(weight, index=index)
    if padding_idx is None:
        return rows
    if not -V <= padding_idx < V:
        raise IndexError(f"embedding expected padding_idx from {-V} to {V - 1}, got {padding_idx}")
    padding = padding_idx % V
    return ops.where(rows, as_array(weight)[padding], condition=(index != padding)[..., None])  # a constant there


def dropout(x, p=0.5, training=True, *, rng=None):
    """In training, each number is 0 with probability p, else divided by 1 - p: its mean stays.

    Shapes:  x of any shape  ->  the same
    Raises:  ValueError unless p is from 0 to 1.
    Source:  Srivastava et al. 2014, sec. 4.   Chapter: 3.   Twin: torch.nn.functional.dropout.
    """
    return _drop(x, p, training, rng, x.shape)


def dropout1d(x, p=0.5, training=True, *, rng=None):
    """Dropout of whole channels: neighbors in time carry the same news.

    Shapes:  x (N, C, T)  ->  the same
    Raises:  ValueError for another number of axes, or unless p is from 0 to 1.
    Source:  Tompson et al. 2015, sec. 3.2.   Chapter: 6.   Twin: torch.nn.functional.dropout1d.
    """
    _expect_axes("dropout1d", x, "(N, C, T)")
    return _drop(x, p, training, rng, (*x.shape[:2], 1))


def dropout2d(x, p=0.5, training=True, *, rng=None):
    """Dropout of whole channels: neighboring pixels carry the same news.

    Shapes:  x (N, C, h, w)  ->  the same
    Raises:  ValueError for another number of axes, or unless p is from 0 to 1.
    Source:  Tompson et al. 2015, sec. 3.2.   Chapter: 6.   Twin: torch.nn.functional.dropout2d.
    """
    _expect_axes("dropout2d", x, "(N, C, h, w)")
    return _drop(x, p, training, rng, (*x.shape[:2], 1, 1))


def _expect_axes(name, x, axes):
    if len(x.shape) != axes.count(",") + 1:
        raise ValueError(f"{name} expected {axes}, got {x.shape}")


def _drop(x, p, training, rng, shape):
    if not 0 <= p <= 1:
        raise ValueError(f"dropout expected a probability p from 0 to 1, got {p}")
    if not training or p == 0:
        return x
    kept = (rng or default_generator()).random(shape, np.float32) >= p  # float32: half the time, and no matter
    x = as_floats(x)
    return ops.mul(x, kept * x.dtype.type(1 / (1 - p) if p < 1 else 0))


# ---------------------------------------------------------------------------------------------- activations


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
    return fused_ops.log_softmax(as_floats(x), dim=dim)


def leaky_relu(x, negative_slope=0.01):
    """x where x > 0, else negative_slope x: a neuron that is off still learns.

    Shapes:  x (...)  ->  the same
    Source:  Maas et al. 2013.   Chapter: 2.   Twin: torch.nn.functional.leaky_relu.
    """
    return activation_ops.leaky_relu(as_floats(x), negative_slope=negative_slope)


def elu(x, alpha=1.0):
    """x where x > 0, else alpha (e^x - 1).

    Shapes:  x (...)  ->  the same
    Source:  Clevert et al. 2016, sec. 3.   Chapter: 2.   Twin: torch.nn.functional.elu.
    """
    return activation_ops.elu(x, alpha=float(alpha))


def gelu(x, approximate="none"):
    """x P(x), with P(x) how often a standard normal is below x; "tanh": an approximation of P that needs no erf.

    Raises:  ValueError unless `approximate` is "none" or "tanh".
    Shapes:  x (...)  ->  the same
    Source:  Hendrycks and Gimpel 2016, sec. 2.   Chapter: 7.   Twin: torch.nn.functional.gelu.
    """
    if approximate == "none":
        return activation_ops.gelu(as_floats(x))
    if approximate != "tanh":
        raise ValueError(f'gelu expected approximate="none" or "tanh", got {approximate!r}')
    return ops.mul(0.5 * x, tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * (x * x * x))) + 1)


def softplus(x, beta=1.0, threshold=20.0):
    """log(1 + e^(beta x)) / beta, a smooth ReLU; where beta x > threshold it is x itself.

    Shapes:  x (...)  ->  the same
    Source:  Dugas et al. 2001.   Chapter: 2.   Twin: torch.nn.functional.softplus.
    """
    return activation_ops.softplus(x, beta=float(beta), threshold=float(threshold))


# ---------------------------------------------------------------------------------------------- normalization


def batch_norm(x, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    """Normalize each channel, by the moments of the batch in training and by the running ones in evaluation.

    In training the running moments move towards those of the batch, r <- (1 - momentum) r + momentum b, in place. The
    running variance is the unbiased one, with M - 1 for the M values of a channel, as in PyTorch.

    Shapes:  x (N, C, ...), all others (C,)  ->  as x
    Raises:  ValueError if C differs, if a channel has one value in training, or without running moments in evaluation.
    Source:  Ioffe and Szegedy 2015, alg. 1-2.   Chapter: 2.   Twin: torch.nn.functional.batch_norm.
    """
    if len(x.shape) < 2:
        raise ValueError(f"batch_norm expected (N, C, ...), got {x.shape}")
    x = as_floats(x)
    C, M = x.shape[1], math.prod(x.shape) // max(x.shape[1], 1)
    weight, bias = _scale_and_shift("batch_norm", x, (C,), weight, bias)
    running = [None if r is None else as_array(r) for r in (running_mean, running_var)]
    if any(r is not None and r.shape != (C,) for r in running):
        raise ValueError(f"batch_norm expected running moments of the {C} channels of {x.shape}, "
                         f"got {[r.shape for r in running if r is not None]}")
    if not training:
        if running_mean is None or running_var is None:
            raise ValueError("batch_norm expected running_mean and running_var in evaluation, got None: training=True?")
        return norm_ops.batch_norm(x, weight, bias, eps=eps, training=False, moments=np.array(running, x.dtype))
    if M == 1:
        raise ValueError("batch_norm expected more than one value per channel in training, "
                         f"got {x.shape}: a larger batch, or model.eval()?")
    moments = np.empty((2, C), x.dtype)
    y = norm_ops.batch_norm(x, weight, bias, eps=eps, training=True, moments=moments)
    if M:
        for r, observed in zip(running, (moments[0], moments[1] * (M / (M - 1))), strict=True):
            if r is not None:
                r += momentum * (observed - r)
    return y


def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Normalize the last axes of x, those of `normalized_shape`, to mean 0 and variance 1; then scale and shift.

    y = (x - mean) / sqrt(var + eps) * weight + bias          (biased variance)

    Shapes:  x (..., *normalized_shape), weight and bias of normalized_shape  ->  as x
    Raises:  ValueError if the last axes of x are others.
    Source:  Ba et al. 2016, eqs. 3-4.   Chapter: 2.   Twin: torch.nn.functional.layer_norm.
    """
    shape = tuple(normalized_shape)
    if not shape or tuple(x.shape[-len(shape):]) != shape:
        raise ValueError(f"layer_norm expected (..., {', '.join(map(str, shape))}), got {x.shape}")
    return norm_ops.layer_norm(x, *_scale_and_shift("layer_norm", x, shape, weight, bias), eps=eps)


def group_norm(x, num_groups, weight=None, bias=None, eps=1e-5):
    """Normalize `num_groups` groups of channels, each of them within each example; then scale and shift the channels.

    Shapes:  x (N, C, ...), weight and bias (C,)  ->  as x
    Raises:  ValueError if num_groups does not divide C, or if each group of each example has but one value and N is 1.
    Source:  Wu and He 2018, eqs. 1-2, 6-7.   Chapter: 6.   Twin: torch.nn.functional.group_norm.
    """
    if len(x.shape) < 2 or x.shape[1] % num_groups:
        raise ValueError(f"group_norm expected (N, C, ...) with C a multiple of {num_groups}, got {x.shape}")
    if math.prod(x.shape) == num_groups:
        raise ValueError(f"group_norm expected more than one value per group, got {x.shape} in {num_groups} groups")
    weight, bias = _scale_and_shift("group_norm", x, x.shape[1:2], weight, bias)
    return norm_ops.group_norm(x, weight, bias, num_groups=num_groups, eps=eps)


def _scale_and_shift(name, x, shape, weight, bias):
    """1 and 0 where no weight and no bias were given."""
    for given in (weight, bias):
        if given is not None and tuple(given.shape) != shape:
            raise ValueError(f"{name} of {x.shape} expected weight and bias {shape}, got {given.shape}")
    one = ones(math.prod(shape), x.dtype).reshape(shape)
    return one if weight is None else weight, one - 1 if bias is None else bias


def normalize(x, p=2.0, dim=1, eps=1e-12):
    """x / max(length, eps), the length being the p-norm along `dim`.

    Shapes:  x (..., D, ...)  ->  the same
    Chapter: 4.   Twin: torch.nn.functional.normalize.
    """
    if p == math.inf:
        length = ops.abs(x).amax(dim, keepdim=True)
    else:
        total = (ops.mul(x, x) if p == 2 else ops.abs(x) ** p).sum(dim, keepdim=True)
        found = total.data != 0  # NaN stays NaN; the root of 0 has no derivative; PyTorch takes it to be 0
        length = ops.where(ops.where(total, 1, condition=found) ** (1 / p), 0, condition=found)
    return ops.div(x, ops.clip(length, low=float(eps)))


# ---------------------------------------------------------------------------------------------- attention


@functools.lru_cache(maxsize=16)
def causal_mask(T, S, dtype):
    """0 where query t may look, at keys s <= t, and -inf where it may not.   Shapes:  (T, S).   Chapter: 7."""
    mask = np.triu(np.full((T, S), -np.inf, dtype), 1)
    mask.setflags(write=False)
    return mask


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, *, rng=None):
    """softmax(q k^T / sqrt(D) + mask) v: each query's mean of the values, weighted by how well the keys fit.

    `attn_mask` says by True where a query may look, or is a float that is added to the scores. A query that may look
    nowhere gets 0, as in PyTorch. `dropout_p` drops weights, whenever it is not 0: a module passes 0 in evaluation.

    Shapes:  query (..., T, D), key (..., S, D), value (..., S, O), attn_mask to broadcast with (..., T, S)
             ->  (..., T, O)
    Raises:  ValueError if the shapes do not fit, or for both a mask and is_causal.
    Source:  Vaswani et al. 2017, eq. 1.   Chapter: 7.   Twin: torch.nn.functional.scaled_dot_product_attention.
    """
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise ValueError("scaled_dot_product_attention expected query (..., T, D), key (..., S, D) and "
                         f"value (..., S, O), got {query.shape}, {key.shape} and {value.shape}")
    if attn_mask is not None and is_causal:
        raise ValueError("scaled_dot_product_attention expected attn_mask or is_causal=True, got both: "
                         "put -inf (or False) above the diagonal of the mask?")
    mask, blind = attn_mask, None
    if is_causal:
        mask = causal_mask(query.shape[-2], key.shape[-2], query.dtype)
    elif mask is not None and not getattr(mask, "requires_grad", False):
        mask = as_array(mask)
        mask = np.where(mask, 0, -np.inf).astype(query.dtype) if mask.dtype == bool else mask
        blind = np.isneginf(mask).all(axis=-1, keepdims=True)  # (..., T, 1)
        mask = np.where(blind, 0, mask) if blind.any() else mask
    if dropout_p or isinstance(mask, Tensor):
        scores = ops.matmul(query, ops.mul(key, 1 / math.sqrt(key.shape[-1])).transpose(-1, -2))  # (..., T, S)
        weights = softmax(scores if mask is None else scores + mask)
        y = ops.matmul(dropout(weights, dropout_p, rng=rng), value)
    else:
        y = fused_ops.attention(query, key, value, mask=mask)
    return ops.mul(y, ~blind) if blind is not None and blind.any() else y
