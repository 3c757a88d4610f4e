"""Why this file exists: pictures that are made up must be what the card says, equal everywhere, and never leak."""

import hashlib
import os
import subprocess
import sys
import time

import numpy as np
import pytest
from engine_tools import engine_state, float64  # noqa: F401
from scipy import ndimage
from torch.utils.data import DataLoader

from dlcourse import functional as F
from dlcourse import nn, optim
from dlcourse.data import DataError, augment, fonts, glyphs, load, scenes  # noqa: F401  (registered by being imported)
from dlcourse.data.flow import Prefetched
from dlcourse.data.glyphs import SIZE, GlyphStream, Painter
from dlcourse.train import fit

# Of pictures as unsigned bytes, at the pinned versions of NumPy and Pillow; another Pillow may draw fonts otherwise.
HASHES = {"glyphs": "d4d0706c95f1268f", "scenes": "32ff92c08d5ca5f2", "augmented": "c6ed17e4fcabf49f"}
OTHER_PROCESSOR = {"OPENBLAS_CORETYPE": "Haswell", "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"}


def as_bytes(x):
    """Gray values rounded to 8 bits."""
    return np.rint(x * 255).astype(np.uint8)


def hashes():
    """Of all that is drawn at random: glyphs of every script, scenes with what belongs to them, augmentation."""
    few, scene = load("glyphs", alphabet="018AQgΔξЖщ", n=300), load("scenes", n=30)
    steps = augment.Compose(augment.Affine(), augment.Elastic(), augment.Shift(), augment.Crop(), augment.Flip(),
                            augment.Contrast(), augment.Noise(), augment.Erase())
    arrays = {
        "glyphs": [as_bytes(few.x), few.y, few.font],
        "scenes": [as_bytes(scene.x), scene.labels, scene.boxes.astype(np.int64), scene.mask],
        "augmented": [as_bytes(steps(few.x, np.random.default_rng(0)))],
    }
    return {name: hashlib.sha256(b"".join(map(np.ndarray.tobytes, some))).hexdigest()[:16]
            for name, some in arrays.items()}


def rows_as_texts(x):
    """Pictures as a set of bytes."""
    return {picture.tobytes() for picture in x}


@pytest.fixture(scope="module")
def digits():
    return load("glyphs", n=600)


def test_pictures_are_what_the_card_says(digits):
    assert digits.x.shape == (1000, 1, 28, 28) and digits.x.dtype == np.float32 and digits.y.dtype == np.int64
    assert (digits.x.min(), digits.x.max()) == (0, 1)
    assert np.array_equal(as_bytes(digits.x).astype(np.float32) / 255, digits.x)
    assert digits.classes == list("0123456789") and digits.fonts == list(fonts.FONTS)
    assert np.array_equal(digits.y, digits.character) and digits.pair == ("x", "y")
    assert {name: len(digits[rows]) for name, rows in digits.parts.items()} == {
        "fit": 480, "validation": 120, "train": 600, "test": 200, "same_fonts": 200}
    assert set(digits.parts) | {"script_train", "script_test"} == set(digits.card.parts)


def test_float64_holds_the_same_pictures(digits, float64):  # noqa: F811
    again = load("glyphs", n=600)
    assert again.x.dtype == np.float64 and np.array_equal(as_bytes(again.x), as_bytes(digits.x))


def test_a_seed_gives_the_same_and_another_seed_something_else(digits):
    again, other = load("glyphs", n=600), load("glyphs", n=600, seed=1)
    assert all(np.array_equal(again.fields[name], digits.fields[name]) for name in digits.fields)
    assert not rows_as_texts(other.x) & rows_as_texts(digits.x)


def test_pictures_are_the_same_on_every_machine():
    assert hashes() == HASHES


@pytest.mark.full
def test_pictures_are_the_same_on_other_processors():
    code = "import test_data_glyphs as t; print(t.hashes() == t.HASHES)"
    done = subprocess.run([sys.executable, "-c", code], cwd=os.path.dirname(__file__), capture_output=True, text=True,
                          env=os.environ | OTHER_PROCESSOR, check=True)
    assert done.stdout.strip() == "True"


