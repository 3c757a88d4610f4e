"""Why this file exists: an optimizer packs its parameters into one long array, and nobody must notice."""

import copy
import pickle

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state, float64  # noqa: F401
from optim_tools import OPTIMIZERS, STEPS, compare, each_optimizer, gradient, start

from dlcourse import Tensor, nn, optim, pack


def test_weights_and_gradients_lie_side_by_side():
    """Without this all tests below are about nothing."""
    pairs, (optimizer, _) = compare(lambda *_: None)
    for arrays in ([our.data for our, _ in pairs], [our.grad for our, _ in pairs]):
        assert len({id(a.base) for a in arrays}) == 1 and arrays[0].base.size == sum(a.size for a in arrays)


@pytest.mark.parametrize(("chunk", "piece"), [(2, 2), (5, 2), (3, 10)])
@each_optimizer
def test_in_parts(name, options, chunk, piece, monkeypatch):
    """Nine numbers in chunks, and a chunk in pieces, with a rest."""
    monkeypatch.setattr(pack, "CHUNK", chunk)
    monkeypatch.setattr(pack, "PIECE", piece)
    compare(lambda *_: None, name, options)


def test_a_model_that_changes_its_type_gets_gradients_of_the_new_one():
    """The home that the optimizer offered is of the old type, and would round them."""
    model = nn.Linear(2, 1)
    optim.SGD(model.parameters()).zero_grad()
    model.double()
    model(np.full((1, 2), 1 / 3)).sum().backward()
    assert model.weight.grad.dtype == np.float64 and (model.weight.grad == 1 / 3).all()


def test_a_gradient_kept_across_a_zero_grad_of_the_model_stays():
    """The model forgets its gradients, but offers no new home: the next gradient must not take the old one's place."""
    model = nn.Linear(2, 1)
    optimizer = optim.SGD(model.parameters())
    optimizer.zero_grad()
    model(np.ones((1, 2))).sum().backward()
    kept = model.weight.grad
    model.zero_grad()
    model(np.full((1, 2), 5.0)).sum().backward()
    assert kept.tolist() == [[1, 1]] and model.weight.grad.tolist() == [[5, 5]]


def test_values_set_from_outside_are_kept():
    def rebind(step, side, params, optimizer):
        if step == 5:
            new = np.full(params[1].shape, 0.25)
            params[1].data = torch.tensor(new) if side else new
        if step == 7:
            params[0].data[0] = 3.0

    compare(rebind)


def test_a_second_optimizer_over_the_same_parameters():
    others = {}

    def also(step, side, params, optimizer):
        library = torch.optim if side else optim
        if step == 3:
            others[side] = library.SGD(params[::-1], lr=0.05, momentum=0.5)
        if step >= 3 and step % 3 == 0:
            others[side].step()
        if step == 10:
            others[side].zero_grad()

    compare(also)


def test_gradients_made_by_hand():
    def replace(step, side, params, optimizer):
        g = gradient(step, 9, params[0].shape)
        mine = params[0].grad = torch.tensor(g) if side else g
        if step == 4:
            params[2].grad = params[2].grad * 0.5
        if step == 6 and not side:
            params[1].grad = Tensor(params[1].grad * 1.0)
        optimizer.step()
        assert params[0].grad is mine and np.array_equal(np.asarray(mine), g)

    compare(replace)


def test_gradients_that_come_and_go():
    def drop(step, side, params, optimizer):
        for i, p in enumerate(params):
            if (step + i) % 3 == 0 or step < i:
                p.grad = None

    for name in OPTIMIZERS:
        compare(drop, name)


def test_no_gradient_at_all_is_no_step():
    pairs, (optimizer, _) = compare(lambda *_: None, steps=range(2))
    before = [our.data.copy() for our, _ in pairs]
    optimizer.zero_grad()
    optimizer.step()
    assert all(np.array_equal(our.data, a) for (our, _), a in zip(pairs, before, strict=True))
    assert [state["step"] for state in optimizer.state.values()] == [2, 2, 2]


@pytest.mark.parametrize("part", [lambda g: g, lambda g: g[:1], lambda g: g[1:].T])
def test_a_gradient_that_somebody_keeps_stays(part):
    kept = []

    def keep(step, side, params, optimizer):
        if not side and step % 4 == 1:
            kept.append((part(params[0].grad), part(params[0].grad).copy()))

    compare(keep)
    assert len(kept) == 5 and all(np.array_equal(a, b) for a, b in kept)


def test_one_array_serves_all_gradients_if_nobody_keeps_one():
    seen = set()
    pairs, (optimizer, _) = compare(lambda step, side, params, _: side or seen.add(params[0].grad.base.ctypes.data))
    assert len(seen) == 1


def test_gradients_from_several_backwards():
    def again(step, side, params, optimizer):
        for times in range(step % 3):
            for i, p in enumerate(params):
                g = gradient(step, 20 + 3 * times + i, tuple(p.shape))
                (p * (torch.tensor(g) if side else g)).sum().backward()

    compare(again)


def test_model_zero_grad_and_load_state_dict(float64):  # noqa: F811
    models = nn.Linear(3, 2), torch.nn.Linear(3, 2).double()
    weights = models[0].state_dict()
    optimizers = [library.Adam(model.parameters(), lr=0.1) for library, model in zip((optim, torch.optim), models,
                                                                                     strict=True)]
    models[1].load_state_dict({name: torch.tensor(a) for name, a in weights.items()})
    x = np.random.default_rng(0).standard_normal((4, 3))
    for step in range(10):
        if step == 5:
            models[0].load_state_dict(weights)
            models[1].load_state_dict({name: torch.tensor(a) for name, a in weights.items()})
        for model, optimizer, data in zip(models, optimizers, (Tensor(x), torch.tensor(x)), strict=True):
            model.zero_grad() if step % 2 else optimizer.zero_grad()
            model(data).tanh().sum().backward()
            optimizer.step()
        for our, their in zip(models[0].parameters(), models[1].parameters(), strict=True):
            agree(our.data, their, 1e-12)


def test_a_parameter_that_two_layers_share(float64):  # noqa: F811
    models = []
    for library in (nn, torch.nn):
        model = library.Sequential(library.Linear(3, 3), library.Tanh(), library.Linear(3, 3))
        model[2].weight = model[0].weight
        models.append(model.double() if library is torch.nn else model)
    start = {name: torch.tensor(p.data) for name, p in models[0].named_parameters()}
    models[1].load_state_dict({**start, "2.weight": start["0.weight"]}, strict=False)
    optimizers = [library.SGD(model.parameters(), lr=0.1, momentum=0.9)
                  for library, model in zip((optim, torch.optim), models, strict=True)]
    x = np.random.default_rng(0).standard_normal((4, 3))
    for _ in range(10):
        for model, optimizer, data in zip(models, optimizers, (Tensor(x), torch.tensor(x)), strict=True):
            optimizer.zero_grad()
            model(data).tanh().sum().backward()
            optimizer.step()
    assert models[0][2].weight is models[0][0].weight
    for our, their in zip(models[0].parameters(), models[1].parameters(), strict=True):
        agree(our.data, their, 1e-12)


def test_awkward_arrays():
    """Columns first, read-only, of no element, of two types: one group takes them all."""
    arrays = [np.asfortranarray(start()[0]), start()[1].astype(np.float32), np.zeros((0, 3)), start()[1]]
    arrays[3].setflags(write=False)
    ours = [Tensor(a, requires_grad=True) for a in arrays]
    theirs = [torch.nn.Parameter(torch.tensor(a.copy())) for a in arrays]
    optimizers = optim.Adam(ours, lr=0.1), torch.optim.Adam(theirs, lr=0.1)
    for step in range(STEPS):
        for i, (our, their) in enumerate(zip(ours, theirs, strict=True)):
            our.grad = gradient(step, i, our.shape).astype(our.dtype)
            their.grad = torch.tensor(our.grad)
        for optimizer in optimizers:
            optimizer.step()
    for our, their in zip(ours, theirs, strict=True):
        assert our.dtype == their.detach().numpy().dtype
        agree(our.data, their, 1e-12 if our.dtype == np.float64 else 1e-5)
    for array in (arrays[0], arrays[3]):  # alone, an array stays where it is, but not these
        alone = Tensor(array, requires_grad=True)
        alone.grad = np.ones(alone.shape)
        expected = array - 0.5
        optim.SGD([alone], lr=0.5).step()
        agree(alone.data, expected, 1e-12)


@each_optimizer
def test_float32_stays_float32(name, options):
    p = nn.Parameter(np.ones((2, 2), np.float32))
    optimizer = getattr(optim, name)([p], **{"lr": 0.1, **options})
    optimizer.param_groups[0]["lr"] *= np.float64(0.5)
    for _ in range(2):
        p.grad = np.ones((2, 2))  # float64, by hand
        optimizer.step()
    dtypes = {p.dtype, *(array.dtype for key, array in optimizer.state[p].items() if key != "step")}
    assert dtypes == {np.dtype(np.float32)}


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_a_copy_trains_on_its_own(duplicate):
    pairs, (optimizer, _) = compare(lambda *_: None, steps=range(5))
    params = [our for our, _ in pairs]
    before = [p.data.copy() for p in params]
    copied, other = duplicate((params, optimizer))
    for step in range(5, 10):
        for i, p in enumerate(copied):
            p.grad = gradient(step, i, p.shape)
        other.step()
    assert all(np.array_equal(p.data, a) for p, a in zip(params, before, strict=True))
    for step in range(5, 10):
        for i, p in enumerate(params):
            p.grad = gradient(step, i, p.shape)
        optimizer.step()
    assert all(np.array_equal(p.data, q.data) for p, q in zip(params, copied, strict=True))
