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
A neuron $z = w^\top x + b$ fires if $z > 0$. Its $n$ inputs are votes, each 0 or 1. Choose weights and bias such that
it fires if at least $k$ of the $n$ votes are 1.

One rule gives AND ($k = n$), OR ($k = 1$) and the majority of three ($n = 3$, $k = 2$). No input may end on the
boundary $z = 0$.
""",
        hint="""
No vote counts more than another, so all weights can be equal. Make them 1: then $w^\\top x$ is the number of votes.
Which bias lies between $k - 1$ votes and $k$ votes?
""",
        answer=code.at_least, check=checks.at_least,
        explanation=r"""
With weights of 1, $w^\top x$ counts the votes. The bias $\frac12 - k$ puts the boundary halfway between $k - 1$ and
$k$ votes: $z$ is $+\frac12$ for exactly $k$ votes and $-\frac12$ for $k - 1$.
""",
    ),
    Exercise(
        number="1.2", title="How many numbers are learned?", level="easy", kind="code",
        statement="""
A fully connected network is described by its layer sizes: `[64, 32, 10]` has 64 inputs, 32 hidden units and 10
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
        number="1.3", title="Two layers that are one", level="easy", kind="derive",
        statement=r"""
Take a network without an activation function: $A = X {W^{(1)}}^\top + b^{(1)}$ and $Z = A {W^{(2)}}^\top + b^{(2)}$,
with $D$ inputs, $H$ hidden units and $K$ outputs.

1. Show that $Z = X W^\top + b$ for one matrix $W$ and one vector $b$, and give both.
2. Can such a network with $D = 64$, $H = 5$, $K = 10$ represent every single layer from 64 to 10?
""",
        hint=r"""
Put the first equation into the second and use $(BC)^\top = C^\top B^\top$. For the second part, ask how many
different directions can still be told apart after the hidden layer.
""",
        explanation=r"""
1. $Z = (X {W^{(1)}}^\top + b^{(1)}) {W^{(2)}}^\top + b^{(2)}$. Multiplied out, this is
   $X (W^{(2)} W^{(1)})^\top + b^{(1)} {W^{(2)}}^\top + b^{(2)}$. So $W = W^{(2)} W^{(1)}$, of shape $(K, D)$, and
   $b = b^{(1)} {W^{(2)}}^\top + b^{(2)}$, written as a row. Without an activation between them, any number of layers
   is one layer.
2. No. $W = W^{(2)} W^{(1)}$ passes through 5 numbers, so its rank is at most 5, while a $10 \times 64$ matrix can
   have rank 10. The two layers have *more* parameters when $H$ is large (2410 instead of 650 for $H = 32$) and still
   represent nothing that one layer cannot.
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
        number="1.6", title="A shift that changes nothing", level="easy", kind="derive",
        statement=r"""
1. Show that softmax gives the same probabilities for the logits $z_1 + c, \dots, z_K + c$ as for $z_1, \dots, z_K$.
2. Conclude, without computing any derivative, that the gradient of every loss behind a softmax sums to zero over the
   logits of an example: $\sum_k \partial L / \partial z_k = 0$. Does $P - Y$ have this property?
3. Show that softmax of the two logits $(z, 0)$ gives the first class the probability $\sigma(z)$.
""",
        hint=r"""
Part 1: $e^{z + c} = e^z e^c$. Part 2: look at $L(z_1 + c, \dots, z_K + c)$ as a function of the single number $c$.
What is its derivative, by part 1, and what is it by the chain rule?
""",
        explanation=r"""
1. $\frac{e^{z_k + c}}{\sum_j e^{z_j + c}} = \frac{e^c e^{z_k}}{e^c \sum_j e^{z_j}} = \frac{e^{z_k}}{\sum_j e^{z_j}}$.
   This is why one may subtract the largest logit before taking exponentials.
2. By part 1, $L(z_1 + c, \dots, z_K + c)$ does not depend on $c$, so its derivative by $c$ is 0. The chain rule says
   that this derivative is $\sum_k \partial L / \partial z_k$. In $P - Y$, each row of $P$ sums to 1 and each row of
   $Y$ too, so the difference sums to 0. This is a free test of any gradient you derive.
3. $\frac{e^z}{e^z + e^0} = \frac{1}{1 + e^{-z}} = \sigma(z)$. A yes-or-no classifier needs one logit, not two.
""",
    ),
    Exercise(
        number="1.7", title="The perceptron, and what it costs", level="medium", kind="code",
        statement=r"""
Write the perceptron rule with labels $y = -1$ and $y = +1$: for a row with $y\,(w^\top x + b) \le 0$, add $y\,x$ to
$w$ and $y$ to $b$. Start from zeros, visit the rows in order, and stop after a sweep without an update (or after
`max_sweeps` sweeps). Return $w$, $b$ and the total number of updates, which Exercise 1.9 uses.
""",
        hint="""
Two loops: sweeps outside, rows inside. Remember the number of updates at the start of a sweep; if it is the same at
the end, everything is right and you can `break`.
""",
        answer=code.perceptron, check=checks.perceptron,
        explanation=r"""
The comparison is `<=`, not `<`: with $w = 0$ and $b = 0$ every row has $w^\top x + b = 0$, and a strict comparison
would never start. On AND, with the rows in the order 00, 01, 10, 11, it stops with $w = (3, 2)$, $b = -4$ after 18
updates; on XOR it never stops by itself.
""",
    ),
    Exercise(
        number="1.8", title="One wrong label", level="medium", kind="predict",
        statement="""
40 points are separated by a line, but one of them has been given the wrong label, deep inside the other class. The
cell trains a perceptron for 1,000 sweeps and shows, after sweeps 1, 10, 100 and 1,000, the number of mistakes in that
sweep and the length of the weight vector (with the bias as one more weight). **Before you run it**, choose:

- A. The mistakes reach 0, it just takes longer.
- B. The mistakes go on, and the weights grow without limit.
- C. The mistakes go on, and the weights wander about without growing.
""",
        hint="""
Can a sweep without a mistake exist? For the length: an update adds a row only when the current weights get that row
wrong. What does that do to the length if the weights are already long?
""",
        experiment=code.one_wrong_label, prediction='"A", "B" or "C"', check=checks.one_wrong_label,
        explanation=r"""
C. A sweep without a mistake would be a separating line, and there is none, so updates go on forever. The length
wanders between 1 and 4: an update changes $\lVert w \rVert^2$ by $2\,y\,w^\top x + \lVert x \rVert^2$, whose first
part is zero or negative for a row that is wrong. That the weights stay bounded for every data set was proved by Block
and Levin in
1970. The convergence theorem does not apply, and nothing in the run tells you so: "not yet" and "never" look the
      same. In practice one keeps the best weights seen so far, or minimizes a smooth loss, which has a minimum
      whether or not the classes can be separated.
""",
    ),
    Exercise(
        number="1.9", title="The convergence bound in numbers", level="medium", kind="derive",
        statement=r"""
Append a 1 to every input, so that the bias becomes a weight: $\tilde x = (x_1, x_2, 1)$. Let $R$ be the largest
length of an input, and let $u$ be a vector of length 1 with $y\, u^\top \tilde x \ge \gamma > 0$ for all examples.
The perceptron then makes at most $(R / \gamma)^2$ updates.

1. For AND, use $u = (2, 2, -3) / \sqrt{17}$. Compute $R$, $\gamma$ and the bound, and compare with the count of
   Exercise 1.7.
2. Prove the bound by following $u^\top w$ and $\lVert w \rVert^2$ from update to update.
3. A colleague multiplies every update by a learning rate of 0.5. How many updates does the perceptron make now?
""",
        hint=r"""
Part 2: one update adds $y\,\tilde x$ to $w$. By how much does $u^\top w$ grow at least? By how much does
$\lVert w \rVert^2$ grow at most, given that the row was wrong? Then use $u^\top w \le \lVert w \rVert$. Part 3:
compare the two weight vectors after each step.
""",
        explanation=r"""
1. The longest input is $(1, 1, 1)$, so $R = \sqrt3$. The products $y\, u^\top \tilde x$ are $3, 1, 1, 1$ over
   $\sqrt{17}$, so $\gamma = 1 / \sqrt{17}$, and the bound is $3 \cdot 17 = 51$. The run makes 18 updates: a bound
   promises, it does not predict.
2. Every update adds $y\, u^\top \tilde x \ge \gamma$ to $u^\top w$, so after $M$ updates $u^\top w \ge M \gamma$. It
   changes $\lVert w \rVert^2$ by $2\,y\, w^\top \tilde x + \lVert \tilde x \rVert^2 \le 0 + R^2$, since the row was
   wrong, so $\lVert w \rVert^2 \le M R^2$. Together $M \gamma \le u^\top w \le \lVert w \rVert \le \sqrt M R$, hence
   $M \le (R / \gamma)^2$. Neither the number of examples nor the number of inputs appears.
3. The same 18. The weights start at 0 and every update is half the old one, so the weights are half the old weights
   at every moment; the sign of $w^\top \tilde x$, on which alone the rule depends, never differs. This is about real
   numbers: with a rate of 0.1 a program makes 8 updates. A computer cannot hold 0.1 exactly, so for the input 10 a
   sum that should be exactly 0, and thus a mistake, comes out as $-3 \cdot 10^{-17}$ and passes.
""",
    ),
    Exercise(
        number="1.10", title="XOR by hand", level="medium", kind="code",
        statement=r"""
Choose the weights of a network with two inputs, two hidden units and one output such that the output fires exactly if
one input is 1 and the other is 0. Every unit fires (value 1) if its $z > 0$ and is silent (value 0) otherwise. As in
the chapter, row $j$ of a weight matrix belongs to unit $j$. No unit may sit on its boundary $z = 0$.
""",
        hint="""
XOR is "at least one, but not both". Exercise 1.1 gives you a neuron for "at least one" and a neuron for "both". How
must the output weigh them?
""",
        answer=code.xor_network, check=checks.xor_network,
        explanation=r"""
The hidden units turn the inputs 00, 01, 10, 11 into $(0, 0), (1, 0), (1, 0), (1, 1)$. In these new coordinates
$(1, 0)$ can be cut off from the other two points by a line; in the old ones XOR cannot. Many other answers are right.
""",
    ),
    Exercise(
        number="1.11", title="A bump to build with", level="medium", kind="code",
        statement=r"""
The chapter approximates a function by a sum of bumps. Build one bump from two sigmoids: about `height` for $x$
between `left` and `right`, about 0 elsewhere, with flanks that become steeper as `steepness` grows. Each sigmoid must
have the value $\frac12$ exactly at its edge.
""",
        hint="""
A sigmoid of `steepness * (x - left)` rises from 0 to 1 at `left`. What must happen at `right`, and how do you take
something away again?
""",
        answer=code.bump, given=(code.sigmoid,), check=checks.bump,
        explanation=r"""
A neuron has the form $\sigma(w x + b)$, so the edge at `left` is a hidden unit with weight `steepness` and bias
`-steepness * left`. The output layer weighs the two units with $+$height and $-$height. A bump is a network with two
hidden units, and $m$ bumps are a network with $2m$. The given `sigmoid` uses $\sigma(z) = (1 + \tanh(z/2))/2$ from
Exercise 1.5, because `np.exp(-z)` overflows for large steepness.
""",
    ),
)
