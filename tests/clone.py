"""The files of the project as a clone has them, and copies of them."""

import fnmatch
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def ignored_names(root=ROOT):
    """The patterns of .gitignore, as patterns of one name in a path."""
    lines = (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    return [".git", *(line.strip("/") for line in lines if line and not line.startswith("#"))]


def project_files(root=ROOT):
    """Every file that is, or is about to be, in the repository, relative to its root."""
    patterns = ignored_names(root)
    found, folders = [], [root]
    while folders:
        for path in folders.pop().iterdir():
            if not any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns):
                (folders if path.is_dir() else found).append(path)
    return sorted(path.relative_to(root) for path in found)


def copy_project(target, root=ROOT):
    """Copy the project into `target`, as `git clone` would, and return it."""
    for path in project_files(root):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / path, target / path)
    return target
