"""Every number and formula that chapter 7's statements, solutions and questions quote is computed here."""

import math

import numpy as np
import pytest
import torch
from exercise_quotes import quoting

from dlcourse.exercises import chapter_7
from dlcourse.exercises.chapter_7 import code
from dlcourse.questions import chapter_7 as questions

quotes = quoting(chapter_7.EXERCISES)
QUESTIONS = {question.number: question for question in questions.QUESTIONS}


def test_7_1_a_bias_for_a_memory():
    def sigmoid(b):
        return 1 / (1 + math.exp(-b))

    def bias(T):
        return -math.log(2 ** (1 / T) - 1)

    for T in (20, 100):
        assert sigmoid(bias(T)) ** T == pytest.approx(0.5)
        left_out = math.log(2) / (2 * T)  # the next term of the expansion, besides the rounding of 0.3665
        assert 0 < math.log(T) + 0.37 - bias(T) < left_out + 0.005
    quotes("7.1", f"{sigmoid(1):.3f}", f"after {math.log(0.5) / math.log(sigmoid(1)):.1f} steps",
           f"This is {bias(20):.2f} for $T = 20$ and {bias(100):.2f} for", f"{-math.log(math.log(2)):.2f}",
           f"{math.log(10):.1f}$ more of bias")  # fmt: skip
    assert sigmoid(0) == 0.5


def test_7_2_cooler():
    p = np.array([0.6, 0.3, 0.1])
    assert (p**2 / (p**2).sum())[0] == pytest.approx(code.cooled(), abs=5e-4)
    assert (p**2).round(4).tolist() == [0.36, 0.09, 0.01] and (p**2).sum() == pytest.approx(0.46)
    quotes("7.2", f"{code.cooled()}. Dividing", f"gives {code.cooled(2)}.", f"leaves {code.cooled(0.1)}:")


def test_7_4_a_latch_forgets():
    assert [code.enough(), code.enough(2.0), code.enough(1.01)] == [0.6, 0.38, 0.04]
    rest = {loop: 1.0 for loop in (3, 2, 1.01)}
    for loop in rest:
        for _ in range(5000):
            rest[loop] = math.tanh(loop * rest[loop])
        assert code.enough(float(loop)) == pytest.approx(loop * rest[loop] / 5, abs=0.011)
    quotes("7.4", f"holds {rest[3]:.3f}", f"$a > {3 * rest[3] / 5:.3f}$", f"rests at {rest[2]:.3f}, and 0.38 is enough",
           f"rests at {rest[1.01]:.2f}, where 0.04 is enough")  # fmt: skip


def test_7_7_the_way_back_through_a_gru():
    w_r, w_u, w_n = (torch.tensor(value, dtype=torch.float64) for value in (0.7, -1.3, 1.9))
    for at in (-0.8, 0.3, 0.9):
        h = torch.tensor(at, dtype=torch.float64, requires_grad=True)
        r, u = torch.sigmoid(w_r * h), torch.sigmoid(w_u * h)
        n = torch.tanh(r * w_n * h)
        ((1 - u) * n + u * h).backward()
        with torch.no_grad():
            formula = u + (h - n) * u * (1 - u) * w_u + (1 - u) * (1 - n**2) * w_n * (r + h * r * (1 - r) * w_r)
        assert h.grad.item() == pytest.approx(formula.item(), abs=1e-12)


def test_7_8_break_even():
    assert (code.break_even(), code.break_even(512)) == (192, 1536)
    quotes("7.8", "so 192 for $H = 64$ and 1536 for $H = 512$", "gives $T = 3 H$")


def test_7_9_the_first_place_sees_itself():
    rng = np.random.default_rng(0)
    Q, K, V = rng.normal(size=(3, 6, 4))
    assert code.look_back(Q, K, V)[0] == pytest.approx(V[0])


def test_7_10_the_nucleus():
    assert (code.nucleus(np.arange(107) * 1e-9, 0.9) > 0).sum() == 97
    assert (code.nucleus(np.log([0.95, 0.03, 0.02]), 0.9) > 0).sum() == 1
    quotes("7.10", "Where 107 characters are equally likely", "keeps 97 of them", "where one has 0.95, it keeps one")
    logits = np.log([0.5, 0.3, 0.2])  # cooled first the nucleus is smaller
    assert (code.nucleus(logits / 0.25, 0.75) > 0).sum() < (code.nucleus(logits, 0.75) > 0).sum()


def test_7_12_all_steps_in_rounds():
    rng = np.random.default_rng(0)

    def followed(first, then):
        return then[0] * first[0], then[0] * first[1] + then[1]

    x, y, z = rng.normal(size=(3, 2))
    assert followed(followed(x, y), z) == pytest.approx(followed(x, followed(y, z)))
    T = 1024
    a, b = rng.uniform(-1, 1, size=T), rng.normal(size=T)
    h, loop = 0.0, []
    for factor, added in zip(a, b, strict=True):
        h = factor * h + added
        loop.append(h)
    rounds, multiplications, reach = 0, 0, 1
    while reach < T:
        earlier = (a[:-reach], b[:-reach])
        joined = followed(earlier, (a[reach:], b[reach:]))
        a, b = np.concatenate([a[:reach], joined[0]]), np.concatenate([b[:reach], joined[1]])
        rounds, multiplications, reach = rounds + 1, multiplications + 2 * (T - reach), 2 * reach
    assert b == pytest.approx(loop) and rounds == 10
    assert multiplications == pytest.approx(2 * T * 10, rel=0.1)
    quotes("7.12", "For $T = 1024$ that is 10 rounds instead of 1024")


def test_7_13_cut_short():
    x = np.zeros(50)
    x[0] = 1
    full, cut = code.cut_short(0.9, x, 0.3, 10)
    assert cut / full == pytest.approx(10 / 49)
    quotes("7.13", "There are 49 of them", "10 of 49, or 20 %", "a fifth of the gradient")


def test_what_the_questions_quote():
    assert [QUESTIONS[f"7.{i}"].right for i in range(1, 9)] == ["B", "C", "C", "A", "AC", "D", "B", "A"]
    assert 0.9**100 == pytest.approx(3e-5, rel=0.15)  # three hundred-thousandths
    p = np.array([0.6, 0.3, 0.1])
    assert (p[0] / p[1]) ** 2 == 4 and code.cooled() == pytest.approx((p**2 / (p**2).sum())[0], abs=5e-4)
