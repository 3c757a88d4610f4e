"""Why this file exists: a chapter needs pictures by the ten thousand, of classes it can choose, without a download.

Letters and digits of the fonts in fonts.py are turned, bent, thickened, paled and made noisy, anew for each picture.
"""

import numpy as np

from . import warp
from .base import PARTS, Card, Dataset, dataset, floats, parts_of
from .checks import DataError, number, whole
from .fonts import ALPHABETS, FONTS, HELD_OUT, SIDE, bank, characters_of, classes_of, fonts_of, with_look_alikes

SIZE = 28  # pixels of a picture, as in MNIST
CHUNK = 64  # pictures that are drawn together, so that what is computed stays in the cache
DEGREES, SCALE, ASPECT, SHEAR, SHIFT, BEND = 15, (0.75, 1.15), 0.2, 0.25, 0.1, 0.105
THINNEST = 0.7  # of the way to the drawing whose strokes lost a pixel on each side; all of it would erase hairlines
PALEST, NOISE = 0.6, 0.05

LICENSE = "free fonts, not shipped here; Bitstream Vera license (DejaVu), STIX Font License, BaKoMa Fonts Licence"
OPTIONS = {
    "alphabet": f"one of {', '.join(ALPHABETS)}, or a text of their characters",
    "n": "rows of train, a fifth of them for validation (default 6,000); each of the other parts has a third of n",
    "seed": "decides everything that is drawn (default 0)",
    "look_alikes": "'keep' (default): each character is a class; 'merge': those that look alike are one class; 'drop': "
    "the first of them stays",
    "without": "an alphabet or a text: leave out these characters and all that look like them (default: none)",
    "fonts_held_out": f"the fonts of the test rows (default: {', '.join(HELD_OUT)})",
}
CARD = Card(
    name="glyphs",
    title="Rendered letters and digits",
    kind="generated",
    summary="Characters of twenty fonts as pictures of 28 x 28 pixels, warped at random; any number of them.",
    origin="drawn by Pillow from fonts that matplotlib ships: DejaVu, STIX, Computer Modern in the BaKoMa version",
    license=LICENSE,
    size="10,000 pictures, 32 MB; others by n=",
    fields={
        "x": ("(M, 1, 28, 28)", "gray values from 0 (paper) to 1 (ink), in steps of 1/255"),
        "y": ("(M,)", "the class, an index into `classes`"),
        "font": ("(M,)", "the font, an index into `fonts`"),
        "character": ("(M,)", "the character, an index into `characters`; equal to y unless look-alikes are merged"),
    },
    parts=PARTS | {
        "test": PARTS["test"] + ": fonts that are in no other part",
        "same_fonts": PARTS["test"] + ": new pictures in the fonts of the training rows",
        "script_train": "with script_held_out=: its characters in the fonts of the training rows",
        "script_test": "with script_held_out=: its characters in the fonts held out",
    },
    options=OPTIONS | {
        "script_held_out": "an alphabet or a text that none of the other parts shows; what looks like a character of "
        "theirs is left out of it (default: none)",
        "strength": "of all distortions; 1 as described (default), 0 for the plain drawing",
    },
    good_for=("convolutional networks against plain ones", "fonts and scripts that were never seen",
              "pretraining on letters, to read handwriting from few examples", "representations"),
    flaws=(
        "Not handwriting: convolutional networks that read 95 % of unseen fonts read 66-78 % of the handwritten digits "
        "(dlcourse/studies/glyphs.csv).",
        "Twenty faces of three families: a held-out face has sisters in the training rows, bold for regular.",
        "Case pairs (c C), letters that scripts share (A in Latin, Greek, Cyrillic) and O l I S Z B beside digits "
        "cannot be told apart for sure, which is a ceiling; `LOOK_ALIKES` in dlcourse/data/fonts.py lists them. In "
        "serif italics a few more Cyrillic letters look Latin.",
        "Computer Modern has no Greek and no Cyrillic: these letters come from fifteen faces, three of them held out.",
        "Dark ink touches the edge in about 6 % of the digits and 12 % of all characters; their tips may be cut off.",
    ),
    chapters=("2", "4", "5a", "6", "8"),
)


