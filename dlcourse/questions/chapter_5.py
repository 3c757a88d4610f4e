"""Why this file exists: the questions of chapter 5, in the order in which they stand in the notebook."""

from .base import Option, Question

QUESTIONS = (
    Question(
        "5.1",
        "A detector claims 40 things, and 30 of them are there. 60 things are there in all. What are its scores?",
        (
            Option("precision 0.75, recall 0.5", "30 of 40 claims are true; 30 of 60 things were found.", right=True),
            Option(
                "precision 0.5, recall 0.75",
                "The two are exchanged. Precision asks about what was claimed, recall about what is there.",
            ),
            Option(
                "precision 0.75, recall 0.67",
                "That divides the claims by the things, 40 by 60. A claim that is wrong has found nothing.",
            ),
            Option(
                "one cannot say without knowing how many places are empty",
                "That would be needed for accuracy. True negatives occur in neither of these two scores.",
            ),
        ),
    ),
    Question(
        "5.2",
        "The edit distance from what was said to what was written is 12, and what was said has 10 digits. Is that "
        "possible?",
        (
            Option(
                "No, an error rate is at most 1",
                "It is a distance divided by a length and not a share. Whoever writes down too much has to delete more "
                "than was said.",
            ),
            Option(
                "Yes, if more than 10 digits were written",
                "With 12 written digits, none of them right, 10 replacements and 2 deletions are needed.",
                right=True,
            ),
            Option(
                "Yes, if every digit is wrong",
                "With the right number of digits ten replacements always suffice: an error rate of at most 1.",
            ),
        ),
    ),
    Question(
        "5.3",
        "A network gives calibrated probabilities. A miss costs four times as much as a false alarm. From which "
        "probability should one say yes?",
        (
            Option("0.2", "With prices 1 and 4 the threshold is 1 / (1 + 4): say yes early, since misses are dear.",
                   right=True),
            Option("0.25", "That is the ratio of the prices. At p = 0.22 a no costs 0.88 on average and a yes 0.78."),
            Option("0.5", "That is right where both mistakes cost the same."),
            Option("0.8", "That is for false alarms that cost four times as much; here it is the other way round."),
        ),
    ),
    Question(
        "5.4",
        "Why is a translator trained with cross-entropy and not with the score by which translations are judged?",
        (
            Option(
                "Cross-entropy is the better measure of a translation",
                "It asks for one certain next word at a time. Nobody who reads a translation asks that.",
            ),
            Option(
                "Scores of whole sentences have no slope by the weights",
                "A score changes only when another word is chosen, and then it jumps. Its gradient is zero almost "
                "everywhere. It can be used as a reward, as in equation (5.5), at the price of much noise.",
                right=True,
            ),
            Option(
                "The score cannot be computed on training data",
                "It can, as soon as the right translation is known. It only cannot be differentiated.",
            ),
        ),
    ),
    Question(
        "5.5",
        "In this chapter the imitator that does not see the angular velocity still agrees with the rule in most "
        "states, and loses the pole early. What does that show?",
        (
            Option(
                "The network is too small",
                "The same network with all four numbers balances. It is what it sees that is missing.",
            ),
            Option(
                "It needs more episodes",
                "They would all lack the same number. No amount of them says how fast the pole falls.",
            ),
            Option(
                "The states in which it errs are the ones that matter",
                "Most states are easy, and agreement counts all states alike. The few in which the push decides weigh "
                "little in the mean and everything in the outcome.",
                right=True,
            ),
            Option(
                "Agreement was measured on training data",
                "It was measured on other episodes. The score is honest, it only answers another question.",
            ),
        ),
    ),
    Question(
        "5.6",
        "Which of these would make a test score better than what one meets in use?",
        (
            Option("Rows of one document on both sides of the division",
                   "The network can recognize the document instead of the subject.", right=True),
            Option("A threshold that was chosen on the test rows",
                   "Then it fits the luck of these rows, and the score holds for them only.", right=True),
            Option("A test set in which rare cases are as rare as in life",
                   "That is as it should be. A test in which they are more frequent would flatter the precision."),
            Option("A test set recorded with the same microphone as the training",
                   "In use there are other microphones, and the score says nothing about them.", right=True),
            Option("Five seeds in place of one",
                   "They show how far the score spreads. A single seed, if it was chosen, would flatter."),
        ),
    ),
)
