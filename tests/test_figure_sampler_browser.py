"""The sampler in a real browser, without a kernel: written, stopped, looked into, tabbed, on a phone, alone."""

from html import escape

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_tools import CONTRAST, PHONE
from figure_tools import FigureOnPage, tabs, write_page

from dlcourse.figures import Gates, bundle
from dlcourse.figures.character_numbers import stored
from dlcourse.figures.sampler import MOST, PROMPTS, Sampler

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("float64")]
PROMPT = "Prompt, which you can change"


class SamplerOnPage(FigureOnPage):
    """The sampler in a browser, by what a reader sees of it."""

    def text(self):
        """What is written, without the prompt and without the signs of line ends."""
        self.drawn()
        return self.figure.locator(".dl-sampler-text > span:last-child").text_content().replace("\u21b5\n", "\n")

    def count(self):
        self.drawn()
        return self.figure.locator(".dl-sampler-text span span").count()

    def summary(self):
        self.drawn()
        return self.figure.locator(".dl-sampler-left .dl-caption").inner_text()

    def sentence(self):
        self.drawn()
        return self.figure.locator("output").inner_text()

    def rows(self):
        """{sign: (by the model, as it is drawn)}, the rest of the characters under an ellipsis."""
        self.drawn()
        found = {}
        for row in self.figure.locator(".dl-sampler-bars tbody tr").all():
            cells = [cell.inner_text() for cell in row.locator("td").all()]
            found[row.locator(".dl-chars-name").inner_text()] = tuple(cells[1:])
        return found

    def check(self, wanted):
        """See that the text, its bits and the chosen draw are what Python computes."""
        assert self.text() == wanted.text().replace("<unk>", "\ufffd")
        if wanted.written:
            assert self.summary().startswith(f"{wanted.written} written, on average {wanted.bits().mean():.2f} bits")
        own, drawn = wanted.probabilities()
        rows, names = self.rows(), stored()[0].vocabulary
        best = own.argmax()
        sign = {" ": "\u2423", "\n": "\u21b5"}.get(names[best], names[best])
        assert rows[sign] == tuple("0" if p[best] == 0 else f"{p[best]:.3f}" for p in (own, drawn))
        assert len(rows) == 11


@pytest.fixture
def sampler(open_page, tmp_path):
    """The sampler alone on a page, and what went wrong in it."""

    def opened(figure=None, **options):
        page, wrong = open_page(write_page(tmp_path, figure or Sampler()).as_uri(), **options)
        return SamplerOnPage(page), wrong

    return opened


def test_it_writes_what_python_writes_with_the_same_seed(sampler):
    figure, wrong = sampler(Sampler(written=0))
    assert figure.text() == "" and figure.summary().startswith("Nothing is written yet.")
    for _ in range(12):
        figure.press("One character")
    figure.check(Sampler(written=12))
    figure.type("temperature", 1.4)
    figure.check(Sampler(written=12, temperature=1.4))
    figure.type("top-k", 3)
    figure.check(Sampler(written=12, temperature=1.4, top_k=3))
    figure.press("Another seed")
    figure.check(Sampler(written=12, temperature=1.4, top_k=3, seed=1))
    figure.choose("code")
    figure.check(Sampler(written=12, temperature=1.4, top_k=3, seed=1, prompt=PROMPTS["code"]))
    figure.press("Start over")
    figure.check(Sampler(written=0, temperature=1.4, top_k=3, seed=1, prompt=PROMPTS["code"]))
    assert wrong == []


def test_it_plays_until_it_is_stopped_and_goes_on(sampler):
    figure, wrong = sampler(Sampler(written=0))
    live = figure.figure.locator("output")
    figure.press("Write")
    figure.page.wait_for_function("document.querySelectorAll('.dl-sampler-text span span').length > 8")
    assert live.get_attribute("aria-live") == "off"  # not 25 announcements a second
    figure.press("Stop")
    count = figure.count()
    figure.page.wait_for_timeout(150)
    assert figure.count() == count and live.get_attribute("aria-live") == "polite"
    figure.check(Sampler(written=count))
    assert wrong == []


def test_it_stops_by_itself_where_there_is_no_room(sampler):
    figure, wrong = sampler(Sampler(written=MOST - 3))
    figure.press("Write")
    figure.control("button", "Write").wait_for()
    figure.check(Sampler(written=MOST))
    figure.press("One character")
    assert figure.count() == MOST
    figure.press("Write")  # starts over
    figure.press("Stop")
    assert figure.count() < 100
    assert wrong == []


def test_less_motion_writes_a_hundred_at_once(sampler):
    figure, wrong = sampler(Sampler(written=0), reduced_motion="reduce")
    figure.press("Write")
    assert figure.count() == 100 and figure.control("button", "Write").is_visible()
    assert wrong == []


def test_a_written_character_can_be_looked_into(sampler):
    figure, wrong = sampler(Sampler(written=40))
    figure.figure.locator(".dl-sampler-text span span").nth(17).click()
    figure.check(Sampler(written=40, at=17))
    figure.type("draw", 5)
    figure.check(Sampler(written=40, at=5))
    assert figure.figure.locator(".dl-sampler-taken").count() == 1
    assert figure.figure.locator(".dl-sampler-here").count() == 1
    assert "was drawn; it costs" in figure.sentence()
    figure.type("draw", 40)
    assert figure.figure.locator(".dl-sampler-taken").count() == 0 and figure.sentence().startswith("Next character.")
    assert wrong == []


