"""Which layers of the letters' network are worth keeping for the digits, and can they be kept as they are?

    python -m dlcourse.studies layers_that_transfer

The reader has three convolutions and a head. Some of the convolutions are copied, all else is drawn anew, and the
network learns k handwritten digits per class; after Yosinski et al. 2014:

- "letters", "tuned" or "frozen": the first n come from a network that learned letters; then they are trained with the
  rest, or held fast with their batch-norm statistics;
- "digits", "tuned" or "frozen" (the control, there called selffer): the first n come from a network that learned the
  same k digits from scratch, so that what is lost is lost by the cut and not by another task;
- "nothing", "frozen": the first n stay as they were drawn; n = 0 of it is training from scratch;
- "letters, last", "tuned": the last n are copied and those below are drawn anew.

Nothing is augmented. Each way, n and k gets the same three rates, judged on rows 800-999 with digits drawn from rows
0-799, in the mean over pairs of seed and draw (two pairs for k = 5, one for 50); the best mean wins, of rates that tie
the lower one. Then three networks of letters and, for k = 5, three draws each from rows 0-999 (for 50 one draw each)
read the last 797 digits once: the same seeds and draws for all.
"""

import functools
import itertools
import time

import numpy as np

from dlcourse import Tensor, nn, no_grad, optim
from dlcourse import functional as F
from dlcourse.evaluate import accuracy, predict
from dlcourse.lr_scheduler import OneCycleLR
from dlcourse.train import Batches, fit
from dlcourse.transfer import Reader

from .chapter_1 import in_float64
from .letters import digits, drawn, pretrained
from .table import read, write

RATES, BATCH = (0.003, 0.01, 0.03), 25
STEPS = {5: 60, 50: 120}  # by k
RUNS = {5: [*itertools.product(range(3), range(3))], 50: [(0, 0), (1, 1), (2, 2)]}  # seeds and draws
SWEEP_RUNS = {5: [(0, 10), (1, 11)], 50: [(0, 10)]}
CUTS = (0, 4, 8, 12)  # where the layers of `Reader.features` begin, each a convolution with all up to the next one
DEPTHS = {("nothing", "frozen"): (0, 1, 2, 3), ("letters", "tuned"): (1, 2, 3), ("letters", "frozen"): (1, 2, 3),
          ("digits", "tuned"): (1, 2, 3), ("digits", "frozen"): (1, 2, 3), ("letters, last", "tuned"): (1, 2)}
CASES = [(*way, n) for way, depths in DEPTHS.items() for n in depths]


def copy_layers(source, target, layers):
    """Copy some layers of `features`, counted from 0, with their batch-norm statistics; returns the target."""
    for layer in layers:
        for i in range(CUTS[layer], CUTS[layer + 1]):
            target.features[i].load_state_dict(source.features[i].state_dict())
    return target


def adapt(model, x, y, rate, seed, steps, frozen=0):
    """Train what is above the first `frozen` layers: Adam, one cycle of the rate; the model, in evaluation mode."""
    lower, upper = model.features[: CUTS[frozen]].eval(), nn.Sequential(*model.features[CUTS[frozen]:], model.head)
    with no_grad():
        seen = lower(Tensor(x)).data  # what does not change is computed once
    batches = Batches(seen, y, batch_size=BATCH, seed=seed)
    epochs = round(steps / len(batches))
    optimizer = optim.Adam(upper.parameters())
    cycle = OneCycleLR(optimizer, rate, epochs=epochs, steps_per_epoch=len(batches))
    fit(upper, batches, F.cross_entropy, optimizer, epochs=epochs, scheduler=cycle, step_scheduler="batch",
        progress=False)
    return model.eval()


def fresh(seed):
    """A reader of digits as it is drawn."""
    return Reader(10, rng=np.random.default_rng([seed, 1]))


@functools.cache
def own_digits(k, rate, seed, draw, rows):
    """The network of the control: it learned the same k digits per class, from other first weights."""
    model = Reader(10, rng=np.random.default_rng([seed, 2]))
    return adapt(model, *drawn(k, draw, rows), rate, seed, STEPS[k])


def begun(source, n, seed, of_digits):
    """A network before it learns the digits; `of_digits()` is the network of the control."""
    if source == "nothing":
        return fresh(seed)
    if source == "digits":
        return copy_layers(of_digits(), fresh(seed), range(n))
    return copy_layers(pretrained(seed), fresh(seed), range(3 - n, 3) if "last" in source else range(n))


def share(case, k, rate, seed, draw, rows="train", judged="test", own_rate=None):
    """The share of the judged digits that is read after learning k digits per class, drawn from the rows."""
    source, kept, n = case
    model = begun(source, n, seed, lambda: own_digits(k, own_rate, seed, draw, rows))
    adapt(model, *drawn(k, draw, rows), rate, seed, STEPS[k], frozen=n if kept == "frozen" else 0)
    x, y = digits(judged)
    return accuracy(predict(model, x), y)


def best_rate(case, k, own_rate):
    """The rate with the best mean on rows 800-999; of rates that tie the lowest."""
    means = [np.mean([share(case, k, rate, *run, "fit", "validation", own_rate) for run in SWEEP_RUNS[k]])
             for rate in RATES]
    return RATES[int(np.argmax(means))]


@in_float64()
def rows_of(k):
    """All rows for k labels per class."""
    rows, own_rate = [], None
    for case in CASES:
        rate = best_rate(case, k, own_rate)
        own_rate = own_rate or rate  # the first case is training from scratch, and so learned the control
        found = [share(case, k, rate, *run, own_rate=own_rate) for run in RUNS[k]]
        source, kept, n = case
        rows.append({"k": k, "source": source, "kept": kept, "n": n, "rate": rate, "mean": round(np.mean(found), 4),
                     "lowest": round(min(found), 4), "highest": round(max(found), 4),
                     "shares": " ".join(f"{one:.4f}" for one in found)})
    return rows


def remake():
    """Choose the rates, run all and store."""
    started = time.perf_counter()
    rows = [row for k in RUNS for row in rows_of(k)]
    write("layers_that_transfer", rows, "python -m dlcourse.studies layers_that_transfer", started)


def stored(source, kept, n, k=5):
    """The shares of one way, in the order of RUNS[k]: an array. For n = 0 it is training from scratch."""
    wanted = ("nothing", "frozen", 0) if n == 0 else (source, kept, n)
    (row,) = [row for row in read("layers_that_transfer")
              if (row["source"], row["kept"], int(row["n"]), int(row["k"])) == (*wanted, k)]
    return np.array([float(one) for one in row["shares"].split()])
