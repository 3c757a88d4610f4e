"""The words in a real browser, without a kernel: typed, clicked, tabbed, touched, on a phone, in a sandbox."""

from html import escape

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_tools import CONTRAST, DESKTOP, PHONE
from figure_tools import FigureOnPage, tabs, write_page

from dlcourse.figures.words import SHOWN, Words

pytestmark = pytest.mark.browser
ANALOGY = "a is to b as c is to \u2026"
# The names in the drawing that stick out of it, and by how much.
CUT_OFF = """() => [...document.querySelectorAll(".dl-words-plane")].flatMap(plane => {
  const box = plane.getBoundingClientRect();
  return [...plane.querySelectorAll("text")].map(text => [text.textContent, text.getBoundingClientRect()])
    .map(([word, {left, right, top, bottom}]) =>
      [word, Math.max(box.left - left, right - box.right, box.top - top, bottom - box.bottom)])
    .filter(([word, out]) => out > 1);
})"""


class WordsOnPage(FigureOnPage):
    """The words in a browser, by what a reader sees of them."""

    def field(self, name):
        """The field of a word, once the figure has drawn what was changed."""
        self.drawn()
        return self.control("combobox", name)

    def type(self, name, word):
        """Type a word into a field and press Enter."""
        self.field(name).fill(word)
        self.page.keyboard.press("Enter")
        self.drawn()

    def list(self):
        """[(word, cosine as it is written)], as the list has them."""
        self.drawn()
        rows = self.figure.locator(".dl-words-list li").all()
        return [(row.locator("button").inner_text(), row.locator(".dl-words-cosine").inner_text()) for row in rows]

    def sentence(self):
        self.drawn()
        return self.figure.locator("output").inner_text()

    def message(self):
        self.drawn()
        return self.figure.locator(".dl-words-message").inner_text()

    def point(self, word):
        """The name of a word in the drawing."""
        return self.figure.locator(".dl-words-plane g").filter(has_text=word).first


def listed(figure):
    """What Python says the list should hold."""
    return [(word, f"{cosine:.2f}") for word, cosine in figure.shown()]


@pytest.fixture
def words(open_page, tmp_path):
    """The words alone on a page, and what went wrong in it."""

    def opened(figure=None, **options):
        page, wrong = open_page(write_page(tmp_path, figure or Words()).as_uri(), **options)
        return WordsOnPage(page), wrong

    return opened


def test_neighbors_are_those_of_python(words):
    figure, wrong = words()
    assert figure.list() == listed(Words())
    for word in Words().vectors.words[5::200]:
        figure.type("word", f" {word.upper()} ")
        assert figure.list() == listed(Words(word=word)) and f"\u201c{word}\u201d stands" in figure.sentence()
    assert wrong == []


def test_a_click_goes_to_a_neighbor_and_back_returns(words):
    figure, wrong = words()
    (first, _), (second, _) = figure.list()[:2]
    assert figure.control("button", "Back").is_disabled()
    figure.control("button", f"{first}, cosine {listed(Words())[0][1]}").click()
    assert figure.field("word").input_value() == first and figure.list() == listed(Words(word=first))
    target = figure.list()[1][0]
    figure.point(target).locator("rect").click()
    assert figure.list() == listed(Words(word=target))
    figure.press("Back")
    assert figure.list() == listed(Words(word=first))
    figure.press("Back")
    assert figure.list() == listed(Words())
    figure.press("Any word")
    any_word = figure.field("word").input_value()
    assert figure.list() == listed(Words(word=any_word))
    assert wrong == [] and second


def test_an_unknown_word_is_answered_kindly_and_changes_nothing(words):
    figure, wrong = words()
    before = figure.list()
    figure.type("word", "tupel")
    assert figure.message().startswith("\u201ctupel\u201d stands in the manual fewer than five times")
    assert figure.list() == before and figure.field("word").input_value() == "tupel"
    figure.press("tuple")
    assert figure.list() == listed(Words(word="tuple")) and "1,146 words" in figure.message()
    figure.type("word", "<b>zzzzzzz</b>")
    assert "Try another word" in figure.message() and figure.list() == listed(Words(word="tuple"))
    figure.type("word", "")
    assert figure.list() == listed(Words(word="tuple"))
    assert wrong == []


def test_analogies_and_the_switch(words):
    figure, wrong = words()
    figure.choose(ANALOGY)
    assert figure.list() == listed(Words(mode="analogy"))
    said = figure.sentence().replace("\u201c", "").replace("\u201d", "")
    assert said.startswith("key is to keyerror as index is to indexerror, cosine")
    figure.control("checkbox", "leave out a, b and c").uncheck()
    assert figure.list() == listed(Words(mode="analogy", leave_out=False))
    assert "a word of the question" in figure.sentence() and "nothing left out" in figure.sentence()
    for name, word in zip("abc", ("list", "lists", "tuple"), strict=True):
        figure.type(name, word)
    assert figure.list() == listed(Words(mode="analogy", leave_out=False, a="list", b="lists", c="tuple"))
    assert figure.figure.locator(".dl-words-arrow").count() == 2
    answer = figure.list()[0][0]
    figure.figure.locator(".dl-words-list button").first.click()
    assert figure.list() == listed(Words(word=answer)) and figure.control("radio", "neighbors").is_checked()
    figure.press("Back")
    assert figure.control("radio", ANALOGY).is_checked()
    assert wrong == []


def test_everything_can_be_done_with_the_keyboard_alone(words):
    figure, wrong = words()
    page, tab, seen = figure.page, *tabs(figure.page)
    first = figure.list()[0]
    assert [tab() for _ in range(3)] == ["neighbors", "word", "Any word"]
    assert tab() == f"{first[0]}, cosine {first[1]}"
    page.keyboard.press("Enter")
    figure.drawn()
    assert figure.list() == listed(Words(word=first[0]))
    onward = page.evaluate("document.activeElement.innerText")  # the focus stays in the list, at its first word
    assert onward == figure.list()[0][0]
    assert [tab() for _ in range(SHOWN - 1)] == [f"{word}, cosine {cosine}" for word, cosine in figure.list()[1:]]
    assert tab() == "What to try"
    assert all(outline != "none" for _, outline in seen)
    figure.control("radio", "neighbors").focus()
    page.keyboard.press("ArrowRight")
    figure.drawn()
    assert [tab() for _ in range(4)] == ["a", "b", "c", "leave out a, b and c"]
    page.keyboard.press("Space")
    assert figure.list() == listed(Words(mode="analogy", leave_out=False))
    assert wrong == []


def test_a_finger_goes_to_a_neighbor(words):
    figure, wrong = words(viewport=PHONE, has_touch=True)
    first = figure.list()[0][0]
    figure.point(first).locator("rect").tap()
    assert figure.list() == listed(Words(word=first))
    figure.figure.locator(".dl-words-list button").nth(2).tap()
    assert figure.list() == listed(Words(word=listed(Words(word=first))[2][0]))
    assert wrong == []


def test_nothing_jumps_and_nothing_is_cut_off(words):
    figure, _ = words(viewport=DESKTOP)
    tops = set()
    for word in Words().vectors.words[::60]:
        figure.type("word", word)
        tops.add(figure.figure.locator(".dl-words-plane").bounding_box()["y"])
        assert figure.page.evaluate(CUT_OFF) == [], word
    assert len(tops) == 1
    figure.choose(ANALOGY)
    assert figure.page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mode", ["neighbors", "analogy"])
def test_on_a_phone_everything_can_be_read_and_axe_finds_nothing(mode, scheme, words):
    figure, _ = words(Words(mode=mode, leave_out=False), viewport=PHONE, reduced_motion="reduce")
    page = figure.page
    page.evaluate("scheme => { document.title = 'Words'; document.documentElement.dataset.theme = scheme; }", scheme)
    if scheme == "dark":  # the website's own colors
        colors = "--pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af; --pst-color-on-background: #222832"
        page.add_style_tag(content=f":root {{ {colors} }}")
    figure.type("word" if mode == "neighbors" else "b", "tupel")
    figure.drawn()
    assert page.evaluate(CONTRAST, 4.5) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    rules = {"exclude": [["body > :not([data-figure])"]]}
    found = Axe().run(page, rules, {"rules": {"region": {"enabled": False}, "page-has-heading-one": {"enabled": False},
                                              "landmark-one-main": {"enabled": False}}})  # fmt: skip
    assert [violation["id"] for violation in found.response["violations"]] == []


def test_a_screen_reader_hears_names_values_and_results(words):
    figure, _ = words()
    heard, first = figure.figure.aria_snapshot(), listed(Words())[0]
    for part in ['figure "Word vectors, a figure to play with"', 'group "Look for"', 'combobox "word"',
                 f'button "{first[0]}, cosine {first[1]}"', "in the manual 71 times", "words as points"]:  # fmt: skip
        assert part in heard, heard
    assert figure.figure.locator("output").get_attribute("aria-live") == "polite"


def test_alone_in_a_sandbox(open_page, tmp_path):
    path = tmp_path / "host.html"
    output = escape(Words().standalone().data)
    frame = f'<iframe sandbox="allow-scripts" width="900" height="1200" srcdoc="{output}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    inside = page.frame_locator("iframe")
    inside.get_by_role("combobox", name="word", exact=True).fill("left")
    page.keyboard.press("Enter")
    inside.get_by_text("Nearest: \u201cright\u201d").wait_for()
    assert wrong == []
