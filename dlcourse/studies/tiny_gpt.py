"""What does a small GPT learn from the docstrings, in bits, and what is it worth to a reader with few labels?

    python -m dlcourse.studies tiny_gpt

The text is that of split 0, pieces are 256 byte pairs learned from the training files. The rate was chosen from three
on the fit files, by the bits of the first validation texts after 300 updates; everything else was set once, by what a
page may load. Two networks, which differ in their seed alone, then learn the training files, and their test bits stand
beside those of n-grams that count the bytes of the same text. For each smoothing the order is chosen on the same
validation texts; nine, the longest, was the best for that of Kneser and Ney. All bits are those of the texts and their
ends, divided by the characters of the texts. Seed 0 is stored, in half precision; its test bits are those of the
stored weights.

The table `tiny_gpt_labels` says how many test texts are given their right area from few labels, for ten draws of them.
Naive Bayes and TF-IDF know the words of the labeled texts. The others have seen all training texts without labels:
the mean vector of the trunk of the stored network; that of a trunk that was never trained, which has seen none; and the
mean of word vectors learned by the skip-gram of chapter 4 (64 numbers, four passes, not tuned). Their vectors are
standardized on all training texts, and read by logistic regression. Each way chose one of four settings for each number
of labels, by the mean over five draws on the validation files, with labels from the fit files.
"""

import functools
import math
import time

import numpy as np

from dlcourse import skipgram
from dlcourse.apps import gpt
from dlcourse.apps.text import NaiveBayes, TfIdf, macro_f1, word_counts
from dlcourse.checkpoint import load_state, save_state
from dlcourse.data import load
from dlcourse.data.tokenizers import BytePairTokenizer
from dlcourse.evaluate import accuracy
from dlcourse.language import SMOOTHINGS, NGram

from .table import FOLDER, read, write

MERGES, DIM, DEPTH, HEADS, INNER, CONTEXT = 256, 64, 2, 4, 256, 64
BATCH, UPDATES, SEEDS = 16, 3000, (0, 1)
RATES, TRIAL = (0.002, 0.004, 0.008), 300
ORDERS = {"witten-bell": (4, 5, 6), "kneser-ney": (5, 7, 9)}
ASKED = 200  # validation texts that choose
WEIGHTS = FOLDER / "tiny_gpt.safetensors"
LABELS, DRAWS = (30, 60, 120, 250, 500, 1000, 2000), range(10)
STRENGTHS = (0.001, 0.01, 0.1, 1.0)
WAYS = {"naive Bayes": (1.0, 0.3, 0.1, 0.03), "TF-IDF": (1.0, 3.0, 10.0, 30.0), "GPT": STRENGTHS,
        "GPT, untrained": STRENGTHS, "word vectors": STRENGTHS}


@functools.cache
def tokenizer():
    """The byte pairs of the training texts."""
    return BytePairTokenizer.train(load("docstrings").train.x, MERGES)


def untrained(seed=0):
    """The network as it is drawn."""
    return gpt.TinyGPT(len(tokenizer()), DIM, DEPTH, HEADS, INNER, CONTEXT, rng=np.random.default_rng(seed))


def train_network(texts, rate, seed=0, updates=UPDATES, after_update=None):
    """A network that has learned some texts; in evaluation mode."""
    return gpt.train_gpt(untrained(seed), gpt.joined(tokenizer(), texts), updates, rate, BATCH, seed, after_update)


def network():
    """The stored network in evaluation mode and in the default dtype."""
    model = untrained()
    load_state(WEIGHTS, model)
    return model.eval()


def bits_of(model, texts):
    """The bits for each character of some texts."""
    return gpt.bits_per_character(gpt.surprises(model, gpt.joined(tokenizer(), texts)), texts)


def counted(known, asked, order, smoothing):
    """The same for an n-gram over bytes, which counted the texts of `known`."""
    letters = BytePairTokenizer(())
    tokens = [gpt.joined(letters, texts) for texts in (known, asked)]
    return gpt.bits_per_character(NGram(tokens[0], order, len(letters), smoothing).surprises(tokens[1]), asked)


def row(model, stage, setting, bits, started, parameters=""):
    """A row of the table of bits; the seconds of the processor since `started`."""
    return {"model": model, "stage": stage, "setting": setting, "bits": round(bits, 4), "parameters": parameters,
            "seconds": round(time.process_time() - started, 1)}


def ngram_rows(data):
    """For each smoothing the sweep of the order, and the test of what won."""
    rows, asked = [], data.validation.x[:ASKED]
    for smoothing in SMOOTHINGS:
        tried = {}
        for order in ORDERS[smoothing]:
            started = time.process_time()
            tried[order] = counted(data.fit.x, asked, order, smoothing)
            rows.append(row(smoothing, "sweep", order, tried[order], started))
        best, started = min(tried, key=tried.get), time.process_time()
        rows.append(row(smoothing, "test", best, counted(data.train.x, data.test.x, best, smoothing), started))
    return rows


