"""Why this file exists: a network that has learned needs far fewer bytes than its training did.

Three ways to make it small: leave weights out, write each weight with fewer bits, teach a smaller network. What is
lost is for the chapter to measure.
"""

import math

import numpy as np

from . import functional as F
from .tensor import as_array


def weight_matrices(model):
    """The weights that can be made small, by name: matrices and kernels, not the biases and norms, which are few."""
    return {name: p for name, p in model.named_parameters() if p.ndim > 1}


# ---------------------------------------------------------------------------------------------- pruning


def magnitude_masks(model, share):
    """Which weights to keep if the smallest `share` of them, all layers taken together, is left out.

    Returns: {name: booleans in the shape of the weight}
    Raises:  ValueError unless 0 <= share < 1.
    Source:  Han et al. 2015, sec. 3.   Chapter: 6.
    """
    if not 0 <= share < 1:
        raise ValueError(f"magnitude_masks expected a share from 0 to less than 1, got {share}: 0.9 leaves out 90 %")
    sizes = {name: np.abs(p.data) for name, p in weight_matrices(model).items()}
    ordered = np.sort(np.concatenate([size.ravel() for size in sizes.values()]))
    smallest = ordered[min(round(share * len(ordered)), len(ordered) - 1)]  # that is kept, and one always is
    return {name: size >= smallest for name, size in sizes.items()}


def prune(model, masks):
    """Set to 0 the weights that the masks leave out, and their gradients, so that a step leaves them where they are.

    `fit(..., before_step=lambda: prune(model, masks))` trains the others.   Chapter: 6.
    """
    weights = weight_matrices(model)
    for name, mask in masks.items():
        weights[name].data *= mask
        if weights[name].grad is not None:
            weights[name].grad *= mask


# ---------------------------------------------------------------------------------------------- fewer bits


def quantize(x, bits=8, axis=None):
    """Write numbers as small integers and one scale: x is about scale * q.

    scale = max |x| / (2^(bits - 1) - 1), q = round(x / scale); with `axis`, each slice along it has its own scale.

    Shapes:  x (...)  ->  q (...), whole numbers, int8 for up to 8 bits, and scale, () or with x's axes, of size 1 but
             for `axis`
    Raises:  ValueError unless 2 <= bits <= 16.
    Source:  Jacob et al. 2018, sec. 2.1, with zero at 0; a scale for each channel: Krishnamoorthi 2018.   Chapter: 6.
    """
    if not 2 <= bits <= 16:
        raise ValueError(f"quantize expected 2 to 16 bits, got {bits}")
    x, largest = as_array(x), 2 ** (bits - 1) - 1
    others = None if axis is None else tuple(i for i in range(x.ndim) if i != axis % x.ndim)
    scale = np.abs(x).max(axis=others, keepdims=others is not None) / largest
    scale = np.where(scale == 0, 1, scale)  # nothing but zeros: any scale will do
    return np.round(x / scale).astype(np.int8 if bits <= 8 else np.int16), scale


def quantize_weights(model, bits=8, axis=0):
    """Replace each matrix and kernel by the numbers that `bits` bits can say, one scale for each output.

    It changes the model and keeps its type: what is lost is the rounding, as in integers.   Chapter: 6.
    """
    for p in weight_matrices(model).values():
        q, scale = quantize(p.data, bits, axis)
        p.data[...] = q * scale


def int8_product(a, b):
    """The product of two matrices of int8, in whole numbers, by the float32 product that the processor does fastest.

    float32 holds every whole number up to 2^24. So the sums are exact, in whatever order they are made, as long as
    K max|a| max|b| < 2^24: for numbers up to 127, K up to 1,040.

    Shapes:  a (N, K), b (K, M), int8  ->  (N, M), int32
    Raises:  ValueError for other types, or if the sums may become too large to be exact.   Chapter: 6.
    """
    if a.dtype != np.int8 or b.dtype != np.int8:
        raise ValueError(f"int8_product expected int8, got {a.dtype} and {b.dtype}: q, scale = quantize(x)")
    a, b = a.astype(np.float32), b.astype(np.float32)
    if (largest := a.shape[1] * np.abs(a).max() * np.abs(b).max()) >= 2**24:
        raise ValueError(f"int8_product expected sums below {2**24:,}, got up to {largest:,.0f}: split the "
                         f"{a.shape[1]} columns and add the parts as integers")
    return (a @ b).astype(np.int32)


def stored_bytes(model, bits=32, masks=None, axis=0):
    """How many bytes the model's numbers need, counted and not compressed.

    Each weight `bits` bits, and below 32 a scale of four bytes for each output, or for the layer if axis is None; with
    masks only the weights that are kept, and one bit for every weight that says whether it is. Biases and norms four
    bytes each.   Chapter: 6.
    """
    matrices = weight_matrices(model)
    total = sum(4 * a.size for name, a in model.state_dict().items()
                if name not in matrices and not name.endswith("num_batches_tracked"))
    for name, p in matrices.items():
        kept, size = (p.data.size if masks is None else int(masks[name].sum())), p.data.size
        total += math.ceil(kept * bits / 8) + (0 if bits == 32 else 4 if axis is None else 4 * len(p.data))
        total += 0 if masks is None else math.ceil(size / 8)
    return total


# ---------------------------------------------------------------------------------------------- a smaller network


def distillation_loss(logits, teacher_logits, target, temperature=3.0, weight=0.9):
    """Learn from a teacher's doubts as well as from the labels.

    weight T^2 KL(softmax(teacher / T) || softmax(logits / T)) + (1 - weight) cross-entropy. T^2 keeps the size of the
    first term's gradient as T grows.

    Shapes:  logits and teacher_logits (N, K), target (N,)  ->  ().   Source: Hinton et al. 2015, sec. 2.   Chapter: 6.
    """
    teacher = F.softmax(as_array(teacher_logits) / temperature).data
    soft = F.kl_div(F.log_softmax(logits / temperature), teacher, reduction="sum") / len(teacher)
    return weight * temperature**2 * soft + (1 - weight) * F.cross_entropy(logits, target)
