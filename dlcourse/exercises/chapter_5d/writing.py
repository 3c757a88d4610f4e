"""Why this file exists: the exercises on how a translation is written: where to look, and how to search.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

WRITING = (
    Exercise(
        number="5d.3", title="Do not look there", level="medium", kind="code",
        statement=r"""
Turn scores into attention weights for sentences that are filled up, without a Python loop: filling gets exactly 0, and
the rest of each row has the sum 1. Scores near 1000 must work as well.

Why is it wrong to compute the softmax first and to set the weights of the filling to 0 afterwards?
""",
        hint=r"""
Which score has the exponential 0? `source == 0` has no axis for the steps of writing; `[:, None]` gives it one. Take
the largest score away before the exponential, as in chapter 1.
""",
        answer=code.looks, check=checks.looks,
        explanation=r"""
Set to 0 afterwards, the weights of a short sentence have a sum below 1, and the less, the more filling it got. The
context is then shorter for no reason that has to do with the sentence, and a sentence is translated differently in
another batch. Divided by the new sum it would be right; to add $-\infty$ before is the same and safer, because the
largest score may be one of the filling, and then all others could round to 0.
""",
    ),
    Exercise(
        number="5d.4", title="Why short sentences win", level="medium", kind="derive",
        statement=r"""
A decoder stops after each word with probability $q$, and else writes the only word that it knows. A sentence of $n$
words, with the sign to stop behind it, has $n + 1$ tokens.

1. Write down the logarithm of its probability. Which $n$ has the largest one?
2. Divide it by the number of tokens, as beam search does with $\alpha = 1$. For which $q$ does a longer sentence now
   have the better score, and for which a shorter one?
3. Compute both scores for $q = 0.1$ and $n = 0$, $1$ and $9$. What is the expected number of words?
""",
        hint=r"""
With $q$ and $1 - q$ the logarithm is a straight line in $n$. For the second part write the score as a mean of two
numbers: with which weights?
""",
        explanation=r"""
1. $\log p = n \log(1 - q) + \log q$. The first term is negative and grows with $n$, so $n = 0$ is the likeliest for
   *every* $q$: the empty sentence.
2. The score is $\frac{n}{n+1} \log(1 - q) + \frac{1}{n+1} \log q$, a weighted mean of the two logarithms, and with a
   larger $n$ it moves toward $\log(1 - q)$. So longer is better exactly if $1 - q > q$, that is for $q < 1/2$, and
   then there is no end to it; for $q > 1/2$ the empty sentence wins.
3. For $q = 0.1$ the sums are $-2.30$, $-2.41$ and $-3.25$, the scores $-2.30$, $-1.20$ and $-0.33$. The expected number
   of words is $(1 - q) / q = 9$.

Neither score gives the expected length: the sum is too fond of short sentences and the mean of long ones. A power
between 0 and 1 is a compromise that has to be tuned, and it is a repair. The likeliest sentence is a strange thing to
ask for when no single sentence is likely. A model that is sure of each token, as ours is for numbers, has none of these
troubles.
""",
    ),
    Exercise(
        number="5d.5", title="One step of a beam", level="medium", kind="code",
        statement=r"""
Write one step of a beam search for one sentence. There are $B$ beginnings, each with the sum of its logarithms, and for
each the logarithms of the probabilities of all $V$ next tokens. Return the best `width` continuations of all: which
beginning each extends, by which token, and its new sum; the best one first.

Is it possible that all of them extend the same beginning?
""",
        hint="""
One array of B rows and V columns holds all new sums. Flatten it, sort it, and find row and column of a place by a
division with rest.
""",
        answer=code.grow, check=checks.grow,
        explanation=r"""
It is possible, and it happens: beams are often full of variants of one beginning. Whatever was given up in an early
step cannot come back, so beam search is not certain to find the likeliest sentence; only a beam as wide as all
sentences is, and the tests of the package use that.
""",
    ),
)
