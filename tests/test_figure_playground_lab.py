"""The playground in JupyterLab with a live kernel: Python reads the trained weights, and sets them."""

import pytest
from lab_tools import run_cell
from test_figure_playground_browser import PlaygroundOnPage

pytestmark = pytest.mark.browser

START = """import numpy as np, dlcourse
from dlcourse.figures import Playground
dlcourse.set_default_dtype(np.float64)
figure = Playground(activation="tanh", depth=3, width=5)
figure"""
# The page's weights after its steps against those of dlcourse.optim from the same start.
COMPARE = """pairs = zip(figure.model().parameters(), figure.trained().parameters())
print("apart by", figure.steps > 20, max(np.abs(a.data - b.data).max() for a, b in pairs) < 1e-10)"""
TAKE = """from dlcourse import nn
model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
figure.take(model)
print("taken", figure.depth, figure.width)"""


def test_weights_go_both_ways(notebook):
    said = "print('said', figure.depth, figure.steps, figure.batch)"
    page, wrong = notebook("playground.ipynb", START, COMPARE, TAKE, said)
    run_cell(page, 0)
    figure = PlaygroundOnPage(page)
    figure.figure.wait_for()
    figure.press("Train")
    page.wait_for_function("parseInt(document.querySelector('figure output').innerText.replace(',', '')) > 50")
    figure.press("Pause")
    run_cell(page, 1, "apart by True True")
    run_cell(page, 2, "taken 1 3")
    page.wait_for_function("document.querySelectorAll('.dl-units input').length === 6")
    assert figure.result()[0] == 0 and figure.radio("Hidden layers", "1").is_checked()
    figure.choose("Hidden layers", "4")
    figure.press("One step")
    run_cell(page, 3, "said 4 1 20")
    assert figure.maps() == 2 + 4 * 3 + 1
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []
