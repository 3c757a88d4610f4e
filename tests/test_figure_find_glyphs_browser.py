"""Find the glyphs in a real browser, without a kernel: scenes, threshold, pen, finger, keyboard, a phone, alone."""

from html import escape

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_tools import CONTRAST
from figure_tools import tabs, write_page
from test_figure_find_glyphs import SEVEN
from test_figure_read_digit_browser import ReaderOnPage

from dlcourse.figures.find_glyphs import FindGlyphs

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("float64")]
NARROW = {"width": 360, "height": 800}
# The pixels of the canvas number `which` over the scene as text.
LAYER = "which => document.querySelectorAll('.dl-find-scene canvas')[which].toDataURL()"


class FindOnPage(ReaderOnPage):
    """The figure in a browser, by what a reader sees of it; on a pad one draws as on that of the reader of digits."""

    def lines(self):
        self.drawn()
        return self.figure.locator(".dl-find-list li").all_inner_texts()

    def boxes(self):
        """How many boxes are right, false alarms, missed and without a verdict."""
        self.drawn()
        return [self.figure.locator(f".dl-find-scene rect.dl-find-{kind}").count()
                for kind in ("right", "wrong", "missed", "open")]

    def check(self, wanted, whole=True):
        """See that boxes, list and sentence are what Python computes from the same values."""
        found, right, true = wanted.found(), wanted.right(), wanted.truth()
        missed = 0 if true is None else len(true) - int(right.sum())
        count = "1 digit" if len(found) == 1 else f"{len(found)} digits"
        assert self.said().startswith(f"From a score of {wanted.threshold:.2f} on it finds {count}")
        if right is None:
            assert self.boxes() == [0, 0, 0, len(found)] and "no known truth" in self.said()
            words = [""] * len(found)
        else:
            alarms = int((~right).sum())
            assert self.boxes() == [int(right.sum()), alarms, missed, 0]
            assert f"{right.sum()} right, {missed} missed, {alarms} false alarm" in self.said()
            words = [", right" if good else ", false alarm" for good in right]
        said = [f"{label}, score {score:.2f}{word}"
                for label, score, word in zip(found.labels, found.scores, words, strict=True)]
        if whole and len(said) + missed <= 7:
            assert self.lines()[missed:] == said or not said


@pytest.fixture
def find(open_page, tmp_path):
    """The figure alone on a page, and what went wrong in it."""

    def opened(figure=None, **options):
        page, wrong = open_page(write_page(tmp_path, figure or FindGlyphs()).as_uri(), **options)
        return FindOnPage(page), wrong

    return opened


# ------------------------------------------------------------------------------------------------ stored scenes


def test_scenes_and_thresholds_are_counted_as_in_python(find):
    figure, wrong = find()
    figure.check(FindGlyphs())
    assert figure.said().endswith("Precision 1.00, recall 1.00.")
    for scene in range(1, 7):
        figure.choose("Test scene", str(scene))
        figure.check(FindGlyphs(scene=scene))
    figure.choose("Test scene", "2")
    for threshold in (0.05, 0.26, 0.95):
        figure.type("threshold", threshold)
        figure.check(FindGlyphs(scene=2, threshold=threshold))
    assert [line for line in figure.lines() if "missed" in line] == ["a 4: missed", "a 1: missed", "a 3: missed"]
    figure.choose("Test scene", "empty")
    assert figure.said().startswith("The scene is empty") and figure.lines() == ["nothing"]
    assert wrong == []


def test_suppression_off_shows_all_boxes(find):
    figure, wrong = find(FindGlyphs(scene=6))
    few = sum(figure.boxes())
    figure.choose("Suppression", "off")
    wanted = FindGlyphs(scene=6, suppression=False)
    figure.check(wanted)
    names = figure.figure.locator(".dl-find-name")  # only those are named that suppression would keep
    assert sum(figure.boxes()) > few and names.count() == len(FindGlyphs(scene=6).found())
    assert figure.lines()[-1] == f"and {len(wanted.found()) - 6} more"
    assert wrong == []


def test_layers_are_painted_and_said(find):
    figure, wrong = find()
    blank = figure.page.evaluate(LAYER, 1)
    figure.choose("Over the scene", "middles")
    caption = figure.figure.locator(".dl-side .dl-caption")
    heat, (row, column) = figure.page.evaluate(LAYER, 1), divmod(int(FindGlyphs().outputs()[0][10].argmax()), 16)
    assert heat != blank and f"Surest is row {row + 1}, column {column + 1}, with" in caption.inner_text()
    figure.choose("Over the scene", "pixels")
    assert figure.page.evaluate(LAYER, 1) not in (blank, heat)
    counts = np.bincount(FindGlyphs().outputs()[1].ravel(), minlength=11)[1:]
    wanted = [f"{digit}: {counts[digit]} pixel{'s' if counts[digit] > 1 else ''}" for digit in np.argsort(-counts,
              kind="stable") if counts[digit]]  # fmt: skip
    assert figure.figure.locator(".dl-find-chips li").all_inner_texts() == wanted
    figure.choose("Over the scene", "boxes only")
    assert caption.inner_text() == "" and figure.figure.locator(".dl-find-chips li").count() == 0
    assert wrong == []


# ------------------------------------------------------------------------------------------------ drawn and put


