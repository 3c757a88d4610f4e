"""The race in JupyterLab with a live kernel: what is moved is read in Python, and what Python sets is seen."""

import pytest
from lab_tools import run_cell
from test_figure_race_browser import RaceOnPage, loss_of

from dlcourse.figures import Race

pytestmark = pytest.mark.browser


def test_the_race_and_python_share_their_values(notebook):
    page, wrong = notebook(
        "race.ipynb",
        "from dlcourse.figures import Race\nfigure = Race()\nfigure",
        "print('read', figure.rates['sgd'], figure.on, figure.start, len(figure.path('sgd')))",
        "figure.rates = {'sgd': 0.026}\nfigure.steps = 500\nprint('set')",
        "figure.surface = 'plateau'\nprint('brought', figure.start)",
        "print('again', figure.surface, figure.rates['sgd'], figure.start, figure.steps)",
    )
    run_cell(page, 0)
    figure = RaceOnPage(page)
    figure.figure.wait_for()
    figure.control("slider", "steps shown").focus()
    page.keyboard.press("ArrowLeft")  # JupyterLab would take this key for itself
    figure.control("spinbutton", "learning rate of SGD, exactly").select_text()
    page.keyboard.type("0.024")
    figure.control("checkbox", "Adam").uncheck()
    run_cell(page, 1, r"read 0\.024 \['sgd', 'momentum'\] \[-2\.5, 1\.5\] 60")
    assert float(figure.table()["SGD"][0]) == loss_of(Race(rates={"sgd": 0.024}, steps=59), "sgd")

    run_cell(page, 2, "set")
    figure.figure.get_by_text("diverged at step 85").wait_for()
    run_cell(page, 3, r"brought \[-2\.8, 2\.0\]")
    page.wait_for_function("document.querySelector('.dl-race-formula').innerText.includes('exp')")
    assert figure.control("radio", "plateau").is_checked()

    figure.choose("saddle")
    figure.unfold()
    figure.type("start, w\u2081", 0.001)
    figure.press("Rewind")
    run_cell(page, 4, r"again saddle 0\.5 \[0\.001, 1\.5\] 0")
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []
