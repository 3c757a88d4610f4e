"""Who writes down three to five digits, if only the digits are known and not when each was said?

    python -m dlcourse.studies spoken_strings

Convolutions and a recurrent network from both ends, 53,579 numbers, learn with CTC from strings of 40 speakers, each
string in new white noise of 5 to 30 dB every time. Sixteen speakers whom no network has heard say 160 strings: as they
are, and in white noise. They are read by the best path and by a beam of 8.

Two rivals. "convolutions alone" has the same convolutions and no recurrent network, so that an answer knows its own
0.18 s and no more. "cut by loudness" finds the words as stretches that are louder than a level, and lets a
convolutional network of the other study, "white", seed 0, name each. That network knows single digits by 56 speakers;
level and shortest gap were chosen on the validation strings, separately for each condition of noise, which favors it.

The rate was chosen by a seed of its own, fit speakers and validation speakers, in 12 passes. After 12 passes one of the
three networks of the test had hardly left the plateau on which the blank is always likeliest (0.64 edits for each
digit, where the others had 0.02 and 0.04), so all got 20. In float32 on one thread; `seconds` are CPU seconds of
training. Each of three seeds draws speakers, strings, noise, order and first weights.
"""

import functools
import itertools
import time

import numpy as np

from dlcourse import data, nn, optim
from dlcourse.apps.ctc import beam_search, best_path, error_rate, string_loss
from dlcourse.apps.speech import HOP, RATE, NoisyBatches, StringReader, features, in_noise
from dlcourse.checkpoint import load_state, save_state
from dlcourse.data.spectrogram import frames
from dlcourse.evaluate import predict
from dlcourse.lr_scheduler import OneCycleLR
from dlcourse.train import fit

from .adding_problem import in_float32
from .spoken_digits import crowd, networks
from .table import FOLDER, read, write

SPEAKERS, DIGITS = (32, 8, 16), (3, 5)
SEEDS, SWEEP_SEED = range(3), 7
MODELS = {"convolutions and GRU": 48, "convolutions alone": 0}  # hidden units
RATES = [0.005, 0.01, 0.02]
CHOSEN = 0.01  # what `best_rate` finds
SWEEP_EPOCHS, EPOCHS, BATCH, SNR_DB, WIDTH = 12, 20, 8, (5, 30), 8
CONDITIONS = {"clean": (None, "white"), "white 20": (20, "white"), "white 10": (10, "white"),
              "babble 10": (10, "babble")}  # fmt: skip
LEVELS, GAPS = (10, 15, 20, 25, 30), (1, 3, 5)  # dB below the loudest frame, and frames
WEIGHTS = FOLDER / "spoken_strings.safetensors"


@functools.lru_cache(maxsize=1)
def clips(seed):
    """Strings and speakers of a seed; none of the speakers taught the rival's network."""
    return data.load("speech", speakers=SPEAKERS, takes=1, words=DIGITS, seed=100 + seed)


def said(rows):
    """The strings of some clips as lists."""
    return [[int(digit) for digit in string if digit >= 0] for string in rows.y]


def train_network(hidden, rows, rate, seed, epochs=EPOCHS):
    """A reader of strings after training by Adam with one cycle of the rate, and the CPU seconds of that."""
    started = time.process_time()
    model = StringReader(hidden=hidden, rng=np.random.default_rng(seed))
    once, batches = (NoisyBatches(rows, ("white",), SNR_DB, batch_size=BATCH, seed=[seed, i]) for i in range(2))
    model.standardized.measure(np.concatenate([x.data for x, _ in once]))
    optimizer = optim.Adam(model.parameters())
    cycle = OneCycleLR(optimizer, rate, epochs=epochs, steps_per_epoch=len(batches))
    fit(model, batches, string_loss, optimizer, epochs=epochs, scheduler=cycle, step_scheduler="batch", progress=False,
        before_step=lambda: nn.utils.clip_grad_norm_(model.parameters(), 5.0))
    return model.eval(), time.process_time() - started


