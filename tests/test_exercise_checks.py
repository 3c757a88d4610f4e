"""The pieces that all checks are made of: what they say for which mistake, and what they leave alone."""

import random
import re
import sys
import tracemalloc

import numpy as np
import pytest

from dlcourse.exercises import CheckFailed, check
from dlcourse.exercises.calls import call, demand_function, in_little_memory, parts, unanswered, without_loop
from dlcourse.exercises.checks import compare, compare_all, in_shape, show
from dlcourse.exercises.predictions import choice, near

TABLE = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])
SQUARE = np.array([[1.0, 2.0], [5.0, 4.0]])


def told(function, *arguments, **options):
    """What a check says."""
    with pytest.raises(CheckFailed) as caught:
        function(*arguments, **options)
    return str(caught.value)


# ------------------------------------------------------------------------------------------------ values


@pytest.mark.parametrize(
    ("got", "expected", "sizes", "text"),
    [
        (5 * TABLE, TABLE, {"rows": 5}, "5 times too large, and 5 is the number of rows: a sum where the mean"),
        (TABLE / 3, TABLE, {"rows": 5, "classes": 3}, "3 times too small, and 3 is the number of classes: a mean"),
        (5 * TABLE, TABLE, {}, "every value is 5 times the expected one; is a factor missing, or a mean mistaken for"),
        (0.7, 0.1, {"examples": 7}, "7 is the number of examples"),
        (-TABLE, TABLE, {}, "the sign"),
        (TABLE + 2, TABLE, {}, "every value is wrong by the same 2"),
        (SQUARE.T, SQUARE, {}, "it is transposed"),
        (TABLE.T, TABLE, {}, "got shape (3, 2), expected shape (2, 3)\nLikely cause: it is transposed"),
        (TABLE[::-1], TABLE, {}, "the order is reversed"),
        (TABLE.astype(int), TABLE + 0.5, {}, "dtype int64, expected float64, so all fractions are lost"),
        (TABLE.astype(np.float32), TABLE, {}, "got dtype float32, expected float64"),
        (TABLE[:, 0], TABLE[:, :1], {}, "got shape (2,), expected shape (2, 1)\nLikely cause: an axis is missing"),
        (TABLE[:, :1], TABLE[:, 0], {}, "an axis too many"),
        (TABLE[:, :1] - TABLE[:, 0], TABLE[:, 0], {}, "(N, 1) and an (N,) array were combined, which gives (N, N)"),
        (TABLE.ravel(), TABLE, {}, "the number of values is right; which axis stands for what?"),
        ([[1, 2], [3]], TABLE, {}, "its rows differ in length"),
        (np.where(TABLE == 5, np.inf, TABLE), TABLE, {}, "got inf in row 1, column 1, expected 5 (1 of 6 values"),
        ([1.0, np.nan], np.ones(2), {}, "and 0/0 or inf - inf gives nan"),
        (TABLE + [[0, 0, 0], [1, 2, 0]], TABLE, {}, "got 7 in row 1, column 1, expected 5 (2 of 6 values differ, all"),
        (TABLE + [[0, 1, 0], [0, 2, 0]], TABLE, {}, "(2 of 6 values differ, all in column 1)"),
        (np.arange(8).reshape(2, 2, 2), np.zeros((2, 2, 2)), {}, "got 7 at index 1, 1, 1, expected 0 (7 of 8"),
        (1234567, 1234568, {}, "got 1234567, expected 1234568"),
        (2.3, 1.7, {}, "x: got 2.3, expected 1.7"),
    ],
)
def test_a_message_says_where_and_why(got, expected, sizes, text):
    assert text in told(compare, "x", got, expected, sizes=sizes, rtol=1e-9)


@pytest.mark.parametrize("got", [TABLE, TABLE.tolist(), np.asfortranarray(TABLE), TABLE + 1e-12, TABLE.astype(int)])
def test_the_same_numbers_pass(got):
    compare("x", got, TABLE, traps=((TABLE, "a trap that is right is no trap"),))


