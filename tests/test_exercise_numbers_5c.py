"""Every number and formula that lab 5c's statements, solutions and questions quote is computed here."""

import itertools
import math

import numpy as np
import pytest
from exercise_mistakes_5c import spelled
from exercise_quotes import quoting

from dlcourse.apps.ctc import beam_search, best_path, edit_distance
from dlcourse.data.audio import resample
from dlcourse.exercises import chapter_5c
from dlcourse.exercises.chapter_5c import code
from dlcourse.questions import chapter_5c as questions

quotes = quoting(chapter_5c.EXERCISES)
QUESTIONS = {question.number: question for question in questions.QUESTIONS}


def test_5c_1_half_silence():
    quotes("5c.1", f"{10 * math.log10(2):.1f} dB")


def test_5c_2_folded_down():
    assert code.loudest_frequency() == 3000
    n = np.arange(50)
    assert np.cos(2 * np.pi * 5 / 8 * n) == pytest.approx(np.cos(2 * np.pi * 3 / 8 * n))
    quotes("5c.2", "At 3000 Hz")
    tone = np.cos(2 * np.pi * 5000 * np.arange(16_000) / 16_000)
    assert np.abs(resample(tone, 16_000, 8000))[100:-100].max() < 0.05  # filtered out before it could fold


def test_5c_3_the_example():
    symbols, begins = code.symbols_heard(np.array([0, 4, 4, 0, 4, 2]))
    assert symbols.tolist() == [3, 3, 1] and begins.tolist() == [1, 4, 5]
    quotes("5c.3", "0 4 4 0 4 2 the symbols are 3, 3, 1, and they begin in the frames 1, 4, 5")


def test_5c_4_how_many_paths():
    def count(T, string):
        return sum(spelled(path) == string for path in itertools.product(range(4), repeat=T))

    assert [count(T, [0]) for T in (1, 2, 3)] == [1, 3, 6]
    for T, string in itertools.product((3, 5), ([0, 1], [0, 1, 0], [2])):
        assert count(T, string) == math.comb(T + len(string), 2 * len(string))
    for T in (3, 5):
        assert count(T, [0, 0]) == math.comb(T + 1, 4) and count(T, [1, 1, 0]) == math.comb(T + 2, 6)
    quotes("5c.4", f"{math.comb(55, 8):,}".replace(",", "{,}"), "51 times 9 places")


def test_5c_5_underflow():
    p = np.full((2000, 3), 1 / 3)
    assert code.string_probability(p, np.array([0])) == 0


def test_5c_6_a_greedy_walk_is_another():
    from dlcourse.exercises.chapter_5c.checks import _walk

    rng = np.random.default_rng(0)
    differ = 0
    for _ in range(20):
        log_p = np.log(rng.dirichlet(np.ones(4), size=7))
        differ += not np.array_equal(_walk(log_p, np.array([0, 1])), _walk(log_p, np.array([0, 1]), greedy=True))
    assert differ


def test_what_the_questions_quote():
    assert [QUESTIONS[f"5c.{i}"].right for i in range(1, 6)] == ["B", "C", "A", "D", "B"]
    frame = np.log([0.6, 0.4])
    (labels, score), _ = beam_search([frame, frame])[:2]
    assert best_path([[frame, frame]]) == [[]] and labels == (1,) and math.exp(score) == pytest.approx(0.64)
    assert edit_distance([3, 1, 7, 7], [3, 7]) == 2
