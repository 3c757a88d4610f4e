"""Why this file exists: it judges the answers to lab 5c's exercises.

Each check takes what the learner hands over and raises `CheckFailed` if it is wrong. Wherever a mistake is common, the
check computes the wrong value as well (a "trap"), so that the message can say which mistake it was.
"""

import functools

import numpy as np

from ..calls import call, parts, without_loop
from ..checks import compare, compare_all
from ..predictions import near
from . import code


def ratios(answer):
    rng = np.random.default_rng(0)
    for N, T in ((3, 40), (1, 25)):
        clean, begin = 0.01 * rng.normal(size=(N, T)), rng.integers(3, 8, N)
        span = np.stack([begin, begin + rng.integers(9, 15, N)], axis=1)
        for row, (first, last) in zip(clean, span, strict=True):
            row[first:last] += rng.normal(size=last - first)
        noisy = clean + 0.2 * rng.normal(size=(N, T))
        right, noise = code.ratios(clean, noisy, span), noisy - clean
        at = np.arange(T)
        word = (at >= span[:, :1]) & (at < span[:, 1:])

        def decibels(up, down, where=word, factor=10.0):
            return factor * np.log10((up * where).sum(axis=1) / (down * where).sum(axis=1))

        traps = (
            (decibels(clean**2, noise**2, True), "the silence counts, too; asked is the ratio while the word is said"),
            (decibels(clean**2, noise**2, factor=20.0), "20 log10 is for amplitudes; powers have 10 log10"),
            (decibels(abs(clean), abs(noise), factor=20.0), "a power is the mean of squares, not of sizes"),
            (decibels(abs(clean), abs(noise)), "a power is the mean of squares, not of sizes"),
            (decibels(clean**2, noise**2, factor=10 / np.log10(np.e)), "the natural logarithm; decibels have base 10"),
            (decibels(clean**2, noise**2, factor=1.0), "these are bels; a decibel is a tenth of one"),
            (10 ** (right / 10), "this is the ratio; in decibels it is 10 times its logarithm"),
            (decibels(noisy**2, noise**2), "the speaker alone is in `clean`; `noisy` has both"),
            (decibels(clean**2, noisy**2), "the noise alone is noisy - clean"),
            (-right, "upside down: the speech is above the line, the noise below"),
        )
        compare(f"ratios, {N} clips", call(answer, clean, noisy, span), right, traps)
    wave = np.sin(np.arange(20))
    without_loop(answer, lambda N: (np.tile(wave, (N, 1)), np.tile(1.5 * wave, (N, 1)), np.tile([3, 9], (N, 1))))


def loudest_frequency(prediction):
    near("the frequency in Hz", prediction, code.loudest_frequency(), 32, (
        (5000, "half the rate is 4000 Hz, and no frequency above it has a place in the spectrum"),
        (4000, "it does not stop at the edge; write out cos(2 pi 5000 n / 8000) and add full turns, 2 pi n"),
        (1000, "by how much it lies above the edge is not where it lands: it is reflected there"),
        (0, "the tone does not vanish; the samples are those of a cosine"),
        (8000, "this is the rate"),
    ), "5000 / 8000 of a turn from one sample to the next: which smaller turn, backward, gives the same samples?")


def symbols_heard(answer):
    names = ("symbols", "begins")
    for path in ([0, 3, 3, 0, 3, 1, 1, 0], [2, 2, 0, 0, 2, 4, 2, 2], [0, 0, 5]):
        path = np.array(path)
        right, T = code.symbols_heard(path), len(path)
        before, after = np.concatenate([[0], path[:-1]]), np.concatenate([path[1:], [0]])
        at = np.flatnonzero(path)
        squeezed = path[at]
        first = np.concatenate([[True], squeezed[1:] != squeezed[:-1]])
        ends, all_changes = np.flatnonzero((path != after) & (path != 0)), np.flatnonzero(path != before)
        runs = np.flatnonzero(np.concatenate([[True], path[1:] != path[:-1]]))
        traps = [
            ((right[0] + 1, right[1]), "class k + 1 is the symbol k: 1 has to be taken away"),
            ((squeezed - 1, at), "a symbol that sounds for several frames is one symbol: runs have to be merged"),
            ((squeezed[first] - 1, at[first]), "blanks went first, so a symbol that comes twice has become one: merge "
             "runs first"),
            ((path[ends] - 1, ends), "these are the frames in which the symbols end"),
            ((path[all_changes] - 1, all_changes), "the blank is no symbol"),
            ((path[runs] - 1, runs), "the blank is no symbol"),
            ((right[0], right[1] - 1), "one frame too early: `np.diff` is one shorter than the path"),
            ((right[0], right[1] + 1), "one frame too late: frames are counted from 0"),
        ]
        skipped = right[1] > 0
        if not skipped.all():
            traps.append(((right[0][skipped], right[1][skipped]), "a symbol in the very first frame is missing"))
        compare_all(names, parts(answer, names, path), right, traps, f"symbols_heard, {T} frames: ")
    without_loop(answer, lambda N: (np.arange(N) % 3,))


def _recursion(p, string, skip="different", start=2, end=2, add=np.add):
    """The recursion with a choice of faults."""
    places = np.zeros(2 * len(string) + 1, int)
    places[1::2] = string + 1
    alpha = np.zeros(len(places))
    alpha[:start] = p[0, places[:start]]
    for frame in p[1:]:
        before, alpha = alpha, np.zeros(len(places))
        for s, k in enumerate(places):
            total = add(before[s], before[s - 1]) if s else before[s]
            passed = {"different": k and k != places[s - 2], "always": True, "labels": k, "never": False}[skip]
            if s > 1 and passed:
                total = add(total, before[s - 2])
            alpha[s] = frame[k] * total
    return functools.reduce(add, alpha[len(places) - end :])


def string_probability(answer):
    rng = np.random.default_rng(1)
    for T, K, string in ((5, 3, [0, 1]), (6, 4, [2, 2, 0]), (4, 3, [1])):
        p, string = rng.dirichlet(np.ones(1 + K), size=T), np.array(string)
        right = code.string_probability(p, string)
        best = _recursion(p, string, add=max)
        traps = (
            (_recursion(p, string, "never"), "a path may pass a blank between two different symbols"),
            (_recursion(p, string, "labels"), "between two equal symbols the blank must not be passed"),
            (_recursion(p, string, "always"), "a symbol may not be passed, only a blank"),
            (_recursion(p, string, end=1), "a path may also end with the last symbol"),
            (right - _recursion(p, string, end=1), "a path may also end with a blank"),
            (_recursion(p, string, start=1), "a path may also begin with the first symbol"),
            (right - _recursion(p, string, start=1), "a path may also begin with a blank"),
            (best, "the likeliest of them; asked is the sum over all"),
            (_recursion(p, string[::-1]), "the string from its end"),
            (_recursion(p, string - 1), "class 0 is the blank: the symbol k is class k + 1"),
            (np.log(right), "this is the logarithm of the probability"),
            (-np.log(right), "this is the loss; asked is the probability"),
        )
        traps = [trap for trap in traps if not np.isclose(trap[0], right)]
        compare(f"string_probability, {T} frames, {len(string)} symbols", call(answer, p, string), right, traps)


def likeliest_path(answer):
    rng = np.random.default_rng(5)
    for T, K, string in ((6, 3, [0, 1]), (7, 3, [2, 2]), (9, 4, [1, 0, 0, 3]), (5, 2, [1, 1])):
        weights = np.full(1 + K, 0.7)
        weights[string[0] + 1] += 4 * (T == 5)  # so that two equal symbols would like to touch
        log_p, string = np.log(rng.dirichlet(weights, size=T)), np.array(string)
        right = code.likeliest_path(log_p, string)
        free = log_p.argmax(axis=1)
        traps = [
            (free, "the best class of each frame; does it spell the string?"),
            (right - 1, "asked are classes, the blank is 0; the symbol k is class k + 1"),
            (right[::-1], "walked back from the end: the order has to be turned"),
        ]
        traps += [(_walk(log_p, string, **fault), cause) for fault, cause in (
            ({"greedy": True}, "at each frame the best next place; the best path may begin with a worse one"),
            ({"end": 1}, "a path may also end with the last symbol"),
            ({"skip": "labels"}, "between two equal symbols the blank must not be passed"),
            ({"skip": "never"}, "a path may pass a blank between two different symbols"),
        )]
        traps = [trap for trap in reversed(traps) if not np.array_equal(trap[0], right)]  # the special ones first
        compare(f"likeliest_path, {T} frames, {len(string)} symbols", call(answer, log_p, string), right, traps)


def _walk(log_p, string, skip="different", end=2, greedy=False):
    """The likeliest path by trying all walks over the places, with a choice of faults."""
    places = np.zeros(2 * len(string) + 1, int)
    places[1::2] = string + 1
    S, T = len(places), len(log_p)

    def following(s):
        for step in (0, 1, 2):
            goes = step < 2 or (places[s] and skip != "never" and (skip == "labels" or s + 2 < S and
                                                                   places[s] != places[s + 2]))
            if s + step < S and goes:
                yield s + step

    walks = {(s,): log_p[0, places[s]] for s in range(2)}
    for t in range(1, T):
        longer = {}
        for walk, score in walks.items():
            for s in following(walk[-1]):
                longer[(*walk, s)] = score + log_p[t, places[s]]
        best = {}
        for walk, score in longer.items():  # of the walks to one place only the best can win
            if score > best.get(walk[-1], ((), -np.inf))[1]:
                best[walk[-1]] = walk, score
        walks = dict(best.values())
        if greedy:
            able = {walk: score for walk, score in walks.items() if S - 2 - walk[-1] <= 2 * (T - 1 - t)} or walks
            top = max(able, key=able.get)
            walks = {top: able[top]}
    ended = {walk: score for walk, score in walks.items() if walk[-1] >= S - end} or walks
    return places[list(max(ended, key=ended.get))]
