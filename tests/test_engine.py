"""Why this file exists: rules can all be right and the machine around them wrong.

What is recorded, in which order the record is walked, what is added up, what is copied, and what is freed.
"""

import gc
import threading
import weakref

import numpy as np
import pytest
from engine_tools import agree, engine_state, leaf, planted  # noqa: F401
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import Tensor, machine, no_grad
from dlcourse.arrays import Part
from dlcourse.tensor import OPS

# ------------------------------------------------------------------------------------------- the walk back


def test_a_tensor_used_twice_receives_both_gradients():
    x = leaf(3.0)
    (x * x + x).backward()
    assert x.grad == 7
    x = leaf(3.0)
    (x + x).backward()
    assert x.grad == 2


def test_diamond():
    x = leaf(3.0)
    a, b = x * 2, x * 5
    (a * b).backward()
    assert x.grad == 2 * 10 * 3
    assert a.grad is None and b.grad is None, "only leaves keep a gradient"


def test_paths_of_different_length():
    """x reaches the end directly and by detours; no node may pass on its gradient before all of it has come."""
    x = leaf(2.0)
    a = x * x
    (a * x + (a * a).exp() * 0 + a).backward()
    assert x.grad == 3 * 4 + 2 * 2


def test_many_diamonds_on_top_of_each_other():
    """2^60 paths: a walk that follows each path would not end."""
    x = leaf(1.0)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == 2.0**60


def test_a_branch_that_does_not_reach_the_loss_changes_nothing():
    x, z = leaf(3.0), leaf(5.0)
    unused = x * z
    (x * 2).backward()
    assert x.grad == 2 and z.grad is None
    unused.backward()  # its record is still whole
    assert x.grad == 2 + 5 and z.grad == 3


def test_a_second_backward_raises_and_says_what_to_do():
    x = leaf(3.0)
    y = x * x
    y.backward()
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        y.backward()
    assert x.grad == 6


def test_a_second_loss_through_a_freed_record_raises():
    h = leaf(3.0) * 2
    (h * h).backward()
    with pytest.raises(RuntimeError, match="second time"):
        (h + 1).backward()


