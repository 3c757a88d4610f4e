"""Why this file exists: chapter 8 says by this table what the look-alikes are worth, so it is checked."""

import itertools

import numpy as np
import pytest

from dlcourse.data.fonts import with_look_alikes
from dlcourse.studies import label_budget as budget
from dlcourse.studies import look_alikes as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.letters import digits, letters, pretrained
from dlcourse.studies.table import read

CASES = [*itertools.product(study.SOURCES, study.METHODS, study.LABELS)]
Y = digits("test")[1]


def test_the_table_is_whole():
    assert [(row["source"], row["method"], int(row["labels"])) for row in read("look_alikes")] == CASES
    for source, method, k in CASES:
        row = study.stored(source, method, k)
        assert {budget.shares(row, name).shape for name in ("by_run", "similar", "others")} == {(3, 5)}
        assert int(row["classes"]) == (88 if source == "all letters" else 81)


@pytest.mark.parametrize("case", CASES)
def test_the_numbers_of_a_row_belong_together(case):
    row = study.stored(*case)
    by_class, count = study.by_class(row), np.bincount(Y)
    assert by_class @ count / count.sum() == pytest.approx(float(row["mean"]), abs=2e-4)
    for name, chosen in (("similar", study.SIMILAR), ("others", study.OTHERS)):
        assert by_class[chosen].mean() == pytest.approx(budget.shares(row, name).mean(), abs=2e-4)
    assert budget.shares(row).mean() == pytest.approx(float(row["mean"]), abs=1e-4)


@pytest.mark.parametrize("seed", budget.SEEDS)
def test_what_is_left_out_is_gone_with_all_that_looks_like_it(seed):
    kept = {source: set(letters(seed, n=5, without=study.left_out(source, seed)).characters)
            for source in study.SOURCES}
    gone = {source: kept["all letters"] - kept[source] for source in study.SOURCES[1:]}
    assert gone["without look-alikes"] == set(with_look_alikes("0123456789")) - set("0123456789")
    assert gone["without seven others"] == set(with_look_alikes(study.left_out("without seven others", seed)))
    assert not gone["without look-alikes"] & gone["without seven others"]
    assert len(gone["without look-alikes"]) == 21 and 14 <= len(gone["without seven others"]) <= 28
    assert not set("0123456789") & kept["all letters"]


def test_the_digits_that_a_letter_passes_for():
    assert study.SIMILAR == [0, 1, 2, 3, 5, 6, 8] and study.OTHERS == [4, 7, 9]


@in_float64()
def test_pretraining_leaves_the_letters_out_of_the_network_too():
    """Small: enough to see that the head has as many outputs as classes are left, and that it learned something."""
    model, share = study.pretrain("without look-alikes", 0, rows=1500, epochs=3)
    assert model.head.out_features == 81 and share > 0.2


@pytest.mark.parametrize("method", study.METHODS)
@in_float64()
def test_reading_leaves_the_pretrained_network_as_it_is_and_equals_the_budget(method):
    """The same network, labels and seed as a run of the study `label_budget`: the same answers."""
    model = pretrained(0)
    before = {name: array.copy() for name, array in model.state_dict().items()}
    (found,) = study.answers(model, method, 1, 0, draws=[0])
    assert all(np.array_equal(array, before[name]) for name, array in model.state_dict().items())
    row = budget.stored(method, False, 1)
    assert abs((found == Y).mean() - budget.shares(row)[0, 0]) < max(0.01, float(row["spread"]) / 2)


@pytest.mark.parametrize(("method", "k"), [(method, k) for method in study.METHODS for k in study.LABELS])
def test_what_the_chapter_says_of_look_alikes(method, k):
    """Without them the letters still help, and the seven digits lose no more than when seven others are left out."""
    without = budget.shares(study.stored("without look-alikes", method, k))
    assert (without - budget.shares(budget.stored("scratch", False, k))).mean() > 0.015
    lost, control = (study.gains(method, k, source, "similar").mean() for source in study.SOURCES[1:])
    assert lost < 0.03 and abs(lost - control) < 0.015
