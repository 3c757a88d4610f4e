"""Why this file exists: the questions of lab 5b, in the order in which they stand in the notebook."""

from .base import Option, Question

QUESTIONS = (
    Question(
        "5b.1",
        "A reader of docstrings is right for 80 % of the test texts if rows are divided at random, and for 65 % if "
        "whole files are. Which number do you report for a library that nobody has seen?",
        (
            Option(
                "80 %, since more files are then in training",
                "The number of training texts is the same. What differs is that the test shares its files with "
                "training.",
            ),
            Option(
                "The mean of both",
                "A mean of a question and another question answers neither.",
            ),
            Option(
                "65 %: a new library brings new files, with names and habits of their own",
                "A split has to imitate the use. In a split by row, words of one file stand on both sides and give "
                "the area away.",
                right=True,
            ),
            Option(
                "Neither, a split by file is too hard to be fair",
                "Hard is not unfair. It asks what somebody with a new library would ask.",
            ),
        ),
    ),
    Question(
        "5b.2",
        "Naive Bayes treats the words of a text as independent, and they are not. What follows for its output?",
        (
            Option(
                "Its probabilities are too near 0 and 1: words that say the same are counted as separate witnesses",
                "Log odds of words are added up, also of those that always come together. The largest one may be "
                "right all the same.",
                right=True,
            ),
            Option(
                "Its answers are about as good as chance",
                "The answer needs only the order of the scores, and that is often right although their size is not.",
            ),
            Option(
                "It cannot be trained",
                "Training is counting, and counting works whether words are independent or not.",
            ),
            Option(
                "It needs more texts than a network that models dependence",
                "The opposite: the wrong assumption spares it from estimating how words depend on each other.",
            ),
        ),
    ),
    Question(
        "5b.3",
        "A tokenizer with 256 merges is replaced by one with 10,000. The loss for each token goes up from 2.5 to 4. "
        "Has the language model become worse?",
        (
            Option(
                "Yes, a higher loss is worse",
                "Only for the same tokens. A longer token holds more text, so it may cost more.",
            ),
            Option(
                "No, larger vocabularies are always better",
                "They make texts shorter and each token rarer. With little text most tokens are then hardly ever seen.",
            ),
            Option(
                "Yes, since 4 is more than the logarithm of the number of classes",
                "The logarithm of 10,000 is above 9. And the areas have nothing to do with it.",
            ),
            Option(
                "It cannot be said: compare the bits for each character",
                "The text is the same, its cutting is not. Divide all bits by what does not depend on the cutting.",
                right=True,
            ),
        ),
    ),
    Question(
        "5b.4",
        "Which of these are true of a decoder with a causal mask, trained on windows of 64 tokens?",
        (
            Option(
                "One window gives 64 examples at once: a guess after each of its tokens",
                "Nobody sees what comes, so all guesses can be made and judged in one pass.",
                right=True,
            ),
            Option(
                "Without the mask its training loss would be higher",
                "It would be lower, and worth nothing: each place could read its target off the next one.",
            ),
            Option(
                "While it writes, it must read the whole window again or keep what it knew about it",
                "There is no state that sums up the past, as a recurrent network has. What came before is looked at "
                "again.",
                right=True,
            ),
            Option(
                "The mask is needed in training only",
                "A model that was trained blind for the future would, without the mask, be used in a way that it never "
                "learned; in a text that is being judged, it would also see the answers.",
            ),
        ),
    ),
    Question(
        "5b.5",
        "The same reader learns two sets of 800 texts that have none in common. The two results give different "
        "answers to four test texts in ten. What follows?",
        (
            Option(
                "At most 60 % of its answers can be right",
                "Where two differ, one of them may be right. The mean of both can be as high as 80 %.",
            ),
            Option(
                "Which texts a reader happened to get decides much, so readers are compared on the same texts, more "
                "than once",
                "This is the variance. A difference of two readers with texts of their own could be nothing else.",
                right=True,
            ),
            Option(
                "The reader has too few parameters",
                "With more it could follow its texts still more closely. What varies here is what it was shown.",
            ),
            Option(
                "The test set is too small",
                "A larger one would tell more exactly in how many they differ. It would not make them agree.",
            ),
        ),
    ),
)
