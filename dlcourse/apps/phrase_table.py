"""Why this file exists: before networks, translation was learned by counting, and a network has to be better than that.

Which word stands for which is found by expectation maximization from pairs of sentences alone; what stands together is
then kept as a phrase, in the order of the other language.
"""

from collections import Counter, defaultdict

import numpy as np

from .translation import EOS, PAD, padded


def lexicon(source, target, source_tokens, target_tokens, rounds=10):
    """How likely each source word stands for each target word, learned from pairs without alignments: IBM model 1.

    Each target word belongs to one word s of its sentence, and we do not know which. A round shares it out,
    t(w | s) / sum over the words r of the sentence of t(w | r),  and then counts the shares as if they were seen.

    Shapes:  source (M, S), target (M, T)  ->  t (source_tokens, target_tokens), rows of sum 1 or 0
    Source:  Brown et al. 1993, sec. 4.   Chapter: 5d.
    """
    t = np.full((source_tokens, target_tokens), 1 / target_tokens)
    cells = source[:, :, None] * target_tokens + target[:, None, :]  # (M, S, T): which entry of t
    real = (source != PAD)[:, :, None] & ((target != PAD) & (target != EOS))[:, None, :]
    for _ in range(rounds):
        shares = np.where(real, t.ravel()[cells], 0)
        shares = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-300)
        counts = np.bincount(cells.ravel(), shares.ravel(), t.size).reshape(t.shape)
        t = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-300)
    return t


def word_for_word(t, source):
    """The likeliest target word for each source word, in the order of the source.   (N, S)  ->  (N, S + 1)."""
    best = t.argmax(axis=1)
    return padded([[*best[row[row != PAD]], EOS] for row in source], source.shape[1] + 1)


def links(t, back, words, written):
    """Which words of a pair are each other's best partner, by both lexicons; of equal words those at similar places.

    Shapes:  t and back (source_tokens, target_tokens), words (S,), written (T,)  ->  (S, T) of booleans
    Source:  the intersection of both directions: Och and Ney 2003, sec. 3.   Chapter: 5d.
    """
    here, there = (np.arange(len(part)) / len(part) for part in (words, written))
    fit = (t * back)[np.ix_(words, written)] * (1 - 0.1 * np.abs(here[:, None] - there))
    return (fit > 0) & (fit == fit.max(axis=0)) & (fit == fit.max(axis=1, keepdims=True))


class PhraseTable:
    """Phrases of up to `longest` source words with their most frequent translation, read off linked pairs.

    A run of source words is a phrase with the piece of the target from its first to its last link, if none in the piece
    is linked to a word outside. So a phrase may bring its words into another order, and add a word that has no link. To
    translate, the longest known phrase is taken from the left, again and again; a word without a phrase is left out.

    Shapes:  source (M, S), target (M, T), t and back (source_tokens, target_tokens): `lexicon` in both directions
    Source:  after Koehn et al. 2003, sec. 2 and 4.1, without their language model and reordering.   Chapter: 5d.
    """

    def __init__(self, source, target, t, back, longest=3):
        found = defaultdict(Counter)
        for words, written in zip(source, target, strict=True):
            words, written = words[words != PAD], written[(written != PAD) & (written != EOS)]
            linked = links(t, back, words, written)
            for start in range(len(words)):
                for end in range(start + 1, min(start + longest, len(words)) + 1):
                    places = np.flatnonzero(linked[start:end].any(axis=0))
                    if not len(places):
                        continue
                    piece = slice(places[0], places[-1] + 1)
                    if linked[:, piece].sum() == linked[start:end, piece].sum():
                        found[tuple(words[start:end])][tuple(written[piece])] += 1
        self.longest = longest
        self.phrases = {words: max(counts, key=lambda written: (counts[written], written))
                        for words, counts in found.items()}

    def __len__(self):
        return len(self.phrases)

    def cut(self, words):
        """The phrases that the words are translated by, from the left.   Returns: a list of pairs (phrase, written)."""
        words, place, used = tuple(words), 0, []
        while place < len(words):
            lengths = range(min(self.longest, len(words) - place), 0, -1)
            known = (words[place : place + n] for n in lengths if words[place : place + n] in self.phrases)
            phrase = next(known, words[place : place + 1])
            used.append((phrase, self.phrases.get(phrase, ())))
            place += len(phrase)
        return used

    def translate(self, source):
        """Each sentence by its phrases.   Shapes:  source (N, S)  ->  (N, T), filled up."""
        return padded([[*(token for _, written in self.cut(row[row != PAD]) for token in written), EOS]
                       for row in source])
