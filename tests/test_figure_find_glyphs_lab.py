"""Find the glyphs in JupyterLab with a live kernel: what is drawn and put, Python knows; what it sets is seen."""

import pytest
from lab_tools import run_cell
from test_figure_find_glyphs_browser import FindOnPage

from dlcourse.figures.find_glyphs import FindGlyphs

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("float64")]


def test_the_figure_and_python_share_their_values(notebook):
    page, wrong = notebook(
        "find.ipynb",
        "import numpy as np\nfrom dlcourse import set_default_dtype\nset_default_dtype(np.float64)\n"
        "from dlcourse.figures.find_glyphs import FindGlyphs\nfigure = FindGlyphs()\nfigure",
        "print('seen', figure.scene, round(figure.threshold, 2), figure.glyphs, figure.right().tolist())",
        "figure.scene, figure.glyphs, figure.threshold = 0, [[7, 20, 20], [2, 44, 40]], 0.4\nprint('set')",
        "print('drawn', len(figure.strokes), figure.truth(), figure.suppression, figure.layer)",
        "figure.threshold = 1.5",
    )
    run_cell(page, 0)
    figure = FindOnPage(page)
    figure.figure.wait_for()
    figure.choose("Test scene", "6")
    figure.type("threshold", 0.3)
    figure.check(FindGlyphs(scene=6, threshold=0.3))
    run_cell(page, 1, r"seen 6 0\.3 \[\] \[True, True, True\]")
    run_cell(page, 2, "set")
    figure.figure.get_by_text("From a score of 0.40 on it finds 2 digits: 2 right").wait_for()
    figure.check(FindGlyphs(scene=0, threshold=0.4, glyphs=[[7, 20, 20], [2, 44, 40]]))
    figure.draw([[[0.8, 0.1], [0.8, 0.3]]])
    figure.choose("Suppression", "off")
    figure.choose("Over the scene", "pixels")
    run_cell(page, 3, "drawn 1 None False pixels")
    run_cell(page, 4, "TraitError")
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []
