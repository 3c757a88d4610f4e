"""CTC judged by PyTorch, by all paths written out, by finite differences, and by planted faults."""

import inspect
import itertools
import math

import numpy as np
import pytest
import torch

from dlcourse import Tensor
from dlcourse.apps import ctc
from dlcourse.tensor import OPS
from dlcourse.testing import check_gradients

CASES = {
    "plain": [[0, 1, 2], [2, 0, 1]],
    "repeats": [[1, 1, 1], [0, 0, 2]],
    "other lengths": [[0, -1, -1], [3, 3, 0]],
    "nothing said": [[-1, -1, -1], [0, 1, -1]],
    "only nothing": np.full((2, 1), -1),
}


def logits_for(rows, T=9, K=5, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, T, K)) * 2


def of_torch(logits, y):
    """The mean loss and its gradient by the logits."""
    z, y = torch.tensor(logits, requires_grad=True), torch.tensor(np.asarray(y))
    loss = torch.nn.functional.ctc_loss(z.log_softmax(dim=2).transpose(0, 1), y + 1, torch.full((len(y),), z.shape[1]),
                                        (y >= 0).sum(dim=1), reduction="none").mean()
    loss.backward()
    return loss.item(), z.grad.numpy()


@pytest.mark.parametrize("T", [5, 9])
@pytest.mark.parametrize("name", CASES)
def test_loss_and_gradient_are_pytorchs(name, T):
    z = Tensor(logits_for(2, T), requires_grad=True)
    loss = ctc.string_loss(z, CASES[name])
    loss.backward()
    expected, gradient = of_torch(z.data, CASES[name])
    assert loss.item() == pytest.approx(expected, abs=1e-10)
    np.testing.assert_allclose(z.grad, gradient, rtol=0, atol=1e-10)


def test_the_gradient_is_that_of_finite_differences():
    check_gradients(lambda z: ctc.string_loss(z, [[0, 0], [1, -1]]), logits_for(2, T=5, K=3))


def test_long_clips_do_not_underflow():
    y = np.random.default_rng(1).integers(4, size=(2, 40))
    logits = logits_for(2, T=600)
    loss = ctc.string_loss(Tensor(logits), y).item()
    assert loss > 740  # e^-loss is 0 in float64
    assert loss == pytest.approx(of_torch(logits, y)[0], rel=1e-12)


def test_alignment_is_the_posterior_of_all_paths():
    logits, string = logits_for(1, T=6, K=3)[0], [1, 1]
    log_p, wanted, total = log_softmax(logits), np.zeros((6, 3)), 0.0
    for path in itertools.product(range(3), repeat=6):
        if ctc.collapse(path) == [2, 2]:
            p = math.exp(sum(log_p[t, k] for t, k in enumerate(path)))
            total += p
            for t, k in enumerate(path):
                wanted[t, k] += p
    np.testing.assert_allclose(ctc.alignment(logits, string), wanted / total, atol=1e-12)
    z = Tensor(logits[None], requires_grad=True)
    ctc.string_loss(z, [string]).backward()
    np.testing.assert_allclose(z.grad[0], np.exp(log_p) - wanted / total, atol=1e-12)


def probabilities_of_labels(log_p):
    """Every path written out: {labels: probability}."""
    T, K = log_p.shape
    found = {}
    for path in itertools.product(range(K), repeat=T):
        labels = tuple(ctc.collapse(path))
        found[labels] = found.get(labels, 0.0) + math.exp(sum(log_p[t, k] for t, k in enumerate(path)))
    return found


def log_softmax(logits):
    return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))


@pytest.mark.parametrize("seed", range(3))
def test_loss_and_exact_beam_are_those_of_all_paths(seed):
    logits = logits_for(1, T=5, K=3, seed=seed)
    log_p = log_softmax(logits[0])
    all_labels = probabilities_of_labels(log_p)
    assert sum(all_labels.values()) == pytest.approx(1)
    for labels, p in all_labels.items():
        string = np.array([labels], int).reshape(1, -1) - 1
        assert ctc.string_loss(Tensor(logits), string).item() == pytest.approx(-math.log(p), abs=1e-10)
    beam = ctc.beam_search(log_p, width=1000)
    assert {labels: math.exp(score) for labels, score in beam if score > -math.inf} == pytest.approx(all_labels)
    assert beam[0][0] == max(all_labels, key=all_labels.get)
    assert [score for _, score in beam] == sorted((score for _, score in beam), reverse=True)


def test_beam_finds_what_the_best_path_misses_and_is_never_less_likely():
    frame = np.log([0.6, 0.4])  # blank blank is the likeliest path, 0.36; the label has three paths, 0.64
    assert ctc.best_path([[frame, frame]]) == [[]]
    labels, score = ctc.beam_search([frame, frame])[0]
    assert labels == (1,) and math.exp(score) == pytest.approx(0.64)
    better = 0
    for seed in range(5):
        logits = logits_for(1, T=6, K=4, seed=seed) / 4
        log_p = log_softmax(logits)
        greedy = np.array(ctc.best_path(log_p)[0], int)[None] - 1
        best = ctc.beam_search(log_p[0], width=10_000)[0][1]
        loss = ctc.string_loss(Tensor(logits), greedy).item()
        assert best >= -loss - 1e-12
        better += best > -loss + 1e-3
        assert ctc.beam_search(log_p[0], width=8)[0][1] <= best + 1e-12  # what was cut is missing in the sum
    assert better  # random frames are unsure, so it must happen


def test_without_merging_the_answer_would_be_another():
    """The planted fault: a search over paths instead of labels, which is what merging is there against."""
    frame = np.log([0.6, 0.4])
    paths = {path: sum(frame[k] for k in path) for path in itertools.product(range(2), repeat=2)}
    assert ctc.collapse(max(paths, key=paths.get)) != list(ctc.beam_search([frame, frame])[0][0])


@pytest.mark.parametrize(("path", "labels"), [
    ([], []), ([0, 0], []), ([1, 1, 1], [1]), ([1, 0, 1], [1, 1]), ([0, 3, 3, 0, 0, 2, 2, 3], [3, 2, 3])])
def test_runs_collapse_and_blanks_go(path, labels):
    assert ctc.collapse(path) == labels


@pytest.mark.parametrize(("first", "second", "edits"), [
    ("", "", 0), ("kitten", "sitting", 3), ("abc", "", 3), ("", "ab", 2), ("flaw", "lawn", 2), ([1, 2], [2, 1], 2)])
def test_edit_distance(first, second, edits):
    assert ctc.edit_distance(first, second) == ctc.edit_distance(second, first) == edits


def test_error_rate():
    assert ctc.error_rate([[1, 2], [3]], [[1, 2], [4, 3]]) == 1 / 4
    assert ctc.error_rate([[1, 1, 1]], [[2]]) == 3
    for read, said in (([], []), ([[1]], [[]]), ([[1]], [[1], [2]])):
        with pytest.raises(ValueError, match="error_rate expected a reading for each string"):
            ctc.error_rate(read, said)


@pytest.mark.parametrize(("y", "T", "message"), [
    ([[0, 1]], 9, "expected strings"),
    ([[0, -2], [0, 1]], 9, "from -2 to 1"),
    ([[0, 4], [0, 1]], 9, "symbols from 0 to 3"),
    ([[0.0, 1.0], [0.0, 1.0]], 9, "float64"),
    ([[0, 0], [0, 1]], 2, "expected 3 frames or more"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(y, T, message):
    with pytest.raises(ValueError, match=message):
        ctc.string_loss(Tensor(logits_for(2, T)), y)
    with pytest.raises(ValueError, match="width of at least 1"):
        ctc.beam_search(np.zeros((2, 3)), width=0)


def test_the_engines_registry_stays_as_it_is():
    assert inspect.unwrap(OPS["ctc_loss"]).__module__ == "dlcourse.loss_ops"
