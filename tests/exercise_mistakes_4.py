"""What the planted answers of chapter 4 are made of: solutions with a choice of faults, and faulty ones."""

import numpy as np
import scipy.linalg
import scipy.special


def directions(s, share, power=2, reach=lambda kept, share: kept >= share, first=1, of=lambda share: share):
    """How many directions are needed, counted in a loop, with a choice of faults."""
    total, kept = sum(v**power for v in s), 0.0
    for k, v in enumerate(s):
        kept += v**power
        if reach(kept / total, of(share)):
            return k + first
    return len(s)


def from_the_smallest(s, share):
    """Summed from the other end."""
    return directions(s[::-1], share)


def large_ones(s, share):
    """How many directions carry a share of what the first carries."""
    return int((s**2 >= share * s[0] ** 2).sum())


def share_kept(s, share):
    """The share in place of the number."""
    return (s**2)[: directions(s, share)].sum() / (s**2).sum()


def squared_twice(s, share):
    """Variances are squared as if they were singular values."""
    return directions(s**2, share)


def white(X, eps, mean=True, ddof=1, power=-0.5, back=True, outside=False, add=False, divide=True, rows=True):
    """White pictures by singular values, with a choice of faults."""
    center = X.mean(axis=0)
    used = X - center if mean else X
    _, s, Vt = np.linalg.svd(used, full_matrices=True)
    variances = s**2 / ((len(X) - ddof) if divide else 1)
    sizes = np.sqrt(variances) + eps if outside else (variances + eps) ** -power
    rows_used = X if not rows else used
    codes = rows_used @ Vt.T / sizes
    result = codes @ Vt if back else codes
    return result + center if add else result


def pixel_by_pixel(X, eps):
    """Each pixel by itself."""
    return (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0, ddof=1) + eps)


def white_in_place(X, eps):
    """The right values, and a changed argument."""
    X -= X.mean(axis=0)
    return white(X, eps)


def white_by_root(X, eps):
    """The root of a matrix."""
    C = np.cov(X.T) + eps * np.eye(X.shape[1])
    return np.linalg.solve(scipy.linalg.sqrtm(C), (X - X.mean(axis=0)).T).T


def scaled_gap(m1, m2, v1, v2):
    """The squared distance of the means in units of the second cloud's width."""
    return (m1 - m2) ** 2 / v2


def clouds(m1, l1, m2, l2, half=0.5, minus=1, sign=1, gap=scaled_gap, sum_=np.sum, to=1):
    """KL of two clouds with a choice of faults."""
    v1, v2 = np.exp(to * l1), np.exp(to * l2)
    terms = v1 / v2 + gap(m1, m2, v1, v2) - minus - sign * (l1 - l2)
    return half * sum_(terms, axis=1)


def clouds_reversed(m1, l1, m2, l2):
    """The other direction."""
    return clouds(m2, l2, m1, l1)


def clouds_to_prior(m1, l1, m2, l2):
    """The second cloud is forgotten."""
    return clouds(m1, l1, 0 * m2, 0 * l2)


def clouds_by_two_prices(m1, l1, m2, l2):
    """The difference of the two divergences from the prior."""
    return clouds_to_prior(m1, l1, m1, l1) - clouds_to_prior(m2, l2, m1, l1)


def clouds_in_a_loop(m1, l1, m2, l2):
    """The right values, row by row."""
    return np.array([clouds(*(x[None] for x in row))[0] for row in zip(m1, l1, m2, l2, strict=True)])


def captions(a, b, tau, rows=True, columns=True, unit=1, scale=lambda S, tau: S / tau, reduce=np.mean, own=True):
    """The loss of captions with a choice of faults."""
    if unit is not None:
        a, b = (x / np.linalg.norm(x, axis=unit, keepdims=True) for x in (a, b))
    S = scale(a @ b.T, tau)
    under = S if own else S - np.diag(np.full(len(S), np.inf))
    terms = []
    for wanted, axis in ((rows, 1), (columns, 0)):
        if wanted:
            terms.append(scipy.special.logsumexp(under, axis=axis) - np.diag(S))
    return reduce(np.concatenate(terms))


