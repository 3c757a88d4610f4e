"""Why this file exists: the exercises on the distance of two strings.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

STRINGS = (
    Exercise(
        number="5.7", title="How far apart are strings by chance?", level="medium", kind="predict",
        statement=r"""
Two strings of ten random digits agree at one place of ten on average, so compared place by place their error rate is
0.9. **Before you run the cell**: what is the mean edit distance, divided by ten?
""",
        hint=r"""
It cannot be above 0.9, since replacing is always allowed. How much can a shift by a place or two gain?
""",
        experiment=code.random_strings, prediction="a number from 0 to 1", check=checks.random_strings,
        explanation=r"""
About 0.86. Deletions and insertions can be placed so that a few digits meet which did not meet before. For longer
strings the gain is larger: at 40 digits 0.80 is left. So an error rate of 0.8 does not mean that a fifth was
understood; guessing of the right length gets as much. With a smaller alphabet chance does better still.
""",
    ),
    Exercise(
        number="5.10", title="Repairs of different prices", level="hard", kind="code",
        statement=r"""
Generalize the edit distance: replacing, deleting and inserting have prices of their own.
""",
        hint=r"""
The borders of the table change, too: what does it cost to make the first $j$ symbols of $b$ from nothing, and to delete
the first $i$ of $a$?
""",
        answer=code.costly_distance, check=checks.costly_distance,
        explanation=r"""
The argument under equation (5.9) never used that the prices are equal, only that they add up. If replacing costs more
than deleting and inserting together, it never happens. With different prices for deleting and inserting the distance
from $a$ to $b$ is no longer that from $b$ to $a$. Spelling programs go one step further and give each pair of letters
its own price, by how often people take one for the other.
""",
    ),
)
