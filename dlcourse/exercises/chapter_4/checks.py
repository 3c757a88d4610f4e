"""Why this file exists: it judges the answers to chapter 4's exercises.

Each check takes what the learner hands over and raises `CheckFailed` if it is wrong. Wherever a mistake is common, the
check computes the wrong value as well (a "trap"), so that the message can say which mistake it was.
"""

import numpy as np

from ..calls import call, parts, without_loop
from ..checks import compare, compare_all, numbers
from ..predictions import choice, near
from . import code


def directions_needed(answer):
    for s, share in (
        ([11.0, 11.0, 11.0, 10.0, 9.0, 8.0, 8.0, 8.0, 6.0, 5.0], 0.8),
        ([3.0, 2.0, 1.0, 1.0, 1.0], 0.8125),  # 13 of 16 are reached exactly
        ([5.0, 0.1, 0.1], 0.5),
        ([1.0, 1.0, 1.0, 1.0], 0.9),
    ):
        s = np.array(s)
        k, kept = code.directions_needed(s, share), np.cumsum(s**2) / np.sum(s**2)
        traps = (
            (np.argmax(np.cumsum(s) / s.sum() >= share) + 1, "the variances are the squares of the singular values"),
            (np.argmax(kept > share) + 1, "a share that is reached exactly is enough: at least, not more than"),
            (k - 1, "an index begins at 0; the first k directions end at index k - 1"),
            (np.argmax(kept >= 1 - share) + 1, "this keeps 1 - share; share is what is kept, not what may be lost"),
            (np.sum(s**2 / s[0] ** 2 >= share), "each direction was compared with the first; it is sums that count"),
            (kept[k - 1], "this is the share that they keep; asked is how many there are"),
            (np.argmax(np.cumsum(s**4) / np.sum(s**4) >= share) + 1, "squared twice: s is not squared yet, s**2 is"),
            (np.argmax(np.cumsum(s[::-1] ** 2) / np.sum(s**2) >= share) + 1, "summed from the smallest direction on"),
        )
        what = f"directions_needed(s, {share}), D={len(s)}"
        compare(what, call(answer, s, share), k, traps)


def white_pictures(answer):
    rng = np.random.default_rng(4)
    for N, D, eps in ((40, 4, 0.3), (9, 3, 1e-3), (30, 3, 0.0)):
        X = rng.normal(size=(N, D)) @ rng.normal(size=(D, D)) + 3 * rng.normal(size=D)
        centered = X - X.mean(axis=0)
        variances, V = np.linalg.eigh(centered.T @ centered / (N - 1))
        codes = centered @ V / np.sqrt(variances + eps)

        def scaled(by, x=centered, V=V):
            return x @ V * by @ V.T

        raw, raw_V = np.linalg.eigh(X.T @ X / (N - 1))
        root = 1 / np.sqrt(variances + eps)
        what = f"white_pictures, N={N}, D={D}, eps={eps}"
        got = numbers(what, call(answer, X, eps))
        traps = (
            (_aligned(codes, got), "these are the white codes; turn them back to pixels, `@ V.T`"),
            (codes @ V, "the codes are turned on, not back: `@ V.T`"),
            (scaled(root, X), "the mean was not taken off the rows"),
            (scaled(1 / np.sqrt(raw + eps), X, raw_V), "the mean was never taken off: neither in C nor from the rows"),
            (scaled(root) + X.mean(axis=0), "the mean was added again; white rows have the mean 0"),
            (scaled(1 / (variances + eps)), "divided by the variance; divide by its root"),
            (scaled(1 / (np.sqrt(variances) + eps)), "eps stands under the root, beside the variance"),
            (scaled(np.sqrt(variances + eps)), "multiplied; divide by the standard deviations"),
            (scaled(1 / np.sqrt(variances * (N - 1) / N + eps)), "variances here divide by N - 1, not by N"),
            (scaled(1 / np.sqrt(variances * (N - 1) + eps)), "the variances are not divided by N - 1"),
            (scaled(1 / np.sqrt(variances)), "eps is missing"),
            (centered / np.sqrt(centered.var(axis=0, ddof=1) + eps),
             "each pixel was divided by its own deviation; that leaves pixels correlated"),
        )
        compare(what, got, code.white_pictures(X, eps), traps)


def _aligned(codes, got):
    """The codes with signs and order of their columns as in `got`, as far as that can be."""
    if got.shape != codes.shape or not np.isfinite(got).all():
        return codes
    fits = np.abs(codes.T @ got)  # of each column with each
    order = fits.argmax(axis=0)
    chosen = codes[:, order]
    return chosen * np.where((chosen * got).sum(axis=0) < 0, -1, 1)