def read_by(decoding, logits):
    """The strings that a network's answers spell.   (N, T, 11)  ->  N lists."""
    if decoding == "best path":
        found = best_path(logits)
    else:
        shifted = logits - logits.max(axis=2, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
        found = [beam_search(rows, WIDTH)[0][0] for rows in log_p]
    return [[label - 1 for label in labels] for labels in found]


# ------------------------------------------------------------------------------------------- the rival


def stretches(x, level, gap):
    """First and last sample of each stretch that is louder than `level` dB below the loudest frame.

    Silences of less than `gap` frames do not end a stretch.   x (T,)  ->  list of pairs.
    """
    loudness = 10 * np.log10(np.mean(frames(x, 256, HOP) ** 2, axis=1) + 1e-9)
    loud = np.flatnonzero(loudness > loudness.max() - level)
    pieces = np.split(loud, np.flatnonzero(np.diff(loud) > gap) + 1)
    return [(int(piece[0]) * HOP, int(piece[-1]) * HOP + 256) for piece in pieces]


def alone(x, begin, end, rng):
    """A word in the middle of a clip of 0.9 s, the rest filled with noise as loud as the string's quietest tenth."""
    quiet = np.sqrt(np.quantile(np.mean(frames(x, 256, HOP) ** 2, axis=1), 0.1))
    length, word = round(0.9 * RATE), x[begin : min(end, begin + round(0.9 * RATE))]
    clip, first = quiet * rng.standard_normal(length), (length - len(word)) // 2
    clip[first : first + len(word)] = word
    return clip


def cut_and_read(x, level, gap):
    """Strings read by cutting them at silences and naming each word.   (N, T)  ->  N lists."""
    rng, network = np.random.default_rng(0), networks()["white"]
    words = [[alone(row, *ends, rng) for ends in stretches(row, level, gap)] for row in x]
    digits = predict(network, features(np.array(list(itertools.chain(*words)))), batch_size=128).argmax(axis=1)
    ends = np.cumsum([len(row) for row in words])
    return [list(map(int, row)) for row in np.split(digits, ends[:-1])]


# ------------------------------------------------------------------------------------------- the table


def in_condition(rows, name, seed):
    """The waveforms of some clips in a condition of noise."""
    snr_db, kind = CONDITIONS[name]
    if snr_db is None:
        return rows.x
    return in_noise(rows.x, rows.span, snr_db, kind, np.random.default_rng([seed, 5]), crowd(seed))


def judged(found, wanted):
    """Edits for each digit, and the share of strings without a mistake."""
    right = [one == other for one, other in zip(found, wanted, strict=True)]
    return round(error_rate(found, wanted), 4), round(float(np.mean(right)), 4)


def columns(reader, rows, seed):
    """For each condition: edits for each digit, and strings without a mistake; `reader` makes lists of waveforms."""
    found = {}
    for name in CONDITIONS:
        edits, whole = judged(reader(name, in_condition(rows, name, seed)), said(rows))
        found |= {f"error {name}": edits, f"strings {name}": whole}
    return found


def network_rows(model, name, stage, seed, rate, seconds, rows, decodings):
    """The rows of a trained network, one for each way to read."""
    logits = {condition: predict(model, features(in_condition(rows, condition, seed)), batch_size=64)
              for condition in CONDITIONS}
    return [_row(name, decoding, stage, seed, rate, seconds,
                 columns(lambda condition, x, by=decoding: read_by(by, logits[condition]), rows, seed))
            for decoding in decodings]


def rival_row(seed):
    """The row of the strings that are cut, with level and gap chosen on the validation strings."""
    parts, started, chosen = clips(seed), time.process_time(), {}
    for name in CONDITIONS:
        x, wanted = in_condition(parts.validation, name, seed), said(parts.validation)
        chosen[name] = min(itertools.product(LEVELS, GAPS), key=lambda way: error_rate(cut_and_read(x, *way), wanted))
    found = columns(lambda name, x: cut_and_read(x, *chosen[name]), parts.test, seed)
    return _row("cut by loudness", "one by one", "test", seed, "", time.process_time() - started, found)


def _row(name, decoding, stage, seed, rate, seconds, found):
    return {"reader": name, "decoding": decoding, "stage": stage, "seed": seed, "rate": rate,
            "seconds": round(seconds, 1)} | found


def best_rate():
    """The rate with the fewest edits on clean and noisy validation strings; of ties the lower."""
    rows = [row for row in read("spoken_strings") if row["stage"] == "validation"]
    return float(min(rows, key=lambda row: (float(row["error clean"]) + float(row["error white 10"]),
                                            float(row["rate"])))["rate"])


def network():
    """The stored reader of strings, convolutions and GRU of seed 0, in evaluation mode and in the default dtype."""
    model = StringReader(hidden=MODELS["convolutions and GRU"], rng=np.random.default_rng(0))
    load_state(WEIGHTS, model)
    return model.eval()


def test_rows(name, seed):
    """The rows of one network of one seed, and the network."""
    parts = clips(seed)
    model, seconds = train_network(MODELS[name], parts.train, CHOSEN, seed)
    decodings = ("best path", f"beam {WIDTH}")
    return network_rows(model, name, "test", seed, CHOSEN, seconds, parts.test, decodings), model


@in_float32()
def remake():
    """Sweep the rate, train the networks, store one, let the rival read, and write the table."""
    started, command, rows = time.perf_counter(), "python -m dlcourse.studies spoken_strings", []
    parts = clips(SWEEP_SEED)
    for rate in RATES:
        model, seconds = train_network(MODELS["convolutions and GRU"], parts.fit, rate, SWEEP_SEED, SWEEP_EPOCHS)
        rows += network_rows(model, "convolutions and GRU", "validation", SWEEP_SEED, rate, seconds, parts.validation,
                             ("best path",))
        write("spoken_strings", rows, command, started)
    if best_rate() != CHOSEN:
        raise RuntimeError(f"the sweep speaks for {best_rate()}: change CHOSEN, and look")
    for seed in SEEDS:
        for name in MODELS:
            found, model = test_rows(name, seed)
            rows += found
            if (name, seed) == ("convolutions and GRU", 0):
                save_state(WEIGHTS, model)
        rows.append(rival_row(seed))
        write("spoken_strings", rows, command, started)
