"""The mathematics of the figures, run by Node, against numbers that the package computed."""

import base64
import json
import os
import subprocess

import numpy as np
import pytest
from clone import ROOT
from site_tools import course_math

import dlcourse
from dlcourse import Tensor, optim
from dlcourse import functional as F
from dlcourse.figures import FIGURES, Neuron
from dlcourse.figures.neuron import GATES, PAIRS, points_of

ALL = sorted((ROOT / "tests" / "figures").glob("*.test.mjs"))
# A figure whose numbers take more to make than those below has a file of its own, tests/test_figure_NAME.py.
TESTS = [path for path in ALL if not (ROOT / "tests" / f"test_figure_{path.name.split('.')[0]}.py").exists()]


@pytest.fixture(autouse=True)
def sixteen_digits():
    """JavaScript computes in float64, so the package does too."""
    before = dlcourse.get_default_dtype()
    dlcourse.set_default_dtype(np.float64)
    yield
    dlcourse.set_default_dtype(before)


def rows_of(model, read):
    """What `read` says of each parameter, in the figure's form: a row for each neuron, weights and then the bias."""
    layers = [layer for layer in model.children() if hasattr(layer, "weight")]
    return [row for layer in layers for row in np.column_stack([read(layer.weight), read(layer.bias)]).tolist()]


def network_case(parameters, points):
    """One network at some points: what it answers, its loss, the gradient, and the parameters after a step."""
    figure = Neuron(parameters=parameters, points=points)
    model, x = figure.model(), Tensor(np.array(points)[:, :2])
    y = np.array(points)[:, 2:]
    z = model(x)
    loss = F.binary_cross_entropy_with_logits(z, y)
    loss.backward()
    case = {
        "rows": parameters,
        "points": points,
        "p": F.sigmoid(z).data[:, 0].tolist(),
        "loss": loss.item(),
        "mistakes": int(((z.data > 0) != (y == 1)).sum()),
        "gradient": rows_of(model, lambda parameter: parameter.grad),
    }
    optim.SGD(model.parameters(), lr=0.3).step()
    return case | {"after": rows_of(model, lambda parameter: parameter.data)}


def training_curve(parameters, points, rate, steps):
    """The losses of some steps of gradient descent."""
    model = Neuron(parameters=parameters, points=points).model()
    x, y = np.array(points)[:, :2], np.array(points)[:, 2:]
    optimizer, losses = optim.SGD(model.parameters(), lr=rate), []
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(model(Tensor(x)), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {"rows": parameters, "points": points, "rate": rate, "losses": losses}


def neuron_numbers():
    """Networks of every size at random points, and the points of every task."""
    rng = np.random.default_rng(0)
    cases = []
    for hidden in (0, 1, 2, 3, 4, 4):
        widths = [3] * hidden + [hidden + 1 if hidden else 3]
        parameters = [rng.normal(scale=2, size=width).tolist() for width in widths]
        points = [[*rng.normal(size=2).tolist(), int(rng.integers(2))] for _ in range(9)]
        cases.append(network_case(parameters, points))
    return {
        "cases": cases,
        "curve": training_curve([[1.0, 2.0, -1.0], [-2.0, 1.0, 0.5], [1.0, -1.0, 0.0]], points_of("XOR"), 0.5, 100),
        "pairs": Neuron().pairs,
        "points": {task: points_of(task) for task in (*GATES, *PAIRS)},
        "data": base64.b64encode(Neuron.stored_numbers()).decode(),
    }


def half_precision_numbers():
    """Ordinary, subnormal, infinite and undefined numbers, as bytes and as text or value."""
    values = np.array([0, 1, -2.5, 65504, 6e-8, -3e-6, 6.1e-5, 0.1, np.inf, -np.inf, np.nan], np.float16)
    names = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
    said = [float(value) if np.isfinite(value) else names[str(value)] for value in values]
    return {"base64": base64.b64encode(values.tobytes()).decode(), "values": said}


@pytest.fixture
def numbers(tmp_path):
    """The file with everything that the package computed."""
    path = tmp_path / "numbers.json"
    path.write_text(json.dumps({"neuron": neuron_numbers(), "halves": half_precision_numbers()}))
    return path


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_the_scripts_compute_what_the_package_computes(path, numbers):
    command = [str(course_math.node_program()), "--test", "--test-reporter=tap", str(path)]
    done = subprocess.run(command, env=os.environ | {"FIGURE_NUMBERS": str(numbers)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0" in done.stdout and "\n# pass 0" not in done.stdout


def test_every_figure_has_a_test_of_its_mathematics():
    assert set(FIGURES) <= {path.name.split(".")[0] for path in ALL}
