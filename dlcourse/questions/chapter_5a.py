"""Why this file exists: the questions of lab 5a, in the order in which they stand in the notebook."""

from .base import Option, Question

QUESTIONS = (
    Question(
        "5a.1",
        "A network takes the largest value of each of its feature maps, and two linear layers read these. It names the "
        "glyph well and places the box badly. Why?",
        (
            Option(
                "The largest value is the same wherever the glyph lies",
                "A feature map moves with the picture, and its maximum forgets the move. What is gone cannot be read "
                "by any layer behind it.",
                right=True,
            ),
            Option(
                "It needs a larger weight on the loss of the box",
                "A larger weight asks louder for something that the maximum has already thrown away.",
            ),
            Option(
                "Boxes are numbers, and networks with a softmax cannot give numbers",
                "The box does not go through the softmax; a linear layer gives any four numbers.",
            ),
            Option(
                "Convolutions cannot say where something is",
                "They can: a feature map has its largest value where the pattern is. The place is lost later.",
            ),
        ),
    ),
    Question(
        "5a.2",
        "A detector finds every glyph of the pictures, each with two boxes that are both placed well. What does this "
        "do to recall and precision at its lowest score?",
        (
            Option(
                "Recall 1, precision 1: all boxes are right",
                "A glyph can be found once. The second box on it counts as wrong.",
            ),
            Option(
                "Recall 1, precision one half",
                "Everything is found, and of two boxes one is a repetition. Suppression would bring precision back.",
                right=True,
            ),
            Option(
                "Recall 2, precision 1",
                "Recall is the found part of what is there, so it cannot be more than 1.",
            ),
            Option(
                "Recall one half, precision one half",
                "The denominator of recall is the number of glyphs, not the number of boxes.",
            ),
        ),
    ),
    Question(
        "5a.3",
        "All scores of a detector are squared, so that 0.9 becomes 0.81 and 0.5 becomes 0.25. What changes?",
        (
            Option(
                "The average precision falls",
                "It depends on the order of the answers alone, and squares of positive numbers keep the order.",
            ),
            Option(
                "Nothing changes in the average precision",
                "Only the order counts, and it is the same.",
                right=True,
            ),
            Option(
                "The number of boxes above a fixed score can fall",
                "A fixed level looks at the value. So a detector can have a good average precision and count badly.",
                right=True,
            ),
            Option(
                "Suppression keeps other boxes than before",
                "It asks which of two boxes is surer, and how much they overlap. Neither has changed.",
            ),
        ),
    ),
    Question(
        "5a.4",
        "Of a picture with 4,096 pixels, 3,900 are paper. A network calls every pixel paper. Which number should you "
        "look at?",
        (
            Option(
                "The share of right pixels, 95 %",
                "It is high because paper is easy and frequent; not one glyph was found.",
            ),
            Option(
                "The cross-entropy, since it is what was trained",
                "It can be small for the same reason: most of its terms are those of paper.",
            ),
            Option(
                "The IoU of each class, and their mean",
                "Paper has 0.95 and every glyph that is there has 0, so the mean tells the truth at once.",
                right=True,
            ),
            Option(
                "The average precision of boxes",
                "Pixels without boxes have none. It judges another output.",
            ),
        ),
    ),
    Question(
        "5a.5",
        "You choose the score from which boxes count by looking at the test pictures, and report how many of these "
        "pictures are counted right. What is wrong?",
        (
            Option(
                "Nothing: no weight was trained on them",
                "A level is a parameter as well. Whatever is chosen by the test pictures fits their luck.",
            ),
            Option(
                "The training pictures should have been used",
                "The network is surer there than anywhere else, so the level would be too high for new pictures.",
            ),
            Option(
                "The level should have been 0.5, as for probabilities",
                "Nothing says that a score of 0.5 means one half. Choosing it is right, on other pictures.",
            ),
            Option(
                "It is the best of several results on the same pictures, so it is too good on average",
                "The more levels are tried and the fewer pictures there are, the more. Choose on validation pictures.",
                right=True,
            ),
        ),
    ),
)
