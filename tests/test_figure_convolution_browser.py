"""The convolution explorer in a real browser, without a kernel: drawn on, typed, touched, walked, dark, on a phone."""

from html import escape

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_tools import CONTRAST, DESKTOP, PHONE
from convolution_tools import ExplorerOnPage
from figure_tools import tabs, write_page

from dlcourse.figures.convolution_explorer import Convolution

pytestmark = pytest.mark.browser
BETWEEN_SIDEBARS = 688  # how wide a figure is on the website when the window is as wide as DESKTOP
CROWDED = [
    Convolution(kernel=np.full((5, 5), -1 / 9), padding=2, at=[0, 0], image=np.full((12, 12), 8.5)),
    Convolution(kernel=np.full((5, 5), -12.25), padding=2, dilation=2, stride=3, mode="transposed"),
    Convolution(kernel=np.ones((5, 5)), image=np.ones((4, 4))),
]
# The boxes whose text is wider than they are, and the texts of the drawings that leave their cells or the picture.
CUT_OFF = """() => {
  const boxes = [...document.querySelectorAll(".dl-conv-products div, .dl-conv-kernel input, .dl-figure p")];
  const wide = boxes.filter(box => box.scrollWidth > box.clientWidth);
  const texts = [...document.querySelectorAll(".dl-conv-plane svg")].flatMap(svg => {
    const sides = new Set([...svg.querySelectorAll("text")].map(text => text.getAttribute("x"))).size;
    const cell = svg.getBoundingClientRect().width / Math.max(1, sides);
    return [...svg.querySelectorAll("text")].filter(text => text.getBoundingClientRect().width > cell);
  });
  return [...wide, ...texts].map(part => part.textContent || part.value);
}"""
COLOR = """([plane, x, y]) => {
  const canvas = document.querySelectorAll(".dl-conv-plane canvas")[plane];
  return [...canvas.getContext("2d").getImageData(x, y, 1, 1).data];
}"""


@pytest.fixture
def explorer(open_page, tmp_path):
    """An explorer alone on a page, and what went wrong in it."""

    def opened(figure=None, **options):
        page, wrong = open_page(write_page(tmp_path, figure or Convolution()).as_uri(), **options)
        return ExplorerOnPage(page), wrong

    return opened


@pytest.mark.parametrize(
    "values",
    [{}, {"kernel": [[1, 2], [3, -4]], "stride": 2, "padding": 1}, {"dilation": 2, "padding": 2, "at": [0, 7]},
     {"mode": "transposed", "at": [3, 3]}, {"mode": "transposed", "padding": 2, "at": [1, 4]}],
)  # fmt: skip
def test_it_shows_the_numbers_of_the_package(values, explorer):
    wanted = Convolution(**values)
    figure, wrong = explorer(wanted)
    assert figure.numbers(0) == wanted.image and figure.numbers(1) == wanted.output().tolist()
    assert figure.products() == wanted.products().ravel().tolist()
    assert f"= {wanted.side()}" in figure.figure.locator(".dl-conv-formula").inner_text()
    if wanted.mode == "convolution":
        assert figure.sum() == wanted.output()[tuple(wanted.at)]
    assert wrong == []


def test_the_mouse_draws_and_pointing_at_an_output_takes_it_apart(explorer):
    figure, wrong = explorer()
    figure.choose("Image", "empty")
    mouse, image = figure.page.mouse, np.zeros((8, 8))
    mouse.move(*figure.middle(0, 8, 2, 2))
    mouse.down()
    mouse.move(*figure.middle(0, 8, 2, 5), steps=9)
    mouse.up()
    image[2, 2:6] = 9
    assert figure.numbers(0) == image.tolist()
    figure.type("pen's gray", 4)
    mouse.click(*figure.middle(0, 8, 7, 7))
    image[7, 7] = 4
    mouse.move(*figure.middle(1, 6, 1, 4))
    wanted = Convolution(image=image, at=[1, 4])
    assert figure.numbers(1) == wanted.output().tolist() and figure.sum() == wanted.output()[1, 4] == -9
    assert figure.control("spinbutton", "column j, exactly").input_value() == "4"
    figure.press("Reset")
    assert figure.numbers(0) == Convolution().image
    assert wrong == []


def test_a_finger_draws_and_does_not_scroll_and_taps_an_output(explorer):
    figure, wrong = explorer(viewport=PHONE, has_touch=True)
    figure.choose("Image", "empty")
    touch = figure.page.context.new_cdp_session(figure.page)
    before = figure.page.evaluate("scrollY")
    for kind, cell in [("touchStart", (1, 3)), ("touchMove", (2, 3)), ("touchMove", (3, 3))]:
        point = dict(zip("xy", figure.middle(0, 8, *cell), strict=True))
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    image = np.zeros((8, 8))
    image[1:4, 3] = 9
    assert figure.numbers(0) == image.tolist() and figure.page.evaluate("scrollY") == before
    figure.page.touchscreen.tap(*figure.middle(1, 6, 1, 1))
    assert figure.sum() == 27
    assert wrong == []


def test_the_kernel_is_typed_and_chosen(explorer):
    figure, wrong = explorer()
    figure.choose("kernel size k", 2)
    for (a, b), weight in zip(np.ndindex(2, 2), [-1, 0.5, "", "-100"], strict=True):
        figure.type(f"kernel, row {a}, column {b}", weight)
    kernel = [[-1, 0.5], [-1, -99]]  # an empty field leaves what it was, and what is too much becomes the most
    assert figure.numbers(1) == np.round(Convolution(kernel=kernel).output(), 1).tolist()
    figure.choose("Kernel", "copy")
    assert figure.numbers(1) == np.array(Convolution().image)[:7, :7].tolist()
    figure.choose("Kernel", "Laplace")
    assert figure.control("radio", "3").first.is_checked()
    field = figure.control("spinbutton", "kernel, row 1, column 1")
    assert field.input_value() == "-4"
    field.focus()
    figure.page.keyboard.press("ArrowUp")
    assert field.input_value() == "-3"
    assert wrong == []


def test_where_nothing_comes_out_it_is_said(explorer):
    figure, wrong = explorer()
    figure.type("image size n", 4)
    figure.choose("kernel size k", 5)
    assert figure.said()[0] == "There is no output: no room for the kernel."
    assert "= 0" in figure.figure.locator(".dl-conv-formula").inner_text()
    for name in ("Play", "Next place", "right"):
        figure.press(name)
    figure.choose("Mode", "transposed: stamps")
    figure.choose("kernel size k", 1)
    figure.choose("padding p", 2)
    assert figure.said()[0] == "There is no output: everything is cut off."
    markup = figure.figure.evaluate("figure => figure.outerHTML")
    assert not any(word in markup for word in ("NaN", "Infinity", "undefined"))
    assert wrong == []


def test_the_third_thing_to_try_can_be_seen(explorer):
    """At stride 1 the output follows; at stride 2 after two shifts and not after one."""
    figure, _ = explorer()
    figure.press("right")
    assert "all 30 numbers that both have are equal" in figure.said()[1]
    figure.press("Reset")
    figure.choose("stride s", 2)
    before = np.array(figure.numbers(1))
    figure.press("right")
    assert figure.numbers(1) == before.tolist() and figure.said()[1].endswith("It cannot: it stays as it was.")
    figure.press("right")
    assert np.array_equal(np.array(figure.numbers(1))[:, 1:], before[:, :-1])
    assert "Moved 1 right, the old output is the new one" in figure.said()[1]
    figure.choose("Image", "digit")
    assert figure.said()[1].startswith("Shift the image")
    figure.press("right")
    assert "It cannot: moved by whole places, at least" in figure.said()[1]


def test_what_left_comes_back_if_it_is_asked_to(explorer):
    figure, _ = explorer()
    figure.choose("Image", "corner")
    figure.choose("what enters", "what left")
    figure.press("down")
    figure.press("left")
    assert figure.numbers(0) == np.roll(np.pad(np.full((5, 5), 9), ((3, 0), (3, 0))), (1, -1), (0, 1)).tolist()


# ------------------------------------------------------------------------------------------------ the walk


def test_it_walks_pauses_and_ends(explorer):
    figure, wrong = explorer(Convolution(image=np.full((4, 4), 9), kernel=[[1, 0], [0, 0]]))
    live = figure.figure.locator("output").last
    assert live.get_attribute("aria-live") == "polite" and np.shape(figure.numbers(1)) == (3, 3)
    figure.press("Play")
    figure.control("button", "Pause").wait_for()
    assert live.get_attribute("aria-live") == "off"
    shown = figure.figure.locator(".dl-conv-plane").nth(1).locator("svg text")
    assert "" in shown.all_text_contents()  # not yet computed
    figure.press("Pause")
    assert np.shape(figure.numbers(1)) == (3, 3) and live.get_attribute("aria-live") == "polite"
    figure.press("Play")
    figure.control("button", "Play").wait_for()  # it stops by itself
    assert "row 2, column 2" in figure.said()[0] and np.shape(figure.numbers(1)) == (3, 3)
    figure.press("Next place")
    assert "row 0, column 0" in figure.said()[0]
    assert wrong == []


def test_less_motion_jumps_to_the_last_place(explorer):
    figure, _ = explorer(reduced_motion="reduce")
    figure.press("Play")
    assert "row 5, column 5" in figure.said()[0]


def test_pointing_at_a_pixel_shows_its_stamp(explorer):
    figure, _ = explorer(Convolution(mode="transposed", stride=2))
    figure.page.mouse.move(*figure.middle(0, 8, 4, 3))
    assert figure.said()[0] == "The pixel in row 4, column 3 stamps 9 times the kernel."
    assert figure.products() == [-9, 0, 9] * 3


# ------------------------------------------------------------------------------------------------ whoever reads


def test_everything_can_be_done_with_the_keyboard_alone(explorer):
    figure, _ = explorer()
    page, tab, seen = figure.page, *tabs(figure.page)
    assert [tab() for _ in range(3)] == ["convolution", "bar", "vertical edge"]
    assert [tab() for _ in range(5)] == ["left", "right", "up", "down", "zeros"]
    assert [tab() for _ in range(2)] == ["Play", "Next place"]
    page.keyboard.press("Enter")
    assert [tab() for _ in range(4)] == ["row i", "row i, exactly", "column j", "column j, exactly"]
    for a, b in np.ndindex(3, 3):
        assert tab() == f"kernel, row {a}, column {b}"
    page.keyboard.type("5")
    assert [tab() for _ in range(4)] == ["3", "1", "0", "1"]
    page.keyboard.press("ArrowRight")  # dilation 2
    fields = ["pen's gray", "image size n"]
    assert [tab() for _ in range(4)] == [name for field in fields for name in (field, f"{field}, exactly")]
    assert [tab() for _ in range(2)] == ["Reset", "Set a pixel by numbers"]
    page.keyboard.press("Enter")
    for name in ["pixel's row", "pixel's column", "pixel's gray"]:
        assert tab() == name
        page.keyboard.press("End")
        assert tab() == f"{name}, exactly"
    assert tab() == "What to try"
    assert all(outline != "none" for _, outline in seen)
    image, kernel = np.array(Convolution().image), np.array(Convolution().kernel)
    image[7, 7], kernel[2, 2] = 9, float(figure.control("spinbutton", "kernel, row 2, column 2").input_value())
    assert figure.numbers(0) == image.tolist() and kernel[2, 2] in (5, 15, 51)
    assert figure.numbers(1) == Convolution(image=image, kernel=kernel, dilation=2).output().tolist()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_text_is_cut_off(viewport, open_page, tmp_path):
    page, wrong = open_page(write_page(tmp_path, *CROWDED).as_uri(), viewport=viewport)
    page.add_style_tag(content=f"body {{ max-width: {BETWEEN_SIDEBARS}px }}")
    ExplorerOnPage(page).drawn()
    assert page.locator(".dl-conv-products div").count() == 75
    assert page.locator(".dl-conv-plane").nth(3).locator(".dl-conv-sign").count() > 0  # no room for numbers
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert wrong == []


def test_what_lies_below_does_not_jump_while_places_and_images_change(explorer):
    figure, _ = explorer(viewport=PHONE)
    tops = set()
    for step in (("Next place",), ("Next place",), ("Image", "dot"), ("Image", "digit"), ("right",), ("down",)):
        (figure.press if len(step) == 1 else figure.choose)(*step)
        tops.add(figure.figure.locator("summary").last.evaluate("part => part.offsetTop"))
    assert len(tops) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_can_be_read_and_axe_finds_nothing(scheme, explorer):
    figure, _ = explorer(viewport=PHONE, reduced_motion="reduce")
    page = figure.page
    page.evaluate("scheme => { document.title = 'One'; document.documentElement.dataset.theme = scheme; }", scheme)
    if scheme == "dark":  # the website's own colors
        colors = "--pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af; --pst-color-on-background: #222832"
        page.add_style_tag(content=f":root {{ {colors} }}")
    figure.figure.get_by_text("Set a pixel by numbers").click()
    figure.drawn()
    assert page.evaluate(CONTRAST, 4.5) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    rules = {"exclude": [["body > :not([data-figure])"]]}
    found = Axe().run(page, rules, {"rules": {"region": {"enabled": False}, "page-has-heading-one": {"enabled": False},
                                              "landmark-one-main": {"enabled": False}}})  # fmt: skip
    assert [violation["id"] for violation in found.response["violations"]] == []
    black, white = page.evaluate(COLOR, [0, 0, 0]), page.evaluate(COLOR, [0, 3, 3])
    assert (black, white) == ([0, 0, 0, 255], [255] * 4)  # a gray value is what it is, in the dark, too
    nothing = sum(page.evaluate(COLOR, [1, 0, 0])[:3])
    assert (nothing < 200) == (scheme == "dark")


def test_a_screen_reader_hears_names_values_and_results(explorer):
    figure, _ = explorer()
    heard = figure.figure.aria_snapshot()
    for words in ['figure "Convolution, a figure to play with"', 'group "Kernel"', 'radio "vertical edge" [checked]',
                  'spinbutton "kernel, row 0, column 0"', "the 9 products add up to 27",
                  'group "Shift the image by one pixel"', "The image, 8 by 8 pixels"]:  # fmt: skip
        assert words in heard, heard


def test_alone_in_a_sandbox(open_page, tmp_path):
    path = tmp_path / "host.html"
    output = escape(Convolution().standalone().data)
    frame = f'<iframe sandbox="allow-scripts" width="900" height="1800" srcdoc="{output}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    inside = page.frame_locator("iframe")
    inside.get_by_role("slider", name="row i", exact=True).focus()
    page.keyboard.press("ArrowRight")
    inside.get_by_text("Output in row 3, column 1").wait_for()
    assert wrong == []
