"""The reader of digits: its script against dlcourse, what its pad makes of drawings, and its values in Python."""

import json
import os
import subprocess

import numpy as np
import pytest
import traitlets
from clone import ROOT
from site_tools import course_math

import dlcourse
from dlcourse import data
from dlcourse.explain import grad_cam
from dlcourse.figures import read_digit
from dlcourse.figures.read_digit import CELLS, ReadDigit, drawn, enlarged, frame, prepared
from dlcourse.studies import digit_drawings, digit_reader, read

pytestmark = pytest.mark.usefixtures("float64")

# Ten digits as somebody draws them on the pad, each in one or two strokes.
DRAWN = {
    0: [[[0.5, 0.15], [0.36, 0.22], [0.3, 0.5], [0.36, 0.78], [0.5, 0.85], [0.64, 0.78], [0.7, 0.5], [0.64, 0.22],
         [0.5, 0.15]]],
    1: [[[0.4, 0.3], [0.55, 0.15], [0.55, 0.85]]],
    2: [[[0.3, 0.3], [0.4, 0.17], [0.58, 0.16], [0.66, 0.3], [0.58, 0.5], [0.3, 0.84], [0.7, 0.84]]],
    3: [[[0.3, 0.2], [0.45, 0.12], [0.62, 0.16], [0.66, 0.3], [0.55, 0.44], [0.42, 0.47], [0.6, 0.52], [0.7, 0.66],
         [0.6, 0.84], [0.4, 0.86], [0.27, 0.76]]],
    4: [[[0.45, 0.15], [0.28, 0.55], [0.7, 0.55]], [[0.6, 0.38], [0.55, 0.85]]],
    5: [[[0.66, 0.16], [0.36, 0.16], [0.33, 0.46], [0.52, 0.42], [0.67, 0.55], [0.64, 0.76], [0.48, 0.86], [0.3, 0.8]]],
    6: [[[0.6, 0.15], [0.42, 0.32], [0.33, 0.6], [0.38, 0.82], [0.55, 0.86], [0.67, 0.72], [0.6, 0.57], [0.45, 0.57],
         [0.35, 0.68]]],
    7: [[[0.3, 0.17], [0.68, 0.17], [0.45, 0.85]], [[0.36, 0.5], [0.66, 0.5]]],
    8: [[[0.62, 0.22], [0.48, 0.14], [0.35, 0.25], [0.42, 0.42], [0.6, 0.56], [0.65, 0.74], [0.5, 0.86], [0.34, 0.75],
         [0.4, 0.56], [0.58, 0.42], [0.64, 0.28], [0.62, 0.22]]],
    9: [[[0.64, 0.25], [0.5, 0.14], [0.36, 0.25], [0.37, 0.44], [0.52, 0.5], [0.64, 0.4], [0.64, 0.25], [0.62, 0.6],
         [0.55, 0.85]]],
}  # fmt: skip
FIGURES = [
    ReadDigit(example=0), ReadDigit(example=17, centered=False), ReadDigit(example=-1),
    ReadDigit(example=40, size=0.53, across=0.21, down=-0.17),
    ReadDigit(example=795, size=0.53, across=0.21, down=-0.17, centered=False),
    *(ReadDigit(example=-1, strokes=strokes, pen=0.07) for strokes in DRAWN.values()),
    ReadDigit(example=-1, strokes=[[[0.2, 0.3]]], pen=0.2),
    ReadDigit(example=-1, strokes=[[[0.1, 0.5], [0.9, 0.52]]], size=0.8),  # a dash, which is heightened
    ReadDigit(example=-1, strokes=[[[0.5, 0.05], [0.5, 0.95], [0.5, 0.95]]], down=0.3),  # a bar, cut off below
]  # fmt: skip


@pytest.fixture(scope="module")
def held_out():
    return data.load("digits").test


def numbers_of(figure):
    """All that the page computes from a figure's values."""
    ink = figure.bitmap()
    where, (row, distance) = frame(ink, figure.centered), figure.nearest()
    model, x = figure.model(), figure.picture()[None, None] / 16
    maps = []
    for layer in range(1, 5):
        figure.layer = layer
        maps.append(figure.maps().ravel().tolist())
    figure.layer = 1
    last = model.features[read_digit.LAYERS[-1]]
    heats = [grad_cam(model, last, x, np.array([k])).ravel().tolist() for k in range(10)]
    names = ("strokes", "pen", "example", "size", "across", "down", "centered")
    return {
        "setting": {name: getattr(figure, name) for name in names}, "ink": np.flatnonzero(ink).tolist(),
        "where": list(where), "bits": np.flatnonzero(read_digit.sampled(ink, where)).tolist(),
        "counts": figure.picture().ravel().tolist(), "maps": maps, "heats": heats,
        "probabilities": figure.probabilities().tolist(), "row": row, "distance": distance,
    }  # fmt: skip