class Painter:
    """Pictures of some characters in some fonts, as many as one wants; `fonts` and `characters` index what it can draw.

    Raises:  DataError if one of the characters is in none of the fonts, or for a strength outside 0 to 2.   Chapter: 6.
    """

    def __init__(self, characters, fonts, strength=1.0):
        self.characters, self.fonts = characters, fonts
        self.strength = number("glyphs", "strength", strength, 0, 2)
        self._bank, there = bank(characters, fonts)
        self._choices = there.sum(axis=0)
        if not self._choices.all():
            lacking = "".join(c for c, n in zip(characters, self._choices, strict=True) if n == 0)
            raise DataError(f"none of the fonts {', '.join(fonts)} has {lacking}: hold out fewer fonts?")
        self._fonts = np.argsort(~there, axis=0, kind="stable").T  # of each character, first the fonts that have it

    def draw(self, rng, n, noise=NOISE):
        """Pictures of random characters, all equally likely, each in a random font that has it.

        Returns: pictures (n, 28, 28) of unsigned bytes, characters (n,), fonts (n,).   Chapter: 6.
        """
        character = rng.integers(len(self.characters), size=n)
        font = self._fonts[character, rng.integers(self._choices[character])]
        pictures = np.empty((n, SIZE, SIZE), np.uint8)
        for start in range(0, n, CHUNK):
            rows = slice(start, min(start + CHUNK, n))
            pictures[rows] = self._paint(rng, character[rows], font[rows], noise)
        return pictures, character, font

    def _paint(self, rng, character, font, noise):
        """One chunk: thicken, warp, pale, add noise."""
        n, s = len(character), self.strength
        stroke = s * warp.uniform(rng, -1, 1, n)  # below 0 thinner, above 0 bolder
        plain = self._bank[font, character, 0].astype(np.float32)
        other = self._bank[font, character, np.where(stroke > 0, 1, 2)].astype(np.float32)
        other -= plain
        other *= np.where(stroke > 0, stroke, -THINNEST * stroke).astype(np.float32)[:, None, None]
        plain += other
        low, high = (1 + s * (end - 1) for end in SCALE)
        matrix = warp.affine(rng, n, s * DEGREES, (low, high), s * ASPECT, s * SHEAR, s * SHIFT)
        where = warp.sampling_grid(matrix, SIZE, SIZE)
        where += warp.elastic(rng, n, s * BEND, SIZE, SIZE)
        ink = warp.sample(plain.reshape(n, 1, SIDE, SIDE), where)[:, 0]  # (n, 28, 28)
        ink *= (1 - s * (1 - PALEST) * rng.random((n, 1, 1))).astype(np.float32)
        if noise:
            grain = warp.nearly_normal(rng, ink.shape)
            grain *= (255 * s * noise * rng.random((n, 1, 1))).astype(np.float32)
            ink += grain
        return np.rint(np.clip(ink, 0, 255, out=ink), out=ink).astype(np.uint8)


@dataset(CARD)
def glyphs(alphabet="digits", n=6000, seed=0, look_alikes="keep", without="", fonts_held_out=HELD_OUT,
           script_held_out="", strength=1.0):
    """Pictures of characters in fonts, with fonts and, if asked for, a script held out.

    Returns: Dataset with x (M, 1, 28, 28), y (M,), font (M,), character (M,).
    Raises:  DataError for alphabets, fonts, words and sizes that do not exist or leave nothing.   Chapter: 6.
    """
    n = whole("glyphs", "n", n, 5)  # to have a row in every part
    characters, labels, names = chosen_classes(alphabet, look_alikes, without)
    seen, unseen = split_fonts(fonts_held_out)
    drawn = [("train", characters, seen), ("test", characters, unseen), ("same_fonts", characters, seen)]
    every = characters
    if script_held_out:
        hidden = with_look_alikes(characters) + _named(without)
        script, more, more_names = chosen_classes(script_held_out, look_alikes, hidden)
        drawn += [("script_train", script, seen), ("script_test", script, unseen)]
        every, labels, names = characters + script, np.concatenate([labels, more + len(names)]), names + more_names
    parts = with_same_fonts(n, others=[part for part, _, _ in drawn[3:]])
    total = max(rows.stop for rows in parts.values())
    pictures, (character, font) = np.empty((total, SIZE, SIZE), np.uint8), np.empty((2, total), int)
    for k, (part, text, faces) in enumerate(drawn):
        rows, rng = parts[part], np.random.default_rng([seed, k])
        pictures[rows], own_character, own_font = Painter(text, faces, strength).draw(rng, rows.stop - rows.start)
        character[rows] = np.array([every.index(c) for c in text])[own_character]
        font[rows] = np.array([FONTS.index(f) for f in faces])[own_font]
    fields = {"x": as_floats(pictures), "y": labels[character], "font": font, "character": character}
    common = {"classes": names, "characters": list(every), "fonts": list(FONTS)}
    return Dataset(CARD, fields, parts, common)


def with_same_fonts(n, others=()):
    """Parts for n rows to train with, and a third of that for test, same_fonts and each of the others, in this order.

    Chapter: 6.
    """
    third = max(1, n // 3)
    parts = parts_of(n - n // 5, n // 5, third)
    for k, name in enumerate(["same_fonts", *others], start=1):
        parts[name] = slice(n + k * third, n + (k + 1) * third)
    return parts


class GlyphStream:
    """Batches of pictures that never come twice: each epoch draws `batches` new ones. `fit` takes it like `Batches`.

    `rng` is the generator of it all, so that a checkpoint goes on where it was. `classes` names the labels. The options
    are those of load("glyphs"); `fonts` are those to draw.

    Shapes:  batches of x (N, 1, 28, 28) and y (N,).
    Raises:  DataError as load("glyphs") does, and for sizes below 1.   Chapter: 6.
    """

    def __init__(self, alphabet="digits", batch_size=128, batches=50, seed=0, look_alikes="keep", without="",
                 fonts=None, strength=1.0):
        characters, self._labels, self.classes = chosen_classes(alphabet, look_alikes, without)
        self.painter = Painter(characters, split_fonts(HELD_OUT)[0] if fonts is None else fonts_of(fonts), strength)
        self.batch_size = whole("GlyphStream", "batch_size", batch_size, 1)
        self.batches = whole("GlyphStream", "batches", batches, 1)
        self.rng = np.random.default_rng(whole("GlyphStream", "seed", seed, 0))

    def __len__(self):
        return self.batches

    def __iter__(self):
        # One draw for each pass: however many batches of it are prepared or used, the next pass is the same.
        rng = np.random.default_rng(self.rng.integers(2**63))
        for _ in range(self.batches):
            pictures, character, _ = self.painter.draw(rng, self.batch_size)
            yield as_floats(pictures), self._labels[character]


def chosen_classes(alphabet, look_alikes="keep", without=""):
    """The characters of an alphabet less those of another and its look-alikes: as `classes_of` returns them.

    Raises:  DataError if nothing is left.   Chapter: 8.
    """
    left_out = with_look_alikes(_named(without))
    characters = "".join(c for c in characters_of(alphabet) if c not in left_out)
    if not characters:
        raise DataError(f"nothing of {alphabet!r} is left: all of it looks like characters of {without!r}")
    return classes_of(characters, look_alikes)


def _named(without):
    return characters_of(without) if without else ""


def split_fonts(held_out):
    """The fonts to train with and those held out.   Raises:  DataError unless both are some.   Chapter: 6."""
    held_out = fonts_of(held_out)
    seen = tuple(font for font in FONTS if font not in held_out)
    if not seen or not held_out:
        raise DataError(f"fonts_held_out expected some of the {len(FONTS)} fonts and not all, got {len(held_out)}")
    return seen, held_out


def as_floats(pictures):
    """Bytes as gray values from 0 to 1.   Shapes:  pictures (M, h, w)  ->  (M, 1, h, w).   Chapter: 6."""
    return floats(pictures[:, None]) / 255
