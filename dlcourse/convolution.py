"""Why this file exists: convolution and pooling as a model calls them, with the names and defaults of PyTorch.

A number stands for the same along every axis, and a sequence is an image of height 1; what does not fit is named here,
before it fails deep inside an operation. The operations are in `conv_ops.py` and `pool_ops.py`.
"""

import numpy as np

from . import conv_ops, ops, pool_ops
from .creation import as_floats

LETTERS = {1: "(N, C, T)", 2: "(N, C, h, w)"}


def spread(value, axes, name, function):
    """An option of `function` as a tuple with a whole number for every axis, or a ValueError.   Chapter: 6."""
    values = tuple(value) if isinstance(value, tuple | list) else (value,) * axes
    if len(values) != axes or not all(isinstance(v, int | np.integer) for v in values):
        raise ValueError(f"{function} expected {name} as a whole number or {axes} of them, got {value!r}")
    return values


def _images(x, axes, function):
    """x as images: sequences (N, C, T) get a height of 1."""
    if len(x.shape) != axes + 2:
        missing = axes + 2 - len(x.shape)
        hint = {1: ": one example alone, or without channels? x[None] or x[:, None] adds the axis"}.get(missing, "")
        raise ValueError(f"{function} expected {LETTERS[axes]}, got {tuple(x.shape)}{hint}")
    return x if axes == 2 else x.reshape(x.shape[0], x.shape[1], 1, x.shape[2])


def _back(y, axes):
    """What `_images` did to a sequence, undone."""
    return y if axes == 2 else y.reshape(y.shape[0], y.shape[1], y.shape[3])


def _tall(values, one):
    """The entry for a height of 1 in front, if there is none."""
    return values if len(values) == 2 else (one, *values)


def _check_fit(function, *axes):
    for size, k, p, d in zip(*axes, strict=True):
        if size + 2 * p < d * (k - 1) + 1:
            raise ValueError(f"{function} expected at least {d * (k - 1) + 1} pixels for a kernel of {k} with dilation "
                             f"{d}, got {size} and {p} of padding on both sides: more padding, or fewer layers?")


# ---------------------------------------------------------------------------------------------- convolution


def _convolution(axes, x, weight, bias, stride, padding, dilation, groups, output_padding=None):
    """All four: one or two axes, transposed if there is an `output_padding`."""
    transposed = output_padding is not None
    function = f"conv{'_transpose' if transposed else ''}{axes}d"
    x = _images(x, axes, function)
    if len(weight.shape) != axes + 2:
        raise ValueError(f"{function} expected a weight of {axes + 2} axes, got {tuple(weight.shape)}")
    field = _tall(weight.shape[2:], 1)
    weight = weight.reshape(*weight.shape[:2], *field)
    C = weight.shape[0] if transposed else weight.shape[1] * groups
    if x.shape[1] != C or weight.shape[0] % groups:
        raise ValueError(f"{function} expected {C} channels and weights for {groups} groups, got images with "
                         f"{x.shape[1]} and a weight {tuple(weight.shape)}: is it (N, C, ...), channels first?")
    stride = _tall(spread(stride, axes, "stride", function), 1)
    dilation = _tall(spread(dilation, axes, "dilation", function), 1)
    options = {"stride": stride, "dilation": dilation, "groups": groups}
    if isinstance(padding, str):
        x, padding = _padded_by_name(x, padding, field, stride, dilation, function)
    else:
        padding = _tall(spread(padding, axes, "padding", function), 0)
    inputs = (x, weight) if bias is None else (x, weight, bias)
    if transposed:
        more = _tall(spread(output_padding, axes, "output_padding", function), 0)
        if any(m and m >= max(s, d) for m, s, d in zip(more, stride, dilation, strict=True)):
            raise ValueError(f"{function} expected output_padding below stride or dilation, got {output_padding}")
        return _back(conv_ops.conv_transpose2d(*inputs, padding=padding, output_padding=more, **options), axes)
    _check_fit(function, x.shape[2:], field, padding, dilation)
    return _back(conv_ops.conv2d(*inputs, padding=padding, **options), axes)


