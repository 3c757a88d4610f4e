"""Why this file exists: the questions of chapter 2, in the order in which they stand in the notebook."""

from .base import Option, Question

QUESTIONS = (
    Question(
        "2.1",
        "A ReLU network has one input, one output and three hidden layers of 4 units. Into at most how many straight "
        "pieces can its curve fall, by the argument of the chapter?",
        (
            Option(
                "13, one joint for each unit",
                "So many joints 12 units make side by side. In a row, a unit of a later layer can bend once on "
                "every piece that it gets.",
            ),
            Option(
                r"$4^3 = 64$",
                "Four joints cut a piece into five, not into four.",
            ),
            Option(
                r"$5^3 = 125$",
                "One piece to begin with, and each layer cuts each piece into at most $4 + 1$.",
                right=True,
            ),
            Option(
                r"$2^{12} = 4096$",
                "That is the number of patterns of silent and active units. On a line only few of them can occur.",
            ),
        ),
    ),
    Question(
        "2.2",
        "A sawtooth of 1,024 pieces needs 61 parameters in a deep network and 3,070 in one with a single hidden layer. "
        "What follows?",
        (
            Option(
                "There are functions for which depth is far cheaper than width",
                "So much is shown, for this function. It is made of steps that are repeated, and depth repeats.",
                right=True,
            ),
            Option(
                "Deep networks learn digits from fewer examples",
                "The count is about what weights can do. It says nothing about other functions, nor about examples.",
            ),
            Option(
                "Training finds the sawtooth more easily in the deep network",
                "That good weights exist does not mean that gradient descent gets there. The folds were set by hand.",
            ),
            Option(
                "A deep network has more pieces than a wide one with as many parameters",
                "It may have more. The random networks of the chapter did not: about one joint for each unit, however "
                "they were arranged.",
            ),
        ),
    ),
    Question(
        "2.3",
        r"Inputs have mean square 1, and a layer without a bias has 100 of them. Its weights have the variance "
        r"$\frac{1}{50}$. What is the mean square of $z$, and what is it behind a ReLU?",
        (
            Option(
                "1 and 1, since these are He's weights",
                "He's weights keep the size from one $z$ to the next $z$, with a ReLU between. Here there is none "
                "before the layer, and one behind it.",
            ),
            Option(
                "2 and 1",
                r"$100 \cdot \frac{1}{50} \cdot 1 = 2$, and ReLU keeps half of a mean square.",
                right=True,
            ),
            Option(
                r"2 and $\sqrt2$",
                "ReLU keeps half of the mean square. It is the length that is divided by a root of 2.",
            ),
            Option(
                "0 and 0, since the weights have mean 0",
                "The mean of $z$ is 0. Positive and negative values do not cancel in a square.",
            ),
        ),
    ),
    Question(
        "2.4",
        "A ReLU network of 20 equally wide layers has no biases, and weights a third as large as He's. What do you see "
        "in its gradients before the first step?",
        (
            Option(
                "Those of the first layers are the shortest, those of the last layers are healthy",
                "So it is for the gradients by $z$. That by a weight is this times the signal, and the signal is "
                "smallest in the last layers.",
            ),
            Option(
                "Those of the last layers are the shortest",
                "The signal fades toward the end, but the gradient by $z$ fades toward the beginning. Look at the "
                "product.",
            ),
            Option(
                "Nothing special, since weights that are too small can grow",
                "They grow by their gradients. How long are these, after 19 factors of a third?",
            ),
            Option(
                "Those of all weights are about equally short",
                r"Signal and gradient meet in each layer with the same 19 factors of $\frac13$ between them: about "
                "a billionth.",
                right=True,
            ),
        ),
    ),
    Question(
        "2.5",
        "What changes if all weights of a linear layer before a batch norm (in training) are multiplied by 5?",
        (
            Option(
                "Nothing at all, since the norm takes the factor out again",
                "For the output that is true. But the gradient by these weights is divided by 5, so a step turns "
                "them less.",
            ),
            Option(
                r"The output gets 5 times as large, until $\gamma$ has learned to make up for it",
                r"Mean and standard deviation get 5 times as large as well, and $\hat x$ stays. $\gamma$ has nothing "
                "to do.",
            ),
            Option(
                "The gradient by these weights gets 5 times as large",
                "Without the norm behind them, larger weights in the layer before would have that effect. These cancel "
                "in the output, so a small change of them counts less, not more.",
            ),
            Option(
                "The output stays, and the gradient by these weights gets 5 times smaller",
                r"From $L(cW) = L(W)$ follows $c\, \nabla L(cW) = \nabla L(W)$.",
                right=True,
            ),
        ),
    ),
    Question(
        "2.6",
        "A network with batch norm is to answer one image at a time. Whoever forgets `model.eval()` before that gets "
        "an error and no answer. Why would an answer be worthless?",
        (
            Option(
                "The weights go on learning",
                "Weights move only when an optimizer makes a step. What does go on are the running means.",
            ),
            Option(
                "In a batch of one every unit equals its own mean, so nothing of the image is left",
                r"$x - \bar x = 0$ in every unit, whatever was shown. In evaluation the running numbers are used.",
                right=True,
            ),
            Option(
                "The running means have not settled after training",
                "They have, after so many batches. In training mode they are not used at all.",
            ),
            Option(
                r"One image is too few to estimate $\gamma$ and $\beta$",
                "Nobody estimates these from the batch; they are learned, as weights are. Estimated are mean and "
                "variance.",
            ),
        ),
    ),
    Question(
        "2.7",
        "Batch norm and layer norm: which statement is true?",
        (
            Option(
                "Layer norm does the same in training and in evaluation",
                "It needs nothing but the one example, and so no running numbers.",
                right=True,
            ),
            Option(
                r"With layer norm each example has its own $\gamma$ and $\beta$",
                "Examples come and go; what is learned belongs to the units. Only mean and variance belong to the "
                "example.",
            ),
            Option(
                "A linear layer before a layer norm needs no bias, as before a batch norm",
                "Batch norm subtracts each unit's own mean, and with it the bias. Layer norm subtracts what all units "
                "of the example have in common, and the biases differ from unit to unit.",
            ),
            Option(
                "With batch norm in each layer gradients can no longer explode",
                "It holds the signal. In a plain network the mean square of the gradient grew by 1.47 per layer all "
                "the same.",
            ),
        ),
    ),
    Question(
        "2.8",
        "32 residual blocks $h + f(h)$ have branches with He's weights. What is true before the first step?",
        (
            Option(
                "Signal and gradient keep their size, thanks to the way around",
                "The way around keeps what it carries. But each branch adds as much again, so the mean square "
                r"doubles in each block: $2^{32}$.",
            ),
            Option(
                "The gradient vanishes as in a plain network, only later",
                "On the way around it arrives untouched. Nothing makes it smaller.",
            ),
            Option(
                r"It explodes, and dividing each branch by $\sqrt{32}$ is one remedy",
                r"Then a block multiplies by $1 + \frac{1}{32}$, and 32 of them by less than $e$.",
                right=True,
            ),
            Option(
                "It explodes, and dividing each branch by 2 is enough",
                r"A block then multiplies by $1 + \frac14$, and 32 of them by more than a thousand. The more blocks, "
                "the smaller the branch.",
            ),
        ),
    ),
)
