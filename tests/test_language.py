"""Why this file exists: bits are believed only if the model's probabilities are the ones that its definition says."""

import functools
import itertools
import math
import random

import numpy as np
import pytest
import torch

from dlcourse import language, no_grad, optim
from dlcourse.language import CharacterModel, NGram
from dlcourse.studies.chapter_1 import in_float64

TEXT = "the cat sat on the mat, and the other cat sat on the rat that ate the hat of the man who sat and ate. "
TOKENS = np.array([ord(c) - 32 for c in TEXT])
KINDS = ("RNN", "LSTM", "GRU")


def small(kind="LSTM", dropout=0.0, seed=0):
    with in_float64():
        return CharacterModel(100, hidden=7, embedding=5, kind=kind, dropout=dropout, rng=np.random.default_rng(seed))


class Torch(torch.nn.Module):
    """The same model as somebody writes it for PyTorch."""

    def __init__(self, kind):
        super().__init__()
        self.embed = torch.nn.Embedding(100, 5)
        self.rnn = getattr(torch.nn, kind)(5, 7, batch_first=True)
        self.out = torch.nn.Linear(7, 100)

    def forward(self, x, state=None):
        hidden, state = self.rnn(self.embed(x), state)
        return self.out(hidden), state


def twins(kind):
    ours, theirs = small(kind), Torch(kind).double()
    theirs.load_state_dict({name: torch.tensor(value) for name, value in ours.state_dict().items()})
    return ours, theirs


# ---------------------------------------------------------------------------------------------- the recurrent model


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_is_pytorchs(kind):
    ours, theirs = twins(kind)
    x = TOKENS[:60].reshape(3, 20)
    logits, state = ours(x)
    expected, their_state = theirs(torch.tensor(x))
    assert np.abs(logits.data - expected.detach().numpy()).max() < 1e-10
    for part, their in zip(*((s if kind == "LSTM" else (s,)) for s in (state, their_state)), strict=True):
        assert np.abs(part.data - their.detach().numpy()).max() < 1e-10


@pytest.mark.parametrize("kind", KINDS)
def test_a_pass_over_streams_is_pytorchs(kind):
    """Truncated backpropagation with the state carried on, clipping and Adam: the loss and the weights afterwards."""
    ours, theirs = twins(kind)
    rows = language.streams(TOKENS, 3)
    mean = language.train_epoch(ours, rows, optim.Adam(ours.parameters(), lr=0.05), steps=8, clip=0.1)
    adam, state, losses, x = torch.optim.Adam(theirs.parameters(), lr=0.05), None, [], torch.tensor(rows)
    for at in range(0, rows.shape[1] - 1, 8):
        y = x[:, at + 1 : at + 9]
        logits, state = theirs(x[:, at : at + y.shape[1]], state)
        state = tuple(s.detach() for s in state) if kind == "LSTM" else state.detach()
        loss = torch.nn.functional.cross_entropy(logits.reshape(-1, 100), y.reshape(-1))
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(theirs.parameters(), 0.1)
        adam.step()
        losses.append(loss.item())
    assert len(losses) > 2 and mean == pytest.approx(np.mean(losses), abs=1e-10)
    for name, value in theirs.state_dict().items():
        assert np.abs(ours.state_dict()[name] - value.numpy()).max() < 1e-8, name


def test_a_pass_can_start_later_and_stop_earlier():
    rows = language.streams(TOKENS, 3)
    one, other = small(), small()
    language.train_epoch(one, rows[:, 8:25], optim.SGD(one.parameters(), lr=1.0), steps=8)
    language.train_epoch(other, rows, optim.SGD(other.parameters(), lr=1.0), steps=8, start=8, updates=2)
    for name, value in one.state_dict().items():
        assert np.array_equal(value, other.state_dict()[name]), name


def test_streams_lie_side_by_side():
    assert language.streams(np.arange(11), 3).tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    with pytest.raises(ValueError, match="expected at least 8 tokens for 4 streams, got 7"):
        language.streams(np.arange(7), 4)


def test_a_state_that_is_forgotten_passes_no_gradient_on():
    model = small()
    _, state = model(TOKENS[None, :5])
    _, state = model(TOKENS[None, 5:6], language.forgotten(state))
    state[1].sum().backward()
    rows = np.flatnonzero(np.abs(model.embed.weight.grad).sum(axis=1))
    assert rows.tolist() == [TOKENS[5]]


def test_dropout_acts_in_training_only():
    model = small(dropout=0.5)
    seen = [model(TOKENS[None, :9])[0].data for _ in range(2)]
    assert not np.array_equal(*seen)
    model.eval()
    seen = [model(TOKENS[None, :9])[0].data for _ in range(2)]
    assert np.array_equal(*seen) and np.array_equal(seen[0], small().eval()(TOKENS[None, :9])[0].data)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="a kind of RNN, LSTM, GRU, got 'lstm'"):
        CharacterModel(9, kind="lstm")


# ---------------------------------------------------------------------------------------------- bits


