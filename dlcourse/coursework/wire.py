"""Why this file exists: what may cross the wall between the grader and a student's code, and in which form.

JSON, with the bytes of arrays in base64. Never pickle: whoever unpickles runs what the sender wants. Objects that are
no data stay in the box; a handle stands for them. Both sides import this file, so it needs NumPy alone.
"""

import base64
import json
import re
from collections.abc import Callable

import numpy as np

MOST_BYTES = 32 << 20  # of one message
MOST_TEXT = 100_000  # characters of one string
DEEPEST = 12  # lists inside lists
_DTYPE = re.compile(r"[<>|=]?([biufc]\d{1,2}|U\d{1,5})")


class WireError(ValueError):
    """A value or a message that may not cross: too large, too deep, or not in the agreed form."""


def encode(value, keep: Callable[[object], dict] | None = None, depth: int = 0):
    """`value` in a form that JSON knows. For what is no data crosses what `keep` says of it.

    Raises:  WireError for what is too large or too deep, and for an object where nothing keeps it.
    """
    if depth > DEEPEST:
        raise WireError(f"lists inside lists, more than {DEEPEST} deep")
    kind = type(value)
    if value is None or kind in (bool, int, float):
        return value
    if value is ...:  # an answer that was not given
        return {"ellipsis": True}
    if kind is str:
        if len(value) > MOST_TEXT:
            raise WireError(f"a text of {len(value):,} characters; at most {MOST_TEXT:,} can be handed over")
        return value
    if kind in (list, tuple, set, frozenset):
        return {kind.__name__: [encode(part, keep, depth + 1) for part in value]}
    if kind is dict:
        return {"dict": [[encode(key, keep, depth + 1), encode(part, keep, depth + 1)] for key, part in value.items()]}
    if isinstance(value, np.ndarray | np.generic) and _DTYPE.fullmatch(value.dtype.str):
        return _encode_array(value)
    if kind.__name__ == "Tensor" and isinstance(getattr(value, "data", None), np.ndarray):
        return {"tensor": _encode_array(value.data)}
    if keep is None:
        raise WireError(f"a {kind.__name__}; only numbers, texts, arrays, lists and dicts of them can be handed over")
    return keep(value)


def decode(value, of_handle):
    """What `encode` wrote; `of_handle(message)` says what stands for an object.

    Raises:  WireError if it is in any other form. Nothing the sender writes runs here.
    """
    if not isinstance(value, dict):
        if isinstance(value, list):
            raise WireError("a list without its kind")
        return value
    if "handle" in value:
        return of_handle(value)
    if "ellipsis" in value:
        return ...
    if "tensor" in value:
        from .. import Tensor  # only where the course is open to the student

        return Tensor(decode(value["tensor"], of_handle))
    if "bytes" in value:
        return _decode_array(value)
    for kind in (list, tuple, set, frozenset):
        if kind.__name__ in value:
            return kind(decode(part, of_handle) for part in value[kind.__name__])
    if "dict" in value:
        return {decode(key, of_handle): decode(part, of_handle) for key, part in value["dict"]}
    raise WireError(f"a value of no known kind, with {sorted(value)[:3]}")


def _encode_array(value) -> dict:
    array = np.array(value, order="C")  # no subclass: its methods would run on the other side
    if array.nbytes > MOST_BYTES // 2:
        raise WireError(f"an array of shape {array.shape}, {array.nbytes / 1e6:.0f} MB; at most 16 can be handed over")
    text = base64.b64encode(array.tobytes()).decode()
    scalar = isinstance(value, np.generic)
    return {"bytes": text, "dtype": array.dtype.str, "shape": list(array.shape), "scalar": scalar}


def _decode_array(value: dict):
    if not _DTYPE.fullmatch(value["dtype"]):
        raise WireError(f"an array of dtype {value['dtype']!r}")
    data = base64.b64decode(value["bytes"], validate=True)
    array = np.frombuffer(data, np.dtype(value["dtype"])).reshape([int(size) for size in value["shape"]]).copy()
    return array[()] if value.get("scalar") else array


def to_line(message: dict) -> bytes:
    """One message as one line.   Raises:  WireError if it is too large."""
    line = json.dumps(message).encode() + b"\n"
    if len(line) > MOST_BYTES:
        raise WireError(f"an answer of {len(line) / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} MB can be handed over")
    return line


def from_line(line: bytes) -> dict:
    """The message of a line.   Raises:  WireError if it is none."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise WireError("an answer that is no message") from error
    if not isinstance(message, dict):
        raise WireError("an answer that is no message")
    return message
