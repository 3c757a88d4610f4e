"""Balance in a real browser, without a kernel: steered by mouse, finger and keys, raced, knocked, on a phone, alone."""

import re
from html import escape

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_tools import CONTRAST, PHONE
from figure_tools import FigureOnPage, tabs, write_page

from dlcourse.figures.balance import MOST, Balance

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("float64")]
LEFT, RIGHT = "\u2190 Left", "Right \u2192"
DECIMALS = (2, 2, 3, 2)  # of the four numbers, as the table writes them
NARROW = {"width": 360, "height": 800}


class BalanceOnPage(FigureOnPage):
    """The figure in a browser, by what a reader sees of it."""

    def choose(self, group, name):
        self.figure.get_by_role("group", name=group).get_by_role("radio", name=name, exact=True).check()
        self.drawn()

    def sentence(self):
        self.drawn()
        return self.figure.locator("output").inner_text()

    def standing(self):
        """What stands over each track."""
        self.drawn()
        lanes = self.figure.locator(".dl-balance-lane:visible .dl-balance-title").all()
        return {lane.locator("strong").inner_text(): lane.locator("span").inner_text() for lane in lanes}

    def rows(self):
        """{label: [text of the upper cart, of the lower one]}."""
        self.drawn()
        rows = self.figure.locator(".dl-balance-numbers tbody tr").all()
        return {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in rows}

    def steps(self):
        self.drawn()
        last = self.figure.locator(".dl-balance-numbers tbody tr:last-child td")
        return [int(text) for text in last.all_inner_texts()]

    def check(self, wanted):
        """See that the numbers of both carts are those that Python computes from the same values."""
        rows, carts = list(self.rows().values()), [wanted.driver] + [wanted.rival] * (wanted.rival != "nobody")
        for k, who in enumerate(carts):
            states = wanted.episode(who)
            shown = [float(row[k].replace("\u2212", "-")) for row in rows[:4]]
            for text, value, decimals in zip(shown, states[-1], DECIMALS, strict=True):
                assert text == pytest.approx(value, abs=0.501 * 10**-decimals)
            likely = [float(row[k]) for row in rows[5:7]]
            assert likely == pytest.approx(wanted.probabilities(states[-1:])[0], abs=0.0051)
            assert int(rows[7][k]) == len(states) - 1


@pytest.fixture
def balance(open_page, tmp_path):
    """The figure alone on a page, and what went wrong in it."""

    def opened(figure=None, **options):
        page, wrong = open_page(write_page(tmp_path, figure or Balance()).as_uri(), **options)
        return BalanceOnPage(page), wrong

    return opened


# ------------------------------------------------------------------------------------------------ the policies


def test_the_trained_network_balances_200_steps_and_random_pushes_do_not(balance):
    figure, wrong = balance()
    figure.choose("Upper cart", "random")
    for start in (0, 9):
        figure.type("start", start)
        for _ in range(12):
            if "fell" not in figure.standing()["Random pushes"]:
                figure.press("10 steps")
        figure.check(Balance(driver="random", seed=start, steps=figure.steps()[1]))
        upper = figure.steps()[0]
        assert "fell at step" in figure.standing()["Random pushes"]
        while figure.steps()[1] < 200:
            figure.press("10 steps")
        assert figure.standing()["The network"] == f"stands after {figure.steps()[1]} steps"
        assert figure.sentence().endswith(f"The network: {figure.steps()[1] - upper} steps more so far.")
    assert wrong == []


def test_the_network_plays_by_itself_to_the_last_step(balance):
    figure, wrong = balance(Balance(driver="network", rival="nobody", steps=350, speed=1.0))
    live = figure.figure.locator("output")
    figure.press("Go on")
    figure.control("button", "Pause").wait_for()
    assert live.get_attribute("aria-live") == "off"  # not fifty announcements a second
    figure.control("button", "Start").wait_for()  # it stops by itself
    assert figure.standing() == {"The network": f"stood all {MOST} steps"}
    assert live.get_attribute("aria-live") == "polite"
    figure.press("10 steps")
    assert figure.steps() == [MOST]
    assert wrong == []


def test_the_hand_rule_runs_off_the_track(balance):
    figure, wrong = balance(Balance(driver="rule", seed=11, steps=280))
    while "left" not in figure.standing()["The hand rule"]:
        figure.press("10 steps")
    assert re.fullmatch(r"left the track at step 3\d\d", figure.standing()["The hand rule"])
    assert figure.figure.locator(".dl-balance-lost").count() == 1
    assert float(figure.rows()["position x, m"][0]) >= 2.4
    assert wrong == []


