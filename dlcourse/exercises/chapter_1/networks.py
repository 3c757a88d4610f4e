"""Why this file exists: the exercises on losses, gradients and real data, 1.12 to 1.22.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise, source
from . import checks, code

READER = f"""\
from dlcourse import functional as F
from dlcourse import data, manual_seed, nn, optim
from dlcourse.train import Batches, fit


{source(code.trained_reader)}


digits = data.load("digits")"""

NETWORKS = (
    Exercise(
        number="1.12", title="Softmax with a temperature", level="medium", kind="code",
        statement=r"""
Dividing the logits by a temperature $T > 0$ before softmax makes a classifier bolder ($T < 1$) or more careful
($T > 1$) without changing which class it prefers. Write it for a whole batch, without a Python loop over the rows, and
such that logits of 1000 or -1000 in the same batch do no harm. For $T = 0$ return the limit: the largest logit of a row
gets all of the probability, and equally large ones share it. The array that you are given must stay as it is.
""",
        hint="""
Subtracting a number from all logits of a row changes nothing (Exercise 1.6). Which number keeps `np.exp` from
overflowing, and does one number for the whole batch do? `keepdims=True` keeps the shapes compatible. After the
subtraction the largest logits of a row are exactly 0: that is how to find them for $T = 0$.
""",
        answer=code.tempered_softmax, check=checks.tempered_softmax,
        explanation=r"""
After the subtraction the largest logit of every row is 0, so no exponential exceeds 1 and no sum is below 1. One
maximum for the whole batch would not do: a row that lies 1000 below it becomes $0/0$. For logits $(2, 1, 0)$ the
first class gets 0.665 at $T = 1$, more than 0.9999 at $T = 0.1$ and 0.367 at $T = 10$. For $T \to 0$ every negative
number goes to $-\infty$ and its exponential to 0, while that of 0 stays 1; `z == 0` holds these limits, and dividing by
the sum shares them. Writing `logits -= ...` would have changed the caller's array; `logits - ...` makes a new one.
""",
    ),
    Exercise(
        number="1.13", title="A loss for yes or no", level="medium", kind="code",
        statement=r"""
With two classes one logit $z$ is enough: $p = \sigma(z)$ is the probability of label 1. The loss of an example with
label $y$ is $-y \log p - (1 - y) \log (1 - p)$. Return its mean over the examples, without a Python loop over them, and
correct even for $z = \pm 1000$, where $p$ itself is rounded to 0 or 1: as for the softmax, simplify the logarithms on
paper before you compute.
""",
        hint=r"""
Simplify before you compute: $-\log \sigma(z) = \log(1 + e^{-z})$, and $-\log(1 - \sigma(z)) = -\log \sigma(z) + z$.
Then make sure that `np.exp` only ever sees a negative number; treat $z > 0$ and $z < 0$ apart, or find one formula
with $\lvert z \rvert$.
""",
        answer=code.binary_loss, check=checks.binary_loss,
        explanation=r"""
Both cases together are $\log(1 + e^z) - y z$, and $\log(1 + e^z) = \max(z, 0) + \log(1 + e^{-\lvert z \rvert})$,
where the exponent is never positive. NumPy has this function: `np.logaddexp(0, z)`. Clipping $p$ away from 0 and 1
instead makes the error message go away and the loss wrong: for $z = 1000$ and $y = 0$ the loss is 1000, and with $p$
clipped at $1 - 10^{-12}$ it would be 27.6, with a gradient of 0 exactly where the model is most wrong.
""",
    ),
    Exercise(
        number="1.14", title="The best guess without looking", level="medium", kind="derive",
        statement=r"""
A model that ignores its input can still learn its biases. What does it learn, and how good can it get?

1. Regression: which constant $c$ minimizes $\frac1N \sum_n (y_n - c)^2$, and what is the smallest value?
2. Classification: all rows get the same logits $b$, so all have the same probabilities $p$. Use
   $\partial L / \partial Z = (P - Y)/N$ to find the $p$ with the smallest cross-entropy, and give that loss.
