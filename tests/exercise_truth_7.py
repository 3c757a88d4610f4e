"""Judges the answers to chapter 7's exercises without the worked solutions: by PyTorch, by counting, by differences."""

import numpy as np
import pytest
import torch
from exercise_mistakes_7 import way_back_by_difference

from dlcourse.language import NGram, next_probabilities


def truth_7_3(answer):
    """PyTorch's cross-entropy, and a model that knows nothing."""
    rng = np.random.default_rng(7)
    logits, tokens = rng.normal(size=(40, 6)), rng.integers(6, size=40)
    p = torch.softmax(torch.tensor(logits), dim=1)
    nats = torch.nn.functional.cross_entropy(torch.tensor(logits), torch.tensor(tokens)).item()
    bits, perplexity = answer(p.numpy(), tokens)
    assert bits == pytest.approx(nats / np.log(2)) and perplexity == pytest.approx(np.exp(nats))
    assert answer(np.full((5, 8), 1 / 8), np.arange(5)) == pytest.approx((3, 8))


def truth_7_5(answer):
    """PyTorch's clip_grad_norm_."""
    rng = np.random.default_rng(8)
    for largest, scale in ((1.0, 5.0), (100.0, 1.0)):
        dW, db = scale * rng.normal(size=(4, 3)), scale * rng.normal(size=4)
        leaves = [torch.zeros(g.shape, dtype=torch.float64, requires_grad=True) for g in (dW, db)]
        for leaf, g in zip(leaves, (dW, db), strict=True):
            leaf.grad = torch.tensor(g)
        torch.nn.utils.clip_grad_norm_(leaves, largest)
        for got, leaf in zip(answer(dW.copy(), db.copy(), largest), leaves, strict=True):
            np.testing.assert_allclose(got, leaf.grad.numpy(), rtol=1e-5)  # PyTorch divides by the norm + 1e-6


def truth_7_6(answer):
    """PyTorch's GRUCell."""
    rng = np.random.default_rng(9)
    cell = torch.nn.GRUCell(3, 4).double()
    x, h = rng.normal(size=(5, 3)), rng.normal(size=(5, 4))
    weights = [p.detach().numpy() for p in (cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh)]
    expected = cell(torch.tensor(x), torch.tensor(h)).detach().numpy()
    np.testing.assert_allclose(answer(x, h, *weights), expected, atol=1e-12)


def truth_7_9(answer):
    """PyTorch's attention."""
    rng = np.random.default_rng(10)
    Q, K, V = rng.normal(size=(7, 4)), rng.normal(size=(7, 4)), rng.normal(size=(7, 2))
    expected = torch.nn.functional.scaled_dot_product_attention(*map(torch.tensor, (Q, K, V)), is_causal=True)
    np.testing.assert_allclose(answer(Q, K, V), expected.numpy(), atol=1e-12)
    np.testing.assert_allclose(answer(1e4 * Q, K, V)[0], V[0])


def truth_7_10(answer):
    """Top-k with the k that the share asks for."""
    rng = np.random.default_rng(11)
    for share in (0.2, 0.7, 0.95):
        logits = rng.normal(size=12)
        p = np.sort(next_probabilities(logits))[::-1]
        k = next(k for k in range(1, 13) if p[:k].sum() >= share)
        np.testing.assert_allclose(answer(logits, share), next_probabilities(logits, top_k=k), atol=1e-12)


def truth_7_11(answer):
    """The package's bigram by Witten and Bell; and all probabilities add up to 1."""
    text = "the theory of the thing"
    alphabet = sorted(set(text)) + ["q"]
    numbers = [alphabet.index(character) for character in text]
    model = NGram(numbers, 2, len(alphabet), smoothing="witten-bell")
    for before in "tq g":
        for character in "heq":
            expected = model.probability([alphabet.index(before)], alphabet.index(character))
            assert answer(text, before, character, len(alphabet)) == pytest.approx(expected)
        assert sum(answer(text, before, c, len(alphabet)) for c in alphabet) == pytest.approx(1)


def truth_7_13(answer):
    """Central differences; the second with the state at the cut held."""
    rng = np.random.default_rng(12)
    for w, T, steps in ((0.7, 6, 2), (1.2, 5, 5), (-0.4, 8, 1)):
        x, y = rng.normal(size=T), rng.normal()
        np.testing.assert_allclose(answer(w, x, y, steps), way_back_by_difference(w, x, y, steps), rtol=1e-6, atol=1e-8)


TRUTH = {
    "7.3": truth_7_3, "7.5": truth_7_5, "7.6": truth_7_6, "7.9": truth_7_9, "7.10": truth_7_10, "7.11": truth_7_11,
    "7.13": truth_7_13,
}  # fmt: skip
