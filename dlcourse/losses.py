"""Why this file exists: what a network learns is decided by its loss, and these are the ones it is trained with.

Names, arguments and defaults are those of torch.nn.functional. `reduction` is "mean", "sum" or "none" (each example's
loss). A target may be an array. Not as in PyTorch: shapes must agree, and the mean over an empty batch is an error.
"""

import math

import numpy as np

from . import fused_ops, loss_ops, ops
from .tensor import Tensor, as_array, is_grad_enabled


def _tensor(x, like=None):
    """x as a Tensor; an array takes the type of `like`, so that float64 data leave a float32 network as it is."""
    return x if isinstance(x, Tensor) else Tensor(x if like is None else _constant(x, like))


def _constant(array, like):
    """Weights, and targets that are not differentiated, in the type of `like`."""
    if is_grad_enabled() and getattr(array, "requires_grad", False):
        raise TypeError("a loss expected weights, and targets of yes or no, without a gradient: target.detach()?")
    return None if array is None else as_array(array).astype(like.dtype, copy=False)


def _check_reduction(name, shape, reduction, known=("mean", "sum", "none")):
    if reduction not in known:
        raise ValueError(f'{name} expected a reduction out of {known}, got "{reduction}"')
    if reduction == "mean" and 0 in shape:
        raise ValueError(f"{name} expected at least one example, got an empty batch")


def _alike(name, x, target, weight=None, what="x"):
    """x as a Tensor, once it is sure that target and weight have its shape: (N, 1) - (N,) would become (N, N)."""
    x = _tensor(x)
    for role, shape in (("target", np.shape(target)), ("weight", x.shape if weight is None else np.shape(weight))):
        if shape != x.shape:
            hint = f", {what}.squeeze(1)" if x.shape == (*shape, 1) else ""
            raise ValueError(f"{name} expected a {role} of shape {x.shape}, got {shape}: reshape one of the two{hint}?")
    return x


def _reduce(name, losses, reduction, weight=None, count=None):
    """All losses, their sum, or their mean: the sum divided by `count`, by that of the weights, or by the number."""
    _check_reduction(name, losses.shape, reduction)
    if weight is not None:
        weight = _constant(weight, losses)
        losses, count = losses * weight, weight.sum()
    if reduction != "mean":
        return losses if reduction == "none" else losses.sum()
    total, count = losses.sum(), losses.numel() if count is None else float(count)
    return total / count if count else total + math.nan  # nothing counts: PyTorch's mean is NaN, its gradient is 0


# ---------------------------------------------------------------------------------------------- classes


def _label_shape(x):
    return x.shape[:1] + x.shape[2:] if len(x.shape) > 1 else ()


def _rows(x):
    """Classes last: (K,) -> (1, K), (N, K, ...) -> (M, K)."""
    if len(x.shape) == 2:
        return x
    dims = (0, *range(2, x.ndim), 1) if x.ndim > 1 else (0,)
    return ops.reshape(ops.permute(x, dims=dims), shape=(-1, x.shape[dims[-1]]))


def _labeled(name, x, target, weight, ignore_index, reduction):
    """x as rows (M, K), its labels (M,), their weights and which of them are not ignored; None stands for all ones."""
    if not x.shape or target.shape != _label_shape(x):
        hint = ": labels, not one-hot rows; target.argmax(1)?" if target.shape == x.shape and target.ndim == 2 else ""
        raise ValueError(f"{name} expected logits (N, K) and target (N,), got {x.shape} and {target.shape}{hint}")
    if target.dtype.kind not in "iu":
        raise TypeError(f"{name} expected integer labels, got {target.dtype}: target.astype(int)?")
    _check_reduction(name, target.shape, reduction)
    x, target, kept = _rows(x), target.reshape(-1).astype(np.int64, copy=False), None
    K = x.shape[1]
    if weight is not None and np.shape(weight) != (K,):
        raise ValueError(f"{name} expected a weight for each of the {K} classes, got shape {np.shape(weight)}")
    # Read as unsigned numbers, negative ones are huge: one look finds both kinds of error.
    if target.size and (0 <= ignore_index < K or target.view(np.uint64).max() >= K):
        kept = target != ignore_index
        target = np.where(kept, target, 0)
        low, high = target.min(), target.max()
        if low < 0 or high >= K:
            raise IndexError(f"{name} expected labels from 0 to {K - 1}, got {low} to {high}: "
                             "does the last layer have one output per class?")
    row_weight = None if weight is None else _constant(weight, x)[target]
    if kept is not None:
        row_weight = _constant(kept, x) if weight is None else row_weight * kept
    return x, target, row_weight, kept


