"""Why this file exists: a picture that is moved, bent or partly hidden still shows the same; a network must be told.

Each class is made with its strengths and then called, `augment(x, rng) -> x`, on a batch: every picture is changed in
its own way, the input stays as it was, and the generator decides all of it. `Compose` chains them.
"""

import dataclasses

import numpy as np

from . import warp
from .checks import DataError, number, whole


def _batch(x):
    """Check that x is a batch of pictures, and return it as (N, C, h, w)."""
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f" or x.ndim not in (3, 4):
        got = f"{x.dtype} of shape {x.shape}" if isinstance(x, np.ndarray) else type(x).__name__
        raise DataError(f"augmentation expected an array of floats, (N, h, w) or (N, C, h, w), got {got}: "
                        "x.reshape(-1, 1, 8, 8) makes pictures of rows of 64")
    return x if x.ndim == 4 else x[:, None]


def _resampled(x, matrix, bend=None):
    """The pictures seen through affine maps and, if given, fields of displacements; empty (0) outside."""
    pictures = np.pad(_batch(x), ((0, 0), (0, 0), (1, 1), (1, 1)))
    h, w = x.shape[-2:]
    # What crosses from rows to columns goes by pixels, not by shares of the sides: else a turn would shear a wide one.
    matrix = matrix * np.array([[1, w / h, 1], [h / w, 1, 1]], np.float32)
    where = warp.sampling_grid(matrix, h, w)
    if bend is not None:
        where += bend
    where[:, 0] *= np.float32(h / (h + 2))  # the border belongs to the picture now, and -1 to 1 reach around it
    where[:, 1] *= np.float32(w / (w + 2))
    return warp.sample(pictures, where).reshape(x.shape)


class Compose:
    """One augmentation after the other.

    Shapes:  x (N, h, w) or (N, C, h, w)  ->  the same.   Chapter: 3.   Twin: torchvision.transforms.v2.Compose.
    """

    def __init__(self, *steps):
        self.steps = steps

    def __call__(self, x, rng):
        for step in self.steps:
            x = step(x, rng)
        return x

    def __repr__(self):
        return f"Compose({', '.join(map(repr, self.steps))})"


@dataclasses.dataclass(frozen=True)
class Affine:
    """Turn, scale, stretch, shear and shift, each by a random amount.

    Angles lie within +-degrees, sizes within `scale`, the width is stretched by 1 +- aspect; `shear` and `shift` are
    the most in shares of half the picture.

    Shapes:  x (N, h, w) or (N, C, h, w)  ->  the same, empty (0) where nothing was.
    Raises:  DataError for strengths out of range (a size is from 0.01 to 100) and for other arrays.   Chapter: 3.
    Twin:    torchvision.transforms.v2.RandomAffine.
    """

    degrees: float = 10.0
    scale: tuple = (0.9, 1.1)
    aspect: float = 0.0
    shear: float = 0.1
    shift: float = 0.1

    def __post_init__(self):
        if not isinstance(self.scale, tuple | list) or len(self.scale) != 2:
            raise DataError(f"Affine expected scale to be (smallest, largest), got {self.scale!r}")
        smallest, largest = self.scale
        number("Affine", "largest scale", largest, 0.01, 100)
        number("Affine", "smallest scale", smallest, 0.01, largest)
        for name, most in (("degrees", 360), ("aspect", 0.9), ("shear", 10), ("shift", 10)):
            number("Affine", name, getattr(self, name), 0, most)

    def __call__(self, x, rng):
        n = len(_batch(x))
        return _resampled(x, warp.affine(rng, n, self.degrees, self.scale, self.aspect, self.shear, self.shift))


@dataclasses.dataclass(frozen=True)
class Elastic:
    """Bend: displacements that are given at 5 x 5 points and smooth between; `strength` 1 would be half the picture.

    Shapes:  x (N, h, w) or (N, C, h, w)  ->  the same, empty (0) where nothing was.
    Raises:  DataError unless 0 <= strength <= 10.
    Source:  Simard et al. 2003 (with smoothed noise).   Chapter: 6.   Twin: torchvision.transforms.v2.ElasticTransform.
    """

    strength: float = 0.08

    def __post_init__(self):
        number("Elastic", "strength", self.strength, 0, 10)

    def __call__(self, x, rng):
        n, _, h, w = _batch(x).shape
        return _resampled(x, warp.affine(rng, n), warp.elastic(rng, n, self.strength, h, w))


@dataclasses.dataclass(frozen=True)
class Shift:
    """Move by whole pixels, up to `pixels` in each direction: nothing is blurred.

    Shapes:  x (N, h, w) or (N, C, h, w)  ->  the same, empty (0) where nothing was.
    Raises:  DataError unless pixels is a whole number from 0 to 1,000.   Chapter: 3.
    """

    pixels: int = 1

    def __post_init__(self):
        whole("Shift", "pixels", self.pixels, 0, 1000)

    def __call__(self, x, rng):
        n, channels, h, w = _batch(x).shape
        p = self.pixels
        large = np.pad(_batch(x), ((0, 0), (0, 0), (p, p), (p, p)))
        down, across = (rng.integers(2 * p + 1, size=(n, 1, 1)) for _ in range(2))
        rows, columns = down + np.arange(h)[:, None], across + np.arange(w)
        moved = large[np.arange(n)[:, None, None], :, rows, columns]  # (N, h, w, C)
        return np.moveaxis(moved, -1, 1).reshape(x.shape)


@dataclasses.dataclass(frozen=True)
class Crop:
    """Cut out a part, at least the share `smallest` of the area, and enlarge it to the old size.

    Shapes:  x (N, h, w) or (N, C, h, w)  ->  the same.
    Raises:  DataError unless 10^-6 <= smallest <= 1.   Chapter: 4.   Twin: torchvision.transforms.v2.RandomResizedCrop.
    """

    smallest: float = 0.5

    def __post_init__(self):
        number("Crop", "smallest", self.smallest, 1e-6, 1)

    def __call__(self, x, rng):
        n = len(_batch(x))
        side = np.sqrt(warp.uniform(rng, self.smallest, 1, n))  # correctly rounded on every processor
        matrix = np.zeros((n, 2, 3), np.float32)
        matrix[:, 0, 0] = matrix[:, 1, 1] = side
        for axis in range(2):
            matrix[:, axis, 2] = (1 - side) * warp.uniform(rng, -1, 1, n)
        return _resampled(x, matrix)


@dataclasses.dataclass(frozen=True)
class Flip:
    """Mirror left and right with probability `p`; for photographs, not for letters.

    Shapes:  x (N, h, w) or (N, C, h, w)  ->  the same.
    Raises:  DataError unless 0 <= p <= 1.   Chapter: 6.   Twin: torchvision.transforms.v2.RandomHorizontalFlip.
    """

    p: float = 0.5

    def __post_init__(self):
        number("Flip", "p", self.p, 0, 1)

    def __call__(self, x, rng):
        mirrored = rng.random(len(_batch(x))) < self.p
        return np.where(mirrored.reshape(-1, *[1] * (x.ndim - 1)), x[..., ::-1], x)


@dataclasses.dataclass(frozen=True)
class Contrast:
    """Multiply each picture by its own number from `low` to `high`.

    Shapes:  x (N, h, w) or (N, C, h, w)  ->  the same, from 0 to 1.
    Raises:  DataError unless 0 <= low <= high.   Chapter: 4.
    """

    low: float = 0.6
    high: float = 1.0

    def __post_init__(self):
        number("Contrast", "high", self.high, 0)
        number("Contrast", "low", self.low, 0, self.high)

    def __call__(self, x, rng):
        factor = warp.uniform(rng, self.low, self.high, len(_batch(x))).astype(x.dtype)
        return np.clip(x * factor.reshape(-1, *[1] * (x.ndim - 1)), 0, 1)


@dataclasses.dataclass(frozen=True)
class Noise:
    """Add to each pixel nearly normal noise; each picture has its own standard deviation from 0 to `std`.

    Shapes:  x (N, h, w) or (N, C, h, w)  ->  the same, from 0 to 1.
    Raises:  DataError unless 0 <= std <= 10.   Chapter: 3.
    """

    std: float = 0.1

    def __post_init__(self):
        number("Noise", "std", self.std, 0, 10)

    def __call__(self, x, rng):
        strength = (self.std * rng.random(len(_batch(x)))).astype(np.float32)
        grain = warp.nearly_normal(rng, x.shape) * strength.reshape(-1, *[1] * (x.ndim - 1))
        return np.clip(x + grain, 0, 1)


@dataclasses.dataclass(frozen=True)
class Erase:
    """Empty a random rectangle: each of its sides is a share up to `largest` of the picture's.

    Shapes:  x (N, h, w) or (N, C, h, w)  ->  the same.
    Raises:  DataError unless 0 <= largest <= 1.
    Source:  Zhong et al. 2020, who fill it with noise.   Chapter: 6.   Twin: torchvision.transforms.v2.RandomErasing.
    """

    largest: float = 0.4

    def __post_init__(self):
        number("Erase", "largest", self.largest, 0, 1)

    def __call__(self, x, rng):
        n = len(_batch(x))
        erased = True
        for axis, size in ((1, x.shape[-2]), (2, x.shape[-1])):
            length = np.rint(size * self.largest * rng.random((n, 1, 1)))
            start = np.floor((size - length + 1) * rng.random((n, 1, 1)))
            place = np.arange(size).reshape(1, *([-1, 1] if axis == 1 else [1, -1]))
            erased = erased & (place >= start) & (place < start + length)
        return np.where(erased if x.ndim == 3 else erased[:, None], 0, x)
