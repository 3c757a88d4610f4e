"""Why this file exists: it judges the answers to chapter 8's exercises.

Each check takes what the learner hands over and raises `CheckFailed` if it is wrong. Wherever a mistake is common, the
check computes the wrong value as well (a "trap"), so that the message can say which mistake it was.
"""

import numpy as np

from ..calls import call, parts, without_loop
from ..checks import compare, compare_all
from ..predictions import choice, near
from . import code


def nearest_mean(answer):
    rng = np.random.default_rng(0)
    for K, D, N in ((3, 2, 40), (4, 3, 12)):
        labels = np.concatenate([np.arange(K), np.zeros(2 * K, int), rng.integers(K, size=K)])  # many of class 0
        middles = 2 * rng.normal(size=(K, D)) + 3
        x, new = middles[labels] + rng.normal(size=(len(labels), D)), 2 * rng.normal(size=(N, D)) + 3
        right = code.nearest_mean(x, labels, new)
        sums = np.array([x[labels == k].sum(axis=0) for k in range(K)])
        means = sums / np.bincount(labels)[:, None]
        far = ((new[:, None] - x) ** 2).sum(axis=2)
        traps = (
            (_nearest(new, sums), "these are sums; a class with more examples would lie farther out"),
            (_nearest(new, sums / len(x)), "each sum is divided by the number of all examples, not by that "
             "of its class"),
            ((new @ means.T).argmax(axis=1), "the largest inner product is not the smallest distance"),
            (labels[far.argmin(axis=1)], "this is the nearest example; asked is the nearest mean"),
            (np.abs(new[:, None] - means).sum(axis=2).argmin(axis=1), "the sum of sizes; asked is the distance, the "
             "root of the sum of squares"),
            (_nearest(new, means, np.argmax), "this is the farthest mean"),
        )
        traps = [trap for trap in traps if not np.array_equal(trap[0], right)]
        compare(f"nearest_mean, {K} classes", call(answer, x, labels, new), right, traps)
    without_loop(answer, lambda N: (np.eye(2), np.array([0, 1]), np.ones((N, 2)) * [1, 0]))


def _nearest(new, points, which=np.argmin):
    return which(((new[:, None] - points) ** 2).sum(axis=2), axis=1)


def layer_rates(answer):
    for lr, q, layers in ((0.1, 0.5, 3), (0.02, 0.3, 5)):
        right, steps = code.layer_rates(lr, q, layers), np.arange(layers + 1)
        traps = (
            (lr * q**steps, "from the head down; asked is from the input up"),
            (right[:-1], "the head's own rate is missing"),
            (lr * q ** np.arange(layers + 1, 0, -1), "the head itself has the rate lr"),
            (lr / q**steps, "the rates grow above lr; the head has the largest one, lr"),
            (lr * (1 - (1 - q) * steps[::-1]), "the rates fall by the same amount; each is q times the one above"),
            (lr * q ** np.arange(layers - 1, -1, -1), "the head comes on top of the layers: one rate more"),
            (np.full(layers + 1, lr), "all rates are the same"),
            (lr * q * np.maximum(steps[::-1], 1 / q), "q times the number of layers; asked is a power of q"),
        )
        compare(f"layer_rates({lr}, {q}, {layers})", call(answer, lr, q, layers), right, traps)


def adapted(answer):
    rng, names = np.random.default_rng(1), ("output", "merged")
    for N, D, O_, r, s in ((3, 4, 4, 2, 3.0), (5, 3, 6, 2, 4.0), (2, 4, 3, 1, 3.0)):
        x, W, b = rng.normal(size=(N, D)), rng.normal(size=(O_, D)), rng.normal(size=O_)
        A, B = rng.normal(size=(r, D)), rng.normal(size=(O_, r))

        def of(merged, bias=b, x=x):
            return x @ merged.T + bias, merged

        right = of(W + s / r * B @ A)
        traps = [
            (of(W + s * B @ A), "the division by the rank is missing: s / r"),
            (of(W + B @ A / r), "the scale s is missing"),
            (of(W + B @ A), "the factor s / r is missing"),
            (of(W + s / r * B @ A, 2 * b), "the bias counts once"),
            (of(W + s / r * B @ A, 0), "the bias is missing"),
            (of(W - s / r * B @ A), "the sign: the change is added"),
            (of(s / r * B @ A), "the frozen matrix is missing"),
            (of(W), "the adapter is missing"),
            ((right[0], s / r * B @ A), "this is the change; asked is the matrix that does the same alone"),
            ((right[0], W), "the change has to be added to W"),
            (of(W + s / D * B @ A), "divided by the number of inputs; the rank is the number of rows of A"),
            (of(W + s / O_ * B @ A), "divided by the number of outputs; the rank is the number of rows of A"),
        ]
        if O_ == D:
            traps += [(of(W.T + s / r * (B @ A).T), "y = W x for one row is x @ W.T for all of them"),
                      (of(W + s / r * (B @ A).T), "B A has the shape of W; its transpose belongs to other places")]
        compare_all(names, parts(answer, names, x, W, b, A, B, s), right, traps, f"adapted, rank {r}, s = {s}: ")


