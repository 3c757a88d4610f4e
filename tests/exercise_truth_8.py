"""Judges the answers to chapter 8's exercises without the worked solutions: by scikit-learn, PyTorch, by simulation."""

import numpy as np
import pytest
import torch
from scipy.stats import ttest_rel
from sklearn.linear_model import Ridge
from sklearn.neighbors import NearestCentroid

from dlcourse import Tensor
from dlcourse.nn import Linear
from dlcourse.transfer import LoRA, Reader, discriminative_groups


def truth_8_3(answer):
    """scikit-learn's nearest centroid."""
    rng = np.random.default_rng(0)
    x, labels, new = rng.normal(size=(40, 5)), np.arange(40) % 7, rng.normal(size=(30, 5))
    assert np.array_equal(answer(x, labels, new), NearestCentroid().fit(x, labels).predict(new))


def truth_8_4(answer):
    """The groups of the package, three layers below the head."""
    groups = discriminative_groups(Reader(10, rng=np.random.default_rng(0)), 0.05, 0.4)
    assert answer(0.05, 0.4, 3) == pytest.approx([group["lr"] for group in groups][::-1])


def truth_8_5(answer):
    """The package's adapter, and PyTorch's linear layer with the merged matrix."""
    rng = np.random.default_rng(1)
    layer = Linear(6, 4, rng=rng)
    adapter = LoRA(layer, 3, 2.0, rng=rng)
    adapter.B.data[:] = rng.normal(size=adapter.B.shape)
    x, W, b = (a.astype(float) for a in (rng.normal(size=(5, 6)), layer.weight.data, layer.bias.data))
    output, merged = answer(x, W, b, adapter.A.data.astype(float), adapter.B.data.astype(float), 2.0)
    np.testing.assert_allclose(output, adapter(Tensor(x)).data, rtol=1e-4, atol=1e-5)
    found = torch.nn.functional.linear(*map(torch.tensor, (x, np.asarray(merged), b)))
    np.testing.assert_allclose(output, found.numpy(), atol=1e-10)


def truth_8_8(answer):
    """scikit-learn's ridge regression of what the start leaves over."""
    rng = np.random.default_rng(2)
    for N, D, strength in ((4, 9, 0.1), (20, 3, 5.0)):
        X, y, start = rng.normal(size=(N, D)), rng.normal(size=N), rng.normal(size=D)
        change = Ridge(alpha=strength, fit_intercept=False).fit(X, y - X @ start).coef_
        np.testing.assert_allclose(answer(X, y, start, strength), start + change, atol=1e-8)
    np.testing.assert_allclose(answer(X, y, start, 1e12), start, atol=1e-8)


def truth_8_9(answer):
    """NumPy's correlation; a copy with another brightness and contrast has 1."""
    rng = np.random.default_rng(3)
    train, test = rng.normal(size=(12, 30)), rng.normal(size=(5, 30))
    test[2] = 3 * train[7] - 8
    found = answer(train, test)
    expected = [max(np.corrcoef(picture, other)[0, 1] for other in train) for picture in test]
    np.testing.assert_allclose(found, expected, atol=1e-10)
    assert found[2] == pytest.approx(1)


def truth_8_11(answer):
    """Row by row: who is in has a right to it, and whoever is out has none."""
    rng = np.random.default_rng(4)
    p = rng.dirichlet(np.full(5, 0.3), size=60)
    rows, labels = answer(p.copy(), 0.7, 4)
    sure, said, rows = p.max(axis=1), p.argmax(axis=1), list(rows)
    assert rows == sorted(rows) and np.array_equal(labels, said[rows])
    for row in range(60):
        surer = sum(said[other] == said[row] and sure[other] > sure[row] for other in range(60))
        assert (row in rows) == (sure[row] >= 0.7 and surer < 4)


def truth_8_13(answer):
    """A paired t-test of the means by draw has t = mean / error."""
    rng = np.random.default_rng(5)
    first, second = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    mean, error = answer(first, second)
    assert mean / error == pytest.approx(ttest_rel(first.mean(axis=1), second.mean(axis=1)).statistic)


TRUTH = {
    "8.3": truth_8_3, "8.4": truth_8_4, "8.5": truth_8_5, "8.8": truth_8_8, "8.9": truth_8_9, "8.11": truth_8_11,
    "8.13": truth_8_13,
}  # fmt: skip
