"""Why this file exists: the exercises on tokens, on readers of texts, and on a model that writes.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

BLOCK = '''
import dlcourse
import numpy as np

from dlcourse import nn
from dlcourse.apps import text
from dlcourse.data import load
from dlcourse.evaluate import accuracy, predict
from dlcourse.skipgram import Vocabulary

dlcourse.set_default_dtype(np.float64)


class BlockReader(text.AttentionPooling):  # the words look at each other before they are pooled
    def __init__(self, words, classes, dim=32, drop=0.0, *, rng):
        super().__init__(words, classes, dim, drop, rng=rng)
        self.block = nn.TransformerEncoderLayer(dim, 4, 2 * dim, 0.0, batch_first=True, rng=rng)

    def look(self, x):
        there = np.maximum(x > 0, np.arange(x.shape[1]) == 0)  # an empty text looks at its first place
        vectors = self.block(self.embed(x), src_key_padding_mask=~there)
        return vectors, self.weights(x, vectors)


data = load("docstrings", seed=0)
known, asked = data.fit[np.random.default_rng(0).permutation(len(data.fit))[:500]], data.validation
words = Vocabulary(known.x, least=2)
x, new = (text.word_rows(words, rows.x, longest=40) for rows in (known, asked))
for reader in (text.BagOfEmbeddings, BlockReader):
    model = reader(len(words), 6, drop=0.5, rng=np.random.default_rng(0))
    text.train_reader(model, x, known.y, epochs=10, lr=0.01)
    print(f"{reader.__name__}: {accuracy(predict(model, new), asked.y):.0%} of the validation texts")
'''.strip()

READING = (
    Exercise(
        number="5b.1", title="One word in a hundred", level="easy", kind="predict",
        statement=r"""
A text has 100 words. One of them tells the area, and a query gives it a score of 3; the other 99 have the score 0.
**Before you run the cell**: what weight does the telling word get in attention pooling, a number from 0 to 1?
""",
        hint=r"""
The softmax divides $e^3$ by the sum of all exponentials. What is $e^0$, and how many of these are there?
""",
        experiment=code.telling_word, prediction="a weight from 0 to 1", check=checks.telling_word,
        explanation=r"""
$e^3 / (e^3 + 99) = 20.1 / 119.1 = 0.169$. The word weighs twenty times as much as any other, and still has only a
sixth of the whole. A long text dilutes it. To give it half of the weight, its score must be $\ln 99 = 4.6$. So the
score that is needed grows with the logarithm of the length.
""",
    ),
    Exercise(
        number="5b.2", title="One merge", level="easy", kind="code",
        statement=r"""
Write the step that byte-pair encoding repeats: wherever `left` is followed by `right`, put the token `new` in place of
both, from left to right.
""",
        hint=r"""
Walk along with an index of your own. After a merge it moves by two, so that no token is used twice. What about the last
token, which has no right neighbor?
""",
        answer=code.merged, check=checks.merged,
        explanation=r"""
The index jumps over what was merged. In `4 4 4` the pair occurs twice, at the places 0 and 1, but the second pair
begins with a token that is used up. So what is left is `9 4`. A text of $T$ tokens becomes shorter by the number of its
merges, and the vocabulary longer by one: that is the whole trade of byte pairs.
""",
    ),
    Exercise(
        number="5b.3", title="Naive Bayes, counted", level="medium", kind="code",
        statement=r"""
Compute what naive Bayes learns, equation (5b.3): the logarithm of each class's share of the texts, and for each class
the logarithms of its words' probabilities. Then ask yourself: what would a smoothing of 1000 do to the answers?
""",
        hint=r"""
`np.eye(K)[labels].T @ counts` adds up the rows of each class. The smoothing goes to every word, so the sum of a class
grows by $V$ times as much.
""",
        answer=code.naive_bayes, check=checks.naive_bayes,
        explanation=r"""
Every row of the second result is a distribution over the words, and its exponentials have the sum 1. It is all there is
to the training: one pass over the texts, no rate, no seed. A huge smoothing makes all words almost equally likely in
all classes; then hardly more than $p(y)$ is left, and nearly every text gets the most frequent class. A tiny one trusts
counts of 1 and almost forbids what it has not seen.
""",
    ),
    Exercise(
        number="5b.4", title="The same text twice", level="medium", kind="derive",
        statement=r"""
Two classes have equal priors. Naive Bayes gives a text the log-odds $s = \log \frac{p(1 \mid x)}{p(0 \mid x)}$.

