"""The playground in Python: its points, its network in both directions, and its training against the script's."""

import base64
import json
import os
import subprocess

import numpy as np
import pytest
import traitlets
from clone import ROOT
from site_tools import course_math

import dlcourse
from dlcourse import Tensor, data, nn
from dlcourse import functional as F
from dlcourse.figures import Playground, playground
from dlcourse.figures.playground import ACTIVATIONS, BATCHES, COUNT, NOISES, TASKS, UNIT, clean_and_draws

TESTS = sorted((ROOT / "tests" / "figures").glob("playground.*test.mjs"))


@pytest.fixture(autouse=True)
def sixteen_digits():
    """JavaScript computes in float64, so the package does too."""
    before = dlcourse.get_default_dtype()
    dlcourse.set_default_dtype(np.float64)
    yield
    dlcourse.set_default_dtype(before)


def nested(model, read=lambda parameter: parameter.data):
    """What `read` says of each parameter, in the figure's form: layers [W, b]."""
    layers = [layer for layer in model.children() if isinstance(layer, nn.Linear)]
    return [[read(layer.weight).tolist(), read(layer.bias).tolist()] for layer in layers]


# ------------------------------------------------------------------------------------------------ for the script


def network_case(rng, depth, width, activation):
    """One network at some points: logits, loss, mistakes and gradient."""
    figure = Playground(depth=depth, width=width, activation=activation)
    shape = playground.shape_of(depth, width)
    parameters = [
        [rng.normal(size=(units, inputs)).tolist(), rng.normal(size=units).tolist()]
        for inputs, units in zip(shape, shape[1:], strict=False)
    ]
    model, x, y = figure.model(parameters), rng.normal(size=(9, 2)), rng.integers(2, size=9)
    z = model(Tensor(x))
    loss = F.binary_cross_entropy_with_logits(z, y[:, None].astype(float))
    loss.backward()
    return {
        "activation": activation, "parameters": parameters, "x": x.tolist(), "y": y.tolist(),
        "z": z.data[:, 0].tolist(), "loss": loss.item(), "wrong": int(((z.data[:, 0] > 0) != (y == 1)).sum()),
        "gradient": nested(model, lambda parameter: parameter.grad),
    }  # fmt: skip


def training_run(**changes):
    """The parameters and losses after 200 steps of the package's own optimizer."""
    figure = Playground(**changes)
    model = figure.trained(200)
    losses = [loss for loss, _ in figure.judged(model).values()]
    return {"changes": changes, "parameters": nested(model), "losses": losses}


