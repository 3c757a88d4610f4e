"""Why this file exists: chapter 6's figure, in which the network that the chapter trained reads what you draw."""

import functools

import numpy as np
import traitlets

from .. import data, nn, no_grad
from ..tensor import Tensor
from ..vision import VGG
from .base import HERE, Figure

CELLS = 128  # the drawing pad, as a bitmap, has so many cells on a side
FINE, COARSE = 32, 8  # the makers' bitmap, and the picture that counts its blocks
NARROW, WIDE = 16, 22  # columns of the 32 that nine of ten training digits fill; all of them fill all rows
STRETCH = 2.0  # the most that one side is enlarged beyond the other
WIDTHS = (16, 32)
LAYERS = (0, 1, 3, 4)  # where the four blocks of a convolution stand in `features`
CLASSES = 10


def points_of(name, value) -> list:
    """The strokes that a value holds, as lists of [x, y].

    Raises:  traitlets.TraitError if it holds something else.
    """
    try:
        strokes = [np.array(stroke, float).reshape(-1, 2) for stroke in value]
        good = all(len(stroke) and np.isfinite(stroke).all() for stroke in strokes)
    except (TypeError, ValueError):
        good = False
    if not good:
        raise traitlets.TraitError(f"{name} expected lists of points [x, y] in shares of the pad, such as "
                                   f"[[[0.5, 0.1], [0.5, 0.9]]], got {value!r:.60}")
    return [stroke.tolist() for stroke in strokes]


def drawn(strokes, pen) -> np.ndarray:
    """The pad as a bitmap: each cell whose middle is within half a pen of a stroke has ink.

    Shapes:  strokes, lists of [x, y] in shares of the pad  ->  booleans (128, 128)
    """
    middle = (np.arange(CELLS) + 0.5) / CELLS
    x, y, ink = middle[None, :], middle[:, None], np.zeros((CELLS, CELLS), bool)
    for stroke in strokes:
        for (x0, y0), (x1, y1) in zip(stroke, stroke[1:] or stroke, strict=False):
            dx, dy = x1 - x0, y1 - y0
            length = dx * dx + dy * dy
            along = np.clip(((x - x0) * dx + (y - y0) * dy) / length, 0, 1) if length else np.zeros((1, 1))
            left, up = x - x0 - along * dx, y - y0 - along * dy
            ink |= left * left + up * up <= pen * pen / 4
    return ink


def enlarged(picture) -> np.ndarray:
    """A picture of counts as a bitmap of the pad: interpolated between the pixels' middles, then as much ink as it had.

    Shapes:  (8, 8), 0 to 16  ->  booleans (128, 128), of which 256 for each 16 counts, and more where cells tie
    """
    place = (np.arange(CELLS) + 0.5) / CELLS * COARSE + 0.5  # in a picture with an empty border
    low = np.floor(place).astype(int)
    share = place - low
    padded = np.pad(np.asarray(picture, float), 1)
    rows = padded[low] * (1 - share)[:, None] + padded[low + 1] * share[:, None]
    gray = rows[:, low] * (1 - share) + rows[:, low + 1] * share
    darkest = np.sort(gray.ravel())[::-1]
    return (gray > 0) & (gray >= darkest[max(0, 16 * int(np.sum(picture)) - 1)])


def moved(ink, size, across, down) -> np.ndarray:
    """A bitmap made smaller around its middle and shifted, both in shares of the pad; what leaves the pad is lost."""
    middle = (np.arange(CELLS) + 0.5) / CELLS
    columns, rows = (np.floor(((middle - 0.5 - shift) / size + 0.5) * CELLS).astype(int) for shift in (across, down))
    inside = ((rows >= 0) & (rows < CELLS))[:, None] & (columns >= 0) & (columns < CELLS)
    return ink[np.clip(rows, 0, CELLS - 1)[:, None], np.clip(columns, 0, CELLS - 1)] & inside


def frame(ink, centered=True) -> tuple:
    """The part of the pad that becomes the picture, (left, top, width, height) in cells.

    Centered, the box of the ink becomes 32 rows high and, if it is not already, 16 to 22 columns wide, as in the data.
    Neither side is enlarged more than twice as much as the other, so that a bar and a dash stay what they are.
    """
    if not centered or not ink.any():
        return 0, 0, CELLS, CELLS
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    top, left, bottom, right = rows[0], columns[0], rows[-1] + 1, columns[-1] + 1
    height = (bottom - top) / FINE  # cells that become one row
    width = (right - left) / min(max((right - left) / height, NARROW), WIDE)  # and one column
    width, height = max(width, height / STRETCH), max(height, width / STRETCH)
    width, height = float(width * FINE), float(height * FINE)
    return float(left + right - width) / 2, float(top + bottom - height) / 2, width, height


def sampled(ink, where) -> np.ndarray:
    """The bitmap of 32 x 32 that a frame of the pad becomes: each point has ink if the cell at its place has."""
    left, top, width, height = where
    points = (np.arange(FINE) + 0.5) / FINE
    columns, rows = (np.floor(start + points * length).astype(int) for start, length in ((left, width), (top, height)))
    inside = ((rows >= 0) & (rows < CELLS))[:, None] & (columns >= 0) & (columns < CELLS)
    return ink[np.clip(rows, 0, CELLS - 1)[:, None], np.clip(columns, 0, CELLS - 1)] & inside


def counted(bits) -> np.ndarray:
    """The picture as the data's makers made it: the points with ink in each block of 4 x 4.   (32, 32) -> (8, 8)."""
    return bits.reshape(COARSE, 4, COARSE, 4).sum(axis=(1, 3))


def prepared(ink, centered=True) -> np.ndarray:
    """From the pad's bitmap to the picture of counts, (8, 8), 0 to 16."""
    return counted(sampled(ink, frame(ink, centered)))


def saved(network) -> dict:
    """The arrays of a network that decide its answers, by name."""
    return {name: np.asarray(value) for name, value in network.state_dict().items() if "batches" not in name}


def write_numbers(network):
    """Write the network and the pictures beside this file: float32, then bytes for the training and the test rows."""
    digits, parts = data.load("digits"), [np.concatenate([array.ravel() for array in saved(network).values()])]
    parts = [parts[0].astype("<f4").tobytes()]
    for rows in (digits.train, digits.test):
        parts += [np.rint(16 * rows.x).astype(np.uint8).tobytes(), rows.y.astype(np.uint8).tobytes()]
    (HERE / ReadDigit.numbers).write_bytes(b"".join(parts))


@functools.cache
def _stored() -> tuple:
    """The arrays of the network by name, and the training and test rows as (pictures, labels)."""
    written, arrays, start = ReadDigit.stored_numbers(), {}, 0
    for name, like in saved(VGG(COARSE, widths=WIDTHS, rng=np.random.default_rng(0))).items():
        arrays[name] = np.frombuffer(written, "<f4", like.size, start).reshape(like.shape)
        start += arrays[name].nbytes
    rows = []
    for count in (1000, 797):
        pictures = np.frombuffer(written, np.uint8, 64 * count, start).reshape(count, COARSE, COARSE)
        rows.append((pictures.astype(int), np.frombuffer(written, np.uint8, count, start + 64 * count).astype(int)))
        start += 65 * count
    return arrays, *rows


