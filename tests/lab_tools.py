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

TOKEN = "a-token-for-this-test"
START_SECONDS = 120  # a busy machine needs some of them
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
    """Run one cell, and wait for what it prints."""
    page.locator(".jp-CodeCell").nth(index).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    if expected is not None:
        outputs = page.locator(".jp-CodeCell").nth(index).locator(".jp-OutputArea-output")
        outputs.filter(has_text=re.compile(expected)).wait_for()
