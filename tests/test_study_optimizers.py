"""Why this file exists: which optimizer, rate and schedule the course recommends hangs on two tables."""

import math

import numpy as np
import pytest

from dlcourse import Tensor, data, nn, optim
from dlcourse import functional as F
from dlcourse.studies import optimizers as study
from dlcourse.studies import schedules
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read

COMPARED = [f"{kind}_{what}" for kind in ("mean", "lowest", "highest") for what in ("loss", "accuracy")]


def stored(rows, rate):
    """What the one stored row of a rate says of loss and accuracy, as numbers."""
    row, = (row for row in rows if row["rate"] == str(rate))
    return {name: float(row[name]) for name in COMPARED}


def agrees(row, again, names):
    """Made again within the row's own spread; another processor may read an image or two differently."""
    for what in names:
        spread = row[f"highest_{what}"] - row[f"lowest_{what}"]
        assert abs(row[f"mean_{what}"] - again[f"mean_{what}"]) <= max(0.2 * spread, 0.005), (what, row, again)


@pytest.fixture
def hidden_test_rows(monkeypatch):
    """The digits with test rows that cannot be read: whoever touches them fails."""
    digits = data.load("digits")
    digits.x[1000:] = np.nan
    monkeypatch.setattr(data, "load", {"digits": digits}.__getitem__)
    return digits


# ------------------------------------------------------------------------------------------------ optimizers


def test_every_optimizer_has_the_same_grid_of_rates():
    found = {name: [float(row["rate"]) for row in study.sweep(name)] for name in study.OPTIMIZERS}
    assert found == {name: study.RATES for name in study.OPTIMIZERS}
    assert len(read("optimizers")) == len(study.OPTIMIZERS) * len(study.RATES)


@pytest.mark.parametrize("name, rate", [("SGD", 0.1), ("Adam", 0.002)])
def test_a_row_made_again_agrees(name, rate):
    again = study.row_of(name, rate)
    agrees(stored(study.sweep(name), rate=rate), again, ("loss", "accuracy"))
    assert again["arrived"] == len(study.SEEDS)


def test_a_row_of_another_rate_would_not_agree():
    row, other = stored(study.sweep("SGD"), rate=0.1), stored(study.sweep("SGD"), rate=0.05)
    with pytest.raises(AssertionError):
        agrees(row, other, ("loss",))


def test_the_chosen_rate_has_the_smallest_loss_and_lies_inside_the_grid():
    for name in study.OPTIMIZERS:
        losses = [float(row["mean_loss"]) for row in study.sweep(name)]
        assert study.chosen_rate(name) == study.RATES[int(np.argmin(losses))]
        assert study.RATES[0] < study.chosen_rate(name) < study.RATES[-1]


def test_the_optimizers_are_what_they_are_called():
    parameters = nn.Linear(2, 2).parameters
    made = {name: make(list(parameters()), 0.25) for name, make in study.OPTIMIZERS.items()}
    kinds = [optim.SGD, optim.SGD, optim.SGD, optim.RMSprop, optim.Adam, optim.AdamW]
    assert [type(optimizer) for optimizer in made.values()] == kinds
    groups = {name: optimizer.param_groups[0] for name, optimizer in made.items()}
    assert all(group["lr"] == 0.25 for group in groups.values())
    momenta = [(groups[name]["momentum"], groups[name]["nesterov"]) for name in ("SGD", "momentum", "Nesterov")]
    assert momenta == [(0, False), (0.9, False), (0.9, True)]


def test_the_sweep_never_sees_the_test_rows(hidden_test_rows):
    with in_float64():
        loss, accuracy, _ = study.judged("Adam", 0.005, seed=0)
        assert loss < 0.2 and accuracy > 0.9
        with pytest.raises(FloatingPointError):
            study.train(hidden_test_rows.test, "Adam", 0.005, seed=0)


def test_a_run_that_blows_up_is_counted_as_lost():
    with in_float64():
        assert study.judged("SGD", 1e200, seed=0) == (math.inf, 0.0, math.inf)
    row = study.summary([(math.inf, 0.0, math.inf), (0.5, 0.9, 100.0), (0.3, 0.8, 200.0)])
    assert row["mean_loss"] == math.inf and row["mean_accuracy"] == pytest.approx(0.5667)
    assert row["arrived"] == 2 and row["mean_steps"] == 150.0


def test_steps_to_the_goal_are_counted_on_the_mean_of_an_epoch():
    assert study.steps_to_goal([1.0] * 100) == math.inf
    # Ones, then zeros: the mean of 25 is below 0.1 when at most two ones are left in it, after 23 zeros.
    assert study.steps_to_goal([1.0] * 40 + [0.0] * 60) == 63
    assert study.WINDOW == math.ceil(len(data.load("digits").fit.x) / study.BATCH)


def test_first_weights_have_the_size_of_he_and_the_loss_is_that_of_guessing():
    with in_float64():
        model = study.network(10, seed=0)
        sizes = [layer.weight.data.std() for layer in list(model)[:-1] if isinstance(layer, nn.Linear)]
        assert len(sizes) == 10 and np.allclose(sizes, math.sqrt(2 / 64), rtol=0.06)
        fit = data.load("digits").fit
        assert F.cross_entropy(model(Tensor(fit.x)), Tensor(fit.y)).item() == pytest.approx(math.log(10), abs=0.3)


# ------------------------------------------------------------------------------------------------ schedules


def rates(make, steps=500):
    """The learning rate of every step, as a multiple of the full one."""
    optimizer = optim.SGD(nn.Linear(2, 2).parameters(), lr=1.0)
    scheduler, found = make(optimizer, steps), []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        scheduler.step()
    return np.array(found)


def test_the_schedules_are_the_curves_of_the_text():
    t = np.arange(500)
    ramp = np.minimum((t + 1) / 100, 1)
    assert np.allclose(rates(schedules.cosine), (1 + np.cos(np.pi * t / 500)) / 2, atol=1e-12)
    assert np.allclose(rates(schedules.warm_up), ramp)
    down = np.where(t < 100, 1, (1 + np.cos(np.pi * (t - 100) / 400)) / 2)
    assert np.allclose(rates(schedules.warm_up_and_cosine), ramp * down, atol=1e-12)


def test_every_schedule_has_the_same_grid_of_rates():
    for depth in schedules.DEPTHS:
        for name in schedules.NAMES:
            for schedule in schedules.SCHEDULES:
                found = [float(row["rate"]) for row in schedules.curve(depth, name, schedule)]
                assert found == schedules.RATES, (depth, name, schedule)
    settings = len(schedules.DEPTHS) * len(schedules.NAMES) * len(schedules.SCHEDULES) * len(schedules.RATES)
    assert len(read("schedules")) == settings


def test_a_row_of_the_schedules_made_again_agrees():
    again = schedules.row_of(2, "Adam", "cosine", 0.02)
    agrees(stored(schedules.curve(2, "Adam", "cosine"), rate=0.02), again, ("loss", "accuracy"))
    assert again["read"] == len(schedules.SEEDS)


def test_the_schedules_never_see_the_test_rows(hidden_test_rows):
    with in_float64():
        loss, accuracy, _ = study.judged("Adam", 0.02, seed=0, schedule=schedules.warm_up_and_cosine)
    assert loss < 0.2 and accuracy > 0.9
