"""Judges the answers to chapter 6's exercises without the worked solutions: by PyTorch, by trying, by differences."""

import numpy as np
import torch
import torch.nn.functional as TF


def truth_6_3(answer):
    """PyTorch's own output sizes: of the two ends, and of their neighbors outside."""
    for layers, n in (
        ([(7, 2, 3), (3, 2, 1), (3, 2, 1), (3, 2, 1), (3, 2, 1)], 7),
        ([(3, 1, 0), (2, 2, 0), (3, 1, 0)], 2),
        ([(4, 3, 1)], 3),
        ([(5, 1, 0), (3, 2, 0)], 3),
    ):
        smallest, largest = map(int, answer(list(layers), n))

        def rows(size, layers=layers):
            x = torch.zeros(1, 1, size, 40)
            for k, s, p in layers:
                assert x.shape[2] + 2 * p >= k, "no place is left"
                x = TF.conv2d(x, torch.zeros(1, 1, k, 1), stride=(s, 1), padding=(p, 0))
            return x.shape[2]

        assert [rows(size) for size in (smallest - 1, smallest, largest, largest + 1)] == [n - 1, n, n, n + 1]


def truth_6_4(answer):
    """PyTorch's layers: their parameters, and the elements of their outputs times the inputs of each."""
    for c_in, c_out, k, s, n in ((4, 9, 3, 2, 9), (16, 8, 5, 1, 6), (3, 7, 7, 3, 11)):
        deep = torch.nn.Conv2d(c_in, c_in, k, s, k // 2, groups=c_in, bias=False)
        point = torch.nn.Conv2d(c_in, c_out, 1, bias=False)
        middle = deep(torch.zeros(1, c_in, n, n))
        weights, products = answer(c_in, c_out, k, s, n)
        assert weights == sum(p.numel() for layer in (deep, point) for p in layer.parameters())
        assert products == middle.numel() * k * k + point(middle).numel() * c_in


def truth_6_6(answer):
    """PyTorch: two convolutions one after the other, and the one."""
    rng = np.random.default_rng(3)
    for B, C, k, heads, m in ((1, 1, 2, 1, 3), (4, 3, 3, 2, 2), (2, 1, 5, 3, 1)):
        V, W, x = rng.normal(size=(B, C, k, k)), rng.normal(size=(heads, B, m, m)), rng.normal(size=(2, C, 9, 8))
        x, first, second = map(torch.from_numpy, (x, V, W))
        U = torch.from_numpy(np.ascontiguousarray(answer(V.copy(), W.copy())))
        assert U.shape == (heads, C, k + m - 1, k + m - 1)
        torch.testing.assert_close(TF.conv2d(x, U), TF.conv2d(TF.conv2d(x, first), second))


def truth_6_9(answer):
    """Maps whose behavior is known: PyTorch on a ring, with a stride of 3, a mean, one that looks at one pixel."""
    rng = np.random.default_rng(5)
    X, W = rng.normal(size=(6, 9)), torch.from_numpy(rng.normal(size=(1, 1, 3, 3)))

    def convolved(x, stride=1):
        around = TF.pad(torch.from_numpy(np.array(x))[None, None], (0, 2, 0, 2), mode="circular")
        return TF.conv2d(around, W, stride=stride)[0, 0].numpy()

    given = X.copy()
    np.testing.assert_allclose(answer(convolved, given), np.zeros((6, 9)), atol=1e-9)
    np.testing.assert_array_equal(given, X)
    followed = np.abs(answer(lambda x: convolved(x, 3), X)) < 1e-9
    u, v = np.indices((6, 9))
    np.testing.assert_array_equal(followed, (u % 3 == 0) & (v % 3 == 0))
    np.testing.assert_allclose(answer(lambda x: x.mean(keepdims=True), X), np.zeros((6, 9)), atol=1e-9)
    corner = answer(lambda x: x[:1, :1], X)
    np.testing.assert_allclose(corner, np.abs(np.roll(X[::-1, ::-1], (1, 1), (0, 1)) - X[0, 0]), rtol=1e-6, atol=1e-9)
    two = answer(lambda x: np.array([[x[0, 0], 2 * x[0, 0] + x[0, 1]]]), X)  # by hand, one entry
    now, first = np.array([X[0, 8], 2 * X[0, 8] + X[0, 0]]), np.array([X[0, 0], 2 * X[0, 0] + X[0, 1]])
    by_hand = min(np.abs(now - first).max(), np.abs(now - first[::-1]).max())
    np.testing.assert_allclose(two[0, 1], by_hand, rtol=1e-6)


def truth_6_10(answer):
    """By hand: five pictures in four bins. Then bin by bin in plain Python, with 0 for probabilities that are true."""
    p = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [1.0, 0.0], [0.55, 0.45]])
    labels = np.array([0, 1, 1, 1, 0])
    # 0.75 to 1: confidences 0.9, 0.8, 1 and one right, |2.7 - 1|; 0.5 to 0.75: 0.6 and 0.55, both right, |1.15 - 2|
    np.testing.assert_allclose(answer(p.copy(), labels, 4), (1.7 + 0.85) / 5, rtol=1e-9)
    fair = np.tile([[0.75, 0.25]], (8, 1))
    np.testing.assert_allclose(answer(fair, np.array([0, 0, 0, 1] * 2), 10), 0, atol=1e-9)
    np.testing.assert_allclose(answer(fair, np.array([0, 0, 0, 0] * 2), 10), 0.25, rtol=1e-9)
    edge = np.array([[0.5, 0.5 - 1e-9], [0.7, 0.3]])  # both in the upper of two bins, |0.5 - 1 + 0.7|
    np.testing.assert_allclose(answer(edge, np.array([0, 1]), 2), 0.1, rtol=1e-6)
    certain = np.array([[1.0, 0.0], [0.9, 0.1]])  # both in the last of four bins, |1 + 0.9 - 1|
    np.testing.assert_allclose(answer(certain, np.array([1, 0]), 4), 0.45, rtol=1e-9)
    rng = np.random.default_rng(1)
    drawn, truth = rng.dirichlet(np.ones(4), size=60), rng.integers(4, size=60)
    drawn[7] = [0, 0, 1, 0]
    table = {}
    given = drawn.copy()
    for row, label in zip(drawn.tolist(), truth.tolist(), strict=True):
        confidence, said = max(row), row.index(max(row))
        table.setdefault(min(int(confidence * 7), 6), []).append((confidence, said == label))
    expected = 0.0
    for members in table.values():
        sure, right = (sum(column) / len(members) for column in zip(*members, strict=True))
        expected += len(members) / 60 * abs(sure - right)
    np.testing.assert_allclose(answer(given, truth, 7), expected, rtol=1e-9)
    np.testing.assert_array_equal(given, drawn)


def truth_6_13(answer):
    """PyTorch's gradient, with and without overlap; and one window of equals, by hand."""
    rng = np.random.default_rng(6)
    for k, s, shape in ((3, 2, (3, 7, 8)), (2, 2, (1, 6, 5)), (4, 1, (2, 6, 6)), (2, 3, (2, 7, 8))):
        X = rng.permutation(np.prod(shape)).reshape(shape).astype(float)  # all different
        x = torch.tensor(X, requires_grad=True)
        y = TF.max_pool2d(x[:, None], k, s)[:, 0]
        G = rng.normal(size=y.shape)
        y.backward(torch.from_numpy(G))
        before = X.copy(), G.copy()
        np.testing.assert_allclose(answer(X, G, k, s), x.grad.numpy(), rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(X, before[0])
        np.testing.assert_array_equal(G, before[1])
    equal = np.array([[[1.0, 5.0, 5.0], [5.0, 2.0, 5.0]]])
    np.testing.assert_allclose(answer(equal, np.array([[[2.0, 3.0]]]), 2, 1), [[[0, 5, 0], [0, 0, 0]]])


def truth_6_15(answer):
    """At the change that is returned a rival draws level, and no change below it does so: every corner of the cube."""
    rng = np.random.default_rng(11)
    W, b, x = rng.normal(size=(4, 5)) * [[0.3], [2.0], [1.0], [1.5]], rng.normal(size=4), rng.normal(size=(9, 5))
    labels = (x @ W.T + b).argmax(axis=1)
    labels[3] = (labels[3] + 2) % 4
    given = x.copy()
    epsilons = np.asarray(answer(W.copy(), b.copy(), given, labels.copy()))
    np.testing.assert_array_equal(given, x)
    assert epsilons.shape == (9,) and epsilons[3] == 0 and (np.delete(epsilons, 3) > 0).all()
    corners = np.stack(np.meshgrid(*[[-1.0, 1.0]] * 5), axis=-1).reshape(-1, 5)  # a linear lead is smallest at one
    for row, k, epsilon in zip(np.delete(x, 3, 0), np.delete(labels, 3), np.delete(epsilons, 3), strict=True):
        def least_lead(size, row=row, k=k):
            z = (row + size * corners) @ W.T + b
            return (z[:, k] - np.delete(z, k, axis=1).max(axis=1)).min()

        assert least_lead(0.999 * epsilon) > 1e-9 and least_lead(1.001 * epsilon) < -1e-9


TRUTH = {
    "6.3": truth_6_3, "6.4": truth_6_4, "6.6": truth_6_6, "6.9": truth_6_9, "6.10": truth_6_10, "6.13": truth_6_13,
    "6.15": truth_6_15,
}  # fmt: skip
