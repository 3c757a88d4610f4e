"""Why this file exists: code written for PyTorch calls these names in these ways, and must get PyTorch's numbers.

Every method of a Tensor and every function of the package has calls here, with arguments by position and by name. Each
call is made in both libraries: shapes, types, values, gradients and what was changed in place have to agree.
"""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from contract_cases import FUNCTION_CALLS, MATRIX, METHOD_CALLS, ROW, SIGNED, TIES, Named, call, on
from engine_tools import agree, engine_state, leaf  # noqa: F401
from hypothesis import given
from hypothesis import strategies as st

import dlcourse
from dlcourse import Tensor
from dlcourse.methods import METHODS

NO_GRADIENT_RATHER_THAN_0 = {"round", "sign", "floor"}
IN_PLACE = {name for name in METHODS if name.startswith(("__i", "__set")) or name.endswith("_") and name[0] != "_"} - {
    "__invert__", "__iter__", "__int__", "__index__"}


def each_call(table, names=None):
    return pytest.mark.parametrize(("name", "call"), [
        pytest.param(name, call, id=f"{name}-{i}") for name in names or table for i, call in enumerate(table[name])])


def argument(a, m):
    """An argument for one of the libraries."""
    if isinstance(a, Named):
        return getattr(m, a)
    if isinstance(a, tuple):
        return tuple(argument(part, m) for part in a)
    return m.tensor(a) if isinstance(a, np.ndarray) else a


def compare(ours, theirs):
    """The same kind of thing with the same numbers; gradients agree if they can be asked for. Returns what has them."""
    if isinstance(theirs, torch.Tensor):
        assert isinstance(ours, Tensor) and ours.shape == tuple(theirs.shape)
        assert str(ours.dtype) == str(theirs.dtype).removeprefix("torch.")
        got, wanted = ours.detach().numpy() * 1.0, theirs.detach().numpy() * 1.0  # * 1.0 for booleans
        finite = np.isfinite(wanted)
        assert np.array_equal(np.where(finite, 0, got), np.where(finite, 0, wanted), equal_nan=True)
        agree(got[finite], wanted[finite], 1e-6 if ours.dtype == np.float32 else 1e-14)
        return [(ours, theirs)]
    if isinstance(theirs, tuple):
        assert len(ours) == len(theirs)
        return [pair for parts in zip(ours, theirs, strict=True) for pair in compare(*parts)]
    assert ours == theirs and type(ours) is type(theirs)
    return []


def compare_gradients(pairs, our_input, their_input, may_lack=False):
    """Of one random combination of all outputs that carry a gradient."""
    pairs = [pair for pair in pairs if pair[1].requires_grad]
    if may_lack:
        for _, theirs in pairs:
            (gradient,) = torch.autograd.grad(theirs.sum(), their_input)
            assert not gradient.any()
        return
    assert all(ours.requires_grad for ours, _ in pairs)
    rng = np.random.default_rng(0)
    weights = [rng.standard_normal(ours.shape) for ours, _ in pairs]
    for (ours, theirs), weight in zip(pairs, weights, strict=True):
        ours.backward(weight, retain_graph=True)
        theirs.backward(torch.tensor(weight, dtype=theirs.dtype), retain_graph=True)
    if pairs:
        agree(our_input.grad, their_input.grad, 1e-6 if pairs[0][0].dtype == np.float32 else 1e-12)


def make(function, call, gradient):
    """`function(m)(x, ...)` in both libraries: what it returns, and the inputs."""
    array, arguments, named = call
    results = []
    for m in (dlcourse, torch):
        x = m.tensor(array, requires_grad=gradient and array.dtype.kind == "f")
        result = function(m)(x, *(argument(a, m) for a in arguments), **{k: argument(a, m) for k, a in named.items()})
        results += [(tuple(result) if hasattr(result, "__next__") else result, x)]
    (ours, our_input), (theirs, their_input) = results
    return ours, theirs, our_input, their_input


def test_every_method_has_calls():
    assert set(METHOD_CALLS) == set(METHODS)


def test_every_method_is_pytorchs():
    assert [name for name in METHODS if not hasattr(torch.Tensor, name)] == []