@pytest.mark.parametrize("kind", KINDS)
def test_bits_are_minus_the_binary_logarithm_of_each_probability(kind):
    model = small(kind).eval()
    slow = []
    for at in range(1, len(TOKENS)):
        with no_grad():
            logits = model(TOKENS[None, :at])[0].data[0, -1]
        slow.append(-math.log2(np.exp(logits[TOKENS[at]]) / np.exp(logits).sum()))
    for steps in (1, 7, 512):
        assert np.abs(language.surprises(model, TOKENS, steps) - slow).max() < 1e-10
    assert language.bits_per_character(model, TOKENS) == pytest.approx(np.mean(slow), abs=1e-10)


@pytest.mark.parametrize("steps", [1, 10, 1000])
def test_states_are_those_of_the_model_step_by_step(steps):
    model = small().eval()
    found, state = language.states(model, TOKENS, steps), None
    for at, token in enumerate(TOKENS):
        h0, c0 = (part.data[0, 0] for part in state) if state else np.zeros((2, 7))
        with no_grad():
            x = model.embed(TOKENS[None, at : at + 1])
            _, state = model.rnn(x, state)
        assert np.abs(found["h"][at] - state[0].data[0, 0]).max() < 1e-12, token
        assert np.abs(found["c"][at] - state[1].data[0, 0]).max() < 1e-12
        lstm = model.rnn
        a = x.data[0, 0] @ lstm.weight_ih_l0.data.T + lstm.bias_ih_l0.data + h0 @ lstm.weight_hh_l0.data.T
        i, f, g, o = np.split(a + lstm.bias_hh_l0.data, 4)
        for name, value in {"i": 1 / (1 + np.exp(-i)), "f": 1 / (1 + np.exp(-f)), "o": 1 / (1 + np.exp(-o)),
                            "g": np.tanh(g)}.items():
            assert np.abs(found[name][at] - value).max() < 1e-12, name
        assert np.abs(found["f"][at] * c0 + found["i"][at] * found["g"][at] - found["c"][at]).max() < 1e-12


@pytest.mark.parametrize("kind", ["RNN", "GRU"])
def test_networks_without_cells_have_one_state(kind):
    model = small(kind).eval()
    found = language.states(model, TOKENS, 10)
    with no_grad():
        expected = model.rnn(model.embed(TOKENS[None]))[0].data[0]
    assert set(found) == {"h"} and np.abs(found["h"] - expected).max() < 1e-12


# ---------------------------------------------------------------------------------------------- writing


def test_temperature_is_a_power_of_the_probabilities():
    logits = np.random.default_rng(0).normal(size=9)
    p = language.next_probabilities(logits)
    assert np.abs(p - np.exp(logits) / np.exp(logits).sum()).max() < 1e-12
    for tau in (0.3, 1.0, 2.5):
        assert np.abs(language.next_probabilities(logits, tau) - p ** (1 / tau) / (p ** (1 / tau)).sum()).max() < 1e-12
    assert language.next_probabilities(1e4 * logits, 0.01).max() == 1  # without overflow


def test_top_k_keeps_the_likeliest_and_their_ratios():
    logits = np.array([1.0, 3.0, 2.0, 3.0])
    p, all_p = language.next_probabilities(logits, top_k=2), language.next_probabilities(logits)
    assert p.tolist() == [0, 0.5, 0, 0.5]
    assert language.next_probabilities(logits, top_k=1).tolist() == [0, 1, 0, 0]  # of equals the first
    assert np.array_equal(language.next_probabilities(logits, top_k=9), all_p)
    with pytest.raises(ValueError, match="a temperature above 0 and a top_k of at least 1, got 0 and None"):
        language.next_probabilities(logits, 0)
    with pytest.raises(ValueError, match="got 1.0 and 0"):
        language.next_probabilities(logits, top_k=0)


def test_a_sample_reads_what_it_wrote():
    model = small().eval()
    written = language.sample(model, TOKENS[:5], 30, temperature=0.7, top_k=20, seed=3)
    draws = np.random.default_rng(3).random(30)
    for n in range(30):
        with no_grad():
            logits = model(np.concatenate([TOKENS[:5], written[:n]])[None])[0].data[0, -1]
        up_to = np.cumsum(language.next_probabilities(logits, 0.7, 20))
        assert written[n] == np.flatnonzero(up_to > draws[n])[0]
    assert np.array_equal(written, language.sample(model, TOKENS[:5], 30, 0.7, 20, draws=draws))


def test_texts_side_by_side_are_those_written_alone():
    model, draws = small().eval(), np.random.default_rng(4).random((3, 12))
    written = language.sample(model, TOKENS[:5], 12, 0.8, 30, draws=draws)
    assert written.shape == (3, 12)
    for text, row in zip(written, draws, strict=True):
        assert np.array_equal(text, language.sample(model, TOKENS[:5], 12, 0.8, 30, draws=row))


def test_a_draw_beyond_the_last_sum_gives_a_token_that_exists():
    written = language.sample(small().eval(), TOKENS[:5], 2, draws=[1.0, 0.0])
    assert written.tolist() == [99, 0]
    assert language.sample(small().eval(), TOKENS[:5], 2, draws=iter([1.0, 0.0, 0.5])).tolist() == [99, 0]
    assert language.sample(small().eval(), TOKENS[:5], 0).shape == (0,)


