"""Why this file exists: it runs a student's cells inside the box and answers what the grader asks about them.

It alone is started with the student's code, and nothing in it is secret or trusted. Its own limits are set before the
first line of a student runs, and cannot be raised again. Started as a script; `wire.py` and `notebook.py` lie beside.
"""

import inspect
import io
import json
import linecache
import os
import resource
import sys
import traceback

if __package__:  # read, not run
    from . import notebook, wire
else:
    import notebook
    import wire

MOST_OUTPUT = 3_000  # characters that a cell may print; the rest is counted and dropped
HINTS = {
    "dlcourse": "your own code has to do with NumPy; what the assignment gives you stands in its first cells",
    "torch": "this assignment is about writing it yourself: NumPy only",
}


class Capped(io.TextIOBase):
    """What a cell prints, up to a limit: printing for ever costs nothing."""

    def __init__(self):
        self.parts, self.length = [], 0

    def writable(self):
        """True: it takes text."""
        return True

    def write(self, text):
        """Keep the text as far as there is room."""
        text = str(text)
        self.parts.append(text[: max(0, MOST_OUTPUT - self.length)])
        self.length += len(text)
        return len(text)

    def take(self) -> str:
        """What was printed since the last call."""
        text = "".join(self.parts)
        if self.length > MOST_OUTPUT:
            text += f"\n... {self.length - MOST_OUTPUT:,} more characters were dropped"
        self.parts, self.length = [], 0
        return text


def describe(error: BaseException) -> dict:
    """An error of the student's code: kind, text, the line where it happened, and the traceback without this file."""
    if isinstance(error, SyntaxError) and error.filename != __file__:
        where = f"line {error.lineno}: {(error.text or '').strip()}"
    else:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith("cell ")]
        where = f"line {frames[-1].lineno} of {frames[-1].name}: {frames[-1].line}" if frames else ""
        where = where.replace(" of <module>", "")
    text = str(error)[:2000]
    missing = (getattr(error, "name", None) or "").split(".")[0]
    if isinstance(error, ImportError) and missing in HINTS:
        text += f" ({HINTS[missing]})"
    return {"error": type(error).__name__[:60], "text": text, "where": where[:300]}


def parameters(function) -> list | None:
    """Name, kind and whether there is a default, of each parameter; None for what tells nothing."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    return [[str(p.name), int(p.kind), p.default is not p.empty] for p in found]


class Worker:
    """The student's names, and what the grader may ask about them."""

    def __init__(self):
        self.names = {"__name__": "__main__", "display": print}
        self.kept = []

    def answer(self, message: dict) -> dict:
        """The answer to one message."""
        return getattr(self, "on_" + message["ask"])(message)

    def on_set(self, message):
        """Put data among the student's names."""
        for name, value in message["values"].items():
            self.names[name] = wire.decode(value, self._kept)
        return {}

    def on_run(self, message):
        """Run a cell."""
        source, file = notebook.without_magics(message["source"]), f"cell {message['cell']}"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)  # for the lines of errors
        exec(compile(source, file, "exec"), self.names)
        return {}

    def on_get(self, message):
        """The values of those names that exist; a text stands for what cannot be handed over."""
        found, refused = {}, {}
        for name in message["names"]:
            if name in self.names:
                try:
                    found[name] = wire.encode(self.names[name], self.keep)
                except wire.WireError as error:
                    refused[name] = str(error)
        return {"values": found, "refused": refused}

    def on_call(self, message):
        """Call an object, and say which of its arguments it changed."""
        arguments = [wire.decode(value, self._kept) for value in message["arguments"]]
        named = {name: wire.decode(value, self._kept) for name, value in message["named"].items()}
        target = self.kept[message["handle"]]
        lines = None
        if message.get("count"):
            result, lines = counted(target, arguments)
        else:
            result = target(*arguments, **named)
        answer = {"value": wire.encode(result, self.keep), "lines": lines, "changed": []}
        for i, (before, after) in enumerate(zip(message["arguments"], arguments, strict=True)):
            if isinstance(before, dict) and "handle" not in before:
                now = wire.encode(after, self.keep)
                if now != before:
                    answer["changed"].append([i, now])
        return answer

    def on_attribute(self, message):
        """An attribute of a kept object."""
        return {"value": wire.encode(getattr(self.kept[message["handle"]], message["attribute"]), self.keep)}

    def keep(self, value) -> dict:
        """A handle for what is no data, with what the grader needs to judge a call before it is made."""
        self.kept.append(value)
        return {"handle": len(self.kept) - 1, "type": type(value).__name__[:60], "callable": callable(value),
                "name": str(getattr(value, "__name__", type(value).__name__))[:60],
                "parameters": parameters(value) if callable(value) else None}  # fmt: skip

    def _kept(self, message):
        return self.kept[message["handle"]]


def counted(function, arguments):
    """What the function returns, and how many lines of Python it ran."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        count += event == "line"
        return trace

    sys.settrace(trace)
    try:
        result = function(*arguments)
    finally:
        sys.settrace(None)
    return result, count


def confine(limits: dict):
    """Give up rights and set limits, for good."""
    if limits.get("user") and os.getuid() == 0:
        os.setgroups([])
        os.setgid(limits["user"])
        os.setuid(limits["user"])
    for name, most in limits["resources"].items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


def main():
    """Read a message from the pipe, answer it, and so on until the grader closes it."""
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    confine(json.loads(sys.argv[1]))
    import numpy as np

    np.seterr(all="ignore")
    printed = Capped()
    sys.stdout = sys.stderr = printed
    worker, here = Worker(), os.getpid()
    answers.write(wire.to_line({"ready": True}))
    answers.flush()
    for line in asked:
        try:
            line = wire.to_line(worker.answer(wire.from_line(line)) | {"printed": printed.take()})
        except BaseException as error:  # also SystemExit and KeyboardInterrupt: a cell that ends itself is a wrong cell
            line = wire.to_line(describe(error) | {"printed": printed.take()})
        if os.getpid() != here:  # the cell made a copy of this process, and the copy came back
            os._exit(0)
        answers.write(line)
        answers.flush()


if __name__ == "__main__":
    main()
