"""Why this file exists: chapter 8 says what is forgotten and what helps, and this study is its evidence."""

import numpy as np
import pytest

from dlcourse.studies import forgetting as study
from dlcourse.studies.layers_that_transfer import CUTS
from dlcourse.studies.letters import drawn, letters, pretrained
from dlcourse.studies.table import read

pytestmark = pytest.mark.usefixtures("float64")


def test_the_table_is_whole():
    rows = [(row["way"], row["step"], row["alpha"]) for row in read("forgetting")]
    expected = [(way, str(step), "") for way in study.WAYS for step in study.LOOKS]
    assert sorted(rows) == sorted(expected + [("between", "", str(alpha)) for alpha in study.ALPHAS])
    for row in read("forgetting"):
        assert all(len(row[name].split()) == len(study.RUNS) for name in study.MEASURED)


def test_a_run_made_again_agrees():
    """The first run of "plain": what is known before it begins, and after the last step."""
    judge = study.Judge(0)
    rate = float(next(row["rate"] for row in read("forgetting") if row["way"] == "plain"))
    before = judge(pretrained(0), study.nn.Linear(64, 10, rng=np.random.default_rng([0, 1])))
    after = judge(*study.learn("plain", rate, *study.RUNS[0])[-1])
    for name, first, last in zip(study.MEASURED, before, after, strict=True):
        stored = study.stored("plain", name)
        assert abs(first - stored[0, 0]) < 0.01, name
        assert abs(last - stored[-1, 0]) < 0.08, name  # a training: another processor may take another path


def test_cka_is_that_of_the_definition():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(40, 7)), rng.normal(size=(40, 5))
    b[:, :3] += a[:, :3]
    center = np.eye(40) - 1 / 40

    def hsic(first, second):  # Kornblith et al. 2019, eq. 3, without its factor
        return np.trace(first @ center @ second @ center)

    slow = hsic(a @ a.T, b @ b.T) / np.sqrt(hsic(a @ a.T, a @ a.T) * hsic(b @ b.T, b @ b.T))
    assert abs(study.cka(a, b) - slow) < 1e-10 and 0.1 < slow < 0.9
    turned = 3 * a @ np.linalg.qr(rng.normal(size=(7, 7)))[0] + 2
    assert abs(study.cka(a, turned) - 1) < 1e-10
    assert abs(study.cka(a, a * np.array([10, 1, 1, 1, 1, 1, 1])) - 1) > 0.1  # not of any linear map


def test_statistics_are_taken_anew_and_can_be_put_back():
    model, x = pretrained(0), 0.5 * drawn(5, 0)[0]
    before = study.with_statistics_of(model, x)
    assert all(np.array_equal(value, pretrained(0).state_dict()[name]) for name, value in before.items())
    first = model.features[0](study.Tensor(x)).data
    assert np.allclose(model.state_dict()["features.1.running_mean"], first.mean(axis=(0, 2, 3)), rtol=0, atol=1e-12)
    assert not model.training and all(module.momentum == 0.1 for module in (model.features[1], model.features[9]))
    model.load_state_dict(before)
    assert np.array_equal(model.state_dict()["features.1.running_mean"], before["features.1.running_mean"])


def changed(way, monkeypatch):
    """The names of what a way changed in the network of letters, after three steps."""
    monkeypatch.setattr(study, "STEPS", 3)
    before, after = pretrained(0).state_dict(), study.learn(way, 0.003, 0, 0)[-1][0].state_dict()
    return {name for name in before if not np.array_equal(before[name], after[name])}


def test_each_way_keeps_what_it_says(monkeypatch):
    names = set(pretrained(0).state_dict())
    head, low = {"head.weight", "head.bias"}, {name for name in names if name.startswith("features.")
                                               and int(name.split(".")[1]) < CUTS[2]}
    statistics = {name for name in names if "running" in name or "tracked" in name}
    assert changed("plain", monkeypatch) == names - head
    assert changed("two layers frozen", monkeypatch) == names - head - low
    assert changed("statistics kept", monkeypatch) == names - head - statistics
    assert changed("replay", monkeypatch) == changed("old answers", monkeypatch) == names


def test_the_judges_letters_are_not_those_that_are_replayed_or_known():
    known = study.some_letters(0)["fit"][0]
    new = study.some_letters(0)["same_fonts"][0]
    learned = study.shrunk(letters(0).train.x)
    pictures = [{picture.tobytes() for picture in x} for x in (known, new, learned)]
    assert not pictures[0] & pictures[1] and not pictures[1] & pictures[2] and not pictures[0] & pictures[2]


def end(way, name):
    """What is measured after the last step, run by run."""
    return study.stored(way, name)[-1]


def test_plain_fine_tuning_forgets_and_part_of_it_is_out_of_reach_only():
    before = study.stored("plain", "letters")[0]
    assert (end("plain", "letters") < before - 0.3).all() and (end("plain", "digits") > 0.9).all()
    assert (end("plain", "letters_own_statistics") > end("plain", "letters") + 0.1).all()
    assert (end("plain", "letters_new_head") < study.stored("plain", "letters_new_head")[0] - 0.05).all()
    assert (end("statistics kept", "letters_own_statistics") > end("statistics kept", "letters") + 0.2).all()


def test_replay_keeps_most_and_frozen_layers_cost_no_digit():
    for way in study.WAYS[:-1]:
        assert (end("replay", "letters") > end(way, "letters") + 0.1).all()
    assert (end("replay", "digits") > end("plain", "digits") - 0.04).all()
    assert (end("two layers frozen", "letters") > end("plain", "letters") + 0.03).all()
    assert abs((end("two layers frozen", "digits") - end("plain", "digits")).mean()) < 0.01


def test_between_the_two_networks_lie_others_that_know_both():
    there = {name: study.stored("between", name)[study.ALPHAS.index(0.6)] for name in ("letters", "digits")}
    assert (there["letters"] > end("plain", "letters") + 0.15).all()
    assert (there["digits"] > end("plain", "digits") - 0.03).all()
    for name in ("letters", "digits"):
        assert np.abs(study.stored("between", name)[-1] - end("plain", name)).max() < 1e-9
    assert np.abs(study.stored("between", "letters")[0] - study.stored("plain", "letters")[0]).max() < 1e-9


def test_the_upper_layers_change_most():
    first, second, third = (end("plain", f"cka_{layer}") for layer in (1, 2, 3))
    assert first.min() > 0.95 and second.max() < first.min() and third.max() < second.min() - 0.05
