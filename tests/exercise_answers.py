"""Answers to the exercises of all chapters, to be judged by the tests and listed by `exercise_table.py`.

What belongs to a chapter stands in `exercise_answers_N.py` and `exercise_truth_N.py`. Here stand the ways in which any
right answer may be written otherwise (`STYLES`), and those in which any answer may go wrong (`FAULTS`).
"""

import functools

import exercise_answers_1
import exercise_answers_2
import exercise_answers_3
import exercise_answers_4
import exercise_answers_5
import exercise_answers_5a
import exercise_answers_5b
import exercise_answers_5c
import exercise_answers_5d
import exercise_answers_5e
import exercise_answers_5f
import exercise_answers_6
import exercise_answers_7
import exercise_answers_8
import exercise_truth_1
import exercise_truth_2
import exercise_truth_3
import exercise_truth_4
import exercise_truth_5
import exercise_truth_5a
import exercise_truth_5b
import exercise_truth_5c
import exercise_truth_5d
import exercise_truth_5e
import exercise_truth_5f
import exercise_truth_6
import exercise_truth_7
import exercise_truth_8
import numpy as np
import torch

import dlcourse

ANSWERS = (
    exercise_answers_1, exercise_answers_2, exercise_answers_3, exercise_answers_4, exercise_answers_5,
    exercise_answers_6, exercise_answers_7, exercise_answers_8, exercise_answers_5a, exercise_answers_5b,
    exercise_answers_5c, exercise_answers_5d, exercise_answers_5e, exercise_answers_5f,
)  # fmt: skip
OTHER_ANSWERS = [answer for chapter in ANSWERS for answer in chapter.OTHER_ANSWERS]
WRONG_ANSWERS, RIGHT_VALUES_ONLY, PREDICTIONS = (
    {number: answers for chapter in ANSWERS for number, answers in getattr(chapter, name).items()}
    for name in ("WRONG_ANSWERS", "RIGHT_VALUES_ONLY", "PREDICTIONS")
)
TRUTHS = (
    exercise_truth_1, exercise_truth_2, exercise_truth_3, exercise_truth_4, exercise_truth_5,
    exercise_truth_6, exercise_truth_7, exercise_truth_8, exercise_truth_5a, exercise_truth_5b,
    exercise_truth_5c, exercise_truth_5d, exercise_truth_5e, exercise_truth_5f,
)  # fmt: skip
TRUTH = {number: judge for chapter in TRUTHS for number, judge in chapter.TRUTH.items()}


def each_part(change):
    """A wrapper of a worked solution that changes its result, or each part of it."""

    def wrap(worked):
        def changed(*arguments):
            result = worked(*arguments)
            return tuple(map(change, result)) if isinstance(result, tuple) else change(result)

        return changed

    return wrap


# ------------------------------------------------------------------------------------------------ right in any style


class Answers:
    """Right answers as methods and as an object that can be called."""

    def __init__(self, worked):
        self.worked = worked

    def method(self, *arguments):
        """The answer."""
        return self.worked(*arguments)

    __call__ = method


STYLES = {
    "lambda": lambda worked: lambda *arguments: worked(*arguments),
    "method": lambda worked: Answers(worked).method,
    "callable object": Answers,
    "partial": functools.partial,
    "optional argument": lambda worked: lambda *arguments, verbose=False: worked(*arguments),
    "list": each_part(lambda part: np.asarray(part).tolist()),
    "array": each_part(np.array),
    "long double": each_part(np.longdouble),
    "column order": each_part(lambda part: np.asarray(part, order="F")),
    "rounding": each_part(lambda part: part * (1 + 1e-9)),
}


# ------------------------------------------------------------------------------------------------ wrong in any exercise


def remembers(worked):
    """A default argument that grows with every call."""

    def remembering(*arguments, seen=[]):  # noqa: B006  (this is the fault)
        seen.append(1)
        return each_part(lambda part: part * len(seen))(worked)(*arguments)

    return remembering


def also(action):
    """A wrapper of a worked solution that does something else too."""

    def wrap(worked):
        def busy(*arguments):
            action()
            return worked(*arguments)

        return busy

    return wrap


def yields(worked):
    """`yield` in place of `return`."""

    def generator(*arguments):
        yield worked(*arguments)

    return generator


FAULTS = {  # name: (worked solution -> answer, part of the message)
    "a number, not a function": (lambda worked: 0.5, "got 0.5, expected the function"),
    "nothing": (lambda worked: None, "got None, expected the function"),
    "the name in quotes": (lambda worked: worked.__name__, "its name stands in quotes"),
    "too few arguments": (lambda worked: lambda: worked, "exactly these, in this order"),
    "too many arguments": (lambda worked: lambda a, b, c, d, e, f, g, h: worked, "exactly these, in this order"),
    "no return": (lambda worked: lambda *arguments: None, "is a `return` missing?"),
    "yield": (yields, "`yield` in place of `return`"),
    "an exception": (lambda worked: lambda *arguments: 1 / 0, "got ZeroDivisionError: division by zero"),
    "text": (each_part(str), "of type str, expected real numbers"),
    "None inside": (each_part(lambda part: [None]), "expected real numbers"),
    "a generator inside": (each_part(lambda part: (n for n in (1, 2))), "make a list of it"),
    "objects": (each_part(lambda part: np.asarray(part, object)), "dtype object, expected real numbers"),
    "truth values": (each_part(lambda part: np.asarray(part) > 0), "True or False; turn it into a number"),
    "complex numbers": (each_part(lambda part: part + 1j), "complex numbers"),
    "not a number": (each_part(lambda part: part * np.nan), "nan"),
    "a huge array": (each_part(lambda part: np.zeros((2000, 2000))), "got shape (2000, 2000)"),
    "a Tensor": (each_part(dlcourse.Tensor), "got a Tensor, expected an array of NumPy"),
    "a tensor of PyTorch": (
        each_part(lambda part: torch.tensor(part, dtype=torch.float64, requires_grad=True)),
        "got a tensor of PyTorch, expected an array of NumPy",
    ),
    "remembers": (remembers, "something outlives the call"),
    "seeds NumPy": (also(lambda: np.random.seed(0)), "changed np.random"),  # noqa: NPY002
    "draws from NumPy": (also(lambda: np.random.rand()), "changed np.random"),  # noqa: NPY002
    "sets the default dtype": (also(lambda: dlcourse.set_default_dtype(np.float16)), "changed the default dtype"),
}


def changes_its_input(worked):
    """The right values, and one more in each list and array that was handed over."""

    def greedy(*arguments):
        result = worked(*arguments)
        for argument in arguments:
            if isinstance(argument, list):
                argument.append(1)
            elif isinstance(argument, np.ndarray):
                argument += 1
        return result

    return greedy
