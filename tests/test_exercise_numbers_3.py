"""Every number and formula that chapter 3's statements, solutions and questions quote is computed here."""

import inspect
import math

import numpy as np
import pytest
import scipy.optimize
import torch
from exercise_quotes import asking, quoting

import dlcourse
from dlcourse import Tensor, data, nn
from dlcourse.exercises import chapter_3
from dlcourse.exercises.chapter_3 import code
from dlcourse.questions import chapter_3 as questions
from dlcourse.studies import optimizers

EXERCISES = {exercise.number: exercise for exercise in chapter_3.EXERCISES}
quotes = quoting(chapter_3.EXERCISES)
asks = asking(questions.QUESTIONS)
SEEDS = range(5)


@pytest.fixture(scope="module", autouse=True)
def float64():
    """As the chapter computes."""
    before = dlcourse.get_default_dtype()
    dlcourse.set_default_dtype(np.float64)
    yield
    dlcourse.set_default_dtype(before)


def test_3_1_the_engine_divides():
    class Value:
        """The chapter's engine, as far as it is needed."""

        def __init__(self, data, parents=(), rule=None):
            self.data, self.parents, self.rule = data, parents, rule

    method = EXERCISES["3.1"].explanation.split("```python\n")[1].split("```")[0]
    variables = {"Value": Value}
    exec(method, variables)
    y = variables["__truediv__"](Value(2.0), Value(4.0))
    assert (y.data, y.rule(1.0)) == (0.5, code.quotient_rule(2.0, 4.0, 1.0))
    x = Tensor(2.0, requires_grad=True)
    (x / (x * x)).backward()
    to_a, to_b = code.quotient_rule(2.0, 4.0, 1.0)
    assert x.grad == -1 / 4 and (to_a, 2.0 * to_b) == (1 / 4, -1 / 4), "from above, and from each factor below"
    quotes("3.1", r"slope at 2 must be $-\frac14$", r"from the numerator $\frac14$", r"two factors below $-\frac14$")


def test_3_2_one_weight():
    for T, w in ((3, 0.7), (6, -1.3)):
        weight = Tensor(w, requires_grad=True)
        h = Tensor(2.0)
        for _ in range(T):
            h = weight * h
        h.backward()
        np.testing.assert_allclose(weight.grad, T * w ** (T - 1) * 2.0, rtol=1e-12)
    low, high = 100 * 0.9**99, 100 * 1.1**99
    quotes("3.2", f"= {low:.5f}$", f"1.1^{{99}} = {high / 1e6:.2f} \\cdot 10^6")
    x = Tensor(1.0, requires_grad=True)
    graph = [x, x]
    while len(graph) < 31:  # u_0 to u_30
        graph.append(graph[-1] + graph[-2])
    graph[30].backward()
    paths, sums = [1, 1], len(set(graph)) - 1
    while len(paths) < 31:
        paths.append(paths[-1] + paths[-2])
    assert paths[:6] == [1, 1, 2, 3, 5, 8] and x.grad == paths[30]
    quotes("3.2", f"{paths[30]:,} paths", f"{sums} sums hand on two parts each: {2 * sums}", "1, 1, 2, 3, 5, 8")


def test_3_3_four_times_the_batch():
    (small, slow), (large, fast) = code.four_times_the_batch().values()
    quotes("3.3", f": {small} and {large}.", f"{fast} steps in place of {slow}", f"0.95^4 = {0.95**4:.2f}$")
    for rate, B, seen in ((0.05, 1, small), (0.2, 4, large)):
        exact, about = rate * 16 / B / (2 * (2 - rate)), rate * 16 / B / 4
        assert seen == pytest.approx(exact, abs=0.01) and exact == pytest.approx(about, rel=0.12)


def test_3_4_patience():
    assert code.patience_stop([2.0, 1.0, 1.5, 0.5], 1) == (1, 3), "a later loss is lower, and never seen"
    quotes("3.4", "one of them may be lower", "smallest of many")


def test_3_5_softmax():
    rng = np.random.default_rng(0)
    z, g = rng.normal(size=(2, 6, 4))
    back, p = code.softmax_rule(z, g), code.softmax(z)
    np.testing.assert_allclose(code.softmax_rule(z, g + 3.0), back, atol=1e-12)
    np.testing.assert_allclose(back.sum(axis=1), 0, atol=1e-12)
    Y = np.eye(4)[[0, 3, 1, 2, 2, 0]]
    np.testing.assert_allclose(code.softmax_rule(z, -Y / p), p - Y, atol=1e-12)
    row, h = z[0], 1e-6
    for j in range(4):
        ends = code.softmax(np.array([row + h * np.eye(4)[j], row - h * np.eye(4)[j]]))
        np.testing.assert_allclose((ends[0] - ends[1]) / (2 * h), p[0] * (np.eye(4)[j] - p[0, j]), atol=1e-8)


