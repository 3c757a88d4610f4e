"""Why this file exists: the exercises on where losses come from, and on learning without targets.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

LOSSES = (
    Exercise(
        number="5.4", title="Noise with long tails", level="easy", kind="derive",
        statement=r"""
A target is the network's answer plus noise $\varepsilon$ with the density $e^{-|\varepsilon| / s} / (2 s)$.

1. Which loss follows from equation (5.1)?
2. The network may only give the same number $c$ for all of the targets 1, 2, 3, 4 and 100. Which $c$ makes this loss
   smallest, and which one makes the squared error smallest?
3. What does that say about outliers, such as a box that somebody drew around the wrong thing?
""",
        hint=r"""
For the second part: what does the loss gain or lose when $c$ moves a little to the right? Count the targets on both
sides.
""",
        explanation=r"""
1. $-\ln p = |y - \hat y| / s + \ln (2 s)$, so the mean absolute error; $s$ is a factor that does not matter for the
   weights.
2. If $c$ moves to the right by a little, the absolute error grows by that much for each target on the left and falls by
   as much for each on the right. It stands still where equally many are on both sides, at the median, 3. The squared
   error is smallest at the mean, $110 / 5 = 22$.
3. The value 100 pulls the mean away from all others; for the median it could be a million. A squared error believes
   that outliers are nearly impossible, and bends everything to explain them.
""",
    ),
    Exercise(
        number="5.6", title="Returns from the end", level="medium", kind="code",
        statement=r"""
An episode has brought a reward at each step. Compute the return of each step. A loop over the steps is fine, but only
one.
""",
        hint=r"""
Begin with the last step, whose return is its reward. *By hand* has the line that leads from each step to the one
before.
""",
        answer=code.discounted, check=checks.discounted,
        explanation=r"""
From the end, each step is one multiplication and one addition. From the front, one would add $T$ terms for each of $T$
steps. With $\gamma = 1$ every step of an episode in which the pole stands $T$ steps gets what is still to come, so the
first pushes are praised most, whether or not they were any good. Over many episodes that averages out, and this is the
noise that lab 5e fights.
""",
    ),
    Exercise(
        number="5.8", title="A baseline costs nothing", level="medium", kind="derive",
        statement=r"""
In equation (5.5) take $R(a) - b$ in place of $R(a)$, with a number $b$ that does not depend on the action.

1. Show that the gradient stays the same, whatever $b$ is.
2. A policy chooses between two actions with probability one half each, with logits $\theta_1, \theta_2$. The returns
   are 101 and 99. Compute what a single try says about $\partial J / \partial \theta_1$, for both actions, with $b =
   0$ and with $b = 100$. What are mean and standard deviation?
3. May $b$ depend on the state? May it depend on the action?
""",
        hint=r"""
The probabilities add up to 1, so what is the sum of their gradients? For the second part
$\partial \ln \pi_a / \partial \theta_1$ is $[a = 1] - \pi_1$.
""",
        explanation=r"""
1. The difference is $b \sum_a \pi_a \nabla \ln \pi_a = b \sum_a \nabla \pi_a = b\, \nabla 1 = 0$.
2. The derivative is $\frac12$ for action 1 and $-\frac12$ for action 2. With $b = 0$ the tries say $50.5$ and $-49.5$:
   mean 0.5, standard deviation 50. With $b = 100$ they say $\frac12$ and $\frac12$: mean 0.5, standard deviation 0. A
   hundred tries with $b = 0$ would leave a standard error of 5, ten times what is to be found.
3. On the state, yes: the sum of 1. runs over actions only, state by state. On the action, no: then $b$ could not be
   drawn out of the sum.
""",
    ),
    Exercise(
        number="5.9", title="The gradient of a mean return", level="medium", kind="code",
        statement=r"""
For a policy without states equation (5.5) can be computed exactly. Write the gradient by the logits, without a Python
loop over the actions.
""",
        hint=r"""
$\partial \ln \pi_a / \partial \theta_k = [a = k] - \pi_k$. Put it into (5.5) and take the two parts of the bracket one
after the other.
""",
        answer=code.return_gradient, check=checks.return_gradient,
        explanation=r"""
Component $k$ is $\pi_k (R_k - J)$ with the mean return $J$. So an action becomes likelier if it is better than what the
policy gets on average, and the mean appears as a baseline by itself. The factor $\pi_k$ is a trap of its own: an action
that is hardly ever tried hardly moves, however good it is. This is why policies are kept from becoming sure too early.
""",
    ),
)
