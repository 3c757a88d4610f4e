"""Why this file exists: an update rule is a few lines, but applying it to thirty small arrays in turn takes its time.

So an optimizer packs its parameters into one long array and their gradients into another: a rule is then a few calls,
whatever the number of parameters. Nobody else needs to know.
"""

import os
import sys
from itertools import accumulate, pairwise

import numpy as np

from .tensor import as_array

CHUNK = 1 << 18  # numbers updated at a time: of a large model, a part then stays close to the processor meanwhile
ONE_THREAD = "1" in (os.environ.get("OPENBLAS_NUM_THREADS"), os.environ.get("OMP_NUM_THREADS"))
PIECE = CHUNK if ONE_THREAD else 10_000  # that many numbers BLAS adds up on one thread, however many it has
_axpy = {}  # dtype -> BLAS's y += a x


def add_multiple(y, a, x):
    """y += a x, in place: BLAS goes through y once; NumPy would write a x first, and then add it.

    It is SciPy's BLAS, with threads of its own. They and those of NumPy's would fight for the cores, and a step would
    take ten times as long; so, unless it has one thread, it gets pieces for which it wakes no other.   Chapter: 3.
    """
    axpy = _axpy[y.dtype]
    if y.size <= PIECE:
        axpy(x, y, a=a)
        return
    for start in range(0, y.size, PIECE):
        axpy(x, y, n=min(PIECE, y.size - start), a=a, offx=start, offy=start)


class Pack:
    """Parameters of one group and one dtype, side by side in one array `weights`: each `p.data` is a view of it.

    The views are not trusted but checked before each step: what was rebound from outside (`p.data = ...`, a second
    optimizer) is copied back in. Gradients are offered a home, a view of a long array as well. A home is used once, and
    the long array is replaced when somebody kept a part of it: no gradient changes behind its owner's back.

    Raises:  TypeError for a dtype other than float32 and float64.   Chapter: 3.
    """

    def __init__(self, params, group):
        self.params, self.group = params, group
        first = params[0].data
        if first.dtype not in _axpy:
            if first.dtype not in (np.float32, np.float64):
                raise TypeError(f"an optimizer expected parameters of float32 or float64, got {first.dtype}")
            from scipy.linalg.blas import daxpy, saxpy  # not above: importing it takes longer than importing NumPy

            _axpy.update({np.dtype(np.float32): saxpy, np.dtype(np.float64): daxpy})
        self.spans = list(pairwise(accumulate((p.numel() for p in params), initial=0)))
        if len(params) == 1 and first.flags.c_contiguous and first.flags.writeable:
            self.weights, self.views = first.reshape(-1), [first]
        else:
            self.weights = np.concatenate([p.data.reshape(-1) for p in params])
            self.views = self.split(self.weights)
        for p, view in zip(params, self.views, strict=True):
            p.data = view
        self.scratch = np.empty(min(CHUNK, self.weights.size), first.dtype)
        self.steps = [0] * len(params)  # how many each parameter has made
        self.state = {}  # name -> array as long as the weights
        self._new_homes()

    def __reduce__(self):  # a copy (copy.deepcopy, pickle) packs its own parameters
        return Pack, (self.params, self.group), {"steps": self.steps, "state": self.state}

    def split(self, long):
        """The views of a long array, one for each parameter."""
        return [long[a:b].reshape(p.shape) for p, (a, b) in zip(self.params, self.spans, strict=True)]

    def remember(self, first_values):
        """Make room in `state` for what is kept for each number: name -> first value."""
        for name, value in first_values.items():
            if name not in self.state:
                self.state[name] = np.full_like(self.weights, value)

    def zero_grad(self):
        """Forget the gradients and offer each parameter a home for the next one."""
        for p in self.params:
            p.grad = p._home = None
        if self._references() != self._unshared:  # somebody kept a gradient, or a part of one: it is theirs now
            self._new_homes()
        for p, home in zip(self.params, self._homes, strict=True):
            p._home = home

    def _new_homes(self):
        self._grads = np.empty_like(self.weights)
        self._homes = self.split(self._grads)
        self._unshared = self._references()

    def _references(self):
        """How often each home, and the array behind them, is referred to."""
        return [*map(sys.getrefcount, self._homes), sys.getrefcount(self._grads)]

    def parts(self):
        """Count a step of every parameter that has a gradient, and yield what it takes, CHUNK numbers at a time.

        That is: weights, gradient, room for a result, {name: state}, and the number of this step, from 1.
        """
        grads, runs = self._collect()
        for start, stop, count in runs:
            for a in range(start, stop, CHUNK):
                b = min(a + CHUNK, stop)
                state = {name: array[a:b] for name, array in self.state.items()}
                yield self.weights[a:b], grads[a:b], self.scratch[: b - a], state, count

    def _collect(self):
        """The gradients as one long array, and the runs (start, stop, count) in it that take their count-th step."""
        present, at_home = [], True
        for k, (p, view, home) in enumerate(zip(self.params, self.views, self._homes, strict=True)):
            if p.data is not view:
                _take_back(p, view)
            if p.grad is not None:
                present.append(k)
                at_home = at_home and p.grad is home
        grads = self._grads if at_home else self._gather(present)
        for k in present:
            self.steps[k] += 1
        if len(present) == len(self.params) and self.steps.count(self.steps[0]) == len(present):
            return grads, [(0, self.weights.size, self.steps[0])]
        runs = []
        for k in present:
            (start, stop), count = self.spans[k], self.steps[k]
            if runs and runs[-1][1:] == (start, count):
                start = runs.pop()[0]
            runs.append((start, stop, count))
        return grads, runs

    def _gather(self, present):
        """Copy gradients that came from elsewhere."""
        grads = np.empty_like(self.weights)
        for k in present:
            g, shape = as_array(self.params[k].grad), self.params[k].shape
            if g.shape != shape:
                raise ValueError(f"a parameter of shape {shape} expected a gradient of that shape, got {g.shape}")
            grads[slice(*self.spans[k])] = g.reshape(-1)
        return grads

    def states(self):
        """(parameter, {"step": ..., name: view}), one after the other."""
        views = {name: self.split(array) for name, array in self.state.items()}
        for k, p in enumerate(self.params):
            yield p, {"step": self.steps[k], **{name: views[name][k] for name in views}}

    def load(self, saved):
        """Copy in {parameter: {"step": ..., name: array}}. torch's SGD does not count: with a state it made a step."""
        for k, p in enumerate(self.params):
            self.steps[k] = int(saved[p].get("step", bool(saved[p])))
            for name in saved[p].keys() - {"step"}:
                self.remember({name: 0})
                self.state[name][slice(*self.spans[k])] = saved[p][name].reshape(-1)


def _take_back(p, view):
    if p.shape != view.shape or p.dtype != view.dtype:
        raise ValueError(f"a parameter was {view.shape} {view.dtype} when the optimizer was made, and is {p.shape} "
                         f"{p.dtype} now: make a new optimizer")
    view[...] = p.data
    p.data = view
