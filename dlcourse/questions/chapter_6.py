"""Why this file exists: the questions of chapter 6, in the order in which they stand in the notebook."""

from .base import Option, Question

QUESTIONS = (
    Question(
        "6.1",
        "A convolution has kernels of 3 x 3, a padding of 1 and a stride of 2. Its input has 15 rows. How many rows "
        "has its output?",
        (
            Option(
                "7",
                r"Half of 15, rounded down. But the first place always counts: $\lfloor (15 + 2 - 3) / 2 \rfloor$ is "
                "7, and one more is the number of places.",
            ),
            Option(
                "7.5, so this stride does not fit",
                "Every stride fits. What the last step leaves over is not looked at.",
            ),
            Option(
                "8",
                r"$\lfloor (15 + 2 - 2 - 1) / 2 \rfloor + 1$. The places begin at the padded rows 0, 2, 4 and so on "
                "up to 14, and from there the kernel reaches exactly to the end.",
                right=True,
            ),
            Option(
                "13",
                "That is the size without stride and padding, $15 - 3 + 1$.",
            ),
        ),
    ),
    Question(
        "6.2",
        "You give the same network, convolutions and then global average pooling, pictures with twice as many rows and "
        "twice as many columns. What happens to its parameters and to its multiplications?",
        (
            Option(
                "Both become four times as many",
                "So it would be for a dense layer with a fixed number of outputs. A kernel does not know how large the "
                "picture is.",
            ),
            Option(
                "The parameters stay, the multiplications become about four times as many",
                "Each weight is used at every place, and there are four times as many places.",
                right=True,
            ),
            Option(
                "Both stay, since the kernels are shared",
                "Sharing saves weights, not work. The one weight is multiplied at each place anew.",
            ),
            Option(
                "It cannot take them: its last layer expects another size",
                "A dense layer behind a list of all places would. Here it gets one number for each map, the mean.",
            ),
        ),
    ),
    Question(
        "6.3",
        "Why does the gradient by the image use the kernel turned by 180 degrees?",
        (
            Option(
                "Because backward undoes forward, and turning by 180 degrees undoes the kernel",
                "The transpose is no inverse: what forward has averaged away cannot come back.",
            ),
            Option(
                "Because true convolutions are what mathematics uses",
                "It is no convention. With either definition forward, backward has the other one.",
            ),
            Option(
                "Because the gradient runs from the last output to the first, so rows and columns are read backward",
                "Nothing is read in another order; the question is which outputs a pixel enters.",
            ),
            Option(
                "Because a pixel stands under the right side of the kernel for the output on its left",
                "Output $i$ takes pixel $i + a$ with the weight $a$, so pixel $m$ hands $W_a$ to output $m - a$: the "
                "larger $a$, the farther left the output.",
                right=True,
            ),
        ),
    ),
    Question(
        "6.4",
        "Which of these maps follow every shift of an image on a ring?",
        (
            Option(
                "A ReLU",
                "It treats every number by itself, wherever it stands.",
                right=True,
            ),
            Option(
                "Max pooling of 2 x 2 with a stride of 2",
                "It follows even shifts. After a shift by one, other pixels share a window.",
            ),
            Option(
                "A circular convolution with a dilation of 2",
                "The kernel looks farther, and still at the same distances from every place.",
                right=True,
            ),
            Option(
                "A convolution with zeros around the image",
                "Near the border the zeros come in where on the ring the other side of the image stands.",
            ),
            Option(
                "Adding a learned number to each pixel, another one for each place",
                "These numbers stay where they are when the image moves. A transformer for pictures has them so that "
                "it can tell places apart.",
            ),
        ),
    ),
    Question(
        "6.5",
        "All pictures, learned and new, have their pixels rearranged by the same permutation, and every method is "
        "trained on them anew. Whom does it harm?",
        (
            Option(
                "Nobody, since no information is lost",
                "The information is there. What is lost is that an assumption about neighbors is true.",
            ),
            Option(
                "The convolutional network alone among those that were compared with it here",
                "The vision transformer lost, too: its patches of four pixels assume a little about neighbors.",
            ),
            Option(
                "The dense network, which has to learn a new order",
                "It never knew an order. Permuted weights give the same sums, and it begins with random ones.",
            ),
            Option(
                "Every method that is told, in whatever form, which pixels lie together",
                "Such knowledge is worth something only as long as it is right. The dense network was told nothing and "
                "lost nothing.",
                right=True,
            ),
        ),
    ),
    Question(
        "6.6",
        "A network says 90 % about each of 100 pictures and is right for 80 of them. You divide its logits by a "
        "temperature above 1. What can that change?",
        (
            Option(
                "It can make all 90 right",
                "No temperature changes which logit is largest, so 80 answers stay right.",
            ),
            Option(
                "It can make 90 % into 80 % for these pictures",
                "A temperature above 1 makes answers less sure. Where 90 % becomes 80 %, the words fit the facts, as "
                "long as the pictures come from the same source.",
                right=True,
            ),
            Option(
                "It can make its probabilities true, also for pictures of another kind",
                "The chapter's temperatures were chosen on some rows and did harm on others.",
            ),
            Option(
                "Nothing, since softmax takes the temperature out again",
                "Softmax ignores what is added to all logits. A factor changes their differences.",
            ),
        ),
    ),
    Question(
        "6.7",
        "A heat map changes completely when the network's weights are shuffled. What does that say?",
        (
            Option(
                "The map depends on the network's weights",
                "A map of noise, drawn anew for each network, would pass, too. Whether the map is right needs a cause "
                "that is known.",
                right=True,
            ),
            Option(
                "The map shows which pixels this network's answer was based on",
                "In the chapter one method passed this check and then pointed beside a mark that was known to count.",
            ),
            Option(
                "The map cannot be trusted, since a good one is stable",
                "Stable against what? A network that knows nothing should not get the explanation of one that reads.",
            ),
            Option(
                "The map is better than an edge detector in every respect",
                "In this one: an edge detector never looks at the network. For the others one has to measure.",
            ),
        ),
    ),
    Question(
        "6.8",
        "A network is said to resist attacks: PGD leaves 80 % of its answers right. Which findings should make you "
        "doubt the attack rather than believe in the network?",
        (
            Option(
                "Pictures that were made to deceive another network deceive it more often",
                "Somebody who does not know the network should not do better than somebody who does.",
                right=True,
            ),
            Option(
                "With changes of any size allowed, many answers are still right",
                "Then any picture may become any other. An attack that fails at that is broken.",
                right=True,
            ),
            Option(
                "Random signs of the same size do little harm",
                "That is so for every network in the chapter. Noise is no attack, since its parts cancel.",
            ),
            Option(
                "It reads clean pictures a little worse than a usual network",
                "Many hardened networks do. It is a price, and no sign of a trick.",
            ),
        ),
    ),
)
