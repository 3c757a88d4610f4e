"""The plane of codes in a real browser, without a kernel: dragged, typed, tabbed, walked, on a phone, in a sandbox."""

import re
from html import escape

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_tools import CONTRAST, DESKTOP, PHONE
from figure_tools import tabs, write_page
from latent_tools import CODES, READ, RGB, LatentOnPage, sentence_of
from test_figure_race_browser import BETWEEN_SIDEBARS, OUTSIDE

from dlcourse.figures.latent import MODELS, SHOWN, Latent, stored

pytestmark = pytest.mark.browser
# How many colors the marks of the plane have, and how many of its points are painted.
PAINTED = f"""() => {{
  const {{data}} = {READ}(document.querySelector(".dl-plane canvas")), colors = new Set();
  let painted = 0;
  for (let k = 0; k < data.length; k += 4) {{
    if (data[k + 3] < 200) continue;
    painted++;
    colors.add(data.slice(k, k + 3).join());
  }}
  return [colors.size, 4 * painted / data.length];
}}"""
OUTSIDE = OUTSIDE.replace(".dl-tries", ".dl-tries, .dl-latent-row")
HEIGHT = "document.querySelector('figure .dl-body').getBoundingClientRect().height"


@pytest.fixture
def latent(open_page, tmp_path):
    """A plane of codes alone on a page, and what went wrong in it."""

    def opened(figure=None, **options):
        page, wrong = open_page(write_page(tmp_path, figure or Latent()).as_uri(), **options)
        return LatentOnPage(page), wrong

    return opened


@pytest.mark.parametrize("model", MODELS)
def test_it_draws_and_says_what_the_package_does(model, latent):
    figure, wrong = latent(Latent(model=model, point=[1, -2]))
    wanted = Latent(model=model, point=[1, -2])
    assert np.abs(figure.grays() - wanted.picture().ravel()).max() < 0.01  # a canvas has 256 steps
    pixels = stored()[2]
    assert np.abs(figure.grays("code") - pixels[wanted.nearest()[0]]).max() < 0.01
    assert np.abs(figure.grays("similar") - pixels[wanted.most_similar()[0]]).max() < 0.01
    assert figure.sentence() == sentence_of(wanted)
    assert figure.figure.locator("ol li").count() == len(Latent().tries)
    assert wrong == []


def test_dragging_the_point_draws_other_digits(latent):
    figure, wrong = latent()
    before = figure.grays()
    figure.page.mouse.move(*figure.place(*Latent().point))
    figure.page.mouse.down()
    figure.page.mouse.move(*figure.place(6, 2), steps=5)
    figure.page.mouse.up()
    point = figure.point()
    assert point == pytest.approx([6, 2], abs=0.05)  # dragging goes in steps
    assert figure.sentence() == sentence_of(Latent(point=point))
    assert np.abs(figure.grays() - Latent(point=point).picture().ravel()).max() < 0.01
    assert np.abs(figure.grays() - before).max() > 0.2
    figure.page.mouse.click(*figure.place(3, -8))  # whatever is pressed elsewhere brings the point there
    assert figure.point() == pytest.approx([3, -8], abs=0.05)
    figure.press("Reset")
    assert figure.point() == pytest.approx(Latent().point, abs=0.01)
    assert wrong == []


def test_a_finger_drags_the_point_and_not_the_page(latent):
    figure, _ = latent(viewport=PHONE, has_touch=True)
    touch = figure.page.context.new_cdp_session(figure.page)
    places = [figure.place(*place) for place in (Latent().point, (4, 0), (6, 2))]
    scrolled = figure.page.evaluate("scrollY")
    for kind, place in zip(["touchStart", "touchMove", "touchMove"], places, strict=True):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [dict(zip("xy", place, strict=True))]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert figure.point() == pytest.approx([6, 2], abs=0.05)
    assert figure.page.evaluate("scrollY") == scrolled


def test_with_another_model_the_same_digit_is_looked_at(latent):
    figure, wrong = latent()
    wanted = Latent()
    figure.choose("VAE")
    wanted.model = "VAE"
    assert figure.point() == pytest.approx(wanted.point, abs=0.006)  # the same place of the walk
    assert figure.figure.locator("circle.dl-latent-prior").count() == 2
    figure.move_to(2, -2)
    wanted.point = [2, -2]
    assert figure.sentence() == sentence_of(wanted)
    row = wanted.nearest()[0]
    ellipse = figure.figure.locator("ellipse").first
    radii = [float(ellipse.get_attribute(name)) for name in ("rx", "ry")]
    assert radii == pytest.approx(stored()[0]["VAE"]["deviations"][row] / wanted.window()[2] * 400)
    figure.choose("autoencoder")
    assert figure.point() == pytest.approx(stored()[0]["autoencoder"]["codes"][row], abs=0.006)
    assert figure.figure.locator("circle.dl-latent-prior, ellipse").count() == 0
    assert wrong == []


