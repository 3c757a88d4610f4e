"""Why this package exists: the questions of all chapters, each with its options and a remark on every one of them.

`QUESTIONS` has each question by its number. The notebooks are written from it, and the website asks it what is right.
"""

from . import (
    chapter_1,
    chapter_2,
    chapter_3,
    chapter_4,
    chapter_5,
    chapter_5a,
    chapter_5b,
    chapter_5c,
    chapter_5d,
    chapter_5e,
    chapter_5f,
    chapter_6,
    chapter_7,
    chapter_8,
)

CHAPTERS = (
    chapter_1, chapter_2, chapter_3, chapter_4, chapter_5, chapter_6, chapter_7, chapter_8,
    chapter_5a, chapter_5b, chapter_5c, chapter_5d, chapter_5e, chapter_5f,
)  # fmt: skip
QUESTIONS = {question.number: question for chapter in CHAPTERS for question in chapter.QUESTIONS}
