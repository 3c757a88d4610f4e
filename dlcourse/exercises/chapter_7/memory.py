"""Why this file exists: the exercises on what a state keeps, and on the way a gradient takes back through time.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

MEMORY = (
    Exercise(
        number="7.1", title="A bias for a memory", level="easy", kind="derive",
        statement=r"""
An LSTM has just been drawn, its weights are small, and nothing comes in. Then each forget gate is about
$f = \sigma(b)$, with $b$ its bias, and a cell that holds $c_0$ holds $c_t = f^t c_0$ after $t$ steps.

1. After how many steps is half of it left, for $b = 0$ and for $b = 1$?
2. Which bias leaves half of it after $T$ steps? Compute it for $T = 20$ and $T = 100$.
3. Show that for long memories it is nearly $\ln T + 0.37$. What follows for a network that has to bridge ten times as
   many steps?
""",
        hint=r"""
Half is left when $f^t = \frac12$. Then solve $\sigma(b) = f$ for $b$: what is $f / (1 - f)$? For the third part,
$2^{1/T} = e^{\ln 2 / T}$, and the exponent is small.
""",
        explanation=r"""
1. $t = \ln \frac12 / \ln f$. For $b = 0$ the gate is $\frac12$, so one step is enough. For $b = 1$ it is
   $\sigma(1) = 0.731$, and half is left after 2.2 steps. So the usual bias of 1 is no long memory either; it is a start
   from which training can go on.
2. $f = 2^{-1/T}$, and $e^b = f / (1 - f) = 1 / (2^{1/T} - 1)$, hence

   $$b = -\ln \left( 2^{1/T} - 1 \right) .$$

   This is 3.34 for $T = 20$ and 4.97 for $T = 100$.
3. For large $T$, $2^{1/T} - 1 = e^{\ln 2 / T} - 1 \approx \ln 2 / T$, so $b \approx \ln T - \ln \ln 2 = \ln T + 0.37$.
   Ten times as many steps take only $\ln 10 = 2.3$ more of bias. That is what a sigmoid is good for here: it makes long
   memories as easy to reach as short ones, on the scale of $b$. Tallec and Ollivier (2018) start gates with biases that
   are spread in this way, so that a network has memories of all lengths from the first step.
""",
    ),
    Exercise(
        number="7.4", title="How hard is it to make a latch forget?", level="easy", kind="predict",
        statement=r"""
The latch of *By hand*, $h_t = \tanh(3\, h_{t-1} + 5\, x_t)$, was set by an input of 1 and holds 0.995. Then, once,
comes an input of $-a$, and after it nothing any more. **Before you run the cell**: how large must $a$ be, to two
digits, for the latch to end on the other side? Then try a loop of weight 2, and one of 1.01.
""",
        hint=r"""
Right after the disturbance the state is $\tanh(3 \cdot 0.995 - 5 a)$. What becomes of a state that is only a little
above 0? And of one a little below?
""",
        experiment=code.enough, prediction="a number", check=checks.enough,
        explanation=r"""
0.6. At 0 the loop has the slope 3, so every state above 0, however small, is driven up again, and every state below 0
down. So the disturbance must bring the sum $3 \cdot 0.995 - 5 a$ below 0, and $a > 0.597$. Whatever is smaller is
repaired, completely, within a few steps.

With a loop of 2 the latch rests at 0.958, and 0.38 is enough. With 1.01 it rests at 0.17, where 0.04 is enough, and
what is repaired is repaired slowly; below 1 there is nothing to hold. To hold against disturbances needs a steep loop
and a flat place to rest, and at the flat place the gradient is lost. One cannot have both in one unit.
""",
    ),
    Exercise(
        number="7.5", title="One factor for all", level="medium", kind="code",
        statement=r"""
Clip the gradients of a layer by their *global* norm: all entries of $dW$ and $db$ together make one long vector, and if
it is longer than `largest`, everything is multiplied by the same factor. So the step becomes shorter and keeps its
direction. Gradients that are short enough stay as they are.
""",
        hint=r"""
The square of the norm is a sum of squares over both arrays. When is the factor 1? Mind the case in which all gradients
are 0.
""",
        answer=code.clip_both, check=checks.clip_both,
        explanation=r"""
To clip each array by itself, or each entry, would also keep steps short. But it changes the direction: the parts that
were too long lose more than the others, and the step no longer goes down the slope that was measured. With one factor
it does. And note what the rule does not do: it never makes a gradient longer. What has vanished stays vanished.
""",
    ),
    Exercise(
        number="7.6", title="A GRU step in NumPy", level="medium", kind="code",
        statement=r"""
Write one step of a GRU from its equations, without a Python loop, with bare arrays and PyTorch's weights: three blocks
of rows in the order $r$, $u$, $n$, and two biases. The reset gate multiplies what comes from the state *after* the
weights and the bias $b_{hh}$ were applied to it.
""",
        hint=r"""
`np.split(..., 3, axis=1)` cuts the three blocks of a product that holds all of them. For the two gates the two products
may be added first; for the proposal they may not. Which one does $r$ multiply?
""",
        answer=code.gru_step, check=checks.gru_step,
        explanation=r"""
The gates could share one sum, $W_{ih} x + b_{ih} + W_{hh} h + b_{hh}$. The proposal cannot: there $r$ has to reach the
part of the state and not the part of the input. That is why a GRU needs both biases, while for all other gates in this
chapter two are one too many. Cho et al. (2014) apply the reset gate to $h$ *before* the weights; then it cannot be
pulled out of the product, and all matrix products of a step have to wait for $r$. PyTorch's order was chosen for
speed, and the results are not the same.
""",
    ),
    Exercise(
        number="7.7", title="The way back through a GRU", level="medium", kind="derive",
        statement=r"""
Take a GRU with a single unit, and no input:

$$r = \sigma(w_r h), \quad u = \sigma(w_u h), \quad n = \tanh(r\, w_n h), \quad h' = (1 - u)\, n + u\, h .$$

1. Compute $\partial h' / \partial h$. It has four terms; say for each along which way it goes.
2. What is left if $u$ is 1, up to a negligible rest? And if $u$ is 0?
3. Compare with the LSTM, where $\partial c' / \partial c$ along the cell is $f$. Which of the two can keep a value and
   still show something else to the rest of the network?
""",
        hint=r"""
The product rule: $u$ occurs twice in $h'$, and $r$ and $h$ both occur in $n$. The slopes are
$\sigma' = \sigma (1 - \sigma)$ and $\tanh' = 1 - \tanh^2$.
""",
        explanation=r"""
1. The derivative is

   $$\frac{\partial h'}{\partial h} = u + (h - n)\, u (1 - u)\, w_u + (1 - u)(1 - n^2)\, w_n [r + h r (1 - r)\, w_r] .$$

   The first is the straight way, the second goes through the update gate, the third through the proposal, the fourth
   through the proposal by way of the reset gate.
2. For $u \to 1$ the last three have the factor $1 - u$ and vanish, and the derivative is 1: the unit keeps what it
   holds, and hands the gradient back without loss. For $u \to 0$ the first two vanish, and what is left is a plain
   recurrent unit whose weight is $w_n$, gated by $r$.
3. Both have a way that is only multiplied by a gate. In the GRU the same $u$ decides how much is kept and how much new
   comes in, $u$ and $1 - u$; the LSTM has $f$ and $i$ for it, and may do both or neither. And the LSTM's output gate
   can hide what the cell keeps. What a GRU holds, it shows: $h$ is its memory and its output.
""",
    ),
    Exercise(
        number="7.13", title="Cut short", level="hard", kind="code",
        statement=r"""
The memory $m_t = w\, m_{t-1} + x_t$, with $m_0 = 0$, reads $x_1, \dots, x_T$, and the loss is
$L = \frac12 (m_T - y)^2$. Compute its gradient by $w$ by going back through time, and also what truncation leaves of it
if the way back ends after `steps` steps: then the state $m_{T - \mathrm{steps}}$ counts as a constant.

Try it with $w = 0.9$, a single 1 at the beginning and 50 steps. Of the gradient of length 50, how much is in the last
10 steps? What would a network learn from these?
""",
        hint=r"""
Each step uses $w$ once, and its term is $\partial L / \partial m_t \cdot m_{t-1}$. How does $\partial L / \partial m_t$
follow from $\partial L / \partial m_{t+1}$? Truncation leaves out whole terms; it does not change those that stay.
""",
        answer=code.cut_short, check=checks.cut_short,
        explanation=r"""
$\partial L / \partial m_t = (m_T - y)\, w^{T - t}$, so the term of step $t$ is $(m_T - y)\, w^{T - t}\, m_{t-1}$. With
a single 1 at the beginning, $m_{t-1} = w^{t-2}$ for $t \ge 2$, and each term is $(m_T - y)\, w^{T - 2}$: all the same,
whatever $t$ is. There are 49 of them, since the first step has no state before it, and ten steps hold 10 of 49, or 20
%.

So truncation has left a fifth of the gradient, with the right sign, and nobody would notice: the network learns, more
slowly. It is worse when terms have different signs, or when the far terms are the only ones. That is so if the state is
kept by one mechanism and written by another one: the writing happened once, long ago, and no term of it is left.
""",
    ),
)
