"""Why this file exists: chapter 8's figure, in which a network that knows letters learns digits from your drawings."""

import functools
import itertools
import json

import numpy as np
import traitlets

from .. import data, no_grad
from ..tensor import Tensor
from ..transfer import Reader
from .base import HERE, Figure, random_numbers
from .read_digit import CLASSES, COARSE, drawn, points_of, prepared

SIDE = 14  # of the pictures that the network learned
PEN = 0.1  # how wide a stroke is, in shares of the pad
POOL, TEST = 200, 200  # digits of the data that can be taken as examples, and those that are read for the count
MOST = 5  # examples of a class
KINDS = ("letters", "pixels")
DRAWS = 1000
LAYERS = [("features.0.weight", "features.1"), ("features.4.weight", "features.5"), ("features.8.weight", "features.9")]
NORM = ("weight", "bias", "running_mean", "running_var")


def enlarged(counts) -> np.ndarray:
    """Pictures of counts as `data.load("digits", size=14)` has them: enlarged smoothly, with an empty border.

    Shapes:  (M, 8, 8), 0 to 16  ->  (M, 14, 14), 0 to 1 in steps of 1/255
    """
    from PIL import Image

    pictures = np.zeros((len(counts), SIDE, SIDE))
    for picture, count in zip(pictures, counts, strict=True):
        large = Image.fromarray(np.asarray(count, np.float32)).resize((SIDE - 2, SIDE - 2), Image.Resampling.BICUBIC)
        picture[1:-1, 1:-1] = np.rint(255 * np.clip(np.asarray(large, np.float64) / 16, 0, 1)) / 255
    return pictures


def class_means(rows, labels) -> list:
    """The mean of each class's rows, None for a class without one.   Shapes:  (M, D), (M,)  ->  ten times (D,)."""
    return [rows[labels == digit].mean(axis=0) if (labels == digit).any() else None for digit in range(CLASSES)]


def squared_distances(means, rows) -> np.ndarray:
    """From each row to each class's mean; infinite for a class without one.   Shapes:  (N, D)  ->  (N, 10)."""
    far = np.full((len(rows), CLASSES), np.inf)
    for digit, mean in enumerate(means):
        if mean is not None:
            far[:, digit] = ((rows - mean) ** 2).sum(axis=1)
    return far


def probabilities_of(means, rows, beta) -> np.ndarray:
    """What the nearest mean answers, and how sure it is: softmax(-beta * squared distance).

    A class without a mean has probability 0, and all have if there is no mean.

    Shapes:  (N, D)  ->  (N, 10).   Source:  Snell et al. 2017, eq. 2 with a factor.
    """
    far = squared_distances(means, rows)
    least = far.min(axis=1, keepdims=True)
    if np.isinf(least).any():
        return np.zeros_like(far)
    powers = np.exp(beta * (least - far))
    return powers / powers.sum(axis=1, keepdims=True)


def _digits(rows) -> tuple:
    digits = data.load("digits")
    return np.rint(16 * digits.x[rows]).astype(int).reshape(-1, COARSE, COARSE), digits.y[rows]


def pool_digits() -> tuple:
    """The digits that can be taken as examples, every fifth training row: counts (200, 8, 8), labels (200,)."""
    return _digits(np.arange(0, 1000, 1000 // POOL))


def held_out_digits() -> tuple:
    """The digits that are read for the count, test rows from end to end: counts (200, 8, 8), labels (200,)."""
    return _digits(1000 + np.arange(TEST) * 797 // TEST)


def write_numbers(network, measured):
    """Write the network and the digits beside this file: a line of JSON, half-precision weights, then bytes.

    `measured` is what the study says of this figure: "beta", "doubt" and "draws".
    """
    state = network.state_dict()
    arrays = [state[name] for kernel, norm in LAYERS for name in (kernel, *(f"{norm}.{part}" for part in NORM))]
    weights = np.concatenate([np.asarray(array).ravel() for array in arrays]).astype("<f2")
    head = json.dumps(measured | {"weights": len(weights), "digits": [POOL, TEST]}, separators=(",", ":"))
    parts = [f"{head}\n".encode(), weights.tobytes()]
    for digits in (pool_digits(), held_out_digits()):
        parts += [array.astype(np.uint8).tobytes() for array in digits]
    (HERE / TenExamples.numbers).write_bytes(b"".join(parts))


@functools.cache
def stored() -> tuple:
    """What was measured, the arrays of the network by name, and pool and test digits as (counts, labels)."""
    head, _, rest = TenExamples.stored_numbers().partition(b"\n")
    head, arrays, start = json.loads(head), {}, 0
    like = Reader(rng=np.random.default_rng(0)).state_dict()
    for name in [name for kernel, norm in LAYERS for name in (kernel, *(f"{norm}.{part}" for part in NORM))]:
        shape = like[name].shape
        arrays[name] = np.frombuffer(rest, "<f2", np.prod(shape), start).reshape(shape)
        start += arrays[name].nbytes
    digits = []
    for count in head["digits"]:
        pictures = np.frombuffer(rest, np.uint8, COARSE**2 * count, start).reshape(count, COARSE, COARSE)
        labels = np.frombuffer(rest, np.uint8, count, start + pictures.nbytes)
        digits.append((pictures.astype(int), labels.astype(int)))
        start += pictures.nbytes + count
    return head, arrays, *digits


def pool_rows(draw) -> list:
    """For each digit the rows of the pool in the order in which a draw takes them: ten lists of numbers."""
    labels = stored()[2][1]
    order = np.argsort(list(itertools.islice(random_numbers(draw), POOL)), kind="stable")
    return [[int(row) for row in order if labels[row] == digit] for digit in range(CLASSES)]


class TenExamples(Figure):
    """A pad to draw on, a network that learned letters and stays as it is, and a head that learns digits at once.

    The network is `letters.pretrained(0)` of the studies without its head. The new head is the mean of each class's
    examples in the 64 features; a drawing gets the digit of the nearest mean. The same head on the 14 x 14 pixels
    stands beside it.

    examples  what it learned from, lists [digit, where from]: a row of the pool, 0 to 199, or strokes of a drawing
    strokes   what is drawn on the pad, lists of [x, y] in shares of it, from the upper left corner
    row       a test digit, 0 to 199, that is on the pad instead of the strokes; -1 shows the strokes
    draw      decides which digits of the pool are taken next, 0 to 999

    Raises:  traitlets.TraitError for what is no example, for more than five of a class, and for a value out of range.
    Chapter: 8.
    """

    script = "ten_examples"
    numbers = "ten_examples.bin"
    alt = (
        "A pad on which a digit can be drawn, and buttons that say which digit it is: so it becomes an example. Beside "
        "it stand the probabilities of the ten digits, twice: from what a network trained on letters sees in the "
        "drawing, and from its pixels. Below are all examples, and a curve: how many of 200 handwritten test digits "
        "are read right after each example."
    )

    examples = traitlets.List().tag(sync=True)
    strokes = traitlets.List().tag(sync=True)
    row = traitlets.Int(4, min=-1, max=TEST - 1).tag(sync=True)
    draw = traitlets.Int(0, min=0, max=DRAWS - 1).tag(sync=True)

    @traitlets.default("examples")
    def _one_of_each(self):
        return [[digit, rows[0]] for digit, rows in enumerate(pool_rows(self.draw))]

    @traitlets.default("tries")
    def _tries(self):
        return [
            "Draw the ten digits, one after the other. Which are misread? Teach it one that was, and draw it again.",
            "Press 'Other digits' again and again: ten examples each time, one of each digit. How far are the best and "
            "the worst draw apart, and what is a result worth that comes from one draw?",
            "Fill up to 2, 3 and 5 of each digit. How many examples do raw pixels need until they read as many as the "
            "network's features do from ten?",
            "Tell it one lie: draw a 3 and say that it is an 8. What does it cost with one true example of each digit, "
            "and what with three?",
            "Scribble until it is sure. Probabilities are shared out among ten digits, and no bar means none of them.",
        ]

    @traitlets.validate("strokes")
    def _lists_of_points(self, proposal):
        return points_of("strokes", proposal["value"])

    @traitlets.validate("examples")
    def _labeled(self, proposal):
        found = []
        for example in proposal["value"]:
            if not (isinstance(example, list | tuple) and len(example) == 2 and example[0] in range(CLASSES)):
                raise traitlets.TraitError("examples expected lists [digit, row of the pool or strokes], such as "
                                           f"[3, 17], got {example!r:.60}")
            digit, source = example
            if not isinstance(source, int):
                source = points_of(f"an example of {digit}", source)
            elif source not in range(POOL):
                raise traitlets.TraitError(f"examples expected rows of the pool, 0 to {POOL - 1}, got {source}")
            found.append([int(digit), source])
        for digit in range(CLASSES):
            count = sum(own == digit for own, _ in found)
            if count > MOST:
                raise traitlets.TraitError(f"examples expected at most {MOST} of each digit, got {count} of {digit}")
        return found

    def model(self) -> Reader:
        """The network, in evaluation mode; only its `features` are used: (N, 1, 14, 14) -> (N, 64)."""
        network = Reader(rng=np.random.default_rng(0))
        arrays = {name: np.asarray(array, np.float64) for name, array in stored()[1].items()}
        network.load_state_dict(network.state_dict() | arrays)
        return network.eval()

    def described(self, counts, kind="letters") -> np.ndarray:
        """Pictures of counts as the head gets them: 64 features, or 196 pixels.   Shapes:  (M, 8, 8) -> (M, D)."""
        pictures = enlarged(counts)
        if kind == "pixels":
            return pictures.reshape(len(pictures), SIDE * SIDE)
        with no_grad():
            return self.model().features(Tensor(pictures[:, None])).data

    def picture(self) -> np.ndarray:
        """The counts of what is on the pad, (8, 8), 0 to 16."""
        return prepared(drawn(self.strokes, PEN)) if self.row < 0 else stored()[3][0][self.row]

    def learned(self, kind="letters") -> tuple:
        """The examples as the head gets them, and their digits: (N, D), (N,)."""
        pictures = [stored()[2][0][source] if isinstance(source, int) else prepared(drawn(source, PEN))
                    for _, source in self.examples]
        labels = np.array([digit for digit, _ in self.examples], int)
        return self.described(np.array(pictures).reshape(-1, COARSE, COARSE), kind), labels

    def probabilities(self, kind="letters") -> np.ndarray:
        """What the bars show, (10,)."""
        means = class_means(*self.learned(kind))
        return probabilities_of(means, self.described(self.picture()[None], kind), stored()[0]["beta"][kind])[0]

    def nearest(self, kind="letters") -> tuple | None:
        """The number of the example nearest to what is on the pad, and its distance; None without examples."""
        far = np.sqrt(((self.learned(kind)[0] - self.described(self.picture()[None], kind)) ** 2).sum(axis=1))
        return (int(far.argmin()), float(far.min())) if len(far) else None

    def right(self, kind="letters") -> list:
        """How many of the 200 test digits are read right after the first, the second, ... example."""
        (rows, labels), (pictures, wanted) = self.learned(kind), stored()[3]
        test = self.described(pictures, kind)
        return [int((squared_distances(class_means(rows[:n], labels[:n]), test).argmin(axis=1) == wanted).sum())
                for n in range(1, len(labels) + 1)]
