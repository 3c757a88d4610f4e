"""Why this file exists: it judges the answers to chapter 7's exercises.

Each check takes what the learner hands over and raises `CheckFailed` if it is wrong. Wherever a mistake is common, the
check computes the wrong value as well (a "trap"), so that the message can say which mistake it was.
"""

import numpy as np

from ..calls import call, parts, without_loop
from ..checks import compare, compare_all
from ..predictions import near
from . import code


def price(answer):
    rng, names = np.random.default_rng(0), ("bits", "perplexity")
    for T, V in ((4, 3), (30, 7)):
        p, tokens = rng.dirichlet(np.ones(V), size=T), rng.integers(V, size=T)
        right = bits, perplexity = code.price(p, tokens)
        of_those, nats = p[np.arange(T), tokens], -np.log(p[np.arange(T), tokens])
        mean_first = -np.log2(of_those.mean())
        entropy = -(p * np.log2(p)).sum(axis=1).mean()
        surest = -np.log2(p.max(axis=1)).mean()
        traps = (
            ((nats.mean(), np.exp(nats.mean())), "this is in nats; a bit is log 2 of a nat, `np.log2`"),
            ((nats.mean(), 2 ** nats.mean()), "this is in nats; a bit is log 2 of a nat, `np.log2`"),
            ((mean_first, 2**mean_first), "the logarithm of the mean; take the mean of the logarithms"),
            ((bits * T, 2 ** (bits * T)), "the sum over the text; asked is the mean for each character"),
            ((bits * T, perplexity), "the sum over the text; asked is the mean for each character"),
            ((-bits, 2**-bits), "the sign: a logarithm of a probability is negative, a price is not"),
            ((bits, 2**-bits), "the perplexity has the sign exchanged: more bits, more doubt"),
            ((bits, np.exp(bits)), "bits belong to powers of 2: `2**bits`"),
            ((bits, bits**2), "two to the power of the bits, not their square"),
            ((entropy, 2**entropy), "this is the entropy of the model's own probabilities; what came does not occur "
             "in it"),
            ((surest, 2**surest), "this is the price of the likeliest character; asked is that of the one that came"),
        )
        compare_all(names, parts(answer, names, p, tokens), right, traps, case=f"price, T = {T}, V = {V}: ",
                    sizes={"characters": T})
    without_loop(answer, lambda N: (np.full((N, 2), 0.5), np.arange(N) % 2))


def clip_both(answer):
    rng, names = np.random.default_rng(1), ("dW", "db")
    for largest, factor in ((1.0, 3.0), (2.0, 0.1), (0.5, 0.0)):
        dW, db = factor * rng.normal(size=(2, 3)), factor * rng.normal(size=2)
        right = code.clip_both(dW, db, largest)
        norms = np.linalg.norm(dW), np.linalg.norm(db)
        norm = np.hypot(*norms)

        def scaled(by, dW=dW, db=db):
            return by * dW, by * db

        with np.errstate(all="ignore"):
            each = [g * min(1.0, largest / n) if n else g for g, n in zip((dW, db), norms, strict=True)]
            traps = (
                (tuple(each), "each array by a norm of its own; all entries together have one norm and one factor"),
                ((dW.clip(-largest, largest), db.clip(-largest, largest)), "each entry was cut; that changes the "
                 "direction"),
                (scaled(largest / norm), "gradients that are short enough stay as they are; here they became longer"),
                (scaled(min(1.0, largest / norm**2)), "the root of the sum of squares is missing"),
                (scaled(min(1.0, largest / sum(norms))), "norms do not add up; their squares do"),
                (scaled(min(1.0, largest / (abs(dW).sum() + abs(db).sum()))), "the sum of sizes; asked is the root of "
                 "the sum of squares"),
                (scaled(min(1.0, largest / max(abs(dW).max(), abs(db).max()))), "the largest entry is not the norm"),
                ((dW * min(1.0, largest / norms[0]), db), "db was forgotten, in the norm and in the scaling"),
                ((right[0], db), "db has to be scaled, too"),
                (scaled(1.0), "nothing was clipped"),
                (scaled(1 / norm), "this makes the norm 1, not `largest`"),
            )
        compare_all(names, parts(answer, names, dW, db, largest), right, traps,
                    case=f"clip_both, norm {norm:.3g}, largest {largest}: ")


