"""Why this file exists: the exercises on what happens in many layers, 2.15 to 2.19.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise, source
from . import checks, code

PATIENTS = """\
from dlcourse.exercises.chapter_2 import patient

patients = {name: patient(name) for name in "ABCDE"}"""
TRAINER = f"""\
from dlcourse import functional as F
from dlcourse import data, nn, optim
from dlcourse.train import Batches, fit


{source(code.trained_net)}


points = data.load("xor")"""

DEEP = (
    Exercise(
        number="2.15", title="What an average hides", level="hard", kind="predict",
        statement=r"""
A deep network without activations multiplies its input by 20 random matrices of 100 rows and columns, with
$\mathrm{Var}[w] = 1 / n$. On average this keeps the mean square, as the chapter shows. Average over what? The product
of the 20 matrices is one matrix, and its 100 *singular values* (refresher on linear algebra) say by how much it
stretches 100 directions at right angles to each other. The mean of their squares is about 1. **Before you run the
cell**, choose what they look like:

- A. All of them are near 1.
- B. They are spread out, but nearly all lie between $\frac{1}{10}$ and 10.
- C. A few are above 1, and half of them are below 1/100.
- D. All of them are small.

Then run `stretches(depth=1)` and `stretches("orthogonal")`, where every matrix is a rotation or a reflection.
""",
        hint="""
One matrix stretches its best direction by about 2 and its worst one by almost 0. What do 20 of them make of a direction
that loses a little in each? Which directions decide about the mean of the squares?
""",
        experiment=code.stretches, prediction='"A", "B", "C" or "D"', check=checks.stretches,
        explanation=r"""
C. The largest singular value is 6.0, the middle one 0.00093, and the smallest is lost in rounding. A single matrix has
2.0, 0.79 and 0.0039: a factor of 0.79 looks harmless, until there are 20. The mean square is kept by a few directions:
ten of the hundred carry 96 % of it. Two inputs that differ in one of the others come out nearly equal. The right size
is necessary and not enough: *size* is one number, and the signal has 100.

A matrix whose columns have length 1 and are at right angles changes no length and no angle, in any direction. With
orthogonal first weights all 100 singular values of the product are 1 (Saxe, McClelland and Ganguli 2014). With ReLU
between the layers this is lost, since half of the units is silent each time. Residual connections do something similar:
$I + J$ with a small $J$ is nearly the identity in *every* direction.
""",
    ),
    Exercise(
        number="2.16", title="How inputs grow alike", level="hard", kind="code",
        statement=r"""
The chapter measured that deep layers forget how inputs differ. Predict it. Take two inputs, and let $u$ and $v$ be
their values of $z$ in one unit. Over the draw of the weights both are normal with mean 0 and mean square 1, and
$c = \mathbb{E}[u v]$ is the cosine of the angle between what the layer got for the two. Such a pair can be made of two
independent normal numbers $u$ and $u'$:

$$v = c\, u + \sqrt{1 - c^2}\; u' .$$

After the activation the cosine is $\mathbb{E}[\phi(u) \phi(v)] / \mathbb{E}[\phi(u)^2]$. The weights behind it keep it
(the mixed terms vanish, as before) and bring the mean square back to 1, so the next layer begins with this cosine.
Return the cosine after a given number of layers, with three right digits. For 0 layers it is what it was.
""",
        hint=r"""
The mean over a pair of independent normal numbers is a double sum: every $u$ with every $u'$, weighed with the product
of the two bell curves. Make $u$ a column and $u'$ a row, then $v$ is a matrix. Repeat with the new cosine.
""",
        answer=code.alike, check=checks.alike,
        explanation=r"""
With ReLU, two inputs at a right angle have the cosine 0.318 after one layer, 0.736 after 5 and 0.944 after 19: of the
mean square only some 6 % still tells them apart. (For ReLU Cho and Saul, 2009, have a closed form: it is
$(\sqrt{1 - c^2} + c\,(\pi - \arccos c)) / \pi$.) ReLU makes everything positive, and positive vectors point in similar
directions. The sigmoid is far worse: 0.852 after one layer and 0.9999 after 5, since its outputs are a large constant
and a small signal. With tanh, which has no constant part, inputs at a right angle stay there, and with the gain of
Exercise 2.4 even similar ones drift apart: from 0.9 to 0.44 after 19 layers. That is no blessing either, since it makes
a small change of the input a large one. Batch norm takes away what all inputs have in common, so it undoes the growing
alike in every layer, at the price that Exercise 2.17 computes.
""",
    ),
    Exercise(
        number="2.17", title="The price of a bend", level="hard", kind="derive",
        statement=r"""
The chapter shows that in layers $\hat x \to \phi \to W \to$ batch norm, with ReLU as $\phi$, the mean square of the
gradient grows by $\frac{\pi}{\pi - 1} \approx 1.47$ from each layer to the one before it, whatever the weights.

1. Follow the derivation for any activation. Show that the factor is
   $\rho = \mathbb{E}[\phi'(u)^2] / \mathrm{Var}[\phi(u)]$ for a normal $u$ of variance 1.
2. Compute it for the leaky ReLU with slope $a$ on the left. What comes out for $a = 1$, $a = 0.1$ and $a = -1$?
3. Compute it for tanh by a sum, as in Exercise 2.4. How much longer is the gradient after 50 layers, with tanh and with
   ReLU? (The *mean square* grows by $\rho$.)
4. Can the factor be below 1? Compute it for the bend $\phi(u) = a_0 + a_1 u + a_2 (u^2 - 1)$, with
   $\mathbb{E}[u^2] = 1$, $\mathbb{E}[u^3] = 0$ and $\mathbb{E}[u^4] = 3$. When is it 1?
""",
        hint=r"""
Part 1: forward, $s^2$ is the variance of a sum of $n$ terms $w_j \phi(u_j)$ over the examples, where the weights are
fixed. Part 2: $\mathbb{E}[\mathrm{ReLU}(u)] = 1 / \sqrt{2\pi}$, and the leaky ReLU is $\mathrm{ReLU}(u) - a\,
\mathrm{ReLU}(-u)$.
""",
        explanation=r"""
1. Forward, the mean over the examples is subtracted from $\sum_j w_j \phi(u_j)$, so what is left of each term is
   $\phi(u_j) - \mathbb{E}[\phi(u)]$, and $s^2 = n \mathrm{Var}[w]\, \mathrm{Var}[\phi(u)]$. Back, the gradient is
   divided by $s$, multiplied by $W$, which brings $n \mathrm{Var}[w]$, and by the slope. In the
   square, $n \mathrm{Var}[w]\, \mathbb{E}[\phi'^2]$ is divided by $s^2$, and $n \mathrm{Var}[w]$ cancels.
2. $\mathbb{E}[\phi'^2] = \mathbb{E}[\phi^2] = \frac{1 + a^2}{2}$ (Exercise 2.3), and the mean is
   $\frac{1 - a}{\sqrt{2\pi}}$. So $\rho = \frac{1 + a^2}{1 + a^2 - (1 - a)^2 / \pi}$. For $a = 1$, no bend, it is 1.
   For $a = 0.1$ it is 1.34, for ReLU 1.47, and for the absolute value, $a = -1$, it is $\frac{\pi}{\pi - 2} = 2.75$.
   Exercise 2.3 could not tell $a = 1$ from $a = -1$. This can.
3. For tanh $\rho = 1.178$. After 50 layers the gradient is $\sqrt{1.178^{50}} \approx 60$ times as long with tanh, and
   about 14,500 times with ReLU.
4. $\mathbb{E}[\phi'^2] = a_1^2 + 4 a_2^2$, since $\phi' = a_1 + 2 a_2 u$. For the variance use
   $\mathbb{E}[(u^2 - 1)^2] = 3 - 2 + 1 = 2$: it is $a_1^2 + 2 a_2^2$. So
   $\rho = 1 + \frac{2 a_2^2}{a_1^2 + 2 a_2^2}$, never below 1, and 1 only for $a_2 = 0$, a straight line. That is so
   for every activation: $\mathrm{Var}[\phi(u)] \le \mathbb{E}[\phi'(u)^2]$ for normal $u$, with equality only for
   straight lines (Chernoff 1981). The growth is the price of the bend. A plain deep network with batch norm cannot
   avoid it; residual connections can.
""",
    ),
    Exercise(
        number="2.18", title="Five patients", level="hard", kind="open",
        statement="""
The cell below builds five networks, each with 64 inputs, 10 outputs and 20 layers of weights. They are meant for the
digits and have not been trained. Some of them are sick. Examine them before any training, with the chapter's
`look_inside` or with `outputs` and `gradient_norms` from `dlcourse.probing`: one batch of digits forward and back. For
each network, say

- whether it is healthy, and if not, in which layer or layers the fault lies, and what it is;
- which measurement shows it, and what it would show in a healthy network;
- a remedy, and the measurement after it.

Do not read the source of `patient` before you are done.
""",
        hint="""
Three sizes for each layer: how large the signal is, which part of it differs from input to input, how long the
gradient of its weights is. (Where all is 0, a part of it is 0/0, and NumPy warns.) Draw each against the layer, with a
logarithmic axis. Look for a jump and for a slope. And the loss: what is it for a network that knows nothing?
""",
        start=PATIENTS,
        explanation=r"""
With the first 256 training images:

- **C is healthy.** The root of the mean square of $z$ lies between 0.7 and 1.1 in all layers, the part that differs
  from input to input falls slowly from 0.31 to about 0.1, and all gradients are between 0.5 and 0.9 long.
- **A: layer 9 has weights that are 1000 times too small.** From there on the size is 0.001. The gradients are the
  surprise: that of layer 9 is 0.4 long, as in C, and those of *all the others* are 1000 times shorter. The small
  factor is in every gradient but its own. So the sick layer is the one that looks healthiest. Its weights times 1000
  make a second C of it. The loss, 2.3025, is that of a network that knows nothing, and accuses nobody.
- **B has sigmoids in all layers.** The size is perfect, between 0.6 and 0.9. But the part that differs falls tenfold in
  each layer, to $10^{-20}$, and the gradient rises from $10^{-10}$ in the first layer to 0.8 in the last. With ReLU in
  their place it is as C is; a batch norm before each sigmoid is another remedy.
- **D: the biases of layer 12 are $-10$.** The size of $z$ is 10 there, all units are silent for all inputs, and
  everything behind is exactly 0. So are the gradients of all weights: nothing gets through, in either direction, and
  only the last biases can learn. The loss is exactly $\log 10$. Set the biases to 0.
- **E has residual blocks whose branches are not scaled.** Each block doubles the mean square, and $z$ grows to 300
  times its size. The gradients are all about equally long, which looks healthy, and around 800, which does not. Our
  rule of thumb, a factor of a thousand from one end to the other, lets it pass; the first loss does not: it is 297
  where a network that knows nothing has 2.3. Divide the weights of each branch by $\sqrt{18}$, and the loss begins
  at 2.76.

A good answer names a measurement and what it would be in a healthy network, since a number alone is not a diagnosis. No
single one of the three finds all four faults.
""",
    ),
    Exercise(
        number="2.19", title="Does depth pay here?", level="hard", kind="open",
        statement=r"""
Choose a data set of points, `data.load("xor")` or `data.load("moons")`, or another one that the chapter did not use.
Compare one hidden layer with four, at equally many parameters: does depth pay here? `trained_net` trains a network with
the given layer sizes, such as `[2, 10, 10, 10, 10, 2]`. Write down *before* the first run

- the number of parameters, and the widths that go with it;
- the learning rates to be tried, for both designs the same, and by which rule one is chosen, ties included: training on
  `points.fit`, errors counted on `points.validation`, at least three seeds;
- what you will look at in the end: training anew with other seeds on `points.train`, wrong answers on `points.test`,
  once.

Report the spread over the seeds, an interval, and a paired test. Read the card, `points.card`, before you interpret
anything. What would you have to see to believe the contrary?
""",
        hint="""
`predict(model, points.test.x).argmax(axis=1)` gives the answers; `wilson_interval` and `paired_test` are in
`dlcourse.evaluate`, too. Is there an error that no model can go below? How far is your result from it?
""",
        start=TRAINER, answer=code.width_for,
        explanation=r"""
With the noisy XOR and 382 parameters, one layer of 76 units and four of 10 have exactly equally many. Rates 0.003, 0.01
and 0.03, three seeds, the lowest mean error on the validation points, of equals the smaller rate: that chose
0.01 for one layer and 0.003 for four. Then five new seeds on all training points. Of the 500 test points the wide
network gets 9 wrong with every seed, the deep one 7 to 10; the interval for 9 of 500 is 0.9 % to 3.4 %. In no pair do
the two differ in more than 2 points, and the smallest $p$ of the five paired tests is 0.5.

No, depth does not pay here, and the card says why nothing else was to be expected: at the default noise some points lie
nearer to another corner than to their own, and no model gets below 1.2 % in the long run. The interval
contains this. A comparison in which both sides stand at the limit cannot show what depth is worth; for that the wide
network must leave something to be gained. To believe the contrary one would want a paired test that favors the deep
network with *each* of several seeds, on points that took part in no choice.
""",
    ),
)
