"""The commands: the Makefile, the repository's address, the runner of notebooks, the local server."""

import base64
import copy
import dataclasses
import os
import re
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from clone import ROOT, copy_project, project_files
from planted import Planted, picture, png, printed

from dlcourse.exercises.base import Exercise
from dlcourse.recipes import ONE_THREAD, browser, notebook_paths, notebooks, repository, site
from dlcourse.studies import __main__ as studies
from dlcourse.studies import table

ADDRESS = "https://example.org/someone/deep-learning"


def make(*arguments, folder=ROOT):
    """Run make and return what it printed."""
    return subprocess.run(["make", *arguments], cwd=folder, capture_output=True, text=True)


# ------------------------------------------------------------------------------------------------ make


def test_make_alone_explains_every_target():
    targets = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[0].split()
    explained = re.findall(r"^  make ([\w-]+) ", make().stdout, re.MULTILINE)
    assert sorted(explained) == sorted(targets)


def test_setup_says_which_python_is_missing(tmp_path):
    copy_project(tmp_path)
    done = make("setup", "PYTHON=no-such-python", folder=tmp_path)
    assert done.returncode and "Python 3.11, 3.12 or 3.13 is needed" in done.stderr


def test_setup_says_that_venv_is_missing(tmp_path):
    copy_project(tmp_path)
    python = tmp_path / "python3"
    python.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\n')  # a Python that has everything but venv
    python.chmod(0o755)
    done = make("setup", f"PYTHON={python}", folder=tmp_path)
    assert done.returncode and "has no venv module" in done.stderr


def test_continuous_integration_runs_the_same_commands():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    for text in (script, workflow):
        assert text.index("make browser") < text.index("make test")


@pytest.mark.parametrize("folder", ["dlcourse", "tests", "book", "notebooks"])
def test_style(folder):
    command = [sys.executable, "-m", "ruff", "check", "--quiet", "--output-format", "concise", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"`make lint` says:\n{done.stdout}"


# ------------------------------------------------------------------------------------------------ the address


@pytest.mark.parametrize(
    "text",
    ["", "example.org/a/b", "http://example.org/a/b", "https://example.org/a", "https://example.org/a/b/",
     "https://example.org/a/b.git", "https://me@example.org/a/b", "https://example.org/a/b?x=1",
     "https://example.org/a/b c", 'https://example.org/a/b"'],
)  # fmt: skip
def test_a_bad_address_is_refused(text):
    with pytest.raises(ValueError, match="expected an address such as"):
        repository.check_address(text)


def test_an_address_goes_everywhere_and_comes_back(tmp_path):
    copy_project(tmp_path)
    (tmp_path / "notebooks").mkdir(exist_ok=True)
    notebooks.write(Planted().nb, tmp_path / "notebooks" / "planted.ipynb")
    repository.rewrite(tmp_path, "")
    before = {path: (tmp_path / path).read_bytes() for path in project_files(tmp_path)}
    repository.rewrite(tmp_path, repository.check_address(ADDRESS))
    assert repository.address(tmp_path) == ADDRESS
    assert f"git clone {ADDRESS}" in (tmp_path / "README.md").read_text(encoding="utf-8")
    for path in notebook_paths(tmp_path):
        assert f"dlcourse @ git+{ADDRESS}" in path.read_text(encoding="utf-8")
    changed = {path for path in before if (tmp_path / path).read_bytes() != before[path]}
    assert {path.as_posix() for path in changed if path.suffix != ".ipynb"} == {"pyproject.toml", "README.md"}
    repository.rewrite(tmp_path, "")
    assert {path: (tmp_path / path).read_bytes() for path in before} == before


def test_the_address_stands_in_one_place_and_in_what_is_made_from_it():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert repository.README_BLOCK.search(text)[0] == repository.readme_block(repository.address())
    made = {"pyproject.toml", "README.md", *(path.relative_to(ROOT).as_posix() for path in notebook_paths())}
    if repository.address():
        holders = [path for path in project_files() if repository.address().encode() in (ROOT / path).read_bytes()]
        assert {path.as_posix() for path in holders} == made


@pytest.mark.parametrize("address", ["", ADDRESS])
def test_the_first_cell_never_asks_an_index_for_the_bare_name(address):
    source = repository.first_cell(address)
    compile(source, "first cell", "exec")
    assert ("git+" in source) == bool(address)
    assert not re.search(r"install[^\n]*[\"']dlcourse[\"']", source)


def run_first_cell(folder, then="import dlcourse; print(dlcourse.__file__)", first=""):
    """Run the line `first`, the generated cell in `folder`, where the package is not installed, and one line more."""
    hide = "import sys; sys.meta_path = [finder for finder in sys.meta_path if 'editable' not in repr(finder)]"
    hide += f"; sys.path = [path for path in sys.path[1:] if path != {str(ROOT)!r}]"
    code = f"{hide}\n{first}\n{repository.first_cell('')}\n{then}"
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)