def test_a_knock_can_be_set_and_is_too_much_at_last(balance):
    figure, wrong = balance(Balance(driver="rule", steps=20))
    figure.press("Knock")
    assert figure.figure.locator(".dl-balance-knock:visible").count() == 2
    for _ in range(10):
        figure.press("10 steps")
    figure.check(Balance(driver="rule", steps=120, kicks=[[20, 0.5]]))
    figure.type("knock, rad/s", -3)
    figure.press("Knock")
    figure.press("10 steps")
    figure.press("10 steps")
    assert all("fell at step 12" in words for words in figure.standing().values())
    figure.press("Start over")
    figure.check(Balance(driver="rule"))
    assert wrong == []


# ------------------------------------------------------------------------------------------------ the reader


def test_who_pushes_at_random_falls_earlier_than_the_network(balance):
    """A reader presses one side or the other by lot; the network plays the same steps from the same start."""
    figure, wrong = balance()
    rng, pressed = np.random.default_rng(0), []
    while "fell" not in figure.standing()["You"]:
        pressed.append(int(rng.integers(2)))
        figure.press(RIGHT if pressed[-1] else LEFT)
        figure.check(Balance(actions=pressed, steps=len(pressed)))
    assert 8 <= len(pressed) < 100
    assert figure.standing()["The network"] == f"stands after {len(pressed)} steps"
    assert f"Your best: {len(pressed)} steps of 500" in figure.figure.inner_text()
    figure.press(LEFT)
    assert figure.steps()[0] == len(pressed)
    figure.press("Start over")
    assert figure.steps() == [0, 0] and f"Your best: {len(pressed)} steps" in figure.figure.inner_text()
    assert wrong == []


def test_a_press_while_it_runs_changes_the_side(balance):
    """However many pushes to the right were over before the press was there: the pole fell as one pushed so does."""
    figure, wrong = balance(Balance(speed=0.1))
    left = figure.control("button", LEFT).bounding_box()
    figure.control("button", "Start").click()
    figure.page.mouse.click(left["x"] + left["width"] / 2, left["y"] + left["height"] / 2)
    figure.drawn()
    assert figure.control("button", LEFT).get_attribute("aria-pressed") == "true"
    figure.control("button", "Start").or_(figure.control("button", "Go on")).wait_for()  # the pole fell, and it stops
    steps = figure.steps()[0]
    assert figure.standing()["You"] == f"fell at step {steps}"
    shown = [float(row[0].replace("\u2212", "-")) for row in list(figure.rows().values())[:4]]
    for before in range(10):  # after ten it has fallen
        states = Balance(actions=[1] * before, side="left", steps=MOST).episode("you")
        if len(states) - 1 == steps and np.all(np.abs(states[-1] - shown) <= 0.501 * 10.0 ** -np.array(DECIMALS)):
            break
    else:
        raise AssertionError(f"no pushes to the right, and then to the left, end after {steps} steps at {shown}")
    assert wrong == []


def test_the_slider_of_sides_is_moved_by_the_arrow_keys(balance):
    figure, wrong = balance()
    slider = figure.control("slider", "side to push to")
    slider.focus()
    actions = []
    for key, side in [("ArrowLeft", 0), ("ArrowLeft", 0), ("ArrowRight", 1), ("ArrowLeft", 0)]:
        figure.page.keyboard.press(key)
        figure.drawn()
        assert slider.get_attribute("aria-valuetext") == ("left", "right")[side]
        figure.press("One step")
        slider.focus()
        actions.append(side)
    figure.check(Balance(actions=actions, steps=4))
    assert wrong == []


def test_a_finger_steers(balance):
    figure, wrong = balance(viewport=PHONE, has_touch=True)
    for name in (LEFT, LEFT, RIGHT):
        figure.control("button", name).tap()
    figure.check(Balance(actions=[0, 0, 1], steps=3))
    assert wrong == []


def test_less_motion_jumps_ten_steps(balance):
    figure, wrong = balance(Balance(driver="rule"), reduced_motion="reduce")
    figure.press("Start")
    assert figure.steps() == [10, 10] and figure.control("button", "Go on").is_visible()
    figure.press("Go on")
    figure.check(Balance(driver="rule", steps=20))
    assert wrong == []


