"""Why this file exists: whoever makes a network smaller must know exactly what was left out and what was rounded."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import Tensor, compress, nn, optim
from dlcourse import functional as F
from dlcourse.train import Batches, fit


@pytest.fixture
def model():
    return nn.Sequential(nn.Linear(6, 5, rng=np.random.default_rng(0)), nn.BatchNorm1d(5), nn.ReLU(),
                         nn.Linear(5, 3, rng=np.random.default_rng(1)))


# ---------------------------------------------------------------------------------------------- pruning


@pytest.mark.parametrize("share", [0, 0.2, 0.5, 0.9])
def test_the_smallest_weights_of_all_layers_go(model, share):
    weights = np.concatenate([p.data.ravel() for p in compress.weight_matrices(model).values()])
    masks = compress.magnitude_masks(model, share)
    kept = np.concatenate([mask.ravel() for mask in masks.values()])
    assert (~kept).sum() == round(share * len(weights))
    if share:
        assert np.abs(weights[~kept]).max() < np.abs(weights[kept]).min()


def test_pruned_weights_stay_zero_while_the_others_learn(model):
    masks = compress.magnitude_masks(model, 0.5)
    compress.prune(model, masks)
    before = {name: p.data.copy() for name, p in model.named_parameters()}
    x, y = np.random.default_rng(2).standard_normal((20, 6)).astype(np.float32), np.arange(20) % 3
    fit(model, Batches(Tensor(x), Tensor(y)), F.cross_entropy, optim.Adam(model.parameters(), lr=0.1), epochs=5,
        progress=False, before_step=lambda: compress.prune(model, masks))
    for name, p in compress.weight_matrices(model).items():
        assert np.all(p.data[~masks[name]] == 0)
        assert np.all(p.data[masks[name]] != before[name][masks[name]])


def test_one_weight_always_stays(model):
    assert sum(mask.sum() for mask in compress.magnitude_masks(model, 0.99999).values()) == 1


@pytest.mark.parametrize("share", [-0.1, 1, 90])
def test_a_share_that_is_none_is_refused(model, share):
    with pytest.raises(ValueError, match=r"0\.9 leaves out 90 %"):
        compress.magnitude_masks(model, share)


# ---------------------------------------------------------------------------------------------- fewer bits


@given(st.integers(2, 16), st.integers(0, 2**32 - 1))
def test_quantization_errs_by_half_a_step_at_most(bits, seed):
    x = np.random.default_rng(seed).standard_normal((3, 4, 2))
    for axis in (None, 0, 1, -1):
        q, scale = compress.quantize(x, bits, axis)
        assert np.abs(q).max() <= 2 ** (bits - 1) - 1
        assert np.all(np.abs(x - q * scale) <= scale / 2 * (1 + 1e-12))
        assert scale.size == (1 if axis is None else x.shape[axis])
        assert q.dtype == (np.int8 if bits <= 8 else np.int16)


def test_zeros_stay_zeros():
    q, scale = compress.quantize(np.zeros((2, 3)), axis=0)
    assert np.all(q == 0) and np.all(scale == 1)


@pytest.mark.parametrize("bits", [1, 17])
def test_bits_that_cannot_be_are_refused(bits):
    with pytest.raises(ValueError, match="2 to 16"):
        compress.quantize(np.ones(3), bits)


@pytest.mark.parametrize("K", [1, 7, 500, 1040])
def test_int8_products_are_exact(K):
    rng = np.random.default_rng(K)
    a, b = (rng.integers(-127, 128, shape).astype(np.int8) for shape in ((20, K), (K, 9)))
    assert np.array_equal(compress.int8_product(a, b), a.astype(np.int64) @ b.astype(np.int64))


def test_products_that_could_round_are_refused():
    a = np.full((1, 1041), 127, np.int8)
    with pytest.raises(ValueError, match="split the 1041 columns"):
        compress.int8_product(a, a.T)
    assert compress.int8_product(a[:, :1040], a[:, :1040].T)[0, 0] == 1040 * 127**2
    with pytest.raises(ValueError, match="expected int8, got float64"):
        compress.int8_product(a.astype(float), a.T)


def test_the_limit_is_real():
    """Beyond 2^24 a float32 product does round: 2^24 + 1 cannot be written."""
    assert np.float32(2**24) + np.float32(1) == np.float32(2**24)


def test_quantized_weights_are_those_of_quantize(model):
    first = model[0].weight.data.copy()
    compress.quantize_weights(model, 4)
    q, scale = compress.quantize(first, 4, axis=0)
    np.testing.assert_allclose(model[0].weight.data, q * scale, rtol=1e-6)


def test_bytes_are_counted_by_hand(model):
    few = 4 * (5 + 3 + 4 * 5)  # biases, and scale, shift, mean and variance of the norm
    assert compress.stored_bytes(model) == 4 * (30 + 15) + few
    assert compress.stored_bytes(model, 8) == 45 + 4 * (5 + 3) + few
    assert compress.stored_bytes(model, 2) == 8 + 4 + 4 * (5 + 3) + few  # 60 bits and 30 bits
    assert compress.stored_bytes(model, 8, axis=None) == 45 + 4 * 2 + few
    masks = compress.magnitude_masks(model, 0.6)
    assert compress.stored_bytes(model, masks=masks) == 4 * 18 + 4 + 2 + few


# ---------------------------------------------------------------------------------------------- distillation


@pytest.mark.parametrize(("T", "weight"), [(1.0, 1.0), (3.0, 0.9), (10.0, 0.0)])
def test_distillation_agrees_with_torch(T, weight):
    rng = np.random.default_rng(0)
    z, teacher, y = rng.standard_normal((4, 5)), rng.standard_normal((4, 5)), np.array([0, 4, 2, 2])
    ours = Tensor(z, requires_grad=True)
    loss = compress.distillation_loss(ours, teacher, y, T, weight)
    loss.backward()
    theirs = torch.tensor(z, requires_grad=True)
    soft = torch.nn.functional.kl_div(torch.log_softmax(theirs / T, 1), torch.softmax(torch.tensor(teacher) / T, 1),
                                      reduction="batchmean")
    expected = weight * T**2 * soft + (1 - weight) * torch.nn.functional.cross_entropy(theirs, torch.tensor(y))
    expected.backward()
    assert loss.item() == pytest.approx(expected.item(), abs=1e-12)
    np.testing.assert_allclose(ours.grad, theirs.grad.numpy(), atol=1e-12)


def test_the_teacher_learns_nothing():
    teacher = Tensor(np.ones((2, 3)), requires_grad=True)
    compress.distillation_loss(Tensor(np.zeros((2, 3)), requires_grad=True), teacher, np.array([0, 1])).backward()
    assert teacher.grad is None
