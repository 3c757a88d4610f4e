"""The label budget in a real browser, without a kernel: dragged, chosen, compared, on a phone, in a sandbox."""

import re
from html import escape

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_tools import CONTRAST, PHONE
from figure_tools import FigureOnPage, tabs, write_page

from dlcourse.figures.budget import LABELS, METHODS, MOVES, Budget

pytestmark = pytest.mark.browser


class BudgetOnPage(FigureOnPage):
    """The label budget in a browser, by what a reader sees of it."""

    def table(self):
        """{curve: error as it is written}, in the order of the table."""
        self.drawn()
        rows = self.figure.locator(".dl-standings").filter(has=self.page.locator("caption")).locator("tbody tr").all()
        return {row.locator("th").inner_text().strip(): row.locator("td").first.inner_text() for row in rows}

    def said(self):
        self.drawn()
        return self.figure.locator("output").inner_text()

    def labels(self):
        self.drawn()
        return int(self.figure.get_by_role("radio", checked=True).input_value())

    def compare(self, name, curve):
        self.control("combobox", name).select_option(curve)
        self.drawn()

    def grip(self):
        """Where the line's handle is on the screen."""
        self.figure.locator(".dl-budget-chart").scroll_into_view_if_needed()
        self.drawn()
        box = self.figure.locator(".dl-budget-chosen .dl-handle").bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def place(self, labels):
        """Where the number below the axis stands on the screen."""
        box = self.figure.locator(".dl-budget-chart text").get_by_text(str(labels), exact=True).bounding_box()
        return box["x"] + box["width"] / 2


def listed(figure):
    """What Python says the table should hold."""
    errors = sorted((figure.error(curve), curve) for curve in figure.shown)
    return [(curve, f"{mean:.1f} \u00b1 {deviation:.1f}") for (mean, deviation), curve in errors]


@pytest.fixture
def budget(open_page, tmp_path):
    """The budget alone on a page, and what went wrong in it."""

    def opened(figure=None, **options):
        page, wrong = open_page(write_page(tmp_path, figure or Budget()).as_uri(), **options)
        return BudgetOnPage(page), wrong

    return opened


def test_the_line_is_dragged_and_all_numbers_follow(budget):
    figure, wrong = budget()
    assert list(figure.table().items()) == listed(Budget())
    for labels in (20, 1):
        (x, y), to = figure.grip(), figure.place(labels)
        figure.page.mouse.move(x, y)
        figure.page.mouse.down()
        figure.page.mouse.move(to + 4, y + 30, steps=4)
        figure.page.mouse.up()
        assert figure.labels() == labels and figure.grip()[0] == pytest.approx(to, abs=4)
        assert list(figure.table().items()) == listed(Budget(labels=labels))
        assert f"With {labels} label" in figure.said()
    assert wrong == []


def test_the_numbers_of_labels_are_chosen_too(budget):
    figure, wrong = budget()
    for labels in LABELS:
        figure.choose(str(labels))
        assert list(figure.table().items()) == listed(Budget(labels=labels))
    assert wrong == []


def test_curves_are_shown_and_hidden(budget):
    figure, wrong = budget(Budget(shown=[]))
    assert figure.table() == {} and figure.figure.locator("polyline").count() == 0
    for method in METHODS:
        figure.control("checkbox", method + MOVES).check()
    python = Budget(shown=[method + MOVES for method in METHODS])
    assert list(figure.table().items()) == listed(python)
    assert figure.figure.locator(".dl-budget-chart polyline").count() == len(METHODS)
    figure.control("checkbox", METHODS[0] + MOVES).uncheck()
    assert METHODS[0] + MOVES not in figure.table()
    assert wrong == []


