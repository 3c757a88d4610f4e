"""What the browser tests share: the browser, a server of the built site, a page that tells what went wrong in it."""

import os
import threading

import pytest
import site_tools
from playwright.sync_api import sync_playwright

from dlcourse.recipes.browser import find_browser
from dlcourse.recipes.site import open_server

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
PATIENCE_SECONDS = 120  # for what is awaited in a page; what takes longer than this on a busy machine is broken
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
# Tables of figures that are wider than their place: a theme has rules for tables, and they may be stronger than ours.
TOO_WIDE = """() => [...document.querySelectorAll('.dl-figure table')].filter(table => {
  const right = table.parentElement.getBoundingClientRect().right, here = table.getBoundingClientRect();
  return here.width > 0 && here.right > right + 1;
}).map(table => table.className)"""

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


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
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
        contexts[-1].set_default_timeout(1000 * PATIENCE_SECONDS)
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
