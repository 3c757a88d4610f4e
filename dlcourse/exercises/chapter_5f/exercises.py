"""Why this file exists: the exercises of lab 5f, with their hints and explanations.

The functions stand in `code.py`, the checks in `checks.py`. The tests hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

ALL = (
    Exercise(
        number="5f.1", title="From visits to a policy", level="easy", kind="code",
        statement=r"""
Write equation (5f.5), the shares of the visits at a temperature $\tau$, for many positions at once and without a Python
loop over them.

Small temperatures lead to large powers: at $\tau = 0.01$ a count of 10,000 becomes $10{,}000^{100}$, more than a
float can hold. What may you do to all counts of a row without changing its shares?
""",
        hint=r"""
Divide each row by its largest count first. Then all numbers lie between 0 and 1, and so do their powers.
""",
        answer=code.shares, check=checks.shares,
        explanation=r"""
A common factor of a row cancels between numerator and denominator, whatever the exponent. After the division the
largest power is 1, so the sum lies between 1 and the number of moves, and nothing overflows. It is the same trick as
subtracting the largest logit in a softmax: with $n_a = e^{z_a}$ equation (5f.5) *is* a softmax of $z$ at temperature
$\tau$.
""",
    ),
    Exercise(
        number="5f.2", title="A move without a prior", level="easy", kind="predict",
        statement=r"""
Two moves. A always pays $0.1$, and the network gives it all of the prior, $P_A = 1$. B wins at once and pays 1, but the
network has never seen it: $P_B = 0$. The search chooses by equation (5f.4). **Before you run the cell**: how many of
100 walks go to B? Afterwards try `visits_without_prior(noise=0.25)`.
""",
        hint=r"""
Write down both scores for the first walk, with $n_A = n_B = 0$. Then again for the second.
""",
        experiment=code.visits_without_prior, prediction="a number from 0 to 100", check=checks.visits_without_prior,
        explanation=r"""
None. In the first walk A has the score $0 + 1.5 \cdot 1 \cdot \sqrt 1 / 1 = 1.5$ and B has 0. From then on A has at
least its mean of $0.1$, and B still has $0$: its bonus is 0 times a root. The search is as blind as its network.

With a noise of a quarter, spread evenly here, B has the prior $0.125$. A few walks go to A, then one to B shows that it
wins, and in the end B has 86 of the 100 visits. This is what the noise of equation (5f.7) is for. (A softmax is never
exactly 0, but $10^{-6}$ is as good as 0 in a search of a few hundred walks.)
""",
    ),
    Exercise(
        number="5f.3", title="Up", level="medium", kind="code",
        statement=r"""
The fourth part of a walk: what the last position is worth goes up to all positions of the walk. Count the visit, and
add the result to the sum, each time as it is for the player who moved there.
""",
        hint=r"""
Begin at the end. The value belongs to the player who is to move after the last step. Who made that step, and what is
it worth to that player?
""",
        answer=code.walked, check=checks.walked,
        explanation=r"""
The sign is the commonest fault in programs that play, and a nasty one: a search with the wrong sign plays for the
opponent's win, and one that does not change the sign at all plays as if both wanted the same. Neither crashes. So test
a search on a position that is won in one move, and on one in which a threat must be stopped. The first finds a wrong
sign, and the second a sign that does not change.
""",
    ),
    Exercise(
        number="5f.4", title="Down", level="medium", kind="code",
        statement=r"""
The first part of a walk: take the move that equation (5f.4) says, in many positions at once and without a Python loop
over them. Some moves are not legal, and must not be taken even if all others look bad.
""",
        hint=r"""
`np.where` can put minus infinity where a move is not legal. `keepdims=True` keeps the sum over the moves in a shape
that fits. A mean over no visits is 0 here, and `np.maximum(n, 1)` avoids the division by 0.
""",
        answer=code.chosen, check=checks.chosen,
        explanation=r"""
Why minus infinity and not 0? Scores may be negative: if all legal moves lose, each $Q$ is near $-1$, and a 0 would be
the best of all. The prior of an illegal move is 0 as well, but that takes away its bonus only.
""",
    ),
    Exercise(
        number="5f.5", title="How often is a worse move tried?", level="hard", kind="derive",
        statement=r"""
Two moves always pay $Q_1$ and $Q_2$, with the gap $\Delta = Q_1 - Q_2 > 0$. After many walks $N$ nearly all visits go
to the first, and a search keeps the scores of both nearly equal: whichever is higher is visited, and falls.

1. Set the scores of equation (5f.3) equal, neglect the bonus of the first move, and derive how $n_2$ grows with $N$.
   When may its bonus be neglected?
2. Do the same for equation (5f.4), with $1 + n \approx n$ and $1 + N \approx N$.
3. Let $\Delta = 0.5$, $N = 10{,}000$, and $c = 1.4$ for UCB. How many visits does the worse move get? And for PUCT with
   $c = 1.5$ and $P_2 = 0.1$?
4. Now both pay the same, $\Delta = 0$. How do the visits divide under PUCT?
""",
        hint=r"""
For the first part: $c \sqrt{\log N / n_2} = \Delta$ plus something that gets small. For the last part the two bonuses
have to be equal.
""",
        explanation=r"""
1. $Q_1 + c \sqrt{\log N / n_1} = Q_2 + c \sqrt{\log N / n_2}$. With $n_1 \approx N$ the left bonus is
   $c \sqrt{\log N / N}$ and goes to 0, so it is small against $\Delta$ once $N$ is large. What is left says

   $$c \sqrt{\frac{\log N}{n_2}} = \Delta \quad \Longrightarrow \quad n_2 = \frac{c^2 \log N}{\Delta^2} .$$

   A logarithm: ten times as many walks cost the same number of further visits each time.
2. The left bonus is $c\, P_1 \sqrt N / N$, which also goes to 0, and

   $$c\, P_2 \frac{\sqrt N}{n_2} = \Delta \quad \Longrightarrow \quad n_2 = \frac{c\, P_2 \sqrt N}{\Delta} .$$

   A root, which in the end is more than any logarithm; but it has the prior as a factor.
3. UCB: $1.96 \cdot 9.21 / 0.25 = 72$ visits. PUCT: $1.5 \cdot 0.1 \cdot 100 / 0.5 = 30$ visits. With a prior of $0.24$
   it would be as many as UCB's.
4. The bonuses have to be equal: $P_1 / (1 + n_1) = P_2 / (1 + n_2)$. So $1 + n_a$ is in proportion to $P_a$: where the
   search sees no difference, its shares $\pi$ are the network's own probabilities, and the network learns nothing new.
""",
    ),
    Exercise(
        number="5f.6", title="What need not be looked at", level="hard", kind="code",
        statement=r"""
Alpha-beta. Let two players walk down a tree that is written as nested lists, such as `[[1, -1], [0, 1]]`: two moves,
two answers to each, and the results for the player who would move next. Return the worth of the position for its mover,
as in equation (5f.1), and how many finished games were looked at.

`alpha` is what the mover is sure of already, `beta` what the opponent will not allow to be passed. A move that is worth
`beta` or more ends the looking, since the opponent will not let it come to this position. For the next player both
change places and signs.
""",
        hint=r"""
Write the plain recursion first: the largest of `-value`. Then hand down the window `-beta, -max(alpha, best)`, and
leave the loop as soon as `best >= beta`.
""",
        answer=code.cut, check=checks.cut,
        explanation=r"""
The result at the root is the same as without cutting; only the count is smaller. In `[[1, -1], [0, 1], [-1, 0]]` there
are 6 finished games, and 5 are looked at. The first move lets the opponent win and is worth $-1$ to us, the second is
worth 0. The third begins with an answer by which the opponent wins. So it is worth no more than $-1$, whatever the
other answer is, and that one need not be looked at.

How much is saved depends on the order. With the best move first everywhere, a tree with $b$ moves and depth $d$ needs
about $2\, b^{d/2}$ of its $b^d$ games (Knuth and Moore 1975), which doubles the depth for the same work. That is why
chess programs spend so much on guessing good moves. It is what a policy network does.
""",
    ),
    Exercise(
        number="5f.7", title="Your own recipe", level="hard", kind="open",
        statement=r"""
The cell trains tic-tac-toe for twelve rounds and prints the lines that are lost after each. Change one thing, and find
out whether it matters: more walks for fewer games at the same work (40 games with 40 walks a move against 160 with 10),
no symmetries (let `self_play.turned` return its batch), other noise, $\tau = 1$ for the whole game, a network of 16
instead of 64. Use at least three seeds for each, write down beforehand what you expect, and say what the difference is
against the spread of the seeds.
""",
        hint=r"""
One number for each run makes it easy to compare: the lines lost, summed over the last five rounds. For symmetries:
`self_play.turned = lambda game, batch, rng: batch`, and restart the kernel afterwards.
""",
        start="""\
import numpy as np

import dlcourse
from dlcourse.apps import boards, policy_value, self_play
from dlcourse.apps.tree_search import network_player
from dlcourse.environments import TicTacToe

dlcourse.set_default_dtype(np.float64)


def lines_lost(seed, settings):
    rng, lost = np.random.default_rng(seed), []
    network = policy_value.tic_tac_toe_network(rng=rng)
    self_play.train(TicTacToe(), network, settings, rng=rng, after_round=lambda number, loss: lost.append(
        boards.against_every_line(TicTacToe(), network_player(TicTacToe(), network)).lost))
    return lost


print(lines_lost(0, self_play.Settings(rounds=2, games=20, walks=20)))  # then rounds=12, games=80, walks=40""",
        explanation=r"""
There is no single right answer. A good one names the seeds, the numbers of each, and what was expected. Two things to
be careful about. The count of lost lines jumps from round to round, so the last round alone tells little; that is why
the hint sums five. And fair means equal work: walks times positions is what costs time, and a setting with twice the
walks has to be compared with one that plays twice the games.
""",
    ),
)
