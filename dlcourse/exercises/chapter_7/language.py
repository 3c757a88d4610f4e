"""Why this file exists: the exercises on models of text, what they cost in bits and how one writes with them.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code

OWN_TEXT = '''
import numpy as np

from dlcourse import optim
from dlcourse.data.tokenizers import CharTokenizer
from dlcourse.language import CharacterModel, NGram, bits_per_character, streams, train_epoch

text = "Put a text of your own in place of this sentence, 20,000 characters or more. " * 40
cut = int(0.9 * len(text))
tokenizer = CharTokenizer.train(text[:cut])
learned, judged = tokenizer.encode(text[:cut]), tokenizer.encode(text[cut:])

model = CharacterModel(len(tokenizer), hidden=32, embedding=16, rng=np.random.default_rng(0))
optimizer = optim.AdamW(model.parameters(), lr=0.01)
for _ in range(2):
    train_epoch(model, streams(learned, 8), optimizer)
counted = NGram(learned, 4, len(tokenizer)).surprises(judged).mean()
print(f"network {bits_per_character(model, judged):.1f}, counted {counted:.1f} bits per character")
'''.strip()

LANGUAGE = (
    Exercise(
        number="7.2", title="Cooler", level="easy", kind="predict",
        statement=r"""
A model gives the three characters that may come next the probabilities 0.6, 0.3 and 0.1. We write with a temperature of
0.5. **Before you run the cell**: what is the probability of the first one now, to two digits? Then try a temperature of
2, and one of 0.1.
""",
        hint=r"""
The logits are divided by the temperature, and a logit is, up to a constant, the logarithm of a probability. What does
dividing a logarithm by 0.5 do to the number?
""",
        experiment=code.cooled, prediction="a number from 0 to 1", check=checks.cooled,
        explanation=r"""
0.783. Dividing logarithms by $\frac12$ squares the numbers: 0.36, 0.09 and 0.01, whose sum is 0.46, and
$0.36 / 0.46 = 0.783$. In general $p_k^{1/\tau}$, divided by the sum. A temperature of 2 takes roots and gives 0.473. At
0.1 the tenth power leaves 0.999: a cold model says the same all the time.

The *order* of the characters never changes, and with two characters of equal probability they stay equal at every
temperature. What changes is how much likelier the likely ones are.
""",
    ),
    Exercise(
        number="7.3", title="The price of a text", level="easy", kind="code",
        statement=r"""
A model has given probabilities for each next character, `p` $(T, V)$, and then the characters `tokens` came. Return
what the text costs in bits for each character, $-\frac1T \sum_t \log_2 p_t$, where $p_t$ is the probability of the
character that came, and its *perplexity*, two to this power. Write it without a Python loop.
""",
        hint="""
Pick one probability from each row: two arrays of indices side by side, one for the rows and one for the columns. Is the
mean to be taken before or after the logarithm?
""",
        answer=code.price, check=checks.price,
        explanation=r"""
The mean of logarithms and the logarithm of the mean are not the same, and the difference is what makes the measure
honest: a single character that was given a probability of $2^{-20}$ costs 20 bits, however sure the model was
everywhere else. A probability of 0 costs infinitely much. So a model has to leave something for everything.

The perplexity says the same in another unit: as uncertain as among so many equally likely characters. A model that
knows nothing has a perplexity of $V$, and one that knows everything has 1.
""",
    ),
    Exercise(
        number="7.10", title="The nucleus", level="medium", kind="code",
        statement=r"""
Top-$k$ keeps the same number of characters whether the model is sure or not. Holtzman et al. (2020) keep a *share*
instead: sort the characters by their probability, and take from the top until their probabilities add up to at least
`share`. This smallest set is the *nucleus*. All others get 0, and those that are kept are divided by their sum. (The
method is called top-$p$.)

Return the probabilities in the order of the logits. Try it with a model that is sure and with one that is not: how many
characters are kept for a share of 0.9? Write it without a Python loop.
""",
        hint="""
