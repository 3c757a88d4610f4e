"""Every exercise can be solved, checked and trusted: worked answers are right, wrong ones are told what is wrong.

The checks compare with the worked answers, so a broken worked answer would pass its own check. `TRUTH` therefore judges
the answers by other means: by hand, by SciPy, by finite differences. The planted wrong answers have to fail both.
"""

import ast
import re
import subprocess
import sys
from collections import Counter

import exercise_table
import numpy as np
import pytest
from exercise_answers import FAULTS, OTHER_ANSWERS, PREDICTIONS, RIGHT_VALUES_ONLY, STYLES, TRUTH, WRONG_ANSWERS
from exercise_answers import changes_its_input as changing

import dlcourse
from dlcourse.exercises import CHAPTERS, EXERCISES, CheckFailed, check, hint, solution
from dlcourse.exercises.base import KINDS, LEVELS, source

CODE = [e for e in EXERCISES.values() if e.kind == "code"]
PREDICT = [e for e in EXERCISES.values() if e.kind == "predict"]
WRONG = [(number, *wrong) for number, answers in WRONG_ANSWERS.items() for wrong in answers]
REFUSED = WRONG + [(number, *wrong) for number, answers in RIGHT_VALUES_ONLY.items() for wrong in answers]
GUESSES = [(number, *wrong) for number, (_, guesses) in PREDICTIONS.items() for wrong in guesses]
NO_LOOP = "without a Python loop"  # a statement with these words has a check that counts lines
LEAST_OF_A_KIND = {"code": 6, "derive": 3, "predict": 3, "open": 1}
LEAST_IN_A_LAB = {"code": 3, "derive": 1, "predict": 1, "open": 1}
MOST_LINES = 40  # of a code cell, as everywhere in a notebook


@pytest.fixture(autouse=True)
def unchanged_surroundings():
    """Some planted answers change what does not belong to them."""
    dtype, state = dlcourse.get_default_dtype(), np.random.get_bit_generator().state
    yield
    dlcourse.set_default_dtype(dtype)
    np.random.get_bit_generator().state = state


def planted(answers):
    """Run a test once for each planted answer: (number, name of the mistake, answer, part of the message)."""
    return pytest.mark.parametrize(
        ("number", "name", "answer", "cause"), answers, ids=[f"{a[0]}-{a[1]}" for a in answers]
    )


def refused(exercise, answer):
    """The message for a wrong answer: what came, what was wanted, and in few words."""
    with pytest.raises(CheckFailed) as caught:
        exercise.judge(answer)
    message = str(caught.value)
    assert "got" in message and "expected" in message, message
    assert len(message) <= 500 and message.count("\n") <= 1, "short, in at most two lines"
    return message


def each(some):
    """Run a test once for each of these exercises."""
    return pytest.mark.parametrize("exercise", some, ids=lambda e: e.number)


def cell(*sources):
    """Run code as the cells of one notebook; return the variables."""
    variables = {"np": np, "check": check, "hint": hint, "solution": solution}
    for text in sources:
        exec(compile(text, "cell", "exec"), variables)
    return variables


# ------------------------------------------------------------------------------------------------ completeness


def test_the_exercises_are_numbered_in_order():
    chapters = Counter(number.split(".")[0] for number in EXERCISES)
    wanted = [f"{chapter}.{i}" for chapter, count in chapters.items() for i in range(1, count + 1)]
    assert list(EXERCISES) == wanted == [e.number for e in EXERCISES.values()]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.__name__.split(".")[-1])
def test_a_chapter_has_enough_of_every_kind_and_level(chapter):
    kinds, levels = Counter(e.kind for e in chapter.EXERCISES), Counter(e.level for e in chapter.EXERCISES)
    lab = chapter.__name__[-1].isalpha()
    least = LEAST_IN_A_LAB if lab else LEAST_OF_A_KIND
    assert all(kinds[kind] >= count for kind, count in least.items()) and kinds["open"] <= 2
    assert set(kinds) == set(KINDS) and set(levels) == set(LEVELS) and min(levels.values()) >= (2 if lab else 4)
    rank = [LEVELS.index(e.level) for e in chapter.EXERCISES]
    assert rank == sorted(rank), "easy before medium before hard"


@each(EXERCISES.values())
def test_an_exercise_is_complete(exercise):
    assert exercise.level in LEVELS and exercise.kind in KINDS
    assert exercise.markdown.startswith(f"### Exercise {exercise.number} ({exercise.level}): {exercise.title}\n\n")
    for text in (exercise.statement, exercise.hint, exercise.explanation):
        assert len(text.split()) >= 10
    assert (exercise.answer is None) or exercise.kind in ("code", "open")
    assert (exercise.check is not None) == (exercise.kind in ("code", "predict"))
    assert (exercise.experiment is not None) == (exercise.kind == "predict") == bool(exercise.prediction)
    assert bool(exercise.stub) == (exercise.kind != "derive")


