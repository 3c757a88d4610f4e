"""Why this file exists: the tests of assignments judge and speak as the exercises of the chapters do.

    call(softmax, x)                    what the student's function returns; it must leave x alone, return something ...
    parts(f, ("dx", "dw"), x, g)        the same for several results
    compare("softmax", got, expected)   got, expected, where, and the likely cause
    accuracy("on new rows", got, y, least=0.9)
"""

import numpy as np

from ..exercises.calls import call, demand_function, parts, without_loop
from ..exercises.checks import CheckFailed, compare, compare_all, fail, numbers, show
from ..exercises.predictions import near

__all__ = [
    "CheckFailed", "accuracy", "call", "compare", "compare_all", "demand_function", "fail", "near", "numbers",
    "parts", "show", "slope", "within", "without_loop",
]  # fmt: skip


def accuracy(what: str, predicted, labels, least: float):
    """Fail unless at least that part of the predicted classes, one for each label, is right."""
    predicted = numbers(what, predicted, np.shape(labels))
    right = float(np.mean(predicted == labels))
    if right < least:
        fail(f"{what}: got {right:.1%} right, expected at least {least:.0%}",
             "guessing gives one in the number of classes; is the training long enough, and the output the class?")


def within(what: str, got, low: float, high: float, cause: str = ""):
    """Fail unless a number lies between two others."""
    value = float(numbers(what, got, ()))
    if not low <= value <= high:
        fail(f"{what}: got {value:.6g}, expected between {low:.6g} and {high:.6g}", cause)


def slope(f, x: np.ndarray, step: float = 1e-6) -> np.ndarray:
    """The gradient of f(x), a number, at x by central differences: what a derived gradient is compared with."""
    x = np.array(x, dtype=float)
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        there = x[index]
        x[index] = there + step
        above = f(x)
        x[index] = there - step
        gradient[index] = (above - f(x)) / (2 * step)
        x[index] = there
    return gradient
