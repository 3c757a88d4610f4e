"""The ten examples in a real browser, without a kernel: drawn, taught, filled up, touched, on a phone, in a sandbox."""

import re
from html import escape

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_tools import CONTRAST, PHONE
from figure_tools import tabs, write_page
from test_figure_read_digit import DRAWN
from test_figure_read_digit_browser import ReaderOnPage

from dlcourse.figures.ten_examples import KINDS, TenExamples

pytestmark = pytest.mark.browser
EMPTY = "Draw a digit, with the mouse, a finger or a pen."


class ExamplesOnPage(ReaderOnPage):
    """The ten examples in a browser, by what somebody sees of them."""

    def said(self):
        """What is said below the pad."""
        self.drawn()
        return self.figure.locator("output.dl-read-said").inner_text()

    def score(self):
        """(examples, right from features, right from pixels), as the figure says them."""
        self.drawn()
        words = self.figure.locator("output.dl-ten-score").inner_text()
        found = re.fullmatch(r"(\d+) examples? of \d+ digits?\. Of 200 .*? read (\d+) \(.*the pixels (\d+) \(.*", words)
        return tuple(map(int, found.groups())) if found else words

    def bars(self):
        """The two best answers of both, {digit: probability} twice, as the bars have them for those who do not see."""
        self.drawn()
        parts = self.figure.locator(".dl-read-bars").get_attribute("aria-label").split("; ")[1:]
        pairs = [re.findall(r"(\d): (\d\.\d\d)", part) for part in parts]
        return [{int(digit): float(p) for digit, p in pair} for pair in pairs]

    def thumbs(self):
        self.drawn()
        return self.figure.locator(".dl-ten-shown button").count()


def best_of(figure):
    """What the bars should say."""
    found = []
    for kind in KINDS:
        p = figure.probabilities(kind)
        found.append({int(digit): pytest.approx(p[digit], abs=0.02) for digit in (-p).argsort(kind="stable")[:2]})
    return found


def score_of(figure):
    return (len(figure.examples), *(figure.right(kind)[-1] for kind in KINDS))


@pytest.fixture
def examples(open_page, tmp_path):
    """The figure alone on a page, and what went wrong in it."""

    def opened(figure=None, **options):
        page, wrong = open_page(write_page(tmp_path, figure or TenExamples()).as_uri(), **options)
        return ExamplesOnPage(page), wrong

    return opened


def test_a_drawing_is_read_and_taught_as_in_python(examples):
    figure, wrong = examples()
    assert figure.score() == score_of(TenExamples()) and figure.bars() == best_of(TenExamples())
    meant = figure.draw(DRAWN[3])
    python = TenExamples(row=-1, strokes=meant)
    assert figure.bars() == best_of(python) and "Raw pixels say" in figure.said()
    figure.press("teach: this is a 3")
    python = TenExamples(row=-1, examples=[*python.examples, [3, meant]])
    assert figure.said() == "Your drawing is now an example of 3." and figure.score() == score_of(python)
    assert figure.thumbs() == 11 and figure.figure.locator(".dl-ten-own").count() == 1
    figure.press("My drawing")
    assert figure.said().startswith("It reads 3")
    figure.press("Clear")
    assert figure.said() == EMPTY
    figure.press("take away example 2 of 2 of 3, your drawing")
    assert figure.score() == score_of(TenExamples()) and figure.thumbs() == 10
    assert wrong == []


def test_from_nothing_to_fifty_examples(examples):
    figure, wrong = examples(TenExamples(row=5))
    figure.press("Remove all")
    assert figure.score() == "No examples, nothing learned." and figure.thumbs() == 0
    assert figure.said() == "It has no example yet. Say which digit this is."
    assert figure.control("button", "Remove all").is_disabled()
    figure.press("add a handwritten 7")
    assert figure.score()[0] == 1 and figure.said().startswith("It reads 7, probability above 0.99.")
    assert any("It cannot answer 0, 1, 2" in words for words in figure.captions())
    figure.press("fill up to 2 of each digit")
    two = figure.score()
    figure.press("fill up to 5 of each digit")
    assert (two[0], figure.score()[0], figure.thumbs()) == (20, 50, 50) and figure.score()[1] > two[1]
    assert all(figure.control("button", f"add a handwritten {digit}").is_disabled() for digit in range(10))
    before = figure.score()
    figure.press("Other digits")
    assert figure.score()[0] == 50 and figure.score() != before
    assert wrong == []


