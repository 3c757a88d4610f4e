"""Judges the answers to chapter 5's exercises without the worked solutions: scikit-learn, PyTorch, counting."""

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score, precision_score, recall_score


def truth_5_1(answer):
    """scikit-learn's scores."""
    rng = np.random.default_rng(10)
    score, true = rng.random(50), rng.integers(0, 2, 50)
    precision, recall = answer(score, true, 0.55)
    said = score > 0.55
    assert precision == pytest.approx(precision_score(true, said))
    assert recall == pytest.approx(recall_score(true, said))
    score[3], true[3] = 0.55, 1
    assert answer(score, true, 0.55)[1] < answer(score, true, 0.54999)[1]


def truth_5_2(answer):
    """The mean over many draws of the truth."""
    rng = np.random.default_rng(11)
    p = rng.random(400)
    truth, said = rng.random((4000, 400)) < p, p > 0.3
    paid = 2.0 * (said & ~truth) + 5.0 * (~said & truth)
    assert answer(p, 0.3, 2.0, 5.0) == pytest.approx(paid.mean(), abs=0.01)


def truth_5_5(answer):
    """scikit-learn's macro F1; a class that is nowhere counts as 0."""
    rng = np.random.default_rng(12)
    said, true = rng.integers(0, 4, (2, 60))
    labels = np.arange(5)
    expected = f1_score(true, said, average="macro", labels=labels, zero_division=0)
    assert answer(said, true, 5) == pytest.approx(expected)


def truth_5_6(answer):
    """Each return by its definition."""
    rewards = np.random.default_rng(13).normal(size=7)
    expected = [sum(0.7**k * rewards[t + k] for k in range(7 - t)) for t in range(7)]
    np.testing.assert_allclose(answer(rewards, 0.7), expected)


def truth_5_9(answer):
    """PyTorch's gradient, and no overflow."""
    rng = np.random.default_rng(14)
    logits, worth = rng.normal(size=6), rng.normal(size=6)
    theta = torch.tensor(logits, requires_grad=True)
    (torch.softmax(theta, dim=0) @ torch.tensor(worth)).backward()
    np.testing.assert_allclose(answer(logits, worth), theta.grad.numpy(), atol=1e-12)
    assert np.isfinite(answer(logits + 5000, worth)).all()


def truth_5_10(answer):
    """The recursion that tries everything, without a table."""

    def tried(a, b):
        if not a or not b:
            return 2.0 * len(a) + 1.5 * len(b)
        return min(tried(a[1:], b) + 2.0, tried(a, b[1:]) + 1.5, tried(a[1:], b[1:]) + 2.5 * (a[0] != b[0]))

    rng = np.random.default_rng(15)
    for _ in range(20):
        a, b = ("".join(rng.choice(list("xyz"), rng.integers(0, 6))) for _ in range(2))
        assert answer(a, b, 2.5, 2.0, 1.5) == pytest.approx(tried(a, b))


TRUTH = {
    "5.1": truth_5_1, "5.2": truth_5_2, "5.5": truth_5_5, "5.6": truth_5_6, "5.9": truth_5_9, "5.10": truth_5_10,
}  # fmt: skip
