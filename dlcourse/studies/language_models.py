"""How many bits does a character of the Python language reference cost: counted, learned, compressed?

    python -m dlcourse.studies language_models

Every model gives a probability to each next character of a text that it has not read, and pays -log2 of it. N-grams
count; their order and smoothing are chosen on the validation topics after counting the fit topics. Three recurrent
networks of equally many parameters (within 1 %) learn by equally many updates, with the state carried from piece to
piece; each gets the same three rates, judged on the validation topics after a third of the updates. What was chosen
reads all training topics (fit and validation) and is judged on the test topics: n-grams once, networks with three
seeds. Compressors have no settings; "primed" is how many more bytes they write when the test text follows the training
text. The networks are trained for a short time here, so that they can be compared; the one that is trained for long is
in the study `character_model`.
"""

import functools
import time

import numpy as np

from dlcourse import optim
from dlcourse.data import load
from dlcourse.data.reference import running_text
from dlcourse.language import (
    COMPRESSORS,
    SMOOTHINGS,
    CharacterModel,
    NGram,
    bits_per_character,
    compressed_bits,
    streams,
    train_epoch,
)
from dlcourse.lr_scheduler import OneCycleLR

from .character_model import tokenizer
from .table import read, write

ORDERS = (1, 2, 3, 4, 5, 6, 7, 8, 10)
HIDDEN = {"RNN": 248, "LSTM": 128, "GRU": 148}
BATCH, STEPS, DECAY = 16, 64, 0.01
RATES = (0.002, 0.005, 0.0125)
SWEEP_SEED, SEEDS = 9, range(3)
UPDATES = 750


@functools.cache
def text_of(part):
    """The running text of a part of the reference."""
    return running_text(getattr(load("reference"), part))


def tokens_of(part):
    """The same as the numbers of its characters."""
    return tokenizer().encode(text_of(part))


def network(kind, seed):
    """An untrained network of the comparison."""
    return CharacterModel(len(tokenizer()), HIDDEN[kind], kind=kind, rng=np.random.default_rng(seed))


def train_network(kind, part, rate, seed, updates=UPDATES):
    """Let a network learn a part by so many updates; in evaluation mode."""
    model, rows = network(kind, seed), streams(tokens_of(part), BATCH)
    optimizer = optim.AdamW(model.parameters(), lr=rate, weight_decay=DECAY)
    cycle, done = OneCycleLR(optimizer, rate, total_steps=updates, pct_start=0.1), 0
    pieces = -(-(rows.shape[1] - 1) // STEPS)
    while done < updates:
        train_epoch(model, rows, optimizer, STEPS, scheduler=cycle, updates=updates - done)
        done += min(pieces, updates - done)
    return model.eval()


def counted(part, judged, order, smoothing):
    """Bits for each character of an n-gram."""
    return float(NGram(tokens_of(part), order, len(tokenizer()), smoothing).surprises(tokens_of(judged)).mean())


def row(model, stage, setting, bits, parameters=""):
    """A row of the table: mean and spread over the seeds."""
    return {"model": model, "stage": stage, "setting": setting, "bits": round(float(np.mean(bits)), 4),
            "lowest": round(min(bits), 4), "highest": round(max(bits), 4), "parameters": parameters}


def ngram_rows():
    """The sweep of each smoothing, and the test of what won."""
    rows = []
    for smoothing in SMOOTHINGS:
        tried = {order: counted("fit", "validation", order, smoothing) for order in ORDERS}
        rows += [row(smoothing, "sweep", order, [bits]) for order, bits in tried.items()]
        best = min(tried, key=tried.get)
        rows.append(row(smoothing, "test", best, [counted("train", "test", best, smoothing)]))
    return rows


def network_rows(kind):
    """The sweep of the rates, and the test with the best."""
    rows, tried = [], {}
    for rate in RATES:
        model = train_network(kind, "fit", rate, SWEEP_SEED, UPDATES // 3)
        tried[rate] = bits_per_character(model, tokens_of("validation"))
        rows.append(row(kind, "sweep", rate, [tried[rate]]))
    best = min(tried, key=tried.get)
    found = [bits_per_character(train_network(kind, "train", best, seed), tokens_of("test")) for seed in SEEDS]
    return [*rows, row(kind, "test", best, found, sum(p.numel() for p in network(kind, 0).parameters()))]


def compressor_rows():
    """What compressors write for the test text, alone and after the training text."""
    return [row(name, stage, "", [compressed_bits(name, text_of("test"), known)])
            for name in COMPRESSORS for stage, known in (("alone", ""), ("primed", text_of("train") + "\n\n"))]


def remake():
    """Count, learn, compress and store everything."""
    started = time.perf_counter()
    rows = [*ngram_rows(), *compressor_rows(), *(row for kind in HIDDEN for row in network_rows(kind))]
    write("language_models", rows, "python -m dlcourse.studies language_models", started)


def row_of(model, stage="test", setting=None):
    """The one stored row of a model in a stage; of a sweep that with a setting."""
    (found,) = [row for row in read("language_models") if (row["model"], row["stage"]) == (model, stage)
                and setting in (None, *[kind(row["setting"]) for kind in (str, float) if row["setting"]])]
    return found
