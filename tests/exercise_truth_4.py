"""Judges the answers to chapter 4's exercises without the worked solutions: by hand, by SciPy, PyTorch, differences."""

import itertools

import numpy as np
import scipy.linalg
import torch


def truth_4_2(answer):
    """Counted by hand, at places that the check does not use."""
    for s, share, expected in (
        ([3.0, 2.0, 1.0], 0.6, 1),  # variances 9, 4, 1 of 14: 0.64, 0.93, 1
        ([3.0, 2.0, 1.0], 0.65, 2),
        ([3.0, 2.0, 1.0], 0.95, 3),
        ([2.0, 2.0, 2.0, 2.0], 0.5, 2),
        ([2.0, 2.0, 2.0, 2.0], 0.51, 3),
        ([4.0, 3.0, 3.0, 2.0, 2.0], 0.79, 3),  # 16, 9, 9, 4, 4 of 42: 0.38, 0.60, 0.81
        ([4.0, 3.0, 3.0, 2.0, 2.0], 0.2, 1),
        ([10.0], 0.99, 1),
    ):
        assert answer(np.array(s), share) == expected, (s, share)


def truth_4_6(answer):
    """A root of the covariance matrix by SciPy; white rows; of all white rows those nearest to the data."""
    rng = np.random.default_rng(46)
    X = rng.normal(size=(25, 4)) @ rng.normal(size=(4, 4)) + np.array([3.0, 0, -2, 1])
    centered, C = X - X.mean(axis=0), np.cov(X.T)
    for eps in (0.0, 0.2):
        found = np.asarray(answer(given := X.copy(), eps))
        np.testing.assert_array_equal(given, X)
        root = scipy.linalg.sqrtm(C + eps * np.eye(4)).real
        np.testing.assert_allclose(found, np.linalg.solve(root, centered.T).T, rtol=1e-7, atol=1e-9)
    found = np.asarray(answer(X, 0.0))
    np.testing.assert_allclose(np.cov(found.T), np.eye(4), atol=1e-8)
    for _ in range(20):
        turned = found @ np.linalg.qr(np.eye(4) + 0.2 * rng.normal(size=(4, 4)))[0]
        assert ((found - centered) ** 2).sum() < ((turned - centered) ** 2).sum()


def truth_4_8(answer):
    """PyTorch's divergence of two normal distributions."""
    rng = np.random.default_rng(48)
    for N, k in ((6, 2), (2, 5)):
        given = rng.normal(size=(4, N, k))
        m1, l1, m2, l2 = map(torch.tensor, given)
        one, other = (torch.distributions.Normal(m, (logs / 2).exp()) for m, logs in ((m1, l1), (m2, l2)))
        expected = torch.distributions.kl_divergence(one, other).sum(dim=1).numpy()
        np.testing.assert_allclose(answer(*given.copy()), expected, rtol=1e-9)


def truth_4_10(answer):
    """PyTorch's cross-entropy, along both axes; huge scores; another length changes nothing."""
    rng = np.random.default_rng(410)
    for N, d, tau in ((6, 4, 0.2), (3, 2, 1.5), (4, 4, 1e-4)):
        a, b = rng.normal(size=(2, N, d))
        first, second = (torch.nn.functional.normalize(torch.tensor(x)) for x in (a, b))
        S, labels = first @ second.T / tau, torch.arange(N)
        expected = sum(torch.nn.functional.cross_entropy(table, labels) for table in (S, S.T)) / 2
        kept = a.copy(), b.copy()
        np.testing.assert_allclose(answer(*kept, tau), expected.item(), rtol=1e-8)
        np.testing.assert_array_equal(kept, (a, b))
        lengths = rng.uniform(0.1, 9, size=(N, 1))
        np.testing.assert_allclose(answer(lengths * a, b / lengths, tau), expected.item(), rtol=1e-8)


