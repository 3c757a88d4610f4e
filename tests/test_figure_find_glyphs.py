"""Find the glyphs: its script against the package, its file against the study, its values, what to try."""

import base64
import gzip

import numpy as np
import pytest
import traitlets
from test_figure_gates import begun, run_script
from test_figure_read_digit import DRAWN

from dlcourse import data, nn, no_grad
from dlcourse.apps.boxes import Found, hits, iou, suppress
from dlcourse.apps.detection import SceneReader, decode, read_scenes
from dlcourse.figures import find_glyphs
from dlcourse.figures.find_glyphs import OVERLAP, SCENES, FindGlyphs, inked, packed, palette, unpacked
from dlcourse.tensor import Tensor

pytestmark = pytest.mark.usefixtures("float64")

SEVEN = [[[0.3, 0.3], [0.55, 0.3], [0.4, 0.7]]]
VALUES = [
    {}, {"scene": 2, "threshold": 0.05}, {"scene": 6, "suppression": False, "threshold": 0.3}, {"scene": 0},
    {"scene": 0, "glyphs": [[7, 10, 20], [3, 40, 40], [3, 63, 0]], "threshold": 0.2},
    {"scene": 1, "glyphs": [[0, 30, 30], [8, 34, 37]], "threshold": 0.1},
    {"scene": 0, "strokes": SEVEN, "threshold": 0.1}, {"scene": 5, "strokes": [[[0.1, 0.9]]], "glyphs": [[9, 0, 63]]},
]  # fmt: skip


def rows_of(found):
    """What was found, a row each: class, score, box."""
    return np.column_stack([found.labels, found.scores, found.boxes]).tolist()


def numbers_of(values):
    figure = FindGlyphs(**values)
    (grid, mask), true, right = figure.outputs(), figure.truth(), figure.right()
    return {"values": values, "picture": figure.picture().ravel().tolist(), "grid": grid.ravel().tolist(),
            "truth": None if true is None else np.column_stack([true.labels, true.boxes]).tolist(),
            "mask": mask.ravel().tolist(), "found": rows_of(figure.found()),
            "right": None if right is None else right.tolist()}  # fmt: skip


def text(content):
    return base64.b64encode(content).decode()


def random_network(tmp_path, monkeypatch):
    """What the script is to compute with random weights: its file, and the answers to a picture."""
    rng = np.random.default_rng(3)
    model, arrays = SceneReader(rng=rng), {}
    for name, array in model.state_dict().items():  # norms that do something, and numbers that half precision holds
        noise = rng.uniform(0.5, 1.5, array.shape) if "var" in name else 0.05 * rng.standard_normal(array.shape)
        drawn = (noise if "var" in name else array + noise).astype(np.float16).astype(float)
        arrays[name] = array if "batches" in name else drawn
    model.load_state_dict(arrays)
    x, scenes = rng.random((1, 1, 64, 64)), data.load("scenes", n=30).test
    monkeypatch.setattr(find_glyphs, "HERE", tmp_path)
    find_glyphs.write_numbers(model, scenes)
    with no_grad():
        grid, pixels = (out.data for out in model.eval()(Tensor(x)))
    return {"data": text((tmp_path / FindGlyphs.numbers).read_bytes()), "picture": x.ravel().tolist(),
            "grid": grid.ravel().tolist(), "pixels": pixels.ravel().tolist(),
            "boxes": rows_of(decode(grid, 0.001, OVERLAP)[0])}  # fmt: skip


def single_layers():
    """Some layers alone, with what they make of random maps."""
    found, rng = [], np.random.default_rng(5)
    for inputs, outputs, size, stride, side in [(2, 3, 3, 1, 6), (3, 2, 3, 2, 8), (2, 2, 1, 1, 4), (3, 2, 2, 2, 5)]:
        kind = "doubled" if size == 2 else "convolution"
        layer = (nn.ConvTranspose2d if size == 2 else nn.Conv2d)(inputs, outputs, size, stride,
                                                                 padding=size // 2 if size != 2 else 0, rng=rng)
        x = rng.standard_normal((1, inputs, side, side))
        with no_grad():
            y = layer(Tensor(x)).data
        found.append({"kind": kind, "inputs": inputs, "outputs": outputs, "size": size, "stride": stride, "side": side,
                      "kernel": layer.weight.data.ravel().tolist(), "bias": layer.bias.data.tolist(),
                      "x": x.ravel().tolist(), "y": y.ravel().tolist()})  # fmt: skip
    return found


def random_boxes(seed):
    """Boxes with classes and scores beside true ones, and what the package does with them."""
    rng = np.random.default_rng(seed)

    def boxes(n):
        corner, sides = rng.uniform(0, 40, (n, 2)), rng.uniform(4, 24, (n, 2))
        return np.concatenate([corner, corner + sides], axis=1)

    true, labels = boxes(8), rng.integers(2, size=8)
    near = np.concatenate([true + rng.uniform(-2, 2, true.shape), true + rng.uniform(-4, 4, true.shape), boxes(4)])
    found = Found(near, np.concatenate([labels, labels, rng.integers(2, size=4)]), rng.integers(1, 9, len(near)) / 10)
    order, right = np.argsort(-found.scores, kind="stable"), np.zeros(len(found), bool)
    for label in range(2):
        own = found.labels == label
        right[own] = hits(found[own], true[labels == label])
    return {"found": rows_of(found), "truth": np.column_stack([labels, true]).tolist(),
            "kept": suppress(found.boxes, found.scores, OVERLAP).tolist(), "right": right[order].tolist(),
            "overlaps": iou(found.boxes, found.boxes).tolist()}  # fmt: skip


def test_the_script_computes_what_the_package_does(tmp_path, monkeypatch):
    boxes = [random_boxes(seed) for seed in range(5)]
    assert any(any(one["right"]) and len(one["kept"]) < len(one["found"]) for one in boxes)
    wanted = {"begun": begun(FindGlyphs()), "data": text(FindGlyphs.stored_numbers()), "layers": single_layers(),
              "figures": [numbers_of(values) for values in VALUES], "boxes": boxes,
              "random": random_network(tmp_path, monkeypatch)}  # fmt: skip
    run_script("find_glyphs", wanted, tmp_path)


# ------------------------------------------------------------------------------------------------ the file


@pytest.fixture(scope="module")
def study():
    """The study's network, and its test scenes."""
    from dlcourse.studies import scene_reader

    return scene_reader.network(), scene_reader.scenes("test")


def test_the_file_is_what_the_study_makes(study, tmp_path, monkeypatch):
    monkeypatch.setattr(find_glyphs, "HERE", tmp_path)
    find_glyphs.write_numbers(*study)
    written = FindGlyphs.stored_numbers()
    assert (tmp_path / FindGlyphs.numbers).read_bytes() == written
    assert len(gzip.compress(written, 9)) <= 130 * 1024


def test_the_network_and_its_scenes_are_those_of_the_study(study):
    """Sixteen gray values change no count at the threshold of 0.5, and no pixel's class in 99 of 100."""
    network, scenes = study
    grid, mask = read_scenes(network, scenes.x[:SCENES])
    for k, whole in enumerate(decode(grid, 0.5)):
        figure = FindGlyphs(scene=k + 1)
        assert np.abs(figure.picture() - scenes.x[k, 0]).max() <= 0.5 / 15 + 1e-6
        assert figure.truth().labels.tolist() == scenes.labels[k][scenes.labels[k] >= 0].tolist()
        assert sorted(figure.found().labels.tolist()) == sorted(whole.labels.tolist())
        assert np.mean(figure.outputs()[1] == mask[k]) > 0.99
        same, _ = read_scenes(network, figure.picture()[None, None])
        assert np.array_equal(same[0], figure.outputs()[0])


def test_nothing_on_it_was_met_in_training(study):
    scenes = study[1]
    held_out = {scenes.fonts.index(font) for font in data.fonts.HELD_OUT}
    assert set(scenes.font[:SCENES].ravel().tolist()) - {-1} <= held_out
    assert find_glyphs.FONT in data.fonts.HELD_OUT


def test_two_pixels_are_packed_into_a_byte():
    pictures = np.random.default_rng(0).random((2, 4, 4))
    assert np.array_equal(unpacked(packed(pictures)), np.rint(15 * pictures).ravel()) and len(packed(pictures)) == 16
    assert palette().shape == (10, 28, 28) and (palette().max(axis=(1, 2)) > 0.9).all()


# ------------------------------------------------------------------------------------------------ its values


def test_a_digit_is_put_where_it_is_wanted_and_stays_inside():
    figure = FindGlyphs(scene=0, glyphs=[[8, 20, 40], [1, 0, 0], [0, 63, 63]])
    boxes, picture = figure.truth().boxes, figure.picture()
    assert np.abs((boxes[0, 1::2].mean(), boxes[0, ::2].mean()) - np.array([20, 40])).max() <= 0.5
    assert boxes[1, :2].tolist() == [0, 0] and boxes[2, 2:].tolist() == [64, 64]
    for left, top, right, bottom in boxes.astype(int):
        inside = picture[top:bottom, left:right] > 0.4
        assert inside.any(axis=0).all() and inside.any(axis=1).all()


def test_a_stroke_has_the_width_of_the_pen_and_hides_the_truth():
    ink = inked([[[0.25, 0.5], [0.75, 0.5]]])
    assert ink[:, 32].sum() == pytest.approx(find_glyphs.PEN) and ink[:, 5].sum() == 0
    figure = FindGlyphs(strokes=SEVEN)
    assert figure.truth() is None and figure.right() is None and len(figure.found())
    assert inked([]).sum() == 0 and FindGlyphs(scene=0).picture().sum() == 0


def test_it_finds_its_own_digits_wherever_they_are_put():
    """Nine places for each digit: at least 85 of the 90 are found at a threshold of 0.5, with the right class."""
    every = [FindGlyphs(scene=0, glyphs=[[digit, row, column]]).right()
             for digit in range(10) for row in (12, 33, 50) for column in (13, 31, 49)]
    assert sum(right.any() for right in every) >= 85


def test_it_finds_digits_that_are_drawn():
    """Ten drawings, less than half as high as the scene: at least eight are found, and named right."""
    named = 0
    for digit, strokes in DRAWN.items():
        small = [[[0.5 + 0.45 * (value - 0.5) for value in point] for point in stroke] for stroke in strokes]
        named += FindGlyphs(scene=0, strokes=small, threshold=0.3).found().labels.tolist() == [digit]
    assert named >= 8


@pytest.mark.parametrize(
    ("values", "words"),
    [({"scene": 7}, "scene"), ({"threshold": 0.0}, "threshold"), ({"layer": "heat"}, "layer"), ({"tool": "x"}, "tool"),
     ({"row": 64}, "row"), ({"column": -1}, "column"), ({"glyphs": [[1, 2]]}, "glyphs expected lists"),
     ({"glyphs": [[10, 2, 2]]}, "glyphs expected lists"), ({"glyphs": [3]}, "glyphs expected lists"),
     ({"glyphs": [[1, 2.5, 3]]}, "glyphs expected lists"), ({"strokes": [[]]}, "strokes expected lists")],
)  # fmt: skip
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(traitlets.TraitError, match=words):
        FindGlyphs(**values)


# ------------------------------------------------------------------------------------------------ what to try


def counts(threshold, scenes=range(1, SCENES + 1)):
    """How many are right, false alarms, and missed in each of these scenes: (scenes, 3)."""
    figures = [FindGlyphs(scene=k, threshold=threshold) for k in scenes]
    rights = [(figure.right(), len(figure.truth())) for figure in figures]
    return np.array([[right.sum(), (~right).sum(), there - right.sum()] for right, there in rights])


def test_the_first_thing_to_try_is_true():
    """A very low threshold takes scraps for digits, and finds a digit that was missed."""
    low, middle = counts(0.05), counts(0.5)
    assert low[:, 1].sum() > middle[:, 1].sum() and low[:, 0].sum() > middle[:, 0].sum()


def test_the_second_thing_to_try_is_true():
    """A very high threshold loses digits, and of what is left all are right: precision stays, recall falls."""
    high, middle = counts(0.85), counts(0.5)
    assert high[:, 0].sum() < middle[:, 0].sum() and high[:, 1].sum() == 0 and high[:, 0].sum() > 0


def test_the_third_thing_to_try_is_true():
    """There is a threshold without a mistake in three scenes in a row, and none for all six."""
    mistakes = [counts(threshold)[:, 1:].sum(axis=1) for threshold in np.arange(5, 96, 5) / 100]
    assert any((some[k : k + 3] == 0).all() for some in mistakes for k in range(SCENES - 2))
    assert all(some.sum() > 0 for some in mistakes)


def test_the_fourth_thing_to_try_is_true():
    """Without suppression a digit gets several boxes; of two digits half over each other at most one is found."""
    for k in range(1, SCENES + 1):
        many, few = (FindGlyphs(scene=k, suppression=on, threshold=0.4).found() for on in (False, True))
        assert len(many) >= len(few)
    many = [len(FindGlyphs(scene=k, suppression=False).found()) for k in range(1, SCENES + 1)]
    assert sum(many) >= 2 * counts(0.5)[:, 0].sum()
    right = [FindGlyphs(scene=0, glyphs=[[a, 32, 28], [b, 32, 34]]).right().sum() for a, b in [(3, 5), (8, 2), (6, 9)]]
    assert max(right) < 2 and len(FindGlyphs().tries) == 4
