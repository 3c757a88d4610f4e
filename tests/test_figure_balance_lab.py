"""Balance in JupyterLab with a live kernel: Python reads what was steered, and what Python sets is seen."""

import pytest
from lab_tools import run_cell
from test_figure_balance_browser import LEFT, RIGHT, BalanceOnPage

from dlcourse.figures import Balance

pytestmark = pytest.mark.browser


def test_the_carts_and_python_share_their_values(notebook):
    page, wrong = notebook(
        "balance.ipynb",
        "from dlcourse.figures import Balance\nfigure = Balance()\nfigure",
        "print('read', figure.actions, figure.steps, figure.side, figure.best, len(figure.episode('you')))",
        "figure.driver, figure.seed, figure.steps, figure.kicks = 'rule', 3, 40, [[20, 0.5]]\nprint('set')",
        "print('again', figure.steps, figure.kicks, figure.probabilities(figure.episode('network')).shape)",
        "figure.kicks = [[600, 1]]",
    )
    run_cell(page, 0)
    figure = BalanceOnPage(page)
    figure.figure.wait_for()
    figure.press(LEFT)
    figure.press(RIGHT)
    figure.control("slider", "side to push to").focus()
    page.keyboard.press("ArrowLeft")  # JupyterLab would take this key for itself
    figure.press("One step")
    run_cell(page, 1, r"read \[0, 1, 0\] 3 left 3 4")

    run_cell(page, 2, "set")
    figure.figure.get_by_text("the hand rule: stands after 40 steps").first.wait_for()
    figure.check(Balance(driver="rule", seed=3, steps=40, kicks=[[20, 0.5]]))
    figure.press("Knock")
    figure.press("10 steps")
    run_cell(page, 3, r"again 50 \[\[20, 0\.5\], \[40, 0\.5\]\] \(51, 2\)")
    run_cell(page, 4, "TraitError: kicks expected lists")
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []
