"""The backpropagation figure: its graphs are the tape that the package records, its numbers the package's numbers."""

import json
import os
import subprocess

import numpy as np
import pytest
import torch
import traitlets
from clone import ROOT
from site_tools import course_math

from dlcourse.figures import Backprop
from dlcourse.figures.backprop import FIRST_INPUTS, FORMULAS, MOST, last_step

MATHEMATICS = ROOT / "tests" / "figures" / "backprop.test.mjs"
every_graph = pytest.mark.parametrize("graph", FORMULAS)


# ------------------------------------------------------------------------------------------------ the mathematics


def tape_of(figure):
    """What the package recorded: each tensor's name, its operation and the names of its parents."""
    tensors = figure.tensors()
    names = {id(tensor): name for name, tensor in tensors.items()}
    return [
        {"name": name, "op": tensor.op, "parents": [names[id(parent)] for parent in tensor.parents]}
        for name, tensor in tensors.items()
    ]


def torch_gradients(figure):
    """The gradient of every node, those between the inputs and the loss too, which only PyTorch retains."""
    options = {"dtype": torch.float64, "requires_grad": True}
    inputs = {name: torch.tensor(value, **options) for name, value in figure.inputs.items()}
    nodes = inputs | FORMULAS[figure.graph](**inputs)
    for node in nodes.values():
        node.retain_grad()
    nodes["L"].backward()
    return {name: node.grad.item() for name, node in nodes.items()}


def case_of(graph, inputs):
    """Values and gradients at some inputs: those of the inputs from the package, the ones between from PyTorch."""
    figure = Backprop(graph=graph, inputs=inputs)
    tensors = figure.tensors()
    own = {name: tensors[name].grad.item() for name in inputs}
    values = {name: tensor.item() for name, tensor in tensors.items()}
    return {"inputs": inputs, "values": values, "gradients": torch_gradients(figure) | own}


def backprop_numbers():
    """Each graph: its tape, and its values and gradients at its first and at random inputs."""
    rng = np.random.default_rng(0)
    numbers = {}
    for graph, first in FIRST_INPUTS.items():
        near, far = rng.normal(size=(25, len(first))), rng.uniform(-MOST, MOST, size=(25, len(first)))
        random = [dict(zip(first, values, strict=True)) for values in np.concatenate([near, far]).tolist()]
        numbers[graph] = {
            "first": first,
            "last": last_step(graph),
            "tape": tape_of(Backprop(graph=graph)),
            "cases": [case_of(graph, inputs) for inputs in [*random, first]],
        }
    return {"graphs": numbers, "most": MOST}


