"""Why this file exists: the exercises on networks that have learned: their doubts, their bits, and who deceives them.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

PENS = """\
import numpy as np

from dlcourse.evaluate import paired_test, predict
from dlcourse.studies import digit_reader

pen_x, pen_y = digit_reader.pictures("test")  # (797, 1, 8, 8)
pen_readers = {"moved": digit_reader.network(), "as they are": digit_reader.network(plain=True)}


def read_right(change):
    return {name: predict(net, change(pen_x)).argmax(axis=1) == pen_y for name, net in pen_readers.items()}


for change in (lambda x: x, lambda x: np.roll(x, 1, axis=3)):
    pen_right = read_right(change)
    print({name: f"{found.mean():.1%}" for name, found in pen_right.items()})
    print(paired_test(*pen_right.values()))"""

NETWORKS = (
    Exercise(
        number="6.5", title="What a temperature can do", level="easy", kind="derive",
        statement=r"""
A network's logits $z$ are divided by a temperature $T > 0$ before softmax.

1. Show that the class with the largest probability stays the same for every $T$. What does that mean for the accuracy?
   Where do the $K$ probabilities go for $T \to \infty$, and where for $T \to 0$?
2. There are two classes, and the network gives the first one the probability 0.99. Which $T$ makes it 0.9?
3. The larger $T$, the smaller the largest probability. So it seems that a temperature only stretches one scale, and
   that of two pictures the surer one stays the surer. Compare two pictures with the logits $(3, 0, 0)$ and
   $(2.5, 0, -10)$, for $T = 1$ and for $T = \frac12$. What does it mean for somebody who shows the least sure answers
   to a person?
""",
        hint=r"""
Part 1: dividing by a positive number keeps an order, and so does $e^x$. For the limits divide numerator and denominator
by the largest of the exponentials. Part 2: with two classes only the difference of the logits counts; it is the
logarithm of $p / (1 - p)$.
""",
        explanation=r"""
1. $z_k > z_j$ implies $z_k / T > z_j / T$ and $e^{z_k / T} > e^{z_j / T}$, and all are divided by the same sum. So the
   answers are the same, and the accuracy does not change by a single picture. For $T \to \infty$ all exponents go to 0
   and all probabilities to $1 / K$. For $T \to 0$ the largest logit wins with probability 1 (several that are equal
   share it).
2. The difference of the logits is $\ln 99 = 4.60$, and it has to become $\ln 9 = 2.20$. So $T = 2.09$.
3. For $T = 1$ the first picture gets 0.909 and the second 0.924, so the second is the surer one. For $T = \frac12$ it
   is 0.995 and 0.993: now the first is. It has two rivals at a distance of 3, the second has one at 2.5. At a high
   temperature the number of rivals counts, at a low one only the nearest. So although no answer changes, another
   picture may be the first that is shown to a person. With two classes this cannot happen.
""",
    ),
    Exercise(
        number="6.10", title="The calibration error", level="medium", kind="code",
        statement=r"""
The chapter measures the expected calibration error and gives its formula. Write it, without a Python loop over the
pictures: you get the probabilities `p` $(N, K)$, the right classes `labels` $(N,)$, and the number of bins. The
confidence is the probability of the class that the network answers. Bin $b = 0, 1, \dots$ holds the confidences from
$b / \text{bins}$ on and below $(b + 1) / \text{bins}$, and the last bin holds 1 as well. Empty bins count nothing.

Then look for a network that reads half of the pictures and has a calibration error of 0.
""",
        hint=r"""
In $n_b\, \lvert \text{right}_b - \text{confidence}_b \rvert$ both means are divided by $n_b$ and the whole is
multiplied by it. So two *sums* for each bin are enough, or one. `np.bincount` adds up weights by bin.
""",
        answer=code.confidence_gap, check=checks.confidence_gap,
        explanation=r"""
$n_b$ cancels: $n_b\, \lvert \text{right}_b - \text{confidence}_b \rvert$ is the size of a sum over the bin, of right (1
or 0) minus confidence. No mean is needed, so no bin can divide by 0. The order is what counts: first add up with signs
inside a bin, then take the size. Sizes of single answers would never be 0, since one answer is right or wrong and never
nine tenths of it; one sum over all bins would let too sure here cancel too unsure there.

