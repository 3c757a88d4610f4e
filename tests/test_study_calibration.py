"""Why this file exists: chapter 6 judges a network's probabilities by this study."""

import numpy as np
import pytest

from dlcourse.studies import calibration as study
from dlcourse.studies.table import read


def test_the_table_is_whole():
    rows = {(row["reader"], row["pictures"], row["scaled"]) for row in read("calibration")}
    assert len(rows) == len(read("calibration")) == 4 * len(study.READERS)


def test_a_row_made_again_agrees():
    again = study.results("200 rows", seed=0)
    for name in ("as they are", "rolled"):
        stored = study.stored("200 rows", name)
        assert again[name, "no"]["accuracy"] == pytest.approx(stored["accuracy"], abs=0.06)
        assert stored["min_error"] - 0.02 <= again[name, "no"]["error"] <= stored["max_error"] + 0.02


def test_a_temperature_changes_no_answer():
    for reader in study.READERS:
        for name in ("as they are", "rolled"):
            plain, scaled = (study.stored(reader, name, said) for said in ("no", "yes"))
            assert plain["accuracy"] == scaled["accuracy"] and plain["temperature"] == 1


def test_of_all_temperatures_the_true_one_is_found():
    """Planted: labels drawn from the probabilities of logits / 2.5."""
    rng = np.random.default_rng(0)
    logits = 4 * rng.standard_normal((20_000, 5))
    noise = rng.gumbel(size=logits.shape)  # the largest of logits + noise is a draw from their softmax
    assert study.best_temperature(logits, (logits / 2.5 + noise).argmax(axis=1)) == pytest.approx(2.5, rel=0.08)


def test_pictures_are_rolled_in_four_directions():
    x = np.zeros((4, 1, 8, 8))
    x[:, 0, 3, 3] = 1
    assert [tuple(np.argwhere(picture[0])[0]) for picture in study.rolled(x)] == [(3, 4), (3, 2), (4, 3), (2, 3)]
