"""Why this file exists: chapter 3's first figure, backpropagation through a small graph, one node at a time."""

import math

import numpy as np
import traitlets

from ..tensor import Tensor
from .base import Figure

MOST = 10.0  # the inputs reach from -10 to 10


def product(a, b, c):
    """L = a b + c."""
    u = a * b
    L = u + c
    return {"u": u, "L": L}


def neuron(w, x, b, y):
    """L = (sigmoid(w x + b) - y)^2, a neuron with one input and its squared error."""
    u = w * x
    z = u + b
    p = z.sigmoid()
    e = p - y
    L = e**2
    return {"u": u, "z": z, "p": p, "e": e, "L": L}


def diamond(w, x):
    """L = (w x)^2 + x, the square written as a product: u is used twice by one operation, and x by two."""
    u = w * x
    v = u * u
    L = v + x
    return {"u": u, "v": v, "L": L}


def network(w1, x, w2, y):
    """L = (sigmoid(w2 tanh(w1 x)) - y)^2, a hidden neuron and an output neuron, both without a bias."""
    u = w1 * x
    h = u.tanh()
    z = w2 * h
    p = z.sigmoid()
    e = p - y
    L = e**2
    return {"u": u, "h": h, "z": z, "p": p, "e": e, "L": L}


FORMULAS = {formula.__name__: formula for formula in (product, neuron, diamond, network)}
FIRST_INPUTS = {
    "product": {"a": 2.0, "b": -3.0, "c": 4.0},
    "neuron": {"w": -1.5, "x": 2.0, "b": 2.0, "y": 1.0},
    "diamond": {"w": 1.5, "x": 2.0},
    "network": {"w1": 1.5, "x": 1.0, "w2": 1.5, "y": 0.0},
}


def last_step(graph) -> int:
    """The last step of a graph: forward through each operation, the 1 at the end, and backward through each."""
    operations = FORMULAS[graph](**{name: Tensor(value) for name, value in FIRST_INPUTS[graph].items()})
    return 2 * len(operations) + 1


class Backprop(Figure):
    """A formula as a graph: values appear from its inputs to the loss L, then gradients from L back to the inputs.

    graph   "product" (a b + c), "neuron", "diamond" (a value used twice) or "network" (two neurons)
    inputs  {name: value} for each input of the graph, from -10 to 10; another graph brings its own
    step    how far the reader has gone: first each operation forward, then the 1 at L, then each backward

    Raises:  traitlets.TraitError for an unknown graph, other inputs, or a step that the graph does not have.
    Source:  Linnainmaa 1976; Baydin et al. 2018, sec. 3.2.   Chapter: 3.
    """

    script = "backprop"
    alt = (
        "A formula drawn as a graph, from its inputs to the loss L. Step by step a value appears at each node, with "
        "its sum written out; then, from L back to the inputs, the gradient of each node and what every line sends "
        "back. A table compares the gradients of the inputs with what L does when an input is nudged."
    )

    graph = traitlets.Enum(list(FORMULAS), "neuron").tag(sync=True)
    inputs = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)

    @traitlets.default("inputs")
    def _inputs(self):
        return dict(FIRST_INPUTS[self.graph])

    @traitlets.default("tries")
    def _tries(self):
        return [
            "Product and sum: set b to 0 and go to the end. Which gradient vanishes, that of a or that of b? What does "
            "the gradient of c depend on?",
            "Neuron: set b to \u221210. The answer p is now almost 0, the target y is 1, and L is as large as it gets. "
            "What is left of the gradients of w, x and b, behind the sigmoid? At which step did they get lost?",
            "Used twice: by which two paths does x reach L, and after which step is its gradient complete? Then set w "
            "to 1 and x to \u22120.5. Why is the gradient of x 0 now?",
            "Two neurons: set w\u2081 to 10, so that tanh is flat. Which gradients vanish, and which does not? Set "
            "w\u2081 back to 1.5 and w\u2082 to 10, so that the sigmoid is flat. Which vanish now?",
        ]

    def __init__(self, **values):
        super().__init__(**values)
        self.bring_along("graph", self._begin)

    def _begin(self, change):
        self.step = 0
        if self.inputs.keys() != FIRST_INPUTS[self.graph].keys():
            self.inputs = dict(FIRST_INPUTS[self.graph])

    @traitlets.validate("inputs")
    def _of_the_graph(self, proposal):
        values, wanted = proposal["value"], FIRST_INPUTS[self.graph]
        if values.keys() != wanted.keys() or not all(_is_in_range(value) for value in values.values()):
            raise traitlets.TraitError(
                f"expected a number from {-MOST:g} to {MOST:g} for each of {', '.join(wanted)}, the inputs of the "
                f"graph {self.graph!r}, got {values}"
            )
        return {name: float(values[name]) for name in wanted}

    @traitlets.validate("step")
    def _within_the_graph(self, proposal):
        last = last_step(self.graph)
        if not 0 <= proposal["value"] <= last:
            raise traitlets.TraitError(
                f"expected a step from 0 to {last}, the last one of the graph {self.graph!r}, got {proposal['value']}"
            )
        return proposal["value"]

    def tensors(self) -> dict:
        """The same graph of real Tensors, by name, after `backward`: compare `.grad` of the inputs with the figure.

        The record is kept, so `.op` and `.parents` of each node can be looked at. Float64, as JavaScript computes.
        """
        inputs = {name: Tensor(np.float64(value), requires_grad=True) for name, value in self.inputs.items()}
        nodes = FORMULAS[self.graph](**inputs)
        nodes["L"].backward(retain_graph=True)
        return inputs | nodes


def _is_in_range(value) -> bool:
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and abs(value) <= MOST