@each(EXERCISES.values())
def test_the_texts_read_well_in_plain_jupyter(exercise):
    for text in (exercise.markdown, exercise.hint, exercise.solution):
        prose = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
        assert not re.search(r"\{[\w:-]+\}`|^:::|^```\{", text, re.MULTILINE), "no MyST roles or directives"
        assert prose.count("$") % 2 == 0 and "\\(" not in prose and "\t" not in prose and "\x0c" not in prose
        formulas = re.findall(r"\$([^$]*)\$", prose)
        assert all(f == f.strip() and f.count("{") == f.count("}") for f in formulas), formulas
        accidents = re.findall(r"^ *(?:[+>=]|\d{2,}\.|#(?!## Exercise)) .*", prose, re.MULTILINE)
        assert not accidents, "a wrapped line became a block"
        for other in re.findall(r"Exercise (\d+[a-f]?\.\d+)", prose):
            assert other in EXERCISES


# ------------------------------------------------------------------------------------------------ stubs


@each([e for e in EXERCISES.values() if e.stub])
def test_a_stub_runs_as_it_is(exercise, capsys):
    needed = {"1.22": [EXERCISES["1.21"].stub]}
    cell(*needed.get(exercise.number, []), exercise.stub)
    printed = capsys.readouterr().out
    assert ("waits for your answer" in printed) == (exercise.kind != "open")
    assert len([line for line in exercise.stub.splitlines() if line.strip()]) <= MOST_LINES


@each([e for e in EXERCISES.values() if e.answer])
def test_the_solution_stands_nowhere_before_it_is_asked_for(exercise):
    text = source(exercise.answer)
    docstring = ast.parse(text).body[0].body[0]
    body = [line.strip() for line in text.splitlines()[docstring.end_lineno :]]
    shown = exercise.stub + exercise.markdown
    for given in exercise.given:
        shown = shown.replace(source(given), "")
    assert body and not [line for line in body if len(line) > 8 and line in shown]
    if exercise.kind == "code":
        assert "\n".join(text.splitlines()[: docstring.end_lineno]) + "\n    ...\n" in shown


# ------------------------------------------------------------------------------------------------ answers


@each(CODE)
def test_the_worked_solution_passes_as_it_is_shown(exercise, capsys):
    code = "\n".join(re.findall(r"```python\n(.*?)```", exercise.solution, re.DOTALL))
    given = [source(function) for function in exercise.given]
    shown = cell(*given, code)[exercise.answer.__name__]
    check(exercise.number, shown)
    assert capsys.readouterr().out.startswith(f"Exercise {exercise.number}: right.")


@each(CODE)
def test_the_worked_solution_is_right_by_other_means(exercise):
    TRUTH[exercise.number](exercise.answer)


@pytest.mark.parametrize(("number", "answer"), OTHER_ANSWERS)
def test_another_right_answer_passes(number, answer):
    EXERCISES[number].judge(answer)
    TRUTH[number](answer)


@each(CODE)
@pytest.mark.parametrize("style", STYLES)
def test_a_right_answer_passes_in_any_style(exercise, style):
    exercise.judge(STYLES[style](exercise.answer))


@planted(REFUSED)
def test_a_planted_wrong_answer_is_told_what_is_wrong(number, name, answer, cause, capsys):
    message = refused(EXERCISES[number], answer)
    assert cause in message, message
    check(number, answer)
    printed = capsys.readouterr().out
    assert printed == f'Exercise {number}: not right yet.\n{message}\nStuck? hint("{number}")\n'


@planted(WRONG)
def test_a_broken_worked_solution_would_not_stay_unseen(number, name, answer, cause):
    with np.errstate(all="ignore"), pytest.raises((AssertionError, TypeError, ValueError)):
        TRUTH[number](answer)


@each(CODE)
def test_at_least_three_wrong_answers_are_planted(exercise):
    assert len(WRONG_ANSWERS[exercise.number]) >= 3


@each(CODE)
@pytest.mark.parametrize("fault", FAULTS)
def test_what_may_go_wrong_in_any_exercise_is_named(exercise, fault):
    make, cause = FAULTS[fault]
    message = refused(exercise, make(exercise.answer))
    assert cause in message, message