3. What is it for ten equally frequent classes? For two classes of which one has 90 % of the rows?
""",
        hint=r"""
Part 1: set the derivative by $c$ to zero. Part 2: every row uses the same $b$, so its gradient is the sum of the rows
of $(P - Y)/N$. Set it to zero.
""",
        explanation=r"""
1. The derivative $-\frac2N \sum_n (y_n - c)$ is zero for $c = \bar y$, the mean. The smallest value is
   $\frac1N \sum_n (y_n - \bar y)^2$, the variance of the targets.
2. $\partial L / \partial b = \frac1N \sum_n (p - y_n) = p - q$, where $q_k$ is the share of class $k$. So $p = q$:
   the model learns the frequencies. Its loss is $-\frac1N \sum_n \log q_{\text{class of } n} = -\sum_k q_k \log q_k$,
   the entropy of the labels.
3. $\log 10 = 2.303$ and $-0.9 \log 0.9 - 0.1 \log 0.1 = 0.325$.

So a model must get below the variance, or below the entropy, before it has learned anything about the inputs. A loss
of 0.33 sounds small; with 90 % of the rows in one class it means that nothing was learned.
""",
    ),
    Exercise(
        number="1.15", title="All weights zero", level="medium", kind="predict",
        statement="""
The chapter starts a network with equal weights, and its hidden neurons stay equal. Here all weights and biases start
at exactly 0. The network has 4 tanh neurons and learns AND for 2,000 steps. Its one output is a sigmoid, the
probability $p$ of "yes", with the loss of Exercise 1.13; the gradient by its logit is again probability minus truth.
**Before you run the cell**, choose which arrays move at all:

- A. All four: `W1`, `b1`, `W2`, `b2`.
- B. Only `W2` and `b2`.
- C. Only `b2`.
- D. None.

Then run it, and run `train_from_zero(start=0.01)` too.
""",
        hint="""
Go through the lines for `A`, `G1` and the updates with zeros in hand. Which products have a factor 0? And is it still
0 after the first step?
""",
        experiment=code.train_from_zero, prediction='"A", "B", "C" or "D"', check=checks.train_from_zero,
        explanation=r"""
C. With $W_1 = 0$ and $b_1 = 0$ the hidden outputs $A$ are 0, so the gradient $G_2^\top A$ of $W_2$ is 0. With
$W_2 = 0$ nothing passes back, so the gradients of $W_1$ and $b_1$ are 0 too. After a step both are as they were, and
so it goes on. Only the bias of the output moves. It learns how frequent the label is:
$b_2 = \log \frac{1/4}{3/4} = -1.099$, and the loss ends at 0.562, the best that can be had without looking at the
inputs (Exercise 1.14). From 0.01 the four neurons stay equal, but they move, and AND needs no more than one neuron:
the loss ends below 0.001. Zero is worse than equal.
""",
    ),
    Exercise(
        number="1.16", title="How small a step?", level="medium", kind="predict",
        statement=r"""
The chapter checks gradients in float64, whose numbers have 16 digits. The cell takes float32, with 7 digits. For
$h = 10^{-1}, 10^{-2}, \dots, 10^{-10}$ it compares the central difference $\frac{f(x + h) - f(x - h)}{2h}$ of
$f = \tanh$ with the true derivative. **Before you run it**: for which $h$ is the error smallest? Sketch how the error
changes from one end to the other. Then run `difference_errors(np.float64)` too.
""",
        hint=r"""
How many of their 7 digits do $f(x + h)$ and $f(x - h)$ share when $h = 10^{-5}$, and how many are left after the
subtraction? What does a large $h$ do wrong?
""",
        experiment=code.difference_errors, prediction="a power of ten, such as 1e-1 (or 10**-1)",
        check=checks.difference_errors,
        explanation=r"""
From $10^{-1}$ to $10^{-2}$ the error falls by a factor of 100, from $3.3 \cdot 10^{-3}$ to $3.3 \cdot 10^{-5}$. The
next step brings nothing, and from then on the error grows by about 10 for each factor of 10. At $10^{-8}$ it is about
1, as large as the slope itself: at 87 % of the points $x + h$ and $x - h$ are rounded to the same number, and at the
others little but rounding is left of the difference. The best steps are $10^{-2}$ and $10^{-3}$. In float64 the error
goes on falling to $3.3 \cdot 10^{-11}$ at $10^{-5}$, and grows from $10^{-6}$ on. For large steps the error is the bend
of the curve, for small ones it is rounding; Exercise 1.17 computes both. A smaller step is not a better one.
""",
    ),
    Exercise(
        number="1.17", title="The error of a difference", level="hard", kind="derive",
        statement=r"""
For a smooth function and a small $h$, Taylor's expansion says

$$f(x + h) = f(x) + h f'(x) + \frac{h^2}{2} f''(x) + \frac{h^3}{6} f'''(x) + \dots ,$$

where each part is much smaller than the one before it.

1. Write the same for $f(x - h)$. What is the leading error of the forward difference
   $\frac{f(x + h) - f(x)}{h}$, and what is that of the central difference $\frac{f(x + h) - f(x - h)}{2h}$?
2. A computer returns $f$ with a relative error of up to $\varepsilon$. How much can this change the central
   difference?
3. Which $h$ makes the sum of both errors smallest? Put in $\varepsilon = 1.1 \cdot 10^{-16}$ (float64) and
   $6 \cdot 10^{-8}$ (float32), with $\lvert f \rvert = \lvert f''' \rvert = 1$, and say why gradients are checked in
   float64.
""",
        hint=r"""
Part 1: in the difference $f(x + h) - f(x - h)$ all even powers of $h$ cancel. Part 3: minimize $a h^2 + c / h$ by
setting its derivative to zero.
""",
        explanation=r"""
1. $f(x \pm h) = f \pm h f' + \frac{h^2}{2} f'' \pm \frac{h^3}{6} f''' + \dots$ So the forward difference is
   $f' + \frac h2 f'' + \dots$, with an error proportional to $h$. The central difference is
   $f' + \frac{h^2}{6} f''' + \dots$: the even powers cancel, and the error is proportional to $h^2$.
2. Each of the two values is wrong by up to $\varepsilon \lvert f \rvert$, so their difference by up to
   $2 \varepsilon \lvert f \rvert$, and the quotient by up to
   $2 \varepsilon \lvert f \rvert / 2h = \varepsilon \lvert f \rvert / h$.
3. $E(h) = \frac{h^2}{6} \lvert f''' \rvert + \frac{\varepsilon \lvert f \rvert}{h}$ has the derivative
   $\frac h3 \lvert f''' \rvert - \frac{\varepsilon \lvert f \rvert}{h^2}$, which is zero for
   $h = (3 \varepsilon \lvert f \rvert / \lvert f''' \rvert)^{1/3}$. In float64 this is $h \approx 7 \cdot 10^{-6}$
   with an error of $2.4 \cdot 10^{-11}$. In float32 it is $h \approx 6 \cdot 10^{-3}$ with an error of
   $1.6 \cdot 10^{-5}$: too coarse to tell a slightly wrong gradient from a right one.
""",
    ),
    Exercise(
        number="1.18", title="A layer that adds its input", level="hard", kind="code",
        statement=r"""
In chapter 2 you will meet layers that add their input to their output: $A = X + \tanh(X W^\top + b)$, with as many
outputs as inputs. Whatever comes after the layer hands back $G = \partial L / \partial A$, of the shape of $A$. If the
loss is a mean over the examples, the factor $1/N$ is in $G$ already, as in the chapter's $G_2$.
Return the gradients of $L$ by $X$, $W$ and $b$, without a Python loop over the rows. (With $\partial L / \partial X$
you can go on to the layer before.)
""",
        hint=r"""
$X$ reaches $A$ on two paths, and the chain rule adds up what comes back on both. One path is the chapter's: through
the bend, then into the layer. The derivative of tanh needs the value of the tanh alone, not $A$.
""",
        answer=code.residual_backward, check=checks.residual_backward,
        explanation=r"""
Write $T = \tanh Z$ with $Z = X W^\top + b$, so $A = X + T$. Through the bend,
$\partial L / \partial Z = G \odot (1 - T \odot T)$. From there it is the chapter's derivation: `dZ.T @ X` for $W$,
the sum over the rows for $b$, and `dZ @ W` for the path from $Z$ to $X$. The direct path adds $G$ itself. However
small $W$ is, $G$ arrives unchanged at the layer before; this is what makes such layers useful in deep networks.
""",
    ),
    Exercise(
        number="1.19", title="Why not squared error?", level="hard", kind="derive",
        statement=r"""
A yes-or-no classifier has $p = \sigma(z)$ and label $y$. Compare the squared error $\frac12 (p - y)^2$ with the
cross-entropy $-y \log p - (1 - y) \log(1 - p)$.

1. Derive both gradients by $z$.
2. The example has $y = 1$, and the model is sure of the contrary: $z = -10$. Compute both gradients. What does a step
   of gradient descent do in each case?
3. Derive the second derivative of both by $z$ for $y = 1$. Where is it negative, and what does that mean?
""",
        hint=r"""
Use $\sigma' = p\,(1 - p)$ from Exercise 1.5. For part 3, differentiate the results of part 1 by $p$ first, then
multiply by $p\,(1 - p)$.
""",
        explanation=r"""
1. Cross-entropy: $\left(-\frac yp + \frac{1 - y}{1 - p}\right) p\,(1 - p) = p - y$. Squared error:
   $(p - y)\,p\,(1 - p)$. The logarithm cancels the slope of the sigmoid; the square does not.
2. $p = \sigma(-10) = 4.54 \cdot 10^{-5}$. Cross-entropy has the gradient $-0.99995$, squared error
   $-4.54 \cdot 10^{-5}$, which is 22,000 times smaller. With the square, the example that most needs a correction
   gets almost none.
3. Cross-entropy: $p\,(1 - p) > 0$ everywhere, so the loss is convex in $z$. Squared error, with $y = 1$: the gradient
   is $-p\,(1 - p)^2$, its derivative by $p$ is $-(1 - p)(1 - 3p)$, so the second derivative by $z$ is
   $-p\,(1 - p)^2 (1 - 3p)$, negative for $p < \frac13$. There the curve bends down towards a plateau, on which
   gradient descent crawls.
""",
    ),
    Exercise(
        number="1.20", title="Does the interval keep its promise?", level="hard", kind="code",
        statement=r"""
A 95 % interval should contain the true share in 95 % of all test sets. Test that claim exactly, without any drawing
of random numbers. If each of $n$ answers is right with probability $p$, then $k$ of them are right with probability
$\binom nk p^k (1 - p)^{n - k}$. Each count $k$ leads to an interval of its own, `interval(k, n)`. Add up the
probabilities of all $k$ whose interval contains $p$.

Then compare `simple_interval` with `wilson_interval` (from `dlcourse.evaluate`) for a model that is right in 97 % of
all cases, tested on 50 images.
""",
        hint="""
One loop over `right` from 0 to n inclusive. Ask the interval for its ends; if the share lies between them, add the
probability of that count. `comb(n, right)` from Python's `math` counts the orders.
""",
        imports="from math import comb", answer=code.coverage, given=(code.simple_interval,), check=checks.coverage,
        explanation=r"""
`coverage(simple_interval, 0.97, 50)` is 0.78 and `coverage(wilson_interval, 0.97, 50)` is 0.94. The simple interval
promises 95 % and delivers 78 %: if all 50 answers are right, it shrinks to the single point 1, and that happens in
22 % of all test sets. The counts are whole numbers, so no interval delivers exactly 95 %; Wilson's stays close to it.
For $p = 0.5$ and $n = 100$ both give 0.943. The simple interval fails near 0 and 1, which is where good models are.
""",
    ),
    Exercise(
        number="1.21", title="Two digits that no model reads", level="hard", kind="open",
        statement="""
Train logistic regression (`hidden=0`) and an MLP (`hidden=64`) with five seeds each on the 1,000 training images.
Find the test images that all ten models get wrong, and look at them. Choose two: one that no fair judge could read,
and one that a model should have read. Name them by their rows in the whole data set; the first test image is row 1000.
Argue both cases with evidence that someone else can check, not only with your eyes: for example with the training
images that differ least from yours.

You look at test images here to understand, which is fine. Changing a model because of what you saw would not be.
""",
        hint="""
`predict(model, digits.test.x).argmax(axis=1)`, with `predict` from `dlcourse.evaluate`, gives the readings of one
model. The difference of two images is the length of `x - other`, over all 64 pixels. How are the five nearest training
images labeled? And do the ten models agree on the same wrong digit? `plots.digits(digits.images[rows])` shows them.
""",
        start=READER, answer=code.nearest_labels,
        explanation="""
With seeds 0 to 4, between 35 and 40 of the 797 images are read by none of the ten models, out of about 50 mistakes
that each makes. So most mistakes are not bad luck of one training run: the models share them. Two cases:

- **Row 1361 has the label 5**, and all ten read a 6. The lower half is closed to a ring, and its five nearest
  training images are all sixes. The evidence in the pixels points to 6; only the writer knew.
- **Row 1591 has the label 0**, and all ten read a 6. Its five nearest training images are all zeros, so a rule as
  plain as "answer like your nearest neighbor" reads it. The training data held the answer, and the models lost it.

Good answers name the rows, show the pictures, and give a piece of evidence that could have come out differently. It
is not enough that the image looks odd to you, and one example does not show that nearest neighbors are the better
method.
""",
    ),
    Exercise(
        number="1.22", title="A model that may say: I do not know", level="hard", kind="open",
        statement="""
A bank reads amounts by machine, and a person reads what the machine refuses. Design a rule by which a classifier
refuses an image: for example, that its largest probability must exceed a threshold. Train on rows 0-799 (`digits.fit`),
choose every number in your rule on rows 800-999 (`digits.validation`), and use the test rows once, at the end. Report
how many images are answered, how many of these answers are wrong (with an interval), and how many refusals were
unnecessary. Then give the rule 797 images of random pixels, each drawn evenly from 0 (paper) to 1 (ink). How many does
it answer?
""",
        hint="""
`predict` returns logits, and the chapter's `softmax` makes probabilities of them. Which threshold would have avoided
all mistakes on the validation rows? Is "no mistakes on 160 answered images" the same as "never wrong"? Random pixels:
`np.random.default_rng(0).random((797, 64))`.
""",
        start="model = trained_reader(digits.fit, hidden=0, seed=0)  # as in Exercise 1.21", answer=code.surest_mistake,
        explanation="""
One rule: answer only if the largest probability exceeds that of the surest mistake on the validation rows. For
logistic regression and seeds 0 to 4, the threshold is between 0.87 and 0.89. On the test rows the model then answers
about 640 of 797 images and gets 4 or 5 of them wrong (0.7 %), where without the rule it gets 56 to 60 of 797 wrong.
For 5 of 640, the 95 % interval is 0.3 % to 1.8 %. The price: about 105 of the 160 refused images would have been read
correctly.

- No mistake among 160 answered validation images does not mean none ever: the interval for 0 of 160 reaches up to
  2.3 %.
- The rule still answers 60 to 90 of 797 images of random pixels, and with the MLP instead of logistic regression even
  more than 120. A high probability means "more like this class than like the others", not "like anything I have
  seen". A rule that should refuse nonsense needs another quantity, such as the distance to the nearest training
  image.
- With an MLP the threshold is above 0.96: probabilities of different models do not mean the same, so a threshold
  belongs to its model.
""",
    ),
)
