"""What can be read from codes that were learned without labels, with 1, 5, 10 or about 100 labels per class?

    python -m dlcourse.studies representations

The digits, and eight descriptions of them, beside the pixels themselves: PCA, plain and whitened; one small
convolutional encoder before any training, and the same one trained without labels in five ways: as an autoencoder, as
an autoencoder of the views that SimCLR sees, as a denoising autoencoder, as a masked one that predicts hidden patches,
and by SimCLR. A linear probe, logistic regression, then learns to name the digit from k labels per class. The features
are centered first, and divided by one number or each by its own deviation; mean and deviations come from the rows
without labels. Plain PCA has one number by definition, whitened PCA one for each; for the others the sweep decides.

The sweep: encoders learn from rows 0-799 with two seeds, probes get five draws of labels from there, rows 800-999
judge. A setting of an encoder (or of PCA) is judged by the mean over the four k of what its best probe reads; the
probe's strength C and the scaling are chosen for each k. Every encoder that is trained has four settings; the best mean
wins, of those that tie the middle one. The test: the winners learn from rows 0-999 with three new seeds, probes get ten
draws of labels, the same for all, and rows 1000-1796 judge. Each digit has about 100 rows: "100" is nearly all.

`behind` is by how much a description reads less than SimCLR, `behind_error` the standard error of that, from the 797
images: the difference is taken image by image first.
"""

import itertools
import time

import numpy as np

from dlcourse import Tensor, data, nn, optim
from dlcourse import functional as F
from dlcourse.autoencoder import PCA, mlp
from dlcourse.data.augment import Affine, Compose, Elastic, Noise
from dlcourse.evaluate import predict
from dlcourse.vision import conv_block

from .chapter_1 import in_float64
from .table import read, write

SWEEP_SEEDS, TEST_SEEDS = range(2), range(2, 5)
SWEEP_DRAWS, TEST_DRAWS = range(5), range(10)
LABELS = [1, 5, 10, 100]
STRENGTHS, SCALES = [0.1, 1.0, 10.0], ["one", "each"]
CODE, EPOCHS, RATE = 64, 40, 0.003
PAIRS, BATCH = 200, 50  # pictures in a batch of pairs, and of reconstructions
VIEWS = {"turn": 20.0, "size": 0.25, "shear": 0.3, "shift": 0.15, "bend": 0.08, "noise": 0.15}  # at strength 1
PATCH, GRAY = 2, 0.5  # hidden patches are 2 x 2 pixels, and neither paper nor ink
DESCRIPTIONS = {  # each has four settings, where it has any: its own one, and the size of the code
    "pixels": [{}],
    "PCA": [{"k": k} for k in (8, 16, 24, 32)],
    "whitened PCA": [{"k": k} for k in (8, 16, 24, 32)],
    "random encoder": [{}],
    "autoencoder": [{"code": code} for code in (16, 24, 32, 64)],
    "autoencoder of views": [{"code": c, "strength": s} for c, s in ((64, 0.4), (64, 0.7), (64, 1.0), (32, 0.7))],
    "denoising autoencoder": [{"code": c, "noise": n} for c, n in ((64, 0.2), (64, 0.4), (64, 0.6), (32, 0.4))],
    "masked autoencoder": [{"code": c, "hidden": h} for c, h in ((64, 0.25), (64, 0.5), (64, 0.75), (32, 0.5))],
    "SimCLR": [{"strength": s, "temperature": t} for s, t in ((0.4, 0.5), (0.7, 0.5), (1.0, 0.5), (0.7, 0.2))],
}


def views(strength=1.0, **amounts):
    """What makes a view of a picture: turned, resized, sheared, shifted, bent, noisy; amounts named are set apart."""
    most = {name: strength * amount for name, amount in VIEWS.items()} | amounts
    size = 1 + most["size"]
    move = Affine(most["turn"], (1 / size, size), shear=most["shear"], shift=most["shift"])
    return Compose(move, Elastic(most["bend"]), Noise(most["noise"]))


def encoder(code, rng):
    """Three convolutions and a linear layer: pictures (N, 1, 8, 8) to codes (N, code)."""
    convolutions = [conv_block(c, width, stride=stride, rng=rng)
                    for c, width, stride in ((1, 16, 1), (16, 32, 2), (32, 64, 2))]
    return nn.Sequential(*convolutions, nn.Flatten(), nn.Linear(64 * 2 * 2, code, rng=rng))


def steps(parameters, rows, batch, epochs, rng):
    """Go through the rows in batches, `epochs` times: yields rows; whoever uses them calls the step that comes along.

    Adam, and a rate that falls to 0 along half a cosine. A last batch that is smaller is left out.
    """
    optimizer = optim.Adam(parameters, lr=RATE)
    falling = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs * (rows // batch))

    def step(loss):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        falling.step()

    for _ in range(epochs):
        for chosen in rng.permutation(rows)[: rows // batch * batch].reshape(-1, batch):
            yield chosen, step


def train_on_pairs(pictures, seed, augment, loss, epochs=EPOCHS):
    """Train an encoder and a head so that loss(z1, z2) of two views of the same pictures is small.

    Shapes:  pictures (M, 1, 8, 8)  ->  encoder, head.   `loss` may be a module with parameters of its own.
    """
    rng = np.random.default_rng(seed)
    body = encoder(CODE, rng)
    head = nn.Sequential(nn.ReLU(), nn.Linear(CODE, CODE // 2, rng=rng))
    own = loss.parameters() if isinstance(loss, nn.Module) else []
    parameters = [*body.parameters(), *head.parameters(), *own]
    for rows, step in steps(parameters, len(pictures), PAIRS, epochs, rng):
        both = np.concatenate([augment(pictures[rows], rng), augment(pictures[rows], rng)])  # (2N, 1, 8, 8)
        z = head(body(Tensor(both)))
        step(loss(z[:PAIRS], z[PAIRS:]))
    return body, head


def train_to_restore(pictures, seed, code, spoil, epochs=EPOCHS):
    """Train an encoder and a decoder to give pictures back.

    `spoil(x, rng)` returns what goes in, what is wanted, and which pixels count.

    Shapes:  pictures (M, 1, 8, 8)  ->  encoder, decoder
    """
    rng = np.random.default_rng(seed)
    body, decoder = encoder(code, rng), mlp(code, 128, 64, rng=rng)
    for rows, step in steps([*body.parameters(), *decoder.parameters()], len(pictures), BATCH, epochs, rng):
        spoiled, wanted, counts = spoil(pictures[rows], rng)
        error = (decoder(body(Tensor(spoiled))) - Tensor(wanted.reshape(-1, 64))) ** 2  # (N, 64)
        step((error * Tensor(counts.reshape(-1, 64))).sum() / counts.sum())
    return body, decoder


def noisy(noise):
    """Noise goes in, the clean picture is wanted."""
    return lambda x, rng: (x + noise * rng.standard_normal(x.shape), x, np.ones(x.shape))


def masked(share):
    """A share of the patches is hidden, and only what was hidden counts."""
    side = 8 // PATCH

    def spoil(x, rng):
        order = rng.random((len(x), side * side)).argsort(axis=1)  # each picture hides patches of its own
        hidden = (order < round(share * side * side)).reshape(-1, 1, side, side).astype(float)
        hidden = hidden.repeat(PATCH, axis=2).repeat(PATCH, axis=3)  # (N, 1, 8, 8)
        return np.where(hidden, GRAY, x), x, hidden

    return spoil


def of_views(strength):
    """A view goes in, and the same view is wanted."""
    def spoil(x, rng):
        seen = views(strength)(x, rng)
        return seen, seen, np.ones(x.shape)

    return spoil


def codes_by(body):
    """The function from rows (M, 64) to what an encoder makes of them."""
    return lambda rows: predict(body, Tensor(rows.reshape(-1, 1, 8, 8)))


def described(name, setting, x, seed):
    """Learn a description of the rows x (M, 64) without labels; a function from rows to features."""
    if name == "pixels":
        return lambda rows: rows
    if "PCA" in name:
        return PCA(setting["k"]).fit(x).transform  # the probe divides by the deviations where PCA is to be whitened
    pictures = x.reshape(-1, 1, 8, 8)
    if name == "random encoder":
        body = encoder(CODE, np.random.default_rng(seed))
    elif name == "SimCLR":
        body, _ = train_on_pairs(pictures, seed, views(setting["strength"]),
                                 lambda z1, z2: F.nt_xent(z1, z2, setting["temperature"]))
    else:
        spoil = {"autoencoder": lambda: noisy(0.0), "autoencoder of views": lambda: of_views(setting["strength"]),
                 "denoising autoencoder": lambda: noisy(setting["noise"]),
                 "masked autoencoder": lambda: masked(setting["hidden"])}[name]()
        body, _ = train_to_restore(pictures, seed, setting["code"], spoil)
    return codes_by(body)


def scaled(known, features, scale):
    """Features less the mean of the known ones, divided by one number for all or by one for each column."""
    deviation = known.std(axis=0)
    divisor = np.where(deviation > 1e-9, deviation, 1.0) if scale == "each" else np.sqrt((deviation**2).mean())
    return (features - known.mean(axis=0)) / divisor


def draw_labels(y, k, draw):
    """k rows of each class, or all of a class that has fewer: the rows that come with labels in this draw."""
    rng = np.random.default_rng(draw)
    return np.concatenate([rng.permutation(np.flatnonzero(y == digit))[:k] for digit in range(10)])


def probe(features, y, others, k, draw, C):
    """Name the digits of `others` by logistic regression on k labeled rows per class.   Returns: labels."""
    from sklearn.linear_model import LogisticRegression

    rows = draw_labels(y, k, draw)
    return LogisticRegression(C=C, max_iter=5000).fit(features[rows], y[rows]).predict(others)


def answers(describe, rows, others, k, C, scale, draws):
    """Which of the other rows the probe names rightly.   Returns: booleans (draws, M)."""
    known = describe(rows.x)
    features, unseen = (scaled(known, f, scale) for f in (known, describe(others.x)))
    return np.array([probe(features, rows.y, unseen, k, draw, C) == others.y for draw in draws])


def scales(name):
    """The scalings that a description may have."""
    return {"PCA": ["one"], "whitened PCA": ["each"]}.get(name, SCALES)


def has_seed(name):
    """Whether a description depends on chance."""
    return name != "pixels" and "PCA" not in name


def sweep_rows(name, setting):
    """What a setting reads of the validation rows, one row for each k: with its best C and scaling."""
    digits = data.load("digits")
    found = {}
    for seed in SWEEP_SEEDS if has_seed(name) else [0]:
        describe = described(name, setting, digits.fit.x, seed)
        for k, C, scale in itertools.product(LABELS, STRENGTHS, scales(name)):
            draws = SWEEP_DRAWS if k < 100 else [0]  # nearly all rows have labels: draws hardly differ
            right = answers(describe, digits.fit, digits.validation, k, C, scale, draws)
            found.setdefault((k, C, scale), []).extend(right.mean(axis=1))
    rows = []
    for k in LABELS:
        of_k = {key: values for key, values in found.items() if key[0] == k}
        best = middle_of_best(of_k, lambda key, of_k=of_k: np.mean(of_k[key]))
        rows.append(_row(name, setting, "sweep", *best, of_k[best]))
    return rows


def middle_of_best(candidates, score):
    """The candidate with the highest score; of those that tie the middle one."""
    scores = {candidate: round(float(score(candidate)), 4) for candidate in candidates}
    tied = [candidate for candidate in candidates if scores[candidate] == max(scores.values())]
    return tied[(len(tied) - 1) // 2]


def chosen(name, rows=None):
    """The winner of the sweep: the encoder's setting, and for each k the probe's C and scaling."""
    rows = [row for row in rows or read("representations") if (row["description"], row["stage"]) == (name, "sweep")]
    texts = [text_of(setting) for setting in DESCRIPTIONS[name]]
    best = middle_of_best(texts, lambda text: np.mean([float(r["mean"]) for r in rows if r["setting"] == text]))
    probes = {int(row["labels"]): (float(row["C"]), row["scale"]) for row in rows if row["setting"] == best}
    return DESCRIPTIONS[name][texts.index(best)], probes


def answers_to_test(name, setting, probes, ks=LABELS, seeds=TEST_SEEDS):
    """Which of the 797 test digits the winner reads.   Returns: {k: booleans (seeds, draws, 797)}."""
    digits = data.load("digits")
    described_by = [described(name, setting, digits.train.x, seed) for seed in (seeds if has_seed(name) else [0])]
    return {k: np.array([answers(describe, digits.train, digits.test, k, *probes[k], TEST_DRAWS)
                         for describe in described_by]) for k in ks}


def row_of_test(name, setting, k, probe_setting, right, of_simclr):
    """One row of the test; `by_draw` are the means over the seeds, in percent."""
    ahead = of_simclr.mean(axis=(0, 1)) - right.mean(axis=(0, 1))  # (797,)
    row = _row(name, setting, "test", k, *probe_setting, right.mean(axis=2).ravel())
    return row | {"by_seed": _percents(right.mean(axis=(1, 2))), "by_draw": _percents(right.mean(axis=(0, 2))),
                  "behind": round(float(ahead.mean()), 4),
                  "behind_error": round(float(ahead.std(ddof=1) / np.sqrt(len(ahead))), 4)}


def _row(name, setting, stage, k, C, scale, found):
    numbers = {key: round(float(f(found)), 4) for key, f in (("mean", np.mean), ("lowest", min), ("highest", max))}
    return {"description": name, "stage": stage, "setting": text_of(setting), "labels": k, "C": C, "scale": scale,
            **numbers, "by_seed": "", "by_draw": "", "behind": "", "behind_error": ""}


def text_of(setting):
    """A setting as the table has it."""
    return ", ".join(f"{name} {value}" for name, value in setting.items())


def _percents(shares):
    return " ".join(f"{100 * share:.2f}" for share in shares)


@in_float64()
def remake():
    """Sweep all descriptions, then train the winners, read the test and store everything."""
    started = time.perf_counter()
    rows = [row for name, grid in DESCRIPTIONS.items() for setting in grid for row in sweep_rows(name, setting)]
    winners = {name: chosen(name, rows) for name in DESCRIPTIONS}
    right = {name: answers_to_test(name, *winner) for name, winner in winners.items()}
    rows += [row_of_test(name, setting, k, probes[k], right[name][k], right["SimCLR"][k])
             for name, (setting, probes) in winners.items() for k in LABELS]
    write("representations", rows, "python -m dlcourse.studies representations", started)


def stored(name, k):
    """The stored row of the test for a description and k labels per class."""
    return next(row for row in read("representations")
                if (row["description"], row["stage"], row["labels"]) == (name, "test", str(k)))
