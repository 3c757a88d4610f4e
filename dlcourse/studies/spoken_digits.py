"""Who understands a digit that a stranger says, in a quiet room and in noise?

    python -m dlcourse.studies spoken_digits

A convolutional and a recurrent network, 7,178 and 13,322 numbers, learn synthetic digits of 56 speakers in three ways:
"clean" as they are, with the faint noise floor of every clip; "white" with white noise of 0 to 30 dB, drawn anew every
time; "white and babble" with either white noise or other voices, batch by batch. Sixteen speakers whom no network has
heard say 320 digits: as they are, in white noise, in babble of voices that no network has heard, and in pink noise,
which none was trained with. Each of three seeds draws speakers, clips, noise, order and first weights.

The rate of each network was chosen with the white kind by another seed, with 48 speakers to learn from and 8 to judge
by, from four rates: the best mean over the clips as they are, in white and in pink noise; of ties the lowest. The
baselines are logistic regressions on the mean spectrum of a clip and on all its bands, which learn each clip in three
noises; their strength is chosen likewise. Their grid ended at 0.1 at first; larger ones were added since 0.1 had
won, and for all bands the best is still the last, which hardly holds back. In float32 on one thread; `seconds` are CPU
seconds of training.
"""

import functools
import time

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dlcourse import data, nn, optim
from dlcourse import functional as F
from dlcourse.apps.speech import NoisyBatches, SpeechCNN, SpeechGRU, features, in_noise, voices_of
from dlcourse.checkpoint import load_state, save_state
from dlcourse.evaluate import accuracy, predict
from dlcourse.lr_scheduler import OneCycleLR
from dlcourse.train import fit

from .adding_problem import in_float32
from .table import FOLDER, read, write

SPEAKERS = (48, 8, 16)
SEEDS, SWEEP_SEED = range(3), 7
TRAININGS = {"clean": (), "white": ("white",), "white and babble": ("white", "babble")}
MODELS = {"CNN": SpeechCNN, "GRU": SpeechGRU}
RATES = [0.005, 0.01, 0.02, 0.04]
CHOSEN = {"CNN": 0.02, "GRU": 0.02, "logistic, mean spectrum": 1.0, "logistic, all bands": 100.0}  # `best_setting`
EPOCHS, BATCH = 16, 32
PASSES = 3  # noises for each clip that a baseline learns
STRENGTHS = [0.001, 0.01, 0.1, 1.0, 10.0, 100.0]
CONDITIONS = {"clean": (None, "white"), "white 20": (20, "white"), "white 10": (10, "white"), "white 0": (0, "white"),
              "babble 10": (10, "babble"), "babble 5": (5, "babble"), "pink 10": (10, "pink")}  # fmt: skip
WEIGHTS = FOLDER / "spoken_digits.safetensors"


class Three(nn.Module):
    """The stored networks, one for each way to train."""

    def __init__(self):
        self.clean, self.white, self.both = (SpeechCNN(rng=np.random.default_rng(0)) for _ in range(3))


@functools.lru_cache(maxsize=1)
def clips(seed):
    """Digits and speakers of a seed."""
    return data.load("speech", speakers=SPEAKERS, seed=seed)


def crowd(seed=0):
    """Words of eight speakers who are in no other part of any study: the babble of the tests."""
    return voices_of(data.load("speech", speakers=(6, 1, 1), takes=1, seed=1000 + seed))


def train_network(name, kinds, rows, rate, seed, epochs=EPOCHS, babblers=None):
    """A network after training on some clips by Adam with one cycle of the rate, and the CPU seconds of that.

    The babble, if there is any in training, is made of `babblers`, by default of the same clips.
    """
    started = time.process_time()
    model = MODELS[name](rng=np.random.default_rng(seed))
    voices = voices_of(babblers or rows) if "babble" in kinds else None
    once, batches = (NoisyBatches(rows, kinds, voices=voices, batch_size=BATCH, seed=[seed, i]) for i in range(2))
    model.standardized.measure(np.concatenate([x.data for x, _ in once]))
    optimizer = optim.Adam(model.parameters())
    cycle = OneCycleLR(optimizer, rate, epochs=epochs, steps_per_epoch=len(batches))
    fit(model, batches, F.cross_entropy, optimizer, epochs=epochs, scheduler=cycle, step_scheduler="batch",
        progress=False)
    return model.eval(), time.process_time() - started


# ------------------------------------------------------------------------------------------- baselines


def mean_spectrum(x):
    """The mean of each band over time.   (N, frames, bands)  ->  (N, bands)."""
    return x.mean(axis=1)


def flat(x):
    """All bands of all frames side by side.   (N, frames, bands)  ->  (N, frames * bands)."""
    return x.reshape(len(x), -1)


BASELINES = {"logistic, mean spectrum": mean_spectrum, "logistic, all bands": flat}


class Logistic:
    """Logistic regression on what `view` makes of the features."""

    def __init__(self, view, strength):
        self.view = view
        self.model = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=1000, tol=1e-3))

    def fit(self, rows, kinds, seed):
        """Learn the clips, in several noises each if there are kinds; returns itself."""
        voices = voices_of(rows) if "babble" in kinds else None
        batches = NoisyBatches(rows, kinds, voices=voices, batch_size=BATCH, seed=[seed, 1])
        passes = [batch for _ in range(PASSES if kinds else 1) for batch in batches]
        self.model.fit(np.concatenate([self.view(x.data) for x, _ in passes]), np.concatenate([y for _, y in passes]))
        return self

    def read(self, x):
        """The digits of some features."""
        return self.model.predict(self.view(x))


# ------------------------------------------------------------------------------------------- the table


def shares(read, rows, seed):
    """The share of clips that are read right, for each condition; `read` makes digits of features."""
    found, voices = {}, crowd(seed)
    for name, (snr_db, kind) in CONDITIONS.items():
        x, rng = rows.x, np.random.default_rng([seed, 5])
        if snr_db is not None:
            x = in_noise(x, rows.span, snr_db, kind, rng, voices)
        found[name] = round(accuracy(read(features(x)), rows.y), 4)
    return found


def reader(model):
    """A function from features to digits."""
    return lambda x: predict(model, x, batch_size=128).argmax(axis=1)


def sweep_rows():
    """Rates of the networks and strengths of the baselines, judged by validation speakers."""
    seed = SWEEP_SEED
    parts = clips(seed)
    for name in MODELS:
        for rate in RATES:
            model, seconds = train_network(name, ("white",), parts.fit, rate, seed)
            yield _row(name, "white", "validation", seed, rate, seconds, shares(reader(model), parts.validation, seed))
    for name, view in BASELINES.items():
        for strength in STRENGTHS:
            model = Logistic(view, strength).fit(parts.fit, ("white",), seed)
            yield _row(name, "white", "validation", seed, strength, 0, shares(model.read, parts.validation, seed))


def test_row(name, training, seed):
    """One row of the test, and the network or baseline that it judges."""
    parts, setting, kinds = clips(seed), CHOSEN[name], TRAININGS[training]
    if name in MODELS:
        model, seconds = train_network(name, kinds, parts.train, setting, seed)
        read = reader(model)
    else:
        started = time.process_time()
        model = Logistic(BASELINES[name], setting).fit(parts.train, kinds, seed)
        seconds, read = time.process_time() - started, model.read
    return _row(name, training, "test", seed, setting, seconds, shares(read, parts.test, seed)), model


def _row(name, training, stage, seed, setting, seconds, found):
    return {"model": name, "training": training, "stage": stage, "seed": seed, "setting": setting,
            "seconds": round(seconds, 1)} | found


def best_setting(name):
    """The setting that the sweep speaks for: the best mean over the conditions of white noise, of ties the lowest."""
    def mean(row):
        return np.mean([float(row[condition]) for condition in CONDITIONS if "babble" not in condition])

    rows = [row for row in read("spoken_digits") if (row["model"], row["stage"]) == (name, "validation")]
    return float(max(rows, key=lambda row: (mean(row), -float(row["setting"])))["setting"])


def networks():
    """The stored convolutional networks of seed 0 by their training, in evaluation mode and in the default dtype."""
    stored = Three()
    load_state(WEIGHTS, stored)
    return dict(zip(TRAININGS, (stored.clean.eval(), stored.white.eval(), stored.both.eval()), strict=True))


@in_float32()
def store():
    """Train the three convolutional networks of seed 0 and store them; returns their rows."""
    found = [test_row("CNN", training, 0) for training in TRAININGS]
    stored = Three()
    stored.clean, stored.white, stored.both = (model for _, model in found)
    save_state(WEIGHTS, stored)
    return [row for row, _ in found]


@in_float32()
def remake():
    """Sweep, store the networks of seed 0, also in the figure, train the others, and write the table."""
    from dlcourse.figures.say_it import write_numbers  # whoever wants the networks needs no figures

    started, command = time.perf_counter(), "python -m dlcourse.studies spoken_digits"
    rows = list(sweep_rows())
    write("spoken_digits", rows, command, started)
    for name in CHOSEN:
        if best_setting(name) != CHOSEN[name]:
            raise RuntimeError(f"the sweep speaks for {name} at {best_setting(name)}: change CHOSEN, and look")
    rows += store()
    write_numbers(networks())
    for seed in SEEDS:
        rows += [test_row(name, training, seed)[0] for name in CHOSEN for training in TRAININGS
                 if (name, seed) != ("CNN", 0)]
        write("spoken_digits", rows, command, started)
