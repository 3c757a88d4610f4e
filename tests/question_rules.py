"""The rules that questions keep in a notebook, as functions over its cells like those of `notebook_rules`."""

import re

from notebook_rules import is_of_a_lab, tags

QUESTIONS, LAB_QUESTIONS = (5, 8), (4, 8)
OPTION = re.compile(r"^(?:[-*] )?(\*\*)?([A-F])\.", re.MULTILINE)


def question_problems(cell):
    """What is wrong with one question: options, one remark for each, the right ones in bold."""
    question, _, answer = cell.source.partition("<details>")
    options = [letter for _, letter in OPTION.findall(question)]
    remarks = OPTION.findall(answer)
    problems = []
    if len(options) < 3 or options != list("ABCDEF")[: len(options)]:
        problems.append(f"{cell.id}: expected three or more options A., B., C. ..., got {options}")
    if sorted(letter for _, letter in remarks) != options:
        problems.append(f"{cell.id}: expected one remark for each of {options}, got {remarks}")
    right = sum(bool(bold) for bold, _ in remarks)
    if not 1 <= right < len(options) or (right > 1) != ("Choose all that apply." in question):
        problems.append(f"{cell.id}: expected one remark in bold, or several and 'Choose all that apply.', got {right}")
    if "<summary>Answer</summary>" not in answer or "</details>" not in answer:
        problems.append(f"{cell.id}: the answer is not folded in <details><summary>Answer</summary> ... </details>")
    return problems


def questions_explain_every_option(nb):
    """Five to eight questions, in a lab four to eight, numbered in order, each with a remark for every option."""
    quiz = [cell for cell in nb.cells if "quiz" in tags(cell)]
    low, high = LAB_QUESTIONS if is_of_a_lab(nb) else QUESTIONS
    problems = [] if low <= len(quiz) <= high else [f"{len(quiz)} questions, expected {low} to {high}"]
    for number, cell in enumerate(quiz, start=1):
        match = re.match(rf"\*\*Question (\d+[a-f]?)\.{number}\.\*\* ", cell.source)
        if not match or cell.id != f"quiz-{match[1]}-{number}":
            problems.append(f"expected '**Question N.{number}.** ' in a cell named quiz-N-{number}, got {cell.id}")
        problems += question_problems(cell)
    return problems
