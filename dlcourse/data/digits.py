"""Why this file exists: the one set of real pictures that is small enough to ship, 1,797 digits written by hand."""

import functools
import io

import numpy as np

from .base import PARTS, Card, Dataset, dataset, floats, parts_of
from .checks import DataError, one_of, packaged, whole

CARD = Card(
    name="digits",
    title="Handwritten digits",
    kind="embedded",
    summary="Digits that people wrote on a form, as pictures of 8 x 8 pixels.",
    origin="Alpaydin and Kaynak 1998, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository; the "
    "copy that scikit-learn ships (the original's test file), its rows in its order",
    license="CC BY 4.0",
    size="1,797 pictures, 45 KB",
    fields={
        "x": ("(M, 64)", "gray values from 0 (paper) to 1 (ink), row by row; (M, size * size) with another size"),
        "y": ("(M,)", "the digit, 0 to 9"),
        "images": ("(M, 8, 8)", "the rows of x as pictures; (M, size, size) with another size"),
    },
    parts=PARTS,
    options={
        "split": "'ordered', as the rows stand (default), or 'random', shuffled first; both 800 + 200 + 797 rows",
        "seed": "the seed of the random split (default 0); the ordered one has none",
        "size": "8 as stored (default), or 12 to 112: enlarged smoothly, with a border of 1/14 of the size",
    },
    good_for=("first classifiers that train in a second", "small convolutional networks", "few labels, transfer",
              "real handwriting against rendered letters"),
    flaws=(
        "Writers seem to come in blocks, so the last 797 rows are harder than a random 797; no writer labels are "
        "shipped, so call it the ordered split and not a split by writers.",
        "797 test pictures: one percent is eight of them, so look at intervals and paired tests.",
        "Already centered and scaled by hand-made steps; 8 x 8 pixels hide what a real scan holds.",
    ),
    chapters=("1", "3", "4", "6", "8"),
)
SHA256 = "089d33176bf6819a5c6ebd6746c5293713f4e81c2c8fc52b672e6e15faa78f41"
FIT, VALIDATION, TEST = 800, 200, 797
LEAST, MOST = 12, 112  # the sizes of an enlarged digit
BORDER = 14  # an enlarged digit keeps 1 / 14 of the picture free on each side


@dataset(CARD)
def digits(split="ordered", seed=0, size=8):
    """The 1,797 handwritten digits that scikit-learn ships.

    Returns: Dataset with x (M, size * size), y (M,), images (M, size, size).
    Raises:  DataError for an unknown split or size, and for a file that is missing or damaged.
    Source:  Alpaydin and Kaynak 1998 (UCI Machine Learning Repository, CC BY 4.0).   Chapter: 1.
    """
    one_of("digits", "split", split, ("ordered", "random"))
    size = whole("digits", "size", size, 8, MOST)
    if 8 < size < LEAST:
        raise DataError(f"digits expected size to be 8, or {LEAST} to {MOST}, got {size}")
    pixels, labels = _stored_digits()
    rows = len(labels)
    order = np.arange(rows) if split == "ordered" else np.random.default_rng(seed).permutation(rows)
    ink = pixels / 16 if size == 8 else _enlarged(size) / 255
    x, y = floats(ink)[order], labels.astype(np.int64)[order]
    images = x.reshape(-1, size, size).copy()  # so that changing the one in place leaves the other
    return Dataset(CARD, {"x": x, "y": y, "images": images}, parts_of(FIT, VALIDATION, TEST),
                   common={"classes": list("0123456789")})


@functools.cache
def _stored_digits():
    with np.load(io.BytesIO(packaged("digits.npz", SHA256)), allow_pickle=False) as stored:
        return stored["pixels"], stored["labels"]


@functools.lru_cache(maxsize=4)
def _enlarged(size):
    """The pictures with size x size pixels, row by row, in whole steps of 1 / 255, so that every processor agrees."""
    from PIL import Image

    border = max(1, round(size / BORDER))
    inner = size - 2 * border
    large = np.zeros((len(_stored_digits()[1]), size, size), np.uint8)
    for i, pixels in enumerate(_stored_digits()[0].reshape(-1, 8, 8)):
        picture = Image.fromarray(pixels.astype(np.float32)).resize((inner, inner), Image.Resampling.BICUBIC)
        ink = np.clip(np.asarray(picture, np.float64) / 16, 0, 1)
        large[i, border:-border, border:-border] = np.rint(255 * ink)
    return large.reshape(len(large), -1)
