"""Why this file exists: a picture of a toy is believed at once, so its curve, its labels and its noise are measured."""

import re

import numpy as np
import pytest
from data_tools import check_seed_and_parts
from engine_tools import engine_state  # noqa: F401
from scipy.spatial import cKDTree
from scipy.stats import norm
from sklearn.datasets import make_moons

from dlcourse import set_default_dtype
from dlcourse.data import toys
from dlcourse.data.base import load
from dlcourse.data.checks import DataError
from dlcourse.data.toys import tent

DIVIDED = ("moons", "spirals", "xor", "sawtooth")

# ------------------------------------------------------------------------------------------- what all have in common


@pytest.mark.parametrize("name", DIVIDED)
def test_a_seed_decides_all_of_it_and_the_parts_are_rows_apart(name):
    check_seed_and_parts(name, {"fit": 800, "validation": 200, "train": 1000, "test": 500})
    assert len(load(name, n=15).test) == 5 and len(load(name, n=100)) == 100


@pytest.mark.parametrize("name", ["moons", "spirals", "xor"])
def test_labels_are_balanced_and_in_no_order(name):
    data = load(name)
    assert data.y.dtype == np.int64 and np.bincount(data.y).tolist() == [750, 750]
    changes = np.sum(data.y[1:] != data.y[:-1])
    assert abs(changes - 1499 / 2) < 4 * np.sqrt(1499 / 4)


@pytest.mark.parametrize("name", ["moons", "spirals", "xor"])
def test_coordinates_have_six_decimals_and_the_default_type(name):
    assert load(name).x.dtype == np.float32
    set_default_dtype(np.float64)
    x = load(name).x
    assert x.dtype == np.float64 and np.array_equal(x, np.round(x, 6))


@pytest.mark.parametrize(("name", "options", "message"), [
    *[(name, {"n": 14}, f"{name} expected n to be a whole number, at least 15, got 14") for name in DIVIDED[:3]],
    *[(name, {"n": 1e3}, f"{name} expected n to be a whole number, at least 15, got 1000.0") for name in DIVIDED[:3]],
    ("sawtooth", {"n": 2**21}, "sawtooth expected n to be a whole number, 15 to 1,048,576, got 2097152"),
    *[(name, {"noise": -0.1}, f"{name} expected noise to be a number, at least 0, got -0.1") for name in DIVIDED],
    ("moons", {"noise": "little"}, "moons expected noise to be a number, at least 0, got 'little'"),
    ("moons", {"noise": float("nan")}, "moons expected noise to be a number, at least 0, got nan"),
    ("spirals", {"classes": 1}, "spirals expected classes to be a whole number, at least 2, got 1"),
    ("spirals", {"turns": -1}, "spirals expected turns to be a number, at least 0, got -1"),
    ("sawtooth", {"depth": 0}, "sawtooth expected depth to be a whole number, 1 to 12, got 0"),
    ("sawtooth", {"depth": 13}, "sawtooth expected depth to be a whole number, 1 to 12, got 13"),
    *[("gates", {"function": function}, "gates expected function to be one of 'AND', 'OR', 'NAND', 'XOR', got "
       f"{function!r}") for function in ("NOR", ["XOR"], None)]])
def test_impossible_options_are_refused(name, options, message):
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        load(name, **options)


def measured_noise(name, noise, **options):
    """The standard deviation of what an option adds to the same points without noise."""
    return np.std(load(name, n=20_000, noise=noise, **options).x - load(name, n=20_000, noise=0, **options).x)


@pytest.mark.parametrize("name", ["moons", "spirals", "xor"])
def test_the_noise_is_as_large_as_it_says(name):
    assert measured_noise(name, 0.25) == pytest.approx(0.25, rel=0.02)


# ------------------------------------------------------------------------------------------- each by itself


def farthest(points, curve):
    return cKDTree(curve).query(points)[0].max()


@pytest.mark.parametrize("label", [0, 1])
def test_the_moons_are_those_of_scikit_learn(label):
    set_default_dtype(np.float64)
    theirs, their_label = make_moons(4000, noise=None)
    ours = load("moons", n=4000, noise=0)
    curve, points = theirs[their_label == label], ours.x[ours.y == label]
    assert farthest(points, curve) < 1e-3, "every point of ours lies on their curve"
    assert farthest(curve, points) < 2e-2, "and all of their curve is covered"
    assert farthest(points, theirs[their_label != label]) > 0.5, "which the other moon would not pass"


@pytest.mark.parametrize(("classes", "turns"), [(2, 1.75), (3, 1.0), (5, 0.5), (4, 0)])
def test_a_spiral_turns_as_often_as_it_says(classes, turns):
    set_default_dtype(np.float64)
    data = load("spirals", n=3000, classes=classes, turns=turns, noise=0)
    assert np.array_equal(np.unique(data.y), np.arange(classes))
    way = np.linalg.norm(data.x, axis=1) / 2
    assert np.sqrt(0.02) - 1e-5 < way.min() and way.max() < 1 + 1e-5
    angle = 2 * np.pi * (turns * way + data.y / classes)
    assert 2 * way[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1) == pytest.approx(data.x, abs=1e-4)
    assert np.mean(way**2) == pytest.approx(0.51, abs=4 * 0.98 / np.sqrt(12 * 3000)), "even over the disk"


def test_noisy_xor_is_the_gate_without_noise_and_has_the_error_it_says():
    table = {tuple(x): y for x, y in zip(load("gates").x.tolist(), load("gates").y.tolist(), strict=True)}
    clean = load("xor", noise=0)
    assert all(table[tuple(x)] == y for x, y in zip(clean.x.tolist(), clean.y.tolist(), strict=True))
    noisy = load("xor", n=200_000)
    wrong = np.mean(((noisy.x > 0.5).sum(1) == 1) != noisy.y)
    crossing = norm.sf(1 / (2 * 0.2))
    expected = 2 * crossing * (1 - crossing)
    assert round(100 * expected, 1) == 1.2, "the docstring and the card"
    assert abs(wrong - expected) < 4 * np.sqrt(expected * (1 - expected) / 200_000)


@pytest.mark.parametrize(("function", "rule"), [("AND", lambda a, b: a and b), ("OR", lambda a, b: a or b),
                                                ("NAND", lambda a, b: not (a and b)), ("XOR", lambda a, b: a != b)])
def test_logic_gates(function, rule):
    gate = load("gates", function=function)
    assert gate.x.shape == (4, 2) and gate.x.dtype == np.float32 and gate.y.dtype == np.int64 and not gate.parts
    assert len(np.unique(gate.x, axis=0)) == 4
    assert [bool(rule(*row)) for row in gate.x] == gate.y.astype(bool).tolist()
    gate.y[:] = 7
    assert load("gates", function=function).y.max() == 1, "a changed row does not stay"


def test_gates_are_xor_unless_asked():
    assert load("gates").y.tolist() == [0, 1, 1, 0]


def pieces(y):
    """The straight pieces of a curve that is given at equal steps."""
    return 1 + np.sum(np.abs(np.diff(y, 2)) > 1e-9)


@pytest.mark.parametrize("depth", range(1, 9))
def test_each_tent_doubles_the_pieces(depth):
    grid = np.arange(2**12 + 1) / 2**12
    y = tent(grid, depth)
    assert pieces(y) == 2**depth and np.sum(y == 1) == 2 ** (depth - 1) and (y.min(), y.max()) == (0, 1)
    assert np.array_equal(np.unique(np.abs(np.diff(y)) * 2**12), [2**depth]), "every piece is as steep"


def test_the_tent_is_telgarskys_and_two_units():
    z = np.linspace(-0.5, 1.5, 2001)
    mirror = np.where((z >= 0) & (z <= 0.5), 2 * z, np.where((z > 0.5) & (z <= 1), 2 * (1 - z), 0))
    assert tent(z) == pytest.approx(mirror)
    inside = z[(z >= 0) & (z <= 1)]
    assert 2 * np.maximum(0, inside) - 4 * np.maximum(0, inside - 0.5) == pytest.approx(tent(inside))


@pytest.mark.parametrize("depth", [1, 3, toys.MOST_DEPTH])
def test_the_sawtooth_is_exact_in_float32_and_float64(depth):
    single = load("sawtooth", depth=depth)
    set_default_dtype(np.float64)
    double = load("sawtooth", depth=depth)
    assert single.x.dtype == single.y.dtype == np.float32 and double.x.shape == (1500, 1) and double.y.shape == (1500,)
    assert np.array_equal(single.x, double.x) and np.array_equal(single.y, double.y)
    assert np.array_equal(double.y, tent(double.x[:, 0], depth))
    noisy = load("sawtooth", depth=depth, noise=0.1)
    assert np.std(noisy.y - double.y) == pytest.approx(0.1, rel=0.1) and np.array_equal(noisy.x, double.x)
    assert abs(double.x.mean() - 0.5) < 4 / np.sqrt(12 * 1500)
