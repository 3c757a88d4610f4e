"""The website is built without a warning, stands on its own, and says what its sources say."""

import importlib
import inspect
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
import site_tools
from site_tools import course_api, course_cells, course_math, course_site
from sphinx.errors import ExtensionError

import dlcourse
from dlcourse.exercises import EXERCISES
from dlcourse.exercises.base import Exercise
from dlcourse.recipes import is_lab
from dlcourse.recipes.notebooks import chapter_of

NOTEBOOKS = [page for page in site_tools.toc_pages() if page.startswith("notebooks/")]
CHAPTERS = [page for page in NOTEBOOKS if not page.startswith("notebooks/00")]  # all but the refresher
CHECKS = [site_tools.outside_requests, site_tools.pictures_without_text, site_tools.raw_markup, site_tools.math_faults]
OF_OURS = [site_tools.missing_head, site_tools.repeated_ids, site_tools.pictures_without_size]


@pytest.fixture(scope="module")
def site():
    """The folder of the built site; building it fails on any warning."""
    return site_tools.built_site()


@pytest.fixture(scope="module")
def pages(site):
    """The HTML of every page by its path."""
    return {page.relative_to(site).as_posix(): page.read_text(encoding="utf-8") for page in site_tools.html_pages(site)}


@pytest.fixture(scope="module")
def found(site, pages):
    """What each check finds, page by page. All checks look at a page before the next one is parsed."""
    ours, found = {f"{page}.html" for page in site_tools.toc_pages()}, {check: {} for check in (*CHECKS, *OF_OURS)}
    found["links"] = {}
    for name, html in pages.items():
        for check in (*CHECKS, *OF_OURS) if name in ours else CHECKS:
            found[check][name] = check(html)
        if name in ours:
            found["links"][name] = site_tools.broken_links(site / name, site)
    return found


@pytest.fixture(scope="module", params=CHAPTERS)
def chapter(request):
    """A chapter; one after the other, so that each page is parsed once for all tests that ask something of it."""
    return request.param


# --------------------------------------------------------------------------------------------- the whole site