@each(CODE)
def test_changed_arguments_are_recognized(exercise):
    kinds = []
    exercise.check(lambda *arguments: (kinds.extend(map(type, arguments)), exercise.answer(*arguments))[1])
    if {list, np.ndarray} & set(kinds):
        assert "changed its input" in refused(exercise, changing(exercise.answer))
    else:  # nothing that could be changed is handed over
        assert "changed its input" not in repr(WRONG_ANSWERS[exercise.number])


@each(EXERCISES.values())
def test_a_loop_is_refused_where_the_statement_asks_for_none(exercise):
    causes = [cause for _, _, cause in RIGHT_VALUES_ONLY.get(exercise.number, [])]
    assert (NO_LOOP in " ".join(exercise.statement.split())) == ("loops over the examples" in causes)


# ------------------------------------------------------------------------------------------------ predictions


@each(PREDICT)
def test_a_right_prediction_is_called_right(exercise, capsys):
    right, wrong = PREDICTIONS[exercise.number]
    for prediction in right:
        exercise.judge(prediction)
    cell(exercise.stub.replace("prediction = ...", f"prediction = {right[0]!r}"))
    assert f"Exercise {exercise.number}: right." in capsys.readouterr().out
    assert len(wrong) >= 3


@pytest.mark.parametrize(("number", "prediction", "cause"), GUESSES, ids=[f"{g[0]}-{g[1]}" for g in GUESSES])
def test_a_wrong_prediction_is_told_what_speaks_against_it(number, prediction, cause):
    message = refused(EXERCISES[number], prediction)
    assert cause in message, message
    if "\nYour prediction" in message:
        assert message.index(cause) < message.index("\nYour prediction"), "the reason first, then the outcome"


@pytest.mark.parametrize(("number", "no_prediction"), [("1.4", "four"), ("1.4", np.inf), ("1.7", "X"), ("1.16", 7)])
def test_what_is_no_prediction_learns_nothing_of_the_outcome(number, no_prediction):
    outcome = {"1.4": "4.6", "1.7": "expected C", "1.16": "(error"}[number]
    assert outcome not in refused(EXERCISES[number], no_prediction)


def test_the_table_lists_every_planted_mistake():
    summary, details = (part.splitlines()[2:] for part in exercise_table.table().split("\n\n"))
    assert len(summary) == len(EXERCISES) and len(details) == len(REFUSED + GUESSES)
    counts = Counter(number for number, *_ in REFUSED + GUESSES)
    assert summary[0].endswith(f"| code | {counts['1.1']} and {len(FAULTS)} that fit any exercise | all |")
    assert summary[2].endswith("| derive | - | no check |")
    assert all("got" in line and "expected" in line for line in details)
    with pytest.raises(ValueError, match="lets a planted mistake pass"):
        exercise_table.message(EXERCISES["1.2"], EXERCISES["1.2"].answer)


# ------------------------------------------------------------------------------------------------ what a learner calls


def test_hint_and_solution_show_the_texts(capsys):
    hint("1.3")
    solution("1.3")
    printed = capsys.readouterr().out
    assert EXERCISES["1.3"].hint.strip() in printed and EXERCISES["1.3"].solution in printed


@pytest.mark.parametrize("function", [hint, solution, lambda number: check(number, 1)])
def test_an_unknown_number_is_told_which_there_are(function):
    with pytest.raises(KeyError) as caught:
        function("1.99")
    assert str(caught.value) == f'there is no exercise "1.99"; there are 1.1 to {CHAPTERS[0].EXERCISES[-1].number}'
    with pytest.raises(TypeError, match="expected a number in quotes"):
        function(1.1)


@each([e for e in EXERCISES.values() if e.check is None])
def test_what_no_program_can_check_is_said_in_one_line(exercise, capsys):
    check(exercise.number)
    check(exercise.number, "W2 W1")
    line = f'Exercise {exercise.number} has no check: compare your answer with solution("{exercise.number}").\n'
    assert capsys.readouterr().out == 2 * line


@pytest.mark.parametrize("answer", [(), (...,), (cell(EXERCISES["1.2"].stub)["count_parameters"],)])
def test_an_untouched_answer_is_not_called_wrong(answer, capsys):
    check("1.2", *answer)
    lines = capsys.readouterr().out.splitlines()
    assert set(lines) == {"Exercise 1.2 waits for your answer: put it in place of the `...` and run the cell again."}


def test_loading_the_exercises_loads_nothing_slow():
    slow = ("torch", "matplotlib", "sklearn", "ipywidgets", "IPython", "scipy")
    code = f"import dlcourse.exercises, sys; print([name for name in {slow} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_exercise_cannot_be_changed():
    with pytest.raises(AttributeError):
        EXERCISES["1.1"].title = "another"
