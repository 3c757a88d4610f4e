"""Every page passes axe, in light and in dark: the rules of WCAG that a machine can test.

The chapters, which have figures and questions, in every run; all other pages in the full one.
"""

import re

import pytest
import site_tools
from axe_playwright_python.sync_playwright import Axe
from browser_tools import DESKTOP, PHONE

pytestmark = pytest.mark.browser

PAGES = [*(f"{page}.html" for page in site_tools.toc_pages()), "search.html", "genindex.html"]
CHAPTER = re.compile(r"notebooks/0[1-9]")
NAMES = [page if CHAPTER.match(page) else pytest.param(page, marks=pytest.mark.full) for page in PAGES]


def violations(page):
    """Return what axe finds, as its rule and the first element that breaks it. The inside of formulas is MathJax's."""
    found = Axe().run(page, {"exclude": [["mjx-math"], ["mjx-assistive-mml"]]}).response["violations"]
    return [(violation["id"], violation["nodes"][0]["html"][:200]) for violation in found]


@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESKTOP), ("dark", PHONE)], ids=["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_passes_axe(name, scheme, viewport, open_page, address):
    page, _ = open_page(address + name, viewport, color_scheme=scheme, reduced_motion="reduce")
    assert violations(page) == []


def test_axe_finds_a_planted_fault(open_page, address):
    page, _ = open_page(address + PAGES[0])
    page.evaluate("document.querySelector('article').append(document.createElement('button'))")
    assert "button-name" in [rule for rule, _ in violations(page)]
