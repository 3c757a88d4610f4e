"""Why this file exists: twenty fonts are wherever matplotlib is, and letters in them are pictures with labels.

Each pair of a font and a character is drawn once; all pictures of the data set are warped copies of these drawings.
"""

import difflib
import functools
import importlib.util
from pathlib import Path

import numpy as np

from .checks import DataError, one_of

FONTS = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique",
    "DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSansMono-Oblique",
    "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic", "DejaVuSerif-BoldItalic",
    "STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta",
    "cmr10", "cmb10", "cmss10", "cmti10", "cmtt10",  # Computer Modern: Latin only
)  # fmt: skip
HELD_OUT = ("STIXGeneral", "STIXGeneralItalic", "DejaVuSansMono", "cmtt10", "cmti10")

_UPPER, _LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
_GREEK = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψω"
_CYRILLIC = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя"
ALPHABETS = {"digits": "0123456789", "upper": _UPPER, "lower": _LOWER, "latin": _UPPER + _LOWER, "greek": _GREEK,
             "cyrillic": _CYRILLIC, "letters": _UPPER + _LOWER + _GREEK + _CYRILLIC}
ALPHABETS["all"] = ALPHABETS["digits"] + ALPHABETS["letters"]

# Every drawing is scaled to the same size, so a small c is a capital C. Besides, Greek and Cyrillic share letters with
# Latin, and some letters pass for digits. Not listed is what is alike in a few fonts only: in serif italics the
# Cyrillic letters for g, d, i, p and t look like Latin s, g, u, n and m.
LOOK_ALIKES = (
    "0OoΟοОо", "1IlΙ", "2ZzΖ", "3Зз", "5Ss", "6б", "8BΒВв",  # as digits
    "AΑА", "CcСс", "EΕЕ", "HΗНн", "KΚκКк", "MΜМм", "NΝ", "PpΡρРр", "TΤτТт", "Uu", "Vvν", "Ww", "XxΧχХх", "YΥ", "yУу",
    "aа", "eе", "ΓГг", "Θθ", "ΠПп", "ΦФф", "Ψψ",  # across scripts, and case pairs
    "Дд", "Жж", "Ии", "Лл", "Цц", "Чч", "Шш", "Щщ", "Ъъ", "Ыы", "Ьь", "Ээ", "Юю", "Яя",  # Cyrillic case pairs
)  # fmt: skip
_GROUP = {character: group for group in LOOK_ALIKES for character in group}

SIDE = 56  # a drawing has twice the resolution of a picture, so that a warp has something to choose from
INK = 40  # the longer side of a character in it
POINTS = 96  # the size in which FreeType draws before that


def characters_of(alphabet):
    """The characters of an alphabet that is named ("greek") or spelled ("0123").

    Raises:  DataError for nothing, a character that none of the fonts has or that comes twice, and for what seems to be
             a name with a mistake in it.   Chapter: 6.
    """
    text = ALPHABETS.get(alphabet, alphabet) if isinstance(alphabet, str) else ""
    wrong = "".join(c for i, c in enumerate(text) if c not in ALPHABETS["all"] or c in text[:i])
    meant = text not in ALPHABETS.values() and difflib.get_close_matches(text, ALPHABETS, n=1, cutoff=0.75)
    if wrong or meant or not text:
        hint = f": not {wrong!r}, which is twice or unknown" if wrong else ""
        hint = f" (did you mean {meant[0]!r}?)" if meant else hint
        raise DataError(f"an alphabet is one of {', '.join(ALPHABETS)}, or some of their characters, each once; got "
                        f"{alphabet!r}{hint}")
    return text


def with_look_alikes(characters):
    """These characters and all that look like one of them: with_look_alikes("1") is "1IlΙ".   Chapter: 8."""
    return "".join(dict.fromkeys("".join(_GROUP.get(c, c) for c in characters)))


def classes_of(characters, look_alikes="keep"):
    """The characters to use and the classes they belong to, with look-alikes kept apart, merged, or left out.

    "keep": each character is a class. "merge": those that look alike are one class, named by all of them ("Cc").
    "drop": of those that look alike the first one stays.

    Returns: the characters as a text, the class of each (an array), and the names of the classes.
    Raises:  DataError for another word.   Chapter: 8.
    """
    one_of("an alphabet", "look_alikes", look_alikes, ("keep", "merge", "drop"))
    if look_alikes == "keep":
        return characters, np.arange(len(characters)), list(characters)
    groups = {}
    for character in characters:
        groups.setdefault(_GROUP.get(character, character), []).append(character)
    if look_alikes == "drop":
        kept = "".join(group[0] for group in groups.values())
        return kept, np.arange(len(kept)), list(kept)
    names = ["".join(group) for group in groups.values()]
    return characters, np.array([next(i for i, n in enumerate(names) if c in n) for c in characters]), names


