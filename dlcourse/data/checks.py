"""Why this file exists: an option that makes no sense, or a damaged file, is told in one line: what, where, what to do.

Every data set checks its options here, so the same mistake gets the same words everywhere.
"""

import hashlib
import importlib.resources
import math

import numpy as np


class DataError(ValueError):
    """Data that are missing, damaged or not what they should be: one line with what, where and what to do."""


def whole(name, option, value, low, high=math.inf):
    """The option of the data set `name` if it is a whole number from low to high.

    Raises:  DataError with the name of the data set, the option and what came.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        wanted = f"at least {low:,}" if high == math.inf else f"{low:,} to {high:,}"
        raise DataError(f"{name} expected {option} to be a whole number, {wanted}, got {value!r}")
    return int(value)


def number(name, option, value, low=-math.inf, high=math.inf):
    """The option of the data set `name` if it is a finite number from low to high.

    Raises:  DataError with the name of the data set, the option and what came.
    """
    is_number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not low <= value <= high:
        limits = [f"{word} {limit:g}" for word, limit in (("at least", low), ("at most", high)) if math.isfinite(limit)]
        wanted = ", ".join(["a number", *limits])
        raise DataError(f"{name} expected {option} to be {wanted}, got {value!r}")
    return float(value)


def one_of(name, option, value, choices):
    """The option of the data set `name` if it is one of the choices.

    Raises:  DataError with the name of the data set, the option, the choices and what came.
    """
    if value not in list(choices):  # a list, since a dict cannot be asked for what has no hash
        raise DataError(f"{name} expected {option} to be one of {', '.join(map(repr, choices))}, got {value!r}")
    return value


def packaged(name, sha256):
    """The bytes of a file of this package, after its hash has been checked.

    Raises:  DataError for a file that is missing or not the one of this hash.
    """
    path = importlib.resources.files(__package__) / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): install dlcourse again") from None
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise DataError(f"{path} is damaged: expected the SHA-256 {sha256[:12]}..., got {found[:12]}... of "
                        f"{len(content):,} bytes: install dlcourse again")
    return content