def test_top_k_strikes_out_what_may_not_be_drawn(sampler):
    figure, wrong = sampler(Sampler(temperature=1.0, written=0))
    figure.type("top-k", 2)
    assert "from 2 characters" in figure.sentence()
    assert figure.figure.locator(".dl-sampler-out").count() == 8
    possible = [float(drawn) for _, drawn in figure.rows().values() if drawn != "0"]
    assert len(possible) == 2 and sum(possible) == pytest.approx(1, abs=0.002)
    assert figure.figure.locator(".dl-sampler-part").count() == 2
    assert wrong == []


def test_a_prompt_can_be_typed_and_an_empty_one_changes_nothing(sampler):
    figure, wrong = sampler(Sampler(written=20))
    field = figure.control("textbox", PROMPT)
    field.fill("")
    figure.check(Sampler(written=20))
    field.press_sequentially("import ")
    figure.check(Sampler(written=20, prompt="import "))
    field.fill("")
    field.blur()
    figure.drawn()
    assert field.input_value() == "import "
    assert wrong == []


def test_spaces_stay_in_the_box(sampler):
    """A long row of spaces at the end of a line is broken, and its marks do not run over what stands beside."""
    figure, _ = sampler(Sampler(prompt="x" * 30 + " " * 100, written=30, top_k=1))
    figure.drawn()
    outside = """() => {
      const box = document.querySelector(".dl-sampler-text"), {right} = box.getBoundingClientRect();
      const rows = [...box.querySelectorAll("span")].flatMap(span => [...span.getClientRects()]);
      return [rows.length, rows.filter(row => row.right > right).length];
    }"""
    rows, out = figure.page.evaluate(outside)
    assert rows > 30 and out == 0


def test_everything_can_be_done_with_the_keyboard_alone(sampler):
    figure, wrong = sampler(Sampler(written=5))
    page, tab, seen = figure.page, *tabs(figure.page)
    assert [tab() for _ in range(2)] == ["statement", PROMPT]
    for name in ("temperature", "top-k", "seed"):
        assert tab() == name
        page.keyboard.press("ArrowRight" if name == "temperature" else "ArrowLeft")
        assert tab() == f"{name}, exactly"
    assert [tab() for _ in range(2)] == ["Write", "One character"]
    page.keyboard.press("Enter")
    figure.drawn()
    figure.check(Sampler(written=6, temperature=0.75, top_k=106))
    assert [tab() for _ in range(3)] == ["Start over", "Another seed", "draw"]
    page.keyboard.press("ArrowLeft")
    figure.check(Sampler(written=6, at=5, temperature=0.75, top_k=106))
    assert [tab() for _ in range(2)] == ["draw, exactly", "What to try"]
    assert all(outline != "none" for _, outline in seen)
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_can_be_read_and_axe_finds_nothing(scheme, sampler):
    figure, _ = sampler(Sampler(written=90, at=30, top_k=5), viewport=PHONE, has_touch=True, reduced_motion="reduce")
    page = figure.page
    page.evaluate("scheme => { document.title = 'Sampler'; document.documentElement.dataset.theme = scheme; }", scheme)
    if scheme == "dark":  # the website's own colors
        colors = "--pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af; --pst-color-on-background: #222832"
        page.add_style_tag(content=f":root {{ {colors} }}")
    figure.figure.locator(".dl-sampler-text span span").nth(12).tap()
    figure.check(Sampler(written=90, at=12, top_k=5))
    assert page.evaluate(CONTRAST, 4.5) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    rules = {"exclude": [["body > :not([data-figure])"]]}
    found = Axe().run(page, rules, {"rules": {"region": {"enabled": False}, "page-has-heading-one": {"enabled": False},
                                              "landmark-one-main": {"enabled": False}}})  # fmt: skip
    assert [violation["id"] for violation in found.response["violations"]] == []


def test_a_screen_reader_hears_names_values_and_results(sampler):
    figure, _ = sampler(Sampler(written=30, at=10))
    heard = figure.figure.aria_snapshot()
    for part in ['figure "The sampler, a figure to play with"', 'group "A prompt"', f'textbox "{PROMPT}"',
                 'slider "temperature"', 'slider "top-k"', ", drawn", "The random number"]:  # fmt: skip
        assert part in heard, heard


def test_two_figures_of_a_page_load_their_numbers_once(open_page, tmp_path):
    """As on the website: the scripts stand on the page, and fetch the numbers when a place comes near."""
    figures = [Gates(), Sampler()]
    for figure in figures:
        script = bundle.page_script(figure.script, numbers="shared_numbers.js")
        (tmp_path / f"{figure.script}.js").write_text(script, encoding="utf-8")
    numbers = bundle.data_script(Gates.numbers_name(), Gates.stored_numbers())
    (tmp_path / "shared_numbers.js").write_text(numbers, encoding="utf-8")
    head = "".join(f'<script defer src="{figure.script}.js"></script>' for figure in figures)
    body = "".join(figure.place() for figure in figures)
    (tmp_path / "page.html").write_text(f'<!doctype html><meta charset="utf-8">{head}{body}', encoding="utf-8")
    page, wrong = open_page((tmp_path / "page.html").as_uri())
    for figure, label in zip(figures, ("Gates at work", "The sampler"), strict=True):
        page.locator(f'[data-figure="{figure.script}"]').scroll_into_view_if_needed()
        page.get_by_role("figure", name=label).wait_for()
    assert page.locator('script[src$="shared_numbers.js"]').count() == 1
    assert wrong == []


def test_alone_in_a_sandbox(open_page, tmp_path):
    path = tmp_path / "host.html"
    output = escape(Sampler().standalone().data)
    frame = f'<iframe sandbox="allow-scripts" width="900" height="1500" srcdoc="{output}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    inside = page.frame_locator("iframe")
    inside.get_by_role("button", name="One character").click()
    inside.get_by_text("1 written, on average").wait_for()
    assert wrong == []
