"""Why this file exists: it runs a learner's function and finds what is wrong beside the value that comes back.

A number instead of a function, other arguments, an exception, a missing `return`, changed arguments, a changed global,
answers that differ from call to call, and a Python loop or a large table where the exercise asks for none.
"""

import copy
import gc
import inspect
import random
import sys
import traceback
import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np

from .. import get_default_dtype
from .checks import fail, show


def unanswered(answer) -> bool:
    """True if `answer` is still the stub: `...`, or a function whose body is only a docstring and `...`."""
    code = getattr(answer, "__code__", None)
    if code is None or code.co_code != _untouched.__code__.co_code:
        return answer is ...
    return all(constant in (None, answer.__doc__) for constant in code.co_consts)


def _untouched():
    """A stub, to compare the learner's function with."""
    ...


def demand_function(answer, worked: Callable, number: str):
    """Fail unless `answer` is a function that takes the arguments of the worked one; their names are free."""
    name, wanted = worked.__name__, list(inspect.signature(worked).parameters)
    if not callable(answer):
        fail(f"got {show(answer)}, expected the function {name}",
             f'the function was called, or its name stands in quotes; write check("{number}", {name})')
    try:
        signature = inspect.signature(answer)
    except ValueError:  # some built-in functions have none
        return
    try:
        signature.bind(*wanted)
    except TypeError:
        fail(f"got {name_of(answer)}{signature}, expected {name}({', '.join(wanted)})",
             "other arguments; the check hands over exactly these, in this order")
    if sorted(signature.parameters) == sorted(wanted) and list(signature.parameters) != wanted:
        fail(f"got {name_of(answer)}{signature}, expected {name}({', '.join(wanted)})", "the order of the arguments")


def call(answer: Callable, *arguments, causes: dict[type[Exception], str] | None = None):
    """Call the learner's function with copies of the arguments, twice, and return what it returned.

    `causes` says for a kind of exception what it means in this exercise.
    """
    called = f"{name_of(answer)}({', '.join(map(show, arguments))})"
    before = _surroundings()
    result = _run(called, answer, arguments, causes)
    for name, state in _surroundings().items():
        if state != before[name]:
            fail(f"{called} changed {name}: got another state after the call, expected the one before",
                 "a function that seeds or draws from a shared generator changes what other cells compute; "
                 "make one of its own, `rng = np.random.default_rng(seed)`")
    if result is None:
        fail(f"{called}: got None, expected a value", "is a `return` missing? `print` shows a value and returns None")
    if isinstance(result, Iterator):
        fail(f"{called}: got a {type(result).__name__}, expected a value",
             "`yield` in place of `return`; or make a list of it")
    again = _run(called, answer, arguments)
    if _differ(result, again, np.allclose):
        fail(f"{called}: got {show(again)} the second time, expected {show(result)} as the first time",
             "something outlives the call: a default argument such as `seen=[]`, a global variable, random numbers")
    return result


def parts(answer: Callable, names: tuple[str, ...], *arguments) -> tuple:
    """Call the learner's function and unpack its result, which must have one value for each name."""
    result = call(answer, *arguments)
    if isinstance(result, np.ndarray) and result.ndim and len(result) == len(names):
        result = list(result)  # as good as side by side
    if not isinstance(result, tuple | list) or len(result) != len(names):
        got = f"{len(result)} values" if isinstance(result, tuple | list) else show(result)
        fail(f"{name_of(answer)}: got {got}, expected {len(names)} values: {', '.join(names)}",
             f"end with `return {', '.join(names)}`")
    return tuple(result)


def without_loop(answer: Callable, arguments: Callable[[int], tuple], few: int = 8, many: int = 64):
    """Fail if the answer runs more lines of Python for many examples than for few: it loops over them.

    `arguments(N)` makes the arguments for N examples. Lines are counted, not seconds, so the verdict is the same on any
    machine; loops over layers or classes cost nothing. Comprehensions, `np.vectorize` and loops in helpers count too.
    A loop that runs in C on Python's side, such as the built-in `sum` of an array, is not seen.
    """
    small, large = _lines(answer, arguments(few)), _lines(answer, arguments(many))
    if large - small >= (many - few) / 8:
        fail(f"the values are right, but {name_of(answer)} loops over the examples: got {small} lines of Python for "
             f"{few} of them and {large} for {many}, expected equally many",
             "a `for`, a comprehension or `np.vectorize`; let one operation on whole arrays serve all examples")


def in_little_memory(answer: Callable, arguments: tuple, most: int, case: str, cause: str):
    """Fail if the answer holds more than `most` bytes at once. It has run before, so what it imports is loaded."""
    traced = tracemalloc.is_tracing()  # by somebody else, who goes on
    if not traced:
        tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    try:
        _run(name_of(answer), answer, arguments)
        held = tracemalloc.get_traced_memory()[1] - before
    finally:
        if not traced:
            tracemalloc.stop()
    if held > most:
        fail(f"the values are right, but {name_of(answer)} needs much memory for {case}: got {held / 1e6:.1f} MB at "
             f"once, expected at most {most / 1e6:.1f} MB", cause)


def name_of(answer) -> str:
    """The name of a function, also of one that has none (a lambda, a partial, a callable object)."""
    name = getattr(answer, "__name__", "")
    return name if name.isidentifier() else "your function"


def _run(called: str, answer: Callable, arguments: tuple, causes: dict[type[Exception], str] | None = None):
    """What the function returns for copies of the arguments, which it has to leave alone."""
    handed = copy.deepcopy(arguments)
    try:
        with np.errstate(all="ignore"):  # an overflow is reported as nan or inf, with its cause
            result = answer(*handed)
    except Exception as error:
        if type(error).__name__ == "NotImplementedError" and not str(error):
            fail(f"{name_of(answer)} is not written yet: its body still raises NotImplementedError")
        cause = next((text for kind, text in (causes or {}).items() if kind.__name__ == type(error).__name__), "")
        line = "" if cause else _line_of(error)
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        fail(f"{called}: got {said}, expected a value{line}", cause)
    for before, after in zip(arguments, handed, strict=True):
        if not _differ(before, after):
            continue
        if isinstance(before, np.ndarray) and before.shape == after.shape:
            where = tuple(np.argwhere(before != after)[0])
            before, after = before[where], after[where]
        fail(f"{called} changed its input: got {show(after)} in it after the call, expected {show(before)} as before",
             "`x -= m`, `x[...] = m` and `x.sort()` write into the caller's x; `x = x - m` makes a new one")
    return result


def _line_of(error: Exception) -> str:
    """Where in the learner's own code the error was raised: the last line in the file of the first.

    An error that came over from another process brings the place as its `where`.
    """
    if hasattr(error, "where"):
        return f"\nIt happened in {error.where}" if error.where else ""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    own = [frame for frame in frames if frame.filename == frames[0].filename]
    return f"\nIt happened in line {own[-1].lineno} of {own[-1].name}: {own[-1].line}".rstrip(": ") if own else ""


def _surroundings() -> dict:
    """What a function could change that does not belong to it."""
    shared = np.random.get_bit_generator().state["state"]
    return {
        "np.random": [np.asarray(part).tolist() for part in shared.values()],
        "the module random": random.getstate(),
        "the default dtype": get_default_dtype(),
    }


def _differ(one, other, equal=np.array_equal) -> bool:
    """True if two arguments or results differ. What NumPy cannot compare counts as equal; `numbers` refuses it."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) != list(other) or _differ(list(one.values()), list(other.values()), equal)
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) != len(other) or any(_differ(a, b, equal) for a, b in zip(one, other, strict=True))
    if isinstance(one, str | bytes | set):
        return one != other
    try:
        return np.shape(one) != np.shape(other) or not equal(one, other, equal_nan=True)
    except (TypeError, ValueError, RuntimeError):  # functions; objects of any kind; tensors of PyTorch with a gradient
        return False


def _lines(answer: Callable, arguments: tuple) -> int:
    """How many lines of Python one call runs, in the function and in all that it calls.

    What stands for a function in another process counts them there.
    """
    if hasattr(answer, "count_lines"):
        return answer.count_lines(*copy.deepcopy(arguments))
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        count += event == "line"
        return trace

    def counted(*handed):
        tracer = sys.gettrace()  # of a debugger or of coverage; it gets its place back
        collecting = gc.isenabled()
        gc.disable()  # what others left behind may run Python when it is collected, and would be counted
        sys.settrace(trace)
        try:
            return answer(*handed)
        finally:
            sys.settrace(tracer)
            if collecting:
                gc.enable()

    _run(name_of(answer), counted, arguments)
    return count
