"""Questions: valid as data, readable as Markdown, and all of them answered in a browser, by mouse or by keyboard.

There can be no question without a test: the walks go through all of `QUESTIONS`, option by option. How answered
questions look on a phone is seen by `test_browser.py`.
"""

import copy
import gzip
import re
import subprocess
import sys

import nbformat
import pytest
import site_tools
from planted import Planted
from question_tools import (
    CHAPTERS,
    MANY,
    ONE,
    check_look,
    check_names,
    questions_of,
    walk_by_keyboard,
    walk_by_mouse,
    walk_several,
)

from dlcourse.questions import QUESTIONS
from dlcourse.questions.base import Option, Question
from dlcourse.recipes.notebooks import write_questions

by_stem = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
by_number = pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda question: question.number)
in_a_browser = pytest.mark.browser
# Every click lays the page out anew, which takes long on a long page. One chapter is walked as it is, of the others
# only the section with the questions is laid out.
ONLY_QUESTIONS = "article > section > section:not(#check-yourself) { display: none; }"

MARKDOWN = """**Question 9.2.** Which are even? Choose all that apply.

- A. $2$
- B. $3$
- C. `4`
- D. five

<details><summary>Answer</summary>

- **A. Right.** Twice one.
- B. One is left over.
- **C. Right.** Twice two.
- D. One is left over, too.

</details>"""

# ------------------------------------------------------------------------------------------------ data


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((Option("2", "One more.", right=True),), "2 to 6 options"),
        ((Option("2", "One more."), Option("3", "Too many.")), "0 right ones"),
        ((Option("2", "One more.", True), Option("two", "Its name.", True)), "2 right ones"),
        ((Option("2", "One more.", right=True), Option("3", "")), "one line"),
        ((Option("2", "One more.", right=True), Option("", "Too many.")), "one line"),
        ((Option("2", "One more.", right=True), Option("3", "Too\nmany.")), "one line"),
        ((Option("2", "One more.", right=True), Option("3", "Too many."), Option("4", "too many")), "got twice"),
        ((Option("2", "One more.", right=True), Option("2", "Too many.")), "got twice"),
        ((Option("2", "One more.", right=True), Option("Too many", "Too many.")), "got twice"),
    ],
)
def test_a_planted_fault_is_refused(options, message):
    with pytest.raises(ValueError, match=f"^Question 9.1: .*{message}"):
        Question("9.1", "What is $1 + 1$?", options)


def test_a_number_is_a_chapter_and_a_place():
    with pytest.raises(ValueError, match="expected a number"):
        Question("one", ONE.text, ONE.options)


def test_the_questions_are_numbered_in_order():
    for chapter in {number.split(".")[0] for number in QUESTIONS}:
        numbers = [number for number in QUESTIONS if number.split(".")[0] == chapter]
        assert numbers == [f"{chapter}.{i}" for i in range(1, len(numbers) + 1)]
    assert list(QUESTIONS) == [question.number for question in QUESTIONS.values()]


@by_number
def test_every_remark_explains(question):
    assert all(len(option.remark.split()) >= 4 for option in question.options)
    texts = [question.text, *(text for option in question.options for text in (option.text, option.remark))]
    assert all(text.count("$") % 2 == 0 and text.count("`") % 2 == 0 for text in texts)


def test_the_right_option_has_no_usual_place():
    assert len({question.right for question in QUESTIONS.values()}) > 2


# ------------------------------------------------------------------------------------------------ notebook


def test_the_markdown_reads_well_by_itself():
    assert MANY.markdown == MARKDOWN
    assert (MANY.right, ONE.right, ONE.cell_id) == ("AC", "B", "quiz-9-1")
    assert "Choose all" not in ONE.markdown


@by_stem
def test_the_notebook_has_the_questions_of_their_one_source(path):
    nb = nbformat.read(path, as_version=4)
    stored = {cell.id: cell.source for cell in nb.cells if "quiz" in cell.metadata.get("tags", [])}
    assert stored == {question.cell_id: question.markdown for question in questions_of(path)}, "run `make notebooks`"