class ReadDigit(Figure):
    """A pad to draw on, and a convolutional network that reads what is drawn while it is being drawn.

    The network is `VGG(size=8, widths=(16, 32))`, trained on the first 1,000 digits in the study `digit_reader`.
    Nothing but the drawing is its input: the pad's bitmap becomes 32 x 32 points and these an 8 x 8 picture of counts.

    strokes      what is drawn, lists of [x, y] in shares of the pad, from the upper left corner
    pen          how wide a stroke is, in shares of the pad
    example      a row of the test digits, 0 to 796, which is shown instead of the strokes; -1 shows the strokes
    size         how large the drawing is on the pad, around its middle
    across, down how far it is shifted to the right and down, in shares of the pad
    centered     True makes the box of the ink 32 points high, about 20 wide, as in the data; False takes the whole pad
    layer        the convolution whose maps are shown, 1 to 4
    target       for which class the pad shows what spoke: "answer", "0" to "9", or "nothing"

    Raises:  traitlets.TraitError for a value out of range.   Chapter: 6.
    """

    script = "read_digit"
    numbers = "read_digit.bin"
    alt = (
        "A pad on which a digit can be drawn. Beside it stand the 8 x 8 picture that the drawing becomes, the training "
        "digit most like it, and bars: the probabilities of the ten digits as a convolutional network gives them. "
        "Below are the network's maps of the drawing, and on the pad the places that spoke for a chosen digit."
    )

    strokes = traitlets.List().tag(sync=True)
    pen = traitlets.Float(0.1, min=0.02, max=0.2).tag(sync=True)
    example = traitlets.Int(3, min=-1, max=796).tag(sync=True)
    size = traitlets.Float(1.0, min=0.3, max=1).tag(sync=True)
    across = traitlets.Float(0.0, min=-0.4, max=0.4).tag(sync=True)
    down = traitlets.Float(0.0, min=-0.4, max=0.4).tag(sync=True)
    centered = traitlets.Bool(True).tag(sync=True)
    layer = traitlets.Int(1, min=1, max=len(LAYERS)).tag(sync=True)
    target = traitlets.Enum(["answer", *map(str, range(CLASSES)), "nothing"], "answer").tag(sync=True)

    @traitlets.default("tries")
    def _tries(self):
        return [
            "Draw all ten digits. Is one misread? Look at its 8 x 8 counts: could you read them? Then try a thinner "
            "pen, which leaves less ink in the counts.",
            "Take a test digit and turn centering off. Shift it to the right: up to 0.1 of the pad, which is 0.8 of a "
            "pixel, hardly any answer changes, since the network learned from shifted digits. Make it smaller, 0.6: "
            "now most answers are wrong. Why does it not know what a small digit is, and what does centering do about "
            "it?",
            "Show one that is misread, and then the next: mostly the right digit has the second bar. Ask what speaks "
            "for the answer, and then what speaks for the right digit: which part decided?",
            "Draw a letter, or scribble, until the network is sure of it. Softmax shares out 1 among ten digits, and "
            "no bar means none of them. Does the distance to the nearest training digit notice?",
        ]

    @traitlets.validate("strokes")
    def _lists_of_points(self, proposal):
        return points_of("strokes", proposal["value"])

    def bitmap(self) -> np.ndarray:
        """What is on the pad: booleans (128, 128)."""
        if self.example < 0:
            ink = drawn(self.strokes, self.pen)
        else:
            ink = enlarged(_stored()[2][0][self.example])
        return moved(ink, self.size, self.across, self.down)

    def picture(self) -> np.ndarray:
        """The counts that the network gets, (8, 8), 0 to 16; it gets them divided by 16."""
        return prepared(self.bitmap(), self.centered)

    def model(self) -> nn.Module:
        """The network, in evaluation mode: logits from pictures, (N, 1, 8, 8) -> (N, 10)."""
        network = VGG(COARSE, widths=WIDTHS, rng=np.random.default_rng(0))
        network.load_state_dict(network.state_dict() | _stored()[0])
        return network.eval()

    def maps(self) -> np.ndarray:
        """What the convolution number `layer` makes of the picture, after norm and ReLU: (channels, side, side)."""
        blocks = list(self.model().features)[: LAYERS[self.layer - 1] + 1]
        with no_grad():
            return nn.Sequential(*blocks).eval()(Tensor(self.picture()[None, None] / 16)).data[0]

    def probabilities(self) -> np.ndarray:
        """What the bars show, (10,)."""
        with no_grad():
            return self.model()(Tensor(self.picture()[None, None] / 16)).softmax(dim=1).data[0]

    def nearest(self) -> tuple:
        """The training row most like the picture, and how far that is: the Euclidean distance of pixels from 0 to 1."""
        pictures, _ = _stored()[1]
        far = np.sqrt(((pictures - self.picture()) ** 2).sum(axis=(1, 2))) / 16
        return int(far.argmin()), float(far.min())
