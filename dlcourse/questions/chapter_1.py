"""Why this file exists: the questions of chapter 1, in the order in which they stand in the notebook."""

from .base import Option, Question

QUESTIONS = (
    Question(
        "1.1",
        "A neuron has $w = (2, -1)$, $b = 1$ and a hard threshold at 0. What does it answer to $x = (1, 4)$?",
        (
            Option(
                "Yes, since both inputs are positive",
                "The signs of the inputs do not decide. The second weight is negative, so a large second input "
                "speaks against.",
            ),
            Option(
                "No, since $z = -1$",
                r"$z = 2 \cdot 1 - 1 \cdot 4 + 1 = -1$, which is not above 0.",
                right=True,
            ),
            Option(
                "Yes, since $2 > 1$",
                "The larger weight does not decide either; each weight is multiplied by its input first.",
            ),
            Option(
                "It depends on the other examples",
                "Other examples matter while it learns. Once the weights are fixed, the answer depends on $x$ alone.",
            ),
        ),
    ),
    Question(
        "1.2",
        "The perceptron is trained on XOR for a million passes instead of a hundred. What happens?",
        (
            Option(
                "It gets there in the end",
                "No weights exist that answer all four corners correctly, so there is nothing to arrive at.",
            ),
            Option(
                "It finds the best straight line and stays there",
                "The rule moves whenever an example is wrong, and one always is. It does not look for the least "
                "bad line.",
            ),
            Option(
                "It goes on cycling through the same weights",
                "The cell in section By hand found a state that had been there before, and from there everything "
                "repeats.",
                right=True,
            ),
            Option(
                "Its weights grow without bound",
                "Each correction is soon undone by another one, so the weights stay small.",
            ),
        ),
    ),
    Question(
        "1.3",
        "You stack three layers of weighted sums without activations between them. What can the stack compute that "
        "one layer cannot?",
        (
            Option("XOR", "XOR needs a bend. The composition of linear maps is a linear map."),
            Option(
                "Any continuous function, if the layers are wide",
                "The approximation theorem needs the activation: bumps are made of sigmoids.",
            ),
            Option("Products of inputs", "In $W_3 W_2 W_1 x$ weights are multiplied with each other, not inputs."),
            Option(
                "Nothing",
                "The product of the three weight matrices is one weight matrix, and the biases, carried through the "
                "matrices after them, add up to one bias.",
                right=True,
            ),
        ),
    ),
    Question(
        "1.4",
        "The training loss of a new classifier with 10 classes is 2.31 after the first epoch and does not move. "
        "What do you check first?",
        (
            Option("Whether more layers help", "More layers cannot repair a bug, and they make it harder to find."),
            Option(
                "Whether it can learn a single batch by heart",
                r"2.31 is $\log 10$: it knows nothing yet. If it cannot fit even 32 images, look for the fault in "
                "gradient, data or loop.",
                right=True,
            ),
            Option("Whether the test set is too hard", "The test set has no part in the training loss."),
            Option("Nothing, 2.31 is a good loss", r"It is the loss of guessing: $\log 10 = 2.303$."),
        ),
    ),
    Question(
        "1.5",
        r"Why is $\partial L / \partial Z_2 = (P - Y) / N$ such a welcome result?",
        (
            Option(
                "The gradient is large where the model is sure and wrong, and vanishes where it is sure and right",
                r"Sure and wrong means $p_y$ near 0, so the entry is near $-1/N$; sure and right means $P \approx "
                "Y$. Exercise 1.19 shows a loss that lacks this.",
                right=True,
            ),
            Option("It can be had without a pass forward", "$P$ is what the pass forward computes."),
            Option(
                "It is the same for every loss",
                "With the squared error after a softmax it does not hold; Exercise 1.19 shows what happens there.",
            ),
            Option(
                "It is always positive",
                "In each row the entries sum to 0: the label's entry is negative, the others positive.",
            ),
        ),
    ),
    Question(
        "1.6",
        "A network has 10,000 parameters. How many passes does one gradient cost by central finite differences, and "
        "by backpropagation?",
        (
            Option(
                "10,000 and 10,000",
                "Central differences evaluate twice per parameter, and backpropagation does not go parameter by "
                "parameter.",
            ),
            Option(
                "20,000 and 10,000",
                "Backpropagation delivers all slopes in one pass backward; it shares the work between them.",
            ),
            Option("2 and 2", "A finite difference tells the slope of one parameter only."),
            Option(
                "20,000 and about 2",
                "Two evaluations for each parameter, against one pass forward and one backward for all of them.",
                right=True,
            ),
        ),
    ),
    Question(
        "1.7",
        "The best of 36 settings reads 98 of 100 validation images. How many of 100 new images of the same kind do you "
        "expect it to read?",
        (
            Option(
                "98, since it was not trained on the validation images",
                "It was not trained on them, but it was chosen by them, and the winner of many comparisons was also "
                "the luckiest.",
            ),
            Option(
                "Somewhat fewer",
                "Choosing uses the validation images up a little: the winner of 36 was also lucky on just these 100. "
                "Only images that took part in no decision give an unbiased number.",
                right=True,
            ),
            Option(
                "More, since it is the best of 36",
                "Being chosen makes no model better. It was picked because its luck showed on these 100 images.",
            ),
            Option(
                "Nothing can be said",
                "One can say that the number is too good on average. How much too good depends on how many "
                "settings were compared, and on how few images.",
            ),
        ),
    ),
    Question(
        "1.8",
        "Model A reads 747 of 797 test images, model B 741. May you say that A is better?",
        (
            Option("Yes, 747 > 741", "On another 797 images it may be the other way round."),
            Option(
                "No, differences below one percent never count",
                "They can count: if A read all that B reads and six more, that would be 6 : 0.",
            ),
            Option(
                "Not from this alone: it depends on how many images only one of them reads",
                "6 : 0 and 46 : 40 both make a difference of six. The first is unlikely with fair coins ($p$ = "
                "0.03), the second is nothing special. The paired test needs both counts.",
                right=True,
            ),
            Option(
                "Yes, if the intervals overlap",
                "Overlap speaks against a difference rather than for it, and it is a crude test, since both "
                "models saw the same images.",
            ),
        ),
    ),
)
