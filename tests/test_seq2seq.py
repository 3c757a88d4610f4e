"""Why this file exists: attention and what is built on it must agree with PyTorch's, and a mask must really hide."""

import functools
import math

import numpy as np
import pytest
import torch
from engine_tools import engine_state, float64  # noqa: F401

from dlcourse import Tensor, optim, seq2seq
from dlcourse.seq2seq import Attention, EncoderDecoder, SmallTransformer
from dlcourse.testing import check_gradients

pytestmark = pytest.mark.usefixtures("float64")


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("score", ["dot", "scaled"])
def test_attention_agrees_with_pytorch(score):
    queries, keys = drawn(2, 3, 8), drawn(2, 5, 8, seed=1)
    context, weights = Attention(8, score)(Tensor(queries), Tensor(keys))
    scale = 1.0 if score == "dot" else 1 / math.sqrt(8)
    q, k = torch.tensor(queries), torch.tensor(keys)
    expected = torch.nn.functional.scaled_dot_product_attention(q, k, k, scale=scale)
    assert context.data == pytest.approx(expected.numpy(), abs=1e-10)
    assert weights.data.sum(axis=-1) == pytest.approx(1)


def test_the_additive_score_is_its_formula():
    attention = Attention(4, "additive", rng=np.random.default_rng(0))
    queries, keys = drawn(1, 2, 4), drawn(1, 3, 4, seed=1)
    scores = attention.scores(Tensor(queries), Tensor(keys)).data
    W, U, v = (layer.weight.data for layer in (attention.query, attention.key, attention.v))
    for t in range(2):
        for s in range(3):
            (expected,) = v @ np.tanh(W @ queries[0, t] + U @ keys[0, s])
            assert scores[0, t, s] == pytest.approx(expected, abs=1e-12)


def test_an_unknown_score_is_refused():
    with pytest.raises(ValueError, match="expected a score of additive, dot, scaled, got 'cosine'"):
        EncoderDecoder(5, 4, "cosine")


class TheirEncoderDecoder(torch.nn.Module):
    def __init__(self, tokens, hidden, score):
        super().__init__()
        self.embed = torch.nn.Embedding(tokens, hidden)
        self.encoder = torch.nn.GRU(hidden, hidden, batch_first=True)
        self.decoder = torch.nn.GRU(hidden, hidden, batch_first=True)
        self.mix = torch.nn.Linear(hidden if score is None else 2 * hidden, hidden)
        self.out = torch.nn.Linear(hidden, tokens)
        self.score = score

    def forward(self, source, target):
        keys, state = self.encoder(self.embed(source))
        hidden, _ = self.decoder(self.embed(target), state)
        if self.score is not None:
            weights = torch.softmax(hidden @ keys.transpose(1, 2), dim=-1)
            hidden = torch.cat([hidden, weights @ keys], dim=-1)
        return self.out(torch.tanh(self.mix(hidden)))


@pytest.mark.parametrize("score", [None, "dot"])
def test_the_encoder_decoder_agrees_with_pytorch_in_values_and_gradients(score):
    ours, theirs = EncoderDecoder(7, 6, score, rng=np.random.default_rng(0)), TheirEncoderDecoder(7, 6, score).double()
    theirs.load_state_dict({name: torch.tensor(array) for name, array in ours.state_dict().items()})
    source, target = seq2seq.reversed_strings(3, 5, symbols=6, rng=np.random.default_rng(1))
    before = seq2seq.shifted(target)
    logits, expected = ours(source, before), theirs(torch.tensor(source), torch.tensor(before))
    assert logits.data == pytest.approx(expected.detach().numpy(), abs=1e-10)
    (logits**2).sum().backward()
    (expected**2).sum().backward()
    for name, parameter in theirs.named_parameters():
        assert dict(ours.named_parameters())[name].grad == pytest.approx(parameter.grad.numpy(), abs=1e-9), name