def kl_of_clouds(answer):
    rng = np.random.default_rng(8)
    for N, k in ((5, 3), (1, 4), (4, 2)):
        m1, l1, m2, l2 = clouds = rng.normal(size=(4, N, k))
        right, gap, v1, v2 = code.kl_of_clouds(*clouds), (m1 - m2) ** 2, np.exp(l1), np.exp(l2)
        traps = (
            (code.kl_of_clouds(m2, l2, m1, l1), "this is KL(q2 || q1); the mean is taken over q1"),
            (code.kl_of_clouds(m1, l1, 0 * m1, 0 * m1), "this is the divergence from the standard normal distribution"),
            (code.kl_of_clouds(m1 - m2, l1, 0 * m1, 0 * m1), "q2 has a width of its own, too"),
            (code.kl_of_clouds(m1, 2 * l1, m2, 2 * l2),
             "log_var is the logarithm of the variance: s = exp(log_var / 2)"),
            (code.kl_of_clouds(m1, l1, 0 * m1, 0 * m1) - code.kl_of_clouds(m2, l2, 0 * m1, 0 * m1),
             "two divergences from the prior do not subtract: the mean is taken over q1 for both densities"),
            (((v1 / v2) ** 2 + gap / v2**2 - 1 - l1 + l2).sum(axis=1) / 2, "exp(log_var) is the variance already"),
            ((np.sqrt(v1 / v2) + gap / np.sqrt(v2) - 1 - l1 + l2).sum(axis=1) / 2,
             "exp(log_var / 2) is the deviation; the formula has variances"),
            ((v1 / v2 + gap - 1 - l1 + l2).sum(axis=1) / 2, "the distance of the means counts in units of q2's width"),
            ((v1 / v2 + gap / v1 - 1 - l1 + l2).sum(axis=1) / 2, "the distance of the means is divided by s2**2"),
            ((v1 / v2 - 1 - l1 + l2).sum(axis=1) / 2, "the means are missing"),
            ((v1 / v2 + np.abs(m1 - m2) / v2 - 1 - l1 + l2).sum(axis=1) / 2, "the distance of the means is squared"),
            ((v1 / v2 + gap / v2 - l1 + l2).sum(axis=1) / 2, "equal clouds must diverge by 0: the -1 is missing"),
            (((v1 + gap) / v2 - l1 + l2).sum(axis=1) / 2 - 0.5, "the -1 belongs to each of the k coordinates"),
            ((v1 / v2 + gap / v2 - 1 + l1 - l2).sum(axis=1) / 2, "the sign of the logarithms: a narrow q1 costs more"),
            ((v1 / v2 + gap / v2 - 1 - (l1 - l2) / 2).sum(axis=1) / 2, "log s1**2 - log s2**2 is not halved once more"),
            (2 * right, "the factor 1/2 is missing"),
            (right * 2 / k, "the coordinates add up: a sum over k, not a mean, and half of it"),
            (right / k, "a mean over the coordinates; independent coordinates add up"),
            (right.sum(), "summed over the rows as well; there is one number for each row"),
            (right.mean(), "averaged over the rows; there is one number for each row"),
            ((v1 / v2 + gap / v2 - 1 - l1 + l2).sum(axis=0) / 2, "summed over the rows; sum over the coordinates"),
            ((v1 / v2 + gap / v2 - 1 - l1 + l2) / 2, "the sum over the coordinates is missing"),
        )
        compare(f"kl_of_clouds, N={N}, k={k}", call(answer, *clouds), right, traps)
    without_loop(answer, lambda N: tuple(np.arange(8.0 * N).reshape(4, N, 2) / (8 * N)))


