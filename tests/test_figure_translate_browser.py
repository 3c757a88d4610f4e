"""Translate in a real browser, without a kernel: typed, stepped, searched for mistakes, tabbed, on a phone, alone."""

import re
from html import escape

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_tools import CONTRAST
from figure_tools import FigureOnPage, tabs, write_page
from test_figure_translate import cut_off

from dlcourse.figures.translate import MOST, Translate, beam_examples, random_number

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("float64")]
FIELD = "A number from 0 to 999,999, or its English words"
NARROW = {"width": 360, "height": 800}
STOP = "\u25a0 stop"


def share(p):
    """A share of 1 as the figure writes it."""
    return "<.01" if 0 < p < 0.005 else ">.99" if 0.995 < p < 1 else f"{p:.2f}"


class TranslateOnPage(FigureOnPage):
    """The figure in a browser, by what a reader sees of it."""

    def write(self, text):
        self.control("textbox", FIELD).fill(text)
        self.drawn()

    def choose(self, group, name):
        self.figure.get_by_role("group", name=group).get_by_role("radio", name=name, exact=True).check()
        self.drawn()

    def sentence(self):
        self.drawn()
        return self.figure.locator("output").inner_text()

    def columns(self):
        return self.figure.locator(".dl-translate-map thead th").all_inner_texts()

    def rows(self):
        """[(German word, [share of each English word])], in the order of the map."""
        self.drawn()
        rows = self.figure.locator(".dl-translate-map tbody tr").all()
        return [(row.locator("th span").first.inner_text(), row.locator("td").all_text_contents()) for row in rows]

    def bars(self):
        """{word: probability}."""
        self.drawn()
        rows = self.figure.locator(".dl-translate-bars li").all()
        return {row.locator("span").first.inner_text(): row.locator(".dl-chars-number").inner_text() for row in rows}

    def check(self, wanted):
        """See that words, map and bars are those that Python computes from the same values."""
        pieces = [*wanted.written(), STOP][: len(wanted.searched()[0])]
        step = min(wanted.step, len(pieces))
        shown = pieces[:step] + ["next"] * (step < len(pieces))
        looks = [[share(value) for value in row] for row in wanted.attention()[: len(shown)]]
        assert self.columns() == wanted.words()
        assert self.rows() == list(zip(shown, looks, strict=True))
        next_word, bars = pieces[min(step, len(pieces) - 1)], self.bars()
        tokens = wanted.searched()[0]
        likely = wanted.probabilities()
        assert bars[next_word] == share(likely[tokens[min(step, len(pieces) - 1)]])
        assert next(iter(bars.values())) == share(likely[1:].max()) and len(bars) == 7


@pytest.fixture
def translate(open_page, tmp_path):
    """The figure alone on a page, and what went wrong in it."""

    def opened(figure=None, **options):
        page, wrong = open_page(write_page(tmp_path, figure or Translate()).as_uri(), **options)
        return TranslateOnPage(page), wrong

    return opened


# ------------------------------------------------------------------------------------------------ translated


def test_three_numbers_are_translated(translate):
    """In digits, in digits with a comma, in words; the third is wrong, and the figure says where."""
    figure, wrong = translate(Translate(step=MOST))
    wrote = "".join(Translate(text="73001").written())
    mistake = "The first mistake is word 5, \u201cein\u201d instead of \u201ceins\u201d."
    said_of = {
        "32": "Right: zweiunddrei\u00dfig.",
        "987,654": "Right: neunhundertsiebenundachtzigtausendsechshundertvierundf\u00fcnfzig.",
        "Seventy-three thousand one":
            f"Wrong: it wrote \u201c{wrote}\u201d. Right is \u201cdreiundsiebzigtausendeins\u201d. {mistake}",
    }  # fmt: skip
    for text, said in said_of.items():
        figure.write(text)
        assert figure.sentence() == said
        figure.check(Translate(text=text, step=MOST))
    assert figure.figure.locator(".dl-translate-wrong").inner_text().split() == ["ein", "\u2717", "wrong"]
    assert wrong == []


def test_it_writes_word_by_word_all_and_from_the_start(translate):
    figure, wrong = translate(Translate(step=0))
    assert figure.sentence().startswith("Nothing is written yet.")
    for step in (1, 2, 3):
        figure.press("Next word")
        figure.check(Translate(step=step))
        assert figure.sentence().startswith(f"{step} word{'s' * (step > 1)} written, right so far.")
    figure.press("All")
    figure.check(Translate(step=MOST))
    assert figure.sentence().startswith("Right: ")
    figure.press("Next word")  # there is none
    figure.check(Translate(step=MOST))
    figure.type("words written", 5)
    figure.check(Translate(step=5))
    figure.figure.locator(".dl-translate-map tbody tr").nth(2).click()
    figure.check(Translate(step=2))
    figure.press("Start over")
    figure.check(Translate(step=0))
    assert wrong == []