def test_the_gradient_of_attention():
    attention = Attention(4, "additive", rng=np.random.default_rng(0))
    keys = Tensor(drawn(2, 3, 4, seed=1))
    check_gradients(lambda q: (attention(q, keys)[0] ** 2).sum(), drawn(2, 2, 4))


def test_nobody_looks_ahead():
    model = SmallTransformer(6, dim=8, depth=2, heads=2, longest=12, rng=np.random.default_rng(0)).eval()
    source, target = seq2seq.reversed_strings(2, 5, symbols=5, rng=np.random.default_rng(1))
    other = target.copy()
    other[:, 3:] = 1 + other[:, 3:] % 5
    first, second = model(source, target).data, model(source, other).data
    assert first[:, :3] == pytest.approx(second[:, :3], abs=1e-12)
    assert np.abs(first[:, 3:] - second[:, 3:]).max() > 1e-3
    with pytest.raises(ValueError, match="at most 12 tokens in source and target, got 14"):
        model(source, np.ones((2, 9), int))


@pytest.mark.parametrize("make", [lambda rng: EncoderDecoder(6, 8, "dot", rng=rng),
                                  lambda rng: SmallTransformer(6, 8, 1, 2, longest=20, rng=rng)])
def test_greedy_writes_what_it_would_write_if_it_read_itself(make):
    """Teacher forcing with the written text gives every token of it back."""
    model = make(np.random.default_rng(0))
    source, _ = seq2seq.reversed_strings(4, 5, symbols=5, rng=np.random.default_rng(1))
    written = seq2seq.greedy(model, source, 5)
    assert np.array_equal(model(source, seq2seq.shifted(written)).data.argmax(axis=-1), written)


def test_a_short_training_learns_and_looks_at_the_mirror_image():
    rng = np.random.default_rng(0)
    model = EncoderDecoder(6, 24, "dot", rng=rng)
    task = functools.partial(seq2seq.reversed_strings, symbols=5)
    losses = seq2seq.train(model, optim.Adam(model.parameters(), lr=0.01), [3, 4], 250, rng=rng, task=task)
    assert losses[-20:].mean() < 0.3 * losses[:5].mean()
    symbols, strings = seq2seq.solved(model, 4, rng=rng, task=task)
    assert symbols > 0.9 and strings <= symbols
    source, target = task(50, 4, rng=rng)
    looked = seq2seq.alignment(model, source, target)
    assert looked.shape == (50, 4, 4) and looked.sum(axis=-1) == pytest.approx(1)


def test_strings_and_their_mirror_images():
    source, target = seq2seq.reversed_strings(50, 7, symbols=3, rng=np.random.default_rng(0))
    assert np.array_equal(source[:, ::-1], target) and set(np.unique(source)) == {1, 2, 3}
    assert seq2seq.shifted(np.array([[4, 5, 6]])).tolist() == [[0, 4, 5]]


def test_positions_are_the_formula_and_a_shift_is_a_turn():
    p = seq2seq.positions(30, 6)
    assert p[7, 4] == pytest.approx(math.sin(7 / 10_000 ** (4 / 6))) and p[7, 5] == pytest.approx(
        math.cos(7 / 10_000 ** (4 / 6)))
    assert p[0].tolist() == [0, 1, 0, 1, 0, 1]
    with pytest.raises(ValueError, match="even dim, sines and cosines in pairs, got 5"):
        seq2seq.positions(3, 5)


def test_blocks_are_copies_that_become_different():
    """As in PyTorch all blocks start from the same weights; the first step tells them apart."""
    model = SmallTransformer(6, 8, 2, 2, rng=np.random.default_rng(0))
    first, second = (block.linear1.weight for block in model.blocks.layers)
    assert np.array_equal(first.data, second.data) and first is not second
    source, target = seq2seq.reversed_strings(4, 3, symbols=5, rng=np.random.default_rng(1))
    (model(source, seq2seq.shifted(target)) ** 2).sum().backward()
    assert not np.allclose(first.grad, second.grad)