def test_no_font_of_the_test_and_no_picture_is_in_another_part(digits):
    held_out = {fonts.FONTS.index(font) for font in fonts.HELD_OUT}
    assert set(digits.test.font) == held_out
    assert set(digits.train.font) == set(digits.same_fonts.font) == set(range(20)) - held_out
    parts = [rows_as_texts(getattr(digits, name).x) for name in ("fit", "validation", "test", "same_fonts")]
    assert sum(map(len, parts)) == len(set().union(*parts)) == len(digits)
    one = load("glyphs", n=30, fonts_held_out="cmr10")
    assert {one.fonts[i] for i in one.test.font} == {"cmr10"} and "cmr10" not in {one.fonts[i] for i in one.train.font}


def test_a_script_held_out_shows_nothing_that_was_seen():
    data = load("glyphs", alphabet="latin", n=1500, script_held_out="greek")
    seen = {data.characters[i] for part in (data.train, data.test, data.same_fonts) for i in part.character}
    new = {data.characters[i] for part in (data.script_train, data.script_test) for i in part.character}
    assert seen == set(fonts.ALPHABETS["latin"])
    assert new == set(fonts.ALPHABETS["greek"]) - set(fonts.with_look_alikes("".join(seen)))
    assert "Δ" in new and "Α" not in new  # a Greek capital alpha is a Latin A
    assert set(data.script_train.y).isdisjoint(data.train.y)
    held_out = {fonts.FONTS.index(font) for font in fonts.HELD_OUT}
    assert set(data.script_test.font) < held_out and not set(data.script_train.font) & held_out


def test_classes_and_fonts_come_equally_often():
    painter = Painter(fonts.ALPHABETS["digits"], fonts.FONTS, strength=0)
    _, character, font = painter.draw(np.random.default_rng(0), 4000)
    assert np.abs(np.bincount(character) - 400).max() < 80 and np.abs(np.bincount(font) - 200).max() < 60
    painter = Painter("aя", fonts.FONTS, strength=0)
    _, character, font = painter.draw(np.random.default_rng(0), 2000)
    assert abs(np.mean(character) - 0.5) < 0.05
    assert set(font[character == 1]) == set(range(15)) and set(font[character == 0]) == set(range(20))


def test_without_strength_a_picture_is_the_drawing():
    painter = Painter("8", ("cmr10",), strength=0)
    (first, second), _, _ = painter.draw(np.random.default_rng(0), 2)
    drawing = fonts.bank("8", ("cmr10",))[0][0, 0, 0].astype(float)
    assert np.array_equal(first, second)
    assert np.abs(first - drawing.reshape(28, 2, 28, 2).mean(axis=(1, 3))).max() <= 0.5


def test_every_distortion_leaves_its_trace():
    """On an upright bar: how dark it is, how far from straight, where it stands, and the grain around it."""
    painter, rng = Painter("I", ("DejaVuSans-Bold",)), np.random.default_rng(0)
    quiet, noisy = (painter.draw(rng, 200, noise=noise)[0].astype(float) for noise in (0, 0.05))
    darkest = quiet.max(axis=(1, 2))
    assert darkest.min() < 170 and darkest.max() > 250
    assert np.percentile(quiet[:, 0, 0], 90) == 0 and np.percentile(noisy[:, 0, 0], 90) > 2
    rows, columns = np.arange(10, 18), np.arange(28)
    bars = quiet[:, 10:18]
    middle = (bars * columns).sum(axis=2) / bars.sum(axis=2)
    lines = np.polyfit(rows, middle.T, 1)
    crooked = np.abs(middle.T - lines[0] * rows[:, None] - lines[1]).max(axis=0)
    assert np.median(crooked) > 0.15 and middle.mean(axis=1).std() > 1 and lines[0].std() > 0.15
    straight = Painter("I", ("DejaVuSans-Bold",), strength=0).draw(rng, 1)[0][0, 10:18]
    assert np.ptp((straight * columns).sum(axis=1) / straight.sum(axis=1)) < 0.01


