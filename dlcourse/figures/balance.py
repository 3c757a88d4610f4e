"""Why this file exists: the figure of lab 5e, in which the reader or what has learned to keeps a pole upright."""

import functools
import itertools

import numpy as np
import traitlets

from .. import nn, no_grad
from ..environments import CartPole, hand_rule
from ..environments.cartpole import START
from ..tensor import Tensor
from .base import HERE, Figure, random_numbers

MOST = 500  # steps of an episode
HIDDEN = 32
KEYS = ("0.weight", "0.bias", "2.weight", "2.bias")


def policy_network() -> nn.Sequential:
    """The shape of the network: four numbers in, the logits of left and right out."""
    rng = np.random.default_rng(0)
    return nn.Sequential(nn.Linear(4, HIDDEN, rng=rng), nn.Tanh(), nn.Linear(HIDDEN, 2, rng=rng))


def write_numbers(network):
    """Write the weights of a policy network beside this file, in single precision, layer by layer."""
    state = network.state_dict()
    weights = np.concatenate([np.asarray(state[key]).ravel() for key in KEYS])
    (HERE / Balance.numbers).write_bytes(weights.astype("<f4").tobytes())


@functools.cache
def _stored() -> dict:
    """The weights that lie beside this file, by name."""
    weights, arrays, start = np.frombuffer(Balance.stored_numbers(), "<f4"), {}, 0
    for key, like in policy_network().state_dict().items():
        arrays[key] = weights[start : start + like.size].reshape(like.shape)
        start += like.size
    return arrays


def likelier(network, observations) -> np.ndarray:
    """The actions that a network finds likelier.   Shapes:  observations (N, 4)  ->  (N,)."""
    with no_grad():
        return network(Tensor(observations)).data.argmax(axis=1)


class Balance(Figure):
    """CartPole to be played: two carts start alike, the upper one steered by the reader or a policy.

    The network, Linear(4, 32), Tanh, Linear(32, 2), is the one that the study `cartpole_learning` trained by REINFORCE
    and keeps in `cartpole_policy.safetensors`; here it pushes to the side that it finds likelier. What happens follows
    from the values alone.

    driver   who steers the upper cart: "you", "random", "rule" (the hand rule) or "network"
    rival    who steers the lower cart: "network", "rule" or "nobody", without a lower cart
    seed     of the start, and of the random pushes
    steps    how many steps of 0.02 seconds are over, at most 500
    side     to which side the reader pushes, "left" or "right"
    actions  what the reader pushed in each step, 0 for left and 1 for right; where it ends, `side` goes on
    kick     how much faster the pole turns after a knock, in rad/s, positive to the right
    kicks    the knocks so far, lists [steps before it, kick], for both carts
    speed    of what is played, 1 for real time
    best     the most steps that the reader lasted

    Raises:  traitlets.TraitError for a value out of range.   Chapter: 5e.
    """

    script = "balance"
    numbers = "balance.bin"
    alt = (
        "Two carts on tracks, each with a pole that is to be kept upright. The reader steers the upper one with two "
        "buttons or a slider, or lets a policy do it; a network that learned by trial steers the lower one. Beside "
        "them stand the four numbers of each state, the network's probabilities, and how many steps each has lasted."
    )

    driver = traitlets.Enum(["you", "random", "rule", "network"], "you").tag(sync=True)
    rival = traitlets.Enum(["network", "rule", "nobody"], "network").tag(sync=True)
    seed = traitlets.Int(0, min=0, max=999).tag(sync=True)
    steps = traitlets.Int(0, min=0, max=MOST).tag(sync=True)
    side = traitlets.Enum(["left", "right"], "right").tag(sync=True)
    actions = traitlets.List(traitlets.Int(min=0, max=1), maxlen=MOST).tag(sync=True)
    kick = traitlets.Float(0.5, min=-3, max=3).tag(sync=True)
    kicks = traitlets.List().tag(sync=True)
    speed = traitlets.Enum([0.1, 0.2, 0.5, 1.0], 0.2).tag(sync=True)
    best = traitlets.Int(0, min=0, max=MOST).tag(sync=True)

    @traitlets.default("tries")
    def _tries(self):
        return [
            "Push to one side and nothing else. After how many steps has the pole fallen? Then steer it yourself, in "
            "slow motion or one step at a time. How long do you last?",
            "Let random pushes steer the upper cart, from a few starts. How far do they get, and how far does the "
            "network get from the same starts?",
            "Let the hand rule steer the upper cart from start 11, in real time. Its pole never falls, and yet it does "
            "not reach step 500. Where does it end, and which of the four numbers does the rule never look at?",
            "Let the hand rule steer above and the network below, and knock at 0.5, at 1.5 and at 3 rad/s. The network "
            "never met a knock while it learned. Which of the two stands longer after 1.5, and why can nobody stand 3?",
        ]

    @traitlets.validate("kicks")
    def _are_kicks(self, proposal):
        try:
            kicks = [[int(at), float(kick)] for at, kick in proposal["value"]]
            good = all(0 <= at <= MOST and abs(kick) <= 3 for at, kick in kicks)
        except (TypeError, ValueError):
            good = False
        if not good:
            raise traitlets.TraitError(f"kicks expected lists [steps before it, rad/s], such as [[20, 0.5]], steps to "
                                       f"{MOST}, rad/s from -3 to 3, got {proposal['value']!r:.60}")
        return kicks

    def network(self) -> nn.Sequential:
        """The network that steers, from observations (N, 4) to the logits of left and right (N, 2)."""
        network = policy_network()
        network.load_state_dict(_stored())
        return network

    def probabilities(self, states) -> np.ndarray:
        """How likely the network makes a push to the left and to the right.   (N, 4)  ->  (N, 2)."""
        with no_grad():
            return self.network()(Tensor(np.asarray(states))).softmax(dim=-1).data

    def start(self) -> np.ndarray:
        """Where both carts begin, (4,): the first numbers of the seed."""
        return np.array([START * (2 * drawn - 1) for drawn in itertools.islice(random_numbers(self.seed), 4)])

    def policy(self, who):
        """A policy, made for one episode: a function from observations (N, 4) to actions (N,)."""
        if who == "network":
            return functools.partial(likelier, self.network())
        if who == "rule":
            return hand_rule
        draws = (int(drawn > 0.5) for drawn in itertools.islice(random_numbers(self.seed), 4, None))
        own = itertools.chain(self.actions, itertools.repeat(int(self.side == "right")))
        chosen = {"you": own, "random": draws}[who]
        return lambda observations: np.array([next(chosen) for _ in observations])

    def episode(self, who) -> np.ndarray:
        """The states of a cart that `who` steers, from the start as far as it got in `steps` steps: (T + 1, 4)."""
        env, policy, over, states = CartPole(limit=MOST), self.policy(who), False, []
        env.state = [self.start()]
        for n in range(self.steps + 1):
            if n:
                _, _, (over,), _ = env.step(policy(env.observations))
            if not over and (faster := sum(kick for at, kick in self.kicks if at == n)):
                env.state = env.state + [0, 0, 0, faster]
            states.append(env.state[0])
            if over:
                break
        return np.array(states)
