"""A network of letters learns digits: what does it still know of letters, and what keeps it from forgetting?

    python -m dlcourse.studies forgetting

Three stored networks of letters get a second head and learn 10 handwritten digits per class, 100 steps of 25 by Adam at
a constant rate, without augmentation, with two draws each:

- "plain": all is trained; "a tenth of the rate": the same, slower;
- "two layers frozen": the first two of three, with their statistics;
- "statistics kept": all is trained, but batch norms use and keep the stored statistics;
- "old answers": the probabilities that the old network gave for the digits, over its letters, are targets of the old
  head as well (Li and Hoiem 2018); no letter is needed;
- "replay": in each step 25 of 500 letters that were set aside, with the old head, beside the digits.

The rate of each way comes from one grid, by the digits read of rows 800-999 after learning digits from rows 0-799, in
the mean of two runs; letters are not asked for it. Ties go to the lower rate. Then digits come from rows 0-999. What is
measured after some steps, on the last 797 digits and 1,000 new letters in the same fonts: digits read; letters read by
the old head; the same after the batch-norm statistics were taken anew from 1,000 letters; letters read by a new head,
linear discriminant analysis of 2,000 letters; and for each layer how similar its outputs for 500 letters are to those
of the network before, by linear CKA (Kornblith et al. 2019).

"between" walks from the weights before (alpha = 0) to those after "plain" (alpha = 1) in a straight line, statistics
included, with both heads (Wortsman et al. 2022 average in this way). Nothing is chosen on that line.
"""

import functools
import itertools
import time

import numpy as np
from scipy.special import softmax
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from dlcourse import Tensor, nn, no_grad, optim
from dlcourse import functional as F
from dlcourse.evaluate import accuracy, predict
from dlcourse.train import Batches
from dlcourse.transfer import features, freeze, keep_statistics

from .chapter_1 import in_float64
from .layers_that_transfer import CUTS
from .letters import digits, drawn, letters, pretrained, shrunk
from .table import read, write

LABELS, STEPS, BATCH, STORED = 10, 100, 25, 500
LOOKS = (0, 5, 20, 50, 100)  # after how many steps all is measured
RATES = (0.001, 0.003, 0.01)
WAYS = ("plain", "a tenth of the rate", "two layers frozen", "statistics kept", "old answers", "replay")
ALPHAS = (0, 0.2, 0.4, 0.6, 0.8, 1)
RUNS, SWEEP_RUNS = [*itertools.product(range(3), range(2))], [(0, 10), (1, 11)]
MEASURED = ("digits", "letters", "letters_own_statistics", "letters_new_head", "cka_1", "cka_2", "cka_3")


def cka(a, b):
    """How similar two representations of the same pictures are: 1 if a rotation and a factor make one of the other.

    With centered columns ||a^T b||^2 / (||a^T a|| ||b^T b||), all Frobenius norms.

    Shapes:  a (M, P), b (M, Q)  ->  number from 0 to 1
    Source:  Kornblith et al. 2019, sec. 3.   Chapter: 8.
    """
    first, second = (x @ x.T for x in (a - a.mean(axis=0), b - b.mean(axis=0)))  # (M, M) each
    return float((first * second).sum() / np.sqrt((first**2).sum() * (second**2).sum()))


def layers(model, x):
    """What the three layers return for some pictures: three arrays (M, D)."""
    found = []
    with no_grad():
        value = Tensor(x)
        for start, end in itertools.pairwise(CUTS):
            value = model.features[start:end].eval()(value)
            found.append(value.data.reshape(len(x), -1))
    return found


def with_statistics_of(model, x):
    """Let batch norms take their statistics from some pictures; returns what they were, for `load_state_dict`."""
    before = {name: np.copy(value) for name, value in model.state_dict().items()}
    keep_statistics(model, keep=False)
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    model.train()
    with no_grad():
        model(Tensor(x))
    for norm in norms:
        norm.momentum = 0.1
    model.eval()
    return before


def read_anew(model, known, new):
    """Share of new letters read by linear discriminant analysis of the features; known, new: pictures and labels."""
    (a, y), (b, labels) = ((features(model, x), y) for x, y in (known, new))
    return accuracy(LinearDiscriminantAnalysis("lsqr", shrinkage=0.1).fit(a, y).predict(b), labels)


@functools.cache
def some_letters(seed):
    """Letters that the network of a seed did not learn from, by part: pictures (M, 1, 14, 14) and classes (M,)."""
    pictures = letters(seed + 100, n=6000)
    return {part: (shrunk(getattr(pictures, part).x), getattr(pictures, part).y) for part in ("fit", "same_fonts")}


def by_head(model, head, x, y):
    """The share that a head reads."""
    return accuracy(head(Tensor(features(model, x))), y)