def fonts_of(names):
    """The names of fonts, one or a list, as a tuple, each once and in the order given.

    Raises:  DataError for what is no list, and for a font that is not in FONTS.   Chapter: 6.
    """
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, list | tuple):  # nor a set, whose order no seed decides
        raise DataError(f"fonts expected a name or a list of names, got {names!r}; there are: {', '.join(FONTS)}")
    if unknown := [name for name in names if name not in FONTS]:
        raise DataError(f"there is no font {', '.join(map(repr, unknown))}; there are: {', '.join(FONTS)}")
    return tuple(dict.fromkeys(names))


def bank(characters, fonts):
    """The drawings of some characters in some fonts, three of each: as it is, bolder, thinner.

    Returns: gray values from 0 to 255, unsigned bytes (fonts, characters, 3, SIDE, SIDE), empty where a font lacks the
             character; and booleans (fonts, characters) that say which there are.   Chapter: 6.
    """
    drawings = np.zeros((len(fonts), len(characters), 3, SIDE, SIDE), np.uint8)
    there = np.zeros((len(fonts), len(characters)), bool)
    for i, font in enumerate(fonts):
        for j, character in enumerate(characters):
            drawing = _drawing(font, character)
            if drawing is not None:
                drawings[i, j], there[i, j] = drawing, True
    return drawings, there


@functools.cache
def _face(font):
    from PIL import ImageFont

    package = importlib.util.find_spec("matplotlib").submodule_search_locations[0]  # found without importing it
    path = Path(package) / "mpl-data" / "fonts" / "ttf" / f"{font}.ttf"
    if not path.is_file():
        raise DataError(f"the font {font} is not where matplotlib keeps its fonts: reinstall matplotlib?")
    return ImageFont.truetype(path, POINTS, layout_engine=ImageFont.Layout.BASIC)


@functools.cache
def _missing(font):
    """What a font draws for a character that it does not have: a box, or nothing."""
    return _ink(font, "\U0010fffd")


def _ink(font, character):
    """The character as FreeType draws it, cut out around its ink; None where there is none."""
    from PIL import Image, ImageDraw

    left, top, right, bottom = _face(font).getbbox(character)
    paper = Image.new("L", (int(right - left) + 8, int(bottom - top) + 8))
    ImageDraw.Draw(paper).text((4 - left, 4 - top), character, font=_face(font), fill=255)
    box = paper.getbbox()
    return None if box is None else paper.crop(box)


@functools.cache
def _drawing(font, character):
    """The character in the middle of a square, its longer side INK, in three strokes (3, SIDE, SIDE), or None."""
    from PIL import Image

    ink = _ink(font, character)
    if ink is None or ink == _missing(font):
        return None
    factor = INK / max(ink.size)
    width, height = (max(1, round(side * factor)) for side in ink.size)
    side = SIDE + 4  # each joining of neighbors costs a pixel on every side
    top, left = (side - height) // 2, (side - width) // 2
    square = np.zeros((side, side), np.uint8)
    square[top : top + height, left : left + width] = ink.resize((width, height), Image.Resampling.LANCZOS)
    bolder = _joined(square, lambda before, here, after: np.maximum(np.maximum(before, here), after))
    thinner = _joined(square, lambda before, here, after: np.minimum(np.minimum(before, here), after))
    strokes = np.stack([square[1:-1, 1:-1], bolder, thinner]).astype(np.uint16)
    # A picture takes every second pixel or so of a drawing: without this blur thin strokes would break into dots.
    return (_joined(strokes, lambda before, here, after: before + 2 * here + after) + 8) // 16


def _joined(pictures, join):
    """Each pixel joined with its neighbors above and below, then with those beside it; the border goes."""
    rows = join(pictures[..., :-2, :], pictures[..., 1:-1, :], pictures[..., 2:, :])
    return join(rows[..., :-2], rows[..., 1:-1], rows[..., 2:])
