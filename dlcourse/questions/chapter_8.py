"""Why this file exists: the questions of chapter 8, in the order in which they stand in the notebook."""

from .base import Option, Question

QUESTIONS = (
    Question(
        "8.1",
        "With 5 labels a class a fine-tuned network reads 91 % and one from scratch 86 %. With augmentation the one "
        "from scratch reads 91 %. What follows?",
        (
            Option(
                "Pretraining is useless: augmentation does the same",
                "Then the two together would be no better than either. That has to be measured, and here they add.",
            ),
            Option(
                "Against the baseline one would really use, the gain of pretraining is smaller than 5 points",
                "The question is what pretraining adds to everything that is free. So the row with augmentation on "
                "both sides belongs into the table.",
                right=True,
            ),
            Option(
                "Augmentation is a form of transfer",
                "It brings in knowledge, what may change without changing the class. But it comes from us and not from "
                "another task.",
            ),
            Option(
                "The comparison is invalid, since augmentation was used only once",
                "It is incomplete, and one more row completes it. Nothing that was measured becomes wrong by it.",
            ),
        ),
    ),
    Question(
        "8.2",
        "You set requires_grad to False for all parameters below the head, and train. Afterwards the features of a "
        "picture have changed. Why?",
        (
            Option(
                "The optimizer's weight decay has moved the weights",
                "Parameters without a gradient are passed over, decay included.",
            ),
            Option(
                "The head sends its gradient back into them",
                "It would; but a parameter that wants no gradient gets none.",
            ),
            Option(
                "Batch norms in training mode normalize by the batch, and move their running statistics",
                "Statistics are no parameters. A part that is to stay as it is must also be in evaluation mode.",
                right=True,
            ),
            Option(
                "They cannot have changed",
                "They have, with every weight in its place. Not all that a layer computes with is a parameter.",
            ),
        ),
    ),
    Question(
        "8.3",
        "A LoRA of rank 4 is put beside a frozen matrix of 64 x 64. Which is true at the start and at the end of "
        "training?",
        (
            Option(
                "At the start the layer computes what it computed before",
                "One of the two factors begins at 0, so their product is 0.",
                right=True,
            ),
            Option(
                "At the start both factors are 0",
                "Then neither would get a gradient, since each one's gradient has the other as a factor, and nothing "
                "would ever move.",
            ),
            Option(
                "At the end the change of the matrix has at most rank 4",
                "It is a product through 4 numbers, whatever was learned.",
                right=True,
            ),
            Option(
                "At the end it needs more multiplications for each picture than before, and this cannot be helped",
                "The product can be added to the matrix once, and the layer costs what it cost before.",
            ),
        ),
    ),
    Question(
        "8.4",
        "Two ways are compared with one label per class, one draw each: 67 % against 64 %. Another draw of labels may "
        "change either by 7 points. What can be said?",
        (
            Option(
                "The first is better, by 3 points",
                "One draw of ten pictures decides more than the ways do.",
            ),
            Option(
                "Nothing about the ways; compare them on the same draws, several of them, and look at the differences",
                "With the same draws for both, what a draw does to both cancels, and the spread of the differences "
                "says what may be claimed.",
                right=True,
            ),
            Option(
                "They are equally good",
                "That was not shown either. Not to see a difference is not to see that there is none.",
            ),
            Option(
                "The first is better if the test set is large enough",
                "A large test set makes the two numbers exact for these two draws. It says nothing about other draws.",
            ),
        ),
    ),
    Question(
        "8.5",
        "A network learned to tell fonts apart, on the same pictures of letters. Its frozen features read digits no "
        "better than random features do. Why?",
        (
            Option(
                "It saw too few pictures",
                "It saw the same ones as the network that learned letters.",
            ),
            Option(
                "It did not learn its own task",
                "It may have learned that very well. What it learned is to keep the font and to ignore the letter.",
            ),
            Option(
                "What tells fonts apart is what tells digits not apart: it was taught to keep the wrong things",
                "A source task chooses what is kept. Shapes of characters were in its way.",
                right=True,
            ),
            Option(
                "Features can only be used for the task they were learned on",
                "Features of letters serve digits well, and no digit was among them.",
            ),
        ),
    ),
    Question(
        "8.6",
        "Why do the lower layers often get a smaller rate than the head?",
        (
            Option(
                "Their gradients are too large",
                "They may be, but then a norm or Adam would do. The reason is where these layers start.",
            ),
            Option(
                "There are more parameters in them",
                "In many networks there are fewer. The number of parameters does not decide how far each should move.",
            ),
            Option(
                "Small rates are exact, large ones are not",
                "Small rates are slow. From bad weights slow is no virtue.",
            ),
            Option(
                "They hold what was learned before, which few labels should not overwrite; the head is new and has "
                "nothing to lose",
                "How far a weight may go from its start is what a rate and a number of steps decide.",
                right=True,
            ),
        ),
    ),
    Question(
        "8.7",
        "You pseudo-label 900 unlabeled digits with a network that reads 85 % and train on those it is sure of. What "
        "decides whether this helps?",
        (
            Option(
                "Whether the sure ones are right more often, and whether they include what the network still has to "
                "learn",
                "If it is sure of its mistakes, it learns them. If it is sure only of what it knows, it learns "
                "nothing new.",
                right=True,
            ),
            Option(
                "Only their number: more examples are always better",
                "A wrong label is worse than none, and 15 % of 900 would be wrong.",
            ),
            Option(
                "Nothing: without new labels there is no new information",
                "The pictures themselves say where digits lie close together. That is information about the classes if "
                "classes are clusters.",
            ),
            Option(
                "Whether the threshold is at least 0.5, since then most labels are right",
                "A confidence is a claim of the network. Whether it is calibrated on these pictures has to be "
                "measured.",
            ),
        ),
    ),
    Question(
        "8.8",
        "A downloaded network was pretrained on pictures from the web, and your test pictures are from the web as "
        "well. Why may your test be worthless?",
        (
            Option(
                "Because the pretraining was done by somebody else",
                "Who trained it does not matter. What it has seen does.",
            ),
            Option(
                "Because the two sets are from the same distribution",
                "That is what a test should be. It must not be the same pictures.",
            ),
            Option(
                "Because the test pictures, or near copies of them, may have been in the pretraining",
                "Then the test measures memory. Your own split does not protect against it; only a look for copies, or "
                "data made later, does.",
                right=True,
            ),
            Option(
                "Because the head was trained on few labels",
                "That makes the result less exact, and a test is there to say so.",
            ),
        ),
    ),
)