def test_a_case_says_in_its_own_words_where_a_value_stands():
    message = told(compare, "f", TABLE[0] + [0, 9, 0], TABLE[0], where=lambda index: f" at x={index[0] / 10}")
    assert message == "f: got 11 at x=0.1, expected 2 (1 of 3 values differ)"


def test_a_trap_names_its_cause_whatever_the_shape():
    traps = ((TABLE.sum(axis=0), "summed over the rows"), (TABLE + 1, "one too many"))
    assert told(compare, "x", TABLE.sum(axis=0), TABLE, traps).endswith("Likely cause: summed over the rows")
    assert told(compare, "x", TABLE + 1, TABLE, traps).endswith("Likely cause: one too many")


def test_exchanged_parts_are_recognized():
    right = (TABLE, SQUARE, np.float64(3))
    compare_all(("A", "B", "c"), right, right)
    assert "got B, A, c, expected A, B, c" in told(compare_all, ("A", "B", "c"), (SQUARE, TABLE, 3.0), right)
    assert "n=1: c: got 4, expected 3" in told(compare_all, ("A", "B", "c"), (*right[:2], 4.0), right, case="n=1: ")


def test_a_trap_that_explains_more_parts_is_named_first():
    right, last = (TABLE, 1.0), (TABLE + 1, 2.0)
    traps = ((last, "the last ones"), ((last[0], right[1]), "changed later"))
    assert told(compare_all, ("w", "b"), last, right, traps).endswith("the last ones")
    assert told(compare_all, ("w", "b"), (last[0], right[1]), right, traps).endswith("changed later")


def test_parts_have_shapes_and_an_order():
    shapes = ((2, 3), (2,), ())
    assert [array.shape for array in in_shape(("A", "b", "c"), (TABLE, [1, 2], 3), shapes)] == list(shapes)
    message = told(in_shape, ("A", "b", "c"), ([1, 2], TABLE, 3), shapes, "n=2: ")
    assert message == "n=2: got b, A, c, expected A, b, c\nLikely cause: the order of the results: `return A, b, c`"
    wrong = (TABLE, [1, 2, 3], 3)
    assert told(in_shape, ("A", "b", "c"), wrong, shapes, "n=2: ", "n").startswith("n=2: b: got shape (3,), expected")
    assert told(in_shape, ("A", "b", "c"), wrong, shapes, "", "b grows").endswith("Likely cause: b grows")
    assert "everything was summed up" in told(in_shape, ("A", "b", "c"), (TABLE, 3, 3), shapes, "", "b grows")


def test_a_value_is_shown_in_few_words():
    assert show(np.zeros((9, 9))) == "array of shape (9, 9)" and show(np.float64(2.5)) == "2.5" and show(len) == "len"
    assert show(np.array([[1.0, 2.0]])) == "[[1., 2.]]" and len(show("long " * 100)) == 80


# ------------------------------------------------------------------------------------------------ calls


def test_a_function_is_called_with_copies_and_twice():
    given, seen = np.zeros(3), []
    assert call(lambda x: (seen.append(x), x + 1)[1], given).tolist() == [1, 1, 1]
    assert len(seen) == 2 and seen[0] is not given


@pytest.mark.parametrize(
    ("change", "argument", "text"),
    [
        (lambda x: x.fill(2), np.zeros((2, 2)), "got 2 in it after the call, expected 0 as before"),
        (lambda x: setattr(x, "shape", (4,)), np.zeros((2, 2)), "got [0., 0., 0., 0.] in it"),
        (lambda x: x.append("c"), ["a"], "got ['a', 'c'] in it after the call, expected ['a'] as before"),
        (lambda x: x.update(b=2), {"a": np.ones(2)}, "changed its input"),
        (lambda x: x["a"].fill(3), {"a": np.ones(2)}, "changed its input"),
        (lambda x: x.add(3), {1, 2}, "changed its input"),
    ],
)
def test_a_changed_argument_is_recognized(change, argument, text):
    assert text in told(call, lambda x: (change(x), 1)[1], argument)


