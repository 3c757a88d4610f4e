"""Why this file exists: text classification wants short real texts with labels, and Python's library is full of them.

Each text says what a module, class or function of the standard library does; the label is the area it belongs to.
"""

import functools

import numpy as np

from .base import PARTS, Card, Dataset, dataset
from .texts import by_part, divide, read_archive, without_copies

# The modules of each area. The choice is ours, and a module may well belong to two of them: the labels are noisy.
MODULES = {
    "code": "abc ast bdb cProfile code codeop compileall dis doctest importlib inspect lib2to3 modulefinder pdb "
            "pickletools pkgutil py_compile pyclbr pydoc runpy symtable timeit tokenize traceback types typing "
            "unittest",
    "data": "base64 bz2 configparser csv dbm gzip html json lzma pickle plistlib shelve sqlite3 xml zipfile",
    "gui": "idlelib tkinter turtledemo",
    "math": "_pydecimal bisect calendar colorsys datetime fractions heapq numbers operator random statistics",
    "network": "asyncio cgi email ftplib http imaplib ipaddress mailbox nntplib poplib smtpd smtplib socket "
               "socketserver ssl telnetlib urllib wsgiref xmlrpc",
    "system": "_pyio argparse concurrent contextlib distutils fileinput getopt getpass glob multiprocessing ntpath os "
              "pathlib posixpath queue sched selectors shutil signal stat subprocess sysconfig tempfile threading venv "
              "zipapp",
}
AREAS = tuple(MODULES)

CARD = Card(
    name="docstrings",
    title="Docstrings of the standard library",
    kind="embedded",
    summary="What the modules, classes and functions of Python's standard library say about themselves, and in which "
    "of six areas they are: code, data, gui, math, network, system.",
    origin="the library of CPython 3.11.7, by the Python Software Foundation and contributors; the areas are ours",
    license="PSF License 2",
    size="5,403 texts from 420 files, 1,329,919 characters; 341 KB",
    fields={
        "x": ("(M,)", "a docstring as text, longer than 40 characters, its common indent taken off"),
        "y": ("(M,)", "the number of its area in `areas`"),
        "file": ("(M,)", "the number of the file that it stands in, in `files`"),
    },
    parts=PARTS,
    options={"seed": "which split by file (default 0)"},
    good_for=("text classification", "naive Bayes against embeddings", "what pretraining changes"),
    flaws=(
        "The labels are a map of modules made by hand: a helper for strings counts as network if it stands in email.",
        "Areas are of unequal size, 7 to 24 percent of the test texts: report the accuracy per area as well. Math has "
        "11 files, so few styles are in its test, and its validation may get half of its share.",
        "Two files are so large that they are never in validation or test: tkinter/__init__.py, a third of the texts "
        "of gui, and _pydecimal.py, almost half of math.",
        "Copies are gone, but a library repeats its phrases: of the 1,346 test texts of split 0, 17 share more than "
        "half of their runs of eight words with the training texts.",
        "Files with a license of their own are left out, among them turtle, logging, tarfile, platform, ElementTree.",
    ),
    chapters=("5b",),
)
SHA256 = "aaa28a6c15821bca5c3eb5b5557c787b573f2d2d7be48dcce394a10bd21833b9"
VALIDATION, TEST = 0.15, 0.25  # at most, of the texts of each area


@dataset(CARD)
def docstrings(seed=0):
    """The docstrings of the standard library with their area, divided by file, so that no file is on two sides.

    Returns: Dataset with x (M,) texts, y (M,), file (M,); `areas` and `files` have the names, `python` the version.
    Raises:  DataError for a damaged file.
    Source:  Python Software Foundation, CPython 3.11.7, folder Lib.   Chapter: 5b.
    """
    version, texts, areas, files, file_names = _shipped()
    part_of_file = np.empty(len(file_names), int)
    rng = np.random.default_rng(seed)
    for area in range(len(AREAS)):  # each by itself, so that every part has texts of every area
        own, sizes = np.unique(files[areas == area], return_counts=True)
        part_of_file[own] = divide(sizes, (TEST, VALIDATION), rng)
    order, parts = by_part(part_of_file[files])
    return Dataset(CARD, {"x": [texts[row] for row in order], "y": areas[order], "file": files[order]}, parts,
                   common={"areas": list(AREAS), "files": list(file_names), "python": version})


@functools.cache
def _shipped():
    """The version, and of all texts that are no copies: text, area and file, as numbers, and the names of the files."""
    archive = read_archive("docstrings.json.xz", SHA256)
    rows = [(text, number, name) for number, area in enumerate(AREAS)
            for name, texts in sorted(archive["areas"][area].items()) for text in texts]
    rows = [rows[number] for number in without_copies([text for text, _, _ in rows])]
    texts, areas, names = zip(*rows, strict=True)
    file_names, files = np.unique(names, return_inverse=True)
    return archive["python"], texts, np.array(areas), files, file_names.tolist()