def captions_that_overflow(a, b, tau):
    """Right up to the exponentials."""
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b))
    E = np.exp(a @ b.T / tau)
    right = np.diag(E)
    return -(np.log(right / E.sum(axis=1)) + np.log(right / E.sum(axis=0))).mean() / 2


def captions_with_one_top(a, b, tau):
    """The largest of all scores is taken off, so that a whole row can vanish."""
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b))
    S = a @ b.T / tau
    sums = [np.log(np.exp(S - S.max()).sum(axis=axis)) + S.max() for axis in (0, 1)]
    return np.mean(sums) - np.diag(S).mean()


def captions_as_views(a, b, tau):
    """NT-Xent of pictures and captions together."""
    e = np.concatenate([a / np.linalg.norm(a, axis=1, keepdims=True), b / np.linalg.norm(b, axis=1, keepdims=True)])
    S = e @ e.T / tau
    np.fill_diagonal(S, -np.inf)
    return (scipy.special.logsumexp(S, axis=1) - S[np.arange(len(S)), np.roll(np.arange(len(S)), len(a))]).mean()


def captions_one_by_one(a, b, tau):
    """The right value, in a loop."""
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b))
    total = 0.0
    for i in range(len(a)):
        for scores in (a[i] @ b.T / tau, a @ b[i] / tau):
            total += scipy.special.logsumexp(scores) - scores[i]
    return total / (2 * len(a))


def step(V, U, c, words, labels, rate, error=lambda s, y: scipy.special.expit(s) - y, first=None, mean=False,
         lost=False, tables="VU", mask=None):
    """A step of skip-gram word by word, with a choice of faults."""
    new_V, new_U = V.copy(), U.copy()
    errors = error(U[words] @ V[c], labels) * (1 if mask is None else mask(labels)) / (len(words) if mean else 1)
    center = V[c] - rate * errors @ U[words]
    from_v = center if first == "center" else V[c]
    for w, e in zip(words, errors, strict=True):
        base = U[w] if lost else new_U[w]
        new_U[w] = base - rate * e * from_v
    if first == "contexts":
        center = V[c] - rate * errors @ new_U[words]
    new_V[c] = center
    return new_V if "V" in tables else V, new_U if "U" in tables else U


def step_word_by_word(V, U, c, words, labels, rate, first="neither"):
    """Each word is a step of its own, and the next one sees what it did."""
    V, U = V.copy(), U.copy()
    for w, label in zip(words, labels, strict=True):
        error = scipy.special.expit(U[w] @ V[c]) - label
        to_center, to_context = error * U[w], error * V[c]
        if first == "center":
            V[c] = V[c] - rate * to_center
            U[w] = U[w] - rate * error * V[c]
        elif first == "context":
            U[w] = U[w] - rate * to_context
            V[c] = V[c] - rate * error * U[w]
        else:
            V[c], U[w] = V[c] - rate * to_center, U[w] - rate * to_context
    return V, U


def step_in_place(V, U, c, words, labels, rate):
    """The right values, and changed arguments."""
    new_V, new_U = step(V, U, c, words, labels, rate)
    V[...], U[...] = new_V, new_U
    return V, U


def step_in_one_table(V, U, c, words, labels, rate):
    """Contexts are moved in the table of the centers."""
    new_V, new_U = step(V, U, c, words, labels, rate)
    return new_V + new_U - U, U.copy()


def leap(x, guess, alpha_bars, steps, root=np.sqrt, end=1.0, renoise=True, ask=0, divide=True, order=1, once=False,
         sign=1, small=False, fresh=None):
    """Leaps one by one, with a choice of faults."""
    steps = list(steps)[::order]
    noise = None
    for i, t in enumerate(steps):
        here = alpha_bars[t]
        there = alpha_bars[steps[i + 1]] if i + 1 < len(steps) else end
        if there is None:
            return x
        if small:
            there = alpha_bars[t - 1] if t else 1.0
        if noise is None or not once:
            noise = guess(x, steps[min(i + ask, len(steps) - 1)])
        clean = x - sign * root(1 - here) * noise
        clean = clean / root(here) if divide else clean
        again = noise if fresh is None else fresh.standard_normal(x.shape)
        x = root(there) * clean + (root(1 - there) * again if renoise else 0)
    return x


def leap_with_fresh_noise(x, guess, alpha_bars, steps):
    """Spoiled again by noise that is drawn, the same in each call."""
    return leap(x, guess, alpha_bars, steps, fresh=np.random.default_rng(0))


def leap_in_place(x, guess, alpha_bars, steps):
    """The right values, and a changed argument."""
    x[...] = leap(x, guess, alpha_bars, steps)
    return x


def slopes(x, m, log_var, noise, A, sigma, kl="all", path=0.5, to=0.5, at=1, constant=True, by_s=False):
    """The bound and its slopes, row by row, with a choice of faults."""
    bound, to_m, to_lv = [], [], []
    for i in range(len(x)):
        s = np.exp(to * log_var[i])
        z = m[i] + at * s * noise[i]
        r = x[i] - A @ z
        to_z = A.T @ r / sigma**2
        price = 0.5 * np.sum(s**2 + m[i] ** 2 - 1 - log_var[i])
        b = -(r @ r) / (2 * sigma**2) - (len(r) * np.log(sigma) + len(r) / 2 * np.log(2 * np.pi) if constant else 0)
        bound.append(b - (price if kl != "none" else 0))
        to_m.append(to_z - (m[i] if kl in ("all", "no width") else 0))
        if by_s:
            to_lv.append(at * to_z * noise[i] + 1 / s - s)
        else:
            to_lv.append(at * to_z * s * noise[i] * path - ((s**2 - 1) / 2 if kl == "all" else 0))
    return np.array(bound), np.array(to_m), np.array(to_lv)


def slopes_of_the_loss(*given):
    """Everything with the other sign."""
    return tuple(-part for part in slopes(*given))


def slopes_with_the_wrong_sign(*given):
    """The bound, and slopes of the loss."""
    bound, to_m, to_log_var = slopes(*given)
    return bound, -to_m, -to_log_var


def slopes_averaged(*given):
    """As if the rows were averaged."""
    bound, to_m, to_log_var = slopes(*given)
    return bound, to_m / len(bound), to_log_var / len(bound)


def slopes_and_mean_bound(*given):
    """Everything as if the rows were averaged."""
    bound, to_m, to_log_var = slopes_averaged(*given)
    return bound.mean(), to_m, to_log_var


def slopes_of_a_logarithm_of_s(x, m, log_s, noise, A, sigma):
    """log_var is taken for log s, and everything else is right for that."""
    bound, to_m, to_log_var = slopes(x, m, 2 * log_s, noise, A, sigma)
    return bound, to_m, 2 * to_log_var


def slopes_with_a_drawn_price(x, m, log_var, noise, A, sigma):
    """The KL term at the draw in place of its formula."""
    bound, to_m, to_log_var = slopes(x, m, log_var, noise, A, sigma, kl="none")
    s = np.exp(log_var / 2)
    z = m + s * noise
    drawn = (noise**2 - z**2 + log_var).sum(axis=1) / 2
    return bound + drawn, to_m - z, to_log_var + 0.5 - z * s * noise / 2


def parts_as(dtype, answer):
    """The answer with its result, or each part of it, converted."""

    def converted(*arguments):
        result = answer(*arguments)
        return tuple(np.asarray(r, dtype) for r in result) if isinstance(result, tuple) else np.asarray(result, dtype)

    return converted
