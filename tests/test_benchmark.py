"""The benchmark compares what is equal, counts what is there, and prints nothing else. No test looks at a time."""

import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from clone import ROOT
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from dlcourse.benchmark import __main__ as command
from dlcourse.benchmark import peers, race, tables, worker
from dlcourse.benchmark.race import Disagreement, Entrant, Result
from dlcourse.benchmark.workloads import WORKLOADS

PAGE = (ROOT / "book" / "performance.md").read_text(encoding="utf-8")
OURS, THEIRS, FUSED = (Entrant(name, 1) for name in ("dlcourse", "torch", "torch fused"))
every_workload = pytest.mark.parametrize("name", WORKLOADS)


# ------------------------------------------------------------------------------------------------ the workloads


def losses(workload, implementation, weights, steps=2):
    """The first losses in one library, computed in this process."""
    runner = worker.make_runner(implementation, workload)
    runner.restart(weights)
    return [runner.step().item() for _ in range(steps)]


@every_workload
def test_all_entrants_compute_the_same_from_the_same_weights(name):
    workload = WORKLOADS[name].smaller()
    weights = worker.make_runner("dlcourse", workload).model.state_dict()
    found = {entrant: losses(workload, entrant.implementation, weights) for entrant in (OURS, THEIRS, FUSED)}
    race.assert_agree(found, name)
    assert found[OURS][0] != found[OURS][1]


@every_workload
def test_a_layer_whose_weights_did_not_cross_is_a_disagreement(name):
    workload = WORKLOADS[name].smaller()
    weights = worker.make_runner("dlcourse", workload).model.state_dict()
    last = list(weights)[-2]  # the weight of the last layer; after it comes its bias
    wrong = weights | {last: np.zeros_like(weights[last])}
    found = {OURS: losses(workload, "dlcourse", weights), THEIRS: losses(workload, "torch", wrong)}
    with pytest.raises(Disagreement, match=f"{name}.*their times cannot be compared"):
        race.assert_agree(found, name)


@every_workload
def test_flops_are_those_that_pytorch_counts(name):
    workload = WORKLOADS[name].smaller()
    runner = worker.make_runner("torch", workload)
    model, x = runner.model.double(), runner.x  # in float64 PyTorch has no kernel that hides its products
    x, y = (t.double() if t.is_floating_point() else t for t in (x, runner.y))
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        workload.loss(torch, model, x, y).backward()
    assert workload.flops() == counter.get_total_flops()


@pytest.mark.parametrize(("name", "millions"), [("xor", 0.176), ("digits 32", 2.74), ("mlp 784", 128.8)])
def test_flops_of_the_full_sizes_by_hand(name, millions):
    assert WORKLOADS[name].flops() / 1e6 == pytest.approx(millions, rel=5e-3)


def test_the_first_losses_must_agree():
    race.assert_agree({OURS: [2.3, 2.2], THEIRS: [2.3, 2.20001]}, "fine")
    for other in ([2.3, 2.201], [2.3, float("nan")]):
        with pytest.raises(Disagreement, match=re.escape(str(other))):
            race.assert_agree({OURS: [2.3, 2.2], THEIRS: other}, "planted")


def test_a_step_has_three_parts():
    workload = WORKLOADS["xor"].smaller()
    runner = worker.make_runner("dlcourse", workload)
    runner.restart(runner.model.state_dict())
    assert len(runner.phases()) == len(worker.PHASES)


# ------------------------------------------------------------------------------------------------ the race


def test_a_race_of_real_processes_gives_every_entrant_its_turns():
    result = race.race(WORKLOADS["digits 32"].smaller(), (OURS, THEIRS), rounds=2, seconds=0.001)
    assert {entrant: len(rounds) for entrant, rounds in result.seconds.items()} == {OURS: 2, THEIRS: 2}
    assert all(len(steps) >= 2 for rounds in result.seconds.values() for steps in rounds)
    assert result.parameters == 64 * 128 + 128 + 128 * 64 + 64 + 64 * 10 + 10


