"""Why this file exists: sentences of like meaning should be near each other, and others have trained such a network.

Here are its parts: the cutter of words, the encoder, which is six blocks of `attention.py`, and the way to the weights
that sentence-transformers/all-MiniLM-L6-v2 is made of.
"""

import unicodedata

import numpy as np

from . import nn
from .data.checks import DataError
from .data.download import Entry, cache_folder, fetch
from .tensor import Tensor, get_default_dtype, no_grad

CHECKSUMS = "Waiivyy/dejanote src/dejanote/embedding.py"
ADDRESS = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
WEIGHTS = Entry(  # no second server is known
    "all-MiniLM-L6-v2.safetensors", (f"{ADDRESS}/model.safetensors",), 90_868_376,
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    f"{CHECKSUMS} and, with the size, amit-voais/fortax-mail crates/fortax-mail-core/src/embed/mod.rs")
PIECES = Entry("all-MiniLM-L6-v2.vocab.txt", (f"{ADDRESS}/vocab.txt",), 231_508,
               "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3", CHECKSUMS)
LONGEST_WORD, LONGEST_SENTENCE = 100, 256  # characters; pieces, those of beginning and end among them
CHINESE = (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)


class WordPieces:
    """Cuts a text into the pieces of a list, small letters without accents: the longest that fits, from the left.

    A piece that goes on within a word begins with ##. A word that cannot be made of pieces is [UNK].

    Raises:  ValueError if one of the special pieces is not in the list.
    Source:  Wu et al. 2016, sec. 4.1; Devlin et al. 2019.   Chapter: 8.   Twin: transformers.BertTokenizer.
    """

    def __init__(self, vocabulary):
        self.vocabulary = list(vocabulary)
        self.numbers = {piece: number for number, piece in enumerate(self.vocabulary)}
        if missing := [piece for piece in ("[PAD]", "[UNK]", "[CLS]", "[SEP]") if piece not in self.numbers]:
            raise ValueError(f"WordPieces expected a list with [PAD], [UNK], [CLS] and [SEP], got none of {missing}")

    def pieces(self, text):
        """The pieces of a text, in order.   Chapter: 8."""
        return [piece for word in words_of(text) for piece in self._cut(word)]

    def encode(self, text):
        """The numbers of a text's pieces, between those of [CLS] and [SEP]; what is too long is cut off.

        Shapes:  str  ->  (T,), T at most 256.   Chapter: 8.
        """
        inside = self.pieces(text)[: LONGEST_SENTENCE - 2]
        return np.array([self.numbers[piece] for piece in ["[CLS]", *inside, "[SEP]"]])

    def _cut(self, word):
        found, start = [], 0
        while start < len(word):
            begins = "##" if start else ""
            ends = (end for end in range(len(word), start, -1) if begins + word[start:end] in self.numbers)
            end = None if len(word) > LONGEST_WORD else next(ends, None)
            if end is None:
                return ["[UNK]"]
            found.append(begins + word[start:end])
            start = end
        return found


def words_of(text):
    """Words and single signs of a text: small letters, no accents, no control characters.   Chapter: 8."""
    spaced = []
    for character in text:
        kind = unicodedata.category(character)
        if character.isspace() or kind == "Zs":
            spaced.append(" ")
        elif kind.startswith("C") or character == "\ufffd":
            continue
        elif any(low <= ord(character) <= high for low, high in CHINESE):
            spaced.append(f" {character} ")
        else:
            spaced.append(character)
    plain = [c for c in unicodedata.normalize("NFD", "".join(spaced).lower()) if unicodedata.category(c) != "Mn"]
    signs = [f" {c} " if _is_sign(c) else c for c in plain]
    return "".join(signs).split()


def _is_sign(c):
    return unicodedata.category(c).startswith("P") or (c.isascii() and c.isprintable() and not c.isalnum() and c != " ")


