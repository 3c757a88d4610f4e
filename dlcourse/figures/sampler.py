"""Why this file exists: chapter 7's figure, in which the language model writes, one drawn character after the other."""

import itertools

import numpy as np
import traitlets

from ..language import next_probabilities, sample
from ..tensor import no_grad
from .base import Figure, random_numbers
from .character_numbers import NUMBERS, stored, stored_model

LONGEST, MOST = 200, 400  # characters of a prompt, and of what is written
VOCABULARY = 107
PROMPTS = {
    "statement": 'The "for" statement is used to ',
    "code": "   class Point:\n      def __init__(self, ",
    "heading": "Boolean operations\n==================\n\n",
}  # fmt: skip


class Sampler(Figure):
    """The language model of chapter 7 writes: temperature, top-k, and the probabilities from which it draws.

    What is written follows from the values alone: with the same seed the same random numbers are drawn, and another
    temperature makes other characters of them.

    prompt       what the model reads first, 1 to 200 characters
    temperature  the logits are divided by it before softmax
    top_k        how many of the likeliest characters may be drawn; 107, all, leaves none out
    seed         of the random numbers
    written      how many characters are written, at most 400
    at           the written character whose draw is shown; `written` shows the one that comes next

    Raises:  traitlets.TraitError for a value out of range, or a prompt that is empty or too long.   Chapter: 7.
    """

    script = "sampler"
    numbers = NUMBERS
    alt = (
        "A language model, the LSTM of chapter 7, writes after a prompt that can be changed. Sliders set the "
        "temperature and how many of the likeliest characters may be drawn. Bars show how likely each next character "
        "is before and after both, and each written character has a mark as high as the bits that it costs."
    )

    prompt = traitlets.Unicode(PROMPTS["statement"]).tag(sync=True)
    temperature = traitlets.Float(0.7, min=0.1, max=2).tag(sync=True)
    top_k = traitlets.Int(VOCABULARY, min=1, max=VOCABULARY).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=999).tag(sync=True)
    written = traitlets.Int(60, min=0, max=MOST).tag(sync=True)
    at = traitlets.Int(0, min=0, max=MOST).tag(sync=True)
    prompts = traitlets.List([list(pair) for pair in PROMPTS.items()]).tag(sync=True)

    def __init__(self, **values):
        super().__init__(**values)
        self.bring_along("written", self._follow)

    @traitlets.default("at")
    def _at(self):
        return self.written

    @traitlets.default("tries")
    def _tries(self):
        return [
            "Write 300 characters, stop, and drag the temperature from 0.1 to 2. The random numbers stay the same. "
            "Where does the text repeat itself, and where do words stop being words?",
            "At temperature 2, drag top-k down to 5. Which of the two mends what the other one broke, and what does "
            "the last row, the sum of all others, say of the characters that are cut off?",
            "Set top-k to 1 and try other seeds and temperatures. Why does nothing change?",
            "At temperature 1, write 400 characters with a few seeds, and read the mean bits. Real text costs the "
            "network about two bits for each character. What does it mean that at 0.5 its own text costs less?",
        ]

    def _follow(self, change):
        self.at = change["new"]

    @traitlets.validate("prompt")
    def _short(self, proposal):
        if not 1 <= len(proposal["value"]) <= LONGEST:
            raise traitlets.TraitError(f"prompt expected 1 to {LONGEST} characters, got {len(proposal['value'])}: the "
                                       "model needs something to read, and the page has no room for more")
        return proposal["value"]

    @traitlets.validate("at")
    def _there(self, proposal):
        if proposal["value"] > self.written:
            raise traitlets.TraitError(f"at expected a written character, 0 to {self.written}, got {proposal['value']}")
        return proposal["value"]

    def model(self):
        """The model that the figure runs, a `CharacterModel` in evaluation mode."""
        return stored_model()

    def tokens(self) -> np.ndarray:
        """The prompt as the model reads it, (M,)."""
        return stored()[0].encode(self.prompt)

    def sampled(self) -> np.ndarray:
        """The tokens that are written, (written,)."""
        draws = list(itertools.islice(random_numbers(self.seed), self.written))
        return sample(self.model(), self.tokens(), self.written, self.temperature, self.top_k, draws=draws)

    def text(self) -> str:
        """What is written, without the prompt."""
        return stored()[0].decode(self.sampled())

    def logits(self) -> np.ndarray:
        """The logits before each written character, and those before the next: (written + 1, V)."""
        read = np.concatenate([self.tokens(), self.sampled()]).astype(int)
        with no_grad():
            logits, _ = self.model()(read[None])
        return logits.data[0, len(self.prompt) - 1 :]

    def probabilities(self) -> tuple:
        """How likely each token is at the character that is shown: by the model, and as it is drawn; (V,) each."""
        logits = self.logits()[self.at]
        return next_probabilities(logits), next_probabilities(logits, self.temperature, self.top_k)

    def bits(self) -> np.ndarray:
        """What each written character costs by the model's own probabilities, -log2 p: (written,)."""
        chances = [next_probabilities(logits) for logits in self.logits()[:-1]]
        return np.array([-np.log2(p[token]) for p, token in zip(chances, self.sampled(), strict=True)])
