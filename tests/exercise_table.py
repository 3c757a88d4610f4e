"""Prints every exercise that a program checks, each planted mistake, and what the learner is told about it.

    python tests/exercise_table.py > table.md
"""

from collections import Counter

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
    """The table in Markdown: first the number of mistakes for each exercise, then every mistake with its message."""
    found = list(rows())
    own = Counter(exercise.number for exercise, _, _ in found)
    lines = ["| exercise | kind | planted wrong answers | caught |", "|---|---|---|---|"]
    for number, exercise in EXERCISES.items():
        common = f" and {general(exercise)} that fit any exercise" if exercise.kind == "code" else ""
        result = f"{own[number]}{common} | all" if exercise.check else "- | no check"
        lines.append(f"| {number} {exercise.title} | {exercise.kind} | {result} |")
    lines += ["", "| exercise | planted wrong answer | what the learner reads |", "|---|---|---|"]
    for exercise, name, text in found:
        told = text.replace("|", "\\|").replace("\n", "<br>")
        lines.append(f"| {exercise.number} | {name} | {told} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