def test_dots_labels_and_drawings(latent):
    figure, wrong = latent()
    found = {}
    for name in ("dots", "labels", "drawings"):
        figure.choose(name)
        found[name] = figure.page.evaluate(PAINTED)
        caption = figure.figure.locator(".dl-latent-caption").inner_text()
        assert ("not used in training" in caption) == (name == "labels")
    assert found["dots"][0] < found["labels"][0] and 0 < found["labels"][1] < 0.3
    assert found["drawings"][1] > 0.75 and len(SHOWN) == len(found)
    assert wrong == []


def test_a_walk_goes_on_pauses_and_ends(latent):
    figure, wrong = latent(Latent(position=0.4))
    live = figure.figure.locator("output")
    assert live.get_attribute("aria-live") == "polite"
    figure.press("Walk")
    figure.control("button", "Pause").wait_for()
    assert live.get_attribute("aria-live") == "off"  # not sixty announcements a second
    figure.control("button", "Walk").wait_for()  # it stops by itself
    assert live.get_attribute("aria-live") == "polite"
    assert figure.sentence() == sentence_of(Latent(position=1.0))
    figure.press("Walk")
    figure.press("Pause")
    position = float(figure.control("spinbutton", "position, exactly").input_value())
    assert position < 1
    stays = figure.sentence()
    figure.page.wait_for_timeout(200)
    assert figure.sentence() == stays
    assert wrong == []


def test_less_motion_jumps_to_the_end(latent):
    figure, _ = latent(reduced_motion="reduce")
    figure.press("Walk")
    assert figure.sentence() == sentence_of(Latent(position=1.0))
    assert figure.control("button", "Walk").is_visible()


def test_a_walk_can_start_and_end_elsewhere(latent):
    figure, wrong = latent()
    codes, labels = Latent().codes(), stored()[1]
    for row, name in [(14, "End here"), (23, "Start here")]:
        figure.move_to(*codes[row].round(3))
        figure.press(name)
    title = figure.figure.locator(".dl-latent-title").inner_text()
    assert title == f"A straight walk from a {labels[23]} (row 23) to a {labels[14]} (row 14)"
    words = figure.figure.locator(".dl-latent-row").all_inner_texts()
    for model, said in zip(MODELS, words, strict=False):
        walk = Latent(model=model, start=23, end=14)
        assert f"largest step {walk.changes().max():.1f} \u00d7 mean" in said
        assert f"middle {walk.most_similar()[1]:.2f} from a real digit" in said  # its position is 0.5
    mixed = (stored()[2][23] + stored()[2][14]) / 2
    far = np.linalg.norm(stored()[2] - mixed, axis=1).min()
    assert "no network" in words[2] and f"middle {far:.2f} from" in words[2]
    assert figure.sentence() == sentence_of(Latent(start=23, end=14, position=0.0))
    assert wrong == []


def test_codes_are_drawn_from_the_prior(latent):
    figure, wrong = latent(Latent(model="VAE"))
    points = []
    for _ in range(12):
        figure.press("Draw from N(0, 1)")
        points.append(figure.point())
    assert len({tuple(point) for point in points}) == 12
    assert 0.3 < np.std(points) < 2
    assert wrong == []


def test_strange_values_break_nothing(latent):
    figure, wrong = latent()
    left, bottom, width = Latent().window()
    figure.move_to(999, -999)
    figure.page.keyboard.press("Tab")
    assert figure.point() == [left + width, bottom]
    figure.type("code\u2081", "")
    figure.type("position", 7)
    assert figure.sentence() == sentence_of(Latent(position=1.0))
    figure.press("Start here")  # now the walk leads from a digit to itself
    figure.press("Walk")
    markup = figure.figure.evaluate("figure => figure.outerHTML")
    assert not any(word in markup for word in ("NaN", "Infinity", "undefined"))
    assert wrong == []


def test_everything_can_be_done_with_the_keyboard_alone(latent):
    figure, _ = latent()
    page, tab, seen = figure.page, *tabs(figure.page)
    assert tab() == "autoencoder"
    page.keyboard.press("ArrowRight")
    assert tab() == "dots"
    page.keyboard.press("ArrowRight")
    assert [tab() for _ in range(4)] == ["Start here", "End here", "Draw from N(0, 1)", "Reset"]
    assert tab() == CODES[0]
    page.keyboard.press("Home")
    assert [tab() for _ in range(3)] == [f"{CODES[0]}, exactly", CODES[1], f"{CODES[1]}, exactly"]
    assert [tab() for _ in range(2)] == ["Walk", "position"]
    assert [tab(), tab()] == ["position, exactly", "What to try"]
    assert all(outline != "none" for _, outline in seen)
    assert figure.control("radio", "VAE").is_checked() and figure.control("radio", "labels").is_checked()
    assert figure.point()[0] == Latent().window("VAE")[0]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_text_leaves_its_place_and_nothing_jumps(viewport, latent):
    figure, wrong = latent(viewport=viewport)
    figure.page.add_style_tag(content=f"body {{ max-width: {BETWEEN_SIDEBARS}px }}")
    heights = set()
    for name in [*MODELS, "dots", "labels", "drawings"]:
        figure.choose(name)
        for place in [(0, 0), (-4, -4), (5, 5)]:
            figure.move_to(*place)
            assert figure.page.evaluate(OUTSIDE) == []
            heights.add(figure.page.evaluate(HEIGHT))
    assert len(heights) == 1, heights
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_can_be_read_and_axe_finds_nothing(scheme, latent):
    figure, _ = latent(Latent(model="VAE", shown="labels"), viewport=PHONE, reduced_motion="reduce")
    page = figure.page
    page.evaluate("scheme => { document.title = 'Codes'; document.documentElement.dataset.theme = scheme; }", scheme)
    if scheme == "dark":  # the website's own colors
        colors = "--pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af; --pst-color-on-background: #222832"
        page.add_style_tag(content=f":root {{ {colors} }}")
    figure.drawn()
    assert page.evaluate(CONTRAST, 4.5) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    rules = {"exclude": [["body > :not([data-figure])"]]}
    found = Axe().run(page, rules, {"rules": {"region": {"enabled": False}, "page-has-heading-one": {"enabled": False},
                                              "landmark-one-main": {"enabled": False}}})  # fmt: skip
    assert [violation["id"] for violation in found.response["violations"]] == []
    assert (sum(page.evaluate(RGB, "--dl-between")) < 400) == (scheme == "dark")
    assert np.abs(figure.grays() - Latent(model="VAE").picture().ravel()).max() < 0.01


def light(rgb):
    """How light a color is, from 0 to 1, by WCAG 2's formula."""
    c = np.array(rgb) / 255
    return np.where(c <= 0.03928, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def test_the_numerals_can_be_told_from_the_plane(latent):
    """Each numeral's color against the plane's, by WCAG's formula, in light and dark."""
    figure, _ = latent()
    for scheme in ("light", "dark"):
        figure.page.evaluate("scheme => { document.documentElement.dataset.theme = scheme; }", scheme)
        colors = [figure.page.evaluate(RGB, f"--dl-latent-{digit}") for digit in range(10)]
        plane = light(figure.page.evaluate(RGB, "--dl-between"))
        ratios = [(max(light(one), plane) + 0.05) / (min(light(one), plane) + 0.05) for one in colors]
        assert min(ratios) > 4.5, (scheme, ratios)


def test_a_screen_reader_hears_names_values_and_results(latent):
    figure, _ = latent()
    heard = figure.figure.aria_snapshot()
    for words in ['figure "A plane of codes, a figure to play with"', 'group "Model"', 'radio "autoencoder" [checked]',
                  'slider "position"', 'img "What the decoder draws"', "The nearest code, 0.13 away"]:  # fmt: skip
        assert words in heard, heard
    assert figure.control("slider", "position").get_attribute("aria-valuetext") == "0.50"
    assert re.search(r'img "The digit of the nearest code, a \d, row \d+"', heard)


def test_alone_in_a_sandbox(open_page, tmp_path):
    path = tmp_path / "host.html"
    output = escape(Latent().standalone().data)
    frame = f'<iframe sandbox="allow-scripts" width="900" height="1400" srcdoc="{output}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    inside = page.frame_locator("iframe")
    inside.get_by_role("slider", name="position", exact=True).focus()
    page.keyboard.press("End")
    inside.get_by_text(sentence_of(Latent(position=1.0))).wait_for()
    assert wrong == []
