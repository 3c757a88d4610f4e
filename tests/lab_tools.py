"""A JupyterLab with a live kernel for the tests of the figures: one server, started when the first test asks for it."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from clone import ROOT
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from playwright.sync_api import expect

TOKEN = "a-token-for-this-test"
START_SECONDS = 120  # a busy machine needs some of them
ANSWER_SECONDS = 60  # for a cell to print what is expected
SETTLE_SECONDS = 2  # from the end of a cell to what it printed
QUIET = [
    "--no-browser", f"--IdentityProvider.token={TOKEN}", "--ServerApp.allow_root=True",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]  # fmt: skip
NO_NEWS = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}  # it asks other hosts


def free_port():
    """A port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for_server(address, process):
    """Return when the server answers; fail if it ends or takes too long."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "JupyterLab ended before it answered"
        try:
            with urllib.request.urlopen(f"{address}api/status?token={TOKEN}", timeout=5) as answer:
                return json.load(answer)
        except OSError:
            time.sleep(0.3)
    raise TimeoutError(f"JupyterLab did not answer within {START_SECONDS} seconds")


def write_notebook(folder, name, *cells, outputs=None):
    """Write a notebook of code cells; `outputs` belong to the first."""
    made = [nbformat.v4.new_code_cell(text, id=f"cell-{i}") for i, text in enumerate(cells)]
    made[0].outputs = outputs or []
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata=metadata), folder / name)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """The address of a JupyterLab, and the folder that it shows."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work")
    (home / "labconfig").mkdir()
    (home / "labconfig" / "page_config.json").write_text(json.dumps(NO_NEWS))
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "jupyterlab", f"--port={port}", f"--notebook-dir={folder}", *QUIET]
    # A home of its own: no settings, no trust and no workspace of whoever runs the test.
    environment = os.environ | {"HOME": str(home), "JUPYTER_CONFIG_DIR": str(home)}
    environment |= {"JUPYTER_DATA_DIR": str(home / "data"), "JUPYTER_RUNTIME_DIR": str(home / "runtime")}
    environment |= {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    log = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process:
        try:
            wait_for_server(address, process)
            yield address, folder
        finally:
            process.terminate()


@pytest.fixture
def notebook(lab, open_page):
    """A function that opens a notebook of these cells in JupyterLab."""
    address, folder = lab

    def opened(name, *cells, outputs=None):
        write_notebook(folder, name, *cells, outputs=outputs)
        page, wrong = open_page(f"{address}lab/tree/{name}?token={TOKEN}&reset")
        page.get_by_text("| Idle").first.wait_for(timeout=1000 * START_SECONDS)
        return page, wrong

    return opened


def run_cell(page, index, expected=None):
    """Run one cell, and wait for what it prints.

    Of several changes in a row the page holds the last back until the kernel has answered the first, and a cell that is
    run meanwhile reads older values. So a cell that printed something else is run again, while there is time.
    """
    cell = page.locator(".jp-CodeCell").nth(index)
    prompt = cell.locator(".jp-InputPrompt")
    end = time.monotonic() + ANSWER_SECONDS
    while True:
        before = prompt.inner_text()
        cell.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        if expected is None:
            return
        expect(prompt).not_to_have_text(before, timeout=1000 * ANSWER_SECONDS)
        expect(prompt).to_have_text(re.compile(r"\d"), timeout=1000 * ANSWER_SECONDS)  # a star while it runs
        try:
            outputs = cell.locator(".jp-OutputArea-output").filter(has_text=re.compile(expected))
            return outputs.wait_for(timeout=1000 * SETTLE_SECONDS)
        except PlaywrightTimeoutError:
            if time.monotonic() > end:
                raise
