"""Prints every exercise that a program checks, each planted mistake, and what the learner is told about it.

    python tests/exercise_table.py > table.md
"""

from exercise_answers import FAULTS, PREDICTIONS, RIGHT_VALUES_ONLY, WRONG_ANSWERS

from dlcourse import get_default_dtype, set_default_dtype
from dlcourse.exercises import EXERCISES, CheckFailed


def message(exercise, answer) -> str:
    """What the learner reads; an answer that passes is no mistake."""
    dtype = get_default_dtype()  # one of the planted mistakes changes it
    try:
        exercise.judge(answer)
    except CheckFailed as problem:
        return str(problem)
    finally:
        set_default_dtype(dtype)
    raise ValueError(f"Exercise {exercise.number} lets a planted mistake pass")


def rows():
    """For each planted mistake: the exercise, the name of the mistake, the message."""
    for number, exercise in EXERCISES.items():
        for name, answer, _ in [*WRONG_ANSWERS.get(number, []), *RIGHT_VALUES_ONLY.get(number, [])]:
            yield exercise, name, message(exercise, answer)
        for wrong, _ in PREDICTIONS.get(number, ([], []))[1]:
            yield exercise, f"predicts {wrong!r}", message(exercise, wrong)


def general(exercise) -> int:
    """How many of the faults that any code exercise knows are caught in this one."""
    return len([message(exercise, make(exercise.answer)) for make, _ in FAULTS.values()])


def table() -> str:
    """The table in Markdown."""
    texts, caught = {}, {}
    for exercise, name, text in rows():
        first, *more = text.replace("|", "\\|").split("\n")
        texts.setdefault(exercise.number, []).append(f"| | {name} | {first} | {' '.join(more)} |")
        caught[exercise.number] = caught.get(exercise.number, 0) + 1
    lines = ["| exercise | planted mistake | message | cause |", "|---|---|---|---|"]
    for number, own in texts.items():
        exercise = EXERCISES[number]
        both = f" and {general(exercise)} that fit any exercise" if exercise.kind == "code" else ""
        lines += [f"| **{number} {exercise.title}** | **{caught[number]}{both}, all caught** | | |", *own]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
