"""Why this file exists: chapter 7's figure, in which a trained LSTM reads a text and shows its gates at work."""

import csv

import numpy as np
import traitlets

from ..language import states
from ..tensor import no_grad
from .base import HERE, Figure
from .character_numbers import NUMBERS, stored, stored_model

LONGEST = 300  # characters of a text
OPEN, SHUT = 0.9, 0.1  # a gate above or below is called so
SHOWN = ("c", "i", "f", "o")
PRESETS = {
    "quotation": 'The expression "x + y * z" is evaluated as "x + (y * z)", and the name "x" is looked up first.\n',
    "brackets": "   squares = {key: (value, [value * value, len(names[key])]) for key, value in items(names)}\n",
    "code": "   class Point:\n      def __init__(self, x, y):\n         self.x = x\n         self.y = y\n\n"
            "   p = Point(1, 2)\n",
    "heading": 'The "with" statement\n====================\n\nThe "with" statement is used to wrap the execution of '
               "a block.\n",
}  # fmt: skip
TABLE = HERE.parent / "studies" / "state_probes.csv"  # a figure stands on a lower floor than the studies
LEAST = 0.3  # correlation of a unit that gets a name


def named_units() -> list:
    """Pairs of a unit and what its cell follows, with the correlation that the study `state_probes` found.

    The study reads the model of the figure, and so there are none while both are being made.
    """
    if not TABLE.exists():
        return []
    rows = csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines())
    rows = [row for row in rows if row["features"] == "trained, c" and float(row["single"]) >= LEAST]
    return [[int(row["unit"]), f"{row['asked']}, r = {float(row['single']):.2f}"] for row in rows]


class Gates(Figure):
    """A text that can be typed, and what the LSTM of chapter 7 does with each of its characters.

    The model is the one of the study `character_model`, with its weights in 8 bits; it starts from zeros.

    text     what is read, at most 300 characters; what the model never saw is read as "unknown"
    at       the character that is looked at, counted from 0
    unit     the unit whose gates and cell are drawn
    shown    what colors the characters and fills the map of all units: the cell "c" or a gate "i", "f", "o"

    Raises:  traitlets.TraitError for a text that is too long, a character or a unit that is not there.   Chapter: 7.
    """

    script = "gates"
    numbers = NUMBERS
    alt = (
        "A field to type a text into, and a language model, an LSTM with 144 units, that reads it one character after "
        "the other. Under each character stand the input, forget and output gate and the cell state of a chosen "
        "unit. For one character the cell's equation is written out with its numbers, beside the characters that the "
        "model expects next. A map below shows all units over the whole text."
    )

    text = traitlets.Unicode(PRESETS["quotation"]).tag(sync=True)
    at = traitlets.Int().tag(sync=True)
    unit = traitlets.Int(min=0).tag(sync=True)
    shown = traitlets.Enum(SHOWN, "c").tag(sync=True)
    presets = traitlets.List([list(pair) for pair in PRESETS.items()]).tag(sync=True)
    named = traitlets.List().tag(sync=True)

    def __init__(self, **values):
        super().__init__(**values)
        self.observe(self._stay_inside, "text")

    @traitlets.default("at")
    def _at(self):
        return max(0, min(24, len(self.text) - 1))

    @traitlets.default("named")
    def _named(self):
        return named_units()

    @traitlets.default("unit")
    def _unit(self):
        return self.named[0][0] if self.named else 0

    @traitlets.default("tries")
    def _tries(self):
        return [
            "Take the unit that follows 'inside a quotation': r is the correlation of its cell with that, on text by "
            "which the unit was not chosen. Step over a quotation mark with 'Next'. What do the gates do to the cell "
            "there, and at the closing mark?",
            'Type: The expression "x + y. Is a closing mark expected? Then take the opening mark away. The last five '
            "characters are the same; what else does the network know?",
            "Type print(x and then print(max(x). Each has one bracket that is still open. In which is a closing "
            "bracket expected, and how many brackets does the network seem to remember?",
            "In the text with a heading the underline is as long as the heading. Step along it: does the network know "
            "when it ends? Would you, without counting?",
        ]

    def _stay_inside(self, change):
        self.at = max(0, min(self.at, len(change["new"]) - 1))

    @traitlets.validate("text")
    def _short(self, proposal):
        if len(proposal["value"]) > LONGEST:
            raise traitlets.TraitError(f"text expected at most {LONGEST} characters, got {len(proposal['value'])}: "
                                       "take a part of it")
        return proposal["value"]

    @traitlets.validate("at")
    def _there(self, proposal):
        at, last = proposal["value"], max(0, len(self.text) - 1)
        if not 0 <= at <= last:
            raise traitlets.TraitError(f"at expected the number of a character of the text, 0 to {last}, got {at}")
        return at

    @traitlets.validate("unit")
    def _a_unit(self, proposal):
        unit, last = proposal["value"], self.units - 1
        if not 0 <= unit <= last:
            raise traitlets.TraitError(f"unit expected a number from 0 to {last}, got {unit}")
        return unit

    @property
    def units(self) -> int:
        """How many units the model has."""
        return stored()[1]["out.weight"].shape[1]

    def model(self):
        """The model that the figure runs, a `CharacterModel` in evaluation mode."""
        return stored_model()

    def tokens(self) -> np.ndarray:
        """The text as the model reads it, (T,)."""
        return stored()[0].encode(self.text)

    def steps(self) -> dict:
        """The gates i, f, o, the proposal g, the cell c and the state h of all units at each character: (T, H) each."""
        if not self.text:
            return {name: np.empty((0, self.units)) for name in "ifgoch"}
        return states(self.model(), self.tokens())

    def probabilities(self) -> np.ndarray:
        """How likely each token is after the character that is looked at, (V,)."""
        with no_grad():
            logits, _ = self.model()(self.tokens()[None, : self.at + 1])
        return logits[0, -1].softmax(dim=-1).data
