"""How long may a string be before it is forgotten? One state, two kinds of attention, and a transformer turn it around.

    python -m dlcourse.studies attention_lengths

Four models of about 30,000 parameters (within 2 %) learn to write strings of ten symbols from the end, of 4 to 16
symbols, by equally many updates of 64 new strings. Each gets the same three largest rates, judged by one other seed
after a third of the updates on new strings of 4, 8, 12 and 16 symbols; the best mean share of right symbols wins. Then
three seeds learn, and each writes 200 new strings of every even length from 4 to 24, greedily; from 18 on these are
longer than any that was learned. `symbols` is the share of right symbols, `strings` of strings without a mistake.
"""

import time

import numpy as np

from dlcourse import optim
from dlcourse.lr_scheduler import OneCycleLR
from dlcourse.seq2seq import EncoderDecoder, SmallTransformer, solved, train

from .chapter_1 import in_float64
from .table import read, write

SYMBOLS = 10
LEARNED, JUDGED, LENGTHS = range(4, 17), (4, 8, 12, 16), range(4, 25, 2)
SWEEP_SEED, SEEDS, RATES = 5, range(3), [0.003, 0.006, 0.012]
UPDATES, SWEEP_UPDATES = 1500, 500
MODELS = {
    "no attention": lambda rng: EncoderDecoder(SYMBOLS + 1, 47, rng=rng),
    "additive": lambda rng: EncoderDecoder(SYMBOLS + 1, 42, "additive", rng=rng),
    "dot product": lambda rng: EncoderDecoder(SYMBOLS + 1, 45, "dot", rng=rng),
    "transformer": lambda rng: SmallTransformer(SYMBOLS + 1, 40, 2, 4, rng=rng),
}


def trained(name, seed, rate, updates=UPDATES, lengths=LEARNED):
    """A model after its updates; its weights, strings and order come from the seed."""
    rng = np.random.default_rng(seed)
    model = MODELS[name](rng)
    optimizer = optim.Adam(model.parameters(), lr=rate)
    train(model, optimizer, lengths, updates, scheduler=OneCycleLR(optimizer, rate, total_steps=updates), rng=rng)
    return model.eval()


def judged(model, lengths, seed=100, n=200):
    """Shares of right symbols and whole strings by length, on strings that are the same for all.   (lengths, 2)."""
    return np.array([solved(model, length, n, rng=np.random.default_rng([seed, length])) for length in lengths])


def sweep_row(name, rate):
    """One row of the sweep: the share of right symbols, averaged over four lengths."""
    found = judged(trained(name, SWEEP_SEED, rate, SWEEP_UPDATES), JUDGED, seed=200)[:, 0].mean()
    return {"model": name, "stage": "sweep", "rate": rate, "length": "", "parameters": "",
            **_numbers("symbols", [found]), **dict.fromkeys(_numbers("strings", [0]), "")}


def test_rows(name, rate):
    """The rows of a model: by length, mean and spread over the seeds."""
    models = [trained(name, seed, rate) for seed in SEEDS]
    found = np.array([judged(model, LENGTHS) for model in models])  # (seeds, lengths, 2)
    size = sum(p.data.size for p in models[0].parameters())
    return [{"model": name, "stage": "test", "rate": rate, "length": length, "parameters": size,
             **_numbers("symbols", found[:, at, 0]), **_numbers("strings", found[:, at, 1])}
            for at, length in enumerate(LENGTHS)]


def _numbers(name, found):
    return {f"{name}{end}": round(float(f(found)), 4) for end, f in (("", np.mean), ("_lowest", min),
                                                                      ("_highest", max))}


@in_float64()
def remake():
    """Sweep, train with what won, and judge by length."""
    started = time.perf_counter()
    sweep = [sweep_row(name, rate) for name in MODELS for rate in RATES]
    best = {name: max((row for row in sweep if row["model"] == name), key=lambda row: (row["symbols"], -row["rate"]))
            for name in MODELS}
    rows = [row for name in MODELS for row in test_rows(name, best[name]["rate"])]
    write("attention_lengths", rows + sweep, "python -m dlcourse.studies attention_lengths", started)


def column(name, what):
    """One column of the test rows of a model, by length.   Returns: (11,)."""
    return np.array([float(row[what]) for row in read("attention_lengths")
                     if (row["model"], row["stage"]) == (name, "test")])