class Actor:
    """A worker that only says its lines: every step takes a second, and the losses are those that were planted."""

    log, losses = [], {}

    def __init__(self, threads, over):
        self.over = over

    def send(self, method, **arguments):
        """Load, which only remembers its part."""
        self.part = arguments["implementation"]

    def receive(self):
        """The first weights, of which the play has none."""
        return {}

    def ask(self, method, **arguments):
        """The line for this request."""
        self.log.append((self.part, method))
        return {"losses": self.losses.get(self.part, [2.0]), "turn": [1.0, 1.0],
                "growth": None, "parameters": 5, "phases": [1.0, 2.0, 1.0]}[method]

    def close(self):
        """The end."""
        self.log.append((self.part, "close"))


def test_the_order_turns_around_and_everybody_is_sent_home(monkeypatch):
    monkeypatch.setattr(race, "Worker", Actor)
    monkeypatch.setattr(Actor, "log", [])
    race.race(WORKLOADS["xor"], (OURS, THEIRS), rounds=2, seconds=1.0)
    turns = [part for part, method in Actor.log if method == "turn"]
    assert turns == ["dlcourse", "torch", "torch", "dlcourse"]
    assert [entry for entry in Actor.log if entry[1] == "close"] == [("torch", "close"), ("dlcourse", "close")]


def test_whoever_computes_something_else_is_not_timed(monkeypatch):
    monkeypatch.setattr(race, "Worker", Actor)
    monkeypatch.setattr(Actor, "log", [])
    monkeypatch.setattr(Actor, "losses", {"torch": [2.001]})
    with pytest.raises(Disagreement):
        race.race(WORKLOADS["xor"], (OURS, THEIRS), rounds=1, seconds=1.0)
    with pytest.raises(Disagreement):
        race.phases(WORKLOADS["xor"], (OURS, THEIRS), steps=1)
    assert {method for _, method in Actor.log} == {"losses", "close"}


def test_a_worker_reports_what_went_wrong():
    crew = race.Worker(threads=1)
    with pytest.raises(RuntimeError, match="no_such_request"):
        crew.ask("no_such_request")
    crew.process.kill()
    with pytest.raises(RuntimeError, match="a worker ended with status"):
        crew.receive()
    crew.close()


def test_threads_are_set_before_a_library_is_imported():
    def blas(threads, over):
        return race.environment(threads, over, base={"PATH": "kept"})["OPENBLAS_NUM_THREADS"]

    assert (blas(1, "BLAS"), blas(2, "BLAS"), blas(2, "batch")) == ("1", "2", "1")
    assert race.environment(2, base={"PATH": "kept"})["PATH"] == "kept"
    assert {workload.over for workload in WORKLOADS.values()} == {"BLAS", "batch"}


def test_memory_counts_what_was_used():
    code = ("import numpy; from dlcourse.benchmark.worker import memory; before = memory()\n"
            "rows = numpy.ones(4 << 20); print(before is None or memory() - before >= 0.9 * rows.nbytes)")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "True\n"


def test_the_peak_and_the_imports_are_measured():
    assert all(worker.Worker().peak(library, threads=1, size=16, repeats=2) > 0 for library in ("dlcourse", "torch"))
    assert race.import_seconds(("json",), repeats=1).keys() == {"json"}


# ------------------------------------------------------------------------------------------------ the tables


def planted():
    """Steps whose ratios are known: fused PyTorch is the better one, and takes 2, 3 and 4 times as long as we."""
    seconds = {OURS: [[0.1, 0.1], [0.1, 0.3, 0.1], [0.1, 0.05, 0.1]], THEIRS: [[0.5], [0.5], [0.5]],
               FUSED: [[0.2], [0.3], [0.4]]}
    return Result(WORKLOADS["xor"], 337, seconds, {OURS: 10**6, THEIRS: None, FUSED: None})


def test_a_row_of_speed_holds_median_quartiles_and_best():
    expected = ["xor", "1", "50.0", "500", "200", "3.00", "2.50", "3.50", "4.00"]
    assert tables.speed_row(planted(), 1) == dict(zip(tables.SPEED, expected, strict=True))


