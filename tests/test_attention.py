"""Why this file exists: attention is easy to get almost right: a mask the wrong way round still trains.

Heads are compared with one head at a time, masks with PyTorch's in all combinations, and what a mask hides must not
matter at all. `test_layers.py` tries the layers without dropout besides.
"""

import itertools
import math

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state, float64, ours  # noqa: F401
from hypothesis import given, settings
from hypothesis import strategies as st

import dlcourse
from dlcourse import Tensor
from dlcourse import functional as F
from dlcourse.attention import (
    MultiheadAttention,
    TransformerEncoder,
    TransformerEncoderLayer,
    multihead_attention_by_heads,
)

RNG = np.random.default_rng(4)
N, T, S, D, A = 2, 3, 4, 6, 2


def normal(*shape):
    return RNG.standard_normal(shape)


def pair(embed_dim, heads, **options):
    """The layer here and there, with the same weights, biases that are not 0, in float64."""
    layer = MultiheadAttention(embed_dim, heads, batch_first=True, **options).double()
    for p in layer.parameters():
        p.data[...] = normal(*p.shape)
    twin = torch.nn.MultiheadAttention(embed_dim, heads, batch_first=True, **options).double()
    twin.load_state_dict({name: torch.from_numpy(a) for name, a in layer.state_dict().items()})
    return layer, twin


small = st.integers(1, 3)


@settings(max_examples=15, deadline=None)
@given(N=small, T=small, S=small, A=small, d=small, masked=st.booleans())
def test_one_head_at_a_time_is_the_same(N, T, S, A, d, masked):
    D = A * d
    mask = normal(T, S) if masked else None
    shapes = [(N, T, D), (N, S, D), (N, S, D), (3 * D, D), (3 * D,), (D, D), (D,)]
    arrays = [normal(*shape) for shape in shapes]
    layer, weights = MultiheadAttention(D, A, batch_first=True), normal(N, T, D)

    def by_layer(query, key, value, in_weight, in_bias, out_weight, out_bias, need_weights):
        layer.in_proj_weight, layer.in_proj_bias = in_weight, in_bias
        layer.out_proj.weight, layer.out_proj.bias = out_weight, out_bias
        return layer(query, key, value, attn_mask=mask, need_weights=need_weights)[0]

    expected = ours(lambda *a: multihead_attention_by_heads(*a, A, mask), arrays, weights)
    for need_weights in (False, True):
        got = ours(lambda *a, need=need_weights: by_layer(*a, need), arrays, weights)
        for a, b in zip([got[0], *got[1]], [expected[0], *expected[1]], strict=True):
            agree(a, b, 1e-12)


LATER = np.triu(np.ones((T, S), bool), 1)
PER_HEAD = np.random.default_rng(0).random((N * A, T, S)) < 0.3
PER_HEAD[:, :, 0] = False  # somewhere everybody may look
PADDING = np.array([[False, False, False, True], [False, False, False, False]])


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize(("attn_mask", "padding"), [
    *itertools.product([None, LATER, PER_HEAD], [None, PADDING]), (normal(T, S), None), (normal(N * A, T, S), None),
    (np.where(LATER, -np.inf, 0), -1.0 * PADDING)])
def test_masks_mean_what_they_mean_in_pytorch(attn_mask, padding, need_weights):
    layer, twin = pair(D, A)
    inputs = [normal(N, T, D), normal(N, S, D), normal(N, S, D)]
    masks = {"key_padding_mask": padding, "attn_mask": attn_mask, "need_weights": need_weights}
    masks_torch = {name: torch.tensor(m) if isinstance(m, np.ndarray) else m for name, m in masks.items()}
    x, x_torch = Tensor(inputs[0], requires_grad=True), torch.tensor(inputs[0], requires_grad=True)
    got = layer(x, *inputs[1:], **masks)
    expected = twin(x_torch, *map(torch.tensor, inputs[1:]), **masks_torch)
    for y in (got[0], expected[0]):
        (y * y).sum().backward()
    agree(got[0], expected[0])
    agree(x.grad, x_torch.grad)
    assert (got[1] is None) == (expected[1] is None) == (not need_weights)
    if need_weights:
        agree(got[1], expected[1])