class Judge:
    """Measures a network with its head of letters, and another head for digits, against the network before."""

    def __init__(self, seed):
        self.known, self.new = ([values[:size] for values in some_letters(seed)[part]]
                                for part, size in (("fit", 2000), ("same_fonts", 1000)))
        self.before = layers(pretrained(seed), self.new[0][:500])

    def __call__(self, model, head):
        """The numbers of MEASURED."""
        similar = [cka(a, b) for a, b in zip(layers(model, self.new[0][:500]), self.before, strict=True)]
        found = [by_head(model, head, *digits("test")), by_head(model, model.head, *self.new)]
        before = with_statistics_of(model, self.known[0][:1000])
        own = by_head(model, model.head, *self.new)
        model.load_state_dict(before)
        return [*found, own, read_anew(model, self.known, self.new), *similar]


def endless(*arrays, seed):
    """Batches without an end."""
    batches = Batches(*arrays, batch_size=BATCH, seed=seed)
    while True:
        yield from batches


def learn(way, rate, seed, draw, rows="train", judge=None):
    """Let a network of letters learn the digits in one of the WAYS.

    Returns: what the judge measured after each of the LOOKS, and at last the pair of network and head for digits.
    """
    model, head, looks = pretrained(seed), nn.Linear(64, 10, rng=np.random.default_rng([seed, 1])), []
    x, y = drawn(LABELS, draw, rows)
    old = softmax(predict(model, x), axis=1)
    memory = endless(*(values[:STORED] for values in some_letters(seed)["fit"]), seed=draw)
    if way == "two layers frozen":
        freeze(model.features[: CUTS[2]])
    trained = [p for p in [*model.parameters(), *head.parameters()] if p.requires_grad]
    optimizer = optim.Adam(trained, lr=rate / 10 if way == "a tenth of the rate" else rate)
    batches = endless(x, y, old, seed=draw)
    for step in range(STEPS + 1):
        if judge and step in LOOKS:
            looks.append(judge(model.eval(), head))
        if step < STEPS:
            optimizer.zero_grad()
            _loss(way, _modes(way, model), head, *next(batches), *next(memory)).backward()
            optimizer.step()
    return *looks, (model.eval(), head)


def _modes(way, model):
    """Training mode, except for what a way keeps."""
    model.train()
    if way == "two layers frozen":
        model.features[: CUTS[2]].eval()
    return keep_statistics(model) if way == "statistics kept" else model


def _loss(way, model, head, x, y, old, letter, named):
    """The loss of one step on some digits, their old answers and some stored letters."""
    if way != "replay":
        found = model.features(Tensor(x))
        loss = F.cross_entropy(head(found), y)
        return loss + F.cross_entropy(model.head(found), old) if way == "old answers" else loss
    found = model.features(Tensor(np.concatenate([x, letter])))
    return F.cross_entropy(head(found[: len(x)]), y) + F.cross_entropy(model.head(found[len(x) :]), named)


@functools.cache
def best_rate(way):
    """The rate by which most digits of rows 800-999 are read; of rates that tie the lowest."""
    means = []
    for rate in RATES:
        ends = [learn(way, rate, *run, "fit")[-1] for run in SWEEP_RUNS]
        means.append(np.mean([by_head(*end, *digits("validation")) for end in ends]))
    return RATES[int(np.argmax(means))]


def between(seed, end, head, judge):
    """What is measured on the straight line from the network before to one after: one list for each of ALPHAS."""
    first, last = pretrained(seed).state_dict(), end.state_dict()
    found, model = [], pretrained(seed)
    for alpha in ALPHAS:
        model.load_state_dict(first | {name: (1 - alpha) * value + alpha * last[name] for name, value in first.items()
                                       if name.startswith("features") and not name.endswith("tracked")})
        found.append(judge(model, head))
    return found


@in_float64()
def rows_of(way):
    """The rows of one way, and if it is plain those of the line to where it ends."""
    rate, looks, lines = best_rate("plain" if way == "a tenth of the rate" else way), [], []
    for seed, draw in RUNS:
        judge = Judge(seed)
        *seen, (model, head) = learn(way, rate, seed, draw, judge=judge)
        looks.append(seen)
        if way == "plain":
            lines.append(between(seed, model, head, judge))
    rate = rate / 10 if way == "a tenth of the rate" else rate
    rows = _rows({"way": way, "rate": rate}, "step", LOOKS, looks)
    return rows + _rows({"way": "between", "rate": rate}, "alpha", ALPHAS, lines)


def _rows(common, at, places, runs):
    """One row for each place; of the numbers measured there one text, with all runs."""
    if not runs:
        return []
    numbers = np.array(runs).transpose(1, 2, 0)  # (places, measured, runs)
    return [common | {"step": "", "alpha": ""} | {at: place} |
            {name: " ".join(f"{one:.4f}" for one in ones) for name, ones in zip(MEASURED, of_place, strict=True)}
            for place, of_place in zip(places, numbers, strict=True)]


def remake():
    """Learn in all ways, measure and store."""
    started = time.perf_counter()
    write("forgetting", [row for way in WAYS for row in rows_of(way)], "python -m dlcourse.studies forgetting", started)


def stored(way, measured):
    """What was measured, by row and run: an array (5, 6) over LOOKS, or (6, 6) over ALPHAS for "between"."""
    return np.array([[float(one) for one in row[measured].split()] for row in read("forgetting") if row["way"] == way])