def test_a_row_of_bounds_compares_with_the_peak():
    flops = WORKLOADS["xor"].flops()
    row = tables.bounds_row(planted(), peak=flops / 0.01)  # at the peak a step would take 10 ms
    expected = ["xor", "337", tables.rounded(flops / 1e6), "10.0", "20", "5.0", "1.00", ""]
    assert row == dict(zip(tables.BOUNDS, expected, strict=True))


@pytest.mark.parametrize(("number", "text"), [(None, ""), (0.0012345, "0.00123"), (1.0, "1.00"), (12.34, "12.3"),
                                              (123456.0, "123000"), (36_000.4, "36000")])
def test_numbers_have_three_digits(number, text):
    assert tables.rounded(number) == text


def test_text_is_aligned():
    text = tables.as_text([{"Workload": "xor", "ms": "0.0512"}, {"Workload": "transformer", "ms": "7"}])
    assert text.splitlines() == ["Workload         ms", "xor          0.0512", "transformer       7"]


def test_what_is_written_is_read_again(tmp_path):
    rows = [tables.speed_row(planted(), 1)]
    tables.write("speed", rows, tmp_path)
    assert tables.read("speed", tmp_path) == rows
    assert (tmp_path / "speed.csv").read_text(encoding="utf-8").splitlines()[0].startswith("Workload,Threads,")


# ------------------------------------------------------------------------------------------------ the command


def test_a_part_of_a_run_is_not_stored(capsys):
    for option in (["--only", "xor"], ["--quick"], ["--threads", "1"], ["--profile", "xor"]):
        with pytest.raises(SystemExit):
            command.parse(["--write", *option])
        assert "a whole run" in capsys.readouterr().err
    assert command.parse(["--write"]).threads == [1, 2]
    with pytest.raises(SystemExit):
        command.parse(["--rounds", "-1"])


def no_measuring(monkeypatch, arguments):
    """Everything but the race itself, which costs time."""
    monkeypatch.setattr(sys, "argv", ["benchmark", *arguments])
    monkeypatch.setattr(command, "gemm_peak", lambda threads: 1e11)
    monkeypatch.setattr(command, "import_seconds", lambda modules, repeats: dict.fromkeys(modules, 0.1))


def test_different_losses_print_nothing(monkeypatch, capsys):
    def disagree(*arguments):
        raise Disagreement("xor: the first losses differ.")

    no_measuring(monkeypatch, ["--only", "xor"])
    monkeypatch.setattr(command, "race", disagree)
    with pytest.raises(SystemExit, match="the first losses differ"):
        command.main()
    assert capsys.readouterr().out == ""


def test_a_run_prints_the_tables_and_stores_nothing_unasked(monkeypatch, capsys):
    no_measuring(monkeypatch, ["--only", "xor", "--threads", "1"])
    monkeypatch.setattr(command, "race", lambda *arguments: planted())
    monkeypatch.setattr(tables, "write", lambda *arguments: pytest.fail("stored"))
    command.main()
    out = capsys.readouterr().out
    for part in ("Ratio of best steps", "3.00", "MFLOP", "GEMM peak, 1 thread: 100 GFLOP/s", "Import: NumPy 100 ms"):
        assert part in out


def test_a_profile_prints_the_parts(monkeypatch, capsys):
    no_measuring(monkeypatch, ["--profile", "xor", "--threads", "1"])
    monkeypatch.setattr(command, "phases", lambda workload, entrants, steps: {OURS: [0.001, 0.002, 0.001]})
    command.main()
    assert capsys.readouterr().out.splitlines()[-1].split() == "dlcourse 1 1.00 2.00 1.00 25 50 25".split()


# ------------------------------------------------------------------------------------------------ peers


def test_peers_that_are_missing_are_named(monkeypatch):
    monkeypatch.setattr(peers.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="autograd, jax, micrograd.*(?s:.*)pip install autograd==") as refusal:
        peers.main()
    assert "(" not in str(refusal.value)


