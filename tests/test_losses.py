"""Why this file exists: a loss that is wrong in a corner trains a wrong network, and nothing else shows it.

Every loss is compared with PyTorch's with every reduction and option, for labels that are ignored, logits that are
extreme and alignments that are impossible; two losses that PyTorch does not have, with a few lines of PyTorch.
"""

import inspect
import itertools
import math

import numpy as np
import pytest
import torch
from engine_tools import agree, assert_message_helps, engine_state, float64, ours  # noqa: F401
from hypothesis import given
from hypothesis import strategies as st
from op_cases_losses import all_paths
from torch.nn import functional as torch_F

from dlcourse import Tensor, losses
from dlcourse.tensor import SLOW_FORMS

RNG = np.random.default_rng(3)
X, Y, Z = RNG.standard_normal((3, 4, 5))
P, Q = (np.exp(a) / np.exp(a).sum(1, keepdims=True) for a in (X, Y))
CLASSES, LABELS = RNG.uniform(0.2, 2.0, 5), np.array([0, 4, 2, 2])
IMAGE, PIXELS = RNG.standard_normal((2, 5, 3, 2)), RNG.integers(0, 5, (2, 3, 2))
SIGNS = np.array([1, -1, 1, -1])
EVERY = ("mean", "sum", "none")


def options(*some, reductions=EVERY):
    """Each set of options with each reduction."""
    return [one | {"reduction": reduction} for one in some or ({},) for reduction in reductions]


LABELED = [{"weight": weight, "ignore_index": ignored} for weight in (None, CLASSES) for ignored in (-100, 2)]
SMOOTHED = [some | {"label_smoothing": e} for some in LABELED for e in (0.0, 0.1)]

# name -> cases of (inputs that are differentiated, other inputs, options)
TABLE = {
    "cross_entropy": [([X], [LABELS], o) for o in options(*SMOOTHED)]
    + [([IMAGE], [PIXELS], o) for o in options(*SMOOTHED)] + [([X[0]], [np.array(3)], o) for o in options()]
    + [([X, Q], [], {"weight": w, "label_smoothing": e, "reduction": r})
       for w in (None, CLASSES) for e in (0.0, 0.1) for r in EVERY]
    + [([IMAGE, RNG.random(IMAGE.shape)], [], {"reduction": r}) for r in EVERY] + [([X[0], Q[0]], [], {})],
    "nll_loss": [([np.log(P)], [LABELS], o) for o in options(*LABELED)] + [([IMAGE], [PIXELS], o)
                 for o in options(*LABELED)] + [([X[0]], [np.array(3)], {"reduction": "none"})],
    "binary_cross_entropy": [([P], [Q], o) for o in options({}, {"weight": CLASSES})],
    "binary_cross_entropy_with_logits": [([X], [Q], o) for o in options(
        {}, {"weight": CLASSES}, {"pos_weight": CLASSES}, {"weight": Q, "pos_weight": CLASSES})],
    "kl_div": [([np.log(P), t], [], o | {"log_target": log}) for t, log in ((Q, False), (np.log(Q), True))
               for o in options(reductions=("batchmean", "sum", "none"))],
    "mse_loss": [([X, Y], [], o) for o in options({}, {"weight": Q})],
    "l1_loss": [([X, Y], [], o) for o in options({}, {"weight": Q})],
    "huber_loss": [([X, Y], [], o) for o in options({}, {"delta": 0.3}, {"delta": 2.0, "weight": Q})],
    "smooth_l1_loss": [([X, Y], [], o) for o in options({}, {"beta": 0.3}, {"beta": 0.0})],
    "cosine_similarity": [([X, Y], [], o) for o in ({}, {"dim": 0})] + [([X, Y[:, None]], [], {"dim": 2})],
    "pairwise_distance": [([X, Y], [], {"p": p, "eps": eps, "keepdim": keepdim}) for p in (1.0, 2.0, 3.5, math.inf)
                          for eps, keepdim in ((1e-6, False), (0.1, True))] + [([X, Y[0]], [], {})],
    "cosine_embedding_loss": [([X, Y], [SIGNS], o) for o in options({}, {"margin": 0.3})]
    + [([X[0], Y[0]], [np.array(s)], {}) for s in (1, -1)],
    "triplet_margin_loss": [([X, Y, Z], [], o) for o in options({}, {"margin": 0.1, "p": 1.0}, {"swap": True})],
    "ctc_loss": [([RNG.standard_normal((6, 3, 4))], [np.array([[1, 1, 2], [3, 1, 0], [2, 0, 0]])],
                  o | {"input_lengths": (6, 2, 4), "target_lengths": [3, 2, 0]}) for o in options()],
}
NO_TWIN = {"info_nce", "nt_xent", "one_hot"}  # tested below


