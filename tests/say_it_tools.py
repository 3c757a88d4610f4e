"""What the tests of the figure SayIt share: the figure in a browser, by what a reader sees of it."""

from figure_tools import FigureOnPage

FILE = "Or open a WAV file"


def share(p):
    """A probability as the figure writes it."""
    return "<.01" if p < 0.005 else ">.99" if p > 0.995 else f"{p:.2f}"


class SayItOnPage(FigureOnPage):
    """The figure in a browser, by what a reader sees of it."""

    def choose(self, group, name):
        self.figure.get_by_role("group", name=group, exact=True).get_by_role("radio", name=name, exact=True).check()
        self.drawn()

    def sentence(self):
        self.drawn()
        return self.figure.locator("output").inner_text()

    def bars(self):
        self.drawn()
        return self.figure.locator(".dl-say-bars .dl-chars-number").all_inner_texts()

    def pictures(self):
        """The two canvases as text."""
        self.drawn()
        return [canvas.evaluate("canvas => canvas.toDataURL()") for canvas in self.figure.locator("canvas").all()]

    def open(self, name, content):
        file = {"name": name, "mimeType": "audio/wav", "buffer": content}
        self.figure.get_by_label(FILE).set_input_files(file)
        self.drawn()

    def heard(self, beginning):
        """Wait until the sentence begins so, and return it."""
        self.figure.locator("output", has_text=beginning).wait_for()
        return self.sentence()

    def check(self, wanted):
        """See that bars and answer are those that Python computes from the same values."""
        probabilities = wanted.probabilities()
        assert self.bars() == [share(p) for p in probabilities]
        answer = int(probabilities.argmax())
        sentence = self.sentence()
        assert f"the network hears {answer}, probability {share(probabilities[answer])}." in sentence
        assert sentence.endswith(" Right." if answer == wanted.digit else " Wrong.")
        framed = self.figure.locator(".dl-say-bars .dl-chars-actual")
        assert framed.count() == 1 and framed.locator(".dl-chars-name").inner_text() == str(answer)
