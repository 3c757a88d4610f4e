"""Why this package exists: the exercises of all chapters, and what a learner calls about them in a notebook.

    from dlcourse.exercises import check, hint, solution

    check("1.3", my_answer)    is it right, and if not, what is wrong with it
    hint("1.3")                a push in the right direction
    solution("1.3")            the worked solution
"""

from ..show import show_markdown
from . import (
    chapter_1,
    chapter_2,
    chapter_3,
    chapter_4,
    chapter_5,
    chapter_5a,
    chapter_5b,
    chapter_5c,
    chapter_5d,
    chapter_5e,
    chapter_5f,
    chapter_6,
    chapter_7,
    chapter_8,
)
from .base import Exercise
from .calls import unanswered
from .checks import CheckFailed, show

CHAPTERS = (
    chapter_1, chapter_2, chapter_3, chapter_4, chapter_5, chapter_6, chapter_7, chapter_8,
    chapter_5a, chapter_5b, chapter_5c, chapter_5d, chapter_5e, chapter_5f,
)  # fmt: skip
EXERCISES = {exercise.number: exercise for chapter in CHAPTERS for exercise in chapter.EXERCISES}


class UnknownExercise(KeyError):
    """There is no exercise with this number; the message says which there are."""

    def __str__(self):
        return self.args[0]


def hint(number: str):
    """Show the hint for an exercise."""
    exercise = _find(number)
    show_markdown(f"**Hint for Exercise {number}.** {exercise.hint.strip()}")


def solution(number: str):
    """Show the worked solution of an exercise."""
    exercise = _find(number)
    show_markdown(f"**Exercise {number}, {exercise.title}: worked solution.**\n\n{exercise.solution}")


def check(number: str, answer=...):
    """Say whether an answer is right: a function for an exercise to code, a prediction for one to predict."""
    exercise = _find(number)
    if exercise.check is None:
        print(f'Exercise {number} has no check: compare your answer with solution("{number}").')
        return
    if unanswered(answer):
        print(f"Exercise {number} waits for your answer: put it in place of the `...` and run the cell again.")
        return
    try:
        exercise.judge(answer)
    except CheckFailed as problem:
        print(f'Exercise {number}: not right yet.\n{problem}\nStuck? hint("{number}")')
    else:
        print(f'Exercise {number}: right. Compare with solution("{number}").')


def _find(number: str) -> Exercise:
    if not isinstance(number, str):
        got = show(number)
        raise TypeError(f'expected a number in quotes first, such as "1.10", got {got}: without them 1.10 equals 1.1')
    if number not in EXERCISES:
        chapter = [known for known in EXERCISES if known.split(".")[0] == number.split(".")[0]] or list(EXERCISES)
        raise UnknownExercise(f'there is no exercise "{number}"; there are {chapter[0]} to {chapter[-1]}')
    return EXERCISES[number]
