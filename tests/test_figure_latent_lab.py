"""The plane of codes in JupyterLab with a live kernel: Python reads what is moved, and the page shows what it sets."""

import pytest
from lab_tools import run_cell
from test_figure_latent_browser import LatentOnPage, sentence_of

from dlcourse.figures.latent import Latent

pytestmark = pytest.mark.browser


def test_the_plane_and_python_share_their_values(notebook):
    page, wrong = notebook(
        "latent.ipynb",
        "from dlcourse.figures.latent import Latent\nfigure = Latent()\nfigure",
        "print('read', figure.position, figure.point == figure.on_walk(), figure.picture().shape)",
        "figure.model = 'VAE'\nfigure.start = 23\nfigure.position = 0.0\nprint('set', figure.nearest()[0])",
        "print('again', figure.model, figure.point, figure.shown, figure.decoder()[0].weight.shape)",
        "print('other', figure.model, figure.point == figure.on_walk(), figure.position, figure.end)",
    )
    run_cell(page, 0)
    figure = LatentOnPage(page)
    figure.figure.wait_for()
    figure.control("slider", "position").focus()
    page.keyboard.press("ArrowRight")  # JupyterLab would take this key for itself
    run_cell(page, 1, r"read 0\.51 True \(8, 8\)")
    assert figure.sentence() == sentence_of(Latent(position=0.51))

    run_cell(page, 2, "set 23")
    figure.figure.get_by_text(sentence_of(Latent(model="VAE", start=23, position=0.0))).wait_for()
    assert figure.control("radio", "VAE").is_checked()
    figure.choose("labels")
    figure.move_to(2, -1.5)
    run_cell(page, 3, r"again VAE \[2\.0, -1\.5\] labels \(128, 2\)")

    figure.press("End here")
    figure.choose("autoencoder")  # a model comes together with its point
    row = Latent(model="VAE", point=[2, -1.5]).nearest()[0]
    run_cell(page, 4, rf"other autoencoder True 1(\.0)? {row}")
    assert figure.sentence() == sentence_of(Latent(start=23, end=row, position=1.0))
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []
