"""Why this file exists: every chapter trains, so the loop is written once, and read once.

`fit` asks its model, loss and optimizer only for what ours and PyTorch's both have; it drives either.
"""

import copy
import inspect
import itertools
import math
import os

import numpy as np

from .checkpoint import load_checkpoint, read_checkpoint, save_checkpoint

PROGRESS_DELAY = 2.0  # seconds before the bar appears: a short training shows none, so a stored notebook holds none


class Batches:
    """The rows of some arrays in random order, a batch at a time; each pass draws a new order from the seed.

    Every row comes exactly once per pass. The last batch is smaller if the rows do not divide evenly.

    Shapes:  x (M, ...), y (M, ...)  ->  batches of (N, ...) and (N, ...)
    Raises:  ValueError if the arrays differ in length, are empty, or the batch size is not positive.   Chapter: 1.
    """

    def __init__(self, *arrays, batch_size=32, shuffle=True, seed=0):
        lengths = [len(a) for a in arrays]
        if len(set(lengths)) != 1 or lengths[0] == 0:
            raise ValueError(f"Batches expected arrays of one length, at least 1, got {lengths}")
        if batch_size < 1:
            raise ValueError(f"batch_size expected at least 1, got {batch_size}")
        self.arrays, self.batch_size, self.shuffle = arrays, batch_size, shuffle
        self.rng = np.random.default_rng(seed)

    def __len__(self):
        return math.ceil(len(self.arrays[0]) / self.batch_size)

    def __iter__(self):
        rows = len(self.arrays[0])
        order = self.rng.permutation(rows) if self.shuffle else np.arange(rows)
        for start in range(0, rows, self.batch_size):
            chosen = order[start : start + self.batch_size]
            yield tuple(a[chosen] for a in self.arrays)


class History:
    """What happened: the loss of every step, and the mean loss and measured figures of every epoch.

    `history["loss"]` lists one number per epoch, likewise every figure that `validate` returned. `best_epoch`, counted
    from 0, is the one with the best monitored figure.   Chapter: 1.
    """

    def __init__(self):
        self.steps = []
        self.epochs = []
        self.best_epoch = None

    def __getitem__(self, name):
        try:
            return [epoch[name] for epoch in self.epochs]
        except KeyError:
            raise KeyError(f"history holds {sorted(self.epochs[0])}, not {name!r}") from None

    def __len__(self):
        return len(self.epochs)

    def state_dict(self):
        """What a checkpoint keeps; the steps as an array, since they can be many."""
        return {"steps": np.array(self.steps, float), "epochs": list(self.epochs), "best_epoch": self.best_epoch}

    def load_state_dict(self, saved):
        """Go on from a checkpoint."""
        self.steps, self.epochs = saved["steps"].tolist(), list(saved["epochs"])
        self.best_epoch = saved["best_epoch"]

    def __repr__(self):
        figures = self.epochs[-1].items() if self.epochs else ()
        last = ", ".join(f"{name} {value:.4g}" for name, value in figures) or "nothing yet"
        return f"History({len(self)} epochs, {len(self.steps)} steps; last: {last})"


def one_epoch(model, batches, loss_fn, optimizer, history, *, accumulate=1, before_step=None, after_step=None):
    """Go through the batches once: loss, gradient, step, again and again. Returns the mean loss of the steps.

    A step uses the gradients of `accumulate` batches, each weighted by its rows, `len(y)`: if the loss is a mean over
    rows, that is the gradient of one large batch. The last step of the epoch uses the batches that are left.

    Raises:  as `fit`.   Chapter: 1 (accumulate: 3).   Source: Goodfellow et al. 2016, alg. 8.1.
    """
    model.train()
    before = len(history.steps)
    for group in _in_groups(batches, accumulate):
        optimizer.zero_grad()
        step_loss = 0.0
        for (x, y), share in zip(group, _shares(group), strict=True):
            loss = loss_fn(model(x), y)
            step_loss += share * _finite(loss.item(), history, optimizer)
            (loss if share == 1 else loss * share).backward()  # adds to the gradients that are there
        if before_step:
            before_step()
        optimizer.step()
        history.steps.append(step_loss)
        if after_step:
            after_step()
    losses = history.steps[before:]
    if not losses:
        raise ValueError(f"fit expected batches in every epoch, got none in epoch {len(history)}: "
                         "Batches(x, y), not something that can be gone through only once?")
    return sum(losses) / len(losses)


