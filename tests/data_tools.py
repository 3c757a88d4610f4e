"""What the tests of the data share: shapes on a card compared with arrays, and a hash of what was loaded."""

import functools
import hashlib
import re

import numpy as np

from dlcourse import data


def shape_problems(shape, array):
    """Where an array differs from a shape as a card writes it: letters stand for any size, numbers for themselves."""
    wanted = [part for part in re.sub(r"[() ]", "", shape).split(",") if part]
    if len(wanted) != array.ndim:
        return [f"{shape} has {len(wanted)} dimensions, the array {array.ndim}"]
    return [f"{shape} says {part}, the array has {size}"
            for part, size in zip(wanted, array.shape, strict=True) if part.isdigit() and int(part) != size]


def fingerprint(rows, decimals=6):
    """A hash of all fields of a data set, numbers rounded to so many decimals, texts as they are."""
    digest = hashlib.sha256()
    for name, values in rows.fields.items():
        digest.update(name.encode())
        if values.dtype == object:
            digest.update("\0".join(values).encode())
        else:
            steps = np.rint(values.astype(np.float64) * 10**decimals) + 0.0  # no -0, which has other bytes
            digest.update(steps.astype("<f8").tobytes())
    return digest.hexdigest()[:16]


def check_seed_and_parts(name, sizes):
    """Check that the seed decides all rows of a set, and that its parts have these sizes and share no row."""
    first, again, other = data.load(name), data.load(name), data.load(name, seed=1)
    assert np.array_equal(first.x, again.x) and np.array_equal(first.y, again.y)
    assert not np.array_equal(first.x, other.x)
    assert {part: len(getattr(first, part)) for part in first.parts} == sizes
    rows = np.concatenate([first.fit.x, first.validation.x, first.test.x])
    assert np.array_equal(rows, first.x) and len({row.tobytes() for row in rows}) == len(rows)


@functools.cache
def loaded():
    """Each data set that is always there, once for all tests: do not change it."""
    return {card.name: data.load(card.name) for card in data.describe() if card.kind != "request"}
