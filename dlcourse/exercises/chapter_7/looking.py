"""Why this file exists: the exercises on attention, on what it costs, and on doing a recurrence all at once.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

LOOKING = (
    Exercise(
        number="7.8", title="Break-even", level="medium", kind="predict",
        statement=r"""
A GRU with as many inputs as units, $D = H$, does three products of $H \times H$ with the input and three with the state
at each of the $T$ steps. Self-attention compares all pairs of places, $T^2 H$ multiplications for the scores, and as
many for the weighted means; leave its linear maps aside. **Before you run the cell**: up to which length does the
looking need no more multiplications than the GRU, for $H = 64$? Then run it for $H = 512$.
""",
        hint=r"""
Write both as a formula in $T$ and $H$, set them equal, and divide by what both have.
""",
        experiment=code.break_even, prediction="a number of steps", check=checks.break_even,
        explanation=r"""
$6\, T H^2 = 2\, T^2 H$ gives $T = 3 H$, so 192 for $H = 64$ and 1536 for $H = 512$. As long as a sequence is not much
longer than its vectors are wide, the pairs are not what costs; the linear maps and the small network at each place
are, and they grow in proportion to $T$. The square begins to hurt with documents, sound and pictures. Then also the
*memory* for $T^2$ weights does, unless they are computed piece by piece and never stored (Dao et al. 2022).
""",
    ),
    Exercise(
        number="7.9", title="Look back, not ahead", level="medium", kind="code",
        statement=r"""
Write scaled dot-product attention with a causal mask, without a Python loop: place $t$ takes the mean of the values of
all places $s \le t$, weighted by a softmax of $q_t^\top k_s / \sqrt d$. Scores may be large, so subtract the largest
one before the exponential.
""",
        hint=r"""
`np.tri(T)` has ones on and below its diagonal. What score makes a weight 0 and leaves the others adding up to 1? Over
which axis does the softmax run, if row $t$ holds what place $t$ sees?
""",
        answer=code.look_back, check=checks.look_back,
        explanation=r"""
The mask acts on the *scores*, before the softmax. To set weights to 0 afterwards is not the same: they no longer add up
to 1, and the places ahead have had their say in the sum. The first place sees only itself, so its context is its own
value, whatever the numbers are; a quick test for every implementation. And all $T$ places are computed at once: while
it learns, a causal model gets $T$ predictions for the price of one pass.
""",
    ),
    Exercise(
        number="7.12", title="All steps in log T rounds", level="hard", kind="derive",
        statement=r"""
A linear recurrence, $h_t = a_t h_{t-1} + b_t$ with $h_0 = 0$, seems to need its $T$ steps one after the other. Write a
step as the pair $(a, b)$, and say that $(a, b)$ *followed by* $(a', b')$ is the pair

$$(a, b) \circ (a', b') = (a\, a',\; a'\, b + b') .$$

1. Show that the pair of two steps does to $h$ what the two steps do one after the other.
2. Show that $\circ$ is associative: how one puts the brackets does not matter.
3. What stands in the second place of $(a_1, b_1) \circ \dots \circ (a_t, b_t)$? Use 2. to compute *all* $h_t$ in
   $\log_2 T$ rounds, each of which works on all places at once. Count its multiplications against those of the loop.
4. Why does this not work for $h_t = \tanh(a_t h_{t-1} + b_t)$?
""",
        hint=r"""
Apply $h \mapsto a h + b$ and then $h \mapsto a' h + b'$. For the rounds: after round 1 each place holds the pair of
itself and the place before, after round 2 of four places. Which pair must a place take in to go from $2^k$ to
$2^{k+1}$?
""",
        explanation=r"""
1. $a' (a h + b) + b' = (a a')\, h + (a' b + b')$.
2. By 1. both bracketings are the same map, three steps one after the other, and a pair is determined by its map. Or
   compute: both give $(a a' a'',\; a'' a' b + a'' b' + b'')$.
3. $h_t$, since $h_0 = 0$. In round $k = 0, 1, \dots$ place $t$ replaces its pair by the pair of place $t - 2^k$
   followed by its own (places without such a one are finished). Before the round it covers the last $2^k$ steps, after
   it $2^{k+1}$. After $\lceil \log_2 T \rceil$ rounds every place covers all steps up to it. The loop needs $T$
   multiplications and $T$ rounds; this needs two for each place and round, about $2\, T \log_2 T$ in all, and
   $\log_2 T$ rounds: more work, less waiting. (Blelloch 1990 has a way with about $3\, T$.) For $T = 1024$ that is 10
   rounds instead of 1024.
4. Two such steps are $\tanh(a' \tanh(a h + b) + b')$, which is not of the form $\tanh(a'' h + b'')$. The family of
   maps is not closed, so there is no pair to pass on. State-space models give up the bend *inside* the recurrence for
   this reason, and put the bends between layers.
""",
    ),
)
