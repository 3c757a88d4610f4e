"""Why this file exists: the exercises on regions, starts by measurement, norms and paths, 2.7 to 2.14.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

NORMS = (
    Exercise(
        number="2.7", title="Regions in a disk", level="medium", kind="code",
        statement=r"""
Each neuron of a first hidden layer with two inputs has a line, $w \cdot x + b = 0$, where it changes from silent to
active. The chapter counts into how many regions such lines can cut the plane at most. But data do not fill the plane.
Count exactly into how many regions $H$ given lines cut the disk of a given radius around 0.

Lines may be parallel, but no two are the same. No three of them meet in one point, and none just touches the edge of
the disk.
""",
        hint=r"""
Add the lines one at a time. A new line that crosses $m$ earlier ones *inside the disk* cuts $m + 1$ regions in two, if
it enters the disk at all. So what do you have to count? The distance of a line from 0 is
$\lvert b \rvert / \lvert w \rvert$, and two lines cross where two equations hold: `np.linalg.solve`.
""",
        imports="from itertools import combinations", answer=code.regions_in_disk, check=checks.regions_in_disk,
        explanation=r"""
One region to begin with, one more for each line that enters the disk, and one more for each crossing inside it. If the
disk is large and no lines are parallel, this is the chapter's $1 + H + \binom H2$. With small biases most lines pass
near the middle. With large ones most miss the disk. In five draws of 90 random lines, whose weights have the variance
1 that He's rule gives for two inputs, a disk of radius 3 was cut into 2,409 to 2,885 regions if the standard deviation
of the biases was 1, and into 13 to 52 if it was 30. How many pieces a network *can* have says little about how many
there are where the data lie.
""",
    ),
    Exercise(
        number="2.8", title="Regions in any dimension", level="medium", kind="derive",
        statement=r"""
Let $R(H, D)$ be the largest number of regions into which $H$ hyperplanes cut a space of $D$ dimensions: points cut a
line, lines a plane, planes a room. The chapter counts the lines and quotes $R(H, D) = \sum_{j=0}^{D} \binom Hj$.

1. Add the last of the $H$ hyperplanes. Explain why

   $$R(H, D) = R(H - 1, D) + R(H - 1, D - 1) .$$

2. Show that the sum of binomials fulfills this, and that it is right for $H = 0$ and for $D = 0$.
3. For which $H$ is $R(H, D) = 2^H$, so that every pattern of silent and active neurons occurs? Is that so for a layer
   of 32 neurons on digits of 64 pixels?
4. Without biases all hyperplanes pass through 0. How many regions do $H$ lines through 0 make? Compare with the
   chapter's layer of 90 neurons.
""",
        hint=r"""
Part 1: look at the new hyperplane as a space of its own. What do the others look like in it? Part 2: use
$\binom Hj = \binom{H-1}{j} + \binom{H-1}{j-1}$, a row of Pascal's triangle. Part 3: what is the sum of *all*
$\binom Hj$?
""",
        explanation=r"""
1. The new hyperplane is a space of $D - 1$ dimensions, and the $H - 1$ others cut it in hyperplanes of *that* space,
   into at most $R(H - 1, D - 1)$ parts. Each part lies in one old region and cuts it in two. For the plane this is the
   chapter's argument: a line cut by $m$ points has $m + 1$ parts.
2. $\sum_{j=0}^{D} \binom Hj = \sum_{j=0}^{D} \binom{H-1}{j} + \sum_{j=1}^{D} \binom{H-1}{j-1}$, and the last sum is
   $\sum_{j=0}^{D-1} \binom{H-1}{j}$. For $H = 0$ only $\binom00 = 1$ is there, one region, nothing cut. For $D = 0$
   the space is a point, one region, and $\binom H0 = 1$.
3. $\sum_{j=0}^{H} \binom Hj = 2^H$, and the sum up to $D$ contains all of it if $D \ge H$. So 32 neurons on 64 pixels
   can show all $2^{32}$ patterns, more than 4 billion. In many dimensions width multiplies as well, until there
   are as many neurons as inputs. Depth is needed for doubling only after that.
4. Lines through 0 cross only there. Walk around 0 on a circle: each line is passed twice, so there are $2H$ regions.
   With 90 neurons these are 180 in place of 4,096. Biases are what gives a ReLU layer its regions in the plane.
""",
    ),
    Exercise(
        number="2.9", title="A start made to measure", level="medium", kind="code",
        statement=r"""
He's variance is right on average, for inputs and weights of mean 0. Others may be given, with a mean, or from a
distribution that nobody knows. Then measure in place of computing. For a list of weight matrices with ReLU between them
(no biases) and a batch $X$, find for each matrix the one number by which it has to be multiplied so that the mean
square of $z$, over the batch and over all units of the layer, is exactly 1. Go from the first layer to the last, and
send on what the layers before return *with* their factors.
""",
        hint="""
One loop over the matrices. Compute z, measure it, find the factor, and correct z before you send it through ReLU and
on to the next layer.
""",
        answer=code.start_factors, check=checks.start_factors,
        explanation=r"""
Multiplying $W$ by $c$ multiplies the mean square of $z$ by $c^2$, hence the root. This is the idea of Mishkin and Matas
(2016), who begin with orthogonal matrices and ask for a variance of 1. There is a short cut: for $c > 0$,
$\mathrm{ReLU}(c z) = c\, \mathrm{ReLU}(z)$, so in a ReLU network a factor in one layer only multiplies everything
behind it. One pass with the unscaled weights is enough: the factor of layer $l$ is $\sqrt{q_{l-1} / q_l}$, with
$q_0 = 1$. Batch norm makes this measurement, and each unit's own, again at every step. That is the difference: here
nothing holds the size once training begins.
""",
    ),
    Exercise(
        number="2.10", title="Ten times as large", level="medium", kind="predict",
        statement=r"""
A neuron stands before a batch norm. It is started twice, with the weights $w$ and with $10\, w$, and makes one step of
gradient descent with the same learning rate. The cell measures how far each moves *as a share of its own length*,
$\lvert \Delta w \rvert / \lvert w \rvert$. **Before you run it**: by which factor is this share smaller for the larger
weights?

Then: which learning rate would make the second neuron turn just as fast as the first? Try `times_less(100)` too.
""",
        hint=r"""
The loss is the same at $w$ and at $10\,w$. The chapter says how the two gradients compare. And the lengths?
""",
        given=(code.relative_step,), experiment=code.times_less, prediction="the factor", check=checks.times_less,
        explanation=r"""
By 100. The gradient at $10\,w$ is 10 times smaller, as the chapter derives, and it meets weights that are 10 times as
long. Only the direction of $w$ matters before a batch norm, and how fast it turns is the ratio of the two. So the
learning rate that counts is $\eta / \lvert w \rvert^2$. For weights $c$ times as large the rate has to be $c^2$ times
as large: here 10, where the first neuron had 0.1. With a batch norm the size of first weights does not disappear from
training; it becomes a part of the learning rate. `times_less(100)` is 10,000.
""",
    ),
    Exercise(
        number="2.11", title="Weights that only grow", level="medium", kind="derive",
        statement=r"""
Let $w$ be the weights of one neuron before a batch norm (with $\varepsilon = 0$), so $L(c w) = L(w)$ for all $c > 0$.

1. Differentiate this by $c$ and put $c = 1$. What is the angle between $w$ and $\nabla L(w)$?
2. A step of gradient descent leads from $w_t$ to $w_{t+1} = w_t - \eta \nabla L(w_t)$. Compute
   $\lvert w_{t+1} \rvert^2$. Can the weights ever become shorter?
3. By the chapter, $\lvert \nabla L(w) \rvert = \ell / \lvert w \rvert$, where $\ell$ depends on the direction of $w$
   alone. Suppose that $\ell$ stays about the same. Show that
   $\lvert w_t \rvert^4 \approx \lvert w_0 \rvert^4 + 2 \eta^2 \ell^2 t$.
4. What becomes of the rate that counts, $\eta / \lvert w_t \rvert^2$ (Exercise 2.10), after many steps? How does it
   depend on $\eta$?
""",
        hint=r"""
Part 1 is the chain rule: the derivative of $L(c w)$ by $c$ is $w \cdot \nabla L(c w)$. Part 2 is the theorem of
Pythagoras. Part 3: square the result of part 2, and leave out what is small if a single step is short.
""",
        explanation=r"""
1. The right side does not depend on $c$, so $w \cdot \nabla L(w) = 0$: the gradient stands at a right angle to the
   weights. Walking along $w$ changes nothing.
2. The square is $\lvert w_t \rvert^2 - 2 \eta\, w_t \cdot \nabla L + \eta^2 \lvert \nabla L \rvert^2$, and its middle
   term is 0: $\lvert w_{t+1} \rvert^2 = \lvert w_t \rvert^2 + \eta^2 \lvert \nabla L \rvert^2$. They never become
   shorter. Every step goes along the tangent of a circle and ends outside it.
3. $\lvert w_{t+1} \rvert^2 = \lvert w_t \rvert^2 + \eta^2 \ell^2 / \lvert w_t \rvert^2$. Squared:
   $\lvert w_{t+1} \rvert^4 = \lvert w_t \rvert^4 + 2 \eta^2 \ell^2 + \eta^4 \ell^4 / \lvert w_t \rvert^4$, and the last
   term is small if a step is short beside $\lvert w \rvert$. So the fourth power grows by $2 \eta^2 \ell^2$ in each
   step.
4. For large $t$ it is $\eta / \sqrt{2 \eta^2 \ell^2 t} = 1 / (\ell \sqrt{2t})$. It falls like $1 / \sqrt t$, and $\eta$
   has disappeared. A rate that is too large makes the weights jump outward and is thereby tamed; one that is too small
   leaves them short, so that they turn more easily. Before a batch norm a wrong learning rate is forgiven, in time. The
   last layer and the scales have no norm behind them, and for them the rate stays what it was.
""",
    ),
    Exercise(
        number="2.12", title="Batch norm, folded away", level="medium", kind="code",
        statement=r"""
In evaluation a batch norm uses constants: its running mean and variance. So a linear layer and the batch norm behind
it are two linear maps in a row, hence one. Find it: return the weights and the bias of a single layer that does the
same for every input.
""",
        hint=r"""
Write down what output $j$ becomes: $\gamma_j (w_j \cdot x + b_j - \bar x_j) / \sqrt{s_j^2 + \varepsilon} + \beta_j$,
and sort it into what is multiplied with $x$ and what is not. Output $j$ belongs to row $j$ of the matrix.
""",
        answer=code.fold_norm, check=checks.fold_norm,
        explanation=r"""
With $a_j = \gamma_j / \sqrt{s_j^2 + \varepsilon}$, output $j$ is $(a_j w_j) \cdot x + a_j (b_j - \bar x_j) + \beta_j$.
In use a folded norm costs nothing. In training this cannot be done, since mean and variance depend on the weights and
on the batch. Nor can every norm be folded: in the chapter's residual block the second norm stands right behind a linear
layer, and can be. Between the first norm and the next linear layer there is a ReLU, and before it there is a sum that
others use as well.
""",
    ),
    Exercise(
        number="2.13", title="A norm between the two", level="medium", kind="code",
        statement=r"""
Layer norm takes one mean over all units of an example. *Group norm* (Wu and He 2018) divides the $H$ units into groups
of neighbors, the first $H / G$ units, the next $H / G$, and so on, and gives each group of each example its own mean
and variance. Write it without scale and shift, and without a Python loop over the examples. $G$ divides $H$, the
variance is divided by the number of its values, and $\varepsilon$ stands under the root as in the chapter.
""",
        hint="""
Give the array a third axis, `x.reshape(N, groups, H // groups)`, and look at one example with pencil and paper: which
axis runs inside a group? `keepdims=True` keeps the shapes compatible; at the end, back to (N, H).
""",
        answer=code.group_norm, check=checks.group_norm,
        explanation=r"""
NumPy fills the last axis first, so `reshape` puts neighbors into one group. With $G = 1$ this is layer norm. With
$G = H$ every group is a single number, which equals its own mean, and everything becomes 0: a norm needs something to
compare with, as batch norm does with a batch of one. Like layer norm it is the same in training and in evaluation, and
no example sees another. It was made for pictures and small batches, with all pixels of a few channels as a group.
""",
    ),
    Exercise(
        number="2.14", title="How long is a path?", level="medium", kind="derive",
        statement=r"""
In $k$ residual blocks the branch is $a W_l h$, with no activation, and $\mathrm{Var}[w] = 1 / n$ for all weights, drawn
independently. So $W_l$ keeps the mean square, and the output is a sum over $2^k$ paths.

1. How many paths go through exactly $j$ branches? Which share of the input's mean square does one of them bring? Why
   may the shares of different paths be added? Check that the sum is $(1 + a^2)^k$.
2. Weigh each path with what it brings. How many branches does the signal pass through on average?
3. Put in $a = 1$ and $a = 1 / \sqrt k$. For 32 blocks, which part of the final mean square has gone around all
   branches, in each case? Which part has passed through at most 3 of them, for $a = 1 / \sqrt k$?
""",
        hint=r"""
Part 1: two different paths differ in some block, whose weights stand in one of the products and not in the other. Part
2: with $p = a^2 / (1 + a^2)$ the weights of the lengths are a binomial distribution.
""",
        explanation=r"""
1. There are $\binom kj$ ways to choose the branches, and each brings $a^{2j}$. The mixed term of two paths contains the
   weights of some block only once, and their mean is 0, so it vanishes. The sum is
   $\sum_j \binom kj a^{2j} = (1 + a^2)^k$.
2. Divide by the sum: length $j$ has the weight $\binom kj p^j (1 - p)^{k - j}$ with $p = \frac{a^2}{1 + a^2}$. That is
   a binomial distribution with the mean $k p = k \frac{a^2}{1 + a^2}$.
3. For $a = 1$ the mean length is $\frac k2$; around all 32 branches goes $2^{-32}$, next to nothing. For
   $a = 1 / \sqrt k$ it is $\frac{k}{k + 1}$, *less than one branch*, however many there are. For 32 blocks 37 % has
   gone around all of them, and 98 % has passed through at most 3. At its start a deep network with scaled branches is a
   shallow one. It becomes deep only as far as training makes the branches larger; this is what makes it easy to start.
""",
    ),
)
