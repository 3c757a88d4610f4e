"""A page is light: what a browser loads stays in a budget, and what was cut from the theme's files is not missed."""

import gzip
import json
import re
from urllib.parse import urlsplit

import pytest
import site_tools
from fontTools.ttLib import TTFont
from PIL import Image
from site_tools import course_speed

CHAPTER = "notebooks/01_neural_networks.html"
CHAPTERS = [f"{page}.html" for page in site_tools.toc_pages() if page.startswith("notebooks/0") and "/00" not in page]
PACKED = {".woff", ".webp"}  # these are compressed already
PICTURES = {".webp", ".png", ".svg"}
# KiB as they cross the network. Without pictures chapter 1 weighs 287, chapter 3, twice as long and with two figures to
# play with, 349, and chapter 4, the longest, 393: its text and formulas alone are 195. Pictures and the numbers of
# figures come only as the reader comes near; pictures weigh 20 to 42 each, the numbers of a figure up to 125.
BUDGET, BUDGET_OF_A_PICTURE, BUDGET_OF_NUMBERS = 400, 45, 130


@pytest.fixture(scope="module")
def site():
    """The folder of the built site."""
    return site_tools.built_site()


def kibibytes(path):
    """Return the size of a file as a server sends it."""
    content = path.read_bytes()
    return len(content if path.suffix in PACKED else gzip.compress(content)) / 1024


def weights(addresses, site):
    """Return the weight of everything that a browser asked for, by name."""
    paths = {site / urlsplit(address).path.lstrip("/") for address in addresses}
    return {path.relative_to(site).as_posix(): round(kibibytes(path), 1) for path in sorted(paths)}


@pytest.mark.browser
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_stays_in_its_budget(chapter, open_page, address, site):
    page, wrong = open_page(address + chapter)
    page.evaluate("document.querySelectorAll('img').forEach(picture => picture.loading = 'eager')")
    page.wait_for_function("[...document.images].every(picture => picture.complete)")
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    weight = weights([address + chapter, *loaded], site)
    pictures = {name: size for name, size in weight.items() if name.endswith(tuple(PICTURES))}
    numbers = {name: size for name, size in weight.items() if name.endswith("_numbers.js")}
    without = sum(weight.values()) - sum(pictures.values()) - sum(numbers.values())
    assert len(weight) > 10 and without > 100, f"the browser cannot have loaded so little: {weight}"
    assert without <= BUDGET, weight
    assert sum(pictures.values()) <= BUDGET_OF_A_PICTURE * len(pictures), weight
    assert all(size <= BUDGET_OF_NUMBERS for size in numbers.values()), weight
    assert wrong == []


@pytest.mark.browser
def test_numbers_of_a_figure_come_when_the_reader_comes_near(open_page, address):
    asked = "performance.getEntriesByType('resource').some(entry => entry.name.includes('figure_read_digit_numbers'))"
    page, wrong = open_page(f"{address}notebooks/06_convolutional_networks.html")
    assert not page.evaluate(asked)
    page.locator('[data-figure="read_digit"]').scroll_into_view_if_needed()
    page.wait_for_function(asked)
    page.locator('[data-figure="read_digit"] figure').wait_for()
    assert wrong == []


def test_a_file_weighs_what_is_sent(tmp_path):
    (tmp_path / "a.css").write_bytes(b"a" * 10240)
    (tmp_path / "a.woff").write_bytes(b"a" * 10240)
    asked = ["http://localhost/a.css?v=1", "http://localhost/a.woff", "http://localhost/a.woff"]
    assert weights(asked, tmp_path) == {"a.css": 0.0, "a.woff": 10.0}


def test_no_script_holds_up_a_page(site):
    for page in site_tools.html_pages(site):
        tags = "".join(re.findall(r"<script\b[^>]*>", page.read_text(encoding="utf-8")))
        scripts = site_tools.soup(tags.replace(">", "></script>")).find_all("script", src=True)
        held_up = [tag["src"] for tag in scripts if not (tag.has_attr("defer") or tag.get("type") == "module")]
        searches = any("searchindex.js" in tag["src"] for tag in scripts)
        assert held_up == [], page
        assert searches == (page.name == "search.html"), page


