"""A notebook that a learner opens holds neither hint nor solution, and shows them well when it is asked for them."""

import ast
import itertools
import re

import nbformat
import pytest
from exercise_answers import WRONG_ANSWERS

from dlcourse.exercises import EXERCISES
from dlcourse.exercises.base import source
from dlcourse.recipes import notebook_paths
from dlcourse.recipes.notebooks import run

NOTEBOOKS = notebook_paths()
SHORT = 40  # characters; a line of code of up to this length may stand in a lesson too, two in a row may not


def squeezed(text):
    """The text with every run of blanks as one, so that it does not matter how lines are broken."""
    return " ".join(text.split())


def secrets(exercise):
    """What a learner must not find: each sentence of hint and explanation, and the body of the worked solution."""
    prose = squeezed(f"{exercise.hint} {exercise.explanation}")
    yield from (sentence for sentence in re.split(r"(?<=[.?!:])\s+", prose) if len(sentence) > 20)
    if exercise.answer:
        text = source(exercise.answer)
        docstring = ast.parse(text).body[0].body[0]
        body = [squeezed(line) for line in text.splitlines()[docstring.end_lineno :]]
        yield from (line for line in body if len(line) > SHORT)
        yield from map(" ".join, itertools.pairwise(body))


def written(cell):
    """Everything that one can read in a cell, its outputs included."""
    outputs = [dict(output.get("data", {})) | {"text": output.get("text", "")} for output in cell.get("outputs", [])]
    shown = ["".join(value) for data in outputs for value in data.values() if isinstance(value, str | list)]
    return squeezed("\n".join([cell.source, *shown]))


def leaks(nb):
    """What stands in a notebook that only `hint` and `solution` should show: (number of the exercise, text, cell)."""
    cells = [(cell.id, written(cell)) for cell in nb.cells]
    shown = [function for e in EXERCISES.values() for function in [*e.given, e.experiment] if function]
    given = squeezed(" ".join(map(source, shown)))
    hidden = [(e.number, text) for e in EXERCISES.values() for text in secrets(e) if text not in given]
    return [(number, text, name) for number, text in hidden for name, cell in cells if text in cell]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_holds_no_hint_and_no_solution(path):
    assert leaks(nbformat.read(path, as_version=4)) == []


def planted(kind):
    """A cell with something of Exercise 1.12 that should not be there."""
    exercise = EXERCISES["1.12"]
    sentence = squeezed(exercise.hint).split(". ")[0] + "."
    if kind == "hint":
        return nbformat.v4.new_markdown_cell(f"Before you begin: {sentence}")
    if kind == "solution":
        return nbformat.v4.new_code_cell("def f(logits, T):\n" + "\n".join(source(exercise.answer).splitlines()[2:4]))
    data = {"text/markdown": exercise.explanation} if kind == "output" else {"text/plain": exercise.solution}
    return nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("display_data", data)])


@pytest.mark.parametrize("kind", ["hint", "solution", "output", "printed"])
def test_a_planted_solution_is_found(kind):
    found = leaks(nbformat.v4.new_notebook(cells=[planted(kind)]))
    assert {number for number, _, _ in found} == {"1.12"}


def test_every_exercise_has_something_to_hide():
    assert all(len(list(secrets(exercise))) >= 3 for exercise in EXERCISES.values())


def outputs(tmp_path, *sources):
    """What the cells of a notebook show when a kernel runs them."""
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in sources])
    return [cell.outputs for cell in run(nb, tmp_path).cells]


def test_hint_solution_and_check_in_a_kernel(tmp_path):
    """Formulas and code are rendered, and a check is a few lines of text without a traceback."""
    start = "from dlcourse.exercises import check, hint, solution"
    wrong = "def count_parameters(sizes):\n    total = 0\n    return total + size\n\ncheck('1.2', count_parameters)"
    _, hinted, solved, checked = outputs(tmp_path, start, "hint('1.13')", "solution('1.13')", wrong)
    for shown, text in ((hinted, EXERCISES["1.13"].hint.strip()), (solved, EXERCISES["1.13"].solution)):
        assert [output.output_type for output in shown] == ["display_data"]
        assert text in shown[0].data["text/markdown"]
    assert "$" in hinted[0].data["text/markdown"] and "```python\n" in solved[0].data["text/markdown"]
    assert [output.output_type for output in checked] == ["stream"]
    assert checked[0].text == (
        "Exercise 1.2: not right yet.\n"
        "count_parameters([3, 1]): got NameError: name 'size' is not defined, expected a value\n"
        "It happened in line 3 of count_parameters: return total + size\n"
        'Stuck? hint("1.2")\n'
    )


def test_planted_answers_belong_to_exercises():
    assert set(WRONG_ANSWERS) == {e.number for e in EXERCISES.values() if e.kind == "code"}
