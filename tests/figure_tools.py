"""What the tests of the figures share: a figure with 300 KB of numbers, pages with figures, the neuron on a page."""

from pathlib import Path

import numpy as np
import traitlets
from clone import ROOT

from dlcourse.figures import Figure, bundle

COUNT = 150_000  # half-precision numbers: 300,000 bytes
# How light the corner of the plane is, from 0 to 765.
LIGHTNESS = """() => {
  const brush = document.querySelector(".dl-plane canvas").getContext("2d");
  return [...brush.getImageData(2, 2, 1, 1).data].slice(0, 3).reduce((sum, value) => sum + value);
}"""


class Weights(Figure):
    """Adds up its numbers, which are 0, 1, 2 and 3 over and over."""

    script = "weights"
    alt = "Many numbers are added up."
    numbers = "many_numbers.bin"
    folder = ROOT / "tests" / "figures"

    factor = traitlets.Int(1).tag(sync=True)

    @classmethod
    def stored_numbers(cls):
        return (np.arange(COUNT) % 4).astype(np.float16).tobytes()


SUM = 1.5 * COUNT


def write_page(folder: Path, *figures: Figure, numbers=True) -> Path:
    """Write a page as the website has it: places in the text, each figure's script beside it, the numbers before it."""
    scripts = {}
    for figure in figures:
        if figure.numbers and numbers:
            scripts[f"{figure.script}_numbers.js"] = bundle.data_script(figure.numbers_name(), figure.stored_numbers())
        scripts[f"{figure.script}.js"] = bundle.page_script(figure.script, folder=figure.folder)
    for name, text in scripts.items():
        (folder / name).write_text(text, encoding="utf-8")
    head = "".join(f'<script defer src="{name}"></script>' for name in scripts) + f"<style>{bundle.style()}</style>"
    body = "".join(figure.place() for figure in figures)
    page = folder / "page.html"
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    text = f'<!doctype html><html lang="en"><head>{meta}{head}</head><body>{body}</body></html>'
    page.write_text(text, encoding="utf-8")
    return page


class FigureOnPage:
    """A figure of a page in a browser, by what a reader sees of it."""

    def __init__(self, page, index=0):
        self.page = page
        self.figure = page.locator("figure.dl-figure").nth(index)

    def drawn(self):
        """Return when the figure has drawn what was changed, which it does before the browser's next frame."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def control(self, role, name):
        return self.figure.get_by_role(role, name=name, exact=True)

    def press(self, name):
        self.control("button", name).click()
        self.drawn()

    def type(self, name, value):
        """Type an exact value into the field beside a slider."""
        self.control("spinbutton", f"{name}, exactly").fill(str(value))
        self.drawn()

    def choose(self, name):
        self.control("radio", name).check()
        self.drawn()


class NeuronOnPage(FigureOnPage):
    """The neuron figure in a browser, by what a reader sees of it."""

    def radio(self, group, name):
        return self.figure.get_by_role("group", name=group).get_by_role("radio", name=name, exact=True)

    def choose(self, group, name):
        self.radio(group, name).check()
        self.drawn()

    def slider(self, name):
        return self.figure.get_by_role("slider", name=name, exact=True)

    def field(self, name):
        """The field beside a slider, in which the exact value can be typed."""
        return self.figure.get_by_role("spinbutton", name=f"{name}, exactly")

    def values(self):
        """The numbers of the chosen neuron, as they stand beside its sliders."""
        self.drawn()
        fields = self.figure.locator(".dl-controls > .dl-group .dl-slider input[type=number]")
        return [float(field.input_value()) for field in fields.all()]

    def result(self):
        """(loss, wrong, steps) as the figure says them, after it has drawn what was changed."""
        self.drawn()
        words = self.figure.locator(".dl-side > output").inner_text().replace(",", "").split()
        return float(words[1]), int(words[2]), int(words[-2])

    def sum(self):
        """The chosen point's sum, written out."""
        self.drawn()
        return self.figure.locator(".dl-sum").inner_text()

    def place(self, x1, x2):
        """Where a place of the plane is on the screen."""
        box = self.figure.locator(".dl-plane").bounding_box()
        return box["x"] + (x1 + 0.5) / 2 * box["width"], box["y"] + (1.5 - x2) / 2 * box["height"]

    def middle(self, part):
        """Where the middle of a part is on the screen."""
        box = self.figure.locator(part).bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, start, end):
        """Drag with the mouse, from one place on the screen to another."""
        self.figure.locator(".dl-plane").scroll_into_view_if_needed()
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=5)
        self.page.mouse.up()


FOCUS = """() => {
  const element = document.activeElement, face = element.type === "radio" ? element.nextSibling : element;
  const name = element.ariaLabel ?? (element.labels?.[0] ?? element).innerText.trim();
  return [name, getComputedStyle(face).outlineStyle];
}"""


def tabs(page):
    """A function that presses Tab and returns the name of what has the focus then, and the list of all it has met.

    The list holds [name, style of the outline], by which a reader sees the focus.
    """
    seen = []

    def tab():
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUS))
        return seen[-1][0]

    return tab, seen
