"""Brings the figures to play with to the pages that hold one, and to no others.

A notebook's stored output holds a place for a figure and no code. Each figure's script is written here from the
package, one classic script per figure, which runs from a folder as well as from a server; so are its numbers, which it
loads when its place on the page comes near.
"""

import re
import zlib
from pathlib import Path

PLACE = re.compile(r'data-figure="(?P<name>\w+)"')


def write_files(app):
    """Write scripts, numbers and the style sheet to a folder that Sphinx copies as it does with other static files."""
    if app.builder.format != "html":
        return
    from dlcourse.figures import FIGURES, bundle

    folder = Path(app.doctreedir, "course_figures")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "figures.css").write_text(bundle.style(), encoding="utf-8")
    for name, figure in FIGURES.items():
        numbers = ""
        if figure.numbers:
            text = bundle.data_script(figure.numbers_name(), figure.stored_numbers())
            script = f"figure_{figure.numbers_name()}_numbers.js"  # figures with the same numbers share it
            (folder / script).write_text(text, encoding="utf-8")
            numbers = f"{script}?v={zlib.crc32(text.encode()):08x}"  # no old ones with a new script
        (folder / f"figure_{name}.js").write_text(bundle.page_script(name, numbers=numbers), encoding="utf-8")
    app.config.html_static_path.append(str(folder))


def figures_on(body: str) -> list[str]:
    """Return the names of the figures on a page, each once."""
    return sorted({match["name"] for match in PLACE.finditer(body)})


def add_to_page(app, pagename, templatename, context, doctree):
    """Let a page load the scripts of its figures."""
    names = figures_on(context.get("body", ""))
    if names:
        app.add_css_file("figures.css")
    for name in names:
        app.add_js_file(f"figure_{name}.js", loading_method="defer", priority=700)


def setup(app):
    app.connect("builder-inited", write_files)
    app.connect("html-page-context", add_to_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
