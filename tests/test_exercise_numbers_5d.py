"""Every number and formula that lab 5d's statements, solutions and questions quote is computed here."""

import math

import numpy as np
import pytest
from exercise_quotes import quoting

from dlcourse.apps.bleu import bleu, brevity_penalty
from dlcourse.exercises import chapter_5d
from dlcourse.exercises.chapter_5d import code
from dlcourse.questions import chapter_5d as questions

quotes = quoting(chapter_5d.EXERCISES)
QUESTIONS = {question.number: question for question in questions.QUESTIONS}


def test_5d_1_one_short_and_one_long():
    one_by_one = [brevity_penalty(length, 10) for length in (5, 15)]
    assert code.penalty(np.array([5, 15]), np.array([10, 10])) == 1
    quotes("5d.1", f"$e^{{-1}} = {one_by_one[0]:.2f}$", f"on average {np.mean(one_by_one):.2f}")


def test_5d_2_twelve_words():
    assert code.whole_sentences() == pytest.approx(0.95**12, abs=0.01)
    quotes("5d.2", f"$0.95^{{12}} = {0.95**12:.2f}$", f"With 0.99 it is {0.99**12:.2f}", f"= {0.99 ** (1 / 12):.4f}$")
    assert code.whole_sentences(right=0.999) == pytest.approx(0.999**12, abs=0.005)


def test_5d_4_sums_and_means():
    sums = {n: n * math.log(0.9) + math.log(0.1) for n in (0, 1, 9)}
    quotes("5d.4", ", ".join(f"${sums[n]:.2f}$" for n in (0, 1)) + f" and ${sums[9]:.2f}$",
           ", ".join(f"${sums[n] / (n + 1):.2f}$" for n in (0, 1)) + f" and ${sums[9] / 10:.2f}$",
           f"$(1 - q) / q = {0.9 / 0.1:.0f}$")  # fmt: skip
    assert sum(n * 0.9**n * 0.1 for n in range(2000)) == pytest.approx(9)
    for q in (0.2, 0.7):
        scores = [(n * math.log(1 - q) + math.log(q)) / (n + 1) for n in range(50)]
        assert (np.diff(scores) > 0).all() == (q < 0.5) and (np.diff(scores) < 0).all() == (q > 0.5)


def test_5d_6_the_house_and_the_book():
    """the, house, book are 0, 1, 2; das, haus, buch too."""
    source = target = np.array([[0, 1], [0, 2]])
    t = code.one_round(np.full((3, 3), 1 / 3), source, target)
    assert t[0].tolist() == [1 / 2, 1 / 4, 1 / 4] and t[1].tolist() == [1 / 2, 1 / 2, 0]
    assert t[1, 1] / (t[0, 1] + t[1, 1]) == pytest.approx(2 / 3)
    assert t[0, 0] == t[1, 0]  # the second round shares das out by halves
    t = code.one_round(t, source, target)
    assert t[0, 0] > t[1, 0]  # and the third one by more than half to the
    for _ in range(100):
        t = code.one_round(t, source, target)
    assert t == pytest.approx(np.eye(3), abs=0.03)
    quotes("5d.6", "After a hundred rounds the table is nearly 0 and 1", "$1/4$ and *house* with $1/2$")


def test_question_5d_1_words_in_reverse():
    right = [str(n) for n in range(10)]
    one_wrong = [*right[:5], "x", *right[6:]]
    assert bleu([right[::-1]], [[right]]) == 0 < bleu([one_wrong], [[right]])
    assert "ten words" in QUESTIONS["5d.1"].text


def test_question_5d_3_ten_words():
    assert 0.99**10 == pytest.approx(0.9, abs=0.01)
