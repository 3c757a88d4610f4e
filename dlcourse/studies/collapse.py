"""What happens when views of one picture are only drawn together, and what keeps the embeddings apart?

    python -m dlcourse.studies collapse

The encoder, head and views of the study `representations`, on rows 0-799 of the digits, 20 passes, three seeds. What
differs is the loss of two embeddings z1 and z2 of one picture:

    positive only     the cosine of z1 and z2 shall be 1, and nothing else is asked
    predictor         the same of p(z1) and z2, where p is a small network and z2 counts as a constant (after SimSiam,
                      whose head and predictor have batch normalization; here nothing has, outside the encoder)
    variance          z1 near z2; each coordinate keeps a spread over the batch, and coordinates differ (after VICReg,
                      weights not exactly theirs: see `variance`)
    negatives         SimCLR's loss

Measured on rows 800-999, which are not changed: the spread of the embeddings on the unit sphere (0 when all are one
point, 1 when each coordinate has the standard deviation that it has all over the sphere), the mean cosine of two
different pictures, and what a probe (C = 1, 10 labels per class, ten draws) reads, once from the embeddings of length 1
as they are and once from the codes before the head, divided by one number as in `representations`.
"""

import time

import numpy as np

from dlcourse import Tensor, data, nn
from dlcourse import functional as F
from dlcourse.autoencoder import mlp
from dlcourse.evaluate import predict

from .chapter_1 import in_float64
from .representations import CODE, chosen, codes_by, probe, scaled, train_on_pairs, views
from .table import read, write

SEEDS, DRAWS, LABELS, EPOCHS = range(3), range(10), 10, 20
WIDTH = CODE // 2  # of an embedding
METHODS = ["positive only", "predictor", "variance", "negatives"]


def positive_only(z1, z2):
    """Less the mean cosine of the two embeddings of a picture; -1 is the least."""
    return -F.cosine_similarity(z1, z2).mean()


def stop_gradient(z1, z2):
    """Each embedding is drawn to where the other stands; what it is drawn to does not move."""
    return (positive_only(z1, z2.detach()) + positive_only(z2, z1.detach())) / 2


class Predictor(nn.Module):
    """Stop gradient with a small network on the side that moves.   Source: Chen and He 2021, eqs. 1-4."""

    def __init__(self, seed):
        self.predict = mlp(WIDTH, WIDTH, WIDTH, rng=np.random.default_rng([seed, 1]))

    def forward(self, z1, z2):
        return (positive_only(self.predict(z1), z2.detach()) + positive_only(self.predict(z2), z1.detach())) / 2


def variance(z1, z2, invariance=25.0, spread=25.0, covariance=1.0):
    """Embeddings of a picture near each other, each coordinate with deviation 1, no two coordinates alike.

    Source: Bardes et al. 2022, eqs. 1-6, with their weights and, as their code has it, a mean over the coordinates.
    """
    loss = invariance * F.mse_loss(z1, z2)
    for z in (z1, z2):
        centered = z - z.mean(0, keepdim=True)
        matrix = centered.T @ centered / (len(z) - 1)  # (D, D), the covariance
        deviation = ((centered**2).sum(0) / (len(z) - 1) + 1e-4).sqrt()
        off_diagonal = matrix * Tensor(1 - np.eye(WIDTH))
        loss = loss + spread * F.relu(1 - deviation).mean() + covariance * (off_diagonal**2).sum() / WIDTH
    return loss


def loss_of(method, seed):
    """The loss of two embeddings by the method's name."""
    if method == "negatives":
        temperature = chosen("SimCLR")[0]["temperature"]
        return lambda z1, z2: F.nt_xent(z1, z2, temperature)
    return {"positive only": lambda: positive_only, "predictor": lambda: Predictor(seed),
            "variance": lambda: variance}[method]()


def train(method, seed, epochs=EPOCHS):
    """Encoder and head after training on rows 0-799."""
    pictures = data.load("digits").fit.x.reshape(-1, 1, 8, 8)
    return train_on_pairs(pictures, seed, views(chosen("SimCLR")[0]["strength"]), loss_of(method, seed), epochs)


def embedded(body, head, x):
    """The embeddings of rows x (M, 64), each of length 1."""
    z = predict(nn.Sequential(body, head), Tensor(x.reshape(-1, 1, 8, 8)))
    return z / np.linalg.norm(z, axis=1, keepdims=True)


def spread_of(unit):
    """Root of the number of coordinates, times their mean deviation: 0 for one point, 1 for all over the sphere."""
    return float(np.sqrt(unit.shape[1]) * unit.std(axis=0).mean())


def cosine_of(unit):
    """The mean cosine of two different rows."""
    M = len(unit)
    return float(((unit @ unit.T).sum() - M) / (M * (M - 1)))


def measured(method, seed):
    """Spread, cosine, and the two shares of a probe, of one training."""
    digits = data.load("digits")
    body, head = train(method, seed)
    parts = {"known": digits.fit, "new": digits.validation}
    unit = {part: embedded(body, head, rows.x) for part, rows in parts.items()}
    known = codes_by(body)(digits.fit.x)
    code = {part: scaled(known, codes_by(body)(rows.x), "one") for part, rows in parts.items()}
    shares = [np.mean([probe(z["known"], digits.fit.y, z["new"], LABELS, draw, 1.0) == digits.validation.y
                       for draw in DRAWS]) for z in (unit, code)]
    return {"spread": spread_of(unit["new"]), "cosine": cosine_of(unit["new"]), "embedding": shares[0],
            "code": shares[1]}


def row_of(method, seeds=SEEDS):
    """One row: the mean of each measure over the seeds, and all of them."""
    runs = [measured(method, seed) for seed in seeds]
    row = {"method": method}
    for name in runs[0]:
        values = [float(run[name]) for run in runs]
        row |= {name: f"{np.mean(values):.4f}", f"{name}_by_seed": " ".join(f"{value:.4f}" for value in values)}
    return row


@in_float64()
def remake():
    """Train with every loss and store what became of the embeddings."""
    started = time.perf_counter()
    write("collapse", [row_of(method) for method in METHODS], "python -m dlcourse.studies collapse", started)


def stored(method):
    """The stored row of a method."""
    return next(row for row in read("collapse") if row["method"] == method)
