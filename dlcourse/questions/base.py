"""Why this file exists: it says what a question is.

A question, its options and a remark on each of them stand in one `Question`. Its Markdown is the cell of the notebook,
which reads well by itself; the website makes a form of it and asks `right` which answer to accept.
"""

import re
from dataclasses import dataclass

LETTERS = "ABCDEF"
NUMBER = re.compile(r"\d+[a-f]?\.\d+")


@dataclass(frozen=True)
class Option:
    """One option. The remark says why it is right, or names the misconception behind it."""

    text: str
    remark: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question and its options, of which one or several are right.

    Every text is Markdown on one line. Where several options are right, the question itself says so to the reader.

    Raises:  ValueError if an option or remark is missing, said twice or not one line; if no option is right, or all.
    """

    number: str
    text: str
    options: tuple[Option, ...]

    def __post_init__(self):
        for problem in self._problems():
            raise ValueError(f"Question {self.number}: {problem}")

    def _problems(self):
        """What a reader would stumble over, as sentences."""
        if not NUMBER.fullmatch(self.number):
            yield f"expected a number such as '1.3', got {self.number!r}"
        if not 2 <= len(self.options) <= len(LETTERS):
            yield f"expected 2 to {len(LETTERS)} options, got {len(self.options)}"
        if not 0 < len(self.right) < len(self.options):
            yield f"expected at least one right option and one wrong one, got {len(self.right)} right ones"
        said = set()
        for text in [self.text, *(part for option in self.options for part in (option.text, option.remark))]:
            if not text.strip() or text != text.strip() or "\n" in text:
                yield f"expected one line of text without blanks around it, got {text!r}"
            words = text.casefold().rstrip(".")
            if words in said:
                yield f"every option and every remark needs words of its own, got twice {text!r}"
            said.add(words)

    @property
    def cell_id(self) -> str:
        """The id of the notebook cell, and the address on the website: "1.3" -> "quiz-1-3"."""
        return "quiz-" + self.number.replace(".", "-")

    @property
    def right(self) -> str:
        """The letters of the right options: "B", or "AC"."""
        return "".join(letter for letter, option in zip(LETTERS, self.options, strict=False) if option.right)

    @property
    def markdown(self) -> str:
        """The question, its options, and the folded answer with a remark on each option."""
        every = " Choose all that apply." if len(self.right) > 1 else ""
        options, remarks = [], []
        for letter, option in zip(LETTERS, self.options, strict=False):
            verdict = f"**{letter}. Right.**" if option.right else f"{letter}."
            options.append(f"- {letter}. {option.text}")
            remarks.append(f"- {verdict} {option.remark}")
        blocks = [f"**Question {self.number}.** {self.text}{every}", "\n".join(options)]
        blocks += ["<details><summary>Answer</summary>", "\n".join(remarks), "</details>"]
        return "\n\n".join(blocks)
