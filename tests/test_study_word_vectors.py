"""Why this file exists: chapter 4 says by this table what word vectors know, so the questions must be fair."""

import itertools

import numpy as np
import pytest

from dlcourse.figures.words import stored
from dlcourse.skipgram import WordVectors
from dlcourse.studies import word_vectors as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read

ASKED = [words for rows in study.ANALOGIES.values() for words in rows]
KINDS = np.repeat(list(study.ANALOGIES), [len(rows) for rows in study.ANALOGIES.values()])


def ranks(method, question):
    """The ranks of the answers, a row for each set of vectors."""
    rows = study.table("analogies", method, question)
    return np.array([[int(rank) for rank in row["ranks"].split()] for row in rows])


def test_the_questions_were_fair():
    """Different questions of known words, at least 20; what chose the settings has no word in common with them."""
    vocabulary = study.corpus()[0]
    assert len(set(ASKED)) == len(ASKED) == 33 and len(set(study.PLURALS)) == len(study.PLURALS) == 18
    assert all(word in vocabulary.number for words in [*ASKED, *study.PLURALS] for word in words)
    assert all(len(set(words)) == 4 for words in ASKED)
    assert not set(itertools.chain(*ASKED)) & set(itertools.chain(*study.PLURALS))
    assert not set(study.SEEDS) & set(study.CHOICE_SEEDS)


def test_the_table_is_whole_and_both_methods_had_twelve_settings():
    for method, last in study.LAST.items():
        rows = study.table("choice", method)
        grid = {(str(w), str(d), str(x)) for w in study.WINDOWS for d in study.DIMS for x in last}
        assert {(row["window"], row["dim"], row["last"]) for row in rows} == grid and len(rows) == len(grid) == 12
        best = min(rows, key=lambda row: float(row["mean"]))
        assert tuple(map(str, study.chosen(method))) == (best["window"], best["dim"], best["last"])
    assert [len(study.table("plurals", method)) for method in study.LAST] == [len(study.SEEDS), 1]
    assert ranks("skip-gram", "c alone").shape == (5, 33) and ranks("counted", "c alone").shape == (1, 33)
    assert len(read("word_vectors")) == 24 + 3 + 6 + 18
    for row in study.table("analogies") + study.table("analogies", "counted"):
        assert float(row["mean"]) == pytest.approx(row["ranks"].split().count("1") / 33, abs=0.001)


@in_float64()
def test_rows_made_again_agree():
    for again in study.choice_rows("counted", 5, 32):
        (row,) = [row for row in study.table("choice", "counted")
                  if (row["window"], row["dim"], row["last"]) == ("5", "32", str(again["last"]))]
        assert again["mean"] == pytest.approx(float(row["mean"]), rel=0.02)
    (vectors,) = study.trained(5, 16, [4], seed=0)
    (row,) = [row for row in study.table("choice") if (row["window"], row["dim"], row["last"]) == ("5", "16", "4")]
    assert 0.9 * float(row["lowest"]) < study.rank_of_plurals(vectors) < 1.1 * float(row["highest"])
    question = "b - a + c"
    again = study.analogy_rows("counted", "", study.final("counted"))[0]
    (row,) = study.table("analogies", "counted", question)
    assert again["what"] == question and again["mean"] == pytest.approx(float(row["mean"]), abs=0.07)


@in_float64()
def test_the_vectors_of_the_figure_are_those_of_the_first_seed():
    vectors = study.final("skip-gram", study.SEEDS[0])
    assert np.abs(vectors.unit @ vectors.unit.T - stored()[0].unit @ stored()[0].unit.T).max() < 0.02
    (row,) = [row for row in study.table("plurals") if row["seed"] == str(study.SEEDS[0])]
    assert study.rank_of_plurals(vectors) == pytest.approx(float(row["mean"]), rel=0.02)
    assert study.rank_of_plurals(stored()[0]) == pytest.approx(float(row["mean"]), rel=0.1)


def test_what_is_counted_is_counted_right():
    """Vectors made so that some answers are known."""
    words = sorted({word for words in [*ASKED, *study.PLURALS] for word in words})
    rng = np.random.default_rng(0)
    table = {word: rng.normal(size=200) for word in words}
    for one, many in study.PLURALS:
        table[many] = table[one] + 0.1 * rng.normal(size=200)
    a, b, c, answer = ASKED[0]
    table[answer] = table[b] - table[a] + table[c] + 0.1 * rng.normal(size=200)
    vectors = WordVectors(words, np.array([table[word] for word in words]))
    assert study.rank_of_plurals(vectors) == 1
    assert 10 < study.rank_of_plurals(WordVectors(words, rng.normal(size=(len(words), 200)))) < 70
    for question in ("b - a + c", "b - a + c, nothing left out"):
        found, firsts = study.answers(vectors, question)
        assert (found[0], firsts[0]) == (1, answer) and np.median(found) > 5
    assert any(first in words[:3] for first, words in zip(firsts, ASKED, strict=True))
    alone, firsts = study.answers(vectors, "c alone")
    assert not any(first in words[:3] for first, words in zip(firsts, ASKED, strict=True)) and min(alone) >= 1


def test_shared_neighbors_are_counted_within_their_band(monkeypatch):
    class Three:
        counts = np.array([60, 20, 7])

    monkeypatch.setattr(study, "corpus", lambda: (Three, None))
    one, other = [{1, 2, 3, 4, 5}, {1}, set()], [{4, 5, 6}, {2}, {3}]
    assert [study.shared_neighbors(one, other, band) for band in study.BANDS] == [0, 0, 0.2]


def test_what_the_chapter_says_of_plurals_and_seeds():
    """Plurals are near; a third of ten neighbors returns with another seed, not more of frequent words than of rare."""
    trained = [float(row["mean"]) for row in study.table("plurals")]
    assert float(study.table("plurals", "counted")[0]["mean"]) < min(trained)
    assert max(trained) < 25  # of 1,145; by chance 420
    shares = {row["what"]: float(row["mean"]) for row in study.table("seeds")}
    assert all(0.2 < share < 0.5 for share in shares.values())
    assert shares["50 times or more"] < shares["10 to 49 times"]


def test_what_the_chapter_says_of_analogies():
    step, alone = ranks("skip-gram", "b - a + c"), ranks("skip-gram", "c alone")
    assert np.mean(step == 1) < np.mean(alone == 1) + 0.02 and np.median(step) < 30 and np.median(alone) < 30
    of = {kind: [np.mean(found[:, KINDS == kind] <= 5) for found in (step, alone)] for kind in study.ANALOGIES}
    assert all(of[kind][0] > of[kind][1] + 0.1 for kind in ("plural", "form of a verb", "fact of Python"))
    assert of["short form"][0] < of["short form"][1] - 0.1 and of["opposite"][0] < of["opposite"][1] + 0.05
    assert np.mean(ranks("counted", "b - a + c") == 1) > np.mean(step == 1) + 0.1


def test_what_the_chapter_says_of_what_is_left_out():
    firsts = [row["firsts"].split() for row in study.table("analogies", "skip-gram", "b - a + c, nothing left out")]
    own = np.mean([[first in words[:3] for first, words in zip(row, ASKED, strict=True)] for row in firsts])
    assert own > 0.4 and np.mean(ranks("skip-gram", "b - a + c, nothing left out") == 1) < 0.05
    place = ASKED.index(("true", "false", "left", "right"))
    assert {row["firsts"].split()[place] for row in study.table("analogies", "skip-gram", "c alone")} == {"right"}