def fit(model, batches, loss_fn, optimizer, *, epochs, validate=None, progress=True, accumulate=1, before_step=None,
        scheduler=None, step_scheduler="epoch", monitor=None, mode=None, patience=None, min_delta=0.0,
        restore_best=None, checkpoint=None):
    """Lower `loss_fn(model(x), y)` over the batches, `epochs` times, and return what happened.

    `validate()` is called after every epoch and returns a dict of figures, which the History keeps. The progress bar
    goes away when it is done; TQDM_DISABLE=1 in the environment turns it off everywhere.

    Steps:       The gradients of `accumulate` batches make one step, see `one_epoch`. `before_step()` is called before
                 it: before_step=lambda: nn.utils.clip_grad_norm_(model.parameters(), 1.0).
    Schedule:    `scheduler.step()` is called after every "epoch" or, with step_scheduler="batch", after every step of
                 the optimizer. If it takes `metrics`, as ReduceLROnPlateau's does, it gets the monitored figure.
    Stopping:    `monitor` is "loss" or a figure of `validate`, of which `mode` says whether "min" or "max" is best. An
                 epoch is better if it improves on the best by more than `min_delta`; after `patience` epochs in a row
                 that are not, training stops. With `monitor` or `patience` the weights of the best epoch are put back
                 in the end, unless restore_best=False.
    Checkpoint:  All is saved under this path after every epoch. Called again as it was first called, `fit` goes on
                 after the last whole epoch and ends, bit by bit, as if nothing had happened: weights, optimizer,
                 history, order of the batches, random numbers (of the generators that `save_checkpoint` names). Only
                 `epochs` and `patience` may have grown.

    Raises:  FloatingPointError as soon as the loss is not a finite number, with the step and the likely causes;
             ValueError if an epoch has no batches, for options that do not fit, or a checkpoint that does not.
    Chapter: 1 (options: 3).   Source: Goodfellow et al. 2016, algs. 8.1 and 7.1.
    """
    history, best = History(), None
    settings = _settings(accumulate, scheduler, step_scheduler, monitor, mode, patience, min_delta, restore_best)
    whole = {"model": model, "optimizer": optimizer, "scheduler": scheduler, "batches": batches, "history": history}
    if checkpoint is not None:
        best = _resume(checkpoint, whole, settings, epochs)
    after_step = scheduler.step if settings["step_scheduler"] == "batch" else None
    with _progress_bar(epochs if progress else 0, len(history)) as bar:
        while len(history) < epochs and not _out_of_patience(history, patience):
            loss = one_epoch(model, batches, loss_fn, optimizer, history, accumulate=accumulate,
                             before_step=before_step, after_step=after_step)
            model.eval()
            history.epochs.append({"loss": loss, **(validate() if validate else {})})
            if _is_better(history, settings):
                history.best_epoch = len(history) - 1
                best = copy.deepcopy(model.state_dict()) if settings["restore_best"] else None
            if settings["step_scheduler"] == "epoch":
                scheduler.step(*([history.epochs[-1][settings["monitor"]]] if _takes_metrics(scheduler) else []))
            if checkpoint is not None:
                save_checkpoint(checkpoint, **whole, extra={"settings": settings, "best": best})
            bar.set_postfix({name: f"{value:.4g}" for name, value in history.epochs[-1].items()}, refresh=False)
            bar.update()
    if best is not None:
        model.load_state_dict(best)
    return history


def range_test(model, batches, loss_fn, optimizer, *, low=1e-5, high=10.0, steps=100, give_up=4.0):
    """Train while the learning rate grows from `low` to `high`, by the same factor each step, to see which rates help.

    Where the loss falls fastest the rate is good, where it turns upward too high. It ends early once the loss exceeds
    `give_up` times the smallest so far, or is no number. All parameter groups get the same rate. Afterwards, also after
    an error, weights, optimizer and modes are as before, and gradients are cleared; the generators of the batches and
    of dropout have moved on.

    Returns: the rates tried and the loss at each before its step, arrays (steps,) or shorter.
    Raises:  ValueError unless 0 < low < high and there are at least two steps, or if there are no batches.
    Chapter: 3.   Source: after Smith 2017, sec. 3.3 (whose rates grow linearly, and who watches the accuracy).
    """
    if not 0 < low < high or steps < 2:
        raise ValueError(f"range_test expected 0 < low < high and steps of at least 2, got {low}, {high} and {steps}")
    weights, state = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    modes = [(module, module.training) for module in model.modules()]
    rates, losses = np.geomspace(low, high, steps), []
    try:
        model.train()
        for rate, (x, y) in zip(rates, _endless(batches), strict=False):
            for group in optimizer.param_groups:
                group["lr"] = float(rate)
            loss = loss_fn(model(x), y)
            losses.append(loss.item())
            if not losses[-1] <= give_up * min(losses):  # also when it is NaN
                break
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    finally:
        optimizer.zero_grad()
        model.load_state_dict(weights)
        optimizer.load_state_dict(state)
        for module, mode in modes:
            module.training = mode
    return rates[: len(losses)], np.array(losses)