def test_strokes_are_thickened_and_thinned(monkeypatch):
    """With all else turned off a picture lies between the boldest and the thinnest, on either side of the plain one."""
    off = {"DEGREES": 0, "SCALE": (1, 1), "ASPECT": 0, "SHEAR": 0, "SHIFT": 0, "BEND": 0, "PALEST": 1}
    for name, value in off.items():
        monkeypatch.setattr(glyphs, name, value)
    pictures = Painter("8", ("cmr10",)).draw(np.random.default_rng(0), 200, noise=0)[0].astype(float)
    drawings = fonts.bank("8", ("cmr10",))[0][0, 0].astype(float)
    plain, boldest, thinnest = drawings.reshape(3, 28, 2, 28, 2).mean(axis=(2, 4))
    assert (pictures <= boldest + 0.51).all() and (pictures >= thinnest - 0.51).all()
    ink = pictures.sum(axis=(1, 2)) / plain.sum()
    assert ink.min() < 0.65 and ink.max() > 1.3 and 70 < (ink > 1).sum() < 130


def test_parts_are_drawn_independently(digits):
    first = [getattr(digits, part).y[:100].tolist() for part in ("train", "test", "same_fonts")]
    assert first[0] != first[1] != first[2] != first[0]


def test_what_is_drawn_stays_readable():
    """None vanishes, and the tips of few are cut off: each holds a good part of its plain drawing's ink."""
    painter = Painter(fonts.ALPHABETS["all"], fonts.FONTS)
    pictures, character, font = painter.draw(np.random.default_rng(0), 3000, noise=0)
    ink = pictures.sum(axis=(1, 2)) / pictures.max(axis=(1, 2))
    plain = fonts.bank(fonts.ALPHABETS["all"], fonts.FONTS)[0][font, character, 0].sum(axis=(1, 2)) / 255 / 4
    assert (ink > 0.25 * plain).all() and (pictures.max(axis=(1, 2)) > 60).all()
    edge = np.concatenate([pictures[:, 0], pictures[:, -1], pictures[:, :, 0], pictures[:, :, -1]], axis=1)
    assert (edge.max(axis=1) > 128).mean() < 0.15


