"""Makes the built site stand on its own, and lets everybody use it: by sight, by ear and by keyboard.

It also takes the address of the repository from `pyproject.toml`, the one place where it stands. While it is empty, no
button leads anywhere.
"""

import html
import re
import tomllib
from pathlib import Path

from docutils import nodes

LOGO = re.compile(r'<a class="navbar-brand logo".*?</a>', re.DOTALL)
WIDE_FORMULA = re.compile(r'(<mjx-container class="MathJax)(?="[^>]*display="true")')
SECTION_TOGGLE = re.compile(r'<summary>(<span class="toctree-toggle")')
CHAPTER = re.compile(r"notebooks/0*(\d+)_")  # of a page's name; the refresher's pages have a letter there
SEARCH_BUTTON = re.compile(r'(<button class="btn search-button-field[^>]*?) aria-label="[^"]*"')


def repository_options(pyproject: Path) -> dict:
    """Return the theme's options for the repository: none at all while the address is empty."""
    address = tomllib.loads(pyproject.read_text(encoding="utf-8"))["tool"]["dlcourse"]["repository"]
    if not address:
        return {"repository_url": "", "use_repository_button": False, "launch_buttons": {}}
    return {
        "repository_url": address,
        "repository_branch": "main",
        "use_repository_button": True,
        "launch_buttons": {"colab_url": "https://colab.research.google.com"},
    }


def configure(app, config):
    config.html_theme_options.update(repository_options(Path(app.srcdir, "pyproject.toml")))


def number_chapters(app, env):
    """Give each chapter the number in its file's name: they are not written in the order of their numbers."""
    for page, numbers in env.toc_secnumbers.items():
        if found := CHAPTER.match(page):
            chapter = int(found[1])
            numbers.update({place: (chapter, *number[1:]) for place, number in numbers.items() if number})
            for titled in (env.titles[page], *env.tocs[page].findall(nodes.reference)):
                if number := titled.get("secnumber"):
                    titled["secnumber"] = [chapter, *number[1:]]
    return []


def description(doctree, fallback: str) -> str:
    """Return the first sentences of a page, for search engines and link previews."""
    paragraphs = (" ".join(node.astext().split()) for node in doctree.findall(nodes.paragraph))
    text = next((text for text in paragraphs if len(text) > 40), fallback)
    return text if len(text) <= 160 else text[:157].rsplit(" ", 1)[0] + "..."


def add_description(app, pagename, templatename, context, doctree):
    if doctree is not None:
        text = html.escape(description(doctree, app.config.html_title), quote=True)
        context["metatags"] = context.get("metatags", "") + f'\n<meta name="description" content="{text}">\n'


def search_quietly(app, pagename, templatename, context, doctree):
    """Opened from a folder, a page may not read others to quote from them: then the search lists their titles only."""
    if pagename == "search":
        rule = 'if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;'
        app.add_js_file(None, body=rule)


def name_controls(text: str) -> str:
    """Let the visible words name a control, and let the logo stand in a landmark, as screen readers expect."""
    text = SEARCH_BUTTON.sub(r"\1", text)
    text = text.replace('<kbd class="kbd-shortcut', '<kbd aria-hidden="true" class="kbd-shortcut')
    text = text.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    text = SECTION_TOGGLE.sub(r'<summary aria-label="Pages of this section">\1', text)
    return LOGO.sub(lambda match: f'<nav aria-label="Home">{match[0]}</nav>', text)


def mend_roles(text: str) -> str:
    """Make lists of papers lists, and let the keyboard scroll a formula that is wider than the page.

    The theme gives a tab stop to the boxes of this class while they have something to scroll, and to no other.
    """
    text = text.replace('role="doc-biblioentry"', 'role="listitem"')
    return WIDE_FORMULA.sub(r"\1 pst-scrollable-table-container", text)


def finish(app, error):
    """Repair the built pages in place."""
    if error is not None or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(mend_roles(name_controls(text)), encoding="utf-8")


def setup(app):
    app.connect("config-inited", configure)
    app.connect("env-get-updated", number_chapters, priority=900)  # after Sphinx has counted
    app.connect("html-page-context", add_description, priority=900)
    app.connect("html-page-context", search_quietly)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