@pytest.mark.parametrize("need_weights", [True, False])
def test_a_query_that_may_look_nowhere_gets_what_pytorch_gives(need_weights):
    layer, twin = pair(D, A)
    x, hidden = normal(1, T, D), np.array([[True, True, True], [False, True, True], [False, False, True]])
    with np.errstate(invalid="ignore"):
        got = layer(x, x, x, attn_mask=hidden, need_weights=need_weights)[0].detach().data
    x = torch.tensor(x)
    expected = twin(x, x, x, attn_mask=torch.tensor(hidden), need_weights=need_weights)[0].detach().numpy()
    assert np.array_equal(np.isnan(got), np.isnan(expected)) and np.isnan(got[0, 0]).all() == need_weights
    agree(np.nan_to_num(got), np.nan_to_num(expected))


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("padding", [None, PADDING[:, :T]])
def test_is_causal_is_the_mask_of_what_comes_later(padding, need_weights):
    layer, _ = pair(D, A)
    x = normal(N, T, D)
    options = {"key_padding_mask": padding, "need_weights": need_weights}
    agree(layer(x, x, x, is_causal=True, **options)[0].detach(),
          layer(x, x, x, attn_mask=LATER[:, :T], **options)[0].detach(), 1e-14)


def test_true_means_the_opposite_of_scaled_dot_product_attention(float64):  # noqa: F811
    layer = MultiheadAttention(D, 1, batch_first=True)
    layer.in_proj_weight.data[...] = np.tile(np.eye(D), (3, 1))
    layer.out_proj.weight.data[...] = np.eye(D)
    x = Tensor(normal(N, T, D))
    hidden = LATER[:, :T]
    agree(layer(x, x, x, attn_mask=hidden)[0].detach(), F.scaled_dot_product_attention(x, x, x, ~hidden), 1e-14)


def test_one_array_or_three_equal_ones_are_the_same(float64):  # noqa: F811
    layer, _ = pair(D, A)
    x = normal(N, T, D)
    agree(layer(x, x, x)[0].detach(), layer(x, x.copy(), x.copy())[0].detach(), 1e-14)


@settings(max_examples=10, deadline=None)
@given(order=st.permutations(range(5)))
def test_without_a_mask_order_does_not_matter(order):
    """Attention sees a set: exchanged inputs give exchanged outputs."""
    layer, _ = pair(D, A)
    x = normal(1, 5, D)
    agree(layer(x[:, order], x[:, order], x[:, order])[0].detach(), layer(x, x, x)[0].detach().data[:, order], 1e-13)


@pytest.mark.parametrize("norm_first", [False, True])
def test_a_causal_encoder_does_not_see_the_future(norm_first, float64):  # noqa: F811
    layer = TransformerEncoderLayer(D, A, 8, 0.0, batch_first=True, norm_first=norm_first)
    model, x = TransformerEncoder(layer, 2), Tensor(normal(1, 5, D), requires_grad=True)
    (model(x, is_causal=True)[:, 2] ** 2).sum().backward()
    assert np.all(x.grad[:, :3] != 0) and not x.grad[:, 3:].any()


def test_padding_does_not_matter(float64):  # noqa: F811
    layer = TransformerEncoderLayer(D, A, 8, 0.0, batch_first=True).eval()
    x = normal(1, 5, D)
    padded = np.concatenate([x, 100 * normal(1, 2, D)], axis=1)
    hidden = np.array([[False] * 5 + [True] * 2])
    agree(layer(padded, src_key_padding_mask=hidden).data[:, :5], layer(x).detach(), 1e-13)


