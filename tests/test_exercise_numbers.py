"""Every number and formula that a worked solution quotes is computed here, and has to stand in its text."""

import numpy as np
import pytest
import scipy.optimize
import scipy.special
from exercise_truth_1 import CORNERS

import dlcourse
from dlcourse import data
from dlcourse.evaluate import predict, wilson_interval
from dlcourse.exercises import EXERCISES
from dlcourse.exercises.chapter_1 import code

SEEDS = range(5)


@pytest.fixture(scope="module")
def digits():
    """The digits in float64, as the chapter trains."""
    before = dlcourse.get_default_dtype()
    dlcourse.set_default_dtype(np.float64)
    yield data.load("digits")
    dlcourse.set_default_dtype(before)


def quotes(number, *texts):
    """The worked solution has these texts, however its lines are broken."""
    solution = " ".join(EXERCISES[number].solution.split())
    for text in texts:
        assert text in solution, f"the solution of {number} does not say {text!r}"


def slope(function, z, h=1e-5):
    """A central difference."""
    return (function(z + h) - function(z - h)) / (2 * h)


def test_1_2_parameters():
    quotes("1.2", f"= {32 * 64 + 32}$", f"= {10 * 32 + 10}$", f"together {code.count_parameters([64, 32, 10])}")


def test_1_3_layers():
    rng = np.random.default_rng(0)
    W1, b1, W2, b2 = (rng.normal(size=shape) for shape in ((5, 64), (5,), (10, 5), (10,)))
    assert np.linalg.matrix_rank(W2 @ W1) == 5 and np.linalg.matrix_rank(rng.normal(size=(10, 64))) == 10
    for x in rng.normal(size=(9, 64)):
        S = np.diag(W1 @ x + b1 > 0).astype(float)
        one_layer = W2 @ S @ W1 @ x + (W2 @ S @ b1 + b2)
        np.testing.assert_allclose(W2 @ np.maximum(W1 @ x + b1, 0) + b2, one_layer)
    w, b, v = rng.normal(size=6), rng.normal(size=6), rng.normal(size=6)
    kinks = np.sort(-b / w)
    probes = np.concatenate([[kinks[0] - 1], (kinks[1:] + kinks[:-1]) / 2, [kinks[-1] + 1]])
    slopes = {round(slope(lambda x: v @ np.maximum(w * x + b, 0), x, 1e-6), 5) for x in probes}
    assert len(slopes) == 7
    unseen = np.append(np.linalg.svd(W1[:, :10])[2][-1], np.zeros(54))  # of the first ten inputs, all 5 sums are 0
    np.testing.assert_allclose(W2 @ W1 @ unseen, 0, atol=1e-12)
    assert np.linalg.norm(unseen[:10]) > 0.9
    quotes("1.3", "rank of $W_2 W_1$ is at most 5", "5 equations for 10 numbers", "3. $H + 1$.", "weights $W_2 S W_1$")


def test_1_4_untrained_loss():
    assert 19 < code.untrained_loss(scale=1.0) < 21
    quotes("1.4", f"{np.log(100):.3f}", f"the run gives {code.untrained_loss():.2f}", "about 20")


def test_1_5_slopes():
    z = np.linspace(-4, 4, 81)
    s = scipy.special.expit(z)
    np.testing.assert_allclose(slope(scipy.special.expit, z), s * (1 - s), rtol=1e-6)
    np.testing.assert_allclose(2 * scipy.special.expit(2 * z) - 1, np.tanh(z), atol=1e-12)
    np.testing.assert_allclose(slope(np.tanh, z), 1 - np.tanh(z) ** 2, rtol=1e-6)
    assert (s * (1 - s)).max() == 0.25 and (1 - np.tanh(z) ** 2).max() == 1 and z[40] == 0
    assert round(4.0**-10 * 1e7, 1) == 9.5
    quotes("1.5", r"4^{-10} \approx 9.5 \cdot 10^{-7}", r"slope $\frac14$ for the sigmoid, 1 for tanh")


def test_1_6_shift():
    rng = np.random.default_rng(0)
    z, Y = rng.normal(size=(5, 4)), np.eye(4)[[0, 3, 1, 1, 2]]
    np.testing.assert_allclose(scipy.special.softmax(z + 3.7, axis=1), scipy.special.softmax(z, axis=1))
    np.testing.assert_allclose((scipy.special.softmax(z, axis=1) - Y).sum(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(scipy.special.softmax([1.3, 0.0])[0], scipy.special.expit(1.3))
    p, q = (scipy.special.softmax(beta * z, axis=1) for beta in (1, 2.5))
    assert (p.argsort(axis=1) == q.argsort(axis=1)).all()
    np.testing.assert_allclose(q[:, 0] / q[:, 1], np.exp(2.5 * (z[:, 0] - z[:, 1])))
    np.testing.assert_allclose(scipy.special.softmax(1e-9 * z, axis=1), 1 / 4, atol=1e-8)
    np.testing.assert_allclose(scipy.special.softmax(1e9 * z, axis=1).max(axis=1), 1)


def perceptron(X, y, rate=1.0, start=0.0):
    """The chapter's rule for rows that end in a 1, with a learning rate and a start, until nothing is wrong."""
    v, updates, before = np.full(X.shape[1], start), 0, -1
    while before < updates:
        before = updates
        for x, target in zip(X, y, strict=True):
            error = target - int(v @ x > 0)
            v, updates = v + rate * error * x, updates + abs(error)
    return v, updates


def test_1_7_one_wrong_label():
    for epochs in (1000, 3000):
        log = code.one_wrong_label(epochs)
        assert [row[0] for row in log] == [1, 10, 100, epochs]
        assert all(mistakes > 0 and 1 < length < 4 for _, mistakes, length in log)
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=(40, 2)), np.ones(40)])
    t = np.where(X[:, 0] + X[:, 1] > 0, 1, -1)
    separable = scipy.optimize.linprog(np.zeros(3), -t[:, None] * X, -np.ones(40), bounds=(None, None))
    t[np.argmax(X[:, 0] + X[:, 1])] = -1
    spoiled = scipy.optimize.linprog(np.zeros(3), -t[:, None] * X, -np.ones(40), bounds=(None, None))
    assert (separable.status, spoiled.status) == (0, 2), "no line is left with the wrong label"
    quotes("1.7", "C. A pass without", "wanders between 1 and 4")


def test_1_8_pocket():
    X, y = CORNERS, np.array([0, 1, 1, 0])
    assert code.pocket(X, y, 1000)[2] == 2 and np.sum((X @ [1, 1] - 0.5 > 0) != y) == 1
    rng, found = np.random.default_rng(0), []
    for order in (rng.permutation(np.tile(np.arange(4), 10)) for _ in range(20)):
        found.append(code.pocket(np.vstack([X, X[order]]), np.append(y, y[order]), 1)[2])
    assert min(found) == 11, "in random order it meets a line with 1 mistake in 4"
    quotes("1.8", "the 2 mistakes of the start", "with a single mistake")


def test_1_9_bound():
    X, y, u = np.column_stack([CORNERS, np.ones(4)]), np.array([0, 0, 0, 1]), np.array([2, 2, -3])
    assert sorted((2 * y - 1) * (X @ u)) == [1, 1, 1, 3] and u @ u == 17 and (X**2).sum(axis=1).max() == 3
    v, updates = perceptron(X, y)
    assert list(v) == [2, 1, -2]
    quotes("1.9", f"$3 \\cdot 17 = {3 * 17}$", f"The run makes {updates} updates")
    quotes("1.9", f"never differs: {updates} updates again")
    half = perceptron(X, y, rate=0.5)
    assert half[1] == updates and (2 * half[0] == v).all()
    for start in (-5.0, 3.0, 40.0):
        k, length = perceptron(X, y, start=start)[1], np.sqrt(3) * abs(start)
        assert k / np.sqrt(17) <= length + np.sqrt(length**2 + 3 * k)


def test_1_11_tower():
    x = np.array([0.0, 0.0, 50.0])
    middle, arm, outside = code.tower(x, x[::-1] * [1, 0, 1], -1, 1, -1, 1, 20)
    far = code.tower(np.array([1e6]), np.zeros(1), -1, 1, -1, 1, 20)
    assert outside < 0.01 and far < 0.01 and arm > 0.99 > middle


def test_1_12_temperature():
    first = [code.tempered_softmax(np.array([[2.0, 1.0, 0.0]]), T)[0, 0] for T in (1, 0.1, 10)]
    assert first[1] > 0.9999
    logits = np.array([[2.0, 1.0, 2.0]])
    np.testing.assert_allclose(code.tempered_softmax(logits, 1e-3), code.tempered_softmax(logits, 0), atol=1e-12)
    quotes("1.12", f"{first[0]:.3f} at $T = 1$", "more than 0.9999 at $T = 0.1$", f"{first[2]:.3f} at $T = 10$")


def test_1_13_binary_loss():
    assert code.binary_loss(np.array([1000.0]), np.array([0])) == 1000
    quotes("1.13", "the loss is 1000", f"it would be {-np.log(1e-12):.1f}")
    z = np.linspace(-5, 5, 11)
    np.testing.assert_allclose(np.logaddexp(0, z), np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))))


def test_1_14_best_guess():
    rng = np.random.default_rng(0)
    y = rng.normal(size=50)
    below, best, above = (((y - y.mean() - shift) ** 2).mean() for shift in (-0.1, 0, 0.1))
    assert best == pytest.approx(y.var()) and best < min(below, above)
    labels = rng.choice(3, size=200, p=[0.6, 0.3, 0.1])
    q, b = np.bincount(labels) / 200, np.zeros(3)
    for _ in range(2000):
        b = b - (scipy.special.softmax(b) - q)
    np.testing.assert_allclose(scipy.special.softmax(b), q, atol=1e-9)
    assert -np.log(scipy.special.softmax(b)[labels]).mean() == pytest.approx(-(q * np.log(q)).sum())
    quotes("1.14", f"= {np.log(10):.3f}$", f"= {-0.9 * np.log(0.9) - 0.1 * np.log(0.1):.3f}$")


def test_1_15_all_zero():
    moved, loss = code.train_from_zero()
    assert [name for name, by in moved.items() if by] == ["b2"] and moved["b2"] == round(np.log(3), 3)
    assert loss == round(-0.25 * np.log(0.25) - 0.75 * np.log(0.75), 4)
    moved, small = code.train_from_zero(start=0.01)
    assert all(by > 1 for by in moved.values()) and small < 0.001
    quotes("1.15", f"= {np.log(1 / 3):.3f}$", f"ends at {loss:.3f}", "ends below 0.001")


def test_1_16_and_1_17_differences():
    errors, fine = (code.difference_errors(dtype) for dtype in (np.float32, np.float64))
    assert errors == code.difference_errors() and list(errors) == list(fine)
    assert (errors[1e-1], errors[1e-2], fine[1e-5]) == (3.3e-3, 3.3e-5, 3.3e-11)
    assert sorted(errors, key=errors.get)[:2] == [1e-2, 1e-3] and 0.5 < errors[1e-3] / errors[1e-2] < 3
    grows = [errors[10.0**-k] / errors[10.0 ** (1 - k)] for k in range(4, 8)]
    assert all(5 < by < 20 for by in grows) and 0.7 < errors[1e-8] < 1.5  # 0.94 with AVX, 1.3 with SSE alone
    x, h = np.linspace(-2, 2, 401).astype(np.float32), np.float32(1e-8)
    assert round(100 * np.mean(x + h == x - h)) == 87
    assert min(fine, key=fine.get) == 1e-5 and sorted(list(fine.values())[4:]) == list(fine.values())[4:]
    quotes("1.16", r"3.3 \cdot 10^{-3}", r"3.3 \cdot 10^{-5}", r"3.3 \cdot 10^{-11}$ at $10^{-5}$", "about 10 for each")
    quotes("1.16", "The best steps are $10^{-2}$ and $10^{-3}$", "At $10^{-8}$ it is about 1", "at 87 % of the points")
    for epsilon, h, error in ((1.1e-16, 7e-6, 2.4e-11), (6e-8, 6e-3, 1.6e-5)):
        best = (3 * epsilon) ** (1 / 3)
        assert best == pytest.approx(h, rel=0.07) and best**2 / 6 + epsilon / best == pytest.approx(error, rel=0.03)
    quotes("1.17", r"7 \cdot 10^{-6}", r"2.4 \cdot 10^{-11}", r"6 \cdot 10^{-3}", r"1.6 \cdot 10^{-5}")
    x, h = 0.4, 1e-3  # exp is its own first, second and third derivative
    assert (np.exp(x + h) - np.exp(x)) / h - np.exp(x) == pytest.approx(h / 2 * np.exp(x), rel=1e-3)
    assert slope(np.exp, x, h) - np.exp(x) == pytest.approx(h**2 / 6 * np.exp(x), rel=1e-3)


def test_1_19_squared_error():
    z = np.linspace(-6, 6, 25)
    p = scipy.special.expit(z)
    for y in (0, 1):
        cross = slope(lambda z, y=y: np.logaddexp(0, z) - y * z, z)
        square = slope(lambda z, y=y: 0.5 * (scipy.special.expit(z) - y) ** 2, z)
        np.testing.assert_allclose(cross, p - y, atol=1e-8)
        np.testing.assert_allclose(square, (p - y) * p * (1 - p), atol=1e-8)
    second = slope(lambda z: -scipy.special.expit(z) * (1 - scipy.special.expit(z)) ** 2, z)
    np.testing.assert_allclose(second, -p * (1 - p) ** 2 * (1 - 3 * p), atol=1e-8)
    q = scipy.special.expit(-10)
    quotes("1.19", f"{q * 1e5:.2f} \\cdot 10^{{-5}}", f"{q - 1:.5f}", f"{-q * (1 - q) ** 2 * 1e5:.2f} \\cdot 10^{{-5}}")
    assert round(1 / (q * (1 - q)), -3) == 22_000


def test_1_20_coverage():
    simple, wilson = (code.coverage(f, 0.97, 50) for f in (code.simple_interval, wilson_interval))
    quotes("1.20", f"`coverage(simple_interval, 0.97, 50)` is {simple:.2f}", f"delivers {100 * simple:.0f} %")
    quotes("1.20", f"`coverage(wilson_interval, 0.97, 50)` is {wilson:.2f}", f"in {100 * 0.97**50:.0f} %")
    assert code.simple_interval(50, 50) == (1, 1)
    half = {round(code.coverage(f, 0.5, 100), 3) for f in (code.simple_interval, wilson_interval)}
    quotes("1.20", f"both give {half.pop()}")
    assert not half


def test_1_21_digits_that_no_model_reads(digits):
    models = [code.trained_reader(digits.train, hidden, seed) for hidden in (0, 64) for seed in SEEDS]
    readings = np.array([predict(model, digits.test.x).argmax(axis=1) for model in models])
    wrong = readings != digits.test.y
    assert 35 <= wrong.all(axis=0).sum() <= 40 and ((40 < wrong.sum(axis=1)) & (wrong.sum(axis=1) < 60)).all()
    assert digits.y[1361] == 5 and (readings[:, 361] == 6).all() and (code.nearest_labels(digits, 1361) == 6).all()
    assert digits.y[1591] == 0 and (readings[:, 591] == 6).all() and (code.nearest_labels(digits, 1591) == 0).all()
    quotes("1.21", "between 35 and 40 of the 797", "Row 1361 has the label 5**, and all ten read a 6", "Row 1591")


def test_1_22_a_model_that_may_refuse(digits):
    noises = [np.random.default_rng(seed).random((797, 64)) for seed in SEEDS]
    for hidden, seed in ((hidden, seed) for hidden in (0, 64) for seed in SEEDS):
        model = code.trained_reader(digits.fit, hidden, seed)
        parts = (digits.validation.x, digits.test.x, *noises)
        valid, test, *nonsense = (scipy.special.softmax(predict(model, x), axis=1) for x in parts)
        threshold = code.surest_mistake(valid, digits.validation.y)
        wrong, answered = test.argmax(axis=1) != digits.test.y, test.max(axis=1) > threshold
        fooled = [(P.max(axis=1) > threshold).sum() for P in nonsense]
        if hidden:
            assert threshold > 0.96 and min(fooled) > 120
            continue
        assert 0.865 < threshold < 0.895 and 155 <= (valid.max(axis=1) > threshold).sum() <= 165
        assert 630 <= answered.sum() <= 645 and wrong[answered].sum() in (4, 5) and 56 <= wrong.sum() <= 60
        assert 100 <= (~wrong & ~answered).sum() <= 110 and 60 <= min(fooled) and max(fooled) <= 90
    low, high = wilson_interval(5, 640)
    quotes("1.22", f"{100 * low:.1f} % to {100 * high:.1f} %", f"up to {100 * wilson_interval(0, 160)[1]:.1f} %")
    quotes("1.22", "about 640 of 797", "4 or 5 of them wrong (0.7 %)", "56 to 60 of 797", "about 105 of the 160")
    quotes("1.22", "60 to 90 of 797", "more than 120", "between 0.87 and 0.89", "above 0.96")
