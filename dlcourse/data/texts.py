"""Why this file exists: texts repeat each other, and a test text that training has seen tests nothing.

Here stands what counts as a copy, how texts are divided by where they come from, and how a compressed file is read.
"""

import json
import re

import numpy as np

from .base import parts_of
from .checks import DataError, packaged

RUN = 8  # words: a shorter text that stands in another ("For example:", a heading) is the language's, and no copy


def words_of(text):
    """The words of a text in lower case with one space between: what is left when two texts are compared.

    >>> words_of("  The 'x' attribute,\\n  if any.")
    'the x attribute if any'
    """
    return " ".join(re.findall(r"\w+", text.casefold()))


def without_copies(texts):
    """The numbers of the texts that say something new, in their order.

    Of texts with the same words the first is kept. A text of at least 8 words that stands in another is dropped, and so
    is one without a word. Do this before dividing into parts: afterwards a copy may be on either side.

    Returns: list of whole numbers.   Chapter: 7.
    """
    first = {}  # words -> number of the first text that has them
    for number, text in enumerate(texts):
        first.setdefault(words_of(text), number)
    first.pop("", None)
    inside = _standing_in(first, first)
    return [number for words, number in first.items() if words not in inside]


def copies(texts, others):
    """The numbers of the texts that have the words of one of the others, or stand in one or hold one from 8 words on.

    `copies(part.test.x, part.train.x)` is the leak between two parts: it should be empty.

    Returns: list of whole numbers.   Chapter: 7.
    """
    texts, others = [words_of(text) for text in texts], {words_of(text) for text in others}
    held = _standing_in(others, texts)
    holders = {text for text in texts if any(_within(other, text) for other in held)}
    found = (others | _standing_in(texts, others) | holders) - {""}
    return [number for number, text in enumerate(texts) if text in found]


def _within(words, others):
    return words != others and f" {words} " in f" {others} "


def _standing_in(some, others):
    """Those of `some` (as words_of gives them) that are a part of one of the others, from 8 words on."""
    starts = {}  # first run of words -> those that begin with it
    for words in some:
        run = tuple(words.split(maxsplit=RUN)[:RUN])
        if len(run) == RUN:
            starts.setdefault(run, set()).add(words)
    inside = set()
    for holder in others:
        split = holder.split()
        for run in zip(*(split[i:] for i in range(RUN)), strict=False):
            if run in starts:
                inside.update(words for words in starts[run] if _within(words, holder))
    return inside


def divide(sizes, shares, rng):
    """The part of each group: groups stay whole, and part p gets at most the share `shares[p]` of all.

    In a random order each group goes to the first part with room for it. What finds room in none is left over and gets
    the number len(shares), so a group larger than every share is always left over.

    Shapes:  sizes (G,) whole numbers, shares (P,)  ->  (G,) whole numbers from 0 to P.   Chapter: 7.
    """
    room = [int(share * sum(sizes)) for share in shares]
    parts = np.full(len(sizes), len(shares))
    for group in rng.permutation(len(sizes)):
        for part, left in enumerate(room):
            if sizes[group] <= left:
                parts[group] = part
                room[part] -= sizes[group]
                break
    return parts


def by_part(part):
    """How to sort rows by the part of their group, with shares of test and validation: an order of the rows, the parts.

    Of the numbers that `divide` gives, 0 is the test, 1 the validation, and what is left over, 2, is to fit. In the new
    order fit comes first and the test last, and within a part the rows stay in their order.

    Shapes:  part (M,) whole numbers from 0 to 2  ->  (M,) numbers of rows.   Chapter: 7.
    """
    return np.argsort(-part, kind="stable"), parts_of(*np.bincount(part, minlength=3)[::-1].tolist())


def pack(content):
    """The bytes of a compressed file with this content, which is anything that JSON can hold."""
    import lzma

    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)


def unpack(packed):
    """What `pack` packed."""
    import lzma

    return json.loads(lzma.decompress(packed))


def read_archive(name, sha256):
    """The content of a compressed file of this package, after its hash has been checked.

    Raises:  DataError for a file that is missing or not the one of this hash, and where Python lacks lzma.
    """
    packed = packaged(name, sha256)
    try:
        return unpack(packed)
    except ImportError:
        raise DataError(f"{name} is compressed by xz and this Python was built without lzma: use another Python, or "
                        "build it again with liblzma's headers installed") from None
