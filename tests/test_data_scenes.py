"""Why this file exists: a box that is a pixel off, or a class in the wrong place, would be taught as the truth."""

import numpy as np
import pytest

from dlcourse import set_default_dtype
from dlcourse.data import DataError, fonts, load, scenes  # noqa: F401  (registered by being imported)


@pytest.fixture(scope="module")
def small():
    return load("scenes", n=300)


def around(pixels):
    """The box around the true pixels: left, top, right, bottom."""
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    return [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]


def test_scenes_are_what_the_card_says(small):
    assert {name: (values.shape, values.dtype.name) for name, values in small.fields.items()} == {
        "x": ((500, 1, 64, 64), "float32"), "labels": ((500, 3), "int64"), "boxes": ((500, 3, 4), "float32"),
        "mask": ((500, 64, 64), "int16"), "font": ((500, 3), "int64")}
    assert (small.x.min(), small.x.max()) == (0, 1) and small.pair == ("x", "labels")
    assert {name: len(small[rows]) for name, rows in small.parts.items()} == {
        "fit": 240, "validation": 60, "train": 300, "test": 100, "same_fonts": 100}
    assert set(np.unique(small.labels)) == set(range(-1, 10)) and set(np.unique(small.mask)) == set(range(11))
    set_default_dtype(np.float64)
    try:
        assert load("scenes", n=5).boxes.dtype == load("scenes", n=5).x.dtype == np.float64
    finally:
        set_default_dtype(np.float32)


def test_boxes_labels_and_masks_agree(small):
    for labels, boxes, mask in zip(small.labels, small.boxes.astype(int), small.mask, strict=True):
        rest = mask.copy()
        for label, (left, top, right, bottom) in zip(labels, boxes, strict=True):
            if label < 0:
                assert (left, top, right, bottom) == (0, 0, 0, 0)
                continue
            inside = mask[top:bottom, left:right]
            assert set(np.unique(inside)) <= {0, label + 1}  # nothing else, since no boxes overlap
            assert around(inside > 0) == [0, 0, right - left, bottom - top]
            rest[top:bottom, left:right] = 0
        assert not rest.any()


def test_ink_lies_where_the_mask_says(small):
    quiet = load("scenes", n=300, clutter=0)
    x, mask = quiet.x[:, 0], quiet.mask > 0
    assert np.mean(x[mask]) > 0.4 and np.mean(x[~mask] > 0.3) < 0.05
    near = np.zeros_like(mask)
    for boxes, pixels in zip(quiet.boxes.astype(int), near, strict=True):
        for left, top, right, bottom in boxes:
            pixels[max(top - 3, 0) : bottom + 3, max(left - 3, 0) : right + 3] |= right > 0
    assert x[~near].max() < 0.45  # only noise and pale edges
    assert (small.x[:, 0][small.mask == 0] > 0.45).mean() > 2 * (x[~mask] > 0.45).mean()  # clutter is not in the mask


def test_clutter_spares_the_boxes():
    """The glyphs of the first scenes are the same with and without clutter; the noise, at most 3.5 * 0.05, differs."""
    quiet, cluttered = load("scenes", n=90, clutter=0).train, load("scenes", n=90, clutter=8).train
    assert np.array_equal(quiet.boxes, cluttered.boxes)
    difference, inside = np.abs(quiet.x - cluttered.x)[:, 0], np.zeros((90, 64, 64), bool)
    for boxes, pixels in zip(quiet.boxes.astype(int), inside, strict=True):
        for left, top, right, bottom in boxes:
            pixels[top:bottom, left:right] = True
    assert difference[inside].max() < 2 * 3.5 * 0.05 + 0.01 and (difference[~inside] > 0.5).mean() > 0.02


def test_glyphs_come_from_left_to_right_and_in_every_number(small):
    counts = (small.labels >= 0).sum(axis=1)
    assert np.bincount(counts, minlength=4).tolist()[0] == 0 and (np.bincount(counts)[1:] > 100).all()
    for labels, boxes, font in zip(small.labels, small.boxes, small.font, strict=True):
        there = labels >= 0
        assert (np.diff(there.astype(int)) <= 0).all()  # those that are missing stand last
        assert (np.diff(boxes[there, 0]) >= 0).all() and ((font >= 0) == there).all()
    assert (load("scenes", n=60, glyphs=1).labels >= 0).all()
    assert (load("scenes", n=60, glyphs=2, fewest=0).labels < 0).all(axis=1).any()


def shared(boxes):
    """How much of the smaller one the two most overlapping boxes of a scene share, the first two being enough here."""
    a, b = boxes[:, 0], boxes[:, 1]
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    areas = [np.prod(box[:, 2:] - box[:, :2], axis=1) for box in (a, b)]
    return np.prod(np.maximum(sides, 0), axis=1) / np.maximum(np.minimum(*areas), 1)


@pytest.mark.parametrize("overlap", [0.0, 0.3, 1.0])
def test_overlap_is_held_down(overlap):
    found = load("scenes", n=200, glyphs=2, fewest=2, size=48, overlap=overlap)
    both = (found.labels >= 0).all(axis=1)
    most = shared(found.boxes[both].astype(float)).max()
    assert most <= overlap and (most > overlap - 0.2 or overlap == 0)


def test_what_finds_no_room_is_left_out():
    crowded = load("scenes", n=100, glyphs=12, fewest=12, size=64)
    assert 3 <= (crowded.labels >= 0).sum(axis=1).min() and (crowded.labels >= 0).sum(axis=1).max() < 12


def test_no_font_of_the_test_is_seen_in_training(small):
    held_out = {fonts.FONTS.index(font) for font in fonts.HELD_OUT}
    assert set(np.unique(small.test.font)) - {-1} == held_out
    assert not (set(np.unique(small.train.font)) | set(np.unique(small.same_fonts.font))) & held_out


def test_options_reach_the_glyphs():
    merged = load("scenes", n=60, alphabet="Cc1lx", look_alikes="merge", size=40)
    assert merged.classes == ["Cc", "1l", "x"] and merged.labels.max() == 2 and merged.x.shape == (100, 1, 40, 40)
    assert load("scenes", n=60, alphabet="Cc1lx", without="1").classes == ["C", "c", "x"]
    again, other = load("scenes", n=60), load("scenes", n=60, seed=1)
    assert np.array_equal(again.x, load("scenes", n=60).x) and not np.array_equal(again.x, other.x)


@pytest.mark.parametrize(("name", "values", "limits"), [
    ("n", (4, 10.0, "10"), "at least 5"), ("size", (20, 64.0), "at least 28"), ("fewest", (4, -1, 1.0), "0 to 3"),
    ("glyphs", (0, 2.0, None), "at least 1"), ("overlap", (2, -1, "much", float("nan")), "at least 0, at most 1"),
    ("clutter", (-1, 0.5), "at least 0")])
def test_bad_options(name, values, limits):
    for value in values:
        with pytest.raises(DataError, match=f"scenes expected {name} to be a .*number, {limits}, got {value!r}"):
            load("scenes", **{name: value})
