"""Every number and formula that chapter 8's statements, solutions and questions quote is computed here."""

import math

import numpy as np
import pytest
import torch
from exercise_quotes import quoting

from dlcourse import Tensor, nn
from dlcourse.exercises import chapter_8
from dlcourse.exercises.chapter_8 import code
from dlcourse.questions import chapter_8 as questions

quotes = quoting(chapter_8.EXERCISES)
QUESTIONS = {question.number: question for question in questions.QUESTIONS}


def test_8_1_the_same_ten_for_both():
    same, own = 7 * math.sqrt(2 * (1 - 0.8)), 7 * math.sqrt(2)
    quotes("8.1", rf"$7 \sqrt{{0.4}} = {same:.1f}$ points", rf"$7 \sqrt 2 = {own:.1f}$ points",
           f"= {same**2:.1f}$, so {math.ceil(same**2)} draws, against {own**2:.0f}")  # fmt: skip
    rng = np.random.default_rng(0)
    both = rng.multivariate_normal([0, 0], [[49, 0.8 * 49], [0.8 * 49, 49]], size=20_000)
    assert (both[:, 0] - both[:, 1]).std() == pytest.approx(same, rel=0.03)


def test_8_2_what_is_left_of_a_lead():
    assert [code.gain_left(N) for N in (10, 30, 40)] == pytest.approx([0.75, 0.25, 0], abs=0.02)
    quotes("8.2", "0.75 of it is left after 10 examples", "nothing after 40", "1 - 30 / 40")


def test_8_4_slower_below():
    quotes("8.4", r"$3 \cdot 10^{-8}$ of the head's", f"it is {code.layer_rates(1, 0.9, 18)[0]:.2f}.")
    assert code.layer_rates(1, 1 / 2.6, 18)[0] == pytest.approx(3e-8, rel=0.2)


def test_8_5_an_adapter():
    learn, full = 8 * (1024 + 1024), 1024 * 1024
    assert (learn, full, learn + full) == (16_384, 1_048_576, 1_064_960)
    quotes("8.5", "16{,}384$ numbers against 1,048,576", f"or {100 * learn / full:.1f} %", "1,064,960")


def test_8_6_where_an_adapter_begins():
    rng = np.random.default_rng(0)
    c, W, x = 0.5, *map(torch.tensor, (rng.normal(size=(3, 4)), rng.normal(size=4)))
    A, B = (torch.tensor(rng.normal(size=shape), requires_grad=True) for shape in ((2, 4), (3, 2)))
    y = W @ x + c * B @ A @ x
    (g,) = torch.autograd.grad((y**2).sum() / 2, y, retain_graph=True)
    (y**2).sum().div(2).backward()
    assert B.grad.numpy() == pytest.approx((c * torch.outer(g, A @ x)).detach().numpy())
    assert A.grad.numpy() == pytest.approx((c * torch.outer(B.T @ g, x)).detach().numpy())
    A, eta = A.detach(), 1e-6
    step = -eta * c * torch.outer(W @ x, A @ x)  # the first step of B from 0, where y = W x and g = y
    assert (c * step @ A @ x).numpy() == pytest.approx((-eta * c**2 * (A @ x).pow(2).sum() * (W @ x)).numpy())


def test_8_7_one_face():
    assert code.one_face() == [0.5, 0.5, 0.5]
    norm = nn.BatchNorm1d(3)
    norm.weight.data[:], norm.bias.data[:] = [1, 2, 3], 0.5
    assert norm(Tensor(np.tile([0.7, -2, 5], (32, 1)))).data == pytest.approx(0.5, abs=1e-5)
    assert (np.array([0.7, -2, 5]) * [1, 2, 3] + 0.5).round(3).tolist() == [1.2, -3.5, 15.5]


def test_8_8_on_a_lead():
    rng = np.random.default_rng(0)
    X, y, start = rng.normal(size=(9, 4)), rng.normal(size=9), rng.normal(size=4)
    theta = code.held(X, y, start, 0.7)
    assert X.T @ (X @ theta - y) + 0.7 * (theta - start) == pytest.approx(np.zeros(4), abs=1e-12)
    assert code.held(X, y, start, 1e-9) == pytest.approx(np.linalg.lstsq(X, y, rcond=None)[0], abs=1e-6)


def test_8_10_the_best_of_twenty():
    assert [code.best_of(n) for n in (5, 20, 1000)] == [5.9, 9.4, 16.2]
    quotes("8.10", "By 9.4 points", "With 5 methods it is 5.9, with 1,000 it is 16.2")


def test_8_12_the_head_that_means_make():
    rng = np.random.default_rng(0)
    means, h = rng.normal(size=(4, 6)), rng.normal(size=(50, 6))
    squared = ((h[:, None] - means) ** 2).sum(axis=2)
    logits = h @ means.T - (means**2).sum(axis=1) / 2
    assert np.array_equal(logits.argmax(axis=1), squared.argmin(axis=1))
    soft = torch.softmax(torch.tensor(logits / 0.7), dim=1).numpy()
    gauss = np.exp(-squared / 1.4)
    assert soft == pytest.approx(gauss / gauss.sum(axis=1, keepdims=True))
    half, M = rng.normal(size=(6, 6)), rng.normal(size=(6, 6))
    sigma = half @ half.T + np.eye(6)

    def best(h, means, sigma):
        w = np.linalg.solve(sigma, means.T)
        return (h @ w - (means.T * w).sum(axis=0) / 2).argmax(axis=1)

    moved = best(h @ M.T, means @ M.T, M @ sigma @ M.T)
    assert np.array_equal(best(h, means, sigma), moved)
    changed = ((h @ M.T)[:, None] - means @ M.T).__pow__(2).sum(axis=2).argmin(axis=1)
    assert not np.array_equal(squared.argmin(axis=1), changed)
    assert 64 * 65 // 2 == 2080
    quotes("8.12", "2,080 of them for $D = 64$")


def test_8_13_how_many_runs():
    rng = np.random.default_rng(0)
    same = np.repeat(rng.normal(size=(5, 1)), 3, axis=1)  # seeds add nothing
    _, error = code.gain(same, 0 * same)
    wrong = same.std(ddof=1) / math.sqrt(15)
    assert error / wrong == pytest.approx(math.sqrt(3.5), rel=1e-9) and round(math.sqrt(3.5), 1) == 1.9
    quotes("8.13", r"up to $\sqrt{3.5} = 1.9$")


def test_what_the_questions_quote():
    assert [QUESTIONS[f"8.{i}"].right for i in range(1, 9)] == ["B", "C", "AC", "B", "C", "D", "A", "C"]
