"""Why this file exists: the exercises on representations by comparison: pairs of views, captions, words.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code, step_checks

NEIGHBORS = (
    Exercise(
        number="4.4", title="Company in numbers", level="easy", kind="derive",
        statement=r"""
A tiny text has been counted. How often did these centers and contexts stand together?

| center | the | barks | purrs | sum |
|---|---|---|---|---|
| dog | 40 | 9 | 1 | 50 |
| cat | 40 | 1 | 9 | 50 |
| sum | 80 | 10 | 10 | 100 |

1. Compute the PMI of (dog, the), (dog, barks) and (dog, purrs): the logarithm of how much more often the two stand
   together than chance would have it. Which of the counts says least about a dog, though it is the largest?
2. Negative sampling with $K = 5$ noise words, which are drawn by their share of the contexts: which scores would be
   best for these three pairs? With which probability does the model then call (dog, barks) a true pair, and why is it
   below one half for the best friends in the text?
3. Let the text have one more pair (dog, purrs), and leave the sums as they are for simplicity. By how much does the PMI
   change? By how much would one more (dog, the) change its PMI? What follows for rare words?
""",
        hint=r"""
Part 1: chance would give (dog, barks) the share $\frac{50}{100} \cdot \frac{10}{100}$ of all pairs. Part 2: the chapter
derives the best score; how many noise words are there for each true pair?
""",
        explanation=r"""
1. (dog, the): $\log \frac{0.40}{0.5 \cdot 0.8} = 0$; (dog, barks): $\log \frac{0.09}{0.05} = \log 1.8 = 0.59$; (dog,
   purrs): $\log \frac{0.01}{0.05} = \log 0.2 = -1.61$. The largest count, 40, says nothing: "the" stands near
   everything just as often.
2. PMI less $\log 5 = 1.61$: the scores are $-1.61$, $-1.02$ and $-3.22$. The sigmoid of $-1.02$ is 0.26. There are five
   noise pairs for each true one, so a true pair is the exception: for (dog, barks) the odds are 1.8 to 5.
3. From $\log 0.2$ to $\log 0.4$: by $\log 2 = 0.69$. For (dog, the) it is $\log \frac{41}{40} = 0.025$. A single
   occurrence moves a rare pair by as much as separates barking from nothing. PMI of rare words is mostly chance, which
   is one reason to ask only for words that occur several times, and to distrust neighbors of rare words.
""",
    ),
    Exercise(
        number="4.5", title="A sum of strangers", level="easy", kind="predict",
        statement=r"""
Take 1,000 "words" whose vectors are pure chance: 300 random numbers each, brought to length 1. Nothing was learned, and
in so many dimensions any two are nearly at a right angle. Ask an analogy, $b - a + c$, with nothing left out. **Before
you run it**: what is the cosine between $b - a + c$ and $c$, to two decimal places? And which word is nearest?

Then run it with `dim=16`, the size of the chapter's word vectors.
""",
        hint="""
Let a, b and c be exactly at right angles to each other. How long is their sum, and how much of it lies along c?
""",
        experiment=code.sum_of_strangers, prediction="the cosine with c, to two decimal places",
        check=checks.sum_of_strangers,
        explanation=r"""
0.58. Three vectors of length 1 at right angles make a sum of length $\sqrt 3$, also with a sign before one of them, and
the part along $c$ is 1. So the cosine is $1 / \sqrt 3 = 0.577$, for $b$ just as for $c$. The best of all 997 other
words has 0.19 on average. So $b$ or $c$ comes first in every question, in vectors that know nothing.

That is what "nothing left out" does in any method: the sum contains $b$ and $c$. Leaving them out is reasonable, but a
hit at rank 1 then has to be compared with chance and with the neighbors of $c$ alone. In 16 dimensions strangers are
not at right angles: among 997 random vectors there is always one with a cosine of about 0.7, by luck, and in most
questions it beats both $b$ and $c$. Short vectors make a high cosine cheap.
""",
    ),
    Exercise(
        number="4.9", title="It knows only the class", level="medium", kind="predict",
        statement=r"""
Imagine the encoder that every reader of digits would like to have: all pictures of a class, and all their views, have
*one* embedding, and the embeddings of the ten classes are at right angles. A batch has 200 pictures, 20 of each class,
and two views of each. **Before you run it**: how large is the contrastive loss NT-Xent of this encoder, with the
temperature 0.1? Two decimal places, please. (A guess costs $\log 399 = 5.99$.)

Then run `only_the_class(tau=0.5)`. Does the loss want what we want?
""",
        hint=r"""
How many of the 399 other views have the same embedding as a given view, its partner among them? What do the others
contribute to the sum under the logarithm, if their cosine is 0?
""",
        experiment=code.only_the_class, prediction="the loss, to two decimal places",
        check=checks.only_the_class,
        explanation=r"""
3.66. Of the 399 others, 39 stand in the same place, and the partner is one of them. The other 360 have the cosine 0,
each with the weight $e^{-10}$ against theirs. So the loss is $\log(39 + 360\, e^{-10}) = 3.66$: the encoder finds the
class and has to guess among 39. With $\tau = 0.5$ it is $\log(39 + 360\, e^{-2}) = 4.47$, since strangers count more.

With $\tau = 0.1$ and enough dimensions, an encoder that tells every picture from every other one would have a loss near
0. So this loss does not want classes: it pushes apart two pictures of the same digit just like any two pictures. That
codes of one class lie near each other in the end is not its goal. It comes from the network, for which pictures that
look alike are hard to tell apart, and from views that make different pictures of a class alike. Who has labels can make
all pictures of a class partners (Khosla et al. 2020).
""",
    ),
    Exercise(
        number="4.10", title="Pictures and captions", level="medium", kind="code",
        statement=r"""
Two encoders, one for pictures and one for texts, can be trained by pairs alone (Radford et al. 2021: CLIP). A batch has
$N$ pictures and their captions, with embeddings $a_i$ and $b_i$. After each is brought to length 1, the scores are
$S_{ij} = a_i^\top b_j / \tau$. Each picture has to find its caption among the $N$ captions, by softmax and
cross-entropy, and each caption its picture among the $N$ pictures. The loss is the mean of all $2N$ terms. Pictures are
not compared with pictures.

Write it for `a` and `b` of shape (N, d), without a Python loop over the pictures. It must also work for
$\tau = 0.001$.
""",
        hint="""
One matrix of scores serves both: for a picture the other captions stand in its row, for a caption the other pictures in
its column. What is the right answer's score? And how did chapter 1 keep the exponentials from growing too large?
""",
        answer=code.caption_loss, check=checks.caption_loss,
        explanation=r"""
The right answers stand on the diagonal. Cross-entropy is the logarithm of a sum of exponentials less the right score,
once along the rows and once along the columns. With $\tau = 0.001$ a score can be 1000, and $e^{1000}$ is no number any
more, so the largest score is taken off first and added again behind the logarithm. Each row needs a largest score of
its own: if one for all is taken off, the exponentials of a row far below it are all 0, and so is their sum.

There is one difference to two views of a picture: which of the two a vector is, picture or text, is known. So nothing
in the loss asks pictures and texts to lie in the same region, as long as the right pairs have the largest scores.
If all scores are equal, the loss is $\log N$, what a guess costs. With 32,768 pairs in a batch,
as in the paper, that is 10.4.
""",
    ),
    Exercise(
        number="4.11", title="One pair, many noise words", level="medium", kind="code",
        statement=r"""
Make one step of gradient descent for the skip-gram model. The tables `V` and `U` (W, d) hold each word's vector as a
center and as a context. You get the number `c` of a center, the numbers `words` (K + 1,) of its contexts, their
`labels` (1 for the true context, 0 for noise) and the rate. The loss is the chapter's, a sum over the contexts,
$-\log \sigma(u \cdot v_c)$ for the true one and $-\log \sigma(-u \cdot v_c)$ for noise. Return both tables after the
step; those that you are given must stay as they are.

Noise words are drawn with replacement, and frequent words are drawn often: the same number may stand in `words` twice,
even as the true context. Then its vector gets both parts of the gradient.
""",
        hint="""
The gradients stand in the chapter: error times vector. Both are taken before anything moves. And try in NumPy what
`x[[1, 1]] += 1` does to an array of zeros.
""",
        answer=code.word_step, check=step_checks.word_step,
        explanation=r"""
`U[words] -= ...` reads all rows, subtracts, and writes all rows back: where a number stands twice, the second result
overwrites the first, and one part is lost without a word. `np.subtract.at` and `np.add.at` do one after the other. It
is the same rule as in chapter 3: where a value is used twice, its gradients add up. The engine's `Embedding` does so by
itself.

The order counts, too. The center's step uses the old context vectors, and theirs the old center. Moving the center
first would be another method, with almost the same result for small rates, which makes it hard to see and easy to
check.
""",
    ),
    Exercise(
        number="4.16", title="The best of all embeddings", level="hard", kind="derive",
        statement=r"""
How low can the contrastive loss get? A batch has $N$ pictures and $2N$ views with embeddings $e_i$ of length 1. Let
$p$ be the mean cosine of partners and $t$ the mean cosine of all ordered pairs of strangers.

1. Compute the squared length of $\sum_i e_i$ in two ways, and conclude that $t \ge -(1 + p) / (2N - 2)$.
2. Write the loss of a view as
   $\ell_i = \log \bigl( 1 + \sum_m e^{(e_i^\top e_m - e_i^\top e_{i^+}) / \tau} \bigr)$, where $m$ runs over its
   $2N - 2$ strangers. Use Jensen's inequality twice, for the exponential and for $u \mapsto \log(1 + c\, e^u)$, and
   show that the mean loss is at least $\log \bigl( 1 + (2N - 2)\, e^{(t - p) / \tau} \bigr)$.
3. Put both together: which $p$ is best, and what is the least loss? Which embeddings reach it, and how many dimensions
   do they need?
4. Compute this bound for $N = 200$, with $\tau = 0.1$, $0.5$ and $2$. May losses with different temperatures be
   compared?
""",
        hint=r"""
Part 1: a squared length is never negative. How many ordered pairs of views are equal, are partners, are strangers?
Part 2: is $\log(1 + c\, e^u)$ convex? Its slope is a sigmoid. Part 3: vectors of length 1 whose cosines are all the
same, and that sum to 0: for $N = 3$ in the plane, where are they?
""",
        explanation=r"""
1. $\lvert \sum_i e_i \rvert^2 = 2N + 2N p + 2N (2N - 2)\, t$, the pairs of a view with itself, with its partner, with
   strangers. It is at least 0, which gives the claim.
2. The mean of $2N - 2$ exponentials is at least the exponential of the mean. So $\ell_i \ge \log(1 + c\, e^{u_i})$ with
   $c = 2N - 2$ and $u_i = (t_i - p_i) / \tau$, where $t_i$ and $p_i$ are those of view $i$. The slope of
   $\log(1 + c\, e^u)$ is $c\, e^u / (1 + c\, e^u)$, which grows with $u$: the function is convex. So the mean over the
   views is at least its value at the mean of the $u_i$, $(t - p) / \tau$.
3. By part 1, $t - p \ge -(1 + p) / (2N - 2) - p$, which is smallest for $p = 1$: $-N / (N - 1)$. The least loss is

   $$\log \Bigl( 1 + (2N - 2)\, e^{-\frac{N}{(N - 1)\, \tau}} \Bigr) .$$

   It is reached if partners coincide and all strangers have the same cosine, $-1 / (N - 1)$. For $N = 3$ that is a
   triangle in the plane, for $N = 4$ a tetrahedron: a regular simplex, which needs $N - 1$ dimensions. With fewer, as
   for the chapter's 200 pictures and 32 numbers, the bound is not reached.
4. 0.017, 3.99 and 5.49, while a guess costs 5.99 at each. With $\tau = 2$ even the best of all embeddings is hardly
   better than a collapsed one. So losses compare only at the same $\tau$ and the same $N$, and a loss of 4 may be
   excellent. Judge by a probe.
""",
    ),
)
