"""The ten examples measured: the tables whole, rows made again, and what the figure and its text claim."""

import numpy as np
import pytest

from dlcourse import data
from dlcourse.figures.ten_examples import KINDS
from dlcourse.studies import read
from dlcourse.studies import ten_examples as study

pytestmark = pytest.mark.usefixtures("float64")


def mean(table, **wanted):
    (row,) = [row for row in read(table) if all(row[name] == str(value) for name, value in wanted.items())]
    return float(row["mean"])


def test_the_tables_are_whole():
    rows = {(row["described_by"], int(row["labels"])) for row in read("ten_examples")}
    assert rows == {(kind, k) for kind in KINDS for k in study.SHOTS} and len(read("ten_examples")) == len(rows)
    heads = {(row["head"], row["described_by"], int(row["labels"])) for row in read("ten_examples_heads")}
    assert heads == {(head, kind, k) for head in study.HEADS for kind in KINDS for k in study.SET_BY}
    assert [float(row["level"]) for row in read("ten_examples_doubt")] == study.LEVELS
    for row in (*read("ten_examples"), *read("ten_examples_heads")):
        assert 0 < float(row["lowest"]) <= float(row["mean"]) <= float(row["highest"]) <= 1
    for row in read("ten_examples_doubt"):
        answers = 200 * len(study.SET_BY) * len(study.DRAWS)
        assert int(row["answers"]) == answers and int(row["wrong_below"]) <= int(row["below"]) <= answers


def test_rows_made_again_agree():
    given = study.validation()
    for head in ("nearest mean", "ridge 1"):
        again = study.head_row(head, "letters", 3, *given)
        stored = mean("ten_examples_heads", head=head, described_by="letters", labels=3)
        assert again["mean"] == pytest.approx(stored, abs=0.01)
    factors = {row["described_by"]: float(row["factor"]) for row in read("ten_examples")}
    again = np.mean(study.judged("pixels", factors["pixels"], 2))
    assert again == pytest.approx(mean("ten_examples", described_by="pixels", labels=2), abs=0.005)
    for row, stored in zip(study.doubt_rows(factors["letters"], *given), read("ten_examples_doubt"), strict=True):
        for name, most in (("below", 60), ("wrong_below", 40), ("scribbles_below", 60)):
            assert abs(row[name] - int(stored[name])) <= most


def test_the_factor_has_the_smallest_cross_entropy_and_lies_inside_the_grid():
    for row in read("ten_examples"):
        assert float(row["factor"]) in study.FACTORS[1:-1]


def test_no_test_digit_decides_anything():
    known, labels, x, y = study.validation()
    assert len(labels) == study.FIT and len(y) == 200 and len(known["pixels"]) + len(x["pixels"]) == 1000
    assert np.array_equal(y, data.load("digits").validation.y)


def test_the_heads_are_what_they_are_called():
    from sklearn.linear_model import Ridge
    from sklearn.neighbors import KNeighborsClassifier

    rng = np.random.default_rng(0)
    known, labels, x = rng.normal(size=(30, 5)), np.arange(30) % 10, rng.normal(size=(50, 5))
    wanted = KNeighborsClassifier(1).fit(known, labels).predict(x)
    assert np.array_equal(study.nearest_example(known, labels, x), wanted)
    length = ((known - known.mean(axis=0)) ** 2).sum(axis=1).mean()
    wanted = Ridge(alpha=0.3 * length).fit(known, np.eye(10)[labels]).predict(x).argmax(axis=1)
    assert np.array_equal(study.ridge(0.3)(known, labels, x), wanted)


# ------------------------------------------------------------------------------------------------ what is claimed


def test_the_features_are_ahead_of_the_pixels_at_every_number_of_examples():
    for k in study.SHOTS:
        assert mean("ten_examples", described_by="letters", labels=k) > 0.05 + mean(
            "ten_examples", described_by="pixels", labels=k)


def test_with_one_example_the_heads_are_alike_and_later_logistic_regression_is_a_little_ahead():
    for k, most in ((1, 0.01), (2, 0.03), (3, 0.04)):
        means = {head: mean("ten_examples_heads", head=head, described_by="letters", labels=k) for head in study.HEADS}
        assert max(means.values()) - means["nearest mean"] < most
    assert max(means, key=means.get).startswith("logistic")


def test_below_the_level_at_least_half_are_wrong_and_above_it_about_one_in_seven():
    row = study.level_of(read("ten_examples_doubt"))
    assert float(row["level"]) == study.measured()["doubt"]["level"]
    above = int(row["answers"]) - int(row["below"])
    assert int(row["wrong_below"]) >= 0.5 * int(row["below"]) and int(row["wrong_above"]) < 0.2 * above
