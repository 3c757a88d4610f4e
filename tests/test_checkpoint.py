"""A checkpoint gives back what it was given, to the bit; it is whole or not there; what does not fit is refused."""

import ast
import builtins
import inspect
import json
import os
import pickle

import numpy as np
import pytest
import safetensors.numpy
import torch
from checkpoint_tools import exact
from engine_tools import engine_state  # noqa: F401
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from dlcourse import Tensor, checkpoint, default_generator, nn, optim, set_default_dtype
from dlcourse.checkpoint import load_checkpoint, load_state, read_checkpoint, save_checkpoint, save_state
from dlcourse.train import Batches, History


class Noise(nn.Module):
    def __init__(self, rng):
        self.rng = rng

    def forward(self, x):
        return x * self.rng.random(x.shape)


def small(hidden=3, rng=None):
    return nn.Sequential(nn.Linear(2, hidden), nn.Tanh(), Noise(rng or np.random.default_rng(1)), nn.Linear(hidden, 1))


def stepped(model, momentum=0.9, **groups):
    """An optimizer that has made a step, so that it has a state."""
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=momentum)
    for p in model.parameters():
        p.grad = np.ones_like(p.data)
    optimizer.step()
    return optimizer


# ------------------------------------------------------------------------------------------- what comes back

NUMBER_TYPES = ["?", "i1", "u1", "i2", "i4", "i8", "u8", "f2", "f4", "f8"]
leaves = (st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
          | arrays_of.arrays(st.sampled_from(NUMBER_TYPES), arrays_of.array_shapes(min_dims=0, min_side=0, max_side=3))
          | arrays_of.arrays("f8", ()).map(lambda a: a[()]) | st.floats(width=32).map(np.float32)
          | arrays_of.arrays("f4", (2, 2)).map(torch.from_numpy))
keys = st.text(max_size=4) | st.integers() | st.tuples(st.integers(), st.booleans())
trees = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple)
                     | st.dictionaries(keys, inner, max_size=3), max_leaves=12)


