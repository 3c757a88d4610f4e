"""Why this file exists: the exercises on strings that are said without a sign where a symbol begins.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

STRINGS = (
    Exercise(
        number="5c.3", title="What, and when", level="medium", kind="code",
        statement=r"""
A path has a class for each frame, 0 for the blank and $k + 1$ for the symbol $k$. Say which symbols it spells, and in
which frame each of them begins, without a Python loop.

For the path 0 4 4 0 4 2 the symbols are 3, 3, 1, and they begin in the frames 1, 4, 5.
""",
        hint="""
A symbol begins where the path differs from the frame before, and is no blank. What stands before the first frame?
""",
        answer=code.symbols_heard, check=checks.symbols_heard,
        explanation=r"""
Let a blank stand before the first frame; then the rule needs no exception. The order of the two steps, first merge runs
and then drop blanks, is what lets a symbol come twice: dropped first, the 4 4 0 4 of the example would be one run. The
frames are those of the *peaks* of the network, which need not lie where a symbol begins to sound: the loss does not ask
for that.
""",
    ),
    Exercise(
        number="5c.4", title="How many paths?", level="medium", kind="derive",
        statement=r"""
How many paths of $T$ frames spell a given string of $U$ symbols of which no two neighbors are equal?

1. Count by hand for $U = 1$ and $T = 1, 2, 3$.
2. Show that a path is fixed by where $2 U$ walls stand among $T + U$ places, so that the number is
   $\binom{T + U}{2 U}$.
3. How many are there for four digits in 51 frames? What does that say about trying all of them?
4. Now let one pair of neighbors be equal. Which paths are lost, and what is the number?
""",
        hint=r"""
A path is blanks, symbol, blanks, symbol, ..., blanks: $U$ runs of at least one frame and $U + 1$ runs of blanks that
may be empty. Give each run of blanks one more frame.
""",
        explanation=r"""
1. For $U = 1$: $a$; $aa$, $a0$, $0a$; and for three frames $aaa$, $aa0$, $0aa$, $a00$, $0a0$, $00a$. That is 1, 3, 6.
2. There are $2 U + 1$ runs, blanks and symbols in turn, that add up to $T$ frames; runs of symbols have at least one
   frame, those of blanks may have none. Lengthen each of the $U + 1$ runs of blanks by one. Now all $2 U + 1$ runs have
   at least one frame, and they add up to $T + U + 1$. Such a sum is fixed by the $2 U$ of the $T + U$ gaps between
   frames in which a run ends, so there are $\binom{T + U}{2 U}$ of them. No two paths are counted twice, as neighbors
   differ: each path has one way to be cut into runs. For $U = 1$ it gives 1, 3, 6.
3. $\binom{55}{8} = 1{,}217{,}566{,}350$. The forward recursion needs 51 times 9 places.
4. Two equal neighbors need a blank between them, so one of the runs of blanks may no longer be empty and is not
   lengthened: $\binom{T + U - 1}{2 U}$. What is lost are the paths in which the two runs touch: they spell a string
   that is one symbol shorter.
""",
    ),
    Exercise(
        number="5c.5", title="All paths at once", level="medium", kind="code",
        statement=r"""
Compute the probability that some frames spell a string, by the recursion (5c.8), with probabilities instead of their
logarithms. The symbol $k$ is class $k + 1$, and 0 is the blank.

Try it with 2000 frames. What goes wrong, and what do logarithms change?
""",
        hint=r"""
Write down the places of the string, with a blank before, between and behind, and one number for each place. Which
places may a path be at in the first frame, and which in the last?
""",
        answer=code.string_probability, check=checks.string_probability,
        explanation=r"""
Two entries of zero before the first place spare all exceptions at the edge. With 2000 frames the product of so many
numbers below 1 falls under $10^{-308}$ and becomes 0, whose logarithm is no loss. So `F.ctc_loss` keeps logarithms, and
adds two probabilities by $\log(e^a + e^b)$, taken about the larger one. Others divide all of alpha by its sum in each
frame, and add up the logarithms of these sums.
""",
    ),
    Exercise(
        number="5c.6", title="Put the words on the tape", level="hard", kind="code",
        statement=r"""
You know what was said, and want to know when: find the *likeliest* of all paths that spell the string. (This is how
long recordings are cut into training clips, and how subtitles are put on a film.)

Replace the sum of the recursion (5c.8) by a maximum, remember which place it came from, and walk back from the end.
""",
        hint=r"""
In logarithms a path's score is a sum, and the best way to a place is the best way to one of three places before it.
Store the step, 0, 1 or 2, for each frame and place. At the end there are two places to begin the walk back from.
""",
        answer=code.likeliest_path, check=checks.likeliest_path,
        explanation=r"""
This is the algorithm of Viterbi (1967), and the recursion is the forward one with $\max$ for $+$: both rest on the fact
that all ways to a place go on alike. It is right even where each step by itself looks wrong; a walk that takes the best
next place in each frame can run into a corner from which the string cannot be finished. Compare with `ctc.alignment`,
which does not choose a path but says how large a share of all of them is at each class.
""",
    ),
)
