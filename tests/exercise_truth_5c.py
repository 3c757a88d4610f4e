"""Judges the answers to lab 5c without the worked solutions: by noise of a known ratio, by PyTorch, by all paths."""

import itertools

import numpy as np
import pytest
import torch
from exercise_mistakes_5c import best_of_all, spelled

from dlcourse.data.audio import add_noise


def truth_5c_1(answer):
    """Noise that the package adds at a ratio, while somebody speaks."""
    rng = np.random.default_rng(3)
    clean, span, at = rng.normal(size=(4, 60)), np.array([[5, 30], [0, 60], [20, 29], [41, 55]]), np.arange(60)
    where = (at >= span[:, :1]) & (at < span[:, 1:])
    clean = clean * np.where(where, 1, 0.1)
    wanted = np.array([0.0, 12.0, -3.0, 40.0])
    noisy = add_noise(clean, rng.normal(size=clean.shape), wanted, where)
    np.testing.assert_allclose(answer(clean, noisy, span), wanted, atol=1e-9)


def truth_5c_3(answer):
    """Paths by chance, read one frame after the other."""
    rng = np.random.default_rng(4)
    for T in (1, 2, 30):
        path = rng.integers(0, 3, T)
        path[0] = 2
        symbols, begins = answer(path)
        assert list(symbols) == spelled(path.tolist())
        assert list(begins) == [t for t in range(T) if path[t] and (t == 0 or path[t - 1] != path[t])]


def truth_5c_5(answer):
    """PyTorch's CTC loss."""
    rng = np.random.default_rng(5)
    for T, K, string in ((6, 2, [1, 1]), (5, 3, [2, 0]), (3, 2, [1])):
        p, string = rng.dirichlet(np.ones(K + 1), size=T), np.array(string)
        loss = torch.nn.functional.ctc_loss(torch.tensor(np.log(p))[:, None], torch.tensor(string + 1)[None], [T],
                                            [len(string)], reduction="sum")
        assert answer(p, string) == pytest.approx(float(np.exp(-loss.item())), rel=1e-8)


def truth_5c_6(answer):
    """All paths written out."""
    rng = np.random.default_rng(6)
    for (T, K), string in itertools.product(((4, 3), (6, 2)), ([0, 1], [1, 1], [1])):
        for _ in range(8):
            log_p = np.log(rng.dirichlet(np.full(K + 1, 0.6), size=T))
            assert np.array_equal(answer(log_p, np.array(string)), best_of_all(log_p, string))


TRUTH = {"5c.1": truth_5c_1, "5c.3": truth_5c_3, "5c.5": truth_5c_5, "5c.6": truth_5c_6}
