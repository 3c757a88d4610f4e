"""The race in a real browser, without a kernel: dragged, typed, tabbed, run, in the dark, on a phone, in a sandbox."""

from html import escape

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_tools import CONTRAST, DESKTOP, PHONE
from figure_tools import LIGHTNESS, FigureOnPage, tabs, write_page

from dlcourse.figures import Race
from dlcourse.figures.race import MOST_STEPS, OPTIMIZERS, SURFACES

pytestmark = pytest.mark.browser
LABELS = {"sgd": "SGD", "momentum": "Momentum", "nesterov": "Nesterov", "rmsprop": "RMSprop", "adam": "Adam",
          "adamw": "AdamW"}  # fmt: skip
# What is hard to find a place for: names outside the map, small losses and divergence in words, and a tie.
CROWDED = [
    Race(on=list(OPTIMIZERS), steps=1, start=[1.3, 1.5], rates=dict.fromkeys(["sgd", "momentum", "nesterov"], 0.05)),
    Race(on=list(OPTIMIZERS), steps=MOST_STEPS, rates={"nesterov": 0.5}),
    Race(on=list(OPTIMIZERS), steps=MOST_STEPS, surface="saddle", start=[0, 1.5]),
]
BETWEEN_SIDEBARS = 688  # how wide a figure is on the website when the window is as wide as DESKTOP
# The lines of text that stick out to the left or right of the part of a figure in which they stand, and by how much.
OUTSIDE = """() => {
  const found = [], range = document.createRange();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, parent = text.parentElement;
    const part = parent.closest(".dl-figure :is(svg, .dl-side, .dl-columns, .dl-controls, .dl-tries)");
    if (!part || !text.data.trim() || !parent.checkVisibility()) continue;
    const {left, right} = part.getBoundingClientRect();
    range.selectNodeContents(text);
    for (const line of range.getClientRects()) {
      const out = Math.max(left - line.left, line.right - right);
      if (out > 0.5) found.push([text.data, Math.round(out)]);
    }
  }
  return found;
}"""


class RaceOnPage(FigureOnPage):
    """The race in a browser, by what a reader sees of it."""

    def race(self, *names):
        """Let these race, and nobody else."""
        for name, label in LABELS.items():
            self.control("checkbox", label).set_checked(name in names)
        self.drawn()

    def unfold(self):
        self.figure.get_by_text("Start, noise and more").first.click()

    def table(self):
        """{optimizer: (loss, words)}, as the table has them."""
        self.drawn()
        rows = [row.locator("th, td").all_inner_texts() for row in self.figure.locator("tbody tr").all()]
        return {name.strip(): (loss, words) for name, loss, words in rows}

    def sentence(self):
        self.drawn()
        return self.figure.locator("output").inner_text()

    def place(self, w1, w2, surface="ravine"):
        """Where a place of the surface is on the screen."""
        box, (left, bottom, width) = self.figure.locator(".dl-plane").bounding_box(), SURFACES[surface].window
        return box["x"] + (w1 - left) / width * box["width"], box["y"] + (1 - (w2 - bottom) / width) * box["height"]


@pytest.fixture
def race(open_page, tmp_path):
    """A race alone on a page, and what went wrong in it."""

    def opened(figure=None, **options):
        page, wrong = open_page(write_page(tmp_path, figure or Race()).as_uri(), **options)
        return RaceOnPage(page), wrong

    return opened


def loss_of(figure, name):
    """The loss where the package's optimizer ends, in three digits."""
    return float(f"{figure.loss(figure.path(name)[-1]):.3g}")


@pytest.mark.parametrize("surface", SURFACES)
def test_the_table_has_the_losses_of_the_package(surface, race):
    wanted = Race(surface=surface, steps=9, on=list(OPTIMIZERS))
    figure, wrong = race(wanted)
    table = figure.table()
    assert list(table) == list(LABELS.values())
    for name, label in LABELS.items():
        assert float(table[label][0]) == pytest.approx(loss_of(wanted, name), rel=1e-9)
    assert wrong == []


def test_dragging_the_start_moves_every_trail(race):
    figure, wrong = race()
    figure.page.mouse.move(*figure.place(-2.5, 1.5))
    figure.page.mouse.down()
    figure.page.mouse.move(*figure.place(1.5, -1), steps=5)
    figure.page.mouse.up()
    moved = Race(start=[1.5, -1])
    assert float(figure.table()["Adam"][0]) == loss_of(moved, "adam")
    figure.unfold()
    fields = [figure.control("spinbutton", f"start, w{i}, exactly") for i in "\u2081\u2082"]
    assert [field.input_value() for field in fields] == ["1.5", "-1"]
    figure.press("Reset")
    assert float(figure.table()["Adam"][0]) == loss_of(Race(), "adam")
    assert wrong == []


