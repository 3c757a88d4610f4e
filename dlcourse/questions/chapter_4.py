"""Why this file exists: the questions of chapter 4, in the order in which they stand in the notebook."""

from .base import Option, Question

QUESTIONS = (
    Question(
        "4.1",
        "Two principal components keep 30 % of the variance of some pictures. What follows for telling their classes "
        "apart by these two numbers?",
        (
            Option(
                "At most 30 % of the pictures can be told apart",
                "A share of variance is no share of pictures. It says how well pixels are rebuilt.",
            ),
            Option(
                "Nothing that could be relied on",
                "The direction that separates classes may carry much variance or little: PCA was never told what the "
                "classes are. A probe measures it.",
                right=True,
            ),
            Option(
                "The other 70 % are noise, so nothing is lost",
                "Noise usually lies in directions of little variance. That does not make all they hold noise.",
            ),
            Option(
                "They separate the classes better than any other two directions",
                "PCA is best at rebuilding. For separating, one would have to use the labels.",
            ),
        ),
    ),
    Question(
        "4.2",
        "A linear autoencoder with a code of 4 numbers was trained until its loss stopped falling. What does it share "
        "with the first 4 principal components of the same centered data?",
        (
            Option(
                "The error of what is rebuilt",
                "No product of matrices of rank 4 has less error than PCA, and every local minimum reaches it.",
                right=True,
            ),
            Option(
                "The codes: the first number is the one along $v_1$",
                "An invertible matrix between encoder and decoder mixes the numbers, and the error does not notice.",
            ),
            Option(
                "The subspace in which all rebuilt rows lie",
                "The decoder's columns span the principal subspace, though they are not the principal directions.",
                right=True,
            ),
            Option(
                "Columns at right angles",
                "Nothing in the loss asks for it. The chapter's columns are not quite at right angles, and none lies "
                "along a principal direction.",
            ),
        ),
    ),
    Question(
        "4.3",
        "An autoencoder has an error of almost 0 on new pictures. Its code is as wide as the data. What do you check "
        "before you call the code a good representation?",
        (
            Option(
                "Nothing: it has learned the pictures",
                "Copying rebuilds anything. The wide network of the chapter rebuilt scrambled pictures with 4 % lost.",
            ),
            Option(
                "Whether it was trained for long enough",
                "With an error near 0 more training has nothing left to improve.",
            ),
            Option(
                "Whether the weights are small",
                "The identity can be done with small weights or with large ones, since decoder and encoder can share "
                "out the size.",
            ),
            Option(
                "What it rebuilds of inputs that are no pictures",
                "If it rebuilds nonsense as well, it only copies. Low error counts in spite of an obstacle: a narrow "
                "code, noise, a price.",
                right=True,
            ),
        ),
    ),
    Question(
        "4.4",
        r"For a row $x$ the ELBO is $-50$ nats with one encoder and $-47$ with another, at the same decoder. "
        r"What has changed?",
        (
            Option(
                r"The evidence $\log p(x)$ has grown by 3",
                "The evidence is the decoder's and the prior's. An encoder can only come closer to it.",
            ),
            Option(
                r"The KL divergence between $q(z \mid x)$ and the posterior is smaller by 3",
                r"ELBO and this gap always sum to $\log p(x)$, which is the same for both encoders.",
                right=True,
            ),
            Option(
                r"The KL divergence between $q(z \mid x)$ and the prior is smaller by 3",
                "That is the price inside of the bound. It may even have grown, if the drawing got better by more.",
            ),
            Option(
                "The squared error of the rebuilt row is smaller by 3",
                "The reconstruction is one of two terms, and it is measured in units of the noise.",
            ),
        ),
    ),
    Question(
        "4.5",
        r"A VAE is trained with $z = m + s \varepsilon$. Somebody draws $z$ from a normal distribution by a call that "
        r"returns a plain array, and goes on from there. What becomes of the training?",
        (
            Option(
                "It works as before, since $z$ has the same distribution",
                "The values are alike. But backward stops at a plain array, since no operation leads to it.",
            ),
            Option(
                "The gradients are right, and only noisier",
                "The noisier estimate is the score function, and it needs the derivative of the logarithm of $q$ as a "
                "factor. Nobody computes that here.",
            ),
            Option(
                "The encoder learns from the KL term alone and ends at the prior",
                "The drawing cannot tell the encoder anything, and the price pulls every cloud to the prior: collapse.",
                right=True,
            ),
            Option(
                "The decoder cannot learn any more",
                "The decoder gets its gradient: it is a function of $z$, wherever $z$ comes from.",
            ),
        ),
    ),
    Question(
        "4.6",
        "The contrastive loss of a run with 200 pictures in a batch and the temperature 0.5 stays at 5.99 all the "
        "time. What has happened?",
        (
            Option(
                "The embeddings are spread as evenly as can be",
                "At this temperature uniform embeddings with partners together would have a loss near 4.",
            ),
            Option(
                "All views have the same embedding, or one that is no better than a guess",
                r"$\log 399 = 5.99$: each of the 399 others is taken for the partner with the same probability.",
                right=True,
            ),
            Option(
                "The temperature is too small",
                "A smaller temperature makes differences count more. With equal embeddings there are none, and any "
                "temperature gives 5.99.",
            ),
            Option(
                "There are 10 classes, and their labels are guessed",
                r"No label occurs in the loss. Guessing among ten would be $\log 10 = 2.30$.",
            ),
        ),
    ),
    Question(
        "4.7",
        'Word vectors answer "left is to right as first is to" with "last". Which comparison is needed before this '
        "shows a direction from a word to its opposite?",
        (
            Option(
                "The nearest neighbors of the third word alone, without the first two",
                "If the answer is there already, the step did nothing. For opposites the chapter found just that.",
                right=True,
            ),
            Option(
                "The same question with another pair of opposites in front of it",
                "A neighbor of the third word is found from any pair. It would show nothing new.",
            ),
            Option(
                "The cosine of the answer, which should be near 1",
                "How high a cosine is depends on the number of dimensions and on the training, not on a direction.",
            ),
            Option(
                "The count of the words in the text",
                "It tells how much to trust a vector. It does not separate the step from the neighborhood.",
            ),
        ),
    ),
    Question(
        "4.8",
        "A t-SNE map of the codes of a network shows five islands, one of them far out and twice as large as the "
        "others. What may you conclude?",
        (
            Option(
                "The data have about five clusters",
                "Pure noise shows islands at a small perplexity. Islands are a question, to be asked of the codes.",
            ),
            Option(
                "The far island is the most different from all others",
                "The map keeps who is next to whom. In the chapter gaps of 10 and 50 came out alike.",
            ),
            Option(
                "The codes in the large island scatter more",
                "Each point is given about the same number of neighbors, so tight and loose clouds come out alike.",
            ),
            Option(
                "Points that are neighbors on the map are neighbors among the codes, as a rule",
                "That is what the method tries to keep. For all else measure distances in the codes themselves.",
                right=True,
            ),
        ),
    ),
)
