"""The figures in a real browser, without a kernel: dragged, typed, tabbed, in the dark, on a phone, in a sandbox."""

import json
from html import escape, unescape
from urllib.parse import quote

import nbformat
import pytest
import site_tools
from browser_tools import PHONE
from figure_tools import LIGHTNESS, SUM, NeuronOnPage, Weights, tabs, write_page
from nbconvert import HTMLExporter
from traitlets.config import Config

from dlcourse.figures import FIGURES, Neuron, bundle
from dlcourse.recipes import notebook_paths

pytestmark = pytest.mark.browser
FIGURES_OF = {  # the page on which the tests find each figure
    "01_neural_networks": "neuron", "02_deep_neural_networks": "playground", "03_training_process": "backprop race",
    "04_representation_learning": "latent words", "06_convolutional_networks": "convolution_explorer read_digit",
    "07_recurrent_networks": "gates sampler", "08_transfer_learning": "budget ten_examples",
    "05a_computer_vision": "find_glyphs", "05c_speech_recognition": "say_it", "05d_translation": "translate",
    "05e_reinforcement_learning": "balance", "05f_game_playing": "board_game",
}  # fmt: skip
HOLDERS = {name: f"notebooks/{stem}.html" for stem, names in FIGURES_OF.items() for name in names.split()}
CHAPTER = HOLDERS["neuron"]


@pytest.fixture
def neuron(open_page, tmp_path):
    """A neuron alone on a page, and what went wrong in it."""

    def opened(figure=None, **options):
        page, wrong = open_page(write_page(tmp_path, figure or Neuron()).as_uri(), **options)
        return NeuronOnPage(page), wrong

    return opened


# ------------------------------------------------------------------------------------------------ every figure


def test_every_figure_is_looked_at_on_a_page():
    assert set(HOLDERS) == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_a_page_holds_its_figure(name):
    """On the page a sentence stands in the figure's place; `test_browser.py` sees the figures of all pages start."""
    html = (site_tools.built_site() / HOLDERS[name]).read_text(encoding="utf-8")
    place = html.split(f'data-figure="{name}"', 1)[1].split("</div>", 1)[0]
    assert FIGURES[name].alt in unescape(place)


def test_without_scripts_the_sentence_is_seen(open_page, address):
    page, _ = open_page(address + CHAPTER, java_script_enabled=False)
    assert Neuron.alt in page.locator('[data-figure="neuron"]').first.inner_text()


@pytest.mark.parametrize("name", FIGURES)
def test_a_static_view_of_the_notebook_shows_the_sentence(name):
    """As GitHub and nbviewer show a notebook: without scripts, and with everything removed that could be one."""
    exporter = HTMLExporter(config=Config({"HTMLExporter": {"sanitize_html": True}}))
    path = next(path for path in notebook_paths() if f"notebooks/{path.stem}.html" == HOLDERS[name])
    cells = nbformat.read(path, as_version=4).cells
    holders = [cell for cell in cells if f'data-figure="{name}"' in str(cell.get("outputs"))]
    html, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(cells=holders))
    assert FIGURES[name].alt in site_tools.soup(html).get_text()


# ------------------------------------------------------------------------------------------------ the neuron


def test_the_keys_of_a_slider_change_the_loss(neuron):
    figure, wrong = neuron()
    assert figure.result() == (round(Neuron().loss(), 3), 1, 0)
    figure.slider("bias").focus()
    for _ in range(20):
        figure.page.keyboard.press("ArrowLeft")
    assert figure.values() == [4, 0, -3]
    assert figure.result()[0] == round(Neuron(parameters=[[4, 0, -3]]).loss(), 3)
    assert figure.slider("bias").get_attribute("aria-valuetext") == "\u22123.00"
    assert wrong == []


def test_an_exact_value_can_be_typed(neuron):
    figure, wrong = neuron()
    field = figure.field("weight of x\u2082")
    field.select_text()
    figure.page.keyboard.type("-1.375")
    loss = round(Neuron(parameters=[[4, -1.375, -2]]).loss(), 3)
    assert figure.result()[0] == loss and field.input_value() == "-1.375"
    field.select_text()
    figure.page.keyboard.press("Backspace")
    assert figure.result()[0] == loss  # an empty field changes nothing
    figure.page.keyboard.type("99")
    figure.page.keyboard.press("Tab")
    assert figure.values() == [4, 12, -2]
    assert wrong == []


def test_dragging_the_arrow_turns_the_line_and_makes_it_sharper(neuron):
    figure, _ = neuron()
    figure.drag(figure.middle(".dl-tip"), figure.place(0.8, 0.8))
    w1, w2, b = figure.values()
    assert w1 == pytest.approx(w2, abs=0.05) and w1 + w2 == pytest.approx(-2 * b, abs=0.05)  # about its foot
    length = 0.3 * 2**0.5
    assert (w1**2 + w2**2) ** 0.5 == pytest.approx(6 * length / (0.8 - length), rel=0.03)
    assert figure.result()[0] == pytest.approx(Neuron(parameters=[[w1, w2, b]]).loss(), abs=0.002)


