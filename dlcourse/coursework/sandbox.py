"""Why this file exists: a student's code runs in a box from which nothing gets out but answers.

The box is bubblewrap's (Linux): no network, no file but Python and NumPy, no other process in sight, and limits on
time, memory, processes and output that the code inside cannot raise. Whoever grades as root has the code run as a user
without rights. Without a box nothing is graded, unless the grader says in so many words that the work is trusted.
"""

import functools
import os
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path

from . import wire

PACKAGE = Path(__file__).resolve().parents[1]
SOLVED = ("apps", "coursework", "exercises", "questions", "studies", "figures", "recipes", "benchmark")
LIBRARIES = ("torch", "scipy", "sklearn", "nbgrader", "tensorflow", "jax", "pandas", "gymnasium")  # not for students
START = 60.0  # seconds that Python may take to start on a busy machine
FIRST_USER = 61184  # the first of the numbers that systemd keeps for users without a name; one for each box
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "MPLBACKEND": "agg", "PYTHONHASHSEED": "0",
               "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}  # fmt: skip
MISSING = (
    "bubblewrap is missing: without it the students' code would run with your rights, and could read the hidden tests, "
    "change grades and use the network.\n"
    "  Debian, Ubuntu:  sudo apt install bubblewrap\n"
    "  Fedora:          sudo dnf install bubblewrap\n"
    "  macOS, Windows:  there is none; grade in a Linux machine, container or WSL 2\n"
    "If you trust every line that was handed in, say so: --i-trust-every-submission"
)


class NoIsolation(RuntimeError):
    """There is no box on this machine; the text says what is missing and how to get it."""


class Stopped(Exception):
    """The student's process is gone: too slow, too large, ended by itself. The text is for the student."""

    where = ""


class StudentError(Exception):
    """An error that the student's code raised; its class is named like that error. `where` is the line."""

    where = ""


@dataclass(frozen=True)
class Limits:
    """What one box may use. `megabytes` and `processes` hold for all of its processes together."""

    call: float = 10.0  # seconds that one call may take
    cell: float = 20.0
    notebook: float = 90.0
    megabytes: int = 3000
    processes: int = 32
    files: int = 256
    written: int = 64  # megabytes of one file

    def for_worker(self, user: int | None) -> dict:
        """What the worker sets before it runs anything."""
        return {"user": user, "resources": {
            "AS": self.megabytes << 20, "CPU": int(self.notebook) + 10, "FSIZE": self.written << 20,
            "NOFILE": self.files, "NPROC": self.processes, "CORE": 0}}  # fmt: skip


@functools.cache
def isolation_problem() -> str:
    """"" if boxes work here, else what is missing and what to do."""
    if shutil.which("bwrap") is None:
        return MISSING
    tried = subprocess.run([*walls(), "--ro-bind", "/usr", "/usr", *system(), "true"], capture_output=True, text=True)
    if tried.returncode == 0:
        return ""
    return (f"bubblewrap is installed and does not work here: {tried.stderr.strip()}\n"
            "On Ubuntu 24.04 and later, programs need permission to make a box:\n"
            "  sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0\n"
            "In a container, allow user namespaces (Docker: --security-opt seccomp=unconfined).\n"
            "If you trust every line that was handed in, say so: --i-trust-every-submission")


def walls() -> list[str]:
    """bubblewrap with everything cut off. Root keeps, until the worker gives them up, the rights to change its user."""
    options = ["bwrap", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    options += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if os.getuid() == 0:
        return [*options, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [*options, "--unshare-user"]


def system() -> list[str]:
    """What every program needs to start."""
    options = ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--size", str(64 << 20), "--tmpfs", "/tmp"]
    for folder in ("/bin", "/lib", "/lib64", "/sbin"):
        if os.path.islink(folder):
            options += ["--symlink", os.readlink(folder), folder]
        elif os.path.exists(folder):
            options += ["--ro-bind", folder, folder]
    return options


def box_command(course: bool = False) -> list[str]:
    """The command that starts a worker in a box. With `course` it sees `dlcourse` without solved tasks."""
    options = [*walls(), "--ro-bind", "/usr", "/usr", *system()]
    python = sorted({sys.base_prefix, sys.prefix} - {"/usr"})
    for folder in sorted({str(parent) for place in (*python, "/box/x", "/course/x") for parent in Path(place).parents}):
        options += ["--perms", "0755", "--dir", folder] if folder != "/" else []  # else nobody but root could pass
    for folder in python:
        options += ["--ro-bind", folder, folder]
    for place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for library in LIBRARIES:
            if os.path.isdir(f"{place}/{library}"):
                options += ["--tmpfs", f"{place}/{library}"]
    for name in ("worker.py", "wire.py", "notebook.py"):
        options += ["--ro-bind", str(PACKAGE / "coursework" / name), f"/box/{name}"]
    if course:
        options += ["--ro-bind", str(PACKAGE), "/course/dlcourse"]
        for name in SOLVED:
            options += ["--tmpfs", f"/course/dlcourse/{name}"]
    for name, value in (ENVIRONMENT | ({"PYTHONPATH": "/course"} if course else {})).items():
        options += ["--setenv", name, value]
    return [*options, "--chdir", "/tmp", sys.executable, "-s", "-B", "/box/worker.py"]


class Box:
    """A running worker, asked with deadlines. `slot` tells apart the boxes that run at the same time.

    `isolated=False` runs the worker as a plain process, for work that is trusted.
    """

    def __init__(self, limits: Limits, slot: int = 0, isolated: bool = True, course: bool = False):
        self.limits = limits
        user = FIRST_USER + slot if os.getuid() == 0 and isolated else None
        plain = [sys.executable, "-s", "-B", str(PACKAGE / "coursework" / "worker.py")]
        command = box_command(course) if isolated else plain
        allowed = limits.for_worker(user)
        if not isolated:  # the user's other processes count too
            del allowed["resources"]["NPROC"]
        self.process = subprocess.Popen(
            [*cgroup_command(limits.megabytes, limits.processes), *command, wire.to_line(allowed).decode()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
            env=None if isolated else os.environ | ENVIRONMENT | {"PYTHONPATH": str(PACKAGE.parent)},
        )  # fmt: skip
        os.set_blocking(self.process.stdout.fileno(), False)
        self.received, self.printed = b"", ""
        try:
            self._line(time.monotonic() + START, START)  # a slow start costs the student nothing
        except Stopped as problem:  # no line of a student has run yet
            raise NoIsolation(f"the box does not start: {problem}") from problem

    def ask(self, message: dict, seconds: float) -> dict:
        """Send a message and wait for the answer.

        Raises:  Stopped if none comes in time or in form, StudentError if the student's code raised one.
        """
        end = time.monotonic() + seconds
        try:
            self._send(wire.to_line(message), end, seconds)
            answer = wire.from_line(self._line(end, seconds))
            self.printed = str(answer.get("printed", ""))
            if "error" in answer:
                raise _student_error(answer)
            return answer
        except wire.WireError as problem:
            self.close()
            raise Stopped(str(problem)) from problem

    def _send(self, line: bytes, end: float, seconds: float):
        """Write the line. A student's process that reads nothing must not stop the grader."""
        pipe = self.process.stdin.fileno()
        os.set_blocking(pipe, False)
        while line:
            if not select.select([], [pipe], [], max(0.0, end - time.monotonic()))[1]:
                self._stop(f"no answer after {seconds:g} s: does a loop never end?")
            try:
                line = line[os.write(pipe, line) :]
            except OSError:
                self._stop(self._ended())

    def _line(self, end: float, seconds: float) -> bytes:
        """The next line of the student's process, with an eye on its memory."""
        while b"\n" not in self.received:
            left = end - time.monotonic()
            if left <= 0:
                self._stop(f"no answer after {seconds:g} s: does a loop never end?")
            if not select.select([self.process.stdout], [], [], min(left, 0.1))[0]:
                used = megabytes_of(self.process.pid)
                if used > self.limits.megabytes:
                    self._stop(f"{used:,} MB of memory in use, and {self.limits.megabytes:,} MB are allowed")
                continue
            part = self.process.stdout.read(1 << 20)
            if part == b"":
                self._stop(self._ended())
            self.received += part or b""
            if len(self.received) > 2 * wire.MOST_BYTES:
                self._stop("an answer that is too large")
        line, self.received = self.received.split(b"\n", 1)
        return line

    def _ended(self) -> str:
        return "the code ended Python itself: `os._exit`, a crash in compiled code, or too much memory or time"

    def _stop(self, why: str):
        self.close()
        raise Stopped(why)

    def close(self):
        """End every process of the box. bubblewrap's first process is the box's init: with it all others die."""
        if self.process.poll() is None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it ended in between
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def _student_error(answer: dict) -> StudentError:
    kind = type(str(answer["error"]), (StudentError,), {})
    error = kind(str(answer.get("text", ""))[:2000])
    error.where = str(answer.get("where", ""))[:300]
    return error


def megabytes_of(pid: int) -> int:
    """The memory that a process and all its descendants hold; shared pages count once for each of them."""
    children, pages = {}, {}
    if not os.path.isdir("/proc"):  # only Linux has a box, and elsewhere all work that is graded is trusted
        return 0
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            parent = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1]
            pages[int(name)] = int(Path(f"/proc/{name}/statm").read_text().split()[1])
        except (OSError, IndexError):  # it ended while we looked
            continue
        children.setdefault(int(parent), []).append(int(name))
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        total += pages.get(one, 0)
        waiting += children.get(one, [])
    return total * os.sysconf("SC_PAGE_SIZE") >> 20


@functools.cache
def cgroup_command(megabytes: int, processes: int) -> tuple[str, ...]:
    """What runs a command under one limit for all of its memory; empty where systemd does not offer that.

    Elsewhere the grader itself looks at the memory of the box ten times a second.
    """
    manager = () if os.getuid() == 0 else ("--user",)
    command = ("systemd-run", *manager, "--scope", "--quiet", "--collect",
               f"--property=MemoryMax={megabytes}M", "--property=MemorySwapMax=0",
               f"--property=TasksMax={processes + 8}")  # fmt: skip
    if shutil.which("systemd-run") is None:
        return ()
    works = subprocess.run([*command, "true"], capture_output=True, stdin=subprocess.DEVNULL).returncode == 0
    return command if works else ()
