"""Why this file exists: the exercises on whole runs: when to stop, how to go on, what keeps them healthy.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise, source
from . import checks, code

READER = f"""\
import numpy as np

from dlcourse import Tensor, data, nn, optim
from dlcourse import functional as F


{source(code.sixth_patient)}


{source(code.read_in_batches)}


digits = data.load("digits")
patient, mail = sixth_patient(digits.fit), digits.validation
for order in (np.arange(200), np.argsort(mail.y, kind="stable")):
    print(f"{{np.mean(read_in_batches(patient, mail.x, order) == mail.y):.0%}} of 200 digits are read")"""

RUNS = (
    Exercise(
        number="3.4", title="Patience", level="easy", kind="code",
        statement=r"""
The chapter stops early with `fit(..., patience=10)`. Write the rule itself. You get the validation losses of all epochs
that could be made, and the patience. Say which epoch is the best one, counted from 0, and how many epochs are made.
Mind three things: an equal loss is not better, and NaN never is. If the first loss is NaN, any number is better.
""",
        hint="""
Remember the best loss so far and the epoch it came from. After each epoch that is not better: how far back is the best
one? No second counter is needed.
""",
        imports="import math", answer=code.patience_stop, check=checks.patience_stop,
        explanation=r"""
`loss < least` is False for an equal loss and for NaN, so both count as "not better" without a further line. Nothing is
below NaN either, which is why `least` begins at infinity and not at the first loss. The distance to the best epoch
counts the epochs in a row that were not better, and it begins anew by itself whenever `best` moves. The rule never sees
the losses after the stop, though one of them may be lower: patience is a bet. And the loss that it returns the epoch of
is the smallest of many, so it is a little too good. Judge the stopped network on rows that took no part in stopping.
""",
    ),
    Exercise(
        number="3.10", title="Dropout is a weight decay", level="medium", kind="derive",
        statement=r"""
A linear model $\hat y = \sum_i w_i x_i$ learns with the squared error $(y - \hat y)^2$, and dropout acts on its
*inputs*: each $x_i$ becomes $\tilde x_i$, which is 0 with probability $p$ and otherwise $x_i / (1 - p)$, independently
of the others.

1. Show that the mean of the loss over all draws of dropout is
   $\bigl( y - \sum_i w_i x_i \bigr)^2 + \frac{p}{1 - p} \sum_i w_i^2 x_i^2$.
2. Take the mean over $N$ rows. Show that what was added is $\sum_i \lambda_i w_i^2$, and give $\lambda_i$. How strongly
   does it pull on the weight of an input that is nearly always 0?
3. Measure input $i$ in other units, so that all its values are ten times as large. The same outputs then need
   $w_i / 10$. What happens to dropout's penalty, and what to that of weight decay, $\frac{\lambda}{2} \sum_i w_i^2$?
""",
        hint=r"""
For any random number, the mean of its square is the square of its mean plus its variance. Use it for
$y - \sum_i w_i \tilde x_i$. The chapter has mean and variance of one $\tilde x_i$; variances of independent numbers add
up, and a factor comes out squared.
""",
        explanation=r"""
1. $y - \sum_i w_i \tilde x_i$ has the mean $y - \sum_i w_i x_i$, since $\tilde x_i$ has the mean $x_i$. Its variance is
   $\sum_i w_i^2\, \text{Var}[\tilde x_i] = \frac{p}{1 - p} \sum_i w_i^2 x_i^2$. Square of the mean plus variance is the
   claim.
2. $\lambda_i = \frac{p}{1 - p} \cdot \frac1N \sum_n x_{ni}^2$: each weight has a decay of its own, in proportion to the
   mean square of its input. An input that is nearly always 0 has a $\lambda_i$ near 0, so the weight of a rare feature
   is hardly touched, while plain weight decay pulls on all alike.
3. Dropout's penalty stays: $\lambda_i$ becomes 100 times as large and $w_i^2$ 100 times smaller. Weight decay punishes
   this weight 100 times less than before. So weight decay depends on units, dropout does not.

For a linear model dropout is nothing but this penalty. In a network it acts on hidden numbers, whose sizes the network
can change itself, and through bends; there the formula holds only roughly.
""",
    ),
    Exercise(
        number="3.11", title="A checkpoint that forgets", level="medium", kind="predict",
        statement=r"""
The cell trains a classifier for 200 steps, with momentum, a cosine schedule, random batches and dropout of inputs.
After 100 steps it saves four things: the weights, the momentum $m$, the number of the step (for the schedule), and the
state of the random generator, which draws batches and dropout. Then it goes on four times, each time with one of the
four as it was at the very start, and compares with the run that kept everything. **Before you run it**: what has been
forgotten in the runs whose *first* loss after the interruption already differs?

- A. Any of the four.
- B. The weights, nothing else.
- C. The weights, and the generator.
- D. The weights, and the momentum.

It also prints by how much the mean of the 100 losses changes. Could you see it in a plot of the losses?
""",
        hint="""
Go through the loop of `go_on` line by line and put a finger on the line that computes the loss. Which of the four have
been used by then, and which only afterwards?
""",
        given=(code.go_on,), experiment=code.what_shows, prediction='"A", "B", "C" or "D"', check=checks.what_shows,
        explanation=r"""
C. The loss is computed from the weights, the rows of the batch and the mask of dropout. Momentum and schedule act after
it, on the weights, so their loss shows in the second step. But look at the means: they change by 0.009 for the weights,
by $-0.001$ for the momentum, by 0.037 for the schedule and by 0.002 for the generator. Single losses of a batch scatter
far more than that, so no plot would tell, and without momentum the mean is even a little lower. A forgotten generator
has another effect that no loss shows: the run sees the batches of its first half again, in the same order.

That is why the chapter demands equality to the last bit. It needs no judgment about what is large, and it finds all
four.
""",
    ),
    Exercise(
        number="3.15", title="A sixth patient", level="hard", kind="open",
        statement="""
A colleague trained a reader of digits with batch norm. "It reads 95 of 100," she says, "I tested it on 200 digits." The
post office that uses it complains: their digits come sorted, and hardly any is read. The cell trains her network and
shows both.

1. Find the cause. Which of her lines, or which missing line, is it, and why does the order of the rows matter?
2. Invent a measurement that needs no labels and no sorted mail, that tells this patient from a healthy one, and that
   could be the next line of the chapter's chart. Show its value for the patient and for the patient cured, with several
   seeds, and say where you would put the threshold.
3. Name a fault that your measurement does not see, and show that it does not.
""",
        hint="""
What is the same digit's output when it comes with 19 others of its kind, and when it comes in mixed company? Which
layer lets rows look at each other, and when does it stop to do so? For part 3, think of layers that are random in
training.
""",
        start=READER, answer=code.company_matters,
        explanation=r"""
1. Nothing calls `patient.eval()`. Batch norm goes on normalizing with the mean and the variance of the batch that is
   there. In mixed batches of 20 these are close to those of training, and about 95 % are read. In a batch of zeros
   alone, the mean of the batch is that of a zero: what all rows share is subtracted, and that is just what makes them
   zeros. With seeds 0 to 4 the patient reads 95 to 98 % in the stored order and 18 to 21 % when sorted. After
   `patient.eval()` it reads 94 to 97 %, in any order. And each reading in training mode moves the running statistics,
   so a test of this kind changes the network that it tests: train it anew before you compare.
2. A row's output must not depend on its company. So judge the rows together and in two halves, and take the largest
   change of an output: for the patient it is between 1.1 and 1.6, for the cured network smaller than $10^{-5}$, which
   is rounding. Any threshold between works; $10^{-3}$ leaves room on both sides. It needs no labels, and it would have
   been found before anybody's mail was.
3. Dropout that was left on is not about company. This measurement would show it by accident, since two calls differ;
   but it cannot tell the two. Calling twice with the *same* rows does: with batch norm the outputs agree, with dropout
   they do not. What it does not see at all: labels that belong to other rows, or a test row among the training rows.
   Each row is then judged by itself, and wrongly. For these, look at the data and not at the network.

Good answers show a number that could have come out differently, for several seeds, and a case where it fails.
""",
    ),
)