After sorting, look for each character at what the likelier ones have together, without itself. If that is still below
the share, it is needed. `np.cumsum` adds up.
""",
        answer=code.nucleus, check=checks.nucleus,
        explanation=r"""
The character that crosses the line belongs to the nucleus; without it the sum would be below the share. So the
likeliest one is always in, also when it alone has more than the share. Where 107 characters are equally likely, a
share of 0.9 keeps 97 of them, and where one has 0.95, it keeps one: the number follows the model's own doubt, which no
fixed $k$ does. A temperature may be applied before, to the logits. The two do not commute: a cold model has a smaller
nucleus.
""",
    ),
    Exercise(
        number="7.11", title="Count, and doubt what you counted", level="hard", kind="code",
        statement=r"""
A bigram says how likely a character is after another one, by counting. Pairs that never occurred would get 0. Witten
and Bell (1991) mix each count with a shorter memory, as far as the count is to be doubted:

$$p_k = \frac{n_k + d_k\, p_{k-1}}{N_k + d_k} ,$$

where $N_k$ is how many characters were seen in this situation, $n_k$ how many of them were the one in question, and
$d_k$ how many *different* ones there were. Begin with $p_0 = 1 / V$. Then $p_1$ mixes in how often each character
stands in the text, and $p_2$ how often each one follows `before`. If `before` is never followed by anything, the
answer is $p_1$.

Show for a text of yours that the probabilities of all $V$ characters add up to 1. (They have to, whatever is counted.)
""",
        hint="""
The same line twice, with two different lists of characters: all of the text, and those that follow `before` somewhere.
`zip(text, text[1:])` gives all pairs. What does the line give when the list is empty?
""",
        answer=code.mixed, check=checks.mixed,
        explanation=r"""
Add up over all characters: $\sum n_k = N_k$, and by induction the shorter memory's probabilities add up to 1, so the
numerator adds up to $N_k + d_k$. The idea behind $d_k$: each of the different characters was new once. So in $N_k$
looks something new came $d_k$ times, and the chance that it comes again is taken as $d_k / (N_k + d_k)$; that share
goes to the shorter memory. After `q` always comes `u`, $d = 1$, and the count is believed. After a blank nearly
anything may come, $d$ is large, and much is left to the shorter memory.
""",
    ),
    Exercise(
        number="7.14", title="A text of your own", level="hard", kind="open",
        statement="""
Take a text of your own of at least 20,000 characters: a book from a public library of free texts, your own letters, a
program, verses, a score as text. The cell has a small network and a counting model for it, with settings that nobody
has chosen.

1. **Before you run it**, write down how many bits you expect, and which of the two wins.
2. Cut the text in three by place, not by chance: to fit, to choose, to judge. Choose the order of the counting model
   and the size, the rate and the number of passes of the network by the second part. Look at the third once.
3. How much does `zlib` or `bz2` need for the third part, alone and after the other two? Does your text repeat itself?
4. Let the model write. Name one thing that it has learned about your text that a counting model of the same order
   cannot know, and *measure* it.
""",
        hint="""
For a short text a network easily learns by heart: watch the bits of the second part after each pass. For the fourth
question think of what has to be closed again: brackets, quotation marks, verses with a rhyme, the length of a line.
""",
        start=OWN_TEXT,
        explanation=r"""
What one finds depends on the text, and that is the point. A few marks of a good answer:

- The three parts come one after the other. Cut by chance into pieces of 100 characters, half a sentence in the test
  has its other half in the training, and all numbers are too good.
- The number of passes was chosen by the second part, and the third was looked at once. If the third looks much worse
  than the second, that is a finding (another chapter, another author), not a reason to choose again.
- On 20,000 characters a counting model of order 3 or 4 is hard to beat, and a fair answer says so. Every tenfold of
  text moves the balance toward the network.
- "It closes its brackets" is a claim about a share: of all brackets that were opened in what it wrote, how many were
  closed, and how many in a text that was written with shuffled states, or by the counting model?
""",
    ),
)
