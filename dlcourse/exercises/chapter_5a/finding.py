"""Why this file exists: the exercises on boxes, how they are counted, and what a detector does with a crowd.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

CROWD = '''\
import dlcourse
from dlcourse import data
from dlcourse.apps.boxes import mean_average_precision, truth
from dlcourse.apps.detection import decode, read_scenes
from dlcourse.studies import scene_reader

dlcourse.set_default_dtype(np.float64)
crowd = data.load("scenes", n=300, seed=7, glyphs=3, overlap=0.0).test  # change one thing at a time
crowd_grid, crowd_mask = read_scenes(scene_reader.network(), crowd.x)
crowd_map = mean_average_precision(decode(crowd_grid), truth(crowd.labels, crowd.boxes), 10)
print(f"mAP at 0.5: {crowd_map:.2f}")
'''

FINDING = (
    Exercise(
        number="5a.1", title="Middle, width and height", level="easy", kind="code",
        statement=r"""
Many detectors say the middle of a box, its width and its height. Turn such boxes into left, top, right and bottom, and
cut off what reaches out of a picture of `size` by `size` pixels. Right and bottom are exclusive, so they may be equal
to `size`. Write it without a Python loop.
""",
        hint=r"""
The middle lies half a width from the left side. `np.clip` cuts at both ends, and `np.concatenate(..., axis=1)` puts two
arrays of two columns side by side.
""",
        answer=code.from_centers, check=checks.from_centers,
        explanation=r"""
Both forms hold the same four numbers, and everybody uses another one. Half of all bugs of detectors are here: corners
taken for middles, width and height exchanged, a last pixel counted twice. A box of width 0 after the cut means that it
lay outside.
""",
    ),
    Exercise(
        number="5a.2", title="Two pixels off", level="easy", kind="predict",
        statement=r"""
A glyph has a box of 20 by 20 pixels. A detector draws the box with the right size, but two pixels too far to the right
and two pixels too far down. **Before you run the cell**: what is the IoU? Would the answer count as right at 0.5, and
at 0.75?
""",
        hint=r"""
How many pixels are common to both boxes? The union is the sum of both areas minus what is common.
""",
        experiment=code.shifted_box, prediction="a number from 0 to 1", check=checks.shifted_box,
        explanation=r"""
The common part has $18 \cdot 18 = 324$ pixels and the union $400 + 400 - 324 = 476$, so the IoU is 0.68. The answer
counts at 0.5 and not at 0.75, although anybody would call this box right. IoU is stricter than it sounds, since each
pixel that is missed on one side is also one too many on the other.
""",
    ),
    Exercise(
        number="5a.3", title="Boxes that do not touch", level="medium", kind="code",
        statement=r"""
The IoU of two boxes that do not touch is 0, whether they are one pixel apart or fifty. As a loss it would have no
slope there. The *generalized IoU* (Rezatofighi et al. 2019) also looks at $C$, the smallest box that holds both:

$$\mathrm{GIoU}(A, B) = \mathrm{IoU}(A, B) - \frac{|C| - |A \cup B|}{|C|}.$$

Compute it for pairs of boxes, the first of one set with the first of the other, and so on. Write it without a Python
loop.
""",
        hint=r"""
The common box goes from the larger of the two left sides to the smaller of the two right ones; if that is negative, it
is empty. For $C$ it is the other way around.
""",
        answer=code.generalized_iou, check=checks.generalized_iou,
        explanation=r"""
For equal boxes $C$ is the box itself and GIoU is 1. For boxes far apart nearly all of $C$ is empty, and GIoU goes to
$-1$. So for two boxes of one size $1 - \mathrm{GIoU}$ falls from 2 to 0 while one comes nearer, and it has a slope all
the way (only a box that lies wholly inside the other can be moved without changing it). This is why
detectors that learn boxes by their overlap use it. The lab's networks learn the four distances by smooth L1 and do not
need it.
""",
    ),
    Exercise(
        number="5a.4", title="How far off may a box be?", level="medium", kind="derive",
        statement=r"""
A box has the width $w$ and the height $h$. A detector draws it with the right size, but moved by $d$ pixels to the
right, $0 \le d \le w$.

1. Derive the IoU as a function of $d$ and $w$. Why does $h$ drop out?
2. Which $d$ are allowed if the IoU must be at least $\tau$? Compare a digit 0 of 17 pixels with a 1 of 5 pixels,
   for $\tau = 0.5$ and $\tau = 0.75$.
3. A box has the right middle, but both sides are too long by the factor $1 + \epsilon$. Derive its IoU. How large may
   $\epsilon$ be for $\tau = 0.5$?
4. The *Dice coefficient* is $2 |A \cap B| / (|A| + |B|)$. Express it by the IoU. Can two detectors change places when
   boxes are compared one by one with Dice instead?
""",
        hint=r"""
Write the common area and the union by $d$. In 3. the smaller box lies inside of the larger one. In 4. divide numerator
and denominator by the union.
""",
        explanation=r"""
1. Common are $(w - d)\, h$ pixels, the union has $2 w h - (w - d)\, h = (w + d)\, h$. So

   $$\mathrm{IoU} = \frac{w - d}{w + d},$$

   and $h$ cancels, as every row of the box has the same ratio.
2. Solve $(w - d) \ge \tau (w + d)$ for $d$:

   $$d \le w\, \frac{1 - \tau}{1 + \tau}.$$

   For $\tau = 0.5$ that is a third of the width, 5.7 pixels for the 0 and 1.7 for the 1; for $\tau = 0.75$ a seventh,
   2.4 and 0.7 pixels. The same error of a pixel is nothing for one digit and fatal for the other.
3. The smaller box is the common part and the larger one the union, so

   $$\mathrm{IoU} = \frac{1}{(1 + \epsilon)^2} .$$

   It is at least 0.5 for $\epsilon \le \sqrt 2 - 1 \approx 0.41$.
4. With $u$ for the IoU, and $|A| + |B| = |A \cup B| + |A \cap B|$:

   $$\mathrm{Dice} = \frac{2 |A \cap B|}{|A \cup B| + |A \cap B|} = \frac{2u}{1 + u} .$$

   This grows with $u$, so for single boxes the order is the same. Means over many boxes may be ordered differently.
""",
    ),
    Exercise(
        number="5a.5", title="A hundred and one recalls", level="medium", kind="code",
        statement=r"""
The lab computes the area under the raised curve. The benchmark COCO (Lin et al. 2014) takes the mean over 101 recalls
instead. Compute it: for each recall 0, 0.01, 0.02, ..., 1 the best precision among the answers with at least this
recall, or 0 where there is none; then the mean.
""",
        hint=r"""
`precision[recall >= level]` are the precisions at no less recall. It may be empty.
""",
        answer=code.coco_precision, check=checks.coco_precision,
        explanation=r"""
With 11 recalls this is the old form of PASCAL VOC, with ever more of them it becomes the area. For the five answers of
the lab the three are 0.682, 0.691 and 0.6875, so a mean average precision without its rule is only half a number. COCO
then also averages over ten thresholds of the IoU, 0.5, 0.55, ..., 0.95.
""",
    ),
    Exercise(
        number="5a.6", title="Suppress softly", level="hard", kind="code",
        statement=r"""
Non-maximum suppression drops a box that overlaps a surer one, even if it lies on a glyph of its own. *Soft* suppression
(Bodla et al. 2017) drops nothing. It takes out the surest box, multiplies the scores of all that are left by
$e^{-u^2 / \sigma}$, where $u$ is their IoU with the box that was taken, and goes on with what is now the surest of
those left. Return all scores in the order in which the boxes came.
""",
        hint=r"""
Keep a list of the boxes that are left. Which one is the surest may change from round to round, so look it up each time.
""",
        answer=code.soft_suppress, check=checks.soft_suppress,
        explanation=r"""
With a small $\sigma$ every overlap kills a score, which is the hard rule with a threshold near 0; with a large one
nothing happens. Between them a box in a crowd survives with a lower score: good for average precision, which only asks
for the order, and no help for counting, where a threshold on the score has to decide after all.
""",
    ),
    Exercise(
        number="5a.7", title="Crowded", level="hard", kind="open",
        statement="""
The cell measures the stored network on 100 pictures in held-out fonts.

1. Choose one thing that the network has not seen in training: more glyphs, overlap, more or no scraps, letters among
   the digits, pictures turned by a quarter. **Before you run anything**, write down what you expect of the mAP, and
   which kind of error will be the most frequent.
2. Measure it, with three seeds of the data at least. Report the mean and the spread.
3. Count the errors by kind: nothing there, a second box, wrong digit, box too far off, missed. Was your guess right?
4. Change one thing after the network (a threshold, the suppression, a rule of your own), chosen on the same kind of
   pictures with *seen* fonts. How much of the loss comes back on held-out fonts?
""",
        hint="""
`data.load("scenes", ...)` takes `glyphs`, `fewest`, `overlap`, `clutter`, `alphabet` and `seed`; `same_fonts` is the
part with seen fonts. With `alphabet="0123456789ABC"` the letters have the labels 10, 11 and 12; the network knows no
such class, so a box on a letter is an error. `hits` says which answers of one class are right.
""",
        start=CROWD,
        explanation=r"""
Marks of a good answer:

- One change at a time. With more glyphs in a picture of the same size there is also more overlap and less clutter that
  finds room.
- The spread of three seeds stands beside the mean. With 100 pictures and ten digits there are about twenty glyphs of
  each digit, so the average precision of a single digit scatters by several points.
- The errors were counted, not only looked at. What looks frequent in five pictures often is not.
- The repair was chosen on `same_fonts`, and the test part was used once for each thing reported.
- A negative result is told as clearly as a gain. Nothing behind the network can bring back a glyph for which no cell
  has a score.
""",
    ),
)
