"""Why this file exists: large steps find the valley and small ones its floor, so the learning rate has a schedule.

A schedule is a curve over the number of steps t, written here as a function of t. Each call of `step` moves every group
of the optimizer one step along the curve. Names, arguments and defaults are those of torch.optim.lr_scheduler.
"""

import math
from bisect import bisect_right


class LRScheduler:
    """lr(t) = lr(t - 1) curve(t) / curve(t - 1): schedules of one optimizer multiply, so they can be combined.

    A subclass says in `curve` which multiple of the first rate step t has, or in `get_lr` what the rates are. Making a
    schedule sets the rates of t = 0, or of t = last_epoch + 1 to go on with groups that have an "initial_lr".

    Raises:  TypeError without an optimizer;  KeyError if `last_epoch` is given and a group has no "initial_lr".
    Chapter: 3.   Twin: torch.optim.lr_scheduler.LRScheduler (without its warning about the order of the two steps).
    """

    eta_min = 0.0  # what the curve is added to
    unsaved = ("optimizer", "lr_lambdas")

    def __init__(self, optimizer, last_epoch=-1, **options):
        groups = _groups(optimizer)
        if last_epoch != -1 and not all("initial_lr" in group for group in groups):
            raise KeyError(f"last_epoch={last_epoch} expected groups with an 'initial_lr', got none: load the state of "
                           "an optimizer that had a schedule first, or leave last_epoch away")
        vars(self).update(options, optimizer=optimizer, last_epoch=last_epoch, base_lrs=[])
        self.step()

    def step(self):
        """Set the rates of the next step. Call it after `optimizer.step()`, once per epoch or once per batch."""
        groups = self.optimizer.param_groups
        new = groups[len(self.base_lrs):]
        self.base_lrs = self.base_lrs + [group.setdefault("initial_lr", group["lr"]) for group in new]
        self.last_epoch += 1
        self._last_lr = self.get_lr()
        for group, lr in zip(groups, self._last_lr, strict=True):
            group["lr"] = lr

    def get_lr(self):
        """The rate of step `last_epoch` for each group."""
        t, low = self.last_epoch, self.eta_min
        now, before = self.curve(t), self.curve(t - 1) if t > 0 else 1.0
        if before < 1e-100:  # from 0 only the curve itself leads up again
            return [low + (base - low) * now for base in self.base_lrs]
        return [low + (group["lr"] - low) * (now / before) for group in self.optimizer.param_groups]

    def curve(self, t):
        """The rate of step t = 0, 1, ... as a multiple of the first one."""
        raise TypeError(f"{type(self).__name__} has no curve(self, t): a schedule says there what it multiplies lr by")

    def get_last_lr(self):
        """The rates that are set now, one for each group."""
        return self._last_lr

    def restart(self):
        """Go back to t = 0 and to the first rates."""
        for group, base in zip(self.optimizer.param_groups, self.base_lrs, strict=False):
            group["lr"] = base
        self.last_epoch = -1
        self.step()

    def state_dict(self):
        """What a checkpoint needs: plain numbers and lists. Functions (LambdaLR) are not saved."""
        return {name: value for name, value in vars(self).items() if name not in self.unsaved}

    def load_state_dict(self, state_dict):
        """Go on from a checkpoint; the optimizer's own brings the rates.   Raises:  ValueError if it does not fit."""
        own, new = sorted(self.state_dict()), sorted(state_dict)
        if own != new:
            raise ValueError(f"{type(self).__name__} expected a checkpoint with {own}, got {new}")
        vars(self).update(state_dict)


def _groups(optimizer):
    if not hasattr(optimizer, "param_groups"):
        raise TypeError(f"a schedule expected an optimizer first, got {type(optimizer).__name__}")
    return optimizer.param_groups


def _each(value, groups):
    values = list(value) if isinstance(value, list | tuple) else [value] * len(groups)
    if len(values) != len(groups):
        raise ValueError(f"a schedule expected one value for all groups or {len(groups)}, got {len(values)}")
    return values


def _between(low, high, **numbers):
    for name, number in numbers.items():
        if not low <= number <= high:
            raise ValueError(f"{name} expected a number from {low} to {high}, got {number}")


def _cosine(part):
    """Half a wave: from 1 (part = 0) down to 0 (part = 1)."""
    return (1 + math.cos(math.pi * part)) / 2


# ---------------------------------------------------------------------------------------------- curves


class StepLR(LRScheduler):
    """gamma^(t // step_size): a stair.   Chapter: 3.   Twin: torch.optim.lr_scheduler.StepLR."""

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        _between(1, math.inf, step_size=step_size)
        super().__init__(optimizer, last_epoch, step_size=step_size, gamma=gamma)

    def curve(self, t):
        return self.gamma ** (t // self.step_size)


class MultiStepLR(LRScheduler):
    """gamma^(number of milestones up to t).   Chapter: 3.   Twin: torch.optim.lr_scheduler.MultiStepLR."""

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        super().__init__(optimizer, last_epoch, milestones=sorted(milestones), gamma=gamma)

    def curve(self, t):
        return self.gamma ** bisect_right(self.milestones, t)


class ExponentialLR(LRScheduler):
    """gamma^t.   Chapter: 3.   Twin: torch.optim.lr_scheduler.ExponentialLR."""

    def __init__(self, optimizer, gamma, last_epoch=-1):
        super().__init__(optimizer, last_epoch, gamma=gamma)

    def get_lr(self):  # gamma itself: gamma^t / gamma^(t - 1) is 0 / 0 one day
        return [group["lr"] * (self.gamma if self.last_epoch > 0 else 1) for group in self.optimizer.param_groups]


class ConstantLR(LRScheduler):
    """`factor` while t < total_iters, then 1.   Chapter: 3.   Twin: torch.optim.lr_scheduler.ConstantLR."""

    def __init__(self, optimizer, factor=1 / 3, total_iters=5, last_epoch=-1):
        _between(0, 1, factor=factor)
        super().__init__(optimizer, last_epoch, factor=factor, total_iters=total_iters)

    def curve(self, t):
        return self.factor if t < self.total_iters else 1.0


class LinearLR(LRScheduler):
    """A straight line from start_factor to end_factor in total_iters steps: a warm-up.

    Source:  Goyal et al. 2017, sec. 2.2.   Chapter: 3.   Twin: torch.optim.lr_scheduler.LinearLR.
    """

    def __init__(self, optimizer, start_factor=1 / 3, end_factor=1.0, total_iters=5, last_epoch=-1):
        _between(0, 1, start_factor=start_factor, end_factor=end_factor)
        super().__init__(optimizer, last_epoch, start_factor=start_factor, end_factor=end_factor,
                         total_iters=total_iters)

    def curve(self, t):
        part = min(t, self.total_iters) / self.total_iters if self.total_iters else 1.0
        return self.start_factor + (self.end_factor - self.start_factor) * part


class CosineAnnealingLR(LRScheduler):
    """(1 + cos(pi t / T_max)) / 2: down to eta_min in T_max steps along half a cosine, then up again, and so on.

    Source:  Loshchilov and Hutter 2017, eq. 5.   Chapter: 3.   Twin: torch.optim.lr_scheduler.CosineAnnealingLR.
    """

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        _between(1, math.inf, T_max=T_max)
        super().__init__(optimizer, last_epoch, T_max=T_max, eta_min=eta_min)

    def curve(self, t):
        return _cosine(t / self.T_max)


class LambdaLR(LRScheduler):
    """lr_lambda(t) times the first rate; one function, or one for each group.

    Chapter: 3.   Twin: torch.optim.lr_scheduler.LambdaLR.
    """

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        super().__init__(optimizer, last_epoch, lr_lambdas=_each(lr_lambda, _groups(optimizer)))

    def get_lr(self):
        return [base * f(self.last_epoch) for base, f in zip(self.base_lrs, self.lr_lambdas, strict=True)]


class CosineAnnealingWarmRestarts(LRScheduler):
    """The cosine from lr to eta_min again and again: in T_0 steps, then T_0 T_mult, then T_0 T_mult^2, ...

    Source:  Loshchilov and Hutter 2017, eq. 5.   Chapter: 3.
    Twin: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.
    """

    def __init__(self, optimizer, T_0, T_mult=1, eta_min=0.0, last_epoch=-1):
        _between(1, math.inf, T_0=T_0, T_mult=T_mult)
        super().__init__(optimizer, last_epoch, T_0=T_0, T_mult=T_mult, eta_min=eta_min)

    def get_lr(self):
        t, length = self.last_epoch, self.T_0
        while t >= length:
            t, length = t - length, length * self.T_mult
        return [self.eta_min + (base - self.eta_min) * _cosine(t / length) for base in self.base_lrs]


class OneCycleLR(LRScheduler):
    """Up to max_lr in the first pct_start of total_steps, then down to nearly 0; the momentum goes the other way.

    The rates run from max_lr / div_factor over max_lr to max_lr / div_factor / final_div_factor, with `three_phase` as
    fast down as up before the end. `cycle_momentum` moves the momentum, or Adam's first beta, between max_momentum and
    base_momentum. Call `step` after every batch.

    Source:  Smith and Topin 2019.   Chapter: 3.   Twin: torch.optim.lr_scheduler.OneCycleLR.
    """

    def __init__(self, optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3,
                 anneal_strategy="cos", cycle_momentum=True, base_momentum=0.85, max_momentum=0.95, div_factor=25.0,
                 final_div_factor=1e4, three_phase=False, last_epoch=-1):
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("OneCycleLR expected total_steps, or both epochs and steps_per_epoch")
            total_steps = epochs * steps_per_epoch
        _between(1, math.inf, total_steps=total_steps)
        _between(0, 1, pct_start=pct_start)
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy expected 'cos' or 'linear', got {anneal_strategy!r}")
        groups = _groups(optimizer)
        if cycle_momentum and not all("momentum" in group or "betas" in group for group in groups):
            raise ValueError(f"cycle_momentum=True expected an optimizer with momentum or betas, got "
                             f"{type(optimizer).__name__}: cycle_momentum=False?")
        columns = (_each(values, groups) for values in (max_lr, base_momentum, max_momentum))
        for group, peak, low, high in zip(groups, *columns, strict=True):
            if last_epoch == -1:
                first = peak / div_factor
                group.update(initial_lr=first, max_lr=peak, min_lr=first / final_div_factor)
                group.update({"base_momentum": low, "max_momentum": high} if cycle_momentum else {})
        up = pct_start * total_steps - 1
        super().__init__(optimizer, last_epoch, total_steps=total_steps, anneal_strategy=anneal_strategy,
                         cycle_momentum=cycle_momentum,
                         ends=[up, 2 * up, total_steps - 1] if three_phase else [up, total_steps - 1])  # of the phases

    def get_lr(self):
        if self.last_epoch > self.total_steps:
            raise ValueError(f"OneCycleLR expected at most total_steps={self.total_steps} steps, got one more: "
                             "step once per batch, and count epochs * len(batches)?")
        three, rates = len(self.ends) == 3, []
        for group in self.optimizer.param_groups:
            if self.cycle_momentum:
                high, low = group["max_momentum"], group["base_momentum"]
                momentum = self._along(high, low, *[high] * (len(self.ends) - 1))
                group.update({"betas": (momentum, *group["betas"][1:])} if "betas" in group else {"momentum": momentum})
            first = group["initial_lr"]
            rates.append(self._along(first, group["max_lr"], *[first] * three, group["min_lr"]))
        return rates

    def _along(self, *values):
        """What holds at `last_epoch`, when the phases lead from value to value."""
        start = 0
        for end, first, last in zip(self.ends, values, values[1:], strict=False):
            if self.last_epoch <= end or end == self.ends[-1]:
                part = (self.last_epoch - start) / (end - start) if end != start else 1.0
                return last + (first - last) * (_cosine(part) if self.anneal_strategy == "cos" else 1 - part)
            start = end


class SequentialLR(LRScheduler):
    """One schedule after the other: at each milestone the next begins at its t = 0. Warm up, then a cosine, say.

    Chapter: 3.   Twin: torch.optim.lr_scheduler.SequentialLR.
    """

    unsaved = ("optimizer", "schedulers")

    def __init__(self, optimizer, schedulers, milestones, last_epoch=-1):
        if len(milestones) != len(schedulers) - 1:
            raise ValueError("SequentialLR expected a milestone between any two schedules, got "
                             f"{len(schedulers)} schedules and {len(milestones)} milestones")
        for scheduler in schedulers:
            if scheduler.optimizer is not optimizer or isinstance(scheduler, ReduceLROnPlateau):
                raise ValueError("SequentialLR expected schedules of its own optimizer that need no metrics, got "
                                 f"{type(scheduler).__name__}")
        self.optimizer, self.schedulers, self.milestones = optimizer, list(schedulers), list(milestones)
        self.last_epoch = last_epoch + 1
        self.schedulers[0].restart()

    def step(self):
        self.last_epoch += 1
        i = bisect_right(self.milestones, self.last_epoch)
        if i and self.milestones[i - 1] == self.last_epoch:
            self.schedulers[i].restart()
        else:
            self.schedulers[i].step()

    def get_last_lr(self):
        return self.schedulers[bisect_right(self.milestones, self.last_epoch)].get_last_lr()

    def state_dict(self):
        return {**super().state_dict(), "schedulers": [scheduler.state_dict() for scheduler in self.schedulers]}

    def load_state_dict(self, state_dict):
        for scheduler, saved in zip(self.schedulers, state_dict["schedulers"], strict=True):
            scheduler.load_state_dict(saved)
        vars(self).update({name: value for name, value in state_dict.items() if name != "schedulers"})


class ReduceLROnPlateau(LRScheduler):
    """lr times `factor` when a metric has not improved for more than `patience` calls of step(metrics).

    "Improved" means by more than `threshold`, of the best value ("rel") or absolutely ("abs"); `mode` says whether less
    ("min") or more ("max") is better. After a reduction `cooldown` calls do not count. Rates stay at least `min_lr`.

    Chapter: 3.   Twin: torch.optim.lr_scheduler.ReduceLROnPlateau.
    """

    def __init__(self, optimizer, mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel", cooldown=0,
                 min_lr=0.0, eps=1e-8):
        if not 0 <= factor < 1:
            raise ValueError(f"factor expected a number from 0 to below 1, got {factor}")
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ValueError("ReduceLROnPlateau expected mode 'min' or 'max' and threshold_mode 'rel' or 'abs', got "
                             f"{mode!r} and {threshold_mode!r}")
        self.mode, self.factor, self.patience, self.threshold = mode, factor, patience, threshold
        self.threshold_mode, self.cooldown, self.eps = threshold_mode, cooldown, eps
        self.optimizer, self.min_lrs = optimizer, _each(min_lr, _groups(optimizer))
        self.best = math.inf if mode == "min" else -math.inf
        self.last_epoch = self.num_bad_epochs = self.cooldown_counter = 0

    def step(self, metrics):
        """Look at the metric of one more epoch."""
        self.last_epoch += 1
        self.num_bad_epochs += 1
        if self._improved(float(metrics)):
            self.best, self.num_bad_epochs = float(metrics), 0
        if self.cooldown_counter:
            self.cooldown_counter, self.num_bad_epochs = self.cooldown_counter - 1, 0
        if self.num_bad_epochs > self.patience:
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
            for group, low in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
                lr = max(group["lr"] * self.factor, low)
                if group["lr"] - lr > self.eps:
                    group["lr"] = lr

    def _improved(self, value):
        margin = -self.threshold if self.mode == "min" else self.threshold
        limit = self.best * (1 + margin) if self.threshold_mode == "rel" else self.best + margin
        return value < limit if self.mode == "min" else value > limit

    def get_last_lr(self):
        return [group["lr"] for group in self.optimizer.param_groups]
