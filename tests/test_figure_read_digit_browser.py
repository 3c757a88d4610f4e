"""The reader of digits in a real browser, without a kernel: drawn on, touched, tabbed, in the dark, on a phone."""

from html import escape

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_tools import CONTRAST, PHONE
from figure_tools import FigureOnPage, tabs, write_page
from test_figure_read_digit import DRAWN

from dlcourse.figures.read_digit import ReadDigit

pytestmark = pytest.mark.browser
EMPTY = "Draw a digit, with the mouse, a finger or a pen."
SLIDERS = ["size", "shift right", "shift down", "pen"]
# How many colors the pad has.
COLORS = """() => {
  const pad = document.querySelector(".dl-plane canvas"), copy = new OffscreenCanvas(256, 256).getContext("2d");
  copy.drawImage(pad, 0, 0);
  const {data} = copy.getImageData(0, 0, 256, 256);
  return new Set(Array.from({length: data.length / 4}, (_, k) => data.slice(4 * k, 4 * k + 4).join())).size;
}"""


class ReaderOnPage(FigureOnPage):
    """The reader in a browser, by what somebody sees of it."""

    def said(self):
        """The answer in words."""
        self.drawn()
        return self.figure.locator("output").inner_text()

    def captions(self):
        self.drawn()
        return self.figure.locator(".dl-caption").all_inner_texts()

    def bars(self):
        """The two best answers, {digit: probability}, as the bars have them for those who do not see them."""
        self.drawn()
        words = self.figure.locator(".dl-read-bars").get_attribute("aria-label").split("; ")[1].split(", ")
        return {int(digit): float(p) for digit, p in (word.split(": ") for word in words[:2])}

    def choose(self, group, name):
        self.figure.get_by_role("group", name=group).get_by_role("radio", name=name, exact=True).check()
        self.drawn()

    def type(self, name, value):
        """Type an exact value into the field beside a slider."""
        self.figure.get_by_role("spinbutton", name=f"{name}, exactly").fill(str(value))
        self.drawn()

    def places(self, strokes):
        """Whole pixels of the screen near the strokes' points, and the strokes that these pixels are."""
        self.figure.locator(".dl-plane").scroll_into_view_if_needed()
        box = self.figure.locator(".dl-plane svg").bounding_box()
        side, corner = box["width"], np.array([box["x"], box["y"]])
        pixels = [np.round(corner + side * np.array(stroke)) for stroke in strokes]
        return pixels, [np.round((points - corner) / side, 3).tolist() for points in pixels]

    def draw(self, strokes):
        """Draw with the mouse; returns the strokes as the pixels of the screen have them."""
        pixels, meant = self.places(strokes)
        for (first, *others) in pixels:
            self.page.mouse.move(*first)
            self.page.mouse.down()
            for point in others:
                self.page.mouse.move(*point)
            self.page.mouse.up()
        return meant


@pytest.fixture
def reader(open_page, tmp_path):
    """A reader alone on a page, and what went wrong in it."""

    def opened(figure=None, **options):
        page, wrong = open_page(write_page(tmp_path, figure or ReadDigit()).as_uri(), **options)
        return ReaderOnPage(page), wrong

    return opened


def best_of(figure):
    """The two best answers of the package's network, {digit: probability}, and the words for a sure one."""
    p = figure.probabilities()
    return {int(digit): round(float(p[digit]), 2) for digit in np.argsort(-p)[:2]}


@pytest.mark.parametrize("digit", [3, 7])
def test_what_the_mouse_draws_is_read_as_in_python(digit, reader):
    figure, wrong = reader()
    assert figure.captions()[0].startswith("Test digit 4 of 797, labeled 5.")
    meant = figure.draw(DRAWN[digit])
    wanted = best_of(ReadDigit(example=-1, strokes=meant))
    assert figure.bars().keys() == wanted.keys() and max(wanted, key=wanted.get) == digit
    assert figure.bars() == {k: pytest.approx(p, abs=0.02) for k, p in wanted.items()}  # a point may be a pixel off
    assert str(digit) in figure.said() and figure.captions()[0].startswith("Your drawing.")
    figure.press("Clear")
    assert figure.said() == EMPTY
    figure.choose("A test digit", "8")
    assert "labeled 8" in figure.captions()[0]
    figure.press("My drawing")
    assert figure.bars() == {k: pytest.approx(p, abs=0.02) for k, p in wanted.items()}
    assert wrong == []


def test_a_finger_draws_and_the_page_stays(reader):
    figure, wrong = reader(viewport=PHONE, has_touch=True)
    before = figure.page.evaluate("scrollY")
    pixels, meant = figure.places(DRAWN[3])
    touch = figure.page.context.new_cdp_session(figure.page)
    for kind, (x, y) in zip(["touchStart", *["touchMove"] * 20], pixels[0], strict=False):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wanted = best_of(ReadDigit(example=-1, strokes=meant))
    assert figure.bars() == {k: pytest.approx(p, abs=0.02) for k, p in wanted.items()} and 3 in wanted
    assert figure.page.evaluate("scrollY") == before
    assert wrong == []


def test_a_tap_is_a_dot(reader):
    figure, _ = reader()
    meant = figure.draw([[[0.4, 0.6]]])
    figure.draw([[[0.6, 0.4]]])
    wanted = ReadDigit(example=-1, strokes=[*meant, *figure.places([[[0.6, 0.4]]])[1]])
    assert figure.bars().keys() == best_of(wanted).keys()