class SentenceEncoder(nn.Module):
    """Word pieces and their places as vectors, blocks of attention, the mean over the pieces, at length 1.

    Shapes:  ids (N, T), missing (N, T), True where a sentence has ended  ->  (N, D)
    Source:  Devlin et al. 2019; Reimers and Gurevych 2019, sec. 3.   Chapter: 8.
    """

    def __init__(self, pieces=30_522, dim=384, heads=12, layers=6, inner=1536, positions=512, *, rng=None):
        self.words, self.places = nn.Embedding(pieces, dim, rng=rng), nn.Embedding(positions, dim, rng=rng)
        self.kinds = nn.Embedding(2, dim, rng=rng)  # first or second sentence; here it is always the first
        self.norm = nn.LayerNorm(dim, 1e-12)
        self.blocks = nn.ModuleList(nn.TransformerEncoderLayer(dim, heads, inner, 0.0, "gelu", 1e-12, batch_first=True,
                                                               rng=rng) for _ in range(layers))

    def forward(self, ids, missing):
        x = self.words(ids) + self.places(np.arange(ids.shape[1])) + self.kinds.weight[0]
        x = self.norm(x)  # (N, T, D)
        for block in self.blocks:
            x = block(x, src_key_padding_mask=missing)
        there = (~missing)[:, :, None].astype(x.dtype)  # (N, T, 1)
        mean = (x * Tensor(there)).sum(1) / Tensor(there.sum(axis=1))  # (N, D)
        return mean / ((mean * mean).sum(1, keepdim=True) ** 0.5)


def from_bert(state):
    """BERT's arrays by the names of a `SentenceEncoder`: queries, keys and values below each other in one matrix.

    The pooler, which sentence vectors do not use, and the numbers of the positions are left out.

    Raises:  KeyError if an array is missing.   Chapter: 8.
    """
    ours = {f"{new}.weight": state[f"embeddings.{old}_embeddings.weight"]
            for new, old in (("words", "word"), ("places", "position"), ("kinds", "token_type"))}
    renamed = {"self_attn.out_proj": "attention.output.dense", "norm1": "attention.output.LayerNorm",
               "linear1": "intermediate.dense", "linear2": "output.dense", "norm2": "output.LayerNorm"}
    for end in ("weight", "bias"):
        ours[f"norm.{end}"] = state[f"embeddings.LayerNorm.{end}"]
        for i in range(sum(name.endswith("intermediate.dense.weight") for name in state)):
            layer = f"encoder.layer.{i}"
            three = [state[f"{layer}.attention.self.{part}.{end}"] for part in ("query", "key", "value")]
            ours[f"blocks.{i}.self_attn.in_proj_{end}"] = np.concatenate(three)
            ours |= {f"blocks.{i}.{new}.{end}": state[f"{layer}.{old}.{end}"] for new, old in renamed.items()}
    return {name: np.asarray(array, get_default_dtype()) for name, array in ours.items()}


class Embedder:
    """A cutter and an encoder: `embed` makes a vector of length 1 of each text.   Chapter: 8."""

    def __init__(self, cutter, encoder):
        self.cutter, self.encoder = cutter, encoder.eval()

    def embed(self, texts, batch_size=32):
        """Vectors whose products are cosines.

        Shapes:  list of M texts  ->  (M, D)
        Raises:  TypeError for a single text, ValueError for none.   Chapter: 8.
        """
        if isinstance(texts, str):
            raise TypeError(f"embed expected a list of texts, got one text: [{texts[:20]!r}]?")
        if not texts:
            raise ValueError("embed expected at least one text, got an empty list")
        found = []
        for at in range(0, len(texts), batch_size):
            rows = [self.cutter.encode(text) for text in texts[at : at + batch_size]]
            lengths = np.array([len(row) for row in rows])
            ids = np.full((len(rows), lengths.max()), self.cutter.numbers["[PAD]"])
            for row, numbers in zip(ids, rows, strict=True):
                row[: len(numbers)] = numbers
            with no_grad():
                found.append(self.encoder(ids, np.arange(ids.shape[1]) >= lengths[:, None]).data)
        return np.concatenate(found)


def minilm():
    """The sentence encoder all-MiniLM-L6-v2, downloaded when it is first asked for (91 MB, Apache 2.0).

    Returns: Embedder with 384 numbers for a text.
    Raises:  DataError if a file cannot be had or stored, or is not what it should be.
    Source:  Reimers and Gurevych 2019; Wang et al. 2020.   Chapter: 8.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    folder = cache_folder("minilm")
    pieces, weights = fetch(PIECES, folder), fetch(WEIGHTS, folder)
    cutter = WordPieces(pieces.read_text(encoding="utf-8").split("\n")[:-1])
    encoder = SentenceEncoder()
    try:
        encoder.load_state_dict(from_bert(load_file(weights)))
    except (SafetensorError, KeyError, ValueError) as error:
        raise DataError(f"{weights} expected the arrays of all-MiniLM-L6-v2 ({error}): remove it and load again"
                        ) from error
    return Embedder(cutter, encoder)

