"""What all tests share: one thread, repeatable random examples, and a loud word when a browser was missing."""

import os
import shutil
import sys
import tempfile

import pytest

# Numbers are compared to the letter, so NumPy must add them up on one thread. It reads this once, when it is imported;
# the kernels of the notebooks and the builder of the website inherit it.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
if "numpy" in sys.modules and any(os.environ.get(name) != "1" for name in ONE_THREAD):
    raise pytest.UsageError(f"NumPy was imported before the tests could set {ONE_THREAD}: run them by `make test`")
os.environ.update(ONE_THREAD)
os.environ["TQDM_DISABLE"] = "1"  # a progress bar, on a slow day, would differ from the stored output

from browser_tools import address, browser, open_page  # noqa: E402, F401  (only now may anything import NumPy)
from hypothesis import settings  # noqa: E402
from lab_tools import lab, notebook  # noqa: E402, F401

from dlcourse.coursework.sandbox import isolation_problem  # noqa: E402
from dlcourse.studies.chapter_1 import in_float64  # noqa: E402

# On a busy machine a slow example is no failure. In CI the examples are the same in every run.
settings.register_profile("course", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("course")


def pytest_configure(config):
    """Make one folder for what is built once and read by every process of the run, which inherits its name."""
    if not hasattr(config, "workerinput"):
        os.environ["DLCOURSE_SHARED"] = tempfile.mkdtemp(prefix="dlcourse-tests-")


def pytest_unconfigure(config):
    """Remove the folder when the last process has ended."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop("DLCOURSE_SHARED"))


def pytest_runtest_setup(item):
    """A test that needs a box is skipped where there is none, and fails where CI should have got one."""
    if item.get_closest_marker("box") and (problem := isolation_problem()):
        if "CI" in os.environ:
            pytest.fail(problem)
        pytest.skip("there is no box: `make instructor` gets bubblewrap")


def pytest_terminal_summary(terminalreporter):
    """Nobody should believe that the pages were seen in a browser, or attacks stopped by a box, when they were not."""
    skipped = [report.keywords for report in terminalreporter.stats.get("skipped", [])]
    if browsers := sum("browser" in keywords for keywords in skipped):
        terminalreporter.section("THE PAGES WERE NOT SEEN IN A BROWSER", sep="!", red=True, bold=True)
        terminalreporter.line(f"{browsers} tests were skipped for want of a browser. `make browser` gets one.")
    if boxes := sum("box" in keywords for keywords in skipped):
        terminalreporter.section("NO STUDENT'S CODE WAS GRADED IN A BOX", sep="!", red=True, bold=True)
        terminalreporter.line(f"{boxes} tests were skipped for want of bubblewrap. `make instructor` gets it.")


@pytest.fixture
def float64():
    """Numbers of 16 digits for the length of a test, as the notebooks compute."""
    with in_float64():
        yield
