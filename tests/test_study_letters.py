"""Why this file exists: all of chapter 8 starts from these three networks, and they must never have seen a digit."""

import numpy as np
import pytest

from dlcourse.data.fonts import ALPHABETS
from dlcourse.evaluate import accuracy, predict
from dlcourse.studies import letters as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read


def test_the_table_and_the_weights_are_whole():
    assert [int(row["seed"]) for row in read("letters")] == list(study.SEEDS)
    for row in read("letters"):
        model = study.pretrained(int(row["seed"]))
        assert model.head.out_features == int(row["classes"]) and not model.training
    first, second = (study.pretrained(seed).head.weight.data for seed in (0, 1))
    assert not np.allclose(first, second)
    assert study.WEIGHTS.stat().st_size < 1e6


@pytest.mark.parametrize("seed", study.SEEDS)
@in_float64()
def test_the_stored_networks_read_as_the_table_says(seed):
    (row,) = [row for row in read("letters") if row["seed"] == str(seed)]
    pictures = study.letters(seed, n=3000).test  # other pictures in the fonts held out, and fewer
    found = accuracy(predict(study.pretrained(seed), study.shrunk(pictures.x)), pictures.y)
    assert found == pytest.approx(float(row["held_out_fonts"]), abs=0.05)  # about three standard errors


def test_a_short_training_learns():
    pictures = study.letters(0, n=1500)
    x, y = study.shrunk(pictures.train.x), pictures.train.y
    model = study.train_reader(x, y, seed=0, epochs=2)
    assert accuracy(predict(model, x), y) > 0.25  # of 88 classes


def test_no_digit_was_seen():
    pictures = study.letters(0, n=100)
    assert not set(pictures.characters) & set(ALPHABETS["digits"])
    assert not set(study.letters(0, n=100, without="digits").characters) & set("OoIlSsZzB")


def test_shrinking_averages_blocks():
    picture = np.arange(784.0).reshape(1, 1, 28, 28)
    small = study.shrunk(picture)
    assert small.shape == (1, 1, 14, 14)
    assert small[0, 0, 3, 5] == pytest.approx(picture[0, 0, 6:8, 10:12].mean(), rel=1e-12)


def test_draws_hold_k_of_each_and_grow():
    few, many = study.drawn(2, 0), study.drawn(5, 0)
    assert np.array_equal(np.bincount(few[1]), np.full(10, 2)) and few[0].shape == (20, 1, 14, 14)
    assert {picture.tobytes() for picture in few[0]} < {picture.tobytes() for picture in many[0]}
    assert not np.array_equal(few[0], study.drawn(2, 1)[0])
    test = {picture.tobytes() for picture in study.digits("test")[0]}
    assert not {picture.tobytes() for picture in many[0]} & test