def test_questions_are_written_where_they_belong():
    nb = Planted().nb
    write_questions(nb, "9", {"9.1": ONE, "9.2": MANY, "1.1": QUESTIONS["1.1"]})
    places = [cell.id for cell in nb.cells]
    assert places[places.index("check-yourself") :][:4] == ["check-yourself", "quiz-9-1", "quiz-9-2", "summary"]
    assert not any(name.startswith("quiz-1-") for name in places)
    again = copy.deepcopy(nb)
    write_questions(again, "9", {"9.1": ONE, "9.2": MANY})
    assert again == nb


def test_a_notebook_without_the_section_is_refused_if_it_needs_one():
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("## Summary")])
    write_questions(nb, "9", {})
    assert len(nb.cells) == 1
    with pytest.raises(ValueError, match="no section '## Check yourself' for its cell quiz-9-1"):
        write_questions(nb, "9", {"9.1": ONE})


# ------------------------------------------------------------------------------------------------ website

CONF = """import sys
sys.path.insert(0, {book!r} + "/_ext")
from dlcourse.questions import QUESTIONS
from dlcourse.questions.base import Option, Question
QUESTIONS.update({{question.number: question for question in {questions!r}}})
extensions = ["myst_nb", "sphinx_design", "course_cells"]
myst_enable_extensions = ["colon_fence"]
nb_execution_mode = "off"
html_static_path = [{book!r} + "/_static"]
html_css_files = ["course.css"]
"""
@pytest.fixture(scope="module")
def planted_page(tmp_path_factory):
    """The address of a page that asks `ONE` and `MANY`, made from data in the way of every chapter."""
    source, html = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("html")
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"{'#' * k} Check yourself") for k in (1, 2)])
    write_questions(nb, "9", {"9.1": ONE, "9.2": MANY})
    nbformat.write(nb, source / "index.ipynb")
    conf = CONF.format(book=str(site_tools.ROOT / "book"), questions=(ONE, MANY))
    (source / "conf.py").write_text(conf, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "sphinx", "-q", "-W", source, html], check=True)
    return html / "index.html"


@by_stem
def test_a_page_loads_one_small_script_for_its_questions(path):
    html = site_tools.built_site()
    scripts = re.findall(r"<script[^>]*quiz[^>]*>", (html / "notebooks" / f"{path.stem}.html").read_text("utf-8"))
    assert len(scripts) == 1 and "defer" in scripts[0] and "module" not in scripts[0]
    assert len(gzip.compress((html / "_static" / "quiz.js").read_bytes())) <= 4096
    assert "quiz.js" not in (html / "book" / "intro.html").read_text("utf-8")


def ways():
    """Every page with every walk; `make test` goes from page to page by mouse and by keyboard in turn."""
    for k, path in enumerate(CHAPTERS):
        for walk, served in ((walk_by_mouse, True), (walk_by_keyboard, False)):
            marks = [] if (walk is walk_by_mouse) == (k % 2 == 0) else [pytest.mark.full]
            yield pytest.param(path, walk, served, marks=marks, id=f"{path.stem}-{walk.__name__}")


@in_a_browser
@pytest.mark.parametrize(("path", "walk", "served"), list(ways()))
def test_every_question_of_a_page_can_be_answered(path, walk, served, open_page, address):
    start = address if served else site_tools.built_site().as_uri() + "/"
    page, wrong = open_page(f"{start}notebooks/{path.stem}.html")
    if path != CHAPTERS[0]:
        page.add_style_tag(content=ONLY_QUESTIONS)
    questions = questions_of(path)
    assert page.locator(".quiz form").count() == len(questions)
    for count, question in enumerate(questions, start=1):
        (walk if len(question.right) == 1 else walk_several)(page, question)
        assert page.locator(".score").inner_text() == f"{count} of {len(questions)} answered right."
    assert wrong == []


@in_a_browser
@pytest.mark.parametrize("path", [CHAPTERS[0], *(pytest.param(path, marks=pytest.mark.full) for path in CHAPTERS[1:])])
def test_questions_are_readable_without_scripts(path, open_page, address):
    page, _ = open_page(f"{address}notebooks/{path.stem}.html", java_script_enabled=False)
    assert page.locator(".quiz form").count() == 0
    for question in questions_of(path):
        box = page.locator(f"#{question.cell_id}")
        assert box.locator(":scope > ul > li:visible").count() == len(question.options)
        assert box.locator("details li:visible").count() == 0
        box.locator("summary").click()
        assert box.locator("details li:visible").count() == len(question.options)


@in_a_browser
def test_a_printed_question_is_a_list_with_its_remarks(planted_page, open_page):
    page, _ = open_page(planted_page.as_uri())
    page.emulate_media(media="print")
    assert page.locator(".quiz label:visible").count() == page.locator(".remark:visible").count() == 6
    assert page.locator(".quiz :is(input, button):visible").count() == 0


@in_a_browser
def test_several_right_options_are_chosen_together(planted_page, open_page):
    page, wrong = open_page(planted_page.as_uri())
    walk_by_mouse(page, ONE)
    box = page.locator(f"#{MANY.cell_id}")
    check_names(box, MANY)
    boxes = dict(zip("ABCD", box.get_by_role("checkbox").all(), strict=True))
    expected = [
        ("A", "A", "Not yet: right so far, but not all of it."),
        ("B", "AB", "Not yet: leave out B."),
        ("D", "ABD", "Not yet: leave out B and D."),
        ("C", "ABCD", "Not yet: leave out B and D."),
        ("B", "ACD", "Not yet: leave out D."),
        ("D", "AC", "Right."),
    ]
    for letter, chosen, says in expected:
        boxes[letter].press("Space")
        box.get_by_role("button", name="Check").press("Enter")
        check_look(box, MANY, says, chosen)
    assert page.locator(".score").inner_text() == "2 of 2 answered right."
    assert wrong == []


@in_a_browser
@pytest.mark.parametrize(("old", "new"), [("quiz answer-b", "quiz answer-a"), ("It is a sum", "It is a guess")])
def test_a_page_that_answers_wrongly_is_caught(old, new, planted_page, open_page):
    html = planted_page.read_text("utf-8")
    assert html.count(old) == 1
    planted_page.with_name("wrong.html").write_text(html.replace(old, new), encoding="utf-8")
    for walk in (walk_by_mouse, walk_by_keyboard):
        page, _ = open_page(planted_page.with_name("wrong.html").as_uri())
        with pytest.raises(AssertionError):
            walk(page, ONE)


@in_a_browser
@pytest.mark.parametrize(
    "inside",
    [
        "<p>Which?</p>",
        "<p>Which?</p><ul><li>A. this</li><li>B. that</li></ul>",
        "<p>Which?</p><ul><li>A. this</li><li>B. that</li></ul><details><ul><li>A. No.</li></ul></details>",
        "<p>Which?</p><p>Why?</p><details><ul><li>A. No.</li><li>B. Yes.</li></ul></details>",
    ],
)
def test_what_is_not_built_like_a_question_stays_as_it_is(inside, tmp_path, open_page):
    script = (site_tools.ROOT / "book" / "_static" / "quiz.js").as_uri()
    text = f'<!doctype html><div class="quiz answer-b" id="q">{inside}</div><script src="{script}"></script>'
    (tmp_path / "odd.html").write_text(text, encoding="utf-8")
    page, wrong = open_page((tmp_path / "odd.html").as_uri())
    assert page.locator("#q").inner_html() == inside
    assert page.locator(".score").count() == 0 and wrong == []
