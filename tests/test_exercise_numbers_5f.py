"""Every number and formula that lab 5f's statements, solutions and questions quote is computed here."""

import math

import numpy as np
import pytest
from exercise_quotes import quoting

from dlcourse.apps.tree_search import puct, ucb
from dlcourse.exercises import chapter_5f
from dlcourse.exercises.chapter_5f import code
from dlcourse.questions import chapter_5f as questions

quotes = quoting(chapter_5f.EXERCISES)
QUESTIONS = {question.number: question for question in questions.QUESTIONS}


def test_5f_1_powers_overflow_and_shares_are_a_softmax():
    with pytest.raises(OverflowError):
        pow(10_000.0, 100)
    z = np.log([[8.0, 4, 1]])
    expected = np.exp(z / 0.7) / np.exp(z / 0.7).sum()
    assert code.shares(np.exp(z), 0.7) == pytest.approx(expected)


def test_5f_2_a_move_without_a_prior():
    assert code.visits_without_prior() == 0
    quotes("5f.2", f"B has {code.visits_without_prior(noise=0.25)} of the 100 visits", "the prior $0.125$")
    first = puct(np.zeros((1, 2)), np.zeros((1, 2)), np.array([[1.0, 0]]), c=1.5)
    assert first[0].tolist() == [1.5, 0]


def many_walks(score, pays, walks, priors):
    """Walks between moves that always pay the same."""
    n, W = np.zeros((1, len(pays))), np.zeros((1, len(pays)))
    for _ in range(walks):
        a = score(n, W, np.array([priors])).argmax()
        n[0, a] += 1
        W[0, a] += pays[a]
    return n[0]


def test_5f_5_how_often_a_worse_move_is_tried():
    by_ucb, by_puct = 1.4**2 * math.log(10_000) / 0.25, 1.5 * 0.1 * 100 / 0.5
    quotes("5f.5", rf"1.96 \cdot 9.21 / 0.25 = {by_ucb:.0f}$", f"100 / 0.5 = {by_puct:.0f}$ visits")
    assert 1.5 * 0.24 * 100 / 0.5 == pytest.approx(by_ucb, abs=0.5)
    found = many_walks(lambda n, W, P: ucb(n, W, P, c=1.4), [0.5, 0.0], 10_000, [0.5, 0.5])
    assert found[1] == pytest.approx(by_ucb, rel=0.15)
    found = many_walks(lambda n, W, P: puct(n, W, P, c=1.5), [0.5, 0.0], 10_000, [0.9, 0.1])
    assert found[1] == pytest.approx(by_puct, rel=0.15)
    found = many_walks(lambda n, W, P: puct(n, W, P, c=1.5), [0.2, 0.2, 0.2], 2000, [0.6, 0.3, 0.1])
    assert (1 + found) / (3 + 2000) == pytest.approx([0.6, 0.3, 0.1], abs=0.01)


def test_5f_6_what_need_not_be_looked_at():
    assert code.cut([[1, -1], [0, 1], [-1, 0]], -math.inf, math.inf) == (0, 5)
    quotes("5f.6", "there are 6 finished games, and 5 are looked at")

    def best_first(depth, worth=0):
        """Three moves everywhere, each position worth 0, and all other moves bad for who makes them."""
        if depth == 0:
            return worth
        return [best_first(depth - 1, -worth)] + [best_first(depth - 1, 1)] * 2

    for depth in (4, 6):  # the least possible is b^ceil(d/2) + b^floor(d/2) - 1
        assert code.cut(best_first(depth), -math.inf, math.inf)[1] <= 2 * 3 ** (depth // 2)


def test_what_the_questions_quote():
    assert [QUESTIONS[f"5f.{i}"].right for i in range(1, 6)] == ["B", "C", "A", "BD", "C"]
