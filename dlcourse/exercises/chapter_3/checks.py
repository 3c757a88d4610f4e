"""Why this file exists: it judges the answers to chapter 3's exercises.

Each check takes what the learner hands over and raises `CheckFailed` if it is wrong. Wherever a mistake is common, the
check computes the wrong value as well (a "trap"), so that the message can say which mistake it was.
"""

import numpy as np

from ..calls import call, in_little_memory, parts, without_loop
from ..checks import compare, compare_all, fail, in_shape, numbers, show
from ..predictions import choice, near
from . import code

MOST_CALLS = 50  # of average, by one machine


def quotient_rule(answer):
    for a, b, g in ((3.0, 2.0, 1.0), (1.5, -0.5, 2.0), (-2.0, 4.0, -3.0)):
        right = to_a, to_b = code.quotient_rule(a, b, g)
        traps = (
            ((g * b, g * a), "this is the rule of the product a b"),
            ((to_a, -to_b), "the sign for b: a larger b makes the quotient smaller"),
            ((to_a, -g * a / b), "the derivative of 1 / b is -1 / b**2, with a square"),
            ((to_a, -g / b**2), "the numerator: y = a * (1 / b), so what comes back through 1 / b is multiplied by a"),
            ((1 / b, -a / b**2), "these are the local slopes; multiply each by the slope g that comes in"),
            ((to_a, -a / b**2), "the slope g that comes in is missing for b"),
            ((1 / b, to_b), "the slope g that comes in is missing for a"),
            ((to_a, 0.0), "b is an input too: what if only b moves?"),
        )
        compare_all(("to_a", "to_b"), parts(answer, ("to_a", "to_b"), a, b, g), right, traps,
                    case=f"quotient_rule({a}, {b}, {g}): ")


def patience_stop(answer):
    for losses, patience in (
        ([4.0, 3.0, 2.0, 1.0], 2),
        ([5.0, 4.0, 3.0, 3.1, 3.2, 3.3, 3.4, 3.5], 3),
        ([2.0, 1.0, 1.0, 1.0, 1.0, 0.5], 3),
        ([3.0, 2.0, 2.5, 2.4, 1.0, 1.5, 1.2, 1.1, 0.5], 3),
        ([3.0, np.nan, 2.0, np.nan, np.nan, 1.0], 2),
        ([6.0, 7.0, 5.0], 1),
        ([np.nan, 2.0, 1.0, 1.5, 1.2], 2),
    ):
        best, made = code.patience_stop(losses, patience)
        traps = (
            (_stopped(losses, patience, in_a_row=False),
             "epochs that are not better are counted from the start; one that is better begins the count anew"),
            (_stopped(losses, patience, better=lambda loss, least: loss <= least),
             "a loss that is equal to the best is not better"),
            (_stopped(losses, patience, reference="before"),
             "compared with the epoch before; compare with the best so far"),
            (_stopped(losses, patience, better=lambda loss, least: not loss >= least),
             "NaN is never better; `not loss >= best` is True for NaN"),
            (_stopped(losses, patience, first=losses[0]), "NaN was taken as the best so far; nothing is below NaN"),
            (_stopped(losses, patience + 1), "it stops one epoch too late: after `patience` epochs, not after more"),
            (_stopped(losses, patience - 1), "it stops one epoch too early"),
            ((best, made - 1), "this is the last epoch, counted from 0; asked is how many epochs are made"),
            ((best + 1, made), "the best epoch is counted from 0"),
            ((made - 1, made), "this is the last epoch that was made, not the best"),
            ((int(np.nanargmin(losses)), made), "the smallest of all losses; later epochs are never made"),
            ((best, len(losses)), "this is the length of the list; training stops before its end"),
            ((best, best + patience + 1), f"there are only {len(losses)} epochs; patience may outlast the list"),
        )
        what = f"patience_stop({show(losses)}, {patience}): "
        compare_all(("best", "made"), parts(answer, ("best", "made"), losses, patience), (best, made), traps, case=what)


