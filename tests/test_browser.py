"""Every page is opened in a real browser: on a desktop, on a phone, in the dark, from a server and from a folder.

A chapter takes seconds to load. So all that can be asked of a page as a reader leaves it, with its figures started and
its questions answered, is asked in one visit.
"""

import pytest
import site_tools
from browser_tools import CONTRAST, PHONE, TOO_WIDE

from dlcourse.figures import FIGURES

pytestmark = pytest.mark.browser

PAGES = site_tools.marked_pages()
CHAPTER = "notebooks/01_neural_networks.html"


def see_everything(page):
    """Go through a page as a reader does: come by every picture and every figure, for they wait until then to load."""
    page.evaluate("document.querySelectorAll('img').forEach(picture => picture.loading = 'eager')")
    page.wait_for_function("[...document.images].every(picture => picture.complete)")
    for place in page.locator("[data-figure]").all():
        place.scroll_into_view_if_needed()
        assert place.locator("figure").get_attribute("aria-label")
        assert "A figure to play with." not in place.inner_text()  # the sentence for those without scripts
        tries = FIGURES[place.get_attribute("data-figure")]().tries
        assert place.locator(".dl-tries li").count() == len(tries)


def answer_every_question(page):
    """Check the first option of every question; where it is right, show what is said about the others."""
    for selector in ("input", "button:not(.others)", ".others:not([hidden])"):
        page.evaluate("s => document.querySelectorAll('.quiz').forEach(box => box.querySelector(s)?.click())", selector)


def test_a_request_to_another_host_is_noticed(open_page, address):
    page, wrong = open_page(address + PAGES[0])
    with page.expect_request("**/planted.png"):
        page.evaluate("new Image().src = 'http://127.0.0.1:9/planted.png'")
    assert any("another host" in fault for fault in wrong)


@pytest.mark.parametrize("name", [*PAGES, "search.html", "genindex.html"])
def test_a_page_on_a_desktop(name, open_page, address):
    page, wrong = open_page(address + name)
    see_everything(page)
    assert page.evaluate("[...document.images].filter(image => !image.naturalWidth).map(image => image.src)") == []
    assert page.locator("main h1:visible").first.inner_text().strip()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate(CONTRAST, 4.5) == page.evaluate(TOO_WIDE) == []
    assert wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_on_a_phone_in_the_dark(name, open_page, address):
    page, wrong = open_page(address + name, PHONE, color_scheme="dark")
    see_everything(page)
    answer_every_question(page)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(CONTRAST, 4.5) == page.evaluate(TOO_WIDE) == []
    assert page.locator(".quiz form:is(.right, .wrong)").count() == page.locator(".quiz").count()
    heights = page.eval_on_selector_all(".quiz :is(label, button:not([hidden]))", "all => all.map(x => x.offsetHeight)")
    assert min(heights, default=24) >= 24  # pixels, WCAG 2.2's least size of what a finger has to meet
    assert wrong == []


def test_the_address_of_the_site_leads_to_the_front_page(open_page, address):
    page, _ = open_page(address)
    page.wait_for_url(address + PAGES[0])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_from_a_folder(name, open_page):
    page, wrong = open_page((site_tools.built_site() / name).as_uri())
    see_everything(page)
    assert page.locator("main h1:visible").first.inner_text().strip()
    assert wrong == []


def test_the_theme_can_be_changed_and_is_remembered(open_page, address):
    page, wrong = open_page(address + PAGES[0])
    button = page.locator("button.theme-switch-button:visible").first
    while page.evaluate("document.documentElement.dataset.mode") != "dark":
        button.click()
    page.goto(address + PAGES[1])
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate(CONTRAST, 4.5) == []
    assert wrong == []


@pytest.mark.parametrize("from_folder", [False, True])
def test_the_search_finds_the_perceptron(from_folder, open_page, address):
    start = site_tools.built_site().as_uri() + "/" if from_folder else address
    page, wrong = open_page(start + PAGES[0])
    page.wait_for_load_state("networkidle")  # leaving while it loads aborts a request, which counts as wrong
    page.keyboard.press("Control+k")
    page.keyboard.type("perceptron")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    found = page.eval_on_selector_all("#search-results li a", "links => links.map(link => link.href)")
    assert any(CHAPTER in address for address in found)
    assert wrong == []


def test_the_keyboard_reaches_the_text_and_shows_where_it_is(open_page, address):
    page, _ = open_page(address + PAGES[0])
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                """() => {
                  const element = document.activeElement, style = getComputedStyle(element);
                  const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
                  return {text: element.innerText?.trim() ?? "", inside: !!element.closest("article"), shown};
                }"""
            )
        )
        if seen[-1]["inside"]:
            break
    assert seen[-1]["inside"], f"60 presses of Tab reached only {seen[-3:]}"
    assert seen[-1]["text"] == "Start with chapter 1"
    assert [stop["text"] for stop in seen if not stop["shown"]] == []


def test_the_keyboard_opens_a_hint(open_page, address):
    page, _ = open_page(address + CHAPTER)
    fold = page.locator("section.exercise details.hint").first
    assert not fold.evaluate("fold => fold.open")
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.evaluate("fold => fold.open")
    assert fold.locator("p").first.is_visible()


def test_an_address_leads_to_its_exercise(open_page, address):
    page, _ = open_page(address + CHAPTER + "#ex-1-1")
    seen = "y => 0 <= y && y < innerHeight / 2"
    page.wait_for_function(f"({seen})(document.getElementById('ex-1-1').getBoundingClientRect().y)")


# The formulas whose punctuation begins the next line, with all that is folded laid open.
TORN = """() => {
  document.querySelectorAll("details").forEach(fold => { fold.open = true; });
  return [...document.querySelectorAll("span.maths")].filter(formula => {
    const text = formula.nextSibling, mark = document.createRange();
    if (!(text instanceof Text) || !/^[.,;:!?)]/.test(text.data)) return false;
    mark.setStart(text, 0);
    mark.setEnd(text, 1);
    return mark.getBoundingClientRect().left < formula.getBoundingClientRect().right - 1;
  }).map(formula => formula.parentElement.textContent.slice(0, 80));
}"""


def test_no_line_begins_with_what_ends_a_formula(open_page, address):
    page, _ = open_page(address + CHAPTER, PHONE)
    for width in (360, 390, 768, 1280, 1300, 1440):
        page.set_viewport_size(PHONE | {"width": width})
        assert page.evaluate(TORN) == []
    page.add_style_tag(content=".together { white-space: normal !important; }")
    page.set_viewport_size(PHONE)
    assert page.evaluate(TORN) != []


def test_pictures_of_several_panels_scroll_on_a_phone_and_only_there(open_page, address):
    page, _ = open_page(address + CHAPTER)
    boxes = page.locator(".wide-picture")
    assert boxes.count() > 5
    scrolls = "boxes => boxes.map(box => box.scrollWidth > box.clientWidth && box.tabIndex === 0)"
    assert not any(boxes.evaluate_all(scrolls))
    page.set_viewport_size(PHONE)
    page.wait_for_function(f"({scrolls})([...document.querySelectorAll('.wide-picture')]).every(Boolean)")  # soon
    assert min(page.eval_on_selector_all(".wide-picture img", "images => images.map(image => image.width)")) >= 600
    boxes.first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.wide-picture').scrollLeft > 0")
