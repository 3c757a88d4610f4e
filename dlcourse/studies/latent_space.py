"""A network lays out the digits on a plane: what has the variational autoencoder's plane that the plain one's lacks?

    python -m dlcourse.studies latent_space

Both make two numbers of a digit and draw the digit again from them: 64-128-2 and 2-128-64, ReLU inside, a sigmoid at
the end; the encoder of the VAE returns four numbers. They learn by Adam in batches of 32, without labels.

The sweep trains on rows 0-799 with five seeds and judges rows 800-999: the autoencoder's epochs by the squared error,
the VAE's epochs and the deviation sigma of its decoder by the ELBO. A chapter has no time for more than 100 epochs, so
the grid ends there. The best mean wins. The winners are trained with the same five seeds on rows 0-999 and judged on
the test, rows 1000-1796. What to measure was tried out on the validation rows; better middles were expected of the VAE,
and `midpoint` stays though they were not found. (`kinds`, which needs no test row, was added after a first run.)

A code is the encoder's answer, for the VAE the mean of q(z | x). One row for each seed:

error         the squared error of a digit that is drawn from its code, the sum of 64 pixels
elbo, kl      of the VAE for a digit, in nats; the mean of 20 samples
center        how far the mean of the codes is from 0, and `spread` their standard deviation (of area: det^(1/4))
neighbors     share of digits whose label the five nearest codes of training digits tell
shaken        how much the error grows when the codes are moved by noise of a tenth of their spread
kinds         how many kinds of digits 1,000 codes from N(0, 1), the prior of the VAE, are drawn as: exp(entropy) of the
              labels that the training digits nearest to the pictures have; 10 if all come equally often

and of 400 straight walks between the codes of two test digits of different labels, in 40 steps:

midpoint      distance of the picture in the middle to the nearest training digit, divided by the same for both ends
blend         the same for the mean of the two ends' pictures: a middle that no network made
largest_step  change of the picture in the largest step, divided by that in the mean step: 1 is evenly

A remake stores as well what the figure `Latent` shows: decoders and codes of seed 0, in half precision.
"""

import itertools
import time

import numpy as np

from dlcourse import Tensor, data, nn, optim
from dlcourse import functional as F
from dlcourse.autoencoder import VAE, Autoencoder, divergence, mlp
from dlcourse.evaluate import accuracy
from dlcourse.train import Batches, fit

from .chapter_1 import in_float64
from .table import FOLDER, read, write

SEEDS = range(5)
WIDTH, RATE = 128, 0.003
EPOCHS, SIGMA = 100, 0.2  # what the sweep chose
SIGMAS, MANY_EPOCHS = [0.15, 0.2, 0.25, 0.3], [25, 50, 100]
NUMBERS = FOLDER.parent / "figures" / "latent_codes.bin"
WALKS, STEPS, SAMPLES = 400, 40, 20
MEASURES = ["error", "elbo", "kl", "center", "spread", "neighbors", "shaken", "kinds", "midpoint", "blend",
            "largest_step"]


def train_autoencoder(seed, part="train", epochs=EPOCHS):
    """An autoencoder with a code of two numbers, after training on a part of the digits."""
    x, rng = getattr(data.load("digits"), part).x, np.random.default_rng(seed)
    model = Autoencoder(mlp(64, WIDTH, 2, rng=rng), mlp(2, WIDTH, 64, last=nn.Sigmoid, rng=rng))
    optimizer = optim.Adam(model.parameters(), lr=RATE)
    fit(model, Batches(x, x, seed=seed), F.mse_loss, optimizer, epochs=epochs, progress=False)
    return model