@pytest.mark.parametrize("name", peers.ENTRANTS)
def test_the_formulas_for_the_peers_are_those_of_the_workloads(name):
    """They are written once for NumPy, autograd and JAX, so NumPy can show that they are right."""
    workload = WORKLOADS[name].smaller()
    runner = worker.make_runner("torch", workload)
    runner.restart({key: value.numpy().copy() for key, value in runner.model.state_dict().items()})
    peer = peers.Peer(workload)
    peer.restart({key: value.detach().numpy() for key, value in runner.model.named_parameters()})
    for number in (1, 2):
        value = peers.loss(np, workload, peer.parameters, peer.x, peer.y)
        assert value == pytest.approx(runner.step().item(), rel=1e-5)
        for i, p in enumerate(runner.model.parameters()):
            gradient = p.grad.numpy()
            peer.parameters[i], peer.state[i] = peers.update(np, workload, number, peer.parameters[i], gradient,
                                                             peer.state[i])
            np.testing.assert_allclose(peer.parameters[i], p.detach().numpy(), atol=1e-6)


def test_a_row_of_a_peer_is_relative_to_pytorch():
    rows = peers.rows_of(planted(), [OURS, THEIRS], {"dlcourse": "0.1", "torch": "2"})
    assert [(row["Library"], row["PyTorch's time over its time"]) for row in rows] == [("dlcourse", "5.00"),
                                                                                       ("PyTorch", "1.00")]


# ------------------------------------------------------------------------------------------------ what is stored


def test_the_stored_tables_are_complete():
    for name, columns in (("speed", tables.SPEED), ("bounds", tables.BOUNDS), ("peers", peers.COLUMNS)):
        assert tuple(tables.read(name)[0]) == columns
    assert [(row["Workload"], row["Threads"]) for row in tables.read("speed")] == [
        (name, threads) for name in WORKLOADS for threads in "12"]
    assert [row["Workload"] for row in tables.read("bounds")] == list(WORKLOADS)
    assert [(row["Workload"], row["Library"]) for row in tables.read("peers")] == [
        (name, peers.NAMES[peer]) for name, entrants in peers.ENTRANTS.items() for peer in entrants]


@pytest.mark.parametrize("name", ["facts", "peers_facts"])
def test_the_stored_tables_say_how_they_were_made(name):
    facts = {row["Fact"]: row["Value"] for row in tables.read(name)}
    needed = {"Command", "Date", "Processor", "System", "Load before", "Python", "numpy", "BLAS of NumPy", "Rounds"}
    assert facts.keys() >= needed and all(facts.values())


def test_stored_numbers_belong_together():
    for row in tables.read("speed"):
        lower, ratio, upper = (float(row[column]) for column in ("Lower quartile", "Ratio", "Upper quartile"))
        assert 0 < lower <= ratio <= upper
        best = min(float(row["PyTorch, ms"]), float(row["PyTorch fused, ms"])) / float(row["dlcourse, ms"])
        assert float(row["Ratio of best steps"]) == pytest.approx(best, rel=0.02)
    for row in tables.read("bounds"):
        assert float(row["MFLOP"]) == pytest.approx(WORKLOADS[row["Workload"]].flops() / 1e6, rel=6e-3)


# ------------------------------------------------------------------------------------------------ the page


@every_workload
def test_the_page_says_what_each_workload_is(name):
    assert f"| {name} | {WORKLOADS[name].about} |" in PAGE


def test_the_page_shows_every_table():
    shown = set(re.findall(r":file: \.\./dlcourse/benchmark/(\w+)\.csv", PAGE))
    assert shown == {path.stem for path in tables.FOLDER.glob("*.csv")}


def test_the_page_types_no_measured_number():
    """Ratios, times and percentages stand in the tables, where the next run replaces them."""
    assert re.findall(r"\b[\d.,]+ ?(?:%|ms|times|MB|GFLOP)\b", PAGE) == []