def _padded_by_name(x, padding, field, stride, dilation, function):
    """padding="valid" is none; "same" keeps the size, with the odd zero at the end: (x, what is left to pad)."""
    if padding == "valid":
        return x, (0, 0)
    if padding != "same" or stride != (1, 1):
        raise ValueError(f'{function} expected padding as numbers, "valid" or, with stride 1, "same", got {padding!r} '
                         f"with stride {stride}")
    total = [d * (k - 1) for k, d in zip(field, dilation, strict=True)]
    if any(t % 2 for t in total):
        x = ops.pad(x, widths=((0, 0), (0, 0), *((0, t % 2) for t in total)))
    return x, tuple(t // 2 for t in total)


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """As conv2d, along sequences.   Source: Waibel et al. 1989.   Chapter: 6.   Twin: torch.nn.functional.conv1d.

    Shapes:  x (N, C, T), weight (O, C / groups, k), bias (O,)  ->  (N, O, t), t = (T + 2 p - d (k - 1) - 1) // s + 1
    """
    return _convolution(1, x, weight, bias, stride, padding, dilation, groups)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide kernels over images; at each place, each output is the sum of kernel times what is under it.

    `padding` counts zeros on all sides, or is "same" or "valid"; numbers may be pairs (along the height, the width).

    Shapes:  x (N, C, H, W), weight (O, C / groups, kh, kw), bias (O,)  ->  (N, O, h, w),
             h = (H + 2 p - d (kh - 1) - 1) // s + 1, and w likewise
    Raises:  ValueError if the channels or the options do not fit.
    Source:  LeCun et al. 1989.   Chapter: 6.   Twin: torch.nn.functional.conv2d.
    """
    return _convolution(2, x, weight, bias, stride, padding, dilation, groups)


def conv_transpose1d(x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """As conv_transpose2d, along sequences.   Chapter: 6.   Twin: torch.nn.functional.conv_transpose1d.

    Shapes:  x (N, C, T), weight (C, O / groups, k), bias (O,)  ->  (N, O, t),
             t = (T - 1) s - 2 p + d (k - 1) + output_padding + 1
    """
    return _convolution(1, x, weight, bias, stride, padding, dilation, groups, output_padding)


def conv_transpose2d(x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """The transpose of conv2d: every pixel stamps the kernel, times its value, on a larger image.

    Shapes:  x (N, C, H, W), weight (C, O / groups, kh, kw), bias (O,)  ->  (N, O, h, w),
             h = (H - 1) s - 2 p + d (kh - 1) + output_padding + 1, and w likewise
    Raises:  ValueError if the channels or the options do not fit.
    Source:  Zeiler et al. 2010.   Chapter: 6.   Twin: torch.nn.functional.conv_transpose2d.
    """
    return _convolution(2, x, weight, bias, stride, padding, dilation, groups, output_padding)


# ---------------------------------------------------------------------------------------------- pooling


def _pool(kind, axes, x, kernel_size, stride, padding, ceil_mode, dilation=1, **options):
    """All four: the maxima or means of windows, along one axis or two."""
    function = f"{kind}_pool{axes}d"
    x = _images(x, axes, function)
    kernel = _tall(spread(kernel_size, axes, "kernel_size", function), 1)
    stride = kernel if stride is None else _tall(spread(stride, axes, "stride", function), 1)
    padding = _tall(spread(padding, axes, "padding", function), 0)
    dilation = _tall(spread(dilation, axes, "dilation", function), 1)
    for size, k, s, p, d in zip(x.shape[2:], kernel, stride, padding, dilation, strict=True):
        reach = d * (k - 1) + 1
        if 2 * p > reach:
            raise ValueError(f"{function} expected a padding of at most half the window of {reach}, got {p}")
        if pool_ops.pooled_length(size, k, s, p, d, ceil_mode) < 1:
            raise ValueError(f"{function} expected at least {reach} pixels, got {size} and {p} of padding on both "
                             "sides: fewer layers?")
    options |= {"kernel_size": kernel, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    y = pool_ops.max_pool2d(x, dilation=dilation, **options) if kind == "max" else pool_ops.avg_pool2d(x, **options)
    return _back(y, axes)


def _adaptive_pool(operation, axes, x, output_size):
    function = f"{operation.__name__[:-2]}{axes}d"
    x = _images(x, axes, function)
    sizes = output_size if isinstance(output_size, tuple | list) else (output_size,) * axes
    given = [n if size is None else size for n, size in zip(x.shape[-axes:], sizes, strict=False)]
    sizes = _tall(spread(given, axes, "output_size", function), 1)
    if min(sizes) < 1 or min(x.shape[2:]) < 1:
        raise ValueError(f"{function} expected at least one pixel and one bin, got {tuple(x.shape)} and {output_size}")
    return _back(operation(x, output_size=sizes), axes)


def max_pool1d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """As max_pool2d, along sequences.   Shapes:  x (N, C, T)  ->  (N, C, t).   Twin: torch.nn.functional.max_pool1d."""
    return _pool("max", 1, x, kernel_size, stride, padding, ceil_mode, dilation)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """The largest of each window; windows lie side by side unless `stride` says otherwise.

    Shapes:  x (N, C, H, W)  ->  (N, C, h, w), h = (H + 2 p - d (kh - 1) - 1) // s + 1, and w likewise
    Raises:  ValueError if no window fits, or the padding is wider than half of it.
    Source:  Ranzato et al. 2007.   Chapter: 6.   Twin: torch.nn.functional.max_pool2d.
    """
    return _pool("max", 2, x, kernel_size, stride, padding, ceil_mode, dilation)


def avg_pool1d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """As avg_pool2d, along sequences.   Shapes:  x (N, C, T)  ->  (N, C, t).   Twin: torch.nn.functional.avg_pool1d."""
    return _pool("avg", 1, as_floats(x), kernel_size, stride, padding, ceil_mode, count_include_pad=count_include_pad)


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """The mean of each window; the zeros of the padding count, unless told otherwise.

    Shapes:  x (N, C, H, W)  ->  (N, C, h, w), h = (H + 2 p - kh) // s + 1, and w likewise
    Raises:  ValueError if no window fits, or the padding is wider than half of it.
    Source:  LeCun et al. 1998, sec. II.A.   Chapter: 6.   Twin: torch.nn.functional.avg_pool2d.
    """
    return _pool("avg", 2, as_floats(x), kernel_size, stride, padding, ceil_mode, count_include_pad=count_include_pad)


def adaptive_avg_pool1d(x, output_size):
    """The mean of each bin.   Shapes:  x (N, C, T)  ->  (N, C, t).   Twin: torch.nn.functional.adaptive_avg_pool1d."""
    return _adaptive_pool(pool_ops.adaptive_avg_pool2d, 1, as_floats(x), output_size)


def adaptive_avg_pool2d(x, output_size):
    """The mean of each of h x w bins; None keeps the size of an axis, 1 is global average pooling.

    Shapes:  x (N, C, H, W)  ->  (N, C, h, w) with output_size = (h, w)
    Raises:  ValueError for no bins or nothing to average.
    Source:  Lin et al. 2014, sec. 3.2.   Chapter: 6.   Twin: torch.nn.functional.adaptive_avg_pool2d.
    """
    return _adaptive_pool(pool_ops.adaptive_avg_pool2d, 2, as_floats(x), output_size)


def adaptive_max_pool2d(x, output_size):
    """The largest of each of h x w bins; None keeps the size of an axis.

    Shapes:  x (N, C, H, W)  ->  (N, C, h, w).   Twin: torch.nn.functional.adaptive_max_pool2d.
    """
    return _adaptive_pool(pool_ops.adaptive_max_pool2d, 2, x, output_size)


# ---------------------------------------------------------------------------------------------- edges and patches


def pad(x, pad, mode="constant", value=None):
    """`value` (0) around x: `pad` has a pair (before, after) for the last axis, then one for the axis before it, ...

    A negative number cuts.   Shapes:  x (..., h, w), pad (left, right, top, bottom)  ->  (..., top + h + bottom, ...)
    Raises:  ValueError for another mode than "constant", an odd number of numbers, too many pairs, or to cut too much.
    Chapter: 6.   Twin: torch.nn.functional.pad.
    """
    axes = len(x.shape)
    if mode != "constant" or len(pad) % 2 or len(pad) > 2 * axes:
        raise ValueError(f'pad expected mode "constant" and up to {axes} pairs of numbers, got "{mode}" and {pad}')
    pairs = [(0, 0)] * (axes - len(pad) // 2) + list(zip(pad[-2::-2], pad[::-2], strict=True))
    inside = tuple(slice(max(0, -a), n - max(0, -b)) for n, (a, b) in zip(x.shape, pairs, strict=True))
    if any(part.start > part.stop for part in inside):
        raise ValueError(f"pad expected to cut no more than there is, got {tuple(x.shape)} and {pad}")
    widths = tuple((max(0, a), max(0, b)) for a, b in pairs)
    return ops.pad(x[inside], widths=widths, value=0.0 if value is None else value)


def unfold(x, kernel_size, dilation=1, padding=0, stride=1):
    """The patches themselves, as columns: conv2d is weight.reshape(O, -1) @ unfold(x, (kh, kw)).

    Shapes:  x (N, C, H, W)  ->  (N, C kh kw, h w)
    Raises:  ValueError if no patch fits.
    Source:  Chellapilla et al. 2006.   Chapter: 6.   Twin: torch.nn.functional.unfold.
    """
    N, C, *size = _images(x, 2, "unfold").shape
    names = {"kernel_size": kernel_size, "padding": padding, "dilation": dilation, "stride": stride}
    field, padding, dilation, stride = (spread(value, 2, name, "unfold") for name, value in names.items())
    _check_fit("unfold", size, field, padding, dilation)
    rows, columns = (
        np.arange(k)[:, None] * d + np.arange((n + 2 * p - d * (k - 1) - 1) // s + 1) * s  # (k, places)
        for n, k, p, d, s in zip(size, field, padding, dilation, stride, strict=True))
    x = ops.pad(x, widths=((0, 0), (0, 0), *((p, p) for p in padding)))
    index = slice(None), slice(None), rows[:, None, :, None], columns[None, :, None, :]
    patches = ops.getitem(x, index=index)  # (N, C, kh, kw, h, w)
    return ops.reshape(patches, shape=(N, C * len(rows) * len(columns), rows.shape[1] * columns.shape[1]))
