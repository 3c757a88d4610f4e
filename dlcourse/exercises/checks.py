"""Why this file exists: checks of all chapters run a learner's function, compare, and say what went wrong and why.

A check raises `CheckFailed`, whose text names the value, what came (got), what was wanted (expected) and, where it can
be told, the likely cause. The best causes are recognized by computing the wrong answer too: see `traps` in `compare`.
"""

import copy
from collections.abc import Callable

import numpy as np


class CheckFailed(AssertionError):
    """An answer is not right; the text says which value, got, expected and a likely cause."""


def fail(message: str, cause: str = ""):
    """Raise `CheckFailed` with the message and, on a line of its own, the likely cause."""
    raise CheckFailed(message + (f"\nLikely cause: {cause}" if cause else ""))


def unanswered(answer) -> bool:
    """True if `answer` is still the stub: `...`, or a function whose body is only a docstring and `...`."""
    code = getattr(answer, "__code__", None)
    if code is None or code.co_code != _untouched.__code__.co_code:
        return answer is ...
    return all(constant in (None, answer.__doc__) for constant in code.co_consts)


def _untouched():
    """A stub, to compare the learner's function with."""
    ...


def call(answer: Callable, *arguments):
    """Call the learner's function with copies of the arguments; complain about None and about changed inputs.

    An exception of the learner's own code passes through, with a note that says how the function was called.
    """
    if not callable(answer):
        fail(f"got {show(answer)}, expected a function", "hand over the function itself, without calling it")
    called = f"{name_of(answer)}({', '.join(map(show, arguments))})"
    handed = copy.deepcopy(arguments)
    try:
        with np.errstate(all="ignore"):  # an overflow is reported below as nan or inf, with its cause
            result = answer(*handed)
    except Exception as error:
        error.add_note(f"This happened when the check called {called}.")
        raise
    for before, after in zip(arguments, handed, strict=True):
        if not np.array_equal(before, after):
            if isinstance(before, np.ndarray):
                changed = tuple(np.argwhere(before != after)[0])
                before, after = before[changed], after[changed]
            fail(f"{called} changed its input: got {after} in it after the call, expected {before} as before",
                 "`x -= m` and `x[...] = m` write into the caller's array; `x = x - m` makes a new one")
    if result is None:
        fail(f"{called}: got None, expected a value", "is a `return` missing?")
    return result


def parts(answer: Callable, names: tuple[str, ...], *arguments) -> tuple:
    """Call the learner's function and unpack its result, which must have one value for each name."""
    result = call(answer, *arguments)
    if not isinstance(result, tuple | list) or len(result) != len(names):
        got = f"{len(result)} values" if isinstance(result, tuple | list) else show(result)
        fail(f"{name_of(answer)}: got {got}, expected {len(names)} values: {', '.join(names)}",
             f"end with `return {', '.join(names)}`")
    return tuple(result)


def numbers(what: str, got, shape: tuple[int, ...]) -> np.ndarray:
    """`got` as an array of numbers; fails unless it has the given shape."""
    try:
        array = np.asarray(got)
    except ValueError:  # rows of different lengths
        fail(f"{what}: got {show(got)}, expected an array of shape {shape}", "its rows differ in length")
    if array.dtype.kind not in "iuf":
        fail(f"{what}: got {show(got)} of type {type(got).__name__}, expected real numbers")
    if array.shape != shape:
        transposed = array.ndim == 2 and array.shape == shape[::-1]
        fail(f"{what}: got shape {array.shape}, expected {shape}", "it is transposed" if transposed else "")
    return array


def compare(what: str, got, expected, traps: tuple[tuple[object, str], ...] = (), rtol=1e-6, atol=1e-9):
    """Fail unless `got` equals `expected` in shape and, up to rounding, in value.

    traps are pairs (wrong value, cause): if `got` equals the wrong value, the message names that cause.
    """
    expected = np.asarray(expected, dtype=float)
    array = numbers(what, got, expected.shape)
    wrong = ~np.isclose(array, expected, rtol, atol)
    if not wrong.any():
        return
    error = np.where(np.isfinite(array), np.abs(array - expected), np.inf)
    worst = np.unravel_index(int(error.argmax()), error.shape)
    where = f"[{', '.join(map(str, map(int, worst)))}]" if array.ndim else ""
    count = f" ({wrong.sum()} of {array.size} values differ)" if array.ndim else ""
    fail(f"{what}{where}: got {array[worst]:.6g}, expected {expected[worst]:.6g}{count}",
         _likely_cause(array, expected, traps, rtol, atol))


def _likely_cause(got: np.ndarray, expected: np.ndarray, traps, rtol: float, atol: float) -> str:
    for value, cause in traps:
        if np.shape(value) == got.shape and np.allclose(got, value, rtol, atol, equal_nan=True):
            return cause
    if not np.isfinite(got).all():
        return "a number became too large for `np.exp`, or a logarithm met 0"
    if got.dtype.kind in "iu" and np.any(expected != expected.round()):
        return f"the result has the integer type {got.dtype}: `np.zeros_like` copies the type of its argument"
    if np.allclose(got, -expected, rtol, atol):
        return "the sign"
    large = np.abs(expected) > 1e3 * atol
    factor = np.median(got[large] / expected[large]) if large.any() else 0.0
    if factor and got.size > 1 and np.allclose(got, factor * expected, rtol, atol):
        return f"every value is {factor:.6g} times the expected one; is a factor missing, or a mean mistaken for a sum?"
    if got.ndim == 2 and got.shape[0] == got.shape[1] and np.allclose(got, expected.T, rtol, atol):
        return "it is transposed"
    return ""


def name_of(answer) -> str:
    """The name of a function, also of one that has none (a partial, a callable object)."""
    return getattr(answer, "__name__", type(answer).__name__)


def show(value) -> str:
    """A short text for a value in a message."""
    if isinstance(value, np.ndarray) and value.size > 6:
        return f"array of shape {value.shape}"
    if isinstance(value, np.ndarray):
        return np.array2string(value, separator=", ", precision=4, threshold=20).replace("\n", "")
    text = value.__name__ if callable(value) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