def test_two_are_compared_as_in_python(budget):
    figure, wrong = budget()
    figure.choose("2")
    for a, b in [("fine-tuned", "random frozen"), ("scratch", "fine-tuned + moves"), ("fine-tuned", "discriminative")]:
        figure.compare("Compare A", a)
        figure.compare("with B", b)
        python, said = Budget(labels=2, a=a, b=b), figure.said()
        mean = sum(python.ahead()) / 5
        first, second = (a, b) if mean >= 0 else (b, a)
        assert f"\u201c{first}\u201d reads {abs(mean):.1f} points more than \u201c{second}\u201d on average" in said
        assert ("no winner" not in said) == python.is_ahead() == ("needs" in said)
    figure.compare("with B", "fine-tuned")
    assert figure.said() == "A and B are the same. Choose two different ways."
    assert wrong == []


def test_a_finger_drags_the_line_and_not_the_page(budget):
    figure, wrong = budget(viewport=PHONE, has_touch=True)
    (x, y), to = figure.grip(), figure.place(50)
    before = figure.page.evaluate("scrollY")
    touch = figure.page.context.new_cdp_session(figure.page)
    for kind, at in [("touchStart", x), ("touchMove", (x + to) / 2), ("touchMove", to)]:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": at, "y": y + 20}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert figure.labels() == 50 and figure.page.evaluate("scrollY") == before
    assert wrong == []


def test_everything_can_be_done_with_the_keyboard_alone(budget):
    figure, wrong = budget()
    page, tab, seen = figure.page, *tabs(figure.page)
    assert tab() == "5"
    page.keyboard.press("ArrowRight")
    assert figure.labels() == 10
    assert [tab() for _ in range(2 * len(METHODS))] == [method + moves for method in METHODS for moves in ("", MOVES)]
    page.keyboard.press("Space")
    assert METHODS[-1] + MOVES in figure.table()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    figure.drawn()
    assert figure.control("combobox", "Compare A").input_value() == "fine-tuned + moves"
    assert all(outline != "none" for _, outline in seen)
    assert wrong == []


def test_a_screen_reader_hears_names_values_and_results(budget):
    figure, _ = budget()
    figure.drawn()
    heard = figure.figure.aria_snapshot()
    for part in ['figure "The label budget, a figure to play with"', 'group "Labels of each digit"',
                 "Curves of the test", 'checkbox "random frozen + moves"', 'combobox "Compare A"',
                 "over the same 5 draws"]:  # fmt: skip
        assert part in heard, heard
    assert figure.figure.locator("output").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_can_be_read_and_axe_finds_nothing(scheme, budget):
    figure, _ = budget(Budget(shown=[*METHODS, "scratch + moves"]), viewport=PHONE)
    page = figure.page
    page.evaluate("scheme => { document.title = 'Budget'; document.documentElement.dataset.theme = scheme; }", scheme)
    if scheme == "dark":  # the website's own colors
        colors = "--pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af; --pst-color-on-background: #222832"
        page.add_style_tag(content=f":root {{ {colors} }}")
    figure.drawn()
    assert page.evaluate(CONTRAST, 4.5) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    rules = {"exclude": [["body > :not([data-figure])"]]}
    found = Axe().run(page, rules, {"rules": {"region": {"enabled": False}, "page-has-heading-one": {"enabled": False},
                                              "landmark-one-main": {"enabled": False}}})  # fmt: skip
    assert [violation["id"] for violation in found.response["violations"]] == []


def test_nothing_jumps_while_the_line_is_dragged(budget):
    figure, _ = budget()

    def height():
        figure.drawn()
        return figure.figure.locator(".dl-budget-below").bounding_box()["y"] + figure.page.evaluate("scrollY")

    assert len({height() for labels in LABELS if not figure.choose(str(labels))}) == 1


def test_alone_in_a_sandbox(open_page, tmp_path):
    path = tmp_path / "host.html"
    output = escape(Budget().standalone().data)
    frame = f'<iframe sandbox="allow-scripts" width="900" height="1200" srcdoc="{output}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    inside = page.frame_locator("iframe")
    inside.get_by_role("radio", name="20", exact=True).check()
    inside.get_by_text(re.compile("^With 20 labels of each digit")).wait_for()
    assert wrong == []
