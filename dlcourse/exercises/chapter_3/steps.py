"""Why this file exists: the exercises on steps: rates, batches, momentum, optimizers, clipping, curvature.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

STEPS = (
    Exercise(
        number="3.3", title="Four times the batch", level="easy", kind="predict",
        statement=r"""
You get four machines in place of one, so a step can use four times as many rows. Somebody proposes to take four times
the learning rate, too. The cell lets many walks with noisy slopes run down a parabola of curvature 1: with rate 0.05
and a batch of 1, and with rate 0.2 and a batch of 4. **Before you run it**, choose. With the large batch and the large
rate, the loss that remains in the end is

- A. about 16 times smaller,
- B. about 4 times smaller,
- C. about the same,
- D. about 4 times larger.

The cell also prints how many steps it takes to come below twice that loss. Predict the ratio of these two numbers, too.
""",
        hint=r"""
The chapter says how the loss that remains depends on the rate and on the variance of a batch's slope, and how that
variance depends on $B$. What do the two changes do together? For the steps: by which factor does one step bring the
walk closer, in the mean?
""",
        experiment=code.four_times_the_batch, prediction='"A", "B", "C" or "D"', check=checks.four_times_the_batch,
        explanation=r"""
C. About $\frac14 \eta \nu^2 / B$ remains, and $\eta / B$ is the same in both runs: 0.21 and 0.22. Each step keeps the
share $1 - \eta a$ of the distance, 0.95 and 0.8, and since $0.95^4 = 0.81$, one large step does the work of four small
ones: 16 steps in place of 67. So four machines have done the same work in a quarter of the steps. This is the *linear
scaling rule* (Goyal et al. 2017), and it ends where the large rate comes near $2 / a$. On a single machine nothing is
gained: both runs have looked at as many rows.
""",
    ),
    Exercise(
        number="3.6", title="The largest rate with momentum", level="medium", kind="predict",
        statement=r"""
On $L = \frac12 a w^2$ with $a = 4$, gradient descent arrives for rates below $2 / a = 0.5$. Now add momentum with
$\mu = 0.9$. The cell tries the rates 0.01, 0.02, ..., 1.99 and returns the largest that still arrives. **Before you run
it**, write down which it is. Then run `largest_rate(momentum=0.5)`.
""",
        hint=r"""
Just below the limit, $w$ changes its sign in each step, and so do the slopes. What does the chapter find for the size
of $m$ when slopes alternate between 1 and $-1$? By how much may the rate then grow?
""",
        experiment=code.largest_rate, prediction="the largest rate, to two decimal places", check=checks.largest_rate,
        explanation=r"""
0.94, the last rate of the list below 0.95. At the limit $w$ jumps from side to side, so the slopes alternate. The
running sum of alternating slopes is $1 / (1 + \mu)$ times as large as a single slope, 0.53 for $\mu = 0.9$, so the rate
may be $1 + \mu$ times as large: $2 (1 + \mu) / a = 0.95$. For $\mu = 0.5$ it is 0.75, and the run finds 0.74.

It is tempting to say: the effective rate is $\eta / (1 - \mu)$, ten times as large, so the limit must be ten times
smaller, 0.05. But that holds where slopes agree, and at the limit they do not. Momentum speeds up the slow directions
and calms the fast ones. Exercise 3.12 proves the limit.
""",
    ),
    Exercise(
        number="3.7", title="A weight that is seldom used", level="medium", kind="predict",
        statement=r"""
A weight that belongs to a rare word, or to a pixel at the rim, has a slope of 0 in most batches. The cell gives Adam
two weights: the first has the slope 1 in every step, the second has the slope 1 in every 100th step and 0 otherwise.
After 10,000 steps plain gradient descent has moved the first 100 times as far as the second. **Before you run it**:
how many times as far has Adam moved the first? Then run `seldom_used(every=25)` and find the rule.
""",
        hint=r"""
For the second weight $v$ is a mean over about a thousand steps. How large is it, and its root? And if a single slope of
1 comes in, the $m$ of the next steps are $0.1, 0.09, 0.081, \dots$: what do all of them add up to?
""",
        experiment=code.seldom_used, prediction="the ratio, to the nearest whole number", check=checks.seldom_used,
        explanation=r"""
About 10; the run gives 10.3. One slope of 1 moves the second weight by $\eta\, (0.1 + 0.09 + \dots) / \sqrt v$. The
bracket adds up to 1, and $v$ is the mean of the squares, about $\frac{1}{100}$. So each of its slopes counts
$1 / \sqrt{1/100} = 10$ times, and it falls behind by 10 in place of 100. If every $k$-th slope is 1, the ratio is about
$\sqrt k$: for $k = 25$ the run gives 5.0.

So Adam favors what is seldom seen, by the root of how seldom. That suits a table of words, of which most are rare. It
also means that one odd row with a large slope in a silent weight moves it far.
""",
    ),
    Exercise(
        number="3.8", title="An optimizer from a paper", level="medium", kind="code",
        statement=r"""
*Lion* (Chen et al. 2023) was found by a program that searched among programs. It keeps one array $m$, which begins
at 0, and each step is

$$\begin{aligned}
c_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t , \\
w_t &= w_{t-1} - \eta\, \bigl( \text{sign}(c_t) + \lambda\, w_{t-1} \bigr) , \\
m_t &= \beta_2 m_{t-1} + (1 - \beta_2)\, g_t ,
\end{aligned}$$

where sign is $1$, $0$ or $-1$ for each entry. Write it from the formulas: return the weights after one step for each
row of `gradients`. The weights that you are given must stay as they are.

Then look at it as you would at any new optimizer. How long is a step? What happens if the loss is multiplied by 1,000?
How much memory does it need beside Adam?
""",
        hint="""
Go through the formulas from the first to the last, and look at every index: which `m` goes into `c`, and which `w`
decays? One line of code for each formula, and `np.sign`.
""",
        answer=code.lion, check=checks.lion,
        explanation=r"""
The order is what counts: $c_t$ uses $m_{t-1}$, so `m` moves on last. With $\beta_1 = 0.9$ and $\beta_2 = 0.99$, the
paper's values, the gradient of now counts 10 % in the step and only 1 % in what is remembered.

- Each entry moves by exactly $\eta$ (before decay), in Adam only at first. Rates must be smaller than Adam's, and since
  the decay is multiplied by the rate, $\lambda$ larger.
- Multiplying the loss by any positive number multiplies $c$ and changes no sign: like Adam it does not notice, and it
  does not even need an $\varepsilon$. The sign of 0 is 0, so a weight that was never used is moved by decay alone.
- It keeps one array for each parameter, Adam two.

In a valley an entry whose slope is tiny moves as far as any other. Whether that is good is a question for equal sweeps.
""",
    ),
    Exercise(
        number="3.9", title="What clipping aims at", level="medium", kind="derive",
        statement=r"""
A single weight $w$ is to answer five rows with the targets $0, 0, 0, 0, 10$. The loss of a row is
$\frac12 (w - y)^2$, so its slope is the miss $e = w - y$.

1. Batches of one row, and each gradient is clipped to the length $c$. Show that this is gradient descent, one row at a
   time, on another loss of a row, and give it as a function of $e$.
2. With a small rate, $w$ goes where the slopes of the five rows, as they are used, have the mean 0. Where is that
   without clipping? With $c = 1$? For $c \to 0$?
3. Now take all five rows in one batch: first the mean, then clip it to $c = 1$. Where does $w$ go? What follows for the
   sentence "a batch's gradient is unbiased"?
""",
        hint=r"""
Part 1: which function has the slope $e$ for $\lvert e \rvert \le c$, and the constant slope $c$ or $-c$ beyond? It must
have no jump. Part 2: for $w$ between 0 and 1, write down all five clipped slopes with $c = 1$. Part 3: can clipping
change the sign of a number?
""",
        explanation=r"""
1. The clipped slope is $e$ for $\lvert e \rvert \le c$, else $c$ or $-c$. It is the slope of $\frac12 e^2$ for
   $\lvert e \rvert \le c$ and of $c \lvert e \rvert - \frac12 c^2$ beyond, where the constant makes both meet at
   $\lvert e \rvert = c$. This is Huber's loss: a parabola that goes on as a straight line.
2. Without clipping at the mean of the targets, 2. With $c = 1$ and $0 \le w \le 1$ the slopes are four times $w$ and
   once $-1$, so $4 w - 1 = 0$ and $w = \frac14$. In general $w = c / 4$, which goes to 0, the *median* of the targets:
   in the limit only the signs count, and they vote.
3. The mean of the slopes is $w - 2$. Clipping shortens it and leaves its sign, so $w$ goes to 2. A batch's gradient is
   unbiased; the clipped gradient of a batch is not, since clipping the mean is not the mean of what was clipped. The
   more the batches differ and the more steps are clipped, the more the minimum itself is moved. With many weights one
   factor keeps the direction of each batch's gradient, and still not that of their mean.

Sometimes the effect is wanted: the row with the target 10 may be a mistake, and the median does not care.
""",
    ),
    Exercise(
        number="3.12", title="The limit of momentum, and its best value", level="hard", kind="derive",
        statement=r"""
On the parabola $L = \frac12 a w^2$ momentum computes $m_{t+1} = \mu m_t + a w_t$ and $w_{t+1} = w_t - \eta\, m_{t+1}$.

1. Remove $m$: show that $w_{t+1} = (1 + \mu - \eta a)\, w_t - \mu\, w_{t-1}$.
2. Try $w_t = \rho^t$. Which equation must $\rho$ obey, and what is the product of its two solutions? Show that both are
   shorter than 1 for $0 < \eta a < 2 (1 + \mu)$, and that beyond it one is not. (Let $0 \le \mu < 1$. For complex
   solutions, $\lvert \rho \rvert^2$ is their product.)
3. For which $\eta a$ are the solutions not two different real numbers? There both have the length $\sqrt\mu$, whatever
   $\eta a$ is. A bowl has curvatures from $a_{\min}$ to $a_{\max}$ with the ratio $\kappa = a_{\max} / a_{\min}$.
   Choose $\eta$ and the smallest $\mu$ such that this holds for all of them, and give $\sqrt\mu$ by $\kappa$.
4. Gradient descent at its best rate shortens the slowest direction by $\frac{\kappa - 1}{\kappa + 1}$ in each step.
   Compare both for $\kappa = 100$: how many steps does a factor of 1,000 take?
""",
        hint=r"""
Part 1: $\eta\, m_t = w_{t-1} - w_t$. Part 2: look at $f(\rho) = \rho^2 - (1 + \mu - \eta a) \rho + \mu$ at $\rho = 1$
and at $\rho = -1$; if both are positive and the solutions are real, can one lie beyond? Part 3: two real solutions
become complex where the discriminant is 0, and that equation is a square, $1 + \mu - \eta a = \pm 2 \sqrt\mu$.
""",
        explanation=r"""
1. Put in $m_{t+1}$, and then $\eta\, m_t = w_{t-1} - w_t$:

   $$\begin{aligned}
   w_{t+1} &= w_t - \eta (\mu m_t + a w_t) \\
   &= w_t - \mu (w_{t-1} - w_t) - \eta a\, w_t .
   \end{aligned}$$

2. $\rho^2 - (1 + \mu - \eta a)\, \rho + \mu = 0$; the product of the solutions is $\mu$. If they are complex, they are
   conjugate and $\lvert \rho \rvert^2 = \mu < 1$. If they are real: $f$ is negative only between its solutions. Now
   $f(1) = \eta a > 0$ and $f(-1) = 2 (1 + \mu) - \eta a > 0$, so neither 1 nor $-1$ lies between them. If one solution
   were above 1 (or below $-1$), the other one would be, too, and their product would exceed 1. Beyond $2 (1 + \mu)$ the
   value $f(-1)$ is negative, so one solution lies below $-1$: $w$ jumps from side to side and grows.
3. For $(1 + \mu - \eta a)^2 \le 4 \mu$, that is $(1 - \sqrt\mu)^2 \le \eta a \le (1 + \sqrt\mu)^2$. (At the two ends
   the solutions are equal and $w_t$ is $\rho^t$ times a straight line in $t$.) Put $\eta a_{\min}$ at the left end and
   $\eta a_{\max}$ at the right one. The ratio is $\kappa = \bigl( \frac{1 + \sqrt\mu}{1 - \sqrt\mu} \bigr)^2$, so
   $\sqrt\mu = \frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}$.
4. $\frac{9}{11} = 0.818$ against $\frac{99}{101} = 0.980$. A factor of 1,000 takes 34 steps with momentum (a few more,
   since at the ends of the range the straight line comes on top) and 345 without.

Momentum replaces $\kappa$ by $\sqrt\kappa$ (Polyak 1964). This is for a bowl without noise, whose two curvatures are
known; the best $\mu$ here is 0.67, and a network that changes its curvatures on the way gets no such promise.
""",
    ),
    Exercise(
        number="3.13", title="How sharp is the valley?", level="hard", kind="code",
        statement=r"""
The largest curvature at a place limits the rate, $\eta < 2 / a_{\max}$. For a network the curvatures are those of the
Hessian $H$, a table of second derivatives as wide and as high as the network has weights, which nobody can write down.
But $H$ times a vector $q$ is cheap: it is how the gradient changes along $q$,

$$H q \approx \frac{g(w + h q) - g(w - h q)}{2 h} ,$$

two gradients for any number of weights. And multiplying by $H$ again and again turns (almost) any direction into the
one with the largest curvature, because that part grows fastest. For $q$ of length 1, the curvature along $q$ is
$q \cdot H q$.

Write this *power iteration*: in each of `steps` rounds bring $q$ to length 1, take $h = 10^{-4}$, compute $H q$ and the
curvature along $q$, and go on from $H q$. Return the curvature of the last round.
""",
        hint="""
Three lines in a loop. Two things go wrong easily: `q` must have length 1 before it is nudged, and the sign. If the loss
bends down most strongly, which of the two numbers tells it, the length of Hq or its product with q?
""",
        answer=code.largest_curvature, check=checks.largest_curvature,
        explanation=r"""
Write $q$ as a sum of the Hessian's main directions. Each multiplication by $H$ multiplies every part by its curvature,
so after $k$ rounds the part with the largest curvature (in size) stands out by the ratio to the power $k$. If that
curvature is negative, $q$ changes its sign in each round, and $q \cdot H q$ still gives it with its sign.

Try it on chapter 1's first classifier: logistic regression on rows 0 to 799 of the digits, all weights 0, no bias. It
has 640 weights, so $H$ would have 409,600 entries. Five rounds, ten gradients, give 1.0637, and so do a hundred: the
limit is $2 / a_{\max} = 1.88$. With 0.9 of it none of 300 steps of gradient descent raises the loss; with three times
the limit some do. And yet that run does not blow up, since the curvature changes: on flatter ground, where the model is
sure, it is 0.16 in the end, and the limit 12.9. A limit for the rate holds at a place, not for a run.
""",
    ),
)
