"""Judges the answers to lab 5d's exercises without the worked solutions: by the package, PyTorch and brute force."""

import itertools

import numpy as np
import pytest
import torch

from dlcourse.apps.bleu import bleu, brevity_penalty
from dlcourse.apps.phrase_table import lexicon


def truth_5d_1(answer):
    """BLEU of runs of one word that are all right is the penalty."""
    rng = np.random.default_rng(0)
    for _ in range(5):
        written, right = rng.integers(1, 9, 4), rng.integers(1, 9, 4)
        assert answer(written, right) == pytest.approx(brevity_penalty(written.sum(), right.sum()))
    written, right = np.array([2, 3]), np.array([4, 3])
    texts = [[["w"] * n for n in lengths] for lengths in (written, right)]
    assert answer(written, right) == pytest.approx(bleu(texts[0], [[text] for text in texts[1]], most=1))


def truth_5d_3(answer):
    """PyTorch's softmax of scores with -inf."""
    rng = np.random.default_rng(1)
    scores, source = 900 * rng.normal(size=(4, 3, 5)), 8 * (np.arange(5) < np.array([5, 3, 1, 2])[:, None])
    hidden = torch.tensor(scores).masked_fill(torch.tensor(source == 0)[:, None], -torch.inf)
    np.testing.assert_allclose(answer(scores.copy(), source.copy()), torch.softmax(hidden, dim=-1).numpy(), atol=1e-12)


def truth_5d_5(answer):
    """All continuations, one by one."""
    rng = np.random.default_rng(2)
    total, log_p = -3 * rng.random(3), np.log(rng.dirichlet(np.ones(4), size=3))
    rows, tokens, totals = answer(total.copy(), log_p.copy(), 6)
    every = sorted(((total[b] + log_p[b, v], b, v) for b, v in itertools.product(range(3), range(4))), reverse=True)
    assert [(b, v) for _, b, v in every[:6]] == list(zip(np.asarray(rows), np.asarray(tokens), strict=True))
    np.testing.assert_allclose(totals, [score for score, _, _ in every[:6]])


def truth_5d_6(answer):
    """The package's lexicon, whose words begin behind the four signs; two rounds are one after the other."""
    rng = np.random.default_rng(3)
    source, target = rng.integers(0, 4, (8, 3)), rng.integers(0, 5, (8, 2))
    source.flat[:4] = np.arange(4)
    source[-1], target[-1] = source[-1, 0], target[-1, 0]  # words that stand twice
    t = np.full((4, 5), 1 / 5)
    for rounds in (1, 2):
        t = np.asarray(answer(t.copy(), source.copy(), target.copy()))
        np.testing.assert_allclose(t, lexicon(source + 4, target + 4, 8, 9, rounds)[4:, 4:], atol=1e-12)


TRUTH = {"5d.1": truth_5d_1, "5d.3": truth_5d_3, "5d.5": truth_5d_5, "5d.6": truth_5d_6}