@each_call(METHOD_CALLS)
def test_methods_are_pytorchs(name, call):
    ours, theirs, our_input, their_input = make(
        lambda m: getattr(Tensor if m is dlcourse else torch.Tensor, name), call, name not in IN_PLACE)
    pairs = compare(ours, theirs)
    compare(our_input, their_input)
    assert name in IN_PLACE or np.array_equal(our_input.data, call[0], equal_nan=True), "the input was changed"
    compare_gradients(pairs, our_input, their_input, name in NO_GRADIENT_RATHER_THAN_0)


def narrow(a):
    """The same in float32."""
    return a.astype(np.float32) if isinstance(a, np.ndarray) and a.dtype == np.float64 else a


@pytest.mark.parametrize("name", METHOD_CALLS)
def test_float32_stays_float32(name):
    """Where PyTorch's result is float32, so is ours, and so is the gradient."""
    for array, arguments, named in METHOD_CALLS[name]:
        call = narrow(array), [narrow(a) for a in arguments], {key: narrow(a) for key, a in named.items()}
        ours, theirs, our_input, _ = make(
            lambda m: getattr(Tensor if m is dlcourse else torch.Tensor, name), call, name not in IN_PLACE)
        for result, expected in zip(ours, theirs, strict=True) if isinstance(theirs, tuple) else [(ours, theirs)]:
            if isinstance(expected, torch.Tensor):
                assert str(result.dtype) == str(expected.dtype).removeprefix("torch.")
                if result.requires_grad:
                    result.sum().backward(retain_graph=True)
                    assert our_input.grad.dtype == our_input.dtype


def test_a_planted_mistake_is_seen(monkeypatch):
    """A wrong value, a wrong gradient at a tie, a wrong type, an input changed, each in one method."""
    mistakes = {
        "var": (lambda x: METHODS["var"](x, unbiased=False), call()),
        "max": (lambda x, dim: (x.amax(dim), x.argmax(dim)), on(TIES, 1)),
        "argmax": (lambda x: METHODS["argmax"](x).int(), call()),
        "neg": (lambda x: Tensor(np.negative(x.data, out=x.data)), on(MATRIX.copy())),
    }
    for name, (mistake, example) in mistakes.items():
        test_methods_are_pytorchs(name, example)
        with monkeypatch.context() as patch, pytest.raises(AssertionError):
            patch.setattr(Tensor, name, mistake)
            test_methods_are_pytorchs(name, example)


BOTH = sorted(set(METHODS) & set(dlcourse.__all__) - {"float", "double", "long", "int", "bool"})
ONE_TUPLE = {"reshape", "permute", "flip"}  # torch.reshape(x, (2, 3)), but x.reshape(2, 3)


@each_call(METHOD_CALLS, BOTH)
def test_functions_are_methods(name, call):
    if name in ONE_TUPLE and not isinstance(call[1][0], tuple):
        call = (call[0], (call[1],), call[2]) if isinstance(call[1][0], int) else call
    ours, theirs, our_input, their_input = make(lambda m: getattr(m, name), call, True)
    compare_gradients(compare(ours, theirs), our_input, their_input, name in NO_GRADIENT_RATHER_THAN_0)


def test_the_names_that_models_use():
    """The contract, in its words."""
    names = (
        "view reshape flatten transpose permute size shape dim squeeze unsqueeze contiguous chunk split "
        "masked_fill sum mean max argmax softmax exp log detach item float long numpy T mT device grad "
        "requires_grad is_leaf numel ndim dtype backward requires_grad_"
    ).split()
    assert [name for name in names if not hasattr(Tensor, name)] == []


IMPORTS = ["import dlcourse.nn as nn; nn.Linear", "import dlcourse.nn.functional as F; F.relu",
           "from dlcourse.nn import functional as F; F.relu", "from dlcourse.nn import init; init.zeros_",
           "from dlcourse.nn.utils import clip_grad_norm_", "import dlcourse as torch; torch.nn.utils.clip_grad_norm_",
           "import dlcourse.optim as optim; optim.lr_scheduler.StepLR", "import dlcourse.nn.init as init; init.ones_",
           "from dlcourse.optim.lr_scheduler import CosineAnnealingLR"]


def test_imports_read_as_in_pytorch():
    """Each of them as the first one: what was imported before must not matter."""
    for statement in IMPORTS:
        exec(statement.replace("dlcourse", "torch"), {})
    forget = "[sys.modules.pop(name) for name in list(sys.modules) if name.split('.')[0] == 'dlcourse']"
    code = "import sys\n" + "\n".join(f"{statement}\n{forget}" for statement in IMPORTS)
    subprocess.run([sys.executable, "-c", code], check=True)


