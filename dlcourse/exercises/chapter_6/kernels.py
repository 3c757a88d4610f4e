"""Why this file exists: the exercises on kernels: what they find, their sizes and costs, and their gradients.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

KERNELS = (
    Exercise(
        number="6.1", title="What a kernel is blind to", level="easy", kind="derive",
        statement=r"""
Convolve without padding, with a stride of 1. Let $S = \sum_{a,b} W_{ab}$ be the sum of all entries of the kernel.

1. All pixels of an image have the value $c$. Show that all outputs are $c\, S$. Which kernels are blind to even
   brightness?
2. An image rises evenly, $X_{ij} = \alpha i + \beta j$. Show that

   $$Y_{ij} = (\alpha i + \beta j)\, S + \alpha \sum_{a,b} a\, W_{ab} + \beta \sum_{a,b} b\, W_{ab} .$$

   When is a kernel blind to every image of this kind?
3. The chapter shows four kernels at work: left to right, above to below, the mean, and unlike its neighbors. Which of
   them are blind to even brightness, and which to every even rise? What does the mean make of an even rise?
4. The kernel $(1, -2, 1)$ has one row. Compute its answers to the rows $0, 0, 0, 5, 5, 5$ and $0, 0, 0, 5, 0, 0$. To
   which of an edge and a line does it answer more strongly?
""",
        hint=r"""
Put the image into the definition and sort the sum: what does not depend on $a$ and $b$ comes out in front. In part 3
add up rows and columns of each kernel; many sums are 0 because entries on opposite sides cancel.
""",
        explanation=r"""
1. Every product is $W_{ab}\, c$, and $c$ comes out in front of the sum. Blind are the kernels with $S = 0$.
2. $X_{i+a, j+b} = \alpha i + \beta j + \alpha a + \beta b$. The first two terms do not depend on $a$ and $b$ and come
   out with $S$, the others stay under the sum. For all $\alpha$, $\beta$, $i$, $j$ this is 0 if and only if
   $S = 0$, $\sum a\, W_{ab} = 0$ and $\sum b\, W_{ab} = 0$.
3. All but the mean have $S = 0$. The first two are not blind to a rise, they measure it: $\sum b\, W_{ab} = 2$ for left
   to right, so the answer is $2 \beta$ everywhere, and $2 \alpha$ for above to below. Unlike its neighbors is blind to
   it, since its entries on opposite sides are equal and $S = 0$. For the mean $S = 1$, and both other sums are 1: the
   answer is $\alpha (i + 1) + \beta (j + 1)$, the pixel in the middle of the patch. An even rise passes unchanged.
4. $0, 5, -5, 0$ and $0, 5, -10, 5$. Its largest answer to the line is twice that to the edge. It is a second
   difference: blind to a value and to a slope, it answers to a change of slope.

A network that should not care about lighting would be helped by $S = 0$. Nobody enforces it; training finds it if it
helps.
""",
    ),
    Exercise(
        number="6.2", title="Stripes and a stride", level="easy", kind="predict",
        statement=r"""
A picture has vertical stripes, each one pixel wide: every row is $0, 1, 0, 1, \dots$. The cell looks for edges with the
kernel $(-1, 1)$ and a stride of 2, once in the picture as it is and once after it was moved by one column around the
border. **Before you run it**, choose. With the stride of 2,

- A. the answers alternate between 1 and $-1$, and the move shifts them by one place,
- B. all answers are equal, and the move turns the sign of every one,
- C. all answers are equal, and the move changes nothing,
- D. all answers are 0, since the stripes cancel.

Then run `stripes(stride=1)` and `stripes(stride=3)`.
""",
        hint=r"""
Write down one row, and below it the answers without a stride. Then keep every second one. Which of the two kinds of
edges is left?
""",
        experiment=code.stripes, prediction='"A", "B", "C" or "D"', check=checks.stripes,
        explanation=r"""
B. Without a stride the answers are $1, -1, 1, -1, \dots$: the picture gets brighter, then darker, then brighter. A
stride of 2 keeps every second one, and these are all of the same kind, only rises. After the move the places that are
kept see only falls. So the map says "it gets brighter everywhere", and after one pixel "it gets darker everywhere".
Neither is true of the picture, and nothing in the map tells that it has stripes.

With a stride of 3 they alternate again, but slower than the picture does. The stripes repeat every 2 pixels, and a grid
of places that lie 2 or more apart cannot show that. This is what has to be smoothed away before places are dropped. A
mean of two neighbors would leave $\frac12$ in every pixel: the stripes are lost, and no false edges appear.
""",
    ),
    Exercise(
        number="6.3", title="Which images fit", level="easy", kind="code",
        statement=r"""
Because of the floor in the formula for the output size, images of several sizes come out of a network with the same
size. You get the layers, each as $(k, s, p)$ of a convolution or a pooling (dilation 1), from the image on, and the
number $n$ of rows that come out in the end. Return the smallest and the largest number of rows that the image may have
had.

Then ask your function: the five layers of a ResNet that change the size are `[(7, 2, 3)] + 4 * [(3, 2, 1)]`, and
photographs of 224 rows come out with 7. How few rows would have done?
""",
        hint=r"""
Begin with the last layer and one size: if $n'$ rows come out, $n + 2p - k$ may be $(n' - 1)\, s$, or up to how much
more? Then do it with the smallest and the largest of what came out, layer by layer.
""",
        answer=code.fitting_sizes, check=checks.fitting_sizes,
        explanation=r"""
The floor of $(n + 2p - k) / s$ is $n' - 1$ for all numerators from $(n' - 1)\, s$ to $(n' - 1)\, s + s - 1$. So
$n$ reaches from $(n' - 1)\, s + k - 2p$ to $s - 1$ more than that. A larger $n'$ needs a larger $n$, so the smallest
size of one layer leads to the smallest of the layer before, and the largest to the largest. In between every size fits.

For the ResNet it is 193 to 224: all 32 sizes come out with 7 rows, and what a stride of 32 in all leaves over is up to
31 rows. The same number, multiplied out, is the `output_padding` that a transposed convolution must be told. For
LeNet's layers without padding, $(5, 1, 0)$ and $(2, 2, 0)$ twice, 4 rows come from 28 to 31.
""",
    ),
    Exercise(
        number="6.4", title="A separable block with a stride", level="easy", kind="code",
        statement=r"""
The chapter's table counts a depthwise separable layer that leaves size and number of channels as they are. In a network
blocks also change both. Count one: $k \times k$ on each of $C$ channels by itself, with $k$ odd, a padding of
$(k - 1) / 2$ and a stride of $s$; then $1 \times 1$ from $C$ to $O$ channels (`c_in` and `c_out` in the code) with a
stride of 1. There are no biases.
Return the number of weights, and the number of multiplications for one image of $C \times n \times n$.

For which $O$ does the second step cost more than the first?
""",
        hint=r"""
How many places does the first step compute along one side, for odd $n$, too? All its work is done at these places only,
and the second step works at as many.
""",
        answer=code.separable_cost, check=checks.separable_cost,
        explanation=r"""
With $2p = k - 1$ the output has $\lfloor (n - 1) / s \rfloor + 1$ places along one side, that is $n / s$, rounded up.
Each weight is used once at each place: $C k^2$ weights of the first step and $C O$ of the second.
A full convolution would have $C O k^2$, so the block costs $\frac1O + \frac1{k^2}$ of it.

For $O > k^2$ the second step costs more than the first: with $3 \times 3$ from ten channels on. In MobileNets nearly
all the work is done by $1 \times 1$ convolutions, that is, by products of matrices without any im2col. The depthwise
step is cheap in multiplications, and yet slow: it does so few of them for each number that it reads.
""",
    ),
    Exercise(
        number="6.6", title="Two layers are one", level="medium", kind="code",
        statement=r"""
Two linear layers without a bend between them are one linear layer. So two convolutions, $V$ with kernels of
$k \times k$ and then $W$ with $m \times m$ (stride 1, no padding, no biases), must be *one* convolution. Find its
kernel of $(k + m - 1) \times (k + m - 1)$.

`V` has the shape $(B, C, k, k)$, `W` has $(O, B, m, m)$, and the result $(O, C, k + m - 1, k + m - 1)$. Then try it on
a row $(1, 2, 1)$ and a column $(1, 2, 1)$, each written into the middle of a $3 \times 3$ kernel of zeros.
""",
        hint=r"""
Begin with one channel and a single row: put $\sum_a V_a X_{i + a}$ into $\sum_e W_e (\dots)_{i + e}$. Which
products meet at the same pixel $X_{i + c}$? Then the channels between: over which index does the sum run?
""",
        answer=code.one_kernel, check=checks.one_kernel,
        explanation=r"""
For one row, $\sum_e W_e \sum_a V_a X_{i + e + a}$: the products $W_e V_a$ with $e + a = c$ meet at $X_{i + c}$, so
$U_c = \sum_e W_e V_{c - e}$. There is the minus sign: the kernel of two layers is the *true* convolution of their
kernels. Each entry of $W$ stamps a copy of $V$, as in the transposed convolution. Between channels it is a product of
matrices, $W_{\cdot \cdot e} V_{\cdot \cdot a}$, which adds up over the $B$ channels between. With one channel the order
of the two layers does not matter, since the true convolution is commutative. With several it does, as with matrices.

The row and the column give, inside a rim of zeros, the rows $1, 2, 1$ and $2, 4, 2$ and $1, 2, 1$: the chapter's blur
times 16, for 6 multiplications in place of 9. Two layers of $3 \times 3$ have fewer weights than one of $5 \times 5$,
as the chapter counts, and *without* a bend they can do less: every pair is a kernel of $5 \times 5$, but with one
channel 18 numbers cannot make all kernels of 25. With many channels between, they can. What makes two layers worth
more than one is the bend.
""",
    ),
    Exercise(
        number="6.7", title="Back through a stride", level="medium", kind="derive",
        statement=r"""
Take one row of pixels, a kernel of three and a stride of 2, without padding:

$$Y_i = W_0 X_{2i} + W_1 X_{2i + 1} + W_2 X_{2i + 2} .$$

Let $G_i = \partial L / \partial Y_i$ come in, with $G = 0$ where there is no output.

1. Show that pixels of even and of odd index get gradients of different kinds:

   $$\frac{\partial L}{\partial X_{2q}} = W_0\, G_q + W_2\, G_{q - 1} , \qquad
   \frac{\partial L}{\partial X_{2q + 1}} = W_1\, G_q .$$

2. The chapter writes zeros between the entries of $G$ and goes on with the turned kernel. Show for both kinds of pixels
   that it finds the same. Along two axes, which share of its multiplications is by a zero?
3. Now $k$ entries and a stride of $s$. How many outputs does a pixel inside the image enter at least, and at most? When
   is it the same number for all of them?
4. Networks often shrink a map by a $1 \times 1$ convolution with a stride of 2. Which share of the pixels of a picture
   has any influence on its output?
""",
        hint=r"""
Part 1: pixel $m$ enters output $i$ with the weight of index $a = m - 2i$, which has to be 0, 1 or 2. Part 2: with zeros
between, $G$ has $G_q$ at the place $2q$. Part 3: the starts of the windows are the multiples of $s$; how many multiples
of $s$ lie among $k$ neighboring whole numbers?
""",
        explanation=r"""
1. For $m = 2q$ the index $a = 2q - 2i$ is even: $a = 0$ with $i = q$, and $a = 2$ with $i = q - 1$. For $m = 2q + 1$ it
   is odd: only $a = 1$ with $i = q$.
2. Let $\tilde G_{2q} = G_q$ and $\tilde G = 0$ at odd places. Without a stride
   $\partial L / \partial X_m = \sum_a W_a \tilde G_{m - a}$. For $m = 2q$ the middle term meets an odd place, a zero,
   and the others give $W_0 G_q + W_2 G_{q - 1}$. For $m = 2q + 1$ the outer two meet zeros. Half of the products along
   one axis are by a zero, along two axes three quarters. So a convolution with a stride of 2 goes back as four small
   ones without a stride, whose results are laid between each other.
3. The windows that hold pixel $m$ begin at multiples of $s$ from $m - k + 1$ to $m$, which are $k$ neighboring numbers.
   Among them lie $\lfloor k / s \rfloor$ or $\lceil k / s \rceil$ multiples of $s$. It is the same for all if $s$
   divides $k$: the chapter's rule against checkerboards.
4. One pixel in four. For $k < s$ there are pixels that enter no output at all: their gradient is 0 whatever the loss.
   He et al. (2016) use such a layer on the path around a block. The other path sees all pixels,
   in blocks of two $3 \times 3$.
""",
    ),
    Exercise(
        number="6.13", title="Max pooling that overlaps", level="hard", kind="code",
        statement=r"""
The chapter pools windows that lie side by side, as three lines of `reshape`. AlexNet, the network that won ImageNet in
2012, took windows of $3 \times 3$ with a stride of 2, which overlap. Write what max pooling of this kind hands back:
you get the input `X` $(N, h, w)$, the gradient `G` $(N, h', w')$ that comes in at the output, $k$ and $s$. There is no
padding, and rows and columns at the end may be left over.

Of equal pixels the first one of the window gets the gradient, row by row. Write it without a Python loop over the
images (and, if you can, without any).
""",
        hint="""
Three questions: what are all the windows (`sliding_window_view`, then a step), which of the k * k places wins in each
(`argmax` of something flat), and where in the image is that? A pixel may win in several windows. What does
`back[i, j] += g` do if a pair of indices occurs twice? Look at `np.add.at`.
""",
        imports="from numpy.lib.stride_tricks import sliding_window_view",
        answer=code.pool_rule, check=checks.pool_rule,
        explanation=r"""
`argmax` returns the first of equals, as asked; `divmod` by $k$ makes row and column of the place in the window, and
the window $(i, j)$ begins at $(i s, j s)$. The last line is where most answers go wrong. `back[n, i, j] += G` reads all
places, adds, and writes all places: a pixel that wins twice gets only the last of its gradients. `np.add.at` adds one
after the other. Where windows do not overlap both are right, so a test with $k = s$ does not see the mistake.

Equal pixels are no rare case: behind a ReLU whole windows are 0. To give each of them the whole gradient would count
it several times. Any rule that hands out exactly $G$ is a fair choice at a bend; what counts is that it is always the
same. A sum over all pixels tells: what goes back must be as much as what came in.
""",
    ),
)
