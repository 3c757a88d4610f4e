"""How small a change of the pixels makes a network wrong, what helps against it, and what does the help cost?

    python -m dlcourse.studies adversarial

Three kinds of network learn the digits of rows 0-999: logistic regression, one hidden layer of 128 ReLUs, and the
chapter's VGG without augmentation. Each comes trained as always, and some by adversarial training: every picture
of every batch is first changed by PGD, by at most so many of the 16 steps of gray. Three seeds, 15 epochs, Adam with
one cycle of the rate.

Then pictures of the last 797 rows are attacked, by FGSM and by PGD of ten steps, and by random signs of the same size
for comparison. `made_on` is the network that the attacker knows, `read_by` the network that has to read. "another CNN"
was trained in the same way from another seed. All settings stood before anything was measured; nothing was chosen by
these rows.
"""

import functools
import itertools
import time

import numpy as np

from dlcourse import functional as F
from dlcourse import nn, optim
from dlcourse.attacks import Attacked, fgsm, pgd, random_signs
from dlcourse.evaluate import accuracy, predict
from dlcourse.lr_scheduler import OneCycleLR
from dlcourse.train import Batches, fit
from dlcourse.vision import VGG

from .chapter_1 import in_float64
from .digit_reader import pictures
from .table import read, write

SEEDS = range(3)
EPOCHS, BATCH, RATE = 15, 64, 0.004
GRAYS = 16  # a digit's pixel is a whole number from 0 to 16, divided by 16
TRAINING_STEPS, ATTACK_STEPS = 5, 10  # of PGD
SIZES = [1, 2, 3, 4, 8]  # of an attack, in steps of gray
KINDS = {  # kind -> network(rng)
    "logistic": lambda rng: nn.Sequential(nn.Flatten(), nn.Linear(64, 10, rng=rng)),
    "MLP": lambda rng: nn.Sequential(nn.Flatten(), nn.Linear(64, 128, rng=rng), nn.ReLU(), nn.Linear(128, 10, rng=rng)),
    "CNN": lambda rng: VGG(size=8, widths=(16, 32), dropout=0.3, rng=rng),
}
ATTACKS = {
    "noise": lambda model, x, y, epsilon: random_signs(x, epsilon, np.random.default_rng(0)),
    "FGSM": fgsm,
    "PGD": functools.partial(pgd, steps=ATTACK_STEPS),
}
FULL = [("logistic", 0), ("MLP", 0), ("CNN", 0), ("MLP", 2), ("CNN", 2)]  # networks that meet every attack
PRICE = [("MLP", 1), ("MLP", 3), ("MLP", 4)]  # and those that meet PGD of size 2 alone
TRANSFER_SIZE = 3


def train_network(kind, gray_steps, seed, epochs=EPOCHS):
    """A network trained on the 1,000 rows, against PGD of up to `gray_steps` steps of gray if there are any."""
    model = KINDS[kind](np.random.default_rng(seed))
    batches = Batches(*pictures("train"), batch_size=BATCH, seed=seed)
    if gray_steps:
        batches = Attacked(batches, model, gray_steps / GRAYS, TRAINING_STEPS, seed)
    optimizer = optim.Adam(model.parameters())
    cycle = OneCycleLR(optimizer, RATE, epochs=epochs, steps_per_epoch=len(batches))
    fit(model, batches, F.cross_entropy, optimizer, epochs=epochs, scheduler=cycle, step_scheduler="batch",
        progress=False)
    return model.eval()


def name_of(kind, gray_steps):
    """"CNN", or "CNN, trained against 2"."""
    return f"{kind}, trained against {gray_steps}" if gray_steps else kind


def made(attack, size, models):
    """The test pictures after an attack of `size` steps of gray on each of the models."""
    x, y = pictures("test")
    return [ATTACKS[attack](model, x, y, size / GRAYS) if size else x for model in models]


def row_of(made_on, read_by, attack, size, attacked, readers):
    """Let each network read the pictures that were made for its seed: mean and spread of the share that is right."""
    y = pictures("test")[1]
    found = [accuracy(predict(reader, seen), y) for reader, seen in zip(readers, attacked, strict=True)]
    return {"made_on": made_on, "read_by": read_by, "attack": attack, "gray_steps": size,
            **{name: round(float(f(found)), 4) for name, f in (("mean", np.mean), ("lowest", min), ("highest", max))}}


def rows_of(kind, gray_steps, models):
    """The rows of one network that is attacked by somebody who knows it."""
    name, price = name_of(kind, gray_steps), (kind, gray_steps) in PRICE
    settings = [("none", 0), *([("PGD", 2)] if price else itertools.product(ATTACKS, SIZES))]
    return [row_of(name, name, *setting, made(*setting, models), models) for setting in settings]


def transfer_rows(networks):
    """Pictures made on one network and read by all others; a CNN also reads what was made on another CNN."""
    rows = []
    for made_on in FULL[:3]:
        attacked = made("PGD", TRANSFER_SIZE, networks[made_on])
        rows += [row_of(name_of(*made_on), name_of(*reader), "PGD", TRANSFER_SIZE, attacked, networks[reader])
                 for reader in FULL if reader != made_on]
    others = [*attacked[1:], attacked[0]]  # made on the CNN of the next seed
    return [*rows, row_of("another CNN", "CNN", "PGD", TRANSFER_SIZE, others, networks["CNN", 0])]


@in_float64()
def remake():
    """Train all networks, attack them, and store how many digits they still read."""
    started = time.perf_counter()
    networks = {key: [train_network(*key, seed) for seed in SEEDS] for key in [*FULL, *PRICE]}
    rows = [row for key, models in networks.items() for row in rows_of(*key, models)]
    write("adversarial", rows + transfer_rows(networks), "python -m dlcourse.studies adversarial", started)


def share(read_by, attack="none", gray_steps=0, made_on=None, column="mean"):
    """A stored number: the share of the 797 digits that are read, by default of attacks on the network that reads."""
    wanted = (made_on or read_by, read_by, attack, str(gray_steps))
    rows = [r for r in read("adversarial") if (r["made_on"], r["read_by"], r["attack"], r["gray_steps"]) == wanted]
    if len(rows) != 1:
        raise KeyError(f"the study has no row {wanted}")
    return float(rows[0][column])
