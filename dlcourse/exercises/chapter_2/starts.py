"""Why this file exists: the exercises on folding and on first weights that need one idea each, 2.1 to 2.6.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

STARTS = (
    Exercise(
        number="2.1", title="Fold in m", level="easy", kind="code",
        statement=r"""
The tent folds $[0, 1]$ in two. Fold it in $m$: choose joints $c_j$ and weights $v_j$ for $m$ ReLU neurons such that

$$f(x) = \sum_{j=0}^{m-1} v_j \, \mathrm{ReLU}(x - c_j)$$

goes from 0 up to 1, down to 0, up to 1 and so on, in $m$ straight pieces of equal width. For $m = 2$ it is the tent.
""",
        hint="""
Draw $m = 3$. What is the slope of each piece? At $x = 0$ the first neuron sets it. By how much does it change at the
first joint, and by how much at the second? The weight of a neuron is the change of slope at its joint.
""",
        answer=code.fold_in, check=checks.fold_in,
        explanation=r"""
A piece has the width $\frac1m$ and the height 1, so its slope is $m$ or $-m$. The first neuron sets the slope $m$.
Every later one turns it round, and from $m$ to $-m$ is a change of $-2m$, from $-m$ to $m$ one of $2m$.

Folded in $m$ and repeated $k$ times, the strip has $m^k$ pieces. Which fold is cheapest? With $k$ hidden layers of $m$
neurons, $2m$ parameters go into the first, $m^2 + m$ into each later one and $m + 1$ into the output. For
$2^{20}$ pieces, about a million, that makes 121 parameters with 20 layers of 2, 193 with 10 layers of 4, 3,265 with 4
layers of 32, and 1,052,673 with 2 layers of 1,024. A single layer needs more than 3 million. Each step from wide to
deep saves parameters here: the first divides their number by 3, the second by more than 300, the third by 17, and the
last by only 1.6.
""",
    ),
    Exercise(
        number="2.2", title="Four starts", level="easy", kind="predict",
        statement=r"""
Four networks have 20 layers of $n = 256$ units, no biases, and inputs of mean square 1. Their first weights are

- A. normal with the standard deviation $\sqrt{2 / n}$, and the activation is the absolute value;
- B. normal with the standard deviation $2 / n$, and the activation is ReLU;
- C. uniform between $\pm \sqrt{2 / n}$, and the activation is ReLU;
- D. uniform between $\pm \sqrt{6 / n}$, and the activation is ReLU.

In one of them the mean square of $z$ in the last layer is between 0.1 and 10. **Before you run the cell**: in which?
Predict the power of ten for the other three as well.
""",
        hint=r"""
Write down the variance of a weight in each case, and the share of the mean square that the activation keeps. What is
the factor of one layer? There are 19 layers behind an activation; the first gets the inputs themselves.
""",
        experiment=code.four_starts, prediction='"A", "B", "C" or "D"', check=checks.four_starts,
        explanation=r"""
D. With $a = \sqrt{6/n}$ the variance is $a^2 / 3 = 2/n$: He's weights in another shape, and the shape does not matter.
Theory says 2 in every layer, the run says 1.1.

- A. The absolute value keeps the whole mean square, so He's weights double it in each layer: $2^{20} \approx 10^6$.
- B. A standard deviation of $2/n$ is a variance of $4/n^2$, and the factor is $2/n = \frac{1}{128}$. Variance and
  standard deviation mixed up, the most expensive slip of this subject: $1.6 \cdot 10^{-42}$ is left.
- C. Here $a^2 / 3 = \frac{2}{3n}$. The limits of a uniform number are not its standard deviation, and the factor is
  $\frac13$: $4.6 \cdot 10^{-10}$ is left.
""",
    ),
    Exercise(
        number="2.3", title="A ReLU that leaks", level="easy", kind="derive",
        statement=r"""
The leaky ReLU is $\phi(z) = z$ for $z > 0$ and $\phi(z) = a z$ for $z \le 0$, with a fixed number $a$ that is often
small and positive. Weights are drawn as in the chapter, so $z$ and $-z$ are equally likely.

1. Which share of the mean square does it keep? Derive the variance of first weights that keeps the signal.
2. Derive the variance that keeps the gradient on its way back.
3. Somebody uses $a = 0.2$ with weights made for ReLU, $\mathrm{Var}[w] = 2 / n_\text{in}$. By which factor does the
   mean square change from the first layer to the twentieth? And for $a = 0.01$?
4. Which functions are $a = 1$ and $a = -1$, and what do they have in common?
""",
        hint=r"""
Part 1: half of the mean square comes from positive $z$, half from negative ones. What happens to each half? Part 2
needs the mean of the *squared slope*. Part 3: 19 activations lie between the two.
""",
        explanation=r"""
1. The positive half stays, of the negative half $a^2$ is kept: together $\frac{1 + a^2}{2}$. So
   $q_l = \frac{1 + a^2}{2} n_\text{in} \mathrm{Var}[w]\, q_{l-1}$, and
   $\mathrm{Var}[w] = \frac{2}{(1 + a^2)\, n_\text{in}}$ (He et al. 2015, eq. 15).
2. The slope is 1 for half of the units and $a$ for the others, so $\mathbb{E}[\phi'^2] = \frac{1 + a^2}{2}$, the same
   share. The gradient is kept by $\frac{2}{(1 + a^2)\, n_\text{out}}$.
3. The factor of a layer is $1 + a^2$. For $a = 0.2$ it is 1.04, and $1.04^{19} = 2.1$: harmless. For $a = 0.01$ it is
   $1.0001^{19} = 1.002$. Formulas for the last percent of a start are not worth much; those for a factor of 6 in each
   layer are.
4. $a = 1$ is no activation at all, and $a = -1$ is the absolute value. Both keep the whole mean square, and their
   squared slope is 1 everywhere: $\mathrm{Var}[w] = 1 / n_\text{in}$. The size of a signal does not tell a straight
   line from the sharpest bend. Exercise 2.17 finds a quantity that does.
""",
    ),
    Exercise(
        number="2.4", title="A gain for every bend", level="easy", kind="code",
        statement=r"""
The chapter computes $\mathrm{Var}[w]$ for ReLU with a pencil. For most activations no pencil will do, but a sum does.
Write $\mathrm{Var}[w] = \text{gain}^2 / n_\text{in}$, so that the gain is $\sqrt2$ for ReLU. Return the gain for any
activation `phi`, such that $z$ has the mean square 1 in each layer if it has it in the layer before. As in the chapter,
take $z$ as normal. At least four digits have to be right, so drawing random numbers will not do.
""",
        hint=r"""
In the chapter's equation for any activation put $q_l = q_{l-1} = 1$ and solve for the gain. The mean over a normal
number is a sum over many values of $z$, each weighted by the height of the bell curve there, divided by the sum of the
weights.
""",
        answer=code.gain, check=checks.gain,
        explanation=r"""
$1 = \text{gain}^2 \, \mathbb{E}[\phi(u)^2]$, so the gain is $1 / \sqrt{\mathbb{E}[\phi(u)^2]}$, with a normal $u$ of
variance 1. The run gives 1.4142 for ReLU, 1.5925 for tanh, 1.8462 for the sigmoid and 1 for the absolute value.
Libraries use $\frac53$ for tanh, a rounded number a little above. Note what is *not* subtracted: the mean of $\phi(u)$.
A weighted sum with weights of mean 0 sees the mean square, whatever it is made of. That is why the sigmoid, whose
outputs hardly differ from their mean, gets a good size and a useless signal (Exercise 2.16).
""",
    ),
    Exercise(
        number="2.5", title="How small must a branch be?", level="easy", kind="code",
        statement=r"""
A network is a row of residual blocks $h + a f(h)$. Each branch $f$ keeps the mean square of what it gets, and its
weights have mean 0 and are independent of all others. Choose $a > 0$ such that the mean square at the end is `growth`
times that at the beginning.
""",
        hint="""
By which factor does one block multiply the mean square, if the mixed term vanishes? And `blocks` of them in a row?
""",
        answer=code.branch_scale, check=checks.branch_scale,
        explanation=r"""
$a f(h)$ has $a^2$ times the mean square of $h$, and the mixed term vanishes, so a block multiplies by $1 + a^2$, and
$k$ blocks by $(1 + a^2)^k$. Set this equal to the growth. For 4 blocks and a growth of 16 each block may double, and
$a = 1$. For 32 blocks and a growth of $e$ it is 0.1782, close to the chapter's $1 / \sqrt{32} = 0.1768$: for many
blocks $\sqrt[k]{e} - 1 \approx \frac1k$. A growth of 1 is possible only with $a = 0$, a network that does nothing;
that is where the third way of the chapter, the scale that starts at zero, begins.
""",
    ),
    Exercise(
        number="2.6", title="What a residual network costs", level="easy", kind="code",
        statement=r"""
The chapter's `residual_net` is a linear layer from `inputs` to `width`; then `blocks` blocks, each with two batch norms
and two linear layers of `width` units; then a batch norm, ReLU, and a linear layer to `outputs`. All linear layers have
biases. Without running it, count

- the parameters, that is, what is trained;
- the multiplications in the matrix products of one pass forward, for a batch of `rows` examples;
- the same for the pass backward. Nobody asks for the gradient by the data.

Norms, biases and activations work number by number and are not counted as multiplications. Afterwards compare with
`count` from `dlcourse.cost`.
""",
        hint="""
How many weight matrices of which sizes are there, and how many norms? Going forward, each example uses each weight
once. Going back, each matrix is used twice, but for one.
""",
        answer=code.residual_cost, check=checks.residual_cost,
        explanation=r"""
For 64 inputs, a width of 32, 6 blocks, 10 outputs and 100 rows: the matrices have $2048 + 12288 + 320 = 14656$ weights,
and there are 426 biases. The 13 norms have a scale and a shift for each unit, 832 numbers in all: 15,914
parameters. Forward it takes 1,465,600 multiplications, backward 2,726,400. The running means and variances are kept
and not trained, so they are no parameters. The norms have 5 % of the parameters and none of the matrix products. But
each of them leaves arrays in memory for the way back, as large as those of the linear layers: what is cheap to multiply
need not be cheap to remember.
""",
    ),
)
