"""Why this file exists: the questions of lab 5f, in the order in which they stand in the notebook."""

from .base import Option, Question

QUESTIONS = (
    Question(
        "5f.1",
        "In a search tree a move has the mean result +0.8 in the position where it is played. What does that say of "
        "the position it leads to?",
        (
            Option(
                "Whoever moves there may expect +0.8",
                "Then both players would want the same. After the move the other one is to move, and for that one the "
                "result has the opposite sign.",
            ),
            Option(
                "Whoever moves there may expect -0.8",
                "A mean belongs to the player who chose the move; the next position is seen by the opponent.",
                right=True,
            ),
            Option(
                "It is won under best play",
                "A mean of walks is no proof: they also went through bad answers, and were judged by a network or by "
                "random games.",
            ),
            Option(
                "Nothing, since the prior is not known",
                "The prior says where to look first. What was found there stands in the mean.",
            ),
        ),
    ),
    Question(
        "5f.2",
        "Why does self-play learn the shares of the visits and not simply the move that was played?",
        (
            Option(
                "The played move may be illegal",
                "A search only ever plays legal moves, so nothing of that kind has to be avoided.",
            ),
            Option(
                "A cross-entropy is only defined for whole distributions",
                "One move is a distribution too: 1 for it and 0 for the others, as with the classes of chapter 1.",
            ),
            Option(
                "The shares also say how the search judged all other moves, and do not depend on the draw",
                "Two moves with 48 and 52 visits are about equally good. One drawn move would hide that, and in the "
                "opening it is a matter of luck which one it is.",
                right=True,
            ),
            Option(
                "Otherwise the value head could not be trained",
                "The value learns from the results of the games, whatever the policy learns from.",
            ),
        ),
    ),
    Question(
        "5f.3",
        "The bare network loses no line of tic-tac-toe. In another test it chooses a bad move in about one position of "
        "thirty. How do both go together?",
        (
            Option(
                "The bad moves lie in positions that its own play never leads to",
                "It chooses its own moves, so most positions cannot arise in its games; there it has hardly practiced.",
                right=True,
            ),
            Option(
                "The opponents were too weak to punish the bad moves",
                "The opponent tried every move in every position, so also the one that punishes.",
            ),
            Option(
                "One of the two measurements must be wrong",
                "They ask different things: all lines against one player, and all positions of the game.",
            ),
            Option(
                "A bad move in tic-tac-toe never loses, since the game is a draw",
                "A draw is what two good players reach. From many positions one bad move loses at once.",
            ),
        ),
    ),
    Question(
        "5f.4",
        "All games of a round of self-play turn out to be the same game. Which of these would bring variety?",
        (
            Option(
                "A larger batch for the optimizer",
                "It would average over more copies of one game. What is in the games is decided before.",
            ),
            Option(
                "Drawing the first moves in proportion to their visits",
                "Then games part early, and each goes on in its own way.",
                right=True,
            ),
            Option(
                "More walks in each search",
                "More walks make the search surer, and without any chance it remains the same in all games.",
            ),
            Option(
                "Dirichlet noise on the priors of the roots",
                "Each search looks at somewhat different moves first, so visits differ, and other moves come to be "
                "played.",
                right=True,
            ),
        ),
    ),
    Question(
        "5f.5",
        "A network with 100 walks wins 30 of 40 games against UCT with 300 walks. What may be said?",
        (
            Option(
                "It plays Connect Four well",
                "UCT with random rollouts is a weak opponent. The game is solved, and a perfect player would win every "
                "game in which it begins.",
            ),
            Option(
                "It is three times as strong, since it needs a third of the walks",
                "A walk of one is not a walk of the other: a network's opinion and a random game cost different work, "
                "and strength is no ratio of walks.",
            ),
            Option(
                "Against this opponent it wins more than half, with a share between about 60 % and 86 %",
                "That is the interval of 30 successes in 40 trials, and it speaks of this opponent only.",
                right=True,
            ),
            Option(
                "Nothing, 40 games are too few",
                "Too few for a precise share. But with 30 of 40 the interval lies wholly above one half.",
            ),
        ),
    ),
)