def test_every_page_of_the_contents_is_there(site):
    missing = [page for page in site_tools.toc_pages() if not (site / f"{page}.html").is_file()]
    assert missing == []
    assert "book/intro.html" in (site / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("check", CHECKS)
def test_no_page_has_the_fault(check, found):
    assert len(found[check]) > len(site_tools.toc_pages())
    assert {name: wrong for name, wrong in found[check].items() if wrong} == {}


@pytest.mark.parametrize("check", OF_OURS)
def test_no_page_of_the_contents_has_the_fault(check, found):
    assert len(found[check]) == len(site_tools.toc_pages())
    assert {name: wrong for name, wrong in found[check].items() if wrong} == {}


def test_style_sheets_ask_no_other_host(site):
    sheets = {path.name: site_tools.outside_in_text(path.read_text(encoding="utf-8")) for path in site.rglob("*.css")}
    assert len(sheets) > 3
    assert {name: found for name, found in sheets.items() if found} == {}


def test_links_lead_somewhere(found):
    assert len(found["links"]) == len(site_tools.toc_pages())
    assert {name: broken for name, broken in found["links"].items() if broken} == {}


def test_icons_are_drawn_once(site, pages):
    assert [name for name, html in pages.items() if "fontawesome.js" in html] == []
    assert list(site.rglob("fontawesome.js")) == []


def test_no_page_tells_where_it_was_built(pages):
    where = str(site_tools.ROOT)
    assert [name for name, html in pages.items() if where in html or " at 0x" in html] == []


@pytest.mark.parametrize(
    ("check", "html"),
    [
        (site_tools.outside_requests, '<script src="https://cdn.example.org/x.js"></script>'),
        (site_tools.outside_requests, '<link rel="stylesheet" href="//fonts.example.org/css">'),
        (site_tools.outside_requests, '<link rel="preconnect" href="https://example.org">'),
        (site_tools.outside_requests, '<img alt="A cat" src="http://example.org/cat.png">'),
        (site_tools.outside_requests, '<img alt="A cat" src="a.png" srcset="a.png 1x, https://example.org/b.png 2x">'),
        (site_tools.outside_requests, '<p style="background: url(https://example.org/a.png)"></p>'),
        (site_tools.outside_requests, "<style>@import 'https://example.org/a.css';</style>"),
        (site_tools.outside_requests, '<script>fetch("https://example.org/data")</script>'),
        (site_tools.pictures_without_text, '<img src="../_images/abc.png" alt="../_images/abc.png">'),
        (site_tools.pictures_without_text, '<img src="a.png" alt="">'),
        (site_tools.pictures_without_text, '<img src="a.png">'),
        (site_tools.pictures_without_text, '<svg role="img"><path d="M0 0"/></svg>'),
        (site_tools.raw_markup, "<p>the sum $x + y$ of</p>"),
        (site_tools.raw_markup, r"<p>\[ \frac{1}{2} \]</p>"),
        (site_tools.raw_markup, "<p>:::{note}</p>"),
        (site_tools.raw_markup, "<p>see {eq}loss and {cite}rosenblatt</p>"),
        (site_tools.pictures_without_size, '<div class="cell_output"><img src="a.png" width="9"></div>'),
        (site_tools.repeated_ids, '<p id="a"></p><p id="a"></p>'),
        (site_tools.missing_head, "<html><head><title>A page</title></head></html>"),
        (site_tools.math_faults, '<span class="math">x</span>'),
        (site_tools.math_faults, '<script src="_static/mathjax/tex-chtml.js"></script>'),
    ],
)
def test_the_checks_catch_a_planted_fault(check, html):
    assert check(html)


def test_the_checks_accept_what_is_right():
    html = """<html lang="en"><head><title>A page</title><meta name="description" content="It says what it is.">
    <link rel="icon" href="icon.svg"><link rel="next" href="https://example.org/next.html"></head>
    <a href="https://example.org">A link is no request.</a> <img src="a.png" alt="A curve that rises">
    <a href="/"><img src="logo.svg" alt=""> Home</a><code>$HOME and {cite}</code></html>"""
    assert site_tools.outside_requests(html) == []
    assert site_tools.pictures_without_text(html) == []
    assert site_tools.raw_markup(html) == []
    assert site_tools.missing_head(html) == []


# --------------------------------------------------------------------------------------------- the chapters


def test_exercises_are_framed_with_hint_and_solution(chapter, pages):
    page = site_tools.soup(pages[f"{chapter}.html"])
    number = chapter_of(Path(chapter))
    expected = {exercise.cell_id for key, exercise in EXERCISES.items() if key.split(".")[0] == number}
    framed = {section["id"]: section for section in page.select("section.exercise")}
    assert set(framed) == expected
    for identifier, section in framed.items():
        assert section.select_one(".level").get_text() in ("easy", "medium", "hard")
        for name in ("hint", "solution"):
            fold = section.select_one(f"details.fold.{name}#{identifier}-{name}")
            assert fold is not None and not fold.has_attr("open"), f"{identifier} has no folded {name}"
            assert len(fold.get_text(" ", strip=True)) > 20


def test_tagged_cells_are_styled(chapter, pages):
    notebook = json.loads((site_tools.ROOT / f"{chapter}.ipynb").read_text(encoding="utf-8"))
    cells = [("".join(cell["source"]), cell["metadata"].get("tags", [])) for cell in notebook["cells"]]
    page = site_tools.soup(pages[f"{chapter}.html"])
    captions = [text for text, _ in cells if course_cells.CAPTION.match(text)]
    quizzes = [text for text, tags in cells if "quiz" in tags]
    assert len(page.select(".figure-text")) == len(captions) > 0
    assert len(page.select(".quiz")) == len(quizzes) > 0
    assert len(page.select(".quiz details summary")) == len(quizzes)
    assert page.select("mjx-container")


def exercise(number="1.1"):
    return Exercise(number, "a title", "easy", "derive", "A statement.", hint="A hint.", explanation="An answer.")


def markdown(text, *tags):
    return {"cell_type": "markdown", "id": "a-cell", "metadata": {"tags": list(tags)}, "source": text}


def test_hint_and_solution_come_after_the_cell_to_write_in():
    code = {"cell_type": "code", "metadata": {"tags": ["exercise-code"]}, "source": "", "outputs": ["waits"]}
    cells = [markdown("### Exercise 1.1 (easy): a title", "exercise"), code, markdown("## Check yourself")]
    page = course_cells.rewrite(cells, {"1.1": exercise()}, {})
    assert [cell.get("id") for cell in page] == ["a-cell", None, "ex-1-1-hint", "ex-1-1-solution", "a-cell"]
    assert page[1]["outputs"] == []
    assert "A hint." in page[2]["source"] and "An answer." in page[3]["source"]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (markdown("### Exercise 1.2 (easy): a title", "exercise"), "not in dlcourse.exercises"),
        (markdown("### Exercise one", "exercise"), "expected"),
        (markdown("Which one?", "quiz"), "expected"),
        (markdown("**Question 1.1.** Which one?", "quiz"), "not in dlcourse.questions"),
    ],
)
def test_a_wrong_cell_stops_the_build(cell, message):
    with pytest.raises(ExtensionError, match=message):
        course_cells.rewrite([cell], {"1.1": exercise()}, {})


def test_chapters_have_the_numbers_of_their_files(pages):
    """In the contents of every page: chapters are numbered, and the title of a lab begins with its number."""
    page = site_tools.soup(pages["book/glossary.html"])
    for path in CHAPTERS:
        number = chapter_of(Path(path)) + ("" if is_lab(Path(path)) else ".")
        link = page.select_one(f'nav.bd-links a[href$="{path}.html"]')
        assert link.get_text().strip().startswith(f"{number} ")


