"""Every page passes axe, in light and in dark: the rules of WCAG that a machine can test.

The chapters, which have figures and questions, in every run, in light and in dark in turn; the rest in the full one.
"""

import re

import pytest
import site_tools
from axe_playwright_python.sync_playwright import Axe
from browser_tools import DESKTOP, PHONE

pytestmark = pytest.mark.browser

PAGES = [*(f"{page}.html" for page in site_tools.toc_pages()), "search.html", "genindex.html"]
CHAPTER = re.compile(r"notebooks/0[1-9]")
SCHEMES = [("light", DESKTOP), ("dark", PHONE)]


# axe needs a second for each five hundred elements, and a chapter has forty thousand. Nine of ten of them tell it
# nothing new: the inside of formulas, which is MathJax's, and code whose colors were all seen in a block before it.
THIN = """() => {
    const article = document.querySelector('article');
    if (article === null) return 0;
    article.style.display = 'none';  // so that nothing is laid out anew for each element that goes
    const seen = new Set();
    for (const math of article.querySelectorAll('mjx-math, mjx-assistive-mml')) math.replaceChildren();
    for (const pre of article.querySelectorAll('.highlight pre')) {
        const place = pre.closest('.cell_output, .cell_input, [class*="admonition"], details')?.className ?? '';
        const news = [...pre.querySelectorAll('span[class]')].map((span) => `${place} ${span.className}`);
        if (news.every((color) => seen.has(color))) pre.textContent = pre.textContent;
        news.forEach((color) => seen.add(color));
    }
    article.style.display = '';
    return seen.size;
}"""


def violations(page):
    """Return what axe finds, as its rule and the first element that breaks it."""
    page.evaluate(THIN)
    found = Axe().run(page).response["violations"]
    return [(violation["id"], violation["nodes"][0]["html"][:200]) for violation in found]


def visits():
    """Every page in every scheme; those that wait for the full run are marked."""
    chapters = [page for page in PAGES if CHAPTER.match(page)]
    for name in PAGES:
        for k, (scheme, viewport) in enumerate(SCHEMES):
            soon = name in chapters and chapters.index(name) % 2 == k
            yield pytest.param(name, scheme, viewport, marks=[] if soon else [pytest.mark.full], id=f"{name}-{scheme}")


@pytest.mark.parametrize(("name", "scheme", "viewport"), list(visits()))
def test_a_page_passes_axe(name, scheme, viewport, open_page, address):
    page, _ = open_page(address + name, viewport, color_scheme=scheme, reduced_motion="reduce")
    assert violations(page) == []


def test_axe_finds_a_planted_fault(open_page, address):
    page, _ = open_page(address + PAGES[0])
    page.evaluate("document.querySelector('article').append(document.createElement('button'))")
    assert "button-name" in [rule for rule, _ in violations(page)]


def test_code_whose_color_is_seen_for_the_first_time_is_looked_at(open_page, address):
    """Planted: in the last block of code, a color that no other block has."""
    page, _ = open_page(address + "notebooks/00a_linear_algebra.html")
    page.evaluate("""() => {
        const spans = [...document.querySelectorAll('.highlight pre span[class]')];
        const span = spans.filter((one) => one.checkVisibility() && /\\w{3}/.test(one.textContent)).at(-1);
        span.className = 'planted';
        span.style.color = '#ddd';
    }""")
    assert "color-contrast" in [rule for rule, _ in violations(page)]
