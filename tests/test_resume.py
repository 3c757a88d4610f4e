"""An interrupted training ends as if it had not been: weights, optimizer, history, order of the batches, dropout.

Resumed and uninterrupted runs are compared bit by bit, and the comparison is itself tested: with any one thing left out
of the checkpoint they differ.
"""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch
from checkpoint_tools import Decay, exact, regression
from engine_tools import engine_state  # noqa: F401

from dlcourse import checkpoint, default_generator, manual_seed, nn, optim, train
from dlcourse.train import Batches, fit


class Interrupted(Exception):
    pass


class Experiment:
    """A training with everything that can go wrong when it is resumed: two kinds of dropout, an order of batches,
    momentum, buffers, a schedule, accumulated steps, a watched figure."""

    def __init__(self, library):
        self.options = {"epochs": 6, "accumulate": 2, "monitor": "figure", "mode": "min", "patience": 4}
        x, y, _ = regression()
        getattr(self, library)(x.astype(np.float32), y.astype(np.float32))

    def ours(self, x, y):
        self.model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.3, rng=np.random.default_rng(5)), nn.Tanh(),
                                   nn.Dropout(0.1), nn.Linear(8, 2))
        self.batches, self.loss_fn, self.x, self.y = Batches(x, y, batch_size=5, seed=2), nn.MSELoss(), x, y
        self.optimizer = optim.SGD(self.model.parameters(), lr=0.2, momentum=0.9)
        self.scheduler = Decay(self.optimizer)

    def ours_adam(self, x, y):
        """Buffers, two moments and a count per parameter, a schedule that also moves a moment."""
        self.ours(x, y)
        self.model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.3), nn.Linear(8, 2))
        self.optimizer = optim.AdamW(self.model.parameters(), lr=0.05)
        self.scheduler = optim.lr_scheduler.OneCycleLR(self.optimizer, 0.1, total_steps=12)
        self.options["step_scheduler"] = "batch"

    def ours_plateau(self, x, y):
        self.ours(x, y)
        self.scheduler = optim.lr_scheduler.ReduceLROnPlateau(self.optimizer, threshold=0.5, patience=0)

    def torchs(self, x, y):
        torch.manual_seed(1)
        self.model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.Dropout(0.3),
                                         torch.nn.Linear(8, 2))
        self.x, self.y, self.loss_fn = torch.from_numpy(x), torch.from_numpy(y), torch.nn.MSELoss()
        self.batches = Batches(self.x, self.y, batch_size=5, seed=2)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=0.05)
        self.scheduler = torch.optim.lr_scheduler.OneCycleLR(self.optimizer, 0.1, total_steps=12)
        self.options["step_scheduler"] = "batch"

    def torchs_loader(self, x, y):
        """PyTorch's own batches, and a schedule that looks at the figure."""
        self.torchs(x, y)
        data = torch.utils.data.TensorDataset(self.x, self.y)
        self.batches = torch.utils.data.DataLoader(data, batch_size=5, shuffle=True,
                                                   generator=torch.Generator().manual_seed(4))
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1, momentum=0.9)
        self.scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(self.optimizer, threshold=0.5, patience=0)
        self.options["step_scheduler"] = "epoch"

    def run(self, checkpoint=None, stop=None, **options):
        """Train; `stop` is ("validate", 2), or ("loss", 5): interrupt the call of this number."""
        calls = {"validate": 0, "loss": 0}

        def count(name):
            calls[name] += 1
            if (name, calls[name] - 1) == stop:
                raise Interrupted

        def loss_fn(predicted, y):
            count("loss")
            return self.loss_fn(predicted, y)

        def validate():
            count("validate")
            figure = self.loss_fn(self.model(self.x), self.y).item() + default_generator().random()
            return {"figure": np.float64(figure)}

        self.history = fit(self.model, self.batches, loss_fn, self.optimizer, validate=validate,
                           scheduler=self.scheduler, checkpoint=checkpoint, **{**self.options, **options})
        return self

    def everything(self):
        """All that is left after the training, and what would come next."""
        draws = [default_generator().random(), torch.rand(2) if isinstance(self.model, torch.nn.Module) else None]
        self.model.train()
        return exact([self.model.state_dict(), self.optimizer.state_dict(), self.scheduler.state_dict(),
                      self.history.steps, self.history.epochs, self.history.best_epoch, draws,
                      [np.asarray(y) for _, y in self.batches], np.asarray(self.model(self.x).detach())])


LIBRARIES = ["ours", "ours_adam", "ours_plateau", "torchs", "torchs_loader"]
STOPS = [("loss", 1), ("validate", 0), ("loss", 7), ("validate", 3), ("validate", 5)]


def spoil_generators():
    manual_seed(77)
    torch.manual_seed(77)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("stop", STOPS, ids=str)
@pytest.mark.parametrize("anew", [False, True], ids=["same objects", "made anew"])
def test_an_interrupted_training_ends_as_if_it_had_not_been(library, stop, anew, tmp_path):
    expected = Experiment(library).run().everything()
    experiment, path = Experiment(library), tmp_path / "training.safetensors"
    with pytest.raises(Interrupted):
        experiment.run(path, stop)
    if anew:
        experiment = Experiment(library)
        spoil_generators()
    assert experiment.run(path).everything() == expected
    assert sorted(tmp_path.iterdir()) == [path], "one file, and nothing beside it"


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_finished_training_is_not_repeated_and_can_be_prolonged(library, tmp_path):
    path = tmp_path / "training.safetensors"
    longer = None
    if library not in ("torchs", "ours_adam"):  # OneCycleLR has an end
        longer = Experiment(library).run(epochs=9, patience=None).everything()
    finished = Experiment(library).run(path, patience=None)
    weights, again = exact(finished.model.state_dict()), Experiment(library)
    again.run(path, stop=("loss", 0), patience=None)
    assert exact(again.model.state_dict()) == weights and not again.model.training
    if longer:
        assert Experiment(library).run(path, epochs=9, patience=None).everything() == longer


