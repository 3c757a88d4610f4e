"""How the backpropagation figure looks and sounds: words in their place, in the dark, on a phone, read aloud."""

import functools

import pytest
from axe_playwright_python.sync_playwright import Axe
from backprop_tools import open_figure
from browser_tools import CONTRAST, DESKTOP, PHONE

from dlcourse.figures import Backprop
from dlcourse.figures.backprop import FIRST_INPUTS, FORMULAS, last_step

pytestmark = pytest.mark.browser

# What is wrong with the words of the drawing: cut off at its border, on top of each other, or too small to read.
MISPLACED = """() => {
  const svg = document.querySelector(".dl-graph svg"), frame = svg.getBoundingClientRect(), found = [];
  const texts = [...svg.querySelectorAll("text")].map(text => [text.textContent, text.getBoundingClientRect(), text]);
  texts.forEach(([name, box, text], i) => {
    const isIn = box.left >= frame.left - 1 && box.right <= frame.right + 1;
    if (!isIn || box.top < frame.top || box.bottom > frame.bottom) found.push(`${name} is cut off`);
    const scale = frame.width / svg.viewBox.baseVal.width;
    if (scale * parseFloat(getComputedStyle(text).fontSize) < 12) found.push(`${name} is small`);
    for (const [other, b] of texts.slice(i + 1)) {
      const wide = Math.min(box.right, b.right) - Math.max(box.left, b.left);
      const high = Math.min(box.bottom, b.bottom) - Math.max(box.top, b.top);
      if (wide > 1 && high > 4) found.push(`${name} on ${other}`);
    }
  });
  return found;
}"""
# The contrast between each color of the drawing's words and the paper, the least of them.
LEAST_CONTRAST = """() => {
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = color => {
    brush.fillStyle = color; brush.fillRect(0, 0, 1, 1);
    return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3).map(c => c / 255)
      .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  };
  const paper = light(getComputedStyle(document.querySelector(".dl-figure")).backgroundColor);
  return Math.min(...[...document.querySelectorAll(".dl-graph text")].map(text => {
    const ink = light(getComputedStyle(text).fill);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  }));
}"""


@pytest.fixture
def backprop(open_page, tmp_path):
    """A function that opens a page with nothing but a figure on it."""
    return functools.partial(open_figure, open_page, tmp_path)


def in_the_dark(page):
    """Make the page dark, as the website does it."""
    page.evaluate("""() => {
        document.documentElement.dataset.theme = "dark";
        const colors = { "--pst-color-on-background": "#14181e", "--pst-color-text-base": "#ced6dd",
                         "--pst-color-text-muted": "#9ca4af", "--pst-color-border": "#48566b" };
        for (const [name, color] of Object.entries(colors)) document.documentElement.style.setProperty(name, color);
    }""")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("graph", FORMULAS)
def test_every_word_of_the_drawing_has_its_place(graph, viewport, backprop):
    """At the first inputs, and with wide numbers in the drawing."""
    figure, wrong = backprop(Backprop(graph=graph, step=last_step(graph)), viewport=viewport)
    inputs = list(FIRST_INPUTS[graph])
    for value in (None, "-10", "9.55"):
        if value:
            figure.type(f"input {inputs[0].replace('1', chr(0x2081))}", value)
        assert figure.page.evaluate(MISPLACED) == [], value
        assert figure.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    across, height = figure.page.evaluate("""() => {
        const places = [...document.querySelectorAll(".dl-step-node rect")].map(rect => rect.getBoundingClientRect());
        const first = places[0], last = places.at(-1), svg = document.querySelector(".dl-graph svg");
        return [last.x - first.x > last.y - first.y, svg.getBoundingClientRect().height];
    }""")
    assert across == (viewport is DESKTOP or graph == "product") and height < 600
    assert wrong == []


def test_misplaced_words_are_noticed(backprop):
    figure, _ = backprop(Backprop(graph="product", step=5))
    figure.drawn()
    figure.page.evaluate("""() => {
        const [first, second, third] = document.querySelectorAll(".dl-graph text");
        first.setAttribute("x", -10);
        second.setAttribute("x", third.getAttribute("x"));
        second.setAttribute("y", third.getAttribute("y"));
        third.style.fontSize = "8px";
    }""")
    found = " ".join(figure.page.evaluate(MISPLACED))
    assert all(word in found for word in ("cut off", " on ", "small"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_and_axe_finds_nothing(scheme, backprop):
    figure, _ = backprop(Backprop(step=4), viewport=PHONE)
    if scheme == "dark":
        in_the_dark(figure.page)
    for button in ("Back", "To the end", "Restart"):
        figure.press(button)
        assert figure.page.evaluate(CONTRAST, 4.5) == []
        assert figure.page.evaluate(LEAST_CONTRAST) >= 4.5
    figure.press("To the end")
    found = Axe().run(figure.page, {"include": [[".dl-figure"]]}).response["violations"]
    assert [(violation["id"], violation["nodes"][0]["html"][:200]) for violation in found] == []


def test_nothing_relies_on_color_alone(backprop):
    """A gradient has its sign before it, an input is a box, and the step's node and lines have a form of their own."""
    figure, _ = backprop(Backprop(step=9))
    assert all(text.startswith("\u2202") for text in figure.texts("slope"))
    looks = figure.page.evaluate("""() => {
        const style = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
        const corners = [...document.querySelectorAll(".dl-step-node rect")].map(rect => rect.getAttribute("rx"));
        return [style(".dl-now rect", "strokeWidth"), style(".dl-back path", "strokeDasharray"),
                style(".dl-step-line:not(.dl-back) path", "strokeDasharray"), [...new Set(corners)].length];
    }""")
    assert looks == ["4px", "7px, 4px", "none", 2]


def test_nothing_moves_by_itself(backprop):
    figure, _ = backprop(reduced_motion="reduce")
    figure.press("To the end")
    assert figure.step() == 11
    assert figure.page.evaluate("document.getAnimations().length") == 0


def test_a_screen_reader_hears_names_values_and_the_step(backprop):
    figure, _ = backprop(Backprop(step=1))
    heard, name = figure.figure.aria_snapshot(), 'figure "Backpropagation step by step, a figure to play with"'
    expected = [name, 'group "Graph"', 'radio "two neurons"', 'slider "step"', 'slider "input w"', "status", "table"]
    assert all(words in heard for words in expected), heard
    graph = figure.figure.get_by_role("img")
    values = "Values: w = \u22121.50, x = 2.00, b = 2.00, y = 1.00, u = \u22123.00."
    assert f"at step 1 of 11. {values}" in graph.get_attribute("aria-label")
    figure.press("To the end")
    assert "Gradients: \u2202L/\u2202w = \u22120.575" in graph.get_attribute("aria-label")
    assert figure.figure.get_by_role("status").inner_text().startswith("Step 11 of 11. Backward: u = w")
    assert figure.figure.get_by_role("button", name="Step", exact=True).get_attribute("aria-disabled") == "true"
