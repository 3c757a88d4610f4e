"""Why this file exists: five problems in one or two dimensions, so small that a whole network can be drawn.

Each has one lesson: what a line cannot part, what a hidden layer is for, what depth buys.
"""

import numpy as np

from .base import OURS, PARTS, Card, Dataset, dataset, floats, two_thirds
from .checks import number, one_of, whole

GATES = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0], "XOR": [0, 1, 1, 0]}
CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))
GRID = 2**20  # sawtooth draws multiples of 1 / GRID: float32 and float64 hold them, and their images, unrounded
MOST_DEPTH = 12


def _card(name, title, summary, origin, fields, options, good_for, flaws, chapters, divided=True):
    """The card of a toy: what all of them have in common stands here once."""
    if divided:
        options = {"n": "how many rows, at least 15 (default 1,500): 8/15 to fit, 2/15 to validate, 5/15 to test",
                   **options, "seed": "which rows (default 0)"}
    return Card(name, title, "generated", summary, origin, OURS, "1,500 points" if divided else "4 points", fields,
                good_for, flaws, chapters, parts=PARTS if divided else {}, options=options)


MOONS = _card(
    "moons", "Two moons", "Two half circles that reach into each other: no straight line separates them.",
    "the curves of scikit-learn's make_moons, drawn here at random angles",
    {"x": ("(M, 2)", "the point; the circles have radius 1"), "y": ("(M,)", "which moon, 0 above or 1 below")},
    {"noise": "standard deviation of the normal noise on both coordinates (default 0.1)"},
    ("decision regions", "a first hidden layer against logistic regression"),
    ("Two dimensions: what helps here says little about pictures or text.",), ("1", "2", "4"))
SPIRALS = _card(
    "spirals", "Spirals", "Arms that wind around each other, so that no class is a blob.",
    "after the two spirals of Lang and Witbrock 1988, with 1.75 turns in place of 3 and as many points as wanted",
    {"x": ("(M, 2)", "the point, at most 2 from the center apart from noise"),
     "y": ("(M,)", "which arm, 0 to classes - 1")},
    {"classes": "how many arms, at least 2 (default 2)",
     "turns": "how often an arm winds around (default 1.75); 0 gives rays",
     "noise": "standard deviation of the normal noise on both coordinates (default 0.03)"},
    ("depth, initialization, normalization and residual connections in a second each",),
    ("It does not show that depth is needed: one layer of 256 units gets 99 % as well.",), ("2", "3"))
XOR = _card(
    "xor", "Noisy XOR", "Clouds around the corners of the unit square, labeled by the XOR of the corner.",
    "generated; the problem that Minsky and Papert made famous",
    {"x": ("(M, 2)", "the point, near a corner of the unit square"),
     "y": ("(M,)", "the XOR of the corner, 0 or 1, even where noise carried the point to another one")},
    {"noise": "standard deviation of the normal noise on both coordinates (default 0.2)"},
    ("why a layer is hidden", "an error that no model can go below: 1.2 % at the default noise"),
    ("Each class is two blobs; real classes are not.",), ("1", "2"))
GATE = _card(
    "gates", "Logic gates", "The corners of the unit square, labeled by a logical function of two inputs.",
    "the truth tables",
    {"x": ("(4, 2)", "the two inputs, 0 or 1"), "y": ("(4,)", "the output, 0 or 1")},
    {"function": "'AND', 'OR', 'NAND' or 'XOR' (default)"},
    ("the perceptron by hand, and where it fails",),
    ("Four rows: nothing can be held out, so it is undivided.",), ("1",), divided=False)
SAWTOOTH = _card(
    "sawtooth", "Sawtooth", "The tent map applied several times: the straight pieces double with each time.",
    "Telgarsky 2016, Benefits of depth in neural networks",
    {"x": ("(M, 1)", "a number from 0 to 1, a multiple of 2**-20 that no other row has"),
     "y": ("(M,)", "the height of the sawtooth there, 0 to 1, apart from noise")},
    {"depth": f"how often the tent is applied, 1 to {MOST_DEPTH} (default 3): 2**depth pieces, 2**(depth - 1) teeth",
     "noise": "standard deviation of the normal noise on y (default 0)"},
    ("why deep and not just wide, at equal parameters", "linear regions that can be counted"),
    ("Made to favor depth: a deep network can represent it, which does not mean that training finds it.",), ("2",))


def _points(card, n, classes, noise, seed, curve):
    """Rows of equally many labels in random order, each a point of its curve with noise.

    Six decimals are kept, so that no processor's last bit of a sine is seen.
    """
    whole(card.name, "n", n, 15)
    number(card.name, "noise", noise, 0)
    rng = np.random.default_rng(seed)
    label = rng.permutation(np.arange(n) % classes)
    x = np.stack(curve(label, rng), axis=1) + noise * rng.normal(size=(n, 2))
    return Dataset(card, {"x": floats(np.round(x, 6)), "y": label}, two_thirds(n))


@dataset(MOONS)
def moons(n=1500, noise=0.1, seed=0):
    """Two half circles: (cos t, sin t) and (1 - cos t, 1/2 - sin t), with t uniform between 0 and pi.

    Returns: Dataset with x (M, 2), y (M,).
    Raises:  DataError for an n below 15 and for negative noise.
    Source:  the curves of sklearn.datasets.make_moons.   Chapter: 1.
    """
    def curve(label, rng):
        angle = np.pi * rng.random(n)
        return (np.where(label == 0, np.cos(angle), 1 - np.cos(angle)),
                np.where(label == 0, np.sin(angle), 0.5 - np.sin(angle)))

    return _points(MOONS, n, 2, noise, seed, curve)


@dataset(SPIRALS)
def spirals(n=1500, classes=2, turns=1.75, noise=0.03, seed=0):
    """Arms with radius r and angle 2 pi (turns r / 2 + class / classes); (r / 2)^2 is uniform between 0.02 and 1.

    The root spreads the points evenly over the disk: more of them where an arm is longer.

    Returns: Dataset with x (M, 2), y (M,).
    Raises:  DataError for an n below 15, fewer than 2 classes, negative turns and negative noise.
    Source:  after Lang and Witbrock 1988.   Chapter: 2.
    """
    whole("spirals", "classes", classes, 2)
    number("spirals", "turns", turns, 0)

    def curve(label, rng):
        way = np.sqrt(rng.uniform(0.02, 1, n))
        angle = 2 * np.pi * (turns * way + label / classes)
        return 2 * way * np.cos(angle), 2 * way * np.sin(angle)

    return _points(SPIRALS, n, classes, noise, seed, curve)


@dataset(XOR)
def xor(n=1500, noise=0.2, seed=0):
    """Normal clouds around the four corners of the unit square; y is the XOR of the corner.

    A coordinate crosses the middle with probability p = P(N(0, 1) > 1 / (2 noise)), and a label looks wrong where just
    one does: the best possible error is 2 p (1 - p), 1.2 % at noise 0.2.

    Returns: Dataset with x (M, 2), y (M,).
    Raises:  DataError for an n below 15 and for negative noise.   Chapter: 1.
    """
    def curve(label, rng):
        first = rng.integers(0, 2, n)
        return first, first ^ label

    return _points(XOR, n, 2, noise, seed, curve)


@dataset(GATE)
def gates(function="XOR"):
    """The four corners of the unit square, labeled by a logical function.

    Returns: Dataset with x (4, 2), y (4,).
    Raises:  DataError unless the function is AND, OR, NAND or XOR.   Chapter: 1.
    """
    table = GATES[one_of("gates", "function", function, GATES)]
    return Dataset(GATE, {"x": floats(CORNERS), "y": np.array(table, np.int64)})


def tent(x, times=1):
    """The tent map, applied `times` times: a sawtooth of 2^times straight pieces.

    tent(x) = max(0, min(2 x, 2 (1 - x)))

    Two ReLU units compute it on [0, 1], 2 relu(x) - 4 relu(x - 1/2), so k layers of two units give 2^k pieces, while
    one layer of m units has at most m + 1 of them.

    Shapes:  x (any shape)  ->  the same.
    Source:  Telgarsky 2016.   Chapter: 2.
    """
    for _ in range(times):
        x = np.maximum(0, np.minimum(2 * x, 2 - 2 * x))
    return x


@dataset(SAWTOOTH)
def sawtooth(n=1500, depth=3, noise=0.0, seed=0):
    """Points of the sawtooth y = tent(...tent(x)), `depth` times, with x uniform between 0 and 1.

    Returns: Dataset with x (M, 1), y (M,).
    Raises:  DataError for an n or a depth out of range and for negative noise.
    Source:  Telgarsky 2016.   Chapter: 2.
    """
    whole("sawtooth", "n", n, 15, GRID)
    whole("sawtooth", "depth", depth, 1, MOST_DEPTH)
    number("sawtooth", "noise", noise, 0)
    rng = np.random.default_rng(seed)
    x = rng.choice(GRID + 1, n, replace=False) / GRID
    y = tent(x, depth) + noise * rng.normal(size=n)
    return Dataset(SAWTOOTH, {"x": floats(x[:, None]), "y": floats(y)}, two_thirds(n))
