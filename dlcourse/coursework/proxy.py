"""Why this file exists: a test calls a student's function as if it stood beside it, and the call runs in the box.

What stands for the function has its name and its parameters, hands over data, brings data back, and writes what the
function changed in its arguments into the grader's copies, so that a check can see it.
"""

import inspect

import numpy as np

from . import wire
from .sandbox import Stopped, StudentError


def stand_in(ask, message: dict):
    """What stands for a student's object. `ask(message)` asks the box; `message` came over the wire for the object.

    Raises:  Stopped if the message is not in form.
    """
    try:
        kind = StudentFunction if message["callable"] else StudentObject
        return kind(ask, message)
    except (KeyError, TypeError, ValueError) as problem:
        raise Stopped("an answer that is not in form") from problem


class StudentObject:
    """A student's object, as a test sees it: its attributes can be read."""

    def __init__(self, ask, message: dict):
        self._ask, self._handle = ask, {"handle": int(message["handle"])}
        self._type = str(message["type"])
        self.__name__ = str(message["name"])

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            answer = self._ask({"ask": "attribute", "attribute": name} | self._handle)
        except StudentError as error:
            if type(error).__name__ == "AttributeError":  # `hasattr` and NumPy understand this kind alone
                raise AttributeError(str(error)) from error
            raise
        return decoded(self._ask, answer.get("value"))

    def __deepcopy__(self, memo):
        return self

    def __repr__(self):
        return f"<{self._type} {self.__name__}>"


class StudentFunction(StudentObject):
    """A student's function, method or class, which can be called."""

    def __init__(self, ask, message: dict):
        super().__init__(ask, message)
        if message["parameters"] is not None:
            self.__signature__ = _signature(message["parameters"])

    def __call__(self, *arguments, **named):
        return self._call(arguments, named, count=False)[0]

    def count_lines(self, *arguments) -> int:
        """How many lines of Python one call runs, in the function and in all that it calls."""
        return self._call(arguments, {}, count=True)[1]

    def _call(self, arguments: tuple, named: dict, count: bool) -> tuple[object, int]:
        message = {"ask": "call", "count": count} | self._handle
        message["arguments"] = [_sent(value) for value in arguments]
        message["named"] = {name: _sent(value) for name, value in named.items()}
        answer = self._ask(message)
        try:
            for place, value in answer["changed"]:
                write_back(arguments[int(place)], decoded(self._ask, value))
            return decoded(self._ask, answer["value"]), int(answer["lines"] or 0)
        except (KeyError, TypeError, ValueError, IndexError) as problem:
            raise Stopped("an answer that is not in form") from problem


def decoded(ask, value):
    """A value that came over the wire.   Raises:  Stopped if it is not in form."""
    try:
        return wire.decode(value, lambda message: stand_in(ask, message))
    except (KeyError, TypeError, ValueError, RecursionError) as problem:
        raise Stopped("an answer that is not in form") from problem


def _sent(value):
    return value._handle if isinstance(value, StudentObject) else wire.encode(value)


def _signature(parameters: list) -> inspect.Signature:
    empty = inspect.Parameter.empty
    return inspect.Signature([
        inspect.Parameter(name, inspect._ParameterKind(kind), default=... if optional else empty)
        for name, kind, optional in parameters
    ])  # fmt: skip


def write_back(old, new):
    """Make the grader's argument what the student's function made of its copy."""
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray) and old.shape == new.shape:
        old[...] = new
    elif isinstance(old, list) and isinstance(new, list):
        old[:] = new
    elif isinstance(old, dict) and isinstance(new, dict):
        old.clear()
        old.update(new)