def cross_entropy(logits, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """The mean of -log softmax(logits)[target]: the negative log-likelihood of the labels, in nats.

    `weight` is one number per class, and the mean is weighted; labels equal to `ignore_index` have weight 0. With
    smoothing e, the label has probability 1 - e, and e is spread evenly over all classes. The target may also hold
    probabilities: floats in the shape of the logits. Then the loss is -sum(target log softmax(logits)).

    Shapes:  logits (N, K), (K,) or (N, K, ...), target (N,), () or (N, ...) of integers from 0 to K - 1  ->  ()
    Raises:  ValueError for other shapes, TypeError unless the labels are integers, IndexError if one is out of range.
    Source:  Goodfellow et al. 2016, sec. 6.2.2.3; smoothing: Szegedy et al. 2016, sec. 7.
    Chapter: 1.   Twin: torch.nn.functional.cross_entropy.
    """
    labels, name = as_array(target), "cross_entropy"
    if labels.dtype.kind == "f" and labels.ndim and labels.shape == logits.shape:
        losses = _cross_entropy_of_probabilities(_rows(logits), _rows(_tensor(target, logits)), weight, label_smoothing)
        return _reduce(name, losses.reshape(_label_shape(logits)), reduction)
    rows, labels, row_weight, kept = _labeled(name, logits, labels, weight, ignore_index, reduction)
    if weight is None or not label_smoothing:
        losses = loss_ops.cross_entropy(rows, target=labels, weight=row_weight, reduction=reduction,
                                        label_smoothing=label_smoothing)
    else:
        p = Tensor(_constant(labels[:, None] == np.arange(rows.shape[1]), rows))
        losses = _cross_entropy_of_probabilities(rows, p, weight, label_smoothing)
        losses = _reduce(name, losses if kept is None else losses * kept, reduction, count=row_weight.sum())
    return losses.reshape(_label_shape(logits)) if reduction == "none" else losses


def _cross_entropy_of_probabilities(rows, p, weight, label_smoothing):
    p = p * (1 - label_smoothing) + label_smoothing / rows.shape[1]
    return -(fused_ops.log_softmax(rows, dim=1) * (p if weight is None else p * _constant(weight, p))).sum(1)  # (M,)


def nll_loss(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    """The mean of -log_probs[target]: cross_entropy, if the logarithms of probabilities are there already.

    Shapes:  log_probs (N, K), (K,) or (N, K, ...), target (N,), () or (N, ...) of integers from 0 to K - 1  ->  ()
    Raises:  as cross_entropy.   Chapter: 1.   Twin: torch.nn.functional.nll_loss.
    """
    rows, labels, row_weight, _ = _labeled("nll_loss", log_probs, as_array(target), weight, ignore_index, reduction)
    losses = -ops.getitem(rows, index=(np.arange(len(labels)), labels))
    if row_weight is not None:  # an ignored row may be infinite
        losses = ops.where(losses, 0.0, condition=row_weight != 0)
    losses = _reduce("nll_loss", losses, reduction, row_weight)
    return losses.reshape(_label_shape(log_probs)) if reduction == "none" else losses


def binary_cross_entropy_with_logits(x, target, weight=None, reduction="mean", pos_weight=None):
    """The mean of -y log s(x) - (1 - y) log(1 - s(x)), s the sigmoid: cross-entropy for two classes, in nats.

    `pos_weight` multiplies the first term: positives count more if it is above 1. `weight` multiplies both.

    Shapes:  x and target alike, target from 0 to 1, weights that broadcast to it  ->  ()
    Raises:  ValueError if the shapes differ.   Source: Goodfellow et al. 2016, sec. 6.2.2.2.
    Chapter: 1.   Twin: torch.nn.functional.binary_cross_entropy_with_logits.
    """
    x = _alike("binary_cross_entropy_with_logits", x, target, what="logits")
    _check_reduction("binary_cross_entropy_with_logits", x.shape, reduction)
    return loss_ops.binary_cross_entropy_with_logits(x, target=_constant(target, x), weight=_constant(weight, x),
                                                     reduction=reduction, pos_weight=_constant(pos_weight, x))


def binary_cross_entropy(x, target, weight=None, reduction="mean"):
    """The mean of -y log x - (1 - y) log(1 - x), for probabilities x. From logits, the function above is more exact.

    Shapes:  x and target alike, weight broadcasts to them  ->  ().   Raises: ValueError else, or if x is not in [0, 1].
    Source:  Goodfellow et al. 2016, sec. 6.2.2.2.   Chapter: 1.   Twin: torch.nn.functional.binary_cross_entropy.
    """
    x = _alike("binary_cross_entropy", x, target)
    _check_reduction("binary_cross_entropy", x.shape, reduction)
    if not ((x.data >= 0) & (x.data <= 1)).all():
        raise ValueError(f"binary_cross_entropy expected probabilities from 0 to 1, got {x.data.min():.4g} to "
                         f"{x.data.max():.4g}: are these logits? Then binary_cross_entropy_with_logits")
    return loss_ops.binary_cross_entropy(x, target=_constant(target, x), weight=_constant(weight, x),
                                         reduction=reduction)


def kl_div(x, target, reduction="mean", log_target=False):
    """target (log target - x), for x the logarithms of probabilities: the divergence of x from the target, if summed.

    A word of warning: the default mean divides by the number of all elements, as PyTorch's does, and is no divergence.
    Write reduction="batchmean": the sum, divided by N. `log_target` says that the target, too, holds logarithms.

    Shapes:  x and target alike, (N, ...)  ->  ().   Raises: ValueError if they differ.
    Source:  Goodfellow et al. 2016, eq. 3.50.   Chapter: 4.   Twin: torch.nn.functional.kl_div.
    """
    x = _alike("kl_div", x, target)
    _check_reduction("kl_div", x.shape, reduction, ("mean", "sum", "none", "batchmean"))
    target = _tensor(target, x)
    if log_target:
        losses = target.exp() * (target - x)
    else:  # 0 log 0 is 0
        losses = target * (ops.where(target, 1.0, condition=target.data > 0).log() - x)
    return losses.sum() / len(x) if reduction == "batchmean" else _reduce("kl_div", losses, reduction)


def one_hot(target, num_classes=-1):
    """Integers as rows with a single 1; without `num_classes`, as many as the largest integer asks for.

    Shapes:  target (...)  ->  Tensor (..., num_classes) of integers
    Raises:  IndexError if a label is out of range.   Chapter: 1.   Twin: torch.nn.functional.one_hot.
    """
    target = as_array(target)
    K = int(target.max()) + 1 if num_classes == -1 else num_classes
    if target.size and (target.min() < 0 or target.max() >= K):
        raise IndexError(f"one_hot expected labels from 0 to {K - 1}, got {target.min()} to {target.max()}")
    return Tensor(np.eye(K, dtype=np.int64)[target])


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    """-log of the probability that the outputs spell the target, whenever its labels are spoken.

    All ways are summed that give the target when repetitions are merged and blanks dropped. The mean is that of the
    losses divided by the lengths of their targets. An input too short for its target has the loss inf, which
    `zero_infinity` replaces by 0. PyTorch's gradient presumes a log_softmax before it, where the two are the same.

    Shapes:  log_probs (T, N, K) or (T, K), targets (N, S), (S,) or all in a row, lengths (N,) or ()  ->  ()
    Raises:  ValueError for lengths or labels out of range.
    Source:  Graves et al. 2006, sec. 3 and 4.   Chapter: 5.   Twin: torch.nn.functional.ctc_loss.
    """
    log_probs, targets = _tensor(log_probs), as_array(targets)
    if single := (log_probs.ndim == 2):
        log_probs, targets = log_probs.reshape(len(log_probs), 1, -1), targets.reshape(1, -1)
    T, N, K = log_probs.shape
    _check_reduction("ctc_loss", (N,), reduction)
    inputs, lengths = (np.asarray(as_array(given), int).reshape(-1) for given in (input_lengths, target_lengths))
    for role, found, most in (("input_lengths", inputs, T), ("target_lengths", lengths, targets.shape[-1])):
        if found.shape != (N,) or found.min(initial=0) < 0 or found.max(initial=0) > most:
            raise ValueError(f"ctc_loss expected {N} {role} from 0 to {most}, got {found.tolist()}")
    if targets.shape not in ((N, targets.shape[-1]), (lengths.sum(),)):
        raise ValueError(f"ctc_loss expected targets ({N}, S) or ({lengths.sum()},), got {targets.shape}")
    spoken = np.arange(lengths.max(initial=0)) < lengths[:, None]  # (N, S)
    padded = np.full(spoken.shape, blank)
    padded[spoken] = targets if targets.ndim == 1 else targets[:, : spoken.shape[1]][spoken]
    if ((padded < 0) | (padded >= K) | spoken & (padded == blank)).any():
        raise ValueError(f"ctc_loss expected labels from 0 to {K - 1} without the blank {blank}, got {padded.tolist()}")
    losses = loss_ops.ctc_loss(log_probs, targets=padded, input_lengths=inputs, target_lengths=lengths, blank=blank,
                               zero_infinity=zero_infinity)  # (N,)
    losses = losses / np.maximum(lengths, 1) if reduction == "mean" else losses
    return losses.reshape(()) if single and reduction == "none" else _reduce("ctc_loss", losses, reduction)


# ---------------------------------------------------------------------------------------------- numbers


def mse_loss(x, target, reduction="mean", weight=None):
    """The mean of (x - target)^2.

    Shapes:  x, target and weight alike  ->  ().   Raises: ValueError else: (N, 1) - (N,) would broadcast to (N, N).
    Source:  Goodfellow et al. 2016, sec. 5.1.4.   Chapter: 1.   Twin: torch.nn.functional.mse_loss.
    """
    return _reduce("mse_loss", (_alike("mse_loss", x, target, weight) - target) ** 2, reduction, weight)


def l1_loss(x, target, reduction="mean", weight=None):
    """The mean of |x - target|.   Shapes:  as mse_loss.   Chapter: 1.   Twin: torch.nn.functional.l1_loss."""
    return _reduce("l1_loss", (_alike("l1_loss", x, target, weight) - target).abs(), reduction, weight)


def huber_loss(x, target, reduction="mean", delta=1.0, weight=None):
    """d^2 / 2 for distances d = |x - target| up to delta, beyond that the straight line delta (d - delta / 2).

    Shapes:  as mse_loss; but a weighted mean divides by the number of elements, as PyTorch's.
    Source:  Huber 1964.   Chapter: 5.   Twin: torch.nn.functional.huber_loss.
    """
    d = (_alike("huber_loss", x, target, weight) - target).abs()
    near = ops.clip(d, high=float(delta))
    losses = near * (d - 0.5 * near)
    return _reduce("huber_loss", losses if weight is None else losses * _constant(weight, d), reduction)


def smooth_l1_loss(x, target, reduction="mean", beta=1.0):
    """huber_loss / beta: slope 1 far away, however narrow the bend; l1_loss for beta 0.

    Shapes:  as mse_loss.   Source: Girshick 2015, eq. 3.   Chapter: 5.   Twin: torch.nn.functional.smooth_l1_loss.
    """
    return huber_loss(x, target, reduction, beta) / beta if beta else l1_loss(x, target, reduction)


# ---------------------------------------------------------------------------------------------- representations


def _unit(x, dim, eps):
    """x / |x|; a length below eps counts as eps."""
    return x / ops.clip((x * x).sum(dim, keepdim=True), low=float(eps * eps)).sqrt()


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """The cosine of the angle between vectors: x1 x2 / (|x1| |x2|).

    Shapes:  x1, x2 (..., D, ...), D at `dim`  ->  (...).   Chapter: 4.   Twin: torch.nn.functional.cosine_similarity.
    """
    x1, x2 = _tensor(x1), _tensor(x2, x1)
    axes = max(x1.ndim, x2.ndim)
    return (_unit(x1, dim % axes - axes, eps) * _unit(x2, dim % axes - axes, eps)).sum(dim)


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """|x1 - x2 + eps|, by the norm (sum |d|^p)^(1/p), or the largest |d| if p is math.inf.

    Shapes:  x1 and x2 (..., D)  ->  (...).   Chapter: 4.   Twin: torch.nn.functional.pairwise_distance.
    """
    d = (_tensor(x1) - x2 + eps).abs()
    if p in (2, math.inf):  # of d = 0, too, norm has a slope: 0
        return d.norm(dim=-1, keepdim=keepdim) if p == 2 else d.amax(-1, keepdim)
    return (d**p).sum(-1, keepdim) ** (1 / p)


def cosine_embedding_loss(x1, x2, target, margin=0.0, reduction="mean"):
    """1 - cos(x1, x2) for pairs that belong together (target 1), max(0, cos(x1, x2) - margin) for others (target -1).

    Shapes:  x1 and x2 (N, D) or (D,), target (N,) or () of 1 and -1  ->  ()
    Chapter: 4.   Twin: torch.nn.functional.cosine_embedding_loss.
    """
    x1, x2, target = _tensor(x1), _tensor(x2, x1), as_array(target)
    tiny = loss_ops.TINY  # cosine_similarity treats very short vectors otherwise, as in PyTorch
    cosine = (x1 * x2).sum(-1) / (((x1 * x1).sum(-1) + tiny) * ((x2 * x2).sum(-1) + tiny)).sqrt()
    _alike("cosine_embedding_loss", cosine, target)
    losses = ops.where(1 - cosine, ops.clip(cosine - margin, low=0.0), condition=target == 1)
    return _reduce("cosine_embedding_loss", losses, reduction)


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"):
    """max(0, margin + |anchor - positive| - |anchor - negative|): the positive shall be nearer, by `margin`.

    With `swap`, the negative's distance is the smaller of those to the anchor and to the positive.
    Shapes:  three times (..., D)  ->  ().   Source: Schroff et al. 2015, sec. 3.1; Balntas et al. 2016.
    Chapter: 4.   Twin: torch.nn.functional.triplet_margin_loss.
    """
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = ops.minimum(far, pairwise_distance(_tensor(positive, far), negative, p, eps))
    losses = ops.clip(pairwise_distance(anchor, positive, p, eps) - far + margin, low=0.0)
    return _reduce("triplet_margin_loss", losses, reduction)


def info_nce(query, key, temperature=0.1):
    """Which key belongs to which query? The cross-entropy of their cosines / temperature; row i's answer is i.

    Shapes:  query and key (N, D)  ->  ().   Source: van den Oord et al. 2018, eq. 4, by cosines.   Chapter: 4.
    """
    query = _alike("info_nce", query, key)
    similarities = _unit(query, -1, 1e-8) @ _unit(_tensor(key, query), -1, 1e-8).T  # (N, N)
    return cross_entropy(similarities / temperature, np.arange(len(query)))


def nt_xent(z1, z2, temperature=0.5):
    """Each of the 2 N views finds its partner among the 2 N - 1 others, by the cosine / temperature.

    Shapes:  z1 and z2 (N, D), row i of both for one example  ->  ().   Source: Chen et al. 2020, eq. 1.   Chapter: 4.
    """
    N = len(_alike("nt_xent", z1, z2))
    unit = _unit(ops.cat(z1, z2, dim=0), -1, 1e-8)  # (2N, D)
    similarities = ops.where(unit @ unit.T / temperature, -np.inf, condition=~np.eye(2 * N, dtype=bool))  # (2N, 2N)
    return cross_entropy(similarities, np.roll(np.arange(2 * N), N))
