"""The convolution explorer: its script against dlcourse.functional, what it asks to try, and its values in Python."""

import itertools
import json
import os
import subprocess

import numpy as np
import pytest
import traitlets
from clone import ROOT
from site_tools import course_math

from dlcourse import data
from dlcourse.figures.convolution_explorer import Convolution

MODES = ("convolution", "transposed")
NAMES = ("image", "kernel", "stride", "padding", "dilation", "mode")
EDGE = [[-1, 0, 1]] * 3
BY_HAND = {"image": [[0, 0, 2, 2], [0, 0, 2, 2], [0, 0, 2, 2], [1, 1, 1, 1]], "kernel": [[-1, 1], [-1, 1]]}


def random_figures():
    """Figures of random images and kernels, for every stride, padding, dilation and mode, and many sizes."""
    rng = np.random.default_rng(0)
    geometries = itertools.product((1, 2, 3), (0, 1, 2), (1, 2), MODES, (1, 2, 3, 4, 5), (4, 7, 8, 12))
    for stride, padding, dilation, mode, k, n in geometries:
        yield Convolution(
            image=rng.uniform(0, 9, (n, n)).tolist(), kernel=rng.normal(size=(k, k)).tolist(),
            stride=stride, padding=padding, dilation=dilation, mode=mode, at=rng.integers(0, 12, 2).tolist(),
        )  # fmt: skip


def numbers_of(figure):
    """What the page computes from a figure's values."""
    setting = {name: getattr(figure, name) for name in NAMES}
    return {"setting": setting, "at": figure.at, "side": figure.side(), "output": figure.output().tolist(),
            "products": figure.products().ravel().tolist()}  # fmt: skip


def test_the_script_computes_what_the_package_does(tmp_path):
    figures = [numbers_of(figure) for figure in random_figures()]
    assert len(figures) == 720 and {len(figure["output"]) == figure["side"] for figure in figures} == {True}
    digit = np.floor(data.load("digits").fit.x[0].reshape(8, 8) * 9 + 0.5).tolist()
    begun = {name: value for name, value in Convolution().state().items() if name != "tries"}
    path = tmp_path / "numbers.json"
    path.write_text(json.dumps({"convolution": {"figures": figures, "digit": digit, "begun": begun}}))
    test = ROOT / "tests" / "figures" / "convolution_explorer.test.mjs"
    command = [str(course_math.node_program()), "--test", "--test-reporter=tap", str(test)]
    done = subprocess.run(command, env=os.environ | {"FIGURE_NUMBERS": str(path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0" in done.stdout and "\n# pass 0" not in done.stdout


def test_the_output_is_the_sum_of_the_products():
    for figure in random_figures():
        if figure.mode == "convolution" and figure.side():
            i, j = (min(one, figure.side() - 1) for one in figure.at)
            assert figure.products().sum() == pytest.approx(figure.output()[i, j], abs=1e-12)


def test_the_stamps_of_all_pixels_make_the_transposed_output():
    figure = Convolution(mode="transposed", stride=2, kernel=[[1, 2], [3, 4]], image=np.arange(16).reshape(4, 4) % 10)
    stamps = np.zeros((8, 8))
    for i, j in np.ndindex(4, 4):
        figure.at = [i, j]
        stamps[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] += figure.products()
    assert np.array_equal(figure.output(), stamps)


def test_the_example_by_hand_comes_out():
    assert Convolution(**BY_HAND).output().tolist() == [[0, 4, 0], [0, 4, 0], [0, 2, 0]]
    assert Convolution(**BY_HAND, stride=2).output().tolist() == [[0, 0], [0, 0]]
    padded = Convolution(**BY_HAND, stride=2, padding=1)
    assert padded.output().tolist() == [[0, 2, -2], [0, 4, -4], [1, 0, -1]]
    assert Convolution(**BY_HAND, at=[1, 1]).products().tolist() == [[0, 2], [0, 2]]


def test_where_no_place_is_left_nothing_comes_out():
    for values in ({"kernel": np.ones((5, 5))}, {"mode": "transposed", "kernel": [[1]], "padding": 2}):
        figure = Convolution(image=np.ones((4, 4)), **values)
        assert figure.side() == 0 and figure.output().shape == (0, 0)
    assert Convolution(image=np.ones((4, 4)), kernel=np.ones((5, 5))).products().shape == (0, 0)


# ------------------------------------------------------------------------------------------------ what it asks to try


def test_to_try_the_left_of_a_bar_is_positive_and_its_sides_vanish_for_the_other_edge():
    output = Convolution().output()
    assert (output[:, 1:3] > 0).all() and (output[:, 3:5] < 0).all() and (output[:, [0, 5]] == 0).all()
    ends = Convolution(kernel=np.transpose(EDGE)).output()
    assert (ends[1:5] == 0).all() and (ends[0, 1:5] > 0).all() and (ends[5, 1:5] < 0).all()


def test_to_try_a_dot_shows_the_kernel_turned_and_stamps_it_upright():
    dot, kernel = np.zeros((8, 8)), np.arange(1.0, 10).reshape(3, 3)
    dot[3, 3] = 1
    found = Convolution(image=dot, kernel=kernel).output()
    assert np.array_equal(found[1:4, 1:4], kernel[::-1, ::-1]) and np.count_nonzero(found) == 9
    stamped = Convolution(image=dot, kernel=kernel, mode="transposed").output()
    assert np.array_equal(stamped[3:6, 3:6], kernel) and np.count_nonzero(stamped) == 9


def test_to_try_one_kernel_copies_and_one_with_its_1_above_moves_down():
    image, kernel = np.array(Convolution().image), np.zeros((3, 3))
    kernel[1, 1] = 1
    assert np.array_equal(Convolution(kernel=kernel, padding=1).output(), image)
    moved = Convolution(kernel=np.roll(kernel, -1, axis=0), padding=1).output()
    assert np.array_equal(moved, np.roll(image, 1, axis=0))  # the bar's ends are inside


def test_to_try_the_output_follows_a_shift_only_by_whole_strides():
    bar, digit = np.array(Convolution().image), np.rint(data.load("digits").fit.x[0].reshape(8, 8) * 9)
    for image in (bar, digit):
        one, two = (np.pad(image, ((0, 0), (shift, 0)))[:, :8] for shift in (1, 2))
        before, after = Convolution(image=image).output(), Convolution(image=one).output()
        assert np.array_equal(after[:, 1:], before[:, :-1]) and not np.array_equal(after, before)
        before, after, twice = (Convolution(image=x, stride=2).output() for x in (image, one, two))
        assert np.array_equal(twice[:, 1:], before[:, :-1]) and not np.array_equal(twice, before)
        assert not np.array_equal(after[:, 1:], before[:, :-1])  # once, it has not moved along
        assert np.array_equal(after, before) == (image is bar)  # nor is it the old one


def test_to_try_the_paddings_that_keep_the_size():
    for k, padding, dilation in [(3, 1, 1), (5, 2, 1), (3, 2, 2)]:
        sides = [Convolution(kernel=np.ones((k, k)), padding=p, dilation=dilation).side() for p in range(3)]
        assert [p for p, side in enumerate(sides) if side == 8] == [padding]


@pytest.mark.parametrize(("k", "stamps"), [(2, {1}), (3, {1, 2, 4}), (4, {4})])
def test_to_try_stamps_make_a_checkerboard_unless_the_stride_divides_the_kernel(k, stamps):
    image = np.zeros((8, 8))
    image[3:, 3:] = 9
    output = Convolution(image=image, kernel=np.full((k, k), 1 / k**2), mode="transposed", stride=2).output()
    flat = output[8:14, 8:14] * k**2 / 9  # how many stamps meet
    assert set(flat.round(9).ravel()) == stamps


# ------------------------------------------------------------------------------------------------ its values


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"image": [[1, 2], [3, 4]]}, "4 x 4 to 12 x 12"),
        ({"image": np.zeros((4, 5))}, "square"),
        ({"image": np.full((4, 4), 10)}, "from 0 to 9"),
        ({"image": np.full((4, 4), np.nan)}, "from 0 to 9"),
        ({"image": "bar"}, "got 'bar'"),
        ({"image": [[1, 2], [3]]}, "square"),
        ({"kernel": []}, "1 x 1 to 5 x 5"),
        ({"kernel": np.ones((6, 6))}, "1 x 1 to 5 x 5"),
        ({"kernel": [[100]]}, "from -99 to 99"),
        ({"stride": 0}, "stride"),
        ({"padding": 3}, "padding"),
        ({"dilation": 3}, "dilation"),
        ({"mode": "full"}, "full"),
        ({"at": [-1, 0]}, "-1"),
        ({"at": [1]}, "at"),
    ],
)
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(traitlets.TraitError, match=words):
        Convolution(**values)


def test_its_values_come_from_a_page_and_from_arrays():
    figure = Convolution(image=np.eye(5))
    assert figure.image == np.eye(5).tolist()
    figure.set_state({"kernel": [[2]], "stride": 2, "at": [7, 7]})
    assert figure.output().tolist() == (2 * np.eye(5)[::2, ::2]).tolist() and figure.products().tolist() == [[2]]
