"""The backpropagation figure in JupyterLab with a live kernel: values and steps go both ways."""

import pytest
from backprop_tools import BackpropOnPage
from lab_tools import run_cell

from dlcourse.figures import Backprop

pytestmark = pytest.mark.browser


def test_steps_inputs_and_python_share_their_values(notebook):
    page, wrong = notebook(
        "backprop.ipynb",
        "from dlcourse.figures import Backprop\nfigure = Backprop()\nfigure",
        "print('read', figure.graph, figure.step, figure.inputs)",
        "figure.graph = 'diamond'\nfigure.inputs = {'w': 1, 'x': -0.5}\nfigure.step = 7\nprint('set')",
        "print('slope', *(f'{figure.tensors()[name].grad:.3f}' for name in figure.inputs))",
        "print('again', figure.graph, figure.step, figure.inputs)",
    )
    run_cell(page, 0)
    figure = BackpropOnPage(page)
    figure.figure.wait_for()
    figure.press("Step")
    figure.slider("step").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")  # JupyterLab would take these keys for itself
    figure.type("input w", "-0.75")
    assert figure.step() == 4
    run_cell(page, 1, r"read neuron 4 \{'w': -0\.75, 'x': 2\.0, 'b': 2\.0, 'y': 1\.0\}")

    run_cell(page, 2, "set")
    page.wait_for_function("document.querySelector('.dl-step').innerText.startsWith('Step 7 of 7')")
    assert figure.table() == {"\u2202L/\u2202w": ("0.5000", "0.5000"), "\u2202L/\u2202x": ("0", "0")}
    run_cell(page, 3, r"slope 0\.500 0\.000")
    assert figure.figure.get_by_role("radio", name="used twice").is_checked()

    figure.choose("two neurons")  # the page sends a graph together with its inputs
    figure.press("To the end")
    figure.type("input w\u2082", "10")
    inputs = Backprop(graph="network").inputs | {"w2": 10.0}
    run_cell(page, 4, "again network 13 " + str(inputs).replace("{", r"\{").replace("}", r"\}"))
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []
