"""The playground in a real browser, without a kernel: trained, tabbed, touched, on a phone, in a sandbox."""

import re
from html import escape

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_tools import CONTRAST, PHONE
from figure_tools import NeuronOnPage, tabs, write_page

import dlcourse
from dlcourse.figures import Playground

pytestmark = pytest.mark.browser
# The colors of the large map, read from a copy: how many there are, and how light the middle is.
COPY = """
  const copy = new OffscreenCanvas(48, 48).getContext("2d", {willReadFrequently: true});
  copy.drawImage(document.querySelector(".dl-plane canvas"), 0, 0);
  const {data} = copy.getImageData(0, 0, 48, 48);"""
COLORS = f"""() => {{{COPY}
  return new Set(Array.from({{length: 48 * 48}}, (_, k) => data.slice(4 * k, 4 * k + 3).join())).size;
}}"""
LIGHT = f"() => {{{COPY} const k = 4 * (24 * 48 + 24); return data[k] + data[k + 1] + data[k + 2]; }}"


class PlaygroundOnPage(NeuronOnPage):
    """The playground in a browser, by what a reader sees of it."""

    def said(self):
        """The words of the result, after it has drawn what was changed."""
        self.drawn()
        return self.figure.locator("output").inner_text()

    def result(self):
        """(steps, training loss, test loss) as the figure says them."""
        words = self.said().replace(",", "")
        return int(words.split()[0]), *(float(loss) for loss in re.findall(r"loss (\S+)", words))

    def maps(self):
        """How many maps the network has: inputs, hidden units and the output."""
        return self.figure.get_by_role("group", name="Unit shown large").get_by_role("radio").count()

    def ended(self):
        """Return when training has ended by itself."""
        self.figure.get_by_role("button", name="Train", exact=True).wait_for()


@pytest.fixture
def playground(open_page, tmp_path):
    """A playground alone on a page, and what went wrong in it."""

    def opened(figure=None, **options):
        page, wrong = open_page(write_page(tmp_path, figure or Playground()).as_uri(), **options)
        return PlaygroundOnPage(page), wrong

    return opened


@pytest.fixture
def sixteen_digits():
    """JavaScript computes in float64, so the package does too."""
    before = dlcourse.get_default_dtype()
    dlcourse.set_default_dtype(np.float64)
    yield
    dlcourse.set_default_dtype(before)


def test_it_starts_and_says_the_losses_of_python(playground, sixteen_digits):
    figure, wrong = playground()
    judged = Playground(parameters=Playground().state()["parameters"]).judged()
    assert figure.result() == (0, round(judged["train"][0], 3), round(judged["test"][0], 3))
    assert figure.maps() == 2 + 2 * 4 + 1
    assert figure.figure.locator(".dl-spot").count() == 300 and figure.figure.locator(".dl-spot-test").count() == 100
    assert figure.page.evaluate(COLORS) > 50
    assert figure.figure.locator("ol li").count() == len(Playground().tries)
    assert wrong == []


def test_training_runs_pauses_and_can_be_taken_step_by_step(playground, sixteen_digits):
    figure, wrong = playground()
    before = figure.result()
    figure.press("Train")
    pause = figure.figure.get_by_role("button", name="Pause", exact=True)
    pause.wait_for()
    assert figure.figure.locator("output").get_attribute("aria-live") == "off"  # not sixty announcements a second
    figure.page.wait_for_function("parseInt(document.querySelector('figure output').innerText.replace(',', '')) > 150")
    figure.press("Pause")
    steps, loss, _ = figure.result()
    assert steps > 150 and loss < before[1]
    assert "ms on this device" in figure.figure.inner_text()
    start = Playground(parameters=Playground().state()["parameters"])
    start.start = lambda: start.parameters  # the page began with rounded numbers
    assert loss == pytest.approx(start.judged(start.trained(steps))["train"][0], abs=0.0006)
    figure.press("One step")
    assert figure.result()[0] == steps + 1
    assert figure.figure.locator("output").get_attribute("aria-live") == "polite"
    figure.press("Reset")
    assert figure.result() == before
    figure.press("New start")
    assert figure.result()[0] == 0 and figure.result() != before
    assert wrong == []


def test_the_page_stays_alive_while_the_largest_network_trains(playground):
    """Ten steps a frame if they fit into 5 ms, fewer if not: the clock here moves 2 ms with every look."""
    figure, wrong = playground(Playground(task="spirals", depth=6, width=8, activation="tanh", batch=200))
    figure.page.evaluate("let now = 0; performance.now = () => now += 2")
    figure.press("Train")
    figure.page.wait_for_function("parseInt(document.querySelector('figure output').innerText.replace(',', '')) > 0")
    before = figure.result()[0]
    steps = figure.page.evaluate("""async () => {
      const steps = [];
      for (let i = 0; i < 20; i++) {
        await new Promise(requestAnimationFrame);
        steps.push(parseInt(document.querySelector("figure output").innerText.replace(",", "")));
      }
      return steps;
    }""")
    assert set(np.diff(steps)) == {2}, steps
    assert figure.result()[0] > before
    figure.press("Pause")
    assert wrong == []


