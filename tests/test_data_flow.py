"""Why this file exists: batches that are changed or prepared ahead must still be the batches, in the seed's order."""

import itertools
import threading

import numpy as np
import pytest
from engine_tools import engine_state  # noqa: F401

from dlcourse import data, nn, optim
from dlcourse.data.flow import Augmented, Prefetched
from dlcourse.train import Batches, fit


def shifted(x, rng):
    """An augmentation that is easy to see: one random number is added to the whole batch."""
    return x + rng.integers(1, 100)


def drawn(batches, epochs=2):
    """All batches of some epochs, as nested lists."""
    return [[(x.tolist(), y.tolist()) for x, y in batches] for _ in range(epochs)]


def ten(**options):
    return Batches(np.arange(10), np.arange(10), batch_size=4, seed=1, **options)


def test_augmentation_changes_inputs_anew_each_epoch_and_leaves_order_and_labels():
    plain, changed = drawn(ten()), drawn(Augmented(ten(), shifted, seed=5))
    assert changed == drawn(Augmented(ten(), shifted, seed=5)) != drawn(Augmented(ten(), shifted, seed=6))
    assert [[y for _, y in epoch] for epoch in changed] == [[y for _, y in epoch] for epoch in plain]
    shifts = [np.subtract(x, y)[0] for epoch in changed for x, y in epoch]
    assert min(shifts) >= 1 and len(set(shifts)) > 3 and len(Augmented(ten(), shifted)) == 3


@pytest.mark.parametrize("ahead", [1, 2, 50])
def test_prefetched_batches_are_the_same_batches(ahead):
    assert drawn(Prefetched(ten(), ahead), 3) == drawn(ten(), 3) and len(Prefetched(ten(), ahead)) == 3


def test_they_are_prepared_while_the_model_works():
    order, allowed = [], threading.Semaphore(0)

    def batches():
        for i in range(3):
            order.append(f"prepared {i}")
            allowed.release()
            yield i

    for i in Prefetched(batches()):
        if i < 2:  # when batch 0 is used, batch 1 is being prepared: wait for it, it comes without being asked
            assert allowed.acquire(timeout=10)
            assert allowed.acquire(timeout=10)
            allowed.release()
        order.append(f"used {i}")
    assert order.index("prepared 1") < order.index("used 0") and order.index("prepared 2") < order.index("used 1")


def test_at_most_so_many_are_prepared():
    prepared = []
    batches = iter(Prefetched((prepared.append(i) or i for i in range(100)), ahead=3))
    next(batches)
    threading.Event().wait(0.2)  # time enough for a thread that did not stop to run through all of them
    assert 2 <= len(prepared) <= 5
    batches.close()


def test_an_error_of_the_thread_reaches_whoever_uses_the_batches():
    def batches():
        yield 0
        raise OSError("the file is gone")

    prefetched = iter(Prefetched(batches()))
    assert next(prefetched) == 0
    with pytest.raises(OSError, match="the file is gone"):
        next(prefetched)


def test_no_thread_is_left_when_the_user_stops_in_the_middle():
    before = threading.active_count()
    for _ in Prefetched(iter(range(1000)), ahead=2):
        break
    for _ in Prefetched(iter(range(3))):
        pass
    assert threading.active_count() == before


@pytest.mark.parametrize("ahead", [0, 1.5])
def test_prefetching_nothing_is_refused(ahead):
    with pytest.raises(ValueError, match=f"ahead of at least 1, got {ahead}"):
        Prefetched(ten(), ahead)


def within(seconds, function):
    """Call a function on a thread of its own, and fail if it hangs."""
    thread = threading.Thread(target=function, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), f"still waiting after {seconds} seconds"


def test_the_thread_stops_though_there_are_always_more_batches():
    def use():
        for _ in Prefetched(itertools.count(), ahead=2):
            break

    within(10, use)


@pytest.mark.parametrize("end", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_nobody_waits_for_a_thread_that_was_ended(end):
    def batches():
        yield 0
        raise end

    seen = []

    def use():
        try:
            seen.extend(Prefetched(batches()))
        except end:
            seen.append(end)

    within(10, use)
    assert seen[-1] is end


def test_an_early_end_leaves_the_next_epoch_as_it_was():
    """However many batches the thread had prepared when the user stopped."""
    def second_epoch(wrap, used, pause):
        batches = wrap(Augmented(Batches(np.arange(40), np.arange(40), batch_size=4, seed=1), shifted, seed=5))
        for i, _ in enumerate(batches):
            if i == used:
                threading.Event().wait(pause)
                break
        return drawn(batches, 1)

    plain = second_epoch(lambda batches: batches, 9, 0)
    for used, pause in ((0, 0), (0, 0.1), (3, 0.1), (9, 0)):
        assert second_epoch(lambda batches: Prefetched(batches, 6), used, pause) == plain


def test_a_data_set_gives_all_of_it_in_one_call():
    part = data.load("digits").fit
    plain = drawn(Batches(*part.arrays, batch_size=100, seed=3))
    assert drawn(part.batches(100, seed=3)) == drawn(part.batches(100, seed=3, prefetch=2)) == plain
    changed = drawn(part.batches(100, seed=3, augment=shifted, prefetch=2))
    assert changed == drawn(Augmented(Batches(*part.arrays, batch_size=100, seed=3), shifted, seed=3)) != plain
    assert drawn(part.batches(shuffle=False), 1)[0][0][1] == part.y[:32].tolist()


@pytest.mark.parametrize("prefetch", [0, 2])
def test_training_goes_on_exactly_from_a_checkpoint(prefetch, tmp_path):
    part = data.load("digits").fit

    def train(epochs, checkpoint=None):
        model = nn.Linear(64, 10, rng=np.random.default_rng(0))
        batches = part.batches(100, augment=lambda x, rng: x + rng.normal(0, 0.1, x.shape), prefetch=prefetch)
        optimizer = optim.SGD(model.parameters(), lr=0.1)
        return fit(model, batches, nn.CrossEntropyLoss(), optimizer, epochs=epochs, progress=False,
                   checkpoint=checkpoint)  # fmt: skip

    train(2, tmp_path / "run.safetensors")
    assert train(4, tmp_path / "run.safetensors").steps == train(4).steps
