"""Why this file exists: it judges the answers to lab 5d's exercises.

Each check takes what the learner hands over and raises `CheckFailed` if it is wrong. Wherever a mistake is common, the
check computes the wrong value as well (a "trap"), so that the message can say which mistake it was.
"""

import numpy as np

from ..calls import call, parts, without_loop
from ..checks import compare, compare_all
from ..predictions import near
from . import code


def penalty(answer):
    for written, right in (([4, 9, 3], [7, 8, 6]), ([5, 2], [6, 3]), ([9, 4], [5, 6])):
        written, right = np.array(written), np.array(right)
        ratio = right.sum() / written.sum()
        each = np.exp(np.minimum(0, 1 - right / written))
        traps = (
            (each.mean(), "the mean of the penalties of single texts; the numbers of words are added up first"),
            (each.prod(), "the product of the penalties of single texts; the numbers of words are added up first"),
            (np.exp(1 - ratio), "a text that is too long is not paid for it: at most 1"),
            (np.exp(min(0, 1 - 1 / ratio)), "this is for texts that are too long: right over written"),
            (min(1, 1 / ratio), "this is the ratio; asked is exp(1 - right / written)"),
            (np.exp(min(0, 1 - (right / written).mean())), "the mean of the ratios; divide the sums"),
            (np.exp(max(0, 1 - ratio)), "this is for texts that are too long: below 1 if the written ones are shorter"),
            (min(0, 1 - ratio), "this is the exponent"),
            (1 - ratio, "this is the exponent"),
        )
        expected = code.penalty(written, right)
        compare(f"penalty({written.tolist()}, {right.tolist()})", call(answer, written, right), expected,
                [trap for trap in traps if not np.isclose(trap[0], expected)], {"texts": len(written)})


def looks(answer):
    rng = np.random.default_rng(0)
    cases = {"": rng.normal(size=(3, 2, 4)), ", scores near 1000": 1000 + rng.normal(size=(3, 2, 4))}
    source = np.array([[7, 4, 9, 4], [5, 8, 0, 0], [6, 0, 0, 0]])
    filling = source == 0
    for name, scores in cases.items():
        mean = scores - scores.max(axis=-1, keepdims=True)
        plain = np.exp(mean) / np.exp(mean).sum(axis=-1, keepdims=True)
        open_ = np.where(filling[:, None], 0, np.exp(mean))
        after = np.where(filling[:, None], 0, plain)
        zeros = np.exp(np.where(filling[:, None], 0, scores) - np.abs(scores).max())
        inside = np.where(filling[:, None], -np.inf, scores)
        queries = np.exp(inside - inside[~np.isinf(inside)].max())
        traps = (
            (plain, "filling still gets weight"),
            (after, "the weights do not add up to 1: hide the filling before the softmax, not after it"),
            (zeros / zeros.sum(axis=-1, keepdims=True), "a score of 0 is no score: its exponential is 1"),
            (queries / np.maximum(queries.sum(axis=1, keepdims=True), 1e-300),
             "the sum runs over the places of the source, the last axis"),
            (open_ / open_.sum(), "each step has weights of its own, of sum 1"),
            (_exchanged(mean, filling), "here only filling is looked at: it is where the source is 0"),
            (open_, "these are not divided by their sum"),
        )
        compare(f"looks{name}", call(answer, scores, source), code.looks(scores, source), traps,
                where=lambda index: f" for sentence {index[0]}, step {index[1]}, place {index[2]}")
    without_loop(answer, lambda N: (np.zeros((N, 2, 3)), np.ones((N, 3), int)))


def _exchanged(scores, filling):
    weights = np.where(filling[:, None], np.exp(scores), 0)
    return weights / np.maximum(weights.sum(axis=-1, keepdims=True), 1e-300)


