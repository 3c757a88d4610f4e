"""Why this file exists: the chapter says how soon networks fall to an attack and what helps, so rows are made again."""

import numpy as np
import pytest
from engine_tools import engine_state, float64  # noqa: F401

from dlcourse.attacks import pgd
from dlcourse.evaluate import accuracy, predict
from dlcourse.studies import adversarial as study
from dlcourse.studies.table import read

NUMBERS = ("mean", "lowest", "highest")


def own(kind, gray_steps=0):
    name = study.name_of(kind, gray_steps)
    return lambda attack="none", size=0, column="mean": study.share(name, attack, size, column=column)


def test_the_table_is_whole():
    rows = read("adversarial")
    assert len(rows) == 5 * (1 + 3 * 5) + 3 * 2 + 3 * 4 + 1
    assert len({(r["made_on"], r["read_by"], r["attack"], r["gray_steps"]) for r in rows}) == len(rows)
    assert all(0 <= float(r["lowest"]) <= float(r["mean"]) <= float(r["highest"]) <= 1 for r in rows)


@pytest.mark.parametrize("kind", ["logistic", "MLP"])
def test_rows_made_again_agree(float64, kind):  # noqa: F811
    models = [study.train_network(kind, 0, seed) for seed in study.SEEDS]
    for setting in (("none", 0), ("noise", 2), ("FGSM", 2), ("PGD", 2)):
        again = study.row_of(kind, kind, *setting, study.made(*setting, models), models)
        for column in NUMBERS:
            assert abs(again[column] - own(kind)(*setting, column)) < 0.01


def test_the_convolutional_network_made_again_agrees(float64):  # noqa: F811
    model = study.train_network("CNN", 0, 0)
    x, y = study.pictures("test")
    assert abs(accuracy(predict(model, x), y) - own("CNN")()) < 0.01
    found = pgd(model, x[:200], y[:200], 2 / 16, steps=study.ATTACK_STEPS)
    assert abs(accuracy(predict(model, found), y[:200]) - own("CNN")("PGD", 2)) < 0.12  # a quarter of the rows


def test_ten_steps_are_enough(float64):  # noqa: F811
    model, (x, y) = study.train_network("MLP", 2, 0), study.pictures("test")
    ten, forty = (accuracy(predict(model, pgd(model, x, y, 2 / 16, steps=steps)), y) for steps in (10, 40))
    assert abs(ten - forty) < 0.01
    assert abs(ten - own("MLP", 2)("PGD", 2)) < 0.02


@pytest.mark.parametrize(("kind", "against"), study.FULL)
def test_pgd_is_not_weaker_than_fgsm_and_wins_in_the_end(kind, against):
    read_after = own(kind, against)
    for size in study.SIZES:
        assert read_after("PGD", size) <= read_after("FGSM", size) + 0.005 < read_after("noise", size)
    assert read_after("PGD", 8) < 0.01


def test_what_the_chapter_says():
    for kind in ("logistic", "MLP", "CNN"):
        assert own(kind)("PGD", 2) < own(kind)() - 0.3 and own(kind)("noise", 2) > own(kind)() - 0.03
    for kind in ("MLP", "CNN"):
        assert own(kind, 2)("PGD", 2) > own(kind)("PGD", 2) + 0.2
        name = study.name_of(kind, 2)
        elsewhere = [study.share(name, "PGD", 3, made_on) for made_on in ("logistic", "MLP", "CNN")]
        assert own(kind, 2)("PGD", 3) < min(elsewhere)
    assert own("MLP", 4)() < own("MLP", 2)() - 0.05 < own("MLP")() - 0.05
    assert abs(own("CNN", 2)() - own("CNN")()) < 0.02
    assert own("CNN")("PGD", 3) < study.share("CNN", "PGD", 3, "another CNN") - 0.1 < own("CNN")("noise", 3) - 0.2


def test_share_wants_a_row_that_is_there():
    with pytest.raises(KeyError, match="no row"):
        study.share("CNN", "PGD", 5)


@pytest.mark.parametrize(("kind", "numbers"), [("logistic", 650), ("MLP", 9610), ("CNN", 17754)])
def test_the_networks_are_those_of_the_chapter(kind, numbers):
    assert sum(p.numel() for p in study.KINDS[kind](np.random.default_rng(0)).parameters()) == numbers
