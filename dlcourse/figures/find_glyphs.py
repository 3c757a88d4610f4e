"""Why this file exists: the figure of lab 5a, in which its network says what is where in a scene that one can change.

The numbers are the network's arrays in half precision, then the first six test scenes, then their labels and boxes,
then ten plain digits to put on a scene, in a font that the network has not met. Scenes and digits have 16 gray values,
two pixels a byte: a page is to load quickly. The network's answers to them are its answers to the rounded pictures.
"""

import functools

import numpy as np
import traitlets

from .. import nn
from ..apps.boxes import Found, hits, truth
from ..apps.detection import DIGITS, SIZE, SceneReader, candidates, decode, read_scenes
from ..data.glyphs import SIZE as PATCH
from ..data.glyphs import Painter
from ..data.scenes import DARK
from ..tensor import get_default_dtype
from .base import HERE, Figure
from .read_digit import points_of, saved

SCENES, MOST = 6, 3  # stored scenes, and the most glyphs in one
GRAYS = 15  # a gray value is a whole number of fifteenths
FONT = "DejaVuSansMono"  # of the digits to put: held out of training
PEN = 3.5  # pixels: how wide a stroke is
OVERLAP = 0.4  # from this IoU on two boxes are taken for one thing
TOOLS = ("pen", *map(str, range(DIGITS)))


def packed(pictures) -> bytes:
    """Pictures with values from 0 to 1 as whole fifteenths, two pixels a byte, the first in the upper half."""
    levels = np.rint(GRAYS * np.asarray(pictures)).astype(np.uint8).ravel()
    return (levels[::2] * 16 + levels[1::2]).tobytes()


def unpacked(written) -> np.ndarray:
    """Whole fifteenths of what was packed, in one row."""
    both = np.frombuffer(written, np.uint8)
    return np.stack([both >> 4, both & 15], axis=1).ravel()


def palette() -> np.ndarray:
    """A plain digit of each kind, neither turned nor bent: (10, 28, 28) from 0 to 1."""
    pictures, kinds, _ = Painter("0123456789", (FONT,), strength=0.0).draw(np.random.default_rng(0), 20 * DIGITS, 0)
    return np.stack([pictures[np.flatnonzero(kinds == digit)[0]] for digit in range(DIGITS)]) / 255


def write_numbers(network, scenes):
    """Write the network, the first of these scenes, and the digits beside this file."""
    labels, boxes = scenes.labels[:SCENES], scenes.boxes[:SCENES]
    parts = [array.astype("<f2").tobytes() for array in saved(network).values()]
    parts += [packed(scenes.x[:SCENES]), labels.astype(np.int8).tobytes(), boxes.astype(np.uint8).tobytes()]
    (HERE / FindGlyphs.numbers).write_bytes(b"".join([*parts, packed(palette())]))


@functools.cache
def _stored() -> tuple:
    """The arrays of the network by name, the scenes, their labels and boxes, and the digits to put."""
    written, arrays, at = FindGlyphs.stored_numbers(), {}, 0
    for name, like in saved(SceneReader(rng=np.random.default_rng(0))).items():
        arrays[name] = np.frombuffer(written, "<f2", like.size, at).reshape(like.shape)
        at += arrays[name].nbytes
    end = at + SCENES * SIZE * SIZE // 2
    scenes = unpacked(written[at:end]).reshape(SCENES, SIZE, SIZE) / GRAYS
    labels = np.frombuffer(written, np.int8, SCENES * MOST, end).reshape(SCENES, MOST)
    boxes = np.frombuffer(written, np.uint8, 4 * labels.size, end + labels.size).reshape(SCENES, MOST, 4)
    digits = unpacked(written[end + 5 * labels.size :]).reshape(DIGITS, PATCH, PATCH) / GRAYS
    return arrays, scenes, labels.astype(int), boxes.astype(float), digits


def put(picture, digit, row, column) -> np.ndarray:
    """Put a digit on a picture, in place, the darker ink on top; its box lies around (row, column) and all inside.

    Shapes:  picture (64, 64)  ->  the box (4,) of the pixels that the data's masks would count
    """
    patch = _stored()[4][digit]
    own = patch > DARK * patch.max()
    down, across = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    start, sides = np.array([down[0], across[0]]), np.array([len(down), len(across)])
    corner = np.clip(np.array([row, column]) - sides // 2, 0, SIZE - sides)
    around = np.pad(picture, PATCH)  # the empty border of a patch may hang over the edge
    top, left = corner - start + PATCH
    window = around[top : top + PATCH, left : left + PATCH]
    np.maximum(window, patch, out=window)
    picture[:] = around[PATCH:-PATCH, PATCH:-PATCH]
    (top, left), (height, width) = corner, sides
    return np.array([left, top, left + width, top + height], float)


def inked(strokes) -> np.ndarray:
    """Strokes as gray values: 1 within the pen, and one pixel wide the edge fades.

    Shapes:  strokes, lists of [x, y] in shares of the scene  ->  (64, 64) from 0 to 1
    """
    middle = np.arange(SIZE) + 0.5
    x, y, ink = middle[None, :], middle[:, None], np.zeros((SIZE, SIZE))
    for stroke in strokes:
        points = [(SIZE * across, SIZE * down) for across, down in stroke]
        for (x0, y0), (x1, y1) in zip(points, points[1:] or points, strict=False):
            dx, dy = x1 - x0, y1 - y0
            length = dx * dx + dy * dy
            along = np.clip(((x - x0) * dx + (y - y0) * dy) / length, 0, 1) if length else np.zeros((1, 1))
            far = np.sqrt((x - x0 - along * dx) ** 2 + (y - y0 - along * dy) ** 2)
            ink = np.maximum(ink, np.clip(PEN / 2 + 0.5 - far, 0, 1))
    return ink


class FindGlyphs(Figure):
    """A scene of 64 x 64 pixels, and a network that says which digits are where, from which score on.

    The network is the `SceneReader` of the study `scene_reader`. The scenes are the first six test scenes of that
    study, in fonts that the network has not met, rounded to 16 gray values.

    scene        1 to 6 shows a test scene, 0 an empty one
    glyphs       digits that were put on it, lists of [digit, row, column], the place of the box's middle in pixels
    strokes      what is drawn on it, lists of [x, y] in shares of the scene, from the upper left corner
    threshold    the score from which an answer counts, 0.05 to 0.95
    suppression  whether boxes that overlap a surer one are dropped
    layer        what lies over the scene: "none", the certainty that there is a "middle", or the classes of "pixels"
    tool         what the pointer does: "pen" draws, "0" to "9" puts this digit
    row, column  where the button puts a digit, in pixels

    Raises:  traitlets.TraitError for a value out of range.   Chapter: 5a.
    """

    script = "find_glyphs"
    numbers = "find_glyphs.bin"
    alt = (
        "A scene with digits in different places, in which a network draws a box around each digit that it finds, with "
        "its class and a score. A slider sets the score from which an answer counts, and the answers that are right, "
        "the digits that are missed and the false alarms are counted. Digits can be drawn or put on the scene."
    )

    scene = traitlets.Int(3, min=0, max=SCENES).tag(sync=True)
    glyphs = traitlets.List().tag(sync=True)
    strokes = traitlets.List().tag(sync=True)
    threshold = traitlets.Float(0.5, min=0.05, max=0.95).tag(sync=True)
    suppression = traitlets.Bool(True).tag(sync=True)
    layer = traitlets.Enum(["none", "middles", "pixels"], "none").tag(sync=True)
    tool = traitlets.Enum(TOOLS, "pen").tag(sync=True)
    row = traitlets.Int(32, min=0, max=SIZE - 1).tag(sync=True)
    column = traitlets.Int(32, min=0, max=SIZE - 1).tag(sync=True)

    @traitlets.default("tries")
    def _tries(self):
        return [
            "Put the threshold very low, 0.05, and go through the six scenes: what does it take for digits? Does it "
            "find a digit there that it had missed?",
            "Put it very high, 0.85: which digits does it lose first, and what happens to precision and to recall?",
            "Is there a threshold at which it makes no mistake in three scenes in a row? And one for all six?",
            "Turn suppression off: how many boxes does one digit get? Turn it on and put two digits, half of one over "
            "the other: are both found?",
        ]

    @traitlets.validate("strokes")
    def _lists_of_points(self, proposal):
        return points_of("strokes", proposal["value"])

    @traitlets.validate("glyphs")
    def _lists_of_three(self, proposal):
        value = proposal["value"]
        limits = (DIGITS, SIZE, SIZE)
        good = all(isinstance(one, list | tuple) and len(one) == 3 and
                   all(isinstance(n, int) and 0 <= n < limit for n, limit in zip(one, limits, strict=True))
                   for one in value)
        if not good:
            raise traitlets.TraitError(f"glyphs expected lists of [digit, row, column], 0 to 9 and twice 0 to 63, such "
                                       f"as [[7, 20, 32]], got {value!r:.60}")
        return [list(one) for one in value]

    def _made(self) -> tuple:
        """The scene without strokes, and the labels and boxes of all that is on it."""
        _, scenes, labels, boxes, _ = _stored()
        if self.scene:
            picture = scenes[self.scene - 1].copy()
            there = truth(labels[self.scene - 1 : self.scene], boxes[self.scene - 1 : self.scene])[0]
        else:
            picture, there = np.zeros((SIZE, SIZE)), Found(np.zeros((0, 4)), np.zeros(0, int), np.zeros(0))
        added = [put(picture, *glyph) for glyph in self.glyphs]
        kinds = np.array([glyph[0] for glyph in self.glyphs], int)
        boxes = np.concatenate([there.boxes, np.array(added).reshape(-1, 4)])
        return picture, Found(boxes, np.concatenate([there.labels, kinds]), np.ones(len(boxes)))

    def picture(self) -> np.ndarray:
        """The scene that the network gets, (64, 64), 0 to 1."""
        return np.maximum(self._made()[0], inked(self.strokes)).astype(get_default_dtype())

    def truth(self) -> Found | None:
        """What is true of it; None as soon as something is drawn by hand, whose truth nobody knows."""
        return None if self.strokes else self._made()[1]

    def model(self) -> nn.Module:
        """The network, in evaluation mode: grid and pixels from scenes, (N, 1, 64, 64)."""
        network = SceneReader(rng=np.random.default_rng(0))
        arrays = {name: array.astype(get_default_dtype()) for name, array in _stored()[0].items()}
        network.load_state_dict(network.state_dict() | arrays)
        return network.eval()

    def outputs(self) -> tuple:
        """What the network says: its grid (15, 16, 16), and of each pixel the most probable class (64, 64)."""
        grid, mask = read_scenes(self.model(), self.picture()[None, None])
        return grid[0], mask[0]

    def found(self) -> Found:
        """The boxes that are shown, the surest first."""
        grid = self.outputs()[0]
        if self.suppression:
            return decode(grid[None], self.threshold, OVERLAP)[0]
        every = candidates(grid, self.threshold)
        return every[np.argsort(-every.scores, kind="stable")]

    def right(self) -> np.ndarray | None:
        """Which of them are right: a box of the same class with an IoU of at least 0.5; None without a truth."""
        found, true = self.found(), self.truth()
        if true is None:
            return None
        right = np.zeros(len(found), bool)
        for label in set(found.labels.tolist()):
            right[found.labels == label] = hits(found[found.labels == label], true.boxes[true.labels == label])
        return right
