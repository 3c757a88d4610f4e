"""Answers to the exercises of lab 5c, right ones of another kind and planted wrong ones.

A planted answer has a name, which says what its author got wrong, and the part of the message that has to name it.
"""

import functools

import numpy as np
from exercise_mistakes_5c import begun, begun_by_arrays, every_path, loudness, loudness_by_masks

with_ = functools.partial


def by_walks(log_p, string, **faults):
    """The likeliest path, by the walks of the check's own judge."""
    from dlcourse.exercises.chapter_5c.checks import _walk

    return _walk(log_p, string, **faults)


OTHER_ANSWERS = [("5c.1", loudness_by_masks), ("5c.3", begun_by_arrays), ("5c.5", every_path), ("5c.6", by_walks)]

# number: [(what its author got wrong, the answer, a part of the message)]
WRONG_ANSWERS = {
    "5c.1": [
        ("whole clip", with_(loudness, where=False), "the silence counts"),
        ("20", with_(loudness, scale=20.0), "20 log10 is for amplitudes"),
        ("sizes", with_(loudness, power=np.abs), "not of sizes"),
        ("natural", with_(loudness, log=np.log), "the natural logarithm"),
        ("bels", with_(loudness, scale=1.0), "these are bels"),
        ("ratio", with_(loudness, scale=1.0, log=lambda ratio: ratio), "this is the ratio"),
        ("noisy speech", with_(loudness, up=lambda speech, both: both), "`noisy` has both"),
        ("noisy noise", with_(loudness, down=lambda speech, both: both), "noisy - clean"),
        ("upside down", with_(loudness, scale=-10.0), "upside down"),
    ],
    "5c.3": [
        ("classes", with_(begun, minus=0), "1 has to be taken away"),
        ("not merged", with_(begun, merge=False), "runs have to be merged"),
        ("blanks first", with_(begun, blanks_first=True), "merge runs first"),
        ("ends", with_(begun, ends=True), "the frames in which the symbols end"),
        ("blanks kept", with_(begun, keep_blank=True), "the blank is no symbol"),
        ("early", with_(begun, shift=-1), "one frame too early"),
        ("late", with_(begun, shift=1), "counted from 0"),
        ("first missing", lambda path: begun(np.concatenate([[0] * (path[0] > 0), path[path.cumsum() > 0]])
                                             if not path[0] else np.where(np.arange(len(path)) == 0, 0, path)),
         "expected"),
        ("exchanged", lambda path: begun(path)[::-1], "expected symbols, begins"),
    ],
    "5c.5": [
        ("no passing", with_(every_path, blanks=False), "may pass a blank"),
        ("ends in a blank", with_(every_path, ends=True), "may also end with the last symbol"),
        ("ends in a symbol", with_(every_path, ends=False), "may also end with a blank"),
        ("begins in a blank", with_(every_path, begins=True), "may also begin with the first symbol"),
        ("begins in a symbol", with_(every_path, begins=False), "may also begin with a blank"),
        ("likeliest", with_(every_path, total=max), "asked is the sum"),
        ("reversed", lambda p, string: every_path(p, string[::-1]), "from its end"),
        ("class 0", lambda p, string: every_path(np.roll(p, 1, axis=1), string), "expected"),
        ("logarithm", lambda p, string: np.log(every_path(p, string)), "this is the logarithm"),
        ("loss", lambda p, string: -np.log(every_path(p, string)), "this is the loss"),
    ],
    "5c.6": [
        ("best classes", lambda log_p, string: log_p.argmax(axis=1), "does it spell the string?"),
        ("symbols", lambda log_p, string: by_walks(log_p, string) - 1, "asked are classes"),
        ("from the end", lambda log_p, string: by_walks(log_p, string)[::-1], "the order has to be turned"),
        ("no passing", with_(by_walks, skip="never"), "may pass a blank"),
        ("equal passed", with_(by_walks, skip="labels"), "between two equal symbols"),
        ("ends in a blank", with_(by_walks, end=1), "end with the last symbol"),
        ("step by step", with_(by_walks, greedy=True), "may begin with a worse one"),
    ],
}  # fmt: skip

RIGHT_VALUES_ONLY = {
    "5c.1": [("clip by clip", loudness, "loops over the examples")],
    "5c.3": [("run by run", begun, "loops over the examples")],
}

PREDICTIONS = {  # number: (right ones, [(wrong one, a part of the message)])
    "5c.2": (
        [3000, 3010.0, np.float32(2990)],
        [(5000, "no frequency above it"), (4000, "does not stop at the edge"), (1000, "not where it lands"),
         (0, "does not vanish"), (8000, "this is the rate"), (2000, "which smaller turn"),
         ("3000", "numbers in quotes are text"), (np.nan, "a finite number")],
    ),
}  # fmt: skip