def test_3_6_and_3_12_momentum():
    assert (code.largest_rate(), code.largest_rate(0.5), code.largest_rate(0.0)) == (0.94, 0.74, 0.49)
    quotes("3.6", "0.94, the last rate of the list below 0.95", "it is 0.75, and the run finds 0.74")
    quotes("3.6", f"{1 / 1.9:.2f} for")
    assert (2 * 1.9 / 4, 2 * 1.5 / 4) == (0.95, 0.75)

    def solutions(mu, eta_a):
        return np.abs(np.roots([1, -(1 + mu - eta_a), mu]))

    for mu in (0.0, 0.3, 0.9):
        limit = 2 * (1 + mu)
        for share in np.linspace(0.001, 0.999, 50):
            assert solutions(mu, share * limit).max() < 1
        assert solutions(mu, 1.001 * limit).max() > 1
        for share in (0.0, 0.3, 0.6, 1.0):
            low, high = (1 - math.sqrt(mu)) ** 2, (1 + math.sqrt(mu)) ** 2
            np.testing.assert_allclose(solutions(mu, low + share * (high - low)), math.sqrt(mu), atol=1e-6)
    kappa, root = 100.0, 9 / 11
    quotes("3.12", rf"\frac{{9}}{{11}} = {root:.3f}$", rf"\frac{{99}}{{101}} = {99 / 101:.3f}$")
    quotes("3.12", f"the best $\\mu$ here is {root**2:.2f}")
    assert ((1 + root) / (1 - root)) ** 2 == pytest.approx(kappa)
    with_it, without = (math.log(1000) / -math.log(pace) for pace in (root, 99 / 101))
    quotes("3.12", f"takes {with_it:.0f} steps with momentum", f"and {without:.0f} without")
    best = scipy.optimize.minimize_scalar(lambda rate: max(abs(1 - rate), abs(1 - 100 * rate)), bounds=(0, 0.02),
                                          method="bounded", options={"xatol": 1e-9})
    assert best.fun == pytest.approx(99 / 101, abs=1e-5)

    def steps_needed(rate, mu):
        a, w, m, count = np.array([1.0, 100.0]), np.ones(2), np.zeros(2), 0
        while np.abs(w).max() > 1e-3:
            m = mu * m + a * w
            w, count = w - rate * m, count + 1
        return count

    assert 34 < steps_needed((1 - root) ** 2, root**2) < 60 and 340 < steps_needed(2 / 101, 0.0) < 350


def test_3_7_a_weight_that_is_seldom_used():
    usual, often = code.seldom_used(), code.seldom_used(every=25)
    quotes("3.7", f"the run gives {usual['ratio']}", f"for $k = 25$ the run gives {often['ratio']}")
    for every in (4, 25, 100):
        assert code.seldom_used(every=every)["ratio"] == pytest.approx(math.sqrt(every), rel=0.05)
    w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([w], lr=0.001)
    for t in range(1, 2001):
        w.grad = torch.tensor([1.0, float(t % 100 == 0)], dtype=torch.float64)
        optimizer.step()
    moved = code.seldom_used(steps=2000)
    np.testing.assert_allclose([moved["often"], moved["seldom"]], np.round(-w.detach().numpy(), 2))


def test_3_8_lion():
    rng = np.random.default_rng(0)
    w, gradients = rng.normal(size=4), rng.normal(size=(9, 4))
    once = code.lion(w, gradients, 0.01, 0.9, 0.99, 0.0)
    np.testing.assert_allclose(code.lion(w, 1000 * gradients, 0.01, 0.9, 0.99, 0.0), once)
    one_step = code.lion(w, gradients[:1], 0.01, 0.9, 0.99, 0.0)
    np.testing.assert_allclose(np.abs(one_step - w), 0.01)
    quotes("3.8", "counts 10 % in the step and only 1 % in what is remembered")


def test_3_9_clipping():
    y, w = np.array([0.0, 0.0, 0.0, 0.0, 10.0]), np.linspace(-2, 12, 141)

    def huber(u, c):
        return np.where(np.abs(u) <= c, u**2 / 2, c * np.abs(u) - c**2 / 2)

    for c in (0.3, 1.0, 4.0):
        slope = (huber(w + 1e-6, c) - huber(w - 1e-6, c)) / 2e-6
        np.testing.assert_allclose(slope, np.clip(w, -c, c), atol=1e-5)

    def settles(step):
        return scipy.optimize.brentq(step, -5, 15)

    for c in (1.0, 0.1, 0.001):
        at = settles(lambda w, c=c: np.clip(w - y, -c, c).mean())
        assert at == pytest.approx(c / 4)
    assert settles(lambda w: (w - y).mean()) == pytest.approx(2) and np.median(y) == 0
    assert settles(lambda w: np.clip((w - y).mean(), -1, 1)) == pytest.approx(2)
    quotes("3.9", r"$w = \frac14$", "In general $w = c / 4$", "at the mean of the targets, 2", "so $w$ goes to 2")


def test_3_10_dropout():
    rng, p = np.random.default_rng(0), 0.3
    X, y, w = rng.normal(size=(5, 3)), rng.normal(size=5), rng.normal(size=3)
    masks = np.array(list(np.ndindex(2, 2, 2)))
    chances = np.prod(np.where(masks, 1 - p, p), axis=1)  # of all eight draws
    dropped = X[:, None] * masks / (1 - p)  # (5, 8, 3)
    mean = (((y[:, None] - dropped @ w) ** 2) @ chances).mean()
    lam = p / (1 - p) * (X**2).mean(axis=0)
    np.testing.assert_allclose(mean, ((y - X @ w) ** 2).mean() + lam @ w**2, rtol=1e-12)
    units = np.array([10.0, 1.0, 1.0])
    np.testing.assert_allclose(p / (1 - p) * ((X * units) ** 2).mean(axis=0) @ (w / units) ** 2, lam @ w**2)
    quotes("3.10", r"$\lambda_i$ becomes 100 times as large and $w_i^2$ 100 times smaller")


def test_3_11_a_checkpoint_that_forgets():
    found = code.what_shows()
    assert {name: first for name, (first, _) in found.items()} == {
        "weights": 1, "momentum": 2, "step": 2, "generator": 1}
    quotes("3.11", f"by {found['weights'][1]} for the weights", f"by ${found['momentum'][1]}$ for the momentum")
    quotes("3.11", f"by {found['step'][1]} for the schedule", f"by {found['generator'][1]} for the generator")
    start = {"weights": np.zeros(20), "momentum": np.zeros(20), "step": 0,
             "generator": np.random.default_rng(0).bit_generator.state}
    halfway, first = code.go_on(start, 100)
    end, second = code.go_on(halfway, 100)
    whole_end, whole = code.go_on(start, 200)
    assert np.array_equal(np.concatenate([first, second]), whole)
    assert np.array_equal(end["weights"], whole_end["weights"])
    assert start["step"] == 0 and not start["weights"].any(), "the saved state stays as it was"
    assert second.std() > 2 * max(abs(change) for _, change in found.values()), "single losses scatter more"
    assert found["momentum"][1] < 0, "lower without momentum"
    forgotten, _ = code.go_on({**halfway, "generator": start["generator"]}, 100)
    assert forgotten["generator"] == halfway["generator"], "the draws of the first half again"


def classifier():
    """Gradient and loss of logistic regression without bias on the digits that are fitted, by its 640 weights."""
    rows = data.load("digits").fit
    X, Y = rows.x, np.eye(10)[rows.y]

    def log_p(w):
        Z = X @ w.reshape(10, 64).T
        Z = Z - Z.max(axis=1, keepdims=True)
        return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))

    return X, lambda w: ((np.exp(log_p(w)) - Y).T @ X / len(X)).ravel(), lambda w: -(Y * log_p(w)).sum(axis=1).mean()


def test_3_13_how_sharp_is_the_valley():
    X, gradient, loss = classifier()
    v, zeros = np.random.default_rng(0).normal(size=640), np.zeros(640)
    five, hundred = (code.largest_curvature(gradient, zeros, v, rounds) for rounds in (5, 100))
    limit = 2 / hundred
    assert hundred == pytest.approx(np.linalg.eigvalsh(X.T @ X / 800).max() / 10, rel=1e-6), "by hand, at equal P"
    assert f"{five:.4f}" == f"{hundred:.4f}"
    quotes("3.13", f"give {five:.4f}, and so do a hundred", f"= {limit:.2f}$", f"{640**2:,} entries")

    def descent(rate):
        w, losses = zeros, [loss(zeros)]
        for _ in range(300):
            w = w - rate * gradient(w)
            losses.append(loss(w))
        return w, np.diff(losses)

    assert (descent(0.9 * limit)[1] < 0).all()
    w, changes = descent(3 * limit)
    end = code.largest_curvature(gradient, w, v, 100)
    assert (changes > 0).any() and loss(w) < 0.1
    quotes("3.13", f"it is {end:.2f} in the end, and the limit {2 / end:.1f}")


def test_3_14_shards():
    rng = np.random.default_rng(0)
    X, G = rng.normal(size=(2, 4, 5, 3))
    X = X + rng.normal(size=(4, 1, 3))
    x = Tensor(X.reshape(20, 3), requires_grad=True)
    large = nn.BatchNorm1d(3)(x)
    large.backward(G.reshape(20, 3))
    sizes = []

    def counted(x, g, average):
        def watched(v):
            answer = average(v)
            sizes.append(v.size)
            return answer

        sizes.clear()
        return code.normalize_shard(x, g, watched)

    x_hat, dx = code.on_machines(counted, X, G)
    np.testing.assert_allclose(x_hat.reshape(20, 3), large.data, rtol=1e-8)
    np.testing.assert_allclose(dx.reshape(20, 3), x.grad, rtol=1e-7, atol=1e-9)
    assert sizes == [3, 3, 3, 3]
    quotes("3.14", "hands over 4 arrays of $H$ numbers, whatever $n$ is", "of the machines' variances is too small")
    assert X.var(axis=1).mean() < X.var(axis=(0, 1)).mean()
    assert issubclass(torch.nn.SyncBatchNorm, torch.nn.Module) and "SyncBatchNorm" in EXERCISES["3.14"].explanation


def test_3_15_a_sixth_patient():
    digits = data.load("digits")
    x, y = digits.validation.x, digits.validation.y
    stored, by_label = np.arange(200), np.argsort(y, kind="stable")
    for seed in SEEDS:
        shares, company = {}, {}
        for name, order in (("stored", stored), ("by label", by_label)):
            patient = code.sixth_patient(digits.fit, seed)
            shares[name] = np.mean(code.read_in_batches(patient, x, order) == y)
            cured = code.sixth_patient(digits.fit, seed).eval()
            shares[f"cured, {name}"] = np.mean(code.read_in_batches(cured, x, order) == y)
        patient, cured = code.sixth_patient(digits.fit, seed), code.sixth_patient(digits.fit, seed).eval()
        company = [code.company_matters(model, x) for model in (patient, cured)]
        assert 0.945 <= shares["stored"] <= 0.98 and 0.18 <= shares["by label"] <= 0.214, shares
        assert shares["cured, stored"] == shares["cured, by label"] and 0.94 <= shares["cured, stored"] <= 0.97
        assert 1.1 < company[0] < 1.6 and company[1] < 1e-5
        before = patient[1].running_mean.data.copy()
        again = [patient(Tensor(x)).data for _ in range(2)]
        assert np.array_equal(*again) and not np.array_equal(patient[1].running_mean.data, before)
    quotes("3.15", "reads 95 to 98 % in the stored order and 18 to 21 % when sorted", "94 to 97 %, in any order")
    quotes("3.15", "between 1.1 and 1.6", "smaller than $10^{-5}$", "95 of 100", "200 digits", "19 others")
    dropout = nn.Sequential(nn.Dropout(0.5))
    assert not np.array_equal(*(dropout(Tensor(x)).data for _ in range(2)))
    assert ".eval()" not in inspect.getsource(code.sixth_patient) + inspect.getsource(code.read_in_batches)


def test_what_the_questions_quote():
    assert 0.3 - 0.1 == pytest.approx(0.2)
    assert 0.02 / (1 - 0.9) == pytest.approx(0.002 / (1 - 0.99)) and f"{0.02 * 0.9 / 0.99:.4f}" == "0.0182"
    asks("3.4", "0.002", "0.0182")
    assert optimizers.chosen_rate("SGD") / optimizers.chosen_rate("Adam") == pytest.approx(100)
    asks("3.6", "the best rates lay a factor of 100 apart")
    assert f"{np.log(10):.2f}" == "2.30"
    asks("3.8", "2.30")