def test_the_map_crosses(translate):
    """fünf, then vierzig: the frame goes from "five" back to "forty", which stands before it."""
    figure, wrong = translate(Translate(step=MOST))
    framed = ".dl-translate-map tbody tr:nth-child({}) td"
    places = []
    for row in (3, 5):
        classes = [cell.get_attribute("class") for cell in figure.figure.locator(framed.format(row)).all()]
        places.append(figure.columns()[classes.index("dl-translate-most")])
    assert places == ["five", "forty"]
    assert wrong == []


def test_numbers_are_shown_on_demand(translate):
    figure, wrong = translate()
    number = figure.figure.locator(".dl-translate-map tbody td span").first
    assert number.bounding_box()["width"] <= 1
    figure.choose("Map", "numbers")
    assert number.bounding_box()["width"] > 10
    figure.check(Translate(shown="numbers"))
    assert wrong == []


def test_a_beam_keeps_what_the_first_choice_loses(translate):
    text = str(beam_examples()[0][0])
    figure, wrong = translate(Translate(text=text, step=MOST))
    lost, wanted = Translate(text=text), Translate(text=text, step=MOST, width=2)
    assert figure.sentence().startswith("Wrong: it wrote \u201c" + "".join(lost.written()))
    assert not figure.figure.locator(".dl-translate-beam").is_visible()
    figure.choose("Beam", "2")
    figure.check(wanted)
    assert figure.sentence() == f"Right: {''.join(wanted.right())}."
    kept = figure.figure.locator(".dl-translate-beam li")
    assert kept.count() == 2 and kept.first.inner_text().startswith(f"{' '.join(wanted.right())} \u25a0")
    figure.type("words written", lost.mistake())  # there the likeliest is another one
    assert " The beam takes " in figure.sentence()
    assert figure.figure.locator(".dl-translate-wins").count() == 1
    figure.choose("Beam", "4")
    figure.press("Start over")
    assert kept.all_inner_texts() == ["\u20260.00"]
    assert wrong == []


def test_random_numbers_and_a_mistake_among_them(translate):
    figure, wrong = translate()
    field = figure.control("textbox", FIELD)
    for k in range(2):
        figure.press("Random number")
        assert field.input_value() == f"{random_number(k):,}"
        figure.check(Translate(text=str(random_number(k)), step=0))
    figure.press("Find a mistake")
    said = re.match(r"Found\. (\d+) random numbers before it were right\. Wrong: ", figure.sentence())
    found = random_number(2 + int(said[1]))
    assert field.input_value() == f"{found:,}"
    wanted = Translate(text=str(found), step=MOST)
    assert wanted.mistake() is not None
    figure.check(wanted)
    figure.press("Start over")
    figure.press("All")
    assert "Found." in figure.sentence()
    figure.press("Random number")
    assert "Found." not in figure.sentence()
    assert wrong == []


def test_what_cannot_be_read_is_said_and_the_last_text_stays(translate):
    figure, wrong = translate(Translate(text="21", step=MOST))
    field = figure.control("textbox", FIELD)
    reasons = [("2000000", "The number is too large"), ("", "Nothing to read"), ("one " * 10, "at most 9 words")]
    for text, said in reasons:
        figure.write(text)
        assert said in figure.sentence() and field.get_attribute("aria-invalid") == "true"
        figure.check(Translate(text="21", step=MOST))
    field.blur()
    figure.drawn()
    assert field.input_value() == "21" and field.get_attribute("aria-invalid") == "false"
    assert figure.sentence() == "Right: einundzwanzig."
    figure.write("zero")
    assert "It never saw \u201czero\u201d" in figure.sentence() and "Right is \u201cnull\u201d" in figure.sentence()
    figure.write("hundred fish")
    assert "name no number" in figure.sentence() and "It never saw \u201cfish\u201d" in figure.sentence()
    figure.check(Translate(text="hundred fish", step=MOST))
    markup = figure.figure.evaluate("figure => figure.outerHTML")
    assert not any(word in markup for word in ("NaN", "Infinity", "undefined", "null</"))
    assert wrong == []


# ------------------------------------------------------------------------------------------------ who plays, and where