def in_torch(value):
    return torch.tensor(value) if isinstance(value, np.ndarray) else value


def compare(name, inputs, others=(), **some):
    """Value and every gradient, here and in PyTorch; CTC after log_softmax, where PyTorch's gradient is meant."""
    here, there = getattr(losses, name), getattr(torch_F, name)
    if name == "ctc_loss":
        here, there = (lambda x, *rest, f=f, **o: f(x.log_softmax(-1), *rest, **o) for f in (here, there))
    tensors = [torch.tensor(a, requires_grad=True) for a in inputs]
    expected = there(*tensors, *map(in_torch, others), **{k: in_torch(v) for k, v in some.items()})
    weights = np.random.default_rng(0).standard_normal(tuple(expected.shape))
    expected.backward(torch.tensor(weights))
    value, gradients = ours(lambda *x: here(*x, *others, **some), inputs, weights)
    agree(value, expected)
    for got, wanted in zip(gradients, tensors, strict=True):
        agree(got, wanted.grad)


def test_every_loss_has_cases():
    public = {name for name, f in vars(losses).items()
              if inspect.isfunction(f) and f.__module__ == losses.__name__ and not name.startswith("_")}
    assert public == set(TABLE) | NO_TWIN


@pytest.mark.parametrize(("name", "inputs", "others", "some"), [
    pytest.param(name, *case, id=f"{name}-{i}") for name, cases in TABLE.items() for i, case in enumerate(cases)])
def test_pytorch(name, inputs, others, some):
    compare(name, inputs, others, **some)


def test_the_mean_of_kl_div_is_pytorchs_although_it_warns():
    with pytest.warns(UserWarning, match="reduction: 'mean'"):
        compare("kl_div", [np.log(P), Q])


def test_a_target_that_is_0_adds_nothing_to_kl_div():
    target = np.array([[0.0, 0.25, 0.75], [1.0, 0.0, 0.0]])
    expected = torch_F.kl_div(torch.tensor(np.log(P[:2, :3])), torch.tensor(target), reduction="none")
    agree(losses.kl_div(Tensor(np.log(P[:2, :3])), target, "none"), expected)


@pytest.mark.parametrize("name", sorted(set(TABLE) - {"ctc_loss"}))
def test_a_float32_network_is_not_made_float64_by_its_targets(name):
    inputs, others, some = TABLE[name][-1]
    x = Tensor(inputs[0].astype(np.float32), requires_grad=True)
    loss = getattr(losses, name)(x, *inputs[1:], *others, **some)
    loss.sum().backward()
    assert loss.dtype == x.grad.dtype == np.float32


# ------------------------------------------------------------------------------------------- classes


@given(st.data())
def test_labels_ignored_weighted_and_smoothed(data):
    """Any number of axes, any label ignored; that all are is a case, too."""
    K, shape = data.draw(st.integers(1, 4)), tuple(data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    x, ignored = 5 * rng.standard_normal((shape[0], K, *shape[1:])), data.draw(st.sampled_from([-100, -1, 0, 1, 9]))
    y = rng.integers(0, K, shape)
    y[rng.random(shape) < data.draw(st.sampled_from([0.0, 0.3, 1.0]))] = ignored
    if not ((y == ignored) | (0 <= y) & (y < K)).all():
        y[:] = 0
    some = {"ignore_index": ignored, "reduction": data.draw(st.sampled_from(EVERY)),
            "weight": data.draw(st.sampled_from([None, rng.uniform(0.1, 2, K)]))}
    if (y == ignored).all() and some["reduction"] == "mean":
        for name in ("cross_entropy", "nll_loss"):
            value, (gradient,) = ours(lambda x, n=name: getattr(losses, n)(x, y, **some), [x], 1.0)
            assert np.isnan(value) and not gradient.any(), "as in PyTorch"
        return
    compare("nll_loss", [x], [y], **some)
    compare("cross_entropy", [x], [y], **some, label_smoothing=data.draw(st.sampled_from([0.0, 0.3, 1.0])))


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64])
def test_labels_of_every_integer_type(dtype):
    expected = losses.cross_entropy(Tensor(X), LABELS).item()
    assert losses.cross_entropy(Tensor(X), LABELS.astype(dtype)).item() == expected
    with pytest.raises(IndexError, match="from 0 to 4, got 0 to 5"):
        losses.cross_entropy(Tensor(X), np.array([0, 5, 1, 1], dtype))


