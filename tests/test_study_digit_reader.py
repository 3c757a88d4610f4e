"""Why this file exists: the network of chapter 6 is stored, so how it was made and what it reads is tried again."""

import numpy as np
import pytest

import dlcourse
from dlcourse import Tensor, nn
from dlcourse.evaluate import accuracy, predict
from dlcourse.studies import digit_drawings, digit_reader
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read
from dlcourse.vision import VGG


def table(design, stage):
    return [row for row in read("digit_reader") if (row["design"], row["stage"]) == (design, stage)]


def test_the_table_is_whole():
    for design in digit_reader.CHOSEN:
        assert [float(row["rate"]) for row in table(design, "validation")] == digit_reader.RATES
        assert len(table(design, "test")) == 1
    assert len(read("digit_reader")) == 2 * (len(digit_reader.RATES) + 1)


@pytest.mark.parametrize("design", digit_reader.CHOSEN)
def test_the_rate_is_the_sweeps(design):
    assert digit_reader.best_rate(design) == digit_reader.CHOSEN[design]
    (row,) = table(design, "test")
    assert float(row["rate"]) == digit_reader.CHOSEN[design]
    read_right = [int(count) for count in row["read"].split()]
    assert len(read_right) == 5 and float(row["mean"]) == pytest.approx(np.mean(read_right) / 797, abs=1e-4)


@in_float64()
def test_moved_pictures_help():
    """What the chapter says: augmentation reads about one digit in a hundred more, with every seed."""
    (moved,), (plain,) = table("augmented", "test"), table("plain", "test")
    assert float(moved["mean"]) >= float(plain["mean"]) + 0.005 and float(moved["lowest"]) > float(plain["lowest"])
    assert float(moved["mean"]) >= 0.98 and float(plain["mean"]) >= 0.96


@in_float64()
@pytest.mark.parametrize("plain", [False, True])
def test_the_stored_network_reads_what_the_table_says(plain):
    network, (x, y) = digit_reader.network(plain), digit_reader.pictures("test")
    assert isinstance(network, VGG) and not network.training and network.classifier[2].weight.dtype == np.float64
    (row,) = table("plain" if plain else "augmented", "test")
    assert round(797 * accuracy(predict(network, x), y)) == pytest.approx(int(row["read"].split()[0]), abs=1)
    assert digit_reader.weights(plain).stat().st_size < 80_000
    x, y = digit_reader.pictures("train")
    assert accuracy(predict(network, x), y) > 0.995


def test_the_network_draws_nothing_from_the_default_generator():
    def drawn_after(act):
        dlcourse.manual_seed(0)
        act()
        return nn.Linear(2, 2).weight.data.tolist()

    assert drawn_after(digit_reader.network) == drawn_after(lambda: None)


@in_float64()
def test_a_training_made_again_reads_as_well():
    """The seed's own weights, but for the rounding of another processor, which hundreds of steps make visible."""
    x, y = digit_reader.pictures("validation")
    row = next(row for row in table("plain", "validation") if float(row["rate"]) == digit_reader.CHOSEN["plain"])
    again = accuracy(predict(digit_reader.train_network(digit_reader.SWEEP_SEEDS[0], "fit", plain=True), x), y)
    assert float(row["lowest"]) - 0.01 <= again <= float(row["highest"]) + 0.01


@in_float64()
def test_training_is_the_same_twice_and_sees_moved_pictures_unless_plain():
    first, second, plain = (digit_reader.train_network(0, "fit", epochs=1, plain=p) for p in (False, False, True))
    x = Tensor(digit_reader.pictures("fit")[0][:5])
    assert np.array_equal(first(x).data, second(x).data) and not np.allclose(first(x).data, plain(x).data)


# ------------------------------------------------------------------------------------------------ drawings


def drawings():
    return {row["drawings"]: {name: float(row[name] or "nan") for name in ("read", "not_sure", "far", "no_doubt")}
            for row in read("digit_drawings")}


def test_the_limits_are_those_of_the_rule():
    rows = {float(row["level"]): row for row in read("digit_doubt") if row["sign"] == "probability"}
    assert list(rows) == digit_drawings.LEVELS
    unsure, far = digit_drawings.limits()
    below = {level: (int(row["wrong_below"]), int(row["below"])) for level, row in rows.items()}
    assert below[unsure][0] >= 0.25 * below[unsure][1] > 0
    assert all(wrong < 0.25 * count for level, (wrong, count) in below.items() if level > unsure)
    assert 1.5 < far < 3


@in_float64()
def test_rows_of_drawings_made_again_agree():
    known = drawings()
    for name, pictures in [("scribbles", digit_drawings.scribbles(300)),
                           ("letters", digit_drawings.of_glyphs(digit_drawings.LETTERS, 300)[0])]:
        again = digit_drawings.drawing_row(name, pictures)
        for sign in ("not_sure", "far", "no_doubt"):
            assert again[sign] == pytest.approx(known[name][sign], abs=0.01), (name, sign)


def test_the_figure_reads_digits_after_its_own_preparation_and_centering_matters():
    rows = drawings()
    for where in ("test digits, centered", "test digits in a corner, centered"):
        assert rows[where]["read"] >= 0.95
    assert rows["test digits, whole pad"]["read"] >= 0.95
    assert rows["test digits in a corner, whole pad"]["read"] < 0.5


def test_doubt_catches_many_scribbles_and_not_all():
    rows = drawings()
    assert rows["test digits, centered"]["no_doubt"] > 0.85
    for name in ("letters", "scribbles"):
        assert 0.01 < rows[name]["no_doubt"] < 0.5  # some pass both signs, as the figure says