# ---------------------------------------------------------------------------------------------- counting


def by_definition(tokens, context, token, order, vocabulary, smoothing):
    """The probability as the papers write it, counted anew for every question."""
    @functools.cache
    def counted(gram):
        return sum(tuple(tokens[at : at + len(gram)]) == gram for at in range(len(tokens) - len(gram) + 1))

    def count(gram):
        return counted(tuple(gram))

    def follow(before):
        return {token for token in set(tokens) if count([*before, token])}

    def number(gram):  # how often, or for a shorter memory after how many different tokens
        if smoothing == "witten-bell" or len(gram) == order:
            return count(gram)
        return len({left for left in set(tokens) if count([left, *gram])})

    @functools.cache
    def discount(n, size):
        if n == 0 or smoothing == "witten-bell":
            return 0
        starts = range(len(tokens) - size + 1)
        grams = {tuple(tokens[at : at + size]) for at in starts}
        m = [sum(number(list(gram)) == k for gram in grams) for k in range(5)]
        y, i = m[1] / (m[1] + 2 * m[2]) if m[1] else 0.5, min(n, 3)
        return min(max(i - (i + 1) * y * m[i + 1] / m[i], 0.1), i) if m[i] else 0.5

    def p(context):
        shorter = p(context[1:]) if context else 1 / vocabulary
        seen = [(token, number([*context, token])) for token in follow(context) if number([*context, token])]
        if not seen:
            return shorter
        total, size = sum(n for _, n in seen), len(context) + 1
        if smoothing == "witten-bell":
            return (number([*context, token]) + len(seen) * shorter) / (total + len(seen))
        taken = sum(discount(n, size) for _, n in seen)
        n = number([*context, token])
        return (n - discount(n, size) + taken * shorter) / total

    return p(context[len(context) - order + 1 :] if order > 1 else [])


@pytest.mark.parametrize("smoothing", language.SMOOTHINGS)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_probabilities_are_those_of_the_definition(smoothing, order):
    rng = random.Random(order)
    tokens = [int(4 * rng.random() ** 2) for _ in range(120)]  # all counts of counts occur
    model = NGram(tokens, order, 5, smoothing)
    for context in itertools.product(range(5), repeat=max(1, order - 1)):  # 4 never occurred
        context = (1, *context)  # one more than is looked at
        expected = [by_definition(tokens, list(context), token, order, 5, smoothing) for token in range(5)]
        found = [model.probability(context, token) for token in range(5)]
        assert np.abs(np.subtract(found, expected)).max() < 1e-12
        assert sum(found) == pytest.approx(1, abs=1e-12) and min(found) > 0


@pytest.mark.parametrize("smoothing", language.SMOOTHINGS)
def test_an_ngram_shares_out_one_on_real_text_too(smoothing):
    model = NGram(TOKENS, 5, 100, smoothing)
    for at in range(0, len(TOKENS), 9):
        assert sum(model.probability(TOKENS[:at], token) for token in range(100)) == pytest.approx(1, abs=1e-12)
    bits = model.surprises(TOKENS)
    slow = [-math.log2(model.probability(TOKENS[:at], TOKENS[at])) for at in range(1, len(TOKENS))]
    assert np.abs(bits - slow).max() < 1e-12
    assert np.array_equal(model.surprises(TOKENS, start=40), bits[39:])


def test_an_ngram_of_few_tokens_still_leaves_something_for_all():
    for tokens in ([0], [0, 0, 0, 0], [0, 1, 0, 1]):
        p = [NGram(tokens, 2, 3).probability([0], token) for token in range(3)]
        assert min(p) > 0 and sum(p) == pytest.approx(1, abs=1e-12)


def test_ngrams_refuse_what_they_do_not_know():
    with pytest.raises(ValueError, match="an order of at least 1 and one of .*, got 0 and 'kneser-ney'"):
        NGram(TOKENS, 0, 100)
    with pytest.raises(ValueError, match="got 2 and 'laplace'"):
        NGram(TOKENS, 2, 100, "laplace")


# ---------------------------------------------------------------------------------------------- compressors, repeats


def test_compressors_are_charged_for_what_they_write():
    for name, press in language.COMPRESSORS.items():
        alone = language.compressed_bits(name, TEXT * 3)
        assert alone == 8 * len(press((TEXT * 3).encode())) / len(TEXT * 3)
        assert language.compressed_bits(name, TEXT * 3, TEXT * 20) < alone / 3
    with pytest.raises(ValueError, match="one of zlib, bz2, xz, got 'gzip'"):
        language.compressed_bits("gzip", TEXT)


def test_repeats_are_found_where_they_are():
    source, text = "0123456789", "xx23456yy789012zz"
    for length in range(1, 9):
        slow = [any(text[start : start + length] in source for start in range(max(0, at - length + 1), at + 1)
                    if start + length <= len(text)) for at in range(len(text))]
        assert language.repeated(text, source, length).tolist() == slow