1. Show that $s$ is linear in the counts $n_w$, and write down the weight of a word.
2. Somebody pastes the text twice into the same message. What are the log-odds now? What is $p(1 \mid x)$ before and
   after, if $s = 2$?
3. Which assumption fails, and does the *answer* change?
4. The mean of a bag of embeddings, equation (5b.6): what does the same doubling do to its logits?
""",
        hint=r"""
The logarithm of a product is a sum, and what both classes share cancels. For the probability use the sigmoid,
$p(1 \mid x) = \sigma(s)$.
""",
        explanation=r"""
1. With equal priors the log-odds are

   $$s = \sum_w n_w \log \frac{p(w \mid 1)}{p(w \mid 0)},$$

   so the weight of a word is the logarithm of how much likelier it is in class 1.
2. All counts double, and so does $s$: from 2 to 4. The probability goes from $\sigma(2) = 0.88$ to
   $\sigma(4) = 0.98$.
3. Nothing new was said. But naive Bayes takes each word for a new, independent witness, and words of one text are
   not independent: they repeat each other. So its probabilities are too sure. The answer depends on the sign of $s$
   alone, and stays. With unequal priors it can change, since the prior is not doubled.
4. Nothing: the counts double, and so does the length by which they are divided. The bag is blind for length, and
   takes a sentence for as good a proof as a page.
""",
    ),
    Exercise(
        number="5b.5", title="Attention over what is there", level="medium", kind="code",
        statement=r"""
Pool the word vectors of a batch of texts by attention, equation (5b.7), without a Python loop over the texts. Texts
differ in length, so the places behind the last word must get the weight 0. Scores may be as large as 800.
""",
        hint=r"""
What score gives a weight of 0 *before* the softmax? And which number may be taken from all scores of a text without
changing its weights?
""",
        answer=code.pooled, check=checks.pooled,
        explanation=r"""
A place that is not there gets the score $-\infty$, and $e^{-\infty} = 0$: it is missing in the sum as well. Whoever
sets the *weights* to 0 after the softmax has weights whose sum is below 1, the smaller the shorter the text. The
largest score is subtracted so that no exponential overflows; numerator and denominator shrink by the same factor.
""",
    ),
    Exercise(
        number="5b.6", title="Bits for each character", level="hard", kind="code",
        statement=r"""
A language model reads a text of tokens. After each token it gives logits for the next one. What does it pay for each
*character*, equation (5b.9)? The first token is given, so neither its bits nor its characters count. Logits may be as
large as 1000.
""",
        hint=r"""
Which row of the logits has to be asked about token 1? How many bits is one nat? And by what do you divide, so that a
model with long tokens has no advantage?
""",
        answer=code.bits_per_character, check=checks.bits_per_character,
        explanation=r"""
Row $t$ is about token $t + 1$: `tokens[1:]` are the targets of `logits[:-1]`. Without this shift a model is asked about
what it has just read, and a good one looks perfect. A nat is $1 / \ln 2 = 1.44$ bits. The bits are added up first and
divided by the characters of the whole text: a mean of quotients would give each token the same voice, however long
it is.
""",
    ),
    Exercise(
        number="5b.7", title="A block before the pool", level="hard", kind="open",
        statement="""
All readers of this lab are blind for the order of words. A transformer block before the pooling lets words look at
each other. The cell trains such a reader beside the bag of embeddings, on 500 texts, and judges both on the validation
files.

1. The block knows no places yet. Add learned vectors for them, and show by a test that the order of the words now
   matters.
2. Give both readers the same number of settings to choose from (rate, share of words left out, passes), and compare
   them on at least three splits, `load("docstrings", seed=...)`, with 500 and with 2,000 texts.
3. Start both from word vectors that the skip-gram of chapter 4 has learned from all training texts. Does that change
   who wins?
4. Look at the test files once, with what you chose. Report accuracy and macro F1, by split.
""",
        hint="""
`skipgram.train` returns a model whose `center.weight` has a row for each word of its vocabulary; build the reader on
the same vocabulary and copy the rows, one place further down, since number 0 is kept for the end.
""",
        start=BLOCK,
        explanation=r"""
Marks of a good answer:

- A test shows that the logits of a shuffled text differ once there are places, and did not before.
- Both readers had equally many settings, and the test files were read once.
- The differences were taken split by split. Splits differ among each other by several points, more than the readers do.
- With 500 texts we would not expect the block to win: it has some 8,500 parameters more, and order says little about
  the topic of a text. Whoever found the opposite should first look for a setting that the bag was not given.
- Word vectors that were learned without labels help most where labels are few.
""",
    ),
)
