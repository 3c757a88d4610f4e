"""Why this file exists: the exercises on what a comparison with few labels may claim, and on tests that leak.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

JUDGING = (
    Exercise(
        number="8.1", title="The same ten for both", level="easy", kind="derive",
        statement=r"""
Two methods read digits after one label for each class. Over draws of the labels each has a standard deviation of
$s = 7$ points, and a lucky draw helps both: the correlation of their results on the same draw is $\rho = 0.8$.

1. Compute the standard deviation of the difference of the two, on the same draw, and if each method gets draws of its
   own.
2. How many draws are needed in each case for a standard error of 1 point of the mean difference?
3. For which $\rho$ would it not matter?
""",
        hint=r"""
The variance of a difference is the sum of the variances minus twice the covariance, and the covariance is $\rho s^2$.
The standard error of a mean of $n$ independent numbers is their standard deviation divided by $\sqrt n$.
""",
        explanation=r"""
1. The variance is $2 s^2 - 2 \rho s^2 = 2 s^2 (1 - \rho)$, so on the same draws $7 \sqrt{0.4} = 4.4$ points. With
   draws of their own the covariance is 0, and it is $7 \sqrt 2 = 9.9$ points.
2. $n = 2 s^2 (1 - \rho) = 19.6$, so 20 draws, against 98.
3. For $\rho = 0$. For a negative one, if what helps the one harms the other, separate draws would even be better. In
   this chapter the draw helps or harms all methods alike, so they share it.
""",
    ),
    Exercise(
        number="8.9", title="Has it been seen?", level="medium", kind="code",
        statement=r"""
Look for leaks: which test pictures, or near copies of them, are among the training pictures? A copy may be a little
brighter or have less contrast. So take from each picture its own mean, and measure how alike two pictures are by the
cosine of the angle between them. Return for each *test* picture the largest cosine with a training picture, without a
Python loop over the pictures. Whoever searches for copies looks at those with 0.99 and more.
""",
        hint=r"""
If each row has mean 0 and length 1, all cosines are one product of matrices. Along which axis do you look for the
largest, if there is a row for each test picture?
""",
        answer=code.likeness, check=checks.likeness,
        explanation=r"""
Adding a number to all pixels is undone by taking the mean away, and multiplying all pixels is undone by the length. A
copy that was moved by one pixel or cut out is *not* found; for these one compares features that do not mind, and that
is how large data sets are searched for copies. Look at some of the pairs before you believe them: among digits two
different ones of the same class may be alike, and then you would throw away an honest test picture.
""",
    ),
    Exercise(
        number="8.10", title="The best of twenty", level="medium", kind="predict",
        statement=r"""
You try 20 methods, each once, with a draw of labels of its own. Unknown to you all of them are equally good, and
results scatter by 5 points from draw to draw. You report the best. **Before you run the cell**: by how many points
does it look better than it is, on average? Then try 5 methods, and 1,000.
""",
        hint=r"""
Of 20 numbers from a normal distribution the largest is one that has 5 % of the distribution above it, roughly. How many
standard deviations is that?
""",
        experiment=code.best_of, prediction="points", check=checks.best_of,
        explanation=r"""
By 9.4 points, nearly two standard deviations, and nothing has been found. With 5 methods it is 5.9, with 1,000 it is
16.2.

This is what choosing does, and it is the same whether one chooses among methods, seeds, rates or papers. It is no
argument against choosing, but against reporting the number by which one has chosen. Choose on validation rows, and
read the test once. And with a spread of 5 points from draw to draw, average over draws before you choose.
""",
    ),
    Exercise(
        number="8.13", title="How many runs were that?", level="hard", kind="code",
        statement=r"""
A table says: "mean of 15 runs", 5 draws of the labels with 3 seeds each. Return the mean difference of two methods that
were run with the same draws, and its standard error. Runs with the same ten labels have much in common, so the 15 are
not independent; the 5 draws are. Average the differences over the seeds first, and take the standard error of the mean
of what is left (with $n - 1$ in the variance).
""",
        hint="""
First the difference, run by run; then a mean over one axis; then a mean and a standard deviation over the other. What
is n?
""",
        answer=code.gain, check=checks.gain,
        explanation=r"""
If one counts the 15 runs as independent, the standard error comes out too small, by a factor of up to
$\sqrt{3.5} = 1.9$ (if the seeds agree; with many draws $\sqrt 3$), and the method seems proven that was lucky in five
draws. More seeds do not help against this: with a thousand seeds each
there would still be five draws of labels. If the draw is what scatters, take more draws.

The seeds are the same pretrained networks in each draw, so strictly the three networks are a sample, too. With
three one can say little about all networks that might have been pretrained; the chapter shows their spread and claims
nothing more.
""",
    ),
)