def test_dropout_drops_weights_in_training_only(float64):  # noqa: F811
    layer, x = MultiheadAttention(D, A, dropout=0.5, batch_first=True), normal(N, 8, D)
    whole = layer.eval()(x, x, x, average_attn_weights=False)[1].data
    agree(whole.sum(-1), np.ones((N, A, 8)), 1e-14)
    dropped = layer.train()(x, x, x, average_attn_weights=False)[1].data
    gone = dropped == 0
    assert 0.3 < gone.mean() < 0.7
    agree(dropped[~gone], 2 * whole[~gone], 1e-14)
    fused = [layer(x, x, x, need_weights=False)[0].data for _ in range(2)]
    assert not np.array_equal(*fused)
    layer.eval()
    agree(layer(x, x, x, need_weights=False)[0].detach(), layer(x, x, x)[0].detach(), 1e-14)


def test_a_block_drops_in_training_only(float64):  # noqa: F811
    block, x = TransformerEncoderLayer(D, A, 8, batch_first=True), normal(N, T, D)
    assert not np.array_equal(block(x).data, block(x).data)
    block.eval()
    assert np.array_equal(block(x).data, block(x).data)


def test_a_block_that_drops_all_passes_its_input_on(float64):  # noqa: F811
    block, x = TransformerEncoderLayer(D, A, 8, dropout=1.0, norm_first=True, batch_first=True), normal(N, T, D)
    block.self_attn.out_proj.bias.data[...] = 1.0  # what is left when the weights of attention are dropped
    agree(block(x).detach(), x, 0)


def test_copies_start_alike_and_are_trained_apart():
    block = TransformerEncoderLayer(D, A, 8, batch_first=True)
    model = TransformerEncoder(block, 2)
    first, second = (m.state_dict() for m in model.layers)
    assert all(np.array_equal(first[name], second[name]) for name in first)
    arrays = [p.data for p in (*block.parameters(), *model.parameters())]
    assert not any(np.shares_memory(a, b) for a, b in itertools.combinations(arrays, 2))


def test_first_weights():
    layer = MultiheadAttention(40, 4, batch_first=True)
    bound = math.sqrt(6 / (40 + 120))  # Glorot's, for all three projections together
    largest = np.abs(layer.in_proj_weight.data).max()
    assert 0.98 * bound < largest <= bound and layer.in_proj_weight.dtype == np.float32
    assert not layer.in_proj_bias.data.any() and not layer.out_proj.bias.data.any()
    dlcourse.manual_seed(1)
    first = MultiheadAttention(4, 2, batch_first=True).state_dict()
    dlcourse.manual_seed(1)
    again = MultiheadAttention(4, 2, batch_first=True).state_dict()
    assert all(np.array_equal(first[name], again[name]) for name in first)


X = np.zeros((2, 3, 4))


def attend(*inputs, **options):
    return MultiheadAttention(4, 2, batch_first=True)(*inputs, **options)


@pytest.mark.parametrize(("act", "message"), [
    (lambda: MultiheadAttention(4, 2), r"MultiheadAttention expected batch_first=True: sequences are \(N, T, D\)"),
    (lambda: TransformerEncoderLayer(4, 2), "TransformerEncoderLayer expected batch_first=True"),
    (lambda: MultiheadAttention(5, 2, batch_first=True), "embed_dim as a multiple of num_heads, got 5 and 2"),
    (lambda: TransformerEncoderLayer(4, 2, activation="swish", batch_first=True), "got 'swish'"),
    (lambda: attend(X[0], X, X), r"expected a query \(N, T, 4\), got \(3, 4\): for one sequence, x\[None\]"),
    (lambda: attend(X, X[..., :3], X), r"expected a key \(N, T, 4\), got \(2, 3, 3\)"),
    (lambda: attend(X, X, X, attn_mask=np.zeros((2, 3))), r"attn_mask \(3, 3\) or \(4, 3, 3\), got \(2, 3\)"),
    (lambda: attend(X, X, X, key_padding_mask=np.zeros((3, 2))), r"key_padding_mask \(2, 3\), got \(3, 2\)"),
])
def test_errors_say_what_to_do(act, message):
    with pytest.raises(ValueError, match=message):
        act()
