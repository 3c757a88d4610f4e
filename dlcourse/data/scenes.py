"""Why this file exists: to find things in a picture is another task than to name the one thing it shows.

Several glyphs lie in a larger picture among scraps of others; for each there is a class, a box and its pixels.
"""

import numpy as np

from . import warp
from .base import PARTS, Card, Dataset, dataset, floats
from .checks import number, whole
from .fonts import FONTS, HELD_OUT
from .glyphs import LICENSE, NOISE, OPTIONS, SIZE, Painter, as_floats, chosen_classes, split_fonts, with_same_fonts

SCRAP = 8  # a scrap of clutter is 8 x 8 pixels of some glyph
DARK = 0.4  # a pixel belongs to a glyph if it has this share of the glyph's darkest ink
CHUNK = 128  # scenes that are made together
TRIES = 30  # places that are tried for a glyph before it is left out

CARD = Card(
    name="scenes",
    title="Several glyphs in one picture",
    kind="generated",
    summary="Pictures of 64 x 64 pixels with up to three glyphs among scraps of others: where is what?",
    origin="pictures as in the set `glyphs`, at random places; scraps as in the cluttered digits of Mnih et al. 2014",
    license=LICENSE,
    size="2,000 pictures, 49 MB; others by n=",
    fields={
        "x": ("(M, 1, 64, 64)", "gray values from 0 (paper) to 1 (ink), in steps of 1/255; size x size"),
        "labels": ("(M, 3)", "the classes from left to right, -1 where there are fewer glyphs; (M, glyphs)"),
        "boxes": ("(M, 3, 4)", "left, top, right, bottom in pixels, right and bottom exclusive; 0 where there is none"),
        "mask": ("(M, 64, 64)", "of each pixel the class, counted from 1; 0 is paper and clutter; 16-bit numbers"),
        "font": ("(M, 3)", "the font of each glyph, an index into `fonts`, or -1"),
    },
    parts=PARTS | {
        "test": PARTS["test"] + ": fonts that are in no other part, in the scraps as well",
        "same_fonts": PARTS["test"] + ": new pictures in the fonts of the training rows",
    },
    options=OPTIONS | {
        "n": "rows of train, a fifth of them for validation (default 1,200); test and same_fonts have a third each",
        "glyphs": "the most glyphs in a picture (default 3)",
        "fewest": "the fewest (default 1)",
        "size": "pixels of a side, at least 28 (default 64)",
        "overlap": "how much of the smaller of two boxes the other may cover, 0 (default) to 1",
        "clutter": "scraps in a picture (default 4)",
    },
    good_for=("classification with localization", "detection with boxes", "segmentation", "fonts that were never seen"),
    flaws=(
        "Every flaw of `glyphs`, and no perspective, no light, no texture: a scene in name only.",
        "A box is drawn around the pixels that the mask counts; the pale edge of a stroke can lie a pixel outside.",
        "Where glyphs overlap, the darker ink is seen and the mask names the later one of them, at random.",
        "In a small picture with many glyphs some find no room and are left out, so there can be fewer than `fewest`.",
        "A scrap can look like a whole character (1, l); scraps lie outside the boxes, never on a glyph.",
    ),
    chapters=("5a",),
)


@dataset(CARD)
def scenes(alphabet="digits", n=1200, seed=0, look_alikes="keep", without="", fonts_held_out=HELD_OUT, glyphs=3,
           fewest=1, size=64, overlap=0.0, clutter=4):
    """Pictures with several glyphs each, their classes, boxes and masks, with fonts held out.

    Returns: Dataset with x (M, 1, size, size), labels (M, glyphs), boxes (M, glyphs, 4), mask (M, size, size),
             font (M, glyphs).
    Raises:  DataError for what does not exist, and for numbers that leave nothing.
    Source:  Mnih et al. 2014 (clutter).   Chapter: 5a.
    """
    n, size = whole("scenes", "n", n, 5), whole("scenes", "size", size, SIZE)
    glyphs = whole("scenes", "glyphs", glyphs, 1)
    fewest = whole("scenes", "fewest", fewest, 0, glyphs)
    overlap, clutter = number("scenes", "overlap", overlap, 0, 1), whole("scenes", "clutter", clutter, 0)
    characters, labels, classes = chosen_classes(alphabet, look_alikes, without)
    seen, unseen = split_fonts(fonts_held_out)
    parts, found = with_same_fonts(n), []
    for k, (part, faces) in enumerate([("train", seen), ("test", unseen), ("same_fonts", seen)]):
        rows, painter, rng = parts[part], Painter(characters, faces), np.random.default_rng([seed, k])
        for start in range(rows.start, rows.stop, CHUNK):
            some = _Scenes(painter, labels, min(CHUNK, rows.stop - start), glyphs, size, rng)
            some.add_glyphs(fewest, overlap)
            some.add_clutter(clutter)
            found.append(some.fields())
    fields = {name: np.concatenate([some[name] for some in found]) for name in found[0]}
    fields["x"], fields["boxes"] = as_floats(fields["x"]), floats(fields["boxes"])
    return Dataset(CARD, fields, parts, {"classes": classes, "fonts": list(FONTS)})


class _Scenes:
    """Some scenes in the making, all at once; glyph by glyph is pasted into every one of them.

    Around each lies a margin as wide as a patch, so that the empty border of a patch may hang over the edge.
    """

    def __init__(self, painter, labels, n, glyphs, size, rng):
        self.painter, self.class_of, self.size, self.rng = painter, labels, size, rng
        self.font_of = np.array([FONTS.index(font) for font in painter.fonts])
        self.ink = np.zeros((n, size + 2 * SIZE, size + 2 * SIZE), np.uint8)
        self.mask = np.zeros(self.ink.shape, np.int16)
        self.labels, self.font = np.full((2, n, glyphs), -1)
        self.boxes = np.zeros((n, glyphs, 4), np.int64)

    def add_glyphs(self, fewest, overlap):
        """Between `fewest` and all glyphs, each where it overlaps none of the earlier ones too much."""
        n, glyphs = self.labels.shape
        wanted = self.rng.integers(fewest, glyphs + 1, size=n)
        for k in range(glyphs):
            rows = np.flatnonzero(wanted > k)
            patches, character, font = self.painter.draw(self.rng, len(rows), noise=0)
            own = patches > DARK * patches.max(axis=(1, 2), keepdims=True)  # (N, 28, 28)
            box = _boxes(own)
            corner, free = self._room(box, self.boxes[rows], overlap)
            rows, corner, label = rows[free], corner[free], self.class_of[character[free]]
            place = self._paste(rows, corner, patches[free])
            self.mask[place] = np.where(own[free], label[:, None, None] + 1, self.mask[place])
            self.boxes[rows, k] = _moved(box[free], corner)
            self.labels[rows, k], self.font[rows, k] = label, self.font_of[font[free]]

    def _room(self, box, others, overlap):
        """For each patch whose glyph has this box a corner (row, column) in its scene, and whether one was found."""
        left, top, right, bottom = box.T
        low = -np.stack([top, left], axis=1)  # from here to `high` the glyph lies inside the picture
        high = self.size - np.stack([bottom, right], axis=1)
        corner, free = np.zeros_like(low), np.zeros(len(box), bool)
        for _ in range(TRIES):
            tried = low + (self.rng.random(low.shape) * (high - low + 1)).astype(np.int64)
            fits = ~free & (_covered(_moved(box, tried), others) <= overlap).all(axis=1)
            corner[fits] = tried[fits]
            free |= fits
        return corner, free

    def add_clutter(self, scraps):
        """Scraps of glyphs, in the fonts of the scene, only outside the boxes."""
        n = len(self.ink)
        patches, _, _ = self.painter.draw(self.rng, n, noise=0)
        boxed = _inside(self.boxes, self.size)
        for _ in range(scraps):
            middle = self.rng.integers(SIZE // 2 - SCRAP, SIZE // 2 + 1, size=(n, 2))  # where the ink is
            scrap = patches[_window(self.rng.integers(n, size=n), middle, SCRAP)]
            corner = self.rng.integers(self.size - SCRAP + 1, size=(n, 2))
            self._paste(np.arange(n), corner, np.where(boxed[_window(np.arange(n), corner, SCRAP)], 0, scrap))

    def _paste(self, rows, corner, patches):
        """Keep the darker ink, and return the place as indices of `ink` and `mask`."""
        place = _window(rows, corner + SIZE, patches.shape[1])
        self.ink[place] = np.maximum(self.ink[place], patches)
        return place

    def fields(self):
        """What a data set needs; the glyphs of each scene from left to right, those that are missing last."""
        inside = slice(SIZE, SIZE + self.size)
        ink, n = self.ink[:, inside, inside].astype(np.float32), len(self.ink)
        ink += warp.nearly_normal(self.rng, ink.shape) * (255 * NOISE * self.rng.random((n, 1, 1))).astype(np.float32)
        left = np.where(self.labels < 0, self.size, self.boxes[:, :, 0])
        order = np.arange(n)[:, None], left.argsort(axis=1, kind="stable")
        return {"x": np.rint(np.clip(ink, 0, 255)).astype(np.uint8), "labels": self.labels[order],
                "boxes": self.boxes[order], "mask": self.mask[:, inside, inside], "font": self.font[order]}


def _window(rows, corner, side):
    """Indices of the square with this corner (row, column) in each picture: three arrays that index (n, side, side)."""
    steps = np.arange(side)
    down, across = corner[:, :1] + steps, corner[:, 1:] + steps
    return rows[:, None, None], down[:, :, None], across[:, None, :]


def _boxes(own):
    """Around the true pixels of each picture: left, top, right, bottom."""
    side = own.shape[1]
    across, down = own.any(axis=1), own.any(axis=2)
    return np.stack([across.argmax(axis=1), down.argmax(axis=1), side - across[:, ::-1].argmax(axis=1),
                     side - down[:, ::-1].argmax(axis=1)], axis=1)


def _inside(boxes, size):
    """Which pixels of the scenes lie in some box: boxes (n, K, 4)  ->  (n, size, size)."""
    pixel = np.arange(size)
    left, top, right, bottom = np.moveaxis(boxes, -1, 0)[..., None]  # each (n, K, 1)
    across, down = (pixel >= left) & (pixel < right), (pixel >= top) & (pixel < bottom)  # (n, K, size)
    return (down[..., None] & across[:, :, None]).any(axis=1)


def _moved(box, corner):
    """Boxes (n, 4) of patches as boxes of the scene, in which the patch has this corner (row, column)."""
    down, across = corner.T
    return box + np.stack([across, down, across, down], axis=1)


def _covered(box, boxes):
    """How much of the smaller box is common to both: box (n, 4) against boxes (n, K, 4), empty ones cover nothing."""
    box = box[:, None]
    sides = np.minimum(box[..., 2:], boxes[..., 2:]) - np.maximum(box[..., :2], boxes[..., :2])
    areas = [(b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1]) for b in (box, boxes)]
    return np.maximum(sides[..., 0], 0) * np.maximum(sides[..., 1], 0) / np.maximum(np.minimum(*areas), 1)
