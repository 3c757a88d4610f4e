"""What chapter 8 freezes stays as it is, what it adapts learns by the right gradient, and nothing else is touched."""

import copy
import functools

import numpy as np
import pytest
import torch
from engine_tools import engine_state, float64  # noqa: F401

from dlcourse import Tensor, nn, optim
from dlcourse import functional as F
from dlcourse.testing import assert_close, check_gradients
from dlcourse.train import Batches, fit
from dlcourse.transfer import (
    LoRA,
    Reader,
    StillBatchNorm2d,
    add_adapters,
    discriminative_groups,
    features,
    freeze,
    keep_statistics,
    pull_back,
    replace_head,
)
from dlcourse.twins import assert_twins

pytestmark = pytest.mark.usefixtures("float64")
RNG = np.random.default_rng(0)
X, Y = RNG.uniform(0, 1, (24, 1, 14, 14)), RNG.integers(0, 10, 24)


def reader(classes=10, seed=0):
    """A small network of the course's kind, with statistics that are not those it was born with."""
    model = Reader(classes, widths=(4, 5, 6), rng=np.random.default_rng(seed))
    model(Tensor(X))  # in training mode: the running statistics move
    return model


def train(model, parameters, epochs=2, before_step=None, lr=0.05):
    """Two epochs with `fit`, which puts the whole model into training mode at the start of each."""
    optimizer = optim.SGD(parameters, lr=lr, momentum=0.9)
    fit(model, Batches(X, Y, batch_size=8), F.cross_entropy, optimizer, epochs=epochs, before_step=before_step,
        progress=False)
    return model


def changed(before, after):
    """The names of what differs in two dicts of arrays."""
    return {name for name in before if not np.array_equal(before[name], after[name])}


# ------------------------------------------------------------------------------------------------ the reader


def test_the_reader_has_the_sizes_that_are_stated():
    model = Reader(7)
    count = {name: sum(p.numel() for p in part.parameters()) for name, part in model.named_children()}
    assert count == {"features": 23_408, "head": 65 * 7} and model(Tensor(X)).shape == (24, 7)


def test_features_are_what_the_head_reads_in_evaluation_whatever_the_mode():
    model = reader()
    model.features[1].eval()  # a part of it has its own mode
    state, modes = model.state_dict(), [m.training for m in model.modules()]
    found = features(model, X, batch_size=7)
    assert [m.training for m in model.modules()] == modes and not changed(state, model.state_dict())
    model.eval()
    assert_close(Tensor(found), model.features(Tensor(X)), 1e-12)
    assert_close(model.head(Tensor(found)), model(Tensor(X)), 1e-12)
    with pytest.raises(ValueError, match=r"at least one picture, got an array of shape \(0, 1, 14, 14\)"):
        features(model, X[:0])


def test_a_new_head_has_other_classes_and_leaves_the_features():
    model = reader()
    before = model.features.state_dict()
    assert replace_head(model, 4, rng=np.random.default_rng(1)) is model
    assert not changed(before, model.features.state_dict()) and model(Tensor(X)).shape == (24, 4)


# ------------------------------------------------------------------------------------------------ freezing


def test_frozen_parameters_do_not_move_but_statistics_do_unless_kept():
    norms = {f"features.{i}.{name}" for i in (1, 5, 9) for name in ("running_mean", "running_var",
                                                                   "num_batches_tracked")}
    head = {"head.weight", "head.bias"}
    for keep, expected in ((False, norms | head), (True, head)):
        model = reader()
        freeze(model.features)
        if keep:
            assert keep_statistics(model) is model
        before = model.state_dict()
        train(model, model.parameters())
        assert changed(before, model.state_dict()) == expected
        assert all(p.grad is None for p in model.features.parameters())


def test_thawed_parameters_learn_again():
    model = freeze(freeze(reader().features), frozen=False)
    assert all(p.requires_grad for p in model.parameters())


def test_kept_statistics_make_a_network_that_does_not_care_for_its_mode_or_its_batch():
    model = keep_statistics(reader()).eval()
    quiet = model(Tensor(X)).data
    model.train()
    assert model.training and model.features.training and not model.features[1].training
    np.testing.assert_array_equal(model(Tensor(X)).data, quiet)
    np.testing.assert_allclose(model(Tensor(X[:2])).data, quiet[:2], atol=1e-12)
    other = copy.deepcopy(model).train()
    np.testing.assert_array_equal(other(Tensor(X)).data, quiet)
    assert isinstance(model.features[1], nn.BatchNorm2d) and type(model.features[1]) is StillBatchNorm2d
    keep_statistics(model, keep=False)
    assert type(model.features[1]) is nn.BatchNorm2d and model.features[1].training
    assert np.abs(model(Tensor(X)).data - quiet).max() > 1e-3, "the batch decides again"
    assert list(model.state_dict()) == list(reader().state_dict())


# ------------------------------------------------------------------------------------------------ rates and pull


def test_groups_hold_each_parameter_once_and_rates_fall_towards_the_input():
    model = reader()
    groups = discriminative_groups(model, lr=0.1, factor=0.5)
    assert [group["lr"] for group in groups] == [0.1, 0.05, 0.025, 0.0125]
    assert [len(group["params"]) for group in groups] == [2, 3, 3, 3]
    listed = [id(p) for group in groups for p in group["params"]]
    assert sorted(listed) == sorted(map(id, model.parameters()))
    assert groups[1]["params"][0] is model.features[8].weight and groups[3]["params"][0] is model.features[0].weight
    before = model.state_dict()
    train(model, groups, epochs=1)
    moved = [np.abs(model.state_dict()[name] - before[name]).mean() for name in ("features.0.weight", "head.weight")]
    assert 0 < moved[0] < moved[1]


def test_the_pull_is_the_gradient_of_the_penalty():
    model = reader()
    start = {name: array + 0.1 for name, array in model.state_dict().items()}
    start["head.weight"] = np.zeros((3, 6))  # of another head: left out
    F.cross_entropy(model(Tensor(X)), Tensor(Y)).backward()
    plain = {name: p.grad.copy() for name, p in model.named_parameters()}
    distance = pull_back(model, start, strength=0.3)
    theirs = [torch.tensor(p.data, requires_grad=True) for name, p in model.named_parameters() if name != "head.weight"]
    penalty = sum(((w - torch.from_numpy(start[name])) ** 2).sum() / 2
                  for w, name in zip(theirs, (n for n in plain if n != "head.weight"), strict=True))
    (0.3 * penalty).backward()
    assert_close(distance, penalty.item(), 1e-12)
    for (name, p), w in zip(((n, p) for n, p in model.named_parameters() if n != "head.weight"), theirs, strict=True):
        np.testing.assert_allclose(p.grad, plain[name] + w.grad.numpy(), atol=1e-12)
    np.testing.assert_array_equal(model.head.weight.grad, plain["head.weight"])
    with pytest.raises(ValueError, match="state_dict of this model before training, got .'other'"):
        pull_back(model, {"other": np.zeros(3)}, 0.1)


def test_a_stronger_pull_leaves_the_weights_nearer_their_start():
    far = []
    for strength in (0.0, 0.3, 3.0):
        model = reader()
        start = model.state_dict()
        pull = functools.partial(pull_back, model, start, strength)
        train(model, model.parameters(), epochs=8, before_step=pull)
        far.append(sum(((p.data - start[name]) ** 2).sum() for name, p in model.named_parameters()))
    assert far[0] > 1.2 * far[1] > 1.44 * far[2] > 0


# ------------------------------------------------------------------------------------------------ low rank


class TorchLoRA(torch.nn.Module):
    """The same layer, written for PyTorch with one matrix product where ours has two."""

    def __init__(self, layer, rank, scale):
        super().__init__()
        self.layer = layer.requires_grad_(False)
        self.A = torch.nn.Parameter(torch.zeros(rank, *layer.weight.shape[1:]))
        self.B = torch.nn.Parameter(torch.zeros(layer.weight.shape[0], rank))
        self.scale = scale / rank

    def forward(self, x):
        weight = self.layer.weight + self.scale * torch.tensordot(self.B, self.A, dims=1)
        if isinstance(self.layer, torch.nn.Linear):
            return torch.nn.functional.linear(x, weight, self.layer.bias)
        return torch.nn.functional.conv2d(x, weight, self.layer.bias, self.layer.stride, self.layer.padding,
                                          self.layer.dilation)


