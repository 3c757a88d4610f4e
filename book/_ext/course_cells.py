"""Turns the tagged cells of a notebook into parts of a web page.

In a notebook an exercise, a question and a caption are plain Markdown, so that they read well wherever a notebook is
opened. On the website an exercise becomes a framed block with an address of its own, and its hint and its worked
solution are folded in from the course's one source, `dlcourse.exercises`. A question is framed as well, and its frame
says which options are right, by `dlcourse.questions`; `quiz.js` makes a form of it in the browser. Captions get a class
for the style sheet.
"""

import json
import re

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform

EXERCISE = re.compile(r"^#+ Exercise (?P<number>\d+[a-f]?\.\d+) \((?P<level>easy|medium|hard)\): (?P<title>.+)")
QUESTION = re.compile(r"^\*\*Question (?P<number>\d+[a-f]?\.\d+)\.\*\*")
CAPTION = re.compile(r"^\*\*Figure (?P<number>\d+[a-f]?\.\d+)\.\*\*")
QUIZ = re.compile(r'<div class="[^"]*\bquiz\b')
ANCHORS = {"Figure": "fig", "Exercise": "ex", "Question": "quiz"}
# A fence longer than any that an author writes inside a cell.
FENCE = ":" * 9


def anchor(kind: str, number: str) -> str:
    """Return the address of a numbered thing on its page: Figure 1.3 is `fig-1-3`."""
    return f"{ANCHORS[kind]}-{number.replace('.', '-')}"


def framed(text: str, name: str, identifier: str) -> str:
    """Wrap Markdown in a block with a class and an address."""
    return f"{FENCE}{{div}} {name}\n:name: {identifier}\n\n{text}\n{FENCE}"


def fold(identifier: str, summary: str, name: str, text: str) -> dict:
    """Return a Markdown cell that the reader opens with a click or a key."""
    opening = f'<details class="fold {name}" id="{identifier}">\n<summary>{summary}</summary>'
    source = f"{opening}\n\n{text.strip()}\n\n</details>"
    return {"cell_type": "markdown", "id": identifier, "metadata": {}, "source": source}


def find(kind: str, number: str, source: dict):
    """Return a numbered thing from its one source: Exercise 1.3 from `dlcourse.exercises`."""
    if number not in source:
        package, known = f"dlcourse.{kind.lower()}s", ", ".join(source)
        raise ExtensionError(f"{kind} {number} stands in a notebook but not in {package}, which has {known}")
    return source[number]


def answers(number: str, exercises: dict) -> list[dict]:
    """Return the folded hint and the folded worked solution of one exercise."""
    exercise, name = find("Exercise", number, exercises), anchor("Exercise", number)
    return [
        fold(f"{name}-hint", "Hint", "hint", exercise.hint),
        fold(f"{name}-solution", "Worked solution", "solution", exercise.solution),
    ]


def quiz(number: str, text: str, questions: dict) -> str:
    """Return a question in its frame, whose classes say what is right: `answer-b`, or `answer-a answer-c`."""
    right = [f"answer-{letter.lower()}" for letter in find("Question", number, questions).right]
    return framed(text, " ".join(["quiz", *right]), anchor("Question", number))


def rewrite(cells: list[dict], exercises: dict, questions: dict) -> list[dict]:
    """Return the cells of a notebook as the website shows them.

    What an exercise answers to an empty cell is of use only where the cell can be run.
    """
    page, waiting = [], []
    for cell in cells:
        tags = cell["metadata"].get("tags", [])
        text = "".join(cell["source"])
        # A hint comes after the cell in which the reader writes, where there is one.
        if waiting and "exercise-code" not in tags:
            page, waiting = page + waiting, []
        page.append(cell | {"outputs": []} if "exercise-code" in tags else cell)
        if cell["cell_type"] != "markdown":
            continue
        if "exercise" in tags:
            waiting = answers(required(EXERCISE, text, cell)["number"], exercises)
        elif "quiz" in tags:
            cell["source"] = quiz(required(QUESTION, text, cell)["number"], text, questions)
        elif match := CAPTION.match(text):
            cell["source"] = framed(text, "figure-text", anchor("Figure", match["number"]))
    return page + waiting


def required(pattern: re.Pattern, text: str, cell: dict) -> re.Match:
    """Return the match of a tagged cell's first line, or say what the line should have been."""
    match = pattern.match(text)
    if match is None:
        raise ExtensionError(f"cell {cell.get('id')}: expected {pattern.pattern}, got {text[:60]!r}")
    return match


def read_notebook(app, docname, source):
    """Rewrite a notebook between the disk and the parser."""
    if not str(app.env.doc2path(docname)).endswith(".ipynb"):
        return
    from dlcourse.exercises import EXERCISES
    from dlcourse.questions import QUESTIONS

    notebook = json.loads(source[0])
    notebook["cells"] = rewrite(notebook["cells"], EXERCISES, QUESTIONS)
    source[0] = json.dumps(notebook)


class FrameExercises(SphinxTransform):
    """The section under an exercise's heading becomes its frame; the level in its title becomes a badge."""

    default_priority = 400

    def apply(self):
        for section in self.document.findall(nodes.section):
            title = section.next_node(nodes.title)
            match = EXERCISE.match("# " + title.astext())
            if match is None:
                continue
            identifier = anchor("Exercise", match["number"])
            section["ids"].insert(0, identifier)
            section["classes"].append("exercise")
            self.document.ids[identifier] = section
            first = title.next_node(nodes.Text)
            before, after = first.split(f" ({match['level']}): ", 1)
            level = match["level"]
            badge = nodes.inline(level, level, classes=["level", f"level-{level}"])
            parts = [nodes.inline(before, before, classes=["exercise-number"]), badge, nodes.Text(after)]
            first.parent.replace(first, parts)


def add_script(app, pagename, templatename, context, doctree):
    """Load what makes forms of questions, on the pages that have any."""
    if QUIZ.search(context.get("body", "")):
        app.add_js_file("quiz.js", loading_method="defer")


def setup(app):
    app.connect("source-read", read_notebook)
    app.connect("html-page-context", add_script)
    app.add_transform(FrameExercises)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
