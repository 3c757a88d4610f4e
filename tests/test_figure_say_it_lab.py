"""Say it in JupyterLab with a live kernel: what is chosen, Python knows; what it sets is heard."""

import pytest
from lab_tools import run_cell
from test_figure_say_it_browser import SayItOnPage, word_file

from dlcourse.figures import SayIt

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("float64")]


def test_the_figure_and_python_share_their_values_and_not_the_readers_own_sound(notebook):
    page, wrong = notebook(
        "say_it.ipynb",
        "import numpy as np\nfrom dlcourse import set_default_dtype\nset_default_dtype(np.float64)\n"
        "from dlcourse.figures import SayIt\nfigure = SayIt()\nfigure",
        "print('chosen', figure.digit, figure.voice, figure.noise, figure.snr_db, figure.sound().shape)",
        "figure.digit, figure.voice, figure.noise, figure.network = 2, 'high', 'babble', 'white and babble'\n"
        "print('set')",
        "print('own', figure.digit, figure.voice)",
        "figure.snr_db = 40.0",
    )
    run_cell(page, 0)
    figure = SayItOnPage(page)
    figure.figure.wait_for()
    figure.choose("Digit", "4")
    figure.control("slider", "speech over noise, dB").focus()
    page.keyboard.press("ArrowLeft")
    figure.check(SayIt(digit=4, noise="white", snr_db=9.0))
    run_cell(page, 1, r"chosen 4 low white 9\.0 \(7200,\)")

    run_cell(page, 2, "set")
    figure.heard("A 2 is said in other voices, 9 dB")
    wanted = {"noise": "babble", "snr_db": 9.0, "network": "white and babble"}
    figure.check(SayIt(digit=2, voice="high", **wanted))
    figure.open("six.wav", word_file(digit=6))
    figure.heard("The file six.wav")
    run_cell(page, 3, "own 2 high")
    run_cell(page, 4, "TraitError")
    assert [fault for fault in wrong if "dlcourse" in fault or "another host" in fault] == []
