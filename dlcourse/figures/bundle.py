"""Why this file exists: a figure's script is several small modules, and every place wants them as one text.

JupyterLab loads a widget as one module without imports. A website that is opened from a folder may load classic scripts
only. So the modules are joined here, each as a function that returns what it exports. This needs no JavaScript tool,
because the modules keep to three forms, each on one line, and anything else is refused:

    import { make, slider } from "./kit.js";
    export function name(...) {   or   export const name = ...
    export default { render };
"""

import base64
import functools
import json
import re
from pathlib import Path

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{ (?P<names>[\w, ]+) \} from "\./(?P<module>\w+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function|const) (?P<name>\w+)", re.MULTILINE)
DEFAULT = re.compile(r"^export default (?P<value>\{ \w+ \});$", re.MULTILINE)
LEFT_OVER = re.compile(r"^\s*(?:import|export)\b.*|\bimport\(.*", re.MULTILINE)
# What stands on lines of its own is for who reads the modules; a page is a fifth lighter without it.
COMMENT = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/)[\s\S])*\*/|//.*)\n", re.MULTILINE)
# The website and a bare output have no kernel; these statements stand in for one and start the figure.
START = "_page.mountWhenReady({name}, _{module}.default, {element}, {numbers});"


class UnknownForm(ValueError):
    """A module uses an import or export that `bundle` does not know; the message quotes the line."""


@functools.cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _gather(name: str, folder: Path, found: dict[str, str]):
    """Put the module and all that it imports into `found`, {name: text}, those first that others import.

    A module that the folder does not have is one of the course's own.
    """
    path = folder / f"{name}.js"
    text = _text(path if path.exists() else HERE / f"{name}.js")
    for line in IMPORT.finditer(text):
        if line["module"] not in found:
            _gather(line["module"], folder, found)
    found[name] = text


def _function(name: str, text: str) -> str:
    """Return one module as a constant, its name after an underscore, that holds what the module exports."""
    exports = [match["name"] for match in EXPORT.finditer(text)]
    exports += [f"default: {match['value']}" for match in DEFAULT.finditer(text)]
    body = IMPORT.sub(lambda line: f"const {{ {line['names']} }} = _{line['module']};", text)
    body = EXPORT.sub(lambda line: line[0].removeprefix("export "), DEFAULT.sub("", body))
    body = COMMENT.sub("", body)
    if unknown := LEFT_OVER.search(body):
        raise UnknownForm(f"{name}.js: bundle.py does not know the form of {unknown[0].strip()!r}")
    return f"const _{name} = (() => {{\n{body.strip()}\nreturn {{ {', '.join(exports)} }};\n}})();\n"


def _joined(names: list[str], folder: Path) -> str:
    found: dict[str, str] = {}
    for name in names:
        _gather(name, folder, found)
    return "".join(_function(name, text) for name, text in found.items())


def widget_module(name: str, folder: Path = HERE) -> str:
    """Return a figure as one ES module that imports nothing, as anywidget takes it."""
    return f"{_joined([name], folder)}export default _{name}.default;\n"


def page_script(name: str, element: str = "", folder: Path = HERE, numbers: str = "") -> str:
    """Return a figure as one classic script that starts it in every place on the page that waits for it.

    element  the id of the one place to start it in, for an output that brings its script along
    numbers  the script of its numbers, beside its own, to be loaded when a place comes near; without it they are there
    """
    start = START.format(name=json.dumps(name), module=name, element=json.dumps(element),
                         numbers=json.dumps(numbers))
    text = f'(() => {{\n"use strict";\n{_joined(["page", name], folder)}{start}\n}})();\n'
    return text.replace("</", "<\\/")  # inside an HTML page "</script" would end the script


def data_script(name: str, data: bytes) -> str:
    """Return a classic script that hands numbers to the figures of a page, which may not fetch from a folder."""
    return f'(window.dlcourseData ||= {{}})["{name}"] = "{base64.b64encode(data).decode("ascii")}";\n'


def style() -> str:
    """Return the one style sheet of all figures."""
    return _text(HERE / "figures.css")