def gru_step(answer):
    rng = np.random.default_rng(2)
    for N, D, H in ((1, 2, 2), (4, 3, 5)):
        x, h = rng.normal(size=(N, D)), rng.normal(size=(N, H))
        given = [rng.normal(size=shape) for shape in ((3 * H, D), (3 * H, H), (3 * H,), (3 * H,))]
        traps = (
            (_gru(x, h, *given, keep="new"), "u and 1 - u are exchanged: u near 1 keeps the old state"),
            (_gru(x, h, *given, reset="before"), "r multiplies h before the weights; here it multiplies W h + b"),
            (_gru(x, h, *given, reset="without bias"), "the bias b_hh of the proposal stands inside what r multiplies"),
            (_gru(x, h, *given, reset="all"), "r multiplies only what comes from the state, not the input"),
            (_gru(x, h, *given, reset="none"), "the reset gate is missing"),
            (_gru(x, h, *given, order=(1, 0, 2)), "the rows stand in the order r, u, n; r and u are exchanged"),
            (_gru(x, h, *given, order=(1, 2, 0)), "the rows stand in the order r, u, n"),
            (_gru(x, h, *given, order=(2, 0, 1)), "the rows stand in the order r, u, n"),
            (_gru(x, h, *given, order=(2, 1, 0)), "the rows stand in the order r, u, n"),
            (_gru(x, h, *given, bend=lambda z: 1 / (1 + np.exp(-z))), "the proposal is bent by tanh, not by a sigmoid"),
            (_gru(x, h, *given, bend=lambda z: z), "the proposal is not bent: tanh is missing"),
            (_gru(x, h, given[0], given[1], 0 * given[2], given[3]), "the bias b_ih is missing"),
            (_gru(x, h, given[0], given[1], given[2], 0 * given[3]), "the bias b_hh is missing"),
            (_gru(x, h, *given, keep="only"), "this is the proposal; how much of it comes in?"),
        )
        compare(f"gru_step, N = {N}, H = {H}", call(answer, x, h, *given), code.gru_step(x, h, *given), traps,
                {"rows": N})
    without_loop(answer, lambda N: (np.ones((N, 1)), np.ones((N, 1)), *(np.ones((3, 1)),) * 2, *(np.ones(3),) * 2))


def _gru(x, h, W_ih, W_hh, b_ih, b_hh, keep="old", reset="after", order=(0, 1, 2), bend=np.tanh):
    """A step with a choice of mistakes."""
    H = h.shape[1]
    rows = np.concatenate([np.arange(H) + H * block for block in order])
    W_ih, W_hh, b_ih, b_hh = W_ih[rows], W_hh[rows], b_ih[rows], b_hh[rows]
    r, u = np.split(1 / (1 + np.exp(-(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)[:, : 2 * H])), 2, axis=1)
    here, W, b = (x @ W_ih.T + b_ih)[:, 2 * H :], W_hh[2 * H :], b_hh[2 * H :]
    z = {"after": here + r * (h @ W.T + b), "before": here + (r * h) @ W.T + b, "all": r * (here + h @ W.T + b),
         "without bias": here + r * (h @ W.T) + b, "none": here + h @ W.T + b}[reset]
    n = bend(z)
    return {"old": (1 - u) * n + u * h, "new": u * n + (1 - u) * h, "only": n}[keep]


def look_back(answer):
    rng = np.random.default_rng(3)
    for T, d, O_, size in ((3, 2, 2, 1.0), (6, 4, 3, 1.0), (5, 3, 3, 400.0)):
        Q, K, V = size * rng.normal(size=(T, d)), rng.normal(size=(T, d)), rng.normal(size=(T, O_))
        with np.errstate(all="ignore"):
            traps = (
                (_looked(Q, K, V, scale=1), "the division by the root of d is missing"),
                (_looked(Q, K, V, scale=d), "divided by d; the root of d makes the variance 1"),
                (_looked(Q, K, V, scale=np.sqrt(T)), "the root of the number of places; asked is that of d"),
                (_looked(Q, K, V, seen="all"), "places look ahead: the mask is missing"),
                (_looked(Q, K, V, seen="ahead"), "the mask is turned around: places see what comes later"),
                (_looked(Q, K, V, seen="before"), "a place may look at itself as well"),
                (_looked(Q, K, V, late="zero"), "the mask came after the softmax: the weights no longer add up to 1"),
                (_looked(Q, K, V, late="zero score"), "a score of 0 is not no look: its exponential is 1"),
                (_looked(Q, K, V, axis=0), "the softmax runs over the queries; the weights of a row must add up to 1"),
                (_looked(K, Q, V), "queries and keys are exchanged"),
                (_looked(Q, K, K) if O_ == d else None, "the mean of the keys; asked is that of the values"),
            )
        traps = [trap for trap in traps if trap[0] is not None]
        compare(f"look_back, T = {T}, d = {d}", call(answer, Q, K, V), code.look_back(Q, K, V), traps, {"places": T})
    without_loop(answer, lambda N: (np.ones((N, 2)), np.ones((N, 2)), np.ones((N, 1))))


def _looked(Q, K, V, scale=None, seen="back", late="", axis=1):
    """Attention with a choice of mistakes."""
    T, scores = len(Q), Q @ K.T / (np.sqrt(Q.shape[1]) if scale is None else scale)
    mask = {"back": np.tri(T), "all": np.ones((T, T)), "ahead": np.tri(T).T, "before": np.tri(T, k=-1)}[seen] > 0
    if late == "zero score":
        scores = np.where(mask, scores, 0)
    elif not late:
        scores = np.where(mask, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=axis, keepdims=True))
    weights = weights / weights.sum(axis=axis, keepdims=True)
    return (np.where(mask, weights, 0) if late == "zero" else weights) @ V


def nucleus(answer):
    rng = np.random.default_rng(4)
    cases = [(np.log([0.4, 0.1, 0.3, 0.2]), 0.55), (np.log([0.05, 0.9, 0.03, 0.02]), 0.5), (rng.normal(size=9), 0.8),
             (rng.normal(size=5), 1.0)]
    for logits, share in cases:
        right = code.nucleus(logits, share)
        p = np.exp(logits) / np.exp(logits).sum()
        order = np.argsort(-p)
        added = np.cumsum(p[order])

        def of(kept, p=p):
            chosen = np.zeros_like(p)
            chosen[kept] = p[kept]
            return chosen / chosen.sum() if len(kept) else chosen

        unscaled = np.where(right > 0, p, 0)
        rising = order[::-1]
        traps = (
            (unscaled, "what is kept must add up to 1: divide by its sum"),
            (of(order[added <= share]), "the character that crosses the line belongs to the nucleus"),
            (of(order[added < share]), "the character that crosses the line belongs to the nucleus"),
            (of(np.flatnonzero(p >= share)), "the share is meant for the sum, not for each character"),
            (of(rising[np.cumsum(p[rising]) - p[rising] < share]), "sorted the wrong way: begin with the likeliest"),
            (right[order], "the probabilities came back sorted; asked is the order of the logits"),
            (p, "nothing was left out"),
            (of(np.flatnonzero(np.cumsum(p) - p < share)), "the characters were not sorted by their probability"),
            (np.exp(np.where(right > 0, logits, 0)) / np.exp(np.where(right > 0, logits, 0)).sum(), "a logit of 0 is "
             "not a probability of 0"),
        )
        compare(f"nucleus, {len(p)} characters, share {share}", call(answer, logits, share), right, traps)
    without_loop(answer, lambda N: (np.arange(float(N)) / N, 0.5))


def mixed(answer):
    for text, before, character in (("abracadabra", "a", "b"), ("abracadabra", "a", "z"), ("abracadabra", "z", "a"),
                                    ("so so so what", "s", "o"), ("abcd", "d", "a")):
        V, follow = 27, [b for a, b in zip(text, text[1:], strict=False) if a == before]
        right, u, d = code.mixed(text, before, character, V), len(set(text)), len(set(follow))
        n, N = text.count(character), len(text)
        n2, N2 = follow.count(character), len(follow)
        p1 = (n + u / V) / (N + u)
        preceding = [a for a, b in zip(text, text[1:], strict=False) if b == before]
        p_wrong = (preceding.count(character) + len(set(preceding)) * p1) / (len(preceding) + len(set(preceding)) or 1)
        overlapping = (n2 + d * p1) / (text.count(before) + d) if text.count(before) + d else p1
        traps = [
            (n2 / N2 if N2 else 0.0, "this is the bare count; unseen pairs get 0"),
            ((n2 + 1) / (N2 + V), "each count was raised by one; asked is the mixture with a shorter memory"),
            ((n2 + d / V) / (N2 + d) if N2 else 1 / V, "the middle mixture is missing: p_2 rests on p_1, not on p_0"),
            (p1, "this is p_1; what follows `before` was not looked at"),
            ((n2 + N2 * p1) / (2 * N2) if N2 else p1, "d counts the different characters, not all of them"),
            ((n2 + N2 * (n + N / V) / (2 * N)) / (2 * N2) if N2 else (n + N / V) / (2 * N), "d counts the different "
             "characters, not all of them"),
            ((n2 + d * (n + u / V) / N) / N2 if N2 else (n + u / V) / N, "the denominator needs d as well: else the "
             "sum is above 1"),
            ((n2 + V * p1) / (N2 + V), "d counts the different characters that were seen, not the vocabulary"),
            ((n2 + d * p1) / N2 if N2 else p1, "the denominator needs d as well: else the sum is above 1"),
            ((n2 + d * n / N) / (N2 + d) if N2 else n / N, "p_1 is a mixture too, with p_0 = 1 / V"),
            (p_wrong, "these are the characters that come before; asked is what follows"),
            (overlapping, "N counts how often something follows; at the end of the text nothing does"),
        ]
        traps = [(value, cause) for value, cause in traps if not np.isclose(value, right)]
        what = f"mixed({text!r}, {before!r}, {character!r}, {V})"
        compare(what, call(answer, text, before, character, V), right, traps)


def cut_short(answer):
    rng, names = np.random.default_rng(5), ("full", "cut")
    for w, T, steps in ((0.5, 5, 2), (0.9, 10, 3), (-1.1, 6, 6), (0.8, 5, 1)):
        x, y = rng.normal(size=T), rng.normal()
        right = full, cut = code.cut_short(w, x, y, steps)
        m = np.array([sum(w ** (t - s) * x[s - 1] for s in range(1, t + 1)) for t in range(T + 1)])
        off = m[T] - y
        terms = np.array([off * w ** (T - t) * m[t - 1] for t in range(1, T + 1)])  # by step
        own = np.array([off * w ** (T - t) * m[t] for t in range(1, T + 1)])
        last = range(T - steps + 1, T + 1)
        alone = off * sum(w ** (T - t) * _restarted(w, x, T - steps, t - 1) for t in last)
        traps = (
            ((own.sum(), own[T - steps :].sum()), "w multiplies the state before the step, m_(t-1), not m_t"),
            ((full, terms[:steps].sum()), "these are the first steps; the way back begins at the end"),
            ((full, terms[T - steps + 1 :].sum()), "one step too few"),
            ((full, terms[max(T - steps - 1, 0) :].sum()), "one step too many"),
            ((full, alone), "the state was set to 0 at the cut; it is carried on, only its history is cut"),
            ((full / off, cut / off), "the factor m_T - y is missing"),
            ((2 * full, 2 * cut), "the loss is half of the square"),
            ((-full, -cut), "the sign: m_T - y, not y - m_T"),
            ((terms[-1], terms[-1]), "this is the last step only; w is used at each step"),
            ((full, full), "nothing was cut"),
            ((full, full * steps / T), "terms are left out, not all of them made smaller"),
        )
        case = f"cut_short, T = {T}, steps = {steps}: "
        compare_all(names, parts(answer, names, w, x, y, steps), right, traps, case)


def _restarted(w, x, start, t):
    """The memory after step t if it was 0 after step `start`."""
    return sum(w ** (t - s) * x[s - 1] for s in range(start + 1, t + 1))


def cooled(prediction):
    traps = (
        (0.6, "nothing has changed; what does dividing the logits do?"),
        (0.3, "the probability was halved; it is the logit that is divided"),
        (1.2, "a probability is at most 1; it is the logit that is divided"),
        (0.36, "the squares have to be divided by their sum"),
        (code.cooled(2), "this is a temperature of 2: warmer, and flatter"),
        (1.0, "that would be a temperature of 0"),
    )
    near("the probability", prediction, code.cooled(), 0.015, traps,
         "a logit is the logarithm of a probability; what becomes of the number if its logarithm is doubled?")


def enough(prediction):
    traps = (
        (1, "an input of -1 throws it over with much to spare; which sum does it have to bring below 0?"),
        (0.2, "the loop's weight is missing: the state enters three times"),
        (2.985, "this is what the loop sends in; the input is multiplied by 5"),
        (1.67, "5 / 3 the other way round"),
        (0.01, "a small disturbance is repaired: at 0 the loop has the slope 3"),
        (5, "that would be more than all inputs; which sum must become negative?"),
        (-0.6, "the size is asked; the input is -a"),
    )
    near("the size", prediction, code.enough(), 0.011, traps, "which sum inside the tanh must become negative?")


def break_even(prediction):
    traps = (
        (64, "that is H; how many products of H x H does the GRU do, and how often does looking compare?"),
        (96, "the GRU has three products with the input and three with the state"),
        (384, "looking costs twice: scores, and means"),
        (128, "three gates, not two"),
        (576, "T squared times H is counted twice, and one T cancels"),
        (32, "the larger number of products is on the GRU's side"),
    )
    near("the length", prediction, code.break_even(), 1.0, traps,
         "set 6 T H^2 equal to 2 T^2 H and divide by what both have")