@given(st.floats(0, 60), st.integers(0, 9))
def test_rows_near_and_far_apart_give_the_same_loss(distance, seed):
    """One maximum serves all rows if the numbers lie within 40, else each row has its own."""
    x = np.random.default_rng(seed).standard_normal((4, 5)) + distance * np.arange(4)[:, None]
    compare("cross_entropy", [x], [LABELS])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_logits(dtype):
    """Warnings are errors here, so an overflow would be one."""
    x = np.array([[1e4, -1e4, 0], [-1e4, -1e4, -1e4], [-np.inf, 3, -np.inf]], dtype)
    value, (gradient,) = ours(lambda x: losses.cross_entropy(x, np.array([1, 0, 1]), reduction="none"), [x], np.ones(3))
    agree(value, np.array([2e4, math.log(3), 0]), 1e-6)
    agree(gradient, np.array([[1, -1, 0], [-2 / 3, 1 / 3, 1 / 3], [0, 0, 0]]), 1e-6)
    x = np.array([1e4, -1e4, 1e4, -1e4], dtype)
    y = np.array([1.0, 0.0, 0.0, 1.0])
    some = {"reduction": "none", "pos_weight": np.array(2.0)}
    value, (gradient,) = ours(lambda x: losses.binary_cross_entropy_with_logits(x, y, **some), [x], np.ones(4))
    agree(value, np.array([0, 0, 1e4, 2e4]))
    agree(gradient, np.array([0, 0, 1, -2]))


@pytest.mark.parametrize("name", ["cross_entropy", "nll_loss"])
def test_an_ignored_row_may_be_infinite(name):
    """A class that is ruled out by -inf and ignored as a label: padding, in a translation."""
    x = np.array([[-np.inf, 1.0, 2.0], [-np.inf, 0.5, 0.0]])
    loss, (gradient,) = ours(lambda x: getattr(losses, name)(x, np.array([0, 1]), ignore_index=0), [x], 1.0)
    alone, _ = ours(lambda x: getattr(losses, name)(x, np.array([1])), [x[1:]], 1.0)
    agree(loss, alone)
    assert not gradient[0].any()


@pytest.mark.parametrize(("labels", "K"), [([0, 2, 1], -1), ([[0, 1], [3, 3]], 5), (2, 3), ([], 3)])
def test_one_hot(labels, K):
    labels = np.array(labels, int)
    assert np.array_equal(losses.one_hot(labels, K).data, torch_F.one_hot(torch.tensor(labels), K).numpy())


# ------------------------------------------------------------------------------------------- representations


def test_a_vector_of_length_0_has_a_gradient():
    x = X.copy()
    x[1] = 0
    compare("cosine_similarity", [x, Y])
    compare("cosine_embedding_loss", [x, Y], [SIGNS])
    compare("pairwise_distance", [x, X], eps=0.0)


def test_the_hinge_follows_pytorch_at_its_corner():
    compare("cosine_embedding_loss", [np.array([0.0, 2.0]), np.array([1.0, 0.0])], [np.array(-1)])
    compare("huber_loss", [np.array([1.0, -1.0, 0.0])], [np.zeros(3)])


@pytest.mark.parametrize("temperature", [0.1, 0.7])
def test_contrastive_losses_against_plain_pytorch(temperature):
    one, two = torch.tensor(X, requires_grad=True), torch.tensor(Y, requires_grad=True)
    unit = torch_F.normalize(torch.cat([one, two]), dim=1)
    cosines = unit @ unit.T / temperature
    N = len(X)
    info_nce = -torch.stack([cosines[i, N + i] - cosines[i, N:].logsumexp(0) for i in range(N)]).mean()
    terms = []
    for i in range(2 * N):
        others = torch.cat([cosines[i, :i], cosines[i, i + 1 :]])
        terms.append(others.logsumexp(0) - cosines[i, (i + N) % (2 * N)])
    for function, expected in ((losses.info_nce, info_nce), (losses.nt_xent, torch.stack(terms).mean())):
        value, gradients = ours(lambda *z, f=function: f(*z, temperature=temperature), [X, Y], 1.0)
        agree(value, expected)
        wanted = torch.autograd.grad(expected, (one, two), retain_graph=True)
        for got, their in zip(gradients, wanted, strict=True):
            agree(got, their)


