"""Why this file exists: it judges the answers to lab 5e's exercises.

Each check takes what the learner hands over and raises `CheckFailed` if it is wrong. Wherever a mistake is common, the
check computes the wrong value as well (a "trap"), so that the message can say which mistake it was.
"""

import numpy as np

from ..calls import call, without_loop
from ..checks import compare
from ..predictions import near
from . import code


def stream_returns(answer):
    rng = np.random.default_rng(0)
    for ends, T, gamma in (((2, 6), 9, 0.5), ((0, 4), 5, 0.9)):
        rewards, over = rng.normal(size=T) + 1, np.isin(np.arange(T), ends).astype(int)
        right, nothing = code.stream_returns(rewards, over, gamma), np.zeros(T, int)
        early, late = np.append(over[1:], 0), np.append(0, over[:-1])
        forward = np.array([rewards[: t + 1] @ gamma ** np.arange(t, -1, -1) for t in range(T)])
        traps = (
            (code.stream_returns(rewards, nothing, gamma), "what an episode earns belongs to that episode alone; here "
             "the next one is counted as well"),
            *((code.stream_returns(rewards, off, gamma), "one step off: `over` is 1 at the last step of an episode, "
               "whose own reward still counts") for off in (early, late)),
            (code.stream_returns(rewards, over, 1.0), "the discount is missing"),
            ((right - rewards) / gamma, "the reward of the step itself is missing"),
            (right - rewards, "the reward of the step itself is missing"),
            (forward, "these are the rewards before a step; asked is what came after"),
            (code.stream_returns(rewards * (1 - over), over, gamma), "the last reward of an episode is lost"),
            (right * gamma, "the reward of the step itself is not discounted"),
        )
        traps = [trap for trap in traps if not np.allclose(trap[0], right)]
        compare(f"stream_returns, gamma {gamma}", call(answer, rewards, over, gamma), right, traps)


def exploring(answer):
    rng = np.random.default_rng(1)
    for N, A, epsilon in ((4, 3, 0.3), (5, 2, 0.1)):
        q = rng.permutation(N * A).reshape(N, A) - 2.0
        best, right = np.eye(A)[q.argmax(axis=1)], code.exploring(q, epsilon)
        powers = np.exp(q - q.max(axis=1, keepdims=True))
        traps = (
            ((1 - epsilon) * best + epsilon / (A - 1) * (1 - best), "the best action is one of those that are drawn at "
             "random, too"),
            (epsilon * best + (1 - epsilon) / A, "the shares are exchanged: epsilon is the share of random actions"),
            ((1 - epsilon) * best + epsilon, "epsilon is shared by all A actions; these rows sum to more than 1"),
            (best, "the random actions are missing"),
            ((1 - epsilon) * best, "the random actions are missing; these rows sum to less than 1"),
            ((1 - epsilon) * np.eye(A)[q.argmin(axis=1)] + epsilon / A, "this prefers the worst action"),
            (powers / powers.sum(axis=1, keepdims=True), "this is a softmax of the values"),
            ((1 - epsilon) * powers / powers.sum(axis=1, keepdims=True) + epsilon / A, "a softmax in place of the "
             "best"),
        )
        traps = [trap for trap in traps if not np.allclose(trap[0], right)]
        compare(f"exploring, {A} actions", call(answer, q, epsilon), right, traps)
    without_loop(answer, lambda N: (np.arange(3.0 * N).reshape(N, 3), 0.2))


def double_targets(answer):
    rng = np.random.default_rng(2)
    for N, A, gamma in ((12, 3, 0.9), (10, 2, 0.5)):
        rewards, online, slow = rng.normal(size=N), rng.normal(size=(N, A)) + 2, rng.normal(size=(N, A)) + 2
        fell, limit = np.arange(N) % 4 == 1, np.arange(N) % 5 < 2  # both, either, none
        terminated, truncated = fell.astype(int), limit.astype(int)

        def of(worth, off=fell, rewards=rewards, gamma=gamma):
            return rewards + gamma * worth * ~off

        rows, never = np.arange(N), np.zeros(N, bool)
        worth = slow[rows, online.argmax(axis=1)]
        right = code.double_targets(rewards, online, slow, terminated, truncated, gamma)
        traps = (
            (of(worth, fell | limit), "an end by the limit is no end: the pole still stands, and its future "
             "is worth something"),
            (of(worth, limit), "terminated and truncated are exchanged"),
            (of(worth, fell & ~limit), "a pole that falls at the last step has fallen: terminated alone "
             "decides"),
            (of(worth, never), "nothing comes after a fall: the worth of what follows has to be left out there"),
            (of(slow.max(axis=1)), "this is the maximum of one network; the online one chooses, the slow one judges"),
            (of(online.max(axis=1)), "this is the maximum of one network; the online one chooses, the slow one judges"),
            (of(online[rows, slow.argmax(axis=1)]), "the roles are exchanged: online chooses, slow judges"),
            (of(worth, gamma=1.0), "the discount is missing"),
            (of(worth) * ~fell, "the reward of the last step counts, too"),
            (of(worth, fell, 0 * rewards), "the reward is missing"),
            (of(slow[rows, online.argmin(axis=1)]), "this takes the worst action"),
        )
        found = call(answer, rewards, online, slow, terminated, truncated, gamma)
        compare(f"double_targets, {A} actions", found, right, traps)
    without_loop(answer, lambda N: (np.ones(N), np.arange(2.0 * N).reshape(N, 2), np.arange(2.0 * N).reshape(N, 2),
                                    np.zeros(N, int), np.zeros(N, int), 0.9))


def reinforce_gradient(answer):
    rng = np.random.default_rng(3)
    for S, A, T in ((3, 2, 8), (4, 3, 11)):
        theta, advantages = 2 * rng.normal(size=(S, A)), rng.normal(size=T) + 0.5
        states, actions = rng.integers(S - 1, size=T), rng.integers(A, size=T)  # one state is never met, some are often
        right = code.reinforce_gradient(theta, states, actions, advantages)
        p = np.exp(theta - theta.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)

        def of(slopes, credit=advantages, S=S, states=states, T=T):
            return np.eye(S)[states].T @ (credit[:, None] * slopes) / T

        taken = np.eye(A)[actions]
        slopes, last = taken - p[states], np.zeros((S, A))
        last[states] = advantages[:, None] * slopes / T
        only = np.zeros((S, A))
        only[states, actions] = (advantages[:, None] * slopes)[np.arange(T), actions] / T
        met = np.maximum(np.bincount(states, minlength=S), 1)[:, None]
        traps = (
            (of(taken), "the slope of log pi is 1 for the action taken minus the probability of each"),
            (of(taken * (1 - p[states])), "the other actions of the same state change as well: by minus their "
             "probability"),
            (of(-slopes), "the sign: an action with a positive advantage is to become likelier"),
            (of(slopes, np.ones(T)), "the advantages are missing"),
            (of(slopes * p[states]), "this is closer to the slope of pi; asked is that of log pi"),
            (of(slopes * p[states, actions][:, None]), "this is the slope of pi; asked is that of log pi"),
            (right * T, "a sum over the steps; asked is the mean"),
            (right * T / met, "a mean for each state; asked is the mean over all steps"),
            (last, "of steps in the same state only one is counted: `x[states] += ...` adds once for each state; "
             "`np.add.at` or a product with one-hot rows adds all"),
            (only, "of steps in the same state only one is counted, and the other actions get nothing"),
        )
        traps = [trap for trap in traps if not np.allclose(trap[0], right)]
        compare(f"reinforce_gradient, {S} states, {A} actions", call(answer, theta, states, actions, advantages), right,
                traps)
    without_loop(answer, lambda N: (np.zeros((2, 2)), np.arange(N) % 2, np.arange(N) // 2 % 2, np.ones(N)))


def best_of_ten(prediction):
    traps = (
        (0, "each mean is right on average; but you look at the largest of ten"),
        (1, "that is the spread of a single reward, not what the largest of ten means is above 0"),
        (1.54, "so large would it be after one try each; five tries make a mean less noisy"),
        (0.45, "that is the spread of one mean; the largest of ten lies further out"),
        (0.31, "divided by the root of the tries and not by five"),
        (10, "nothing here is of that size"),
    )
    question = "how far scatters a mean of five rewards, and how many such spreads lies the largest of ten above?"
    near("the largest mean", prediction, code.best_of_ten(), 0.15, traps, question)
