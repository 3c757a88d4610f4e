"""Lets a page wait for nothing that it does not need: fonts hold the signs in use, pictures come when they are seen.

The theme is made for many sites and carries icons, scripts and styles for all of them. This extension runs after
every other one and cuts its copies beside the built pages down to what these pages use. Nothing looks different.
"""

import logging
import re
from pathlib import Path

from fontTools import subset
from PIL import Image

# The theme draws each icon twice, by a script and by a font. The font is enough, and the script is 1.5 MB.
ICON_SCRIPT = re.compile(r"\s*<(?:script|link)[^>]*fontawesome\.js[^>]*>(?:</script>)?")
ICON_NAME = re.compile(r"\bfa-[\w-]+")
ICON_RULE = re.compile(r'(?:\.fa-[\w-]+:+before,?)+\{content:"[^"]*"\}')
ICON_FONT = re.compile(r'url\(([^)]+)\.woff2\) format\("woff2"\),url\(\1\.ttf\) format\("truetype"\)')
DRAWN = re.compile(r'(?:content|--[\w-]+)\s*:\s*"([^"]*)"')
EMPTY_SIGN = "\ueffc"  # MathJax's first font holds nothing else, and a browser refuses a font without any sign
ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6}) ?")

# A first visit has no theme until the theme's own script runs, long after the text is there: the page would flash.
NO_THEME = 'localStorage.getItem("theme") || "auto"'
THEME = 'localStorage.getItem("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")'
OPTIONS = re.compile(r'<script src="[^"]*documentation_options\.js[^"]*"></script>')
SCRIPT = re.compile(r"<script(?=[^>]*\ssrc=)(?![^>]*\s(?:defer|async|type)\b)")
PRELOAD = re.compile(r'<link rel="preload" as="script"[^>]*>\s*')
SEARCH = re.compile(r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>')
# Cards, grids and tabs; each of their classes begins with sd-.
DESIGN = re.compile(r"\s*<(?:script|link)[^>]*(?:sphinx-design\.min\.css|design-tabs\.js)[^>]*>(?:</script>)?")

PICTURE = re.compile(r'<img (?=[^>]*\bsrc="(?P<source>[^"]*_images/[^"]+\.(?:png|webp))")(?![^>]*\bwidth=)[^>]*>')
WIDE, FLAT = 800, 2  # pixels, and width by height, above which a picture has several panels in a row
PICTURE_NAME = re.compile(r"(_images/[\w.-]+)\.png\b")


# ------------------------------------------------------------------------------------------------- the pages


def drop_unused(text: str, is_search: bool) -> str:
    """Leave out the scripts and sheets that a page has no use for: the search index belongs to the search."""
    unused = [ICON_SCRIPT, PRELOAD]
    unused += [] if is_search else [SEARCH]
    unused += [] if re.search(r'class="[^"]*\bsd-', text) else [DESIGN]
    for pattern in unused:
        text = pattern.sub("", text)
    return text


def defer_scripts(text: str, options: str) -> str:
    """Let every script run when the whole page is read, but choose light or dark before anything is drawn.

    The options of the site are a few lines that others in the page refer to at once, so they stand in the page.
    """
    text = OPTIONS.sub(lambda _: f"<script>{options}</script>", text.replace(NO_THEME, THEME))
    return SCRIPT.sub("<script defer", text)


def size_pictures(text: str, folder: Path) -> str:
    """Give every picture its size, so that nothing jumps, and load those below the first when they come into view.

    A picture of several panels could not be read in the width of a phone: it gets a box to scroll in. The theme gives a
    tab stop to the boxes of this class while they have something to scroll, and to no other.
    """
    seen = 0

    def sized(match):
        nonlocal seen
        seen += 1
        with Image.open(folder / match["source"]) as picture:
            width, height = picture.size
        lazy = 'loading="lazy" ' if seen > 1 else ""
        tag = match[0].replace("<img ", f'<img width="{width}" height="{height}" {lazy}decoding="async" ', 1)
        is_wide = width > WIDE and width > FLAT * height
        return f'<span class="wide-picture pst-scrollable-table-container">{tag}</span>' if is_wide else tag

    return PICTURE.sub(sized, text)


def pack_pictures(folder: Path):
    """Store every picture as lossless WebP: the same pixels in less than half the bytes."""
    for path in folder.glob("*.png"):
        with Image.open(path) as picture:
            picture.save(path.with_suffix(".webp"), lossless=True, exact=True)
        path.unlink()


# ------------------------------------------------------------------------------------------------- style sheets, fonts


def drop_icons(css: str, used: set[str]) -> str:
    """Leave out the rules of the icons that nothing names."""
    return ICON_RULE.sub(lambda rule: rule[0] if used & set(ICON_NAME.findall(rule[0])) else "", css)


def drawn_characters(css: str) -> set[str]:
    """Return the characters that a style sheet draws, with `\\f02d` and its like resolved."""
    texts = (ESCAPE.sub(lambda code: chr(int(code[1], 16)), text) for text in DRAWN.findall(css))
    return set("".join(texts))


def cut_font(source: Path, characters: set[str]):
    """Write a font that holds some characters and nothing else as a WOFF file, in place of the source."""
    options = subset.Options(flavor="woff", drop_tables=["FFTM"])
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(characters))
    cutter.subset(font)
    source.unlink()
    subset.save_font(font, str(source.with_suffix(".woff")), options)


