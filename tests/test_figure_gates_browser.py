"""The gates in a real browser, without a kernel: typed, clicked, stepped, tabbed, touched, on a phone, in a sandbox."""

from html import escape

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_tools import CONTRAST, PHONE
from figure_tools import FigureOnPage, tabs, write_page

from dlcourse.figures import gates as module
from dlcourse.figures.character_numbers import stored
from dlcourse.figures.gates import PRESETS

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("float64")]
SIGNS = {" ": "\u2423", "\n": "\u21b5"}
TEXT = "Text, which you can change"
NAMED = [[47, "inside a quotation, r = 0.41"], [76, "inside brackets, r = 0.32"]]


def Gates(**values):
    """The figure with two units that have a name, whatever the study found."""
    return module.Gates(named=NAMED, **values)


def written(value):
    """A number as the figures write it."""
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "\u2212")


class GatesOnPage(FigureOnPage):
    """The gates in a browser, by what a reader sees of them."""

    def write(self, text):
        self.control("textbox", TEXT).fill(text)
        self.drawn()

    def gates(self):
        """The values f, i, g, o as they are written."""
        self.drawn()
        return [row.inner_text() for row in self.figure.locator(".dl-gates-table td:nth-child(2)").all()]

    def title(self):
        self.drawn()
        return self.figure.locator(".dl-gates-table caption").inner_text()

    def sums(self):
        self.drawn()
        return [line.inner_text() for line in self.figure.locator(".dl-gates-sums p > span:last-child").all()]

    def sentence(self):
        self.drawn()
        return self.figure.locator("output").inner_text()

    def expected(self):
        """[(sign, probability)] of what the model expects next."""
        self.drawn()
        rows = self.figure.locator(".dl-chars-list li").all()
        return [(row.locator(".dl-chars-name").inner_text(), float(row.locator(".dl-chars-number").inner_text()))
                for row in rows]  # fmt: skip

    def letter(self, at):
        """A character of the score."""
        return self.figure.locator(".dl-gates-letter").nth(at)

    def click_letter(self, at):
        box = self.letter(at).bounding_box()
        self.figure.locator(".dl-gates-lines").scroll_into_view_if_needed()
        box = self.letter(at).bounding_box()
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.drawn()

    def check(self, wanted):
        """See that everything at the chosen character is what Python computes."""
        steps, unit, at = wanted.steps(), wanted.unit, wanted.at
        of = {name: rows[at, unit] for name, rows in steps.items()}
        assert self.title().startswith(f"Unit {unit} at character {at}, ")
        assert self.gates() == [written(of[name]) for name in "figo"]
        old = steps["c"][at - 1, unit] if at else 0.0
        assert self.sums()[0].endswith(f"= {written(of['c'])}") and self.sums()[1].endswith(f"= {written(of['h'])}")
        assert f"The cell goes from {written(old)} to {written(of['c'])}." in self.sentence()
        p, names = wanted.probabilities(), stored()[0].vocabulary
        best = np.argsort(-p, kind="stable")[:6]
        assert [name for name, _ in self.expected()] == [SIGNS.get(names[k], names[k]) for k in best]
        assert [q for _, q in self.expected()] == pytest.approx(p[best].tolist(), abs=6e-4)


@pytest.fixture
def gates(open_page, tmp_path):
    """The gates alone on a page, and what went wrong in them."""

    def opened(figure=None, **options):
        page, wrong = open_page(write_page(tmp_path, figure or Gates()).as_uri(), **options)
        return GatesOnPage(page), wrong

    return opened


def test_what_is_typed_is_read_as_python_reads_it(gates):
    figure, wrong = gates()
    figure.check(Gates())
    text = 'while x < 3:\n   print("a")'
    figure.write(text)
    figure.check(Gates(text=text, at=len(text) - 1))
    figure.type("character", 13)
    figure.type("unit", 77)
    figure.check(Gates(text=text, at=13, unit=77))
    figure.choose("brackets")
    assert figure.control("textbox", TEXT).input_value() == PRESETS["brackets"]
    figure.check(Gates(text=PRESETS["brackets"], at=0, unit=77))
    assert figure.figure.locator(".dl-gates-letter").count() == len(PRESETS["brackets"])
    assert wrong == []


def test_typing_looks_at_the_last_character_and_goes_on_in_the_middle(gates):
    figure, wrong = gates()
    field = figure.control("textbox", TEXT)
    field.fill("")
    assert figure.sentence() == "Type a text." and figure.expected() == []
    field.press_sequentially("if x:")
    figure.check(Gates(text="if x:", at=4))
    for _ in range(3):
        field.press("ArrowLeft")
    field.press_sequentially("n")
    figure.check(Gates(text="ifn x:", at=2))
    assert wrong == []


def test_a_click_chooses_a_character_and_buttons_step(gates):
    figure, wrong = gates()
    figure.click_letter(70)  # in the second line
    figure.check(Gates(at=70))
    figure.press("Next")
    figure.press("Next")
    figure.press("Back")
    figure.check(Gates(at=71))
    figure.type("character", 0)
    back = figure.control("button", "Back")
    assert back.get_attribute("aria-disabled") == "true"
    back.click(force=True)
    figure.check(Gates(at=0))
    assert wrong == []


