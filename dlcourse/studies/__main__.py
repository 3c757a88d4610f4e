"""Remake the tables of the studies: all of them, or those that are named. `make studies`"""

import argparse
import importlib
import pkgutil
import time

import dlcourse.studies

NOT_STUDIES = {"__main__", "table"}


def study_names():
    """The names of all studies: every other module of this package, and each has a function `remake`."""
    return [module.name for module in pkgutil.iter_modules(dlcourse.studies.__path__) if module.name not in NOT_STUDIES]


def main():
    """The command."""
    parser = argparse.ArgumentParser(description="Remake the tables of the studies.")
    parser.add_argument("names", nargs="*", help=f"some of {study_names()}; all when none is named")
    names = parser.parse_args().names or study_names()
    if unknown := set(names) - set(study_names()):
        parser.error(f"expected some of {study_names()}, got {sorted(unknown)}")
    for name in names:
        start = time.perf_counter()
        print(f"{name} ...", flush=True)
        importlib.import_module(f"dlcourse.studies.{name}").remake()
        print(f"{name}: {time.perf_counter() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
