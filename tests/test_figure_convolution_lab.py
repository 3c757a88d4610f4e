"""The convolution explorer in JupyterLab with a live kernel: Python reads what is changed, and sets what is seen."""

import pytest
from convolution_tools import ExplorerOnPage
from lab_tools import run_cell

pytestmark = pytest.mark.browser


def test_the_explorer_and_python_share_their_values(notebook):
    page, wrong = notebook(
        "convolution.ipynb",
        "from dlcourse.figures.convolution_explorer import Convolution\nfigure = Convolution()\nfigure",
        "print('read', figure.at, figure.kernel[0], figure.output()[2].tolist())",
        "figure.image = [[0, 0, 2, 2]] * 3 + [[1] * 4]\nfigure.kernel = [[-1, 1]] * 2\nfigure.at = [2, 1]\n"
        "print('set', figure.side())",
        "print('again', figure.stride, figure.image[3], figure.output()[0].tolist())",
    )
    run_cell(page, 0)
    figure = ExplorerOnPage(page)
    figure.figure.wait_for()
    figure.control("slider", "column j").focus()
    page.keyboard.press("ArrowRight")  # JupyterLab would take this key for itself
    field = figure.control("spinbutton", "kernel, row 0, column 0")
    field.select_text()
    page.keyboard.type("-3")
    run_cell(page, 1, r"read \[2, 2\] \[-3\.0, 0\.0, 1\.0\] \[0\.0, 27\.0, 27\.0, -45\.0, -45\.0, 0\.0\]")

    run_cell(page, 2, "set 3")
    figure.figure.get_by_text("Output in row 2, column 1: the 4 products add up to 2.").wait_for()
    assert figure.numbers(1) == [[0, 4, 0], [0, 4, 0], [0, 2, 0]]
    figure.choose("stride s", 2)
    figure.choose("padding p", 1)
    figure.press("right")
    run_cell(page, 3, r"again 2 \[0\.0, 1\.0, 1\.0, 1\.0\] \[0\.0, 0\.0, -2\.0\]")
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []
