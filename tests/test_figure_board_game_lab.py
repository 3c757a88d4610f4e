"""The board games in JupyterLab with a live kernel: Python reads what is played, and what Python sets is seen."""

import pytest
from lab_tools import run_cell
from test_figure_board_game_browser import BoardOnPage

from dlcourse.figures.board_game import BoardGame

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("float64")]


def test_the_board_and_python_share_their_values(notebook):
    page, wrong = notebook(
        "board.ipynb",
        "from dlcourse.figures.board_game import BoardGame\nfigure = BoardGame()\nfigure",
        "print('read', figure.game, figure.moves)",
        "figure.you, figure.game = 'both', 'Connect Four'\nfigure.moves = [3, 3, 2]\nprint('set')",
        "print('again', figure.moves, figure.simulations, figure.choice())",
        "figure.moves = [3, 9]",
    )
    run_cell(page, 0)
    figure = BoardOnPage(page)
    figure.figure.wait_for()
    figure.figure.get_by_role("button", name="row 2, column 2, empty").focus()
    page.keyboard.press("Enter")  # JupyterLab would take this key for itself
    figure.figure.get_by_text("You are to move as X.").wait_for()
    run_cell(page, 1, rf"read tic-tac-toe \[4, {BoardGame(moves=[4]).choice()}\]")

    run_cell(page, 2, "set")
    figure.figure.get_by_role("button", name="column 4, from below X O, 4 empty").wait_for()
    figure.check(BoardGame(game="Connect Four", moves=[3, 3, 2]))
    figure.control("slider", "simulations").focus()
    page.keyboard.press("ArrowRight")
    figure.play(1)
    choice = BoardGame(game="Connect Four", moves=[3, 3, 2, 1], simulations=1).choice()
    run_cell(page, 3, rf"again \[3, 3, 2, 1\] 1 {choice}")
    run_cell(page, 4, "TraitError: moves expected a game of Connect Four")
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []
