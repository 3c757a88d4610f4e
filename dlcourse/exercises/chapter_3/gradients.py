"""Why this file exists: the exercises on gradients, and on what becomes of them when a batch is split.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

GRADIENTS = (
    Exercise(
        number="3.1", title="The engine learns to divide", level="easy", kind="code",
        statement=r"""
The chapter's engine knows $+$, $\cdot$ and $\tanh$. Give it a rule for the quotient $y = a / b$: when the slope $g$
comes in at $y$, what does the operation hand back to $a$, and what to $b$? Return both numbers.

Then build it in: add a method `__truediv__` to the class `Value`, and let it differentiate $x / (x \cdot x)$ at
$x = 2$. Which slope do you expect?
""",
        hint=r"""
Hold $b$ still and let only $a$ move: what is the local slope? Then hold $a$ still. For $1 / b = b^{-1}$ the refresher's
rule for powers holds. Both local slopes are multiplied by the same number.
""",
        answer=code.quotient_rule, check=checks.quotient_rule,
        explanation=r"""
The local slopes are $\partial y / \partial a = 1 / b$ and $\partial y / \partial b = -a / b^2$, and each is multiplied
by $g$. The second can be written $-y / b$: a rule may use the value of its own operation, as the one of $\tanh$ does.
In the engine it takes three lines:

```python
def __truediv__(self, other):
    y = self.data / other.data
    return Value(y, (self, other), lambda g: (g / other.data, -g * y / other.data))
```

Since $x / (x \cdot x) = 1 / x$, the slope at 2 must be $-\frac14$. Three parts arrive at $x$: from the numerator
$\frac14$, and from each of the two factors below $-\frac14$. A rule that writes one part over the other can be right
by accident here, which is why one checks at several graphs.
""",
    ),
    Exercise(
        number="3.2", title="One weight in every step", level="easy", kind="derive",
        statement=r"""
Networks that read a text (chapter 7) use the same weight again in every step. The smallest one is $h_t = w\, h_{t-1}$
for $t = 1, \dots, T$, with the loss $L = h_T$.

1. Draw the graph for $T = 3$. How many parts arrive at $w$, and how large is each? Add them up for any $T$, and compare
   with the derivative of $w^T h_0$.
2. Take $T = 100$ and $h_0 = 1$. How large is the slope by $w$ for $w = 0.9$, for $w = 1$ and for $w = 1.1$? What does
   that mean for a learning rate that is to serve all three?
3. Another graph: $u_0 = u_1 = x$, and $u_{j+1} = u_j + u_{j-1}$. Over how many paths does the loss $L = u_{30}$ depend
   on $x$? How many parts are handed on if each node hands on once, newest first?
""",
        hint=r"""
Part 1: the product that makes $h_t$ hands $h_{t-1}$ times the slope of $h_t$ to $w$. What is the slope of $h_t$?
Part 3: along each arrow the local slope is 1, so the number of paths is the slope. How does it grow from $u_j$ to
$u_{j+1}$?
""",
        explanation=r"""
1. Going back, $h_T$ has the slope 1, and each step multiplies by $w$, so $h_t$ has the slope $w^{T-t}$. The product
   that makes $h_t$ hands $w$ the part $w^{T-t} h_{t-1} = w^{T-t} w^{t-1} h_0 = w^{T-1} h_0$. All $T$ parts are equal,
   together $T w^{T-1} h_0$, the derivative of $w^T h_0$. An engine that keeps only the last part is wrong by the factor
   $T$.
2. $100 \cdot 0.9^{99} = 0.00295$, then 100, and $100 \cdot 1.1^{99} = 1.25 \cdot 10^6$. A rate that suits the first
   throws the last far away. Clipping is a help for the one that explodes; nothing brings back the one that vanishes.
3. The slopes are $1, 1, 2, 3, 5, 8, \dots$, each the sum of the two before, and $u_{30}$ has 1,346,269 paths to $x$.
   Newest first, 29 sums hand on two parts each: 58.
""",
    ),
    Exercise(
        number="3.5", title="Back through softmax", level="medium", kind="code",
        statement=r"""
Softmax and the logarithm together have a simple gradient. Attention (chapter 7) uses softmax without the logarithm, so
its own rule is needed. With $p = \text{softmax}(z)$ for each row, $p_k = e^{z_k} / \sum_j e^{z_j}$, and with
$g = \partial L / \partial p$ coming in, return $\partial L / \partial z$ for a whole batch, without a Python loop over
the rows and without forming a Jacobian. `softmax` is given.
""",
        hint=r"""
Each $p_k$ depends on all logits of its row. Derive $\partial p_k / \partial z_k$ and $\partial p_k / \partial z_j$ for
$j \ne k$ first; both can be written with $p$ alone. Then add up over $k$ what comes back to one $z_j$. In which part
does $j$ not occur under the sum?
""",
        answer=code.softmax_rule, given=(code.softmax,), check=checks.softmax_rule,
        explanation=r"""
The quotient rule gives $\partial p_k / \partial z_k = p_k (1 - p_k)$ and, for $j \ne k$,
$\partial p_k / \partial z_j = -p_k p_j$. Both together: $\partial p_k / \partial z_j = p_k (\delta_{jk} - p_j)$, where
$\delta_{jk}$ is 1 for $j = k$ and otherwise 0. So

$$\frac{\partial L}{\partial z_j} = \sum_k g_k\, p_k (\delta_{jk} - p_j) = p_j \Bigl( g_j - \sum_k g_k p_k \Bigr) .$$

The sum is the mean of $g$, with $p$ as weights, one number for each row. So a row costs about $3 K$ multiplications,
where its Jacobian has $K^2$ entries. Two tests are free: adding the same number to all $g$ changes nothing, since the
$p$ sum to 1; and the result sums to 0 over the classes, since adding the same number to all $z$ changes no $p$. With
$g_k = -1 / p_k$ for the right class and 0 elsewhere, the gradient of the logarithm, it becomes chapter 1's $p - y$.
""",
    ),
    Exercise(
        number="3.14", title="Batch norm breaks equal shards", level="hard", kind="code",
        statement=r"""
With batch norm the average of the shards' gradients is not the gradient of the large batch, as the chapter measures.
Repair it. You write the program of *one* machine. It holds a shard: $n$ rows `x` of one layer, and the slopes `g` that
come in at their $\hat x$ (take $\gamma = 1$ and $\beta = 0$). It never sees the rows of the others. But it can call
`average(v)`: every machine hands over an array, and all get back the mean of these arrays. All machines hold equally
many rows.

Return $\hat x$ and $\partial L / \partial x$ of the machine's own rows, exactly as one large batch would have them.
`on_machines(normalize_shard, X, G)` runs your program on machines with the rows `X[0]`, `X[1]`, ... and stacks what
they return; compare it with the chapter's batch norm on `X.reshape(-1, H)`.

How many numbers does each machine hand over, and does that depend on $n$?
""",
        hint=r"""
The variance of all rows is a mean, too: around which mean? Backward has the form
$\frac1r (g_n - \langle g \rangle - \hat x_n \langle g \hat x \rangle)$. Over which rows do the two means in it run?
""",
        answer=code.normalize_shard, given=(code.Waits, code.on_machines), check=checks.normalize_shard,
        explanation=r"""
Forward needs the mean and the variance of the whole batch. The average of the machines' variances is too small: it
leaves out how far the machines' means lie apart. Measured around the common mean, the squares can be averaged. (With
$\langle x^2 \rangle - \langle x \rangle^2$ one round is enough, but two large numbers are subtracted.)

Backward is where most repairs stop too early. A row's $x$ moves the mean and the variance of *all* rows, on all
machines, so what comes back through them is a mean over all machines, too. Whoever exchanges only in forward gets the
right outputs and wrong gradients, and the loss will still fall.

Each machine hands over 4 arrays of $H$ numbers, whatever $n$ is: two on the way forward, two on the way back. Gradients
of weights and biases are averaged as before. In PyTorch this layer is `torch.nn.SyncBatchNorm`. The price is that all
machines wait for each other in every such layer, twice; layer norm and group norm look at one row and need nothing.
""",
    ),
)
