"""Deep or wide, at equally many numbers to learn: which of them does training fill with what the task needs?

    python -m dlcourse.studies depth_or_width

Four tasks: the sawtooth of 8 and of 16 pieces, which is made to favor depth; the spirals, which need none; the digits.
The designs of a task have equally many parameters, give or take 3 %. Each gets its own learning rate: a sweep on the
validation rows, five seeds, the lowest mean error wins (of equals the smaller rate). Then the toys are trained anew,
with other seeds, on all training rows, and judged on the test rows. Of the digits the study does not touch the test
rows; the chapter does that.

The error is the root of the mean squared error for the sawtooth, whose teeth have height 1, and the share of wrong
answers for the others. A run has `learned` the task if its error is below 0.05.
"""

import itertools
import time

import numpy as np

from dlcourse import Tensor, data, nn, optim
from dlcourse import functional as F
from dlcourse.evaluate import accuracy, predict
from dlcourse.train import Batches, fit

from .chapter_1 import in_float64
from .table import read, write

SEEDS, NEW_SEEDS = range(5), range(10, 26)
LEARNED = 0.05
TOY_DESIGNS = [(221,), (24, 24), (17,) * 3, (12,) * 5]
DESIGNS = {"sawtooth_3": TOY_DESIGNS, "sawtooth_4": TOY_DESIGNS,
           "spirals": [(137,), (23, 23), (17,) * 3, (12,) * 5],
           "digits": [(64,), (41, 41), (33,) * 3, (26,) * 5, (21,) * 8]}
RATES = {"sawtooth_3": [0.003, 0.01, 0.03, 0.1], "sawtooth_4": [0.001, 0.003, 0.01, 0.03],
         "spirals": [0.003, 0.01, 0.03, 0.1], "digits": [0.001, 0.003, 0.01, 0.03]}
BATCH_SIZE = {"sawtooth_3": 50, "sawtooth_4": 50, "spirals": 32, "digits": 32}
EPOCHS = {"sawtooth_3": 150, "sawtooth_4": 600, "spirals": 30, "digits": 30}
OUTPUTS = {"sawtooth_3": 1, "sawtooth_4": 1, "spirals": 2, "digits": 10}


def rows_of(task):
    """The data of a task; the sawtooth of depth 3 or 4 has 8 or 16 pieces."""
    name, _, depth = task.partition("_")
    return data.load(name, depth=int(depth)) if depth else data.load(name)


def tensors(task, rows):
    """Inputs and targets as a network takes them: the sawtooth's x from -1 to 1, its y as a column."""
    if task.startswith("sawtooth"):
        return Tensor(2 * rows.x - 1), Tensor(rows.y[:, None])
    return Tensor(rows.x), Tensor(rows.y)


def network(hidden, inputs, outputs, seed):
    """ReLU layers of the given sizes, weights by He et al. (2015), biases as `nn.Linear` draws them.

    Biases of 0 would put every kink of the first layer at x = 0.
    """
    rng = np.random.default_rng(seed)
    sizes, layers = [inputs, *hidden], []
    for n_in, n_out in itertools.pairwise(sizes):
        layer = nn.Linear(n_in, n_out, rng=rng)
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", rng=rng)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], outputs, rng=rng))


def train_network(task, rows, hidden, rate, seed):
    """The network after training on these rows: Adam, its rate falling to 0 along half a cosine."""
    x, y = tensors(task, rows)
    model = network(hidden, x.shape[1], OUTPUTS[task], seed)
    batches = Batches(x, y, batch_size=BATCH_SIZE[task], seed=seed)
    optimizer = optim.Adam(model.parameters(), lr=rate)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=EPOCHS[task])
    loss_fn = F.mse_loss if OUTPUTS[task] == 1 else F.cross_entropy
    fit(model, batches, loss_fn, optimizer, epochs=EPOCHS[task], scheduler=scheduler, progress=False)
    return model


def error(task, model, rows):
    """How far the model is off on these rows: root of the mean squared error, or the share of wrong answers."""
    x, y = tensors(task, rows)
    outputs = predict(model, x)
    return float(np.sqrt(((outputs - y.data) ** 2).mean())) if OUTPUTS[task] == 1 else 1 - accuracy(outputs, y)


def sweep_row(task, hidden, rate):
    """One row of the sweep: errors on the validation rows, of networks trained on those before them."""
    rows = rows_of(task)
    found = [error(task, train_network(task, rows.fit, hidden, rate, seed), rows.validation) for seed in SEEDS]
    return _row(task, "validation", hidden, rate, found)


def judged_row(task, hidden, rate):
    """The chosen rate on all training rows, with new seeds: errors on the test rows."""
    rows = rows_of(task)
    found = [error(task, train_network(task, rows.train, hidden, rate, seed), rows.test) for seed in NEW_SEEDS]
    return _row(task, "test", hidden, rate, found)


def parameters(task, hidden):
    """How many numbers a design learns."""
    inputs = tensors(task, rows_of(task).fit[:1])[0].shape[1]
    return sum(p.data.size for p in network(hidden, inputs, OUTPUTS[task], 0).parameters())


def _row(task, judged_on, hidden, rate, found):
    learned = f"{sum(e < LEARNED for e in found)} of {len(found)}"
    summary = {"mean": np.mean(found), "lowest": min(found), "highest": max(found)}
    return {"task": task, "judged_on": judged_on, "hidden": "-".join(map(str, hidden)),
            "parameters": parameters(task, hidden), "rate": rate, "learned": learned,
            **{name: round(float(x), 4) for name, x in summary.items()}}


def best(rows, hidden):
    """The row of this design with the lowest mean error; of equals the one with the smaller rate."""
    name = "-".join(map(str, hidden))
    return min((row for row in rows if row["hidden"] == name), key=lambda row: float(row["mean"]))


@in_float64()
def remake():
    """Sweep all designs, judge the winners of the toys, and store both."""
    started, rows = time.perf_counter(), []
    for task, designs in DESIGNS.items():
        sweep = [sweep_row(task, hidden, rate) for hidden in designs for rate in RATES[task]]
        rows += sweep
        if task != "digits":
            rows += [judged_row(task, hidden, best(sweep, hidden)["rate"]) for hidden in designs]
    write("depth_or_width", rows, "python -m dlcourse.studies depth_or_width", started)


def stored(task, judged_on="validation"):
    """The stored rows of a task, judged on "validation" (every rate) or on "test" (the chosen one of each design)."""
    return [row for row in read("depth_or_width") if (row["task"], row["judged_on"]) == (task, judged_on)]


def chosen_rate(task, hidden):
    """The learning rate that won the sweep of this design."""
    return float(best(stored(task), hidden)["rate"])
