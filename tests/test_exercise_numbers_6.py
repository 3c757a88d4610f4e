"""Every number and formula that chapter 6's statements, solutions and questions quote is computed here."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as TF
from exercise_quotes import asking, quoting

import dlcourse
from dlcourse import Tensor, nn
from dlcourse import functional as F
from dlcourse.cost import count
from dlcourse.evaluate import calibration_error, paired_test, predict
from dlcourse.exercises import chapter_6
from dlcourse.exercises.chapter_6 import code
from dlcourse.questions import chapter_6 as questions
from dlcourse.studies import adversarial, digit_reader

quotes = quoting(chapter_6.EXERCISES)
asks = asking(questions.QUESTIONS)
QUESTIONS = {question.number: question for question in questions.QUESTIONS}
SLOPE = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4  # the chapter's four kernels
FOUR = {"left to right": SLOPE, "above to below": SLOPE.T, "mean": np.ones((3, 3)) / 9,
        "unlike its neighbors": np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]])}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def float64():
    """As the chapter computes."""
    before = dlcourse.get_default_dtype()
    dlcourse.set_default_dtype(np.float64)
    yield
    dlcourse.set_default_dtype(before)


def slide(image, kernel):
    """The chapter's convolution of one image, without padding."""
    return F.conv2d(image[None, None].astype(float), kernel[None, None].astype(float)).data[0, 0]


def around(image, kernel):
    """On a ring; the kernel's upper left entry stands on the pixel."""
    return sum(kernel[a, b] * np.roll(image, (-a, -b), axis=(0, 1)) for a, b in np.ndindex(kernel.shape))


def centered(image, kernel):
    """On a ring; the kernel's middle stands on the pixel."""
    return np.roll(around(image, kernel), (1, 1), axis=(0, 1))


def test_6_1_what_a_kernel_is_blind_to():
    i, j = np.indices((6, 7))
    kernels = [*FOUR.values(), *(np.random.default_rng(0).normal(size=(n, n)) for n in (3, 2))]
    alpha, beta = 1.5, -0.7
    for W in kernels:
        a, b = np.indices(W.shape)
        h, w = (n - len(W) + 1 for n in i.shape)
        np.testing.assert_allclose(slide(np.full((6, 7), 3.0), W), 3 * W.sum(), atol=1e-12)
        expected = (alpha * i + beta * j)[:h, :w] * W.sum() + alpha * (a * W).sum() + beta * (b * W).sum()
        np.testing.assert_allclose(slide(alpha * i + beta * j, W), expected, atol=1e-12)
    rise = alpha * i + beta * j
    answers = {name: slide(rise, W) for name, W in FOUR.items()}
    assert [name for name, W in FOUR.items() if abs(W.sum()) > 1e-12] == ["mean"]
    np.testing.assert_allclose(answers["left to right"], 2 * beta, atol=1e-12)
    np.testing.assert_allclose(answers["above to below"], 2 * alpha, atol=1e-12)
    np.testing.assert_allclose(answers["unlike its neighbors"], 0, atol=1e-12)
    np.testing.assert_allclose(answers["mean"], rise[1:-1, 1:-1], atol=1e-12)
    assert (np.arange(3) * SLOPE).sum() == 2 and (np.arange(3)[:, None] * SLOPE).sum() == 0
    second, edge, line = np.array([[1, -2, 1]]), np.array([[0, 0, 0, 5, 5, 5]]), np.array([[0, 0, 0, 5, 0, 0]])
    assert slide(edge, second).tolist() == [[0, 5, -5, 0]] and slide(line, second).tolist() == [[0, 5, -10, 5]]
    quotes("6.1", "$0, 5, -5, 0$ and $0, 5, -10, 5$", "twice that to the edge", r"\sum b\, W_{ab} = 2$")


def test_6_2_stripes():
    assert code.stripes() == {"as it is": [1] * 5, "moved": [-1] * 5}
    every = code.stripes(stride=1)
    assert every["as it is"] == [1, -1] * 4 + [1] and every["moved"] == [-n for n in every["as it is"]]
    assert code.stripes(stride=3)["as it is"] == [1, -1, 1]
    quotes("6.2", r"leave $\frac12$ in every pixel", "With a stride of 3 they alternate again")
    row = np.tile([0, 1], 5)
    assert set((row[1:] + row[:-1]) / 2) == {0.5}


def test_6_3_which_images_fit():
    resnet = [(7, 2, 3)] + 4 * [(3, 2, 1)]
    smallest, largest = code.fitting_sizes(resnet, 7)
    assert (smallest, largest, largest - smallest + 1, math.prod(s for _, s, _ in resnet)) == (193, 224, 32, 32)
    quotes("6.3", f"it is {smallest} to {largest}: all 32 sizes", "stride of 32 in all", "is up to 31 rows", "224 rows")
    lenet = [(5, 1, 0), (2, 2, 0)] * 2
    assert code.fitting_sizes(lenet, 4) == (28, 31)
    quotes("6.3", "4 rows come from 28 to 31")
    for rows in range(185, 232):
        out = rows
        for k, s, p in resnet:
            out = (out + 2 * p - k) // s + 1
        assert (out == 7) == (smallest <= rows <= largest)


def test_6_4_a_separable_block():
    for c_in, c_out, k, s, n in ((16, 32, 3, 1, 8), (8, 24, 5, 2, 7), (6, 10, 3, 3, 10)):
        deep = nn.Conv2d(c_in, c_in, k, s, k // 2, groups=c_in, bias=False)
        cost = count(nn.Sequential(deep, nn.Conv2d(c_in, c_out, 1, bias=False)), np.zeros((1, c_in, n, n)))
        assert (cost.parameters, cost.forward) == code.separable_cost(c_in, c_out, k, s, n)
        full = count(nn.Conv2d(c_in, c_out, k, s, k // 2, bias=False), np.zeros((1, c_in, n, n)))
        assert cost.forward / full.forward == pytest.approx(1 / c_out + 1 / k**2)
    assert all((n - 1) // s + 1 == math.ceil(n / s) for n in range(1, 40) for s in range(1, 7))
    quotes("6.4", "that is $n / s$, rounded up", r"For $O > k^2$", "with $3 \\times 3$ from ten channels on")


def test_6_5_temperature():
    def softmax(z):
        return F.softmax(Tensor(np.array([z])), dim=1).data[0]

    for T in (0.01, 0.3, 1.0, 7.0, 1e4):
        for z in np.random.default_rng(0).normal(size=(50, 6)):
            assert softmax(z / T).argmax() == z.argmax()
    np.testing.assert_allclose(softmax(np.array([3.0, 1, 0]) / 1e6), 1 / 3, atol=1e-5)
    np.testing.assert_allclose(softmax(np.array([3.0, 1, 0]) / 1e-2), [1, 0, 0], atol=1e-12)
    T = math.log(99) / math.log(9)
    quotes("6.5", rf"\ln 99 = {math.log(99):.2f}$", rf"\ln 9 = {math.log(9):.2f}$", f"$T = {T:.2f}$")
    np.testing.assert_allclose(softmax(np.array([math.log(99), 0]) / T), [0.9, 0.1], rtol=1e-9)
    one, other = np.array([3.0, 0, 0]), np.array([2.5, 0, -10])
    at_1, at_half = ([softmax(z / T)[0] for z in (one, other)] for T in (1, 0.5))
    assert at_1[0] < at_1[1] and at_half[0] > at_half[1]
    quotes("6.5", f"{at_1[0]:.3f} and the second {at_1[1]:.3f}", f"is {at_half[0]:.3f} and {at_half[1]:.3f}")


def test_6_6_two_layers():
    row = np.zeros((1, 1, 3, 3))
    row[..., 1, :] = 1, 2, 1
    kernel = code.one_kernel(row, row.swapaxes(2, 3))[0, 0]
    assert kernel[1:-1, 1:-1].tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]] and kernel.sum() == 16
    quotes("6.6", "$1, 2, 1$ and $2, 4, 2$ and $1, 2, 1$", "blur times 16", "6 multiplications in place of 9")
    rng = np.random.default_rng(0)
    V, W = rng.normal(size=(2, 1, 1, 3, 3))
    np.testing.assert_allclose(code.one_kernel(V, W), code.one_kernel(W, V), atol=1e-12)
    V, W = rng.normal(size=(2, 4, 4, 3, 3))
    assert not np.allclose(code.one_kernel(V, W), code.one_kernel(W, V))
    assert 2 * 9 == 18 < 25
    quotes("6.6", "18 numbers cannot make all kernels of 25")


def test_6_7_back_through_a_stride():
    rng = np.random.default_rng(1)
    x, W = Tensor(rng.normal(size=11), requires_grad=True), rng.normal(size=3)
    y = F.conv2d(x.reshape(1, 1, 1, 11), W.reshape(1, 1, 1, 3), stride=(1, 2))
    G = rng.normal(size=5)
    y.backward(G.reshape(1, 1, 1, 5))
    g = np.concatenate([[0], G, [0]])  # G with zeros outside: g[q + 1] is G_q
    for q in range(6):
        assert x.grad[2 * q] == pytest.approx(W[0] * g[q + 1] + W[2] * g[q])
    for q in range(5):
        assert x.grad[2 * q + 1] == pytest.approx(W[1] * g[q + 1])
    for k in range(1, 7):
        for s in range(1, 5):
            entered = np.zeros(60, int)
            for i in range(0, 60 - k + 1, s):
                entered[i : i + k] += 1
            inside = entered[10:40]
            assert (inside.min(), inside.max()) == (k // s, -(-k // s))
            assert (inside.min() == inside.max()) == (k % s == 0)
    spread = np.zeros((8, 8))
    spread[::2, ::2] = 1
    assert spread.mean() == 1 / 4  # three quarters are zeros
    quotes("6.7", "along two axes three quarters", "One pixel in four")


def test_6_8_a_blank_sheet():
    assert (code.still_blank(), code.still_blank(layers=8)) == (36, 0)
    assert [code.still_blank(layers) for layers in (1, 4, 7)] == [196, 64, 4]
    quotes("6.8", "There are 36.", r"16 - 2 \cdot 5 = 6", r"16 - 11 + 1 = 6", "After 8 layers none is left")


def test_6_9_does_it_follow():
    rng = np.random.default_rng(0)
    X, W = rng.normal(size=(8, 8)), rng.normal(size=(3, 3))
    u, v = np.indices((8, 8))

    def largest(image):
        return F.max_pool2d(image[None, None], 2).data[0, 0]

    def followed(f, image=X):
        return code.follows(f, image) < 1e-9

    assert followed(lambda x: around(x, W)).all() and followed(lambda x: np.maximum(around(x, W), 0)).all()
    even = (u % 2 == 0) & (v % 2 == 0)
    assert (followed(lambda x: around(x, W)[::2, ::2]) == even).all() and even.sum() == 16
    assert (followed(lambda x: largest(around(x, W))) == even).all()
    assert (followed(lambda x: slide(np.pad(x, 1), W)) == (u + v == 0)).all()
    assert followed(lambda x: np.maximum(around(x, W), 0).mean(keepdims=True)).all()
    blank = np.ones((8, 8))
    assert followed(lambda x: around(x, W)[::2, ::2], blank).all()
    assert followed(lambda x: slide(np.pad(x, 1), W), blank).all()
    quotes("6.9", "for a blank sheet every map at all follows every move")
    quotes("6.9", "follows all 64 moves", "follows the 16 moves by even numbers", "only the move by nothing")


def test_6_10_calibration():
    rng = np.random.default_rng(0)
    p, labels = rng.dirichlet(np.ones(5), size=300), rng.integers(5, size=300)
    for bins in (1, 4, 10):
        assert code.confidence_gap(p, labels, bins) == pytest.approx(calibration_error(p, labels, bins), rel=1e-12)
    confidence, right = p.max(axis=1), p.argmax(axis=1) == labels
    assert code.confidence_gap(p, labels, 1) == pytest.approx(abs(confidence.mean() - right.mean()))
    useless, half = np.full((40, 2), 0.5), np.arange(40) % 2
    assert code.confidence_gap(useless, half, 10) == 0 and (useless.argmax(axis=1) == half).mean() == 0.5
    errors = []
    for bins in (2, 10, 100):  # labels drawn from the probabilities: the words are true
        draws = [np.array([rng.choice(5, p=row) for row in p]) for _ in range(5)]
        errors.append(np.mean([code.confidence_gap(p, drawn, bins) for drawn in draws]))
    assert errors[0] < errors[1] < errors[2], "with many bins true probabilities seem wrong"


def test_6_11_one_loud_kernel():
    assert code.one_loud_kernel() == 16 == 2**4
    quotes("6.11", f"With 64 the factor is {code.one_loud_kernel(times=64)}", "= 4$ bits")
    assert round(127 / 16) == 8 and round(127 / 64) == 2
    quotes("6.11", "from $-8$ to 8", "but $-2$ to 2")
    W = np.random.default_rng(0).uniform(-1, 1, size=(1000, 9))
    W /= np.abs(W).max(axis=1, keepdims=True)
    errors = [np.sqrt(np.mean((W - scale * np.round(W / scale)) ** 2)) for scale in (1 / 7, 1 / 127)]
    quotes("6.11", f"{errors[0] / errors[1]:.0f} times that of 8 bits")
    drawn = np.random.default_rng(1).uniform(-1, 1, size=100_000)
    lost = drawn - np.round(drawn * 127) / 127
    assert np.sqrt((lost**2).mean()) == pytest.approx(1 / 127 / math.sqrt(12), rel=0.01)


def test_6_12_a_larger_picture():
    small, large = code.enlarged().values()
    assert small["worst"] == large["worst"] and small["noise"] / large["noise"] == pytest.approx(4, rel=0.03)
    quotes("6.12", f"{small['worst']} in both", f"{small['noise']} becomes {large['noise']}", r"\sqrt{16} = 4")


def test_6_13_max_pooling():
    rng = np.random.default_rng(0)
    X, G = np.maximum(rng.normal(size=(2, 7, 7)), 0), rng.normal(size=(2, 3, 3))
    back = code.pool_rule(X, G, 3, 2)
    assert back.sum() == pytest.approx(G.sum())
    x = Tensor(X[:, None], requires_grad=True)
    F.max_pool2d(x, 3, 2).backward(G[:, None])
    np.testing.assert_allclose(back, x.grad[:, 0], atol=1e-12)
    n, i, j = np.indices((2, 3, 3))  # side by side, += is right; with overlap it is not
    for k, s, same in ((2, 2, True), (3, 2, False)):
        windows = np.lib.stride_tricks.sliding_window_view(X, (k, k), axis=(1, 2))[:, ::s, ::s]
        a, b = np.divmod(windows.reshape(2, 3, 3, -1).argmax(axis=3), k)
        buffered = np.zeros_like(X)
        buffered[n, i * s + a, j * s + b] += G
        assert np.allclose(buffered, code.pool_rule(X, G, k, s)) == same


def test_6_14_turns():
    rng = np.random.default_rng(0)
    X, W = rng.normal(size=(6, 6)), rng.normal(size=(3, 3))
    i, j = np.indices((6, 6))
    a, b = np.indices((3, 3))

    def moved(values, mirror=0, turns=0):
        """(MX)_ij = X_i,-j and (RX)_ij = X_j,-i, on the ring or around the middle of a kernel."""
        places = {6: ((i, -i % 6), (j, -j % 6)), 3: ((a, 2 - a), (b, 2 - b))}[len(values)]
        for _ in range(turns):
            values = values[places[1][0], places[0][1]]
        return values[places[0][0], places[1][1]] if mirror else values

    def largest(image):
        return np.max([centered(image, moved(W, turns=t)) for t in range(4)], axis=0)

    turned = moved(X, turns=1)
    np.testing.assert_allclose(centered(moved(X, 1), W), moved(centered(X, moved(W, 1)), 1), atol=1e-12)
    np.testing.assert_allclose(centered(turned, W), moved(centered(X, moved(W, turns=3)), turns=1), atol=1e-12)
    assert not np.allclose(centered(turned, W), moved(centered(X, moved(W, turns=1)), turns=1))
    np.testing.assert_allclose(largest(turned), moved(largest(X), turns=1), atol=1e-12)
    assert largest(turned).mean() == pytest.approx(largest(X).mean())
    units = np.eye(9).reshape(9, 3, 3)
    demands = [[(moved(unit, *change) - unit).ravel() for unit in units] for change in ((1, 0), (0, 1))]
    assert 9 - np.linalg.matrix_rank(np.concatenate(demands, axis=1)) == 3
    quotes("6.14", "three free numbers are left of nine")
    alike = [name for name, K in FOUR.items() if (moved(K, 1) == K).all() and (moved(K, turns=1) == K).all()]
    assert alike == ["mean", "unlike its neighbors"]


def test_6_15_the_nearest_mistake():
    rng = np.random.default_rng(0)
    W, b, x = rng.normal(size=(5, 8)), rng.normal(size=5), rng.normal(size=(200, 8))
    labels = (x @ W.T + b).argmax(axis=1)
    needed, rows = code.smallest_change(W, b, x, labels), np.arange(200)
    logits = x @ W.T + b
    rivals = logits.copy()
    rivals[rows, labels] = -np.inf
    second = rivals.argmax(axis=1)
    apart = W[labels] - W[second]
    of_second = (logits[rows, labels] - logits[rows, second]) / np.abs(apart).sum(axis=1)
    assert (needed <= of_second + 1e-12).all() and (needed < of_second - 1e-9).any(), "not always the second"
    tried = np.concatenate([rng.normal(size=(500, 8)), apart, np.eye(8), -np.eye(8)])
    for order, most in ((2, np.linalg.norm(apart, axis=1)), (1, np.abs(apart).max(axis=1))):
        gain = tried @ apart.T / np.linalg.norm(tried, axis=1, ord=order)[:, None]
        np.testing.assert_allclose(gain.max(axis=0), most, rtol=1e-9)


def test_6_16_another_pen():
    x, y = digit_reader.pictures("test")
    readers = digit_reader.network(), digit_reader.network(plain=True)
    with_line = x.copy()
    with_line[:, :, :, 0] = 0.5
    pens = {"as written": 0, "broader, a quarter": 0.25, "broader, half": 0.5, "finer, half": -0.5,
            "broader, three quarters": 0.75}  # fmt: skip
    changed = {name: code.other_pen(x, share) for name, share in pens.items()}
    changed |= {"line": with_line, "ink": 0.75 * x, "pale": 0.5 * x, "mirrored": x[..., ::-1]}
    shares, tests = {}, {}
    for name, seen in changed.items():
        right = [predict(reader, seen).argmax(axis=1) == y for reader in readers]
        shares[name], tests[name] = [f"{100 * found.mean():.1f} %" for found in right], paired_test(*right)
    for name in pens:
        quotes("6.16", f"| {name} | {shares[name][0]} | {shares[name][1]} |")
    for name in ("line", "ink", "pale"):
        quotes("6.16", f"{shares[name][0]} against {shares[name][1]}")
    for name in ("as written", "line", "ink"):
        assert tests[name].p_value > 0.05
        quotes("6.16", f"$p = {tests[name].p_value:.2f}$")
    half = tests["broader, half"]
    quotes("6.16", f"{half.only_first} pictures are read by the first only and {half.only_second} by the second only")
    assert all(round(float(share.split()[0])) == 40 for share in shares["mirrored"])


def test_what_the_questions_quote():
    assert TF.conv2d(torch.zeros(1, 1, 15, 15), torch.zeros(1, 1, 3, 3), stride=2, padding=1).shape[2] == 8
    asks("6.1", "- C. 8", "15 - 3 + 1", "- **C. Right.**")
    model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 10))
    small, large = (count(model, np.zeros((1, 1, n, n))) for n in (8, 16))
    assert small.parameters == large.parameters and 3.9 < large.forward / small.forward <= 4
    X, W = (np.random.default_rng(0).normal(size=(n, n)) for n in (8, 3))
    dilated = np.kron(W, [[1, 0], [0, 0]])[:5, :5]
    assert (code.follows(lambda x: around(x, dilated), X) < 1e-9).all()
    assert (code.follows(lambda x: x + np.arange(64).reshape(8, 8), X) > 1e-9).sum() == 63
    assert QUESTIONS["6.4"].right == "AC" and QUESTIONS["6.8"].right == "AB"
    for kind in ("logistic", "MLP", "CNN"):  # noise does little, an attack much
        clean, noise = adversarial.share(kind), adversarial.share(kind, "noise", 2)
        assert clean - noise < 0.05 < 0.3 < clean - adversarial.share(kind, "PGD", 2)
