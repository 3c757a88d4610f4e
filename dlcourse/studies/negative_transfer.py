"""Does it matter what the source task was? The same pictures of letters, with other questions.

    python -m dlcourse.studies negative_transfer

Four networks learn from the same 8,000 pictures of letters, 14 x 14 pixels, for the same 375 steps: to name the letter;
to name the font, of fifteen; to name labels that were drawn at random, as many as there are letters; and to name the
letter while the 196 pixels have changed places, by one permutation for all pictures. Each then learns k = 2, 5 or 10
handwritten digits per class (in their usual place), without augmentation: "frozen", a logistic regression on its 64
features, or "tuned" all over. Beside them stand a network as it was drawn, whose tuning is training from scratch, and
"shuffled": the letters' network after the weights of each convolution changed places among themselves, so that every
layer keeps its numbers and loses their order.

Rates (and the C of the logistic regression) are chosen for each source at k = 5, from the same grid for all, on rows
800-999 with digits drawn from rows 0-799, two pairs of seed and draw; the best mean wins, of those that tie the lower
one. Then three seeds, of pictures, labels and first weights, with two draws each from rows 0-999 read the last 797
digits once; the draws are the same for all sources. `source_task` is how well the source task itself is done on new
pictures in the same fonts, `learned` on the pictures it was learned from, both in the mean over the seeds.
"""

import functools
import itertools
import time

import numpy as np

from dlcourse.evaluate import accuracy, predict
from dlcourse.probing import linear_probe
from dlcourse.transfer import features

from .chapter_1 import in_float64
from .layers_that_transfer import adapt, fresh
from .letters import digits, drawn, letters, shrunk, train_reader
from .table import read, write

SOURCES = ("nothing", "letters", "shuffled", "font", "random labels", "permuted pixels")
TRAINED = ("letters", "font", "random labels", "permuted pixels")
ROWS, EPOCHS = 8000, 3
STEPS = 60
GRIDS = {"tuned": (0.003, 0.01, 0.03), "frozen": (0.003, 0.01, 0.03, 0.1, 0.3)}  # the rate; C
LABELS, RUNS, SWEEP_RUNS = (2, 5, 10), [*itertools.product(range(3), range(2))], [(0, 10), (1, 11)]
ORDER = np.random.default_rng(0).permutation(196)  # the one permutation of the pixels


def permuted(x):
    """Let all pixels change places, in every picture in the same way.   Shapes:  (M, 1, 14, 14)  ->  the same."""
    return x.reshape(len(x), -1)[:, ORDER].reshape(x.shape)


def question(task, part, seed, fonts):
    """Pictures and right answers of a source task, for a part of the letters.   Returns: x (M, 1, 14, 14), y (M,)."""
    x = shrunk(part.x)
    if task == "font":
        return x, np.searchsorted(fonts, part.font)
    if task == "random labels":
        return x, np.random.default_rng([seed, len(x)]).integers(part.y.max() + 1, size=len(x))
    return (permuted(x) if task == "permuted pixels" else x), part.y


@functools.cache
def source_network(task, seed, rows=ROWS):
    """A trained network, and the shares of right answers on pictures it learned and on new ones."""
    pictures = letters(seed, n=rows)
    fonts = np.unique(pictures.train.font)
    learned, new = (question(task, part, seed, fonts) for part in (pictures.train, pictures.same_fonts))
    model = train_reader(*learned, seed, EPOCHS)
    return model, accuracy(predict(model, learned[0]), learned[1]), accuracy(predict(model, new[0]), new[1])


def shuffle(model, seed):
    """Let the weights of each convolution change places among themselves; returns the model."""
    rng = np.random.default_rng([seed, 3])
    for parameter in model.features.parameters():
        if parameter.data.ndim == 4:
            parameter.data[...] = rng.permutation(parameter.data.reshape(-1)).reshape(parameter.shape)
    return model


def begun(source, seed):
    """A new reader of digits with the layers that a source task left behind."""
    model = fresh(seed)
    if source != "nothing":
        taught = source_network("letters" if source == "shuffled" else source, seed)[0]
        model.features.load_state_dict(taught.features.state_dict())
    return shuffle(model, seed) if source == "shuffled" else model


def share(source, kept, k, setting, seed, draw, rows="train", judged="test"):
    """The share of the judged digits that is read after learning k digits per class."""
    model, (x, y), (pictures, labels) = begun(source, seed), drawn(k, draw, rows), digits(judged)
    if kept == "frozen":
        return accuracy(linear_probe(features(model, x), y, features(model, pictures), setting), labels)
    return accuracy(predict(adapt(model, x, y, setting, seed, STEPS), pictures), labels)


def best(source, kept):
    """The setting with the best mean on rows 800-999 at k = 5; of those that tie the lowest."""
    means = [np.mean([share(source, kept, 5, setting, *run, "fit", "validation") for run in SWEEP_RUNS])
             for setting in GRIDS[kept]]
    return GRIDS[kept][int(np.argmax(means))]


@in_float64()
def rows_of(source):
    """All rows of one source."""
    rows = []
    found = [source_network(source, seed)[1:] for seed in range(3)] if source in TRAINED else []
    learned, new = np.round(np.mean(found, axis=0), 4) if found else ("", "")
    for kept in GRIDS:
        setting = best(source, kept)
        for k in LABELS:
            shares = [share(source, kept, k, setting, *run) for run in RUNS]
            rows.append({"source": source, "learned": learned, "source_task": new, "kept": kept, "k": k,
                         "setting": setting, "mean": round(np.mean(shares), 4), "lowest": round(min(shares), 4),
                         "highest": round(max(shares), 4), "shares": " ".join(f"{one:.4f}" for one in shares)})
    return rows


def remake():
    """Learn the source tasks, choose, adapt and store."""
    started = time.perf_counter()
    rows = [row for source in SOURCES for row in rows_of(source)]
    write("negative_transfer", rows, "python -m dlcourse.studies negative_transfer", started)


def row_of(source, kept="tuned", k=5):
    """A stored row."""
    (row,) = [row for row in read("negative_transfer")
              if (row["source"], row["kept"], int(row["k"])) == (source, kept, k)]
    return row


def stored(source, kept="tuned", k=5):
    """The shares of one source, in the order of RUNS: an array (6,)."""
    return np.array([float(one) for one in row_of(source, kept, k)["shares"].split()])
