"""Every number and formula that lab 5e's statements, solutions and questions quote is computed here."""

import dataclasses

import numpy as np
import pytest
from exercise_mistakes_5e import slopes_by_differences
from exercise_quotes import quoting

from dlcourse.apps import markov
from dlcourse.exercises import chapter_5e
from dlcourse.exercises.chapter_5e import code
from dlcourse.questions import chapter_5e as questions

EXERCISES = {exercise.number: exercise for exercise in chapter_5e.EXERCISES}
quotes = quoting(chapter_5e.EXERCISES)
QUESTIONS = {question.number: question for question in questions.QUESTIONS}


def test_5e_2_greedy_but_not_always():
    p = code.exploring(np.array([[1.0, 2.0]]), 0.05)
    assert 1 / p[0, 0] == pytest.approx(40) and 500 * p[0, 0] == pytest.approx(12.5)
    quotes("5e.2", "one push in 40", "about 12 of them")


def test_5e_3_the_best_of_ten():
    assert (code.best_of_ten(), code.best_of_ten(tries=100)) == (0.69, 0.15)
    assert code.best_of_ten(tries=1) == pytest.approx(1.54, abs=0.02)
    quotes("5e.3", "About 0.69", "= 0.45$", "1.54 of them", "With 100 tries each it is 0.15")


def test_5e_4_who_judges():
    worth = (1 - 0.99 ** np.arange(500, 0, -1)) / 0.01
    assert round(worth[-1]) == 1 and round(worth[0]) == 99
    quotes("5e.4", "worth 99 at step 1 and 1 at step 500")


def test_5e_5_the_gradient_of_a_table():
    rng = np.random.default_rng(0)
    given = rng.normal(size=(3, 2)), rng.integers(3, size=9), rng.integers(2, size=9), rng.normal(size=9)
    found = code.reinforce_gradient(*given)
    assert found == pytest.approx(slopes_by_differences(*given), abs=1e-8)
    assert found.sum(axis=1) == pytest.approx(np.zeros(3))


def test_5e_6_the_best_constant():
    p, x, y = 0.8, 3.0, -1.0
    slope, returns, chance = np.array([-p, 1 - p]), np.array([y, x]), np.array([1 - p, p])

    def moments(b):
        g = (returns - b) * slope
        return chance @ g, chance @ g**2 - (chance @ g) ** 2

    best = (1 - p) * x + p * y
    assert moments(0.0)[0] == pytest.approx(p * (1 - p) * (x - y)) == moments(7.0)[0]
    assert moments(best)[1] == pytest.approx(0, abs=1e-12) and moments(p * x + (1 - p) * y)[1] > 0.1
    assert moments(2.0)[1] == pytest.approx(p * (1 - p) * (best - 2.0) ** 2)
    assert best == pytest.approx(chance @ (returns * slope**2) / (chance @ slope**2))


def test_5e_7_the_start_runs_and_a_bonus_can_beat_the_goal(capsys):
    exec(compile(EXERCISES["5e.7"].start, "start", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) == 13
    mdp, places = markov.grid_world(".....G S....P", slip=0.0, cost=0.0)
    spot = [tuple(place) for place in places.tolist()].index((0, 1))

    def goes_to_the_goal(bonus):
        rewards = mdp.rewards.copy()
        rewards[spot] += bonus
        other = dataclasses.replace(mdp, rewards=rewards)
        policy = markov.greedy_policy(markov.action_values(other, markov.value_iteration(other)[-1]))
        return markov.visits(mdp, policy)[5] > 1e-6

    assert goes_to_the_goal(0.01) and not goes_to_the_goal(0.1)


def test_what_the_questions_quote():
    assert [QUESTIONS[f"5e.{i}"].right for i in range(1, 6)] == ["B", "AC", "C", "D", "A"]