def cut_icons(static: Path, pages: list[str]):
    """Cut the icons down to those that a page, a script or the theme itself draws."""
    sheet = static / "styles" / "pydata-sphinx-theme.css"
    texts = pages + [script.read_text(encoding="utf-8") for script in static.rglob("*.js")]
    css = drop_icons(sheet.read_text(encoding="utf-8"), set(ICON_NAME.findall("\n".join(texts))))
    sheet.write_text(ICON_FONT.sub(r'url(\1.woff) format("woff")', css), encoding="utf-8")
    for font in (static / "vendor" / "fontawesome").rglob("*.ttf"):
        cut_font(font, drawn_characters(css))
        font.with_suffix(".woff2").unlink()


def cut_mathematics(static: Path):
    """Cut the fonts of the formulas down to the characters of all formulas."""
    if (sheet := static / "maths.css").exists():
        characters = drawn_characters(sheet.read_text(encoding="utf-8")) | {EMPTY_SIGN}
        for font in (static / "mathjax").glob("*.woff"):
            cut_font(font, characters)


def join_sheets(static: Path):
    """Put the sheet that the theme imports where it imports it, so that the browser need not ask twice in a row."""
    sheet, basic = static / "styles" / "theme.css", static / "basic.css"
    rules = basic.read_text(encoding="utf-8").replace("url(", "url(../")
    css = sheet.read_text(encoding="utf-8").replace('@import "../basic.css";', rules)
    sheet.write_text(css, encoding="utf-8")
    basic.unlink()


def finish(app, error):
    """Lighten the built site in place."""
    if error is not None or app.builder.format != "html":
        return
    out, static = Path(app.outdir), Path(app.outdir, "_static")
    for unused in static.rglob("fontawesome.js*"):
        unused.unlink()
    pack_pictures(out / "_images")
    options = (static / "documentation_options.js").read_text(encoding="utf-8")
    pages = []
    for page in out.rglob("*.html"):
        text = PICTURE_NAME.sub(r"\1.webp", page.read_text(encoding="utf-8"))
        text = drop_unused(size_pictures(text, page.parent), is_search=page.name == "search.html")
        text = defer_scripts(text, options)
        page.write_text(text, encoding="utf-8")
        pages.append(text)
    cut_icons(static, pages)
    cut_mathematics(static)
    join_sheets(static)


def setup(app):
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # or it tells of every table of every font
    app.connect("build-finished", finish, priority=900)  # after course_math and course_site have written their part
    return {"parallel_read_safe": True, "parallel_write_safe": True}
