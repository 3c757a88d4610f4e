"""Why this file exists: a network reads numbers, so a text is cut into tokens and each token gets a number.

Characters are few and make long sequences; words are many and some are always unknown; byte pairs stand between.
"""

import collections
import heapq
import itertools
import json
import os
import re
from pathlib import Path

import numpy as np

from .checks import DataError
from .download import temporary

PAD, UNK, BOS, EOS = "<pad>", "<unk>", "<bos>", "<eos>"  # filling, unknown, beginning and end of a sequence
WORD = re.compile(r"\w+|[^\w\s]")
# A word with the space before it, a run of signs with the space before it, or white space: together, the whole text.
CHUNK = re.compile(r" ?\w+| ?[^\w\s]+|\s+(?!\S)|\s+")


class Tokenizer:
    """What all tokenizers can do: `pieces` cuts a text, `encode` numbers the pieces, `decode` joins them again.

    `vocabulary` lists the tokens by number, the special ones first; `pad`, `bos`, `eos` and, where something can be
    unknown, `unk` are the numbers of the special ones. The same texts always give the same vocabulary.   Chapter: 7.
    """

    special = (PAD, UNK, BOS, EOS)

    def __init__(self, tokens):
        self.vocabulary = [*self.special, *tokens]
        self._numbers = {token: number for number, token in enumerate(self.vocabulary)}
        if len(self._numbers) != len(self.vocabulary):
            twice = [token for token, count in collections.Counter(self.vocabulary).items() if count > 1]
            raise DataError(f"{type(self).__name__} expected different tokens, got {twice[0]!r} twice")
        for name in self.special:
            setattr(self, name.strip("<>"), self._numbers[name])

    def __len__(self):
        return len(self.vocabulary)

    def __repr__(self):
        return f"{type(self).__name__} of {len(self):,} tokens"

    def encode(self, text, bos=False, eos=False):
        """The numbers of a text's tokens, between those of beginning and end if they are asked for.

        Returns: (T,) whole numbers.   Chapter: 7.
        """
        known = [self._numbers.get(piece, self._numbers.get(UNK)) for piece in self.pieces(text)]
        return np.array([self.bos] * bos + known + [self.eos] * eos, np.int64)

    def decode(self, numbers):
        """The text of some tokens; filling, beginning and end are left out, and what was unknown reads `<unk>`.

        Shapes:  numbers (T,)  ->  str.
        Raises:  DataError for what is no whole number, and for a number without a token.   Chapter: 7.
        """
        numbers = _whole_numbers("decode", numbers)
        if numbers.ndim != 1 or numbers.size and not 0 <= numbers.min() <= numbers.max() < len(self):
            raise DataError(f"decode expected (T,) numbers from 0 to {len(self) - 1}, got {numbers.shape} with "
                            f"{numbers.min(initial=0)} to {numbers.max(initial=0)}: one sequence at a time?")
        silent = {self.pad, self.bos, self.eos}
        return self._join([self.vocabulary[number] for number in numbers if number not in silent])

    def save(self, path):
        """Write it as JSON, whole or not at all; `load_tokenizer` reads it.

        Raises:  DataError if the file cannot be written; what was there before is still there then.   Chapter: 7.
        """
        content = {"tokenizer": type(self).__name__, **self._settings()}
        part = temporary(Path(path))
        try:
            part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8", newline="\n")
            os.replace(part, path)
        except OSError as error:
            raise DataError(f"{path} cannot be written ({error.strerror or error}): choose another place") from error
        finally:
            part.unlink(missing_ok=True)


class CharTokenizer(Tokenizer):
    """One token for each character. What was not in the training texts becomes `<unk>`, and is lost.

    >>> tokenizer = CharTokenizer.train("abba")
    >>> tokenizer.encode("bab")
    array([5, 4, 5])

    Raises:  DataError for a character that is not one, or comes twice.   Chapter: 7.
    """

    def __init__(self, characters):
        super().__init__(characters)
        if long := [character for character in characters if len(character) != 1]:
            raise DataError(f"CharTokenizer expected single characters, got {long[0]!r}")

    @classmethod
    def train(cls, texts):
        """The tokenizer of all characters of a text, or of several texts, in the order of their code points."""
        return cls(sorted(set().union(*_several(texts))))

    def pieces(self, text):
        """The characters of a text."""
        return list(text)

    def _join(self, pieces):
        return "".join(pieces)

    def _settings(self):
        return {"characters": self.vocabulary[len(self.special):]}


