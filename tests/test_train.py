"""Why this file exists: an experiment is only as honest as its batches and the loop around them."""

import ast
import inspect
import math

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state, float64  # noqa: F401

from dlcourse import data, nn, optim, train
from dlcourse.train import Batches, History, fit

# ------------------------------------------------------------------------------------------- batches


def rows_of(batches):
    return [y.tolist() for _, y in batches]


def test_every_row_comes_once_per_epoch_in_a_new_order():
    x = np.arange(20).reshape(10, 2)
    batches = Batches(x, np.arange(10), batch_size=4, seed=1)
    assert len(batches) == 3
    epochs = [rows_of(batches) for _ in range(3)]
    for epoch in epochs:
        assert [len(rows) for rows in epoch] == [4, 4, 2]
        assert sorted(sum(epoch, [])) == list(range(10))
    assert epochs[0] != epochs[1] != epochs[2] != epochs[0]
    assert all(np.array_equal(batch_x, x[batch_y]) for batch_x, batch_y in batches), "rows keep their labels"


def test_the_seed_decides_the_order():
    def epochs(seed):
        batches = Batches(np.arange(10), np.arange(10), batch_size=4, seed=seed)
        return [rows_of(batches) for _ in range(2)]

    assert epochs(1) == epochs(1) != epochs(2)
    in_order = Batches(np.arange(5), np.arange(5), batch_size=2, shuffle=False)
    assert rows_of(in_order) == rows_of(in_order) == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize(("arguments", "options", "message"), [
    ((np.ones(3), np.ones(4)), {}, r"one length, at least 1, got \[3, 4\]"),
    ((np.ones(0), np.ones(0)), {}, r"got \[0, 0\]"),
    ((np.ones(3), np.ones(3)), {"batch_size": 0}, "batch_size expected at least 1, got 0"),
])
def test_batches_errors(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        Batches(*arguments, **options)


# ------------------------------------------------------------------------------------------- fit


def small(m):
    return m.Sequential(m.Linear(64, 16), m.Tanh(), m.Linear(16, 10))


def test_one_loop_drives_both_libraries_to_equal_losses(float64):  # noqa: F811
    digits = data.load("digits").fit
    ours, theirs = small(nn), small(torch.nn).double()
    theirs.load_state_dict({name: torch.from_numpy(array) for name, array in ours.state_dict().items()})
    histories = []
    for model, library, as_input in ((ours, optim, np.asarray), (theirs, torch.optim, torch.from_numpy)):
        loss = nn.CrossEntropyLoss() if model is ours else torch.nn.CrossEntropyLoss()
        optimizer = library.SGD(model.parameters(), lr=0.1, momentum=0.9)
        batches = Batches(as_input(digits.x), as_input(digits.y), batch_size=100, seed=3)
        histories.append(fit(model, batches, loss, optimizer, epochs=3, progress=False))
    assert len(histories[0].steps) == 24 and histories[0]["loss"][-1] < histories[0]["loss"][0]
    agree(np.array(histories[0].steps), np.array(histories[1].steps))
    agree(np.array(histories[0]["loss"]), np.array(histories[1]["loss"]))


def test_the_loop_knows_neither_library():
    tree = ast.parse(inspect.getsource(train))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= {"copy", "inspect", "itertools", "math", "os", "numpy", "tqdm", "checkpoint"}
    for function in (train.one_epoch, train.fit):
        body = inspect.getsource(function).split('"""')[2]
        assert not any(word in body for word in ("torch", "Tensor", "isinstance", "hasattr"))


def flat_problem():
    """y = 2 x, to be found by one weight."""
    x = np.linspace(-1, 1, 8)[:, None]
    model = nn.Linear(1, 1, bias=False)
    return model, Batches(x, 2 * x, batch_size=4), nn.MSELoss()


def test_history_keeps_steps_epochs_and_what_validate_returned(float64):  # noqa: F811
    model, batches, loss = flat_problem()
    seen = []

    def validate():
        seen.append(model.training)
        return {"weight": model.weight.item()}

    optimizer = optim.SGD(model.parameters(), lr=0.5)
    history = fit(model, batches, loss, optimizer, epochs=5, validate=validate, progress=False)
    assert (len(history), len(history.steps)) == (5, 10)
    agree(np.array(history["loss"]), np.array(history.steps).reshape(5, 2).mean(axis=1))
    assert len(history["weight"]) == 5 and abs(history["weight"][-1] - 2) < 0.2
    assert seen == [False] * 5, "validation runs in evaluation mode"
    assert repr(history).startswith("History(5 epochs, 10 steps; last: loss ") and ", weight 1." in repr(history)
    with pytest.raises(KeyError, match=r"holds \['loss', 'weight'\], not 'accuracy'"):
        history["accuracy"]
    assert repr(History()) == "History(0 epochs, 0 steps; last: nothing yet)"


def test_training_happens_in_training_mode(float64):  # noqa: F811
    model, batches, loss = flat_problem()
    modes = []
    optimizer = optim.SGD(model.parameters())
    fit(model, batches, lambda p, y: modes.append(model.training) or loss(p, y), optimizer, epochs=2, validate=dict,
        progress=False)
    assert modes == [True] * 4


@pytest.mark.parametrize("progress", [True, False])
def test_progress_leaves_nothing_behind(progress, capfd, float64):  # noqa: F811
    model, batches, loss = flat_problem()
    fit(model, batches, loss, optim.SGD(model.parameters()), epochs=2, progress=progress)
    assert capfd.readouterr() == ("", "")


def test_the_bar_of_a_long_training_is_drawn_and_cleared_unless_turned_off(monkeypatch, capsys, float64):  # noqa: F811
    model, batches, loss = flat_problem()
    optimizer = optim.SGD(model.parameters())
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr(train, "PROGRESS_DELAY", 0.0)
    fit(model, batches, loss, optimizer, epochs=2)
    out, err = capsys.readouterr()
    assert out == "" and "0/2" in err
    assert err.endswith("\r") and err.split("\r")[-2].strip() == "", "the line is blank again"
    monkeypatch.setenv("TQDM_DISABLE", "1")
    fit(model, batches, loss, optimizer, epochs=2)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("worst", [math.nan, math.inf])
def test_a_loss_that_is_no_number_stops_training_before_it_spoils_the_weights(worst, float64):  # noqa: F811
    model, batches, loss = flat_problem()
    calls = []

    def bad_loss(predicted, y):
        calls.append(1)
        return loss(predicted, y) * (worst if len(calls) == 4 else 1.0)

    with pytest.raises(FloatingPointError) as caught:
        fit(model, batches, bad_loss, optim.SGD(model.parameters(), lr=0.25), epochs=3, progress=False)
    message = str(caught.value)
    assert f"the loss is {worst} at step 3 (epoch 1)" in message and "the loss before it was" in message
    assert "too high (now 0.25)" in message and "NaN in the data" in message
    assert np.isfinite(model.weight.data).all()


def test_a_bad_first_loss_says_that_it_was_the_first(float64):  # noqa: F811
    model = nn.Linear(1, 1)
    x = np.full((2, 1), np.nan)
    with pytest.raises(FloatingPointError, match=r"loss is nan at step 0 \(epoch 0\); it was the first"):
        fit(model, Batches(x, x), nn.MSELoss(), optim.SGD(model.parameters()), epochs=1, progress=False)


def test_batches_that_run_out_are_named(float64):  # noqa: F811
    model, batches, loss = flat_problem()
    once = iter(batches)
    with pytest.raises(ValueError, match="got none in epoch 1: Batches"):
        fit(model, once, loss, optim.SGD(model.parameters()), epochs=2, progress=False)
