"""Why this file exists: it holds the code of lab 5e's exercises.

Worked answers, and the experiment whose outcome is to be predicted.

The learner sees this source: the docstring of an answer is the task's contract and stands in the stub, its body stands
in the worked solution. So these functions use what the chapters before teach, and NumPy, and nothing else.
"""

import numpy as np


def stream_returns(rewards, over, gamma):
    """Return what came after each step of a stream of episodes, discounted, (T,).

    rewards (T,) are the rewards of one episode after the other, `over` (T,) is 1 at the last step of each, else 0.
    Nothing is counted beyond the end of the own episode. The last episode may be unfinished: what would come is left
    out.
    """
    returns, after = np.zeros(len(rewards)), 0.0
    for t in range(len(rewards) - 1, -1, -1):
        after = rewards[t] + gamma * after * (1 - over[t])
        returns[t] = after
    return returns


def exploring(q, epsilon):
    """Return the probabilities of the actions, (N, A), of a policy that is greedy but for a share of epsilon.

    q (N, A) are the values of the actions. With probability epsilon any of the A actions is taken, the best one too,
    all alike; else the best one. No two values in a row are equal.
    """
    best = np.eye(q.shape[1])[q.argmax(axis=1)]  # (N, A)
    return (1 - epsilon) * best + epsilon / q.shape[1]


def double_targets(rewards, online, slow, terminated, truncated, gamma):
    """Return the targets of double Q-learning, (N,).

    online and slow (N, A) are what the two networks say of the observation after the step: the first chooses, the
    second judges. `terminated` and `truncated` (N,) are 1 where the step ended its episode by a fall, or by the limit,
    and else 0.
    """
    best = online.argmax(axis=1)
    worth = np.take_along_axis(slow, best[:, None], axis=1)[:, 0]
    return rewards + gamma * worth * (1 - terminated)


def reinforce_gradient(theta, states, actions, advantages):
    """Return the estimate of the policy gradient by theta, (S, A): the mean over the steps of A_t grad log pi.

    The policy is a softmax of the row theta[s] (A,) for each state. states and actions (T,) are what happened, in whole
    numbers, advantages (T,) what each action is credited with.
    """
    powers = np.exp(theta - theta.max(axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True)
    slopes = np.eye(theta.shape[1])[actions] - p[states]  # (T, A)
    which = np.eye(len(theta))[states]  # (T, S)
    return which.T @ (advantages[:, None] * slopes) / len(states)


def best_of_ten(actions=10, tries=5):
    """Try each of so many actions a few times: how large is the largest mean reward, on average over 4,000 such games?

    Every action is worth 0; its rewards are normal with a standard deviation of 1.
    """
    rewards = np.random.default_rng(0).normal(size=(4000, actions, tries))
    return round(float(rewards.mean(axis=2).max(axis=1).mean()), 2)
