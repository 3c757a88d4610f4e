"""Why this file exists: the questions of chapter 3, in the order in which they stand in the notebook."""

from .base import Option, Question

QUESTIONS = (
    Question(
        "3.1",
        "The value $h$ goes into two layers. On the way back one of them hands it the slope 0.3, and then the other "
        "hands it $-0.1$. What is the slope of the loss by $h$?",
        (
            Option(
                "$-0.1$",
                "This is what an engine finds that writes the second part over the first. The chapter breaks "
                "`backward` in just this way.",
            ),
            Option(
                "$0.1$",
                "A mean would be right if each path had half of $h$. A change of $h$ acts on both paths in full.",
            ),
            Option(
                "$-0.03$",
                "Slopes multiply along one path. These two come from different paths.",
            ),
            Option(
                "$0.2$",
                "If $h$ moves a little, both users feel it, and to first order the two changes of the loss add up.",
                right=True,
            ),
        ),
    ),
    Question(
        "3.2",
        "A program turns 3 numbers into 1,000,000 pixels. You want the slope of every pixel by each of the 3 numbers. "
        "What is cheapest?",
        (
            Option(
                "Reverse mode, since it is always the cheapest",
                "It costs a pass for each output. It wins for a loss, because a loss is a single one.",
            ),
            Option(
                "Forward mode, 3 passes",
                "Each pass carries the slopes by one input along and arrives at all pixels at once: a column of the "
                "Jacobian.",
                right=True,
            ),
            Option(
                "Writing down the Jacobian of each operation and multiplying them",
                "Between two arrays of a million numbers such a table has $10^{12}$ entries, nearly all of them 0. "
                "Rules exist so that nobody forms it.",
            ),
            Option(
                "It makes no difference, the number of slopes is the same",
                "The slopes are equally many; what differs is how many of them a single pass delivers.",
            ),
        ),
    ),
    Question(
        "3.3",
        "You wrote a rule of your own, and the training loss falls from the first step to the last. What does this say "
        "about the rule?",
        (
            Option(
                "Little: a wrong gradient can still point downhill",
                "The planted mistakes of the chapter point downhill, too. What tells is a comparison with finite "
                "differences along random directions.",
                right=True,
            ),
            Option(
                "It is right, otherwise the loss would rise",
                "For the loss to fall, a step only has to make an angle of less than 90 degrees with the right one.",
            ),
            Option(
                "It is right if the validation loss falls as well",
                "Validation measures the weights that came out. It knows nothing about how they were found.",
            ),
            Option(
                "It is wrong by 0.05 % at most",
                "The chapter plants such a mistake to test its check; no falling loss sets a bound for it.",
            ),
        ),
    ),
    Question(
        "3.4",
        r"A run goes well with momentum $\mu = 0.9$ and rate 0.02. You raise $\mu$ to 0.99 and want steps of the same "
        "length where slopes agree. Which rate?",
        (
            Option(
                "0.02: momentum and rate are separate settings",
                "With a steady slope the running sum grows to 100 times the slope, where it was 10 times before.",
            ),
            Option(
                "0.2",
                "That goes the wrong way. More momentum makes steps longer, so the rate has to shrink.",
            ),
            Option(
                "0.002",
                r"The effective rate is $\eta / (1 - \mu)$: $0.02 / 0.1 = 0.2$ before, and $0.002 / 0.01 = 0.2$ now.",
                right=True,
            ),
            Option(
                "0.0182, since $0.9 / 0.99 = 0.91$",
                r"What counts is the distance of $\mu$ from 1, and that has become ten times smaller.",
            ),
        ),
    ),
    Question(
        "3.5",
        "Somebody reports a loss in other units, 100 times as large. Which settings have to change so that every step "
        "is as before?",
        (
            Option(
                "The rate of plain gradient descent, to a hundredth",
                "Gradients are 100 times as large, and nothing else in the step takes that back.",
                right=True,
            ),
            Option(
                "The rate of Adam, to a hundredth",
                r"Adam divides by the root of $v$, which grows 100 times as well (up to $\varepsilon$).",
            ),
            Option(
                "The length to which gradients are clipped, to 100 times as much",
                "The limit is compared with the norm of the gradient, so it is measured in the units of the loss.",
                right=True,
            ),
            Option(
                r"The decay $\lambda$ of AdamW, to 100 times as much",
                "AdamW shrinks the weights apart from the gradient. A penalty inside the loss would have to follow it.",
            ),
        ),
    ),
    Question(
        "3.6",
        "On a new task Adam at rate 0.001 reads 95 % and gradient descent at rate 0.001 reads 81 %, each the mean of "
        "five seeds. What have you learned about the two optimizers?",
        (
            Option(
                "That Adam is better, since five seeds agree",
                "Seeds tell how much luck there is in a run. They cannot repair a comparison that is unfair in each.",
            ),
            Option(
                "That Adam is better, since both had the same rate",
                "A rate means something else to each of them: on the digits the best rates lay a factor of 100 apart.",
            ),
            Option(
                "That gradient descent needs more steps",
                "It may need a larger rate, and then not one step more.",
            ),
            Option(
                "Next to nothing before each has had its own sweep",
                "0.001 is a usual rate for one of them and a tiny one for the other. So far the choice of the rate has "
                "been measured, not the optimizer.",
                right=True,
            ),
        ),
    ),
    Question(
        "3.7",
        "Four machines hold 16 rows each of a batch of 64, and average their gradients. For which networks is this the "
        "gradient of the whole batch?",
        (
            Option(
                "A network with layer norm",
                "Each row is normalized by its own numbers, so it does not matter which rows are with it.",
                right=True,
            ),
            Option(
                "A network with batch norm",
                "A row is normalized by the rows of its shard, and those of the other machines are missing.",
            ),
            Option(
                "A network whose loss is the sum over the rows",
                "The average of four sums is a quarter of the whole sum. Here the gradients have to be added.",
            ),
            Option(
                r"A network with a penalty $\frac{\lambda}{2} \lvert w \rvert^2$ in a loss that is a mean over rows",
                "All machines compute the same penalty, and the average of four equal gradients is that gradient.",
                right=True,
            ),
        ),
    ),
    Question(
        "3.8",
        "The first loss is 2.30, for ten classes, and the losses fall well until one is NaN in step 40 of the first "
        "epoch. What do you do first?",
        (
            Option(
                "Lower the rate",
                "The losses fell until then and none jumped up, as they do when steps are too long. It costs a run to "
                "find out.",
            ),
            Option(
                "Clip the gradients",
                "If a gradient holds NaN, its norm is NaN, and so is everything that is multiplied by the factor.",
            ),
            Option(
                "Look whether all the data are finite, first of all those of step 40",
                "It takes one line, and a run with NaN in its data can show every other symptom as well.",
                right=True,
            ),
            Option(
                "Start again with another seed",
                "Another order of rows moves the NaN to another step. The row that holds it is still there.",
            ),
        ),
    ),
)
