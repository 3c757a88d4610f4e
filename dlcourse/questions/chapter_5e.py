"""Why this file exists: the questions of lab 5e, in the order in which they stand in the notebook."""

from .base import Option, Question

QUESTIONS = (
    Question(
        "5e.1",
        "A cart still balances its pole when the limit of 500 steps ends the episode. What is the target of its last "
        "step in Q-learning?",
        (
            Option(
                "The reward alone, since the episode is over",
                "The episode is over for the loop that plays, not for the pole. The same state in the middle of an "
                "episode would get another target.",
            ),
            Option(
                "The reward plus the discounted worth of the state that was reached",
                "The limit is ours and not the world's. From that state on more could have been earned.",
                right=True,
            ),
            Option(
                "The reward plus the discounted worth of the first state of the next episode",
                "No action leads there. That mistake happens easily if the environment begins anew by itself.",
            ),
            Option(
                "The reward minus a penalty, so that the network learns to hurry",
                "Nobody asked it to hurry, and the end by the limit is the best thing that can happen to it.",
            ),
        ),
    ),
    Question(
        "5e.2",
        "Which of these can be subtracted from the return in REINFORCE without bending the mean of the gradient?",
        (
            Option(
                "A learned value of the state in which the action was taken",
                "It was fixed before the action was drawn, so that its product with the slope of log pi has mean 0.",
                right=True,
            ),
            Option(
                "A learned value of the state and the action",
                "It depends on what was drawn. If it were exact, nothing would be left to learn from.",
            ),
            Option(
                "The mean return of the other episodes of the batch",
                "Other episodes know nothing of the action that was drawn in this one.",
                right=True,
            ),
            Option(
                "The return of the same episode, smoothed over time",
                "What came after the action is in it, and so is the effect of the action itself.",
            ),
        ),
    ),
    Question(
        "5e.3",
        "All actions of a state are worth the same, and their estimates scatter around it without bias. What does the "
        "largest estimate do?",
        (
            Option(
                "It scatters without bias as well, as each of them does",
                "Whoever picks the largest picks the one with the luckiest error.",
            ),
            Option(
                "It is too high only if the estimates are bad ones",
                "It is too high by less if they are good ones, and still too high. Only without any noise is it right.",
            ),
            Option(
                "It is too high on average, the more so the more actions there are",
                "The maximum is taken over errors as well. A second, independent estimate of the chosen action has no "
                "such luck.",
                right=True,
            ),
            Option(
                "It is too low, since errors cancel",
                "Errors cancel in a mean. In a maximum only one of them survives, and not a small one.",
            ),
        ),
    ),
    Question(
        "5e.4",
        "A paper shows one learning curve, and reports the return of its best checkpoint on the episodes by which this "
        "checkpoint was chosen. What does it say of the method?",
        (
            Option(
                "That it reaches this return with the next seed, too",
                "In this lab other seeds of the same learner need a few times more steps, or end badly.",
            ),
            Option(
                "What the last checkpoint is worth",
                "The last one can be far worse: a learner that reached the goal can lose it again.",
            ),
            Option(
                "Nothing at all",
                "It shows that the method can reach this return. What is missing is how often, and for how long.",
            ),
            Option(
                "That it can get there once; the number is an optimistic one, twice chosen",
                "One seed out of many, one checkpoint out of many. Fresh episodes and several seeds take both choices "
                "out.",
                right=True,
            ),
        ),
    ),
    Question(
        "5e.5",
        "A walker is given a small reward for each step beside the goal, as help, and from then on never enters it. "
        "What is the mistake?",
        (
            Option(
                "The reward: it pays for staying near, and the walker does exactly what it is paid for",
                "The best policy for a reward is not what somebody meant by it. A bonus that can be earned again and "
                "again may exceed the goal.",
                right=True,
            ),
            Option(
                "The learning: with more steps it would find the goal",
                "It has found the best policy. More learning makes it surer of it.",
            ),
            Option(
                "The exploration: it never saw the goal",
                "Where the process is solved exactly nothing needs to be explored, and the walker still stays outside.",
            ),
            Option(
                "The discount: with a smaller one it would care for the bonus less",
                "With a smaller one it may enter from next door, and from afar it cares less for the goal as well. The "
                "reward would still pay for something else than was meant.",
            ),
        ),
    ),
)