def truth_4_11(answer):
    """PyTorch's gradients of the loss, with vectors looked up in the tables."""
    rng = np.random.default_rng(411)
    for c, words in ((0, [1, 2, 3]), (2, [2, 2, 0, 2, 1]), (3, [1, 0, 1, 0])):
        V, U = rng.normal(size=(2, 4, 5))
        labels = np.array([1] + [0] * (len(words) - 1))
        tables = [torch.tensor(table, requires_grad=True) for table in (V, U)]
        scores = tables[1][words] @ tables[0][c]
        signs = torch.tensor(2.0 * labels - 1)
        (-torch.nn.functional.logsigmoid(signs * scores).sum()).backward()
        kept = V.copy(), U.copy()
        found = answer(*kept, c, np.array(words), labels, 0.3)
        np.testing.assert_array_equal(kept, (V, U))
        for new, old, table in zip(found, (V, U), tables, strict=True):
            np.testing.assert_allclose(new, old - 0.3 * table.grad.numpy(), rtol=1e-9, atol=1e-12)


def truth_4_13(answer):
    """A perfect guess leads to the clean points at once; a normal distribution's best guess, integrated by hand."""
    alpha_bars = np.cumprod(1 - np.linspace(0.02, 0.5, 12))
    rng = np.random.default_rng(413)
    clean, noise = rng.normal(size=(2, 5, 3))

    def perfect(x, t):
        np.testing.assert_allclose(x, np.sqrt(alpha_bars[t]) * clean + np.sqrt(1 - alpha_bars[t]) * noise, atol=1e-8)
        return noise

    for steps in ([11, 5, 2], [8], list(range(11, -1, -1))):
        start = np.sqrt(alpha_bars[steps[0]]) * clean + np.sqrt(1 - alpha_bars[steps[0]]) * noise
        np.testing.assert_allclose(answer(given := start.copy(), perfect, alpha_bars, steps), clean, atol=1e-8)
        np.testing.assert_array_equal(given, start)

    def normal(x, t):  # of data with the variance 4
        return np.sqrt(1 - alpha_bars[t]) * x / (4 * alpha_bars[t] + 1 - alpha_bars[t])

    for steps in ([11, 4, 0], [3, 1]):
        factor = 1.0
        for t, then in itertools.pairwise([*[alpha_bars[t] for t in steps], 1.0]):
            variance = 4 * t + 1 - t
            factor *= np.sqrt(then) * 4 * np.sqrt(t) / variance + np.sqrt(1 - then) * np.sqrt(1 - t) / variance
        np.testing.assert_allclose(answer(noise, normal, alpha_bars, steps), factor * noise, rtol=1e-8)


def truth_4_14(answer):
    """PyTorch's densities and gradients, with the noise held."""
    rng = np.random.default_rng(414)
    for N, D, k, sigma in ((3, 4, 2, 0.7), (2, 2, 3, 0.2)):
        x, A = rng.normal(size=(N, D)), rng.normal(size=(D, k))
        m, log_var, noise = rng.normal(size=(3, N, k))
        mean, logs = (torch.tensor(v, requires_grad=True) for v in (m, log_var))
        width = (logs / 2).exp()
        drawn = (mean + width * torch.tensor(noise)) @ torch.tensor(A).T
        normal = torch.distributions.Normal
        log_p = normal(drawn, sigma).log_prob(torch.tensor(x)).sum(dim=1)
        bound = log_p - torch.distributions.kl_divergence(normal(mean, width), normal(0.0, 1.0)).sum(dim=1)
        bound.sum().backward()
        kept = [v.copy() for v in (x, m, log_var, noise, A)]
        found = answer(*kept, sigma)
        for new, old in zip(kept, (x, m, log_var, noise, A), strict=True):
            np.testing.assert_array_equal(new, old)
        expected = bound.detach().numpy(), mean.grad.numpy(), logs.grad.numpy()
        for part, right in zip(found, expected, strict=True):
            np.testing.assert_allclose(part, right, rtol=1e-9, atol=1e-10)


TRUTH = {
    "4.2": truth_4_2, "4.6": truth_4_6, "4.8": truth_4_8, "4.10": truth_4_10, "4.11": truth_4_11, "4.13": truth_4_13,
    "4.14": truth_4_14,
}  # fmt: skip
