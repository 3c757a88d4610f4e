"""The reader of digits in JupyterLab with a live kernel: Python reads what is drawn, and what Python sets is seen."""

import pytest
from lab_tools import run_cell
from test_figure_read_digit import DRAWN
from test_figure_read_digit_browser import ReaderOnPage, best_of

from dlcourse.figures.read_digit import ReadDigit

pytestmark = pytest.mark.browser


def test_the_reader_and_python_share_their_values(notebook):
    page, wrong = notebook(
        "read.ipynb",
        "from dlcourse.figures.read_digit import ReadDigit\nfigure = ReadDigit()\nfigure",
        "print('read', figure.example, len(figure.strokes), figure.probabilities().argmax(), figure.picture().shape)",
        f"figure.strokes = {DRAWN[0]}\nprint('set')",
        "figure.example, figure.centered, figure.size = 10, False, 0.5\nprint('moved')",
        "print('again', figure.centered, figure.size, figure.layer, figure.target)",
    )
    run_cell(page, 0)
    figure = ReaderOnPage(page)
    figure.figure.wait_for()
    figure.draw(DRAWN[3])
    run_cell(page, 1, r"read -1 1 3 \(8, 8\)")
    run_cell(page, 2, "set")
    figure.figure.get_by_text("It reads 0").wait_for()
    run_cell(page, 3, "moved")
    figure.figure.get_by_text("the whole pad").wait_for()
    wanted = best_of(ReadDigit(example=10, centered=False, size=0.5))
    assert figure.bars() == {k: pytest.approx(p, abs=0.011) for k, p in wanted.items()}
    figure.choose("Center and scale", "on")
    figure.choose("Maps of convolution", "3")
    figure.choose("What speaks for", "6")
    figure.type("size", 0.8)
    run_cell(page, 4, r"again True 0\.8 3 6")
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []
