"""The backpropagation figure in a real browser: clicked, dragged, typed, tabbed, in a sandbox."""

import functools
import json
from html import escape

import pytest
from backprop_tools import BackpropOnPage, open_figure
from browser_tools import PHONE
from figure_tools import tabs, write_page

from dlcourse.figures import Backprop, bundle
from dlcourse.figures.backprop import FIRST_INPUTS, FORMULAS, last_step

pytestmark = pytest.mark.browser
LABELS = {"product": "product and sum", "neuron": "neuron", "diamond": "used twice", "network": "two neurons"}


@pytest.fixture
def backprop(open_page, tmp_path):
    """A function that opens a page with nothing but a figure on it."""
    return functools.partial(open_figure, open_page, tmp_path)


# ------------------------------------------------------------------------------------------------ steps


def test_values_come_forward_and_gradients_come_back(backprop):
    figure, wrong = backprop(Backprop(graph="product"))
    assert figure.step() == 0 and figure.texts("value") == ["a = 2.00", "b = \u22123.00", "c = 4.00", "u", "L"]
    figure.press("Step")
    assert figure.words()[1] == "u = a \u00b7 b = 2.00 \u00b7 (\u22123.00) = \u22126.00"
    assert figure.texts("value")[-2:] == ["u = \u22126.00", "L"] and figure.texts("slope") == []
    figure.press("Step")
    figure.press("Step")
    assert figure.texts("slope") == ["\u2202L/\u2202L = 1.00"] and figure.texts("share") == []
    figure.press("Step")
    assert figure.words()[1] == "A sum passes its gradient on to both terms, unchanged. dL = du + dc"
    assert figure.texts("share") == ["1.00", "1.00"]
    figure.press("Step")
    assert figure.texts("share") == ["\u22123.00", "2.00", "1.00", "1.00"]
    expected = {"a": "\u22123.00", "b": "2.00", "c": "1.00", "u": "1.00", "L": "1.00"}
    slopes = [f"\u2202L/\u2202{name} = {value}" for name, value in expected.items()]
    assert figure.texts("slope") == slopes
    figure.press("Step", force=True)  # nothing comes after the last step
    assert figure.step() == 5
    figure.press("Back")
    assert figure.step() == 4 and figure.texts("share") == ["1.00", "1.00"]
    figure.press("Restart")
    assert figure.step() == 0 and figure.texts("slope") == []
    figure.press("Back", force=True)
    assert figure.step() == 0
    figure.press("To the end")
    assert figure.step() == 5 and figure.texts("slope") == slopes
    assert wrong == []


@pytest.mark.parametrize("graph", FORMULAS)
def test_the_numbers_on_the_page_are_those_of_the_tensors(graph, backprop):
    figure, wrong = backprop()
    figure.choose(LABELS[graph])
    assert figure.step() == 0
    assert all(gradient == "not yet" for gradient, _ in figure.table().values())
    figure.press("To the end")
    tensors, shown = Backprop(graph=graph).tensors(), figure.table()
    assert len(shown) == len(FIRST_INPUTS[graph])
    for (_, pair), name in zip(shown.items(), FIRST_INPUTS[graph], strict=True):
        for text in pair:
            assert float(text.replace("\u2212", "-")) == pytest.approx(tensors[name].grad, rel=1e-3)
    assert wrong == []


def test_where_a_value_is_used_twice_the_shares_are_added(backprop):
    figure, _ = backprop(Backprop(graph="diamond", step=5))
    assert "\u2202L/\u2202x = 1.00 + \u2026" in figure.texts("slope")
    assert figure.table()["\u2202L/\u2202x"][0] == "not yet"  # its other share is still to come
    figure.press("Step")
    assert figure.texts("share").count("3.00") == 2 and "the two shares are added." in figure.words()[-1]
    figure.press("Step")
    assert "\u2202L/\u2202x = 1.00 + 9.00 = 10.00: x is used twice, and the two shares are added." in figure.words()
    assert figure.table()["\u2202L/\u2202x"] == ("10.000", "10.000")


def test_an_input_that_is_typed_changes_everything_at_the_step_that_is_shown(backprop):
    figure, wrong = backprop(Backprop(graph="product", step=5))
    figure.type("input b", "0.375")
    assert figure.step() == 5
    assert figure.table()["\u2202L/\u2202a"] == ("0.3750", "0.3750")
    assert "\u2202L/\u2202a = 0.375" in figure.texts("slope")
    assert figure.words()[2].endswith("= 1.00 \u00b7 0.375 = 0.375")
    figure.page.keyboard.press("Tab")
    assert figure.field("input b").input_value() == "0.375"
    figure.type("input b", "99")
    figure.page.keyboard.press("Tab")
    assert figure.field("input b").input_value() == "10"
    figure.press("First values")
    assert figure.table()["\u2202L/\u2202a"] == ("\u22123.0000", "\u22123.0000") and figure.step() == 5
    figure.type("step", "3.4")
    assert figure.step() == 3
    assert wrong == []


def test_a_slider_is_dragged(backprop):
    figure, _ = backprop(Backprop(graph="product", step=5))
    for name in ("input b", "step"):
        figure.slider(name).scroll_into_view_if_needed()
        box = figure.slider(name).bounding_box()
        middle = box["y"] + box["height"] / 2
        start = 0.35 if name == "input b" else 0.98
        figure.page.mouse.move(box["x"] + start * box["width"], middle)
        figure.page.mouse.down()
        figure.page.mouse.move(box["x"] + 2, middle, steps=5)
        figure.page.mouse.up()
        figure.drawn()
        assert figure.slider(name).input_value() == ("-10" if name == "input b" else "0")
        if name == "input b":
            assert "\u2202L/\u2202a = \u221210.00" in figure.texts("slope")
    assert figure.step() == 0 and figure.texts("slope") == []


def test_a_finger_steps_and_moves_a_slider(backprop):
    figure, _ = backprop(viewport=PHONE, has_touch=True)
    figure.figure.get_by_role("button", name="To the end").tap()
    assert figure.step() == 11
    slider = figure.slider("input b")
    slider.scroll_into_view_if_needed()
    box, before = slider.bounding_box(), figure.page.evaluate("scrollY")
    y, left, right = box["y"] + box["height"] / 2, box["x"] + 0.6 * box["width"], box["x"] + box["width"] - 2
    touch = figure.page.context.new_cdp_session(figure.page)
    for kind, *at in [("touchStart", left, y), ("touchMove", (left + right) / 2, y), ("touchMove", right, y)]:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [dict(zip("xy", at, strict=True))]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert figure.texts("value")[2] == "b = 10.00" and figure.page.evaluate("scrollY") == before


def test_everything_can_be_done_with_the_keyboard_alone(backprop):
    """Tab from control to control, choose the diamond, go to its end step by step, change an input."""
    figure, wrong = backprop(Backprop(graph="product"))
    page, tab, seen = figure.page, *tabs(figure.page)

    assert tab() == "product and sum"
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert tab() == "Step"
    for _ in range(9):
        page.keyboard.press("Enter")
    assert figure.step() == last_step("diamond") == 7
    assert page.evaluate("document.activeElement.innerText") == "Step"  # it keeps the focus when nothing is left to do
    assert [tab() for _ in range(5)] == ["Back", "To the end", "Restart", "step", "step, exactly"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowLeft")
    assert figure.step() == 6
    page.keyboard.press("ArrowRight")
    assert [tab() for _ in range(2)] == ["step, exactly", "input w"]
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert figure.table()["\u2202L/\u2202x"] == ("17.000", "17.000")  # 1 + 2 w^2 x with w = 2 and x = 2
    names = ["input w, exactly", "input x", "input x, exactly", "First values", "What to try"]
    assert [tab() for _ in names] == names
    assert all(outline == "solid" for _, outline in seen)
    assert wrong == []


# ------------------------------------------------------------------------------------------------ what to try


def test_what_to_try_can_be_seen(backprop):
    figure, wrong = backprop(Backprop(graph="product"))
    assert figure.figure.locator(".dl-tries li").count() == len(Backprop().tries)
    figure.type("input b", "0")
    figure.press("To the end")
    assert figure.table()["\u2202L/\u2202a"] == ("0", "0") and figure.table()["\u2202L/\u2202b"][0] == "2.0000"

    figure.choose("neuron")
    figure.type("input b", "-10")
    figure.type("step", "9")
    assert figure.words()[0].endswith("p = \u03c3(z)")
    assert "\u2202L/\u2202p = \u22122.00" in figure.texts("slope")
    assert any(text.startswith("\u2202L/\u2202z = \u22125\u00b710\u207b\u2076") for text in figure.texts("slope"))

    figure.choose("used twice")
    figure.type("input w", "1")
    figure.type("input x", "-0.5")
    figure.press("To the end")
    assert "\u2202L/\u2202x = 1.00 + (\u22121.00) = 0: x is used twice, and the two shares are added." in figure.words()
    assert figure.table()["\u2202L/\u2202x"][0] == "0"

    figure.choose("two neurons")
    figure.type("input w\u2081", "10")
    figure.press("To the end")
    table = figure.table()
    slope = Backprop(graph="network", inputs=FIRST_INPUTS["network"] | {"w1": 10}).tensors()["w2"].grad
    assert table["\u2202L/\u2202w\u2081"] == table["\u2202L/\u2202x"] == ("almost 0", "almost 0")
    assert table["\u2202L/\u2202w\u2082"] == 2 * (f"{slope:.4f}",)
    figure.type("input w\u2081", "1.5")
    figure.type("input w\u2082", "10")
    *behind, target = (gradient for gradient, _ in figure.table().values())
    assert all(gradient.endswith("\u00b710\u207b\u2074") for gradient in behind) and target.startswith("\u22121.99")
    assert wrong == []


# ------------------------------------------------------------------------------------------------ other places


def test_two_of_a_kind_keep_to_themselves(open_page, tmp_path):
    page, wrong = open_page(write_page(tmp_path, Backprop(), Backprop(graph="diamond", step=7)).as_uri())
    first, second = BackpropOnPage(page, 0), BackpropOnPage(page, 1)
    before = second.words()
    first.choose("two neurons")
    first.press("To the end")
    assert first.step() == 13 and second.words() == before
    ids = page.eval_on_selector_all("[id]", "elements => elements.map(element => element.id)")
    assert len(ids) == len(set(ids)) > 4
    assert wrong == []


def test_alone_in_a_sandbox(open_page, tmp_path):
    output, path = Backprop(graph="product").standalone().data, tmp_path / "host.html"
    iframe = f'<iframe sandbox="allow-scripts" width="900" height="900" srcdoc="{escape(output)}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{iframe}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="To the end").click()
    frame.get_by_text("Step 5 of 5. Backward: u = a").wait_for()
    assert wrong == []


def test_without_scripts_a_sentence_stands_for_it(backprop):
    figure, _ = backprop(java_script_enabled=False)
    assert Backprop.alt in figure.page.locator('[data-figure="backprop"]').inner_text()


def test_a_kernel_may_tell_of_the_graph_before_it_tells_of_its_inputs(open_page, tmp_path):
    """And it may render the figure before that has a place in the page, and so no width."""
    module = bundle.widget_module("backprop").replace("export default", "const widget =")
    start = f"""
      const state = {json.dumps(Backprop(step=11).state())}, element = document.createElement("div"), heard = {{}};
      window.tell = (name, value) => {{ state[name] = value; heard[`change:${{name}}`](); }};
      const on = (name, listener) => {{ heard[name] = listener; }};
      const model = {{get: name => state[name], set() {{}}, save_changes() {{}}, on, off() {{}}}};
      widget.render({{model, el: element}});
      setTimeout(() => document.body.append(element), 100);"""
    path = tmp_path / "late.html"
    text = f'<!doctype html><html lang="en"><meta charset="utf-8"><style>{bundle.style()}</style><body></body></html>'
    path.write_text(text, encoding="utf-8")
    page, wrong = open_page(path.as_uri(), PHONE)
    page.evaluate(f"() => {{ {module} {start} }}")
    page.locator(".dl-graph").wait_for()
    page.wait_for_function("document.querySelector('.dl-graph svg').viewBox.baseVal.width < 390")
    figure = BackpropOnPage(page)
    page.evaluate("tell('graph', 'product')")
    assert figure.texts("value")[0] == "a = 2.00" and figure.step() == 5
    page.evaluate("tell('inputs', { a: 1, b: 2, c: 3 })")
    page.evaluate("tell('step', 2)")
    assert figure.texts("value")[-1] == "L = 5.00" and figure.step() == 2
    assert wrong == []
