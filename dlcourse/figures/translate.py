"""Why this file exists: the figure of lab 5d, in which a network turns a number's English words into German ones.

The numbers lie in a line of JSON, {"source": words, "target": words, "hidden": H, "helped": numbers, "hurt": numbers},
and then the arrays of `ORDER` in half precision, which is how the study stores them: the page's network is the study's,
bit for bit. `helped` and `hurt` are for `tries`: another training makes other mistakes.
"""

import functools
import itertools
import json
import re

import numpy as np
import traitlets

from ..apps.translation import EOS, PAD, Translator, alignment, beam_search, decoder_input, exact
from ..data.number_words import ENGLISH_ONES, ENGLISH_TENS, LARGEST, english, german
from ..data.tokenizers import WordTokenizer
from ..tensor import get_default_dtype, no_grad
from .base import HERE, Figure, random_numbers

LONGEST, MOST = 9, 14  # words that are read, and words that are written, with the sign to stop
CHARACTERS = 120  # of what is typed
SMALL = 1000  # below it, examples are looked for
ORDER = (  # a layer's biases behind its weights
    "embed_source.weight",
    "encoder.weight_ih_l0", "encoder.bias_ih_l0", "encoder.weight_hh_l0", "encoder.bias_hh_l0",
    "embed.weight",
    "decoder.weight_ih_l0", "decoder.bias_ih_l0", "decoder.weight_hh_l0", "decoder.bias_hh_l0",
    "mix.weight", "mix.bias", "out.weight", "out.bias",
)  # fmt: skip


def right_of(model, languages, numbers, width=1) -> np.ndarray:
    """Which numbers a translator writes in German without a mistake.   Shapes:  N whole numbers  ->  (N,)."""
    texts = [[" ".join(spell(int(n))) for n in numbers] for spell in (english, german)]
    source, target = languages.encode(*texts)
    return exact(beam_search(model, source, MOST, width)[0], target)


