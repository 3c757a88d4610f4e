"""Find a browser for the tests, or get one.

    python -m dlcourse.recipes.browser        `make browser`

One that is already installed is taken. Otherwise the system's package is installed where that is allowed (apt, as the
administrator), and Playwright's own build where it is not.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")


def find_browser():
    """The path of a Chromium-like browser, or None: first one on the PATH, then the one Playwright installed."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return str(path) if path.exists() else None


def install_browser():
    """Install one, with the system's packages if they are there and allowed."""
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "--quiet"], check=True)
        install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium"]
        if subprocess.run(install).returncode == 0:
            return
        print("There is no package named chromium here; taking Playwright's build.")
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def main():
    """The command: afterwards there is a browser, or the command has failed."""
    if find_browser() is None:
        install_browser()
    path = find_browser()
    if path is None:
        sys.exit("Installed a browser and cannot find it. Install Chromium or Chrome by hand; the tests look for it.")
    print(f"The tests will use {path}")


if __name__ == "__main__":
    main()
