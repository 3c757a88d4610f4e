"""Why this file exists: it judges the answers to chapter 1's exercises.

Each check takes what the learner hands over and raises `CheckFailed` if it is wrong. Wherever a mistake is common, the
check computes the wrong value as well (a "trap"), so that the message can say which mistake it was.
"""

import itertools
import math

import numpy as np

from ...evaluate import wilson_interval
from ..calls import call, parts, without_loop
from ..checks import compare, compare_all, fail, in_shape, numbers, show
from ..predictions import choice, near, number
from . import code


def at_least(answer):
    for n in (1, 2, 3, 5):
        for k in range(1, n + 1):
            got = parts(answer, ("w", "b"), k, n)
            w, b = in_shape(("w", "b"), got, ((n,), ()), f"at_least({k}, {n}): ", "w has one weight for each input")
            for x in itertools.product((0, 1), repeat=n):
                _fires(f"at_least({k}, {n}), inputs {x}", w @ x + b, sum(x) >= k)


def _fires(what, z, wanted):
    """Fail unless the sign of z says `wanted`; 0 is refused, since the neuron is then on the edge."""
    if not np.isfinite(z):
        fail(f"{what}: got z = {z:g}, expected a finite number")
    if abs(z) < 1e-9:
        fail(f"{what}: got z = 0, expected z {'> 0' if wanted else '< 0'}",
             "an input on the boundary; move the bias so that it lies halfway between two counts")
    if (z > 0) != wanted:
        fail(f"{what}: got z = {z:g}, so the neuron {'fires' if z > 0 else 'stays silent'}, "
             f"expected z {'> 0' if wanted else '< 0'}", "the bias. How many ones must it take to lift z above 0?")


def count_parameters(answer):
    for sizes in ([3, 1], [2, 2, 1], [64, 32, 10], [5, 7, 7, 4]):
        weights = sum(a * b for a, b in itertools.pairwise(sizes))
        traps = (
            (weights, "the biases are missing: each layer has one per output"),
            (weights + sum(sizes), "a bias for each input too; inputs have none"),
            (weights + sum(sizes[:-1]), "one bias per input of a layer; it is one per output"),
            (weights + len(sizes) - 1, "one bias per layer; it is one per output of the layer"),
        )
        compare(f"count_parameters({sizes})", call(answer, sizes), code.count_parameters(sizes), traps)


def pocket(answer):
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    points = np.array([[1, 2], [2, 1], [3, 3], [4, 4], [-1, 1], [-2, -1], [-1, -3], [2, -3]]) / 2
    cases = (
        ("OR, first pass", corners, np.array([0, 1, 1, 1]), 1),
        ("AND", corners, np.array([0, 0, 0, 1]), 20),
        ("eight points, one with a wrong label", points, np.array([1, 1, 1, 0, 0, 0, 0, 0]), 30),
        ("XOR", corners, np.array([0, 1, 1, 0]), 10),
    )
    for name, X, y, epochs in cases:
        got = parts(answer, ("w", "b", "mistakes"), X, y, epochs)
        right = code.pocket(X, y, epochs)
        states = _visited(X, y, epochs)
        last = states[-1]
        named = (
            (last, "these are the last weights; keep the best ones in a pocket of their own"),
            ((last[0], *right[1:]),
             "w in the pocket changed later: `w += ...` writes into it; write `w = w + ...` or keep `w.copy()`"),
            (_fewest(reversed(states)), "of equally good weights these are the latest; keep the earliest"),
            (_fewest([states[0], *(s for s in states if s[3])]), "counted only after each pass, not after each update"),
            (_fewest(s for s in states if s[0].any() or s[1]), "the weights at the start count too; none are better"),
            (_fewest(_visited(X, y, epochs, moves=0)), "the bias stays 0; it learns too"),
        )
        compare_all(("w", "b", "mistakes"), got, right, named, case=f"{name}: ")


def _fewest(states):
    """The first of the states with the fewest mistakes."""
    return min(states, key=lambda state: state[2])


def _visited(X, y, epochs, moves=1):
    """What a perceptron meets: (w, b, mistakes, whether a pass ends here), from the start on."""
    w, b, states = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        for x, target in zip(X, y, strict=True):
            states.append((w, b, np.sum((X @ w + b > 0) != y), False))
            error = target - int(w @ x + b > 0)
            w, b = w + error * x, b + moves * error
        states.append((w, b, np.sum((X @ w + b > 0) != y), True))
    return states


def parity_network(answer):
    for n in (2, 3, 4, 1):
        names, shapes = ("W1", "b1", "W2", "b2"), ((n, n), (n,), (1, n), (1,))
        got = parts(answer, names, n)
        W1, b1, W2, b2 = in_shape(names, got, shapes, f"n={n}: ", "the network must grow with n")
        for x in itertools.product((0, 1), repeat=n):
            z1 = W1 @ x + b1
            if np.any(np.abs(z1) < 1e-9):
                fail(f"inputs {x}, hidden layer: got z = {show(z1)}, expected no value equal to 0",
                     "a hidden neuron has this input on its boundary; move its bias by a half")
            hidden = (z1 > 0).astype(float)
            z2 = float((W2 @ hidden + b2)[0])
            odd = sum(x) % 2 == 1
            if not np.isfinite(z2) or abs(z2) < 1e-9 or (z2 > 0) != odd:
                fail(f"inputs {x}: got hidden neurons {show(hidden)} and output z = {z2:g}, "
                     f"expected z {'> 0' if odd else '< 0'}",
                     "write down what the hidden neurons say for 0, 1, 2, ... ones, then weigh them for that table")


def tower(answer):
    x1, x2 = (axis.ravel() for axis in np.meshgrid(np.linspace(-1, 2, 7), np.linspace(-1, 2, 7)))
    for left, right, bottom, top, s in ((0.2, 1.3, -0.3, 0.8, 6.0), (-0.7, 0.4, 0.1, 1.6, 12.0), (0, 1, 0, 1, 3000.0)):
        across = code.sigmoid(s * (x1 - left)) - code.sigmoid(s * (x1 - right))
        along = code.sigmoid(s * (x2 - bottom)) - code.sigmoid(s * (x2 - top))
        unmoved = code.sigmoid(s * x1 - left) - code.sigmoid(s * x1 - right)
        unmoved = unmoved + code.sigmoid(s * x2 - bottom) - code.sigmoid(s * x2 - top)
        traps = (
            (across + along, "this is the cross of two ridges; a neuron on top has to choose where they meet"),
            (across * along, "a product of two bumps; a neuron can only add its inputs and bend the sum"),
            (code.sigmoid(s * (across + along - 0.5)), "this fires where one ridge is high; it takes both"),
            (code.sigmoid(s * (across + along)), "the neuron on top has no threshold; put it between 1 and 2"),
            (code.sigmoid(s * (across + along - 1)), "with 1 the arms lie on the threshold; put it between 1 and 2"),
            (code.sigmoid(s * (across + along - 2)), "with 2 the roof lies on the threshold; put it between 1 and 2"),
            (code.sigmoid(across + along - 1.5), "the neuron on top is not steep: multiply its sum by the steepness"),
            (code.sigmoid(s * (across + along) - 1.5), "the steepness multiplies the threshold too: `s * (sum - 1.5)`"),
            (1.0 * (across + along > 1.5), "a hard yes or no has sharp edges; the neuron on top is a sigmoid too"),
            (code.sigmoid(s * (unmoved - 1.5)), "`steepness * x - left`; multiply all of `x - left`"),
            (code.sigmoid(s * (-across - along - 1.5)), "the two steps of a bump are subtracted the wrong way round"),
        )
        got = call(answer, x1, x2, left, right, bottom, top, s)
        compare(f"tower(x1, x2, {left}, {right}, {bottom}, {top}, {s})", got,
                code.sigmoid(s * (across + along - 1.5)), traps,
                where=lambda index: f" at the point ({x1[index]:g}, {x2[index]:g})")
    without_loop(answer, lambda N: (np.linspace(-1, 2, N), np.linspace(2, -1, N), 0, 1, 0, 1, 6.0))


def tempered_softmax(answer):
    cases = (
        (np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 0.0]]), 1.0),
        (np.array([[2.0, 1.0, 0.0], [-1.0, 3.0, 0.5]]), 0.5),
        (np.array([[3, 1, 2], [0, 0, 5]]), 2.0),
        (np.array([[1000.0, 1001.0], [-1000.0, -1001.0], [0.0, 1000.0]]), 1.0),
    )
    for logits, temperature in cases:
        right = code.tempered_softmax(logits, temperature)
        together = np.exp((logits - logits.max()) / temperature)
        each_row = right / right.max(axis=1, keepdims=True)
        traps = (
            (code.tempered_softmax(logits.T, temperature).T, "the columns sum to 1; each row must: use axis=1"),
            (code.tempered_softmax(logits, 1 / temperature), "multiplied by the temperature; divide by it"),
            (code.tempered_softmax(logits, 1.0), "the temperature is not used"),
            (code.tempered_softmax(logits, 1.0) / temperature,
             "divided after the softmax, so the rows do not sum to 1; divide the logits"),
            (together / together.sum(), "divided by the sum of all rows together"),
            (each_row / each_row.sum(), "divided by the sum of all rows together"),
        )
        what = f"tempered_softmax({show(logits)}, {temperature})"
        got = numbers(what, call(answer, logits, temperature), right.shape)
        if not np.isfinite(got).all():
            fail(f"{what}: got {show(got)}, expected {show(right)}",
                 "np.exp overflows, or a row becomes 0/0: subtract each row's own maximum before np.exp")
        compare(what, got, right, traps)
    _coldest(answer)
    without_loop(answer, lambda N: (np.arange(3.0 * N).reshape(N, 3), 2.0))


def _coldest(answer):
    """Temperature 0."""
    logits = np.array([[0.0, 2.0, 1.0], [3.0, 1.0, 3.0]])
    nearly = code.tempered_softmax(logits, 1e-3)
    traps = (
        (np.full((2, 3), np.nan), "a division by 0; T = 0 needs an answer of its own"),
        (np.eye(3)[logits.argmax(axis=1)], "equally large logits share: `argmax` knows only the first of them"),
        (1.0 * (nearly > 0.4), "equally large logits share, so that each row still sums to 1"),
    )
    what = f"tempered_softmax({show(logits)}, 0.0)"
    compare(what, call(answer, logits, 0.0), code.tempered_softmax(logits, 0.0), traps)


def binary_loss(answer):
    cases = (
        (np.array([0.0, 2.0, -1.0]), np.array([1, 0, 1])),
        (np.array([3.0, -0.5, 0.25, -4.0]), np.array([1, 1, 0, 0])),
        (np.array([1000.0, -1000.0]), np.array([0, 1])),
        (np.array([1000.0, -1000.0]), np.array([1, 0])),
    )
    for z, y in cases:
        right = code.binary_loss(z, y)
        traps = (
            (code.binary_loss(-z, y), "the labels 0 and 1 are exchanged, or the sign of z is"),
            (-right, "the sign: a loss is minus the log-probability"),
            (right / np.log(2), "base 2; the course uses natural logarithms"),
        )
        what = f"binary_loss({show(z)}, {show(y)})"
        got = numbers(what, call(answer, z, y), ())
        if abs(z).max() > 100 and not abs(got - right) <= 1e-6 * max(right, 1):  # also for nan
            fail(f"{what}: got {got:.6g}, expected {right:.6g}",
                 "sigmoid(z) rounds to exactly 0 or 1 here, and clipping it hides the true loss; simplify first")
        compare(what, got, right, traps, {"examples": len(z)})
    without_loop(answer, lambda N: (np.linspace(-3, 3, N), np.arange(N) % 2))


def residual_backward(answer):
    rng = np.random.default_rng(1)
    for N, D in ((4, 3), (5, 2), (1, 3)):
        X, W, b, G = (rng.normal(size=shape) for shape in ((N, D), (D, D), (D,), (N, D)))
        got = parts(answer, ("dX", "dW", "db"), X, W, b, G)
        T = np.tanh(X @ W.T + b)
        slopes = ((G, "the derivative of tanh is missing"),
                  (G * (1 - (X + T) ** 2), "1 - A**2; here A is not the tanh alone, so its slope is 1 - (A - X)**2"),
                  (G * (1 - (X @ W.T + b) ** 2), "1 - Z**2; the derivative of tanh is 1 - tanh(Z)**2"),
                  (G * T * (1 - T), "that is the sigmoid's derivative; tanh has 1 - tanh**2"))
        traps = [((G + dZ @ W, dZ.T @ X, dZ.sum(axis=0)), cause) for dZ, cause in slopes]
        right = code.residual_backward(X, W, b, G)
        dZ, (dX, dW, db) = G * (1 - T**2), right
        twice = "divided by N; the mean is already in G, here one only sums over the examples"
        traps += [
            ((dX / N, dW / N, db / N), twice),
            ((G + dZ @ W / N, dW / N, db / N), twice),
            ((dX - G, dW, db), "the path past the layer is missing: X also reaches A directly"),
            ((G + dZ @ W.T, dW, db), "`W.T`; forward goes with the transpose of W, so back goes with W itself"),
            ((dX, dW, dZ.sum(axis=1)), "summed over the outputs; each output has a bias, so sum over the examples"),
        ]
        compare_all(("dX", "dW", "db"), got, right, traps, case=f"N={N}, D={D}: ", sizes={"examples": N})
    without_loop(answer, lambda N: (np.ones((N, 3)), np.eye(3), np.zeros(3), np.ones((N, 3))))


def coverage(answer):
    def zero_to_one(right, n):
        return 0.0, 1.0

    def holds_for_half(right, n):
        return (0.2, 1.0) if 2 * right == n else (0.9, 1.0)

    for text, interval, share, n in (
        ("an interval that is always 0 to 1", zero_to_one, 0.3, 7),
        ("an interval that is 0.2 to 1 if half of the answers are right, else 0.9 to 1", holds_for_half, 0.5, 4),
        ("simple_interval", code.simple_interval, 0.97, 50),
        ("simple_interval", code.simple_interval, 0.55, 9),
        ("wilson_interval", wilson_interval, 0.97, 50),
    ):
        right = code.coverage(interval, share, n)
        inside = [low <= share <= high for low, high in (interval(k, n) for k in range(n + 1))]
        chances = np.array([share**k * (1 - share) ** (n - k) for k in range(n + 1)])
        ways = np.array([math.comb(n, k) for k in range(n + 1)])
        low, high = interval(round(share * n), n)
        around = [low <= k / n <= high for k in range(n + 1)]
        traps = (
            (sum((ways * chances)[around]),
             "one interval around the true share; each count has its own, and it must contain the share"),
            (np.mean(inside), "the counts 0 ... n are not equally likely; weigh each with its probability"),
            (sum(chances[inside]), "the number of orders is missing: `comb(n, right)`"),
            (0.95, "this is the promise; what is asked is what it holds"),
            (1 - right, "this is the probability of missing the share"),
            (right - (ways * chances * inside)[-1], "the count `right = n` is left out: `range(n + 1)`"),
            (right - (ways * chances * inside)[0], "the count `right = 0` is left out"),
        )
        what = f"coverage of {text}, for share={share} and n={n}"
        compare(what, call(answer, interval, share, n), right, traps)


def untrained_loss(prediction):
    traps = (
        (math.log(10), "this is log 10, for 10 classes; here are 100"),
        (2.0, "a logarithm to the base 10; the course uses natural logarithms"),
        (math.log2(100), "a logarithm to the base 2; the course uses natural logarithms"),
        (0.01, "this is the probability of the right class; the loss is minus its logarithm"),
        (100.0, "this is the number of classes; the loss is a logarithm"),
        (-math.log(100), "the sign: the logarithm of a probability is negative, the loss is minus that"),
        (0.0, "a loss of 0 would mean that the right class gets the probability 1"),
    )
    question = "which probability does the right one of 100 equal classes get, and what is minus its logarithm?"
    near("the loss", prediction, code.untrained_loss(), 0.1, traps, question)


def one_wrong_label(prediction):
    epoch, mistakes, length = code.one_wrong_label()[-1]
    outcome = f"in pass {epoch} there are still {mistakes} mistakes, and the length is {length:.1f}"
    questions = {
        "A": "a pass without a mistake would be a line that separates the data; is there one?",
        "B": "an update adds a row that is on the wrong side; does that make long weights longer or shorter?",
    }
    choice(prediction, "C", outcome, questions)


def train_from_zero(prediction):
    moved, loss = code.train_from_zero()
    questions = {
        "A": "with W2 = 0, how much of the gradient gets through to the first layer?",
        "B": "with W1 = 0 and b1 = 0, what are the outputs A of the hidden layer?",
        "D": "the bias of the output needs no input; what is its gradient when P is 1/2 everywhere?",
    }
    choice(prediction, "C", f"the arrays move by {moved}, and the loss ends at {loss}", questions)


def difference_errors(prediction):
    errors = code.difference_errors()
    best = min(errors, key=errors.get)
    h = number("the best step", prediction)
    if not 0.5e-10 < h < 0.5:
        fail(f"the best step: got {h:g}, expected one of the steps 1e-1, 1e-2, ... 1e-10",
             "an exponent, or `10^-1`: in Python `^` is no power; write 1e-1 or 10**-1" if abs(h) >= 1 else "")
    if 0.9e-3 <= h <= 1.1e-2:  # both decades are close to the best; rounding decides between them
        return
    questions = ("rounding is divided by h; how large does it get for so small a step?",
                 "the bend of the curve makes an error that grows with the square of h; is a smaller step better?")
    fail(f"Think again: {questions[h > best]}\n"
         f"Your prediction of the best step: got {h:g}, expected {best:g} (error {errors[best]:.0e})")
