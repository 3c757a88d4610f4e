"""Why this file exists: a chapter needs pictures by the ten thousand, of classes it can choose, without a download.

Letters and digits of the fonts in fonts.py are turned, bent, thickened, paled and made noisy, anew for each picture.
"""

import numpy as np

from . import warp
from .base import PARTS, Card, DataError, Dataset, dataset, floats, parts_of
from .fonts import ALPHABETS, FONTS, HELD_OUT, SIDE, bank, characters_of, classes_of, fonts_of, like

SIZE = 28  # pixels of a picture, as in MNIST
CHUNK = 64  # pictures that are drawn together, so that what is computed stays in the cache
DEGREES, SCALE, ASPECT, SHEAR, SHIFT, BEND = 15, (0.75, 1.15), 0.2, 0.25, 0.1, 0.105
THINNEST = 0.7  # of the way to the drawing whose strokes lost a pixel on each side; all of it would erase hairlines
PALEST, NOISE = 0.6, 0.05

LICENSE = "free fonts, not shipped here; Bitstream Vera license (DejaVu), STIX Font License, BaKoMa Fonts Licence"
OPTIONS = {
    "alphabet": f"one of {', '.join(ALPHABETS)}, or a text of their characters",
    "n": "rows to train with (default 6,000); every other part has a third of it",
    "seed": "what all is drawn from (default 0)",
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
    size="10,000 pictures, 31 MB; others by n=",
    fields={
        "x": ("(M, 1, 28, 28)", "gray values from 0 (paper) to 1 (ink), in steps of 1/255"),
        "y": ("(M,)", "the class, an index into `classes`"),
        "font": ("(M,)", "the font, an index into `fonts`"),
        "character": ("(M,)", "the character, an index into `characters`; equal to y unless look-alikes are merged"),
    },
    parts=PARTS | {
        "test": "to look at once: fonts that are in no other part",
        "same_fonts": "to look at once: new pictures in the fonts of the training rows",
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
        if not 0 <= strength <= 2:
            raise DataError(f"strength expected a number from 0 to 2, got {strength}")
        self.characters, self.fonts, self.strength = characters, fonts, strength
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
        where = warp.places(matrix, SIZE, SIZE)
        where += warp.elastic(rng, n, s * BEND, SIZE, SIZE)
        ink = warp.sample(plain.reshape(n, 1, SIDE, SIDE), where)[:, 0]  # (n, 28, 28)
        ink *= (1 - s * (1 - PALEST) * rng.random((n, 1, 1))).astype(np.float32)
        if noise:
            grain = warp.bell(rng, ink.shape)
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
    if n < 5:
        raise DataError(f"glyphs expected n of at least 5, to have a row in every part; got {n}")
    characters, labels, names = chosen_classes(alphabet, look_alikes, without)
    seen, unseen = split_fonts(fonts_held_out)
    third = max(1, n // 3)
    drawn = [(characters, seen, n), (characters, unseen, third), (characters, seen, third)]
    parts = parts_of(n - n // 5, n // 5, third) | {"same_fonts": slice(n + third, n + 2 * third)}
    every = characters
    if script_held_out:
        script, more, more_names = chosen_classes(script_held_out, look_alikes, like(characters) + _named(without))
        drawn += [(script, seen, third), (script, unseen, third)]
        parts |= {"script_train": slice(n + 2 * third, n + 3 * third),
                  "script_test": slice(n + 3 * third, n + 4 * third)}
        every, labels, names = characters + script, np.concatenate([labels, more + len(names)]), names + more_names
    pictures, which, fonts = [], [], []
    for part, (text, faces, rows) in enumerate(drawn):
        painter = Painter(text, faces, strength)
        found, character, font = painter.draw(np.random.default_rng([seed, part]), rows)
        pictures.append(found)
        which.append(np.array([every.index(c) for c in text])[character])
        fonts.append(np.array([FONTS.index(f) for f in faces])[font])
    character = np.concatenate(which)
    fields = {"x": as_floats(np.concatenate(pictures)), "y": labels[character], "font": np.concatenate(fonts),
              "character": character}
    common = {"classes": names, "characters": list(every), "fonts": list(FONTS)}
    return Dataset(CARD, fields, parts, common)


class GlyphStream:
    """Batches of pictures that never come twice: each epoch draws `batches` new ones. `fit` takes it like `Batches`.

    `rng` is the generator of it all, so that a checkpoint goes on where it was. `classes` names the labels. The options
    are those of load("glyphs"); `fonts` are those to draw.

    Shapes:  batches of x (N, 1, 28, 28) and y (N,).
    Raises:  DataError as load("glyphs") does, and for sizes below 1.   Chapter: 6.
    """

    def __init__(self, alphabet="digits", batch_size=128, batches=50, seed=0, look_alikes="keep", without="",
                 fonts=None, strength=1.0):
        if batch_size < 1 or batches < 1:
            raise DataError(f"GlyphStream expected batch_size and batches of at least 1, got {batch_size}, {batches}")
        characters, self._labels, self.classes = chosen_classes(alphabet, look_alikes, without)
        self.painter = Painter(characters, split_fonts(HELD_OUT)[0] if fonts is None else fonts_of(fonts), strength)
        self.batch_size, self.batches, self.rng = batch_size, batches, np.random.default_rng(seed)

    def __len__(self):
        return self.batches

    def __iter__(self):
        for _ in range(self.batches):
            pictures, character, _ = self.painter.draw(self.rng, self.batch_size)
            yield as_floats(pictures), self._labels[character]


def chosen_classes(alphabet, look_alikes="keep", without=""):
    """The characters of an alphabet less those of another and its look-alikes: as `classes_of` returns them.

    Raises:  DataError if nothing is left.   Chapter: 8.
    """
    left_out = like(_named(without))
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
