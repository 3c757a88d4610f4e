"""Why this file exists: one mechanism for every figure to play with, wherever it is opened.

Where a kernel runs, a figure is a widget: its values are attributes that follow the sliders, and the sliders follow the
attributes. What is stored in a notebook is a plain `<div>` with the values and a sentence for those who cannot run it;
the website finds the `<div>` and starts the same script in it, with no kernel at all.
"""

import html
import json
import uuid
from pathlib import Path

import anywidget
import traitlets

from . import bundle

HERE = Path(__file__).parent
HOW_TO_RUN = "Run this cell, or open the page on the course's website, to play with it."


def rounded(value):
    """Return a value with its numbers at four significant digits, so that another processor stores the same."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return {key: rounded(item) for key, item in value.items()} if isinstance(value, dict) else value


def random_numbers(seed):
    """Yield numbers from 0 to 1 as the pages' scripts draw them.   Source: Park and Miller 1988."""
    state, drawn = seed + 1, 0
    while True:
        state, drawn = state * 48271 % 2147483647, drawn + 1
        if drawn > 10:  # small seeds give similar first numbers
            yield state / 2147483647


class Figure(anywidget.AnyWidget):
    """A figure to play with. A subclass says what it is and which of its values can be changed.

    A subclass sets `script` (its module, without .js), `alt` (what it shows, for readers who do not see it) and, if it
    needs many numbers, `numbers` (a file beside this one, at most 300 KB). It has one synchronized trait for each value
    that can be changed, and in `tries` what to try.

    Raises:  traitlets.TraitError for a value of the wrong type.   Chapter: 1.
    """

    script = ""
    alt = ""
    numbers = ""
    folder = HERE

    tries = traitlets.List(traitlets.Unicode()).tag(sync=True)
    data = traitlets.Bytes().tag(sync=True)
    _told = False  # whether the values that are changing come from the page

    def __init_subclass__(cls, **kwargs):
        # traitlets makes a subclass of its own for every instance; that one has no script to read.
        if "script" in cls.__dict__:
            cls._esm, cls._css = bundle.widget_module(cls.script, cls.folder), bundle.style()
        super().__init_subclass__(**kwargs)

    @traitlets.default("data")
    def _data(self):
        return self.stored_numbers()

    @classmethod
    def stored_numbers(cls) -> bytes:
        """The bytes of the file `numbers`; none without one."""
        return (cls.folder / cls.numbers).read_bytes() if cls.numbers else b""

    @classmethod
    def numbers_name(cls) -> str:
        """The name by which a page's script finds the numbers."""
        return Path(cls.numbers).stem

    def set_state(self, sync_data):
        """Take what the page says, several changes at once or what was held back of them."""
        self._told = True
        try:
            super().set_state(sync_data)
        finally:
            self._told = False

    def bring_along(self, names: str | list, bring) -> None:
        """Call `bring(change)` when Python changes one of these values, to set others that belong to it.

        Called at the end of `__init__`, it leaves what was given there as it is. The page itself says what belongs to
        what it changes, and a later choice of the reader's may come in the same message: that one has to stay, too.
        """
        self.observe(lambda change: None if self._told else bring(change), names)

    def state(self) -> dict:
        """The figure's values by name, rounded to four digits, as they are stored in a notebook."""
        own = set(self.trait_names(sync=True)) - set(anywidget.AnyWidget.class_trait_names(sync=True)) - {"data"}
        return {name: rounded(getattr(self, name)) for name in sorted(own) if not name.startswith("_")}

    def place(self, element: str = "") -> str:
        """The HTML in which a page starts the figure, and what a reader sees where nothing can run.

        element  an id for it, if a script has to find this one
        """
        attributes = {"data-figure": self.script, "data-state": json.dumps(self.state(), separators=(",", ":"))}
        if self.numbers:
            attributes["data-numbers"] = self.numbers_name()
        if element:
            attributes["id"] = element
        written = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
        return f"<div {written}><p><em>A figure to play with.</em> {html.escape(self.alt)} {HOW_TO_RUN}</p></div>"

    def standalone(self):
        """The figure as HTML with its own script, for a host that shows no widgets. Python does not hear of changes."""
        from IPython.display import HTML

        element = f"dl-{uuid.uuid4().hex}"
        data = bundle.data_script(self.numbers_name(), self.data) if self.numbers else ""
        script = data + bundle.page_script(self.script, element, self.folder)
        return HTML(f"<style>{bundle.style()}</style>{self.place(element)}<script>{script}</script>")

    def _repr_mimebundle_(self, **kwargs):
        """What the notebook stores: the widget for a live kernel, the place for a page, a sentence for the rest."""
        shown = super()._repr_mimebundle_(**kwargs)
        data, metadata = shown if isinstance(shown, tuple) else (shown or {}, {})
        return data | {"text/html": self.place(), "text/plain": f"A figure to play with. {self.alt}"}, metadata

    def __repr__(self):
        return f"{type(self).__name__}()"
