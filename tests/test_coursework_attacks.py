"""Hostile and broken submissions: each gets what it should, and leaves nothing behind."""

import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from coursework_attacks import ATTACKS, FULL, HONEST, PART
from coursework_tools import ASSIGNMENTS, SECRET, changed, points, printed, solved, told

from dlcourse.coursework.grading import Grader
from dlcourse.coursework.sandbox import Limits

pytestmark = pytest.mark.box

LIMITS = Limits(call=3, cell=6, notebook=60, megabytes=1200)
WITHOUT_TRAINING = replace(
    ASSIGNMENTS["chapter_1"], cells=[cell for cell in ASSIGNMENTS["chapter_1"].cells if cell.task != "train"]
)


def graded(source):
    """The result of the notebook with this source in the cell of the task "layer"."""
    notebook = changed(solved(), layer=source)
    notebook["cells"] = [cell for cell in notebook["cells"] if "train" not in str(cell["metadata"].get("nbgrader"))]
    return Grader(SECRET, limits=LIMITS, slot=os.getpid() % 1000).grade(WITHOUT_TRAINING, notebook, "mallory")


def processes_with(word):
    """The processes of this machine whose command holds the word."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [path.parent.name] if word in path.read_text() else []
        except OSError:
            continue  # it ended while we looked
    return found


@pytest.fixture
def listener():
    """A server that must not be reached, and what it heard."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)

        def serve():
            while server.fileno() >= 0:
                try:
                    heard.append(server.accept()[0].recv(100))
                except TimeoutError:
                    continue
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1], heard


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gets_what_it_should_and_leaves_nothing_behind(name, tmp_path, listener):
    port, heard = listener
    gradebook, mark = tmp_path / "gradebook.db", f"31{os.getpid()}"
    with sqlite3.connect(gradebook) as database:
        database.execute("create table grade (manual_score real)")
        database.execute("insert into grade values (3)")
    before = sorted(path.name for path in tmp_path.iterdir()), set(os.listdir("/tmp"))
    source, expected, words = ATTACKS[name]
    known = f"WORK, GRADEBOOK, PORT, MARK = {str(tmp_path)!r}, {str(gradebook)!r}, {port}, {mark!r}\n"
    result = graded(known + source)
    if expected is None:  # what it breaks is its own: it may lose more than an honest answer, and never gains
        assert points(result) <= PART if HONEST in source else points(result) <= FULL
    else:
        assert points(result) == expected, told(result)
    assert words in told(result) + printed(result)
    assert "WROTE" not in printed(result) and "SENT" not in printed(result)
    assert heard == []
    assert sqlite3.connect(gradebook).execute("select manual_score from grade").fetchall() == [(3.0,)]
    assert sorted(path.name for path in tmp_path.iterdir()) == before[0]
    assert {"full", "pickled"} & (set(os.listdir("/tmp")) - before[1]) == set()
    deadline = time.monotonic() + 10  # the kernel needs a moment to end what was killed
    while (left := processes_with(f"sleep\0{mark}")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def test_there_are_the_known_attacks_and_ten_of_our_own():
    assert len(ATTACKS) >= 35


def test_the_attacks_would_work_without_a_box():
    """An attack that does nothing anywhere proves nothing: here some of them, in an ordinary process."""
    for name, word in (("looks for hidden tests and grades", ".toml"), ("becomes root", "ROOT")):
        if name == "becomes root" and os.getuid() != 0:
            continue
        source = ATTACKS[name][0].replace('os.walk("/")', f"os.walk({str(Path(__file__).parents[1])!r})")
        source = source.replace('"proc", ', '".venv", ".git", "proc", ')
        done = subprocess.run([sys.executable, "-c", "import numpy as np\n" + source], capture_output=True, text=True)
        assert word in done.stdout, done.stderr