def test_a_changed_global_is_recognized():
    state = random.getstate()
    assert "changed the module random" in told(call, lambda x: random.random(), 1)
    random.setstate(state)


def test_an_exception_is_told_with_the_learners_own_line():
    def ratio(n):
        total = n
        return helper(total, 0)

    def helper(a, b):
        return a / b

    message = told(call, ratio, 3)
    assert message.startswith("ratio(3): got ZeroDivisionError: division by zero, expected a value\n")
    assert message.endswith("of helper: return a / b") and "Traceback" not in message
    assert "got TypeError" in told(call, len, 3), "a built-in function has no line"


def test_an_exception_whose_cause_is_known_is_told_with_it():
    causes = {ZeroDivisionError: "no rows"}
    message = told(call, lambda n: n / 0, 3, causes=causes)
    assert message.endswith("got ZeroDivisionError: division by zero, expected a value\nLikely cause: no rows")
    assert "\nIt happened in line" in told(call, lambda n: [][n], 3, causes=causes)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_learner_can_stop_a_check(stop):
    def never():
        raise stop

    with pytest.raises(stop):
        call(never)


def test_a_result_needs_all_its_parts():
    assert parts(lambda: [1, 2], ("w", "b")) == (1, 2) == parts(lambda: np.array([1, 2]), ("w", "b"))
    w, b = parts(lambda: SQUARE, ("w", "b"))
    assert w.tolist() == [1, 2] and b.tolist() == [5, 4], "an array of as many rows as names"
    assert "got array of shape (4, 3), expected 2 values" in told(parts, lambda: np.ones((4, 3)), ("w", "b"))
    assert "got 3., expected 2 values" in told(parts, lambda: np.array(3.0), ("w", "b"))
    assert "got 3 values, expected 2 values: w, b" in told(parts, lambda: (1, 2, 3), ("w", "b"))
    assert "got 7, expected 2 values: w, b\nLikely cause: end with `return w, b`" in told(parts, lambda: 7, ("w", "b"))


def test_names_of_arguments_are_free_and_their_order_is_not():
    def worked(X, w): ...

    demand_function(lambda rows, weights: 0, worked, "1.1")
    demand_function(max, worked, "1.1")  # it has no signature that could be looked at
    assert "got your function(w, X), expected worked(X, w)" in told(demand_function, lambda w, X: 0, worked, "1.1")
    assert 'write check("1.1", worked)' in told(demand_function, 3, worked, "1.1")


def test_only_a_stub_is_unanswered():
    def stub(x):
        """What is asked."""
        ...

    def text(x):
        """What is asked."""
        return "..."

    def nothing(x):
        """What is asked."""

    assert unanswered(...) and unanswered(stub) and unanswered(nothing)
    assert not any(map(unanswered, (text, len, None, 0)))


# ------------------------------------------------------------------------------------------------ loops


def batch(N):
    """N rows of three numbers."""
    return (np.arange(3.0 * N).reshape(N, 3),)


def with_for(X):
    """A loop."""
    rows = []
    for x in X:
        rows.append(x.sum())
    return np.array(rows)


def with_while(X):
    """A loop on one line."""
    total, i = 0.0, 0
    while i < len(X): total, i = total + X[i].sum(), i + 1  # noqa: E701
    return total


