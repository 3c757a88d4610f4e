"""The plane of codes in a browser, by what a reader sees of it."""

import numpy as np
from figure_tools import FigureOnPage

from dlcourse.figures.latent import Latent, stored

CODES = ["code\u2081", "code\u2082"]  # the names of the sliders
# A color of the style sheet by its name, as [red, green, blue].
RGB = """name => {
  const brush = new OffscreenCanvas(1, 1).getContext("2d");
  brush.fillStyle = getComputedStyle(document.querySelector("figure")).getPropertyValue(name).trim();
  brush.fillRect(0, 0, 1, 1);
  return [...brush.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}"""
# The points of a canvas, read from a copy: {data}, four numbers a point.
READ = """(canvas => {
  const {width, height} = canvas, options = {willReadFrequently: true};
  const copy = new OffscreenCanvas(width, height).getContext("2d", options);
  copy.drawImage(canvas, 0, 0);
  return copy.getImageData(0, 0, width, height);
})"""
# The 64 gray values of a picture as the page shows them, from 0 for paper to 1 for ink.
GRAYS = f"""name => {{
  const {{data}} = {READ}(document.querySelector(`.dl-latent-${{name}} canvas`)), rgb = {RGB};
  const [paper, ink] = [rgb("--dl-between")[0], rgb("--dl-line")[0]];
  return Array.from({{length: 64}}, (_, p) => (data[4 * p] - paper) / (ink - paper));
}}"""


class LatentOnPage(FigureOnPage):
    """One plane of codes of a page."""

    def sentence(self):
        self.drawn()
        return self.figure.locator("output").inner_text()

    def point(self):
        """The point, as the fields beside the sliders have it."""
        self.drawn()
        return [float(self.control("spinbutton", f"{name}, exactly").input_value()) for name in CODES]

    def move_to(self, *point):
        for name, value in zip(CODES, point, strict=True):
            self.type(name, value)

    def grays(self, name="drawn"):
        self.drawn()
        return np.array(self.page.evaluate(GRAYS, name))

    def place(self, c1, c2, model="autoencoder"):
        """Where a code's place is on the screen."""
        self.figure.locator(".dl-plane").scroll_into_view_if_needed()
        box, (left, bottom, width) = self.figure.locator(".dl-plane").bounding_box(), Latent().window(model)
        return box["x"] + (c1 - left) / width * box["width"], box["y"] + (1 - (c2 - bottom) / width) * box["height"]


def sentence_of(figure):
    """What the page says of a figure, from the package's numbers."""
    (code, far), (similar, unlike), labels = figure.nearest(), figure.most_similar(), stored()[1]
    named = [f"{'an' if labels[row] == 8 else 'a'} {labels[row]}" for row in (code, similar)]
    return (f"The nearest code, {far:.2f} away, is that of {named[0]}. "
            f"Of all real digits {named[1]} is most like the drawing: distance {unlike:.2f}.")  # fmt: skip