def test_another_network_begins_anew_and_has_its_maps(playground):
    figure, wrong = playground()
    figure.press("One step")
    before = figure.result()
    figure.slider("noise").fill("0.3")
    assert figure.result() != before and figure.result()[0] == 1
    figure.choose("Hidden layers", "6")
    figure.choose("Units in each", "8")
    assert figure.maps() == 2 + 6 * 8 + 1 and figure.result()[0] == 0
    assert "393 weights and biases" in figure.figure.inner_text()
    for group, name in [("Activation", "sigmoid"), ("Points", "spirals"), ("Learning rate", "0.1")]:
        figure.choose(group, name)
    figure.figure.get_by_text("Weight decay and batches").click()
    figure.choose("Rows in a step", "all 200")
    figure.choose("Weight decay", "0.1")
    figure.press("One step")
    assert figure.result()[0] == 1
    figure.press("Reset")
    assert figure.maps() == 11 and figure.radio("Points", "moons").is_checked()
    assert wrong == []


def test_a_rate_beyond_all_reason_is_told_in_words(playground):
    figure, wrong = playground(Playground(rate=1e200))
    for _ in range(5):
        figure.press("One step")
    assert "Training diverged" in figure.said() and "NaN" not in figure.figure.inner_text()
    figure.press("New start")
    assert "diverged" not in figure.said() and wrong == []


def test_a_click_shows_a_unit_large(playground):
    figure, _ = playground()
    caption, before = figure.figure.locator(".dl-plane + .dl-caption"), figure.page.evaluate(COLORS)
    assert caption.inner_text().startswith("Output: the probability p of class 1")
    unit = figure.radio("Unit shown large", "layer 1, unit 2")
    unit.click()
    figure.drawn()
    assert unit.is_checked() and caption.inner_text().startswith("Layer 1, unit 2: its activation")
    assert figure.page.evaluate(COLORS) != before
    assert figure.figure.get_by_role("img", name="Map of the plane: layer 1, unit 2").is_visible()


def test_a_finger_chooses_a_unit_of_the_largest_network_on_a_phone(playground):
    figure, _ = playground(Playground(depth=6, width=8), viewport=PHONE, has_touch=True)
    unit = figure.radio("Unit shown large", "layer 4, unit 7")
    box = unit.bounding_box()
    assert min(box["width"], box["height"]) >= 19
    unit.tap()
    figure.drawn()
    assert figure.figure.locator(".dl-plane + .dl-caption").inner_text().startswith("Layer 4, unit 7")
    assert figure.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_everything_can_be_done_with_the_keyboard_alone(playground):
    figure, _ = playground()
    page, tab, seen = figure.page, *tabs(figure.page)

    assert tab() == "output"
    page.keyboard.press("ArrowLeft")
    figure.drawn()
    assert figure.radio("Unit shown large", "layer 2, unit 4").is_checked()
    assert [tab() for _ in range(2)] == ["Train", "One step"]
    page.keyboard.press("Enter")
    assert figure.result()[0] == 1
    assert [tab() for _ in range(5)] == ["New start", "Reset", "moons", "noise", "noise, exactly"]
    assert tab() == "2"
    page.keyboard.press("ArrowRight")
    assert figure.result()[0] == 0 and figure.maps() == 15
    assert [tab() for _ in range(4)] == ["4", "ReLU", "0.01", "Weight decay and batches"]
    page.keyboard.press("Enter")
    assert [tab() for _ in range(3)] == ["0", "20", "What to try"]
    assert all(outline == "solid" for _, outline in seen)


def test_less_motion_jumps_to_the_end(playground):
    figure, _ = playground(reduced_motion="reduce")
    before = figure.result()
    figure.press("Train")
    figure.ended()
    assert figure.result()[0] == 1000 and figure.result()[1] < before[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_in_light_and_dark_on_a_phone(scheme, playground):
    figure, wrong = playground(viewport=PHONE)
    if scheme == "dark":
        light = figure.page.evaluate(LIGHT)
        paper = "--pst-color-on-background: #14191f; --pst-color-text-base: #e8ecef; --pst-color-text-muted: #b3bcc4"
        figure.page.evaluate(f"document.documentElement.style = '{paper}'")
        figure.page.evaluate("document.documentElement.dataset.theme = 'dark'")
        figure.page.wait_for_function(f"({LIGHT})() < {light / 2}")
    figure.figure.get_by_text("Weight decay and batches").click()
    assert figure.page.evaluate(CONTRAST, 4.5) == []
    assert wrong == []


def test_a_screen_reader_hears_names_values_and_results(playground):
    figure, _ = playground()
    heard = figure.figure.aria_snapshot()
    units = ['group "Unit shown large"', 'radio "layer 2, unit 1"']
    for words in ["A network, a figure to play with", *units, 'radio "spirals"', 'slider "noise"', "training: loss"]:
        assert words in heard, heard
    found = Axe().run(figure.page, context="figure").response["violations"]
    assert [rule["id"] for rule in found] == []


def test_two_on_a_page_keep_to_themselves(open_page, tmp_path):
    page, wrong = open_page(write_page(tmp_path, Playground(), Playground(task="xor", depth=1)).as_uri())
    first, second = PlaygroundOnPage(page, 0), PlaygroundOnPage(page, 1)
    before = second.result()
    first.press("One step")
    assert first.result()[0] == 1 and second.result() == before
    assert second.radio("Points", "XOR").is_checked() and first.radio("Points", "moons").is_checked()
    ids = page.eval_on_selector_all("[id]", "elements => elements.map(element => element.id)")
    assert len(ids) == len(set(ids)) > 1
    assert wrong == []


def test_alone_in_a_sandbox(open_page, tmp_path):
    path, output = tmp_path / "host.html", Playground().standalone().data
    iframe = f'<iframe sandbox="allow-scripts" width="900" height="900" srcdoc="{escape(output)}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{iframe}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="One step").click()
    frame.get_by_text(re.compile("^1 step")).wait_for()
    assert frame.locator("body").evaluate("() => location.origin") == "null"
    assert wrong == []
