"""Why this file exists: a layer written for torch.nn must mean the same here, in every number that training computes.

Every class of `dlcourse.nn` is compared with its twin: outputs, gradients by name, running statistics, the parameters
after a step, in training and in evaluation, and what is printed.
"""

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state, float64  # noqa: F401
from op_tables import MODELS

from dlcourse import Tensor, nn, optim

NOT_LAYERS = {"Module", "Parameter", "functional", "init", "utils"}  # what layers are made of, tested elsewhere

each_model = pytest.mark.parametrize(("build", "inputs"), [
    pytest.param(*case, id=f"{name}-{i}") for name, cases in MODELS.items() for i, case in enumerate(cases)])
STEPS = 3


def as_torch(state):
    return {name: torch.from_numpy(array) for name, array in state.items()}


def pair(build):
    """The model here and there, with the same weights, in float64."""
    ours, theirs = build(nn), build(torch.nn).double()
    theirs.load_state_dict(as_torch(ours.state_dict()), strict=True)
    return ours, theirs


def converted(value, make):
    """`make` of every array in nested tuples; what is no array stays."""
    if isinstance(value, tuple | list):
        return tuple(converted(v, make) for v in value)
    return make(value) if isinstance(value, np.ndarray) else value


def first_and_rest(inputs, library):
    """The inputs as Tensors of one library, the first with a gradient if it can have one."""
    make = Tensor if library is nn else torch.tensor
    first, *rest = (converted(value, make) for value in inputs)
    return (first.requires_grad_() if inputs[0].dtype.kind == "f" else first), rest


def outputs(value):
    """All Tensors of an output, which may be a tuple of tuples."""
    if isinstance(value, tuple):
        return [t for v in value for t in outputs(v)]
    return [] if value is None else [value]


def backward(results):
    """Send the same random gradient into every output; returns nothing, fills `.grad`."""
    rng = np.random.default_rng(1)
    total = 0
    for result in results:
        weights = rng.standard_normal(tuple(result.shape))
        if result.requires_grad:
            total = total + (result * (weights if isinstance(result, Tensor) else torch.tensor(weights))).sum()
    if hasattr(total, "backward"):
        total.backward()


def test_every_class_has_a_model():
    assert set(MODELS) == set(nn.__all__) - NOT_LAYERS
    assert all(hasattr(torch.nn, name) for name in nn.__all__)


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@each_model
def test_parity(build, inputs, training, float64):  # noqa: F811
    """Output, gradient of the input, every gradient by name, and the buffers, over some steps of training."""
    ours, theirs = pair(build)
    ours.train(training), theirs.train(training)
    parameters = list(ours.parameters())
    optimizers = [] if not parameters else [optim.SGD(parameters, lr=0.01, momentum=0.9),
                                            torch.optim.SGD(theirs.parameters(), lr=0.01, momentum=0.9)]
    for _ in range(STEPS if parameters else 1):
        (x, rest), (x_torch, rest_torch) = (first_and_rest(inputs, library) for library in (nn, torch.nn))
        got, expected = outputs(ours(x, *rest)), outputs(theirs(x_torch, *rest_torch))
        for optimizer in optimizers:
            optimizer.zero_grad()
        backward(got), backward(expected)
        for our, their in zip(got, expected, strict=True):
            agree(our, their)
        if x_torch.requires_grad and x_torch.grad is not None:
            agree(x.grad, x_torch.grad)
        gradients = {name: p.grad for name, p in theirs.named_parameters()}
        assert [name for name, _ in ours.named_parameters()] == list(gradients)
        for name, p in ours.named_parameters():
            assert (p.grad is None) == (gradients[name] is None), name
            if p.grad is not None:
                agree(p.grad, gradients[name])
        for optimizer in optimizers:
            optimizer.step()
        for name, array in ours.state_dict().items():
            agree(array, theirs.state_dict()[name])


@each_model
def test_weights_cross_in_both_directions_by_name(build, inputs):
    ours, theirs = build(nn), build(torch.nn)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    for name, array in ours.state_dict().items():
        expected = theirs.state_dict()[name].numpy()
        assert array.dtype == expected.dtype and np.array_equal(array, expected)
    again = build(torch.nn)
    again.load_state_dict(as_torch(ours.state_dict()), strict=True)
    assert all(torch.equal(array, theirs.state_dict()[name]) for name, array in again.state_dict().items())


@each_model
def test_repr_is_pytorchs(build, inputs):
    """But for a Linear in attention, whose longer name in PyTorch says that it is not to be quantized on the fly."""
    assert repr(build(nn)) == repr(build(torch.nn)).replace("NonDynamicallyQuantizableLinear", "Linear")


@each_model
def test_arrays_are_as_good_as_tensors(build, inputs, float64):  # noqa: F811
    model = build(nn).eval()
    for plain, tensor in zip(outputs(model(*inputs)), outputs(model(*converted(inputs, Tensor))), strict=True):
        agree(Tensor(plain).data, tensor.data, 0)


@each_model
def test_float32_stays_float32(build, inputs):
    model = build(nn)
    narrow = converted(inputs, lambda a: a.astype(np.float32) if a.dtype == np.float64 else a)
    first, rest = first_and_rest(narrow, nn)
    results = outputs(model(first, *rest))
    assert {r.dtype for r in results if r.dtype.kind == "f"} <= {np.dtype(np.float32)}
    for result in results:
        if result.requires_grad:
            result.sum().backward(retain_graph=True)
    leaves = [p for p in (first, *model.parameters()) if p.grad is not None]
    assert all(p.grad.dtype == np.float32 for p in leaves)
    assert all(t.dtype == np.float32 for t in model.buffers() if t.dtype.kind == "f")


@each_model
def test_first_weights_are_of_pytorchs_spread(build, inputs):
    """Each weight of more than 20 numbers: its largest is within PyTorch's bound, and its spread is about PyTorch's."""
    ours, theirs = dict(build(nn).named_parameters()), dict(build(torch.nn).named_parameters())
    for name, p in ours.items():
        expected = theirs[name].detach().numpy()
        if p.data.size > 20:
            assert 0.5 * expected.std() <= p.data.std() <= 2 * expected.std() + 1e-12, name
        elif np.ptp(expected) == 0:
            assert np.array_equal(p.data, expected), name
