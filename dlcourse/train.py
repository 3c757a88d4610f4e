"""Why this file exists: every chapter trains, so the loop is written once, and read once.

`fit` asks its model, loss and optimizer only for what ours and PyTorch's both have; it drives either.
"""

import math
import os

import numpy as np

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

    `history["loss"]` lists one number per epoch, likewise every figure that `validate` returned.   Chapter: 1.
    """

    def __init__(self):
        self.steps = []
        self.epochs = []

    def __getitem__(self, name):
        try:
            return [epoch[name] for epoch in self.epochs]
        except KeyError:
            raise KeyError(f"history holds {sorted(self.epochs[0])}, not {name!r}") from None

    def __len__(self):
        return len(self.epochs)

    def __repr__(self):
        figures = self.epochs[-1].items() if self.epochs else ()
        last = ", ".join(f"{name} {value:.4g}" for name, value in figures) or "nothing yet"
        return f"History({len(self)} epochs, {len(self.steps)} steps; last: {last})"


def fit(model, batches, loss_fn, optimizer, *, epochs, validate=None, progress=True):
    """Lower `loss_fn(model(x), y)` over the batches, `epochs` times, and return what happened.

    `validate()` is called after every epoch and returns a dict of figures, which the History keeps. The progress bar
    goes away when it is done; TQDM_DISABLE=1 in the environment turns it off everywhere.

    Raises:  FloatingPointError as soon as the loss is not a finite number, with the step and the likely causes;
             ValueError if an epoch has no batches.
    Chapter: 1.   Source: Goodfellow et al. 2016, alg. 8.1.
    """
    history = History()
    with _progress_bar(epochs if progress else 0) as bar:
        for epoch in range(epochs):
            model.train()
            before = len(history.steps)
            for x, y in batches:
                loss = loss_fn(model(x), y)
                history.steps.append(_finite(loss.item(), epoch, history.steps, optimizer))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            losses = history.steps[before:]
            if not losses:
                raise ValueError(f"fit expected batches in every epoch, got none in epoch {epoch}: "
                                 "Batches(x, y), not something that can be gone through only once?")
            model.eval()
            history.epochs.append({"loss": sum(losses) / len(losses), **(validate() if validate else {})})
            bar.set_postfix({name: f"{value:.4g}" for name, value in history.epochs[-1].items()}, refresh=False)
            bar.update()
    return history


def _progress_bar(epochs):
    from tqdm import tqdm  # not above: `import dlcourse.train` shall cost nothing that it may not need

    off = not epochs or "TQDM_DISABLE" in os.environ
    return tqdm(total=epochs, unit="epoch", leave=False, delay=PROGRESS_DELAY, disable=off)


def _finite(loss, epoch, earlier, optimizer):
    if math.isfinite(loss):
        return loss
    before = f"the loss before it was {earlier[-1]:.4g}" if earlier else "it was the first"
    rates = ", ".join(f"{group['lr']:g}" for group in optimizer.param_groups)
    raise FloatingPointError(f"the loss is {loss} at step {len(earlier)} (epoch {epoch}); {before}. Likely causes: "
                             f"a learning rate that is too high (now {rates}), NaN in the data, or a logarithm "
                             "or a division by 0")
