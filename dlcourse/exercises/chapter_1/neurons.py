"""Why this file exists: the exercises on neurons, the perceptron and small networks by hand, 1.1 to 1.11.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

NEURONS = (
    Exercise(
        number="1.1", title="A neuron that counts votes", level="easy", kind="code",
        statement=r"""
A neuron $z = w \cdot x + b$ fires if $z > 0$. Its $n$ inputs are votes, each 0 or 1. Choose weights and bias such
that it fires if at least $k$ of the $n$ votes are 1.

One rule gives AND ($k = n$), OR ($k = 1$) and the majority of three ($n = 3$, $k = 2$). No input may end on the
boundary $z = 0$.
""",
        hint="""
No vote counts more than another, so all weights can be equal. Make them 1: then $w \\cdot x$ is the number of votes.
Which bias lies between $k - 1$ votes and $k$ votes?
""",
        answer=code.at_least, check=checks.at_least,
        explanation=r"""
With weights of 1, $w \cdot x$ counts the votes. The bias $\frac12 - k$ puts the boundary halfway between $k - 1$ and
$k$ votes: $z$ is $+\frac12$ for exactly $k$ votes and $-\frac12$ for $k - 1$.
""",
    ),
    Exercise(
        number="1.2", title="How many numbers are learned?", level="easy", kind="code",
        statement="""
A fully connected network is described by its layer sizes: `[64, 32, 10]` has 64 inputs, 32 hidden neurons and 10
outputs. Count its weights and biases for any list of sizes.
""",
        hint="""
A layer from 64 to 32 has a weight for each pair of input and output, and one bias for each output. Go through the
neighboring pairs of the list; `zip(sizes[:-1], sizes[1:])` makes them.
""",
        answer=code.count_parameters, check=checks.count_parameters,
        explanation=r"""
Each layer adds $n_\text{out} \cdot n_\text{in}$ weights and $n_\text{out}$ biases. For `[64, 32, 10]` these are
$32 \cdot 64 + 32 = 2080$ and $10 \cdot 32 + 10 = 330$, together 2410. Inputs have no bias: they are given, not
computed.
""",
    ),
    Exercise(
        number="1.3", title="What two layers can do that one cannot", level="easy", kind="derive",
        statement=r"""
The chapter shows that two layers without an activation are one layer, with the weights $W_2 W_1$.

1. Is the reverse true? Can a pair with 64 inputs, 5 hidden neurons and 10 outputs, and no activation, represent every
   single layer from 64 to 10? If not, give a layer that it cannot represent, and say why.
2. Now put ReLU between the layers. Show that for all inputs for which the same hidden neurons are positive, the
   network still is one layer, and give its weights and its bias.
3. With one input and $H$ hidden ReLU neurons: of how many straight pieces can the curve of an output consist at most?
""",
        hint=r"""
Part 1: how many numbers pass the hidden layer, and how many of the ten outputs can be chosen freely? Part 2: for these
inputs ReLU multiplies each hidden sum by a fixed number, 1 or 0. Part 3: where can a single neuron change from silent
to active?
""",
        explanation=r"""
1. No. Take the layer that hands on its first ten inputs, $z_k = x_k$. For the pair, look at inputs of which only these
   ten may differ from 0. The demand that all 5 hidden sums stay as they are for $x = 0$ is 5 equations for 10 numbers,
   so there is a solution $x \ne 0$. It leads to the same outputs as 0, while the layer tells the two apart. In the
   language of linear algebra: the rank of $W_2 W_1$ is at most 5, that of a $10 \times 64$ matrix can be 10.
2. Let $S$ be the diagonal matrix with a 1 for each neuron that is positive and a 0 for the others. For these inputs
   ReLU multiplies by $S$, so an output is $W_2 S (W_1 x + b_1) + b_2$. That is one layer, with the weights
   $W_2 S W_1$ and the bias $W_2 S b_1 + b_2$. Elsewhere $S$ is another matrix: a ReLU network is many single layers,
   one for each piece of the space.
3. $H + 1$. Neuron $h$ changes only where $w_h x + b_h = 0$, at one point. At most $H$ such points cut the line into
   at most $H + 1$ pieces. Chapter 2 counts what a second hidden layer does to this number.
""",
    ),
    Exercise(
        number="1.4", title="The loss before any training", level="easy", kind="predict",
        statement=r"""
A linear classifier for 100 classes has just been filled with tiny random weights. **Before you run the cell**, write
down its mean cross-entropy to one decimal place. Then run it, and run `untrained_loss(scale=1.0)` as well: with large
random weights, is the loss the same, smaller or larger?
""",
        hint="""
Tiny weights make all logits nearly 0. Which probability does softmax then give to the right class?
""",
        experiment=code.untrained_loss, prediction="the loss, to one decimal place", check=checks.untrained_loss,
        explanation=r"""
Nearly equal logits give each class a probability of nearly $\frac1{100}$, so the loss is about
$-\log \frac1{100} = \log 100 = 4.605$; the run gives 4.61. With weights of size 1 the loss is about 20: the
classifier is as ignorant as before, but it is now *sure* of its guesses, and a sure wrong guess is expensive. So a
first loss far above $\log K$ says that the starting weights are too large, or that the inputs were not scaled.
""",
    ),
    Exercise(
        number="1.5", title="Slopes without a second formula", level="easy", kind="derive",
        statement=r"""
1. Show that $\sigma(z) = 1 / (1 + e^{-z})$ has the derivative $\sigma'(z) = \sigma(z)\,(1 - \sigma(z))$.
2. Show that $\tanh z = 2\,\sigma(2z) - 1$, and conclude from part 1 that $\tanh' z = 1 - \tanh^2 z$.
3. What is the largest slope of each? What is the largest possible product of ten sigmoid slopes?
""",
        hint=r"""
For part 1, write $\sigma = u^{-1}$ with $u = 1 + e^{-z}$, and notice that $e^{-z} / u = 1 - \sigma$. For part 2,
start from $\tanh z = (e^z - e^{-z}) / (e^z + e^{-z})$ and divide above and below by $e^z$.
""",
        explanation=r"""
1. $\sigma' = -u^{-2} \cdot (-e^{-z}) = \frac1u \cdot \frac{e^{-z}}u = \sigma\,(1 - \sigma)$.
2. $2\sigma(2z) - 1 = \frac{2}{1 + e^{-2z}} - 1 = \frac{1 - e^{-2z}}{1 + e^{-2z}} = \tanh z$. The chain rule gives
   $\tanh' z = 4\,\sigma(2z)\,(1 - \sigma(2z))$. With $\sigma(2z) = (1 + \tanh z)/2$ this is
   $(1 + \tanh z)(1 - \tanh z) = 1 - \tanh^2 z$.
3. Both are steepest at $z = 0$: slope $\frac14$ for the sigmoid, 1 for tanh. Ten sigmoid slopes multiply to at most
   $4^{-10} \approx 9.5 \cdot 10^{-7}$. Gradients of deep networks are such products; chapter 2 meets the consequence.

A forward pass already holds $\sigma(z)$ or $\tanh z$, so the backward pass gets these slopes for one multiplication.
""",
    ),
    Exercise(
        number="1.6", title="What softmax does not see", level="easy", kind="derive",
        statement=r"""
Adding the same number to all logits leaves softmax as it is.

1. Conclude, without computing any derivative, that the gradient of every loss behind a softmax sums to zero over the
   logits of an example: $\sum_k \partial L / \partial z_k = 0$. Does $P - Y$ have this property?
2. Show that softmax of the two logits $(z, 0)$ gives the first class the probability $\sigma(z)$.
3. *Multiplying* all logits by the same number $\beta > 0$ does change the probabilities. What stays the same? What
   happens for $\beta \to 0$, and for $\beta \to \infty$ if one logit is the largest?
""",
        hint=r"""
Part 1: look at $L(z_1 + c, \dots, z_K + c)$ as a function of the single number $c$. What is its derivative, and what
is it by the chain rule? Part 3: divide the probabilities of two classes by each other.
""",
        explanation=r"""
1. $L(z_1 + c, \dots, z_K + c)$ does not depend on $c$, so its derivative by $c$ is 0. The chain rule says that this
   derivative is $\sum_k \partial L / \partial z_k$. In $P - Y$, each row of $P$ sums to 1 and each row of $Y$ too, so
   the difference sums to 0. This is a free test of any gradient that you derive.
2. $\frac{e^z}{e^z + e^0} = \frac{1}{1 + e^{-z}} = \sigma(z)$. A yes-or-no classifier needs one logit, not two.
3. $p_k / p_j = e^{\beta (z_k - z_j)}$. The sign of the exponent does not depend on $\beta$, so the order of the
   classes stays, and with it the answer of the classifier. For $\beta \to 0$ all ratios go to 1 and all probabilities
   to $1/K$. For $\beta \to \infty$ the largest logit gets everything. Exercise 1.12 uses this, with $\beta = 1/T$.
""",
    ),
    Exercise(
        number="1.7", title="One wrong label", level="medium", kind="predict",
        statement="""
40 points are separated by a line, but one of them has been given the wrong label, far on the other side. The cell
trains a perceptron for 1,000 passes and shows, for passes 1, 10, 100 and 1,000, the number of mistakes in that pass
and the length of the weight vector (with the bias as one more weight). **Before you run it**, choose:

- A. The mistakes reach 0, it just takes longer.
- B. The mistakes go on, and the weights grow without limit.
- C. The mistakes go on, and the weights wander about without growing.

The chapter proves nothing about such data. A guess with a reason is enough.
""",
        hint="""
Can a pass without a mistake exist? For the length: an update adds a row only when the current weights get that row
wrong. What does that do to the length if the weights are already long?
""",
        experiment=code.one_wrong_label, prediction='"A", "B" or "C"', check=checks.one_wrong_label,
        explanation=r"""
C. A pass without a mistake would be a separating line, and there is none, so updates go on forever. The length
wanders between 1 and 4. In the terms of the chapter's proof, an update changes $|v|^2$ by
$2 t\, v \cdot \tilde x + |\tilde x|^2$, and the first part is zero or negative for a row that is wrong. Block and
Levin proved in 1970 that the weights stay bounded for every finite data set. Nothing in the run tells "not yet" from
"never". In practice one keeps the best weights seen so far, as the next exercise does, or minimizes a smooth loss,
which has low values whether or not the classes can be separated.
""",
    ),
    Exercise(
        number="1.8", title="The best weights in the pocket", level="medium", kind="code",
        statement=r"""
When no line separates the classes, the last weights of a perceptron are as good as any it met, or as bad. The *pocket
algorithm* (Gallant 1990) trains by the chapter's rule and keeps the best weights so far in its pocket: those that get
the fewest rows of $X$ wrong. A row is read as 1 if $w \cdot x + b > 0$, otherwise as 0.

Count at the start and after every update, and replace what is in the pocket only by something better. Return $w$, $b$
and the number of mistakes.
""",
        hint="""
Begin with the chapter's `perceptron`. After an update, `np.sum((X @ w + b > 0) != y)` counts the wrong rows. If it is
less than the best count so far, store all three.
""",
        answer=code.pocket, check=checks.pocket,
        explanation=r"""
`w = w + error * x` makes a new array each time, so what is in the pocket stays as it was. With `w += error * x` the
pocket would hold the same array as `w` and change with it. Each update costs a look at all rows; that is the price.
The pocket can only hold what the rule walks through. On XOR, with the rows in the order 00, 01, 10, 11, it never
meets anything better than the 2 mistakes of the start, although there are lines with a single mistake. Visiting the
rows in random order helps.
""",
    ),
    Exercise(
        number="1.9", title="The convergence bound in numbers", level="medium", kind="derive",
        statement=r"""
The chapter proves that a perceptron which starts from zero makes at most $(R / \gamma)^2$ updates.

1. For AND with $\tilde x = (x_1, x_2, 1)$, use $u = (2, 2, -3) / \sqrt{17}$. Compute $R$, $\gamma$ and the bound.
   Then add a counter to the chapter's `perceptron` and compare.
2. Does the bound change if every row stands in the table ten times? If every $\tilde x$ is multiplied by 10? How does
   the number of updates change if every update is multiplied by a learning rate of 0.5?
3. Start from some $v_0$ that is not zero. Follow the proof again: do the updates still come to an end?
""",
        hint=r"""
Part 2: write the weights with the learning rate next to those without it, update by update, and look at the sign of
$v \cdot \tilde x$. Part 3: $u \cdot v$ now begins at $u \cdot v_0 \ge -|v_0|$, and $|v|^2$ at $|v_0|^2$.
""",
        explanation=r"""
1. The longest extended input is $(1, 1, 1)$, so $R = \sqrt3$. The products $t\, u \cdot \tilde x$ are $3, 1, 1, 1$
   over $\sqrt{17}$, so $\gamma = 1 / \sqrt{17}$, and the bound is $3 \cdot 17 = 51$. The run makes 10 updates and
   ends with $w = (2, 1)$, $b = -2$. A bound promises, it does not predict.
2. Ten copies of a row change neither $R$ nor $\gamma$. Multiplying every $\tilde x$ by 10 multiplies both by 10, and
   the ratio stays. A learning rate of 0.5 makes all weights half as long at every moment. The sign of
   $v \cdot \tilde x$, on which alone the rule depends, never differs: 10 updates again.
3. Yes. After $k$ updates $u \cdot v \ge k \gamma - |v_0|$ and $|v|^2 \le |v_0|^2 + k R^2$, so
   $k \gamma \le |v_0| + \sqrt{|v_0|^2 + k R^2}$. The left side grows like $k$, the right side like $\sqrt k$, so only
   finitely many $k$ are possible. From such a start the learning rate does matter: it decides how fast $v_0$ is
   forgotten.
""",
    ),
    Exercise(
        number="1.10", title="Odd or even", level="medium", kind="code",
        statement=r"""
XOR asks whether the number of ones among two inputs is odd. Ask the same of $n$ inputs, for any $n$: choose the
weights of a network with $n$ inputs, $n$ hidden neurons and one output that fires exactly if the number of ones is
odd. Every neuron fires (value 1) if its $z > 0$ and is silent (value 0) otherwise. As in the chapter, row $j$ of a
weight matrix belongs to neuron $j$. No neuron may sit on its boundary $z = 0$.
""",
        hint="""
In the chapter the hidden neurons say "at least one" and "both". For more inputs let them say "at least 1", "at least
2", up to "at least n" (Exercise 1.1). Write down what they say for 0, 1, 2 and 3 ones. Which weights give 0, 1, 0, 1?
""",
        answer=code.parity_network, check=checks.parity_network,
        explanation=r"""
For $m$ ones the first $m$ hidden neurons fire. With the output weights $+1, -1, +1, \dots$ their sum is 1 if $m$ is
odd and 0 if $m$ is even, and the bias $-\frac12$ puts the boundary between. For $n = 2$ these are the chapter's
weights for XOR. The hidden layer counts, so it throws away what does not matter here: which inputs are 1.
""",
    ),
    Exercise(
        number="1.11", title="A tower in the plane", level="medium", kind="code",
        statement=r"""
In the chapter two sigmoids make a bump over a line. In the plane a bump in $x_1$ is a ridge without end, and so is a
bump in $x_2$. Their sum is a cross: about 2 where they meet, about 1 on the arms, 0 elsewhere. Put one more neuron on
top that fires only where both are high, and you have a tower: about 1 in a rectangle, about 0 elsewhere.

All five neurons use `sigmoid(steepness * (...))`. The steps of the ridges lie at the edges of the rectangle, the
threshold of the neuron on top halfway between one ridge and two. Compute all points at once, without a Python loop over
them: NumPy applies every operation to whole arrays.
""",
        hint="""
The neuron on top is "at least 2 of 2" from Exercise 1.1, with the two ridges as its inputs. Which bias did it have?
""",
        answer=code.tower, given=(code.sigmoid,), check=checks.tower,
        explanation=r"""
This is a network with two hidden layers: four sigmoids, then one, which cuts the arms off. Without the second layer
they would reach to infinity. A sum of towers of different heights imitates any continuous function of two inputs, as
the chapter's bumps do for one. The product of the two bumps would do as well, but neurons do not multiply. The given
`sigmoid` uses $\sigma(z) = (1 + \tanh(z/2))/2$ from Exercise 1.5, because `np.exp(-z)` overflows for large steepness.
""",
    ),
)
