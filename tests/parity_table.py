"""Prints how far every operation, layer, optimizer and schedule is from PyTorch, in float64.

    python tests/parity_table.py

The tests assert what is printed here. A difference is relative to max(1, |expected|), the largest of all cases.
"""

import contextlib
import functools

import conftest  # noqa: F401  (one thread, before NumPy is imported)
import numpy as np
import optim_tools
import test_gradients
import test_layers
import test_optim
import test_schedules
import torch
from engine_tools import ours, torchs
from op_tables import CASES, MODELS

import dlcourse
from dlcourse.tensor import OPS, SLOW_FORMS
from dlcourse.testing import check_gradients


def difference(got, expected):
    """What `engine_tools.agree` looks at, as a number."""
    got, expected = (np.asarray(a.detach() if hasattr(a, "detach") else a) for a in (got, expected))
    return float((np.abs(got - expected) / np.maximum(1, np.abs(expected))).max(initial=0))


def largest(one, other):
    """The largest difference of a value and its gradients."""
    return max(difference(a, b) for a, b in zip([one[0], *one[1]], [other[0], *other[1]], strict=True))


def operation_rows():
    """Of each operation: from PyTorch, from finite differences along a direction, from the slow form."""
    for name, cases in sorted(CASES.items()):
        found = []
        for options, torch_function, arrays in cases:
            weights = test_gradients.incoming(torch_function, arrays)
            apply = functools.partial(OPS[name], **options)
            fast = ours(apply, arrays, weights)
            slow = name in SLOW_FORMS and ours(functools.partial(SLOW_FORMS[name], **options), arrays, weights)
            found.append((largest(fast, torchs(torch_function, arrays, weights)), check_gradients(apply, *arrays),
                          largest(fast, slow) if slow else np.nan))
        yield name, len(cases), *np.max(found, axis=0)


@contextlib.contextmanager
def collected(module):
    """Collect the differences that the tests of a module compare."""
    found, agree = [], module.agree
    module.agree = lambda got, expected, tolerance=None: found.append(difference(got, expected))
    yield found
    module.agree = agree


def rows(module, test, table):
    """Of each name in a table: the largest difference that a test compares."""
    for name, cases in sorted(table.items()):
        with collected(module) as found:
            for case in cases:
                torch.manual_seed(0)
                dlcourse.manual_seed(0)
                test(name, case)
        yield name, len(cases), max(found, default=0.0)


def main():
    """Print the tables as Markdown."""
    dlcourse.set_default_dtype(np.float64)
    print("| operation | cases | from PyTorch | from finite differences | from the slow form |\n|---|---|---|---|---|")
    for name, count, *found in operation_rows():
        print(f"| {name} | {count} | " + " | ".join("" if np.isnan(d) else f"{d:.0e}" for d in found) + " |")
    for title, module, test, table in (
        ("layer, in training and evaluation, three steps", test_layers,
         lambda _, case: [test_layers.test_parity(*case, training, None) for training in (True, False)], MODELS),
        ("optimizer, 20 steps", optim_tools, test_optim.test_twenty_steps, optim_tools.OPTIMIZERS),
        ("schedule, 30 steps", test_schedules, test_schedules.test_thirty_steps, test_schedules.SCHEDULES),
    ):
        print(f"\n| {title} | cases | from PyTorch |\n|---|---|---|")
        for name, count, found in rows(module, test, table):
            print(f"| {name} | {count} | {found:.0e} |")


if __name__ == "__main__":
    main()
