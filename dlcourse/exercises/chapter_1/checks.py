"""Why this file exists: it judges the answers to chapter 1's exercises.

Each check takes what the learner hands over and raises `CheckFailed` if it is wrong. Wherever a mistake is common, the
check computes the wrong value as well (a "trap"), so that the message can say which mistake it was.
"""

import itertools
import math

import numpy as np

from ...evaluate import wilson_interval
from ..checks import call, compare, fail, numbers, parts, show
from . import code


def at_least(answer):
    for n in (1, 2, 3, 5):
        for k in range(1, n + 1):
            w, b = parts(answer, ("w", "b"), k, n)
            w, b = numbers(f"w of at_least({k}, {n})", w, (n,)), numbers(f"b of at_least({k}, {n})", b, ())
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


def perceptron(answer):
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    line = np.array([[3.0, 1.0, 0.5], [-2.0, 0.5, 1.0], [0.5, -1.5, 2.0], [-1.0, -1.0, -0.5], [2.0, 2.0, -1.0]])
    cases = (
        ("OR, first sweep", corners, np.array([-1, 1, 1, 1]), 1),
        ("AND, two sweeps", corners, np.array([-1, -1, -1, 1]), 2),
        ("AND", corners, np.array([-1, -1, -1, 1]), 100),
        ("OR", corners, np.array([-1, 1, 1, 1]), 100),
        ("three inputs", line, np.array([1, -1, 1, -1, 1]), 100),
        ("XOR, which no line separates", corners, np.array([-1, 1, 1, -1]), 10),
    )
    for name, X, y, max_sweeps in cases:
        w, b, updates = parts(answer, ("w", "b", "updates"), X, y, max_sweeps)
        right = code.perceptron(X, y, max_sweeps)
        nothing = "nothing was updated: at the start w.x + b is 0, and `<= 0` counts that as a mistake"
        frozen = "every row was judged by the weights from before the sweep; an update counts from the next row on"
        start = y @ X  # what the first sweep gives if all rows are judged by w = 0
        compare(f"{name}: w", w, right[0], ((np.zeros(X.shape[1]), nothing), (start, frozen)))
        compare(f"{name}: b", b, right[1], ((0.0, "the bias is learned too: add the label to it"),))
        compare(f"{name}: updates", updates, right[2], ((max_sweeps, "this is the number of sweeps"),))


def xor_network(answer):
    W1, b1, W2, b2 = parts(answer, ("W1", "b1", "W2", "b2"))
    W1, b1 = numbers("W1", W1, (2, 2)), numbers("b1", b1, (2,))
    W2, b2 = numbers("W2", W2, (1, 2)), numbers("b2", b2, (1,))
    for x in itertools.product((0, 1), repeat=2):
        z1 = W1 @ x + b1
        if np.any(np.abs(z1) < 1e-9):
            fail(f"inputs {x}, hidden layer: got z = {show(z1)}, expected no value equal to 0",
                 "a hidden unit has this input on its boundary; move its bias by a half")
        hidden = (z1 > 0).astype(float)
        z2 = float((W2 @ hidden + b2)[0])
        wanted = x[0] != x[1]
        if abs(z2) < 1e-9 or (z2 > 0) != wanted:
            fail(f"inputs {x}: got hidden units {show(hidden)} and output z = {z2:g}, "
                 f"expected z {'> 0' if wanted else '< 0'}",
                 "write down the table of the hidden units for all four inputs, then choose the output for that table")


def bump(answer):
    x = np.linspace(-1.0, 2.0, 13)
    for left, right, height, steepness in ((0.25, 0.75, 2.0, 20.0), (-0.5, 1.0, -3.0, 8.0), (0.5, 1.0, 1.0, 5000.0)):
        rise, fall = code.sigmoid(steepness * (x - left)), code.sigmoid(steepness * (x - right))
        unmoved = code.sigmoid(steepness * x - left) - code.sigmoid(steepness * x - right)
        traps = (
            (rise - fall, "the height is missing"),
            (height * (rise + fall), "a sum of two rises; the second must be taken away"),
            (height * rise, "only the rise; the fall at `right` is missing"),
            (height * (fall - rise), "the two sigmoids are subtracted the wrong way round"),
            (height * unmoved, "`steepness * x - left`; the steepness must multiply the whole difference `x - left`"),
        )
        what = f"bump(x, {left}, {right}, {height}, {steepness})"
        compare(what, call(answer, x, left, right, height, steepness), height * (rise - fall), traps)


def softmax(answer):
    cases = (
        (np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 0.0]]), 1.0),
        (np.array([[2.0, 1.0, 0.0], [-1.0, 3.0, 0.5]]), 0.5),
        (np.array([[3, 1, 2], [0, 0, 5]]), 2.0),
        (np.array([[1000.0, 1001.0], [-1000.0, -1001.0], [0.0, 1000.0]]), 1.0),
    )
    for logits, temperature in cases:
        right = code.softmax(logits, temperature)
        together = np.exp((logits - logits.max()) / temperature)
        each_row = right / right.max(axis=1, keepdims=True)
        traps = (
            (code.softmax(logits.T, temperature).T, "the columns sum to 1; each row must: use axis=1"),
            (code.softmax(logits, 1 / temperature), "multiplied by the temperature; divide by it"),
            (code.softmax(logits, 1.0), "the temperature is not used"),
            (together / together.sum(), "divided by the sum of all rows together"),
            (each_row / each_row.sum(), "divided by the sum of all rows together"),
        )
        got = numbers(f"softmax({show(logits)}, {temperature})", call(answer, logits, temperature), right.shape)
        if not np.isfinite(got).all():
            fail(f"softmax({show(logits)}, {temperature}): got {show(got)}, expected {show(right)}",
                 "np.exp overflows, or a row becomes 0/0: subtract each row's own maximum before np.exp")
        compare(f"softmax({show(logits)}, {temperature})", got, right, traps)


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
            (right * len(z), "the sum over the examples; the mean is asked"),
            (code.binary_loss(-z, y), "the labels 0 and 1 are exchanged, or the sign of z is"),
            (-right, "the sign: a loss is minus the log-probability"),
            (right / np.log(2), "base 2; the course uses natural logarithms"),
        )
        what = f"binary_loss({show(z)}, {show(y)})"
        got = numbers(what, call(answer, z, y), ())
        if abs(z).max() > 100 and not abs(got - right) <= 1e-6 * max(right, 1):  # also for nan
            fail(f"{what}: got {got:.6g}, expected {right:.6g}",
                 "sigmoid(z) rounds to exactly 0 or 1 here, and clipping it hides the true loss; simplify first")
        compare(what, got, right, traps)


def layer_backward(answer):
    rng = np.random.default_rng(1)
    for N, D, H in ((4, 3, 2), (5, 2, 2), (1, 3, 4)):
        X, W, b, G = (rng.normal(size=shape) for shape in ((N, D), (H, D), (H,), (N, H)))
        got = parts(answer, ("dX", "dW", "db"), X, W, b, G)
        Z = X @ W.T + b
        slopes = ((G, "the derivative of tanh is missing"),
                  (G * (1 - Z**2), "1 - Z**2; the derivative of tanh is 1 - A**2, with A = tanh(Z)"),
                  (G * np.tanh(Z) * (1 - np.tanh(Z)), "that is the sigmoid's derivative; tanh has 1 - A**2"))
        traps = [((dZ @ W, dZ.T @ X, dZ.sum(axis=0)), cause) for dZ, cause in slopes]
        right = code.layer_backward(X, W, b, G)
        mean = tuple(value / N for value in right)
        traps.append((mean, "divided by N; the mean is already in G, here one only sums over the examples"))
        for i, name in enumerate(("dX", "dW", "db")):
            causes = tuple((values[i], cause) for values, cause in traps)
            compare(f"N={N}, D={D}, H={H}: {name}", got[i], right[i], causes)


def coverage(answer):
    def always(right, n):
        return 0.0, 1.0

    def middle(right, n):
        return (0.2, 0.6) if 2 * right == n else (0.9, 1.0)

    for interval, share, n in (
        (always, 0.3, 7), (middle, 0.5, 4), (code.simple_interval, 0.97, 50), (code.simple_interval, 0.55, 9),
        (wilson_interval, 0.97, 50),
    ):  # fmt: skip
        right = code.coverage(interval, share, n)
        inside = [low <= share <= high for low, high in (interval(k, n) for k in range(n + 1))]
        chances = np.array([share**k * (1 - share) ** (n - k) for k in range(n + 1)])
        ways = np.array([math.comb(n, k) for k in range(n + 1)])
        traps = (
            (np.mean(inside), "the counts 0 ... n are not equally likely; weigh each with its probability"),
            (sum(chances[inside]), "the number of orders is missing: `comb(n, right)`"),
            (1 - right, "this is the probability of missing the share"),
            (right - (ways * chances * inside)[-1], "the count `right = n` is left out: `range(n + 1)`"),
            (right - (ways * chances * inside)[0], "the count `right = 0` is left out"),
        )
        what = f"coverage({interval.__name__}, share={share}, n={n})"
        compare(what, call(answer, interval, share, n), right, traps)


def untrained_loss(prediction):
    _near("the loss", prediction, code.untrained_loss(), 0.1)


def one_wrong_label(prediction):
    log = code.one_wrong_label()
    if str(prediction).strip().upper() != "C":
        causes = {"A": "is there a line that separates the data?", "B": "what does an update do to long weights?"}
        sweep, mistakes, length = log[-1]
        fail(f"got {prediction!r}, expected 'C': in sweep {sweep} there are still {mistakes} mistakes, "
             f"and the length is {length:.1f}",
             causes.get(str(prediction).strip().upper(), "answer with one of the letters A, B, C"))


def train_xor(prediction):
    W1, _ = code.train_xor()
    _near("the number of different hidden units", prediction, len(np.unique(W1, axis=0)), 0)


def difference_errors(prediction):
    errors = code.difference_errors()
    best = min(errors, key=errors.get)
    h = float(numbers("the best step", prediction, ()))
    if not 0.9e-6 <= h <= 1.1e-5:  # both decades are close to the best; rounding decides between them
        fail(f"the best step: got {h:g}, expected {best:g} (error {errors[best]:.0e})",
             "two errors compete: the curve's bend grows with h, rounding is divided by h")


def _near(what, prediction, measured, tolerance):
    value = float(numbers(what, prediction, ()))
    if not abs(value - measured) <= tolerance:
        fail(f"{what}: got {value:g} as your prediction, expected {measured:.4g}, which is what the experiment gives")