def playground_numbers():
    """Networks, starts, training runs and points, as the package has them."""
    rng = np.random.default_rng(0)
    sizes = [(1, 1), (1, 3), (2, 4), (3, 8), (6, 8)]
    starts = [(4, 3, "tanh", 0), (1, 1, "ReLU", 1), (6, 8, "sigmoid", 77), (2, 5, "ReLU", 123456)]
    names = ("depth", "width", "activation", "seed")
    runs = [
        training_run(task="spirals", depth=3, width=6, activation="tanh", rate=0.03, decay=0.001, batch=20),
        training_run(task="moons", depth=2, width=8, activation="ReLU", rate=0.03, decay=0.01, batch=10, seed=1),
        training_run(task="xor", depth=4, width=5, activation="ReLU", rate=0.01, decay=0.0, batch=200, seed=2),
        training_run(task="moons", depth=3, width=4, activation="sigmoid", rate=0.3, decay=0.0001, batch=50, seed=3),
    ]
    points = []
    for task in TASKS:
        for noise in (0, 0.03, 0.1, 0.5, float(rng.uniform(0, 0.5))):
            shown = Playground(task=task, noise=noise).dataset()
            points.append({"task": task, "noise": noise, "x": shown.x.ravel().tolist(), "y": shown.y.tolist()})
    return {
        "cases": [network_case(rng, *size, activation) for size in sizes for activation in ACTIVATIONS],
        "starts": [dict(zip(names, one, strict=True), parameters=playground.random_start(*one)) for one in starts],
        "runs": runs,
        "points": points,
        "values": Playground().state(),
        "data": base64.b64encode(Playground.stored_numbers()).decode(),
    }


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    """The file with everything that the package computed."""
    before = dlcourse.get_default_dtype()
    dlcourse.set_default_dtype(np.float64)
    path = tmp_path_factory.mktemp("numbers") / "numbers.json"
    path.write_text(json.dumps({"playground": playground_numbers()}))
    dlcourse.set_default_dtype(before)
    return path


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_the_script_computes_what_the_package_computes(path, numbers):
    command = [str(course_math.node_program()), "--test", "--test-reporter=tap", str(path)]
    environment = os.environ | {"FIGURE_NUMBERS": str(numbers)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0" in done.stdout and "\n# pass 0" not in done.stdout


# ------------------------------------------------------------------------------------------------ the points


def test_its_numbers_are_those_of_the_data_sets():
    stored = np.frombuffer(Playground.stored_numbers(), "<i4").reshape(len(TASKS), COUNT, 5)
    for task, rows in zip(TASKS, stored, strict=True):
        assert np.abs(rows[:, :4] * UNIT - np.concatenate(clean_and_draws(task), axis=1)).max() < 1e-8
        assert np.array_equal(rows[:, 4], data.load(task, n=COUNT).y)
        others = 0
        for noise in (*NOISES, 0.12345, 1 / 3):
            shown = data.load(task, n=COUNT, noise=noise).x
            distance = np.abs(np.round(rows[:, :2] * UNIT + noise * (rows[:, 2:4] * UNIT), 6) - shown)
            assert distance.max() < 1.001e-6  # where a rounding is close, the last of six decimals is another
            others += (distance > 1e-12).sum() if noise in NOISES else 0
        assert others <= 1  # of the 30,600 coordinates at the steps of the slider


def test_every_batch_divides_the_rows():
    rows = len(Playground().dataset().train)
    assert rows == 200 and all(rows % size == 0 for size in BATCHES)


# ------------------------------------------------------------------------------------------------ the network


def test_its_network_is_one_of_the_course():
    figure = Playground(depth=2, width=3, activation="tanh")
    kinds = [type(layer) for layer in figure.model().children()]
    assert kinds == [nn.Linear, nn.Tanh, nn.Linear, nn.Tanh, nn.Linear]
    (w1, b1), (w2, b2), (w3, b3) = [[np.array(array) for array in layer] for layer in figure.parameters]
    x = figure.dataset().test.x
    z = np.tanh(np.tanh(x @ w1.T + b1) @ w2.T + b2) @ w3.T + b3
    assert np.allclose(figure.model()(Tensor(x)).data, z, rtol=1e-12, atol=1e-12)
    z, y = z[:, 0], figure.dataset().test.y
    loss, wrong = np.mean(np.logaddexp(0, z) - z * y), int(((z > 0) != (y == 1)).sum())
    assert figure.judged()["test"] == (pytest.approx(loss, rel=1e-12), wrong)


def test_a_new_depth_width_activation_seed_or_task_begins_anew():
    figure = Playground()
    first = figure.parameters
    for name, value in {"depth": 5, "width": 7, "activation": "tanh", "seed": 3, "task": "xor"}.items():
        figure.steps, before = 9, figure.parameters
        setattr(figure, name, value)
        assert figure.steps == 0 and figure.parameters == figure.start()
        assert (figure.parameters == before) == (name == "task")
    assert [np.shape(w) for w, _ in figure.parameters] == [(7, 2), *[(7, 7)] * 4, (1, 7)]
    figure.noise, figure.steps = 0.2, 4
    assert figure.steps == 4 and first == Playground().parameters


def test_what_the_page_says_is_taken_as_it_is():
    figure = Playground()
    moved = [[(np.array(w) + 0.5).tolist(), b] for w, b in playground.random_start(3, 2, "ReLU", 0)]
    sent = []
    figure.observe(lambda change: sent.append(change["new"]), "parameters")
    figure.set_state({"depth": 3, "width": 2, "parameters": moved, "steps": 120})
    assert (figure.depth, figure.width, figure.steps) == (3, 2, 120)
    assert figure.parameters == moved and sent == [moved]  # it does not fall back to the start in between


def test_a_trained_model_can_be_taken():
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Linear(2, 5), nn.Sigmoid(), nn.Linear(5, 5), nn.Sigmoid(), nn.Linear(5, 1))
    figure = Playground(steps=7)
    figure.take(model)
    assert (figure.depth, figure.width, figure.activation, figure.steps) == (2, 5, "sigmoid", 0)
    x = Tensor(rng.normal(size=(4, 2)))
    assert np.array_equal(figure.model()(x).data, model(x).data)
    figure.take(figure.trained(3))
    assert figure.parameters == nested(figure.trained(3))


@pytest.mark.parametrize(
    "layers",
    [
        [nn.Linear(2, 1)],
        [nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1)],
        [nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 2)],
        [nn.Linear(2, 9), nn.ReLU(), nn.Linear(9, 1)],
        [nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1)],
        [nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 1)],
        [nn.Linear(2, 4), nn.GELU(), nn.Linear(4, 1)],
        [nn.Linear(2, 4, bias=False), nn.ReLU(), nn.Linear(4, 1)],
        [nn.Linear(2, 4), nn.ReLU()],
        [],
    ],
)
def test_a_model_that_cannot_be_drawn_is_refused(layers):
    figure = Playground()
    before = figure.state()
    with pytest.raises(ValueError, match="expected Linear layers from 2 inputs"):
        figure.take(nn.Sequential(*layers))
    assert figure.state() == before


OTHERS = [playground.random_start(depth, width, "ReLU", 0) for depth, width in [(1, 4), (2, 5)]]


@pytest.mark.parametrize("wrong", [[], [1, 2], [[[[1], [2, 3]], [0]]] * 3, *OTHERS])
def test_parameters_of_another_shape_are_refused(wrong):
    with pytest.raises(traitlets.TraitError, match=r"expected layers \[W, b\] .* for depth 2 and width 4"):
        Playground().parameters = wrong


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -2e6])
def test_parameters_beyond_all_measure_are_refused(value):
    wrong = playground.random_start(2, 4, "ReLU", 0)
    wrong[0][0][0][0] = value
    with pytest.raises(traitlets.TraitError, match="up to 1,000,000, got"):
        Playground().parameters = wrong


@pytest.mark.parametrize(
    "name, value",
    [("depth", 0), ("depth", 7), ("width", 9), ("task", "gates"), ("batch", 30), ("noise", 0.6), ("rate", -1)],
)
def test_a_value_out_of_range_is_refused(name, value):
    with pytest.raises(traitlets.TraitError):
        Playground(**{name: value})
