"""Why this file exists: a gradient says which way is down; an optimizer decides how to step.

Each rule stands here twice: as its formula, on single arrays, and as `update`, the same in place, which is applied to
all parameters of a group at once. Sorted by increasing complexity; names and defaults are those of torch.optim.
"""

import math
from itertools import accumulate, pairwise

import numpy as np

from . import lr_scheduler  # noqa: F401  (so that optim.lr_scheduler.StepLR reads as in torch)
from .machine import keep_freed_memory
from .pack import Pack, add_multiple
from .tensor import Tensor


class Optimizer:
    """Parameters in groups, each a dict with "params" and its options ("lr" may be changed at any time).

    A subclass says in `memory` what it keeps for each number, with its first value, and in `update` how weights change
    by their gradient. The arrays of the parameters move into one long array when the optimizer is made.

    Raises:  ValueError without parameters, for one that is listed twice or for a negative option; TypeError for what is
             not a parameter.
    Chapter: 1.   Twin: torch.optim.Optimizer (without hooks, foreach, fused, maximize).
    """

    def __init__(self, params, **options):
        keep_freed_memory()
        groups = list(params)
        if not groups:
            raise ValueError("an optimizer expected parameters, got none: model.parameters()?")
        self.defaults, self.param_groups, self._packs = options, [], []
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    def add_param_group(self, param_group):
        """Train further parameters, perhaps with options of their own: {"params": ..., "lr": 0.01}."""
        params = param_group["params"]
        params = [params] if isinstance(params, Tensor) and params.is_leaf else list(params)
        for p in params:
            if not isinstance(p, Tensor) or not p.is_leaf:
                kind = "the result of an operation" if isinstance(p, Tensor) else type(p).__name__
                raise TypeError(f"an optimizer expected parameters, got {kind}: model.parameters(), or a list [w, b]?")
        everything = [*self._params(), *params]
        if len(set(everything)) < len(everything):
            raise ValueError("an optimizer expected each parameter once, got one that is listed twice")
        group = {**self.defaults, **param_group, "params": params}
        groups = [*self.param_groups, group]
        for name, value in group.items():
            if isinstance(value, int | float) and value < 0:
                raise ValueError(f"{name} expected a number of at least 0, got {[group[name] for group in groups]}")
        if not all(0 <= beta < 1 for beta in group.get("betas", ())):
            raise ValueError(f"betas expected two numbers from 0 to below 1, got {group['betas']}")
        dtypes = dict.fromkeys(p.dtype for p in params)
        self._packs += [Pack([p for p in params if p.dtype == dtype], group) for dtype in dtypes]
        self.param_groups = groups

    def _params(self):
        return [p for group in self.param_groups for p in group["params"]]

    def zero_grad(self, set_to_none=True):
        """Forget all gradients: backward adds to what is there. `set_to_none=False` fills them with 0 instead."""
        if set_to_none:
            for pack in self._packs:
                pack.zero_grad()
        else:
            for p in self._params():
                if p.grad is not None:
                    p.grad[...] = 0

    def step(self, closure=None):
        """Change every parameter that has a gradient. Returns what `closure` does, if given: the loss, say."""
        loss = closure() if closure else None
        for pack in self._packs:
            pack.remember(self.memory(pack.group))
            for part in pack.parts():
                self.update(*part, pack.group)
        return loss

    def memory(self, group):
        """What is kept for each number, with its first value: {name: value}."""
        return {}

    def update(self, *arguments):
        """Change `w` and `state` by the gradient `g`, in place; all are arrays of one length.

        `t` is room for a result; `count` is 1 in the first step. `g` must stay as it is, since it is `.grad`.
        """
        raise TypeError(f"{type(self).__name__} has no update(self, w, g, t, state, count, group)")

    @property
    def state(self):
        """{parameter: {"step": how many it made, name: what is remembered}}, without parameters that made none."""
        return {p: state for pack in self._packs for p, state in pack.states() if state["step"]}

    def state_dict(self):
        """What a checkpoint needs, as in torch: a copy of each parameter's state, by its position, and the options."""
        state, ends = self.state, accumulate((len(group["params"]) for group in self.param_groups), initial=0)
        return {"state": {i: {name: np.copy(value) if name != "step" else value for name, value in state[p].items()}
                          for i, p in enumerate(self._params()) if p in state},
                "param_groups": [{**group, "params": list(range(*span))}
                                 for group, span in zip(self.param_groups, pairwise(ends), strict=True)]}

    def load_state_dict(self, state_dict):
        """Go on from a checkpoint; one of torch will do.

        Raises:  ValueError, with nothing changed, if it is of other parameters or of another optimizer.
        """
        groups, params = state_dict["param_groups"], self._params()
        places = [i for group in groups for i in group["params"]]
        if len(places) != len(params) or len(groups) != len(self.param_groups):
            raise ValueError(f"checkpoint: {len(places)} parameters in {len(groups)} groups, "
                             f"this optimizer {len(params)} in {len(self.param_groups)}")
        saved = {p: {name: np.asarray(value) for name, value in state_dict["state"].get(i, {}).items()
                     if value is not None} for i, p in zip(places, params, strict=True)}
        options = [{**own, **new, "params": own["params"]} for own, new in zip(self.param_groups, groups, strict=True)]
        for group in options:
            for p in group["params"]:
                self._check_state(p.shape, saved[p], self.memory(group))
        for own, new in zip(self.param_groups, options, strict=True):
            own.update(new)
        for pack in self._packs:
            pack.state = {}
            pack.remember(self.memory(pack.group))
            pack.load(saved)

    def _check_state(self, shape, saved, memory):
        missing = sorted(memory.keys() - saved.keys())
        if saved and missing:
            raise ValueError(f"checkpoint: no {', '.join(missing)} found: was it one of {type(self).__name__}?")
        for name, value in saved.items():
            if name != "step" and value.shape != shape:
                raise ValueError(f"checkpoint: {name} expected shape {shape}, got {value.shape}")


def _decayed(w, g, t, group):
    """g + weight_decay w, written to t; or g itself if there is no decay."""
    if not group["weight_decay"]:
        return g
    np.multiply(w, group["weight_decay"], out=t)
    t += g
    return t


def sgd_by_formula(w, g, state, count, options):
    """v = momentum v + (1 - dampening) g,  w = w - lr v.   The first v is g."""
    g = g + options["weight_decay"] * w
    if options["momentum"] == 0:
        return w - options["lr"] * g, state
    v = g if count == 1 else options["momentum"] * state["momentum_buffer"] + (1 - options["dampening"]) * g
    step = g + options["momentum"] * v if options["nesterov"] else v
    return w - options["lr"] * step, {"momentum_buffer": v}


class SGD(Optimizer):
    """v = momentum v + g,  w = w - lr v.   Without momentum: w = w - lr g.

    With `nesterov` the step is g + momentum v. `weight_decay` adds weight_decay w to the gradient; `dampening` scales
    the g that enters v, after the first step, by 1 - dampening.

    Source:  Robbins and Monro 1951; Polyak 1964; Sutskever et al. 2013.   Chapter: 1, 3.   Twin: torch.optim.SGD.
    """

    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if nesterov and (momentum <= 0 or dampening):
            raise ValueError("nesterov=True expected a positive momentum and no dampening, "
                             f"got {momentum} and {dampening}")
        super().__init__(params, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
                         nesterov=nesterov)

    def memory(self, group):
        return {"momentum_buffer": 0} if group["momentum"] else {}

    def update(self, w, g, t, state, count, group):
        lr, momentum = group["lr"], group["momentum"]
        g = _decayed(w, g, t, group)
        if momentum:
            v = state["momentum_buffer"]
            if count == 1:
                v[:] = g
            else:
                v *= momentum
                add_multiple(v, 1 - group["dampening"], g)  # v = momentum v + (1 - dampening) g
            if group["nesterov"]:  # the step is g + momentum v: first its one part, below the other
                add_multiple(w, -lr, g)
                lr = lr * momentum
            g = v
        add_multiple(w, -lr, g)  # w = w - lr v


def adagrad_by_formula(w, g, state, count, options):
    """s = s + g^2,  w = w - lr g / (sqrt(s) + eps)."""
    g = g + options["weight_decay"] * w
    s = state["sum"] + g**2
    lr = options["lr"] / (1 + (count - 1) * options["lr_decay"])
    return w - lr * g / (np.sqrt(s) + options["eps"]), {"sum": s}


class Adagrad(Optimizer):
    """s = s + g^2,  w = w - lr g / (sqrt(s) + eps): what has moved much moves less.

    Source:  Duchi et al. 2011.   Chapter: 3.   Twin: torch.optim.Adagrad.
    """

    def __init__(self, params, lr=1e-2, lr_decay=0.0, weight_decay=0.0, initial_accumulator_value=0.0, eps=1e-10):
        super().__init__(params, lr=lr, lr_decay=lr_decay, weight_decay=weight_decay,
                         initial_accumulator_value=initial_accumulator_value, eps=eps)

    def memory(self, group):
        return {"sum": group["initial_accumulator_value"]}

    def update(self, w, g, t, state, count, group):
        if group["weight_decay"]:
            g = g + group["weight_decay"] * w
        s = state["sum"]
        np.multiply(g, g, out=t)
        s += t  # s = s + g^2
        np.sqrt(s, out=t)
        t += group["eps"]
        np.divide(g, t, out=t)  # t = g / (sqrt(s) + eps)
        add_multiple(w, -group["lr"] / (1 + (count - 1) * group["lr_decay"]), t)


def rmsprop_by_formula(w, g, state, count, options):
    """s = alpha s + (1 - alpha) g^2,  w = w - lr g / (sqrt(s) + eps)."""
    g, alpha, new = g + options["weight_decay"] * w, options["alpha"], {}
    variance = new["square_avg"] = alpha * state["square_avg"] + (1 - alpha) * g**2
    if options["centered"]:
        mean = new["grad_avg"] = alpha * state["grad_avg"] + (1 - alpha) * g
        variance = variance - mean**2
    step = g / (np.sqrt(variance) + options["eps"])
    if options["momentum"]:
        step = new["momentum_buffer"] = options["momentum"] * state["momentum_buffer"] + step
    return w - options["lr"] * step, new


