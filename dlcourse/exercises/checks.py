"""Why this file exists: the checks of all chapters compare what came back with what is right, and say what went wrong.

A check raises `CheckFailed`, whose text names the value, where it stands, what came (got), what was wanted (expected)
and, where it can be told, the likely cause. The best causes are recognized by computing the wrong answer too: see
`traps` in `compare`. What goes wrong while a function runs is found by `calls.py`.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from .. import Tensor

KINDS = {  # of a dtype that holds no real numbers: what may have happened
    "b": "a comparison gives True or False; turn it into a number",
    "c": "a root of a negative number makes Python go on with complex numbers",
    "O": "an array of Python objects; `dtype=float` makes it one of numbers",
    "U": "numbers in quotes are text",
}


class CheckFailed(AssertionError):
    """An answer is not right; the text says which value, got, expected and a likely cause."""


def fail(message: str, cause: str = ""):
    """Raise `CheckFailed` with the message and, on a line of its own, the likely cause."""
    raise CheckFailed(message + (f"\nLikely cause: {cause}" if cause else ""))


def numbers(what: str, got, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """`got` as an array of real numbers; fails unless it has the given shape, if one is given."""
    first = got[0] if isinstance(got, tuple | list) and got else got
    if first is ...:
        fail(f"{what}: not answered yet; put your answer in place of the `...`")
    if type(first).__module__.split(".")[0] == "torch":  # recognized without importing torch
        fail(f"{what}: got a tensor of PyTorch, expected an array of NumPy", "`t.detach().numpy()` is the array of t")
    if isinstance(first, Tensor):
        fail(f"{what}: got a Tensor, expected an array of NumPy", "`t.data` is the array of a Tensor t")
    if isinstance(got, Iterator):
        fail(f"{what}: got a {type(got).__name__}, expected numbers", "it yields values one by one; make a list of it")
    try:
        array = np.asarray(got)
    except ValueError:
        fail(f"{what}: got {show(got)}, expected an array of numbers", "its rows differ in length")
    if array.dtype.kind not in "iuf":
        known = isinstance(got, np.ndarray) or array.dtype.kind != "O"  # what NumPy does not know becomes an object
        kind = f"dtype {array.dtype}" if isinstance(got, np.ndarray) else f"type {type(got).__name__}"
        fail(f"{what}: got {show(got)} of {kind}, expected real numbers", KINDS.get(array.dtype.kind, "") * known)
    if shape is not None and array.shape != shape:
        _fail_shape(what, array.shape, shape)
    return array


def _fail_shape(what: str, got: tuple[int, ...], expected: tuple[int, ...], cause: str = ""):
    texts = [f"shape {shape}" if shape else "a single number" for shape in (got, expected)]
    fail(f"{what}: got {texts[0]}, expected {texts[1]}", cause or _cause_of_shape(got, expected))


def _cause_of_shape(got: tuple[int, ...], expected: tuple[int, ...]) -> str:
    if len(got) == 2 and got == expected[::-1]:
        return "it is transposed"
    if [n for n in got if n > 1] == [n for n in expected if n > 1]:
        if not expected:
            return "an array that holds the number; `x[0]` or `x.item()` takes it out"
        if len(got) > len(expected):
            return "an axis too many; `keepdims=True` and `[:, None]` make one, `x[:, 0]` or `x[0]` removes one"
        return "an axis is missing; `keepdims=True` keeps it, `x[:, None]` or `x[None]` adds one"
    if not expected:
        return "is the mean or the sum missing?"
    if len(got) == 2 and got[0] == got[1] and max(expected) == got[0] and np.prod(expected) == got[0]:
        return "an (N, 1) and an (N,) array were combined, which gives (N, N)"
    if np.prod(got) == np.prod(expected):
        return "the number of values is right; which axis stands for what?"
    if not got:
        return "everything was summed up; `axis=` says over what to sum"
    return ""


def in_shape(names: tuple[str, ...], got: tuple, shapes: tuple, case: str = "", cause: str = "") -> list[np.ndarray]:
    """The parts of a result as arrays of these shapes; `cause` is for a wrong shape that nothing else explains."""
    arrays = [numbers(f"{case}{name}", part) for name, part in zip(names, got, strict=True)]
    _demand_order(names, arrays, lambda array, i: array.shape == shapes[i], case)
    for name, array, shape in zip(names, arrays, shapes, strict=True):
        if array.shape != shape:
            _fail_shape(f"{case}{name}", array.shape, shape, _cause_of_shape(array.shape, shape) or cause)
    return arrays


def _demand_order(names: tuple[str, ...], arrays: list, fits: Callable[[np.ndarray, int], bool], case: str):
    """Fail if the parts fit in another order than that of their names. fits(array, i): can this be part i?"""
    for order in itertools.permutations(range(len(names))):  # the first is the right one
        if all(map(fits, arrays, order)):
            if list(order) != sorted(order):
                wanted = ", ".join(names)
                fail(f"{case}got {', '.join(names[i] for i in order)}, expected {wanted}",
                     f"the order of the results: `return {wanted}`")
            return


def compare(what: str, got, expected, traps=(), sizes: Mapping[str, int] | None = None,
            where: Callable[[tuple], str] | None = None, rtol=1e-6, atol=1e-9):  # fmt: skip
    """Fail unless `got` equals `expected` in shape, precision and, up to rounding, in value.

    traps are pairs (wrong value, cause): if `got` equals the wrong value, the message names that cause. sizes are those
    of the case, such as {"examples": 5}: a value that is wrong by such a factor is told which one it is. where(index)
    says in the words of the case where a value stands.
    """
    array, expected = numbers(what, got), np.asarray(expected)
    trap = next((cause for value, cause in traps if _equal(array, value, rtol, atol)), "")
    if array.shape != expected.shape:
        _fail_shape(what, array.shape, expected.shape, trap)
    if array.dtype.kind == expected.dtype.kind == "f" and array.dtype.itemsize < expected.dtype.itemsize:
        fail(f"{what}: got dtype {array.dtype}, expected {expected.dtype}",
             f"an `astype` or a `dtype=` that leaves only {np.finfo(array.dtype).precision} digits")
    wrong = ~np.isclose(array, expected, rtol, atol)
    if not wrong.any():
        return
    error = np.where(np.isfinite(array), np.abs(array - expected.astype(float)), np.inf)
    worst = np.unravel_index(int(error.argmax()), error.shape)
    value, right = _digits(array[worst], expected[worst])
    fail(f"{what}: got {value}{(where or _place)(worst)}, expected {right}{_extent(wrong)}",
         trap or _cause(array, expected, sizes or {}, rtol, atol))


def compare_all(names: tuple[str, ...], got: tuple, expected: tuple, traps=(), case: str = "", **options):
    """`compare` for each part of a result; traps are pairs (wrong parts, cause). Exchanged parts are recognized.

    If several traps explain the first wrong part, the one that explains most of the parts is named.
    """
    arrays = [numbers(f"{case}{name}", part) for name, part in zip(names, got, strict=True)]
    _demand_order(names, arrays, lambda array, i: _equal(array, expected[i]), case)
    traps = sorted(traps, key=lambda trap: sum(map(_equal, arrays, trap[0])), reverse=True)
    for i, name in enumerate(names):
        compare(f"{case}{name}", arrays[i], expected[i], [(parts[i], cause) for parts, cause in traps], **options)


def _equal(got: np.ndarray, value, rtol=1e-6, atol=1e-9) -> bool:
    return np.shape(value) == got.shape and np.allclose(got, value, rtol, atol, equal_nan=True)


def _digits(got, expected) -> tuple[str, str]:
    """Both numbers with six digits, or with more if that is where they differ."""
    short = f"{got:.6g}", f"{expected:.6g}"
    return short if short[0] != short[1] else (f"{got:.15g}", f"{expected:.15g}")


def _place(index: tuple) -> str:
    """Where a value stands, in words."""
    if len(index) == 2:
        return f" in row {index[0]}, column {index[1]}"
    return f" at index {', '.join(map(str, index))}" if index else ""


def _extent(wrong: np.ndarray) -> str:
    """How many values differ, and whether they are all in one row or column."""
    if wrong.size == 1:
        return ""
    text = f" ({wrong.sum()} of {wrong.size} values differ"
    for axis, name in enumerate(("row", "column") if wrong.ndim == 2 else ()):
        lines = np.unique(np.nonzero(wrong)[axis])
        if wrong.sum() > 1 and len(lines) == 1 < wrong.shape[axis]:
            text += f", all in {name} {lines[0]}"
    return text + ")"


def _cause(got: np.ndarray, expected: np.ndarray, sizes: Mapping[str, int], rtol: float, atol: float) -> str:
    if not np.isfinite(got).all():
        return "`np.exp` of a large number gives inf, the logarithm of 0 gives -inf, and 0/0 or inf - inf gives nan"
    if got.dtype.kind in "iu" and expected.dtype.kind == "f" and (np.abs(got - expected) < 1).all():
        return (f"the result has dtype {got.dtype}, expected {expected.dtype}, so all fractions are lost; "
                "`np.zeros_like` takes the dtype of its argument")
    if np.allclose(got, -expected, rtol, atol):
        return "the sign"
    large = np.abs(expected) > 1e3 * atol
    factor = np.median(got[large] / expected[large]) if large.any() else 0.0
    if factor and np.allclose(got, factor * expected, rtol, atol):
        cause = _cause_of_factor(factor, sizes, single=got.size == 1)
        if cause:
            return cause
    if got.size > 1 and np.allclose(got - expected, (got - expected).flat[0], rtol, atol):
        return f"every value is wrong by the same {(got - expected).flat[0]:.6g}; what was added or left out?"
    if got.ndim == 2 and got.shape[0] == got.shape[1] and np.allclose(got, expected.T, rtol, atol):
        return "it is transposed"
    if got.ndim and np.allclose(got, expected[::-1], rtol, atol):
        return "the order is reversed"
    return ""


def _cause_of_factor(factor: float, sizes: Mapping[str, int], single: bool) -> str:
    for name, size in sizes.items():
        if size > 1 and np.isclose(factor, size):
            return f"{size} times too large, and {size} is the number of {name}: a sum where the mean is asked?"
        if size > 1 and np.isclose(factor * size, 1):
            return f"{size} times too small, and {size} is the number of {name}: a mean where the sum is asked?"
    if single:  # any two numbers differ by some factor
        return ""
    return f"every value is {factor:.6g} times the expected one; is a factor missing, or a mean mistaken for a sum?"


def show(value) -> str:
    """A short text for a value in a message."""
    if isinstance(value, np.ndarray) and value.size > 6:
        return f"array of shape {value.shape}"
    if isinstance(value, np.ndarray):
        text = np.array2string(value, separator=", ", precision=4).replace("\n", "")
    elif isinstance(value, float | np.floating):
        text = f"{value:.6g}"
    elif isinstance(value, np.generic):
        text = repr(value.item())
    else:
        text = getattr(value, "__name__", "") or " ".join(repr(value).split())
    return text if len(text) <= 80 else text[:77] + "..."
