"""The wall between a grader and a student's code: what crosses it, what stands behind it, and what if there is none."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from coursework_tools import grade, most, points, solved, told

from dlcourse.coursework import checks, sandbox, wire
from dlcourse.coursework.proxy import decoded, stand_in, write_back
from dlcourse.coursework.runner import Room, Situation
from dlcourse.coursework.sandbox import Box, Limits, Stopped, StudentError, box_command, cgroup_command, megabytes_of
from dlcourse.exercises.checks import CheckFailed

# ------------------------------------------------------------------------------------------------ what crosses


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, -2.5, "word", ..., [1, [2, 3]], (1, 2.0), {"a": 1, 2: [3]}, {1, 2}, float("inf"),
        np.arange(6.0).reshape(2, 3), np.arange(6).reshape(2, 3).T, np.array(3.0), np.array(["a", "bc"]),
        np.zeros((0, 4)), np.array([True, False]), np.float32(1.5), np.int64(4), np.array([1 + 2j]),
    ],
)  # fmt: skip
def test_data_cross_unchanged(value):
    came = wire.decode(json.loads(json.dumps(wire.encode(value))), None)
    assert type(came) is type(value)
    if isinstance(value, np.ndarray):
        assert came.dtype == value.dtype and came.flags.writeable
    np.testing.assert_equal(came, value)


def test_nan_crosses():
    assert np.isnan(wire.decode(json.loads(json.dumps(wire.encode([np.nan, float("nan")]))), None)).all()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (object(), "only numbers, texts"),
        (len, "only numbers, texts"),
        (np.array([object()]), "only numbers, texts"),
        ("x" * 200_000, "200,000 characters"),
        (np.zeros(3_000_000), "24 MB"),
        ([[[[[[[[[[[[[[1]]]]]]]]]]]]]], "lists inside lists"),
    ],
)
def test_what_may_not_cross_is_named(value, words):
    with pytest.raises(wire.WireError, match=words):
        wire.encode(value)


class Number(int):
    """A number that is none: its methods would run on the other side."""


def test_a_subclass_does_not_cross_as_data():
    with pytest.raises(wire.WireError):
        wire.encode(Number(3))
    assert type(wire.decode(wire.encode(np.ones(2).view(np.matrix)), None)) is np.ndarray


@pytest.mark.parametrize(
    "message",
    [
        [1, 2], {"unknown": 1}, {"bytes": "AAAA", "dtype": "O", "shape": [1]}, {"dict": [1]}, {"list": 3},
        {"bytes": "AAAA", "dtype": "<f8", "shape": [7]}, {"bytes": 3, "dtype": "<f8", "shape": []},
        {"bytes": "", "dtype": "<f8,O", "shape": []}, {"handle": 1}, {"bytes": "A", "dtype": "<f8"},
    ],
)  # fmt: skip
def test_a_message_that_is_not_in_form_stops_the_student_and_not_the_grader(message):
    with pytest.raises(Stopped, match="not in form"):
        decoded(None, message)


@pytest.mark.parametrize("line", [b"[1]", b"{", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b"\xff\xfe"])
def test_a_line_that_is_no_message(line):
    with pytest.raises(wire.WireError, match="no message"):
        wire.from_line(line)


def test_nothing_is_unpickled():
    for path in (sandbox.PACKAGE / "coursework").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert [word for word in ("import pickle", "import dill", "import marshal", "np.load(") if word in text] == []


# ------------------------------------------------------------------------------------------------ the box


@pytest.fixture
def box():
    """A box with a few names in it."""
    box = Box(Limits(call=5), slot=os.getpid() % 1000)
    yield box
    box.close()


def run(box, source):
    """Run a cell in the box; what it printed."""
    box.ask({"ask": "run", "source": source, "cell": "try"}, 20)
    return box.printed


def made(box, name):
    """What stands for a name of the box."""
    def ask(message):
        return box.ask(message, 5)

    return decoded(ask, ask({"ask": "get", "names": [name]})["values"][name])


@pytest.mark.box
def test_what_the_code_sees(box):
    assert run(box, "import os; print(sorted(os.listdir('/')))").count("home") == 0
    python = [Path(sys.prefix).parts[2]] if sys.prefix.startswith("/tmp/") else []  # where Python itself lies there
    assert run(box, "print(os.listdir('/tmp'), os.path.exists('/etc/passwd'))") == f"{python} False\n"
    assert run(box, "print(len([p for p in os.listdir('/proc') if p.isdigit()]) < 5)") == "True\n"
    assert run(box, "print(os.getuid() != 0, os.access('/usr/bin', os.W_OK))") == "True False\n"
    assert run(box, "import socket; print(socket.if_nameindex())").count("(") == 1  # nothing but the loopback
    with pytest.raises(StudentError, match="your own code has to do with NumPy"):
        run(box, "import dlcourse")


@pytest.mark.box
def test_with_the_course_open_the_solutions_are_not_there():
    box = Box(Limits(), os.getpid() % 1000, course=True)
    assert run(box, "import os, dlcourse; x = dlcourse.ones(2); print(x.sum().item())") == "2.0\n"
    assert made(box, "x").shape == (2,)
    for name in ("exercises", "apps", "coursework"):
        assert run(box, f"print(os.listdir('/course/dlcourse/{name}'))") == "[]\n"
    with pytest.raises(StudentError, match="Read-only|Permission"):
        run(box, "open('/course/dlcourse/ops.py', 'a')")
    box.close()


@pytest.mark.box
def test_a_student_s_function_is_called_like_any_other(box):
    run(box, "def double(x, by=2):\n    return x * by")
    run(box, "class Model:\n    rate = 0.5\n    def fit(self, x):\n        self.mean = x.mean()\n        return self")
    double, model = made(box, "double"), made(box, "Model")
    assert double.__name__ == "double" and double(4) == 8 and double(4, by=3) == 12
    np.testing.assert_array_equal(checks.call(double, np.arange(3)), [0, 2, 4])
    fitted = model().fit(np.array([1.0, 3.0]))
    assert fitted.mean == 2.0 and fitted.rate == 0.5
    with pytest.raises(AttributeError):
        _ = fitted.nothing
    with pytest.raises(CheckFailed, match=r"got double\(x, by=Ellipsis\), expected three\(a, b, c\)"):
        checks.demand_function(double, three, "1")


def three(a, b, c):
    """A function of three arguments."""


@pytest.mark.box
def test_changed_arguments_and_loops_are_seen_through_the_wall(box):
    run(box, "def halve(x):\n    x /= 2\n    return x\n\ndef nothing(x):\n    print(x)")
    for name, words in (("halve", "changed its input"), ("nothing", "is a `return` missing")):
        with pytest.raises(CheckFailed, match=words):
            checks.call(made(box, name), np.ones(3))
    run(box, "def total(x):\n    s = 0.0\n    for row in x:\n        s += row.sum()\n    return s")
    with pytest.raises(CheckFailed, match="loops over the examples"):
        checks.without_loop(made(box, "total"), lambda n: (np.ones((n, 2)),))
    run(box, "def slope(x):\n    y = x * 2\n    return y[0] / 0")
    with pytest.raises(CheckFailed, match=r"got ZeroDivisionError: (.|\n)*It happened in line 3 of slope: return y"):
        checks.call(made(box, "slope"), [1])
    run(box, "def grow(x):\n    return lambda y: y + 1")
    assert checks.call(made(box, "grow"), np.ones(2))(2) == 3  # a function comes back


@pytest.mark.box
def test_what_a_function_did_to_its_arguments_comes_back():
    for old, new in ((np.zeros(2), np.ones(2)), ([1, 2], [3]), ({"a": 1}, {"b": 2})):
        write_back(old, new)
        np.testing.assert_equal(old, new)
    with pytest.raises(Stopped):
        stand_in(None, {"handle": "x"})


@pytest.mark.box
def test_memory_is_summed_over_processes():
    child = subprocess.Popen([sys.executable, "-c", "x = bytearray(80 << 20); print(1, flush=True); input()"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    child.stdout.readline()
    assert 80 < megabytes_of(child.pid) < 200
    assert megabytes_of(os.getpid()) > megabytes_of(child.pid)
    child.communicate(b"\n")
    assert megabytes_of(child.pid) == 0


# ------------------------------------------------------------------------------------------------ where there is none


@pytest.fixture
def without_bubblewrap(monkeypatch):
    """A machine where bubblewrap is not installed."""
    sandbox.isolation_problem.cache_clear()
    which = shutil.which
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None if name == "bwrap" else which(name))
    yield
    sandbox.isolation_problem.cache_clear()


def test_without_a_box_it_is_said_what_is_missing_and_how_to_get_it(without_bubblewrap):
    text = sandbox.isolation_problem()
    for words in ("bubblewrap is missing", "sudo apt install bubblewrap", "--i-trust-every-submission"):
        assert words in text


def test_a_box_that_does_not_work_is_explained(monkeypatch, tmp_path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'setting up uid map: Permission denied' >&2; exit 1\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    sandbox.isolation_problem.cache_clear()
    text = sandbox.isolation_problem()
    sandbox.isolation_problem.cache_clear()
    assert "setting up uid map: Permission denied" in text and "apparmor_restrict_unprivileged_userns" in text


def test_work_that_is_trusted_is_graded_without_a_box(without_bubblewrap):
    result = grade(solved(), isolated=False)
    assert points(result) == most(), told(result)


def test_the_limit_for_all_memory_is_the_system_s_where_it_offers_one(monkeypatch, tmp_path):
    fake = tmp_path / "systemd-run"
    fake.write_text('#!/bin/sh\nwhile [ "${1#--}" != "$1" ]; do shift; done\nexec "$@"\n')
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    cgroup_command.cache_clear()
    command = cgroup_command(500, 10)
    cgroup_command.cache_clear()
    assert command[0] == "systemd-run"
    assert {"--property=MemoryMax=500M", "--property=TasksMax=18"} <= set(command)


@pytest.mark.box
def test_a_box_that_does_not_start_is_the_grader_s_trouble(monkeypatch):
    monkeypatch.setattr(sandbox, "box_command", lambda course: ["/bin/false"])
    with pytest.raises(sandbox.NoIsolation, match="the box does not start"):
        grade(solved())


@pytest.mark.box
def test_a_cell_that_cannot_be_run_again_is_left_out():
    """It ends Python whenever it runs a second time; the box after that does without the second time."""
    once = "import os\nif os.path.exists('/tmp/x'): os._exit(1)\nopen('/tmp/x', 'w')"
    room = Room(Situation("chapter_1", slot=os.getpid() % 1000))
    room.run({"ask": "run", "source": "a = 1", "cell": "a"})
    room.run({"ask": "run", "source": once, "cell": "once"})
    room.done.append(room.done[1])  # planted: run twice, it ends the box that is being restored
    room.close()
    with pytest.raises(Stopped):
        room.ask({"ask": "get", "names": ["a"]})
    assert room.ask({"ask": "get", "names": ["a"]})["values"] == {"a": 1}
    room.close()


@pytest.mark.box
def test_root_is_no_root_in_the_box_and_others_get_a_world_of_their_own(monkeypatch):
    assert "--unshare-net" in box_command() and "--cap-drop" in box_command()
    monkeypatch.setattr(sandbox.os, "getuid", lambda: 1000)
    assert "--unshare-user" in box_command() and "CAP_SETUID" not in box_command()


FORKS = """
import os, resource, time
resource.setrlimit(resource.RLIMIT_NPROC, (10, 10))
born = 0
try:
    while born < 50:
        if os.fork() == 0:
            time.sleep(2)
            os._exit(0)
        born += 1
except OSError:
    print("stopped", born < 10)
"""


@pytest.mark.box
@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else; others grade as themselves anyway")
@pytest.mark.skipif(not os.path.exists("/usr/bin/python3"), reason="there is no Python that every user may run")
def test_the_box_of_an_ordinary_user(monkeypatch):
    monkeypatch.setattr(sandbox.os, "getuid", lambda: 65534)
    command = [*sandbox.walls(), "--ro-bind", "/usr", "/usr", *sandbox.system(), "/usr/bin/python3", "-S", "-c", FORKS]
    nobody = {"user": 65534, "group": 65534, "extra_groups": []}
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", **nobody)
    assert done.stdout == "stopped True\n", done.stderr