class RMSprop(Optimizer):
    """s = alpha s + (1 - alpha) g^2,  w = w - lr g / (sqrt(s) + eps): as Adagrad, but what is long ago is forgotten.

    `centered` subtracts the square of the mean gradient, so that s is a variance; `momentum` acts on the steps.

    Source:  Tieleman and Hinton 2012; Graves 2013, eqs. 38-45.   Chapter: 3.   Twin: torch.optim.RMSprop.
    """

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0, centered=False):
        super().__init__(params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum,
                         centered=centered)

    def memory(self, group):
        names = {"square_avg": True, "grad_avg": group["centered"], "momentum_buffer": group["momentum"]}
        return {name: 0 for name, needed in names.items() if needed}

    def update(self, w, g, t, state, count, group):
        if group["weight_decay"]:
            g = g + group["weight_decay"] * w
        alpha, s = group["alpha"], state["square_avg"]
        np.multiply(g, g, out=t)
        s *= alpha
        add_multiple(s, 1 - alpha, t)  # s = alpha s + (1 - alpha) g^2
        if group["centered"]:
            mean = state["grad_avg"]
            mean *= alpha
            add_multiple(mean, 1 - alpha, g)  # mean = alpha mean + (1 - alpha) g
            np.multiply(mean, mean, out=t)
            np.subtract(s, t, out=t)
            np.sqrt(t, out=t)  # t = sqrt(s - mean^2)
        else:
            np.sqrt(s, out=t)
        t += group["eps"]
        np.divide(g, t, out=t)  # t = g / (sqrt(s) + eps)
        if group["momentum"]:
            step = state["momentum_buffer"]
            step *= group["momentum"]
            step += t  # step = momentum step + t
            t = step
        add_multiple(w, -group["lr"], t)


def adam_by_formula(w, g, state, count, options):
    """m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2,  w = w - lr m' / (sqrt(v') + eps).   ' corrects a start at 0."""
    b1, b2 = options["betas"]
    g = g + options["weight_decay"] * w
    m = b1 * state["exp_avg"] + (1 - b1) * g
    v = b2 * state["exp_avg_sq"] + (1 - b2) * g**2
    m_corrected = m / (1 - b1**count)
    v_corrected = v / (1 - b2**count)
    return w - options["lr"] * m_corrected / (np.sqrt(v_corrected) + options["eps"]), {"exp_avg": m, "exp_avg_sq": v}


class Adam(Optimizer):
    """A running mean m of the gradient, over the root of a running mean v of its square.

    m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2,  w = w - lr m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps)

    Source:  Kingma and Ba 2015, alg. 1.   Chapter: 3.   Twin: torch.optim.Adam (without amsgrad).
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def memory(self, group):
        return {"exp_avg": 0, "exp_avg_sq": 0}

    def update(self, w, g, t, state, count, group):
        g = _decayed(w, g, t, group)
        m, v, (b1, b2) = state["exp_avg"], state["exp_avg_sq"], group["betas"]
        m *= b1
        add_multiple(m, 1 - b1, g)  # m = b1 m + (1 - b1) g
        np.multiply(g, g, out=t)  # with weight decay g lies in t, and is needed no more
        v *= b2
        add_multiple(v, 1 - b2, t)  # v = b2 v + (1 - b2) g^2
        c = math.sqrt(1 - b2**count)  # sqrt(v / c^2) + eps = (sqrt(v) + c eps) / c: c corrects numbers, not the array
        np.sqrt(v, out=t)
        t += c * group["eps"]
        np.divide(m, t, out=t)  # t = m / (sqrt(v) + c eps)
        add_multiple(w, -group["lr"] * c / (1 - b1**count), t)


def adamw_by_formula(w, g, state, count, options):
    """Shrink w by lr weight_decay w; then a step of Adam on the gradient alone."""
    w = w - options["lr"] * options["weight_decay"] * w
    return adam_by_formula(w, g, state, count, {**options, "weight_decay": 0})


class AdamW(Adam):
    """Adam whose weight decay acts on the weights themselves, not through the gradient and so not divided by sqrt(v).

    Source:  Loshchilov and Hutter 2019, alg. 2.   Chapter: 3.   Twin: torch.optim.AdamW (without amsgrad).
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, w, g, t, state, count, group):
        w *= 1 - float(group["lr"] * group["weight_decay"])
        super().update(w, g, t, state, count, {**group, "weight_decay": 0})


# name of an optimizer -> its formula: (w, g, state, count, options) -> (new w, new state). `update` must do the same.
SLOW_STEPS = {"SGD": sgd_by_formula, "Adagrad": adagrad_by_formula, "RMSprop": rmsprop_by_formula,
              "Adam": adam_by_formula, "AdamW": adamw_by_formula}