def test_every_source_of_a_chapter_is_in_the_bibliography(chapter, pages):
    sources = site_tools.soup(pages[f"{chapter}.html"]).select("section#sources li")
    assert len(sources) > (4 if is_lab(Path(chapter)) else 5)
    unknown = [item.get_text() for item in sources if item.select_one('a[href*="bibliography.html#"]') is None]
    assert unknown == []


# --------------------------------------------------------------------------------------------- mathematics


@pytest.fixture
def typesetter():
    typesetter = course_math.Typesetter()
    yield typesetter
    typesetter.close()


def test_a_formula_is_typeset_with_text_for_screen_readers(typesetter):
    html = typesetter.typeset(r"\frac{\partial L}{\partial w}", display=True)
    assert "mjx-mfrac" in html and "<mfrac>" in html
    assert "mjx-mfrac" in typesetter.ask({"stylesheet": True})


def test_a_wrong_formula_is_refused_and_the_next_one_is_typeset(typesetter):
    with pytest.raises(ValueError, match="Undefined control sequence"):
        typesetter.typeset(r"\notacommand", display=False)
    assert "mjx-container" in typesetter.typeset("x", display=False)


def test_the_number_of_an_equation_is_taken_out():
    assert course_math.split_tag(r"a = b \tag{1.3}") == ("a = b ", "1.3")
    assert course_math.split_tag("a = b") == ("a = b", None)
    with pytest.raises(ValueError, match="at most one"):
        course_math.split_tag(r"a \tag{1} \\ b \tag{2}")


@pytest.mark.parametrize(("formula", "code"), [("x^2", 0), (r"\notacommand", 2)])
def test_a_wrong_formula_stops_a_build(formula, code, tmp_path):
    settings = "extensions = ['course_math']\nhtml_math_renderer = 'build_time'\n"
    (tmp_path / "conf.py").write_text(settings, encoding="utf-8")
    (tmp_path / "index.rst").write_text(f"Title\n=====\n\nA formula: :math:`{formula}`.\n", encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", ".", "out"]
    paths = {"PYTHONPATH": str(site_tools.ROOT / "book" / "_ext")}
    done = subprocess.run(command, cwd=tmp_path, env=site_tools.os.environ | paths, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert (formula in done.stderr) == bool(code)


# --------------------------------------------------------------------------------------------- reference, repository


def public_names():
    """Yield the full name of all that the reference has to list, found without the extension's help."""
    for info in pkgutil.walk_packages(dlcourse.__path__, "dlcourse."):
        if info.name.rsplit(".", 1)[1].startswith("_") or info.name in course_api.EXTRAS:
            continue
        module = importlib.import_module(info.name)
        yield module.__name__
        parts = info.name.split(".")
        if parts[1] in course_api.WORKSHOP and len(parts) > 2:
            continue
        for name, value in vars(module).items():
            is_code = inspect.isroutine(value) or inspect.isclass(value)
            is_ours = is_code and getattr(value, "__module__", "") == info.name
            if is_ours and not name.startswith("_") and name in getattr(module, "__all__", [name]):
                yield f"{info.name}.{name}"


def test_the_reference_lists_every_public_name(site):
    expected = {name.replace(".", "-") for name in public_names()}
    assert len(expected) > 100
    assert expected - site_tools.ids_of(site / "book" / "api.html") == set()


def test_a_docstring_is_shown_as_it_is(pages):
    text = " ".join(site_tools.soup(pages["book/api.html"]).get_text(" ").split())
    for line in ("Start the course's random generator anew", "x (M, 2), y (M,)", "Wilson 1927"):
        assert line in text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def test_a_module_needs_a_floor_and_a_name_a_docstring():
    class Package:
        __path__ = [str(site_tools.ROOT / "tests")]

    with pytest.raises(ExtensionError, match="give these modules a floor"):
        course_api.module_names(Package)
    with pytest.raises(ExtensionError, match="has no docstring"):
        course_api.required_docstring(lambda: None, "f")


def test_the_repository_is_offered_only_when_there_is_one(tmp_path):
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text('[tool.dlcourse]\nrepository = ""\n', encoding="utf-8")
    options = course_site.repository_options(pyproject)
    assert not any(options.values())
    pyproject.write_text('[tool.dlcourse]\nrepository = "https://github.com/someone/course"\n', encoding="utf-8")
    options = course_site.repository_options(pyproject)
    assert options["repository_url"] == "https://github.com/someone/course"
    assert options["use_repository_button"] and options["launch_buttons"]


def test_the_site_agrees_with_the_address_of_the_repository(pages):
    options = course_site.repository_options(site_tools.ROOT / "pyproject.toml")
    offered = [name for name, html in pages.items() if "colab.research.google.com" in html]
    expected = [f"{notebook}.html" for notebook in NOTEBOOKS] if options["launch_buttons"] else []
    assert offered == expected