def test_a_finger_drags_the_start_and_not_the_page(race):
    figure, _ = race(viewport=PHONE, has_touch=True)
    touch = figure.page.context.new_cdp_session(figure.page)
    for kind, place in [("touchStart", (-2.5, 1.5)), ("touchMove", (0, 2)), ("touchMove", (1.5, -1))]:
        point = dict(zip("xy", figure.place(*place), strict=True))
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert float(figure.table()["Adam"][0]) == loss_of(Race(start=[1.5, -1]), "adam")
    assert figure.page.evaluate("scrollY") == 0


def test_a_rate_that_is_too_large_diverges_in_words(race):
    figure, wrong = race()
    figure.type("steps shown", MOST_STEPS)
    figure.race("sgd")
    for rate, words in [(0.02, "since step 200"), (0.026, "diverged at step 85")]:
        figure.type("learning rate of SGD", rate)
        assert figure.table()["SGD"][1] == words
        assert len(Race(rates={"sgd": rate}, steps=MOST_STEPS).path("sgd")) == (86 if rate > 0.025 else MOST_STEPS + 1)
    assert figure.sentence() == f"Step {MOST_STEPS}: all have diverged."
    figure.choose("valley")
    figure.race(*OPTIMIZERS)
    for label in LABELS.values():
        figure.type(f"learning rate of {label}", 10)
    assert figure.table()["SGD"] == ("\u2013", "diverged at step 1")
    markup = figure.figure.evaluate("figure => figure.outerHTML")
    assert not any(word in markup for word in ("NaN", "Infinity", "undefined"))
    assert wrong == []


def test_nothing_on_and_strange_values_break_nothing(race):
    figure, wrong = race()
    figure.race()
    assert figure.table() == {} and figure.sentence() == "Step 60: nobody races."
    figure.race("adam")
    figure.type("learning rate of Adam", 99)
    figure.page.keyboard.press("Tab")
    assert figure.control("spinbutton", "learning rate of Adam, exactly").input_value() == "10"
    figure.type("learning rate of Adam", "")
    figure.type("steps shown", 7.6)
    assert figure.sentence().startswith("Step 8:")
    assert wrong == []


def test_it_runs_pauses_and_ends(race):
    figure, wrong = race()
    live = figure.figure.locator("output")
    assert live.get_attribute("aria-live") == "polite"
    figure.press("Rewind")
    assert figure.sentence().startswith("Step 0: all start at loss")
    figure.press("One step")
    assert figure.sentence().startswith("Step 1:")
    figure.press("Run")
    figure.control("button", "Pause").wait_for()
    assert live.get_attribute("aria-live") == "off"  # not sixty announcements a second
    figure.press("Pause")
    step = figure.sentence()
    assert live.get_attribute("aria-live") == "polite" and figure.sentence() == step
    figure.press("Run")
    figure.control("button", "Run").wait_for()  # it stops by itself
    assert figure.sentence().startswith(f"Step {MOST_STEPS}:")
    assert wrong == []


def test_less_motion_jumps_to_the_end(race):
    figure, _ = race(reduced_motion="reduce")
    figure.press("Run")
    assert figure.sentence().startswith(f"Step {MOST_STEPS}:")


def test_everything_can_be_done_with_the_keyboard_alone(race):
    figure, _ = race(Race(steps=9))
    page, tab, seen = figure.page, *tabs(figure.page)

    assert [tab() for _ in range(2)] == ["ravine", "Run"]
    assert [tab() for _ in range(5)] == ["One step", "Rewind", "Reset", "steps shown", "steps shown, exactly"]
    for label in LABELS.values():
        names = [label, f"learning rate of {label}", f"learning rate of {label}, exactly"]
        assert tab() == names[0]
        if label == "Nesterov":
            page.keyboard.press("Space")
        assert tab() == names[1]
        if label == "Nesterov":
            page.keyboard.press("ArrowLeft")
        assert tab() == names[2]
    assert tab() == "Start, noise and more"
    page.keyboard.press("Enter")
    starts = ["start, w\u2081", "start, w\u2082"]
    for name in ["curvature a", *starts, "momentum \u03bc", "decay of AdamW", "loss times", "noise"]:
        assert [tab(), tab()] == [name, f"{name}, exactly"]
    assert [tab(), tab()] == ["Other noise", "What to try"]
    assert all(outline != "none" for _, outline in seen)
    assert float(figure.table()["Nesterov"][0]) == loss_of(Race(rates={"nesterov": 0.0098}, steps=9), "nesterov")


def test_noise_changes_a_trail_and_can_be_drawn_anew(race):
    figure, _ = race()
    figure.unfold()
    figure.type("noise", 2)
    assert float(figure.table()["SGD"][0]) == loss_of(Race(noise=2), "sgd")
    figure.press("Other noise")
    assert float(figure.table()["SGD"][0]) == loss_of(Race(noise=2, seed=1), "sgd")


def test_the_third_thing_to_try_can_be_seen(race):
    """The trails of three stay as they are when the loss grows tenfold, and the same three leave the plateau."""
    figure, wrong = race()
    figure.unfold()
    figure.race(*OPTIMIZERS)
    figure.type("steps shown", MOST_STEPS)
    before = figure.table()
    figure.type("loss times", 10)
    after = figure.table()
    stay = ["RMSprop", "Adam", "AdamW"]
    assert [label for label in LABELS.values() if after[label][1] == before[label][1]] == stay
    figure.choose("plateau")
    figure.type("start, w\u2081", 3.6)
    figure.type("start, w\u2082", 3.6)
    assert [label for label, (_, words) in figure.table().items() if words.startswith("since")] == stay
    assert wrong == []


def test_a_tie_is_called_one(race):
    figure, _ = race(CROWDED[2])
    assert {loss for loss, _ in figure.table().values()} == {"0.25"}
    assert figure.sentence() == f"Step {MOST_STEPS}: Several share the lowest loss, 0.25."
    figure.race("adam")
    assert figure.sentence() == f"Step {MOST_STEPS}: Adam is lowest, loss 0.25."


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_text_leaves_its_place(viewport, open_page, tmp_path):
    page, wrong = open_page(write_page(tmp_path, *CROWDED).as_uri(), viewport=viewport)
    page.add_style_tag(content=f"body {{ max-width: {BETWEEN_SIDEBARS}px }}")
    page.locator("tbody tr").nth(3 * len(OPTIMIZERS) - 1).wait_for()
    RaceOnPage(page).drawn()
    words = page.locator("figure.dl-figure").all_inner_texts()
    assert "Momentum, outside" in page.locator(".dl-race-ends").first.text_content()
    assert "diverged at step 2" in words[1] and "Several share" in words[2]
    assert page.evaluate(OUTSIDE) == []
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_can_be_read_and_axe_finds_nothing(scheme, race):
    figure, _ = race(Race(on=list(OPTIMIZERS)), viewport=PHONE, reduced_motion="reduce")
    page = figure.page
    page.evaluate("scheme => { document.title = 'A race'; document.documentElement.dataset.theme = scheme; }", scheme)
    if scheme == "dark":  # the website's own colors
        colors = "--pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af; --pst-color-on-background: #222832"
        page.add_style_tag(content=f":root {{ {colors} }}")
    figure.unfold()
    figure.drawn()
    assert page.evaluate(CONTRAST, 4.5) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    rules = {"exclude": [["body > :not([data-figure])"]]}
    found = Axe().run(page, rules, {"rules": {"region": {"enabled": False}, "page-has-heading-one": {"enabled": False},
                                              "landmark-one-main": {"enabled": False}}})  # fmt: skip
    assert [violation["id"] for violation in found.response["violations"]] == []
    assert (page.evaluate(LIGHTNESS) < 400) == (scheme == "dark")


def test_a_screen_reader_hears_names_values_and_results(race):
    figure, _ = race()
    heard = figure.figure.aria_snapshot()
    for words in ['figure "Optimizers racing, a figure to play with"', 'group "Surface"', 'checkbox "Adam" [checked]',
                  'slider "learning rate of SGD"', 'rowheader "SGD"', "Step 60: Momentum is lowest"]:  # fmt: skip
        assert words in heard, heard
    assert figure.control("slider", "learning rate of SGD").get_attribute("aria-valuetext") == "0.02"


def test_alone_in_a_sandbox(open_page, tmp_path):
    path = tmp_path / "host.html"
    output = escape(Race().standalone().data)
    frame = f'<iframe sandbox="allow-scripts" width="900" height="1200" srcdoc="{output}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    inside = page.frame_locator("iframe")
    inside.get_by_role("slider", name="steps shown", exact=True).focus()
    page.keyboard.press("ArrowRight")
    inside.get_by_text("Step 61: ").wait_for()
    assert wrong == []
