"""Why this file exists: the exercises on how far, and along which directions, pretrained weights may move.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

OWN_SOURCE = '''
import dlcourse
import numpy as np

from dlcourse.evaluate import accuracy
from dlcourse.probing import linear_probe
from dlcourse.studies import letters
from dlcourse.transfer import features

dlcourse.set_default_dtype(np.float64)
pictures = letters.letters(seed=0, n=600).train  # a source task: 480 letters, all alphabets
source = letters.train_reader(letters.shrunk(pictures.x), pictures.y, seed=0, epochs=2)
x, y = letters.drawn(5, draw=0, rows="fit")  # 5 labels for each digit
new_x, new_y = letters.digits("validation")
read = linear_probe(features(source, x), y, features(source, new_x), 0.1)
print(f"frozen, 5 labels, one draw: {accuracy(read, new_y):.0%}")
'''.strip()

ADAPTING = (
    Exercise(
        number="8.4", title="Slower below", level="easy", kind="code",
        statement=r"""
Write down the rates of equation (8.8) for a network of some layers below a head, as an array from the input up: the
last entry belongs to the head.

How slow is the first layer of a network of 18 layers below its head for $q = 1 / 2.6$, the factor of Howard and Ruder
(2018), and for $q = 0.9$?
""",
        hint="""
How many layers lie between a layer and the head, itself included? `np.arange` can count down.
""",
        answer=code.layer_rates, check=checks.layer_rates,
        explanation=r"""
For 18 layers and $1 / 2.6$ the first rate is $3 \cdot 10^{-8}$ of the head's: frozen in all but name. Howard and Ruder
had four groups of layers and not eighteen. With $q = 0.9$ it is 0.15. So the factor cannot be taken over from one
depth to another; what can is the ratio of the first rate to the last one.
""",
    ),
    Exercise(
        number="8.5", title="An adapter, and none", level="medium", kind="code",
        statement=r"""
Compute what a linear layer with an adapter makes of a batch, $W x + b + \frac{s}{r} B A x$, and the matrix with which a
single linear layer does the same.

Then count for $O = D = 1024$ and $r = 8$: how many numbers learn, and how many multiplications does one row need with
the adapter beside the layer, and merged?
""",
        hint=r"""
The rank $r$ is in the shapes. In which order do $A$ and $B$ act, and which product has the shape of $W$?
""",
        answer=code.adapted, check=checks.adapted,
        explanation=r"""
$A$ and $B$ have $8 \cdot 2048 = 16{,}384$ numbers against 1,048,576, or 1.6 %. One row needs as many more
multiplications with the adapter beside the layer, 1,064,960, and no more than before once the change is merged. Many
adapters can share one $W$: a thousand customers need a thousand times 1.6 %, not a thousand networks. If they are
merged, each has a matrix of its own, and that advantage is gone.
""",
    ),
    Exercise(
        number="8.6", title="Where an adapter begins", level="medium", kind="derive",
        statement=r"""
Let $y = (W + c\, B A)\, x$, with $c = s / r$ and a loss $L$ whose gradient by $y$ is $g$.

1. Compute $\partial L / \partial A$ and $\partial L / \partial B$ for one example.
2. $B$ begins at 0 and $A$ at random. Which of them moves in the first step, and by how much does $y$ change to first
   order in the rate? Compare with a step on $W$ itself.
3. What happens if both begin at 0? If both begin at random? If $A$ begins at 0 and $B$ at random?
4. Adam makes each entry move by about its rate in the first step, however small its gradient. What follows for $c$?
""",
        hint=r"""
Write $u = A x$, so that $y = W x + c\, B u$. For the third part ask two things: is the function the old one at the
start, and does anything get a gradient?
""",
        explanation=r"""
1. With $u = A x$: $\partial L / \partial B = c\, g\, u^\top$ and $\partial L / \partial A = c\, B^\top g\, x^\top$.
2. $\partial L / \partial A = 0$ as $B = 0$, so only $B$ moves, to $-\eta c\, g\, u^\top$. Then $y$ changes by
   $c B u = -\eta c^2 \lVert A x \rVert^2 g$. A step on $W$ changes it by $-\eta \lVert x \rVert^2 g$. So the first
   step is that of full fine-tuning, seen through $A$: $x^\top x$ has become $c^2\, x^\top A^\top A\, x$.
3. Both at 0: the function is the old one, both gradients are 0, and nothing ever moves. Both at random: everything
   moves, but the function is not the old one at the start, and pretraining is disturbed before the first example. $A$
   at 0 and $B$ at random works as well as the other way round: the function is the old one, and $A$ gets a gradient.
4. $B$'s entries are about $\eta$ after a step, whatever $c$ is, and the change is $c B A x$. So with Adam the scale of
   the change is in proportion to $c$, and to change $s$ is much like changing the rate. That is why Hu et al. (2022)
   fix $s$ once and divide by $r$: the rate need not be tuned anew for another rank.
""",
    ),
    Exercise(
        number="8.7", title="A batch of one face", level="medium", kind="predict",
        statement=r"""
A batch normalization has $\gamma = (1, 2, 3)$ and $\beta = (0.5, 0.5, 0.5)$. In training mode it gets a batch of 32
*equal* rows, $(0.7, -2, 5)$. **Before you run the cell**: what comes out for the first row?

- A. The row itself, since there is nothing to normalize: $(0.7, -2, 5)$.
- B. $\beta$, whatever the row was.
- C. $\gamma$ times the row plus $\beta$: $(1.2, -3.5, 15.5)$.
- D. Nothing useful: a division by 0 gives nan.
""",
        hint=r"""
What is left of a row when the mean of its batch is taken away? And what does the small number under the root do?
""",
        experiment=code.one_face, prediction="A, B, C or D, in quotes", check=checks.one_face,
        explanation=r"""
B. Without the mean nothing is left of any row, zero divided by $\sqrt{10^{-5}}$ is zero, and $\beta$ comes out.
Everything that the network knew about the row is gone.

That is the extreme of something that is frequent in fine-tuning. A batch of ten pictures of two classes is normalized
by what these have in common, and a picture's features depend on the company it is in. At the end, in evaluation, there
is no company, and the head sees what it was not trained on. With few labels, batches are small or one-sided, and it
pays to keep the statistics of the source.
""",
    ),
    Exercise(
        number="8.8", title="On a lead", level="medium", kind="code",
        statement=r"""
Solve equation (8.6) exactly: the weights that fit the rows `X` to `y` and are pulled to `start` by a strength
$\lambda > 0$. Check your function at the ends: what must it give for a tiny strength and more rows than weights, and
what for a huge one?
""",
        hint=r"""
Substitute $\delta = \theta - \theta_0$: the pull is then to zero, and what has to be fitted is what the start leaves
over, $y - X \theta_0$. That is ridge regression.
""",
        answer=code.held, check=checks.held,
        explanation=r"""
In the new variable it is ridge regression of the residual, and $\theta_0$ is added at the end. Any ridge program can
thus be used for L2-SP: subtract what the start predicts, fit, and add the start. For a tiny strength and enough rows
it is least squares, for a huge one the start. The loss is a *sum* over the rows, as in the chapter; with a mean in its
place the same strength would hold $N$ times as tightly. When you read "$\lambda = 0.01$" in a paper, look for which.
""",
    ),
    Exercise(
        number="8.14", title="A source of your own", level="hard", kind="open",
        statement="""
The chapter pretrains on all letters. The cell pretrains on a few hundred of them, freezes the features, and reads
digits with five labels for each class, for one draw.

1. Choose a source task of your own: capital letters only, Greek only, letters of one font, letters with the other half
   turned upside down, fewer pictures, other sizes of the network. **Before you run anything**, rank three sources by
   what you expect, with a reason.
2. Measure them with the same draws of digits, at least five, on the validation rows; report the mean of the
   differences between two sources and its standard error, by draw.
3. Was it the number of pictures, the number of classes, or their kind? Change one of them at a time.
4. Look at the test rows once, with the best and the worst source. How large is the part of the difference that was
   luck of the choice?
""",
        hint="""
`letters.letters` takes what `data.load("glyphs")` takes, for example alphabet and fonts; write your own loader if you
need more. Exercise 8.13 has the standard error.
""",
        start=OWN_SOURCE,
        explanation=r"""
Marks of a good answer:

- All sources saw the same number of pictures and of steps, or the difference is named. A source of 26 classes has more
  pictures for each class than one of 88, which is a second change.
- The draws were the same for all, and differences were taken draw by draw. With five draws of five labels the spread of
  a single source is two to three points, and that of a difference is smaller.
- Three ranked guesses, of which one was wrong, with an idea why. Ours: letters of a single font do worse than the same
  number of pictures from fifteen, since nothing in the task says that thickness may vary.
- The best of several sources on the validation rows is a little less good on the test rows. Exercise 8.10 says by how
  much one has to expect it.
""",
    ),
)
