"""Why this file exists: a baseline that is broken makes every network look good."""

import numpy as np
import pytest

from dlcourse.apps.phrase_table import PhraseTable, lexicon, links, word_for_word
from dlcourse.apps.translation import EOS, Languages, exact

# the house, the book, a book, a red house: Brown et al.'s idea in a language that puts the adjective behind.
SOURCES = ["the house", "the book", "a book", "a red house", "the red book"]
TARGETS = ["la casa", "la libro", "una libro", "una casa roja", "la libro roja"]
BOTH = Languages(SOURCES, TARGETS)
SOURCE, TARGET = BOTH.encode(SOURCES, TARGETS)
SIZES = len(BOTH.source), len(BOTH.target)
T = lexicon(SOURCE, TARGET, *SIZES, rounds=30)
BACK = lexicon(np.where(TARGET == EOS, 0, TARGET), SOURCE, *SIZES[::-1], rounds=30).T


def t_of(word, other):
    return T[BOTH.source.encode(word)[0], BOTH.target.encode(other)[0]]


def test_words_find_their_partners_without_alignments():
    for word, other in [("house", "casa"), ("the", "la"), ("book", "libro"), ("a", "una"), ("red", "roja")]:
        assert t_of(word, other) > 0.9, word
    sums = T.sum(axis=1)
    assert np.all(np.isclose(sums, 1) | (sums == 0)) and T[:, EOS].sum() == 0


def test_the_first_round_is_the_formula():
    """From equal chances every target word is shared out alike among the words of its sentence."""
    t, by_hand = lexicon(SOURCE, TARGET, *SIZES, rounds=1), np.zeros(SIZES)
    for words, written in zip(SOURCES, TARGETS, strict=True):
        for other in BOTH.target.encode(written):
            for word in BOTH.source.encode(words):
                by_hand[word, other] += 1 / len(words.split())
    rows = by_hand.sum(axis=1) > 0
    assert t[rows] == pytest.approx(by_hand[rows] / by_hand[rows].sum(axis=1, keepdims=True))


def test_more_rounds_make_the_pairs_likelier():
    def likelihood(rounds):
        t = lexicon(SOURCE, TARGET, *SIZES, rounds=rounds)
        return sum(np.log(np.mean([t[w, o] for w in BOTH.source.encode(a)]))
                   for a, b in zip(SOURCES, TARGETS, strict=True) for o in BOTH.target.encode(b))

    assert likelihood(1) < likelihood(2) < likelihood(5) < likelihood(30)


def test_word_for_word_keeps_the_order_and_phrases_do_not():
    new, right = BOTH.encode(["the red house", "a red book"], ["la casa roja", "una libro roja"])
    assert BOTH.decode(word_for_word(T, new)) == ["la roja casa", "una roja libro"]
    table = PhraseTable(SOURCE, TARGET, T, BACK, longest=2)
    assert exact(table.translate(new[1:]), right[1:]).tolist() == [True]  # "red book" was seen as a phrase
    assert len(PhraseTable(SOURCE, TARGET, T, BACK, longest=1)) == 5


def test_equal_words_are_linked_by_their_places_and_a_filler_by_nothing():
    words, written = np.array([4, 5, 4]), np.array([4, 6, 5, 4])
    t = np.zeros((6, 7))
    t[4, 4] = t[5, 5] = 1.0
    t[5, 6] = 0.3  # a word that has no partner of its own
    linked = links(t, t, words, written)
    assert np.argwhere(linked).tolist() == [[0, 0], [1, 2], [2, 3]]


def test_an_unknown_word_is_left_out():
    table = PhraseTable(SOURCE, TARGET, T, BACK)
    (phrase, written), = table.cut(np.array([1]))
    assert phrase == (1,) and written == () and table.translate(np.array([[1]])).tolist() == [[EOS]]
