"""The character model whose gates and whose text the figures of chapter 7 show: one LSTM, trained for long, stored.

    python -m dlcourse.studies character_model

It learns the training part of the Python language reference in 24 passes, as 16 texts side by side, 64 characters at a
time, by AdamW with one cycle of the rate and a fifth of the states dropped before the last layer. The size was set by
what a page may load. Batch and rate were chosen by two runs on the fit topics, judged on the validation topics: 48
texts with a rate of 0.006 needed far more time for the same, and nine passes with a dropout of 0.1 gave 2.01 bits. The
other settings were not tuned. The test text is read in float32 and with the weights in 8 bits as the figures have
them; the table also keeps the mean loss of every pass. A first network, of 48 texts and 14 passes, had read the test
text before, with 2.11 bits; this one was already in training then.
"""

import functools
import math
import time

import numpy as np

from dlcourse import optim
from dlcourse.checkpoint import load_state, save_state
from dlcourse.data import load
from dlcourse.data.reference import running_text
from dlcourse.data.tokenizers import CharTokenizer
from dlcourse.figures import character_numbers
from dlcourse.language import CharacterModel, bits_per_character, streams, train_epoch
from dlcourse.lr_scheduler import OneCycleLR

from .table import FOLDER, read, write

HIDDEN, EMBEDDING, BATCH, STEPS = 144, 32, 16, 64
RATE, DECAY, DROPOUT, FORGET, EPOCHS = 0.005, 0.01, 0.2, 1.0, 24
WEIGHTS = FOLDER / "character_model.safetensors"


@functools.cache
def tokenizer():
    """The characters of the training part."""
    return CharTokenizer.train(running_text(load("reference").train))


def untrained(seed=0):
    """The network as it is drawn, but with forget gates that begin open."""
    model = CharacterModel(len(tokenizer()), HIDDEN, EMBEDDING, dropout=DROPOUT, rng=np.random.default_rng(seed))
    model.rnn.bias_ih_l0.data[HIDDEN : 2 * HIDDEN] += FORGET
    return model


def train_network(rows, seed=0, epochs=EPOCHS, after_epoch=None):
    """Train the model on a part of the reference; in evaluation mode. after_epoch(epoch, nats, model) after a pass."""
    model, text = untrained(seed), streams(tokenizer().encode(running_text(rows)), BATCH)
    optimizer = optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    pieces = -(-(text.shape[1] - 1) // STEPS)
    scheduler = OneCycleLR(optimizer, RATE, epochs=epochs, steps_per_epoch=pieces, pct_start=0.1)
    for epoch in range(epochs):
        loss = train_epoch(model, text, optimizer, STEPS, scheduler=scheduler)
        if after_epoch is not None:
            after_epoch(epoch, loss, model)
    return model.eval()


def network():
    """The stored model in evaluation mode and in the default dtype."""
    model = untrained()
    load_state(WEIGHTS, model)
    return model.eval()


def remake():
    """Train, store the weights for Python and for the figures, and read the test part."""
    started, rows = time.perf_counter(), []
    reference = load("reference")
    model = train_network(reference.train, after_epoch=lambda epoch, loss, model: rows.append(
        {"passes": epoch + 1, "training_bits": round(loss / math.log(2), 4), "test_bits": "", "test_bits_8_bit": ""}))
    save_state(WEIGHTS, model)
    character_numbers.write_numbers(model, tokenizer())
    character_numbers.stored.cache_clear()
    test = tokenizer().encode(running_text(reference.test))
    rows[-1] |= {"test_bits": round(bits_per_character(model, test), 4),
                 "test_bits_8_bit": round(bits_per_character(character_numbers.stored_model(), test), 4)}
    write("character_model", rows, "python -m dlcourse.studies character_model", started)


def test_bits():
    """The stored bits for each character of the test text."""
    return float(read("character_model")[-1]["test_bits"])