If there are two classes, equally many of each, a network that says $(0.5, 0.5)$ to every picture is calibrated, and
useless. Calibration asks whether the words are true, not whether they say anything. Fewer bins hide more: with one bin
the error is only the difference of mean confidence and accuracy. Many bins hold few pictures each, and then true
probabilities seem wrong, too.
""",
    ),
    Exercise(
        number="6.11", title="One loud kernel", level="medium", kind="predict",
        statement=r"""
A layer has 1,000 kernels. In each the largest weight has the size 1, but for one kernel, which is 16 times as large.
The weights are written with 8 bits, as whole numbers from $-127$ to 127 times a scale: first with one scale for the
whole layer, then with a scale for each kernel. **Before you run the cell**: by which factor is the rounding error of
the *other* 999 kernels larger in the first case? Take the root of the mean square for the size of an error.

How many bits of eight has the loud kernel cost them? Then run `one_loud_kernel(times=64)`.
""",
        hint=r"""
A scale is the size of a step, and what is rounded lies anywhere between two steps. How large is the step in the two
cases? One bit more halves it.
""",
        experiment=code.one_loud_kernel, prediction="the factor", check=checks.one_loud_kernel,
        explanation=r"""
By 16. The step is $16 / 127$ in place of $1 / 127$, and the error of rounding is in proportion to the step: its root
mean square is the step divided by $\sqrt{12}$, as long as the weights spread over many steps. A bit halves the step, so
the loud kernel costs the others $\log_2 16 = 4$ bits. They have only the whole numbers from $-8$ to 8 left, and their
error is nearly that of 4 bits with a scale for each kernel, 18 times that of 8 bits. With 64 the factor is 65, and
nothing but $-2$ to 2 is left.

So it is not the mean size of the weights that decides, but a single one. That is why the chapter gives each output a
scale of its own. It costs four bytes for each output, and no time, since the scale is multiplied in after the sum. For
the numbers that come *into* a layer the same trick does not work: there the sum runs over them, and a factor that
differs from term to term cannot be taken out of it.
""",
    ),
    Exercise(
        number="6.12", title="A larger picture", level="medium", kind="predict",
        statement=r"""
The chapter says that the worst change of a linear score grows with the number of pixels. Now *enlarge* a picture: each
pixel is written $4 \times 4$ times, $8 \times 8$ becomes $32 \times 32$. Spread each weight over its 16 copies in equal
parts, so that the score is the same as before. Each of the 1,024 pixels may now be changed by $\varepsilon$, as before
each of the 64. **Before you run the cell**, choose. In the large picture

- A. the worst change moves the score 16 times as far, random signs 4 times as far,
- B. the worst change moves it 4 times as far, random signs as far as before,
- C. the worst change moves it as far as before, random signs a quarter as far,
- D. both move it as far as before.

What has grown, then?
""",
        hint=r"""
The worst change moves the score by $\varepsilon \sum_i \lvert w_i \rvert$. What happens to this sum if one weight is
replaced by 16 of a sixteenth each? And the standard deviation of what random signs do,
$\varepsilon \sqrt{\sum_i w_i^2}$?
""",
        experiment=code.enlarged, prediction='"A", "B", "C" or "D"', check=checks.enlarged,
        explanation=r"""
C. 16 weights of a sixteenth add up to the old one, so $\sum \lvert w_i \rvert$ and with it the worst change stay, 0.478
in both. Of the squares, 16 times $\frac{1}{256}$ leave a sixteenth, and the root a quarter: 0.072 becomes 0.018. In the
large picture noise is averaged away over 16 copies, and an attacker is not.

The chapter's sentence had a condition, that the size of a weight is 1 on average, however many there are. What grows
here as well is the *ratio* of the worst change and of noise, by $\sqrt{16} = 4$: with the square root of the number of
pixels. So a network may look the safer the larger its pictures are, if it is tested with noise, and be no safer at all.
""",
    ),
    Exercise(
        number="6.15", title="How far to the nearest mistake", level="hard", kind="code",
        statement=r"""
For a linear reader the attack can be turned around: not who falls at a given $\varepsilon$, but at which $\varepsilon$
a picture falls. The logits are $W x + b$. Every pixel may be changed by at most $\varepsilon$, up or down, and may take
any value (no limits 0 and 1). For each row of `x`, return the smallest $\varepsilon$ for which some change lets another
class catch up with the right one; 0 if it is read wrongly already.

Shapes: `W` $(K, D)$, `b` $(K,)$, `x` $(N, D)$, `labels` $(N,)$, result $(N,)$. No two rows of `W` are equal. Write it
without a Python loop over the rows of `x`.
""",
        hint=r"""
Take one rival $m$ of the right class $k$. The lead $z_k - z_m$ is linear in $x$: which weights does it have, and by how
much can a change of size $\varepsilon$ shorten it? When is it 0? Then decide between the rivals. Is it always the one
with the smallest lead?
""",
        answer=code.smallest_change, check=checks.smallest_change,
        explanation=r"""
The lead over $m$ is $(w_k - w_m) \cdot x + b_k - b_m$. A change of size $\varepsilon$ shortens it by at most
$\varepsilon \sum_i \lvert w_{ki} - w_{mi} \rvert$, as the chapter derives, and by the right signs exactly by that. So
$m$ catches up at $\varepsilon_m = (z_k - z_m) / \sum_i \lvert w_{ki} - w_{mi} \rvert$, and the answer is the smallest
of these. The nearest rival is not always the second in the logits: one that is far behind may catch up faster, if its
weights differ from those of $k$ in more places.

The sum of sizes belongs to the rule that *each pixel* may move by $\varepsilon$. Under another rule, that the length
$\lvert \Delta \rvert$ of the change is at most $\varepsilon$, the best change points along $w_k - w_m$ and the
denominator is its length, $\lvert w_k - w_m \rvert$. If only the sum $\sum_i \lvert \Delta_i \rvert$ is limited, all
of it goes into the one pixel where $\lvert w_{ki} - w_{mi} \rvert$ is largest, and that is the denominator. Who says
"robust" has to say against what.
""",
    ),
    Exercise(
        number="6.16", title="A change that nobody trained for", level="hard", kind="open",
        statement="""
The chapter's reader learned from pictures that were turned, scaled, sheared and shifted. The same network, trained on
the pictures as they are, stands beside it. The cell reads the last 797 digits with both, as they are and moved by one
column.

1. Invent a change that leaves a digit the same digit for you, and that neither of the two has seen: another pen, paler
   ink, gray paper, a line at the border, whatever may happen to a picture. Write it as a function of the pictures, with
   a strength.
2. **Before you run it**, write down what you expect: which reader suffers more, and from which strength on?
3. Measure both readers for several strengths, and the difference by the paired test. Look at ten changed pictures
   first: can *you* still read them?
4. Does training on moved pictures help against changes of another kind? Find one where it does and one where it does
   not, and say what would have to be measured to know why.
""",
        hint="""
For another pen look at the largest, or the smallest, of the 3 x 3 pixels around each pixel, and go a part of the way
there. For a change where moving does not help: which property of the pictures did turning and shifting leave as it was?
""",
        imports="from numpy.lib.stride_tricks import sliding_window_view",
        start=PENS, answer=code.other_pen,
        explanation=r"""
One answer, a pen of another width: each pixel goes a share of the way to the largest of its $3 \times 3$ neighborhood
(broader), or to the smallest (finer).

| pen | trained on moved pictures | on pictures as they are |
|---|---|---|
| as written | 98.9 % | 98.4 % |
| broader, a quarter | 99.0 % | 97.0 % |
| broader, half | 98.1 % | 87.6 % |
| finer, half | 94.9 % | 82.3 % |
| broader, three quarters | 82.4 % | 55.5 % |

On the pictures as they are the two do not differ ($p = 0.48$). With half of the way to a broader pen 91 pictures are
read by the first only and 7 by the second only. Nobody showed either of them another pen. But moves by parts of a pixel
blur the strokes, and scaling makes them broader or finer, so this is no proof that a network learns "robustness" as
such.

And it is not so for everything. A gray line down the left border, half as dark as ink, costs neither anything: 98.2 %
against 98.7 % ($p = 0.50$). With ink of three quarters of its strength it is 96.7 % against 97.6 % ($p = 0.31$); at
half of it 91.3 % against 81.4 %, so the strength decides what one finds. Mirrored digits are read by both equally
badly, 40 %, but many of these are no digits any more. To know why, train a third network with other pens in place of
moves, several seeds of each, and choose the strengths on other rows: one stored network of each kind, as here, shows a
difference between two networks and not yet between two ways of training.

Good answers say what was expected before, show a strength at which the change still leaves the digit readable to you,
and report the change that did not behave as expected.
""",
    ),
)