def test_the_first_cell_takes_the_repository_around_the_notebook(tmp_path):
    clone = copy_project(tmp_path)
    (clone / "notebooks").mkdir(exist_ok=True)
    done = run_first_cell(clone / "notebooks")
    assert done.stdout.strip() == str(clone / "dlcourse" / "__init__.py"), done.stderr


def test_the_first_cell_says_what_to_do_when_there_is_nothing(tmp_path):
    done = run_first_cell(tmp_path)
    assert "ModuleNotFoundError: dlcourse, the package of this course, was not found." in done.stderr
    assert f"Put it into {tmp_path} and run this cell again." in done.stderr and not done.stdout


def test_the_first_cell_installs_the_newest_wheel_and_says_so_before(tmp_path):
    """The wheels are empty, so pip refuses them; what was tried, and in which order, is told."""
    for version in ("0.9.0", "0.10.0"):
        (tmp_path / f"dlcourse-{version}-py3-none-any.whl").touch()
    done = run_first_cell(tmp_path)
    assert done.stdout.startswith(f"Installing {tmp_path / 'dlcourse-0.10.0-py3-none-any.whl'} and what it needs.")
    assert "RuntimeError: dlcourse could not be installed" in done.stderr and "ensurepip" in done.stderr


def test_the_first_cell_takes_a_package_that_is_on_the_path_and_not_installed(tmp_path):
    (tmp_path / "dlcourse").mkdir()
    (tmp_path / "dlcourse" / "__init__.py").touch()
    done = run_first_cell(tmp_path, first="import sys; sys.path.insert(0, '.')")
    assert done.stdout.strip().endswith("__init__.py"), done.stderr


@pytest.mark.parametrize(("installed", "taken"), [("0.1.0", True), ("0.10.0", False), ("0.20", False)])
def test_the_first_cell_takes_a_wheel_that_is_newer_than_what_is_installed(installed, taken, tmp_path):
    """Installed is an empty package with a version, and beside the notebook lies an empty wheel."""
    (tmp_path / "dlcourse").mkdir()
    (tmp_path / "dlcourse" / "__init__.py").touch()
    (tmp_path / "dlcourse.dist-info").mkdir()
    (tmp_path / "dlcourse.dist-info" / "METADATA").write_text(f"Name: dlcourse\nVersion: {installed}\n")
    (tmp_path / "dlcourse-0.10.0-py3-none-any.whl").touch()
    done = run_first_cell(tmp_path, then="print('here')", first="import sys; sys.path.insert(0, '.')")
    assert done.stdout.startswith("Installing" if taken else "here"), done.stderr


# ------------------------------------------------------------------------------------------------ running notebooks


def test_what_differs_from_run_to_run_is_cleaned_away():
    planted = Planted()
    dirty = copy.deepcopy(planted)
    cell = dirty["half"]
    cell.metadata.update(execution={"iopub.status.busy": "now"}, scrolled=True)
    dirty.nb.metadata.update(widgets={"state": {}})
    dirty["figure-1"].outputs = [picture(png({"Software": "a program, version 1"}))]
    dirty["choose"].outputs = [printed("0."), printed("1\n")]
    assert dirty.nb != planted.nb
    assert notebooks.clean(dirty.nb) == planted.nb


def test_cleaning_keeps_the_picture_itself():
    with_notes, without = png({"Software": "a program"}), png()
    assert with_notes != without
    assert notebooks.strip_png(base64.b64decode(with_notes)) == base64.b64decode(without)
    with pytest.raises(ValueError, match="expected a PNG file"):
        notebooks.strip_png(b"GIF89a")


def test_a_live_cell_is_stored_empty():
    planted = Planted()
    planted["choose"].metadata.tags = ["nbval-ignore-output"]
    notebooks.clean(planted.nb)
    assert planted["choose"].outputs == []


def small_notebook(*sources):
    """A notebook of code cells alone."""
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{k}") for k, source in enumerate(sources)]
    return nbformat.v4.new_notebook(cells=cells)