class WordTokenizer(Tokenizer):
    """One token for each word and for each sign. Words that are not in the vocabulary become `<unk>`.

    `decode` puts one space between words: how much white space there was, and unless lower=False the case, is lost.

    Raises:  DataError for a word that comes twice, or that is cut in pieces or changed by `pieces`.   Chapter: 4.
    """

    def __init__(self, words, lower=True):
        super().__init__(words)
        self.lower = lower
        if odd := [word for word in words if self.pieces(word) != [word]]:
            raise DataError(f"WordTokenizer(lower={lower}) expected single words, got {odd[0]!r}")

    @classmethod
    def train(cls, texts, size=None, least=1, lower=True):
        """The tokenizer of the most frequent words, those of equal frequency in the order of their letters.

        `size` limits the vocabulary, special tokens included; words used less than `least` times are left out.

        Raises:  DataError for a size without room for a word.
        """
        if size is not None and size <= len(cls.special):
            raise DataError(f"WordTokenizer.train expected a size of more than {len(cls.special)}, got {size}")
        cut = cls((), lower)
        counts = collections.Counter(word for text in _several(texts) for word in cut.pieces(text))
        known = [word for word, count in counts.items() if count >= least]
        known.sort(key=lambda word: (-counts[word], word))
        return cls(known[:None if size is None else size - len(cls.special)], lower)

    def pieces(self, text):
        """The words and signs of a text, without the white space."""
        return WORD.findall(text.lower() if self.lower else text)

    def _join(self, pieces):
        return " ".join(pieces)

    def _settings(self):
        return {"words": self.vocabulary[len(self.special):], "lower": self.lower}


class BytePairTokenizer(Tokenizer):
    """Tokens that grow out of bytes: the most frequent pair of neighbors becomes a token, again and again.

    `merges` lists these pairs in their order. A text is cut into words, each with the space before it, and words into
    the bytes of UTF-8; then the earliest merge that can be done is done, until none can, never across words. All 256
    bytes are tokens, so nothing is unknown. Sennrich et al. begin with characters and mark the end of a word instead.

    >>> tokenizer = BytePairTokenizer.train("low lower lowest", merges=2)
    >>> tokenizer.merges
    [(b'l', b'o'), (b'lo', b'w')]
    >>> tokenizer.pieces("lower")
    [b'low', b'e', b'r']

    Raises:  DataError for a merge of tokens that are not there yet.
    Source:  Sennrich, Haddow and Birch 2016, algorithm 1.   Chapter: 5b.
    """

    special = (PAD, BOS, EOS)

    def __init__(self, merges):
        self.merges = [(left, right) for left, right in merges]
        tokens = dict.fromkeys(bytes([byte]) for byte in range(256))
        for left, right in self.merges:
            if left not in tokens or right not in tokens:
                raise DataError(f"BytePairTokenizer expected merges of earlier tokens, got {(left, right)}")
            tokens[left + right] = None  # two merges may give the same token: it has one number
        super().__init__(tokens)
        self._ranks = {}
        for rank, pair in enumerate(self.merges):
            self._ranks.setdefault(pair, rank)  # a later merge can bring back a pair that was merged before
        self._cut = {}  # word -> its tokens: most words come again

    @classmethod
    def train(cls, texts, merges=1000):
        """Learn so many merges, fewer if no pair is left that comes twice.

        Of pairs with the same count the one whose bytes come first is merged. A pair is counted wherever it stands,
        so `aaa` has two pairs `aa`, of which one can be merged.
        """
        counts = collections.Counter(chunk for text in _several(texts) for chunk in CHUNK.findall(text))
        return cls(_learn({_bytes(chunk): count for chunk, count in counts.items()}, merges))

    def pieces(self, text):
        """The tokens of a text as bytes.

        Raises:  DataError for half a character (a lone surrogate), which UTF-8 cannot write.
        """
        return [piece for chunk in CHUNK.findall(text) for piece in self._pieces_of(chunk)]

    def _pieces_of(self, chunk):
        if chunk not in self._cut:
            pieces = _single(_bytes(chunk))
            while known := self._ranks.keys() & itertools.pairwise(pieces):
                pieces = _merged(pieces, min(known, key=self._ranks.get))
            self._cut[chunk] = pieces
        return self._cut[chunk]

    def _join(self, pieces):
        return b"".join(pieces).decode("utf-8", errors="replace")  # a model may write bytes that are no character

    def _settings(self):
        return {"merges": [[piece.decode("latin-1") for piece in pair] for pair in self.merges]}


