"""The gates and the sampler in JupyterLab with a live kernel: what is typed, Python reads; what it sets is seen."""

import pytest
from lab_tools import run_cell
from test_figure_gates_browser import TEXT, GatesOnPage
from test_figure_sampler_browser import SamplerOnPage

from dlcourse.figures import Gates, Sampler

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("float64")]


def test_the_gates_and_python_share_their_values(notebook):
    page, wrong = notebook(
        "gates.ipynb",
        "import numpy as np\nfrom dlcourse import set_default_dtype\nset_default_dtype(np.float64)\n"
        "from dlcourse.figures import Gates\nfigure = Gates()\nfigure",
        "print('read', repr(figure.text), figure.at, figure.unit, figure.steps()['c'].shape)",
        "figure.text, figure.at, figure.unit = 'import sys', 3, 20\nprint('set')",
        "figure.at = 10",
    )
    run_cell(page, 0)
    figure = GatesOnPage(page)
    figure.figure.wait_for()
    figure.control("textbox", TEXT).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("a = (b)")  # JupyterLab has shortcuts on single letters
    figure.check(Gates(text="a = (b)", at=6))
    figure.type("character", 4)
    run_cell(page, 1, rf"read 'a = \(b\)' 4 {Gates().unit} \(7, 144\)")
    run_cell(page, 2, "set")
    figure.figure.get_by_text("Unit 20 at character 3").wait_for()
    figure.check(Gates(text="import sys", at=3, unit=20))
    run_cell(page, 3, "TraitError: at expected the number of a character of the text, 0 to 9, got 10")
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []


# A kernel that is slow to take what the page says, so that the page holds back all but the first change.
LATE = """import time
class Late(Sampler):
    def set_state(self, sync_data):
        time.sleep(0.5)
        super().set_state(sync_data)
Sampler = Late
"""


@pytest.mark.parametrize("late", ["", LATE], ids=["in time", "late"])
def test_the_sampler_and_python_share_their_values(notebook, late):
    page, wrong = notebook(
        "sampler.ipynb",
        "import numpy as np\nfrom dlcourse import set_default_dtype\nset_default_dtype(np.float64)\n"
        f"from dlcourse.figures import Sampler\n{late}figure = Sampler(written=0)\nfigure",
        "print('read', figure.written, figure.at, figure.temperature, len(figure.text()))",
        "figure.seed, figure.written = 3, 25\nprint('set')",
    )
    run_cell(page, 0)
    figure = SamplerOnPage(page)
    figure.figure.wait_for()
    figure.press("One character")
    figure.press("One character")
    figure.type("temperature", 0.4)
    figure.type("draw", 1)
    run_cell(page, 1, r"read 2 1 0\.4 2")
    run_cell(page, 2, "set")
    figure.figure.get_by_text("25 written").wait_for()
    figure.check(Sampler(seed=3, written=25, temperature=0.4))
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []
