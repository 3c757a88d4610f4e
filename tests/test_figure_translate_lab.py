"""Translate in JupyterLab with a live kernel: what is typed, Python reads; what it sets is seen."""

import pytest
from lab_tools import run_cell
from test_figure_translate_browser import FIELD, TranslateOnPage

from dlcourse.figures import Translate

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("float64")]


def test_the_translation_and_python_share_their_values(notebook):
    page, wrong = notebook(
        "translate.ipynb",
        "import numpy as np\nfrom dlcourse import set_default_dtype\nset_default_dtype(np.float64)\n"
        "from dlcourse.figures import Translate\nfigure = Translate()\nfigure",
        "print('read', figure.text, figure.step, ' '.join(figure.written()), figure.attention().shape)",
        "figure.text, figure.width, figure.step = '102', 2, 3\nprint('set')",
        "print('again', figure.step, figure.mistake(), figure.drawn)",
        "figure.text = '1000000'",
    )
    run_cell(page, 0)
    figure = TranslateOnPage(page)
    figure.figure.wait_for()
    figure.control("textbox", FIELD).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("forty two")  # JupyterLab has shortcuts on single letters
    figure.press("Next word")
    figure.control("slider", "words written").focus()
    page.keyboard.press("ArrowRight")
    figure.check(Translate(text="forty two", step=2))
    run_cell(page, 1, r"read forty two 2 zwei und vierzig \(4, 2\)")

    run_cell(page, 2, "set")
    figure.figure.get_by_text("3 words written, right so far.").wait_for()
    figure.check(Translate(text="102", width=2, step=3))
    figure.press("Next word")
    run_cell(page, 3, "again 4 None 0")
    run_cell(page, 4, "TraitError: text expected a number from 0 to 999,999, got '1000000'")
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []
