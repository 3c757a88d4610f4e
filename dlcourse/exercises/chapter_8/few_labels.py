"""Why this file exists: the exercises on heads that are made of few labels, and on labels that nobody gave.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

FEW_LABELS = (
    Exercise(
        number="8.2", title="What is left of a lead", level="easy", kind="predict",
        statement=r"""
A linear model has 40 weights. It begins near the truth, since it was pretrained, and another one begins at zero. Before
any example the pretrained one is ahead by so much. Then both learn from the same 30 examples without noise, by gradient
descent until the loss is 0. **Before you run the cell**: what share of the lead is left, from 0 to 1? Then try 10 and
40 examples.
""",
        hint=r"""
The gain of a start is in equation (8.5). How does it depend on $N$ and $D$, and what was it for $N = 0$?
""",
        experiment=code.gain_left, prediction="a share from 0 to 1", check=checks.gain_left,
        explanation=r"""
A quarter, $1 - N / D = 1 - 30 / 40$. Thirty examples fix 30 directions of the 40, whatever the start was, and in the
other ten each model keeps its start. The lead falls in a straight line: 0.75 of it is left after 10 examples, and
nothing after 40.

The share does not depend on how good the start is. So a learning curve of pretraining looks the same for a good source
and a poor one, on another scale, and it always meets the one from scratch. What a larger network changes is $D$: with
more weights the start matters for longer.
""",
    ),
    Exercise(
        number="8.3", title="A head from means", level="easy", kind="code",
        statement=r"""
The least that one can do with a few labeled features: average them class by class, and give a new picture to the class
whose mean is nearest. Write it without a Python loop over the rows.
""",
        hint=r"""
`np.eye(K)[labels]` has a 1 in each row, in the column of its class. What do you get by multiplying its transpose with
`x`, and what is missing for a mean?
""",
        answer=code.nearest_mean, check=checks.nearest_mean,
        explanation=r"""
With one label for each class this is the nearest neighbor, and with many it is much less flexible: each class is a
single point. That is its strength with few labels. It has nothing to tune and cannot be trained for too long, and a
class with two examples is not drowned by one with twenty, as it would be with sums in place of means.
""",
    ),
    Exercise(
        number="8.11", title="Sure ones only", level="hard", kind="code",
        statement=r"""
A network has given probabilities `p` $(N, K)$ to rows that nobody has labeled. Choose those to learn from. A row is
taken with its likeliest class as a label, if the network gives that class at least `threshold`. But easy classes would
fill the list: take at most `most` rows of each class, the surest ones. Return the numbers of the rows, in increasing
order, and their labels.
""",
        hint=r"""
Class by class: which rows have this answer and are sure enough? `np.argsort` of what puts the surest ones first? A
class may have no row at all.
""",
        answer=code.sure_ones, check=checks.sure_ones,
        explanation=r"""
The cap is there because errors feed on themselves. If the network says 1 too often, a list without a cap has many ones,
the next network is trained on it, and says 1 still more often. A cap keeps the classes balanced, which is right only
if they are balanced in the unlabeled rows as well. (The digits are; a hospital's patients are not.) And the threshold
is a promise of the network about itself: chapter 6 measured when such promises hold. On data that look different they
usually do not.
""",
    ),
    Exercise(
        number="8.12", title="The head that means make", level="hard", kind="derive",
        statement=r"""
Let $m_k$ be the mean of class $k$'s features.

1. Show that *nearest mean* is a linear head: there are $w_k$ and $b_k$ such that the class with the largest
   $w_k \cdot h + b_k$ is the one with the smallest $\lVert h - m_k \rVert$. Which are they?
2. So it can be the start of a head that is trained on. With which softmax does this start agree? Show that
   $p_k \propto e^{-\lVert h - m_k \rVert^2 / 2 \tau}$ is a softmax of these logits at temperature $\tau$.
3. Suppose that the features of each class are normal with mean $m_k$ and the same covariance $\Sigma$, and all classes
   are equally frequent. Which linear head is the best possible one? When is it nearest mean?
4. Multiply all features by an invertible matrix $M$. Which of the heads of 1. and 3. gives the same answers as before?
""",
        hint=r"""
Expand $\lVert h - m_k \rVert^2$ and look at what does not depend on $k$. For the third part write the logarithm of the
normal density, and do the same again.
""",
        explanation=r"""
1. Expand:

   $$\lVert h - m_k \rVert^2 = \lVert h \rVert^2 - 2\, m_k \cdot h + \lVert m_k \rVert^2 .$$

   The first term is the same for all classes. So $w_k = m_k$ and $b_k = -\frac12 \lVert m_k \rVert^2$.
2. Divide the exponent by $2 \tau$ and put in what 1. gives:

   $$-\frac{\lVert h - m_k \rVert^2}{2 \tau} = \frac{w_k \cdot h + b_k}{\tau} - \frac{\lVert h \rVert^2}{2 \tau} .$$

   The last term is the same for all classes, and cancels in the softmax.
3. The logarithm of the density is $-\frac12 (h - m_k)^\top \Sigma^{-1} (h - m_k)$ plus a constant. Expanded as above:
   $w_k = \Sigma^{-1} m_k$ and $b_k = -\frac12 m_k^\top \Sigma^{-1} m_k$. This is *linear discriminant analysis*
   (Fisher 1936). It is nearest mean if $\Sigma$ is a multiple of the identity: if features scatter equally in all
   directions.
4. That of 3.: with $M$, means become $M m_k$ and the covariance $M \Sigma M^\top$, and both $M$ cancel in
   $m_k^\top \Sigma^{-1} h$. Nearest mean may change its answers unless $M$ is orthogonal times a number. So for nearest
   mean it matters whether features are standardized, and for the better head it does not. But $\Sigma$ has
   $D (D + 1) / 2$ numbers, 2,080 of them for $D = 64$, and ten labels cannot tell them. With few labels one takes the
   poorer head, or $\Sigma$ from the *source* task, where there are labels enough.
""",
    ),
)
