"""Why this package exists: the questions of all chapters, each with its options and a remark on every one of them.

`QUESTIONS` has each question by its number. The notebooks are written from it, and the website asks it what is right.
"""

from . import chapter_1

QUESTIONS = {question.number: question for question in chapter_1.QUESTIONS}