@given(st.integers(2, 5), st.integers(0, 9))
def test_contrastive_losses_do_not_see_lengths_or_order(N, seed):
    rng = np.random.default_rng(seed)
    one, two, order = rng.standard_normal((N, 3)), rng.standard_normal((N, 3)), rng.permutation(N)
    scaled = one[order] * rng.uniform(0.1, 10, (N, 1))
    for function in (losses.info_nce, losses.nt_xent):
        agree(function(Tensor(scaled), Tensor(two[order])), function(Tensor(one), Tensor(two)).data)


# ------------------------------------------------------------------------------------------- sequences


@given(st.data())
def test_ctc_for_all_lengths(data):
    """Repeated labels, empty targets and empty inputs; where no alignment exists, the loss is inf."""
    T, N, K, S = (data.draw(st.integers(*limits)) for limits in ((1, 6), (1, 3), (2, 4), (0, 3)))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    blank = data.draw(st.integers(0, K - 1))
    targets = (rng.integers(0, K - 1, (N, S)) + blank + 1) % K
    lengths = {"input_lengths": rng.integers(0, T + 1, N), "target_lengths": rng.integers(0, S + 1, N), "blank": blank}
    x = rng.standard_normal((T, N, K))
    compare("ctc_loss", [x], [targets], **lengths, zero_infinity=True, reduction=data.draw(st.sampled_from(EVERY)))
    value = losses.ctc_loss(Tensor(x).log_softmax(-1), targets, **lengths, reduction="none").data
    expected = torch_F.ctc_loss(torch.tensor(x).log_softmax(-1), torch.tensor(targets),
                                *(torch.tensor(lengths[k]) for k in ("input_lengths", "target_lengths")), blank, "none")
    assert np.array_equal(np.isinf(value), np.isinf(expected.numpy()))
    agree(value[np.isfinite(value)], expected[expected.isfinite()])


@given(st.integers(1, 4), st.integers(2, 3), st.integers(0, 9))
def test_the_probabilities_of_all_targets_add_up_to_1(T, K, seed):
    log_p = Tensor(np.random.default_rng(seed).standard_normal((T, 1, K))).log_softmax(-1)
    targets = [target for S in range(T + 1) for target in itertools.product(range(1, K), repeat=S)]
    found = [losses.ctc_loss(log_p, np.array([target], int), [T], [len(target)], reduction="sum").item()
             for target in targets]
    assert np.exp(-np.array(found)).sum() == pytest.approx(1, abs=1e-12)


def test_a_long_sequence_underflows_only_step_by_step():
    log_p = np.random.default_rng(0).standard_normal((900, 1, 3)) - 3
    lengths = {"input_lengths": np.array([900]), "target_lengths": np.array([2])}
    value, (gradient,) = ours(lambda x: losses.ctc_loss(x, np.array([[1, 2]]), **lengths), [log_p], 1.0)
    agree(gradient.sum(axis=(1, 2)), np.full(900, -0.5), 1e-9)  # a path is in one state at each step; the mean halves
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert np.isinf(SLOW_FORMS["ctc_loss"](Tensor(log_p), targets=np.array([[1, 2]]), **lengths).data)
    assert np.isfinite(value)


def test_impossible_alignments():
    """Two equal labels need a blank between them: three steps."""
    x = RNG.standard_normal((2, 2, 3))
    arguments = np.array([[1, 1], [1, 2]]), (2, 2), (2, 2)
    value, (gradient,) = ours(lambda x: losses.ctc_loss(x, *arguments, reduction="none"), [x], np.ones(2))
    expected = all_paths(torch.tensor(x), *arguments)
    assert np.isinf(value[0]) and np.isnan(gradient[:, 0]).all() and np.isfinite(gradient[:, 1]).all()
    agree(value[1], expected[1])
    value, (gradient,) = ours(lambda x: losses.ctc_loss(x, *arguments, zero_infinity=True, reduction="none"), [x],
                              np.ones(2))
    assert value[0] == 0 and not gradient[:, 0].any() and gradient[:, 1].any()


def test_ctc_takes_targets_in_a_row_and_a_single_example():
    x = Tensor(RNG.standard_normal((5, 2, 4)))
    padded = losses.ctc_loss(x, np.array([[1, 2, 3], [2, 3, -1]]), (5, 4), (3, 2), reduction="none").data
    for lengths in ((np.array([5, 4]), np.array([3, 2])), (Tensor([5, 4]), Tensor([3, 2]))):
        agree(losses.ctc_loss(x, Tensor([1, 2, 3, 2, 3]), *lengths, reduction="none"), padded, 0)
    alone = x[:, 0]
    agree(losses.ctc_loss(alone, [1, 2, 3], 5, 3, reduction="none"), padded[0], 0)
    agree(losses.ctc_loss(alone, [1, 2, 3], 5, 3), padded[0] / 3, 1e-15)


def test_masked_outputs_have_probability_0():
    """A class that is ruled out by -inf takes part in no path and receives no gradient."""
    x = RNG.standard_normal((4, 1, 3))
    x[1, 0, 0] = -np.inf
    value, (gradient,) = ours(lambda x: losses.ctc_loss(x, [[1, 2]], [4], [2], reduction="sum"), [x], 1.0)
    agree(value, all_paths(torch.tensor(x), np.array([[1, 2]]), [4], [2])[0])
    assert gradient[1, 0, 0] == 0 and np.isfinite(gradient).all()


# ------------------------------------------------------------------------------------------- errors

T3 = Tensor(np.zeros((3, 2, 4)))
MISTAKES = {
    "reduction": (lambda: losses.mse_loss(Tensor(X), Y, "average"), ValueError, ["mean", "sum", 'got "average"']),
    "batchmean elsewhere": (lambda: losses.cross_entropy(Tensor(X), LABELS, reduction="batchmean"), ValueError,
                            ["cross_entropy", 'got "batchmean"']),
    "empty": (lambda: losses.mse_loss(Tensor(X[:0]), Y[:0]), ValueError, ["mse_loss", "at least one example"]),
    "integer one-hot rows": (lambda: losses.cross_entropy(Tensor(X), np.eye(5, dtype=int)[LABELS]), ValueError,
                             ["target (N,)", "got (4, 5) and (4, 5)", "labels, not one-hot rows", "target.argmax(1)?"]),
    "labels of an image": (lambda: losses.nll_loss(Tensor(IMAGE), PIXELS[:, 0]), ValueError,
                           ["nll_loss", "got (2, 5, 3, 2) and (2, 2)"]),
    "weights of other classes": (lambda: losses.cross_entropy(Tensor(X), LABELS, CLASSES[:3]), ValueError,
                                 ["each of the 5 classes", "got shape (3,)"]),
    "weight of another shape": (lambda: losses.l1_loss(Tensor(X), Y, weight=CLASSES), ValueError,
                                ["weight of shape (4, 5)", "got (5,)"]),
    "logits as probabilities": (lambda: losses.binary_cross_entropy(Tensor([2.5, -1.0]), [1.0, 0.0]), ValueError,
                                ["from 0 to 1", "got -1 to 2.5", "with_logits"]),
    "a target that learns": (lambda: losses.binary_cross_entropy_with_logits(Tensor(X), Tensor(X, requires_grad=True)),
                             TypeError, ["without a gradient: target.detach()?"]),
    "one sign for a batch": (lambda: losses.cosine_embedding_loss(Tensor(X), Y, np.array(1)), ValueError,
                             ["target of shape (4,)", "got ()"]),
    "longer than the input": (lambda: losses.ctc_loss(T3, [[1], [2]], [3, 4], [1, 1]), ValueError,
                              ["2 input_lengths from 0 to 3", "got [3, 4]"]),
    "longer than the target": (lambda: losses.ctc_loss(T3, [[1], [2]], [3, 3], [1, 2]), ValueError,
                               ["2 target_lengths from 0 to 1", "got [1, 2]"]),
    "one length for two": (lambda: losses.ctc_loss(T3, [[1], [2]], [3], [1, 1]), ValueError, ["2 input_lengths"]),
    "targets in a row": (lambda: losses.ctc_loss(T3, [1, 2, 3], [3, 3], [1, 1]), ValueError,
                         ["targets (2, S) or (2,)", "got (3,)"]),
    "a blank in the target": (lambda: losses.ctc_loss(T3, [[1], [0]], [3, 3], [1, 1]), ValueError,
                              ["from 0 to 3", "without the blank 0", "[[1], [0]]"]),
    "a label too large": (lambda: losses.ctc_loss(T3, [[1], [4]], [3, 3], [1, 1]), ValueError, ["from 0 to 3"]),
}


@pytest.mark.parametrize(("mistake", "error", "words"), MISTAKES.values(), ids=MISTAKES)
def test_the_message_helps(mistake, error, words):
    assert_message_helps(mistake, error, words)
