"""Why this file exists: two libraries in one process would share threads and memory, so each gets its own.

    python -m dlcourse.benchmark.worker          (started by race.py, which sets the threads in its environment)

A worker holds one library and one model. It waits at a pipe, does what it is asked, answers, and waits again; while it
waits it takes no time from the others.
"""

import importlib
import os
import pickle
import statistics
import sys
import time
import traceback
from pathlib import Path

import numpy as np

SEED = 0
PHASES = ("forward", "backward", "optimizer")


class Framework:
    """A workload in dlcourse or in PyTorch: `restart` from given weights, `step`, `phases`."""

    def __init__(self, workload, library, fused=False):
        self.workload, self.m = workload, importlib.import_module(library)
        self.more = {"fused": True} if fused else {}
        self.m.manual_seed(SEED)
        self.model = workload.build(self.m)
        self.x, self.y = (self.m.from_numpy(a) for a in workload.data(np.random.default_rng(SEED)))

    def restart(self, weights):
        """Go back to these weights, with a new optimizer."""
        self.model.load_state_dict({name: self.m.from_numpy(array) for name, array in weights.items()})
        self.optimizer = self.workload.make_optimizer(self.m, self.model.parameters(), **self.more)

    def step(self):
        """Forward, loss, backward, optimizer.   Returns: the loss; `.item()` makes it a number."""
        self.optimizer.zero_grad()
        loss = self.workload.loss(self.m, self.model, self.x, self.y)
        loss.backward()
        self.optimizer.step()
        return loss

    def phases(self):
        """The seconds of the three parts of one step."""
        start = time.perf_counter()
        self.optimizer.zero_grad()
        cleared = time.perf_counter()
        loss = self.workload.loss(self.m, self.model, self.x, self.y)
        forward = time.perf_counter()
        loss.backward()
        backward = time.perf_counter()
        self.optimizer.step()
        return forward - cleared, backward - forward, time.perf_counter() - backward + cleared - start


def make_runner(implementation, workload):
    """What runs a workload: "dlcourse", "torch", "torch fused", or one of the packages in peers.py."""
    if implementation in ("dlcourse", "torch", "torch fused"):
        return Framework(workload, implementation.split()[0], fused=implementation.endswith("fused"))
    from . import peers

    return peers.PEERS[implementation](workload)


def memory():
    """The largest memory that this process has had, in bytes; None where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text()
        return 1024 * int(status.split("VmHWM:")[1].split()[0])
    except (OSError, IndexError):
        pass
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


class Worker:
    """The answers to what race.py asks; each public method is one kind of request."""

    def load(self, implementation, workload, threads):
        """Import the library, set its threads, make the model.   Returns: the first weights, if it is dlcourse."""
        if implementation.startswith("torch"):
            import torch

            torch.set_num_threads(threads)
        else:
            import dlcourse.machine

            batch_threads = implementation == "dlcourse" and workload.over == "batch"
            dlcourse.machine.set_num_threads(threads if batch_threads else 1)
        self.before = memory()
        self.runner = make_runner(implementation, workload)
        return self.runner.model.state_dict() if implementation == "dlcourse" else None

    def losses(self, weights, steps):
        """The losses of the first steps from these weights, which must be the same in every library."""
        self.start = weights
        self.runner.restart(weights)
        return [float(self.runner.step().item()) for _ in range(steps)]

    def turn(self, seconds):
        """The seconds of each step, for about so many seconds and at least two steps. Begins at the first weights.

        The step before the first one that counts wakes the caches.
        """
        self.runner.restart(self.start)
        self.runner.step()
        steps, now = [], time.perf_counter()
        end = now + seconds
        while now < end or len(steps) < 2:
            self.runner.step()
            before, now = now, time.perf_counter()
            steps.append(now - before)
        return steps

    def phases(self, steps):
        """The median seconds of forward, backward and optimizer."""
        self.runner.restart(self.start)
        self.runner.step()
        return [statistics.median(part) for part in zip(*(self.runner.phases() for _ in range(steps)), strict=True)]

    def growth(self):
        """By how many bytes the memory of this process grew at most after the library was imported."""
        return None if self.before is None else memory() - self.before

    def parameters(self):
        """The number of trained numbers."""
        return sum(int(np.prod(p.shape)) for p in self.runner.model.parameters())

    def peak(self, library, threads, size=1536, repeats=15):
        """The most floating-point operations a second that a product of two square float32 matrices reaches."""
        a = np.random.default_rng(SEED).standard_normal((size, size)).astype(np.float32)
        if library == "torch":
            import torch

            torch.set_num_threads(threads)
            a = torch.from_numpy(a)
        best = float("inf")
        for _ in range(repeats):
            start = time.perf_counter()
            a @ a
            best = min(best, time.perf_counter() - start)
        return 2 * size**3 / best


def main():
    """Answer requests until the pipe closes. Whatever else is printed goes to the error stream, not into the pipe."""
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    worker = Worker()
    while True:
        try:
            method, arguments = pickle.load(sys.stdin.buffer)
        except EOFError:
            os._exit(0)  # there is nothing to tidy up, and PyTorch would take most of a second to do it
        try:
            answer = (True, getattr(worker, method)(**arguments))
        except Exception:  # the other side shall see it, whatever it is
            answer = (False, traceback.format_exc())
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    main()
