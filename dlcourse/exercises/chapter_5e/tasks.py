"""Why this file exists: the exercises on credit, exploration, bootstrapping, and what a reward makes of a learner.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

OWN_START = '''
import numpy as np

from dlcourse.apps import markov

own, spots = markov.grid_world("....G .##.P S....", slip=0.1)
own_values = markov.value_iteration(own)[-1]
own_policy = markov.greedy_policy(markov.action_values(own, own_values))
moves = np.array(["up", "right", "down", "left"])[own_policy.argmax(axis=1)]
for spot, move, value in zip(spots.tolist(), moves, own_values):
    print(spot, move, f"{value:.2f}")
'''.strip()

TASKS = (
    Exercise(
        number="5e.1", title="A stream of episodes", level="easy", kind="code",
        statement=r"""
An agent plays one episode after the other, and all rewards stand in one long array. Compute the return $G_t$ of every
step, with the discount $\gamma$. What an episode earns must not leak into the one before it.
""",
        hint=r"""
Go from the last step to the first and carry along what comes after. What comes after the last step of an episode?
""",
        answer=code.stream_returns, check=checks.stream_returns,
        explanation=r"""
From the back, every return costs one multiplication and one addition, since $G_t = r_t + \gamma G_{t+1}$. Summing anew
for each step would cost $T^2 / 2$ of them. The end of an episode is one factor of 0. The last, unfinished episode is
treated here as if nothing came after; with a learned value one would begin with $\gamma\, v(s)$ of its last state.
""",
    ),
    Exercise(
        number="5e.2", title="Greedy, but not always", level="easy", kind="code",
        statement=r"""
Q-learning must try actions that look bad, or it never learns that they are good. Write down the probabilities of the
policy that is greedy with probability $1 - \epsilon$, and with probability $\epsilon$ takes *any* action, all with the
same probability. Do it for many rows of values without a Python loop.
""",
        hint=r"""
`np.eye(A)[...]` makes a row with a single 1. Which probability has an action that is not the best, and what comes on
top for the best one?
""",
        answer=code.exploring, check=checks.exploring,
        explanation=r"""
The best action has $1 - \epsilon + \epsilon / A$, each other one $\epsilon / A$. With two actions and $\epsilon = 0.05$
only one push in 40 is not the best one. An episode of 500 steps still holds about 12 of them, so the return of the
exploring policy is lower than that of the greedy one. That is why the study judges the greedy policy.
""",
    ),
    Exercise(
        number="5e.3", title="The best of ten", level="medium", kind="predict",
        statement=r"""
Ten actions are all worth nothing: their rewards are normal with mean 0 and standard deviation 1. You try each of them
five times and take the mean. **Before you run the cell**: how large is the *largest* of the ten means, on average? Then
try other numbers of actions and of tries.
""",
        hint=r"""
How far does a mean of five rewards scatter around 0? The largest of ten normal numbers lies about one and a half
standard deviations above their mean.
""",
        experiment=code.best_of_ten, prediction="a number", check=checks.best_of_ten,
        explanation=r"""
About 0.69: a mean of five has the standard deviation $1 / \sqrt 5 = 0.45$, and the largest of ten normal numbers lies
1.54 of them above 0. With 100 tries each it is 0.15. The error shrinks with the root of the tries and grows with the
number of actions, slowly. Q-learning puts such a maximum into every target. What one state has too much is handed on to
the states before it.
""",
    ),
    Exercise(
        number="5e.4", title="Who chooses, who judges, and when it is over", level="medium", kind="code",
        statement=r"""
Compute the targets of double Q-learning, equation (5e.14), for a batch of steps without a Python loop over them. Mind
the two kinds of ends: after a fall nothing comes, after the limit of steps something would have come. A step can have
both marks; then the pole has fallen.
""",
        hint=r"""
Three questions: which action does the *online* network find best, what does the *slow* one say of it, and for which
steps must that be left out?
""",
        answer=code.double_targets, check=checks.double_targets,
        explanation=r"""
`truncated` does not occur in the answer. It ends the episode, and so the loop that plays, but it says nothing about the
world. If it were treated as a fall, the same upright pole would be worth 99 at step 1 and 1 at step 500, and as the
network cannot see the clock, it would learn something between the two.
""",
    ),
    Exercise(
        number="5e.5", title="The gradient of a table", level="medium", kind="code",
        statement=r"""
For a policy $\pi(a \mid s) = e^{\theta_{sa}} / \sum_{a'} e^{\theta_{sa'}}$ compute the estimate of the policy gradient
from $T$ steps, $\frac{1}{T} \sum_t A_t \nabla_\theta \log \pi(a_t \mid s_t)$, as an array of the shape of $\theta$. A
state may occur many times, or never. Write it without a Python loop over the steps.
""",
        hint=r"""
By row: the gradient of $\log \pi(a \mid s)$ by $\theta_s$ is one-hot minus probabilities, as in chapter 1. To add up
what belongs to the same state, multiply by a matrix of one-hot rows.
""",
        answer=code.reinforce_gradient, check=checks.reinforce_gradient,
        explanation=r"""
Look at the rows: each sums to 0, since a constant added to all logits of a state changes nothing. And look at the sign
of $A_t$. An action with a negative advantage becomes less likely, and all others of that state become likelier, in
proportion to the probability that they have already.
""",
    ),
    Exercise(
        number="5e.6", title="The best constant", level="hard", kind="derive",
        statement=r"""
Look at one state with two actions, $\pi(1) = p$ and $\pi(0) = 1 - p$, and one parameter, the logit $\theta$ of action 1
(that of action 0 is fixed at 0). The returns are constants, $G(1) = x$ and $G(0) = y$. The estimate of the gradient is
$g = (G(a) - b)\, \frac{d}{d\theta} \log \pi(a)$.

1. Compute $\frac{d}{d\theta} \log \pi(a)$ for both actions, and the mean of $g$. Where does $b$ go?
2. Compute the variance of $g$ as a function of $b$, and the $b$ for which it is smallest. How small is it then?
3. Compare this $b$ with the mean return $v = p x + (1 - p) y$. When are the two equal?
4. Show for any policy and any one parameter that the best constant is
   $b = \mathbb{E}[G\, s^2] / \mathbb{E}[s^2]$ with $s = \frac{d}{d\theta} \log \pi(a)$.
""",
        hint=r"""
$\pi(1)$ is the sigmoid of $\theta$. The variance is the mean of the square minus the square of the mean, and the mean
does not depend on $b$.
""",
        explanation=r"""
1. $s(1) = 1 - p$ and $s(0) = -p$. The mean of $g$ is
   $p (1 - p)(x - b) - (1 - p) p (y - b) = p (1 - p)(x - y)$: $b$ cancels, because $\mathbb{E}[s] = 0$.
2. The mean of the square is $p (1 - p)^2 (x - b)^2 + (1 - p) p^2 (y - b)^2$. Subtract the square of the mean and sort:

   $$\mathrm{Var}(g) = p (1 - p) \bigl( (1 - p)\, x + p\, y - b \bigr)^2 .$$

   (Shorter: $g$ has two values; its variance is $p (1 - p)$ times the square of their difference.) It is smallest for

   $$b = (1 - p)\, x + p\, y .$$

   Then $x - b = p (x - y)$ and $y - b = -(1 - p)(x - y)$, so both actions give the *same* $g = p (1 - p)(x - y)$: the
   variance is 0, and one try tells the gradient.
3. The weights are exchanged: the best constant gives the return of the *rare* action the large weight. They are equal
   for $p = \frac12$ or $x = y$. For $p$ near 1 the mean $v$ is near $x$, the best $b$ is near $y$.
4. The mean of $g$ does not depend on $b$, so minimize $\mathbb{E}[(G - b)^2 s^2]$: the derivative
   $-2\, \mathbb{E}[(G - b) s^2]$ is 0 for the $b$ given. It is a mean of the returns, weighted by the squared slope.
   The value $v(s)$ is used instead as it can be learned by regression, and as it is the same for all parameters.
""",
    ),
    Exercise(
        number="5e.7", title="A reward of your own", level="hard", kind="open",
        statement="""
The cell solves a map exactly. Make a world of your own, and a reward which sounds sensible and teaches something that
nobody wanted.

1. Draw a map with at least twelve free cells, and write down, **before you run anything**, what you want the walker to
   do and which reward should make it do that.
2. Solve it. Does the best policy do what you wanted? Change `slip`, `cost` and `gamma` until it does something else,
   and explain at which value it turns and why.
3. Now add to `rewards` a bonus for something helpful on the way, a checkpoint say. From which bonus on does the walker
   prefer the bonus to the goal? Predict the number with pencil and paper from a geometric series, then find it.
4. Give the same help without the harm: add a potential, as the section *The wrong reward* does. Check that the best
   policy is the old one.
""",
        hint="""
`dataclasses.replace(own, rewards=...)` makes a process with other rewards. Who can earn a bonus b at every step, by
walking into a wall there, gets b / (1 - gamma) in all; who has to leave and come back for it, b / (1 - gamma**2).
""",
        start=OWN_START,
        explanation=r"""
Marks of a good answer:

- The wish stood there before the run, in words that a policy can violate.
- The turning point was predicted, and the difference between prediction and run explained. With slipping, a walker
  loses steps on which it gets no bonus, so the number from the geometric series is too small.
- A high cost of a step makes the walker hurry, and at last it prefers the pit: ending badly is cheaper than walking on.
  A low one may make it walk into a wall beside the pit rather than past it.
- With a potential that is 0 where episodes end, the values change and the best policy does not.
""",
    ),
)