def network_rows(data):
    """The sweep of the rate, the loss on the way of seed 0, and the tests of all seeds; stores seed 0."""
    rows, tried = [], {}
    for rate in RATES:
        started = time.process_time()
        tried[rate] = bits_of(train_network(data.fit.x, rate, 9, TRIAL), data.validation.x[:ASKED])
        rows.append(row("GPT", "sweep", rate, tried[rate], started))
    best = min(tried, key=tried.get)
    for seed in SEEDS:
        started, losses = time.process_time(), []
        model = train_network(data.train.x, best, seed,
                              after_update=lambda update, loss, to=losses: to.append(loss))
        if seed == 0:
            characters = sum(map(len, data.train.x)) / len(gpt.joined(tokenizer(), data.train.x))
            rows += [row("GPT", "training", end, float(np.mean(losses[end - 100 : end])) / math.log(2) / characters,
                         started) for end in range(100, UPDATES + 1, 100)]
            store(model)
            model = network()
        rows.append(row("GPT", "test", seed, bits_of(model, data.test.x), started, parameters(model)))
    return rows


def parameters(model):
    """How many numbers it has learned."""
    return sum(p.numel() for p in model.parameters())


def store(model):
    """Write the weights in half precision, so that they are small."""
    for parameter in model.parameters():
        parameter.data = parameter.data.astype(np.float16)
    save_state(WEIGHTS, model)


# ------------------------------------------------------------------------------------------------ few labels


def described(data):
    """What the ways without labels of their own make of all texts, standardized: {way: (M, D)}."""
    words = skipgram.Vocabulary(data.train.x)
    vectors, _ = skipgram.train(words, data.train.x, dim=64, epochs=4)
    counts = word_counts(words, data.x)
    means = counts @ vectors.center.weight.data / np.maximum(counts.sum(axis=1), 1)[:, None]
    found = {"GPT": gpt.text_vectors(network(), tokenizer(), data.x),
             "GPT, untrained": gpt.text_vectors(untrained(), tokenizer(), data.x), "word vectors": means}
    train = slice(len(data.train))
    return {way: (x - x[train].mean(axis=0)) / x[train].std(axis=0) for way, x in found.items()}


def drawn(labels, count, draw):
    """Rows to learn from; fewer are among more, and each of the six areas is among the first six."""
    order = np.random.default_rng([draw, 6]).permutation(len(labels))
    first = np.unique(labels[order], return_index=True)[1]
    return np.concatenate([order[first], np.delete(order, first)])[:count]


def answers(way, setting, data, vectors, known, asked):
    """What a way says about the rows `asked` of the data, after the labels of the rows `known`."""
    from sklearn.linear_model import LogisticRegression

    labels = data.y[known]
    if way in vectors:
        known_x, asked_x = vectors[way][known], vectors[way][asked]
    else:
        words = skipgram.Vocabulary([data.x[i] for i in known], least=1)
        known_x, asked_x = (word_counts(words, [data.x[i] for i in rows]) for rows in (known, asked))
        if way == "naive Bayes":
            return NaiveBayes(known_x, labels, setting).predict(asked_x)
        weigh = TfIdf(known_x)
        known_x, asked_x = weigh(known_x), weigh(asked_x)
    return LogisticRegression(C=setting, max_iter=2000).fit(known_x, labels).predict(asked_x)


def label_rows(data, vectors, way, count):
    """A row for each draw of so many labels, with the setting that was best over the draws on the validation files."""
    fit, train = len(data.fit), len(data.train)
    later, test = np.arange(fit, train), np.arange(train, len(data))
    tried = [np.mean([accuracy(answers(way, setting, data, vectors, drawn(data.fit.y, count, draw), later),
                               data.validation.y) for draw in DRAWS[:5]]) for setting in WAYS[way]]
    setting = WAYS[way][int(np.argmax(tried))]
    given = [answers(way, setting, data, vectors, drawn(data.train.y, count, draw), test) for draw in DRAWS]
    return [{"way": way, "labels": count, "draw": draw, "setting": setting,
             "accuracy": round(accuracy(said, data.test.y), 4),
             "macro_f1": round(macro_f1(said, data.test.y, len(data.areas)), 4)}
            for draw, said in zip(DRAWS, given, strict=True)]


def remake():
    """Count, learn and store; then see what the stored network is worth to a reader with few labels."""
    started, command, data = time.perf_counter(), "python -m dlcourse.studies tiny_gpt", load("docstrings")
    write("tiny_gpt", [*network_rows(data), *ngram_rows(data)], command, started)
    remake_labels()


def remake_labels():
    """The second table alone, from the stored network."""
    started, data = time.perf_counter(), load("docstrings")
    vectors = described(data)
    rows = [row for way in WAYS for count in LABELS for row in label_rows(data, vectors, way, count)]
    write("tiny_gpt_labels", rows, "python -m dlcourse.studies tiny_gpt", started)


def bits(model, stage="test", setting=None):
    """The stored bits of a model: of the first row of a stage, or that with a setting."""
    return next(float(row["bits"]) for row in read("tiny_gpt") if (row["model"], row["stage"]) == (model, stage)
                and setting in (None, row["setting"]))


def shares(way, labels, column="accuracy"):
    """The stored shares of right answers of a way with so many labels, one for each draw.   Returns: (draws,)."""
    return np.array([float(row[column]) for row in read("tiny_gpt_labels")
                     if (row["way"], row["labels"]) == (way, str(labels))])