def grow(answer):
    rng, names = np.random.default_rng(1), ("rows", "tokens", "totals")
    for B, V, width in ((3, 5, 4), (2, 6, 3), (1, 4, 2)):
        log_p = np.log(rng.dirichlet(np.ones(V), size=B))
        total = -np.arange(1, B + 1) * 0.4 - rng.random(B)
        right = code.grow(total, log_p, width)

        def of(grown, width=width, V=V, order=-1):
            best = np.argsort(order * grown.ravel())[:width]
            return best // V, best % V, grown.ravel()[best]

        everything = total[:, None] + log_p
        best_first = np.argsort(-log_p, axis=1)[:, 0]
        traps = [
            (of(log_p), "how likely the beginning is was left out: add its total"),
            (of(everything, order=1), "these are the least likely"),
            (of(np.exp(total)[:, None] + np.exp(log_p)), "probabilities are multiplied, so their logarithms are added"),
            (of(total[:, None] * log_p), "logarithms are added, not multiplied"),
            ((right[0], right[1], log_p[right[0], right[1]]), "the new totals are sums, over the whole text so far"),
            (tuple(part[::-1] for part in right), "the best comes first"),
            (tuple(part[np.argsort(right[0] * V + right[1])] for part in right), "in the order of rows and tokens; the "
             "best comes first"),
            ((right[0], right[0] * V + right[1], right[2]), "these are places in the flattened array: take the rest of "
             "the division by V"),
        ]
        if B == width - 1 and B > 1:
            traps.append(((np.arange(B), best_first, everything[np.arange(B), best_first]),
                          "the best token of each row; one row may have several of the best"))
        traps = [trap for trap in traps if not all(map(np.array_equal, trap[0], right))]
        case = f"grow, {B} beginnings, {V} tokens, width {width}: "
        compare_all(names, parts(answer, names, total, log_p, width), right, traps, case)


def one_round(answer):
    rng = np.random.default_rng(2)
    for V, W, M, S, T in ((3, 4, 6, 2, 3), (5, 5, 9, 3, 3)):
        t = rng.dirichlet(np.ones(W), size=V)
        source, target = rng.integers(V, size=(M, S)), rng.integers(W, size=(M, T))
        source.flat[:V] = np.arange(V)  # each word occurs
        right = code.one_round(t, source, target)
        traps = (
            (_counted(t, source, target, None), "the shares were not divided by their sum over the source words"),
            (_counted(t, source, target, 1), "each target word is shared out among source words, not the other way"),
            (_counted(np.ones_like(t), source, target, 0), "the shares are all alike: the table t does not occur"),
            (_counted(t, source, target, 0, rows=None), "these are counts; each row has to be divided by its sum"),
            (_counted(t, source, target, 0, rows=0), "the columns have the sum 1; asked are the rows"),
            (_counted(t, source, target, 0, hard=True), "each target word went to its likeliest source word; asked are "
             "shares"),
            (_counted(t, source, target, 0, once=True), "a word that stands twice in a sentence counts twice: `+=` "
             "with an array of indices adds only once"),
            (t, "the table did not change"),
        )
        traps = [trap for trap in traps if not np.allclose(trap[0], right)]
        compare(f"one_round, {M} pairs", call(answer, t, source, target), right, traps,
                where=lambda index: f" for source word {index[0]}, target word {index[1]}")


def _counted(t, source, target, axis, rows=1, hard=False, once=False):
    """A round with a choice of mistakes: the axis of the shares, that of the sums, hard shares, lost repetitions."""
    counts = np.zeros_like(t)
    for words, others in zip(source, target, strict=True):
        shares = t[np.ix_(words, others)]
        if hard:
            shares = np.eye(len(words))[shares.argmax(axis=0)].T
        shares = shares if axis is None else shares / shares.sum(axis=axis, keepdims=True)
        if once:
            counts[np.ix_(words, others)] += shares
        else:
            np.add.at(counts, np.ix_(words, others), shares)
    return counts if rows is None else counts / np.maximum(counts.sum(axis=rows, keepdims=True), 1e-300)


def whole_sentences(prediction):
    traps = (
        (0.95, "this is the share of right words; a sentence needs all twelve"),
        (0.05, "this is the share of wrong words"),
        (0.4, "twelve times 0.05 counts sentences with two mistakes twice"),
        (0.6, "this is how many mistakes a sentence has on average; asked are those without any"),
        (0.46, "these are the sentences with a mistake"),
        (54, "asked is a share, not a percentage"),
        (12, "this is the number of words"),
    )
    near("the share", prediction, code.whole_sentences(), 0.02, traps,
         "all twelve words must be right, one after the other; what do independent probabilities do then?")
