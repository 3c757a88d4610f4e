"""Why this file exists: chapter 6 compares six networks by this table, so it must be fair, whole, and made again."""

import numpy as np
import pytest

from dlcourse import data
from dlcourse.cost import count
from dlcourse.evaluate import paired_test
from dlcourse.studies import image_networks as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read

CASES = [(name, "in place") for name in study.NETWORKS] + [(name, "permuted") for name in study.PERMUTED]


def rows(stage):
    return [row for row in read("image_networks") if row["stage"] == stage]


@pytest.mark.parametrize(("name", "pixels"), CASES)
def test_every_network_has_the_same_sweep_and_the_best_is_trained(name, pixels):
    sweep = [row for row in rows("sweep") if (row["network"], row["pixels"]) == (name, pixels)]
    assert [float(row["rate"]) for row in sweep] == study.RATES
    tested = [row for row in rows("test") if (row["network"], row["pixels"]) == (name, pixels)]
    assert {float(row["rate"]) for row in tested} == {study.best_rate(sweep, name, pixels == "permuted")}
    expected = {("no", "12")} if pixels == "permuted" else {("no", "12"), ("yes", "12")}
    assert {(row["augmented"], row["passes"]) for row in tested} - {("yes", "48")} == expected


def test_of_rates_that_tie_the_lowest_wins():
    tied = [{"network": "VGG", "pixels": "in place", "stage": "sweep", "rate": rate, "mean": mean}
            for rate, mean in ((0.001, 0.9), (0.003, 0.95), (0.01, 0.95))]
    assert study.best_rate(tied, "VGG", permuted=False) == 0.003


@in_float64()
def test_the_budget_is_what_is_said():
    for row in rows("test"):
        cost = count(study.network(row["network"]), np.zeros((1, 1, 8, 8)))
        assert (cost.parameters, cost.forward) == (int(row["parameters"]), int(row["multiplications"]))
        if row["network"] != "MLP, small":
            assert abs(cost.forward / 380_000 - 1) < 0.15
    small, vgg = (int(study.row_of(name)["parameters"]) for name in ("MLP, small", "VGG"))
    assert abs(small / vgg - 1) < 0.02


def test_wrong_rows_and_back():
    right = np.random.default_rng(0).random((3, 797)) < 0.9
    right[1] = True  # a seed that reads everything
    np.testing.assert_array_equal(study.answers({"wrong": study.wrong_rows(right)}), right)


def test_the_answers_give_the_stored_mean():
    for row in rows("test"):
        right = study.answers(row)
        assert len(right) == (3 if row["network"] == "MobileNet" or row["passes"] == "48" else 5)
        assert right.mean() == pytest.approx(float(row["mean"]), abs=1e-4)
        assert right.mean(axis=1).min() == pytest.approx(float(row["lowest"]), abs=1e-4)


def test_rolled_and_permuted_pictures():
    x = np.arange(3 * 64.0).reshape(3, 1, 8, 8)
    down, across = study.rolled(x, 1), study.rolled(x, 2)
    np.testing.assert_array_equal(down[1], x[1])
    np.testing.assert_array_equal(down[2, 0, 1:], x[2, 0, :-1])
    np.testing.assert_array_equal(across[0, 0, :, :-1], x[0, 0, :, 1:])
    permuted = study.permute(x)
    np.testing.assert_array_equal(permuted.reshape(3, 64)[:, np.argsort(study.ORDER)], x.reshape(3, 64))
    assert not np.array_equal(permuted, x)


@pytest.mark.parametrize(("name", "augmented", "permuted"), [("LeNet", False, False), ("MLP, small", True, False)])
def test_a_row_made_again_agrees(name, augmented, permuted):
    stored = study.row_of(name, augmented, permuted)
    with in_float64():
        again = study.test_row(name, permuted, augmented, float(stored["rate"]))
    assert float(stored["lowest"]) - 0.004 <= again["mean"] <= float(stored["highest"]) + 0.004
    for column in ("rolled_down", "rolled_across"):
        assert again[column] == pytest.approx(float(stored[column]), abs=0.02)  # another processor rounds otherwise


@in_float64()
def test_the_sweep_never_sees_the_test_rows(monkeypatch):
    """Planted: test rows that cannot be read."""
    digits = data.load("digits")
    digits.x[1000:], digits.y[1000:] = np.nan, -1
    monkeypatch.setattr(data, "load", {"digits": digits}.__getitem__)
    monkeypatch.setattr(study, "PASSES", 3)
    assert study.sweep_row("MLP, small", False, 0.01)["mean"] > 0.5


def p_values(first, second):
    return [paired_test(one, other).p_value for one, other in zip(study.answers(first), study.answers(second),
                                                                  strict=False)]


def test_what_the_chapter_says_of_equal_cost():
    """VGG reads more than the MLP and LeNet in every seed, not clearly more than ResNet; the transformer is last."""
    rows = {name: study.row_of(name) for name in study.NETWORKS}
    means = {name: float(row["mean"]) for name, row in rows.items()}
    assert max(p_values(rows["VGG"], rows["MLP"]) + p_values(rows["VGG"], rows["LeNet"])) < 0.01
    assert min(p_values(rows["VGG"], rows["ResNet"])) > 0.05 and min(p_values(rows["LeNet"], rows["MLP"])) > 0.05
    assert min(means, key=means.get) == "ViT" and means["LeNet"] < means["MobileNet"] < means["ResNet"]
    assert float(study.row_of("ViT", augmented=True)["mean"]) < means["ViT"] - 0.02
    longer = float(study.row_of("ViT", augmented=True, passes=study.LONGER)["mean"])
    assert abs(longer - means["MLP"]) < 0.01 and longer < means["MobileNet"]


def test_what_the_chapter_says_of_permuted_pixels():
    """The VGG falls to the MLP, which stays; the transformer falls as well."""
    permuted = {name: study.row_of(name, permuted=True) for name in study.PERMUTED}
    fall = {name: float(study.row_of(name)["mean"]) - float(row["mean"]) for name, row in permuted.items()}
    assert abs(fall["MLP"]) < 0.01 and fall["VGG"] > 0.03 and fall["ViT"] > 0.03
    assert max(p_values(study.row_of("VGG"), permuted["VGG"])) < 0.001
    assert min(p_values(permuted["VGG"], study.row_of("MLP"))) > 0.05