# ------------------------------------------------------------------------------------------- functions

DTYPES = ["float32", "float64", "float", "double", "int32", "int64", "int", "long", "uint8", "bool"]
# not functions of numbers: tested elsewhere in this folder
OTHER_NAMES = {"Tensor", "default_generator", "functional", "get_default_dtype", "init", "manual_seed", "nn", "no_grad",
               "optim", "set_default_dtype"}


def test_every_public_name_has_calls():
    assert set(FUNCTION_CALLS) | set(BOTH) | set(DTYPES) | OTHER_NAMES == set(dlcourse.__all__)
    assert len(dlcourse.__all__) == len(set(dlcourse.__all__))
    assert [name for name in dlcourse.__all__ if not hasattr(torch, name)] == ["init"], "torch.nn.init"


@pytest.mark.parametrize(("name", "call"), [pytest.param(name, call, id=f"{name}-{i}")
                                             for name, calls in FUNCTION_CALLS.items() for i, call in enumerate(calls)])
def test_functions_are_pytorchs(name, call):
    compare(call(dlcourse), call(torch))


@pytest.mark.parametrize("name", DTYPES)
def test_types_are_numpys(name):
    assert str(np.dtype(getattr(dlcourse, name))) == str(getattr(torch, name)).removeprefix("torch.")
    assert dlcourse.zeros(1, dtype=getattr(dlcourse, name)).dtype == getattr(dlcourse, name)


def test_joins_pass_gradients_back():
    for function in (lambda m, a, b: m.cat([a, b], 1), lambda m, a, b: m.stack([a, b], -1),
                     lambda m, a, b: m.where(a > b, a, b), lambda m, a, b: m.einsum("ij,kj->ik", a, b)):
        ours = [leaf(MATRIX), leaf(SIGNED)]
        theirs = [torch.tensor(a, requires_grad=True) for a in (MATRIX, SIGNED)]
        ours_out, theirs_out = function(dlcourse, *ours), function(torch, *theirs)
        weights = np.random.default_rng(1).standard_normal(ours_out.shape)
        ours_out.backward(weights)
        theirs_out.backward(torch.tensor(weights))
        for x, x_torch in zip(ours, theirs, strict=True):
            agree(x.grad, x_torch.grad, 1e-13)


def test_tensor_copies_and_others_share():
    array = np.ones(2)
    assert not np.shares_memory(dlcourse.tensor(array).data, array)
    assert np.shares_memory(dlcourse.from_numpy(array).data, array)
    assert np.shares_memory(dlcourse.as_tensor(array).data, array)
    x = Tensor(array)
    assert dlcourse.as_tensor(x) is x and x.contiguous() is x and x.cpu() is x and x.to(dlcourse.float64) is x
    assert not np.shares_memory(x.clone().data, array) and np.shares_memory(x.view(2, 1).data, array)


@pytest.mark.parametrize("name", ["zeros", "ones", "empty", "rand", "randn", "eye", "tensor"])
def test_new_tensors_may_require_a_gradient(name):
    argument = [1.0, 2.0] if name == "tensor" else 2
    assert getattr(dlcourse, name)(argument, requires_grad=True).requires_grad
    assert not getattr(dlcourse, name)(argument).requires_grad


# ------------------------------------------------------------------------------------------- in place


@pytest.mark.parametrize("m", [dlcourse, torch], ids=["dlcourse", "torch"])
def test_changes_in_place_are_seen_through_every_name(m):
    x = m.tensor([1.0, 2.0])
    y = x
    y += 1
    y[0] = 7
    assert x.tolist() == [7, 3]
    w = m.tensor([1.0, 2.0], requires_grad=True)
    v = w
    with m.no_grad():
        w -= 0.5
        w.mul_(2)
    assert w is v and w.requires_grad and w.tolist() == [1, 3]


@pytest.mark.parametrize("m", [dlcourse, torch], ids=["dlcourse", "torch"])
def test_a_running_sum_is_recorded(m):
    w = m.tensor([1.0, 2.0], requires_grad=True)
    total, h = m.zeros(2), w * 2
    total += h
    total *= w
    h -= w
    (total + h).sum().backward()
    assert w.grad.tolist() == [5.0, 9.0]