def caption_loss(answer):
    rng = np.random.default_rng(10)
    for N, d, tau in ((4, 3, 0.5), (5, 2, 0.07), (1, 3, 1.0), (3, 3, 0.001)):
        a = rng.normal(size=(N, d))
        b = 3 * (a + rng.normal(size=(N, d))) * rng.uniform(0.5, 2, size=(N, 1))
        if tau < 0.01:  # scores from -1000 to 1000; the third picture likes no caption
            a, b = np.diag([1.0, 2.0, 3.0]), np.diag([2.0, 1.0, -3.0])
        unit_a, unit_b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b))
        S, right = unit_a @ unit_b.T / tau, code.caption_loss(a, b, tau)
        every = np.concatenate([unit_a, unit_b])
        views, partner = every @ every.T / tau, np.roll(np.arange(2 * N), N)
        np.fill_diagonal(views, -np.inf)
        both = right * 2
        columns_a, columns_b = (x / np.linalg.norm(x, axis=0) for x in (a, b))
        with np.errstate(all="ignore"):
            rows_only, columns_only = _entropy(S).mean(), _entropy(S.T).mean()
            plain, lengths = a @ b.T / tau, np.linalg.norm(a) * np.linalg.norm(b)
            traps = (
                (rows_only, "pictures find captions; captions have to find pictures, too"),
                (columns_only, "captions find pictures; pictures have to find captions, too"),
                (both, "a sum of both directions; the loss is the mean of all 2N terms"),
                (both * N, "a sum over all; the loss is the mean of all 2N terms"),
                (_both(plain), "the embeddings are not brought to length 1"),
                (_both(a @ b.T / lengths / tau), "each row has a length of its own: axis=1, keepdims=True"),
                (_both(columns_a @ columns_b.T / tau), "the columns were brought to length 1; an embedding is a row"),
                (_both(S * tau * tau), "scores are divided by tau, not multiplied"),
                (_both(S * tau), "tau is missing"),
                (_both(-S), "the sign of the scores: the right ones should be large"),
                (_both(S, own=False), "the sum under the logarithm has the right pair in it, too"),
                (_entropy(views, partner).mean(), "this is the loss of views: pictures are compared with pictures"),
                (-np.diag(S).mean(), "only the pull of the pairs; the softmax pushes the others away"),
                (-right, "the sign: the logarithm of a probability is negative, the loss is positive"),
            )
        case = f"caption_loss, N={N}, d={d}, tau={tau}"
        compare(case, call(answer, a, b, tau), right, traps, {"pictures": N})
    without_loop(answer, lambda N: (*np.ones((2, N, 2)), 0.5))


def _entropy(S, labels=None, own=True):
    """Cross-entropy of each row; the right answer stands on the diagonal, or where the labels say."""
    labels = np.arange(len(S)) if labels is None else labels
    under = S if own else np.where(np.eye(len(S)), -np.inf, S)
    top = under.max(axis=1)
    return top + np.log(np.exp(under - top[:, None]).sum(axis=1)) - S[np.arange(len(S)), labels]


def _both(S, own=True):
    return (_entropy(S, own=own).mean() + _entropy(S.T, own=own).mean()) / 2


def bound_and_slopes(answer):
    rng = np.random.default_rng(14)
    for N, D, k, sigma in ((4, 5, 2, 0.5), (1, 3, 3, 2.0), (3, 2, 1, 0.3)):
        x, A = rng.normal(size=(N, D)), rng.normal(size=(D, k))
        m, log_var, noise = rng.normal(size=(3, N, k))
        right = bound, to_m, to_log_var = code.bound_and_slopes(x, m, log_var, noise, A, sigma)
        s = np.exp(log_var / 2)
        z, kl = m + s * noise, (s**2 + m**2 - 1 - log_var).sum(axis=1) / 2
        miss = x - z @ A.T
        constant, to_z, path = D * np.log(sigma * np.sqrt(2 * np.pi)), miss @ A / sigma**2, s * noise / 2
        wide_miss = x - (m + s**2 * noise) @ A.T
        wide = wide_miss @ A / sigma**2
        fit = -(miss**2).sum(axis=1) / (2 * sigma**2)
        drawn = (noise**2 / 2 - z**2 / 2 + log_var / 2).sum(axis=1)
        far = (x - m @ A.T) @ A / sigma**2
        off = bound + (miss**2).sum(axis=1) / (2 * sigma**2) - ((x - m @ A.T) ** 2).sum(axis=1) / (2 * sigma**2)
        traps = (
            ((bound + constant, to_m, to_log_var), "the constant D log(sigma sqrt(2 pi)) is missing"),
            ((bound + constant - constant / D, to_m, to_log_var), "the constant counts for each of the D numbers"),
            ((fit - constant + kl, to_z + m, to_z * path + (s**2 - 1) / 2), "the KL term is subtracted in the bound"),
            ((fit - constant, to_z, to_z * path), "the KL term is missing"),
            ((fit - constant + drawn, to_z - z, to_z * path + 0.5 - z * path),
             "the KL term at the drawn z; here it is the formula, without chance"),
            ((bound, to_z, to_z * path), "the slopes of the KL term are missing"),
            ((bound, to_m, to_z * path), "the slope of the KL term by log_var is missing"),
            ((bound, to_m, 2 * to_z * path - (s**2 - 1) / 2), "s = exp(log_var / 2) brings another factor 1/2"),
            ((bound, to_m, to_z * noise + 1 / s - s), "this is the slope by s; asked is the one by log_var"),
            ((bound, to_m, to_z * noise / 2 - (s**2 - 1) / 2), "a factor s is missing: s has the slope s / 2"),
            ((bound, to_m, to_z * s / 2 - (s**2 - 1) / 2), "the noise is missing: z moves by s times the noise"),
            ((bound, to_m, to_log_var + (s**2 - 1) / 2 - (1 - 1 / s**2) / 2), "the KL term was differentiated by s**2"),
            ((-bound, -to_m, -to_log_var), "these are the loss and its slopes; asked is the bound"),
            ((bound, -to_m, -to_log_var), "the sign of the slopes: they are those of the bound, not of a loss"),
            ((bound, to_m / N, to_log_var / N), "divided by the number of rows; the rows are not averaged"),
            ((bound.mean(), to_m / N, to_log_var / N), "a mean over the rows; the rows are not averaged"),
            ((-(wide_miss**2).sum(axis=1) / (2 * sigma**2) - constant - (s**4 + m**2 - 1 - 2 * log_var).sum(axis=1) / 2,
              wide - m, wide * s**2 * noise - (s**4 - 1)),
             "log_var is the logarithm of the variance: s = exp(log_var / 2)"),
            ((bound, to_z * sigma**2 - m, to_z * sigma**2 * path - (s**2 - 1) / 2), "the slopes lack sigma**2"),
            ((off, far - m, -(s**2 - 1) / 2), "the reconstruction at z = m; the noise belongs in it"),
            ((-(wide_miss**2).sum(axis=1) / (2 * sigma**2) - constant - kl - (s**4 - s**2).sum(axis=1) / 2, wide - m,
              wide * s**2 * noise / 2 - (s**4 - 1) / 2), "exp(log_var) is the variance; the width of a cloud is its "
             "root"),
        )
        case = f"N={N}, D={D}, k={k}: "
        names = ("bound", "to_m", "to_log_var")
        compare_all(names, parts(answer, names, x, m, log_var, noise, A, sigma), right, traps, case=case)


def without_a_price(prediction):
    widths = [s for name, (s, _) in code.without_a_price().items() if name.startswith("beta 0")]
    outcome = "s = " + ", ".join(f"{s:g}" for s in widths) + " after 100, 1,000 and 10,000 steps"
    questions = {
        "A": "s stands in z, too; what does a wide cloud do to the reconstruction?",
        "B": "the slope by s is 0 only where two forces are equal; which one widens the cloud, without KL?",
        "D": "who gains by a wide cloud, if the decoder has to tell x from z?",
    }
    choice(prediction, "C", outcome, questions)


def sum_of_strangers(prediction):
    traps = (
        (0.71, "that is a sum of two vectors at a right angle; here there are three"),
        (0.33, "this is the square of the cosine: the length of the sum is a root"),
        (0.5, "compute the length of the sum: 1 + 1 + 1 under a root"),
        (1.0, "b - a has a length as well, and turns the sum away from c"),
        (0.0, "two strangers have the cosine 0, but the sum contains c itself"),
        (-0.58, "that is the cosine with a, which is subtracted"),
        (1.73, "this is the length of the sum; a cosine is at most 1"),
    )
    question = "how long is the sum of three vectors of length 1 at right angles, and how much of it lies along c?"
    near("the cosine", prediction, code.sum_of_strangers()["with c"], 0.03, traps, question)


def only_the_class(prediction):
    traps = (
        (0.0, "partners are in one place, but who else is?"),
        (np.log(40), "log 40 = 3.69 would count the view itself. A view is not its own partner: 39 others"),
        (np.log(399), "that is a guess among all; views of other classes are told apart"),
        (np.log(10), "it is not the class that is guessed: that is known. How many views stand in one place?"),
        (np.log(20), "each of the 20 pictures has two views"),
        (np.log(19), "each of the 20 pictures has two views"),
        (-10.0, "that is only the pull of the partner, -1 / tau"),
        (39.0, "the views among which it guesses; the loss is a logarithm"),
        (4.47, "that is the loss for the temperature 0.5"),
    )
    question = "a view finds its class at once; among how many does it then have to guess?"
    near("the loss", prediction, code.only_the_class(), 0.015, traps, question)


def half_forgotten(prediction):
    traps = (
        (25, "half of the steps would be half of the variance if all beta were equal and small; they grow"),
        (16, "a sum of 0.5 leaves more than half, since each step takes its share of what is left"),
        (35, "half of the largest beta; what counts is the product of all 1 - beta so far"),
        (50, "at the end 0.5 % is left"),
        (27, "half of the *amplitude* would be gone; the variance is its square"),
    )
    question = "which sum of beta makes the product of all 1 - beta one half, and how does it grow with t?"
    near("the step", prediction, code.half_forgotten(), 1.5, traps, question)
