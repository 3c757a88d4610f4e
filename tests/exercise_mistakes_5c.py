"""What the planted answers of lab 5c are made of: solutions with a choice of faults, and faulty ones."""

import itertools

import numpy as np


def loudness(clean, noisy, span, scale=10.0, log=np.log10, power=np.square, where=True, up=None, down=None):
    """The ratios clip by clip, with a choice of faults."""
    found = []
    for speech, both, (begin, end) in zip(clean, noisy, span, strict=True):
        word = slice(begin, end) if where else slice(None)
        over = power((speech if up is None else up(speech, both))[word]).mean()
        under = power((both - speech if down is None else down(speech, both))[word]).mean()
        found.append(scale * log(over / under))
    return np.array(found)


def loudness_by_masks(clean, noisy, span):
    """The right values, by masked arrays."""
    at = np.arange(clean.shape[1])[None]
    outside = (at < span[:, [0]]) | (at >= span[:, [1]])
    power = [np.ma.array(x**2, mask=outside).mean(axis=1).filled() for x in (clean, noisy - clean)]
    return 10 * (np.log10(power[0]) - np.log10(power[1]))


def begun(path, merge=True, blanks_first=False, ends=False, minus=1, shift=0, keep_blank=False):
    """Symbols and their first frames by itertools.groupby, with a choice of faults."""
    frames = [(k, t) for t, k in enumerate(np.asarray(path).tolist())]
    if blanks_first:
        frames = [(k, t) for k, t in frames if k]
    runs = [list(run) for _, run in itertools.groupby(frames, key=lambda frame: frame[0])] if merge else [
        [frame] for frame in frames]
    runs = [run for run in runs if keep_blank or run[0][0]]
    chosen = [run[-1 if ends else 0] for run in runs]
    return np.array([k - minus for k, _ in chosen], int), np.array([t + shift for _, t in chosen], int)


def begun_by_arrays(path):
    """The right values, by another way with arrays."""
    padded = np.pad(path, (1, 0))
    first = (np.diff(padded) != 0) * (path > 0)
    return path[first > 0] - 1, np.nonzero(first)[0]


def spelled(path, equal_apart=True):
    """The string that a path spells; without `equal_apart`, blanks do not separate equal symbols."""
    path = list(path) if equal_apart else [k for k in path if k]
    return [k - 1 for k, _ in itertools.groupby(path) if k]


def every_path(p, string, total=sum, ends=None, begins=None, blanks=True, equal_apart=True):
    """The probability of a string from all paths written out, with a choice of faults."""
    T, K = p.shape
    found = []
    for path in itertools.product(range(K), repeat=T):
        if spelled(path, equal_apart) != list(string):
            continue
        if ends is not None and (path[-1] == 0) != ends or begins is not None and (path[0] == 0) != begins:
            continue
        touching = any(a and b and a != b for a, b in itertools.pairwise(path))
        if blanks or not touching:
            found.append(np.prod([p[t, k] for t, k in enumerate(path)]))
    return float(total(found))


def best_of_all(log_p, string, ends=None, blanks=True):
    """The likeliest path that spells a string, of all written out, with a choice of faults."""
    T, K = log_p.shape
    able = [path for path in itertools.product(range(K), repeat=T) if spelled(path) == list(string)]
    able = [path for path in able if ends is None or (path[-1] == 0) == ends]
    able = [path for path in able if blanks or not any(a and b and a != b for a, b in itertools.pairwise(path))]
    return np.array(max(able, key=lambda path: sum(log_p[t, k] for t, k in enumerate(path))))
