"""The source task of chapter 8: three networks that learned rendered letters, and no digit, are stored here.

    python -m dlcourse.studies letters

Letters of the Latin, Greek and Cyrillic alphabets in fifteen fonts, averaged to 14 x 14 pixels; those that look alike
count as one class. Each seed decides pictures, first weights and order. The test is of fonts that were held out.
"""

import time

import numpy as np
from safetensors.numpy import load_file, save_file

from dlcourse import data, get_default_dtype, optim
from dlcourse import functional as F
from dlcourse.evaluate import accuracy, predict
from dlcourse.lr_scheduler import OneCycleLR
from dlcourse.train import Batches, fit
from dlcourse.transfer import Reader

from .chapter_1 import in_float64
from .table import FOLDER, write

SEEDS = range(3)
ROWS, EPOCHS, BATCH, RATE, DECAY = 20_000, 6, 64, 0.01, 0.01
WEIGHTS = FOLDER / "letters.safetensors"


def shrunk(pictures):
    """Average 28 x 28 pixels to 14 x 14.   Shapes:  (M, 1, 28, 28)  ->  (M, 1, 14, 14)."""
    return pictures.reshape(-1, 1, 14, 2, 14, 2).mean(axis=(3, 5))


def letters(seed, n=ROWS, without="", **options):
    """The pictures of a seed, 28 x 28; `shrunk` makes them smaller."""
    return data.load("glyphs", alphabet="letters", look_alikes="merge", n=n, seed=seed, without=without, **options)


def train_reader(x, y, seed, epochs=EPOCHS, rate=RATE):
    """A network trained to name the classes of some pictures (M, 1, 14, 14), in evaluation mode."""
    model = Reader(int(y.max()) + 1, rng=np.random.default_rng(seed))
    batches = Batches(x, y, batch_size=BATCH, seed=seed)
    optimizer = optim.AdamW(model.parameters(), lr=rate, weight_decay=DECAY)
    scheduler = OneCycleLR(optimizer, rate, total_steps=epochs * len(batches))
    fit(model, batches, F.cross_entropy, optimizer, epochs=epochs, scheduler=scheduler, step_scheduler="batch",
        progress=False)
    return model.eval()


def pretrained(seed=0):
    """The stored network of a seed, with its head for letters, in evaluation mode and in the default dtype."""
    stored = {name.removeprefix(f"{seed}."): array for name, array in load_file(WEIGHTS).items()
              if name.startswith(f"{seed}.")}
    model = Reader(len(stored["head.bias"]), rng=np.random.default_rng(0))
    model.load_state_dict({name: array.astype(get_default_dtype()) if array.dtype.kind == "f" else array
                           for name, array in stored.items()})
    return model.eval()


def digits(rows="train"):
    """The handwritten digits of a part as pictures of 14 x 14.   Returns: x (M, 1, 14, 14), y (M,)."""
    part = getattr(data.load("digits", size=14), rows)
    return part.x.reshape(-1, 1, 14, 14), part.y


def drawn(k, draw, rows="train"):
    """k digits of each class, drawn by the number `draw`; draws of fewer are among those of more.

    Returns: x (10 k, 1, 14, 14), y (10 k,)
    """
    x, y = digits(rows)
    order = np.random.default_rng([draw, 8]).permutation(len(y))
    chosen = np.concatenate([order[y[order] == digit][:k] for digit in range(10)])
    return x[chosen], y[chosen]


@in_float64()
def remake():
    """Train three networks, store their weights in float32 and how well they read held-out fonts."""
    started, arrays, rows = time.perf_counter(), {}, []
    for seed in SEEDS:
        pictures = letters(seed)
        model = train_reader(shrunk(pictures.train.x), pictures.train.y, seed)
        arrays |= {f"{seed}.{name}": array.astype(np.float32) if array.dtype.kind == "f" else array
                   for name, array in model.state_dict().items()}
        found = [accuracy(predict(model, shrunk(part.x)), part.y) for part in (pictures.same_fonts, pictures.test)]
        rows.append({"seed": seed, "classes": model.head.out_features,
                     **dict(zip(("same_fonts", "held_out_fonts"), (round(share, 4) for share in found), strict=True))})
    save_file({name: np.array(array, order="C") for name, array in arrays.items()}, WEIGHTS)
    WEIGHTS.chmod(0o644)
    write("letters", rows, "python -m dlcourse.studies letters", started)
