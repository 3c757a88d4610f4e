"""Every number and formula that chapter 4's statements, solutions and questions quote is computed here."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from exercise_quotes import asking, quoting

import dlcourse
from dlcourse import Tensor, data
from dlcourse import functional as F
from dlcourse.data import augment
from dlcourse.exercises import chapter_4
from dlcourse.exercises.chapter_4 import code
from dlcourse.questions import chapter_4 as questions

quotes = quoting(chapter_4.EXERCISES)
asks = asking(questions.QUESTIONS)
CHOOSING, JUDGING = range(10), range(10, 20)  # draws of labels


@pytest.fixture(scope="module", autouse=True)
def float64():
    """As the chapter computes."""
    before = dlcourse.get_default_dtype()
    dlcourse.set_default_dtype(np.float64)
    yield
    dlcourse.set_default_dtype(before)


def test_4_1_four_rooms():
    rooms = np.array([[9.0, 30], [5, 22], [4, 30], [2, 26]])
    X = rooms - rooms.mean(axis=0)
    np.testing.assert_array_equal(rooms.mean(axis=0), [5, 27])
    np.testing.assert_array_equal(X, [[4, 3], [0, -5], [-1, 3], [-3, -1]])
    np.testing.assert_array_equal(X.T @ X, [[26, 12], [12, 44]])
    np.testing.assert_allclose(np.linalg.eigvalsh(X.T @ X), [20, 50])
    np.testing.assert_array_equal(X.T @ X @ [[1, 2], [2, -1]], [[50, 40], [100, -20]])
    quotes("4.1", f"which is {50 / 70:.0%}".replace("%", " %"), f"10 / \\sqrt 5 = {10 / math.sqrt(5):.2f}$")
    v = np.array([1, 2]) / math.sqrt(5)
    np.testing.assert_allclose(rooms.mean(axis=0) + X[0] @ v * v, [7, 31])
    assert ((X[0] - X[0] @ v * v) ** 2).sum() == pytest.approx(5)
    X[:, 1] *= 10
    np.testing.assert_array_equal(X.T @ X, [[26, 120], [120, 4400]])
    (small, large), turned = np.linalg.eigh(X.T @ X)
    assert abs(turned[1, 1]) > 0.999 and small + large == pytest.approx(4426) and small * large == pytest.approx(1e5)
    quotes("4.1", f"so they are {large:.0f} and {small:.0f}", f"it keeps {100 * large / (small + large):.1f} %")


def digit_rows():
    return data.load("digits").train.x


def test_4_2_directions():
    x = digit_rows()
    s = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)
    few, most, careless = (code.directions_needed(*both) for both in ((s, 0.9), (s, 0.99), (np.sqrt(s), 0.9)))
    quotes("4.2", f"{few} directions keep 0.9 and {most} keep 0.99", f"would have been {careless}")


def test_4_6_white_pictures():
    x = digit_rows()
    variances = np.linalg.eigvalsh(np.cov(x.T))
    assert (variances > 1e-12).sum() == 61, "three pixels never vary"
    stretch = 1 / np.sqrt(variances[variances > 1e-12] + 1e-6)
    assert 300 < stretch.max() < 900
    quotes("4.6", "stretched several hundred times", "Three pixels of the digits never vary")
    white = code.white_pictures(x, 0.1).reshape(-1, 8, 8)
    def alike(rows):
        return np.corrcoef(rows[:, 3, 3], rows[:, 4, 3])[0, 1]
    assert abs(alike(white)) < abs(alike(x.reshape(-1, 8, 8))), "what neighbors tell is damped"


def test_4_7_decoders():
    flowers = np.array([[0.0, 2], [6, 0], [10, 2], [12, 8]])
    X = flowers - flowers.mean(axis=0)
    C, rng = X.T @ X / 3, np.random.default_rng(0)
    np.testing.assert_allclose(X.T @ X, [[84, 32], [32, 36]])

    def decoder(B, C):
        return C @ B.T @ np.linalg.inv(B @ C @ B.T)

    A = decoder(np.array([[1.0, 0.0]]), C)
    np.testing.assert_allclose(A.ravel(), np.array([84, 32]) / 84)
    lost = ((X - X[:, :1] @ A.T) ** 2).sum()
    quotes("4.7", f"guessed as {32 / 84:.2f} of it", f"32^2 / 84 = {32**2 / 84:.1f}$, so {lost:.1f} is lost")
    assert (X[:, 1] ** 2).sum() == 36 and np.linalg.eigvalsh(X.T @ X)[0] == pytest.approx(20)
    X = rng.normal(size=(30, 5)) @ rng.normal(size=(5, 5))
    X = X - X.mean(axis=0)
    B, M, C = rng.normal(size=(2, 5)), rng.normal(size=(2, 2)), X.T @ X / 29
    A = decoder(B, C)
    np.testing.assert_allclose(A, np.linalg.lstsq(X @ B.T, X, rcond=None)[0].T)
    np.testing.assert_allclose(A @ B @ A @ B, A @ B, atol=1e-9)
    np.testing.assert_allclose(decoder(M @ B, C), A @ np.linalg.inv(M))
    assert np.abs(A @ B - (A @ B).T).max() > 0.1
    np.testing.assert_allclose(decoder(np.eye(5)[:2], np.diag(range(1, 6))), np.eye(5)[:, :2])  # of least variance
    for special in (np.linalg.eigh(C)[1][:, -2:].T @ np.eye(5), None):
        P = decoder(B, np.eye(5)) @ B if special is None else decoder(special, C) @ special
        np.testing.assert_allclose(P, P.T, atol=1e-9)


def test_4_3_without_a_price():
    found = code.without_a_price()
    widths = [found[f"beta 0, {steps} steps"] for steps in (100, 1000, 10_000)]
    (first, spread), (second, _), (third, last_spread) = widths
    quotes("4.3", f"{first} after 100 steps, {second} after 1,000 and {third} after 10,000")
    quotes("4.3", f"from {spread:.1f} to {last_spread:.1f}")
    s, b = code.smallest_vae(1, 10_000)
    assert s == pytest.approx(0.2, abs=1e-4) and b == pytest.approx(math.sqrt(1 - 0.04), abs=1e-4)
    quotes("4.3", f"ends at $s = {s:.1f}$ and $b = {b:.2f}$")


def test_4_8_clouds():
    zero, narrow = np.zeros((1, 1)), np.full((1, 1), 2 * math.log(0.1))
    there, back = code.kl_of_clouds(zero, narrow, zero, zero)[0], code.kl_of_clouds(zero, zero, zero, narrow)[0]
    quotes("4.8", f"it is {there:.2f}, from the wide to the narrow {back:.1f}")


def test_4_12_half_forgotten():
    short, long = code.half_forgotten(), code.half_forgotten(1000, 0.0001, 0.02)
    quotes("4.12", f"After step {short}.", f"the run says {long}", f"\\log 2 = {math.log(2):.3f}$")
    quotes("4.12", f"t \\approx {math.sqrt(math.log(2) / 0.002):.1f}$",
           f"so $t \\approx {math.sqrt(math.log(2) * 1e5):.0f}$")
    assert abs(short / 50 - 3 / 8) < 0.01 and abs(long / 1000 - 1 / 4) < 0.015
    assert f"{ALPHA_BARS[-1]:.1%}" == "0.5%" and math.sqrt(ALPHA_BARS[-1]) < 0.1


BETAS = np.linspace(0.001, 0.2, 50)
ALPHA_BARS = np.cumprod(1 - BETAS)
CENTERS = 1.4 * np.stack([np.cos(np.arange(8) * np.pi / 4), np.sin(np.arange(8) * np.pi / 4)], axis=1)


def best_guess(x, t):
    middle, variance = np.sqrt(ALPHA_BARS[t]) * CENTERS, 0.01 * ALPHA_BARS[t] + 1 - ALPHA_BARS[t]
    share = F.softmax(Tensor(-((x[:, None] - middle) ** 2).sum(axis=-1) / (2 * variance)), dim=1).data
    return -np.sqrt(1 - ALPHA_BARS[t]) * (share @ middle - x) / variance


@pytest.mark.parametrize("seed", range(3))
def test_4_12_when_the_ring_decides(seed):
    rng = np.random.default_rng(seed)
    x, nearest = rng.standard_normal((1000, 2)), {}  # by the steps to go
    for t in reversed(range(50)):
        nearest[t + 1] = np.linalg.norm(x[:, None] - CENTERS, axis=-1).argmin(axis=1)
        x = (x - BETAS[t] / np.sqrt(1 - ALPHA_BARS[t]) * best_guess(x, t)) / np.sqrt(1 - BETAS[t])
        again = np.sqrt(BETAS[t] * (1 - ALPHA_BARS[t - 1]) / (1 - ALPHA_BARS[t])) if t else 0
        x = x + again * rng.standard_normal(x.shape)
    twenty, ten, five = (np.mean(nearest[left] == nearest[1]) for left in (20, 10, 5))
    assert 0.35 < twenty < 0.45 and 0.75 < ten < 0.85 and five > 0.95
    quotes("4.12", "about four points in ten, with 10 steps for about eight, with 5 for nearly all")


def test_4_13_leaps():
    def astray(stride, seed):
        noise = np.random.default_rng(seed).standard_normal((1000, 2))
        x = code.leaps(noise, best_guess, ALPHA_BARS, list(range(49, -1, -stride)))
        return np.mean(np.linalg.norm(x[:, None] - CENTERS, axis=-1).min(axis=1) > 0.35)

    shares = {stride: [astray(stride, seed) for seed in range(3)] for stride in (1, 5, 10)}
    assert max(shares[1]) < 0.01 and 0.06 < np.mean(shares[5]) < 0.095 and 0.3 < np.mean(shares[10]) < 0.37
    quotes("4.13", "less than 1 % lie far off", "it is about 8 %, in 5 leaps a third", "(49, 44, ..., 4)")
    one = code.leaps(np.random.default_rng(0).standard_normal((1000, 2)), best_guess, ALPHA_BARS, [49])
    assert np.linalg.norm(one, axis=1).max() < 0.5


def test_4_14_through_chance():
    rng, A = np.random.default_rng(0), np.diag([1.0, 0.5, 0.0])
    for sigma in (0.3, 1.0):
        width = sigma / np.sqrt(sigma**2 + np.diag(A) ** 2)
        noise = rng.normal(size=(200_000, 3))
        log_var = np.tile(2 * np.log(width), (len(noise), 1))
        x, m = np.zeros((2, *noise.shape))
        slopes = code.bound_and_slopes(x, m, log_var, noise, A, sigma)[2]
        np.testing.assert_allclose(slopes.mean(axis=0), 0, atol=4 * slopes.std(axis=0).max() / math.sqrt(len(noise)))
    assert width[2] == 1, "an unused number keeps the width of the prior"


def test_4_15_more_draws():
    def gap(L):
        counts = np.arange(L + 1)
        logs = np.array([math.lgamma(L + 1) - math.lgamma(k + 1) - math.lgamma(L - k + 1) for k in counts])
        return -np.exp(logs - L * math.log(2)) @ np.log((0.1 * (L - counts) + 1.9 * counts) / L)

    assert gap(1) == pytest.approx(-math.log(0.19) / 2) and gap(2) == pytest.approx(-math.log(0.19) / 4)
    gaps = [gap(L) for L in range(1, 20)]
    assert gaps == sorted(gaps, reverse=True)
    quotes("4.15", f"0.19 = {gap(1):.2f}$. Two", f"$-\\frac14 \\log 0.19 = {gap(2):.2f}$", "$0.9^2 = 0.81$")
    quotes("4.15", f"is about {0.81 / 128:.4f}, and exactly it is {gap(64):.4f}")


def test_4_4_company():
    counts = np.array([[40.0, 9, 1], [40, 1, 9]])
    p = counts / counts.sum()
    np.testing.assert_array_equal(counts.sum(axis=0), [80, 10, 10])
    pmi = np.log(p / np.outer(p.sum(axis=1), p.sum(axis=0)))
    np.testing.assert_allclose(pmi[0], np.log([1, 1.8, 0.2]), atol=1e-12)
    best = pmi[0] - math.log(5)
    quotes("4.4", f"\\log 1.8 = {pmi[0, 1]:.2f}$", f"\\log 0.2 = {pmi[0, 2]:.2f}$", f"\\log 5 = {math.log(5):.2f}$")
    quotes("4.4", f"${best[0]:.2f}$, ${best[1]:.2f}$ and ${best[2]:.2f}$", f"is {1 / (1 + math.exp(-best[1])):.2f}.")
    assert math.exp(best[1]) == pytest.approx(1.8 / 5)
    quotes("4.4", f"\\log 2 = {math.log(2):.2f}$", f"\\frac{{41}}{{40}} = {math.log(41 / 40):.3f}$")


def test_4_5_strangers():
    wide, narrow = code.sum_of_strangers(), code.sum_of_strangers(dim=16)
    quotes("4.5", f"{wide['with c']}. Three vectors", f"= {1 / math.sqrt(3):.3f}$",
           f"words has {wide['best other word']}")
    assert wide["share in which b or c comes first"] == 1 and narrow["share in which b or c comes first"] < 0.45
    assert narrow["best other word"] == pytest.approx(0.7, abs=0.03)


def test_4_9_only_the_class():
    usual, warm = code.only_the_class(), code.only_the_class(tau=0.5)
    quotes("4.9", f"{usual}. Of the 399 others", f"e^{{-10}}) = {usual}$", f"e^{{-2}}) = {warm}$", "\\log 399 = 5.99$")
    for tau, found in ((0.1, usual), (0.5, warm)):
        views = Tensor(np.repeat(np.eye(10), 20, axis=0))
        assert found == pytest.approx(F.nt_xent(views, views, tau).item(), abs=0.006)
        assert found == pytest.approx(math.log(39 + 360 * math.exp(-1 / tau)), abs=0.006)
    apart = Tensor(np.eye(200))
    assert F.nt_xent(apart, apart, 0.1).item() < 0.1 and f"{math.log(399):.2f}" == "5.99"


def test_4_10_captions():
    same = np.ones((6, 3))
    assert code.caption_loss(same, same, 0.3) == pytest.approx(math.log(6))
    quotes("4.10", f"that is {math.log(32768):.1f}", "$e^{1000}$ is no number")


def test_4_11_words():
    x = np.zeros(2)
    x[[1, 1]] += 1
    y = np.zeros(2)
    np.add.at(y, [1, 1], 1)
    assert x[1] == 1 and y[1] == 2


def test_4_16_the_best_of_all_embeddings():
    def least(N, tau):
        return math.log(1 + (2 * N - 2) * math.exp(-N / (N - 1) / tau))

    losses = [least(200, tau) for tau in (0.1, 0.5, 2)]
    quotes("4.16", f"4. {losses[0]:.3f}, {losses[1]:.2f} and {losses[2]:.2f}, while a guess costs {math.log(399):.2f}")
    rng = np.random.default_rng(0)
    for N in (3, 4, 6):
        simplex = np.eye(N) - 1 / N  # N points in N - 1 dimensions
        unit = simplex / np.linalg.norm(simplex, axis=1, keepdims=True)
        assert np.linalg.matrix_rank(simplex) == N - 1
        np.testing.assert_allclose((unit @ unit.T)[0, 1:], -1 / (N - 1))
        for tau in (0.1, 0.5, 2.0):
            assert F.nt_xent(Tensor(unit), Tensor(unit), tau).item() == pytest.approx(least(N, tau), rel=1e-9)
            for _ in range(20):
                h = rng.normal(size=(2, N, N))
                views = h / np.linalg.norm(h, axis=2, keepdims=True)
                e, others = views.reshape(2 * N, N), 2 * N - 2
                p, total = (views[0] * views[1]).sum(axis=1).mean(), (e.sum(axis=0) ** 2).sum()
                t = (total - 2 * N - 2 * N * p) / (2 * N * others)
                assert t >= -(1 + p) / others - 1e-12
                loss = F.nt_xent(Tensor(views[0]), Tensor(views[1]), tau).item()
                assert loss >= math.log(1 + others * math.exp((t - p) / tau)) - 1e-12 > least(N, tau) - 1e-9


def by_pca(rows, k, white):
    """Codes of PCA, fitted to the pixels of some rows."""
    known = code.pixels(rows.x)
    variances, V = np.linalg.eigh(np.cov(known.T))
    V, variances = V[:, ::-1][:, :k], variances[::-1][:k]
    return lambda x: (code.pixels(x) - known.mean(axis=0)) @ V / (np.sqrt(variances) if white else 1)


def by_views(rows):
    """PCA of views, after the differences between two views of a picture were made white, for six settings."""
    rng, move = np.random.default_rng(0), augment.Affine(degrees=12, scale=(0.85, 1.18), shear=0.15, shift=0.15)
    pairs = [(code.pixels(move(rows.x, rng)), code.pixels(move(rows.x, rng))) for _ in range(4)]
    views, mean = np.concatenate([one for one, _ in pairs]), code.pixels(rows.x).mean(axis=0)
    within = np.mean([(one - other).T @ (one - other) / (2 * len(one)) for one, other in pairs], axis=0)
    ways = {}
    for eps in (0.01, 0.1):
        sizes, turn = np.linalg.eigh(within + eps * np.trace(within) / len(within) * np.eye(len(within)))
        whiten = turn / np.sqrt(sizes)
        directions = whiten @ np.linalg.eigh(whiten.T @ np.cov(views.T) @ whiten)[1][:, ::-1]
        ways |= {(eps, k): lambda x, V=directions[:, :k]: (code.pixels(x) - mean) @ V for k in (8, 16, 32)}
    return ways


def test_4_17_a_representation():
    glyphs = data.load("glyphs", n=1500)
    fit, held_out, train, new = glyphs.fit, glyphs.validation, glyphs.train, glyphs.test

    def chosen(candidates):
        means = {key: code.few_labels(by, fit, held_out, 5, CHOOSING).mean() for key, by in candidates.items()}
        best = max(means, key=means.get)
        return best, means[best]

    strokes = {cells: lambda x, cells=cells: code.stroke_directions(x, cells) for cells in (1, 2, 4, 7, 14)}
    principal = {(k, white): by_pca(fit, k, white) for k in (8, 16, 32) for white in (False, True)}
    cells, of_strokes = chosen(strokes)
    setting, of_pca = chosen(principal)
    of_views, of_pixels = chosen(by_views(fit))[1], chosen({0: code.pixels})[1]
    assert (cells, setting) == (7, (16, True))
    quotes("4.17", f"which read {100 * of_strokes:.0f} % of the validation pictures, and 16 white numbers of PCA, "
           f"{100 * of_pca:.0f} %; pixels read {100 * of_pixels:.0f} %")
    quotes("4.17", f"with the best of six settings, {100 * of_views:.0f} % of the validation pictures")
    assert of_pixels - 0.01 < of_views < of_pca - 0.01
    judged = {name: code.few_labels(by, train, new, 5, JUDGING) for name, by in (
        ("directions", code.stroke_directions), ("PCA", by_pca(train, *setting)), ("pixels", code.pixels))}
    quotes("4.17", ", ".join(f"{name} {100 * shares.mean():.0f} %" for name, shares in judged.items()))
    assert (judged["directions"] > judged["PCA"] + 0.05).all()
    quotes("4.17", "ahead of PCA in 10 of 10 draws")

    def both(x):
        rows = SimpleNamespace(x=x, y=new.y)
        return [f"{100 * code.few_labels(by, train, rows, 5, JUDGING).mean():.0f} %"
                for by in (code.stroke_directions, code.pixels)]

    def noisy(size):
        return both(new.x + size * np.random.default_rng(0).normal(size=new.x.shape))

    (low, level, high), turned = map(noisy, (0.1, 0.2, 0.3)), both(np.rot90(new.x, axes=(2, 3)))
    quotes("4.17", f"ahead, {low[0]} to {low[1]}; with 0.2 both read {level[0]}", f"it is {high[0]} to {high[1]}.")
    quotes("4.17", f"near chance, {turned[0]} and {turned[1]}")
    assert level[0] == level[1]
    six = new.x[new.y == 6][:5]
    around = six[:, :, ::-1, ::-1]
    np.testing.assert_allclose(code.stroke_directions(six, 1), code.stroke_directions(around, 1), atol=1e-12)
    assert np.abs(code.stroke_directions(six) - code.stroke_directions(around)).max() > 0.1


def test_what_the_questions_quote():
    assert f"{math.log(399):.2f}" == "5.99" and f"{math.log(10):.2f}" == "2.30"
    asks("4.6", "5.99", r"$\log 10 = 2.30$", "the temperature 0.5", "a loss near 4")
    assert 3.8 < math.log(1 + 398 * math.exp(-200 / 199 / 0.5)) < 4.2  # the best of Exercise 4.16
    same = Tensor(np.ones((200, 8)))
    for tau in (0.05, 1.0):
        assert F.nt_xent(same, same, tau).item() == pytest.approx(math.log(399))
