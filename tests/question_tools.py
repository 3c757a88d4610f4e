"""What the tests of the questions share: planted questions, and the walks that answer a question in a browser."""

import re

from dlcourse.questions import QUESTIONS
from dlcourse.questions.base import LETTERS, Option, Question
from dlcourse.recipes import notebook_paths
from dlcourse.recipes.notebooks import chapter_of

ONE = Question(
    "9.1",
    "What is $1 + 1$?",
    (Option("11", "It is a sum, not two digits."), Option("2", "One more than one.", right=True)),
)
MANY = Question(
    "9.2",
    "Which are even?",
    (
        Option("$2$", "Twice one.", right=True),
        Option("$3$", "One is left over."),
        Option("`4`", "Twice two.", right=True),
        Option("five", "One is left over, too."),
    ),
)
MIDDLE = """element => {
  element.scrollIntoView({block: "nearest"});
  const {x, y, width, height} = element.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
}"""
# All that a reader meets in one question, in one look.
LOOK = """box => {
  const seen = element => element.checkVisibility();
  const remarks = [...box.querySelectorAll(".remark")].filter(seen);
  return {
    says: box.querySelector("[role=status]").textContent,
    shown: remarks.map(remark => remark.id.match(/-([A-F])-remark$/)[1]).join(""),
    remarks: remarks.map(remark => remark.innerText),
    described: [...box.querySelectorAll("[aria-describedby]")].map(input => input.getAttribute("aria-describedby")),
    ids: remarks.map(remark => remark.id),
    others: seen(box.querySelector(".others")),
  };
}"""


def questions_of(path):
    """The questions of a notebook."""
    return [question for number, question in QUESTIONS.items() if number.split(".")[0] == chapter_of(path)]


CHAPTERS = [path for path in notebook_paths() if questions_of(path)]


def plain(text):
    """A text without its formulas and code, as pieces: what a page must show of it, however it sets the rest."""
    pieces = re.split(r"\$[^$]*\$|`[^`]*`", text.replace("'", "\u2019"))
    return [piece.strip() for piece in pieces if piece.strip()]


def check_names(box, question):
    """A screen reader hears the question as the name of the group, and of each option the letter and the words."""
    heard = box.aria_snapshot()
    assert f'group "Question {question.number}. ' in heard, heard
    names = re.findall(rf'{"radio" if len(question.right) == 1 else "checkbox"} "(.*)"', heard)
    assert len(names) == len(question.options), heard
    for name, letter, option in zip(names, LETTERS, question.options, strict=False):
        assert name.startswith(f"{letter}. ") and all(piece in name for piece in plain(option.text)), name


def check_look(box, question, says, shown):
    """The question says this, and shows the remarks of these options, each its own, and no other."""
    look = box.evaluate(LOOK)
    assert (look["says"], look["shown"]) == (says, shown), f"Question {question.number}"
    assert look["others"] == (says == "Right."), look
    assert look["described"] == look["ids"], look
    for letter, text in zip(shown, look["remarks"], strict=True):
        option = question.options[LETTERS.index(letter)]
        assert all(piece in text for piece in plain(option.remark)), f"{text!r} is not {option.remark!r}"
        assert text.startswith("Right. ") == option.right, text


def found(page, question):
    """A question of a page, with its names heard. It is looked for once: that takes long among 50,000 elements."""
    box = page.locator(f"#{question.cell_id}")
    check_names(box, question)
    return box.element_handle()


def click(page, element):
    """Press the mouse in the middle of an element; Playwright's own click waits long on a long page."""
    page.mouse.click(*element.evaluate(MIDDLE))


def walk_by_mouse(page, question):
    """Answer a question of one right option with every option, the right one last."""
    box = found(page, question)
    labels, (check, others) = box.query_selector_all("label"), box.query_selector_all("button")
    click(page, check)
    check_look(box, question, "Choose an answer first.", "")
    letters = LETTERS[: len(question.options)]
    before = ""
    for letter in sorted(letters, key=lambda letter: letter == question.right):
        click(page, labels[LETTERS.index(letter)])
        check_look(box, question, "", before)
        click(page, check)
        check_look(box, question, "Right." if letter == question.right else "Not yet.", letter)
        before = letter
    click(page, others)
    check_look(box, question, "Right.", letters)
    click(page, others)
    check_look(box, question, "Right.", letter)


def walk_by_keyboard(page, question):
    """Do the same without a mouse: Tab into the question, arrows between the options, Enter or Space to check."""
    box, press = found(page, question), page.keyboard.press
    letters = LETTERS[: len(question.options)]
    box.evaluate("box => { box.tabIndex = -1; box.focus(); }")  # stand just before the question
    press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    press("Enter")
    check_look(box, question, "Choose an answer first.", "")
    press("Space")
    start = LETTERS.index(question.right) + 1  # so that the arrows come round to the right option in the end
    for _ in range(start % len(letters)):
        press("ArrowDown")
    for letter in letters[start:] + letters[: start - 1]:
        press("Enter")
        check_look(box, question, "Not yet.", letter)
        press("ArrowDown")
    press("Tab")
    press("Space")  # on the button this time
    check_look(box, question, "Right.", question.right)
    press("Tab")
    press("Enter")
    check_look(box, question, "Right.", letters)


def walk_several(page, question):
    """Answer a question of several right options: first what is wrong, then the right ones, one after the other."""
    box = found(page, question)
    letters, check = LETTERS[: len(question.options)], box.query_selector("button")
    options = dict(zip(letters, box.query_selector_all("input[type=checkbox]"), strict=True))
    check.press("Enter")
    check_look(box, question, "Choose an answer first.", "")
    for wrong in (letter for letter in letters if letter not in question.right):
        options[wrong].press("Space")
        check.press("Enter")
        check_look(box, question, f"Not yet: leave out {wrong}.", wrong)
        options[wrong].press("Space")
    for count, right in enumerate(question.right, start=1):
        options[right].press("Space")
        check.press("Enter")
        says = "Right." if count == len(question.right) else "Not yet: right so far, but not all of it."
        check_look(box, question, says, question.right[:count])
