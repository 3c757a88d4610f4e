"""Why this file exists: what a network costs can be counted before anybody waits for it.

The record of one forward pass says everything: which operations, on which shapes, and what is kept for the way back. So
nothing is estimated from a model's description, and a model of any form can be counted.
"""

import copy
import functools
import math
from dataclasses import dataclass, field

import numpy as np

from .modules import Parameter
from .probing import watched
from .tensor import Tensor, _newest_first, _next_serial, default_generator

# Operations that multiply matrices: how many multiplications one forward pass takes, from the operands' shapes and the
# output's; then which operands have a gradient that is such a product itself, of as many multiplications.
PRODUCTS = {
    "linear": (lambda out, x, weight, *_: math.prod(out) * weight[1], (0, 1)),
    "matmul": (lambda out, a, b: math.prod(out) * a[-1], (0, 1)),
    "conv2d": (lambda out, x, weight, *_: math.prod(out) * math.prod(weight[1:]), (0, 1)),
    "conv_transpose2d": (lambda out, x, weight, *_: math.prod(x) * math.prod(weight[1:]), (0, 1)),
    "attention": (lambda out, q, k, v: math.prod(q[:-1]) * k[-2] * (q[-1] + v[-1]), (0, 2)),
    "rnn": (lambda out, z, weight, *_: math.prod(z[:-1]) * math.prod(weight), (0, 1)),
    "lstm": (lambda out, z, weight, *_: math.prod(z[:-1]) * math.prod(weight), (0, 1)),
    "gru": (lambda out, z, weight, *_: math.prod(z[:-1]) * math.prod(weight), (0, 1)),
}


@dataclass
class Layer:
    """One line of a `Cost`: a layer, the shape that it returned, and what it costs."""

    name: str
    kind: str
    shape: tuple = ()
    parameters: int = 0
    forward: int = 0
    backward: int = 0
    activations: int = 0


@dataclass
class Cost:
    """What one pass through a model costs; printed, it is a table.

    parameters   how many numbers are trained or could be
    forward      multiplications in the matrix products of one forward pass
    backward     multiplications in the matrix products of the backward pass, for what requires a gradient
    activations  bytes that the forward pass leaves in memory for the backward pass, beside parameters and inputs
    layers       the same, layer by layer, in the order of the calls

    Chapter: 2.
    """

    layers: list = field(default_factory=list)

    parameters, forward, backward, activations = (
        property(lambda self, name=name: sum(getattr(layer, name) for layer in self.layers))
        for name in ("parameters", "forward", "backward", "activations"))

    @property
    def flops(self):
        """Floating-point operations of the forward pass: each multiplication has an addition beside it."""
        return 2 * self.forward

    def __str__(self):
        rows = [["layer", "output", "parameters", "forward", "backward", "bytes kept"]]
        rows += [[f"{layer.name} {layer.kind}".strip(), str(layer.shape), *_numbers(layer)] for layer in self.layers]
        rows += [["all", "", *_numbers(self)]]
        widths = [max(len(row[i]) for row in rows) for i in range(6)]
        return "\n".join("  ".join(f"{cell:{'<' if i < 2 else '>'}{width}}"
                                   for i, (cell, width) in enumerate(zip(row, widths, strict=True))) for row in rows)


def _numbers(costs):
    return [f"{getattr(costs, name):,}" for name in ("parameters", "forward", "backward", "activations")]


def count(model, *inputs):
    """Count what one forward and one backward pass through the model cost, on these inputs.

    Counted are the multiplications of matrix products and convolutions, by their definition (the shortcut of Winograd
    takes fewer). What is done number by number, such as an activation or a norm, is left out: it is cheap, unless there
    is little to multiply; so is picking rows of a table. An operand whose gradient nobody needs, such as the data,
    costs nothing on the way back. What is run is recorded, so what runs under `no_grad` or before `detach` is not seen,
    and a layer that is not called has its parameters counted and nothing else. A copy of the model is run, in the mode
    in which it is, and nothing of the model changes.

    Shapes:  inputs as the model takes them; it returns a Tensor, or a tuple, list or dict of them
    Returns: Cost.
    Raises:  TypeError if the model returns no recorded Tensor.   Chapter: 2.
    """
    trained = [p.requires_grad for p in model.parameters()]
    model, inputs = copy.deepcopy(model), [Tensor(x) for x in inputs]
    needed = dict(zip(model.parameters(), trained, strict=True))  # tensor -> whether somebody wants its gradient
    for leaf in [*needed, *inputs]:
        if leaf.dtype.kind == "f":
            leaf.requires_grad_(True)  # so that everything is recorded, also what is frozen
    state = default_generator().bit_generator.state
    layers, calls, output = _run(model, inputs)
    default_generator().bit_generator.state = state
    known = {id(_owner(leaf.data)) for leaf in [*needed, *inputs]}  # arrays that were there before
    record = _record(output)
    if not record:
        raise TypeError(f"count expected a model that returns a recorded Tensor, got {type(output).__name__}: does it "
                        "run under no_grad()?")
    for node in record:
        layer = next(name for name, start, end in reversed(calls) if start < node.serial < end)  # the innermost
        needed[node] = any(needed.get(parent, False) for parent in node.parents)
        _add(layers[layer], node, needed, known)
    return Cost([layer for layer in layers.values() if layer.parameters or layer.forward or layer.activations])


def _run(model, inputs):
    """The layers by name, the calls [(name, start, end)] by their start, and the output. Times are ages of tensors."""
    layers, calls, running, seen = {}, [], [], set()

    def line_of(name, module):
        if name not in layers:
            own = {p for p in vars(module).values() if isinstance(p, Parameter)} - seen  # a shared one counts once
            seen.update(own)
            layers[name] = Layer(name, type(module).__name__, parameters=sum(p.numel() for p in own))
        return layers[name]

    def before(name, module):
        line_of(name, module)
        running.append([name, _next_serial(), None])
        calls.append(running[-1])

    def after(name, module, output):
        layers[name].shape = getattr(output, "shape", ())
        running.pop()[2] = _next_serial()

    with watched(model, before, after):
        output = model(*inputs)
    for name, module in model.named_modules():
        line_of(name, module)  # those that were not called
    return layers, calls, output


def _record(output):
    """Every recorded operation behind the output, or behind several in a tuple, list or dict, in order of making."""
    output = list(output.values()) if isinstance(output, dict) else output
    parts = output if isinstance(output, tuple | list) else [output]
    tensors = [part for part in parts if isinstance(part, Tensor)]
    nested = [_record(part) for part in parts if isinstance(part, tuple | list | dict)]
    found = {node for tensor in tensors for node in _newest_first(tensor)}.union(*nested)
    return sorted((node for node in found if not node.is_leaf), key=lambda node: node.serial)


def _add(layer, node, needed, known):
    """Add to a layer what one operation costs."""
    if node.op in PRODUCTS:
        formula, factors = PRODUCTS[node.op]
        products = formula(node.shape, *(parent.shape for parent in node.parents))
        layer.forward += products
        layer.backward += products * sum(needed.get(node.parents[i], False) for i in factors)
    elif node.op == "einsum":
        letters, shapes = node.options["equation"].partition("->")[0].replace(" ", ""), [p.shape for p in node.parents]
        sizes = {c: n for some, shape in zip(letters.split(","), shapes, strict=True)
                 for c, n in zip(some, shape, strict=True)}
        layer.forward += math.prod(sizes.values())
        layer.backward += math.prod(sizes.values()) * sum(needed.get(parent, False) for parent in node.parents)
    if not needed[node]:  # then it would not have been recorded, and nothing of it kept
        return
    for array in [node.data, *(parent.data for parent in node.parents), *_kept(node._vjp)]:
        owner = _owner(array)
        if id(owner) not in known:
            known.add(id(owner))
            layer.activations += owner.nbytes


def _owner(array):
    """The array whose memory this one shows: a view keeps all of it alive."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _kept(rule):
    """The arrays that a rule for backward holds on to, also through functions within it."""
    if isinstance(rule, functools.partial):
        return [array for part in (rule.func, *rule.args, *rule.keywords.values()) for array in _kept(part)]
    if isinstance(rule, np.ndarray):
        return [rule]
    if isinstance(rule, tuple | list):
        return [array for part in rule for array in _kept(part)]
    cells = getattr(rule, "__closure__", None) or ()
    return [array for cell in cells for array in _kept(cell.cell_contents)]
