"""Why this file exists: the exercises on scores, on what mistakes cost, and on evaluations that deceive.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

SCORES = (
    Exercise(
        number="5.1", title="Precision and recall", level="easy", kind="code",
        statement=r"""
Compute precision and recall of a detector that says yes where its score is above a threshold. Write it without a Python
loop over the examples.
""",
        hint=r"""
Both have the same number above the fraction line. What do you divide it by, when you ask how much of what was claimed
is true, and when you ask how much of what is there was found?
""",
        answer=code.precision_recall, check=checks.precision_recall,
        explanation=r"""
Neither of the two contains the true negatives. So nothing changes if a million empty places are added that the detector
rightly leaves alone, and that is why these scores are used where things are rare. If nothing gets a yes, precision is
0/0. Some call it 1, since no claim was false, and some call it 0; look it up before you compare two programs.
""",
    ),
    Exercise(
        number="5.2", title="What a threshold costs", level="easy", kind="code",
        statement=r"""
Calibrated probabilities are given, a threshold, and the prices of a false alarm and of a miss. What does a decision
cost on average? Write it without a Python loop. Then look for the cheapest threshold and compare it with equation
(5.6).
""",
        hint=r"""
A yes at probability $p$ is wrong with probability $1 - p$. And a no?
""",
        answer=code.expected_cost, check=checks.expected_cost,
        explanation=r"""
The truth does not occur in it. Calibrated probabilities know how often they are wrong, and a price list turns that into
money. This is also a way to find out how badly a network is calibrated: compare the cost that its own probabilities
promise with what the decisions really cost on data with answers.
""",
    ),
    Exercise(
        number="5.3", title="The same test among healthier people", level="easy", kind="predict",
        statement=r"""
A test finds 90 % of the sick and alarms 10 % of the healthy. In the clinic where it was tried half of the people are
sick, and its precision is 0.9. Then it is used on people of whom one in a hundred is sick. **Before you run the cell**:
what is its precision there?
""",
        hint=r"""
Take 1,000 people. How many of them are sick, how many alarms do these give, and how many do the others give?
""",
        experiment=code.rarer_by, prediction="a share from 0 to 1", check=checks.rarer_by,
        explanation=r"""
About 0.08. Of 1,000 people 10 are sick, and 9 of them get an alarm; of the 990 healthy ones 99 do. So 9 of 108 alarms
are true. The test has not changed, recall and false alarm rate are what they were. Precision belongs to the test and to
the people together, and a precision that was measured elsewhere is worth nothing here.
""",
    ),
    Exercise(
        number="5.5", title="Every class counts once", level="medium", kind="code",
        statement=r"""
Write the macro F1 score: the F1 of each class against all others, and their mean. A loop over the classes is fine.
""",
        hint=r"""
What was said and is true counts twice above the fraction line. Below stand all that were said and all that are there.
""",
        answer=code.macro_f1, check=checks.macro_f1,
        explanation=r"""
If one adds the hits, false alarms and misses of all classes first and divides then (*micro* F1), each mistake is a
false alarm of one class and a miss of another, and the result is plain accuracy. So micro F1 says nothing new when
every row has exactly one class. Macro F1 does: a class with ten rows weighs as much as one with ten thousand, for
better and for worse. With few rows in a class its F1 is noisy, and so is the mean.
""",
    ),
    Exercise(
        number="5.11", title="Copies", level="hard", kind="predict",
        statement=r"""
In a collection each text occurs three times, word for word, in different files. Nobody has noticed. A quarter of all
rows is drawn at random as the test. **Before you run the cell**: for what share of the test rows has the training an
exact copy?
""",
        hint=r"""
A row of the test has two copies. When does the training have none of them?
""",
        experiment=code.copies_on_both_sides, prediction="a share from 0 to 1", check=checks.copies_on_both_sides,
        explanation=r"""
Both other copies would have to be in the test as well, which happens with probability $\frac14 \cdot \frac14$. So
$1 - \frac1{16} = 0.94$ of the test is known by heart, and a program that only remembers is right in nearly all of it.
Duplicates are the most frequent leak of all. Before anything is divided, look for rows that are equal, and then for
rows that are almost equal: the texts of this course were cleaned of both.
""",
    ),
    Exercise(
        number="5.12", title="A third answer", level="hard", kind="derive",
        statement=r"""
A program may say yes, say no, or ask a person. A false alarm costs $c_\text{alarm}$, a miss $c_\text{miss}$, asking
costs $c_\text{ask}$, and the person is always right. The probabilities $p$ are calibrated.

1. For which $p$ is asking the cheapest of the three?
2. When is there no such $p$ at all?
3. Let both mistakes cost 1 and asking 0.1. If the $p$ are spread evenly from 0 to 1, what share of cases goes to a
   person, and what does a case cost on average? Compare with a program that never asks.
4. A program is overconfident: its $p$ are too near to 0 and 1. What happens to its price?
""",
        hint=r"""
Draw the three costs over $p$: two straight lines that rise and fall, and a horizontal one.
""",
        explanation=r"""
1. Yes costs $(1 - p)\, c_\text{alarm}$, no costs $p\, c_\text{miss}$. Asking is cheaper than both if

   $$\frac{c_\text{ask}}{c_\text{miss}} < p < 1 - \frac{c_\text{ask}}{c_\text{alarm}} .$$

2. If the left end is not below the right one: $c_\text{ask} / c_\text{miss} + c_\text{ask} / c_\text{alarm} \ge 1$,
   that is, if asking costs at least $c_\text{alarm}\, c_\text{miss} / (c_\text{alarm} + c_\text{miss})$. That is the
   cost at the threshold (5.6), the worst that a program without questions can meet.
3. Between 0.1 and 0.9 one asks, in 0.8 of the cases, which costs 0.1 each. In the others $p$ is on average 0.05 away
   from the nearer end, and that is what they cost. Together $0.8 \cdot 0.1 + 0.2 \cdot 0.05 = 0.09$. Without asking
   the mean of $\min(p, 1 - p)$ is 0.25.
4. It asks too rarely, and among the cases that it decides itself more are wrong than it believes. The price rises above
   what it promises. This is why one calibrates (chapter 6) before one sets a threshold.
""",
    ),
    Exercise(
        number="5.13", title="A card of your own", level="hard", kind="open",
        statement=r"""
Think of something that you would like a program to do, at work or at home. Write its card: input, output, targets,
loss, metric, and the baseline that costs nothing. Then write down, before any network exists,

1. what a mistake costs, of each kind, and to whom;
2. how the test has to be divided so that nothing leaks;
3. a group of cases that the mean would hide;
4. how the score could rise while what you want gets worse;
5. what would make you not use it.
""",
        hint=r"""
For the fourth, imagine that somebody is paid by your metric and does not care for anything else. For the second, ask
what two rows may have in common: a person, a day, a device, a document.
""",
        start="# Your card, as a dictionary or in words.\ncard = {}",
        explanation=r"""
There is no right answer, but there are ways to see that a card is not finished. The targets come from "experts" and
nobody has asked two of them about the same case. The metric is one that a library offers, and not one that somebody
would pay for. The baseline is missing; often a rule of three lines gets most of the way. The division is random though
rows come from the same people. Point 5 is empty.

A good test of a card: give it to somebody else, who shall make it look good without doing any good. What that person
finds is what a network will find.
""",
    ),
)