def test_centering_layers_and_targets_change_what_is_shown(reader):
    figure, wrong = reader(ReadDigit(example=10))
    with_heat = figure.page.evaluate(COLORS)
    figure.choose("What speaks for", "none")
    assert figure.page.evaluate(COLORS) < with_heat and "Shaded" not in figure.captions()[0]
    figure.choose("What speaks for", "8")
    assert "what speaks for 8" in figure.captions()[0]
    figure.type("size", 0.4)
    small = ReadDigit(example=10, size=0.4)
    assert figure.bars() == {k: pytest.approx(p, abs=0.011) for k, p in best_of(small).items()}
    figure.choose("Center and scale", "off")
    small.centered = False
    assert figure.bars() == {k: pytest.approx(p, abs=0.011) for k, p in best_of(small).items()}
    assert figure.captions()[1].endswith("the whole pad")
    for layer, words in [("2", "16 maps of 8 \u00d7 8"), ("4", "32 maps of 4 \u00d7 4")]:
        figure.choose("Maps of convolution", layer)
        assert any(caption.startswith(words) for caption in figure.captions())
    assert wrong == []


def test_doubt_is_said(reader):
    """A drawing that falls between two digits, and one that is none: found among scribbles, said by the page."""
    rng = np.random.default_rng(3)
    lines = [rng.uniform(0.1, 0.9, (6, 2)).round(3).tolist() for _ in range(60)]
    figures = [ReadDigit(example=-1, strokes=[line]) for line in lines]
    unsure = next(f for f in figures if f.probabilities().max() < 0.6)
    far = max(figures, key=lambda f: f.nearest()[1])
    figure, wrong = reader(unsure)
    assert figure.said().startswith("Not sure: ")
    assert wrong == []
    figure, wrong = reader(far)
    assert figure.said().endswith("The drawing is unlike all training digits.")
    assert wrong == []


def test_one_misread_is_misread(reader):
    figure, _ = reader()
    figure.press("One misread")
    label = int(figure.captions()[0].split("labeled ")[1][0])
    best = figure.bars()
    assert max(best, key=best.get) != label
    figure.press("another")
    assert f"labeled {label}" in figure.captions()[0]


def test_everything_but_drawing_can_be_done_with_the_keyboard(reader):
    figure, _ = reader()
    page, tab, seen = figure.page, *tabs(figure.page)
    assert [tab(), tab()] == ["Clear", "One misread"]  # no drawing yet that could be shown again
    assert tab() == "1"
    page.keyboard.press("ArrowRight")
    assert tab() == "5"  # the test digit that is shown
    page.keyboard.press("ArrowRight")
    figure.drawn()
    assert "labeled 6" in figure.captions()[0] and any(c.startswith("16 maps") for c in figure.captions())
    assert [tab() for _ in range(3)] == ["another", "answer", "on"]
    for name in SLIDERS:
        assert tab() == name
        page.keyboard.press("ArrowLeft")
        assert tab() == f"{name}, exactly"
    assert tab() == "What to try"
    assert all(outline != "none" for _, outline in seen)


def test_the_answer_is_announced_once_a_drawing_ends(reader):
    figure, _ = reader()
    live = figure.figure.locator("output")
    first, second, *_ = figure.places(DRAWN[7])[0][0]
    assert live.get_attribute("aria-live") == "polite"
    figure.page.mouse.move(*first)
    figure.page.mouse.down()
    figure.page.mouse.move(*second)
    figure.drawn()
    assert live.get_attribute("aria-live") == "off"
    figure.page.mouse.up()
    figure.drawn()
    assert live.get_attribute("aria-live") == "polite"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_can_be_read_and_axe_finds_nothing(scheme, reader):
    figure, _ = reader(ReadDigit(example=-1), viewport=PHONE)
    page = figure.page
    page.evaluate("scheme => { document.title = 'A reader'; document.documentElement.dataset.theme = scheme; }", scheme)
    if scheme == "dark":  # the website's own colors
        colors = "--pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af; --pst-color-on-background: #222832"
        page.add_style_tag(content=f":root {{ {colors} }}")
    figure.choose("A test digit", "2")
    assert page.evaluate(CONTRAST, 4.5) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    rules = {"exclude": [["body > :not([data-figure])"]]}
    found = Axe().run(page, rules, {"rules": {"region": {"enabled": False}, "page-has-heading-one": {"enabled": False},
                                              "landmark-one-main": {"enabled": False}}})  # fmt: skip
    assert [violation["id"] for violation in found.response["violations"]] == []


def test_nothing_jumps_while_somebody_draws(reader):
    """What stands below the answer stays where it is, whatever the answer's words are."""
    figure, _ = reader(ReadDigit(example=-1))

    def height():
        figure.drawn()
        return figure.figure.locator(".dl-read-layer").bounding_box()["y"] + figure.page.evaluate("scrollY")

    before = height()
    for strokes in [DRAWN[3], [[[0.1, 0.1], [0.9, 0.2], [0.2, 0.5], [0.9, 0.9], [0.1, 0.9]]]]:
        figure.draw(strokes)
        assert height() == before


def test_alone_in_a_sandbox(open_page, tmp_path):
    path = tmp_path / "host.html"
    output = escape(ReadDigit().standalone().data)
    frame = f'<iframe sandbox="allow-scripts" width="900" height="1400" srcdoc="{output}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    inside = page.frame_locator("iframe")
    inside.get_by_role("button", name="Clear").click()
    inside.get_by_text(EMPTY).wait_for()
    assert wrong == []
