"""Learning to balance: eight learners beside chance and a rule that nobody trained, and what luck has to do with it.

    python -m dlcourse.studies cartpole_learning

REINFORCE with three baselines gets 100,000 steps of CartPole, deep Q-learning in five forms 40,000, which takes more
time. After every batch of episodes, and every 2,000 steps of Q-learning, the greedy policy plays the 20 episodes of
`CHECK`; these count for nothing but the curve, the first check of 475 or more, and the choice of the best checkpoint.
Then the last policy and the best one play 100 other episodes, `FINAL`, once.

Every learner gets a sweep of the learning rate, by seeds that are used for nothing else, five for REINFORCE and two for
deep Q-learning; the rate with the largest mean of the checks wins. Then five other seeds learn. The other settings are
those of the classes and were not tuned, except that inputs of the Q-networks were scaled after a run without scaling
had learned little, and that a batch of 64 and two updates for eight steps were set by what a page's time allows.

REINFORCE was swept by two seeds at first. They spoke for a rate of 0.08 with the mean as baseline, 446.4 against 446.1
for 0.04, and with 0.08 one of the five seeds that were to be judged did not get to the goal. Two seeds were too few to
tell these rates apart, so after that had been seen the sweeps of REINFORCE were made with five seeds, all three.

Without a target network the Huber loss, which the learners with one have, diverged at every rate, with a memory and
without. The squared loss was tried after that had been seen; with it there are two more learners, and the one with
Huber and a memory is kept as a warning. A target network with the squared loss was not tried.

The policy of seed 0 after REINFORCE with the mean as baseline is stored, the last one and not the best: `policy`.
"""

import copy
import time

import numpy as np

from dlcourse.apps import policy_gradient, q_learning
from dlcourse.checkpoint import load_state, save_state
from dlcourse.environments import episode_returns, hand_rule, random_policy

from .chapter_1 import in_float64
from .table import FOLDER, read, write

SWEEP_SEEDS, SEEDS = {"REINFORCE": range(100, 105), "DQN": range(100, 102)}, range(5)
CHECK, FINAL = 1_000_000, 2_000_000  # seeds of the episodes that judge
GOAL, EVERY = 475, 2_000
STEPS = {"REINFORCE": 100_000, "DQN": 40_000}
LEARNERS = {
    "REINFORCE, no baseline": {"baseline": "none"},
    "REINFORCE, mean": {"baseline": "mean"},
    "REINFORCE, value": {"baseline": "value"},
    "DQN, no memory": {"replay": False, "target": "none", "loss": "squared"},
    "DQN, no target": {"target": "none", "loss": "squared"},
    "DQN, no target, Huber": {"target": "none"},
    "DQN, target": {"target": "hard"},
    "DQN, double and soft": {"target": "soft", "double": True},
}
RATES = {"REINFORCE": [0.01, 0.02, 0.04, 0.08], "DQN": [0.0003, 0.001, 0.003]}
# The one with a memory was best at the largest rate, so both with the squared loss got one more.
FURTHER = {"DQN, no memory": [0.01], "DQN, no target": [0.01]}
CHOSEN = {  # what `best_rate` finds
    "REINFORCE, no baseline": 0.02, "REINFORCE, mean": 0.04, "REINFORCE, value": 0.04, "DQN, no memory": 0.001,
    "DQN, no target": 0.003, "DQN, no target, Huber": 0.0003, "DQN, target": 0.001, "DQN, double and soft": 0.001,
}  # fmt: skip
WEIGHTS = FOLDER / "cartpole_policy.safetensors"


def family(name):
    """ "REINFORCE" or "DQN"."""
    return name.split(",")[0]


def rates(name):
    """The grid of the sweep."""
    return RATES[family(name)] + FURTHER.get(name, [])


def run(name, seed, rate, steps=None):
    """Learn; after each batch or so: steps and episodes so far, and the network whose largest output acts."""
    end = steps or STEPS[family(name)]
    if family(name) == "DQN":
        learner = q_learning.DQN(lr=rate, seed=seed, **LEARNERS[name])
        while learner.steps < end:
            learner.advance(EVERY)
            yield learner.steps, learner.played, learner.online
        return
    network = policy_gradient.network(2, rng=np.random.default_rng(seed))
    learner = policy_gradient.Reinforce(network, lr=rate, seed=seed, **LEARNERS[name])
    while learner.steps < end:
        learner.iterate()
        yield learner.steps, learner.played, network


def learn(name, seed, rate, steps=None):
    """The last network, the best one, and the checks on the way, (checks, 3): steps, episodes, return.

    Of networks that are equally good at their check the first counts as best.
    """
    checks, best, started = [], None, time.process_time()
    for at, played, network in run(name, seed, rate, steps):
        found = mean_return(network)
        if best is None or found > max(check[2] for check in checks):
            best = copy.deepcopy(network)
        checks.append((at, played, found))
    return network, best, np.array(checks), time.process_time() - started


def mean_return(network):
    """What the greedy policy earns on the 20 episodes of the checks."""
    return float(episode_returns(policy_gradient.greedy(network), 20, CHECK).mean())


def curve(checks, steps):
    """The last check at every 2,000 steps; before the first one, the first.   Returns: (steps / 2,000,)."""
    at = np.arange(EVERY, steps + 1, EVERY)
    return checks[np.maximum(np.searchsorted(checks[:, 0], at, side="right") - 1, 0), 2]


def judged(act):
    """Mean and worst of 100 episodes that nothing was chosen by."""
    earned = episode_returns(act, 100, FINAL)
    return round(float(earned.mean()), 1), int(earned.min())


EMPTY = {"seed": "", "rate": "", "score": "", "first_steps": "", "first_episodes": "", "last": "", "last_worst": "",
         "best": "", "best_worst": "", "seconds": "", "curve": ""}  # fmt: skip


def sweep_row(name, rate):
    """One row of the sweep: the mean of all checks, over the seeds of the sweep."""
    steps, seeds = STEPS[family(name)], SWEEP_SEEDS[family(name)]
    found = [curve(learn(name, seed, rate)[2], steps).mean() for seed in seeds]
    return {"learner": name, "stage": "sweep"} | EMPTY | {"rate": rate, "score": round(float(np.mean(found)), 1)}


def seed_row(name, seed, steps=None):
    """One row: what became of a seed with the chosen rate. Also the last network."""
    last, best, checks, seconds = learn(name, seed, CHOSEN[name], steps)
    there = checks[checks[:, 2] >= GOAL][:1]
    reached = {"first_steps": int(there[0, 0]), "first_episodes": int(there[0, 1])} if len(there) else {}
    figures = curve(checks, steps or STEPS[family(name)])
    row = {"learner": name, "stage": "seeds"} | EMPTY | {"seed": seed, "rate": CHOSEN[name]} | reached
    row |= dict(zip(("last", "last_worst"), judged(policy_gradient.greedy(last)), strict=True))
    row |= dict(zip(("best", "best_worst"), judged(policy_gradient.greedy(best)), strict=True))
    return row | {"score": round(float(figures.mean()), 1), "seconds": round(seconds, 1),
                  "curve": " ".join(f"{figure:.0f}" for figure in figures)}, last  # fmt: skip


def untrained_row(name):
    """One row: chance, or the rule."""
    mean, worst = judged(hand_rule if name == "hand rule" else random_policy(0))
    return {"learner": name, "stage": "untrained"} | EMPTY | {"last": mean, "last_worst": worst}


def best_rate(name):
    """The rate that the sweep speaks for; of rates that tie, the lower one."""
    rows = [row for row in read("cartpole_learning") if (row["learner"], row["stage"]) == (name, "sweep")]
    return float(max(rows, key=lambda row: (float(row["score"]), -float(row["rate"])))["rate"])


def rows_of(name):
    """The five rows of a learner, by seed."""
    return [row for row in read("cartpole_learning") if (row["learner"], row["stage"]) == (name, "seeds")]


def policy():
    """The stored policy in the default dtype: observations (N, 4) in, two logits out."""
    model = policy_gradient.network(2, rng=np.random.default_rng(0))
    load_state(WEIGHTS, model)
    return model.eval()


@in_float64()
def remake():
    """Sweep the rates, learn with five seeds each, judge, store the table and the policy, also in the figure."""
    from dlcourse.figures.balance import write_numbers  # whoever wants the policy needs no figures

    started, command = time.perf_counter(), "python -m dlcourse.studies cartpole_learning"
    rows = [sweep_row(name, rate) for name in LEARNERS for rate in rates(name)]
    write("cartpole_learning", rows, command, started)
    for name in LEARNERS:
        if best_rate(name) != CHOSEN[name]:
            raise RuntimeError(f"the sweep speaks for {name} at rate {best_rate(name)}: change CHOSEN, and look")
    rows += [untrained_row(name) for name in ("random", "hand rule")]
    for name in LEARNERS:
        for seed in SEEDS:
            row, network = seed_row(name, seed)
            rows.append(row)
            if (name, seed) == ("REINFORCE, mean", 0):
                save_state(WEIGHTS, network.float())
                write_numbers(network)
        write("cartpole_learning", rows, command, started)
