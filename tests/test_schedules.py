"""Why this file exists: a schedule that is off by one step looks right on every plot; PyTorch's numbers tell."""

import json
import math
import warnings

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state  # noqa: F401
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import nn, optim
from dlcourse.optim import lr_scheduler

STEPS = 30


def warm_up_then_cosine(library, optimizer):
    return library.SequentialLR(optimizer, [library.LinearLR(optimizer, 0.1, total_iters=4),
                                            library.CosineAnnealingLR(optimizer, 12, eta_min=1e-3)], [4])


def three_in_a_row(library, optimizer):
    return library.SequentialLR(optimizer, [library.ConstantLR(optimizer, 0.3, 2), library.StepLR(optimizer, 2, 0.5),
                                            library.LambdaLR(optimizer, lambda t: 1 / (1 + t))], [3, 9])


SCHEDULES = {  # name -> [how it is made, with the library's lr_scheduler and an optimizer of three groups]
    "StepLR": [lambda s, o: s.StepLR(o, 3), lambda s, o: s.StepLR(o, 1, gamma=0.9)],
    "MultiStepLR": [lambda s, o: s.MultiStepLR(o, [2, 5, 5, 20]), lambda s, o: s.MultiStepLR(o, [7, 1], gamma=0.5)],
    "ExponentialLR": [lambda s, o: s.ExponentialLR(o, 0.9), lambda s, o: s.ExponentialLR(o, 0.0)],
    "ConstantLR": [lambda s, o: s.ConstantLR(o), lambda s, o: s.ConstantLR(o, 0.2, total_iters=8)],
    "LinearLR": [lambda s, o: s.LinearLR(o), lambda s, o: s.LinearLR(o, 1.0, 0.01, 25),
                 lambda s, o: s.LinearLR(o, 0.5, end_factor=0.0, total_iters=7)],
    "CosineAnnealingLR": [lambda s, o: s.CosineAnnealingLR(o, 7), lambda s, o: s.CosineAnnealingLR(o, 10, 0.002),
                          lambda s, o: s.CosineAnnealingLR(o, 40), lambda s, o: s.CosineAnnealingLR(o, 1)],
    "LambdaLR": [lambda s, o: s.LambdaLR(o, lambda t: 0.95**t),
                 lambda s, o: s.LambdaLR(o, [lambda t: t % 2, math.exp, lambda t: 1 / (t + 1)])],
    "CosineAnnealingWarmRestarts": [lambda s, o: s.CosineAnnealingWarmRestarts(o, 6),
                                    lambda s, o: s.CosineAnnealingWarmRestarts(o, 3, T_mult=2, eta_min=1e-3)],
    "OneCycleLR": [
        lambda s, o: s.OneCycleLR(o, 0.3, STEPS + 1), lambda s, o: s.OneCycleLR(o, [0.3, 0.2, 0.1], epochs=5,
                                                                                steps_per_epoch=7, pct_start=0.5),
        lambda s, o: s.OneCycleLR(o, 0.3, 40, anneal_strategy="linear", base_momentum=0.7, max_momentum=0.9),
        lambda s, o: s.OneCycleLR(o, 0.3, 33, three_phase=True, div_factor=10, final_div_factor=100),
        lambda s, o: s.OneCycleLR(o, 0.3, STEPS + 1, cycle_momentum=False, pct_start=0.0),
        lambda s, o: s.OneCycleLR(o, 0.3, STEPS + 1, pct_start=1.0)],
    "SequentialLR": [warm_up_then_cosine, three_in_a_row,
                     lambda s, o: s.SequentialLR(o, [s.StepLR(o, 4)], [])],
    "ReduceLROnPlateau": [
        lambda s, o: s.ReduceLROnPlateau(o), lambda s, o: s.ReduceLROnPlateau(o, "max", 0.5, 2),
        lambda s, o: s.ReduceLROnPlateau(o, "min", 0.3, 1, threshold=0.05, cooldown=2, min_lr=[0.01, 0.0, 0.001]),
        lambda s, o: s.ReduceLROnPlateau(o, "min", 0.5, 0, threshold=0.1, threshold_mode="abs", min_lr=0.002),
        lambda s, o: s.ReduceLROnPlateau(o, "max", 0.0, 1, threshold=0.1, threshold_mode="abs", cooldown=1),
        lambda s, o: s.ReduceLROnPlateau(o, "max", 0.9, 0, threshold=0.1, eps=0.01)],
}
ALL = [pytest.param(name, make, id=f"{name}-{i}") for name, every in SCHEDULES.items() for i, make in enumerate(every)]
each_schedule = pytest.mark.parametrize(("name", "make"), ALL)
METRICS = np.round(np.sin(np.arange(STEPS)) + np.exp(-np.arange(STEPS) / 8) - 0.5, 2).tolist()


def optimizers(name="SGD", **options):
    rates = (0.1, 0.03, 0.2)
    return [getattr(optim, name)([{"params": [nn.Parameter([1.0])], "lr": lr} for lr in rates], **options),
            getattr(torch.optim, name)([{"params": [torch.nn.Parameter(torch.ones(1))], "lr": lr} for lr in rates],
                                       **options)]