def _stopped(losses, patience, better=lambda loss, least: loss < least, in_a_row=True, reference="best", first=None):
    """Early stopping with a choice of mistakes."""
    start = np.inf if np.isnan(losses[0]) else losses[0]
    best, least, waited = 0, start if first is None else first, 0
    for epoch, loss in enumerate(losses[1:], start=1):
        if better(loss, least):
            best, least, waited = epoch, loss, waited * (not in_a_row)
        else:
            waited += 1
        least = loss if reference == "before" else least
        if waited >= patience:
            return best, epoch + 1
    return best, len(losses)


def softmax_rule(answer):
    rng = np.random.default_rng(3)
    for N, K in ((4, 3), (1, 5), (3, 2)):
        z, g = rng.normal(size=(2, N, K))
        z[0] += 1000  # as the logits of a network that is very sure of itself may be
        p, right = code.softmax(z), code.softmax_rule(z, g)
        total = (g * p).sum(axis=1, keepdims=True)
        traps = (
            (g * p, "each probability depends on all logits of its row; only the first of two paths is here"),
            (g * p * (1 - p), "only the diagonal of the Jacobian; a logit reaches the other probabilities too"),
            (p * (g - g.sum(axis=1, keepdims=True)), "the sum over the row weighs each g with its probability"),
            (p * (g - g.mean(axis=1, keepdims=True)), "the mean over the row weighs each g with its probability"),
            (g - total, "the factor p in front is missing"),
            (p * (g + total), "the sign of the second part: a larger logit makes the other probabilities smaller"),
            (p * (g - (g * p).sum()), "summed over all rows together; rows do not touch each other"),
            (p * (g - (g * p).sum(axis=0)), "summed over the rows; sum over the classes, axis=1"),
            (p - g, "this is the gradient of the cross-entropy, with g taken for the labels"),
            (p * (1 - p), "the slope g that comes in is missing"),
        )
        compare(f"softmax_rule, N={N}, K={K}", call(answer, z, g), right, traps, {"rows": N, "classes": K})
    without_loop(answer, lambda N: (np.arange(3.0 * N).reshape(N, 3) % 5, np.ones((N, 3))))
    K = 1000
    row = np.arange(K, dtype=float)[None] / K
    in_little_memory(answer, (row, row[:, ::-1].copy()), 100 * row.nbytes, f"1 row of {K} classes",
                     f"a Jacobian, {K} x {K} numbers for each row; multiply out what it does to g")


def lion(answer):
    rng = np.random.default_rng(0)
    cases = (1, 0.9, 0.99, 0.0), (30, 0.9, 0.99, 0.3), (30, 0.6, 0.9, 2.0)  # decay tells the steps apart
    for steps, beta1, beta2, decay in cases:
        w, gradients = 3 * rng.normal(size=5), rng.normal(size=(steps, 5))
        gradients[:, 0] = 0  # a weight that is not used
        options = w, gradients, 0.1, beta1, beta2, decay
        traps = (
            (_lion(*options, first="m"), "m moves on before it is used; c needs the m of the step before"),
            (_lion(w, gradients, 0.1, beta2, beta1, decay), "beta1 and beta2 are exchanged"),
            (_lion(*options, first="m alone"), "the sign is taken of m; c is another mean, with beta1"),
            (_lion(w, gradients, 0.1, 0.0, beta2, decay), "the sign is taken of the gradient alone; c looks back, too"),
            (_lion(*options, keeps="c"), "c was kept as the next m; m has a mean of its own, with beta2"),
            (_lion(*options, sign=lambda c: c), "the sign is missing: each entry moves by the full rate"),
            (_lion(*options, sign=lambda c: c / np.linalg.norm(c)),
             "the direction of c as a whole; the sign is taken of each entry"),
            (_lion(*options, sign=lambda c: np.where(c >= 0, 1, -1)), "the sign of 0 is 0, not 1"),
            (_lion(*options, sign=lambda c: np.where(c > 0, 1, -1)), "the sign of 0 is 0, not -1"),
            (_lion(*options, sign=lambda c: np.where(c == 0, np.nan, np.sign(c))),
             "the sign of 0 is 0, but c / |c| is 0 / 0 there"),
            (_lion(*options, apart="gradient"), "the decay was added to the gradient; it stands apart from the sign"),
            (_lion(*options, apart="inside"), "the decay stands inside the sign"),
            (_lion(*options, apart="after"), "the decay uses the new w; the formula has the w of before the step"),
            (_lion(w, gradients, 0.1, beta1, beta2, 0.0), "the decay is missing"),
            (_lion(w, gradients, 0.1, beta1, beta2, decay / 0.1), "the rate multiplies the decay too"),
            (_lion(w, gradients, 0.1, beta1, beta2, -decay), "the sign of the decay: it pulls toward 0"),
            (_lion(w, gradients, -0.1, beta1, beta2, -decay), "uphill: the step goes against the sign of c"),
            (_lion(w, gradients[::-1], 0.1, beta1, beta2, decay), "the gradients were taken from last to first"),
            (_lion(*options, begins="g"), "m begins at 0, not at the first gradient"),
            (_lion(w, gradients[:1], 0.1, beta1, beta2, decay), "only one step was made; there is one for each row"),
        )
        case = f"lion, {steps} step{'s' * (steps > 1)}, beta1={beta1}, beta2={beta2}, decay={decay}"
        compare(case, call(answer, *options), code.lion(*options), traps)


def _lion(w, gradients, rate, beta1, beta2, decay, sign=np.sign, first="c", keeps="g", apart="apart", begins=0):
    """Lion with a choice of mistakes."""
    m = np.zeros_like(w) if begins == 0 else gradients[0]
    for g in gradients:
        g = g + decay * w * (apart == "gradient")
        if first != "c":
            m = beta2 * m + (1 - beta2) * g
        c = m if first == "m alone" else beta1 * m + (1 - beta1) * g
        w = w - rate * (sign(c + decay * w * (apart == "inside")) + decay * w * (apart == "apart"))
        w = w - rate * decay * w * (apart == "after")
        if first == "c":
            m = c if keeps == "c" else beta2 * m + (1 - beta2) * g
    return w


def largest_curvature(answer):
    turn = np.array([[2.0, 1.0, 2.0], [-2.0, 2.0, 1.0], [1.0, 2.0, -2.0]]) / 3
    bowl, saddle = (turn @ np.diag(sizes) @ turn.T for sizes in ((5.0, 2.0, 1.0), (-6.0, 3.0, 1.0)))
    _curvature_of(answer, "a bowl", lambda w: bowl @ w, np.array([1.0, 2.0, 3.0]))
    _curvature_of(answer, "a saddle that bends most downward", lambda w: saddle @ w, np.array([1.0, 2.0, 3.0]))
    for rounds in (60, 2):  # after two rounds q is still on its way
        _curvature_of(answer, "the sum of cosh(w)", np.sinh, np.array([1.0, -2.0, 0.5]), rounds=rounds)


def _curvature_of(answer, name, gradient, w, h=1e-4, rounds=60):
    q = np.array([3.0, -20.0, 7.0])
    right, one = code.largest_curvature(gradient, w, q, rounds), q / np.linalg.norm(q)
    end = one
    for _ in range(rounds - 1):
        end = gradient(w + h * end) - gradient(w - h * end)
        end = end / np.linalg.norm(end)
    length = np.linalg.norm(gradient(w + h * end) - gradient(w - h * end)) / (2 * h)
    first = one @ (gradient(w + h * one) - gradient(w - h * one)) / (2 * h)
    traps = (
        (abs(right), "a length has no sign; q @ Hq says whether the loss bends up or down along q"),
        (np.sign(right) * length, "the length of Hq, with a sign; the curvature along q is q @ Hq"),
        (code.largest_curvature(gradient, w, q, rounds + 1), "one round too many"),
        (code.largest_curvature(gradient, w, q, 60), f"this is what many rounds come to; `steps` is {rounds}"),
        (2 * right, "the two points lie 2 h apart: divide by 2 h"),
        (2 * h * right, "the difference of the two gradients must be divided by 2 h"),
        (h * right, "the difference of the gradients must be divided by the nudge"),
        (first, "this is the curvature along the first direction; go on with q = Hq"),
        (end @ (gradient(w + h * end) - gradient(w)) / h, "a one-sided difference, whose error grows with h; nudge to "
         "both sides"),
        (right / 2, "half of it: where the points lie only h apart, divide by h"),
        (2 / right, "this is the limit for the rate; asked is the curvature"),
        (end @ gradient(w), "this is a slope; curvature is how fast the slope changes along q"),
    )
    what = f"largest_curvature, {name}, {rounds} rounds"
    got = numbers(what, call(answer, gradient, w, q, rounds), ())
    if not np.isfinite(got) or abs(got) > 1e3 * abs(right):
        fail(f"{what}: got {got:g}, expected {right:g}",
             "q grows from round to round (inf and nan in the end), or is never cut to length 1: q / |q| before the "
             "nudge. Or a division by 0")
    compare(what, got, right, traps)


def normalize_shard(answer):
    rng = np.random.default_rng(5)
    for machines, n in ((1, 5), (2, 4), (3, 6)):
        X, G = rng.normal(size=(2, machines, n, 3))
        X = 0.1 * (X * rng.uniform(1, 3, size=(machines, 1, 3)) + rng.normal(size=(machines, 1, 3)))
        names, results = ("x_hat", "dx"), _on_machines(answer, X, G)
        right = code.on_machines(code.normalize_shard, X, G)
        traps = list(_shard_traps(X, G))
        for i, result in enumerate(results):
            case = f"{machines} machine{'s' * (machines > 1)}, no. {i}: "
            in_shape(names, result, ((n, 3), (n, 3)), case)
            own = [((trap[0][i], trap[1][i]), cause) for trap, cause in traps]
            compare_all(names, result, (right[0][i], right[1][i]), own, case=case)


class _Average:
    """What a machine calls. Each start of its program gets a copy of its own, so that the calls are counted anew.

    A machine that is alone need not wait, so that all that may be wrong with a function shows in its first call.
    """

    __name__ = "average"

    def __init__(self, known, alone):
        self.known, self.alone, self.asked = known, alone, 0

    def __call__(self, v):
        self.asked += 1
        if self.asked > (MOST_CALLS if self.alone else len(self.known)):
            raise code.Waits(v)
        return np.array(v if self.alone else self.known[self.asked - 1])


def _on_machines(answer, X, G):
    """As `code.on_machines`, and says what is wrong with the calls of `average`."""
    names, known = ("x_hat", "dx"), []
    while len(known) < MOST_CALLS:
        results, sent = [], []
        for i, (x, g) in enumerate(zip(X, G, strict=True)):
            try:
                results.append(parts(answer, names, x, g, _Average(known, alone=len(X) == 1)))
            except code.Waits as waits:
                sent.append(numbers(f"what machine no. {i} hands to average", waits.args[0]))
        if results and sent:
            fail(f"{len(X)} machines: got {len(known) + 1} calls of average or more from some of them and {len(known)} "
                 "from others, expected the same calls from all", "a machine that is left alone waits for ever")
        if not sent:
            return results
        known.append(np.mean(sent, axis=0))
        if len(X) == 1:
            break
    fail(f"got more than {MOST_CALLS} calls of average, expected a handful", "call it for means over rows")


def _shard_traps(X, G):
    """Pairs (x_hat and dx of all machines, cause)."""
    own, all_ = {"axis": 1, "keepdims": True}, {"axis": (0, 1), "keepdims": True}
    mean, variance = X.mean(**all_), X.var(**all_)

    def backward(x_hat, r, mean_g, mean_gx):
        return x_hat, (G - mean_g - x_hat * mean_gx) / r

    def whole(mean, variance, back=all_):
        r = np.sqrt(variance + 1e-5)
        x_hat = (X - mean) / r
        return backward(x_hat, r, G.mean(**back), (G * x_hat).mean(**back))

    r = np.sqrt(variance + 1e-5)
    x_hat, rows, machines = (X - mean) / r, X.shape[1], len(X)
    mean_g, mean_gx = G.mean(**all_), (G * x_hat).mean(**all_)
    within = X.var(**own).mean(axis=0, keepdims=True)
    deviation = (X.std(**own).mean(axis=0, keepdims=True)) ** 2
    forgotten = "; the variance of all rows also counts how far the machines' means lie apart"
    yield whole(X.mean(**own), X.var(**own), own), "mean and variance are those of this machine's rows alone"
    yield whole(X.mean(**own), X.var(**own)), "mean and variance are those of this machine's rows alone"
    yield whole(mean, X.var(**own)), "the variance is that of this machine's rows; average it, too"
    for back in (all_, own):
        yield whole(mean, within, back), "this is the average of the machines' variances" + forgotten
        yield whole(mean, deviation, back), "this averages standard deviations" + forgotten
    yield whole(X.mean(**own), within), "the mean is that of this machine's rows alone"
    yield whole(X.mean(**own), variance), "the mean is that of this machine's rows alone"
    yield whole(mean, variance, own), "forward is right; the two means of backward run over all machines as well"
    yield backward(x_hat, r, G.mean(**own), mean_gx), "the mean of g has to be averaged over the machines, too"
    yield backward(x_hat, r, mean_g, (G * x_hat).mean(**own)), "the mean of g x_hat has to be averaged as well"
    for back in (all_, own):
        dx = whole(mean, variance, back)[1].mean(axis=0, keepdims=True)
        yield (x_hat, np.repeat(dx, machines, axis=0)), "dx was averaged; each row has a gradient of its own"
    yield (x_hat, G / r), "only the straight path; mean and variance depend on x as well"
    yield backward(x_hat, r, mean_g, 0), "the path through the variance is missing"
    yield backward(x_hat, r, 0, mean_gx), "the path through the mean is missing"
    yield backward(x_hat, 1, mean_g, mean_gx), "everything that goes back to x is divided by r"
    yield backward(x_hat, r, rows * mean_g, rows * mean_gx), "sums over the rows; backward needs their means"
    total = rows * machines
    yield backward(x_hat, r, total * mean_g, total * mean_gx), "sums over all rows; backward needs their means"
    yield whole(mean, variance * total / max(total - 1, 1)), "divided by one row less; batch norm divides by all rows"
    yield whole(mean, variance * rows / (rows - 1)), "divided by one row less; batch norm divides by all rows"
    yield whole(mean, variance - 1e-5), "the epsilon under the root is missing"


def four_times_the_batch(prediction):
    small, large = code.four_times_the_batch().items()
    outcome = f"{small[0]}: {small[1][0]}, {large[0]}: {large[1][0]}"
    questions = {
        "A": "that would be a batch of 16 at the old rate; what does the larger rate do to what remains?",
        "B": "that is the batch alone; what does a rate four times as large do to what remains?",
        "D": "that is the rate alone; what does the larger batch do to the noise of each step?",
    }
    choice(prediction, "C", outcome, questions)


def largest_rate(prediction):
    traps = (
        (0.5, "this is the limit without momentum, 2 / a; what does momentum make of slopes that alternate?"),
        (0.49, "this is the limit without momentum, 2 / a; what does momentum make of slopes that alternate?"),
        (0.05, "the step is ten times as long where slopes are steady; at the limit they alternate"),
        (5.0, "ten times 2 / a would hold if momentum divided alternating slopes by ten; by how much does it?"),
        (0.25, "this is 1 / a, where one step without momentum is enough"),
        (0.45, "0.9 times the limit without momentum; compute what momentum makes of alternating slopes"),
        (0.55, "1.1 times the limit without momentum; compute what momentum makes of alternating slopes"),
    )
    question = "at the limit the slopes alternate; how long is a step then, compared with one without momentum?"
    near("the largest rate", prediction, code.largest_rate(), 0.0125, traps, question)


def seldom_used(prediction):
    traps = (
        (100.0, "gradient descent does that: a slope counts as it is. By what does Adam divide?"),
        (1.0, "each step has the length of the rate where all slopes are alike; the second weight's are mostly 0"),
        (0.1, "this is the ratio the other way round"),
        (10_000.0, "this is the square of 100; v is a mean of squares, but its root is taken"),
        (1000.0, "this is 1 / (1 - beta2), how far back v looks; how large does v become?"),
    )
    question = "if 1 of 100 slopes is 1, how large is v, and its root? And what do the m after one slope add up to?"
    near("the ratio", prediction, code.seldom_used()["ratio"], 0.8, traps, question)


def what_shows(prediction):
    outcome = ", ".join(f"{name} from step {first}" for name, (first, _) in code.what_shows().items())
    questions = {
        "A": "is momentum used before or after the first loss is computed?",
        "B": "which rows are the next batch, and which inputs does dropout take out?",
        "D": "is momentum used before or after the first loss is computed? And what decides which rows come next?",
    }
    choice(prediction, "C", outcome, questions)
