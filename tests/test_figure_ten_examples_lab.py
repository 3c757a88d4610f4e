"""The ten examples in JupyterLab with a live kernel: Python reads what is taught, and what Python sets is seen."""

import pytest
from lab_tools import run_cell
from test_figure_read_digit import DRAWN
from test_figure_ten_examples_browser import ExamplesOnPage, best_of, score_of

from dlcourse.figures.ten_examples import TenExamples

pytestmark = pytest.mark.browser


def test_the_examples_and_python_share_their_values(notebook):
    page, wrong = notebook(
        "ten.ipynb",
        "from dlcourse.figures.ten_examples import TenExamples\nfigure = TenExamples()\nfigure",
        "print('read', len(figure.examples), figure.examples[-1][0], figure.row, len(figure.strokes))",
        f"figure.examples, figure.strokes = [[3, {DRAWN[3]}], [0, 17]], {DRAWN[0]}\nprint('set')",
        "print('again', len(figure.examples), figure.right()[-1], figure.probabilities().argmax())",
        "figure.examples = [[3, 200]]",
    )
    run_cell(page, 0)
    figure = ExamplesOnPage(page)
    figure.figure.wait_for()
    figure.draw(DRAWN[7])
    figure.press("teach: this is a 7")
    run_cell(page, 1, "read 11 7 -1 0")

    run_cell(page, 2, "set")
    figure.figure.get_by_text("2 examples of 2 digits.").first.wait_for()
    python = TenExamples(examples=[[3, DRAWN[3]], [0, 17]], row=-1, strokes=DRAWN[0])
    assert figure.bars() == best_of(python) and figure.score() == score_of(python)
    figure.press("add a handwritten 5")
    run_cell(page, 3, rf"again 3 {figure.score()[1]} {next(iter(figure.bars()[0]))}")
    run_cell(page, 4, "TraitError: examples expected rows of the pool, 0 to 199, got 200")
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []
