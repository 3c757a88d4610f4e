"""What the tests of the website share: the built site, and checks that take a page's HTML and return what is wrong.

The checks are pure functions, so that a test can hand them a page with a planted fault and see it caught.
"""

import functools
import os
import re
import shutil
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup, NavigableString, Tag
from filelock import FileLock

from dlcourse.recipes import site

ROOT = Path(__file__).resolve().parents[1]
# The extensions of the website are modules beside the book and not an installed package.
sys.path.insert(0, str(ROOT / "book" / "_ext"))

import course_api  # noqa: E402
import course_cells  # noqa: E402
import course_data  # noqa: E402
import course_links  # noqa: E402
import course_math  # noqa: E402
import course_site  # noqa: E402
import course_speed  # noqa: E402

__all__ = ["course_api", "course_cells", "course_data", "course_links", "course_math", "course_site", "course_speed"]

RESOURCES = dict.fromkeys(["script", "img", "source", "iframe", "embed", "video", "audio", "track", "input"], "src")
RESOURCES |= {"object": "data", "image": "href", "use": "href"}
# These relations of a <link> only name a page; a browser fetches every other.
NAMES_A_PAGE = {"next", "prev", "index", "search", "canonical", "license", "author", "help"}
OUTSIDE = re.compile(r"^\s*(?:https?:|wss?:)?//", re.IGNORECASE)
IN_TEXT = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"]|(?:fetch|import)\(\s*['"])((?:https?:)?//[^'")\s]+)""")
# The notations of the source that no reader should meet outside of code.
RAW_TEX = r"\\\(|\\\[|\$\$|\$[^\s$][^$\n]*\$|\\(?:begin|frac|sum|text|tag)\b"
WITHOUT_PROSE = {"script", "style", "pre", "code", "mjx-container", "title"}
RAW = re.compile(RAW_TEX + r"|:{3,}|`{3,}|\{(?:eq|cite|ref|doc|numref)[:}]")


@functools.cache
def built_site() -> Path:
    """Build the website once for all tests and all processes; DLCOURSE_SITE names one that is already built."""
    if ready := os.environ.get("DLCOURSE_SITE"):
        return Path(ready)
    folder = Path(os.environ["DLCOURSE_SHARED"])
    html, done = folder / "_build" / "html", folder / "built"
    with FileLock(folder / "site.lock"):
        if not done.exists():
            # Planted: what a build that failed leaves behind. The next one shall not stumble over it.
            shutil.rmtree(html, ignore_errors=True)
            html.mkdir(parents=True)
            (html / "_static").write_text("a file where a folder belongs", encoding="utf-8")
            assert site.build(output=folder) == html
            done.touch()
    return html


def toc_pages() -> list[str]:
    """Return the pages that the table of contents names, as `book/intro`."""
    toc = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [chapter for part in toc["parts"] for chapter in part["chapters"]]
    inside = [[chapter["file"], *(section["file"] for section in chapter.get("sections", []))] for chapter in chapters]
    return [toc["root"], *sum(inside, [])]


def marked_pages() -> list:
    """Return every page as `book/intro.html`; cards look all alike, so all but one wait for `make test-full`."""
    names = [f"{page}.html" for page in toc_pages()]
    waiting = [name for name in names if name.startswith("book/data/") and name != "book/data/digits.html"]
    return [pytest.param(name, marks=pytest.mark.full) if name in waiting else name for name in names]


def html_pages(folder: Path) -> list[Path]:
    """Return every page of a built site."""
    return sorted(page for page in folder.rglob("*.html") if "_static" not in page.parts)


@functools.lru_cache(maxsize=1)
def soup(html: str) -> BeautifulSoup:
    """Parse a page, to be read and not changed: it takes seconds, so the last one is kept for the next check of it."""
    return BeautifulSoup(html, "html.parser")


def outside_in_text(text: str) -> list[str]:
    """Return the addresses on other hosts that a style sheet or a script would fetch."""
    return IN_TEXT.findall(text)


def outside_requests(html: str) -> list[str]:
    """Return everything that a browser would fetch from another host to show a page."""
    page, found = soup(html), []
    for name, attribute in RESOURCES.items():
        found += [tag.get(attribute) or "" for tag in page.find_all(name)]
    for tag in page.find_all(srcset=True):
        found += [candidate.split()[0] for candidate in tag["srcset"].split(",")]
    found += [link.get("href") or "" for link in page.find_all("link") if not set(link.get("rel", [])) <= NAMES_A_PAGE]
    found = [address for address in found if OUTSIDE.match(address)]
    for tag in page.find_all(["style", "script"]):
        found += outside_in_text(tag.get_text())
    for tag in page.find_all(style=True):
        found += outside_in_text(tag["style"])
    return found


def pictures_without_text(html: str) -> list[str]:
    """Return the pictures that say nothing to somebody who does not see them."""
    page = soup(html)
    silent = []
    for picture in page.find_all("img"):
        text = (picture.get("alt") or "").strip()
        named_by_link = picture.find_parent("a") is not None and picture.find_parent("a").get_text(strip=True)
        if "_images/" in text or re.search(r"\.(?:png|svg|webp|jpe?g)$", text) or not (text or named_by_link):
            silent.append(str(picture))
    for drawing in page.find_all("svg", role="img"):
        if drawing.title is None or not drawing.title.get_text(strip=True):
            silent.append(str(drawing)[:120])
    return silent


def raw_markup(html: str) -> list[str]:
    """Return what was meant for the builder and stands in the text instead."""
    def words(tag):
        for child in tag.children:
            if isinstance(child, Tag):
                yield from words(child) if child.name not in WITHOUT_PROSE else ()
            elif type(child) is NavigableString:  # and no comment
                yield child

    return RAW.findall(" ".join(words(soup(html))))


def repeated_ids(html: str) -> list[str]:
    """Return the addresses inside a page that are given twice."""
    counted = Counter(tag["id"] for tag in soup(html).find_all(id=True))
    return sorted(name for name, count in counted.items() if count > 1)


def missing_head(html: str) -> list[str]:
    """Return what a search engine, a bookmark or a screen reader would miss in the head of a page."""
    page = soup(html)
    description = page.find("meta", attrs={"name": "description"})
    checks = {
        "language": page.html.get("lang"),
        "title": page.title is not None and page.title.get_text(strip=True),
        "description": description is not None and description.get("content", "").strip(),
        "icon": page.find("link", rel="icon"),
    }
    return [name for name, found in checks.items() if not found]


def math_faults(html: str) -> list[str]:
    """Return the scripts that draw formulas, and the formulas that a screen reader cannot read."""
    page = soup(html)
    scripts = [str(tag)[:120] for tag in page.find_all("script")]
    faults = [script for script in scripts if re.search("mathjax|katex", script, re.IGNORECASE)]
    for formula in page.select(".maths, .math"):
        if formula.find("mjx-container") is None or formula.find("math") is None:
            faults.append(formula.get_text(strip=True)[:80])
    return faults


def pictures_without_size(html: str) -> list[str]:
    """Return the pictures of a notebook's outputs whose place a browser cannot keep while they are on their way."""
    pictures = soup(html).select(".cell_output img")
    return [str(tag)[:120] for tag in pictures if not (tag.get("width") and tag.get("height"))]


def broken_links(page: Path, folder: Path) -> list[str]:
    """Return the links of a page that lead to no file, or to no place in the page they name."""
    broken = []
    for tag in soup(page.read_text(encoding="utf-8")).find_all("a", href=True):
        address, place = urldefrag(tag["href"])
        if urlsplit(address).scheme or OUTSIDE.match(address):
            continue
        target = (page.parent / unquote(urlsplit(address).path)).resolve() if address else page
        if not target.is_relative_to(folder.resolve()) or not target.is_file():
            broken.append(tag["href"])
        elif place and target.suffix == ".html" and unquote(place) not in ids_of(target):
            broken.append(tag["href"])
    return broken


@functools.cache
def ids_of(page: Path) -> frozenset[str]:
    """Return the addresses inside a page, which is read from tag to tag and not parsed for them."""
    found = set()
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attributes: found.update(value for name, value in attributes if name == "id")
    reader.feed(page.read_text(encoding="utf-8"))
    return frozenset(found)
