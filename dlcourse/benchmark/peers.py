"""How other small engines do on the same multilayer perceptrons: HIPS autograd, micrograd, and JAX with jit.

    pip install autograd==1.9.1 micrograd==0.1.0 jax==0.10.2       (in a separate environment: the course needs none)
    python -m dlcourse.benchmark.peers

They take part in the same race, from the same weights, on one thread. micrograd computes with single numbers and is
only asked for the smallest network. Writes `peers.csv` and `peers_facts.csv`; measured once, not by `make bench`.
"""

import importlib.util
import math
import sys

import numpy as np

import dlcourse

from . import tables
from .race import Disagreement, Entrant, race
from .worker import SEED
from .workloads import OPTIONS, WORKLOADS

NAMES = {"dlcourse": "dlcourse", "torch": "PyTorch", "torch fused": "PyTorch, fused optimizer", "jax": "JAX with jit",
         "autograd": "HIPS autograd", "micrograd": "micrograd"}  # fmt: skip
PACKAGES = {name: name.split()[0] for name in NAMES}
EVERYWHERE = [name for name in NAMES if name != "micrograd"]
ENTRANTS = {"xor": list(NAMES), "digits 32": EVERYWHERE, "digits 128": EVERYWHERE, "mlp 784": EVERYWHERE}
COLUMNS = ("Workload", "Library", "Version", "Best step, ms", "PyTorch's time over its time", "Lower quartile",
           "Upper quartile")  # fmt: skip
COMMAND = "python -m dlcourse.benchmark.peers"
ROUNDS, SECONDS = 9, 0.2


class Peer:
    """A multilayer perceptron in another library: `restart` from dlcourse's weights, `step` as often as you like."""

    def __init__(self, workload):
        self.workload = workload
        self.x, self.y = workload.data(np.random.default_rng(SEED))

    def restart(self, weights):
        """Go back to these weights, with a new optimizer. They come as weight, bias, weight, bias, ..."""
        self.parameters = [np.array(w) for w in weights.values()]
        self.state = [[np.zeros_like(w), np.zeros_like(w)] for w in self.parameters]
        self.number = 0


def loss(np, workload, parameters, x, y):
    """The loss of the perceptron, in whatever calls itself NumPy.

    Shapes:  parameters [(O, D), (O,), ...], x (N, D), y (N,) labels or (N, 1) zeros and ones  ->  ()
    """
    for position in range(0, len(parameters), 2):
        if position:
            x = np.tanh(x) if workload.activation == "Tanh" else np.maximum(x, 0)
        x = np.dot(x, parameters[position].T) + parameters[position + 1]
    if workload.sizes[-1] == 1:
        return np.mean(np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x))))
    x = x - np.max(x, axis=1, keepdims=True)
    return np.mean(np.log(np.sum(np.exp(x), axis=1)) - x[np.arange(len(y)), y])


def update(np, workload, number, p, g, state):
    """SGD with momentum, or Adam: (new parameter, new state) at step `number`, which counts from 1."""
    options, (m, v) = OPTIONS[workload.optimizer], state
    if workload.optimizer == "SGD":
        m = options["momentum"] * m + g
        return p - options["lr"] * m, [m, v]
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    mean, square = m / (1 - 0.9**number), v / (1 - 0.999**number)
    return p - options["lr"] * mean / (np.sqrt(square) + 1e-8), [m, v]


class Autograd(Peer):
    """HIPS autograd: NumPy, wrapped and differentiated. The optimizer is NumPy, parameter by parameter."""

    def __init__(self, workload):
        super().__init__(workload)
        import autograd
        import autograd.numpy

        self.differentiate = autograd.value_and_grad(lambda parameters: loss(autograd.numpy, workload, parameters,
                                                                             self.x, self.y))

    def step(self):
        """One step."""
        self.number += 1
        value, gradients = self.differentiate(self.parameters)
        for i, g in enumerate(gradients):
            self.parameters[i], self.state[i] = update(np, self.workload, self.number, self.parameters[i], g,
                                                       self.state[i])
        return np.asarray(value)