def test_dragging_the_diamond_shifts_the_line(neuron):
    figure, _ = neuron()
    figure.drag(figure.middle(".dl-shift"), figure.place(0.25, 0.5))
    assert figure.values() == [4, 0, pytest.approx(-1, abs=0.03)]


def test_dragging_a_point_moves_it(neuron):
    figure, _ = neuron()
    figure.drag(figure.place(1, 0), figure.place(0.2, 0.1))
    assert figure.sum().startswith("Point 3: z = 4.00 \u00b7 0.2")
    assert figure.result()[1] == 0
    figure.press("Reset")
    assert figure.result() == (0.627, 1, 0)


def test_a_finger_drags_a_point_and_not_the_page(neuron):
    figure, _ = neuron(viewport=PHONE, has_touch=True)
    (x, y), (x2, y2) = figure.place(1, 0), figure.place(0.2, 0.1)
    touch = figure.page.context.new_cdp_session(figure.page)
    moves = [("touchStart", x, y), ("touchMove", (x + x2) / 2, y), ("touchMove", x2, y2)]
    for kind, *at in moves:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [dict(zip("xy", at, strict=True))]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert figure.result()[1] == 0
    assert figure.page.evaluate("scrollY") == 0


def test_everything_can_be_done_with_the_keyboard_alone(neuron):
    """Tab from control to control, choose XOR and three hidden neurons, take a step, move a point."""
    figure, _ = neuron()
    page, tab, seen = figure.page, *tabs(figure.page)

    assert tab() == "AND"
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert tab() == "0"
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert tab() == "One step"
    page.keyboard.press("Enter")
    loss, _, steps = figure.result()
    assert steps == 1 and loss != 0.627
    assert [tab() for _ in range(4)] == ["Train", "New start", "Reset", "hidden 1"]
    names = ["weight of x\u2081", "weight of x\u2082", "bias"]
    assert [tab() for _ in range(6)] == [name for slider in names for name in (slider, f"{slider}, exactly")]
    assert tab() == "Move a point by numbers"
    page.keyboard.press("Enter")
    assert [tab() for _ in range(4)] == ["1", "no", "x\u2081", "x\u2081, exactly"]
    assert tab() == "x\u2082"
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    assert figure.result()[0] != loss
    assert [tab() for _ in range(2)] == ["x\u2082, exactly", "What to try"]
    assert all(outline == "solid" for _, outline in seen)


def test_a_hidden_layer_makes_xor_give_way(neuron):
    figure, wrong = neuron(Neuron(task="XOR"))
    figure.press("Train")
    figure.page.get_by_text("loss 0.693, 0 of 4 wrong, 4 undecided").wait_for()
    figure.figure.get_by_role("button", name="Train", exact=True).wait_for()  # it notices that nothing moves
    figure.choose("Hidden neurons", "3")
    figure.press("Train")
    figure.figure.get_by_role("button", name="Stop", exact=True).wait_for()
    figure.figure.get_by_role("button", name="Train", exact=True).wait_for()  # it stops by itself
    loss, mistakes, steps = figure.result()
    assert loss < 0.01 and mistakes == 0 and steps > 100
    assert figure.figure.locator(".dl-hidden-line").count() == 3
    assert wrong == []


def test_real_digits_can_be_chosen_looked_at_and_learned(neuron):
    figure, _ = neuron()
    figure.choose("Task", "0 or 1")
    assert figure.figure.locator(".dl-point").count() == 60
    assert figure.figure.get_by_role("img", name="The chosen digit, a 0").is_visible()
    figure.figure.get_by_text("Look at a digit").click()
    figure.slider("digit").fill("60")
    assert figure.sum().startswith("Digit 60:")
    assert figure.figure.get_by_role("img", name="The chosen digit, a 1").is_visible()
    figure.press("Train")
    figure.page.wait_for_function("document.querySelector('.dl-side > output').innerText.includes(' 0 of 60 wrong')")


def test_less_motion_jumps_to_the_end(neuron):
    figure, _ = neuron(reduced_motion="reduce")
    figure.press("Train")
    assert figure.result()[2] == 1000
    assert figure.figure.get_by_role("button", name="Train", exact=True).is_visible()


def test_a_screen_reader_hears_names_values_and_results(neuron):
    figure, _ = neuron()
    heard, name = figure.figure.aria_snapshot(), 'figure "A neuron, a figure to play with"'
    assert all(words in heard for words in [name, 'group "Task"', 'radio "XOR"', 'slider "bias"', "loss 0.627"]), heard
    live = figure.figure.locator(".dl-side > output")
    assert live.get_attribute("aria-live") == "polite"
    figure.choose("Task", "XOR")
    figure.press("Train")
    figure.result()
    assert live.get_attribute("aria-live") == "off"  # not sixty announcements a second
    figure.press("Stop")
    figure.result()
    assert live.get_attribute("aria-live") == "polite"


