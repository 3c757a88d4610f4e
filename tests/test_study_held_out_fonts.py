"""Why this file exists: chapter 6 says by this table how much data replaces an assumption, so a row is made again."""

import numpy as np
import pytest

from dlcourse.cost import count
from dlcourse.studies import held_out_fonts as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read


def test_the_table_is_whole_and_the_best_rate_was_used():
    rows = read("held_out_fonts")
    for name in study.NETWORKS:
        sweep = [row for row in rows if (row["network"], row["stage"]) == (name, "sweep")]
        assert [float(row["rate"]) for row in sweep] == study.RATES
        best = max(sweep, key=lambda row: (float(row["mean"]), -float(row["rate"])))["rate"]
        tested = [row for row in rows if (row["network"], row["stage"]) == (name, "test")]
        assert {row["rate"] for row in tested} == {best}
        assert [(int(row["pictures"]), row["judged_on"]) for row in tested] == [
            (n, judged) for n in study.PICTURES for judged in study.JUDGED]


@in_float64()
def test_the_budget_is_what_is_said():
    for name, make in study.NETWORKS.items():
        cost = count(make(np.random.default_rng(0)), np.zeros((1, 1, 16, 16)))
        row = study.row_of(name, 500)
        assert (cost.parameters, cost.forward) == (int(row["parameters"]), int(row["multiplications"]))
        assert abs(cost.forward / 310_000 - 1) < 0.1


@pytest.mark.parametrize("n", study.PICTURES)
def test_the_number_of_steps_is_nearly_the_same(n):
    steps = study.passes_for(n) * -(-n // study.BATCH)
    assert abs(steps / study.STEPS - 1) < 0.03


def test_halved_pictures_keep_their_ink_and_the_smaller_sets_begin_the_larger():
    x = np.random.default_rng(0).random((3, 1, 28, 28))
    small = study.halved(x)
    assert small.shape == (3, 1, 16, 16) and np.allclose(small.sum(axis=(1, 2, 3)) * 4, x.sum(axis=(1, 2, 3)))
    assert small[0, 0, 1, 1] == pytest.approx(x[0, 0, :2, :2].mean()) and not small[:, :, 0].any()


def test_a_row_made_again_agrees():
    stored = [study.row_of("MLP", 500, judged) for judged in study.JUDGED]
    with in_float64():
        parts = {seed: study.pictures(seed) for seed in list(study.SEEDS)[:1]}
        again = study.test_rows("MLP", 500, float(stored[0]["rate"]), parts)
    for row, made in zip(stored, again, strict=True):
        assert float(row["lowest"]) - 0.005 <= made["mean"] <= float(row["highest"]) + 0.005


def test_what_the_chapter_says():
    """The convolutional network leads, the more the fewer the pictures; it needs a quarter of the MLP's."""
    means = {(name, n): float(study.row_of(name, n)["mean"]) for name in study.NETWORKS for n in study.PICTURES}
    for other in ("MLP", "ViT"):
        gaps = [means["CNN", n] - means[other, n] for n in study.PICTURES]
        assert gaps[0] > gaps[1] > gaps[2] > 0.05 and gaps[0] > gaps[2] + 0.02
    assert abs(means["CNN", 500] - means["MLP", 2000]) < 0.03 and means["ViT", 8000] < means["CNN", 500] - 0.03
    for name in study.NETWORKS:
        for n in study.PICTURES:
            assert float(study.row_of(name, n, "same_fonts")["mean"]) > means[name, n] + 0.01