def by_halves(X):
    """A recursion."""
    return X.sum(axis=1) if len(X) < 2 else np.concatenate([by_halves(X[: len(X) // 2]), by_halves(X[len(X) // 2 :])])


LOOPS = {
    "for": with_for,
    "while": with_while,
    "comprehension": lambda X: np.array([x.sum() for x in X]),
    "generator": lambda X: np.fromiter((x.sum() for x in X), float),
    "dictionary": lambda X: list({i: x.sum() for i, x in enumerate(X)}.values()),
    "map": lambda X: np.array(list(map(lambda x: x.sum(), X))),
    "np.vectorize": lambda X: np.vectorize(lambda a: 2 * a)(X),
    "apply_along_axis": lambda X: np.apply_along_axis(lambda x: x.sum(), 1, X),
    "recursion": by_halves,
    "in a helper": lambda X: with_for(X),
    "pairs of rows": lambda X: np.concatenate([X[i : i + 2].sum(axis=1) for i in range(0, len(X), 2)]),
}
NO_LOOPS = {
    "arrays": lambda X: X.sum(axis=1),
    "NumPy with many lines": lambda X: np.median(np.pad(X, 1), axis=1) + np.nanmean(X),
    "over the columns": lambda X: sum(X[:, k] for k in range(X.shape[1])),
    "over the layers": lambda X: [np.tanh(X) for _ in range(50)],
}


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_over_the_examples_is_recognized(name):
    message = told(without_loop, LOOPS[name], batch)
    assert "the values are right, but" in message and "expected equally many" in message


@pytest.mark.parametrize("name", NO_LOOPS)
def test_a_loop_over_something_else_is_not_accused(name):
    without_loop(NO_LOOPS[name], batch)


def test_a_debugger_or_coverage_keeps_its_place():
    seen = []

    def tracer(frame, event, argument):
        seen.append(frame.f_code.co_name)

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        without_loop(NO_LOOPS["arrays"], batch)
        after_right = sys.gettrace()
        with pytest.raises(CheckFailed, match="ZeroDivisionError"):
            without_loop(lambda X: 1 / 0, batch)
        after_error = sys.gettrace()
    finally:
        sys.settrace(before)
    assert after_right is after_error is tracer and "without_loop" in seen


# ------------------------------------------------------------------------------------------------ memory


def test_a_large_table_is_recognized():
    row = (np.ones(500),)
    in_little_memory(lambda x: x * (x @ x), row, 100_000, "a row", "a table")
    message = told(in_little_memory, lambda x: np.outer(x, x) @ x, row, 100_000, "a row", "a table")
    assert re.search(r"got 2\.[0-4] MB at once, expected at most 0\.1 MB\nLikely cause: a table$", message), message
    assert not tracemalloc.is_tracing()


def test_who_measures_memory_goes_on():
    tracemalloc.start()
    try:
        held = np.ones(1_000_000)
        in_little_memory(lambda x: x + 1, (held[:9],), 100_000, "a row", "what was held before is not counted")
        with pytest.raises(CheckFailed, match="ZeroDivisionError"):
            in_little_memory(lambda x: 1 / 0, (held[:9],), 100_000, "a row", "")
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()


# ------------------------------------------------------------------------------------------------ predictions


def test_a_prediction_is_judged_with_its_cause():
    choice(" b) ", "B", "it grows", {"A": "why not"})
    told_why = "Think again: why\nYour prediction: got A, expected B: it grows"
    assert told(choice, "A", "B", "it grows", {"A": "why"}) == told_why
    assert told(choice, "Z", "B", "it grows", {"A": "why"}) == "got 'Z', expected one of the letters A, B, in quotes"
    near("x", 2.05, 2.0, 0.1, (), "")
    assert told(near, "x", 4.0, 2.0, 0.1, ((4.0, "squared"),), "?").startswith("Likely cause: squared\n")
    message = told(near, "x", 3.0, 2.0, 0.1, ((4.0, "squared"),), "half of 4?")
    assert message == "Think again: half of 4?\nYour prediction of x: got 3, expected 2"


def test_a_check_says_nothing_but_its_verdict(capsys):
    check("1.2", lambda sizes: 1 / 0)
    printed = capsys.readouterr()
    assert printed.err == "" and len(printed.out.splitlines()) == 4


def test_rubbish_that_is_collected_meanwhile_is_not_counted():
    """Planted: rings of objects that run many lines of Python when they are collected."""

    class Rubbish:
        def __init__(self):
            self.ring = self

        def __del__(self):
            total = 0
            for k in range(100):
                total += k

    def doubled(x):
        kept = list(map(list, [()] * 3000))  # enough new objects for the collector to start, if it may
        return 2 * x + 0 * len(kept)

    def arguments(N):
        for _ in range(20 if N > 8 else 0):
            Rubbish()
        return (np.ones(N),)

    without_loop(doubled, arguments)