def test_retain_graph_accumulates():
    x = leaf(3.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad == 12


def test_backward_on_a_leaf():
    x = leaf(3.0)
    x.backward()
    assert x.grad == 1
    x.backward()
    assert x.grad == 2


def test_gradients_of_new_records_add_up_until_they_are_forgotten():
    x = leaf(1.0, 2.0)
    for _ in range(3):
        (x * x).sum().backward()
    agree(x.grad, [6.0, 12.0], 0)
    x.grad = None
    x.sum().backward()
    agree(x.grad, [1.0, 1.0], 0)


@given(st.lists(st.sampled_from(["part", "row", "whole", "none", "picked"]), min_size=1, max_size=6), st.booleans())
def test_parts_of_one_array_add_up(uses, is_leaf):
    """Slices, picked rows and the whole in any order, of a leaf and of a result: the gradient counts the uses."""
    x, weights = leaf([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.arange(1.0, 8.0)
    y, total, expected = (x if is_leaf else x * 1), 0, np.zeros((3, 2))
    for use, w in zip(uses, weights, strict=False):
        index = {"part": np.s_[1:, 0], "row": -1, "whole": ..., "none": np.s_[None, :2], "picked": [0, 0]}[use]
        total = total + (y[index] if use != "whole" else y).sum() * w
        np.add.at(expected, index, w)
    total.backward()
    agree(x.grad, expected, 0)


def test_parts_of_a_number():
    x = leaf(3.0)
    y = x * 1
    (y[...] + y + y[None].sum() + y[()]).backward()
    assert x.grad == 4


def test_slices_share_one_array_on_the_way_back(monkeypatch):
    """A hundred steps that look at one slice each do not make a hundred arrays of the full size."""
    made, whole = [], Part.whole
    monkeypatch.setattr(Part, "whole", lambda part, like: made.append(part) or whole(part, like))
    x = leaf(np.ones((100, 3)))
    y = x * 1
    sum(y[t].sum() for t in range(100)).backward()
    assert len(made) == 1 and (x.grad == 1).all()


def test_threads_end_when_they_are_no_longer_wanted():
    before = threading.active_count()
    machine.set_num_threads(3)
    try:
        seen = machine.over_batch(lambda part: (part, threading.get_ident()), 10, machine.WORTH_IT)
        assert [part for part, _ in seen] == [part for part, _ in machine.over_batch(lambda part: (part, 0), 10, 0)]
        assert threading.get_ident() not in {thread for _, thread in seen}
    finally:
        machine.set_num_threads(1)
    assert threading.active_count() == before
    with pytest.raises(ValueError, match="at least 1, got 0"):
        machine.set_num_threads(0)


def test_backward_with_a_gradient():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    (x * x).backward(Tensor([[1.0, 0.0], [0.0, 10.0]]))
    agree(x.grad, [[2.0, 0.0], [0.0, 80.0]], 0)


def test_a_deep_chain_runs_forward_backward_and_goes_away():
    """50,000 operations: a recursion would exceed Python's stack, in the walk or when the record is freed."""
    x = leaf(1.0)
    for again in (True, False):
        y = x
        for _ in range(50_000):
            y = y + 1e-5
        if again:
            y.backward()
            assert x.grad == 1
            assert abs(y.item() - 1.5) < 1e-6
    last = weakref.ref(y)
    del y
    assert last() is None


# ------------------------------------------------------------------------------------------- memory


@pytest.mark.parametrize("backward", [True, False])
def test_the_record_is_freed_without_the_garbage_collector(backward):
    gc.collect()
    gc.disable()
    try:
        x = leaf(1.0, 2.0)
        hidden = (x * x).tanh()
        loss = (hidden * hidden).sum()
        seen = [weakref.ref(hidden), weakref.ref(loss), weakref.ref(hidden.parents[0])]
        if backward:
            loss.backward()
        del hidden, loss
        assert [ref() for ref in seen] == [None] * 3
    finally:
        gc.enable()


def test_backward_frees_what_lies_behind_the_loss():
    x = leaf(1.0, 2.0)
    hidden = x * x
    loss = hidden.sum()
    seen = weakref.ref(hidden)
    del hidden
    assert seen() is not None
    loss.backward()
    assert seen() is None


def test_no_grad_keeps_nothing():
    x = leaf(1.0, 2.0)
    with no_grad():
        y = x * x
    assert y.parents == () and y.is_leaf and not y.requires_grad


def test_leaves_own_their_gradients():
    """`add` hands one array to both inputs, `sum` a read-only view, and the caller keeps what it passed in."""
    weights = np.ones(2)
    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    (x + y).backward(weights)
    x.grad += 5
    agree(y.grad, [1.0, 1.0], 0)
    agree(weights, [1.0, 1.0], 0)
    z = leaf(1.0, 2.0)
    z.sum().backward()
    z.grad += 5
    z.backward(weights)
    z.grad += 5
    agree(weights, [1.0, 1.0], 0)


def test_no_rule_is_asked_for_a_gradient_that_nobody_needs():
    worked = []

    def counted(a, b):
        return a * b, lambda g: (lambda: worked.append("a") or g * b, lambda: worked.append("b") or g * a)

    with planted(counted) as product:
        data, weight = Tensor(np.ones(2)), leaf(1.0, 2.0)
        product(data, weight).sum().backward()
        assert worked == ["b"]
        product(weight, weight).sum().backward()
        assert worked == ["b", "a", "b"]
        product(data, data)
    assert data.grad is None


@pytest.mark.parametrize("name", ["mul", "div", "maximum", "where", "matmul", "linear"])
def test_costly_rules_postpone_their_work(name):
    options = {"condition": np.eye(2, dtype=bool)} if name == "where" else {}
    _, vjp = OPS[name].rule(np.ones((2, 2)), np.ones((2, 2)), **options)
    assert all(callable(entry) for entry in vjp(np.ones((2, 2))))


# ------------------------------------------------------------------------------------------- recording or not


def test_no_grad_is_undone_in_every_case():
    x = leaf(1.0)
    with no_grad():
        with no_grad():
            assert not (x * 2).requires_grad
        assert not (x * 2).requires_grad, "the inner one put back what was before it: off"
    assert (x * 2).requires_grad
    with pytest.raises(ZeroDivisionError), no_grad():
        raise ZeroDivisionError
    assert (x * 2).requires_grad

    @no_grad()
    def double(t):
        """Twice."""
        return t * 2

    assert not double(x).requires_grad and not double(x).requires_grad
    assert (x * 2).requires_grad and double.__doc__ == "Twice."


def test_detach_shares_the_numbers_and_drops_the_history():
    x = leaf(1.0, 2.0)
    y = (x * 2).detach()
    assert not y.requires_grad and y.parents == ()
    (x * y).sum().backward()
    agree(x.grad, y.data, 0)
    assert np.shares_memory(x.detach().data, x.data)


def test_the_record_says_what_was_computed():
    x = leaf(1.0, 2.0)
    y = x.sum(0)
    assert (y.op, y.parents, y.options) == ("sum", (x,), {"dim": 0, "keepdim": False})
    assert x.is_leaf and not y.is_leaf
