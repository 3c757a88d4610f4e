"""The rules that a page of the refresher keeps besides those of every notebook, as functions over its cells.

A page of the refresher has its own order: who may skip it, what it explains, where that is used. It uses NumPy and the
course's look, nothing that a chapter would have to open first, and so it computes in float64.
"""

import ast
import re

from import_rules import code, imports
from notebook_rules import code_cells, figures_have_captions, headings, section, title_with_question

FIRST, LAST = ["Can you skip this page?", "Setup"], "Where you will meet it"
QUESTIONS = (3, 4)
QUESTION = re.compile(r"^\*\*(\d)\.\*\* .*?\?$.*?<details><summary>Answer</summary>\n\n.+?\n\n</details>", re.S | re.M)
BORROWED = {"dlcourse.plots", "dlcourse.studies.table"}
FIGURES = 3


def opens_and_closes(nb):
    """One H1 with the page's question under it; first who may skip the page, last where it is used."""
    problems, found = title_with_question(nb), headings(nb, 2)
    if found[:2] != FIRST or found[-1] != LAST:
        problems.append(f"expected the sections {FIRST}, ..., {LAST!r}, got {found}")
    return problems


def quick_questions(nb):
    """Three or four questions, numbered, each with a folded answer."""
    text = "\n".join(cell.source for cell in section(nb, FIRST[0]))
    numbers, (low, high) = [int(number) for number in QUESTION.findall(text)], QUESTIONS
    if numbers != list(range(1, len(numbers) + 1)) or not low <= len(numbers) <= high:
        return [f"expected {low} to {high} questions '**1.** ...?' with a folded answer each, got {numbers}"]
    return []


def enough_figures(nb):
    """As in a chapter, but three are enough."""
    return figures_have_captions(nb, least=FIGURES)


def plain_numpy(nb):
    """From the course only its look and the measured minutes; no type but NumPy's float64."""
    tree = code(code_cells(nb))
    borrowed = {module for module, _ in imports(tree).values()}
    problems = [f"{module} is not opened before chapter 1" for module in sorted(borrowed - BORROWED)]
    names = {getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(tree)}
    return problems + [f"{name} has too few digits" for name in sorted(names & {"float32", "float16"})]
