"""Why this file exists: the questions of lab 5d, in the order in which they stand in the notebook."""

from .base import Option, Question

QUESTIONS = (
    Question(
        "5d.1",
        "A reference has ten words. Translation A has nine of them in the right places and one wrong word in the "
        "middle; B has the same ten words in reverse order. Which is true?",
        (
            Option(
                "Both have an exact match of 0",
                "One wrong word is as bad as ten for this measure.",
                right=True,
            ),
            Option(
                "B has the lower BLEU, although all of its words are right",
                "Its runs of two and more words do not occur in the reference, so those precisions are small or 0.",
                right=True,
            ),
            Option(
                "B has the higher BLEU, since more of its words are matched",
                "That is so for the precision of single words alone. BLEU also counts runs of two, three and four.",
            ),
            Option(
                "A loses by the brevity penalty",
                "The penalty is about length, and A has as many words as the reference.",
            ),
        ),
    ),
    Question(
        "5d.2",
        "A batch holds a source of three words, filled up to nine. You forget the mask of the attention. What happens?",
        (
            Option(
                "Nothing: the vector of the filling is multiplied by 0 anyway",
                "The filling has a vector and a state like any word, and a softmax gives every place a weight.",
            ),
            Option(
                "An error, because the shapes differ",
                "All shapes fit. That is why this mistake stays unseen for so long.",
            ),
            Option(
                "The decoder also looks at filling, and the translation may depend on which sentences share the batch",
                "The longest sentence of the batch decides how much filling there is. The same sentence alone may be "
                "translated differently.",
                right=True,
            ),
            Option(
                "The loss counts filling as well, and falls too fast",
                "That is another mask, the one of the loss. It hides the targets, not the places to look at.",
            ),
        ),
    ),
    Question(
        "5d.3",
        "With teacher forcing the training loss of a translator is nearly 0, and yet every tenth sentence that it "
        "writes is wrong. How can that be?",
        (
            Option(
                "In training it reads right words; when it writes, it reads its own mistakes",
                "The state after a mistake is one that training has never shown, and further mistakes follow.",
                right=True,
            ),
            Option(
                "The loss is a mean over words, and a sentence needs all of them",
                "With a share of 0.99 right words, a sentence of ten words is right about nine times of ten.",
                right=True,
            ),
            Option(
                "Greedy writing does not find the likeliest sentence, and a wide beam would repair nearly all of them",
                "It can be tried, and the lab did: most of the mistakes stayed, since the model finds them likely.",
            ),
            Option(
                "The model has been trained with too many pairs",
                "More pairs make the gap between learned and new sentences smaller.",
            ),
        ),
    ),
    Question(
        "5d.4",
        "A map of attention weights shows that the decoder looks at the word hundred while it writes tausend. What may "
        "you conclude?",
        (
            Option(
                "At this step the context is mostly the encoder's state at hundred, and no more than that",
                "What that state holds has to be tested: exchange a word of the source and see what changes.",
                right=True,
            ),
            Option(
                "The network believes that hundred means tausend",
                "It writes tausend where thousand stands. A state of the encoder holds more than its own word.",
            ),
            Option(
                "The mask is broken",
                "A broken mask shows weights on filling; hundred is a word of the sentence.",
            ),
            Option(
                "Training was too short: at the end each word looks at its partner",
                "Nothing in the loss asks for it. It asks for the right next word, from wherever it is known.",
            ),
        ),
    ),
    Question(
        "5d.5",
        "The decoder begins with the state after the last word of the source, and there is no attention. Why does it "
        "help such a network, in some languages, to read the source in reverse?",
        (
            Option(
                "The state then holds more numbers",
                "It has as many as before. Only what was read last changes.",
            ),
            Option(
                "It turns the order of one language into that of the other",
                "It turns everything around, and German does not say numbers backwards: it only swaps units and tens.",
            ),
            Option(
                "The words that are written first were then read last, so their way through the state is short",
                "The first words are right, and what follows builds on them. Sutskever et al. (2014) explain it so.",
                right=True,
            ),
            Option(
                "It makes the sentences shorter",
                "They have as many words in either direction.",
            ),
        ),
    ),
)
