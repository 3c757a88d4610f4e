"""Why this file exists: it judges the answers to lab 5b's exercises.

Each check takes what the learner hands over and raises `CheckFailed` if it is wrong. Wherever a mistake is common, the
check computes the wrong value as well (a "trap"), so that the message can say which mistake it was.
"""

import numpy as np

from ..calls import call, parts, without_loop
from ..checks import compare, compare_all
from ..predictions import near
from . import code


def telling_word(prediction):
    right, e = code.telling_word(), np.exp(3)
    traps = (
        (0.01, "that is the weight without a score, 1 of 100 words"),
        (0.03, "scores are not weights; the softmax takes their exponentials"),
        (e / 100, "the other 99 words have the weight 1 each, and the word itself counts in the sum"),
        (3 / 102, "the share of the scores; the softmax takes exponentials"),
        (e / (e + 1), "that is the weight against one other word; here are 99"),
        (1, "a softmax is not a maximum: 99 small parts add up"),
    )
    near("the weight", prediction, right, 0.02, traps, "what are the exponentials of 3 and of 0, and how many of each?")


def merged(answer):
    cases = (([1, 2, 1, 3, 1, 2], 1, 2, 7), ([4, 4, 4, 1, 4, 4, 4, 4], 4, 4, 9), ([2, 1, 2], 1, 2, 5),
             ([3, 1], 1, 2, 8), ([1], 1, 2, 8), ([1, 2, 2, 1], 1, 2, 2))  # fmt: skip
    for tokens, left, right, new in cases:
        tokens = np.array(tokens)
        expected = code.merged(tokens, left, right, new)
        pairs = np.flatnonzero((tokens[:-1] == left) & (tokens[1:] == right))
        overlapping = np.delete(np.where(np.isin(np.arange(len(tokens)), pairs), new, tokens), pairs + 1)
        kept = tokens.copy()
        kept[pairs] = new
        first = code.merged(tokens[: pairs[0] + 2], left, right, new) if len(pairs) else tokens
        first = np.concatenate([first, tokens[pairs[0] + 2 :]]) if len(pairs) else tokens
        backward = code.merged(tokens[::-1], right, left, new)[::-1]
        traps = [(value, cause) for value, cause in (
            (first, "only the first pair was merged"),
            (kept, "the second token of the pair has to go"),
            (tokens, "nothing was merged"),
            (overlapping, "pairs that overlap: a token that was merged is used up"),
            (backward, "from right to left; three equal tokens show the difference"),
            (code.merged(tokens, right, left, new), "the pair stands in the other order: left, then right"),
            (expected[:-1], "the last token is missing"),
        ) if not np.array_equal(value, expected)]
        compare(f"merged({tokens.tolist()}, {left}, {right}, {new})", call(answer, tokens, left, right, new), expected,
                traps)


def naive_bayes(answer):
    rng, names = np.random.default_rng(0), ("log_prior", "log_likelihood")
    for N, V, K, smoothing in ((9, 5, 3, 1.0), (12, 4, 2, 0.25)):
        labels = np.concatenate([np.arange(K), rng.integers(0, K, N - K)])
        labels[-3:] = 0
        counts = rng.poisson(1.5, (N, V)).astype(float)
        prior, likelihood = right = code.naive_bayes(counts, labels, smoothing)
        plain = np.stack([counts[labels == k].sum(axis=0) for k in range(K)])
        texts, sums = np.bincount(labels), plain.sum(axis=1, keepdims=True)
        smooth = plain + smoothing

        with np.errstate(divide="ignore"):
            traps = (
                ((np.exp(prior), np.exp(likelihood)), "these are the probabilities; asked are their logarithms"),
                ((np.log(texts), likelihood), "the number of texts; asked is the logarithm of their share"),
                ((np.log(sums[:, 0] / sums.sum()), likelihood), "the share of the words; p(y) is the share of the "
                 "texts"),
                ((np.full(K, -np.log(K)), likelihood), "classes are not equally frequent: p(y) is their share"),
                ((prior, np.log(smooth / sums)), "the smoothing is added V times in the sum as well, or the "
                 "probabilities of a class do not have the sum 1"),
                ((prior, np.log(smooth / (sums + smoothing))), "the sum grows by the smoothing of all V words"),
                ((prior, np.log(plain / sums)), "the smoothing is missing: a word never seen would be impossible"),
                ((prior, np.log(smooth / smooth.sum(axis=0))), "each word has the sum 1 over the classes; asked is the "
                 "sum 1 over the words of a class"),
                ((prior, np.log(smooth / smooth.sum())), "the sum of all classes together; each class has its own"),
                ((prior, np.log(smooth / texts[:, None])), "divided by the number of texts; asked is the number of "
                 "words"),
                ((prior, code.naive_bayes((counts > 0) * 1.0, labels, smoothing)[1]), "a word that stands twice counts "
                 "twice"),
                ((prior, likelihood.T), "a row for each class, a column for each word"),
            )

        compare_all(names, parts(answer, names, counts, labels, smoothing), right, traps, f"naive_bayes, {K} classes: ",
                    sizes={"texts": N, "words": V, "classes": K})


def pooled(answer):
    rng = np.random.default_rng(1)
    for N, T, D in ((3, 5, 4), (4, 3, 2)):
        vectors, query = rng.normal(size=(N, T, D)), 2 * rng.normal(size=D)
        lengths = np.concatenate([[1, T], rng.integers(1, T + 1, N - 2)])
        there = np.arange(T) < lengths[:, None]
        right, scores = code.pooled(vectors, query, lengths), vectors @ query
        soft = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        zeroed = np.where(there, scores, 0)
        down = np.where(there, np.exp(scores), 0)
        best = np.where(there, scores, -np.inf).argmax(axis=1)

        def by(weights, vectors=vectors):
            return (weights[:, :, None] * vectors).sum(axis=1)

        traps = (
            (by(soft), "places without a word get weights too"),
            (by(soft * there), "the weights of the words must have the sum 1 after the others were taken away"),
            (by(np.exp(zeroed) / np.exp(zeroed).sum(axis=1, keepdims=True)), "a score of 0 is no weight of 0: its "
             "exponential is 1"),
            (by(np.exp(zeroed) / np.exp(zeroed).sum(axis=1, keepdims=True) * there), "a score of 0 still counts in "
             "the sum"),
            (by(there / there.sum(axis=1, keepdims=True)), "this is the plain mean: the scores do nothing"),
            (by(down / down.sum(axis=0)), "the softmax goes over the words of a text, not over the texts"),
            (by(down), "the exponentials are not divided by their sum"),
            (by(np.where(there, scores, 0)), "the scores themselves are the weights; a softmax is missing"),
            (vectors[np.arange(N), best], "only the word with the largest score counts; the softmax shares"),
            (code.pooled(vectors, query / np.sqrt(D), lengths), "the scores were divided by the root of D"),
            (code.pooled(vectors, -query, lengths), "the sign of the scores"),
        )
        compare(f"pooled, {N} texts of {T} places", call(answer, vectors, query, lengths), right, traps)
    huge = np.array([[[800.0], [-800.0]]])
    compare("pooled with a score of 800", call(answer, huge, np.ones(1), np.array([2])), [[800.0]])
    without_loop(answer, lambda N: (np.ones((N, 3, 2)), np.ones(2), np.full(N, 3)))


def bits_per_character(answer):
    rng = np.random.default_rng(2)
    for T, V in ((7, 5), (4, 9)):
        logits, tokens, lengths = 2 * rng.normal(size=(T, V)), rng.integers(0, V, T), rng.integers(1, 5, V)
        tokens[1:3] = [V - 1, 0]
        lengths[[0, V - 1, tokens[0]]] = [2, 5, 3]
        right, ahead = code.bits_per_character(logits, tokens, lengths), tokens[1:]
        log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        nats = -log_p[np.arange(T - 1), ahead].sum()
        same, before = -log_p[np.arange(T), tokens].sum(), -log_p[np.arange(1, T), tokens[:-1]].sum()
        later = -log_p[np.arange(1, T), ahead].sum()
        characters, two = lengths[ahead].sum(), np.log(2)
        each = -log_p[np.arange(T - 1), ahead] / two / lengths[ahead]
        traps = (
            (nats / characters, "these are nats; a bit is log 2 of them"),
            (nats * two / characters, "multiplied by log 2; bits are more than nats, so divide"),
            (nats / two / (T - 1), "bits for each token; asked are bits for each character"),
            (nats / two, "all bits of the text; divide by its characters"),
            (nats / two / lengths[tokens].sum(), "the characters of the first token do not count"),
            (nats / two / lengths.sum(), "the lengths of the vocabulary; asked are those of the text's tokens"),
            (same / two / lengths[tokens].sum(), "row t is about what comes after token t; it was asked about token t"),
            (later / two / characters, "row t is about what comes after token t; it was asked about token t"),
            (before / two / characters, "the row after a token was asked about the token before it"),
            (each.mean(), "the mean of the tokens' own quotients; long tokens would count too little"),
            (-right, "the sign: a probability below 1 has a negative logarithm"),
            (-logits[np.arange(T - 1), ahead].sum() / two / characters, "logits are no logarithms of probabilities "
             "yet: the log-softmax is missing"),
        )
        compare(f"bits_per_character, {T} tokens", call(answer, logits, tokens, lengths), right, traps,
                sizes={"tokens": T})
    far = np.array([[1000.0, 0.0], [0.0, 1000.0], [0.0, 0.0]])
    compare("bits_per_character with logits of 1000", call(answer, far, np.array([0, 0, 0]), np.array([1, 1])),
            code.bits_per_character(far, np.array([0, 0, 0]), np.array([1, 1])))
