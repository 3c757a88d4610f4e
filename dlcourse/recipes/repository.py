"""The repository's address stands in one place, pyproject.toml; every text that mentions it is written from there.

    python -m dlcourse.recipes.repository https://host.org/owner/name   set it and rewrite the texts
    python -m dlcourse.recipes.repository --unset                       forget it and rewrite the texts

The derived texts are the first code cell of each notebook and one block of README.md; the website reads the address
when it is built. While no address is set, nothing names a repository.
"""

import argparse
import re
import tomllib

import nbformat

from dlcourse.recipes import ROOT, coursework_paths, notebook_paths

ADDRESS = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/[A-Za-z0-9._~-]+){2,}")
ADDRESS_LINE = re.compile(r'^repository = ".*"$', re.MULTILINE)
README_BLOCK = re.compile(r"(?<=<!-- get the course -->\n).*?(?=<!-- now inside its folder -->)", re.DOTALL)

FIRST_CELL_ID = "find-dlcourse"
FIRST_CELL = """\
# Find the course's package, or install it. Nothing here is about deep learning.
import importlib.util
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # one thread, set before NumPy starts: the same numbers on every computer

def numbers(version):
    return [int(part) for part in re.findall(r"\\d+", version)]

found = importlib.util.find_spec("dlcourse") is not None
wheels = {{wheel.name.split("-")[1]: wheel for wheel in Path.cwd().glob("dlcourse-*.whl")}}
newest = max(wheels, key=numbers, default="0")
if (Path.cwd().parent / "dlcourse" / "tensor.py").exists():
    sys.path.insert(0, str(Path.cwd().parent))  # this notebook lies in its repository
elif not found or wheels and numbers(newest) > numbers(metadata.version("dlcourse")):
{source}
    print(f"Installing {{source}} and what it needs. The first time this downloads PyTorch and takes minutes.")
    pip = subprocess.run([sys.executable, "-m", "pip", "install", source], capture_output=True, text=True)
    if pip.returncode:
        advice = "If pip itself is missing, try: python -m ensurepip"
        raise RuntimeError(f"dlcourse could not be installed from {{source}}: {{pip.stderr}}{{advice}}")
    importlib.invalidate_caches()"""
WITHOUT_ADDRESS = """\
    if not wheels:
        raise ModuleNotFoundError(
            "dlcourse, the package of this course, was not found. It is one file, dlcourse-VERSION-py3-none-any.whl. "
            "Download it from the course's website, page 'How to use this book' (or run `make wheel` in the course's "
            f"folder and take it from dist/). Put it into {{Path.cwd()}} and run this cell again."
        )
    source = str(wheels[newest])"""
WITH_ADDRESS = """\
    source = str(wheels[newest]) if wheels else "dlcourse @ git+{address}\""""


def address(root=ROOT):
    """The repository's address, or the empty string while none is set."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["dlcourse"]["repository"]


def check_address(text):
    """Return `text` if it can be cloned and linked as it stands.

    Raises:  ValueError for anything but https://host/owner/name.
    """
    if not ADDRESS.fullmatch(text) or text.endswith(".git"):
        raise ValueError(
            "expected an address such as https://host.org/owner/name "
            f"(https, no user, no port, no query, no slash at the end, no .git), got {text!r}"
        )
    return text


def first_cell(address):
    """The source of the first code cell of every notebook.

    It takes the package from the repository around the notebook, or as it is installed, or from a wheel beside the
    notebook (the newest, if it is newer than what is installed), or from `address`. It never asks an index for the bare
    name: there, anyone could answer to it.
    """
    source = (WITH_ADDRESS if address else WITHOUT_ADDRESS).format(address=address)
    return FIRST_CELL.format(source=source)


def readme_block(address):
    """The lines of README.md that say how to get the course."""
    if not address:
        return "Open a terminal in the folder that holds this file.\n"
    return f"```\ngit clone {address}\ncd {address.rsplit('/', 1)[1]}\n```\n"


def write_first_cell(nb, address):
    """Replace the source of the first code cell. It prints only where it installs, so nothing is compared."""
    cell = next(cell for cell in nb.cells if cell.cell_type == "code")
    if cell.id != FIRST_CELL_ID:
        raise ValueError(f"expected the first code cell to have the id {FIRST_CELL_ID!r}, got {cell.id!r}")
    cell.source = first_cell(address)
    cell.metadata["tags"] = ["hide-input", "nbval-ignore-output"]


def rewrite(root, address):
    """Write `address` into pyproject.toml under `root`, and every derived text after it."""
    pyproject, readme = root / "pyproject.toml", root / "README.md"
    replace_once(pyproject, ADDRESS_LINE, f'repository = "{address}"')
    replace_once(readme, README_BLOCK, readme_block(address))
    for path in [*notebook_paths(root), *coursework_paths(root)]:
        nb = nbformat.read(path, as_version=4)
        write_first_cell(nb, address)
        nbformat.write(nb, path)


def replace_once(path, pattern, replacement):
    """Replace the one place in the file that matches; a file without it is an error and not a silence."""
    text, count = pattern.subn(lambda match: replacement, path.read_text(encoding="utf-8"))
    if count != 1:
        raise ValueError(f"expected one place that matches {pattern.pattern!r} in {path}, found {count}")
    path.write_text(text, encoding="utf-8", newline="\n")


def main():
    """The command."""
    parser = argparse.ArgumentParser(description="Set the repository's address everywhere.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("address", nargs="?", help="https://host.org/owner/name")
    what.add_argument("--unset", action="store_true", help="forget the address")
    arguments = parser.parse_args()
    try:
        new = "" if arguments.unset else check_address(arguments.address)
    except ValueError as error:
        parser.error(str(error))
    rewrite(ROOT, new)
    print(f"The repository's address is now {new!r}.")


if __name__ == "__main__":
    main()
