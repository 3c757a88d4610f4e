"""Submissions that try to break the grader, to cheat it, or that just go wrong: what they do and what they should get.

Each is a notebook of the assignment of chapter 1 without its last part: 17 points by tests, 5 of them for the task
"layer". `HONEST` answers it wrongly and gets 12; whoever cheats on top of that must get 12 as well.
"""

import textwrap

HONEST = """
def layer(x, weight, bias):
    return np.zeros((len(x), len(weight)))
"""
RIGHT = """
def layer(x, weight, bias):
    sums = x @ weight.T + bias
    return np.where(sums > 0, sums, sums / 10)
"""
FULL, PART = 17, 12


def before(code, answer):
    """Code in the cell of "layer", in front of an answer."""
    return textwrap.dedent(code).strip() + "\n" + answer


# name: source of the cell "layer", points, words that the student reads or that the code printed
ATTACKS = {
    # -------------------------------------------------------------------------------- the known ones
    "right": (RIGHT, FULL, ""),
    "honestly wrong": (HONEST, PART, "expected"),
    "a loop without end": ("def layer(x, weight, bias):\n    while True: pass", PART, "does a loop never end"),
    "a loop in the cell itself": (before("while True: pass", RIGHT), PART, "does a loop never end"),
    "a loop that ignores the interrupt": (
        before("""
            import signal
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            def layer(x, weight, bias):
                while True:
                    try:
                        while True: pass
                    except BaseException: pass
            """, ""), PART, "does a loop never end"),
    "a syntax error": ("def layer(x, weight, bias)\n    return 1", PART, "SyntaxError"),
    "ends Python": (before("import os\nos._exit(3)", RIGHT), PART, "ended Python itself"),
    "ends Python politely": (before("import sys\nsys.exit()", ""), PART, "SystemExit"),
    "crashes compiled code": (before("import ctypes\nctypes.string_at(0)", RIGHT), PART, "ended Python itself"),
    "patches the checks": (
        before("""
            try:
                from dlcourse.coursework import checks
                checks.compare = checks.call = checks.without_loop = lambda *a, **k: None
            except ImportError as error:
                print("refused", error)
            """, HONEST), PART, "refused"),
    "patches NumPy": (
        before("""
            np.isclose = np.allclose = lambda *a, **k: np.True_
            np.abs = lambda a, *k, **kw: np.zeros(np.shape(a))
            np.ndarray.any = lambda *a: False
            """, HONEST), PART, ""),
    "patches the built-ins": (
        before("import builtins\nbuiltins.isinstance = builtins.max = lambda *a: True", HONEST), PART, ""),
    "hooks IPython": (
        before("ip = get_ipython()\ntype(ip).run_cell = lambda *a, **k: None", HONEST), PART, "get_ipython"),
    "imports the reference": ("from dlcourse.nn import Linear as layer", PART, "No module named 'dlcourse'"),
    "imports PyTorch": (before("import torch\nprint(torch.tensor)", RIGHT), PART, "torch"),
    "warns on stderr": (
        before("""
            import sys, warnings
            warnings.simplefilter("always")
            warnings.warn("old")
            print("x", file=sys.stderr)
            """, RIGHT), FULL, ""),
    "looks for hidden tests and grades": (
        before("""
            import os
            found = []
            for root, folders, files in os.walk("/"):
                folders[:] = [f for f in folders if f not in ("proc", "usr", "dev", "lib", "share")]
                found += [os.path.join(root, f) for f in files if f.endswith((".ipynb", ".db", ".toml"))]
            print("found", found)
            """, HONEST), PART, "found []"),
    "reads the secret from the environment": (
        before("import os\nprint('sees', sorted(k for k in os.environ if 'SECRET' in k or 'DLCOURSE' in k))", HONEST),
        PART, "sees []"),
    "edits a gradebook": (
        before("""
            import glob, sqlite3
            try:
                sqlite3.connect(GRADEBOOK).execute("update grade set manual_score = 99")
            except sqlite3.OperationalError as error:
                print("refused", error)
            """, HONEST), PART, "refused"),
    "writes wherever it can": (
        before("""
            import os
            for folder in (WORK, "/", "/usr", "/box", os.path.dirname(np.__file__), os.path.expanduser("~root")):
                try:
                    open(os.path.join(folder, "written-by-a-student"), "w").write("x")
                    print("WROTE", folder)
                except OSError as error:
                    print("refused", folder)
            """, HONEST), PART, "refused /usr"),
    "prints for ever": ("while True: print('x' * 1000)", PART, "does a loop never end"),
    "prints much": (before("for _ in range(20000): print('y' * 100)", RIGHT), FULL, "more characters were dropped"),
    "400 processes": (
        before("""
            import os, time
            born = 0
            try:
                while born < 400:
                    if os.fork() == 0:
                        time.sleep(60); os._exit(0)
                    born += 1
            except OSError as error:
                print("stopped", born < 40, error)
            """, RIGHT), FULL, "stopped True"),
    "leaves a process behind": (
        before("import subprocess\nsubprocess.Popen(['sleep', MARK], start_new_session=True)", RIGHT), FULL, ""),
    "takes memory step by step": (
        before("""
            hog = []
            try:
                while True: hog.append(np.empty(50 * 2**20, dtype=np.uint8))
            except MemoryError:
                print("refused after", len(hog) < 40)
                hog = []
            """, RIGHT), FULL, "refused after True"),
    "takes 50 GB at once": (
        before("try: hog = np.ones(50 * 2**30, dtype=np.uint8)\nexcept MemoryError: print('refused')", RIGHT),
        FULL, "refused"),
    "takes memory in many processes": (
        before("""
            import os, time
            for _ in range(12):
                if os.fork() == 0:
                    hog = [np.ones(2**20, dtype=np.uint8) for _ in range(300)]
                    time.sleep(60); os._exit(0)
            time.sleep(30)
            """, RIGHT), PART, "MB of memory in use"),
    "calls out": (
        before("""
            import socket
            try:
                socket.create_connection(("127.0.0.1", PORT), 2).sendall(b"grades")
                print("SENT")
            except OSError as error:
                print("refused", error)
            """, HONEST), PART, "refused"),
    "sends a pickle": (
        before("""
            import os
            class Evil:
                def __reduce__(self): return os.system, ("touch /tmp/pickled",)
            def layer(x, weight, bias): return Evil()
            """, ""), PART, "of type StudentObject"),
    # -------------------------------------------------------------------------------- ten more
    "equals everything": (
        before("""
            class Liar:
                shape, dtype, size, ndim = (2, 2), np.dtype(float), 4, 2
                def __eq__(self, other): return True
                def __array__(self, *a, **k): return np.ones((2, 2))
                def __sub__(self, other): return np.zeros((2, 2))
                __rsub__ = __sub__
            def layer(x, weight, bias): return Liar()
            """, ""), PART, "of type StudentObject"),
    "an array that lies": (
        before("""
            class Liar(np.ndarray):
                def __sub__(self, other): return np.zeros(self.shape)
                __rsub__ = __array_ufunc__ = __sub__
            def layer(x, weight, bias): return np.ones((len(x), len(weight))).view(Liar)
            """, ""), PART, "expected"),
    "forges answers": (
        before("""
            import os
            forged = b'{"values": {}, "value": 1.0, "changed": [], "lines": 1, "printed": "forged"}\\n'
            for descriptor in range(3, 30):
                try: os.write(descriptor, forged * 50)
                except OSError: pass
            """, HONEST), None, ""),
    "answers nonsense": (
        before("""
            import os
            for descriptor in range(3, 30):
                try: os.write(descriptor, b'[' * 100000 + b'\\n')
                except OSError: pass
            """, HONEST), None, ""),
    "answers with 200 MB": ("def layer(x, weight, bias): return np.ones((5000, 5000))", PART, "at most"),
    "answers with a deep list": (
        "def layer(x, weight, bias):\n    a = []\n    for _ in range(100000): a = [a]\n    return a", PART, "deep"),
    "walks up the frames": (
        before("""
            import sys
            def layer(x, weight, bias):
                frame, seen = sys._getframe(), []
                while frame:
                    seen += [str(name) for name in frame.f_locals if "expected" in str(name)]
                    frame = frame.f_back
                raise ValueError(f"saw {seen}")
            """, ""), PART, "saw []"),
    "kills its parents": (
        before("import os, signal\nfor pid in (os.getppid(), 1, -1):\n    try: os.kill(pid, signal.SIGKILL)\n"
               "    except OSError: pass", RIGHT), None, ""),
    "comes back twice": (before("import os\nos.fork()", RIGHT), FULL, ""),
    "fills the disk": (
        before("""
            try:
                with open("/tmp/full", "wb") as file:
                    for _ in range(500): file.write(b"x" * 2**20)
            except OSError as error:
                print("refused", error)
            """, RIGHT), FULL, "refused"),
    "learns which test is running": (
        before("""
            calls = []
            def layer(x, weight, bias):
                calls.append(x.shape)
                sums = x @ weight.T + bias
                return np.where(sums > 0, sums, sums / 10) if len(calls) < 3 else np.zeros(sums.shape)
            """, ""), PART + 2, "expected"),
    "raises its own limits": (
        before("""
            import resource
            try:
                resource.setrlimit(resource.RLIMIT_NPROC, (9999, 9999))
                print("RAISED")
            except (ValueError, OSError) as error:
                print("refused", error)
            """, RIGHT), FULL, "refused"),
    "becomes root": (
        before("""
            import os
            try:
                os.setuid(0)
                print("ROOT")
            except OSError as error:
                print("refused", error)
            """, RIGHT), FULL, "refused"),
}  # fmt: skip
