"""The options of `fit` do what they say, for ours and for PyTorch."""

import copy

import numpy as np
import pytest
import torch
from checkpoint_tools import Decay, exact, regression
from engine_tools import agree, engine_state, float64  # noqa: F401
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import nn, optim
from dlcourse.train import Batches, fit

# ------------------------------------------------------------------------------------------- steps


def trained(batch_size, accumulate, seed, as_torch=False):
    x, y, model = regression()
    loss_fn, library = nn.MSELoss(), optim
    if as_torch:
        state = model.state_dict()
        model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2)).double()
        model.load_state_dict({name: torch.from_numpy(array) for name, array in state.items()})
        x, y, loss_fn, library = torch.from_numpy(x), torch.from_numpy(y), torch.nn.MSELoss(), torch.optim
    optimizer = library.SGD(model.parameters(), lr=0.1, momentum=0.9)
    history = fit(model, Batches(x, y, batch_size=batch_size, seed=seed), loss_fn, optimizer, epochs=3,
                  accumulate=accumulate)
    return history, {name: np.asarray(value) for name, value in model.state_dict().items()}


@pytest.mark.parametrize("as_torch", [False, True])
@pytest.mark.parametrize(("size", "accumulate"), [(6, 3), (3, 2), (4, 3), (7, 2), (5, 100)])
def test_accumulated_batches_are_one_large_batch(size, accumulate, as_torch, float64):  # noqa: F811
    """Equal shards of 18 rows; a last group with a smaller batch, with fewer batches; more than the epoch has."""
    small, weights = trained(size, accumulate, seed=3, as_torch=as_torch)
    large, expected = trained(min(18, size * accumulate), 1, seed=3, as_torch=as_torch)
    assert len(small.steps) == len(large.steps)
    agree(np.array(small.steps), np.array(large.steps), 1e-13)
    agree(np.array(small["loss"]), np.array(large["loss"]), 1e-13)
    for name, array in expected.items():
        agree(weights[name], array, 1e-13)


def test_before_step_sees_the_gradients_of_every_step_and_may_change_them(float64):  # noqa: F811
    x, y, model = regression()
    frozen, norms = copy.deepcopy(model.state_dict()), []

    def forget():
        norms.append(sum(float((p.grad**2).sum()) for p in model.parameters()))
        for p in model.parameters():
            p.grad *= 0

    history = fit(model, Batches(x, y, batch_size=6), nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1), epochs=2,
                  accumulate=2, before_step=forget)
    assert len(norms) == len(history.steps) == 4 and min(norms) > 0
    assert exact(model.state_dict()) == exact(frozen), "a gradient of 0 makes no step"


# ------------------------------------------------------------------------------------------- schedulers


class OnPlateau(Decay):
    def __init__(self, optimizer):
        super().__init__(optimizer)
        self.seen = []

    def step(self, metrics, epoch=None):
        self.seen.append(metrics)


@pytest.mark.parametrize(("when", "accumulate", "steps"), [("epoch", 1, 2), ("batch", 1, 6), ("batch", 2, 4)])
def test_a_scheduler_steps_after_every_epoch_or_every_step(when, accumulate, steps):
    x, y, model = regression()
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    seen, scheduler = [], Decay(optimizer, 0.5)
    fit(model, Batches(x, y, batch_size=6), nn.MSELoss(), optimizer, epochs=2, scheduler=scheduler,
        step_scheduler=when, accumulate=accumulate, before_step=lambda: seen.append(optimizer.param_groups[0]["lr"]))
    assert scheduler.count == steps and optimizer.param_groups[0]["lr"] == 0.5**steps
    assert seen == [1, 1, 1, 0.5, 0.5, 0.5] if when == "epoch" else [0.5**i for i in range(steps)]


def test_a_scheduler_that_takes_metrics_gets_the_monitored_figure():
    figures = iter([3.0, 5.0, 4.0])
    x, y, model = regression()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    scheduler = OnPlateau(optimizer)
    fit(model, Batches(x, y), nn.MSELoss(), optimizer, epochs=3, validate=lambda: {"error": next(figures)},
        scheduler=scheduler, monitor="error", mode="min")
    assert scheduler.seen == [3, 5, 4]
    history = fit(model, Batches(x, y), nn.MSELoss(), optimizer, epochs=1, scheduler=(loss := OnPlateau(optimizer)))
    assert loss.seen == history["loss"]
    plateau = optim.lr_scheduler.ReduceLROnPlateau(optimizer, threshold=0.99, patience=0)
    fit(model, Batches(x, y), nn.MSELoss(), optimizer, epochs=3, scheduler=plateau)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1 * 0.1**2), "the second epoch and the third gained less"