LAYERS = {
    "linear": (lambda n: n.Linear(6, 5), (7, 6)),
    "linear without bias": (lambda n: n.Linear(6, 5, bias=False), (2, 3, 6)),
    "convolution": (lambda n: n.Conv2d(3, 5, 3, stride=2, padding=1), (4, 3, 8, 8)),
    "dilated": (lambda n: n.Conv2d(3, 5, (3, 1), padding=(2, 0), dilation=2, bias=False), (4, 3, 8, 8)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_an_adapter_begins_as_its_layer_and_learns_as_in_pytorch(name):
    make, shape = LAYERS[name]
    x = RNG.normal(size=shape)
    layer = make(nn)
    adapter = LoRA(layer, rank=2, scale=4.0, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(adapter(Tensor(x)).data, layer(Tensor(x)).data)
    target = RNG.normal(size=layer(Tensor(x)).shape)
    adapter.B.data[...] = RNG.normal(size=adapter.B.shape)
    theirs = TorchLoRA(make(torch.nn), 2, 4.0)
    mine = [p for p in adapter.parameters() if p.requires_grad]
    found = assert_twins(adapter, theirs, x, target, F.mse_loss, torch.nn.functional.mse_loss,
                         optim.Adam(mine, lr=0.01), torch.optim.Adam([theirs.A, theirs.B], lr=0.01))
    assert found["gradients"] < 1e-10 and [n for n, p in adapter.named_parameters() if p.requires_grad] == ["A", "B"]
    before = adapter(Tensor(x))
    merged = adapter.merged()
    assert_close(merged(Tensor(x)), before, 1e-10)
    assert_close(adapter(Tensor(x)), before, 1e-10, "used up, and still the same")
    assert merged is layer and all(p.requires_grad for p in merged.parameters())


def test_the_gradients_of_an_adapter_pass_finite_differences():
    adapter, x = LoRA(nn.Linear(5, 4), rank=2), RNG.normal(size=(3, 5))

    def output(a, b):
        vars(adapter).update(A=a, B=b)
        return adapter(x)

    check_gradients(output, RNG.normal(size=(2, 5)), RNG.normal(size=(4, 2)))


def test_at_the_start_only_b_gets_a_gradient():
    adapter = LoRA(nn.Linear(6, 5), rank=2)
    adapter(Tensor(RNG.normal(size=(7, 6)))).sum().backward()
    assert not adapter.A.grad.any() and adapter.B.grad.all() and adapter.layer.weight.grad is None


def test_the_change_has_the_rank_and_all_ranks_can_change_everything():
    for rank in (1, 2, 3):
        adapter = LoRA(nn.Linear(6, 3), rank=rank, scale=2.0)
        adapter.B.data[...] = RNG.normal(size=(3, rank))
        assert np.linalg.matrix_rank(adapter.change()) == rank
        assert_close(adapter.change(), 2 / rank * adapter.B.data @ adapter.A.data, 1e-12)
    assert repr(adapter).startswith("LoRA(\n  (layer): Linear(")


@pytest.mark.parametrize(("layer", "rank", "error", "words"), [
    (lambda: nn.Linear(6, 5), 0, ValueError, "rank from 1 to 5 for a matrix of 5 x 6, got 0"),
    (lambda: nn.Linear(6, 5), 6, ValueError, "rank from 1 to 5 for a matrix of 5 x 6, got 6"),
    (lambda: nn.Conv2d(1, 16, 3), 10, ValueError, "rank from 1 to 9 for a matrix of 16 x 9, got 10"),
    (lambda: nn.Conv2d(4, 4, 3, groups=4), 1, ValueError, "groups=1, got 4"),
    (nn.ReLU, 1, TypeError, "nn.Linear or nn.Conv2d, got ReLU"),
])
def test_what_cannot_be_adapted_is_told(layer, rank, error, words):
    with pytest.raises(error, match=words):
        LoRA(layer(), rank)


def test_adapters_in_a_whole_network_leave_everything_else_alone():
    model = reader()
    model.eval()
    before, outputs = model.state_dict(), model(Tensor(X)).data
    add_adapters(model.features, rank=3, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(model.eval()(Tensor(X)).data, outputs)
    learning = {name for name, p in model.named_parameters() if p.requires_grad}
    assert learning == {f"features.{i}.{m}" for i in (0, 4, 8) for m in "AB"} | {"head.weight", "head.bias"}
    assert model.features[0].rank == 3 and sum(isinstance(m, LoRA) for m in model.modules()) == 3
    train(model, [p for p in model.parameters() if p.requires_grad])
    after = model.state_dict()
    kept = {name: after[name.replace(".weight", ".layer.weight") if name.split(".")[1] in "048" else name]
            for name in before if name.startswith("features")}
    assert not changed({name: before[name] for name in kept}, kept)
    assert np.abs(model.eval()(Tensor(X)).data - outputs).max() > 0.01, "the adapters learned nothing"
    with pytest.raises(ValueError, match="linear layers or convolutions below it, got ReLU"):
        add_adapters(nn.ReLU())
    add_adapters(narrow := Reader(3, widths=(4, 5, 6)).features, rank=8)
    assert [narrow[i].rank for i in (0, 4, 8)] == [4, 5, 6], "no rank is larger than the matrix allows"