def held(answer):
    rng = np.random.default_rng(2)
    for N, D, strength in ((3, 5, 0.5), (8, 3, 2.0)):
        X, y, start = rng.normal(size=(N, D)), rng.normal(size=N), rng.normal(size=D)
        right, eye = code.held(X, y, start, strength), np.eye(D)

        def solve(left, times=1.0, X=X, eye=eye, strength=strength):
            return np.linalg.solve(X.T @ X + times * strength * eye, X.T @ left)

        traps = (
            (solve(y), "this is pulled to zero; `start` does not occur"),
            (solve(y - X @ start), "this is the change; the start has to be added to it"),
            (start + solve(y), "fit what the start leaves over, y - X start"),
            (start + solve(X @ start - y), "the sign of what is left over: y - X start"),
            (start - solve(y - X @ start), "the sign: the change is added to the start"),
            (start + solve(y - X @ start, N), "the loss is a sum over the rows, not a mean"),
            (start + solve(y - X @ start, 1 / N), "the pull is not divided by the number of rows"),
            (start + solve(y - X @ start, 2), "both terms have a half, so it cancels"),
            (start + solve(y - X @ start, 0.5), "both terms have a half, so it cancels"),
            (start + np.linalg.pinv(X) @ (y - X @ start), "there is no pull in it: the strength is missing"),
            (start, "nothing was fitted"),
            (solve(y) + start * strength, "the start enters inside of the solution, (X'X + s I)^-1 (X'y + s start)"),
        )
        compare(f"held, {N} rows, {D} weights", call(answer, X, y, start, strength), right, traps, {"rows": N})


def likeness(answer):
    rng = np.random.default_rng(3)
    train, test = rng.uniform(size=(9, 20)), rng.uniform(size=(6, 20))
    test[1] = 0.4 * train[4] + 0.3  # paler
    test[3] = train[0] + 0.02 * rng.normal(size=20)
    test[4] = 1 - train[2]  # a negative
    right, alike, raw = code.likeness(train, test), _cosines(train, test), _cosines(train, test, centered=False)
    by_pixel = _cosines(train - train.mean(axis=0), test - train.mean(axis=0), centered=False)
    by_set = _cosines(train - train.mean(), test - test.mean(), centered=False)
    traps = (
        (raw.max(axis=1), "the means were not taken away: bright pictures all look alike"),
        (np.abs(alike).max(axis=1), "a negative is no copy: the cosine has a sign"),
        (alike.max(axis=0), "this is for the training pictures; asked is for those of the test"),
        (alike.min(axis=1), "this is the picture that it is least like"),
        (alike.mean(axis=1), "the mean over the training pictures; one that is alike is enough: the largest"),
        (by_pixel.max(axis=1), "each picture has a mean of its own; here each pixel lost its mean over the pictures"),
        (by_set.max(axis=1), "each picture has a mean of its own; here all lost the same number"),
        (np.linalg.norm(test[:, None] - train, axis=2).min(axis=1), "a copy may be paler: compare angles, not "
         "distances"),
        (1 - right, "this is 1 minus the cosine"),
        (np.arccos(np.clip(right, -1, 1)), "these are the angles; asked are their cosines"),
        (alike, "all pairs; asked is the largest for each test picture"),
        (alike.argmax(axis=1), "this says which picture; asked is how much it is like it"),
    )
    compare("likeness", call(answer, train, test), right, traps)
    without_loop(answer, lambda N: (train, np.tile(test, (11, 1))[:N]))


def _cosines(train, test, centered=True):
    rows = [a - a.mean(axis=1, keepdims=True) * centered for a in (test, train)]
    test, train = (a / np.linalg.norm(a, axis=1, keepdims=True) for a in rows)
    return test @ train.T


def sure_ones(answer):
    rng, names = np.random.default_rng(4), ("rows", "labels")
    for N, K, threshold, most in ((30, 4, 0.5, 3), (12, 3, 0.6, 2), (9, 3, 0.9, 2)):
        p = rng.dirichlet(np.full(K, 0.4), size=N)
        rows, labels = right = code.sure_ones(p, threshold, most)
        sure, said = p.max(axis=1), p.argmax(axis=1)
        taken = np.flatnonzero(sure >= threshold)
        by_sure = rows[np.argsort(-sure[rows])]
        by_class, by_both = rows[np.argsort(labels, kind="stable")], rows[np.lexsort((-sure[rows], labels))]

        def capped(order, taken=taken, said=said, K=K, most=most):
            kept = [row for k in range(K) for row in sorted(taken[said[taken] == k], key=order)[:most]]
            return np.sort(np.array(kept, int)), said[np.sort(np.array(kept, int))]

        loosely = np.array([row for k in range(K) for row in
                            sorted(np.flatnonzero(said == k), key=lambda row: -sure[row])[:most]], int)
        together = np.sort(taken[np.argsort(-sure[taken])[:most]])
        traps = (
            ((taken, said[taken]), "the cap is missing: at most so many of each class"),
            (capped(lambda row: row), "these are the first rows of each class; the surest ones are asked for"),
            (capped(lambda row, sure=sure: sure[row]), "these are the least sure ones of each class"),
            ((together, said[together]), "the cap is meant for each class, not for all together"),
            ((np.sort(loosely), said[np.sort(loosely)]), "the threshold is missing"),
            ((by_sure, said[by_sure]), "the surest first; asked is the order of the rows"),
            ((by_class, said[by_class]), "class by class; asked is the order of the rows"),
            ((by_both, said[by_both]), "class by class; asked is the order of the rows"),
            ((rows, sure[rows]), "these are the probabilities; asked are the classes"),
        )
        traps = [trap for trap in traps if trap[0][0].shape != rows.shape or not np.array_equal(trap[0][0], rows)
                 or not np.array_equal(trap[0][1], labels)]
        compare_all(names, parts(answer, names, p, threshold, most), right, traps,
                    f"sure_ones, {N} rows, threshold {threshold}, most {most}: ")


def gain(answer):
    rng, names = np.random.default_rng(5), ("mean", "error")
    for draws, seeds in ((5, 3), (8, 2)):
        luck = 0.05 * rng.normal(size=(draws, 1))
        first, second = (base + luck + 0.02 * rng.normal(size=(draws, seeds)) + 0.02 * rng.normal(size=(draws, 1))
                         for base in (0.8, 0.75))
        right = mean, _ = code.gain(first, second)
        d = first - second
        by_draw, n = d.mean(axis=1), draws * seeds
        unpaired = np.sqrt((first.mean(1).var(ddof=1) + second.mean(1).var(ddof=1)) / draws)
        wrong = (
            (d.std(ddof=1) / np.sqrt(n), "all runs count as independent; those with the same draw have to be averaged "
             "first"),
            (d.std() / np.sqrt(n), "all runs count as independent; those with the same draw have to be averaged first"),
            (by_draw.std(ddof=1) / np.sqrt(n), "n is the number of draws: that is how many independent numbers there "
             "are"),
            (by_draw.std() / np.sqrt(draws), "n - 1 in the variance: `ddof=1`"),
            (by_draw.std(ddof=1), "this is the spread of a draw; the error of the mean is smaller, by the root of n"),
            (by_draw.std(ddof=1) / draws, "divide by the root of n"),
            (by_draw.var(ddof=1) / draws, "this is the square of the standard error"),
            (unpaired, "the draws are the same for both: take the differences first"),
            (d.mean(axis=0).std(ddof=1) / np.sqrt(seeds), "the mean over the draws was taken first; the draws are what "
             "scatters"),
        )
        traps = [((mean, error), cause) for error, cause in wrong]
        traps += [((-mean, right[1]), "the sign: first - second"), ((mean * draws, right[1]), "the sum over the draws")]
        compare_all(names, parts(answer, names, first, second), right, traps, f"gain, {draws} draws, {seeds} seeds: ")


def gain_left(prediction):
    traps = (
        (0.75, "this is the share that is gone; how many directions have the examples not fixed?"),
        (0.0, "30 examples do not decide 40 weights; what happens in the directions that no example has?"),
        (1.0, "the examples fix some directions, where the start no longer matters"),
        (0.7, "the size of the start's error does not count, only how many directions are left"),
        (0.3, "the size of the start's error does not count, only how many directions are left"),
        (10, "10 directions are left; asked is the share"),
    )
    near("the share", prediction, code.gain_left(), 0.03, traps,
         "in how many of 40 directions does each model keep its start?")


def one_face(prediction):
    questions = {
        "A": "what is the mean of 32 equal rows, and what is left when it is taken away?",
        "C": "that would be without normalizing; what does the mean of the batch do to the row?",
        "D": "the variance is 0, but a small number stands beside it under the root; what is 0 divided by it?",
    }
    choice(prediction, "B", f"{code.one_face()}", questions)


def best_of(prediction):
    traps = (
        (0, "each result is as likely above as below; but you look at the largest of 20"),
        (5, "one standard deviation: about 3 of 20 lie above that"),
        (100, "results do not add up; only the best is reported"),
        (1.1, "this is the error of the mean of 20, not the size of the largest"),
        (22.4, "5 times the root of 20: that is the scatter of a sum"),
        (15, "three standard deviations: one of 740 lies above that"),
        (0.25, "results do not become more exact by trying more methods"),
    )
    question = "how many standard deviations above the mean is a number that has 5 % of the distribution above it?"
    near("the points", prediction, code.best_of(), 1.0, traps, question)
