"""Why this file exists: the worked solutions of lab 5c's exercises, as functions that run.

The stub that a learner fills in and the solution that is shown are both cut from here.
"""

import numpy as np


def ratios(clean, noisy, span):
    """Return how loud each speaker is above the noise in decibels, while the word is said: (N,).

    clean and noisy (N, T) are the same clips without and with noise; span (N, 2) has the first sample of each word and
    the first one after it.
    """
    at = np.arange(clean.shape[1])
    word = (at >= span[:, :1]) & (at < span[:, 1:])  # (N, T)
    speech = (clean**2 * word).sum(axis=1)
    noise = ((noisy - clean) ** 2 * word).sum(axis=1)
    return 10 * np.log10(speech / noise)


def loudest_frequency(tone=5000, rate=8000, size=256):
    """Sample a tone, and say at which frequency in Hz its spectrum is largest."""
    x = np.cos(2 * np.pi * tone * np.arange(size) / rate)
    power = np.abs(np.fft.rfft(x * np.hanning(size))) ** 2
    return float(power.argmax() * rate / size)


def symbols_heard(path):
    """Return the symbols that a path spells, and the frame in which each of them begins: two arrays (U,).

    path (T,) has a class for each frame: 0 is the blank, k + 1 the symbol k.
    """
    before = np.concatenate([[0], path[:-1]])
    begins = np.flatnonzero((path != before) & (path != 0))
    return path[begins] - 1, begins


def string_probability(p, string):
    """Return the probability that the frames spell the string, the sum over all paths that do.

    p (T, 1 + K) are the probabilities of the classes in each frame, the blank first; string (U,) holds at least one
    symbol from 0 to K - 1.
    """
    places = np.zeros(2 * len(string) + 1, int)
    places[1::2] = string + 1
    passes = np.zeros(len(places))  # 1 where a path may come from two places before
    passes[3::2] = string[1:] != string[:-1]
    alpha = np.zeros(len(places) + 2)  # two places before the first, which no path is ever at
    alpha[2:4] = p[0, places[:2]]
    for frame in p[1:]:
        alpha[2:] = frame[places] * (alpha[2:] + alpha[1:-1] + passes * alpha[:-2])
    return alpha[-1] + alpha[-2]


def likeliest_path(log_p, string):
    """Return the likeliest of the paths that spell the string: a class for each frame, (T,).

    log_p (T, 1 + K) are log-probabilities, the blank first; string (U,) holds at least one symbol from 0 to K - 1, and
    there are frames enough for it.
    """
    places = np.zeros(2 * len(string) + 1, int)
    places[1::2] = string + 1
    S, T = len(places), len(log_p)
    passes = np.full(S, -np.inf)
    passes[3::2][string[1:] != string[:-1]] = 0
    best, origin = np.full(S + 2, -np.inf), np.zeros((T, S), int)
    best[2:4] = log_p[0, places[:2]]
    for t in range(1, T):
        ways = np.stack([best[2:], best[1:-1], best[:-2] + passes])  # stay, go on, go on past a blank
        origin[t] = ways.argmax(axis=0)
        best[2:] = ways.max(axis=0) + log_p[t, places]
    at = S - 1 if best[-1] > best[-2] else S - 2
    walked = [at]
    for t in range(T - 1, 0, -1):
        at -= origin[t, at]
        walked.append(at)
    return places[walked[::-1]]
