"""Take the course's two texts out of the Python that runs: its language reference and its library's docstrings.

    python -m dlcourse.recipes.embed_text               into dlcourse/data
    python -m dlcourse.recipes.embed_text --into FOLDER

Run once, on CPython 3.11.7; it writes reference.json.xz and docstrings.json.xz and prints their SHA-256, which
`dlcourse/data` checks. A file that has this content already is left as it is, so running it again changes nothing.
"""

import argparse
import ast
import hashlib
import platform
import re
import sysconfig
from pathlib import Path

from dlcourse.data.docstrings import MODULES
from dlcourse.data.reference import running_topics
from dlcourse.data.texts import pack, unpack
from dlcourse.recipes import ROOT

SHORTEST = 41  # characters: shorter docstrings say little more than a name
TESTS = {"test", "tests", "idle_test"}  # folders that are no part of what a module does
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)

# A file with a license of its own wants that license beside every copy. Such files are left out, and the license of
# Python itself then holds for all that is shipped.
OWN_LICENSE = re.compile(
    r"permission to use|permission is (hereby )?granted|provided 'as[- ]is'|SPDX-License|under the Apache License|"
    r"copyright message and|you can choose between two licenses|this copyright applies", re.IGNORECASE)


def reference():
    """What reference.json.xz holds: the version of Python and its topics, name -> text."""
    return {"python": platform.python_version(), "topics": running_topics()}


def docstrings():
    """What docstrings.json.xz holds: the version of Python and the docstrings, area -> file -> texts.

    Raises:  SystemExit where a module is missing.
    """
    return {"python": platform.python_version(),
            "areas": {area: docstrings_of(modules.split()) for area, modules in MODULES.items()}}


def docstrings_of(modules):
    """The long docstrings of these modules of the standard library, file -> texts, without files of another license."""
    library = Path(sysconfig.get_path("stdlib"))
    found = {}
    for path in files_of(modules, library):
        source = path.read_bytes()
        if not has_own_license(source):
            documented = (node for node in ast.walk(ast.parse(source)) if isinstance(node, DOCUMENTED))
            texts = [text for text in map(ast.get_docstring, documented) if text and len(text) >= SHORTEST]
            if texts:
                found[path.relative_to(library).as_posix()] = texts
    return found


def files_of(modules, library):
    """The source files of modules and packages, without their tests, in a fixed order.

    Raises:  SystemExit for a module that is not there.
    """
    for module in modules:
        if (library / module).is_dir():
            inside = sorted((library / module).rglob("*.py"), key=Path.as_posix)
            yield from (path for path in inside if not TESTS & set(path.relative_to(library).parts))
        elif (library / f"{module}.py").exists():
            yield library / f"{module}.py"
        else:
            raise SystemExit(f"expected {module} in the standard library of Python {platform.python_version()}: "
                             "use CPython 3.11.7 with all of its library, tkinter, idlelib and lib2to3 too")


def has_own_license(source):
    """Whether a file's source states a license beside Python's; the sentence may be broken over lines of comment."""
    return bool(OWN_LICENSE.search(re.sub(r"[\s#*]+", " ", source.decode("latin-1"))))


def write(path, content):
    """Write a compressed file unless it has this content already; return its SHA-256."""
    if not path.exists() or unpack(path.read_bytes()) != content:
        path.write_bytes(pack(content))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments=None):
    """The command."""
    parser = argparse.ArgumentParser(description="Take the course's texts out of the Python that runs.")
    parser.add_argument("--into", type=Path, default=ROOT / "dlcourse" / "data", help="the folder to write to")
    folder = parser.parse_args(arguments).into
    print(f"Python {platform.python_version()}")
    for extract in (reference, docstrings):
        path = folder / f"{extract.__name__}.json.xz"
        print(f"{path.name}: SHA-256 {write(path, extract())}, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