def test_a_test_digit_is_read_and_cannot_be_taught(examples):
    figure, wrong = examples()
    assert all(figure.control("button", f"teach: this is a {digit}").is_disabled() for digit in range(10))
    row = TenExamples().row
    figure.press("A test digit")
    python = TenExamples(row=row + 1)
    assert figure.bars() == best_of(python)
    assert figure.captions()[0].startswith(f"Test digit {row + 2} of 200, labeled")
    assert "It may not be an example." in figure.captions()[0]
    assert wrong == []


def test_a_finger_draws_and_the_page_stays(examples):
    figure, wrong = examples(TenExamples(row=-1), viewport=PHONE, has_touch=True)
    before = figure.page.evaluate("scrollY")
    pixels, meant = figure.places(DRAWN[7][:1])
    touch = figure.page.context.new_cdp_session(figure.page)
    for kind, (x, y) in zip(["touchStart", "touchMove", "touchMove"], pixels[0], strict=True):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert figure.bars() == best_of(TenExamples(row=-1, strokes=meant))
    assert figure.page.evaluate("scrollY") == before
    assert wrong == []


def test_everything_but_drawing_can_be_done_with_the_keyboard(examples):
    figure, wrong = examples()
    page, tab, seen = figure.page, *tabs(figure.page)
    assert [tab(), tab()] == ["Clear", "A test digit"]  # nothing is drawn that could be taught or shown again
    assert tab() == "take away example 1 of 1 of 0, handwritten"
    page.keyboard.press("Enter")
    figure.drawn()
    assert figure.thumbs() == 9
    assert page.evaluate("document.activeElement.ariaLabel") == "add a handwritten 0"  # the focus stays with its digit
    page.keyboard.press("Enter")
    assert figure.thumbs() == 10
    assert tab() == "take away example 1 of 1 of 1, handwritten"
    names = [tab() for _ in range(17)]
    assert names[-1] == "add a handwritten 9"
    fills = [f"fill up to {count} of each digit" for count in (1, 2, 3, 5)]
    assert [tab() for _ in range(7)] == [*fills, "Other digits", "Remove all", "What to try"]
    assert all(outline != "none" for _, outline in seen)
    assert wrong == []


def test_the_answer_is_announced_once_a_drawing_ends_and_nothing_jumps(examples):
    figure, _ = examples(TenExamples(row=-1))
    live = figure.figure.locator("output.dl-read-said")
    first, second, *_ = figure.places(DRAWN[7])[0][0]

    def height():
        figure.drawn()
        return figure.figure.locator(".dl-ten-below").bounding_box()["y"] + figure.page.evaluate("scrollY")

    before = height()
    figure.page.mouse.move(*first)
    figure.page.mouse.down()
    figure.page.mouse.move(*second)
    figure.drawn()
    assert live.get_attribute("aria-live") == "off" and height() == before
    figure.page.mouse.up()
    figure.drawn()
    assert live.get_attribute("aria-live") == "polite"
    figure.draw([[[0.1, 0.1], [0.9, 0.2], [0.2, 0.5], [0.9, 0.9], [0.1, 0.9]]])
    assert height() == before


def test_a_screen_reader_hears_names_values_and_results(examples):
    figure, _ = examples()
    figure.drawn()
    heard = figure.figure.aria_snapshot()
    for part in ['figure "Ten examples, a figure to play with"',
                 'group "Teach it: this is a"', "Share of 200 test digits",
                 'group "Examples of 3"', "The example nearest by raw pixels", "10 examples of 10 digits"]:  # fmt: skip
        assert part in heard, heard


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_can_be_read_and_axe_finds_nothing(scheme, examples):
    drawing = [[digit, strokes] for digit, strokes in DRAWN.items() if digit != 4]
    figure, _ = examples(TenExamples(examples=drawing), viewport=PHONE)
    page = figure.page
    page.evaluate("scheme => { document.title = 'Ten'; document.documentElement.dataset.theme = scheme; }", scheme)
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


def test_alone_in_a_sandbox(open_page, tmp_path):
    path = tmp_path / "host.html"
    output = escape(TenExamples().standalone().data)
    frame = f'<iframe sandbox="allow-scripts" width="900" height="1400" srcdoc="{output}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    inside = page.frame_locator("iframe")
    inside.get_by_role("button", name="fill up to 3 of each digit").click()
    inside.get_by_text("30 examples of 10 digits.").first.wait_for()
    assert wrong == []