def train_vae(seed, part="train", epochs=EPOCHS, sigma=SIGMA):
    """A variational autoencoder with a code of two numbers, after training on a part of the digits."""
    x, rng = getattr(data.load("digits"), part).x, np.random.default_rng(seed)
    model = VAE(mlp(64, WIDTH, 4, rng=rng), mlp(2, WIDTH, 64, last=nn.Sigmoid, rng=rng), sigma)
    optimizer, batches = optim.Adam(model.parameters(), lr=RATE), Batches(x, seed=seed)
    for _ in range(epochs):
        for (batch,) in batches:
            optimizer.zero_grad()
            (-model.elbo(Tensor(batch), rng).mean()).backward()
            optimizer.step()
    return model


TRAIN = {"autoencoder": train_autoencoder, "VAE": train_vae}


def codes(model, x):
    """The code of each row, for a VAE the mean of q(z | x).   Shapes: x (N, 64)  ->  (N, 2)"""
    return model.encoder(Tensor(x)).data[:, :2]


def drawn(model, c):
    """The picture of each code.   Shapes: c (N, 2)  ->  (N, 64)"""
    return model.decoder(Tensor(c)).data


def distances(a, b):
    """The distance of each row of a from each row of b.   Shapes: a (N, D), b (M, D)  ->  (N, M)"""
    squares = (a**2).sum(1)[:, None] - 2 * a @ b.T + (b**2).sum(1)
    return np.sqrt(np.maximum(squares, 0))


def error(model, x, shaken=0.0, rng=None):
    """The mean squared error of digits drawn from their codes, moved by normal noise of this deviation."""
    c = codes(model, x)
    return float(((drawn(model, c + shaken * (rng.normal(size=c.shape) if shaken else 0)) - x) ** 2).sum(1).mean())


def bound(model, x):
    """ELBO and divergence of a VAE for the mean row, in nats."""
    rng = np.random.default_rng(0)
    elbo = np.mean([model.elbo(Tensor(x), rng).data.mean() for _ in range(SAMPLES)])
    return float(elbo), float(divergence(*model.encode(Tensor(x))).data.mean())


def spread_of(c):
    """The standard deviation of codes (N, 2) as one number, by area: det(covariance)^(1/4)."""
    return float(np.linalg.det(np.cov(c.T)) ** 0.25)


def label_by_neighbors(near, c, labels, count=5):
    """The label that most of the nearest codes have, the smallest in a tie.   Shapes: near (N, 2), c (M, 2)"""
    votes = labels[np.argsort(distances(near, c), axis=1)[:, :count]]
    return np.array([np.bincount(row).argmax() for row in votes])


def kinds_of(model, rows, rng):
    """exp(entropy) of the labels that the rows nearest to 1,000 pictures have, drawn from codes of N(0, 1)."""
    pictures = drawn(model, rng.standard_normal((1000, 2)))
    shares = np.bincount(rows.y[distances(pictures, rows.x).argmin(axis=1)]) / len(pictures)
    return np.exp(-sum(share * np.log(share) for share in shares if share))


