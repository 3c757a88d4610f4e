"""Why this file exists: pictures are turned, moved and bent by the thousand, so this is done to whole batches at once.

After the random parameters come only sums and products of array elements, which every processor rounds alike.
"""

import functools
import math

import numpy as np

from .checks import DataError, whole

POINTS = 5  # an elastic field is given at 5 x 5 points and smooth between them
_GRAIN = 2.0**20  # sines differ between processors in their last bit; in steps of 1 / _GRAIN they agree


def uniform(rng, low, high, n):
    """Random numbers between `low` and `high`, one per picture.   Returns: array (n,), float64.   Chapter: 3."""
    return low + (high - low) * rng.random(n)


def nearly_normal(rng, shape):
    """Random numbers with mean 0 and variance 1 that are nearly normal: sums of four uniform ones.

    z = (u1 + u2 + u3 + u4 - 2) sqrt(3), so |z| < 3.5. Unlike the usual ways to a normal number it needs no logarithm,
    so that all processors agree to the last bit.

    Returns: array of this shape, float32.   Source:  the central limit theorem.   Chapter: 3.
    """
    total = rng.random(shape, np.float32)
    for _ in range(3):
        total += rng.random(shape, np.float32)
    total -= np.float32(2)
    total *= np.float32(math.sqrt(3))
    return total


def affine(rng, n, degrees=0.0, scale=(1.0, 1.0), aspect=0.0, shear=0.0, shift=0.0):
    """Random affine maps, one per picture, from the places of the new picture to the places of the old one.

    place in the old = rotation(angle) [[1 / s, 0], [shear, 1 / (s a)]] place in the new + shift

    Places are (row, column), each from -1 to 1 across the picture, which is taken for a square. The angle is within
    +-degrees, the size s within `scale`, the stretching a of the width within 1 +- aspect, shear and both shifts
    within +- what is given.

    Returns: array (n, 2, 3), float32: a matrix and in the last column the shift.   Chapter: 3.
    """
    angle = uniform(rng, -degrees, degrees, n) * (math.pi / 180)
    size, wide = uniform(rng, *scale, n), 1 + uniform(rng, -aspect, aspect, n)
    sheared = uniform(rng, -shear, shear, n)
    cos, sin = (np.rint(f(angle) * _GRAIN) / _GRAIN for f in (np.cos, np.sin))
    down, across = 1 / size, 1 / (size * wide)
    matrix = np.empty((n, 2, 3), np.float32)
    matrix[:, 0, 0], matrix[:, 0, 1] = cos * down - sin * sheared, -sin * across
    matrix[:, 1, 0], matrix[:, 1, 1] = sin * down + cos * sheared, cos * across
    matrix[:, 0, 2], matrix[:, 1, 2] = uniform(rng, -shift, shift, n), uniform(rng, -shift, shift, n)
    return matrix


def elastic(rng, n, strength, h, w):
    """Random smooth fields of displacements: nearly normal at 5 x 5 points, bicubic between them.

    `strength` is the standard deviation at the points, 1 being half the picture: one number, or one per picture (n,).

    Returns: array (n, 2, h, w), float32.
    Raises:  DataError for another strength, and for pictures without a pixel.
    Source:  Keys 1981 (cubic convolution); Simard et al. 2003 bend digits by smoothed noise.   Chapter: 6.
    """
    if np.shape(strength) not in ((), (n,)):
        raise DataError(f"elastic expected strength to be a number or ({n},), got {np.shape(strength)}")
    h, w = whole("elastic", "h", h, 1), whole("elastic", "w", w, 1)
    moved = nearly_normal(rng, (n, 2, POINTS, POINTS)) * np.reshape(strength, (-1, 1, 1, 1)).astype(np.float32)
    down, across = _cubic_weights(h), _cubic_weights(w)  # (h, 5), (w, 5)
    rows = sum(moved[:, :, k, None, :] * down[:, k, None] for k in range(POINTS))  # (n, 2, h, 5)
    return sum(rows[..., k, None] * across[:, k] for k in range(POINTS))  # (n, 2, h, w)


@functools.cache
def _cubic_weights(size):
    """How much each of the 5 points counts at each of `size` pixels (size, 5); beyond the ends the last goes on."""
    middle = (POINTS - 1) / 2  # where the pixel is if there is only one
    place = np.arange(size) / (size - 1) * (POINTS - 1) if size > 1 else np.array([middle])
    weights = np.zeros((size, POINTS))
    for k in range(-1, POINTS + 1):
        x = abs(place - k)
        near, far = (1.5 * x - 2.5) * x * x + 1, ((2.5 - 0.5 * x) * x - 4) * x + 2
        weights[:, min(max(k, 0), POINTS - 1)] += np.where(x < 1, near, np.where(x < 2, far, 0))
    return weights.astype(np.float32)


def sampling_grid(matrix, h, w):
    """Where each pixel of a new picture of h x w lies in the old one.

    Shapes:  matrix (N, 2, 3)  ->  (N, 2, h, w), rows and columns from -1 to 1.   Chapter: 3.
    """
    down = ((2 * np.arange(h) + 1) / h - 1).astype(np.float32)[:, None]
    across = ((2 * np.arange(w) + 1) / w - 1).astype(np.float32)
    m = matrix[..., None, None]  # (N, 2, 3, 1, 1)
    return m[:, :, 0] * down + (m[:, :, 1] * across + m[:, :, 2])


def sample(x, where):
    """The values of pictures at any places, bilinear between the pixels; outside, the outermost pixel goes on.

    Shapes:  x (N, C, h, w), where (N, 2, H, W) as `sampling_grid` gives  ->  (N, C, H, W), in the dtype of x.
    Raises:  DataError for other shapes, and for pictures that are not of floats.   Chapter: 3.
    Twin:    torch.nn.functional.grid_sample (with padding_mode="border").
    """
    if x.ndim != 4 or where.ndim != 4 or where.shape[:2] != (len(x), 2) or x.dtype.kind != "f":
        raise DataError(f"sample expected floats (N, C, h, w) and places (N, 2, H, W), got {x.dtype} {x.shape} and "
                        f"{where.shape}")
    n, channels, h, w = x.shape
    row = np.clip((where[:, 0] + 1) * (h / 2) - 0.5, 0, h - 1)
    column = np.clip((where[:, 1] + 1) * (w / 2) - 0.5, 0, w - 1)
    top, left = (np.minimum(p.astype(np.int32), max(size - 2, 0)) for p, size in ((row, h), (column, w)))
    below, right = ((p - first.astype(np.float32))[:, None] for p, first in ((row, top), (column, left)))
    first = (top * w + left).astype(np.intp)[:, None]  # (N, 1, H, W)
    first = first + (np.arange(n * channels) * (h * w)).reshape(n, channels, 1, 1)  # (N, C, H, W)
    flat = x.reshape(-1)
    down, across = (w if h > 1 else 0), (1 if w > 1 else 0)  # steps to the neighbors; a single pixel has none
    upper, lower = flat[first], flat[first + down]
    upper += right * (flat[first + across] - upper)
    lower += right * (flat[first + (down + across)] - lower)
    upper += below * (lower - upper)
    return upper