def font_characters(folder):
    """Return every character that one of the fonts of a folder can draw."""
    return {chr(code) for path in folder.rglob("*.woff") for code in TTFont(path).getBestCmap() or {}}


def test_every_icon_is_in_a_font(site):
    css = (site / "_static" / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    there = font_characters(site / "_static" / "vendor" / "fontawesome")
    rules = {}
    for rule in course_speed.ICON_RULE.findall(css):
        rules |= dict.fromkeys(course_speed.ICON_NAME.findall(rule), rule)
    pages = [page.read_text(encoding="utf-8") for page in site_tools.html_pages(site)]
    icons = {names for page in pages for names in re.findall(r'<i [^>]*\bclass="([^"]*\bfa-solid\b[^"]*)"', page)}
    classes = {name for names in icons for name in names.split()}
    named = {name for name in classes if name.startswith("fa-")} - {"fa-solid", "fa-lg"}  # a weight and a size
    assert len(named) > 5
    assert [name for name in named if not course_speed.drawn_characters(rules.get(name, "")) & there] == []
    admonitions = re.findall(r'--pst-icon-[\w-]+:"(.)"', css)
    assert len(admonitions) > 10
    assert [icon for icon in admonitions if icon not in there] == []


def test_every_character_of_a_formula_is_in_a_font(site):
    css = (site / "_static" / "maths.css").read_text(encoding="utf-8")
    there = font_characters(site / "_static" / "mathjax")
    drawn = course_speed.drawn_characters(css)
    assert len(drawn) > 50
    assert drawn - there <= {" ", "\u2061", "\u2062"}  # invisible: a space and the signs for applying and multiplying


def test_a_picture_keeps_its_pixels(tmp_path):
    picture = Image.effect_noise((40, 30), 50).convert("RGBA")
    picture.save(tmp_path / "a.png")
    course_speed.pack_pictures(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.webp"]
    with Image.open(tmp_path / "a.webp") as packed:
        assert packed.convert("RGBA").tobytes() == picture.tobytes()
    (tmp_path / "_images").mkdir()
    (tmp_path / "a.webp").rename(tmp_path / "_images" / "a.webp")
    html = "".join(f'<img alt="A." src="{source}">' for source in ("logo.webp", "_images/a.webp", "_images/a.webp"))
    sized = site_tools.soup(course_speed.size_pictures(html, tmp_path)).find_all("img")
    assert [picture.get("width") for picture in sized] == [None, "40", "40"]
    assert [picture.get("loading") for picture in sized] == [None, None, "lazy"]


def test_only_what_is_used_is_left():
    css = '.fa-book:before{content:"\\f02d"}.fa-search:before,.fa-find:before{content:"\\f002"}p{content:"x"}'
    assert course_speed.drop_icons(css, {"fa-find"}) == css.removeprefix('.fa-book:before{content:"\\f02d"}')
    assert course_speed.drawn_characters(css) == {"\uf02d", "\uf002", "x"}
    design = '<link href="sphinx-design.min.css">'
    assert course_speed.drop_unused(design, is_search=False) == ""
    assert course_speed.drop_unused(f'{design}<p class="sd-card">', is_search=False).startswith(design)
    search = '<script src="searchindex.js"></script>'
    assert course_speed.drop_unused(search, is_search=True) == search
    assert course_speed.drop_unused(search, is_search=False) == ""


def test_scripts_wait_and_options_do_not():
    html = '<script src="documentation_options.js?v=1"></script><script src="a.js"></script><script defer src="b.js">'
    later = course_speed.defer_scripts(html, json.dumps("options"))
    assert later == '<script>"options"</script><script defer src="a.js"></script><script defer src="b.js">'