def test_pytorchs_schedulers_are_driven_as_their_manual_says():
    def run(make, loop):
        torch.manual_seed(0)
        model = torch.nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        return loop(model, optimizer, make(optimizer)), optimizer.param_groups[0]["lr"], model.weight.item()

    x = torch.linspace(-1, 1, 8)[:, None]
    batches = Batches(x, x**2, batch_size=2, shuffle=False)

    def by_hand(each_step, each_epoch):
        def loop(model, optimizer, scheduler):
            for _ in range(3):
                losses = []
                for xs, ys in batches:
                    optimizer.zero_grad()
                    loss = torch.nn.functional.mse_loss(model(xs), ys)
                    loss.backward()
                    optimizer.step()
                    each_step(scheduler)
                    losses.append(loss.item())
                each_epoch(scheduler, sum(losses) / 4)
        return loop

    def by_fit(**options):
        return lambda model, optimizer, scheduler: fit(model, batches, torch.nn.MSELoss(), optimizer, epochs=3,
                                                       scheduler=scheduler, **options) and None

    schedulers = torch.optim.lr_scheduler
    for make, loop, options in [
        (lambda o: schedulers.StepLR(o, 1), by_hand(lambda s: 0, lambda s, _: s.step()), {}),
        (lambda o: schedulers.OneCycleLR(o, 1.0, total_steps=12), by_hand(lambda s: s.step(), lambda s, _: 0),
         {"step_scheduler": "batch"}),
        (lambda o: schedulers.ReduceLROnPlateau(o, threshold=0.9, patience=0),
         by_hand(lambda s: 0, lambda s, loss: s.step(loss)), {}),
    ]:
        assert run(make, by_fit(**options)) == run(make, loop)


# ------------------------------------------------------------------------------------------- stopping


def watched(figures, **options):
    """A training whose validation gives these figures; also the weight that the model had after each epoch."""
    model, weights, left = nn.Linear(1, 1, bias=False), [], iter(figures)
    x = np.ones((2, 1), np.float32)

    def validate():
        weights.append(model.weight.item())
        return {"figure": next(left)}

    history = fit(model, Batches(x, 9 * x), nn.MSELoss(), optim.SGD(model.parameters(), lr=0.01), epochs=len(figures),
                  validate=validate, **{"monitor": "figure", "mode": "min", **options})
    return history, weights, model.weight.item()


@given(figures=st.lists(st.integers(0, 5) | st.just(float("nan")), min_size=1, max_size=12),
       patience=st.none() | st.integers(1, 4), min_delta=st.sampled_from([0.0, 1.0, 2.0]),
       mode=st.sampled_from(["min", "max"]))
def test_training_stops_and_returns_to_the_best_epoch(figures, patience, min_delta, mode):
    best, waited, end = None, 0, len(figures)
    for epoch, figure in enumerate(figures):  # as the definition says, and nothing cleverer
        gain = None if best is None else (figures[best] - figure) * (1 if mode == "min" else -1)
        if figure == figure and (best is None or gain > min_delta):
            best, waited = epoch, 0
        else:
            waited += 1
        if waited == patience:
            end = epoch + 1
            break
    history, weights, final = watched(figures, patience=patience, min_delta=min_delta, mode=mode)
    assert (len(history), history.best_epoch) == (end, best)
    assert final == weights[best if best is not None else -1]


@pytest.mark.parametrize(("options", "restored"), [
    ({"restore_best": False}, False), ({"restore_best": False, "patience": 5}, False), ({}, True),
    ({"monitor": None, "mode": None}, False), ({"monitor": None, "mode": None, "restore_best": True}, None),
])
def test_the_best_weights_come_back_where_somebody_watches(options, restored):
    history, weights, final = watched([1.0, 2.0, 3.0], **options)
    best = {True: 0, False: 2, None: int(np.argmin(history["loss"]))}[restored]
    assert final == weights[best]


@pytest.mark.parametrize(("options", "message"), [
    ({"accumulate": 0}, "accumulate and patience expected at least 1, got 0 and None"),
    ({"patience": 0}, "accumulate and patience expected at least 1, got 1 and 0"),
    ({"step_scheduler": "step"}, "step_scheduler expected 'epoch' or 'batch', got 'step'"),
    ({"monitor": "accuracy"}, "monitor='accuracy' expected mode='min' or mode='max', whichever is best, got None"),
    ({"mode": "best"}, "expected mode='min' or mode='max', whichever is best, got 'best'"),
    ({"monitor": "accuracy", "mode": "max"}, r"monitor expected one of \['loss'\], got 'accuracy': does validate"),
    ({"scheduler": OnPlateau(None), "step_scheduler": "batch"}, "OnPlateau expected step_scheduler='epoch'"),
])
def test_options_that_do_not_fit_are_named(options, message):
    x, y, model = regression()
    with pytest.raises(ValueError, match=message):
        fit(model, Batches(x, y), nn.MSELoss(), optim.SGD(model.parameters()), epochs=1, **options)
