"""What do word vectors know that were trained on the Python language reference, and does another seed agree?

    python -m dlcourse.studies word_vectors

Two kinds of vectors for the words that occur five times: skip-gram with negative sampling, and the singular vectors
of PMI counts, which are not trained. Each chooses out of twelve settings by 18 pairs, a word and its plural: the ranks
that each has among the neighbors of the other, in the geometric mean. (Three seeds for what is trained.)

Then five other seeds are trained at the winning setting and asked three things. Do two seeds find the same neighbors?
Are the plurals near? And the 33 analogies: at which rank stands the answer, when the words of the question are left out
as is usual, and when they are not? The baseline of the analogies is c alone: the nearest neighbors of the third word,
without looking at a and b. The analogies were written down from the list of words before any of these vectors was
asked, have no word in common with the 18 pairs, and chose nothing. (Three of them, and two more turned round, had been
in an earlier trial of eleven on the text with its repetitions, whose ranks were known.)

The vectors of the first of the five seeds are stored for the figure `Words`.
"""

import functools
import itertools
import time

import numpy as np

from dlcourse import data
from dlcourse.figures.words import write_numbers
from dlcourse.skipgram import Vocabulary, WordVectors, counted_vectors, pair_counts, pairs, train

from .chapter_1 import in_float64
from .table import read, write

CHOICE_SEEDS, SEEDS = range(3), range(10, 15)
WINDOWS, DIMS = (5, 10), (16, 32, 64)
LAST = {"skip-gram": (4, 8), "counted": (0.0, 0.5)}  # the third setting: passes; the power of the singular values
NEAR = 10  # neighbors that are compared between seeds
BANDS = {"5 to 9 times": (5, 9), "10 to 49 times": (10, 49), "50 times or more": (50, 10**6)}
QUESTIONS = {"b - a + c": True, "c alone": True, "b - a + c, nothing left out": False}  # are a, b, c left out?
PLURALS = [tuple(line.split()) for line in """target targets
item items
character characters
result results
exception exceptions
operator operators
instance instances
variable variables
sequence sequences
keyword keywords
number numbers
element elements
letter letters
identifier identifiers
digit digits
line lines
reference references
subclass subclasses""".splitlines()]
ANALOGIES = {kind: [tuple(words.split()) for words in lines.split(", ")] for kind, lines in {
    "plural": "list lists tuple tuples, method methods function functions, value values name names, "
              "object objects type types, argument arguments parameter parameters, "
              "statement statements expression expressions",
    "form of a verb": "define defined import imported, return returned raise raised, call called use used, "
                      "match matches contain contains, define defines return returns, "
                      "execute executed evaluate evaluated",
    "opposite": "left right upper lower, first last start end, before after first last, "
                "mutable immutable positive negative, lowercase uppercase lower upper, true false left right",
    "short form": "int integer str string, dict dictionary bool boolean, int integer dict dictionary, "
                  "arg argument func function, attr attribute arg argument, obj object cls class",
    "number": "one two three four, one first two second, one first three third",
    "fact of Python": "key keyerror attribute attributeerror, value valueerror type typeerror, "
                      "key keyerror index indexerror, list mutable tuple immutable, list brackets tuple parentheses, "
                      "dictionary braces list brackets",
}.items()}  # fmt: skip


@functools.cache
def corpus():
    """The vocabulary of the Python language reference, and its paragraphs."""
    texts = data.load("reference").x
    return Vocabulary(texts), texts


def counted(window, dim, share):
    """Vectors from the counts of all pairs within the window."""
    vocabulary, texts = corpus()
    counts = pair_counts(*pairs(*vocabulary.encode(texts), window), len(vocabulary))
    return WordVectors(vocabulary.words, counted_vectors(counts, dim, share=share))


def trained(window, dim, passes, seed):
    """Vectors of the centers after each number of passes in `passes`."""
    kept = []
    train(*corpus(), dim=dim, epochs=max(passes), window=window, seed=seed,
          after_epoch=lambda model: kept.append(WordVectors(corpus()[0].words, model.center.weight.data)))
    return [kept[count - 1] for count in passes]


def rank_of_plurals(vectors):
    """At which rank a plural stands among its singular's neighbors, and the singular among the plural's."""
    ranks = [vectors.rank(b, vectors[a], {a}) for pair in PLURALS for a, b in (pair, pair[::-1])]
    return float(np.exp(np.mean(np.log(ranks))))


def answers(vectors, question):
    """The rank of the right answer and the word that came first, for each analogy in the order of the table."""
    ranks, firsts = [], []
    for a, b, c, answer in itertools.chain(*ANALOGIES.values()):
        direction = vectors[c] if question == "c alone" else vectors[b] - vectors[a] + vectors[c]
        without = {a, b, c} if QUESTIONS[question] else set()
        ranks.append(vectors.rank(answer, direction, without))
        firsts.append(vectors.ranked(direction, without)[0][0])
    return ranks, firsts


def near_sets(vectors):
    """For each word of the vocabulary the set of its ten nearest neighbors."""
    return [{other for other, _ in vectors.neighbors(word, NEAR)} for word in vectors.words]


def shared_neighbors(one, other, band):
    """The share of the ten nearest neighbors that two lists of `near_sets` have in common, mean over a band's words."""
    least, most = BANDS[band]
    shares = [len(a & b) / NEAR for a, b, count in zip(one, other, corpus()[0].counts, strict=True)
              if least <= count <= most]
    return float(np.mean(shares))


def _row(stage, method, setting, what, values, ranks=(), firsts=()):
    window, dim, last = setting
    return {"stage": stage, "method": method, "window": window, "dim": dim, "last": last, "what": what,
            "mean": round(float(np.mean(values)), 3), "lowest": round(float(min(values)), 3),
            "highest": round(float(max(values)), 3), "ranks": " ".join(map(str, ranks)), "firsts": " ".join(firsts)}


def choice_rows(method, window, dim):
    """The rows of the choice for one window and dimension: how near plurals are."""
    if method == "counted":
        ranks = [[rank_of_plurals(counted(window, dim, last))] for last in LAST[method]]
    else:
        runs = [trained(window, dim, LAST[method], seed) for seed in CHOICE_SEEDS]
        ranks = [[rank_of_plurals(vectors) for vectors in after] for after in zip(*runs, strict=True)]
    return [_row("choice", method, (window, dim, last), "rank of plurals", found)
            for last, found in zip(LAST[method], ranks, strict=True)]


def chosen(method):
    """The setting that won: window, dim, and passes or power of the singular values."""
    best = min((row for row in read("word_vectors") if (row["stage"], row["method"]) == ("choice", method)),
               key=lambda row: float(row["mean"]))
    return int(best["window"]), int(best["dim"]), (int if method == "skip-gram" else float)(best["last"])


def final(method, seed=SEEDS[0]):
    """The vectors of the winning setting; what is counted has no seed."""
    window, dim, last = chosen(method)
    return counted(window, dim, last) if method == "counted" else trained(window, dim, [last], seed)[0]


def analogy_rows(method, seed, vectors):
    """The rows of one set of vectors, one for each way to ask: the share of analogies at rank 1 and all ranks."""
    rows = []
    for question in QUESTIONS:
        ranks, firsts = answers(vectors, question)
        share = [np.mean(np.array(ranks) == 1)]
        rows.append(_row("analogies", method, chosen(method), question, share, ranks, firsts) | {"seed": seed})
    return rows


@in_float64()
def remake():
    """Choose, train five other seeds, ask, and store the table and the vectors of the figure."""
    started, command = time.perf_counter(), "python -m dlcourse.studies word_vectors"
    rows = [row | {"seed": ""} for method in LAST for window in WINDOWS for dim in DIMS
            for row in choice_rows(method, window, dim)]
    write("word_vectors", rows, command, started)  # `chosen` reads the winners from there
    runs = {seed: final("skip-gram", seed) for seed in SEEDS}
    near = [near_sets(vectors) for vectors in runs.values()]
    for band in BANDS:
        shares = [shared_neighbors(*two, band) for two in itertools.combinations(near, 2)]
        rows.append(_row("seeds", "skip-gram", chosen("skip-gram"), band, shares) | {"seed": ""})
    for method, seed, vectors in [*(("skip-gram", *run) for run in runs.items()), ("counted", "", final("counted"))]:
        rows.append(_row("plurals", method, chosen(method), "rank of plurals", [rank_of_plurals(vectors)])
                    | {"seed": seed})
        rows += analogy_rows(method, seed, vectors)
    write("word_vectors", rows, command, started)
    write_numbers(corpus()[0], runs[SEEDS[0]])


def table(stage, method="skip-gram", what=None):
    """The stored rows of a stage and a method."""
    return [row for row in read("word_vectors")
            if (row["stage"], row["method"]) == (stage, method) and what in (None, row["what"])]