@given(st.lists(st.sampled_from(["+=", "-=", "*=", "/="]), min_size=1, max_size=6), st.booleans())
def test_augmented_assignments_follow_pytorch(signs, first_recorded):
    """In any order: PyTorch writes in place where this package makes a new tensor, and the numbers are the same."""
    results = []
    for m in (dlcourse, torch):
        w = m.tensor(ROW, requires_grad=True)
        x = w * 1.5 if first_recorded else m.tensor(ROW + 1)
        for i, sign in enumerate(signs):
            other = w.exp() if i % 2 else 1.5
            x = {"+=": type(x).__iadd__, "-=": type(x).__isub__, "*=": type(x).__imul__,
                 "/=": type(x).__itruediv__}[sign](x, other)
        if x.requires_grad:
            x.sum().backward()
        results.append((x, w.grad))
    agree(results[0][0], results[1][0], 1e-12)
    assert (results[0][1] is None) == (results[1][1] is None)
    if results[0][1] is not None:
        agree(results[0][1], results[1][1], 1e-12)


# ------------------------------------------------------------------------------------------- corners and errors


def test_variance_of_one_number_is_unknown():
    x = leaf(2.0)
    assert np.isnan(x.var().item()) and np.isnan(leaf([[1.0]]).std(1).data).all()
    assert leaf([1.0]).var(correction=0).item() == 0


def test_a_chosen_element_is_the_first_of_equals():
    values, indices = Tensor(TIES).max(1)
    assert indices.tolist() == [0, 0] and values.tolist() == [3, 2]
    assert Tensor(TIES).min(1).indices.tolist() == [1, 0] and Tensor(TIES).topk(2).indices.tolist() == [[0, 2], [0, 1]]


def test_a_tensor_indexes_a_list_and_is_iterated():
    letters = ["a", "b", "c"]
    assert letters[dlcourse.tensor(1)] == "b" and [letters[i] for i in dlcourse.tensor([2, 0])] == ["c", "a"]
    assert list(range(dlcourse.tensor(2))) == [0, 1]


@pytest.mark.parametrize(("attempt", "error", "message"), [
    (lambda x: x.to("cuda"), ValueError, 'expected device "cpu", got "cuda"'),
    (lambda x: dlcourse.zeros(2, device="cuda:0"), ValueError, 'got "cuda:0"'),
    (lambda x: dlcourse.device("mps"), ValueError, 'got "mps"'),
    (lambda x: x.split([1, 2]), ValueError, r"sizes that add up to 2, the length of axis 0, got \[1, 2\]"),
    (lambda x: x.topk(3), ValueError, r"k up to 2, got 3: min\(k, x.size\(-1\)\)\?"),
    (lambda x: x.sin(), TypeError, "sin has no rule for its gradient here"),
    (lambda x: x.norm(3), ValueError, "expected p=2, got 3"),
    (lambda x: list(x.sum()), TypeError, r"shape \(\) has no axis"),
    (lambda x: x.expand(-1, 2), ValueError, "expand of"),
    (lambda x: ["a"][x[0]], TypeError, "float"),
    (lambda x: x.__iadd__(1), RuntimeError, r"write x = x \+ y, or do it under no_grad"),
    (lambda x: x.zero_(), RuntimeError, "not changed in place"),
    (lambda x: (x * 2).add_(1), RuntimeError, "what backward\\(\\) may need"),
    (lambda x: dlcourse.zeros(2).add_(x), RuntimeError, "not changed in place"),
    (lambda x: x.__setitem__(0, 1), RuntimeError, "torch.where or torch.stack"),
    (lambda x: dlcourse.zeros(2).__setitem__(0, x[0]), RuntimeError, "torch.where or torch.stack"),
    (lambda x: dlcourse.arange(2).__iadd__(0.5), TypeError, "Cannot cast"),
    (lambda x: dlcourse.multinomial(dlcourse.tensor([1.0, -1.0]), 1), ValueError, "finite weights of at least 0"),
    (lambda x: dlcourse.multinomial(dlcourse.tensor([1.0, 0.0]), 2), ValueError,
     "2 or more of them positive.*replacement=True"),
    (lambda x: dlcourse.multinomial(dlcourse.zeros(2), 1), ValueError, "1 or more of them positive in each row$"),
    (lambda x: dlcourse.multinomial(dlcourse.tensor([1.0, math.nan]), 1), ValueError, "finite"),
])
def test_errors_say_what_to_do(attempt, error, message):
    with pytest.raises(error, match=message):
        attempt(leaf(1.0, 2.0))
