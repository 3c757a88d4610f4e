"""Race dlcourse against PyTorch and print the tables. `make bench`"""

import argparse
import os
import sys
import time

from . import tables
from .race import Disagreement, Entrant, gemm_peak, import_seconds, phases, race
from .worker import PHASES
from .workloads import WORKLOADS

COMMAND = "python -m dlcourse.benchmark --write"
IMPLEMENTATIONS = ("dlcourse", *tables.VARIANTS)
PACKAGES = ("numpy", "scipy", "torch")


def parse(arguments=None):
    """The options. `--write` needs a whole run, since the files belong together."""
    parser = argparse.ArgumentParser(prog="python -m dlcourse.benchmark",
                                     description="Race dlcourse against PyTorch, one step of training at a time.")
    parser.add_argument("--rounds", type=int, help="how often every process has its turn (default 15)")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=list(WORKLOADS),
                        help=f"some of: {', '.join(WORKLOADS)}")
    parser.add_argument("--threads", nargs="+", type=int, help="numbers of threads (default 1 2)")
    parser.add_argument("--quick", action="store_true", help="short turns and few rounds: seconds in place of minutes")
    parser.add_argument("--write", action="store_true", help="store the tables that the website shows")
    parser.add_argument("--profile", metavar="NAME", choices=list(WORKLOADS),
                        help="how a step divides into forward, backward and optimizer")
    options = parser.parse_args(arguments)
    if options.write and (options.only or options.quick or options.threads or options.profile):
        parser.error("--write stores the tables of a whole run: leave out --only, --quick, --threads and --profile")
    if min([options.rounds or 1, *(options.threads or [1])]) < 1:
        parser.error(f"expected at least 1 round and 1 thread, got {options.rounds} and {options.threads}")
    options.rounds = options.rounds or (3 if options.quick else 15)
    options.seconds = 0.05 if options.quick else 0.2
    options.threads = options.threads or [1, 2]
    return options


def profile(options):
    """Print the parts of a step."""
    rows = []
    for threads in options.threads:
        entrants = [Entrant(name, threads) for name in IMPLEMENTATIONS]
        steps = 5 * options.rounds
        for entrant, seconds in phases(WORKLOADS[options.profile], entrants, steps).items():
            parts = {f"{phase}, ms": tables.rounded(1e3 * s) for phase, s in zip(PHASES, seconds, strict=True)}
            shares = {f"{phase}, %": f"{100 * s / sum(seconds):.0f}" for phase, s in zip(PHASES, seconds, strict=True)}
            rows.append({"Library": entrant.implementation, "Threads": str(threads)} | parts | shares)
    print(f"{options.profile}, medians of {steps} steps\n{tables.as_text(rows)}")


def measure(options):
    """Race all workloads that were asked for.   Returns: the rows of speed, of bounds, and the facts."""
    facts = tables.machine_facts(COMMAND, tables.load_average(), PACKAGES)
    facts["Rounds"] = f"{options.rounds} of {options.seconds} s for each process"
    peaks = {threads: gemm_peak(threads) for threads in options.threads}
    took = import_seconds(("numpy", "dlcourse", "torch"), 3 if options.quick else 7)
    facts["Import"] = (f"NumPy {1e3 * took['numpy']:.0f} ms; dlcourse {1e3 * (took['dlcourse'] - took['numpy']):.0f} "
                       f"ms on top of it; PyTorch {1e3 * took['torch']:.0f} ms")
    entrants = [Entrant(name, threads) for threads in options.threads for name in IMPLEMENTATIONS]
    results = []
    for name in options.only or WORKLOADS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        results.append(race(WORKLOADS[name], entrants, options.rounds, options.seconds))
    for threads in options.threads:  # once more: other programs can only make it lower
        peaks[threads] = max(peaks[threads], gemm_peak(threads))
        facts[f"GEMM peak, {threads} thread{'s' * (threads > 1)}"] = f"{peaks[threads] / 1e9:.0f} GFLOP/s"
    speed = [tables.speed_row(result, threads) for result in results for threads in options.threads]
    fewest = min(options.threads)
    bounds = [tables.bounds_row(result, peaks[fewest], fewest) for result in results]
    return speed, bounds, facts


def main():
    """The command."""
    options = parse()
    if max(options.threads) > (os.cpu_count() or 1):
        print(f"This computer has {os.cpu_count()} cores: with more threads every library is slower.", file=sys.stderr)
    start = time.perf_counter()
    try:
        if options.profile:
            return profile(options)
        speed, bounds, facts = measure(options)
    except Disagreement as error:
        sys.exit(f"{error}\nNothing is printed.")
    facts["Took"] = f"{time.perf_counter() - start:.0f} s"
    print(f"{tables.as_text(speed)}\n\n{tables.as_text(bounds)}\n")
    print("\n".join(f"{fact}: {value}" for fact, value in facts.items()))
    if options.write:
        for name, rows in (("speed", speed), ("bounds", bounds), ("facts", tables.fact_rows(facts))):
            tables.write(name, rows)
        print(f"\nStored in {os.path.relpath(tables.FOLDER)}: speed.csv, bounds.csv, facts.csv")


if __name__ == "__main__":
    main()
