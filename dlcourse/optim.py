"""Why this file exists: a gradient says which way is down; an optimizer decides how to step.

It holds the parameters in groups, each with its own options, and changes their arrays in place. Sorted in order of
increasing complexity; the names and defaults are those of torch.optim.
"""

import numpy as np

from .tensor import Tensor


class Optimizer:
    """Parameters in groups, each a dict with "params" and its options ("lr" may be changed at any time).

    A subclass says in `update` how one parameter `p` changes by its gradient `g`; what it must remember stands in
    `self.state[p]`.

    Raises:  ValueError without parameters or for a negative learning rate, TypeError for what is not a parameter.
    Chapter: 1.   Twin: torch.optim.Optimizer.
    """

    def __init__(self, params, **options):
        groups = list(params)
        if not groups:
            raise ValueError("an optimizer expected parameters, got none: model.parameters()?")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        groups = [{**group, "params": list(group["params"])} for group in groups]
        for p in (p for group in groups for p in group["params"]):
            if not isinstance(p, Tensor) or not p.is_leaf:
                kind = "the result of an operation" if isinstance(p, Tensor) else type(p).__name__
                raise TypeError(f"an optimizer expected parameters, got {kind}: model.parameters(), or a list [w, b]?")
        self.param_groups = [{**options, **group} for group in groups]
        if any(group["lr"] < 0 for group in self.param_groups):
            raise ValueError(f"lr expected a number of at least 0, got {[group['lr'] for group in self.param_groups]}")
        self.state = {p: {} for group in self.param_groups for p in group["params"]}

    def zero_grad(self):
        """Forget all gradients: backward adds to what is there."""
        for p in self.state:
            p.grad = None

    def step(self):
        """Change every parameter that has a gradient."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.update(p, p.grad, self.state[p], group)

    def update(self, p, g, state, group):
        """One step of one parameter, in place."""
        raise TypeError(f"{type(self).__name__} has no update(self, p, g, state, group)")

    def state_dict(self):
        """What a checkpoint needs: the state of each parameter, by its position, and the options of each group."""
        return {"state": {i: {k: np.copy(v) for k, v in s.items()} for i, s in enumerate(self.state.values())},
                "param_groups": [{k: v for k, v in g.items() if k != "params"} for g in self.param_groups]}

    def load_state_dict(self, saved):
        """Go on from a checkpoint.   Raises:  ValueError if it has another number of parameters."""
        if len(saved["state"]) != len(self.state) or len(saved["param_groups"]) != len(self.param_groups):
            raise ValueError(f"checkpoint: {len(saved['state'])} parameters in {len(saved['param_groups'])} groups, "
                             f"this optimizer {len(self.state)} in {len(self.param_groups)}")
        for own, state in zip(self.state.values(), saved["state"].values(), strict=True):
            own.clear()
            own.update({k: np.copy(v) for k, v in state.items()})
        for group, options in zip(self.param_groups, saved["param_groups"], strict=True):
            group.update(options)


class SGD(Optimizer):
    """v = momentum v + g,  p = p - lr v.   Without momentum: p = p - lr g.

    With `nesterov` the step is g + momentum v. `weight_decay` adds weight_decay p to the gradient; `dampening` scales
    the g that enters v, after the first step, by 1 - dampening.

    Source:  Robbins and Monro 1951; Polyak 1964; Sutskever et al. 2013.   Chapter: 1, 3.   Twin: torch.optim.SGD.
    """

    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if nesterov and (momentum <= 0 or dampening):
            raise ValueError("nesterov=True expected a positive momentum and no dampening, "
                             f"got {momentum} and {dampening}")
        super().__init__(params, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
                         nesterov=nesterov)

    def update(self, p, g, state, group):
        if group["weight_decay"]:
            g = g + group["weight_decay"] * p.data
        if group["momentum"]:
            if "momentum_buffer" in state:
                v = group["momentum"] * state["momentum_buffer"] + (1 - group["dampening"]) * g
            else:
                v = g.copy()  # p.grad itself may grow before the next step
            state["momentum_buffer"] = v
            g = g + group["momentum"] * v if group["nesterov"] else v
        p.data -= group["lr"] * g