def test_what_the_mouse_draws_is_found_as_in_python(find):
    figure, wrong = find(FindGlyphs(scene=0, threshold=0.1))
    meant = figure.draw(SEVEN)
    figure.check(FindGlyphs(scene=0, threshold=0.1, strokes=meant), whole=False)
    assert "no known truth" in figure.said()
    figure.press("Undo")
    assert figure.said().startswith("The scene is empty")
    assert figure.control("button", "Undo").is_disabled() and figure.control("button", "Clear").is_disabled()
    assert wrong == []


def test_digits_are_put_by_the_mouse_and_carried(find):
    figure, wrong = find(FindGlyphs(scene=0))
    figure.choose("Add with", "7")
    figure.draw([[[0.2, 0.2]]])
    figure.choose("Add with", "3")
    (points,), _ = figure.places([[[0.4, 0.4], [0.7, 0.6]]])
    box = figure.figure.locator(".dl-find-scene svg").bounding_box()
    figure.draw([[[0.4, 0.4], [0.7, 0.6]]])
    column, row = (int(np.floor(64 * (points[1][k] - box["xy"[k]]) / box["width"])) for k in (0, 1))
    wanted = FindGlyphs(scene=0, glyphs=[[7, 12, 12], [3, row, column]])
    assert wanted.right().tolist() == [True, True]
    assert figure.boxes() == [2, 0, 0, 0] and sorted(line[0] for line in figure.lines()) == ["3", "7"]
    assert float(figure.control("spinbutton", "row, exactly").input_value()) == row
    figure.press("Clear")
    assert figure.said().startswith("The scene is empty")
    assert wrong == []


def test_a_finger_draws_and_the_page_stays(find):
    figure, wrong = find(FindGlyphs(scene=0, threshold=0.1), viewport=NARROW, has_touch=True)
    (points,), meant = figure.places(SEVEN)
    before = figure.page.evaluate("scrollY")
    touch = figure.page.context.new_cdp_session(figure.page)
    for kind, (x, y) in zip(["touchStart", *["touchMove"] * 5], points, strict=False):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    figure.check(FindGlyphs(scene=0, threshold=0.1, strokes=meant), whole=False)
    assert figure.page.evaluate("scrollY") == before
    assert wrong == []


def test_without_a_mouse_a_digit_is_put_by_the_keyboard(find):
    figure, _ = find(FindGlyphs(scene=0))
    page, tab, seen = figure.page, *tabs(figure.page)
    assert [tab(), tab(), tab()] == ["empty", "threshold", "threshold, exactly"]
    assert [tab(), tab(), tab()] == ["on", "boxes only", "pen"]
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    figure.drawn()
    assert tab() == "row"
    page.keyboard.press("ArrowRight")
    assert [tab(), tab()] == ["row, exactly", "column"]
    page.keyboard.press("ArrowLeft")
    assert [tab(), tab()] == ["column, exactly", "Put a 5 there"]
    page.keyboard.press("Enter")
    figure.check(FindGlyphs(scene=0, glyphs=[[5, 33, 31]]))
    assert figure.boxes() == [1, 0, 0, 0]
    assert all(outline != "none" for _, outline in seen)
    label = figure.figure.locator(".dl-find-scene svg").get_attribute("aria-label")
    assert label.startswith("The scene. On it: 5. Found: 5, score 0.9")


def test_the_counts_are_announced_once_a_stroke_ends(find):
    figure, _ = find()
    live = figure.figure.locator("output")
    (points,), _ = figure.places(SEVEN)
    assert live.get_attribute("aria-live") == "polite"
    figure.page.mouse.move(*points[0])
    figure.page.mouse.down()
    figure.page.mouse.move(*points[1])
    figure.drawn()
    assert live.get_attribute("aria-live") == "off"
    figure.page.mouse.up()
    figure.drawn()
    assert live.get_attribute("aria-live") == "polite"


# ------------------------------------------------------------------------------------------------ everywhere


def test_nothing_below_jumps_while_the_threshold_moves(find):
    figure, _ = find()

    def height():
        figure.drawn()
        return figure.figure.get_by_role("group", name="Add with").bounding_box()["y"] + figure.page.evaluate("scrollY")

    before = height()
    for scene, threshold in [("2", 0.05), ("6", 0.95), ("1", 0.3)]:
        figure.choose("Test scene", scene)
        figure.type("threshold", threshold)
        assert height() == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_can_be_read_and_axe_finds_nothing(scheme, find):
    figure, _ = find(FindGlyphs(scene=2, threshold=0.05, layer="pixels"), viewport=NARROW)
    page = figure.page
    page.evaluate("scheme => { document.title = 'Glyphs'; document.documentElement.dataset.theme = scheme; }", scheme)
    if scheme == "dark":  # the website's own colors
        colors = "--pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af; --pst-color-on-background: #222832"
        page.add_style_tag(content=f":root {{ {colors} }}")
    figure.choose("Add with", "4")
    assert page.evaluate(CONTRAST, 4.5) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    rules = {"exclude": [["body > :not([data-figure])"]]}
    found = Axe().run(page, rules, {"rules": {"region": {"enabled": False}, "page-has-heading-one": {"enabled": False},
                                              "landmark-one-main": {"enabled": False}}})  # fmt: skip
    assert [violation["id"] for violation in found.response["violations"]] == []


def test_alone_in_a_sandbox(open_page, tmp_path):
    path = tmp_path / "host.html"
    output = escape(FindGlyphs().standalone().data)
    frame = f'<iframe sandbox="allow-scripts" width="900" height="1400" srcdoc="{output}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    inside = page.frame_locator("iframe")
    inside.get_by_role("radio", name="empty").check()
    inside.get_by_text("The scene is empty").wait_for()
    assert wrong == []
