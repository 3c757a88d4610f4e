"""Build the package's wheel, the one file that somebody needs who has a notebook and nothing else.

    python -m dlcourse.recipes.wheel        `make wheel`: into dist/

It is built from a copy of what it is made of, so that nothing is left behind in the folder and nothing stale gets in.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from dlcourse.recipes import ROOT

PARTS = ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT", "dlcourse")


class BuildFailed(Exception):
    """The wheel could not be built; the text is what pip said."""


def build_wheel(target, root=ROOT):
    """Build the wheel of the course in `root` into the folder `target` and return its path.

    Raises:  BuildFailed with pip's words.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name in PARTS:
            copy = shutil.copytree if (root / name).is_dir() else shutil.copy2
            copy(root / name, Path(folder, name))
        command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", str(target), folder]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise BuildFailed(f"{done.stdout}\n{done.stderr}")
    return max(Path(target).glob("dlcourse-*.whl"), key=lambda path: path.stat().st_mtime)


def main():
    """The command."""
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    print(build_wheel(dist))


if __name__ == "__main__":
    main()