def test_the_script_computes_what_the_package_computes(tmp_path):
    numbers = tmp_path / "numbers.json"
    numbers.write_text(json.dumps({"backprop": backprop_numbers()}))
    command = [str(course_math.node_program()), "--test", "--test-reporter=tap", str(MATHEMATICS)]
    done = subprocess.run(command, env=os.environ | {"FIGURE_NUMBERS": str(numbers)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0" in done.stdout and "\n# pass 0" not in done.stdout


# ------------------------------------------------------------------------------------------------ in Python


@every_graph
def test_python_gets_the_graph_as_tensors(graph):
    figure = Backprop(graph=graph)
    tensors, slopes = figure.tensors(), torch_gradients(figure)
    assert {name: tensors[name].item() for name in figure.inputs} == figure.inputs
    for name in figure.inputs:
        assert tensors[name].grad == pytest.approx(slopes[name], rel=1e-12), name
    assert all(tensor.dtype == np.float64 for tensor in tensors.values())
    # The record is still there, so that a reader can follow it from the loss.
    assert tensors["L"].parents and not tensors["L"].is_leaf
    assert all(tensor.options == {"exponent": 2} for tensor in tensors.values() if tensor.op == "power")


def test_another_graph_brings_its_inputs_and_begins_anew():
    figure = Backprop()
    assert (figure.graph, figure.inputs, figure.step) == ("neuron", FIRST_INPUTS["neuron"], 0)
    figure.step = last_step("neuron")
    figure.graph = "product"
    assert (figure.inputs, figure.step) == (FIRST_INPUTS["product"], 0)


def test_inputs_and_a_step_that_come_together_with_a_graph_stay():
    inputs = {"w": 1.0, "x": -0.5}
    figure = Backprop(graph="diamond", inputs=inputs, step=7)
    assert (figure.graph, figure.inputs, figure.step) == ("diamond", inputs, 7)
    figure.set_state({"graph": "product", "inputs": {"a": 1, "b": 2, "c": 3}, "step": 4})  # what a page sends
    assert (figure.graph, figure.inputs, figure.step) == ("product", {"a": 1.0, "b": 2.0, "c": 3.0}, 4)
    assert all(type(value) is float for value in figure.inputs.values())


@pytest.mark.parametrize(
    "inputs",
    [
        {}, {"w": 1, "x": 2}, {"a": 1, "b": 2, "c": 3},
        *({"w": 1, "x": 2, "b": 3, "y": value} for value in (11, "1", float("nan"), True)),
    ],
)  # fmt: skip
def test_other_inputs_are_refused(inputs):
    figure = Backprop()
    with pytest.raises(traitlets.TraitError, match="from -10 to 10 for each of w, x, b, y, the inputs of the graph"):
        figure.inputs = inputs
    assert figure.inputs == FIRST_INPUTS["neuron"]


@every_graph
def test_a_step_that_the_graph_does_not_have_is_refused(graph):
    figure, last = Backprop(graph=graph), last_step(graph)
    figure.step = last
    for step in (-1, last + 1):
        with pytest.raises(traitlets.TraitError, match=f"expected a step from 0 to {last}"):
            figure.step = step


def test_an_unknown_graph_is_refused():
    with pytest.raises(traitlets.TraitError, match="cycle"):
        Backprop(graph="cycle")


# ------------------------------------------------------------------------------------------------ what to try


def gradients(graph, **inputs):
    """The gradients by name at a graph's first inputs, some of them changed."""
    return torch_gradients(Backprop(graph=graph, inputs=FIRST_INPUTS[graph] | inputs))


def test_what_to_try_is_true_of_the_product():
    at_zero = gradients("product", b=0.0)
    assert (at_zero["a"], at_zero["b"]) == (0, FIRST_INPUTS["product"]["a"])
    assert gradients("product")["a"] != 0
    rng = np.random.default_rng(1)
    for a, b, c in rng.uniform(-MOST, MOST, size=(10, 3)):
        assert gradients("product", a=a, b=b, c=c)["c"] == 1


def test_what_to_try_is_true_of_the_neuron():
    """As wrong as can be, and yet nothing gets behind the flat sigmoid; the gradient gets lost in that one step."""
    figure = Backprop(graph="neuron", inputs=FIRST_INPUTS["neuron"] | {"b": -10.0})
    values, wrong, first = figure.tensors(), gradients("neuron", b=-10.0), gradients("neuron")
    assert values["p"].item() < 1e-5 and values["L"].item() > 0.9999  # it cannot reach 1
    for name in ("w", "x", "b"):
        assert abs(wrong[name]) < 1e-4 < 1e-3 * abs(first[name])
    assert abs(wrong["p"]) > 1.99 and abs(wrong["z"]) < 1e-5 and abs(wrong["y"]) > 1.99


def test_what_to_try_is_true_of_the_diamond():
    """The gradient of x is the sum of two paths, 1 directly and 2 u w through u; at w = 1 and x = -0.5 they cancel."""
    rng = np.random.default_rng(2)
    for w, x in rng.uniform(-3, 3, size=(10, 2)):
        assert gradients("diamond", w=w, x=x)["x"] == pytest.approx(1 + 2 * (w * x) * w, rel=1e-12)
    assert gradients("diamond", w=1.0, x=-0.5)["x"] == 0


def test_what_to_try_is_true_of_two_neurons():
    """A flat tanh cuts off what is behind it, a flat sigmoid everything but the target."""
    first = gradients("network")
    flat_tanh, flat_sigmoid = gradients("network", w1=10.0), gradients("network", w2=10.0)
    assert FIRST_INPUTS["network"]["w1"] == 1.5
    for name in ("w1", "x"):
        assert abs(flat_tanh[name]) < 1e-6 * abs(first[name])
    assert abs(flat_tanh["w2"]) > 0.9 * abs(first["w2"])
    for name in ("w1", "x", "w2"):
        assert abs(flat_sigmoid[name]) < 0.01 * abs(first[name])
    assert abs(flat_sigmoid["y"]) > 1.99
