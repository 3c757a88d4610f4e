"""The figures in JupyterLab with a live kernel: what is moved is read in Python, and what Python sets is seen."""

import nbformat
import pytest
from figure_tools import LIGHTNESS, SUM, NeuronOnPage
from lab_tools import run_cell

from dlcourse.figures import Neuron

pytestmark = pytest.mark.browser


def test_sliders_and_python_share_their_values(notebook):
    page, wrong = notebook(
        "neuron.ipynb",
        "from dlcourse.figures import Neuron\nfigure = Neuron()\nfigure",
        "print('read', figure.parameters, f'{figure.loss():.3f}')",
        "figure.parameters = [[1, 2, -2.5]]\nprint('set')",
        "figure.task = 'XOR'\nprint('set')",
        "print('again', figure.steps, len(figure.parameters), figure.points[0])",
    )
    run_cell(page, 0)
    figure = NeuronOnPage(page)
    figure.figure.wait_for()
    figure.slider("bias").focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")  # JupyterLab would take these keys for itself
    assert figure.values() == [4, 0, -3]
    run_cell(page, 1, r"read \[\[4\.0, 0\.0, -3\.0\]\] 0\.\d{3}")
    assert f"{Neuron(parameters=[[4, 0, -3]]).loss():.3f}" in page.locator(".jp-CodeCell").nth(1).inner_text()

    for cell, task in [(2, "AND"), (3, "XOR")]:
        run_cell(page, cell, "set")
        loss = Neuron(parameters=[[1, 2, -2.5]], task=task).loss()
        page.wait_for_function(f"document.querySelector('.dl-side > output').innerText.startsWith('loss {loss:.3f}')")
        assert figure.values() == [1, 2, -2.5] and figure.radio("Task", task).is_checked()

    figure.field("bias").select_text()
    page.keyboard.type("-0.5")  # keys that JupyterLab would take for itself, too
    assert figure.values() == [1, 2, -0.5]
    figure.drag(figure.place(0, 0), figure.place(0.3, 0.2))
    figure.choose("Hidden neurons", "2")
    figure.press("One step")
    run_cell(page, 4, r"again 1 3 \[0\.\d+, 0\.\d+, 0\]")
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []


def test_tab_walks_through_the_figure(notebook):
    page, _ = notebook("tab.ipynb", "from dlcourse.figures import Neuron\nNeuron()")
    run_cell(page, 0)
    figure = NeuronOnPage(page)
    figure.radio("Task", "AND").focus()
    for name in ("0", "One step"):
        page.keyboard.press("Tab")
        focused = page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).innerText.trim()")
        assert focused == name
    page.keyboard.press("Enter")
    assert figure.result()[2] == 1


def test_300_kilobytes_of_numbers_arrive_from_python(notebook):
    page, _ = notebook(
        "weights.ipynb",
        "from figure_tools import Weights\nfigure = Weights()\nfigure",
        "figure.factor = 3\nprint('set')",
    )
    run_cell(page, 0)
    read = page.locator("figure > .dl-body > output")
    read.wait_for()
    assert read.inner_text() == f"150000 numbers, sum {SUM:.0f}"
    run_cell(page, 1, "set")
    page.wait_for_function(f"document.querySelector('figure > .dl-body > output').innerText.endsWith('{3 * SUM:.0f}')")


def test_before_it_is_run_a_stored_figure_shows_its_sentence(notebook):
    shown = {"text/html": Neuron().place(), "text/plain": "A figure to play with."}
    stored = nbformat.v4.new_output("display_data", shown)
    page, _ = notebook("stored.ipynb", "1", outputs=[stored])
    page.locator(".jp-OutputArea-output", has_text=Neuron.alt[:60]).wait_for()
    assert page.get_by_text("Error displaying widget").count() == 0


def test_the_colors_follow_the_lab(notebook):
    page, _ = notebook("dark.ipynb", "from dlcourse.figures import Neuron\nNeuron()")
    run_cell(page, 0)
    page.locator(".dl-plane").wait_for()
    page.wait_for_function(f"({LIGHTNESS})() > 500")
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    page.wait_for_function(f"({LIGHTNESS})() < 300")
