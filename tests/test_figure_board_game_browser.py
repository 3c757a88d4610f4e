"""The board games in a real browser, without a kernel: whole games by mouse and by keyboard, on a phone, alone."""

from html import escape

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_tools import CONTRAST, PHONE
from figure_tools import FigureOnPage, tabs, write_page

from dlcourse.figures.board_game import GAMES, BoardGame

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("float64")]
NARROW = {"width": 360, "height": 740}


class BoardOnPage(FigureOnPage):
    """The board in a browser, by what a reader sees of it."""

    def said(self):
        self.drawn()
        return self.figure.locator("output").inner_text()

    def places(self):
        """What each place of the board is called."""
        self.drawn()
        return [button.get_attribute("aria-label") for button in self.figure.locator(".dl-board button").all()]

    def play(self, move):
        self.figure.locator(".dl-board button").nth(move).click()
        self.drawn()

    def rows(self):
        """{move: what the table says of it}, as far as it is legal."""
        self.drawn()
        rows = [row.locator(":is(th, td):not(.dl-board-bars)").all() for row in
                self.figure.locator(".dl-board-table tbody tr").all()]
        texts = [[cell.text_content() for cell in row] for row in rows]
        return {move: cells[1:] for move, cells in enumerate(texts) if cells[1] != "\u2013"}

    def check(self, wanted):
        """See that board, table and expectation are what Python computes."""
        rules, state = wanted.rules(), wanted.position()
        drawn, shown = rules.draw(state), "".join(self.places())
        assert [shown.count(mark) for mark in "XO"] == [drawn.count(mark) for mark in "XO"]
        policy, value = wanted.assessed()
        visits = wanted.searched()[0] if wanted.simulations else None
        words = {1: "wins", 0: "draws", -1: "loses"}
        worths = wanted.worths() if wanted.worth else None
        assert self.rows() == {
            move: [f"{policy[move]:.3f}", *([f"{visits[move]:.0f}"] if wanted.simulations else []),
                   *([words[worths[move]]] if worths else [])]
            for move in rules.legal_moves(state)
        }  # fmt: skip
        expects = self.figure.locator(".dl-board-expected").inner_text()
        assert f"the network expects {value:.2f}".replace("-0.00", "0.00").replace("-", "\u2212") in expects
        return expects


@pytest.fixture
def board(open_page, tmp_path):
    """A board alone on a page, and what went wrong in it; the network answers at once unless motion is asked for."""

    def opened(figure=None, reduced_motion="reduce", **options):
        page, wrong = open_page(write_page(tmp_path, figure or BoardGame()).as_uri(), reduced_motion=reduced_motion,
                                **options)
        return BoardOnPage(page), wrong

    return opened


def whole_game(game, you, pick):
    """A game in which the reader picks by `pick` and the network answers: each pick, and all moves after the answer."""
    figure, turns = BoardGame(game=game, you=you), []
    rules = figure.rules()
    if you == "O":
        figure.moves = [figure.choice()]
    while rules.legal_moves(figure.position()):
        move = pick(rules.legal_moves(figure.position()), figure)
        figure.moves = [*figure.moves, move]
        if rules.legal_moves(figure.position()):
            figure.moves = [*figure.moves, figure.choice()]
        turns.append((move, list(figure.moves)))
    return turns


def ending(game, you, moves):
    """How the figure says that the game ended."""
    rules = GAMES[game]
    state = rules.after(moves)
    if rules.outcome(state) == 0:
        return "The board is full: a draw."
    winner = "XO"[(len(moves) - 1) % 2]
    long, who = "Three" if rules.rows == 3 else "Four", "you win" if winner == you else "the network wins"
    return f"{long} in a row for {winner}: {who}."


# ------------------------------------------------------------------------------------------------ whole games


@pytest.mark.parametrize("you", ["X", "O"])
@pytest.mark.parametrize("game", GAMES)
def test_a_whole_game_with_the_mouse(game, you, board):
    """What the page answers is what Python's network answers, move by move, to the end."""
    figure, wrong = board()
    figure.choose(game)
    figure.choose("X, first" if you == "X" else "O, second")
    turns = whole_game(game, you, lambda legal, _: legal[0])
    for move, moves in turns:
        figure.play(move)
        assert sum(name.count("X") + name.count("O") for name in figure.places()) == len(moves)
    assert figure.said() == ending(game, you, turns[-1][1])
    if "row" in figure.said():
        assert figure.figure.locator(".dl-board-line").count() == (3 if game == "tic-tac-toe" else 4)
    figure.press("New game")
    assert figure.said().endswith(f"You are to move as {you}.")
    assert wrong == []


@pytest.mark.parametrize("game", GAMES)
def test_a_whole_game_with_the_keyboard(game, board):
    figure, wrong = board(BoardGame(game=game))
    page, tab, seen = figure.page, *tabs(figure.page)
    turns = whole_game(game, "X", lambda legal, _: legal[len(legal) // 2])
    assert [tab() for _ in range(2)] == [game, "X, first"]
    at = -1
    for move, moves in turns:
        while at != move:  # Tab goes on to the next place, Shift and Tab back
            page.keyboard.press("Tab" if at < move else "Shift+Tab")
            at += 1 if at < move else -1
        name = page.evaluate("document.activeElement.ariaLabel")
        assert name == figure.places()[move]
        page.keyboard.press("Enter" if len(moves) % 4 else "Space")
        assert sum(name.count("X") + name.count("O") for name in figure.places()) == len(moves)
    assert figure.said() == ending(game, "X", turns[-1][1])
    assert all(outline != "none" for _, outline in seen)
    assert wrong == []


def test_the_keyboard_reaches_everything(board):
    figure, wrong = board(BoardGame(moves=[4, 0], you="both"))
    tab, seen = tabs(figure.page)
    names = ["tic-tac-toe", "both", *figure.places(), "Take back", "New game", "Network moves", "Let it play",
             "simulations", "simulations, exactly", "shown", "hidden", "What to try"]  # fmt: skip
    assert [tab() for _ in names] == names
    assert all(outline != "none" for _, outline in seen)
    assert wrong == []


# ------------------------------------------------------------------------------------------------ what is shown


def test_the_table_is_python_s(board):
    figure, wrong = board(BoardGame(moves=[4, 0], you="both"))
    figure.check(BoardGame(moves=[4, 0]))
    figure.figure.get_by_role("group", name="True worth").get_by_role("radio", name="shown").check()
    figure.check(BoardGame(moves=[4, 0], worth=True))
    figure.type("simulations", 30)
    assert "After 30 simulations it expects" in figure.check(BoardGame(moves=[4, 0], worth=True, simulations=30))
    figure.play(8)
    figure.check(BoardGame(moves=[4, 0, 8], worth=True, simulations=30))
    chosen = figure.figure.locator(".dl-board-chosen th").text_content()
    choice = BoardGame(moves=[4, 0, 8], simulations=30).choice()
    assert chosen == f"row {choice // 3 + 1}, column {choice % 3 + 1}, the network's choice"
    figure.choose("Connect Four")
    assert figure.figure.get_by_role("group", name="True worth").count() == 0
    figure.check(BoardGame(game="Connect Four", simulations=30))
    assert wrong == []


def test_its_thoughts_can_be_hidden(board):
    figure, wrong = board()
    assert figure.figure.locator(".dl-board-choice").count() == 1 and figure.figure.get_by_role("table").count() == 1
    figure.figure.get_by_role("group", name="Its thoughts").get_by_role("radio", name="hidden").check()
    figure.drawn()
    assert figure.figure.locator(".dl-board-choice").count() == 0 == figure.figure.get_by_role("table").count()
    assert not figure.figure.locator(".dl-board-expected").is_visible()
    assert wrong == []


def test_it_is_said_what_is_where_and_who_moves(board):
    figure, wrong = board(BoardGame(you="both"))
    assert figure.places()[1] == "row 1, column 2, empty"
    figure.play(1)
    assert figure.places()[1] == "row 1, column 2, X"
    assert figure.said() == "X played row 1, column 2. You are to move as O."
    figure.figure.locator(".dl-board button").nth(1).click(force=True)  # it says that it is disabled
    assert figure.said() == "There is no room. Choose an empty place."
    figure.choose("Connect Four")
    figure.play(3)
    figure.play(3)
    assert figure.places()[2:4] == ["column 3, empty", "column 4, from below X O, 4 empty"]
    assert wrong == []


def test_moves_are_taken_back_and_the_network_can_move_for_the_reader(board):
    figure, wrong = board()
    back = figure.control("button", "Take back")
    assert back.is_disabled()
    figure.press("Network moves")
    stones = sum("X" in name or "O" in name for name in figure.places())
    assert stones == 2
    back.click()
    assert sum("X" in name or "O" in name for name in figure.places()) == 0
    figure.choose("O, second")
    assert sum("X" in name for name in figure.places()) == 1 and back.is_disabled()
    assert wrong == []


def test_it_plays_itself_to_the_end_and_again_the_same(board):
    figure, wrong = board()
    figure.press("Let it play")
    first = figure.places()
    assert "You are to move" not in figure.said() and figure.control("button", "Let it play").is_visible()
    figure.press("Let it play")
    assert figure.places() == first
    assert wrong == []


def test_where_motion_is_welcome_it_takes_its_time(board):
    figure, wrong = board(reduced_motion="no-preference")
    live = figure.figure.locator("output")
    figure.play(0)
    assert figure.said() == "X played row 1, column 1. The network is to move as O."
    figure.figure.get_by_text("You are to move as X.").wait_for()
    figure.press("Let it play")
    assert live.get_attribute("aria-live") == "off"
    figure.press("Stop")
    assert live.get_attribute("aria-live") == "polite"
    assert wrong == []


def test_lines_against_tic_tac_toe_s_network_are_never_won(board):
    """A few lines drawn by chance; the test of the script tries all."""
    figure, wrong = board()
    rng = np.random.default_rng(0)
    for game in range(6):
        figure.choose("O, second" if game % 2 else "X, first")
        figure.press("New game")
        while "You are to move" in figure.said():
            figure.play(int(rng.choice(list(figure.rows()))))
        assert "you win" not in figure.said()
    assert wrong == []


# ------------------------------------------------------------------------------------------------ for everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("game", GAMES)
def test_on_a_phone_everything_can_be_read_and_axe_finds_nothing(game, scheme, board):
    figure, _ = board(BoardGame(game=game, simulations=10, worth=True), viewport=NARROW, has_touch=True)
    page = figure.page
    page.evaluate("scheme => { document.title = 'Board'; document.documentElement.dataset.theme = scheme; }", scheme)
    if scheme == "dark":  # the website's own colors
        colors = "--pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af; --pst-color-on-background: #222832"
        page.add_style_tag(content=f":root {{ {colors} }}")
    figure.figure.locator(".dl-board button").nth(2).tap()
    figure.figure.get_by_text("You are to move as X.").wait_for()
    assert sum(name.count("X") + name.count("O") for name in figure.places()) == 2
    assert page.evaluate(CONTRAST, 4.5) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"] <= PHONE["width"]
    sides = figure.figure.locator(".dl-board button").first.bounding_box()
    assert sides["width"] >= 36 and sides["height"] >= 36  # wide enough for a finger
    rules = {"exclude": [["body > :not([data-figure])"]]}
    found = Axe().run(page, rules, {"rules": {"region": {"enabled": False}, "page-has-heading-one": {"enabled": False},
                                              "landmark-one-main": {"enabled": False}}})  # fmt: skip
    assert [violation["id"] for violation in found.response["violations"]] == []


def test_a_screen_reader_hears_names_values_and_results(board):
    figure, _ = board(BoardGame(moves=[4, 0], simulations=10))
    heard = figure.figure.aria_snapshot()
    for part in ['figure "A board game, a figure to play with"', 'group "The board of tic-tac-toe"', 'group "You play"',
                 'button "row 1, column 2, empty"', 'button "row 2, column 2, X" [disabled]', 'slider "simulations"',
                 "the network's choice", "the network expects"]:  # fmt: skip
        assert part in heard, heard
    assert figure.figure.locator("output").get_attribute("aria-live") == "polite"


def test_alone_in_a_sandbox(open_page, tmp_path):
    path = tmp_path / "host.html"
    output = escape(BoardGame().standalone().data)
    frame = f'<iframe sandbox="allow-scripts" width="900" height="1500" srcdoc="{output}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame}', encoding="utf-8")
    page, wrong = open_page(path.as_uri(), reduced_motion="reduce")
    inside = page.frame_locator("iframe")
    inside.get_by_role("button", name="row 1, column 1, empty").click()
    inside.get_by_role("button", name="row 1, column 1, X").wait_for()
    inside.get_by_text("You are to move as X.").wait_for()
    assert wrong == []