def test_the_script_computes_what_the_package_does(tmp_path):
    path, (unsure, far) = tmp_path / "numbers.json", digit_drawings.limits()
    row = next(row for row in read("digit_doubt") if float(row["level"]) == unsure)
    below, wrong, above = (int(row[name]) for name in ("below", "wrong_below", "wrong_above"))
    limits = [unsure, far, below, wrong, 3 * len(data.load("digits").validation)]
    assert wrong + above < limits[-1] / 20
    state = {name: value for name, value in ReadDigit().state().items() if name != "tries"}
    wanted = {"figures": [numbers_of(figure) for figure in FIGURES], "limits": limits, "begun": state,
              "file": str(ROOT / "dlcourse" / "figures" / ReadDigit.numbers)}  # fmt: skip
    path.write_text(json.dumps({"read_digit": wanted}))
    test = ROOT / "tests" / "figures" / "read_digit.test.mjs"
    command = [str(course_math.node_program()), "--test", "--test-reporter=tap", str(test)]
    done = subprocess.run(command, env=os.environ | {"FIGURE_NUMBERS": str(path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0" in done.stdout and "\n# pass 0" not in done.stdout


# ------------------------------------------------------------------------------------------------ the numbers


def test_the_file_holds_the_studied_network_and_the_digits(tmp_path, monkeypatch, held_out):
    stored = ReadDigit.stored_numbers()
    assert len(stored) == 4 * (17_754 + 2 * 96) + 65 * 1797 <= 200_000
    monkeypatch.setattr(read_digit, "HERE", tmp_path)
    read_digit.write_numbers(digit_reader.network())
    assert (tmp_path / ReadDigit.numbers).read_bytes() == stored
    x = held_out.images[:50, None]
    assert np.array_equal(ReadDigit().model()(dlcourse.Tensor(x)).data, digit_reader.network()(dlcourse.Tensor(x)).data)


# ------------------------------------------------------------------------------------------------ the preparation


def test_training_digits_fill_all_rows_and_about_twenty_columns_of_32():
    """What the preparation imitates, measured: the height is always full, the width mostly 16 to 22 points."""
    pictures = digit_drawings.counts_of(data.load("digits").train.x)
    assert (pictures[:, [0, 7]].max(axis=2) > 0).all()
    columns = [np.flatnonzero(enlarged(picture).any(axis=0)) for picture in pictures]
    widths = np.array([found[-1] - found[0] + 1 for found in columns]) / CELLS * 32
    assert 18.5 < np.median(widths) < 21.5
    limits = read_digit.NARROW, read_digit.WIDE
    assert np.quantile(widths, [0.05, 0.95]) == pytest.approx(limits, abs=1)
    centers = np.array([found[-1] + found[0] + 1 for found in columns]) / 2 / CELLS
    assert abs(np.median(centers) - 0.5) < 0.03


def test_an_enlarged_digit_keeps_its_ink(held_out):
    for picture in digit_drawings.counts_of(held_out.x[:100]):
        ink = enlarged(picture)
        assert 0 <= ink.sum() - 16 * picture.sum() < 40  # cells that tie at the level
        off = prepared(ink, centered=False) - picture
        assert np.abs(off).mean() < 2 and abs(off.sum()) < 16  # of a whole that is about 310
    assert not enlarged(np.zeros((8, 8))).any()


def test_wherever_and_however_large_a_drawing_is_centering_makes_the_same_picture():
    ink = drawn(DRAWN[3], 0.1)
    wanted = prepared(ink)
    for size, across, down in [(1, 0.2, 0.1), (1, -0.2, -0.06), (0.5, 0, 0), (0.7, 0.3, -0.1)]:
        got = prepared(read_digit.moved(ink, size, across, down))
        assert np.abs(got - wanted).mean() < 0.7 * (1.2 if size < 1 else 0.6)
        assert np.abs(prepared(read_digit.moved(ink, size, across, down), False) - wanted).mean() > 2


def test_blocks_are_counted_and_the_box_is_scaled_as_it_should_be():
    assert read_digit.counted(np.ones((32, 32), bool)).tolist() == [[16] * 8] * 8
    ink = np.zeros((CELLS, CELLS), bool)
    ink[20:52, 40:60] = True  # 32 high, 20 wide: nothing is stretched
    assert frame(ink) == (34, 20, 32, 32) and read_digit.sampled(ink, frame(ink)).sum() == 32 * 20
    ink[20:52, 44:60] = False  # 4 wide: as if it were 10 wide
    assert frame(ink) == (34, 20, 16, 32)
    ink[20:52, 30:70] = True  # 40 wide: as if it were 22 wide
    assert frame(ink)[2:] == (pytest.approx(40 / 22 * 32), 32)
    dash = np.zeros((CELLS, CELLS), bool)
    dash[60:64, 10:110] = True
    left, top, width, height = frame(dash)
    assert (width, height) == pytest.approx((100 / 22 * 32, 50 / 22 * 32))
    assert (left + width / 2, top + height / 2) == pytest.approx((60, 62))
    assert frame(np.zeros_like(ink)) == (0, 0, CELLS, CELLS) == frame(ink, centered=False)


# ------------------------------------------------------------------------------------------------ what it reads


def test_it_reads_digits_that_are_drawn():
    """Ten drawings that the network never saw: it reads at least eight, and all ten are near some training digit."""
    figures = {digit: ReadDigit(example=-1, strokes=strokes) for digit, strokes in DRAWN.items()}
    read = {digit: int(figure.probabilities().argmax()) for digit, figure in figures.items()}
    assert sum(digit == answer for digit, answer in read.items()) >= 8, read
    _, far = digit_drawings.limits()
    near = {digit: figure.nearest()[1] < far for digit, figure in figures.items()}
    assert sum(near.values()) >= 8, near


def test_it_reads_held_out_after_its_own_preparation(held_out):
    pictures = digit_drawings.on_pad(digit_drawings.counts_of(held_out.x))
    digits, _ = digit_drawings.answers(ReadDigit().model(), pictures)
    assert np.mean(digits == held_out.y) >= 0.95


def test_to_try_without_centering_a_shift_is_forgiven_and_a_smaller_size_is_not(held_out):
    model, pictures = ReadDigit().model(), digit_drawings.counts_of(held_out.x[:200])

    def right(centered, size=1, across=0):
        digits, _ = digit_drawings.answers(model, digit_drawings.on_pad(pictures, centered, (size, across, 0)))
        return np.mean(digits == held_out.y[:200])

    assert right(True) > 0.93 and right(False, across=0.1) > 0.9
    assert right(False, across=0.3) < right(False, across=0.1) - 0.1
    assert right(False, size=0.6) < 0.5 and right(True, size=0.6) > 0.93


def test_to_try_a_thinner_pen_leaves_less_ink_in_the_counts():
    for strokes in DRAWN.values():
        thin, thick = (ReadDigit(example=-1, strokes=strokes, pen=pen).picture() for pen in (0.05, 0.1))
        assert thin.sum() < 0.8 * thick.sum()


def test_to_try_a_scribble_can_get_an_answer_without_doubt():
    """What the caption says, as a share of 100 scribbles: some pass both signs, and most do not."""
    unsure, far = digit_drawings.limits()
    pictures = digit_drawings.scribbles(100, seed=7)
    _, probability = digit_drawings.answers(ReadDigit().model(), pictures)
    known = digit_drawings.counts_of(data.load("digits").train.x)
    passed = (probability >= unsure) & (digit_drawings.distances(pictures, known) <= far)
    assert 0 < passed.mean() < 0.5


# ------------------------------------------------------------------------------------------------ its values


def test_its_values_change_what_is_read():
    figure = ReadDigit(example=-1, strokes=DRAWN[7])
    assert figure.bitmap().any() and figure.nearest()[1] > 0
    assert ReadDigit(example=-1).picture().sum() == 0
    assert np.array_equal(figure.picture(), prepared(drawn(DRAWN[7], figure.pen)))
    figure.set_state({"strokes": DRAWN[1], "example": -1, "pen": 0.05})  # from a page
    assert np.array_equal(figure.picture(), prepared(drawn(DRAWN[1], 0.05)))
    assert figure.probabilities().sum() == pytest.approx(1) and figure.maps().shape == (16, 8, 8)
    figure.layer = 4
    assert figure.maps().shape == (32, 4, 4) and figure.maps().min() == 0


@pytest.mark.parametrize(
    "values",
    [{"strokes": [1, 2]}, {"strokes": [[]]}, {"strokes": [[[0.1]]]}, {"strokes": [[[0.1, float("nan")]]]},
     {"strokes": "3"}, {"example": 797}, {"example": -2}, {"pen": 0}, {"size": 0}, {"layer": 5}, {"target": "10"}],
)  # fmt: skip
def test_what_cannot_be_is_refused(values):
    with pytest.raises(traitlets.TraitError):
        ReadDigit(**values)
