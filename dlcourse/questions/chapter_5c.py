"""Why this file exists: the questions of lab 5c, in the order in which they stand in the notebook."""

from .base import Option, Question

QUESTIONS = (
    Question(
        "5c.1",
        "A frame has 256 samples at 8000 per second. You take 512 instead. What changes in the spectrogram?",
        (
            Option(
                "It has twice as many frames",
                "The number of frames is set by the hop. Longer frames overlap more; there are even a few fewer.",
            ),
            Option(
                "Frequencies are told apart twice as finely, and moments half as finely",
                "Neighboring frequencies lie 8000 / 512 instead of 8000 / 256 Hz apart, and each column is a mean over "
                "64 ms instead of 32. One is paid for by the other.",
                right=True,
            ),
            Option(
                "Frequencies up to 8000 Hz become visible",
                "The highest frequency is half the rate, whatever the length of a frame.",
            ),
            Option(
                "Nothing but the size of the file",
                "Had it no price, everybody would take one frame for the whole clip, and see no word any more.",
            ),
        ),
    ),
    Question(
        "5c.2",
        "A network trained on clean clips reads nearly all clean clips by new speakers, and far fewer at 20 dB, "
        "where people hardly notice the noise. What has it learned?",
        (
            Option(
                "Too little: more clean clips would help",
                "There is no noise in a thousand more of them either, and nothing asks the network to ignore it.",
            ),
            Option(
                "The speakers by heart",
                "Then it would fail with new speakers as well. It does not.",
            ),
            Option(
                "Features that are reliable in clean clips, quiet frames and gaps among them, and noise fills these",
                "Whatever tells the classes apart in training is used. The logarithm makes the quiet parts of a clip "
                "as important as the loud ones, and they are what a little noise changes most.",
                right=True,
            ),
            Option(
                "That noise is a digit",
                "It has no class for that; it must name a digit, and softmax makes it sound sure.",
            ),
        ),
    ),
    Question(
        "5c.3",
        "Why does CTC need a blank besides the symbols?",
        (
            Option(
                "To say nothing between words, and to separate two equal symbols",
                "Frames in which no symbol is heard need an answer, too; and since runs are merged, 3 3 could not be "
                "told from 3 without something between them.",
                right=True,
            ),
            Option(
                "To pad short strings to one length",
                "That is a matter of storing strings in an array. The blank is an answer of the network.",
            ),
            Option(
                "To mark where each word begins",
                "Nobody has told the network where that is. It may give a blank anywhere between two symbols, or none.",
            ),
            Option(
                "As a class for digits that it does not know",
                "There is none of these in training. A blank is the right answer for most frames of a string it knows.",
            ),
        ),
    ),
    Question(
        "5c.4",
        "Two frames, two classes: the blank has 0.6 in each frame, the symbol a 0.4. What do the best path and an "
        "exact beam search write?",
        (
            Option(
                "Both nothing, since the blank is likelier in each frame",
                "The path of two blanks has 0.36. But three paths spell a, and it is strings that are asked for.",
            ),
            Option(
                "Both a, since it has more paths",
                "The best path does not count paths: it takes the best class of each frame.",
            ),
            Option(
                "The best path aa, the beam a",
                "In no frame is a the best class; and runs are merged, so that aa would be read as a.",
            ),
            Option(
                "The best path nothing, the beam a",
                "Two blanks have 0.36; a has 0.16 + 0.24 + 0.24 = 0.64, which no single path shows.",
                right=True,
            ),
        ),
    ),
    Question(
        "5c.5",
        "A recognizer writes 3 1 7 7 where 3 7 was said. How many edits is that for each digit, and what may such a "
        "rate be?",
        (
            Option(
                "0.5 of what it wrote is wrong, and the rate never exceeds 1",
                "One divides by what was said. Who writes twice as much can have as many edits as digits.",
            ),
            Option(
                "2 insertions over 2 digits, which is 1; with more invented digits it exceeds 1",
                "The fewest edits are to take out 1 and one 7. Nothing keeps a recognizer from inventing more.",
                right=True,
            ),
            Option(
                "3 of 4 places differ, so 0.75",
                "Place by place one early insertion makes all that follows wrong. An edit may move the rest.",
            ),
            Option(
                "0, since it contains 3 and 7 in the right order",
                "Then a recognizer that writes every digit ten times would be perfect.",
            ),
        ),
    ),
)