def _learn(words, merges):
    """Merges of byte pairs, from words and their counts.

    Only the words that hold the merged pair are counted anew. The heap holds old counts of pairs as well; one that is
    no longer true is passed over.
    """
    words = [(_single(word), count) for word, count in words.items()]
    totals, places = collections.Counter(), collections.defaultdict(set)
    for place, (pieces, count) in enumerate(words):
        for pair in itertools.pairwise(pieces):
            totals[pair] += count
            places[pair].add(place)
    heap = [(-total, pair) for pair, total in totals.items()]
    heapq.heapify(heap)
    learned = []
    while heap and len(learned) < merges:
        total, best = heapq.heappop(heap)
        if -total != totals[best]:
            continue
        if -total < 2:
            break
        learned.append(best)
        changed = set()
        for place in places.pop(best):
            pieces, count = words[place]
            words[place] = _merged(pieces, best), count
            for pair in itertools.pairwise(pieces):
                totals[pair] -= count
                changed.add(pair)
            for pair in itertools.pairwise(words[place][0]):
                totals[pair] += count
                places[pair].add(place)
                changed.add(pair)
        for pair in changed:
            heapq.heappush(heap, (-totals[pair], pair))
    return learned


def _single(word):
    return [bytes([byte]) for byte in word]


def _merged(pieces, pair):
    """The pieces with each occurrence of the pair, from left to right, made one piece."""
    merged = []
    for piece in pieces:
        if merged and (merged[-1], piece) == pair:
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged


def _bytes(text):
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DataError(f"byte pairs expected text that UTF-8 can write, got {text[error.start]!r}: replace what "
                        "was read wrongly") from None


def _several(texts):
    return [texts] if isinstance(texts, str) else texts


def _whole_numbers(name, values):
    """The values as whole numbers; an empty list has no type of its own."""
    values = np.asarray(values)
    if values.size and values.dtype.kind not in "iu":
        raise DataError(f"{name} expected whole numbers, got {values.dtype}: give it what encode gave")
    return values.astype(np.int64)


def load_tokenizer(path):
    """The tokenizer that `save` wrote.

    Raises:  DataError for a file that is not there, no JSON, or no tokenizer.   Chapter: 7.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        kind = content.pop("tokenizer")
        if kind == "BytePairTokenizer":
            return BytePairTokenizer([piece.encode("latin-1") for piece in pair] for pair in content["merges"])
        return {"CharTokenizer": CharTokenizer, "WordTokenizer": WordTokenizer}[kind](**content)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): save a tokenizer there first") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} expected what a tokenizer's save() writes, got something else "
                        f"({type(error).__name__}: {error})") from None


def pad(sequences, value=0):
    """Sequences of several lengths as one array, the short ones filled up at their end, and their lengths.

    `np.arange(T) < lengths[:, None]` is the mask of what is real. 0 is `<pad>` in every tokenizer of the course.

    Shapes:  N sequences (T_n,)  ->  (N, T) and (N,), whole numbers, with T the longest T_n.
    Raises:  DataError for what is no whole number.   Chapter: 5b.   Twin: torch.nn.utils.rnn.pad_sequence.
    """
    lengths = np.array([len(sequence) for sequence in sequences], np.int64)
    padded = np.full((len(lengths), lengths.max(initial=0)), _whole_numbers("pad", value))
    for row, sequence in zip(padded, sequences, strict=True):
        row[:len(sequence)] = _whole_numbers("pad", sequence)
    return padded, lengths
