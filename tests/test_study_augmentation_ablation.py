"""Why this file exists: chapter 4 says which change of the pictures carries SimCLR's gain, so it is measured again."""

import numpy as np
import pytest

from dlcourse.studies import augmentation_ablation as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read

X = np.random.default_rng(0).random((4, 1, 8, 8))


def test_the_table_is_whole():
    rows = [(row["design"], int(row["labels"])) for row in read("augmentation_ablation")]
    assert rows == [(design, k) for design in [*study.OTHERS, *study.DESIGNS] for k in study.LABELS]


@pytest.mark.parametrize("design", study.DESIGNS)
def test_a_design_has_its_changes_and_no_others(design):
    strength = study.chosen("SimCLR")[0]["strength"]
    move, elastic, noise = study.some_views(study.DESIGNS[design]).steps
    amounts = {"turn": move.degrees, "size": move.scale[1] - 1, "shear": move.shear, "shift": move.shift,
               "bend": elastic.strength, "noise": noise.std}
    for name, amount in amounts.items():
        wanted = strength * study.VIEWS[name] if name in study.DESIGNS[design] else 0
        assert amount == pytest.approx(wanted), name


def test_without_changes_two_views_are_one():
    augment = study.some_views([])
    assert np.array_equal(augment(X, np.random.default_rng(0)), augment(X, np.random.default_rng(1)))


@pytest.mark.parametrize(("design", "draws", "off"), [
    ("pixels", range(10), 0.5), ("pixels of views", range(10), 0.5), ("network of views", range(2), 3)])
@in_float64()
def test_what_learns_from_labels_alone_reads_as_much_again(design, draws, off):
    again = study.read_by_labels(design, 5, draws)[0].mean(axis=1)
    stored = np.array(study.stored(design, 5)["by_draw"].split(), float)[: len(draws)]
    assert np.allclose(100 * again, stored, rtol=0, atol=off)  # of 200 rows; another processor may train otherwise


@in_float64()
def test_one_seed_of_a_design_made_again_agrees():
    again = study.rows_of("all", seeds=[0])
    for row in again:
        seeds = np.array(study.stored("all", row["labels"])["by_seed"].split(), float)
        assert seeds.min() - 1 <= 100 * row["mean"] <= seeds.max() + 1  # within the seeds, and a little more


def test_what_the_chapter_says_of_the_table():
    share = {(design, k): float(study.stored(design, k)["mean"]) for design in [*study.OTHERS, *study.DESIGNS]
             for k in study.LABELS}
    for k in study.LABELS:
        assert share["all", k] > share["pixels", k] + 0.02
        assert share["none", k] < share["all", k] - 0.02