def test_the_bar_goes_on_where_the_training_does(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr(train, "PROGRESS_DELAY", 0.0)
    for epochs, shown in [(2, "0/2"), (5, "2/5")]:
        Experiment("ours").run(tmp_path / "training", epochs=epochs)
        first = capsys.readouterr().err.split("epoch")[0]
        assert shown in first


def test_a_training_that_stopped_early_stays_so(tmp_path):
    path, options = tmp_path / "training.safetensors", {"patience": 1, "min_delta": 9.0}
    assert len(Experiment("ours").run(path, **options).history) == 2
    assert len(Experiment("ours").run(path, stop=("loss", 0), **options).history) == 2


@pytest.mark.parametrize(("library", "left_out"), [
    ("ours", "model"), ("ours", "optimizer"), ("ours", "scheduler"), ("ours", "history"), ("ours", "generator"),
    ("ours", "generator.model.2.rng"), ("ours", "generator.batches.rng"),
    ("ours_adam", "optimizer"), ("ours_adam", "scheduler"), ("ours_plateau", "scheduler"),
    ("torchs", "optimizer"), ("torchs", "scheduler"), ("torchs", "generator.torch"),
    ("torchs_loader", "generator.batches.generator generator.batches.sampler.generator"),  # one and the same
])
def test_whatever_is_left_out_of_a_checkpoint_is_noticed(library, left_out, tmp_path, monkeypatch):
    expected = Experiment(library).run().everything()
    whole = checkpoint._things

    def part(*arguments):
        things = whole(*arguments)
        for name in left_out.split():
            nothing = {"steps": np.zeros(0), "epochs": [], "best_epoch": None}  # a history needs these names
            things[name] = things[name][0], lambda: nothing, lambda state: None  # noqa: B023
        return things

    monkeypatch.setattr(checkpoint, "_things", part)
    with pytest.raises(Interrupted):
        Experiment(library).run(tmp_path / "part", stop=("validate", 2))
    again = Experiment(library)
    spoil_generators()
    assert again.run(tmp_path / "part").everything() != expected


def test_a_checkpoint_of_another_call_is_refused(tmp_path):
    path = tmp_path / "training.safetensors"
    done = Experiment("ours").run(path, patience=None)
    for options, message in [
        ({"accumulate": 1}, "begun with accumulate=2, now 1: call fit as before, or choose another path"),
        ({"monitor": "loss"}, "monitor='figure', now 'loss'"), ({"mode": "max"}, "mode='min', now 'max'"),
        ({"min_delta": 0.1}, "min_delta=0.0, now 0.1"), ({"restore_best": False}, "restore_best=True, now False"),
        ({"epochs": 5}, "holds 6 epochs already, fit was asked for 5"),
        ({"scheduler": None}, "scheduler='Decay', now 'NoneType'; step_scheduler='epoch', now None"),
    ]:
        again = Experiment("ours")
        again.scheduler = options.pop("scheduler", again.scheduler)
        before = exact(again.model.state_dict())
        with pytest.raises(ValueError, match=message):
            again.run(path, **{"patience": None, **options})
        assert exact(again.model.state_dict()) == before
    checkpoint.save_checkpoint(path, done.model, extra=[1])
    with pytest.raises(ValueError, match="was not written by fit: load_checkpoint it"):
        Experiment("ours").run(path)


PROGRAM = """
    import os, signal, sys
    import numpy as np
    from dlcourse import checkpoint, nn, optim
    from dlcourse.train import Batches, fit

    path, victim, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
    calls = 0

    def deadly(function):  # the call of this number is the last thing this process does
        def call(*arguments):
            global calls
            calls += 1
            if calls == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments)
        return call

    loss_fn = nn.MSELoss()
    if victim == "loss":
        loss_fn = deadly(loss_fn)
    elif victim != "nobody":
        setattr(os, victim, deadly(getattr(os, victim)))
    x = np.random.default_rng(0).standard_normal((20, 3)).astype(np.float32)
    model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(), nn.Linear(4, 3))
    batches = Batches(x, x, batch_size=4)
    history = fit(model, batches, loss_fn, optim.SGD(model.parameters(), lr=0.1, momentum=0.9), epochs=8,
                  monitor="loss", checkpoint=path)
    print([array.tobytes().hex() for array in model.state_dict().values()], history.steps, history.epochs)
"""


def in_a_process(path, victim="nobody", number=0):
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(PROGRAM), str(path), victim, str(number)]
    return subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent.parent)


def test_a_training_killed_again_and_again_ends_as_if_it_had_not_been(tmp_path):
    expected, path = in_a_process(tmp_path / "other"), tmp_path / "training"
    assert expected.returncode == 0 and not expected.stderr and expected.stdout
    for victim, number in [("loss", 8), ("fsync", 2), ("replace", 3), ("loss", 1)]:
        killed = in_a_process(path, victim, number)
        assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "")
        assert checkpoint.read_checkpoint(path)["extra"]["settings"]
    assert 2 <= len(checkpoint.read_checkpoint(path)["history"]["epochs"]) < 8, "each got further, none to the end"
    assert (tmp_path / "training.tmp").exists(), "killed before the new file had its name"
    again = in_a_process(path)
    assert (again.returncode, again.stdout, again.stderr) == (0, expected.stdout, "")
    assert sorted(os.listdir(tmp_path)) == ["other", "training"], "the next write did"
