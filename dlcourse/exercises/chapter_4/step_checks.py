"""Why this file exists: it judges the answers to the two exercises of chapter 4 that write a step of a method.

As in `checks.py`, the wrong values of common mistakes are computed as well.
"""

import numpy as np

from ..calls import call, parts
from ..checks import compare, compare_all, fail, numbers
from . import code


def word_step(answer):
    rng = np.random.default_rng(11)
    for case, c, words in (
        ("no word twice", 2, [5, 0, 3, 4]),
        ("a noise word twice", 1, [0, 4, 4, 2]),
        ("the true context as noise, too", 3, [2, 5, 2, 2]),
        ("the center among its contexts", 4, [4, 1, 0, 3]),
    ):
        V, U = rng.normal(size=(2, 6, 3))
        words, labels, rate = np.array(words), np.array([1, 0, 0, 0]), 0.5
        right = new_V, new_U = code.word_step(V, U, c, words, labels, rate)
        v, u = V[c], U[words]
        p = 1 / (1 + np.exp(-u @ v))
        e = p - labels
        lost, first_V, first_U = U.copy(), V.copy(), U.copy()
        lost[words] -= rate * np.outer(e, v)
        np.subtract.at(first_U, words, rate * np.outer(e, new_V[c]))  # the center moves first
        first_V[c] = v - rate * e @ new_U[words]  # the contexts move first

        def step(e, V=V, U=U, v=v, u=u, c=c, words=words, rate=rate):
            V, U = V.copy(), U.copy()
            V[c] -= rate * e @ u
            np.subtract.at(U, words, rate * np.outer(e, v))
            return V, U

        one = V.copy(), U.copy()
        np.subtract.at(one[0], words, rate * np.outer(e, v))
        one[0][c] -= rate * e @ u
        traps = (
            ((new_V, lost), "a number that stands twice in `words` got one part only; `np.subtract.at` takes all"),
            ((new_V, first_U), "the contexts moved with the new center; both gradients belong to the old vectors"),
            ((first_V, new_U), "the center moved with the new contexts; both gradients belong to the old vectors"),
            (step(-e), "uphill: the step goes against the gradient"),
            (step(u @ v - labels), "the sigmoid is missing: error = p - y, p of the score"),
            (step(p), "the label is missing: the true context pulls with p - 1"),
            (step(p - 2 * labels + 1), "labels are 1 and 0 here, not 1 and -1"),
            (step(p + labels - 1), "the labels are exchanged: 1 is the true context, 0 is noise"),
            *((_word_by_word(V, U, c, words, labels, rate, first),
               "word by word: all gradients belong to the tables as they came")
              for first in ("neither", "center", "context")),
            (step(labels * e), "only the true context moved; noise pushes"),
            (step((1 - labels) * e), "only the noise moved; the true context pulls"),
            (step(e / len(words)), "a mean over the contexts; the loss of one center is a sum"),
            (step(e * p * (1 - p)), "the slope of the sigmoid is in p - y already: the logarithm takes it out"),
            ((new_V, U), "the contexts have to move as well"),
            ((V, new_U), "the center has to move as well"),
            (one, "both steps went into one table; centers are in V, contexts in U"),
            ((V - new_V, U - new_U), "these are the changes; asked are the tables after the step"),
        )
        compare_all(("V", "U"), parts(answer, ("V", "U"), V, U, c, words, labels, rate), right, traps, case=f"{case}: ")


def _word_by_word(V, U, c, words, labels, rate, first):
    """A step for each word, in which the next word finds what the last one changed."""
    V, U = V.copy(), U.copy()
    for w, label in zip(words, labels, strict=True):
        v, u = V[c].copy(), U[w].copy()
        e = 1 / (1 + np.exp(-u @ v)) - label
        if first == "center":
            V[c] -= rate * e * u
        U[w] -= rate * e * (V[c] if first == "center" else v)
        if first != "center":
            V[c] -= rate * e * (U[w] if first == "context" else u)
    return V, U


def leaps(answer):
    rng, alpha_bars = np.random.default_rng(13), np.cumprod(1 - np.linspace(0.05, 0.6, 8))
    middle = np.array([1.0, -2.0])

    def guess(x, t):
        here = float(alpha_bars[t])
        return np.tanh(x - np.sqrt(here) * middle) * np.sqrt(1 - here) + 0.1 * here

    ends = numbers("leaps", call(answer, np.ones((3, 2)), guess, alpha_bars, [6, 2]))  # of three equal points
    if ends.shape == (3, 2) and not np.allclose(ends, ends[0], equal_nan=True):
        fail(f"leaps: from three equal points got {ends[0].round(3)} and {ends[1].round(3)}, expected one place",
             "spoil with the same guess, not with fresh noise")
    for steps in ([7, 4, 1], [5], [7, 6, 5, 4, 3, 2, 1, 0], [6, 0]):
        x = rng.normal(size=(4, 2))
        traps = (
            (_leaps(x, guess, alpha_bars, steps, root=lambda v: v), "the roots of abar and of 1 - abar are missing"),
            (_leaps(x, guess, alpha_bars, steps, end=alpha_bars[0]), "the last leap goes to abar = 1, not to abar_0"),
            (_leaps(x, guess, alpha_bars, steps, end=None), "the leap after the last step in the list is missing"),
            (_leaps(x, guess, alpha_bars, steps, nexts=[t - 1 for t in steps]),
             "each leap goes to the next step in the list, not to t - 1"),
            (_leaps(x, guess, alpha_bars, steps[:1]), "one guess for all leaps is one leap; guess anew after each"),
            (_leaps(x, guess, alpha_bars, steps[::-1]), "the steps were taken from last to first"),
            (_leaps(x, guess, alpha_bars, steps, again=False), "the noise was not put back after each leap"),
            (_leaps(x, guess, alpha_bars, steps, late=True), "guess(x, t) is asked for the t at which x is, not for "
             "the next"),
            (_leaps(x, guess, alpha_bars, steps, divide=False), "x_t less its noise is sqrt(abar) x_0: divide"),
            (_leaps(x, guess, alpha_bars, steps, sign=-1), "the sign of the noise: it is taken off x_t"),
            (_leaps(x, guess, np.append(1, alpha_bars[1:] / alpha_bars[:-1]), steps),
             "abar is the product of all alpha up to t; `alpha_bars` has it already"),
            (_leaps(x, guess, np.cumprod(alpha_bars), steps), "`alpha_bars` holds the products already"),
        )
        compare(f"leaps, steps {steps}", call(answer, x, guess, alpha_bars, list(steps)),
                code.leaps(x, guess, alpha_bars, steps), traps)


def _leaps(x, guess, alpha_bars, steps, root=np.sqrt, end=1.0, again=True, late=False, divide=True, sign=1,
           nexts=None):
    """The leaps with a choice of mistakes; end=None leaves the last one out."""
    levels = alpha_bars[steps]
    goals = [*levels[1:], end] if nexts is None else [alpha_bars[t] if t >= 0 else end for t in nexts]
    with np.errstate(all="ignore"):
        for i, (now, then) in enumerate(zip(levels, goals, strict=True)):
            if then is None:
                break
            noise = guess(x, steps[min(i + late, len(steps) - 1)])
            clean = (x - sign * root(1 - now) * noise) / (root(now) if divide else 1)
            x = root(then) * clean + again * root(1 - then) * noise
    return x
