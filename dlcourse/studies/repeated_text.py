"""Why does a compressor that has read the training text do so well? Since parts of it come again, or since it learns?

    python -m dlcourse.studies repeated_text

A character of the test text is "repeated" if it lies in a stretch of at least 30 characters that also stands in the
training text, line breaks included. An n-gram (Kneser-Ney, of the order that the study `language_models` chose) and
the stored network of the study `character_model` are charged for every character, so their bits are simply sorted, and
so are those of a mixture: half the probability of the one and half of the other, a share that was not tuned. A
compressor can be charged for a whole text only. So its text is cut differently: the test paragraphs of which at least
half the characters are repeated are one text, those without any another, and each is compressed after the training
text; for the models the same paragraphs are sorted out. Last, the n-gram may learn as it reads, as compressors do: the
test text comes in six pieces, and for each it has counted all before it; alone, and mixed with the network, which does
not learn.
"""

import time

import numpy as np

from dlcourse.data import load
from dlcourse.language import COMPRESSORS, NGram, compressed_bits, repeated, surprises

from .character_model import network, tokenizer
from .language_models import row_of, text_of, tokens_of
from .table import read, write

LENGTH, PIECES = 30, 6
MODELS = ("n-gram", "network", "mixture")
LEARNING = ("n-gram that learns", "mixture that learns")
KINDS = ("all", "repeated", "new")


def bits_of_models(order):
    """The bits of every test character but the first: {model: (M - 1,)}."""
    tokens = tokens_of("test")
    counted = NGram(tokens_of("train"), order, len(tokenizer())).surprises(tokens)
    learned = surprises(network(), tokens).astype(float)
    return dict(zip(MODELS, (counted, learned, mixed(counted, learned)), strict=True))


def mixed(bits, others):
    """The bits of a mixture, half the probability of each: -log2((2^-bits + 2^-others) / 2)."""
    return 1 - np.logaddexp2(-bits, -others)


def sorted_bits(bits, repeats):
    """Mean bits of all, of the repeated and of the new characters.   Shapes:  (M,), booleans (M,)."""
    return {"all": bits.mean(), "repeated": bits[repeats].mean(), "new": bits[~repeats].mean()}


def paragraph_kinds(repeats):
    """The test paragraphs of which half is repeated, and those without any: {kind: [(start, end)]}."""
    kinds, at = {"repeated": [], "new": []}, 0
    for text in load("reference").test.x:
        share = repeats[at : at + len(text)].mean()
        if share >= 0.5 or share == 0:
            kinds["repeated" if share else "new"].append((at, at + len(text)))
        at += len(text) + 2
    return kinds


def learning_ngram(order):
    """Bits of the n-gram that counts each piece of the test text after it was charged for it."""
    known, tokens = tokens_of("train"), tokens_of("test")
    bits = []
    for piece in np.array_split(tokens, PIECES):
        model = NGram(known, order, len(tokenizer()))
        bits.append(model.surprises(np.concatenate([known[-order:], piece]), start=order))
        known = np.concatenate([known, piece])
    return np.concatenate(bits)


def rows_of(model, cut, bits, count):
    """A row for each kind of text."""
    return [{"model": model, "cut_into": cut, "text": kind, "bits": round(float(bits[kind]), 4),
             "characters": count[kind]} for kind in KINDS if kind in bits]


def remake():
    """Charge everyone and store it."""
    started, rows = time.perf_counter(), []
    order = int(row_of("kneser-ney")["setting"])
    text, repeats = text_of("test"), repeated(text_of("test"), text_of("train"), LENGTH)
    charged = bits_of_models(order)
    count = {"all": len(text), "repeated": int(repeats.sum()), "new": int((~repeats).sum())}
    for name, bits in charged.items():
        rows += rows_of(name, "characters", sorted_bits(bits, repeats[1:]), count)
    learning = learning_ngram(order)[1:]
    for name, bits in zip(LEARNING, (learning, mixed(learning, charged["network"])), strict=True):
        rows += rows_of(name, "characters", sorted_bits(bits, repeats[1:]), count)

    kinds = paragraph_kinds(repeats)
    texts = {kind: "\n\n".join(text[start:end] for start, end in places) for kind, places in kinds.items()}
    count = {kind: len(words) for kind, words in texts.items()}
    for name in COMPRESSORS:
        found = {kind: compressed_bits(name, words, text_of("train") + "\n\n") for kind, words in texts.items()}
        rows += rows_of(name, "paragraphs", found, count)
    for name, bits in charged.items():
        bits = np.concatenate([[np.nan], bits])  # the first character has none
        found = {kind: np.nanmean(np.concatenate([bits[start:end] for start, end in places]))
                 for kind, places in kinds.items()}
        rows += rows_of(name, "paragraphs", found, count)
    write("repeated_text", rows, "python -m dlcourse.studies repeated_text", started)


def stored(model, text="all", cut="characters"):
    """The stored bits for each character."""
    (found,) = [row for row in read("repeated_text")
                if (row["model"], row["cut_into"], row["text"]) == (model, cut, text)]
    return float(found["bits"])
