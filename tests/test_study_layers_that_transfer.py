"""Why this file exists: chapter 8 says which layers are worth keeping, and this study is its evidence."""

import numpy as np
import pytest

from dlcourse.studies import layers_that_transfer as study
from dlcourse.studies.letters import drawn, pretrained
from dlcourse.studies.table import read

pytestmark = pytest.mark.usefixtures("float64")


def test_the_table_is_whole():
    rows = {(int(row["k"]), row["source"], row["kept"], int(row["n"])) for row in read("layers_that_transfer")}
    assert rows == {(k, *case) for k in study.RUNS for case in study.CASES}
    assert len(read("layers_that_transfer")) == len(rows)
    for row in read("layers_that_transfer"):
        shares = [float(one) for one in row["shares"].split()]
        assert len(shares) == len(study.RUNS[int(row["k"])]) and float(row["rate"]) in study.RATES
        numbers = np.mean(shares), min(shares), max(shares)
        found = [float(row[name]) for name in ("mean", "lowest", "highest")]
        assert np.allclose(found, numbers, rtol=0, atol=1e-4)


def test_a_row_made_again_agrees():
    """All layers of the letters frozen: a head is learned from their features, which takes no time."""
    case = ("letters", "frozen", 3)
    (row,) = [row for row in read("layers_that_transfer")
              if (int(row["k"]), row["source"], row["kept"], int(row["n"])) == (5, *case)]
    again = [study.share(case, 5, float(row["rate"]), *run) for run in study.RUNS[5]]
    assert np.abs(again - study.stored(*case)).max() < 0.015


def test_layers_are_copied_whole_and_nothing_else_is():
    source, target = pretrained(1), study.fresh(1)
    before = study.fresh(1).state_dict()
    study.copy_layers(source, target, [1])
    for name, value in target.state_dict().items():
        copied = name.split(".")[0] == "features" and 4 <= int(name.split(".")[1]) < 8
        origin = source.state_dict() if copied else before
        assert np.array_equal(value, origin[name]), name
    assert not np.array_equal(before["features.4.weight"], source.state_dict()["features.4.weight"])


@pytest.mark.parametrize("frozen", [0, 2])
def test_frozen_layers_and_their_statistics_stay_and_the_others_learn(frozen):
    model, before = pretrained(0), pretrained(0).state_dict()
    study.adapt(model, *drawn(1, 0), 0.01, seed=0, steps=3, frozen=frozen)
    for name, value in model.state_dict().items():
        below = name.startswith("features") and int(name.split(".")[1]) < study.CUTS[frozen]
        assert np.array_equal(value, before[name]) == below, name


def test_nothing_but_the_first_layers_differs_between_the_ways():
    networks = [study.begun(source, 2, 0, lambda: pretrained(0)).state_dict() for source in ("letters", "nothing")]
    differ = {name for name in networks[0] if not np.array_equal(networks[0][name], networks[1][name])}
    assert differ and all(int(name.split(".")[1]) < study.CUTS[2] for name in differ)
    last = study.begun("letters, last", 1, 0, None).state_dict()
    differ = {name for name in last if not np.array_equal(last[name], networks[1][name])}
    assert differ and all(study.CUTS[2] <= int(name.split(".")[1]) < study.CUTS[3] for name in differ)


def test_the_control_is_drawn_from_other_first_weights():
    own = study.Reader(10, rng=np.random.default_rng([0, 2])).state_dict()["features.0.weight"]
    assert not np.array_equal(own, study.fresh(0).state_dict()["features.0.weight"])


def gain(source, kept, n, k=5):
    """Against training from scratch on the same digits, run by run."""
    return study.stored(source, kept, n, k) - study.stored("nothing", "frozen", 0, k)


def test_two_layers_are_worth_most_and_can_stay_as_they_are():
    one, two, three = (gain("letters", "frozen", n) for n in (1, 2, 3))
    assert (one > 0).all() and (two > one).all() and (two > three).all()
    assert abs((two - gain("letters", "tuned", 2)).mean()) < 0.01
    assert (three < gain("letters", "tuned", 3)).all()
    assert gain("letters", "frozen", 3, 50).max() < -0.01 and gain("letters", "frozen", 2, 50).min() > -0.01


def test_neither_the_cut_nor_holding_still_explains_it():
    for k in study.RUNS:
        assert all(abs(gain("digits", kept, n, k).mean()) < 0.02 for kept in ("tuned", "frozen") for n in (1, 2, 3))
        assert gain("nothing", "frozen", 3, k).max() < -0.1
        assert all(gain("letters, last", "tuned", n, k).mean() < 0 for n in (1, 2))