class Jax(Peer):
    """JAX: the whole step, optimizer included, compiled by jit at its first call, which is not timed."""

    def __init__(self, workload):
        super().__init__(workload)
        import jax

        self.x, self.y = jax.numpy.asarray(self.x), jax.numpy.asarray(self.y)

        def step(parameters, state, number, x, y):
            value, gradients = jax.value_and_grad(lambda p: loss(jax.numpy, workload, p, x, y))(parameters)
            new = [update(jax.numpy, workload, number, *pgs)
                   for pgs in zip(parameters, gradients, state, strict=True)]
            return value, [p for p, _ in new], [s for _, s in new]

        self.compiled = jax.jit(step, donate_argnums=(0, 1))

    def restart(self, weights):
        super().restart(weights)
        import jax

        self.parameters, self.state = jax.device_put((self.parameters, self.state))

    def step(self):
        """One step; JAX returns before it has computed, so wait."""
        self.number += 1
        value, self.parameters, self.state = self.compiled(self.parameters, self.state, float(self.number), self.x,
                                                           self.y)
        self.parameters[0].block_until_ready()
        return value


class Micrograd(Peer):
    """micrograd: a graph of single numbers. It has neither tanh nor a logarithm; both are added here in its own way."""

    def restart(self, weights):
        from micrograd.engine import Value

        super().restart(weights)
        self.parameters = [np.vectorize(lambda w: Value(float(w)), otypes=[object])(w) for w in self.parameters]
        self.momentum = [0.0] * sum(w.size for w in self.parameters)

    def step(self):
        """One step: SGD with momentum, one number at a time."""
        options, flat = OPTIONS["SGD"], [value for w in self.parameters for value in w.flat]
        for value in flat:
            value.grad = 0
        losses = [self.example(row, float(target)) for row, target in zip(self.x, self.y[:, 0], strict=True)]
        total = sum(losses) * (1 / len(losses))
        total.backward()
        for i, value in enumerate(flat):
            self.momentum[i] = options["momentum"] * self.momentum[i] + value.grad
            value.data -= options["lr"] * self.momentum[i]
        return np.asarray(total.data)

    def example(self, row, target):
        """The loss of one example."""
        values = [float(entry) for entry in row]
        for position in range(0, len(self.parameters), 2):
            if position:
                values = [_node(v, t := math.tanh(v.data), 1 - t * t) for v in values]
            rows = zip(self.parameters[position], self.parameters[position + 1], strict=True)
            values = [sum((w * v for w, v in zip(weights, values, strict=True)), bias) for weights, bias in rows]
        z = values[0].data
        value = max(z, 0) - z * target + math.log1p(math.exp(-abs(z)))
        return _node(values[0], value, 1 / (1 + math.exp(-z)) - target)


def _node(parent, data, slope):
    """A micrograd Value that was computed from one other, with the given derivative."""
    from micrograd.engine import Value

    out = Value(data, (parent,))

    def backward():
        parent.grad += slope * out.grad

    out._backward = backward
    return out


PEERS = {"autograd": Autograd, "jax": Jax, "micrograd": Micrograd}


def rows_of(result, entrants, versions):
    """One row per library: PyTorch's time over its time, so above 1 means that it is faster than PyTorch."""
    torch, rows = Entrant("torch", 1), []
    for entrant in entrants:
        lower, ratio, upper = tables.spread([1 / r for r in result.ratios(entrant, torch)])
        numbers = (1e3 * result.best(entrant), ratio, lower, upper)
        name = entrant.implementation
        cells = (result.workload.name, NAMES[name], versions[PACKAGES[name]], *map(tables.rounded, numbers))
        rows.append(dict(zip(COLUMNS, cells, strict=True)))
    return rows


def main():
    """The command."""
    if missing := [name for name in PEERS if importlib.util.find_spec(name) is None]:
        sys.exit(f"Not installed: {', '.join(missing)}. The course does not need them; to measure them, make an "
                 f"environment of their own:\n{__doc__.splitlines()[2].split('(')[0].rstrip()}")
    facts = tables.machine_facts(COMMAND, tables.load_average(), ("numpy", "scipy"))
    versions = tables.installed(PACKAGES.values()) | {"dlcourse": dlcourse.__version__}
    facts["Rounds"] = f"{ROUNDS} of {SECONDS} s for each process"
    rows = []
    for name, implementations in ENTRANTS.items():
        print(f"{name} ...", file=sys.stderr, flush=True)
        entrants = [Entrant(implementation, 1) for implementation in implementations]
        try:
            rows += rows_of(race(WORKLOADS[name], entrants, ROUNDS, SECONDS), entrants, versions)
        except Disagreement as error:
            sys.exit(f"{error}\nNothing is stored.")
    print(f"\n{tables.as_text(rows)}")
    tables.write("peers", rows)
    tables.write("peers_facts", tables.fact_rows(facts))


if __name__ == "__main__":
    main()
