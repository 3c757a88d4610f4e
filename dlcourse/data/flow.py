"""Why this file exists: what happens to batches on their way into training, without another process.

Each wrapper takes something that `fit` could go through and gives something that `fit` can go through, so they nest.
"""

import queue
import threading

import numpy as np


class Augmented:
    """Batches whose inputs are changed at random as they are drawn: `augment(x, rng) -> x`.

    Shapes:  batches of x (N, ...), y (N, ...)  ->  the same.   Chapter: 3.
    """

    def __init__(self, batches, augment, seed=0):
        self.batches, self.augment = batches, augment
        self.rng = np.random.default_rng(seed)

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        # One draw for each pass: however many batches of it are prepared or used, the next pass is the same.
        rng = np.random.default_rng(self.rng.integers(2**63))
        for x, *rest in self.batches:
            yield self.augment(x, rng), *rest


class Prefetched:
    """The same batches, prepared by a thread while the model works on the last ones, at most `ahead` of them.

    Raises:  ValueError unless ahead is a whole number of at least 1; whatever the batches raise, where they are used.
    Chapter: 3.
    """

    def __init__(self, batches, ahead=2):
        if not isinstance(ahead, int | np.integer) or ahead < 1:
            raise ValueError(f"Prefetched expected ahead of at least 1, got {ahead!r}")
        self.batches, self.ahead = batches, ahead

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        ready, stop = queue.Queue(self.ahead), threading.Event()
        worker = threading.Thread(target=self._work, args=(ready, stop), daemon=True)
        worker.start()
        try:
            while True:
                kind, value = ready.get()
                if kind == "batch":
                    yield value
                elif kind == "error":
                    raise value
                else:
                    return
        finally:  # also when whoever uses the batches stops in the middle
            stop.set()
            while worker.is_alive():
                try:
                    ready.get_nowait()
                except queue.Empty:
                    worker.join(0.01)

    def _work(self, ready, stop):
        try:
            for batch in self.batches:
                ready.put(("batch", batch))
                if stop.is_set():
                    break
            ready.put(("end", None))
        except BaseException as error:  # whatever it is, the thread that uses the batches waits for it, and raises it
            ready.put(("error", error))
