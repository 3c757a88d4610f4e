"""Why this file exists: the intervals and tests decide which claims the course may make, so SciPy has to agree."""

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state  # noqa: F401
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix as sklearn_confusion_matrix

from dlcourse import Tensor, nn
from dlcourse.evaluate import (
    PairedTest,
    accuracy,
    calibration_error,
    confusion_matrix,
    correct,
    paired_test,
    predict,
    reliability,
    wilson_interval,
)


@given(st.integers(1, 2000), st.data(), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_wilson_is_scipys(trials, data, level):
    successes = data.draw(st.integers(0, trials))
    expected = binomtest(successes, trials).proportion_ci(confidence_level=level, method="wilson")
    agree(np.array(wilson_interval(successes, trials, level)), np.array(expected), 1e-12)


def test_wilson_by_known_values():
    """9 of 10: Agresti and Coull 1998 print (0.596, 0.982). None and all: never outside of [0, 1]."""
    agree(np.array(wilson_interval(9, 10)), np.array([0.596, 0.982]), 5e-4)
    assert 0 <= wilson_interval(0, 20)[0] < 1e-15 and 1 - 1e-15 < wilson_interval(20, 20)[1] <= 1
    low, high = wilson_interval(757, 797)
    assert low < 757 / 797 < high


@pytest.mark.parametrize("counts", [(0, 0), (5, 4), (-1, 4)])
def test_wilson_errors(counts):
    with pytest.raises(ValueError, match=f"got {counts[0]} of {counts[1]}"):
        wilson_interval(*counts)


def answers(only_first, only_second, both=5, neither=3):
    first = [True] * only_first + [False] * only_second + [True] * both + [False] * neither
    second = [False] * only_first + [True] * only_second + [True] * both + [False] * neither
    return np.array(first), np.array(second)


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_scipys_binomial_test(b, c):
    result = paired_test(*answers(b, c))
    assert (result.only_first, result.only_second) == (b, c)
    expected = binomtest(b, b + c).pvalue if b + c else 1.0
    assert result.p_value == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_mcnemar_by_hand():
    """Five coins, all heads or all tails: 2 / 32."""
    assert paired_test(*answers(5, 0)).p_value == 2 / 32
    assert paired_test(*answers(0, 5)).p_value == 2 / 32
    assert str(paired_test(*answers(5, 0))) == "5 right only by the first, 0 only by the second; p = 0.062"
    assert str(PairedTest(40, 0, 1e-9)).endswith("p < 0.001")
    with pytest.raises(ValueError, match=r"same examples, got \(3,\) and \(4,\)"):
        paired_test(np.ones(3), np.ones(4))


def test_accuracy_of_labels_and_of_logits():
    labels = np.array([0, 1, 2, 2])
    assert accuracy(np.array([0, 1, 1, 2]), labels) == 0.75
    logits = np.array([[9, 0, 0], [0, 9, 0], [0, 9, 0], [0, 0, 9]])
    for outputs, truth in [(logits, labels), (Tensor(logits), Tensor(labels)), (logits, list(labels))]:
        assert accuracy(outputs, truth) == 0.75
        assert correct(outputs, truth).tolist() == [True, True, False, True]


@pytest.mark.parametrize(("predicted", "labels"), [((3,), (4,)), ((4, 3), (4, 3)), ((4, 1), (4,)), ((), ())])
def test_accuracy_errors(predicted, labels):
    """(4, 1): argmax over one column would call every answer class 0."""
    with pytest.raises(ValueError, match="one prediction per label, got "):
        accuracy(np.zeros(predicted), np.zeros(labels))


def test_confusion_matrix_is_scikit_learns():
    labels, predicted = np.random.default_rng(0).integers(0, 4, (2, 100))
    ours = confusion_matrix(predicted, labels, 5)
    assert np.array_equal(ours, sklearn_confusion_matrix(labels, predicted, labels=range(5)))
    assert confusion_matrix([1], [0], 2).tolist() == [[0, 1], [0, 0]], "rows are the truth"


class Watcher(nn.Module):
    """Notes the mode and the size of each batch."""

    def __init__(self):
        self.layer = nn.Linear(3, 2)
        self.seen = []

    def forward(self, x):
        self.seen.append((self.training, len(x)))
        return self.layer(x)


@pytest.mark.parametrize("mode", [True, False])
def test_predict(mode):
    model, x = Watcher().train(mode), np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)
    outputs = predict(model, x, batch_size=2)
    assert isinstance(outputs, np.ndarray) and model.seen == [(False, 2), (False, 2), (False, 1)]
    agree(outputs, model.layer(x), 1e-6)
    assert model.training is mode and model.layer.training is mode
    assert model(x).requires_grad, "recording goes on afterwards"


def test_predict_puts_the_mode_back_after_an_error():
    model = Watcher()
    with pytest.raises(ValueError, match="linear expected"):
        predict(model, np.ones((2, 7)))
    assert model.training and model.layer.training and model(np.ones((1, 3))).requires_grad


def test_predict_takes_a_pytorch_model():
    model = torch.nn.Linear(3, 2)
    x = torch.ones(5, 3)
    agree(predict(model, x, batch_size=2), model(x), 1e-6)


# ---------------------------------------------------------------------------------------------- calibration


def test_reliability_by_hand():
    p = np.array([[0.95, 0.05], [0.93, 0.07], [0.4, 0.6], [0.5, 0.5], [1, 0]])
    confidence, right, count = reliability(p, np.array([0, 1, 1, 0, 0]), bins=10)
    assert count.tolist() == [0, 0, 0, 0, 0, 1, 1, 0, 0, 3]
    assert confidence[[5, 6, 9]] == pytest.approx([0.5, 0.6, 0.96]) and right[[5, 6, 9]] == pytest.approx([1, 1, 2 / 3])
    assert np.isnan(confidence[:5]).all()
    expected = (1 * 0.5 + 1 * 0.4 + 3 * (0.96 - 2 / 3)) / 5
    assert calibration_error(p, np.array([0, 1, 1, 0, 0])) == pytest.approx(expected)


def test_true_probabilities_are_calibrated_and_overconfident_ones_are_not():
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((50_000, 4))
    labels = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)  # a draw from their softmax
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    sharp = p**3 / (p**3).sum(axis=1, keepdims=True)
    assert calibration_error(p, labels) < 0.01 < 0.2 < calibration_error(sharp, labels)
