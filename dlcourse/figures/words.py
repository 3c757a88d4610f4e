"""Why this file exists: chapter 4's figure, the words of a text as points, to walk from neighbor to neighbor."""

import difflib
import functools
import json

import numpy as np
import traitlets

from ..autoencoder import PCA
from ..skipgram import WordVectors
from .base import HERE, Figure

SHOWN = 10  # neighbors, or answers
MODES = ("neighbors", "analogy")


def write_numbers(vocabulary, vectors):
    """Write vectors beside this file: a line of JSON with words and counts, then whole numbers from -127 to 127.

    Each row is scaled by its largest number. Cosines do not see that, so no scale is kept.
    """
    head = json.dumps({"words": vocabulary.words, "counts": vocabulary.counts.tolist()}, separators=(",", ":"))
    rows = np.round(127 * vectors.unit / np.abs(vectors.unit).max(axis=1, keepdims=True)).astype(np.int8)
    (HERE / Words.numbers).write_bytes(f"{head}\n".encode() + rows.tobytes())


@functools.cache
def stored():
    """The stored vectors, and how often each word occurs."""
    head, _, rows = Words.stored_numbers().partition(b"\n")
    head = json.loads(head)
    rows = np.frombuffer(rows, np.int8).reshape(len(head["words"]), -1)
    return WordVectors(head["words"], rows.astype(float), centered=False), np.array(head["counts"])


class Words(Figure):
    """Word vectors to walk in: a word's nearest neighbors with their cosines, or the answers to an analogy.

    mode        "neighbors" of `word`, or "analogy": a is to b as c is to what?
    word        the word whose neighbors are shown
    a, b, c     the words of the analogy; the answers are the words nearest to b - a + c
    leave_out   whether a, b and c themselves may not be answers

    Raises:  traitlets.TraitError for a word without a vector, with similar ones.   Chapter: 4.
    """

    script = "words"
    numbers = "words.bin"
    alt = (
        "A field to type a word of the Python language reference into, and the ten words whose vectors are nearest, "
        "each with its cosine as a bar and as a point of a plane. Choosing a neighbor goes there. A second mode adds "
        "and subtracts the vectors of three words and shows what is nearest to the result."
    )

    mode = traitlets.Enum(MODES, "neighbors").tag(sync=True)
    word = traitlets.Unicode("two").tag(sync=True)
    a = traitlets.Unicode("key").tag(sync=True)
    b = traitlets.Unicode("keyerror").tag(sync=True)
    c = traitlets.Unicode("index").tag(sync=True)
    leave_out = traitlets.Bool(True).tag(sync=True)

    @traitlets.default("tries")
    def _tries(self):
        return [
            "Type left, and go on to its nearest word. Each is the nearest of the other, and they are opposites. What "
            "do the two have in common, and what can the angle between them not tell?",
            "Choose the analogy: key is to keyerror as index is to ... Right, at the first place. Now take away the "
            "mark at 'leave out a, b and c'. What comes first?",
            "Try a = true, b = false, c = left. Then leave c and type spam for a and bacon for b. The first answer "
            "stays. What had a and b to do with it?",
            "Try one, first, three: is third among the ten? It stands in the manual six times. Then go to spam and "
            "look around. Of what kind are its neighbors, and what does that tell of the text?",
        ]

    @traitlets.validate("word", "a", "b", "c")
    def _known(self, proposal):
        word, words = proposal["value"], self.vectors.words
        if word not in self.vectors.number:
            near = difflib.get_close_matches(word, words) or words[:3]
            raise traitlets.TraitError(f"{proposal['trait'].name} expected one of the {len(words):,} words with a "
                                       f"vector, got {word!r}: try {' or '.join(near)}")
        return word

    @property
    def vectors(self) -> WordVectors:
        """The vectors of the figure: those of the study, rounded to a byte for each number."""
        return stored()[0]

    def shown(self) -> list:
        """What the figure shows: ten pairs (word, cosine)."""
        if self.mode == "neighbors":
            return self.vectors.neighbors(self.word, SHOWN)
        return self.vectors.analogy(self.a, self.b, self.c, SHOWN, self.leave_out)

    def direction(self) -> np.ndarray:
        """The vector to which the words shown are near: that of the word, or b - a + c."""
        vectors = self.vectors
        if self.mode == "neighbors":
            return vectors[self.word]
        return vectors[self.b] - vectors[self.a] + vectors[self.c]

    def plane(self) -> dict:
        """The words of the drawing, those that were asked first, on the plane in which they vary most: name -> (x, y).

        b - a + c of an analogy has the name "". Each axis points to where its largest coordinate is.
        """
        asked = [self.word] if self.mode == "neighbors" else [self.a, self.b, self.c]
        words = list(dict.fromkeys([*asked, *(word for word, _ in self.shown())]))
        rows = {word: self.vectors[word] for word in words}
        if self.mode == "analogy":
            rows = {"": self.direction(), **rows}
        together = np.stack(list(rows.values()))
        places = PCA(2).fit(together).transform(together)
        places *= np.sign(places[np.abs(places).argmax(axis=0), [0, 1]])
        return dict(zip(rows, places.tolist(), strict=True))