def _endless(batches):
    """The batches, again and again."""
    while True:
        count = 0
        for batch in batches:
            count += 1
            yield batch
        if not count:
            raise ValueError("range_test expected batches in every pass, got none: Batches(x, y), not something that "
                             "can be gone through only once?")


def _settings(accumulate, scheduler, step_scheduler, monitor, mode, patience, min_delta, restore_best):
    """The options that decide what is computed, checked and with their defaults; a checkpoint keeps them."""
    if accumulate < 1 or patience is not None and patience < 1:
        raise ValueError(f"accumulate and patience expected at least 1, got {accumulate} and {patience}")
    if step_scheduler not in ("epoch", "batch"):
        raise ValueError(f"step_scheduler expected 'epoch' or 'batch', got {step_scheduler!r}")
    if step_scheduler == "batch" and _takes_metrics(scheduler):
        raise ValueError(f"{type(scheduler).__name__} expected step_scheduler='epoch': a batch has no monitored figure")
    if mode not in ("min", "max") and (mode is not None or monitor not in (None, "loss")):
        raise ValueError(f"monitor={monitor!r} expected mode='min' or mode='max', whichever is best, got {mode!r}")
    return {"accumulate": accumulate, "scheduler": type(scheduler).__name__,
            "step_scheduler": None if scheduler is None else step_scheduler,
            "monitor": monitor or "loss", "mode": mode or "min", "min_delta": min_delta,
            "restore_best": bool(monitor or patience) if restore_best is None else bool(restore_best)}


def _resume(path, whole, settings, epochs):
    """Put everything as the checkpoint has it, and return the best weights that it keeps.

    Where there is none yet, it is begun now: a first epoch, too, may be interrupted after it has changed everything.
    """
    if not os.path.exists(path):
        save_checkpoint(path, **whole, extra={"settings": settings, "best": None})
        return None
    saved = read_checkpoint(path)
    if not isinstance(saved["extra"], dict) or "settings" not in saved["extra"]:
        raise ValueError(f"{path} was not written by fit: load_checkpoint it, then call fit with another path")
    earlier, done = saved["extra"]["settings"], len(saved["history"]["epochs"])
    changed = [f"{name}={earlier[name]!r}, now {now!r}" for name, now in settings.items() if earlier[name] != now]
    if changed:
        raise ValueError(f"{path} was begun with {'; '.join(changed)}: call fit as before, or choose another path")
    if done > epochs:
        raise ValueError(f"{path} holds {done} epochs already, fit was asked for {epochs}: choose another path?")
    whole["model"].eval()
    return load_checkpoint(path, **whole)["best"]


def _in_groups(batches, size):
    """Lists of `size` batches; the last one of an epoch holds what is left."""
    batches = iter(batches)
    while group := list(itertools.islice(batches, size)):
        yield group


def _shares(group):
    """How much each batch counts: by its rows, since the last one of an epoch may be smaller."""
    rows = [len(y) for _, y in group] if len(group) > 1 else [1]
    return [n / sum(rows) for n in rows]


def _is_better(history, settings):
    """Whether the last epoch is the best so far. NaN never is."""
    name = settings["monitor"]
    if name not in history.epochs[-1]:
        raise ValueError(f"monitor expected one of {sorted(history.epochs[-1])}, got {name!r}: does validate give it?")
    sign = 1 if settings["mode"] == "min" else -1
    last = sign * float(history.epochs[-1][name])
    best = math.inf if history.best_epoch is None else sign * float(history.epochs[history.best_epoch][name])
    return last < best - settings["min_delta"]


def _out_of_patience(history, patience):
    best = -1 if history.best_epoch is None else history.best_epoch
    return patience is not None and len(history) - 1 - best >= patience


def _takes_metrics(scheduler):
    return scheduler is not None and "metrics" in inspect.signature(scheduler.step).parameters


def _progress_bar(epochs, done):
    from tqdm import tqdm  # not above: `import dlcourse.train` shall cost nothing that it may not need

    off = not epochs or "TQDM_DISABLE" in os.environ
    return tqdm(total=epochs, initial=done, unit="epoch", leave=False, delay=PROGRESS_DELAY, disable=off)


def _finite(loss, history, optimizer):
    if math.isfinite(loss):
        return loss
    earlier = history.steps
    before = f"the loss before it was {earlier[-1]:.4g}" if earlier else "it was the first"
    rates = ", ".join(f"{group['lr']:g}" for group in optimizer.param_groups)
    raise FloatingPointError(f"the loss is {loss} at step {len(earlier)} (epoch {len(history)}); {before}. Likely "
                             f"causes: a learning rate that is too high (now {rates}), NaN in the data, or a logarithm "
                             "or a division by 0")