def test_look_alikes_are_merged_dropped_and_left_out():
    merged = load("glyphs", alphabet="latin", n=2000, look_alikes="merge")
    assert "Cc" in merged.classes and len(merged.classes) < len(merged.characters) == 52
    assert {merged.characters[i] for i in merged.character[merged.y == merged.classes.index("Cc")]} == {"C", "c"}
    dropped = load("glyphs", alphabet="latin", n=200, look_alikes="drop")
    assert "C" in dropped.classes and "c" not in dropped.classes
    assert not set("OolISsZzB") & set(load("glyphs", alphabet="latin", n=200, without="digits").classes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alphabet": "hebrew"}, "an alphabet is one of"),
        *[({"n": n}, f"glyphs expected n to be a whole number, at least 5, got {n!r}") for n in (4, 10.5, "10", None)],
        ({"look_alikes": "mix"}, "'keep', 'merge', 'drop', got 'mix'"),
        ({"without": "0123456789"}, "nothing of 'digits' is left"),
        ({"script_held_out": "3"}, "nothing of '3' is left"),
        ({"fonts_held_out": ("Arial",)}, "no font 'Arial'"),
        ({"fonts_held_out": 3}, "a list of names, got 3"),
        ({"fonts_held_out": ()}, "some of the 20 fonts and not all, got 0"),
        ({"fonts_held_out": fonts.FONTS}, "some of the 20 fonts and not all, got 20"),
        *[({"strength": strength}, f"strength to be a number, at least 0, at most 2, got {strength!r}")
          for strength in (-1, 2.1, "strong", float("nan"))],
        ({"alphabet": "greek", "fonts_held_out": "cmr10 cmb10".split()}, "none of the fonts cmr10, cmb10 has Α"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(DataError, match=message):
        load("glyphs", **({"n": 30} | options))


# ------------------------------------------------------------------------------------------- streams and batches


def test_a_stream_never_repeats_and_a_seed_decides_it():
    stream = GlyphStream("greek", batch_size=20, batches=2)
    epochs = [list(stream), list(stream)]
    assert len(stream) == len(epochs[0]) == 2 and stream.classes == list(fonts.ALPHABETS["greek"])
    pictures = [rows_as_texts(x) for epoch in epochs for x, _ in epoch]
    assert len(set().union(*pictures)) == 80
    assert all(x.shape == (20, 1, SIZE, SIZE) and y.shape == (20,) for epoch in epochs for x, y in epoch)
    assert np.array_equal(next(iter(GlyphStream("greek", batch_size=20)))[0], epochs[0][0][0])
    assert not np.array_equal(next(iter(GlyphStream("greek", batch_size=20, seed=1)))[0], epochs[0][0][0])
    assert not set(stream.painter.fonts) & set(fonts.HELD_OUT)
    assert GlyphStream("aA1l", look_alikes="merge", fonts="cmr10").classes == ["a", "A", "1l"]
    for options in ({"batch_size": 0}, {"batch_size": 1.5}, {"batches": "5"}, {"seed": -1}):
        name, value = next(iter(options.items()))
        with pytest.raises(DataError, match=f"GlyphStream expected {name} to be a whole number, .*got {value!r}"):
            GlyphStream(**options)


@pytest.mark.parametrize("ahead", [None, 1, 3])
def test_a_pass_that_ends_early_leaves_the_next_as_it_was(ahead):
    """However many batches were used, or prepared by then, the second pass is that of a stream that went through."""

    def second_pass(used):
        stream = GlyphStream("1", batch_size=2, batches=5)
        for k, _ in enumerate(stream if ahead is None else Prefetched(stream, ahead), start=1):
            if k == used:
                break
        return [x.tobytes() for x, _ in stream]

    assert second_pass(1) == second_pass(2) == second_pass(5)


def test_fit_learns_from_a_stream_and_resumes_in_the_middle(tmp_path):
    def training(epochs, checkpoint=None):
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10, rng=np.random.default_rng(0)))
        stream = GlyphStream(batch_size=32, batches=10)
        return fit(model, stream, F.cross_entropy, optim.Adam(model.parameters(), lr=3e-3), epochs=epochs,
                   progress=False, checkpoint=checkpoint)

    whole = training(4)
    assert whole["loss"][-1] < 0.8 * whole["loss"][0]
    training(2, tmp_path / "half.safetensors")
    assert training(4, tmp_path / "half.safetensors").steps == whole.steps


def test_pytorch_and_our_batches_take_it(digits):
    x, y = next(iter(DataLoader(digits.train, batch_size=8)))
    assert np.array_equal(x.numpy(), digits.x[:8]) and np.array_equal(y.numpy(), digits.y[:8])
    bent = digits.train.batches(8, shuffle=False, augment=augment.Elastic(), prefetch=2)
    x, y = next(iter(bent))
    assert x.shape == (8, 1, 28, 28) and np.array_equal(y, digits.y[:8]) and not np.array_equal(x, digits.x[:8])


def test_drawing_in_batches_is_much_faster_than_one_by_one():
    """Beside a loop that warps one drawing after the other by SciPy's map_coordinates, and leaves out all the rest."""
    drawing = fonts.bank("8", ("cmr10",))[0][0, 0, 0].astype(np.float32)
    painter, rng = Painter("8", ("cmr10",)), np.random.default_rng(0)
    grid = np.mgrid[:SIZE, :SIZE].astype(np.float32) * 2

    def one_by_one():
        for _ in range(128):
            bend = ndimage.zoom(rng.standard_normal((2, 5, 5), np.float32), (1, SIZE / 5, SIZE / 5), order=3)
            ndimage.map_coordinates(drawing, grid + bend, order=1)

    def seconds(work):
        times = []
        for _ in range(3):
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
        return min(times)

    assert 2 * seconds(lambda: painter.draw(rng, 128)) < seconds(one_by_one)
