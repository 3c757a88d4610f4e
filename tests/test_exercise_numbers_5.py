"""Every number and formula that chapter 5's statements, solutions and questions quote is computed here."""

import numpy as np
import pytest
from exercise_quotes import quoting

from dlcourse.apps.ctc import edit_distance
from dlcourse.exercises import chapter_5
from dlcourse.exercises.chapter_5 import code
from dlcourse.questions import chapter_5 as questions

quotes = quoting(chapter_5.EXERCISES)
QUESTIONS = {question.number: question for question in questions.QUESTIONS}


def test_5_3_the_same_test_among_healthier_people():
    quotes("5.3", "its precision is 0.9", "About 0.08", "10 are sick, and 9 of them", "990 healthy ones 99 do",
           "9 of 108 alarms")  # fmt: skip
    assert code.rarer_by(1) == pytest.approx(0.9, abs=0.005)
    assert code.rarer_by() == pytest.approx(9 / 108, abs=0.005)


def test_5_4_noise_with_long_tails():
    targets = np.array([1, 2, 3, 4, 100])
    quotes("5.4", "at the median, 3", r"$110 / 5 = 22$")
    c = np.linspace(0, 110, 11_001)[:, None]
    assert c[np.abs(targets - c).sum(axis=1).argmin()] == pytest.approx(3, abs=0.01)
    assert c[((targets - c) ** 2).sum(axis=1).argmin()] == pytest.approx(22, abs=0.01)


def test_5_5_micro_f1_is_accuracy():
    said, true = np.random.default_rng(0).integers(0, 4, (2, 100))
    hits, alarms, misses = (said == true).sum(), (said != true).sum(), (said != true).sum()
    assert 2 * hits / (2 * hits + alarms + misses) == pytest.approx((said == true).mean())
    quotes("5.5", "the result is plain accuracy")


def test_5_7_strings_by_chance():
    quotes("5.7", "error rate is 0.9", "About 0.86", "at 40 digits 0.80 is left", "0.8 does not mean")
    assert code.random_strings() == 0.86
    assert code.random_strings(40, 200) == pytest.approx(0.80, abs=0.01)
    a, b = np.random.default_rng(0).integers(0, 10, (2000, 2, 10))[0]
    assert code.random_strings(10, 1) == pytest.approx(edit_distance(a, b) / 10)


def test_5_8_a_baseline_costs_nothing():
    pi, slope = np.array([0.5, 0.5]), np.array([0.5, -0.5])
    for b, mean, spread in ((0, 0.5, 50), (100, 0.5, 0)):
        tries = (np.array([101, 99]) - b) * slope
        assert (pi @ tries, np.sqrt(pi @ (tries - pi @ tries) ** 2)) == pytest.approx((mean, spread))
    quotes("5.8", "$50.5$ and $-49.5$", "mean 0.5, standard deviation 50", "standard deviation 0",
           "standard error of 5")  # fmt: skip


def test_5_9_a_policy_that_hardly_tries_hardly_learns():
    logits, worth = np.array([0.0, -8.0]), np.array([0.0, 100.0])
    assert 0 < code.return_gradient(logits, worth)[1] < 0.05


def test_5_10_prices_that_differ():
    assert code.costly_distance("abc", "bcd", 5, 2, 2) == code.costly_distance("abc", "bcd", 99, 2, 2)
    assert code.costly_distance("ab", "a", 1, 3, 1) != code.costly_distance("a", "ab", 1, 3, 1)


def test_5_11_copies():
    quotes("5.11", r"$1 - \frac1{16} = 0.94$")
    assert code.copies_on_both_sides() == pytest.approx(15 / 16, abs=0.01)


def test_5_12_a_third_answer():
    quotes("5.12", "in 0.8 of the cases", r"$0.8 \cdot 0.1 + 0.2 \cdot 0.05 = 0.09$", "is 0.25")
    p = (np.arange(100_000) + 0.5) / 100_000
    prices = np.stack([1 - p, p, np.full(p.size, 0.1)])
    assert (prices.argmin(axis=0) == 2).mean() == pytest.approx(0.8, abs=1e-3)
    assert prices.min(axis=0).mean() == pytest.approx(0.09, abs=1e-3)
    assert prices[:2].min(axis=0).mean() == pytest.approx(0.25, abs=1e-3)
    alarm, miss = 3.0, 2.0
    worst = np.minimum((1 - p) * alarm, p * miss).max()
    assert worst == pytest.approx(alarm * miss / (alarm + miss), rel=1e-3)


def right(number):
    """The words of the right options."""
    return [option.text for option in QUESTIONS[number].options if option.right]


def test_the_numbers_of_the_questions():
    assert right("5.1") == [f"precision {30 / 40}, recall {30 / 60}"]
    assert edit_distance("1111111111", "222222222222") == 12
    assert right("5.3") == ["0.2"] and 1 / (1 + 4) == 0.2
    assert (0.22 * 4, 1 - 0.22) == pytest.approx((0.88, 0.78))
    assert "0.88 on average and a yes 0.78" in QUESTIONS["5.3"].options[1].remark
