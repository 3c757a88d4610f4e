"""What the planted answers of lab 5e are made of: solutions with a choice of faults, and faulty ones."""

import numpy as np
from scipy.special import log_softmax, softmax


def stream(rewards, over, gamma, leak=False, shift=0, own=1, first=1, last=True):
    """Returns episode by episode, as sums of powers, with a choice of faults."""
    T = len(rewards)
    ends = [] if leak else [t + 1 - shift for t in range(T) if over[t]]
    edges = sorted({0, T, *[end for end in ends if end > 0]})
    result = np.zeros(T)
    for begin, end in zip(edges[:-1], edges[1:], strict=True):
        for t in range(begin, end):
            for k in range(t, end):
                counted = own if k == t else 1
                if not last and k == end - 1 and over[k]:
                    counted = 0
                result[t] += first * counted * gamma ** (k - t) * rewards[k]
    return result


def exploring(q, epsilon, others=False, exchange=False, share=None, pick=np.argmax, rest=True):
    """Probabilities action by action, with a choice of faults."""
    N, A = q.shape
    if exchange:
        epsilon = 1 - epsilon
    each = epsilon if share == "whole" else epsilon / (A - 1 if others else A)
    p = np.full((N, A), each if rest else 0.0)
    rows, best = np.arange(N), pick(q, axis=1)
    p[rows, best] = 1 - epsilon if others else p[rows, best] + 1 - epsilon
    return p


def exploring_by_rows(q, epsilon):
    """The right values, row by row."""
    return np.array([exploring(row[None], epsilon)[0] for row in q])


def judged(rewards, online, slow, terminated, truncated, gamma, ends="fall", choose="online", judge="slow", keep=True):
    """Targets by masks, with a choice of faults."""
    tables = {"online": online, "slow": slow}
    best = tables[choose].argmax(axis=1)
    worth = np.where(np.arange(online.shape[1]) == best[:, None], tables[judge], 0).sum(axis=1)
    terminated, truncated = np.asarray(terminated) > 0, np.asarray(truncated) > 0
    over = {"fall": terminated, "both": terminated | truncated, "limit": truncated, "never": terminated & False,
            "fall alone": terminated & ~truncated}[ends]  # fmt: skip
    targets = np.where(over, 0, gamma * worth)
    return targets + (rewards if keep is True else np.where(over, 0, rewards) if keep == "inside" else 0)


def judged_by_steps(rewards, online, slow, terminated, truncated, gamma):
    """The right values, step by step."""
    found = [judged(*(part[i : i + 1] for part in (rewards, online, slow, terminated, truncated)), gamma)[0]
             for i in range(len(rewards))]
    return np.array(found)


def slopes(theta, states, actions, advantages, mean="all", sign=1, others=True, credit=True, of="log", add=True):
    """The gradient by np.add.at, with a choice of faults."""
    p = softmax(theta, axis=1)[states]
    rows = np.arange(len(states))
    slope = np.zeros((len(states), theta.shape[1]))
    slope[rows, actions] = 1
    slope = slope - p if others is True else slope if others == "one-hot" else slope * (1 - p)
    if of == "p":
        slope = slope * p[rows, actions][:, None]
    slope = sign * slope * (advantages[:, None] if credit else 1)
    result = np.zeros(theta.shape)
    if add:
        np.add.at(result, states, slope)
    else:
        result[states] += slope
    if mean == "states":
        return result / np.maximum(np.bincount(states, minlength=len(theta)), 1)[:, None]
    return result / (len(states) if mean == "all" else 1)


def slopes_by_steps(theta, states, actions, advantages):
    """The right values, step by step."""
    return sum(slopes(theta, states[t : t + 1], actions[t : t + 1], advantages[t : t + 1])
               for t in range(len(states))) / len(states)  # fmt: skip


def slopes_by_differences(theta, states, actions, advantages, h=1e-6):
    """The gradient of the mean of A log pi, by finite differences."""
    def worth(table):
        return (advantages * log_softmax(table, axis=1)[states, actions]).mean()

    result = np.zeros(theta.shape)
    for place in np.ndindex(theta.shape):
        move = np.zeros(theta.shape)
        move[place] = h
        result[place] = (worth(theta + move) - worth(theta - move)) / (2 * h)
    return result
