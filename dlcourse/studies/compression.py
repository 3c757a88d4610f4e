"""How small can the digit reader be made, and what does it cost?

    python -m dlcourse.studies compression

The network of the study `digit_reader`, trained with moved pictures on rows 0-999, is made small in three ways, and
reads the last 797 rows after each:

- pruned: the smallest weights of all layers together are left out, at once, or at once and then trained for ten more
  epochs with what is left;
- quantized: each weight is written with 8, 6, 4, 3 or 2 bits, one scale for each output or one for the whole layer,
  nothing trained afterwards; and both together, pruned and trained, then 8 bits;
- distilled: narrower networks of the same plan learn with the same pictures, epochs and rate, from the labels alone or
  from the network's probabilities as well (temperature 3, weight 0.9); then their weights are written with 8 bits, too.

Bytes are counted by `stored_bytes`. Five seeds, of the large network and all that follows from it. Nothing is chosen
by these numbers: temperature, weight and the rate of further training were fixed before.
"""

import time

import numpy as np

from dlcourse import Tensor, data, nn, no_grad, optim
from dlcourse import functional as F
from dlcourse.compress import distillation_loss, magnitude_masks, prune, quantize_weights, stored_bytes
from dlcourse.evaluate import accuracy, predict
from dlcourse.lr_scheduler import OneCycleLR
from dlcourse.train import fit
from dlcourse.vision import VGG

from .chapter_1 import in_float64
from .digit_reader import BATCH, CHOSEN, EPOCHS, MOVED, pictures, train_network
from .table import read, write

SEEDS = range(5)
SHARES = [0.5, 0.7, 0.8, 0.9, 0.95, 0.98]
BITS = [8, 6, 4, 3, 2]
WIDTHS = [(8, 16), (4, 8), (2, 4)]
MORE_EPOCHS, MORE_RATE = 10, 0.002
TEMPERATURE, WEIGHT = 3.0, 0.9


def train_more(model, loss_fn, seed, epochs, rate, before_step=None):
    """Train a network on moved pictures, as the large one was."""
    batches = data.load("digits").train.using("images", "y").batches(
        BATCH, seed=seed, augment=lambda x, rng: MOVED(x[:, None], rng))
    optimizer = optim.Adam(model.parameters())
    cycle = OneCycleLR(optimizer, rate, epochs=epochs, steps_per_epoch=len(batches))
    fit(model, batches, loss_fn, optimizer, epochs=epochs, scheduler=cycle, step_scheduler="batch", progress=False,
        before_step=before_step)
    return model.eval()


class Taught(nn.Module):
    """A student whose loss needs the teacher's answers to the same pictures: a call returns both."""

    def __init__(self, student, ask_teacher):
        self.student, self.ask_teacher = student, ask_teacher  # a function: the teacher's weights are not to be trained

    def forward(self, x):
        return self.student(x), self.ask_teacher(x)


def student(widths, seed, teacher=None):
    """A narrower network, trained alone or with a teacher."""
    model = VGG(size=8, widths=widths, dropout=0.0, rng=np.random.default_rng(seed))
    if teacher is None:
        return train_more(model, F.cross_entropy, seed, EPOCHS, CHOSEN["augmented"])

    def loss_fn(answers, y):
        return distillation_loss(*answers, y, temperature=TEMPERATURE, weight=WEIGHT)

    def ask_teacher(x):
        with no_grad():
            return teacher(x)

    train_more(Taught(model, ask_teacher), loss_fn, seed, EPOCHS, CHOSEN["augmented"])
    return model


def copy_of(model, widths=(16, 32)):
    """A second network with the same numbers."""
    twin = VGG(size=8, widths=widths, dropout=0.3)
    twin.load_state_dict(model.state_dict())
    return twin.eval()


def variants(seed):
    """All that is made of one large network: (method, setting, bytes, network)."""
    large = train_network(seed)
    yield "large", "", stored_bytes(large), large
    for share in SHARES:
        cut, masks = copy_of(large), magnitude_masks(large, share)
        prune(cut, masks)
        yield "pruned", share, stored_bytes(cut, masks=masks), cut
        again = copy_of(cut).train()
        train_more(again, F.cross_entropy, seed, MORE_EPOCHS, MORE_RATE,
                   before_step=lambda model=again, masks=masks: prune(model, masks))
        yield "pruned, trained", share, stored_bytes(again, masks=masks), again
        quantize_weights(again, 8)
        yield "pruned, trained, 8 bits", share, stored_bytes(again, 8, masks), again
    for bits in BITS:
        for method, axis in (("quantized by output", 0), ("quantized by layer", None)):
            small = copy_of(large)
            quantize_weights(small, bits, axis)
            yield method, bits, stored_bytes(small, bits, axis=axis), small
    for widths in WIDTHS:
        name = "-".join(map(str, widths))
        for method, teacher in (("small, alone", None), ("small, distilled", large)):
            model = student(widths, seed, teacher)
            yield method, name, stored_bytes(model), model
            eight = copy_of(model, widths)
            quantize_weights(eight, 8)
            yield f"{method}, 8 bits", name, stored_bytes(eight, 8), eight


@in_float64()
def results(seed):
    """What each variant reads of the test: {(method, setting): (bytes, share)}."""
    x, y = pictures("test")
    return {(method, setting): (size, accuracy(predict(model, Tensor(x)), y))
            for method, setting, size, model in variants(seed)}


def remake():
    """Train, shrink, read and store."""
    started = time.perf_counter()
    found = [results(seed) for seed in SEEDS]
    rows = []
    for method, setting in found[0]:
        shares = [of_seed[method, setting][1] for of_seed in found]
        rows.append({"method": method, "setting": setting, "bytes": found[0][method, setting][0],
                     "mean": round(float(np.mean(shares)), 4), "lowest": round(min(shares), 4),
                     "highest": round(max(shares), 4)})
    write("compression", rows, "python -m dlcourse.studies compression", started)


def stored(method):
    """Setting, bytes, mean, lowest and highest share of one method, in the order of the study."""
    return [(row["setting"], int(row["bytes"]), *(float(row[name]) for name in ("mean", "lowest", "highest")))
            for row in read("compression") if row["method"] == method]