def write_numbers(model, languages):
    """Write a translator that looks back by dot products, and its two vocabularies, beside this file.

    Raises:  ValueError for a network of another form, and if a beam of 2 helps or hurts no number below 1,000.
    """
    weights = model.state_dict()
    if set(weights) != set(ORDER) or model.attention is None:
        raise ValueError(f"write_numbers expected a Translator with the score 'dot', got one with {sorted(weights)}")
    words = [side.vocabulary[len(side.special) :] for side in (languages.source, languages.target)]
    one, two = (right_of(model, languages, range(SMALL), width) for width in (1, 2))
    helped, hurt = np.flatnonzero(two & ~one).tolist(), np.flatnonzero(one & ~two).tolist()
    if not helped or not hurt:
        raise ValueError(f"write_numbers expected numbers below {SMALL} that a beam of 2 helps and hurts, got "
                         f"{helped} and {hurt}: write another fourth thing to try")
    head = {"source": words[0], "target": words[1], "hidden": weights["out.weight"].shape[1], "helped": helped,
            "hurt": hurt}  # fmt: skip
    parts = [json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"]
    parts += [np.asarray(weights[name]).astype("<f2").tobytes() for name in ORDER]
    (HERE / Translate.numbers).write_bytes(b"".join(parts))


@functools.cache
def _stored() -> tuple:
    """The tokenizers of both languages, what stands in the line of JSON, and the weights by name."""
    head, _, rest = Translate.stored_numbers().partition(b"\n")
    head, weights, at = json.loads(head), {}, 0
    source, target = (WordTokenizer(head[side]) for side in ("source", "target"))
    shapes = Translator(len(source), len(target), head["hidden"], rng=np.random.default_rng(0)).state_dict()
    for name in ORDER:
        weights[name] = np.frombuffer(rest, "<f2", shapes[name].size, at).reshape(shapes[name].shape)
        at += weights[name].nbytes
    return source, target, head, weights


def words_of(text) -> list:
    """What the network reads of a text: the English words of a number in digits, or the text's own words.

    Raises:  ValueError if nothing is left, for a number above 999,999, and for more than 9 words.
    """
    digits = re.sub(r"[\s,]", "", text)
    if re.fullmatch("[0-9]+", digits):
        if int(digits) > LARGEST:
            raise ValueError(f"text expected a number from 0 to 999,999, got {text!r}")
        return english(int(digits))
    words = re.findall(r"[^\W_]+", text.lower())
    if not 1 <= len(words) <= LONGEST:
        raise ValueError(f"text expected a number or 1 to {LONGEST} words, got {len(words)}")
    return words


def number_of(words) -> int | None:
    """The number that English words name; None if they name none from 0 to 999,999."""
    thousands = group = 0
    for word in words:
        if word == "thousand":
            thousands, group = 1000 * group, 0
        elif word == "hundred":
            group *= 100
        elif word in ENGLISH_ONES:
            group += ENGLISH_ONES.index(word)
        elif word in ENGLISH_TENS:
            group += 10 * ENGLISH_TENS.index(word)
    n = thousands + group
    return n if n <= LARGEST and english(n) == list(words) else None


def beam_examples() -> tuple:
    """The numbers below 1,000 that are right with a beam of 2 and not of 1, and those that are so with 1 and not 2."""
    return _stored()[2]["helped"], _stored()[2]["hurt"]


def random_number(k) -> int:
    """The number that the page draws as its k-th, counted from 0."""
    return int(next(itertools.islice(random_numbers(0), k, None)) * (LARGEST + 1))


class Translate(Figure):
    """A number's English words become German ones: an encoder-decoder that looks back writes one word after the other.

    The network is the `Translator` of the study `number_translation`: 64 units, a dot product as its score, and 4,000
    pairs to learn from. It writes what `beam_search` finds with a width; width 1 takes the likeliest word each time.

    text    a number from 0 to 999,999 in digits, or up to 9 English words
    width   how many beginnings are kept while it writes, 1 to 4
    step    how many words are shown, at most 14; then comes the one whose probabilities the bars show
    shown   how the map shows where it looks: "shades" alone, or with "numbers"
    drawn   how many random numbers were drawn

    Raises:  traitlets.TraitError for a value out of range, and for a text that cannot be read.   Chapter: 5d.
    """

    script = "translate"
    numbers = "translate.bin"
    alt = (
        "A number is typed in digits or in English words, and a network writes it in German, one word after the other. "
        "A table shows how much it looks at each English word while it writes each German one, and bars how likely it "
        "finds each next word. A sentence says whether the translation is right, and where the first mistake is."
    )

    text = traitlets.Unicode("645,321").tag(sync=True)
    width = traitlets.Int(1, min=1, max=4).tag(sync=True)
    step = traitlets.Int(4, min=0, max=MOST).tag(sync=True)
    shown = traitlets.Enum(["shades", "numbers"], "shades").tag(sync=True)
    drawn = traitlets.Int(0, min=0, max=999_999).tag(sync=True)

    @traitlets.default("tries")
    def _tries(self):
        (helped, *_), (hurt, *_) = beam_examples()
        return [
            "Press \u201cNext word\u201d until it stops. German says f\u00fcnf before vierzig: how does the map show "
            "it? Which rows look at a word that they do not translate? The first is sechs, the last the sign to stop.",
            "Draw random numbers: nearly all are right. Now type the numbers from 1 to 20: all are wrong. Among the "
            "4,000 pairs that it learned from, one number had a single word. What did it never learn to do?",
            "Type 73,001, 58,001 and other thousands with a one behind them. Which word is wrong, always the same? "
            "German says eins only at the very end. What did it see more often, thousand one or thousand one hundred?",
            f"Type {helped} with a beam of 1, and then of 2: at which word is the likeliest not the best in the end? "
            f"Then {hurt}, which the wider beam spoils. What does a beam look for, if not for what is right?",
        ]

    @traitlets.validate("text")
    def _readable(self, proposal):
        try:
            if len(proposal["value"]) > CHARACTERS:
                raise ValueError(f"text expected at most {CHARACTERS} characters, got {len(proposal['value'])}")
            words_of(proposal["value"])
        except ValueError as error:
            raise traitlets.TraitError(f"{error}: type a number or its English words") from error
        return proposal["value"]

    def model(self) -> Translator:
        """The network, in evaluation mode and in the default dtype."""
        source, target, head, weights = _stored()
        network = Translator(len(source), len(target), head["hidden"], rng=np.random.default_rng(0))
        network.load_state_dict({name: array.astype(get_default_dtype()) for name, array in weights.items()})
        return network.eval()

    def words(self) -> list:
        """The English words that are read."""
        return words_of(self.text)

    def number(self) -> int | None:
        """The number that the words name; None if they name none."""
        return number_of(self.words())

    def source(self) -> np.ndarray:
        """The words as tokens, (1, S)."""
        return _stored()[0].encode(" ".join(self.words()))[None]

    def searched(self) -> tuple:
        """The tokens that are written, with the sign to stop unless there was no room for it, and their log p: (L,)."""
        written, total = beam_search(self.model(), self.source(), MOST, self.width)
        tokens = written[0, written[0] != PAD]
        return np.append(tokens, EOS)[:MOST], float(total[0])

    def written(self) -> list:
        """The German words of the whole translation."""
        return _stored()[1].decode(self.searched()[0]).split()

    def right(self) -> list | None:
        """The German words as they should be; None if the English ones name no number."""
        return None if self.number() is None else german(self.number())

    def mistake(self) -> int | None:
        """The place of the first wrong word, counted from 0; None if there is none, or nothing is right or wrong."""
        if self.right() is None:
            return None
        got = [_stored()[1].vocabulary[token] for token in self.searched()[0]]
        wanted = [*self.right(), _stored()[1].vocabulary[EOS]]
        different = (k for k, (a, b) in enumerate(itertools.zip_longest(got, wanted)) if a != b)
        return next(different, None)

    def attention(self) -> np.ndarray:
        """How much it looks at each English word while it writes each word, (L, S)."""
        return alignment(self.model(), self.source(), self.searched()[0][None])[0]

    def probabilities(self) -> np.ndarray:
        """How likely each word is behind those that are shown, (V,); of all that it wrote, those of the last."""
        tokens, _ = self.searched()
        with no_grad():
            logits = self.model()(self.source(), decoder_input(tokens[None]))
            return logits.softmax(dim=-1).data[0, min(self.step, len(tokens) - 1)]
