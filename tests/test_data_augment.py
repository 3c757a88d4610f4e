"""Why this file exists: augmentation must change the picture and not what it shows, the same way for every seed."""

import inspect

import numpy as np
import pytest
import torch
import torch.nn.functional as torch_functional

from dlcourse import Tensor
from dlcourse.data import DataError, augment, load, warp
from dlcourse.data.augment import Affine, Compose, Contrast, Crop, Elastic, Erase, Flip, Noise, Shift

KINDS = [Affine(), Elastic(), Shift(), Crop(), Flip(), Contrast(), Noise(), Erase()]
NOTHING = [Affine(0, (1, 1), 0, 0, 0), Elastic(0), Shift(0), Crop(1), Flip(0), Contrast(1, 1), Noise(0), Erase(0)]


def named(step):
    """The name of an augmentation, for the name of a test."""
    return type(step).__name__


every_kind = pytest.mark.parametrize("step", [*KINDS, Compose(*KINDS)], ids=named)


@pytest.fixture
def pictures():
    """Ten digits of 8 x 8 pixels, float32."""
    return load("digits").images[:10]


def rng(seed=0):
    """A generator."""
    return np.random.default_rng(seed)


def test_all_are_tested():
    classes = {cls for _, cls in inspect.getmembers(augment, inspect.isclass) if cls.__module__ == augment.__name__}
    assert classes == {type(step) for step in KINDS} | {Compose}


@every_kind
@pytest.mark.parametrize("shape", [(10, 8, 8), (10, 1, 8, 8), (5, 2, 8, 8), (5, 2, 4, 16)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_type_range_and_input_are_kept(step, shape, dtype, pictures):
    x = pictures.reshape(shape).astype(dtype)
    before = x.copy()
    changed = step(x, rng())
    assert changed.shape == shape and changed.dtype == dtype and np.array_equal(x, before)
    assert 0 <= changed.min() and changed.max() <= 1 and not np.array_equal(changed, x)


@every_kind
def test_the_generator_decides(step, pictures):
    assert np.array_equal(step(pictures, rng()), step(pictures, rng()))
    assert not np.array_equal(step(pictures, rng()), step(pictures, rng(1)))


@every_kind
def test_each_picture_is_changed_in_its_own_way(step, pictures):
    same = np.repeat(pictures[:1], 30, axis=0)
    assert len({picture.tobytes() for picture in step(same, rng())}) > 1


@pytest.mark.parametrize("step", [step for step in KINDS if named(step) not in ("Noise",)], ids=named)
def test_the_channels_of_a_picture_are_changed_alike(step, pictures):
    color = np.repeat(pictures[:, None], 3, axis=1)
    changed = step(color, rng())
    assert np.array_equal(changed[:, 0], changed[:, 1]) and np.array_equal(changed[:, 0], changed[:, 2])
    assert np.array_equal(changed[:, 0], step(pictures, rng()))


@pytest.mark.parametrize("step", NOTHING, ids=named)
def test_without_strength_nothing_changes(step, pictures):
    assert np.abs(step(pictures, rng()) - pictures).max() < 1e-6


@pytest.mark.parametrize("x", [np.zeros((5, 64)), np.zeros((5, 8, 8), int), [[0.0]], Tensor(np.zeros((2, 8, 8)))])
def test_other_inputs_are_refused(x):
    for step in KINDS:
        with pytest.raises(DataError, match=r"an array of floats, \(N, h, w\) or \(N, C, h, w\), got .*reshape"):
            step(x, rng())


@pytest.mark.parametrize(("kind", "options"), [
    (Affine, {"scale": (0, 1)}), (Affine, {"scale": (1.1, 0.9)}), (Affine, {"scale": (0.5, np.inf)}),
    (Affine, {"scale": 1}), (Affine, {"scale": (1, 2, 3)}), (Affine, {"aspect": 1}), (Affine, {"shear": "x"}),
    (Affine, {"degrees": -1}), (Affine, {"shift": np.nan}), (Elastic, {"strength": -1}), (Elastic, {"strength": None}),
    (Shift, {"pixels": -1}), (Shift, {"pixels": 1.5}), (Crop, {"smallest": 0}), (Crop, {"smallest": 1.1}),
    (Flip, {"p": 2}), (Flip, {"p": "x"}), (Noise, {"std": -1}), (Contrast, {"low": 2}), (Contrast, {"high": np.nan}),
    (Erase, {"largest": 2})])
def test_strengths_out_of_range_are_refused_when_they_are_given(kind, options):
    name = next(iter(options))
    with pytest.raises(DataError, match=f"{kind.__name__} expected .*{name} to be .*, got"):
        kind(**options)


# ------------------------------------------------------------------------------------------- what each of them does


def test_shift_moves_by_whole_pixels(pictures):
    moved = Shift(2)(pictures, rng())
    padded = np.pad(pictures, ((0, 0), (2, 2), (2, 2)))
    places = [[(i, j) for i in range(5) for j in range(5) if np.array_equal(padded[k, i : i + 8, j : j + 8], moved[k])]
              for k in range(10)]
    assert all(len(found) == 1 for found in places) and len({found[0] for found in places}) > 5


def test_flip_mirrors_some(pictures):
    flipped = Flip()(pictures, rng())
    mirrored = (flipped == pictures[..., ::-1]).all(axis=(1, 2))
    assert 2 <= mirrored.sum() <= 8 and np.array_equal(flipped[~mirrored], pictures[~mirrored])
    assert np.array_equal(Flip(1)(pictures, rng()), pictures[..., ::-1])


def test_erase_empties_one_rectangle():
    full = np.ones((2000, 10, 20))
    empty = Erase(0.5)(full, rng()) == 0
    heights, widths = empty.any(axis=2).sum(axis=1), empty.any(axis=1).sum(axis=1)
    assert np.array_equal(empty.sum(axis=(1, 2)), heights * widths)  # a rectangle and nothing else
    assert heights.max() == 5 and widths.max() == 10 and empty.any(axis=0).all()


def test_contrast_and_noise_have_the_strength_that_was_asked_for():
    gray = np.full((2000, 8, 8), 0.5)
    factors = Contrast(0.6, 1.2)(gray, rng())[:, 0, 0] / 0.5
    assert factors.min() == pytest.approx(0.6, abs=0.01) and factors.max() == pytest.approx(1.2, abs=0.01)
    deviations = Noise(0.1)(gray, rng()).std(axis=(1, 2))
    assert deviations.mean() == pytest.approx(0.05, abs=0.003) and 0.09 < deviations.max() < 0.13


def test_a_crop_lies_inside_and_enlarges():
    """On a picture that rises evenly one can read off what was cut out."""
    slope = np.broadcast_to((np.arange(32) + 0.5) / 32, (500, 32, 32)).copy()
    cut = Crop(0.25)(slope, rng())[:, 16, 2:-2]
    share = (cut[:, -1] - cut[:, 0]) / (slope[0, 0, -3] - slope[0, 0, 2])
    assert 0.5 <= share.min() + 0.01 and share.max() <= 1.01 and share.min() < 0.55 and share.max() > 0.95
    assert np.ptp(Crop(0.005)(slope, rng())[:, 16], axis=1).min() < 0.15, "a smaller part than a hundredth"


@pytest.mark.parametrize(("h", "w"), [(8, 8), (4, 16), (28, 56), (30, 10)])
def test_what_is_turned_is_turned_in_pixels_whatever_the_sides_are(h, w):
    """Pictures of the row and of the column tell, around the middle, from where each pixel was taken."""
    slopes = np.broadcast_to(np.indices((h, w), float), (20, 2, h, w))
    turned = Affine(30, (1, 1), 0, 0, 0)(slopes, rng())[:, :, h // 2 - 1 : h // 2 + 1, w // 2 - 1 : w // 2 + 1]
    steps = np.stack([turned[..., 1, 0] - turned[..., 0, 0], turned[..., 0, 1] - turned[..., 0, 0]], axis=-1)
    angle = np.radians(warp.uniform(rng(), -30, 30, 20))
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    assert np.abs(steps - np.moveaxis(rotation, -1, 0)).max() < 1e-4 and np.ptp(angle) > 0.7


# ------------------------------------------------------------------------------------------- warps beside PyTorch's


def as_torch(matrix):
    """PyTorch's places are (column, row)."""
    return torch.from_numpy(np.ascontiguousarray(matrix[:, ::-1][:, :, [1, 0, 2]]))


@pytest.mark.parametrize(("h", "w"), [(12, 9), (1, 9), (12, 1), (1, 1)])
def test_places_and_samples_are_pytorchs(h, w):
    x = rng().random((6, 3, h, w), np.float32)
    matrix = warp.affine(rng(), 6, degrees=40, scale=(0.5, 1.5), aspect=0.2, shear=0.3, shift=0.5)
    grid = torch_functional.affine_grid(as_torch(matrix), (6, 3, 7, 11), align_corners=False)
    expected = torch_functional.grid_sample(torch.from_numpy(x), grid, padding_mode="border", align_corners=False)
    where = warp.sampling_grid(matrix, 7, 11)
    assert np.abs(where - grid.numpy()[..., ::-1].transpose(0, 3, 1, 2)).max() < 1e-6
    assert np.abs(warp.sample(x, where) - expected.numpy()).max() < 1e-5


@pytest.mark.parametrize(("x", "where"), [
    (np.zeros((2, 5, 5)), np.zeros((2, 2, 5, 5))), (np.zeros((2, 1, 5, 5)), np.zeros((3, 2, 5, 5))),
    (np.zeros((2, 1, 5, 5)), np.zeros((2, 3, 5, 5))), (np.zeros((2, 1, 5, 5), np.uint8), np.zeros((2, 2, 5, 5)))])
def test_samples_of_something_else_are_refused(x, where):
    with pytest.raises(DataError, match=r"sample expected floats \(N, C, h, w\) and places .*, got (float64|uint8) "):
        warp.sample(x, where)


def test_outside_an_augmented_picture_is_nothing():
    x = rng().random((6, 1, 12, 9), np.float32)
    step = Affine(40, (0.5, 1.5), 0.2, 0.3, 0.5)
    matrix = warp.affine(rng(), 6, 40, (0.5, 1.5), 0.2, 0.3, 0.5) * np.float32([[1, 9 / 12, 1], [12 / 9, 1, 1]])
    grid = torch_functional.affine_grid(as_torch(matrix), x.shape, align_corners=False)
    expected = torch_functional.grid_sample(torch.from_numpy(x), grid, padding_mode="zeros", align_corners=False)
    assert np.abs(step(x, rng()) - expected.numpy()).max() < 1e-5


def test_an_affine_map_does_what_its_docstring_says():
    matrix = warp.affine(rng(), 1, degrees=30, scale=(0.5, 0.8), aspect=0.3, shear=0.2, shift=0.4)[0].astype(float)
    same = rng()
    angle, size, aspect, shear, down, across = (
        warp.uniform(same, low, high, 1)[0]
        for low, high in [(-30, 30), (0.5, 0.8), (-0.3, 0.3), (-0.2, 0.2), (-0.4, 0.4), (-0.4, 0.4)])
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    expected = np.array([[c, -s], [s, c]]) @ [[1 / size, 0], [shear, 1 / (size * (1 + aspect))]]
    assert np.abs(matrix - np.column_stack([expected, [down, across]])).max() < 4e-6  # sines in steps of 2^-20


def test_an_elastic_field_goes_through_its_points(monkeypatch):
    points = np.arange(50, dtype=np.float32).reshape(1, 2, 5, 5) % 7
    monkeypatch.setattr(warp, "nearly_normal", lambda rng, shape: points)
    field = warp.elastic(None, 1, 0.5, 9, 13)
    assert np.array_equal(field[:, :, ::2, ::3], points / 2)
    rising = np.broadcast_to(np.arange(5, dtype=np.float32), (1, 2, 5, 5))
    monkeypatch.setattr(warp, "nearly_normal", lambda rng, shape: rising)
    field = warp.elastic(None, 1, 1.0, 9, 13)[0, 0, 0]
    assert np.allclose(field[3:10], np.arange(3, 10) / 3)  # cubic convolution keeps a straight line, away from the ends
    assert np.array_equal(warp.elastic(None, 1, 1.0, 1, 9)[0, 0, 0, ::2], range(5)), "one row, through the middle"
    assert np.array_equal(warp.elastic(None, 1, 1.0, 9, 1)[0, 0], np.full((9, 1), 2)), "one column"


@pytest.mark.parametrize(("strength", "h", "message"), [
    ([0.1, 0.2], 8, r"strength to be a number or \(3,\), got \(2,\)"), (0.1, 0, "h to be a whole number, at least 1"),
    (0.1, 8.0, "got 8.0")])
def test_elastic_fields_of_nothing_are_refused(strength, h, message):
    with pytest.raises(DataError, match=message):
        warp.elastic(rng(), 3, strength, h, 8)


def test_what_is_nearly_normal_is():
    z = warp.nearly_normal(rng(), (200_000,)).astype(float)
    assert abs(z.mean()) < 0.01 and abs(z.var() - 1) < 0.01 and np.abs(z).max() < 3.47
    for limit, share in [(1, 0.683), (2, 0.954)]:
        assert np.mean(np.abs(z) < limit) == pytest.approx(share, abs=0.02)