def test_a_notebook_runs_on_one_thread_in_its_own_folder_and_twice_the_same(tmp_path):
    show = f"import os\nprint([os.environ[name] for name in {list(ONE_THREAD)}], os.path.basename(os.getcwd()))"
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    texts = []
    for _ in range(2):
        nb = notebooks.clean(notebooks.run(small_notebook(show, plot), tmp_path))
        notebooks.refuse(nb)
        assert notebooks.write(nb, tmp_path / "small.ipynb") == (not texts)
        texts.append((tmp_path / "small.ipynb").read_bytes())
    assert texts[0] == texts[1]
    assert nb.cells[0].outputs[0].text == f"['1', '1', '1'] {tmp_path.name}\n"
    assert [cell.execution_count for cell in nb.cells] == [1, 2]


@pytest.mark.parametrize(
    "source", ["import warnings\nwarnings.warn('old')", "import os.path\nos.path.expanduser('~/x')"]
)
def test_a_notebook_that_warns_or_shows_a_path_is_refused(tmp_path, source):
    with pytest.raises(notebooks.Refused):
        notebooks.refuse(notebooks.run(small_notebook(source), tmp_path))


EXERCISE = Exercise("1.1", "Add", "easy", "open", "Add two numbers.", "Use +.", "It is a + b.")


def test_exercises_are_written_where_they_belong():
    nb = Planted().nb
    notebooks.write_exercises(nb, "1", {"1.1": EXERCISE, "2.1": dataclasses.replace(EXERCISE, number="2.1")})
    places = [cell.id for cell in nb.cells]
    assert places[places.index("exercises") + 1 :][:2] == ["ex-1-1", "check-yourself"]
    assert "ex-2-1" not in places
    again = copy.deepcopy(nb)
    notebooks.write_exercises(again, "1", {"1.1": EXERCISE})
    assert again == nb
    notebooks.write_exercises(again, "1", {})
    assert [cell.id for cell in again.cells] == [i for i in places if i != "ex-1-1"]


@pytest.mark.parametrize(("name", "chapter"), [
    ("00a_linear_algebra.ipynb", "0"), ("01_neural_networks.ipynb", "1"), ("05a_computer_vision.ipynb", "5a"),
])
def test_the_chapter_stands_in_the_name(tmp_path, name, chapter):
    assert notebooks.chapter_of(tmp_path / name) == chapter


# ------------------------------------------------------------------------------------------------ site and studies


def test_the_server_takes_the_next_free_port_and_serves_on_this_computer_alone(tmp_path):
    (tmp_path / "index.html").write_text("hello")
    with site.open_server(tmp_path, 18400) as first, site.open_server(tmp_path, first.server_port) as second:
        assert second.server_port > first.server_port
        assert first.server_address[0] == second.server_address[0] == "127.0.0.1"


def test_make_serve_prints_an_address_that_answers(tmp_path):
    clone = copy_project(tmp_path)
    html = clone / "_build" / "html"
    html.mkdir(parents=True)
    (html / "index.html").write_text("the course")
    (clone / "_build" / "fingerprint").write_text(site.fingerprint(clone))
    command = [sys.executable, "-m", "dlcourse.recipes.site", "serve", "--port", "18500"]
    environment = os.environ | {"PYTHONPATH": str(clone)}
    with subprocess.Popen(command, cwd=clone, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout.readline() == "The website is up to date.\n"
        address = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())[0]
        with urllib.request.urlopen(address, timeout=10) as page:
            assert page.read() == b"the course"
        server.terminate()


def test_the_site_is_built_again_when_a_source_changes(tmp_path):
    for name in site.SOURCES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a")
    before = site.fingerprint(tmp_path)
    os.utime(tmp_path / "book", (1, 1))
    assert site.fingerprint(tmp_path) == before
    (tmp_path / "book").write_text("b")
    assert site.fingerprint(tmp_path) != before


def test_every_study_can_be_remade_and_signed(tmp_path, monkeypatch):
    assert "notebook_seconds" in studies.study_names()
    monkeypatch.setattr(table, "FOLDER", tmp_path)
    row = {"notebook": "09_x", "words": "9100", "reading_minutes": "46", "seconds": "61.2"}
    table.write("notebooks", [row], "python -m something", time.perf_counter())
    (stored,) = table.read("notebooks")
    assert row.items() <= stored.items()
    assert stored["command"] == "python -m something" and stored["study_seconds"] == "0"
    assert {"date", "python", "numpy"} <= stored.keys()
    assert table.minutes("09_x") == "About 45 minutes to read, and under 2 minutes to run on one core."
    assert table.minutes("nothing").startswith("Not measured yet")


def test_a_browser_on_the_path_is_found(tmp_path, monkeypatch):
    (tmp_path / "chromium").write_text("#!/bin/sh\n")
    (tmp_path / "chromium").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browser.find_browser() == str(tmp_path / "chromium")
