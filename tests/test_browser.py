"""Every page is opened in a real browser: on a desktop, on a phone, in the dark, from a server and from a folder."""

import os
import threading

import pytest
import site_tools
from playwright.sync_api import sync_playwright

from dlcourse.recipes.browser import find_browser
from dlcourse.recipes.site import open_server

pytestmark = pytest.mark.browser

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PAGES = [f"{page}.html" for page in site_tools.toc_pages()]
CHAPTER = "notebooks/01_neural_networks.html"

# The contrast between each piece of text and what lies behind it, by WCAG 2's formula: the five worst below a limit.
CONTRAST = """limit => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = color => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const color = rgba(getComputedStyle(element).backgroundColor);
      if (color[3] > 200) return color;
    }
    return [255, 255, 255];
  };
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest("svg, script, style, noscript, mjx-assistive-mml")) continue;
    if (!element.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    const [a, b] = [light(rgba(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < limit) found.push([Math.round(ratio * 100) / 100, walker.currentNode.data.trim().slice(0, 40)]);
  }
  return found.sort((a, b) => a[0] - b[0]).slice(0, 5);
}"""


@pytest.fixture(scope="module")
def browser():
    """A browser; without one the tests fail in CI and are skipped, with the reason, elsewhere."""
    path = os.environ.get("CHROMIUM") or find_browser()
    if path is None:
        reason = "no browser was found: `make browser` gets one"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address():
    """The address of a server of the built site."""
    with open_server(site_tools.built_site(), port=0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def open_page(browser):
    """A function that opens a page and returns it with a list of what went wrong, which grows as more goes wrong."""
    contexts = []

    def open_page(url, viewport=DESKTOP, **options):
        contexts.append(browser.new_context(viewport=viewport, **options))
        page, wrong = contexts[-1].new_page(), []
        home = url.split("/", 3)[2]  # host and port; nothing for a file
        page.on("console", lambda message: message.type in ("error", "warning") and wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
        page.on("response", lambda answer: answer.status >= 400 and wrong.append(f"{answer.status}: {answer.url}"))
        page.on("request", lambda request: wrong.extend(asks_elsewhere(request.url, home)))
        page.goto(url, wait_until="load")
        return page, wrong

    yield open_page
    for context in contexts:
        context.close()


def asks_elsewhere(url, home):
    """Return a list with the address of a request that leaves the site; what lies in the page itself asks nobody."""
    scheme, _, rest = url.partition(":")
    inside = scheme in ("data", "blob", "about") or (rest.split("/")[2] == home if rest.startswith("//") else False)
    return [] if inside else [f"request to another host: {url}"]


def see_everything(page):
    """Scroll through a page, so that pictures which wait for their turn are loaded."""
    page.evaluate("document.querySelectorAll('img').forEach(picture => picture.loading = 'eager')")
    page.wait_for_function("[...document.images].every(picture => picture.complete)")


def test_a_request_to_another_host_is_noticed(open_page, address):
    page, wrong = open_page(address + PAGES[0])
    page.evaluate("new Image().src = 'http://127.0.0.1:9/planted.png'")
    page.wait_for_timeout(200)
    assert any("another host" in fault for fault in wrong)


@pytest.mark.parametrize("name", [*PAGES, "search.html", "genindex.html"])
def test_a_page_on_a_desktop(name, open_page, address):
    page, wrong = open_page(address + name)
    see_everything(page)
    assert page.evaluate("[...document.images].filter(image => !image.naturalWidth).map(image => image.src)") == []
    assert page.locator("main h1:visible").first.inner_text().strip()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate(CONTRAST, 4.5) == []
    assert wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_on_a_phone_in_the_dark(name, open_page, address):
    page, wrong = open_page(address + name, PHONE, color_scheme="dark")
    see_everything(page)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(CONTRAST, 4.5) == []
    assert wrong == []


def test_the_address_of_the_site_leads_to_the_front_page(open_page, address):
    page, _ = open_page(address)
    page.wait_for_url(address + PAGES[0])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_from_a_folder(name, open_page):
    page, wrong = open_page((site_tools.built_site() / name).as_uri())
    see_everything(page)
    assert page.locator("main h1:visible").first.inner_text().strip()
    assert wrong == []


def test_the_theme_can_be_changed_and_is_remembered(open_page, address):
    page, wrong = open_page(address + PAGES[0])
    button = page.locator("button.theme-switch-button:visible").first
    while page.evaluate("document.documentElement.dataset.mode") != "dark":
        button.click()
    page.goto(address + PAGES[1])
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate(CONTRAST, 4.5) == []
    assert wrong == []


@pytest.mark.parametrize("from_folder", [False, True])
def test_the_search_finds_the_perceptron(from_folder, open_page, address):
    start = site_tools.built_site().as_uri() + "/" if from_folder else address
    page, wrong = open_page(start + PAGES[0])
    page.wait_for_load_state("networkidle")  # leaving while it loads aborts a request, which counts as wrong
    page.keyboard.press("Control+k")
    page.keyboard.type("perceptron")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    found = page.eval_on_selector_all("#search-results li a", "links => links.map(link => link.href)")
    assert any(CHAPTER in address for address in found)
    assert wrong == []


def test_the_keyboard_reaches_the_text_and_shows_where_it_is(open_page, address):
    page, _ = open_page(address + PAGES[0])
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                """() => {
                  const element = document.activeElement, style = getComputedStyle(element);
                  const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
                  return {text: element.innerText?.trim() ?? "", inside: !!element.closest("article"), shown};
                }"""
            )
        )
        if seen[-1]["inside"]:
            break
    assert seen[-1]["inside"], f"60 presses of Tab reached only {seen[-3:]}"
    assert seen[-1]["text"] == "Start with chapter 1"
    assert [stop["text"] for stop in seen if not stop["shown"]] == []


def test_the_keyboard_opens_a_hint(open_page, address):
    page, _ = open_page(address + CHAPTER)
    fold = page.locator("section.exercise details.hint").first
    assert not fold.evaluate("fold => fold.open")
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.evaluate("fold => fold.open")
    assert fold.locator("p").first.is_visible()


def test_an_address_leads_to_its_exercise(open_page, address):
    page, _ = open_page(address + CHAPTER + "#ex-1-1")
    page.wait_for_timeout(300)
    box = page.locator("#ex-1-1").bounding_box()
    assert 0 <= box["y"] < DESKTOP["height"] / 2
