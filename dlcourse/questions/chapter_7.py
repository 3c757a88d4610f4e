"""Why this file exists: the questions of chapter 7, in the order in which they stand in the notebook."""

from .base import Option, Question

QUESTIONS = (
    Question(
        "7.1",
        "A recurrent network with 20 units reads vectors of 5 numbers. How many weights and biases does its loop have "
        "if sequences become ten times as long?",
        (
            Option(
                "Ten times as many, one set for each step",
                "Unrolled on paper the network has a copy of the layer at each step. All copies are the same weights.",
            ),
            Option(
                "As many as before",
                "The same $W_{ih}$, $W_{hh}$ and $b$ are used at each step. Only the work grows with the length.",
                right=True,
            ),
            Option(
                "As many as before, but the state must grow",
                "The state has 20 numbers, however long the sequence is. That is its weakness, and why it must choose "
                "what to keep.",
            ),
            Option(
                "It cannot read them: it was built for the shorter ones",
                "So it is with a window or a dense layer. A step does not know how many steps there will be.",
            ),
        ),
    ),
    Question(
        "7.2",
        "Why is the gradient of a weight of the loop a sum over all steps?",
        (
            Option(
                "Because the losses of all steps are added",
                "That is a second sum. With a single loss at the end the first one is still there.",
            ),
            Option(
                "Because the network is trained on a batch",
                "The batch adds one more sum, over its rows. A single sequence has the sum over steps as well.",
            ),
            Option(
                "Because the weight is used at each step, and each use changes the loss",
                "A number that is used in several places gets the sum of what comes back to each of them, as in any "
                "graph.",
                right=True,
            ),
            Option(
                "Because truncation cuts it into pieces",
                "Truncation leaves terms of the sum away. It does not make one.",
            ),
        ),
    ),
    Question(
        "7.3",
        "Training is cut after 50 steps: the state is carried on, its history is not. What can the network still learn "
        "about something 200 steps back?",
        (
            Option(
                "Nothing at all, since the state is set to zero every 50 steps",
                "The state is carried on. Only the way back for the gradient is cut.",
            ),
            Option(
                "As much as before; only the computation is cheaper",
                "Terms of the gradient are missing, and those that are missing are always the far ones. That is a bias "
                "that no amount of data repairs.",
            ),
            Option(
                "To use it where the state happens to hold it, but no gradient says that it should be held",
                "What shorter dependences taught the state to keep can be read later. Keeping it for the sake of step "
                "200 is never rewarded.",
                right=True,
            ),
            Option(
                "Exactly a quarter of it, as 50 is a quarter of 200",
                "The terms of the sum are not equal shares, and a dependence that does not fit into the piece has "
                "none of them.",
            ),
        ),
    ),
    Question(
        "7.4",
        "What do gates change about vanishing gradients?",
        (
            Option(
                "Along the cell the gradient is multiplied by forget gates, which the network can set near 1",
                "The path from cell to cell has no matrix and no bend in it, only these factors.",
                right=True,
            ),
            Option(
                "The gradient can no longer vanish",
                "A forget gate of 0.9 leaves $0.9^{100}$, three hundred-thousandths, after a hundred steps. It can be "
                "kept, and it need not be.",
            ),
            Option(
                "Gates clip the gradient to a largest norm",
                "Clipping is a separate step, between backward and update, and helps against gradients that explode.",
            ),
            Option(
                "They replace tanh, whose slope is what makes gradients vanish",
                "LSTMs and GRUs still have tanh in them. And in a plain network the matrix counts as well as "
                "the slope.",
            ),
        ),
    ),
    Question(
        "7.5",
        "A character model needs 2 bits for each character of a text. What does that say?",
        (
            Option(
                "On average it is as uncertain as among 4 equally likely characters",
                "$2^2 = 4$. This number is called the perplexity.",
                right=True,
            ),
            Option(
                "Its likeliest next character is right half of the time",
                "Bits are about probabilities given to what came. How often the first guess is right is another number "
                "and cannot be computed from them.",
            ),
            Option(
                "With a suitable coder it could compress the text to about a quarter of 8 bits per character",
                r"An arithmetic coder pays $-\log_2 p$ for each character, so bits of a model and bytes of a "
                "compressor are one scale.",
                right=True,
            ),
            Option(
                "It gives each character that comes a probability of one quarter",
                "Some get nearly 1, others a thousandth. The mean is over the logarithms.",
            ),
        ),
    ),
    Question(
        "7.6",
        "You write with a model at a temperature of 0.5 instead of 1. What happens to the probabilities of the next "
        "character?",
        (
            Option(
                "All are halved, and the rest goes to an unknown character",
                "They still add up to 1. It is the logits that are divided, before the softmax.",
            ),
            Option(
                "They become more even, so that the text becomes more varied",
                "That is a temperature above 1. Dividing by a half doubles the differences of the logits.",
            ),
            Option(
                "The likeliest character is always taken",
                "That is the limit, a temperature of 0. At 0.5 the others still have their chances.",
            ),
            Option(
                "Each is squared and all are divided by their sum: likely ones gain",
                r"$e^{z/0.5} = (e^z)^2$. What was twice as likely becomes four times as likely.",
                right=True,
            ),
        ),
    ),
    Question(
        "7.7",
        "Intervals for forecasts were made from errors of quiet years, to cover 90 %. In louder years they cover 65 %. "
        "What went wrong?",
        (
            Option(
                "The errors are not normal; conformal intervals would have held",
                "Conformal intervals ask nothing about the shape, but they ask that new errors are exchangeable with "
                "old ones, and here they are not.",
            ),
            Option(
                "Nothing promised more: the years that come are unlike those from which the widths were taken",
                "A guarantee is worth its condition. When the series changes its ways, the condition is what fails.",
                right=True,
            ),
            Option(
                "Too few years were used; with more quiet years the coverage would be right",
                "More errors of the same kind give a better width for quiet years, and the same wrong one for loud "
                "ones.",
            ),
            Option(
                "The model overfitted, so the intervals are too narrow",
                "The errors came from years that were not fitted, which is what protects against this.",
            ),
        ),
    ),
    Question(
        "7.8",
        "You shuffle the tokens of a sequence and feed it to a layer of self-attention without positions and without a "
        "mask. What comes out?",
        (
            Option(
                "The same vectors as before, in the new order",
                "Each place gets a weighted mean over all places, and a sum does not know an order.",
                right=True,
            ),
            Option(
                "Exactly the same as before",
                "Each place looks with its own query. The vectors move with their tokens.",
            ),
            Option(
                "Other vectors, since the neighbors have changed",
                "Neighbors mean something to a convolution and to a recurrence. Here far and near are alike.",
            ),
            Option(
                "An error, since keys and values no longer fit together",
                "Key and value of a token are computed from the same vector, and they move together.",
            ),
        ),
    ),
)