def test_everything_can_be_done_with_the_keyboard_alone(balance):
    figure, wrong = balance(Balance(side="left"))
    page, tab, seen = figure.page, *tabs(figure.page)
    assert [tab() for _ in range(3)] == ["you", "network", LEFT]
    for _ in range(2):
        page.keyboard.press("Enter")
    assert tab() == "side to push to"
    page.keyboard.press("ArrowRight")
    assert tab() == RIGHT
    page.keyboard.press("Space")
    figure.check(Balance(actions=[0, 0, 1], steps=3))
    names = ["Go on", "One step", "10 steps", "Knock", "Start over", "Another start"]
    for name in names:
        assert tab() == name
        if name in ("One step", "Knock"):
            page.keyboard.press("Enter")
    figure.check(Balance(actions=[0, 0, 1, 1], steps=4, kicks=[[4, 0.5]]))
    assert [tab() for _ in range(5)] == ["start", "start, exactly", "1/5", "knock, rad/s", "knock, rad/s, exactly"]
    assert tab() == "What to try"
    assert all(outline != "none" for _, outline in seen)
    assert wrong == []


# ------------------------------------------------------------------------------------------------ what is seen


def test_another_driver_or_start_begins_anew_and_nobody_hides_the_lower_track(balance):
    figure, wrong = balance(Balance(driver="rule", steps=30))
    figure.press("Another start")
    figure.check(Balance(driver="rule", seed=1))
    assert not figure.figure.get_by_role("button", name=LEFT).is_visible()
    figure.choose("Lower cart", "nobody")
    assert list(figure.standing()) == ["The hand rule"]
    figure.choose("Upper cart", "you")
    assert list(figure.standing()) == ["You"] and figure.control("button", LEFT).is_visible()
    markup = figure.figure.evaluate("figure => figure.outerHTML")
    assert not any(word in markup for word in ("NaN", "Infinity", "undefined"))
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_can_be_read_and_axe_finds_nothing(scheme, balance):
    figure, _ = balance(Balance(steps=12, kicks=[[8, 0.3]]), viewport=NARROW, has_touch=True, reduced_motion="reduce")
    page = figure.page
    page.evaluate("scheme => { document.title = 'Balance'; document.documentElement.dataset.theme = scheme; }", scheme)
    if scheme == "dark":  # the website's own colors
        colors = "--pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af; --pst-color-on-background: #222832"
        page.add_style_tag(content=f":root {{ {colors} }}")
    figure.drawn()
    assert page.evaluate(CONTRAST, 4.5) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    rules = {"exclude": [["body > :not([data-figure])"]]}
    found = Axe().run(page, rules, {"rules": {"region": {"enabled": False}, "page-has-heading-one": {"enabled": False},
                                              "landmark-one-main": {"enabled": False}}})  # fmt: skip
    assert [violation["id"] for violation in found.response["violations"]] == []


def test_on_a_phone_the_carts_and_the_buttons_are_seen_at_once(balance):
    figure, _ = balance(viewport=NARROW, has_touch=True)
    first, last = figure.figure.locator(".dl-balance-lane").first, figure.control("button", "Another start")
    top, bottom = first.bounding_box()["y"], last.bounding_box()
    assert bottom["y"] + bottom["height"] - top < 0.75 * NARROW["height"]


def test_a_screen_reader_hears_names_values_and_results(balance):
    figure, _ = balance(Balance(steps=3, actions=[1, 0, 1]))
    heard = figure.figure.aria_snapshot()
    for part in ['figure "Balance, a figure to play with"', 'group "Upper cart"', 'group "You push the upper cart"',
                 'slider "side to push to"', 'slider "knock, rad/s"', 'rowheader "network: left"',
                 "Above, you: stands after 3 steps. Below, the network: stands after 3 steps."]:  # fmt: skip
        assert part in heard, heard


def test_two_of_a_kind_keep_to_themselves(open_page, tmp_path):
    page, wrong = open_page(write_page(tmp_path, Balance(), Balance(driver="rule", seed=4)).as_uri())
    first, second = BalanceOnPage(page, 0), BalanceOnPage(page, 1)
    first.press(RIGHT)
    second.press("10 steps")
    first.check(Balance(actions=[1], steps=1))
    second.check(Balance(driver="rule", seed=4, steps=10))
    assert wrong == []


def test_alone_in_a_sandbox(open_page, tmp_path):
    path = tmp_path / "host.html"
    output = escape(Balance().standalone().data)
    frame = f'<iframe sandbox="allow-scripts" width="900" height="1200" srcdoc="{output}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    inside = page.frame_locator("iframe")
    inside.get_by_role("button", name=LEFT).click()
    inside.get_by_text("Above, you: stands after 1 step.").wait_for()
    assert wrong == []
