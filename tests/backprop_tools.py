"""The backpropagation figure in a browser, by what a reader sees of it."""

from figure_tools import FigureOnPage, write_page

from dlcourse.figures import Backprop


def open_figure(open_page, folder, figure=None, **options):
    """Open a page with nothing but a figure on it. Returns the figure there, and what went wrong on the page."""
    page, wrong = open_page(write_page(folder, figure or Backprop()).as_uri(), **options)
    return BackpropOnPage(page), wrong


class BackpropOnPage(FigureOnPage):
    """One backpropagation figure of a page."""

    def choose(self, graph):
        self.figure.get_by_role("radio", name=graph, exact=True).check()
        self.drawn()

    def press(self, name, force=False):
        """Press a button; `force` presses one that says it is disabled, too."""
        self.figure.get_by_role("button", name=name, exact=True).click(force=force)
        self.drawn()

    def slider(self, name):
        return self.figure.get_by_role("slider", name=name, exact=True)

    def field(self, name):
        """The field beside a slider, in which the exact value can be typed."""
        return self.figure.get_by_role("spinbutton", name=f"{name}, exactly")

    def type(self, name, text):
        """Type an exact value."""
        self.field(name).select_text()
        self.page.keyboard.type(text)
        self.drawn()

    def step(self):
        """The step's number, as the words say it."""
        return int(self.words()[0].split()[1])

    def words(self):
        """The paragraphs of the step."""
        self.drawn()
        return self.figure.locator(".dl-step p").all_inner_texts()

    def texts(self, kind):
        """All texts of a kind in the drawing: value, slope (a gradient) or share (of a gradient, on a line)."""
        self.drawn()
        return self.figure.locator(f".dl-step-{kind}").all_text_contents()

    def table(self):
        """{name: (gradient, nudge)} as the table says them."""
        self.drawn()
        rows = [row.split("\t") for row in self.figure.locator(".dl-nudges tbody tr").all_inner_texts()]
        return {name.strip(): (gradient.strip(), nudge.strip()) for name, gradient, nudge in rows}
