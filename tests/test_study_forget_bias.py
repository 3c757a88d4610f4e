"""Why this file exists: with which bias a forget gate should begin is measured, and one run of it is made again."""

import numpy as np
import pytest

from dlcourse.studies import forget_bias as study
from dlcourse.studies.adding_problem import SEEDS, in_float32
from dlcourse.studies.table import read


def test_the_table_is_whole():
    rows = [(float(row["bias"]), float(row["rate"]), int(row["seed"])) for row in read("forget_bias")]
    assert set(rows) == {(bias, rate, seed) for bias in study.BIASES for rate in study.TRIED for seed in SEEDS}
    assert len(rows) == len(set(rows))


@in_float32()
def test_a_run_made_again_agrees():
    """Bias 2 at the larger rate; stopped when solved."""
    again = study.row_of(2, 0.016, seed=0)
    solved, updates = study.updates(2, 0.016)
    assert solved == 3 and min(updates) - 200 <= again["solved_after"] <= max(updates) + 200
    stored = next(row for row in read("forget_bias") if (row["bias"], row["seed"]) == ("2", "0"))
    assert float(again["gradient_ratio"]) == pytest.approx(float(stored["gradient_ratio"]), rel=0.1)


def test_the_largest_first_gradient_does_not_learn_best():
    solved = {bias: sum(study.updates(bias, rate)[0] for rate in study.TRIED) for bias in study.BIASES}
    assert solved[2] == max(solved.values()) and solved[4] < solved[2] - 2
    assert study.gradient_ratio(4) == max(map(study.gradient_ratio, study.BIASES))


def test_the_gradient_grows_with_the_bias_and_so_does_the_memory():
    ratios = [study.gradient_ratio(bias) for bias in study.BIASES]
    assert np.all(np.diff(np.log(ratios)) > 1)
    for row in read("forget_bias"):
        keeps = 1 / (1 + np.exp(-float(row["bias"])))
        assert float(row["keeps"]) == pytest.approx(keeps, abs=1e-3)
        assert float(row["memory"]) == pytest.approx(1 / (1 - keeps), abs=0.06)


def test_only_the_bias_differs():
    one, other = (dict(study.network(bias, 0).named_parameters()) for bias in (0, 4))
    differing = {name for name in one if not np.array_equal(one[name].data, other[name].data)}
    assert differing == {"reader.bias_ih_l0"}
    changed = one["reader.bias_ih_l0"].data != other["reader.bias_ih_l0"].data
    assert changed[32:64].all() and changed.sum() == 32
