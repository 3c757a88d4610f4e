"""Why this file exists: a language model wants a few hundred thousand characters of real prose that are always there.

The Python language reference is such a text, once its many repetitions are taken out.
"""

import functools
import platform
import re

import numpy as np

from .base import PARTS, Card, Dataset, dataset
from .checks import DataError, one_of
from .texts import by_part, divide, read_archive, without_copies

CARD = Card(
    name="reference",
    title="Python language reference",
    kind="embedded",
    summary="The reference manual of the Python language, paragraph by paragraph: English prose with some code in it.",
    origin="the module pydoc_data.topics of CPython 3.11.7, which python.org makes from its documentation; repeated "
    "paragraphs taken out by us",
    license="PSF License 2; code in it also Zero-Clause BSD",
    size="2,009 paragraphs of 68 topics, 366,030 characters; 97 KB",
    fields={
        "x": ("(M,)", "a paragraph as text, with its line breaks and its indent"),
        "y": ("(M,)", "the number of its topic in `topics`"),
    },
    parts=PARTS,
    options={"source": "'shipped', the text of CPython 3.11.7 (default), or 'running', that of the Python that runs"},
    good_for=("character, word and byte-pair language models", "word vectors", "tokenizers", "a lesson on leakage"),
    flaws=(
        "One subject, written as manuals are: headings, grammar rules, tables and code stand among the prose.",
        "The topics repeat each other in the original. Verbatim, reworded in case or punctuation only, or contained in "
        "another, copies are gone; sentences that were rewritten with a few words changed are still there.",
        "A repeated paragraph stays with the first topic in the alphabet, so 11 of the 79 topics have nothing left.",
        "No topic of more than a tenth of the characters is ever in validation or test.",
        "The text of another Python differs: with source='running' sizes and parts are others.",
    ),
    chapters=("4", "7"),
)
SHA256 = "cb118373554404203ee48b7afd5850e024658acbdb7902d019185b6bf4cd93a6"
VALIDATION, TEST = 0.1, 0.1  # at most, of the characters


@dataset(CARD)
def reference(source="shipped"):
    """The paragraphs of the Python language reference without repetitions, divided by topic.

    Returns: Dataset with x (M,) texts, y (M,); `topics` has the names, `python` the version the text belongs to.
    Raises:  DataError for another source, for a damaged file, and for a Python that does not have the text.
    Source:  Python Software Foundation, The Python Language Reference, 3.11.7.   Chapter: 7.
    """
    if one_of("reference", "source", source, ("shipped", "running")) == "shipped":
        version, texts, topics, groups = _shipped()
    else:
        version, (texts, topics, groups) = platform.python_version(), _distinct(running_topics())
    lengths = np.bincount(groups, weights=[len(text) for text in texts]).astype(int)
    order, parts = by_part(divide(lengths, (TEST, VALIDATION), np.random.default_rng(0))[groups])
    return Dataset(CARD, {"x": [texts[row] for row in order], "y": groups[order]}, parts,
                   common={"topics": list(topics), "python": version})


def running_text(part):
    """The whole text of a part, or of some rows of it: its paragraphs with an empty line between.

    Raises:  AttributeError for what has no texts.   Chapter: 7.
    """
    return "\n\n".join(part.x)


def paragraphs(text):
    """A text cut at its empty lines; the indent of a paragraph's first line stays.

    >>> paragraphs("For example:\\n\\n   x = 1\\n")
    ['For example:', '   x = 1']
    """
    return [piece.rstrip() for piece in re.split(r"\n\s*\n", text.strip("\n")) if piece.strip()]


def running_topics():
    """The topics of the Python that runs: name -> text.

    Raises:  DataError where they were left out.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise DataError("this Python comes without pydoc_data, as some Linux packages do: install its full standard "
                        "library, or use source='shipped'") from None
    return dict(topics)


@functools.cache
def _shipped():
    archive = read_archive("reference.json.xz", SHA256)
    return archive["python"], *_distinct(archive["topics"])


def _distinct(topics):
    """Paragraphs that are no copies, the names of the topics that still have one, and a topic number for each."""
    pairs = [(name, text) for name in sorted(topics) for text in paragraphs(topics[name])]
    kept = [pairs[number] for number in without_copies([text for _, text in pairs])]
    names, groups = np.unique([name for name, _ in kept], return_inverse=True)
    return [text for _, text in kept], names.tolist(), groups
