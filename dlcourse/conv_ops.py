"""Why this file exists: a convolution is a matrix product in disguise, and the disguise decides its speed.

Each output pixel is the product of the weights with the patch under it. So the patches of some rows are copied into the
rows of a matrix that fits into the cache, multiplied, and forgotten: nothing but the input is kept for backward.
Kernels of 3 x 3 need not even that many products: Winograd's trick does with 4 of every 9. Images are (N, C, h, w), as
in torch, with the channels last in memory (`transpose` is a view), because then a patch is a few long runs of numbers.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from . import ops
from .arrays import column_sums
from .machine import over_batch
from .tensor import op, slow_form
from .winograd import WORTH_IT, correlate_by_tiles, correlate_with_gradient_by_tiles

BLOCK = 1 << 18  # numbers in a matrix of patches: 1 MB of float32, about one second-level cache
FEW = 32  # runs of fewer numbers are copied pixel by pixel of the kernel instead

# ---------------------------------------------------------------------------------------------- images in memory


def channels_last(x):
    """(N, C, h, w) -> (N, h, w, C), contiguous; a view if the channels are last in memory already.   Chapter: 6."""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1))


def channels_first(x):
    """(N, h, w, C) -> (N, C, h, w), a view: NumPy's elementwise functions keep the order in memory.   Chapter: 6."""
    return x.transpose(0, 3, 1, 2)


def _padded(x, padding):
    """Zeros around x (N, h, w, C); a negative padding cuts. What has its channels first in memory keeps them there."""
    (ph, pw), (N, h, w, C) = padding, x.shape
    x = x[:, max(0, -ph) : h - max(0, -ph), max(0, -pw) : w - max(0, -pw)]
    if ph <= 0 and pw <= 0:
        return x
    ph, pw, h, w = max(0, ph), max(0, pw), x.shape[1], x.shape[2]
    if x.strides[3] == x.itemsize:
        padded = np.zeros((N, h + 2 * ph, w + 2 * pw, C), x.dtype)
    else:
        padded = np.zeros((N, C, h + 2 * ph, w + 2 * pw), x.dtype).transpose(0, 2, 3, 1)
    padded[:, ph : ph + h, pw : pw + w] = x
    return padded


def taps(start, step, count):
    """The slice of `count` places from `start` on, `step` apart.   Chapter: 6."""
    return slice(start, start + step * (count - 1) + 1, step)


def _field(field, size, stride, dilation):
    """For each tap (u, v) of a kernel: what it sees of the rows and columns, if the output has this size."""
    for u, v in np.ndindex(field):
        yield u, v, taps(u * dilation[0], stride[0], size[0]), taps(v * dilation[1], stride[1], size[1])


def _by_group(kernel, groups):
    """(kh, kw, C / groups, O) -> (groups, kh kw C / groups, O / groups): a matrix for each group of channels."""
    return kernel.reshape(-1, groups, kernel.shape[3] // groups).swapaxes(0, 1)


# ---------------------------------------------------------------------------------------------- by patches


def _patches(x, field, size, stride, dilation, groups):
    """Yield (images, rows, matrix): the patches of x (N, H, W, C) under some rows of outputs (groups, pixels, K).

    `field` is (kh, kw), `size` the (h, w) of the output, K = kh kw C / groups.
    """
    (kh, kw), (h, w), (N, C) = field, size, (len(x), x.shape[3] // groups)
    image, row, column, channel = x.strides
    windows = as_strided(x, (groups, N, h, w, kh, kw, C), (
        C * channel, image, row * stride[0], column * stride[1], row * dilation[0], column * dilation[1], channel),
        writeable=False)
    few = kw * C < FEW
    numbers = max(1, groups * w * kh * kw * C)  # in the patches of one row of outputs
    rows = max(1, min(h, BLOCK // numbers))
    images = max(1, BLOCK // (numbers * h)) if rows == h else 1
    store = None if kh == kw == 1 else np.empty(min(images, N) * rows * numbers, x.dtype)
    for n in range(0, N, images):
        for r in range(0, h, rows):
            window = windows[:, n : n + images, r : r + rows]
            pixels = window.shape[1] * window.shape[2] * w
            if few:
                window = window.transpose(0, 4, 5, 6, 1, 2, 3)
            if store is not None:
                copied = store[: window.size].reshape(window.shape)
                np.copyto(copied, window)
                window = copied
            shape = (groups, kh * kw * C, pixels) if few else (groups, pixels, kh * kw * C)
            matrix = window.reshape(shape)  # without a copy, unless a 1 x 1 kernel jumps over pixels
            yield slice(n, n + images), slice(r, r + rows), matrix.swapaxes(1, 2) if few else matrix


def _correlate(x, kernel, bias, stride, dilation, groups):
    """Slide kernel (kh, kw, C / groups, O) over x (N, H, W, C)  ->  (N, h, w, O)."""
    (kh, kw, _, out), N = kernel.shape, len(x)
    h = (x.shape[1] - dilation[0] * (kh - 1) - 1) // stride[0] + 1
    w = (x.shape[2] - dilation[1] * (kw - 1) - 1) // stride[1] + 1
    y = np.empty((N, h, w, out), x.dtype)
    matrices = _by_group(kernel, groups)  # (groups, K, O / groups)
    line = None if bias is None else np.tile(bias, w)  # NumPy adds long rows faster than short ones

    def by_patches(part):
        part_of_y = y[part]
        for images, rows, matrix in _patches(x[part], (kh, kw), (h, w), stride, dilation, groups):
            block = part_of_y[images, rows].reshape(-1, groups, out // groups)  # (pixels, groups, O / groups)
            np.matmul(matrix, matrices, out=block.swapaxes(0, 1))
            if bias is not None:
                lines = block.reshape(-1, len(line))
                lines += line

    def by_taps(part):  # one channel in, one channel out: a product of numbers, not of matrices
        lines = np.repeat(kernel, w, axis=2)  # (kh, kw, w, O), for long rows again
        for n in range(part.start, part.stop):
            y[n] = 0 if bias is None else bias
            for u, v, rows, columns in _field((kh, kw), (h, w), stride, dilation):
                y[n] += x[n, rows, columns] * lines[u, v]

    over_batch(by_taps if groups == x.shape[3] == out > 1 else by_patches, N, y.size * matrices.shape[1])
    return y


def _correlate_with_gradient(x, g, field, stride, dilation, groups):
    """The sum over pixels of patches of x (N, H, W, C) times g (N, h, w, O)  ->  (kh, kw, C / groups, O)."""
    (N, h, w, out), C, (kh, kw) = g.shape, x.shape[3] // groups, field
    few = kw * C < FEW

    def by_patches(part):
        total, part_of_g = np.zeros((groups, kh * kw * C, out // groups), x.dtype), g[part]
        for images, rows, matrix in _patches(x[part], field, (h, w), stride, dilation, groups):
            block = part_of_g[images, rows].reshape(-1, groups, out // groups).swapaxes(0, 1)
            total += matrix.swapaxes(1, 2) @ block if few else (block.swapaxes(1, 2) @ matrix).swapaxes(1, 2)
        return total.swapaxes(0, 1)  # (K, groups, O / groups)

    def by_taps(part):
        total = np.zeros((kh, kw, 1, out), x.dtype)
        for n in range(part.start, part.stop):
            for u, v, rows, columns in _field(field, (h, w), stride, dilation):
                total[u, v, 0] += column_sums((x[n, rows, columns] * g[n]).reshape(-1, out))
        return total

    shares = over_batch(by_taps if groups == x.shape[3] == out > 1 else by_patches, N, g.size * kh * kw * C)
    return sum(shares).reshape(kh, kw, C, out)


def _scatter(g, kernel, size, stride, dilation, groups):
    """The reverse of `_correlate`: add each pixel of g (N, h, w, O), times the kernel, to the patch it came from."""
    (N, h, w, out), (kh, kw, C, _) = g.shape, kernel.shape
    d = np.zeros((N, *size, C * groups), g.dtype)
    single = C == 1 and out == groups
    if single:  # each output channel has one input channel to itself
        matrices = np.repeat(kernel, w, axis=2)  # (kh, kw, w, O), in long rows
    else:
        matrices = kernel.reshape(kh, kw, C, groups, out // groups).transpose(0, 1, 3, 4, 2)
    images = max(1, BLOCK // max(1, h * w * C * groups))

    def share(part):
        for n in range(part.start, part.stop, images):
            some = slice(n, min(n + images, part.stop))
            block = g[some] if single else g[some].reshape(-1, groups, out // groups).swapaxes(0, 1)
            for u, v, rows, columns in _field((kh, kw), (h, w), stride, dilation):
                stamp = block * matrices[u, v] if single else (block @ matrices[u, v]).swapaxes(0, 1)
                d[some, rows, columns] += stamp.reshape(-1, h, w, C * groups)

    over_batch(share, N, g.size * kh * kw * C)
    return d


# ---------------------------------------------------------------------------------------------- the three convolutions


def _tiled(shape, stride, dilation, groups):
    """Is a kernel of this shape (kh, kw, C, O) a case for Winograd's trick?"""
    return shape[:2] == (3, 3) and stride == dilation == (1, 1) and groups == 1 and min(shape[2:]) >= WORTH_IT


def _convolve(x, weight, bias, stride, padding, dilation, groups):
    """Images x (N, H, W, C) through weight (O, C / groups, kh, kw)  ->  (N, h, w, O)."""
    kernel = np.ascontiguousarray(weight.transpose(2, 3, 1, 0))  # (kh, kw, C / groups, O)
    if _tiled(kernel.shape, stride, dilation, groups):
        if min(padding) < 0:
            x, padding = _padded(x, padding), (0, 0)
        return correlate_by_tiles(x, kernel, bias, padding)
    return _correlate(_padded(x, padding), kernel, bias, stride, dilation, groups)


def _convolve_back(g, weight, bias, size, stride, padding, dilation, groups):
    """What `_convolve` passes back to its input: g (N, h, w, O)  ->  (N, *size, C), plus `bias` if there is one."""
    out, C, kh, kw = weight.shape
    (H, W), (ph, pw) = size, padding
    reach = dilation[0] * (kh - 1) - ph, dilation[1] * (kw - 1) - pw
    plain = stride == (1, 1) and (H + ph - reach[0], W + pw - reach[1]) == g.shape[1:3]
    if plain and (H * W <= g.shape[1] * g.shape[2] or _tiled((kh, kw, C, out), stride, dilation, groups)):
        # This is a convolution itself, with the kernel turned by 180 degrees; if it grows the image, a slower one.
        turned = weight[:, :, ::-1, ::-1].reshape(groups, out // groups, C, kh, kw).swapaxes(1, 2)
        return _convolve(g, turned.reshape(groups * C, out // groups, kh, kw), bias, stride, reach, dilation, groups)
    kernel = weight.transpose(2, 3, 1, 0)  # (kh, kw, C / groups, O)
    d = _scatter(g, kernel, (H + 2 * ph, W + 2 * pw), stride, dilation, groups)[:, ph : ph + H, pw : pw + W]
    return d if bias is None else d + bias


def _weight_gradient(x, g, weight, stride, padding, dilation, groups):
    """What `_convolve` passes back to its weights: x (N, H, W, C) and g (N, h, w, O)  ->  as weight."""
    out, C, kh, kw = weight.shape
    if _tiled((kh, kw, C, out), stride, dilation, groups):
        d = correlate_with_gradient_by_tiles(x, g, padding)
    else:
        d = _correlate_with_gradient(_padded(x, padding), g, (kh, kw), stride, dilation, groups)
    return d.transpose(3, 2, 0, 1)  # (O, C / groups, kh, kw)


# ---------------------------------------------------------------------------------------------- the operations


@op
def conv2d(x, weight, bias=None, *, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    """y[n, o, i, j] = bias[o] + sum over c, u, v of weight[o, c, u, v] x[n, c, i s + u d - p, j s + v d - p].

    With s the stride, p the padding (zeros around the image), d the dilation; the channels of each of the `groups` are
    seen by its share of the outputs only. The gradient of x is a convolution of g with the kernel turned around.

    Shapes:  x (N, C, H, W), weight (O, C / groups, kh, kw), bias (O,)  ->  (N, O, h, w),
             h = (H + 2 p - d (kh - 1) - 1) // s + 1, and w likewise
    Source:  LeCun et al. 1989; Chellapilla et al. 2006 (as a product of matrices).   Chapter: 6.
    Twin: torch.nn.functional.conv2d.
    """
    geometry = stride, padding, dilation, groups

    def images():  # a view, unless many channels come first in memory
        return x.transpose(0, 2, 3, 1) if x.shape[1] * weight.shape[3] < FEW else channels_last(x)

    y = _convolve(images(), weight, bias, *geometry)  # (N, h, w, O)

    def vjp(g):
        g = channels_last(g)  # (N, h, w, O)
        return (lambda: channels_first(_convolve_back(g, weight, None, x.shape[2:], *geometry)),
                lambda: _weight_gradient(images(), g, weight, *geometry),
                lambda: column_sums(g.reshape(-1, len(weight))))

    return channels_first(y), vjp


@op
def conv_transpose2d(x, weight, bias=None, *, stride=(1, 1), padding=(0, 0), output_padding=(0, 0), groups=1,
                     dilation=(1, 1)):
    """What conv2d does to a gradient, as a function of its own: each input pixel stamps the kernel on the output.

    y[n, o, i s + u d - p, j s + v d - p] gets weight[c, o, u, v] x[n, c, i, j]; `output_padding` adds rows and columns
    at the end. So its gradient is a convolution.

    Shapes:  x (N, C, H, W), weight (C, O / groups, kh, kw), bias (O,)  ->  (N, O, h, w),
             h = (H - 1) s - 2 p + d (kh - 1) + output_padding + 1, and w likewise
    Source:  Zeiler et al. 2010; Dumoulin and Visin 2016, chap. 4.   Chapter: 6.
    Twin: torch.nn.functional.conv_transpose2d.
    """
    geometry = stride, padding, dilation, groups
    size = tuple((n - 1) * s - 2 * p + d * (k - 1) + more + 1 for n, s, p, d, k, more in zip(
        x.shape[2:], stride, padding, dilation, weight.shape[2:], output_padding, strict=True))
    y = _convolve_back(channels_last(x), weight, bias, size, *geometry)  # (N, h, w, O)

    def vjp(g):
        g, (H, W) = channels_last(g), x.shape[2:]
        return (lambda: channels_first(_convolve(g, weight, None, *geometry)[:, :H, :W]),
                lambda: _weight_gradient(g, channels_last(x), weight, *geometry),
                lambda: column_sums(g.reshape(-1, g.shape[3])))

    return channels_first(y), vjp


# ---------------------------------------------------------------------------------------------- the definitions


@slow_form("conv2d")
def conv2d_by_loops(x, weight, bias=None, *, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    """The equation: loops over i and j are written, those over n, o, c, u, v are axes.   Shapes:  as conv2d."""
    (N, C, H, W), (out, _, kh, kw) = x.shape, weight.shape
    h = (H + 2 * padding[0] - dilation[0] * (kh - 1) - 1) // stride[0] + 1
    w = (W + 2 * padding[1] - dilation[1] * (kw - 1) - 1) // stride[1] + 1
    x = ops.pad(x, widths=((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    weight = weight.reshape(groups, out // groups, C // groups, kh, kw)
    pixels = []
    for i in range(h):
        for j in range(w):
            patch = x[:, :, taps(i * stride[0], dilation[0], kh), taps(j * stride[1], dilation[1], kw)]
            products = weight * patch.reshape(N, groups, 1, C // groups, kh, kw)  # (N, groups, O / groups, ...)
            pixels.append(products.sum((3, 4, 5)).reshape(N, out, 1))
    y = ops.cat(*pixels, dim=2).reshape(N, out, h, w)
    return y if bias is None else y + bias.reshape(out, 1, 1)


@slow_form("conv_transpose2d")
def conv_transpose2d_by_stamps(x, weight, bias=None, *, stride=(1, 1), padding=(0, 0), output_padding=(0, 0),
                               groups=1, dilation=(1, 1)):
    """Every input pixel stamps the kernel, times its value, on a canvas.   Shapes:  as conv_transpose2d."""
    (N, C, H, W), (_, each, kh, kw), (ph, pw) = x.shape, weight.shape, padding
    tall = (H - 1) * stride[0] + dilation[0] * (kh - 1) + 1 + output_padding[0]
    wide = (W - 1) * stride[1] + dilation[1] * (kw - 1) + 1 + output_padding[1]
    rows, columns = np.eye(tall, dtype=x.dtype), np.eye(wide, dtype=x.dtype)
    weight = weight.reshape(groups, C // groups, each, kh, kw)
    canvas = np.zeros((N, groups * each, tall, wide), x.dtype)
    for i in range(H):
        for j in range(W):
            stamp = x[:, :, i, j].reshape(N, groups, C // groups, 1, 1, 1) * weight
            stamp = stamp.sum(2).reshape(N, groups * each, kh, kw)
            place = rows[:, taps(i * stride[0], dilation[0], kh)], columns[taps(j * stride[1], dilation[1], kw)]
            canvas = canvas + place[0] @ stamp @ place[1]  # (tall, kh) @ (N, O, kh, kw) @ (kw, wide)
    y = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return y if bias is None else y + bias.reshape(groups * each, 1, 1)
