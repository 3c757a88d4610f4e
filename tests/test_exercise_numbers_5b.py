"""Every number and formula that the statements, solutions and questions of lab 5b quote is computed here."""

import math

import numpy as np
import pytest
from exercise_quotes import quoting

from dlcourse import nn
from dlcourse.exercises import chapter_5b
from dlcourse.exercises.chapter_5b import code
from dlcourse.questions import chapter_5b as questions

quotes = quoting(chapter_5b.EXERCISES)
QUESTIONS = {question.number: question for question in questions.QUESTIONS}


def test_5b_1_one_word_in_a_hundred():
    assert code.telling_word() == pytest.approx(math.exp(3) / (math.exp(3) + 99), abs=1e-3)
    quotes("5b.1", f"{math.exp(3):.1f} / {math.exp(3) + 99:.1f} = {code.telling_word()}", "weighs twenty times",
           rf"\ln 99 = {math.log(99):.1f}")  # fmt: skip
    assert code.telling_word(100, math.log(99)) == 0.5


def test_5b_2_one_merge():
    assert code.merged(np.array([4, 4, 4]), 4, 4, 9).tolist() == [9, 4]
    quotes("5b.2", "what is left is `9 4`")


def test_5b_3_a_huge_smoothing():
    rng = np.random.default_rng(0)
    counts, labels = rng.poisson(1.0, (20, 5)).astype(float), np.array([0] * 12 + [1] * 8)
    prior, likelihood = code.naive_bayes(counts, labels, 1e6)
    assert np.exp(likelihood) == pytest.approx(0.2, abs=1e-4)
    assert ((counts @ likelihood.T + prior).argmax(axis=1) == 0).all()


def test_5b_4_the_same_text_twice():
    sigmoid = [1 / (1 + math.exp(-s)) for s in (2, 4)]
    quotes("5b.4", rf"$\sigma(2) = {sigmoid[0]:.2f}$", rf"$\sigma(4) = {sigmoid[1]:.2f}$")


def test_5b_7_a_block():
    block = nn.TransformerEncoderLayer(32, 4, 64, 0.0, batch_first=True)
    more = sum(p.numel() for p in block.parameters()) + 32  # and the query of the reader that it is compared with
    quotes("5b.7", f"some {more // 100 * 100:,} parameters more")


def test_what_the_questions_quote():
    assert [QUESTIONS[f"5b.{i}"].right for i in range(1, 6)] == ["C", "A", "D", "AC", "B"]