@given(tree=trees)
def test_any_nest_of_numbers_text_and_arrays_comes_back_with_its_types(tree, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "nest.safetensors"
    save_checkpoint(path, nn.Identity(), extra=tree)
    assert exact(read_checkpoint(path)["extra"]) == exact(tree)


def test_names_that_meet_do_not_overwrite_each_other(tmp_path):
    extra = {"a": {"b": np.ones(1)}, "a.b": np.zeros(1), 1: np.full(1, 2), "1": np.full(1, 3)}
    save_checkpoint(tmp_path / "names", nn.Identity(), extra=extra)
    assert exact(read_checkpoint(tmp_path / "names")["extra"]) == exact(extra)


def test_arrays_in_any_order_and_byte_order_keep_their_numbers(tmp_path):
    straight = np.arange(6.0).reshape(2, 3)
    extra = [straight.T, straight[:, ::-1], straight.astype(">f8"), np.asfortranarray(straight)]
    save_checkpoint(tmp_path / "orders", nn.Identity(), extra=extra)
    for got, expected in zip(read_checkpoint(tmp_path / "orders")["extra"], extra, strict=True):
        assert got.dtype == np.float64 and np.array_equal(got, expected)


def test_a_checkpoint_puts_everything_back(tmp_path):
    model, x, history = small(), np.arange(8.0, dtype=np.float32).reshape(4, 2), History()
    optimizer, batches = stepped(model), Batches(x, x, batch_size=2, seed=5)
    history.steps, history.epochs, history.best_epoch = [0.1, 1 / 3], [{"loss": 0.2, "right": np.int64(3)}], 0
    save_checkpoint(tmp_path / "all", model, optimizer, batches=batches, history=history, extra=("more", 1))

    def next_numbers():
        return [default_generator().random(3), model(x).data.copy(), [y for _, y in batches]]

    saved = [model.state_dict(), optimizer.state_dict(), history.state_dict(), next_numbers()]
    other, other_history = stepped(model, momentum=0.5), History()
    next_numbers()
    assert load_checkpoint(tmp_path / "all", model, other, batches=batches, history=other_history) == ("more", 1)
    assert exact([model.state_dict(), other.state_dict(), other_history.state_dict(), next_numbers()]) == exact(saved)
    assert exact(other_history.steps) == exact(history.steps), "numbers again, not arrays"
    assert exact(read_checkpoint(tmp_path / "all")["model"]) == exact(saved[0])


def test_what_is_not_asked_for_is_not_needed(tmp_path):
    model = small()
    save_checkpoint(tmp_path / "all", model, stepped(model), batches=Batches(np.ones(3)), history=History())
    other = small()
    assert load_checkpoint(tmp_path / "all", other) is None
    assert exact(other.state_dict()) == exact(model.state_dict())


class Jittered:
    """Batches around batches, as an augmentation is."""

    def __init__(self, batches):
        self.batches, self.rng = batches, np.random.default_rng(3)

    def __iter__(self):
        for (x,) in self.batches:
            yield x + self.rng.random(len(x))


def test_generators_of_batches_inside_batches_are_found(tmp_path):
    batches = Jittered(Batches(np.arange(6.0), batch_size=4))
    save_checkpoint(tmp_path / "jitter", nn.Identity(), batches=batches)
    first = list(batches)
    load_checkpoint(tmp_path / "jitter", nn.Identity(), batches=batches)
    assert exact(list(batches)) == exact(first)


# ------------------------------------------------------------------------------------------- whole or not at all


class HalfWritten:
    """A file on a disk that becomes full."""

    def __init__(self, file):
        self.file = file

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def write(self, content):
        self.file.write(content[: len(content) // 2])
        raise OSError("no space left on device")


def fail(*_):
    raise OSError("planted")


def interrupt(*_):
    raise KeyboardInterrupt


FAULTS = {
    "no file": ((builtins, "open", fail), OSError),
    "half a file": ((builtins, "open", lambda *a, _open=open: HalfWritten(_open(*a))), OSError),
    "no content": ((checkpoint, "save", fail), OSError),
    "not on the disk": ((os, "fsync", fail), OSError),
    "not renamed": ((os, "replace", fail), OSError),
    "interrupted": ((os, "fsync", interrupt), KeyboardInterrupt),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failure_at_any_moment_leaves_the_old_file_and_nothing_else(fault, tmp_path, monkeypatch):
    (place, error), path = FAULTS[fault], tmp_path / "here"
    save_checkpoint(path, nn.Identity(), extra="old")
    with monkeypatch.context() as broken, pytest.raises(error):
        broken.setattr(*place)
        save_checkpoint(path, nn.Identity(), extra="new")
    assert read_checkpoint(path)["extra"] == "old" and list(tmp_path.iterdir()) == [path]
    save_checkpoint(path, nn.Identity(), extra="new")
    assert read_checkpoint(path)["extra"] == "new" and list(tmp_path.iterdir()) == [path]


def test_the_content_is_on_the_disk_before_the_name(tmp_path, monkeypatch):
    events, sync, replace = [], os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: events.append("sync") or sync(number))
    monkeypatch.setattr(os, "replace", lambda *paths: events.append(paths) or replace(*paths))
    save_checkpoint(tmp_path / "here", nn.Identity())
    assert events == ["sync", (tmp_path / "here.tmp", tmp_path / "here")], "in the same folder, or it is no one step"


def test_a_file_that_was_cut_anywhere_is_refused_and_nothing_is_changed(tmp_path):
    path, model = tmp_path / "cut", small()
    save_checkpoint(path, model, stepped(model))
    content, other = path.read_bytes(), small()
    before = other.state_dict()
    for end in [*range(0, len(content), 97), len(content) - 1]:
        path.write_bytes(content[:end])
        with pytest.raises(ValueError, match="cut cannot be read as safetensors, is it damaged or of another kind"):
            load_checkpoint(path, other)
    assert exact(other.state_dict()) == exact(before)


def rewritten(path, change):
    """The same arrays; the record after `change(its dict)`."""
    arrays, header = checkpoint._read(path)
    record = json.loads(header["dlcourse"])
    text = change(record)
    safetensors.numpy.save_file(arrays, path, {"dlcourse": text if isinstance(text, str) else json.dumps(record)})


@pytest.mark.parametrize("change", [
    lambda record: "", lambda record: "{", lambda record: "[]", lambda record: "1", lambda record: "null",
    lambda record: '{"dict": [["model", 1]]}', lambda record: '{"unknown": 1}', lambda record: "{}",
    lambda record: '{"dict": 1}', lambda record: '{"array": "not there"}', lambda record: '{"float": "one"}',
    lambda record: '{"dict": [["kinds", 3]]}', lambda record: record["dict"].pop(0),
    lambda record: record["dict"][0][1]["dict"][0][1].update(array="not there"),
], ids=range(14))
def test_a_record_that_nobody_wrote_is_refused(change, tmp_path):
    path, model = tmp_path / "record", small()
    save_checkpoint(path, model)
    rewritten(path, lambda record: None)
    assert read_checkpoint(path)["extra"] is None, "rewritten without a change it is still good"
    rewritten(path, change)
    with pytest.raises(ValueError, match="record is damaged, its record cannot be read"):
        load_checkpoint(path, model)


class Trap:
    def __reduce__(self):
        return os.mkdir, ("sprung",)


def test_nothing_is_unpickled(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trap").write_bytes(pickle.dumps(Trap()))
    torch.save({"trap": Trap()}, tmp_path / "trap.pth")
    np.save(tmp_path / "trap.npy", np.array([Trap()]), allow_pickle=True)
    for name in ("trap", "trap.pth", "trap.npy"):
        for load in (load_checkpoint, load_state):
            with pytest.raises(ValueError, match="cannot be read as safetensors"):
                load(name, small())
    assert not (tmp_path / "sprung").exists()
    pickle.loads((tmp_path / "trap").read_bytes())
    assert (tmp_path / "sprung").exists(), "the trap works"


def test_checkpoints_need_no_pytorch():
    tree = ast.parse(inspect.getsource(checkpoint))
    names = {name.split(".")[0] for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))
             for name in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]}
    assert not names & {"torch", "pickle"}


# ------------------------------------------------------------------------------------------- what does not fit


def first_generator_is(kind):
    return small(rng=np.random.Generator(kind(0)))


@pytest.mark.parametrize(("other", "message"), [
    (lambda: {"model": small(4)}, r"does not fit the model given: 0.weight expected shape \(4, 2\), got \(3, 2\)"),
    (lambda: {"model": nn.Sequential(nn.Linear(2, 3), nn.Tanh(), Noise(np.random.default_rng(1)))},
     r"does not fit the model given: .*unexpected \['3.bias', '3.weight'\]"),
    (lambda: {"model": first_generator_is(np.random.MT19937)},
     "holds as generator.model.3.rng: PCG64; load_checkpoint was given: MT19937"),
    (lambda: {"model": nn.Sequential(Noise(np.random.default_rng(0)), nn.Linear(2, 3))},
     "holds as generator.model.1.rng: nothing; load_checkpoint was given: PCG64"),
    (lambda: {"optimizer": torch.optim.Adam([torch.ones(1, requires_grad=True)])},
     "holds as optimizer: SGD; load_checkpoint was given: Adam"),
    (lambda: {"optimizer": optim.SGD([Tensor(np.ones(2), requires_grad=True)])}, "does not fit the optimizer given: "),
    (lambda: {"scheduler": History()}, "holds as scheduler: nothing; load_checkpoint was given: History"),
    (lambda: {"batches": Batches(np.ones(2))}, "holds as generator.batches.rng: nothing; .* given: PCG64"),
])
def test_what_does_not_fit_is_named_and_nothing_is_changed(other, message, tmp_path):
    model = small()
    save_checkpoint(tmp_path / "good", model, stepped(model))
    things = {"model": small(), **other()}
    states = [thing.state_dict for thing in things.values() if hasattr(thing, "state_dict")]
    default_generator().random()  # its state is another one than in the file
    before = exact([state() for state in states] + [default_generator().bit_generator.state])
    with pytest.raises(ValueError, match=message):
        load_checkpoint(tmp_path / "good", **things)
    assert exact([state() for state in states] + [default_generator().bit_generator.state]) == before


@pytest.mark.parametrize("library", ["ours", "PyTorch's"])
def test_an_error_late_takes_everything_back(library, tmp_path):
    """The model and the optimizer fit and are loaded; then the last thing refuses."""

    class Refuses(History):
        def load_state_dict(self, saved):
            if saved["best_epoch"] == 7:
                raise RuntimeError("not this one")

    def made():
        if library == "ours":
            model = small()
            return model, stepped(model)
        model = torch.nn.Linear(2, 1)
        optimizer = torch.optim.Adam(model.parameters())
        model(torch.rand(3, 2)).sum().backward()
        optimizer.step()
        return model, optimizer

    saved, (model, optimizer), history = made(), made(), Refuses()
    history.best_epoch = 7
    save_checkpoint(tmp_path / "good", *saved, history=history)
    before = exact([model.state_dict(), optimizer.state_dict()])
    with pytest.raises(ValueError, match="does not fit the history given: not this one"):
        load_checkpoint(tmp_path / "good", model, optimizer, history=Refuses())
    assert exact([model.state_dict(), optimizer.state_dict()]) == before
    load_checkpoint(tmp_path / "good", model, optimizer)
    assert exact([model.state_dict(), optimizer.state_dict()]) != before


def test_another_precision_is_refused_since_it_would_not_be_exact(tmp_path):
    save_checkpoint(tmp_path / "single", nn.Linear(1, 1))
    set_default_dtype(np.float64)
    with pytest.raises(ValueError, match="model: weights of float32; load_checkpoint was given: weights of float64"):
        load_checkpoint(tmp_path / "single", nn.Linear(1, 1))


@pytest.mark.parametrize(("value", "kind"), [
    (Tensor(1.0), "Tensor"), (object(), "object"), ({1, 2}, "set"), (np.array([object()]), "numpy.ndarray"),
    (np.array(["text"]), "numpy.ndarray"), (np.ones(1, np.longdouble), "numpy.ndarray"), (1j, "complex"),
])
def test_what_a_file_cannot_hold_is_named_with_its_place(value, kind, tmp_path):
    with pytest.raises(TypeError, match=rf"got <class '.*{kind}'> at extra.figures.1.right"):
        save_checkpoint(tmp_path / "never", nn.Identity(), extra={"figures": [{}, {"right": value}]})
    assert not list(tmp_path.iterdir())


def test_a_missing_file_is_a_missing_file(tmp_path):
    for load in (load_checkpoint, load_state):
        with pytest.raises(FileNotFoundError, match="nowhere"):
            load(tmp_path / "nowhere", small())
    with pytest.raises(FileNotFoundError, match="no folder"):
        save_state(tmp_path / "no folder" / "weights", small())
