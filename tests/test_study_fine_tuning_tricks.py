"""Why this file exists: chapter 8 says by this table which tricks of fine-tuning pay, and against what."""

import numpy as np
import pytest

from dlcourse import Tensor
from dlcourse.evaluate import predict
from dlcourse.studies import fine_tuning_tricks as study
from dlcourse.studies import label_budget as budget
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.letters import digits, drawn, pretrained
from dlcourse.studies.table import read

ROWS = read("fine_tuning_tricks")


def sweep_of(way):
    return [row for row in ROWS if (row["way"], row["stage"]) == (way, "sweep")]


def test_every_way_has_its_sweep_and_both_tests():
    for way, grid in study.GRIDS.items():
        tried = [float(row["setting"]) for row in sweep_of(way)]
        assert tried[:3] == list(grid[1:-1])
        best = study.chosen(sweep_of(way)[:3], way)
        beyond = {grid[1]: grid[0], grid[-2]: grid[-1]}
        assert tried[3:] == ([beyond[best]] if best in beyond else [])
        assert {float(study.stored(way, k)["setting"]) for k in study.LABELS} == {study.chosen(ROWS, way)}
    assert len(ROWS) == sum(len(sweep_of(way)) for way in study.GRIDS) + len(study.WAYS) * len(study.LABELS)


@pytest.mark.parametrize("way", study.WAYS)
@pytest.mark.parametrize("k", study.LABELS)
def test_the_answers_give_the_stored_numbers(k, way):
    row = study.stored(way, k)
    shares, by_picture = budget.shares(row), budget.share_of_runs(row)
    assert shares.shape == (len(study.SEEDS), len(study.DRAWS)) and len(by_picture) == 797
    assert shares.mean() == pytest.approx(float(row["mean"]), abs=1e-4)
    assert by_picture.mean() == pytest.approx(float(row["mean"]), abs=1e-4)


@pytest.mark.parametrize("k", study.LABELS)
def test_plain_is_the_fine_tuning_of_label_budget(k):
    theirs = budget.stored("fine-tuned", True, k)
    assert float(theirs["setting"]) == study.RATE
    ours, theirs = budget.shares(study.stored("plain", k)), budget.shares(theirs)
    both = min(ours.shape[1], theirs.shape[1])
    assert np.abs(ours[:, :both] - theirs[:, :both]).max() <= 0.006  # another processor may differ by a few


@in_float64()
def test_plain_trains_as_label_budget_does(monkeypatch):
    monkeypatch.setattr(budget, "STEPS", 4)
    x, y = drawn(1, 0, "fit")
    ours = study.learn("plain", 0.01, x, y, 0, x)
    theirs = budget.train(budget.begin("fine-tuned", 0), x, y, 0.01, 0, augment=study.MOVED)
    assert all(np.array_equal(a, theirs.state_dict()[name]) for name, a in ours.state_dict().items())


@pytest.mark.parametrize(("way", "seed", "draw"), [("plain", 0, 0), ("LoRA 8", 1, 1), ("norms of digits", 2, 0)])
def test_a_run_made_again_agrees(way, seed, draw):
    row = study.stored(way, 5)
    again = in_float64()(study.right_answers)(way, float(row["setting"]), 5, seed, draw).mean()
    assert abs(again - budget.shares(row)[seed, draw]) <= 0.006


def changed(model, before):
    """The names of what training has changed."""
    return {name for name, array in model.state_dict().items() if name in before
            and not np.array_equal(array, before[name])}


@in_float64()
@pytest.mark.parametrize(("way", "stays"), [
    ("norms kept", {"running_mean", "running_var"}), ("norms of digits", {"running_mean", "running_var"}),
    ("LoRA 2", {"running_mean", "running_var", "layer"})])
def test_what_is_held_still_stays(monkeypatch, way, stays):
    monkeypatch.setattr(budget, "STEPS", 3)
    x, y = drawn(1, 0, "fit")
    before = study.begin(way, 0, x).state_dict()
    before = {name: array.copy() for name, array in before.items()}
    moved = changed(study.learn(way, 0.01, x, y, 0, x), before)
    assert moved and not {name for name in moved if stays & set(name.split("."))}


@in_float64()
def test_layers_learn_one_after_the_other_from_the_head_down():
    model, steps = budget.begin("fine-tuned", 0), 8
    unfreezing, learning = study.Unfreezing(model, steps), []
    for _ in range(steps):
        learning.append(sum(model.features[i].weight.requires_grad for i in (0, 4, 8)))
        unfreezing()
    assert learning == [0, 0, 1, 1, 2, 2, 3, 3]
    assert model.features[8].weight.requires_grad and all(p.requires_grad for p in model.parameters())


@in_float64()
def test_the_new_statistics_are_those_of_the_pictures():
    model, (x, _) = pretrained(0), digits("fit")
    momenta = [module.momentum for module in model.features if hasattr(module, "running_mean")]
    study.with_statistics_of(model, x)
    maps = model.features[0](Tensor(x)).data
    assert np.allclose(model.features[1].running_mean.data, maps.mean(axis=(0, 2, 3)))
    assert np.allclose(model.features[1].running_var.data, maps.var(axis=(0, 2, 3)), rtol=1e-4)
    assert [module.momentum for module in model.features if hasattr(module, "running_mean")] == momenta
    alone = predict(model, x[:1])
    assert np.allclose(alone, predict(model, x)[:1])  # in evaluation mode: no picture depends on the others


def test_no_trick_is_ahead_of_plain_and_still_norms_cost_at_five_labels():
    for way in study.WAYS[1:]:
        for k in study.LABELS:
            assert not budget.is_ahead(study.stored(way, k), study.stored("plain", k)), (way, k)
    for way in ("norms kept", "norms of digits", "LoRA 2", "LoRA 8"):
        assert budget.is_ahead(study.stored("plain", 5), study.stored(way, 5)), way
    assert not budget.is_ahead(study.stored("norms kept", 5), study.stored("LoRA 8", 5))  # the norms, not the rank
