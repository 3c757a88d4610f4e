"""Every number and formula that a worked solution of chapter 2 quotes is computed here, and stands in its text."""

import functools
import itertools
import math

import numpy as np
import pytest
import scipy.special
import scipy.stats
from test_exercise_numbers import quotes

import dlcourse
from dlcourse import Tensor, data, nn
from dlcourse import functional as F
from dlcourse.data.toys import tent
from dlcourse.evaluate import paired_test, predict, wilson_interval
from dlcourse.exercises.chapter_2 import code, patient
from dlcourse.probing import gradient_norms, outputs

NORMAL = np.linspace(-10, 10, 20001)
BELL = np.exp(-(NORMAL**2) / 2) / np.exp(-(NORMAL**2) / 2).sum()


@pytest.fixture(autouse=True)
def in_float64():
    """As the chapter computes."""
    before = dlcourse.get_default_dtype()
    dlcourse.set_default_dtype(np.float64)
    yield
    dlcourse.set_default_dtype(before)


def mean(values):
    """The mean over a normal number, of values at NORMAL."""
    return BELL @ values


def relu(z):
    """The larger of z and 0."""
    return np.maximum(z, 0)


def folding_net(m, times):
    """The folding of 2.1 as a network: two linear maps in a row are one, so each later layer has m x m weights."""
    c, v = code.fold_in(m)
    layers = []
    for n_in in [1] + [m] * (times - 1):
        layer = nn.Linear(n_in, m)
        layer.weight.data[...] = np.ones((m, 1)) if n_in == 1 < m or not layers else np.tile(v, (m, 1))
        layer.bias.data[...] = -c
        layers += [layer, nn.ReLU()]
    last = nn.Linear(m, 1)
    last.weight.data[...], last.bias.data[...] = v, 0
    return nn.Sequential(*layers, last)


def test_2_1_folds():
    x = np.arange(3**4 + 1) / 3**4
    np.testing.assert_allclose(folding_net(3, 4)(Tensor(x[:, None])).data[:, 0], np.arange(3**4 + 1) % 2, atol=1e-9)
    np.testing.assert_allclose(folding_net(2, 3)(Tensor(x[:, None])).data[:, 0], tent(x, 3), atol=1e-12)
    cost = {}
    for m, k in ((2, 20), (4, 10), (32, 4), (1024, 2)):
        assert m**k == 2**20
        cost[m] = 2 * m + (k - 1) * (m * m + m) + m + 1
        if m < 1024:
            assert cost[m] == sum(p.numel() for p in folding_net(m, k).parameters())
    quotes("2.1", f"makes {cost[2]} parameters with 20 layers of 2, {cost[4]} with 10 layers of 4")
    quotes("2.1", f"{cost[32]:,} with 4 layers of 32", f"{cost[1024]:,} with 2 layers of 1,024", "more than 3 million")
    assert 3 * (2**20 - 1) + 1 > 3e6


def test_2_2_starts():
    sizes = code.four_starts()
    assert [letter for letter, size in sizes.items() if 0.1 < size < 10] == ["D"]
    theory = {"A": 2.0**20, "B": 4 / 256 / 128.0**19, "C": 2 / 3 / 3.0**19, "D": 2}
    assert all(abs(math.log(sizes[letter] / theory[letter])) < 1 for letter in "ABCD")
    quotes("2.2", f"the run says {sizes['D']}", r"2^{20} \approx 10^6", r"\frac{1}{128}", r"\frac13")
    quotes("2.2", rf"{sizes['B'] * 1e42:.1f} \cdot 10^{{-42}}", rf"{sizes['C'] * 1e10:.1f} \cdot 10^{{-10}}")


def test_2_3_leaky():
    z = np.random.default_rng(0).normal(size=100_001)
    for a in (0.01, 0.2, 1, -1):
        leaky, slope = np.where(NORMAL > 0, NORMAL, a * NORMAL), np.where(NORMAL > 0, 1, a)
        np.testing.assert_allclose([mean(leaky**2), mean(slope**2.0)], (1 + a * a) / 2, rtol=1e-3)
    np.testing.assert_array_equal(np.where(z > 0, z, -z), abs(z))
    quotes("2.3", f"$1.04^{{19}} = {1.04**19:.1f}$", f"$1.0001^{{19}} = {1.0001**19:.3f}$")


def test_2_4_gains():
    said = [code.gain(phi) for phi in (relu, np.tanh, scipy.special.expit)]
    quotes("2.4", "{:.4f} for ReLU, {:.4f} for tanh, {:.4f} for the sigmoid and 1 for".format(*said))
    assert math.isclose(code.gain(np.abs), 1, rel_tol=1e-6)
    assert nn.init.calculate_gain("tanh") == 5 / 3 > said[1]


def test_2_5_scales():
    assert math.isclose(code.branch_scale(4, 16), 1)
    quotes("2.5", f"it is {code.branch_scale(32, math.e):.4f}", rf"1 / \sqrt{{32}} = {32**-0.5:.4f}")


def test_2_6_costs():
    parameters, forward, backward = code.residual_cost(64, 32, 6, 10, 100)
    quotes("2.6", f"$2048 + 12288 + 320 = {64 * 32 + 12 * 32**2 + 320}$", f"{32 + 12 * 32 + 10} biases", "The 13 norms")
    quotes("2.6", f"{13 * 64} numbers in all: {parameters:,}", f"{forward:,} multiplications, backward {backward:,}")
    assert round(100 * 13 * 64 / parameters) == 5


def test_2_7_regions():
    counts = {}
    for spread in (1, 30):
        draws = [(np.random.default_rng(seed), np.random.default_rng(seed + 100)) for seed in range(5)]
        lines = [(one.normal(size=(90, 2)), spread * other.normal(size=90)) for one, other in draws]
        found = [code.regions_in_disk(W, b, 3.0) for W, b in lines]
        counts[spread] = min(found), max(found)
    quotes("2.7", "{:,} to {:,} regions".format(*counts[1]), "into {} to {} if it was 30".format(*counts[30]))


def test_2_8_any_dimension():
    @functools.cache
    def most(H, D):
        return 1 if 0 in (H, D) else most(H - 1, D) + most(H - 1, D - 1)

    assert all(most(H, D) == sum(math.comb(H, j) for j in range(D + 1)) for H in range(9) for D in range(6))
    assert all((most(H, D) == 2**H) == (H <= D) for H in range(1, 9) for D in range(1, 6))
    angles = np.linspace(0, 2 * np.pi, 30_000)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    sides = circle @ np.random.default_rng(0).normal(size=(90, 2)).T > 0
    assert len(np.unique(np.packbits(sides, axis=1), axis=0)) == 180
    quotes("2.8", f"these are {2 * 90} in place of {most(90, 2):,}", "more than 4 billion")
    assert 2**32 > 4e9


def test_2_9_short_cut():
    rng = np.random.default_rng(0)
    weights, h, before = [rng.normal(size=(5, 5)) for _ in range(4)], rng.normal(size=(20, 5)), 1.0
    for W, factor in zip(weights, code.start_factors(weights, h), strict=True):
        z = h @ W.T
        assert math.isclose(factor, math.sqrt(before / np.mean(z**2)))
        h, before = relu(z), np.mean(z**2)


def test_2_10_ten_times():
    assert math.isclose(code.times_less(), 100, rel_tol=1e-3)
    assert math.isclose(code.times_less(100), 10_000, rel_tol=1e-3)
    quotes("2.10", "By 100.", "`times_less(100)` is 10,000", "here 10, where the first neuron had 0.1")


def test_2_11_weights_that_grow():
    X, y, w = *(np.random.default_rng(seed).normal(size=shape) for seed, shape in ((0, (50, 4)), (1, 50), (2, 4))),

    def slope(w):
        weight = Tensor(w, requires_grad=True)
        x_hat = F.batch_norm(Tensor(X) @ weight.reshape(4, 1), None, None, training=True, eps=0)
        ((x_hat.relu().reshape(50) - Tensor(y)) ** 2).mean().backward()
        return weight.grad

    assert abs(w @ slope(w)) < 1e-12 * np.linalg.norm(w)
    step = w - 0.5 * slope(w)
    assert math.isclose(step @ step, w @ w + 0.25 * slope(w) @ slope(w), rel_tol=1e-12)
    for eta in (0.1, 0.3):
        size = 1.0
        for _ in range(100_000):
            size += eta**2 / size  # of |w|^2, with g = 1
        assert math.isclose(size**2, 1 + 2 * eta**2 * 100_000, rel_tol=1e-3)
        assert math.isclose(eta / size, 1 / math.sqrt(2 * 100_000), rel_tol=1e-3)


def test_2_13_groups():
    x = np.random.default_rng(0).normal(size=(3, 8))
    norm = nn.LayerNorm(8)
    np.testing.assert_allclose(code.group_norm(x, 1, 1e-5), norm(Tensor(x)).data, atol=1e-12)
    assert not code.group_norm(x, 8, 1e-5).any()


def test_2_14_paths():
    for k, a in ((6, 0.7), (32, 1.0), (32, 32**-0.5)):
        shares = np.array([math.comb(k, j) * a ** (2 * j) for j in range(k + 1)])
        assert math.isclose(shares.sum(), (1 + a * a) ** k)
        p = a * a / (1 + a * a)
        np.testing.assert_allclose(shares / shares.sum(), scipy.stats.binom.pmf(range(k + 1), k, p), rtol=1e-9)
        assert math.isclose(np.arange(k + 1) @ shares / shares.sum(), k * p)
    assert math.isclose(k * p, 32 / 33)
    quotes("2.14", f"{100 * shares[0] / shares.sum():.0f} % has gone around all of them")
    quotes("2.14", f"{100 * shares[:4].sum() / shares.sum():.0f} % has passed through at most 3", r"\frac{k}{k + 1}")


def test_2_14_paths_of_real_matrices():
    rng = np.random.default_rng(0)
    h = rng.normal(size=(50, 400))
    for _ in range(8):
        h = h + 0.5 * h @ rng.normal(0, 400**-0.5, (400, 400)).T
    assert math.isclose(np.mean(h**2), 1.25**8, rel_tol=0.1)


def test_2_15_stretches():
    (largest, middle, smallest), one = code.stretches(), code.stretches(depth=1)
    quotes("2.15", f"The largest singular value is {largest}, the middle one {middle}", "{}, {} and {}".format(*one))
    assert smallest < 1e-12
    assert code.stretches("orthogonal") == code.stretches("orthogonal", depth=1) == [1, 1, 1]
    rng, product = np.random.default_rng(0), np.eye(100)
    for _ in range(20):
        product = rng.normal(0, 0.1, (100, 100)) @ product
    s = np.linalg.svd(product, compute_uv=False)
    assert s[0] == pytest.approx(largest, abs=0.05) and 0.5 < np.mean(s**2) < 2
    assert 3 < np.sum(s > 1) < 20 and np.mean(s < 0.01) > 0.5
    quotes("2.15", f"ten of the hundred carry {100 * np.sum(s[:10] ** 2) / np.sum(s**2):.0f} %")


def test_2_16_alike():
    said = [code.alike(relu, 0.0, layers) for layers in (1, 5, 19)]
    quotes("2.16", "{:.3f} after one layer, {:.3f} after 5 and {:.3f} after 19".format(*said), "only some 6 % still")
    assert round(100 * (1 - said[2])) == 6
    said = [code.alike(scipy.special.expit, 0.0, layers) for layers in (1, 5)]
    quotes("2.16", "{:.3f} after one layer and {:.4f} after 5".format(*said))
    assert abs(code.alike(np.tanh, 0.0, 19)) < 1e-9
    quotes("2.16", f"from 0.9 to {code.alike(np.tanh, 0.9, 19):.2f} after 19 layers")


def test_2_16_networks_grow_alike_as_predicted():
    cosines = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        h = rng.normal(size=(2, 1000))
        for _ in range(6):
            h = relu(h @ rng.normal(0, math.sqrt(2 / 1000), (1000, 1000)).T)
        z = h @ rng.normal(size=(1000, 1000)).T
        cosines.append(z[0] @ z[1] / np.linalg.norm(z[0]) / np.linalg.norm(z[1]))
    assert abs(np.mean(cosines) - code.alike(relu, 0.0, 6)) < 0.05


def growth(phi, slope):
    """The factor of 2.17 by a sum."""
    return mean(slope(NORMAL) ** 2.0) / (mean(phi(NORMAL) ** 2) - mean(phi(NORMAL)) ** 2)


def test_2_17_the_price_of_a_bend():
    for a in (0, 0.1, 1, -1):
        formula = (1 + a * a) / (1 + a * a - (1 - a) ** 2 / np.pi)
        found = growth(lambda z, a=a: np.where(z > 0, z, a * z), lambda z, a=a: np.where(z > 0, 1, a))
        assert math.isclose(formula, found, rel_tol=1e-3)
        if a != 1:
            quotes("2.17", f"{formula:.2f}")
    for a0, a1, a2 in ((1, 2, 0.5), (0, 1, 0), (3, 0.1, -2)):
        bend = np.polynomial.Polynomial((a0 - a2, a1, a2))
        found = growth(bend, bend.deriv())
        assert math.isclose(found, 1 + 2 * a2**2 / (a1**2 + 2 * a2**2), rel_tol=1e-6) and found > 1 - 1e-9
    tanh, bent = growth(np.tanh, lambda z: 1 - np.tanh(z) ** 2), np.pi / (np.pi - 1)
    quotes("2.17", rf"$\rho = {tanh:.3f}$", rf"\sqrt{{{tanh:.3f}^{{50}}}} \approx {tanh**25:.0f}$ times")
    quotes("2.17", f"about {round(bent**25, -2):,.0f} times with ReLU")


@pytest.mark.parametrize("name", ["tanh", "leaky_relu", "abs"])
def test_2_17_measured(name):
    phi, factor = {
        "tanh": (lambda z: z.tanh(), 1.178), "leaky_relu": (lambda z: F.leaky_relu(z, 0.1), 1.343),
        "abs": (lambda z: z.abs(), 2.752),
    }[name]  # fmt: skip
    rng = np.random.default_rng(0)
    h, zeros = Tensor(rng.normal(size=(256, 256))), []
    for _ in range(12):
        zeros.append(Tensor(np.zeros((256, 256)), requires_grad=True))
        z = F.linear(phi(h), Tensor(rng.normal(0, 1 / 16, (256, 256))))
        h = F.batch_norm(z, None, None, training=True) + zeros[-1]
    (h * Tensor(rng.normal(size=(256, 256)))).sum().backward()
    sizes = [np.mean(zero.grad**2) for zero in zeros]
    assert math.isclose((sizes[0] / sizes[-1]) ** (1 / 11), factor, rel_tol=0.05)


def examined(model, x, y):
    """The loss, and for each layer of weights: size of z, the part that is not shared, length of the gradient."""
    loss = F.cross_entropy(model(Tensor(x)), y)
    loss.backward()
    lengths, rows = gradient_norms(model), []
    for name, z in outputs(model, x).items():
        if f"{name}.weight" in lengths:
            own = np.mean((z - z.mean(axis=0)) ** 2) / max(np.mean(z**2), 1e-300)
            rows.append((np.sqrt(np.mean(z**2)), own, lengths[f"{name}.weight"]))
    return loss.item(), *np.array(rows).T


def test_2_18_patients():
    digits = data.load("digits")
    x, y = digits.train.x[:256], digits.train.y[:256]
    (loss_A, size_A, _, back_A), (_, size_B, own_B, back_B), (_, size_C, own_C, back_C), D, E = (
        examined(patient(name), x, y) for name in "ABCDE")  # fmt: skip
    assert 0.65 < size_C.min() and size_C.max() < 1.15 and own_C[0] == pytest.approx(0.31, abs=0.01)
    assert own_C.min() > 0.07 and 0.5 < back_C.min() and back_C.max() < 0.9
    assert np.argmax(back_A) == 8 and 0.3 < back_A[8] < 0.5 and np.all(np.delete(back_A, 8) < 1e-3)
    np.testing.assert_allclose(np.delete(back_A, 8), 1e-3 * np.delete(back_C, 8), rtol=0.7)
    assert size_A[:8].min() > 0.6 and size_A[8:].max() < 0.0015
    quotes("2.18", f"The loss, {loss_A:.4f},", "0.4 long, as in C")
    assert 0.55 < size_B.min() and size_B.max() < 0.95 and own_B[-1] < 1e-19 and own_B[9] < 1e-9
    assert 1e-10 < back_B[0] < 1e-9 and 0.7 < back_B[-1] < 0.9
    loss_D, size_D, _, back_D = D
    assert size_D[11] == pytest.approx(10, abs=0.5) and not size_D[12:].any() and not back_D.any()
    assert loss_D == pytest.approx(math.log(10), abs=1e-12)
    loss_E, size_E, _, back_E = E
    assert 250 < size_E[-1] / size_E[0] < 350 and 600 < back_E.min() and back_E.max() < 1200
    quotes("2.18", f"it is {loss_E:.0f} where")
    healed = patient("E")
    for block in healed:
        if hasattr(block, "linear"):
            block.linear.weight.data[...] /= math.sqrt(18)
    quotes("2.18", f"the loss begins at {examined(healed, x, y)[0]:.2f}")
    cured = patient("A")
    cured[16].weight.data[...] *= 1000
    assert all(np.allclose(p.data, q.data) for p, q in zip(cured.parameters(), patient("C").parameters(), strict=True))


def test_2_19_does_depth_pay():
    points, right, chosen = data.load("xor"), {}, {}
    for hidden, width in ((1, 76), (4, 10)):
        assert code.width_for(2, 2, hidden, 382) == width
        sizes = [2, *[width] * hidden, 2]
        assert sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(sizes)) == 382

        def correct(rows, judged, rate, seed, sizes=sizes):
            return predict(code.trained_net(rows, sizes, rate, seed), judged.x).argmax(axis=1) == judged.y

        sweep = {rate: np.mean([correct(points.fit, points.validation, rate, seed) for seed in range(3)])
                 for rate in (0.003, 0.01, 0.03)}  # fmt: skip
        chosen[hidden] = max(sweep, key=sweep.get)  # of equals the first, the smaller rate
        right[hidden] = [correct(points.train, points.test, chosen[hidden], seed) for seed in range(10, 15)]
    wrong = {hidden: [int((~r).sum()) for r in runs] for hidden, runs in right.items()}
    quotes("2.19", f"chose {chosen[1]} for one layer and {chosen[4]} for four", "382 parameters, one layer of 76 units")
    assert set(wrong[1]) == {9}
    quotes("2.19", "gets 9 wrong with every seed", f"the deep one {min(wrong[4])} to {max(wrong[4])}")
    low, high = wilson_interval(9, 500)
    quotes("2.19", f"{100 * low:.1f} % to {100 * high:.1f} %")
    assert low < 0.012 < high and "1.2 %" in " ".join(points.card.good_for)
    pairs = list(zip(right[1], right[4], strict=True))
    assert max(int((a != b).sum()) for a, b in pairs) == 2
    quotes("2.19", f"the five paired tests is {min(paired_test(a, b).p_value for a, b in pairs):.1f}")
