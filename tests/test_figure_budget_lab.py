"""The label budget in JupyterLab with a live kernel: Python reads what is chosen, and what Python sets is seen."""

import pytest
from lab_tools import run_cell
from test_figure_budget_browser import BudgetOnPage, listed

from dlcourse.figures.budget import Budget

pytestmark = pytest.mark.browser


def test_the_budget_and_python_share_their_values(notebook):
    page, wrong = notebook(
        "budget.ipynb",
        "from dlcourse.figures.budget import Budget\nfigure = Budget()\nfigure",
        "print('read', figure.labels, len(figure.shown), len(figure.ahead()))",
        "figure.labels, figure.a, figure.shown = 20, 'frozen', ['SVM', 'frozen']\nprint('set')",
        "print('again', figure.b, figure.is_ahead(), figure.shown)",
        "figure.labels = 7",
    )
    run_cell(page, 0)
    figure = BudgetOnPage(page)
    figure.figure.wait_for()
    figure.control("radio", "5").focus()
    page.keyboard.press("ArrowLeft")  # JupyterLab would take this key for itself
    figure.control("checkbox", "frozen").check()
    run_cell(page, 1, "read 2 5 5")

    run_cell(page, 2, "set")
    figure.figure.get_by_text("With 20 labels of each digit, over the same 2 draws").wait_for()
    assert list(figure.table().items()) == listed(Budget(labels=20, shown=["SVM", "frozen"]))
    figure.compare("with B", "random frozen")
    figure.control("checkbox", "SVM").uncheck()
    ahead = Budget(labels=20, a="frozen", b="random frozen").is_ahead()
    run_cell(page, 3, rf"again random frozen {ahead} \['frozen'\]")
    run_cell(page, 4, "TraitError: .*labels.*7")
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []
