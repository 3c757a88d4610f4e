"""Why this file exists: the exercises on what is counted, and on what a machine is judged by.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

OWN_LANGUAGE = '''
import numpy as np

from dlcourse import data
from dlcourse.apps.translation import Languages, Translator, exact, greedy, train

numbers = data.load("numbers")


def spoken(n):
    """Your language: here every digit is said by itself, from the end, and the thousands are not named."""
    return " ".join("nul un du tri kvar kvin ses sep ok nau".split()[int(digit)] for digit in reversed(str(n)))


learned, new = numbers.fit[:1000], numbers.validation[:300]
both = Languages(learned.english, [spoken(n) for n in learned.number])
own_source, own_target = both.encode(learned.english, [spoken(n) for n in learned.number])
new_source, new_target = both.encode(new.english, [spoken(n) for n in new.number])
own = Translator(len(both.source), len(both.target), rng=np.random.default_rng(0))
train(own, own_source, own_target, 20, rng=np.random.default_rng(0))  # 20 updates are far too few
print(f"without a mistake: {exact(greedy(own, new_source, new_target.shape[1]), new_target).mean():.0%}")
'''.strip()

MEASURING = (
    Exercise(
        number="5d.1", title="Too short", level="easy", kind="code",
        statement=r"""
Write the brevity penalty of equation (5d.2) for a whole set of translations: add up the words of all translations and
those of all references, and only then divide. It is 1 if nothing is missing.

A set has two translations, of 5 and of 15 words, and both references have 10. What is the penalty, and what would the
mean of the two penalties be?
""",
        hint="""
The exponent is 1 minus a ratio of two sums. What must not happen if the translations are too long?
""",
        answer=code.penalty, check=checks.penalty,
        explanation=r"""
In the set nothing is missing, 20 words for 20, so the penalty is 1. One by one the first would get $e^{-1} = 0.37$ and
the second 1, on average 0.68. Papineni et al. (2002) chose the sums on purpose: a translator may be brief here and
long there, if only the whole has the right length. It is one more reason not to quote BLEU for a single sentence.
""",
    ),
    Exercise(
        number="5d.2", title="Twelve words", level="easy", kind="predict",
        statement=r"""
A model writes each word right with probability 0.95, whatever it wrote before. Sentences have twelve words. **Before
you run the cell**: which share of the sentences has no mistake?

Then run it with 0.99 and with 0.999 as well. Which share of right words do you need for 99 sentences of 100?
""",
        hint="""
One word is right with probability 0.95. Both of two independent words are right with which probability?
""",
        experiment=code.whole_sentences, prediction="share of sentences without a mistake",
        check=checks.whole_sentences,
        explanation=r"""
$0.95^{12} = 0.54$: hardly more than half. With 0.99 it is 0.89, and for 99 sentences of 100 each word has to be right
with probability $0.99^{1/12} = 0.9992$.

So exact match falls much faster than the share of right words, and the longer the sentence, the faster. Look at it
before you say that one model is far better than another one: in exact match a small difference looks large. The words
of a real translation are not independent. Where one mistake brings others with it, the same share of right words leaves
more sentences whole.
""",
    ),
    Exercise(
        number="5d.6", title="One round of counting", level="hard", kind="code",
        statement=r"""
Write one round of IBM model 1, equation (5d.4), for pairs without filling. Every target word is shared out among the
words of its own sentence, in proportion to the table as it is; then the shares are counted for each pair of words, and
each row is divided by its sum. Take care of words that stand twice in a sentence.

Start from a table of equal entries with the two pairs *the house, das haus* and *the book, das buch*, and watch a few
rounds. Why does *the* find *das*, although *the* stands with *haus* as well?
""",
        hint="""
For one sentence, `t[np.ix_(words, others)]` is a small table: a row for each source word, a column for each target
word. Which sum is 1 after the sharing? `np.add.at` adds as often as an index stands there.
""",
        answer=code.one_round, check=checks.one_round,
        explanation=r"""
In the first round all shares are one half. *the* gets two halves of *das*, from two sentences, and one half each of
*haus* and *buch*: so $P(\text{das} \mid \text{the}) = 1 / 2$ and the others are $1 / 4$. In the second round *das* is
still shared out by halves, but *haus* has two candidates, *the* with $1/4$ and *house* with $1/2$: it goes to *house*
by two thirds. So less of *house* is left for *das*, and in the third round *das* goes to *the* by more than half. What
is explained elsewhere is no longer needed to explain this. After a hundred rounds the table is nearly 0 and 1.

Brown et al. (1993) prove that this model has no local maxima to be caught in. The better models that follow, with
places and with words that stand for several, do, and start from this one.
""",
    ),
    Exercise(
        number="5d.7", title="A language of your own", level="hard", kind="open",
        statement="""
The cell invents a language that says the digits from the end, and gives the network 20 updates to learn it.

1. Give it enough updates. Then invent something that you expect to be *harder* than German: numbers to the base of
   twenty, a word that depends on the next one, an ending that counts the words. **Before you run anything**, rank three
   inventions by how hard they will be, with a reason.
2. Measure all three with the same numbers of pairs and updates and at least three seeds, on the validation numbers.
   Give each the same chance: the same three rates, say.
3. Look at where the decoder looks (`dlcourse.apps.translation.alignment`). Does it look at the digit that it says?
4. Read ten mistakes of each. Are they mistakes of order, of words, or of the end?
""",
        hint="""
`study.row_of` in the module `dlcourse.studies.number_translation` shows a whole experiment in a few lines. A word that
depends on what comes later asks the decoder to look at two places at once.
""",
        start=OWN_LANGUAGE,
        explanation=r"""
Marks of a good answer:

- The numbers that were asked were new, and the comparison has the spread of several seeds beside the mean.
- An order from the end is no trouble for a network with attention; chapter 7 taught it to the same kind of network.
  Without attention it is.
- To the base of twenty a word depends on several digits and on carries, which no look at one place provides. Did the
  network learn to compute, or a table of what it has seen? New numbers tell.
- Mistakes were read before they were explained, and one of the three rankings was wrong.
""",
    ),
)
