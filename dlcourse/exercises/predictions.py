"""Why this file exists: the checks of all chapters judge with it what a learner predicted before the run.

A prediction that is no number, or no letter of the list, is sent back without a word about the outcome: it was no
prediction yet. A wrong one is told what speaks against it, and after that the outcome.
"""

import numpy as np

from .checks import fail, numbers, show


def choice(prediction, right: str, outcome: str, questions: dict[str, str]):
    """Judge a letter. `questions` has for each wrong letter a question that speaks against it."""
    letters = sorted([*questions, right])
    letter = str(prediction).strip(" .():").upper()
    if letter not in letters:
        fail(f"got {show(prediction)}, expected one of the letters {', '.join(letters)}, in quotes")
    if letter != right:
        fail(f"Think again: {questions[letter]}\nYour prediction: got {letter}, expected {right}: {outcome}")


def number(what: str, prediction) -> float:
    """The prediction, which has to be a finite number."""
    if not np.isfinite(value := float(numbers(what, prediction, ()))):
        fail(f"{what}: got {value}, expected a finite number")
    return value


def near(what: str, prediction, measured: float, tolerance: float, traps: tuple, question: str):
    """Judge a number. traps are pairs (wrong number, cause); `question` leads on from all other wrong numbers."""
    value = number(what, prediction)
    if abs(value - measured) > tolerance:
        causes = [f"Likely cause: {cause}" for wrong, cause in traps if abs(value - wrong) <= 0.01 * abs(wrong)]
        reason = (causes or [f"Think again: {question}"])[0]
        fail(f"{reason}\nYour prediction of {what}: got {value:g}, expected {measured:.4g}")
