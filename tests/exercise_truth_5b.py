"""Judges the answers to the exercises of lab 5b without the worked solutions."""

import numpy as np
import pytest
import torch
from sklearn.naive_bayes import MultinomialNB

from dlcourse.data.tokenizers import BytePairTokenizer


def truth_5b_2(answer):
    """The first merges of the package's tokenizer, one after the other."""
    text = "aaaa banana nanny aaa"
    tokenizer = BytePairTokenizer.train(text, 4)
    number = {piece: at for at, piece in enumerate(dict.fromkeys(tokenizer.vocabulary)) if isinstance(piece, bytes)}
    for word in ("aaaa", "banana", "nanny", "aaa", "x"):
        tokens = np.array([number[bytes([byte])] for byte in word.encode()])
        for left, right in tokenizer.merges:
            tokens = np.asarray(answer(tokens, number[left], number[right], number[left + right]))
        assert [number[piece] for piece in tokenizer.pieces(word)] == tokens.tolist()


def truth_5b_3(answer):
    """scikit-learn's multinomial naive Bayes."""
    rng = np.random.default_rng(0)
    counts, labels = rng.poisson(1.0, (40, 6)).astype(float), np.arange(40) % 7 % 4
    for smoothing in (1.0, 0.1):
        prior, likelihood = answer(counts, labels, smoothing)
        theirs = MultinomialNB(alpha=smoothing).fit(counts, labels)
        np.testing.assert_allclose(prior, theirs.class_log_prior_, atol=1e-12)
        np.testing.assert_allclose(likelihood, theirs.feature_log_prob_, atol=1e-12)


def truth_5b_5(answer):
    """PyTorch's attention, with one query for each text and a mask."""
    rng = np.random.default_rng(1)
    vectors, query = rng.normal(size=(6, 5, 4)), rng.normal(size=4)
    lengths = np.array([1, 5, 2, 3, 4, 5])
    there = np.arange(5) < lengths[:, None]
    vectors[5] *= 500  # scores that overflow an exponential
    q = torch.tensor(np.tile(query * 2, (6, 1, 1)))  # PyTorch divides by the root of 4
    v = torch.tensor(vectors)
    expected = torch.nn.functional.scaled_dot_product_attention(q, v, v, torch.tensor(there[:, None]))
    np.testing.assert_allclose(answer(vectors, query, lengths), expected[:, 0].numpy(), atol=1e-10)


def truth_5b_6(answer):
    """PyTorch's cross-entropy, and equal chances for eight tokens of two characters: 1.5 bits each."""
    rng = np.random.default_rng(2)
    logits, tokens, lengths = rng.normal(size=(9, 4)), rng.integers(0, 4, 9), np.array([1, 3, 2, 5])
    logits[3] *= 1000
    nats = torch.nn.functional.cross_entropy(torch.tensor(logits[:-1]), torch.tensor(tokens[1:]), reduction="sum")
    assert answer(logits, tokens, lengths) == pytest.approx(nats.item() / np.log(2) / lengths[tokens[1:]].sum())
    assert answer(np.zeros((5, 8)), np.array([1, 7, 3, 2, 2]), np.full(8, 2)) == pytest.approx(1.5)


TRUTH = {"5b.2": truth_5b_2, "5b.3": truth_5b_3, "5b.5": truth_5b_5, "5b.6": truth_5b_6}
