"""Why this file exists: to measure two libraries at the same time without their being in each other's way.

One process per library and number of threads (worker.py). They are woken in turn, A B C A B C ..., and all but one are
asleep. So whatever else the computer does meets all of them alike, and the ratio of two neighbors says more than two
times measured a minute apart.
"""

import contextlib
import dataclasses
import os
import pickle
import statistics
import subprocess
import sys
import time

CHECKED_STEPS = 3
TOLERANCE = 1e-4  # of the loss: float32 rounds differently in each library
PAUSE = 0.02  # seconds before a turn: threads that have just worked spin a little before they sleep
THREAD_SETTINGS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class Disagreement(Exception):
    """Two libraries did not compute the same, so there is nothing to compare."""


@dataclasses.dataclass(frozen=True)
class Entrant:
    """Who takes part: an implementation, and its number of threads."""

    implementation: str
    threads: int


@dataclasses.dataclass
class Result:
    """What a race found. `seconds[entrant]` has one list of steps per round, `memory[entrant]` is bytes or None."""

    workload: object
    parameters: int
    seconds: dict
    memory: dict

    def best(self, entrant):
        """The seconds of the quickest step of all."""
        return min(min(steps) for steps in self.seconds[entrant])

    def ratios(self, other, ours):
        """How many times as long `other` took as `ours`, round by round, by the median steps of both."""
        pairs = zip(self.seconds[other], self.seconds[ours], strict=True)
        return [statistics.median(theirs) / statistics.median(own) for theirs, own in pairs]


def environment(threads, over="BLAS", base=None):
    """The environment of a worker: libraries read their number of threads once, when they are imported."""
    count = {name: str(threads) for name in THREAD_SETTINGS}
    if over == "batch":
        count["OPENBLAS_NUM_THREADS"] = "1"
    jax = {"NPROC": str(threads), "JAX_PLATFORMS": "cpu",
           "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=" + ("true" if threads > 1 else "false")}
    return dict(os.environ if base is None else base) | count | jax


class Worker:
    """The near end of a worker's pipe: `send` a request, `receive` its answer, or `ask` for both."""

    def __init__(self, threads, over="BLAS"):
        self.process = subprocess.Popen([sys.executable, "-m", "dlcourse.benchmark.worker"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, env=environment(threads, over))

    def send(self, method, **arguments):
        """Wake the worker."""
        pickle.dump((method, arguments), self.process.stdin)
        self.process.stdin.flush()

    def receive(self):
        """Wait for the answer.   Raises:  RuntimeError with the worker's own words if it failed or died."""
        try:
            fine, answer = pickle.load(self.process.stdout)
        except EOFError:
            raise RuntimeError(f"a worker ended with status {self.process.wait()}: was there enough memory?") from None
        if not fine:
            raise RuntimeError(f"a worker failed:\n{answer}")
        return answer

    def ask(self, method, **arguments):
        """Wake the worker and wait for its answer."""
        self.send(method, **arguments)
        return self.receive()

    def close(self):
        """End the process: its pipe closes, and it returns."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@contextlib.contextmanager
def started(entrants, workload):
    """A worker for each entrant, with its model loaded; all of them end with the block.

    Returns: {entrant: worker} and the first weights, which are those that dlcourse drew.
    """
    with contextlib.ExitStack() as stack:
        workers = {}
        for entrant in entrants:
            over = workload.over if entrant.implementation == "dlcourse" else "BLAS"
            workers[entrant] = stack.enter_context(contextlib.closing(Worker(entrant.threads, over)))
        for entrant, worker in workers.items():  # all of them import at the same time
            worker.send("load", implementation=entrant.implementation, workload=workload, threads=entrant.threads)
        loaded = {entrant: worker.receive() for entrant, worker in workers.items()}
        yield workers, next(loaded[entrant] for entrant in entrants if entrant.implementation == "dlcourse")


def assert_agree(losses, name):
    """Raises:  Disagreement unless all entrants found the same losses: {entrant: [loss, ...]}."""
    (first, expected), *others = losses.items()
    for entrant, got in others:
        far = [abs(a - b) for a, b in zip(got, expected, strict=True)]
        if not all(d <= TOLERANCE * max(1, abs(b)) for d, b in zip(far, expected, strict=True)):  # also when NaN
            raise Disagreement(f"{name}: the first losses of {first} are {expected}, those of {entrant} are {got}. "
                               "They do not compute the same, so their times cannot be compared.")


def race(workload, entrants, rounds, seconds):
    """Let the entrants train the workload in turn, `rounds` times, each time for about `seconds`, at least two steps.

    Returns: Result.   Raises:  Disagreement unless the first losses are equal, from the same weights and data.
    """
    with started(entrants, workload) as (workers, weights):
        assert_agree({entrant: worker.ask("losses", weights=weights, steps=CHECKED_STEPS)
                      for entrant, worker in workers.items()}, workload.name)
        found = {entrant: [] for entrant in entrants}
        for number in range(rounds):
            for entrant in entrants[:: -1 if number % 2 else 1]:  # nobody always follows the same neighbor
                time.sleep(PAUSE)
                found[entrant].append(workers[entrant].ask("turn", seconds=seconds))
        memory = {entrant: worker.ask("growth") for entrant, worker in workers.items()}
        trained = next(worker for entrant, worker in workers.items() if entrant.implementation == "dlcourse")
        return Result(workload, trained.ask("parameters"), found, memory)


def phases(workload, entrants, steps):
    """The median seconds of forward, backward and optimizer: {entrant: [three numbers]}.

    Raises:  Disagreement as `race`.
    """
    with started(entrants, workload) as (workers, weights):
        assert_agree({entrant: worker.ask("losses", weights=weights, steps=CHECKED_STEPS)
                      for entrant, worker in workers.items()}, workload.name)
        return {entrant: worker.ask("phases", steps=steps) for entrant, worker in workers.items()}


def gemm_peak(threads):
    """The operations a second that either library's largest product reaches with so many threads: the better one."""
    found = []
    for library in ("dlcourse", "torch"):
        with contextlib.closing(Worker(threads)) as worker:
            found.append(worker.ask("peak", library=library, threads=threads))
    return max(found)


def import_seconds(modules, repeats=7):
    """The median seconds in which a fresh Python imports each module, less those of a Python that imports nothing.

    A first import, which is not counted, leaves the compiled files for the others, as on everybody's computer.
    """
    found = {module: [] for module in ("sys", *modules)}
    kept = {name: value for name, value in environment(1).items() if name != "PYTHONDONTWRITEBYTECODE"}
    for turn in range(repeats + 1):
        for module in found:
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", f"import {module}"], check=True, env=kept)
            if turn:
                found[module].append(time.perf_counter() - start)
    return {module: max(0.0, statistics.median(found[module]) - statistics.median(found["sys"])) for module in modules}