def both(make, name="SGD", **options):
    pair = optimizers(name, **options)
    schedules = []
    for library, optimizer in zip((lr_scheduler, torch.optim.lr_scheduler), pair, strict=True):
        schedules.append(make(library, optimizer))
    return pair, schedules


def options_of(optimizer):
    """Rates and momenta of all groups, as rows."""
    return np.array([[group["lr"], group.get("momentum", 0.0), *group.get("betas", ())]
                     for group in optimizer.param_groups], float)


def go_on(optimizer, schedule, step):
    """One step, without PyTorch's warnings about steps that a test does not need."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schedule.step(*[METRICS[step]] if "Plateau" in type(schedule).__name__ else [])
    return options_of(optimizer)


def compare(pair, schedules, steps=range(STEPS)):
    agree(*map(options_of, pair), 1e-12)
    for step in steps:
        agree(*(go_on(o, s, step) for o, s in zip(pair, schedules, strict=True)), 1e-12)
        agree(*(np.array(s.get_last_lr(), float) for s in schedules), 1e-12)
        assert schedules[0].last_epoch == schedules[1].last_epoch


def test_every_schedule_has_cases():
    classes = {name for name, value in vars(lr_scheduler).items()
               if isinstance(value, type) and value is not lr_scheduler.LRScheduler}
    assert set(SCHEDULES) == classes and all(hasattr(torch.optim.lr_scheduler, name) for name in classes)


@each_schedule
def test_thirty_steps(name, make):
    pair, schedules = both(make, momentum=0.5)
    assert type(schedules[0]).__name__ == name
    compare(pair, schedules)


@pytest.mark.parametrize("name", ["Adam", "AdamW", "RMSprop"])
def test_one_cycle_moves_the_momentum_of_other_optimizers(name):
    compare(*both(lambda s, o: s.OneCycleLR(o, 0.3, STEPS + 1), name))


@each_schedule
def test_going_on_from_a_checkpoint(name, make):
    optimizer, schedule = (part[0] for part in both(make, momentum=0.5))
    whole = [go_on(optimizer, schedule, step) for step in range(STEPS)]
    optimizer, schedule = (part[0] for part in both(make, momentum=0.5))
    for step in range(11):
        go_on(optimizer, schedule, step)
    saved = json.loads(json.dumps(schedule.state_dict())), optimizer.state_dict()
    other, resumed = (part[0] for part in both(make))
    go_on(other, resumed, 0)
    other.load_state_dict(saved[1])
    resumed.load_state_dict(saved[0])
    assert resumed.get_last_lr() == schedule.get_last_lr()
    for step in range(11, STEPS):
        assert np.array_equal(go_on(other, resumed, step), whole[step])


@pytest.mark.parametrize("make", [
    lambda s, o: [s.StepLR(o, 3, 0.5), s.ExponentialLR(o, 0.9)],
    lambda s, o: [s.LinearLR(o, 0.1, total_iters=5), s.CosineAnnealingLR(o, 9), s.MultiStepLR(o, [4, 12])],
    lambda s, o: [s.CosineAnnealingLR(o, 9, eta_min=0.01), s.ConstantLR(o, 0.5, 6)],
])
def test_schedules_multiply(make):
    pair, schedules = both(make)
    for _ in range(STEPS):
        for optimizer, chain in zip(pair, schedules, strict=True):
            for schedule in chain:
                go_on(optimizer, schedule, 0)
        agree(*map(options_of, pair), 1e-12)


@each_schedule
def test_a_group_that_is_added_later(name, make):
    """The multiplying schedules take it along, as in torch."""
    if name not in ("StepLR", "MultiStepLR", "ExponentialLR", "ConstantLR", "LinearLR"):
        return
    pair, schedules = both(make)
    compare(pair, schedules, range(3))
    pair[0].add_param_group({"params": [nn.Parameter([1.0])], "lr": 0.5})
    pair[1].add_param_group({"params": [torch.nn.Parameter(torch.ones(1))], "lr": 0.5})
    compare(pair, schedules, range(3, STEPS))


def test_a_rate_changed_by_hand_is_the_start_of_the_rest():
    pair, schedules = both(lambda s, o: s.StepLR(o, 3, 0.5))
    for step in range(STEPS):
        if step == 7:
            for optimizer in pair:
                optimizer.param_groups[1]["lr"] = 0.7
        compare(pair, schedules, [step])


@each_schedule
def test_last_epoch_goes_on_with_the_curve(name, make):
    """Made anew with last_epoch=5, a schedule stands at step 6, wherever the groups know where they began."""
    again = {"StepLR": lambda o: lr_scheduler.StepLR(o, 3, last_epoch=5),
             "ExponentialLR": lambda o: lr_scheduler.ExponentialLR(o, 0.9, last_epoch=5),
             "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, 7, last_epoch=5),
             "OneCycleLR": lambda o: lr_scheduler.OneCycleLR(o, 0.3, STEPS + 1, last_epoch=5)}
    if name not in again or make is not SCHEDULES[name][0]:
        return
    optimizer, schedule = (part[0] for part in both(make))
    rates = [options_of(optimizer), *(go_on(optimizer, schedule, step) for step in range(10))]
    optimizer, schedule = (part[0] for part in both(make))
    for step in range(5):
        go_on(optimizer, schedule, step)
    resumed = again[name](optimizer)
    agree(options_of(optimizer), rates[6], 1e-12)
    agree(go_on(optimizer, resumed, 0), rates[7], 1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.floats(0, 1), st.integers(0, 40), st.integers(0, 12))
def test_curves_do_what_their_first_line_says(n, factor, t, total):
    """From any step: the rate is the first one times the curve."""
    def rate(make):
        optimizer = optim.SGD([nn.Parameter([1.0])], lr=0.1)
        schedule = make(optimizer)
        for _ in range(t):
            schedule.step()
        return np.array(optimizer.param_groups[0]["lr"] / 0.1)

    agree(rate(lambda o: lr_scheduler.StepLR(o, n, 0.7)), 0.7 ** (t // n), 1e-12)
    agree(rate(lambda o: lr_scheduler.ConstantLR(o, factor, total)), factor if t < total else 1.0, 1e-12)
    agree(rate(lambda o: lr_scheduler.CosineAnnealingLR(o, n)), (1 + math.cos(math.pi * t / n)) / 2, 1e-12)
    line = 1.0 if t >= total else factor + (1 - factor) * t / total
    agree(rate(lambda o: lr_scheduler.LinearLR(o, factor, total_iters=total)), line, 1e-12)


def test_a_way_up_of_no_length_starts_at_the_top():
    """0.1 * 10 - 1 steps up: PyTorch divides by 0 here."""
    assert lr_scheduler.OneCycleLR(sgd(), 0.3, 10, pct_start=0.1).get_last_lr() == [0.3]


def sgd(**options):
    return optim.SGD([nn.Parameter([1.0])], lr=0.1, **options)


def too_far():
    schedule = lr_scheduler.OneCycleLR(sgd(), 0.1, 3)
    for _ in range(4):
        schedule.step()


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: lr_scheduler.StepLR(nn.Linear(1, 1), 3), TypeError, "a schedule expected an optimizer first, got Linear"),
    (lambda: lr_scheduler.StepLR(sgd(), 3, last_epoch=4), KeyError, "last_epoch=4 expected groups with an 'initial"),
    (lambda: lr_scheduler.LRScheduler(sgd()), TypeError, r"LRScheduler has no curve\(self, t\)"),
    (lambda: lr_scheduler.StepLR(sgd(), 0), ValueError, "step_size expected a number from 1 to inf, got 0"),
    (lambda: lr_scheduler.CosineAnnealingLR(sgd(), 0), ValueError, "T_max expected a number from 1 to inf, got 0"),
    (lambda: lr_scheduler.CosineAnnealingWarmRestarts(sgd(), 3, 0), ValueError, "T_mult .* from 1 to inf, got 0"),
    (lambda: lr_scheduler.ConstantLR(sgd(), 1.5), ValueError, "factor expected a number from 0 to 1, got 1.5"),
    (lambda: lr_scheduler.LambdaLR(sgd(), [abs, abs]), ValueError, "one value for all groups or 1, got 2"),
    (lambda: lr_scheduler.OneCycleLR(sgd(), 0.1), ValueError, "total_steps, or both epochs and steps_per_epoch"),
    (lambda: lr_scheduler.OneCycleLR(sgd(), 0.1, 9, anneal_strategy="x"), ValueError, "'cos' or 'linear', got 'x'"),
    (lambda: lr_scheduler.OneCycleLR(sgd(), [0.1, 0.2], 9), ValueError, "one value for all groups or 1, got 2"),
    (lambda: lr_scheduler.OneCycleLR(optim.Adagrad([nn.Parameter([1.0])]), 0.1, 9), ValueError,
     "momentum or betas, got Adagrad: cycle_momentum=False?"),
    (too_far, ValueError, "at most total_steps=3 steps, got one more"),
    (lambda: lr_scheduler.SequentialLR(o := sgd(), [lr_scheduler.StepLR(o, 1)], [3]), ValueError,
     "got 1 schedules and 1 milestones"),
    (lambda: lr_scheduler.SequentialLR(sgd(), [lr_scheduler.StepLR(sgd(), 1)], []), ValueError, "got StepLR"),
    (lambda: lr_scheduler.SequentialLR(o := sgd(), [lr_scheduler.ReduceLROnPlateau(o)], []), ValueError,
     "no metrics, got ReduceLROnPlateau"),
    (lambda: lr_scheduler.ReduceLROnPlateau(sgd(), factor=1.0), ValueError, "from 0 to below 1, got 1.0"),
    (lambda: lr_scheduler.ReduceLROnPlateau(sgd(), "low"), ValueError, "got 'low' and 'rel'"),
    (lambda: lr_scheduler.StepLR(sgd(), 3).load_state_dict(lr_scheduler.ConstantLR(sgd()).state_dict()), ValueError,
     "StepLR expected a checkpoint with .*'gamma'"),
])
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()
