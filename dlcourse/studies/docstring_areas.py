"""How much does a reader of docstrings gain from more of them, and which reader gains most?

    python -m dlcourse.studies docstring_areas

Five readers name the area of a docstring: the most frequent area, naive Bayes, TF-IDF with logistic regression, the bag
of embeddings, and attention pooling. Each gets 250 to 4,000 texts, for five splits by file. Every reader but the first
has four settings, and they are chosen anew for each split and number of texts: it learns from a random part of the fit
files, as large a share of the number as those files are of the training files, and is judged on the validation files;
the most right answers win, at a tie the setting that stands first. Then it learns from the whole number, drawn from the
training files, and reads the test files once. Words count if two of these texts, or one text twice, have them.

Passes, 32 numbers for each word and batches of 32 were fixed before: with all fit texts of split 0, more than six
passes did not change what was right of the validation files; with fewer texts there are more passes. The seconds are
the processor's for the last training and reading, without the choice of the setting.
"""

import ast
import time

import numpy as np

from dlcourse.apps.text import (
    AttentionPooling,
    BagOfEmbeddings,
    NaiveBayes,
    TfIdf,
    macro_f1,
    train_reader,
    word_counts,
    word_rows,
)
from dlcourse.data import load
from dlcourse.evaluate import accuracy, predict
from dlcourse.skipgram import Vocabulary

from .table import read, write

SPLITS, SIZES = range(5), (250, 500, 1000, 2000, 4000)
EPOCHS = {250: 30, 500: 20, 1000: 12, 2000: 8, 4000: 6}
NETWORKS = {"bag of embeddings": BagOfEmbeddings, "attention": AttentionPooling}
RATES_AND_DROPS = ((0.01, 0.5), (0.01, 0.0), (0.003, 0.5), (0.01, 0.7))
SETTINGS = {
    "majority": ("",),
    "naive Bayes": (1.0, 0.3, 0.1, 0.03),
    "TF-IDF": (1.0, 0.3, 3.0, 10.0),  # C of scikit-learn: larger means less regularization
    "bag of embeddings": RATES_AND_DROPS,
    "attention": RATES_AND_DROPS,
}


def drawn(split, size):
    """The rows to tune on, the rows to learn from, and those that judge them; those to learn from are nested.

    Returns: {"sweep": (known, asked), "test": (known, asked)}, each a pair of parts of the data
    """
    data = load("docstrings", seed=split)
    share = len(data.fit) / len(data.train)
    of_fit, of_train = (np.random.default_rng([split, 5, part]).permutation(len(rows))
                        for part, rows in enumerate((data.fit, data.train)))
    return {"sweep": (data.fit[of_fit[: round(share * size)]], data.validation),
            "test": (data.train[of_train[:size]], data.test)}


def answers(model, setting, known, asked, size, split):
    """What a reader says about the texts of `asked`, after learning those of `known`."""
    if model == "majority":
        return np.full(len(asked), np.bincount(known.y).argmax())
    words = Vocabulary(known.x, least=2)
    if model in NETWORKS:
        rate, drop = setting
        network = NETWORKS[model](len(words), len(known.areas), drop=drop, rng=np.random.default_rng(split))
        train_reader(network, word_rows(words, known.x), known.y, EPOCHS[size], rate, seed=split)
        return predict(network, word_rows(words, asked.x)).argmax(axis=1)
    counts, new = word_counts(words, known.x), word_counts(words, asked.x)
    if model == "naive Bayes":
        return NaiveBayes(counts, known.y, setting).predict(new)
    from sklearn.linear_model import LogisticRegression

    weigh = TfIdf(counts)
    return LogisticRegression(C=setting, max_iter=1000).fit(weigh(counts), known.y).predict(weigh(new))


def row(model, size, split):
    """One row: a reader tuned and judged with so many texts of one split."""
    parts = drawn(split, size)
    tried = [accuracy(answers(model, setting, *parts["sweep"], size, split), parts["sweep"][1].y)
             for setting in SETTINGS[model]]
    best = int(np.argmax(tried))  # the first of those that are equal
    started, (known, asked) = time.process_time(), parts["test"]
    given = answers(model, SETTINGS[model][best], known, asked, size, split)
    return {"model": model, "texts": size, "split": split, "setting": str(SETTINGS[model][best]),
            "validation": round(tried[best], 4), "accuracy": round(accuracy(given, asked.y), 4),
            "macro_f1": round(macro_f1(given, asked.y, len(asked.areas)), 4),
            "seconds": round(time.process_time() - started, 2)}


def remake():
    """Tune and judge every reader and store the table."""
    rows = [row(model, size, split) for model in SETTINGS for size in SIZES for split in SPLITS]
    write("docstring_areas", rows, "python -m dlcourse.studies docstring_areas")


def stored(model, size, column="accuracy"):
    """A column of the table for a model and a number of texts, one number for each split.   Returns: (splits,)."""
    return np.array([float(row[column]) for row in read("docstring_areas")
                     if (row["model"], row["texts"]) == (model, str(size))])


def setting(model, size, split):
    """The setting that was chosen for a model, a number of texts and a split."""
    (found,) = [row["setting"] for row in read("docstring_areas")
                if (row["model"], row["texts"], row["split"]) == (model, str(size), str(split))]
    return ast.literal_eval(found) if found else None
