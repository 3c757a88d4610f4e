"""Why this file exists: the tables of all families of operations, and of layers, are walked by the same tests."""

import importlib
import pathlib

HERE = pathlib.Path(__file__).parent


def joined(pattern, name):
    """The tables called `name` of all test files that match, as one; no entry may stand in two."""
    result = {}
    for path in sorted(HERE.glob(pattern)):
        table = getattr(importlib.import_module(path.stem), name)
        assert not result.keys() & table.keys(), f"{path.name} repeats {sorted(result.keys() & table.keys())}"
        result |= table
    return result


CASES = joined("op_cases*.py", "CASES")
CORNERS = [corner for path in sorted(HERE.glob("op_cases*.py"))
           for corner in getattr(importlib.import_module(path.stem), "CORNERS", [])]
MODELS = joined("layer_cases*.py", "MODELS")
