"""The words in JupyterLab with a live kernel: what is typed is read in Python, and what Python sets is seen."""

import pytest
from lab_tools import run_cell
from test_figure_words_browser import ANALOGY, WordsOnPage, listed

from dlcourse.figures.words import Words

pytestmark = pytest.mark.browser


def test_the_words_and_python_share_their_values(notebook):
    page, wrong = notebook(
        "words.ipynb",
        "from dlcourse.figures.words import Words\nfigure = Words()\nfigure",
        "print('read', figure.word, figure.shown()[0][0])",
        "figure.word = 'left'\nprint('set')",
        "print('again', figure.mode, figure.a, figure.leave_out, figure.shown()[0][0])",
        "figure.a = 'tupel'",
    )
    run_cell(page, 0)
    figure = WordsOnPage(page)
    figure.figure.wait_for()
    figure.field("word").click()
    figure.field("word").fill("")
    page.keyboard.type("negative")  # JupyterLab has shortcuts on single letters
    page.keyboard.press("Enter")
    assert figure.list() == listed(Words(word="negative"))
    run_cell(page, 1, f"read negative {listed(Words(word='negative'))[0][0]}")

    run_cell(page, 2, "set")
    figure.figure.get_by_text("Nearest: \u201cright\u201d").wait_for()
    assert figure.field("word").input_value() == "left"

    figure.choose(ANALOGY)
    figure.type("a", "list")
    figure.control("checkbox", "leave out a, b and c").uncheck()
    wanted = Words(mode="analogy", a="list", leave_out=False)
    assert figure.list() == listed(wanted)
    run_cell(page, 3, f"again analogy list False {wanted.shown()[0][0]}")
    run_cell(page, 4, "TraitError: a expected one of the 1,146 words")
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []
