"""Why this file exists: the exercises on what follows a picture that moves or turns, and what does not.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

SHIFTS = (
    Exercise(
        number="6.8", title="A blank sheet", level="medium", kind="predict",
        statement=r"""
A picture of $16 \times 16$ pixels is blank: all of them are 1. Five layers follow, each the mean of $3 \times 3$ pixels
with one ring of zeros around the map, so that its size stays. A convolution that has only one thing to see, the same
everywhere, should say the same everywhere. **Before you run the cell**: of the 256 numbers of the last map, how many
are still exactly 1? Then run `still_blank(layers=8)`.
""",
        hint=r"""
Which pixels does the first layer spoil? And what must be true of everything that an output of the last layer sees, if
it is to be 1?
""",
        experiment=code.still_blank, prediction="how many of 256", check=checks.still_blank,
        explanation=r"""
There are 36. The first layer spoils one frame of pixels, since their patches reach into the zeros. In each further
layer the frame grows by one pixel on every side, so $16 - 2 \cdot 5 = 6$ are left along each axis. Or from the other
end: an output of the fifth layer sees $11 \times 11$ pixels, and it is 1 if all of these lie inside the picture, which
is so at $16 - 11 + 1 = 6$ places along each axis. After 8 layers none is left.

So the map of a blank sheet has a bright middle and a dark rim. What a deep network with zeros around its maps computes
at a place depends on how far the border is: it can tell *where* a thing is, although nobody told it and every layer is
the same everywhere. Islam et al. (2020) show that trained networks make use of this. It is the broken promise of the
chapter, from its useful side.
""",
    ),
    Exercise(
        number="6.9", title="Does it follow?", level="medium", kind="code",
        statement=r"""
Write a test that finds out for *any* map of images, without being told what is in it, which moves it follows. You get
a function `f` that makes an image $(h', w')$ of an image $(h, w)$, and an image `X`. For every move $(u, v)$, with
$0 \le u < h$ and $0 \le v < w$, move `X` down and to the right around the border and compare the new output with
`f(X)`. The output may have moved in its own way, because a map with a stride moves by less. So try all moves of
`f(X)` around *its* border, and keep the one that fits best: $E_{uv}$ is the largest difference of two numbers that is
left then. $E_{uv} = 0$ says that `f` follows this move.

Try it on an image of $8 \times 8$ random numbers and on convolutions of the chapter: with zeros around, with a stride,
with pooling. Which of the 64 moves does each follow?
""",
        hint="""
Two loops, one inside the other: over the moves of X (`np.ndindex(X.shape)`), and over the moves of f(X). Each of the
inner ones gives one number, a largest difference. Which of them do you keep?
""",
        answer=code.follows, check=checks.follows,
        explanation=r"""
Without a move, $E_{00} = 0$ always. What the others say about a random image of $8 \times 8$ and a random kernel:

- A convolution on the ring follows all 64 moves, up to rounding, and so does a ReLU behind it.
- With a stride of 2 on the ring it follows the 16 moves by even numbers, and no other. With a pooling of
  $2 \times 2$ the same.
- With zeros around it follows only the move by nothing.
- The mean of the whole map, an image with one pixel, follows all of them if what it averages does. There is nothing
  that could move: that is what invariant means.

One random image is enough to refute, and it is nearly enough to believe: numbers that were drawn at random hardly ever
agree by accident. But for a blank sheet every map at all follows every move, since nothing has moved. A test is only as
good as its image.
""",
    ),
    Exercise(
        number="6.14", title="What turns in, turns out?", level="hard", kind="derive",
        statement=r"""
On a ring of $h \times h$ pixels, with indices modulo $h$, let the kernel have its middle at $a = b = 0$:

$$(W * X)_{ij} = \sum_{a = -1}^{1} \sum_{b = -1}^{1} W_{ab}\, X_{i + a,\, j + b} .$$

The mirror image is $(MX)_{ij} = X_{i, -j}$, and $(RX)_{ij} = X_{j, -i}$ is turned by a quarter. Kernels are mirrored
and turned by the same formulas.

1. Show that $W * (MX) = M\, \bigl( (MW) * X \bigr)$. For which kernels is the convolution equivariant to mirroring,
   $W * (MX) = M (W * X)$ for all $X$?
2. In the same way $W * (RX) = R\, \bigl( (R^{-1} W) * X \bigr)$. How many free numbers has a kernel of $3 \times 3$
   that is equivariant to mirroring and to quarter turns? Which of the chapter's four kernels are?
3. That leaves few kernels. So take *any* kernel, convolve with its four turned copies $W$, $RW$, $R^2 W$, $R^3 W$, and
   keep the largest of the four answers at each place. Show that this map $f$ is equivariant to quarter turns.
4. Follow it by global average pooling: the answer is the same for a picture and for its quarter turns. Should a reader
   of digits be built like that? And one that looks for cells under a microscope?
""",
        hint=r"""
Part 1: write out $(W * MX)_{ij}$, rename $b$ to $-b$, and read off whose output it is, and at which place. For the
kernels: an image with a single 1 shows the whole kernel. Part 2: which entries of the kernel does a quarter turn carry
to each other? Part 3: use part 2 for each of the four; what happens to the *set* of the four kernels?
""",
        explanation=r"""
1. Write it out, and rename $b$ to $-b$:

   $$\begin{aligned} (W * MX)_{ij} &= \sum W_{ab}\, X_{i + a,\, -j - b} \\
   &= \sum W_{a, -b}\, X_{i + a,\, -j + b} . \end{aligned}$$

   This is the output of the kernel $MW$ at the place $(i, -j)$. It equals $M (W * X)$ for all $X$ if and only if
   $(MW) * X = W * X$ for all $X$. With a single 1 in the image the two sides show the two kernels, so $MW = W$: each
   row of the kernel reads the same from both ends.
2. The kernel must be unchanged by turns and by mirroring. A turn carries the four corners to each other and the four
   edges to each other, and the middle stays. So three free numbers are left of nine. The mean and unlike its neighbors
   are such kernels; the two that measure slopes are not: they would have to answer alike to all directions.
3. By part 2, $(R^t W) * (RX) = R\, \bigl( (R^{t - 1} W) * X \bigr)$. If $t$ runs through four turns in a row, so does
   $t - 1$. The maximum over them is taken at each place, and it commutes with moving places. So
   $f(RX) = R f(X)$.
4. No: a 6 turned by half is a 9, and a reader that cannot tell is wrong for one of them. Under a microscope no
   direction is special, and there it would be right. It is the question of the chapter once more: which changes leave
   the answer as it is? Cohen and Welling (2016) build whole networks in this way.
""",
    ),
)