def test_everything_can_be_done_with_the_keyboard_alone(translate):
    figure, wrong = translate(Translate(text="21", step=0))
    page, tab, seen = figure.page, *tabs(figure.page)
    assert tab() == FIELD
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("forty two")
    assert [tab() for _ in range(3)] == ["Random number", "Find a mistake", "Next word"]
    page.keyboard.press("Enter")
    figure.check(Translate(text="forty two", step=1))
    assert [tab() for _ in range(3)] == ["All", "Start over", "words written"]
    page.keyboard.press("ArrowRight")
    figure.check(Translate(text="forty two", step=2))
    page.keyboard.press("End")
    figure.check(Translate(text="forty two", step=MOST))
    assert [tab() for _ in range(2)] == ["words written, exactly", "1, greedy"]
    page.keyboard.press("ArrowRight")
    assert tab() == "shades"
    page.keyboard.press("ArrowRight")
    figure.check(Translate(text="forty two", step=MOST, width=2, shown="numbers"))
    assert figure.figure.locator(".dl-translate-beam").is_visible()
    assert tab() == "What to try"
    assert all(outline != "none" for _, outline in seen)
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["long", "cut off", "beam"])
def test_on_a_phone_everything_can_be_read_and_axe_finds_nothing(kind, scheme, translate):
    values = {"step": MOST} if kind == "long" else {"text": str(cut_off()), "step": MOST if kind == "cut off" else 9}
    values |= {"width": 4} if kind == "beam" else {}
    figure, _ = translate(Translate(shown="numbers", **values), viewport=NARROW, has_touch=True)
    page = figure.page
    page.evaluate("document.title = 'Translate'")
    page.evaluate("scheme => { document.documentElement.dataset.theme = scheme; }", scheme)
    if scheme == "dark":  # the website's own colors
        colors = "--pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af; --pst-color-on-background: #222832"
        page.add_style_tag(content=f":root {{ {colors} }}")
    figure.check(Translate(**values))
    assert page.evaluate(CONTRAST, 4.5) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    outside = """() => {
      const wide = element => element.getBoundingClientRect().width;
      const numbers = [...document.querySelectorAll(".dl-translate-map tbody td span")];
      return numbers.filter(number => wide(number) > wide(number.parentElement) + 1).length;
    }"""
    assert page.evaluate(outside) == 0
    rules = {"exclude": [["body > :not([data-figure])"]]}
    found = Axe().run(page, rules, {"rules": {"region": {"enabled": False}, "page-has-heading-one": {"enabled": False},
                                              "landmark-one-main": {"enabled": False}}})  # fmt: skip
    assert [violation["id"] for violation in found.response["violations"]] == []


def test_a_finger_goes_on_and_chooses_a_row(translate):
    figure, wrong = translate(viewport=NARROW, has_touch=True)
    figure.control("button", "Next word").tap()
    figure.check(Translate(step=5))
    figure.figure.locator(".dl-translate-map tbody tr").nth(1).tap()
    figure.check(Translate(step=1))
    assert wrong == []


def test_a_screen_reader_hears_names_values_and_results(translate):
    figure, _ = translate(Translate(step=3))
    heard = figure.figure.aria_snapshot()
    for part in ['figure "Translate, a figure to play with"', f'textbox "{FIELD}"', 'slider "words written"',
                 'group "Beam"', 'group "Map"', 'columnheader "forty"', 'rowheader "f\u00fcnf"', 'rowheader "next"',
                 "German words in rows and English words in columns", "3 words written"]:  # fmt: skip
        assert part in heard, heard
    assert figure.figure.locator("output").get_attribute("aria-live") == "polite"


def test_two_of_a_kind_keep_to_themselves(open_page, tmp_path):
    page, wrong = open_page(write_page(tmp_path, Translate(), Translate(text="21", step=0)).as_uri())
    first, second = TranslateOnPage(page, 0), TranslateOnPage(page, 1)
    first.press("Next word")
    second.write("33")
    first.check(Translate(step=5))
    second.check(Translate(text="33", step=0))
    assert wrong == []


def test_alone_in_a_sandbox(open_page, tmp_path):
    path = tmp_path / "host.html"
    output = escape(Translate().standalone().data)
    frame = f'<iframe sandbox="allow-scripts" width="900" height="1200" srcdoc="{output}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    inside = page.frame_locator("iframe")
    inside.get_by_role("button", name="All").click()
    inside.get_by_text("Right: sechshundert").wait_for()
    assert wrong == []