def walks(model, rows, real):
    """Midpoint, blend and largest step of straight walks between codes of rows; `real` (M, 64) are the real digits."""
    rng = np.random.default_rng(0)
    pairs = rng.integers(len(rows), size=(4 * WALKS, 2))
    first, last = pairs[rows.y[pairs[:, 0]] != rows.y[pairs[:, 1]]][:WALKS].T
    a, b = codes(model, rows.x[first]), codes(model, rows.x[last])
    path = np.stack([drawn(model, a + t * (b - a)) for t in np.linspace(0, 1, STEPS + 1)])  # (steps + 1, walks, 64)
    changes = np.linalg.norm(np.diff(path, axis=0), axis=2)
    start, end, middle, blend = (distances(pictures, real).min(axis=1).mean() for pictures in (
        path[0], path[-1], path[STEPS // 2], (path[0] + path[-1]) / 2))
    return {"midpoint": 2 * middle / (start + end), "blend": 2 * blend / (start + end),
            "largest_step": (changes.max(axis=0) / changes.mean(axis=0)).mean()}


def sweep_row(name, sigma, epochs):
    """One row of the sweep: the error, for a VAE the ELBO, of the validation rows over the seeds."""
    x, options = data.load("digits").validation.x, {"sigma": sigma} if sigma else {}
    models = [TRAIN[name](seed, "fit", epochs, **options) for seed in SEEDS]
    found = [bound(model, x)[0] if sigma else error(model, x) for model in models]
    numbers = {"mean": np.mean(found), "lowest": min(found), "highest": max(found)}
    return _row("sweep", name, sigma, epochs, "", {key: round(float(value), 3) for key, value in numbers.items()})


def test_row(name, seed):
    """One row of the test: a winner of the sweep with one seed."""
    digits, rng = data.load("digits"), np.random.default_rng(0)
    model, test = TRAIN[name](seed), digits.test
    c, known = codes(model, test.x), codes(model, digits.train.x)
    spread, exact = spread_of(known), error(model, test.x)
    found = {"error": exact, "center": np.linalg.norm(known.mean(axis=0)), "spread": spread,
             "neighbors": accuracy(label_by_neighbors(c, known, digits.train.y), test.y),
             "shaken": error(model, test.x, spread / 10, rng) - exact, "kinds": kinds_of(model, digits.train, rng),
             **walks(model, test, digits.train.x)}
    if name == "VAE":
        found["elbo"], found["kl"] = bound(model, test.x)
    found, sigma = {key: round(float(value), 4) for key, value in found.items()}, SIGMA if name == "VAE" else ""
    return _row("test", name, sigma, EPOCHS, seed, found)


def _row(stage, name, sigma, epochs, seed, found):
    empty = dict.fromkeys(["mean", "lowest", "highest", *MEASURES], "")
    return {"stage": stage, "model": name, "sigma": sigma, "epochs": epochs, "seed": seed, **empty, **found}


def settings(name):
    """The grid of a model's sweep: pairs (sigma, epochs)."""
    return [*itertools.product(SIGMAS if name == "VAE" else [""], MANY_EPOCHS)]


def chosen(name):
    """The winner of the stored sweep as text: (sigma, epochs); least error or greatest ELBO by the mean."""
    rows = [row for row in read("latent_space") if (row["stage"], row["model"]) == ("sweep", name)]
    sign = 1 if name == "VAE" else -1
    best = max(rows, key=lambda row: sign * float(row["mean"]))
    return best["sigma"], best["epochs"]


def measured(name, measure):
    """What the stored test says of a model: one number for each seed."""
    rows = [row for row in read("latent_space") if (row["stage"], row["model"]) == ("test", name)]
    return np.array([float(row[measure]) for row in rows])


def write_numbers():
    """Store what the figure `Latent` shows, of seed 0.

    In half precision, for the autoencoder and then the VAE: the decoder's weights (128, 2), biases (128,), weights
    (64, 128), biases (64,), and the codes (1000, 2) of the training digits; for the VAE also the deviations (1000, 2)
    of q(z | x). Then, a byte each, the labels (1000,) and the pixels (1000, 64) in sixteenths.
    """
    rows, parts = data.load("digits").train, []
    for train in TRAIN.values():
        model = train(0)
        parts += [parameter.data for parameter in model.decoder.parameters()] + [codes(model, rows.x)]
    parts.append(np.exp(model.encode(Tensor(rows.x))[1].data / 2))
    halves = np.concatenate([np.ravel(part) for part in parts]).astype("<f2")
    whole = np.concatenate([rows.y, np.round(16 * rows.x).ravel()]).astype(np.uint8)
    NUMBERS.write_bytes(halves.tobytes() + whole.tobytes())


@in_float64()
def remake():
    """Sweep, train the winners, read the test, store all, and store what the figure shows."""
    started, command = time.perf_counter(), "python -m dlcourse.studies latent_space"
    rows = [sweep_row(name, *setting) for name in TRAIN for setting in settings(name)]
    rows += [test_row(name, seed) for name in TRAIN for seed in SEEDS]
    write("latent_space", rows, command, started)
    write_numbers()