def test_the_map_chooses_a_unit_and_a_character(gates):
    figure, wrong = gates()
    area = figure.figure.locator(".dl-gates-map")
    area.scroll_into_view_if_needed()
    box, (unit, at) = area.bounding_box(), (100, 40)
    length = len(Gates().text)
    area.click(position={"x": (at + 0.5) / length * box["width"], "y": (unit + 0.5) / 144 * box["height"]})
    figure.drawn()
    figure.check(Gates(unit=unit, at=at))
    assert figure.control("combobox", "Unit that follows").input_value() == ""
    caption = figure.figure.locator(".dl-gates-part .dl-caption")
    for gate, name in (("f", "forget f"), ("i", "input i"), ("o", "output o")):
        figure.choose(name)
        values = Gates().steps()[gate][at]
        assert f"{gate} {(values > 0.9).sum()} and {(values < 0.1).sum()}" in caption.inner_text()
    assert "blue: 1, open" in caption.inner_text().lower()
    assert wrong == []


def test_named_units_are_chosen_from_a_list(gates):
    figure, wrong = gates()
    names = figure.control("combobox", "Unit that follows")
    for unit, name in NAMED:
        names.select_option(f"{name} (unit {unit})")
        figure.check(Gates(unit=unit))
    assert wrong == []


def test_everything_can_be_done_with_the_keyboard_alone(gates):
    figure, wrong = gates()
    page, tab, seen = figure.page, *tabs(figure.page)
    assert [tab() for _ in range(2)] == ["quotation", TEXT]
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("[x]")
    assert tab() == "Unit that follows"
    page.keyboard.press("ArrowDown")
    unit = NAMED[1][0]
    figure.check(Gates(text="[x]", at=2, unit=unit))
    assert [tab() for _ in range(2)] == ["unit", "unit, exactly"]
    assert tab() == "Back"
    page.keyboard.press("Enter")
    figure.drawn()
    assert [tab() for _ in range(2)] == ["Next", "character"]
    page.keyboard.press("ArrowLeft")
    figure.check(Gates(text="[x]", at=0, unit=unit))
    assert [tab() for _ in range(2)] == ["character, exactly", "cell c"]
    assert tab() == "What to try"
    assert all(outline != "none" for _, outline in seen)
    assert wrong == []


def test_a_finger_chooses_a_character(gates):
    figure, wrong = gates(viewport=PHONE, has_touch=True)
    figure.figure.locator(".dl-gates-lines").scroll_into_view_if_needed()
    box = figure.letter(40).bounding_box()
    figure.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    figure.check(Gates(at=40))
    assert wrong == []


def test_what_stands_below_stays_where_it_is_while_somebody_steps(gates):
    figure, _ = gates()
    tops = set()
    for at in range(0, len(Gates().text), 9):
        figure.type("character", at)
        tops.add(figure.figure.locator(".dl-gates-map").bounding_box()["y"] + figure.page.evaluate("scrollY"))
    assert len(tops) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_can_be_read_and_axe_finds_nothing(scheme, gates):
    figure, _ = gates(viewport=PHONE, reduced_motion="reduce")
    page = figure.page
    page.evaluate("scheme => { document.title = 'Gates'; document.documentElement.dataset.theme = scheme; }", scheme)
    if scheme == "dark":  # the website's own colors
        colors = "--pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af; --pst-color-on-background: #222832"
        page.add_style_tag(content=f":root {{ {colors} }}")
    figure.choose("forget f")
    assert page.evaluate(CONTRAST, 4.5) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    rules = {"exclude": [["body > :not([data-figure])"]]}
    found = Axe().run(page, rules, {"rules": {"region": {"enabled": False}, "page-has-heading-one": {"enabled": False},
                                              "landmark-one-main": {"enabled": False}}})  # fmt: skip
    assert [violation["id"] for violation in found.response["violations"]] == []


def test_a_screen_reader_hears_names_values_and_results(gates):
    figure, _ = gates()
    heard = figure.figure.aria_snapshot()
    for part in ['figure "Gates at work, a figure to play with"', 'group "A text"', f'textbox "{TEXT}"',
                 'combobox "Unit that follows"', 'slider "character"', "forget gate f", "below each"]:  # fmt: skip
        assert part in heard, heard
    assert figure.figure.locator("output").get_attribute("aria-live") == "polite"


def test_alone_in_a_sandbox(open_page, tmp_path):
    path = tmp_path / "host.html"
    output = escape(Gates().standalone().data)
    frame = f'<iframe sandbox="allow-scripts" width="900" height="1500" srcdoc="{output}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    inside = page.frame_locator("iframe")
    inside.get_by_role("textbox", name=TEXT).fill("x = 1")
    inside.get_by_text("at character 4, \u201c1\u201d").wait_for()
    assert wrong == []
