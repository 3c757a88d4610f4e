"""Why this file exists: everybody's numbers differ, so that an answer cannot be copied from a neighbor.

An instructor's secret, the assignment and the student's name make a short code. The student writes it into the
notebook, and the notebook's data come from it. Nobody can compute another's code without the secret, and the grader,
who has it, does not believe the code that stands in a notebook but computes the right one.
"""

import base64
import hashlib
import hmac


def personal_code(secret: str, assignment: str, student: str) -> str:
    """The student's code for an assignment, such as "k3vq-7xme"."""
    text = base64.b32encode(_digest(secret, "code", assignment, student)).decode().lower()
    return f"{text[:4]}-{text[4:8]}"


def personal_numbers(assignment: str, code: str):
    """A NumPy generator for the data of an assignment: the same for the same code, whoever runs it."""
    return _generator(hashlib.sha256(f"{assignment}|{as_written(code)}".encode()).digest())


def as_written(code: str) -> str:
    """A personal code as it was sent: copying may have added blanks, and a telephone capitals."""
    return code.strip().lower()


def hidden_numbers(secret: str, assignment: str, student: str, test: str):
    """A NumPy generator for what a hidden test draws; without the secret nobody knows it."""
    return _generator(_digest(secret, "test", assignment, student, test))


def _digest(secret: str, *what: str) -> bytes:
    return hmac.new(secret.encode(), "|".join(what).encode(), hashlib.sha256).digest()


def _generator(digest: bytes):
    import numpy as np

    return np.random.default_rng(int.from_bytes(digest[:16], "big"))
