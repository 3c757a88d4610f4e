"""What the planted answers of chapter 3 are made of: solutions with a choice of faults, and faulty ones."""

import math

import numpy as np
import scipy.special


def stopped(losses, patience, better=lambda loss, least: loss < least, in_a_row=True, last=False, first=0, fewer=0):
    """Early stopping by a counter, with a choice of faults."""
    best, least, waited, made = 0, math.inf if losses[0] != losses[0] else losses[0], 0, 1
    for epoch in range(1, len(losses)):
        made = epoch + 1
        if better(losses[epoch], least):
            best, least, waited = epoch, losses[epoch], 0 if in_a_row else waited
        else:
            waited += 1
            if last:
                least = losses[epoch]
        if waited == patience:
            break
    return best + first, made - fewer


def by_index(losses, patience):
    """The best so far is looked up in the list, where it may be NaN."""
    best = 0
    for epoch in range(1, len(losses)):
        if losses[epoch] < losses[best]:
            best = epoch
        elif epoch - best == patience:
            return best, epoch + 1
    return best, len(losses)


def of_the_whole_list(losses, patience):
    """The best of all epochs, also of those that are never made."""
    return int(np.nanargmin(losses)), stopped(losses, patience)[1]


def back_through_softmax(z, g, axis=1, weigh=lambda g, p: g * p, sign=-1, whole=False):
    """The rule of softmax with a choice of faults."""
    p = scipy.special.softmax(z, axis=1)
    total = weigh(g, p).sum() if whole else weigh(g, p).sum(axis=axis, keepdims=True)
    return p * (g + sign * total)


def softmax_that_overflows(z, g):
    """The right rule with a softmax of its own."""
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return p * (g - (g * p).sum(axis=1, keepdims=True))


def softmax_in_place(z, g):
    """The right value, and a changed argument."""
    z -= z.max(axis=1, keepdims=True)
    return back_through_softmax(z, g)


def softmax_by_jacobians(z, g):
    """Right values, row by row, each by its Jacobian."""
    back = np.empty_like(z)
    for i, row in enumerate(z):
        p = scipy.special.softmax(row)
        back[i] = (np.diag(p) - np.outer(p, p)) @ g[i]
    return back


def softmax_by_three_axes(z, g):
    """Right values by all Jacobians at once."""
    p = scipy.special.softmax(z, axis=1)
    jacobians = p[:, :, None] * (np.eye(z.shape[1]) - p[:, None, :])  # (N, k, j): of p_k by z_j
    return np.einsum("nk,nkj->nj", g, jacobians)


def lion_steps(w, gradients, rate, beta1, beta2, decay, sign=np.sign, early=False, keep="m", decayed="apart", start=0):
    """Lion entry by entry of its formulas, with a choice of faults."""
    m = start * gradients[0]
    for g in gradients:
        if decayed == "in the gradient":
            g = g + decay * w
        new = beta2 * m + (1 - beta2) * g
        c = new if keep == "no c" else beta1 * (new if early else m) + (1 - beta1) * g
        if decayed == "inside":
            w = w - rate * sign(c + decay * w)
        elif decayed == "after":
            w = w - rate * sign(c)
            w = w - rate * decay * w
        else:
            w = w - rate * sign(c) - {"apart": rate * decay, "without the rate": decay, "no": 0}.get(decayed, 0) * w
        m = c if keep == "c" else new
    return w


def lion_in_place(w, gradients, rate, beta1, beta2, decay):
    """The right value, and a changed argument."""
    m = np.zeros_like(w)
    for g in gradients:
        c = beta1 * m + (1 - beta1) * g
        w -= rate * (np.sign(c) + decay * w)
        m = beta2 * m + (1 - beta2) * g
    return w


def power_iteration(gradient, w, q, steps, h=1e-4, unit=True, divide=2, sides=2, size=None, rounds=True):
    """The largest curvature with a choice of faults."""
    found = 0.0
    for _ in range(steps if rounds else 1):
        q = q / np.linalg.norm(q) if unit else q
        there, here = gradient(w + h * q), gradient(w - h * q) if sides == 2 else gradient(w)
        Hq = (there - here) / (divide * h if divide else 1)
        found = size(Hq) if size else q @ Hq
        q = Hq
    return found


def largest_by_rows(gradient, w, q, steps):
    """The whole Hessian, column by column, and its eigenvalues."""
    H = np.array([(gradient(w + 1e-5 * e) - gradient(w - 1e-5 * e)) / 2e-5 for e in np.eye(len(w))])
    sizes = np.linalg.eigvalsh((H + H.T) / 2)
    return sizes[np.abs(sizes).argmax()]


def shard(x, g, average, mean=True, variance="around", back=(True, True), parts=(1, 1), scale=True, ddof=0, eps=1e-5):
    """Batch norm on one machine with a choice of what is exchanged and what is forgotten."""
    def shared(v, exchange=True):
        everyones = average(v)  # all machines make the same calls, whatever they then use
        return everyones if exchange else v

    own_mean = x.mean(axis=0)
    m = shared(own_mean, mean)
    if variance == "around":
        s2 = average(((x - m) ** 2).mean(axis=0))
    elif variance == "squares":
        s2 = average((x**2).mean(axis=0)) - m**2
    elif variance == "of variances":
        s2 = average(x.var(axis=0))
    elif variance == "of deviations":
        s2 = average(x.std(axis=0)) ** 2
    else:
        s2 = x.var(axis=0)
    s2 = s2 * len(x) / (len(x) - ddof)
    r = np.sqrt(s2 + eps)
    x_hat = (x - m) / r
    first, second = shared(g.mean(axis=0), back[0]), shared((g * x_hat).mean(axis=0), back[1])
    return x_hat, (g - parts[0] * first - x_hat * parts[1] * second) / (r if scale else 1)


def shard_alone(x, g, average):
    """Nothing is exchanged."""
    return shard(x, g, lambda v: v)


def shard_in_sums(x, g, average):
    """Backward with sums in place of means."""
    return shard(x, g, average, parts=(len(x), len(x)))


def shard_of_averages(x, g, average):
    """The gradients of the rows averaged as if they were those of weights."""
    x_hat, dx = shard(x, g, average)
    return x_hat, average(dx)


def shard_that_leaves(x, g, average):
    """A machine that hands over less than the others do."""
    if x[0, 0] > g[0, 0]:
        average(x.mean(axis=0))
    return shard(x, g, average)


def shard_row_by_row(x, g, average):
    """One call for every number, and again and again."""
    while True:
        average(x[0])


def shard_in_place(x, g, average):
    """The right values, and a changed argument."""
    m = average(x.mean(axis=0))
    x -= m
    r = np.sqrt(average((x**2).mean(axis=0)) + 1e-5)
    x_hat = x / r
    return x_hat, (g - average(g.mean(axis=0)) - x_hat * average((g * x_hat).mean(axis=0))) / r


def quotient(a, b, g, power=2, sign=-1, times=True):
    """The rule of a / b with a choice of faults."""
    return g / b, sign * g * (a if times else 1) / math.pow(b, power)


def parts_as(dtype, answer):
    """The answer with its result, or each part of it, converted."""

    def converted(*arguments):
        result = answer(*arguments)
        return tuple(np.asarray(r, dtype) for r in result) if isinstance(result, tuple) else np.asarray(result, dtype)

    return converted