def test_the_colors_follow_the_page(open_page, address):
    page, _ = open_page(address + CHAPTER)
    page.locator('[data-figure="neuron"]').first.scroll_into_view_if_needed()
    page.locator('[data-figure="neuron"] canvas').first.wait_for()
    light = page.evaluate(LIGHTNESS)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(f"({LIGHTNESS})() < {light / 2}")


def test_drawn_before_it_has_a_place_it_gets_its_colors_when_it_has_one(open_page, tmp_path):
    """Notebooks render a widget first and put it into the page later; styles exist only there."""
    module = bundle.widget_module("neuron").replace("export default", "const widget =")
    start = f"""
      const state = {json.dumps(Neuron().state())}, element = document.createElement("div");
      const model = {{get: name => state[name], set() {{}}, save_changes() {{}}, on() {{}}, off() {{}}}};
      widget.render({{model, el: element}});
      setTimeout(() => document.body.append(element), 100);"""
    path = tmp_path / "late.html"
    text = f'<!doctype html><html lang="en"><meta charset="utf-8"><style>{bundle.style()}</style><body></body></html>'
    path.write_text(text, encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    page.evaluate(f"() => {{ {module} {start} }}")
    page.locator(".dl-plane").wait_for()
    page.wait_for_function(f"({LIGHTNESS})() > 500")
    assert wrong == []


# ------------------------------------------------------------------------------------------------ the mechanism


def test_two_of_a_kind_keep_to_themselves(open_page, tmp_path):
    page, wrong = open_page(write_page(tmp_path, Neuron(), Neuron(task="OR")).as_uri())
    first, second = NeuronOnPage(page, 0), NeuronOnPage(page, 1)
    before = second.result()
    first.choose("Task", "XOR")
    first.slider("bias").fill("1")
    assert first.result() != before and second.result() == before
    assert second.radio("Task", "OR").is_checked() and first.radio("Task", "XOR").is_checked()
    ids = page.eval_on_selector_all("[id]", "elements => elements.map(element => element.id)")
    assert len(ids) == len(set(ids)) > 4
    assert wrong == []


def test_300_kilobytes_of_numbers_lie_beside_the_page(open_page, tmp_path):
    figure = Weights()
    assert len(figure.stored_numbers()) == 300_000 and len(figure.place()) < 1000
    page, wrong = open_page(write_page(tmp_path, figure).as_uri())
    assert page.locator("figure output").first.inner_text() == f"150000 numbers, sum {SUM:.0f}"
    assert wrong == []


def test_a_figure_without_its_numbers_says_so_and_leaves_its_sentence(open_page, tmp_path):
    page, wrong = open_page(write_page(tmp_path, Weights(), numbers=False).as_uri())
    text = page.locator("[data-figure]").inner_text()
    assert Weights.alt in text and "It could not start: The numbers of this figure are missing." in text
    assert len(wrong) == 1


# An output of Colab: an iframe of its own that may run scripts and nothing else. Some hosts insert an output by
# innerHTML and make its scripts anew, and some run the scripts before the markup is there.
HOSTS = {
    "as it is": "OUTPUT",
    "by innerHTML": """<div id="host"></div><script>
        const output = decodeURIComponent(`ENCODED`), host = document.getElementById("host");
        host.innerHTML = output;
        for (const old of host.querySelectorAll("script")) {
          const made = document.createElement("script");
          made.textContent = old.textContent;
          old.replaceWith(made);
        }</script>""",
    "script first": """<div id="host"></div><script>
        const output = decodeURIComponent(`ENCODED`), part = document.createElement("template");
        part.innerHTML = output;
        for (const old of part.content.querySelectorAll("script")) {
          const made = document.createElement("script");
          made.textContent = old.textContent;
          document.body.append(made);
          old.remove();
        }
        setTimeout(() => document.getElementById("host").append(part.content), 300);</script>""",
}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("make", [Neuron, Weights])
def test_alone_in_a_sandbox(make, host, open_page, tmp_path):
    output = make().standalone().data
    inner = HOSTS[host].replace("OUTPUT", output).replace("ENCODED", quote(output))
    path = tmp_path / "host.html"
    iframe = f'<iframe sandbox="allow-scripts" width="900" height="900" srcdoc="{escape(inner)}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{iframe}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("figure").wait_for()
    frame.get_by_role("slider", name="bias" if make is Neuron else "factor").focus()
    page.keyboard.press("ArrowRight")
    read = frame.locator(".dl-side > output" if make is Neuron else "figure output").first
    wanted = "loss 0.6" if make is Neuron else f"sum {2 * SUM:.0f}"
    assert wanted in read.inner_text()
    assert frame.locator("body").evaluate("() => location.origin") == "null"
    assert wrong == []
