"""The convolution explorer in a browser, by what a reader sees of it."""

import numpy as np
from figure_tools import FigureOnPage


class ExplorerOnPage(FigureOnPage):
    """One convolution explorer of a page."""

    def choose(self, group, name):
        group = self.figure.get_by_role("group", name=group, exact=True)
        group.get_by_role("radio", name=str(name), exact=True).check()
        self.drawn()

    def type(self, name, value):
        """Type a value into a field: of the kernel by its place, or the one beside a slider by the slider's name."""
        name = name if name.startswith("kernel") else f"{name}, exactly"
        self.control("spinbutton", name).fill(str(value))
        self.drawn()

    def numbers(self, plane):
        """The numbers in the cells of the image, 0, or of the output, 1."""
        self.drawn()
        texts = self.figure.locator(".dl-conv-plane").nth(plane).locator("svg text").all_text_contents()
        side = round(len(texts) ** 0.5)
        return np.array([float(text.replace("\u2212", "-")) for text in texts]).reshape(side, side).tolist()

    def products(self):
        self.drawn()
        texts = self.figure.locator(".dl-conv-products b").all_inner_texts()
        return [float(text.replace("\u2212", "-")) for text in texts]

    def said(self):
        """The sentences on the chosen place and on the shift."""
        self.drawn()
        shift, place = self.figure.locator("output").all_inner_texts()
        return [place, shift]

    def sum(self):
        return float(self.said()[0].removesuffix(".").split()[-1].replace("\u2212", "-"))

    def middle(self, plane, total, row, column):
        """Where the middle of a cell is on the screen, if the picture has so many cells along a side."""
        picture = self.figure.locator(".dl-conv-plane svg").nth(plane)
        picture.scroll_into_view_if_needed()
        box = picture.bounding_box()
        return [box[side] + (cell + 0.5) / total * box["width"] for side, cell in (("x", column), ("y", row))]
