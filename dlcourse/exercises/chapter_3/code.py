"""Why this file exists: it holds the code of chapter 3's exercises.

Worked answers, helpers that a learner is given, and experiments whose outcome is to be predicted.

The learner sees this source: the docstring of an answer is the task's contract and stands in the stub, its body stands
in the worked solution. So these functions use what chapters 1 to 3 teach, and NumPy, and nothing else.
"""

import math

import numpy as np

from ... import Tensor, nn, optim
from ... import functional as F


def quotient_rule(a, b, g):
    """Return what the operation y = a / b hands back to a and to b when the slope g comes in: two numbers."""
    to_a = g / b
    to_b = -g * a / b**2
    return to_a, to_b


def patience_stop(losses, patience):
    """Return the best epoch, counted from 0, and how many epochs are made until training stops.

    `losses` has the validation loss of every epoch that could be made. After the first, an epoch is better if its loss
    is below the best so far; NaN never is. If the first loss is NaN, any number is better. Training stops after
    `patience` epochs in a row that are not better.
    """
    best, least = 0, math.inf
    for epoch, loss in enumerate(losses):
        if loss < least:
            best, least = epoch, loss
        elif epoch - best >= patience:
            return best, epoch + 1
    return best, len(losses)


def softmax(z):
    """The probabilities (N, K) for logits z (N, K)."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_rule(z, g):
    """Return what softmax hands back to z (N, K), dL/dz, when g (N, K) comes in, dL/dp for p of softmax(z)."""
    p = softmax(z)
    return p * (g - (g * p).sum(axis=1, keepdims=True))


def lion(w, gradients, rate, beta1, beta2, decay):
    """Return the weights w (D,) after a step of Lion for each row of gradients (T, D), the oldest first.

    c = beta1 m + (1 - beta1) g,  w <- w - rate (sign(c) + decay w),  m <- beta2 m + (1 - beta2) g;  m begins at 0.
    """
    m = np.zeros_like(w)
    for g in gradients:
        c = beta1 * m + (1 - beta1) * g
        w = w - rate * (np.sign(c) + decay * w)
        m = beta2 * m + (1 - beta2) * g
    return w


def largest_curvature(gradient, w, q, steps):
    """Return the curvature that is largest in size at w (D,), after `steps` rounds from the direction q (D,).

    gradient(w) is the gradient of the loss at w, an array (D,). Nothing else of the loss is known.
    """
    h = 1e-4
    for _ in range(steps):
        q = q / np.linalg.norm(q)
        Hq = (gradient(w + h * q) - gradient(w - h * q)) / (2 * h)
        curvature, q = q @ Hq, Hq
    return curvature


class Waits(BaseException):
    """No error: a machine waits for an average until all machines have sent their part of it."""


def on_machines(program, X, G):
    """Run program(x, g, average) on one machine for each x of X and g of G; return what they return, stacked.

    average(v) is the mean of what all machines hand to it. Each machine is started again and again, until every
    average that it asks for is known.
    """
    known = []
    while True:
        results, sent = [], []
        for x, g in zip(X, G, strict=True):
            answers = iter(known)

            def average(v, answers=answers):
                for answer in answers:
                    return answer
                raise Waits(v)

            try:
                results.append(program(x, g, average))
            except Waits as waits:
                sent.append(waits.args[0])
        if not sent:
            return tuple(np.stack(part) for part in zip(*results, strict=True))
        known.append(np.mean(sent, axis=0))


def normalize_shard(x, g, average):
    """Return x_hat (n, H) and dL/dx (n, H) as one large batch would have them; this machine holds n of its rows.

    x (n, H) are its rows, g (n, H) is dL/dx_hat. average(v) returns the mean over all machines of the arrays v that
    they hand to it; all hold equally many rows and make the same calls. The epsilon under the root is 1e-5.
    """
    mean = average(x.mean(axis=0))
    variance = average(((x - mean) ** 2).mean(axis=0))  # around the mean of all rows
    r = np.sqrt(variance + 1e-5)
    x_hat = (x - mean) / r
    mean_g = average(g.mean(axis=0))
    mean_gx = average((g * x_hat).mean(axis=0))
    return x_hat, (g - mean_g - x_hat * mean_gx) / r


def four_times_the_batch(walks=4000):
    """Noisy steps on a parabola of curvature 1, for two batches: (loss in the end, steps until below twice that)."""
    found = {}
    for rate, B in ((0.05, 1), (0.2, 4)):
        rng, w, losses = np.random.default_rng(0), np.full(walks, 20.0), []
        for _ in range(400):
            losses.append((w * w).mean() / 2)
            noise = rng.normal(scale=4 / np.sqrt(B), size=walks)  # the noise of one row has the size 4
            w = w - rate * (w + noise)
        end = np.mean(losses[300:])
        found[f"rate {rate}, batch of {B}"] = round(float(end), 2), int(np.argmax(losses < 2 * end))
    return found


def largest_rate(momentum=0.9, a=4.0, steps=2000):
    """Try the rates 0.01, 0.02, ... 1.99 on L = a w^2 / 2 and return the largest that leads to the minimum."""
    arrives = []
    for rate in np.arange(1, 200) / 100:
        w, m = 1.0, 0.0
        for _ in range(steps):
            m = momentum * m + a * w
            w = w - rate * m
            if abs(w) > 1e6:
                break
        if abs(w) < 1e-3:
            arrives.append(float(rate))
    return max(arrives)


def seldom_used(every=100, steps=10_000, rate=0.001, beta1=0.9, beta2=0.999):
    """Adam on two weights: one has the slope 1 in each step, the other in every 100th and otherwise 0."""
    w, m, v = np.zeros((3, 2))
    for t in range(1, steps + 1):
        g = np.array([1.0, t % every == 0])
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + 1e-8)
    often, seldom = (-w).tolist()  # how far both have moved
    return {"often": round(often, 2), "seldom": round(seldom, 2), "ratio": round(often / seldom, 1)}


def go_on(state, steps, of=200):
    """Logistic regression with momentum, dropout of inputs and half a cosine, from `state` on: new state, losses."""
    data = np.random.default_rng(1)
    X, rule = data.normal(size=(800, 20)), data.normal(size=20)
    y = X @ rule + data.normal(size=800) > 0
    state, rng, losses = dict(state), np.random.default_rng(), []
    rng.bit_generator.state = state["generator"]
    for _ in range(steps):
        rows = rng.choice(800, 32, replace=False)  # a batch
        x = X[rows] * (rng.random((32, 20)) > 0.3) / 0.7  # dropout
        p = 1 / (1 + np.exp(-x @ state["weights"]))
        losses.append(-np.log(np.where(y[rows], p, 1 - p)).mean())
        state["momentum"] = 0.9 * state["momentum"] + (p - y[rows]) @ x / 32
        rate = 0.2 * (1 + np.cos(np.pi * state["step"] / of)) / 2
        state["weights"] = state["weights"] - rate * state["momentum"]
        state["step"] += 1
    return {**state, "generator": rng.bit_generator.state}, np.array(losses)


def what_shows():
    """Save after 100 of 200 steps, go on without one thing: the first step that differs, and the change of the mean."""
    generator = np.random.default_rng(0).bit_generator.state
    start = {"weights": np.zeros(20), "momentum": np.zeros(20), "step": 0, "generator": generator}
    saved, _ = go_on(start, 100)
    _, whole = go_on(saved, 100)
    found = {}
    for name in start:
        _, losses = go_on({**saved, name: start[name]}, 100)
        found[name] = int(np.argmax(losses != whole)) + 1, round(float((losses - whole).mean()), 3)
    return found


def sixth_patient(rows, seed=0):
    """A network with batch norm, trained for 10 epochs on some digits in batches of 20."""
    rng = np.random.default_rng(seed)
    model = nn.Sequential(nn.Linear(64, 64, rng=rng), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 10, rng=rng))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    for _ in range(10):
        for batch in rng.permutation(len(rows)).reshape(-1, 20):
            optimizer.zero_grad()
            F.cross_entropy(model(Tensor(rows.x[batch])), rows.y[batch]).backward()
            optimizer.step()
    return model


def read_in_batches(model, x, order):
    """The digits that the model reads in x, handed to it in this order, 20 at a time."""
    read = np.empty(len(x), int)
    for batch in order.reshape(-1, 20):
        read[batch] = model(Tensor(x[batch])).data.argmax(axis=1)
    return read


def company_matters(model, x):
    """Return the largest change of an output when the rows are judged in two halves and not all at once."""
    half = len(x) // 2
    together = model(Tensor(x)).data
    apart = np.concatenate([model(Tensor(part)).data for part in (x[:half], x[half:])])
    return float(np.abs(together - apart).max())
