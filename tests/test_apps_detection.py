"""Why this file exists: a detector hides its errors well, so targets, losses and decoding are each tried alone."""

import numpy as np
import pytest
import torch
from engine_tools import engine_state, float64  # noqa: F401

from dlcourse import Tensor, cost, data
from dlcourse import functional as F
from dlcourse.apps import boxes, detection
from dlcourse.testing import check_gradients

LABELS = np.array([[3, 7], [5, -1]])
BOXES = np.array([[[4, 8, 20, 30], [40, 40, 52, 60]], [[30, 2, 36, 22], [0, 0, 0, 0]]], float)


def perfect(targets, sure=8.0):
    """The grid that says exactly what the targets ask for."""
    grid = np.zeros((len(targets), 15, *targets.shape[2:]))
    np.put_along_axis(grid, targets[:, 1:2].astype(int), sure, axis=1)
    weight = np.clip(targets[:, 0], 1e-9, 1 - 1e-9)
    grid[:, 10], grid[:, 11:] = np.log(weight / (1 - weight)), targets[:, 2:]
    return grid


def test_the_networks_have_the_shapes_and_the_cost_that_are_told(float64):  # noqa: F811
    x = np.zeros((2, 1, 64, 64))
    reader = detection.SceneReader(rng=np.random.default_rng(0))
    grid, pixels = reader(Tensor(x))
    assert grid.shape == (2, 15, 16, 16) and pixels.shape == (2, 11, 64, 64)
    assert sum(p.data.size for p in reader.parameters()) == 67_826
    multiplications = sum(layer.forward for layer in cost.count(reader, x[:1]).layers)
    assert multiplications == 11_524_096 < 15e6
    assert detection.Locator(rng=np.random.default_rng(0))(Tensor(x)).shape == (2, 14)


def test_targets_by_hand():
    weight, label, *sides = detection.grid_targets(LABELS, BOXES)[0]
    # the first box has its middle at (12, 19); cell (row 4, column 2) has (10, 18), half a cell and a quarter away
    assert weight[4, 2] == pytest.approx(np.exp(-(0.5**2 + 0.25**2) / 2)) and label[4, 2] == 3
    assert [side[4, 2] for side in sides] == [1.5, 2.5, 2.5, 3.0]
    assert label[12, 11] == 7 and weight[12, 11] == weight[8:, 8:].max()
    assert weight[0, 0] == weight[4, 6] == 0
    second = detection.grid_targets(LABELS, BOXES)[1]
    assert (second[1][second[0] > 0] == 5).all()  # the missing glyph answers for nothing


def test_decoding_undoes_the_targets():
    """What the targets say of all glyphs of a real set, decoded, is the truth, each glyph once."""
    scenes = data.load("scenes", n=60).train
    targets = detection.grid_targets(scenes.labels, scenes.boxes.astype(float))
    found = detection.decode(perfect(targets), least=0.3)
    true = boxes.truth(scenes.labels, scenes.boxes)
    assert boxes.mean_average_precision(found, true, 10, 0.75) > 0.99
    assert boxes.count_right(found, true, 0.3) > 0.98


def test_candidates_are_scored_by_place_and_class():
    grid = np.full((15, 16, 16), -20.0)
    grid[4, 2, 3], grid[10, 2, 3], grid[11:, 2, 3] = 30.0, 0.0, [1, 2, 3, 20]
    (box,), (label,), (score,) = (lambda f: (f.boxes, f.labels, f.scores))(detection.candidates(grid, 0.2))
    assert label == 4 and score == pytest.approx(0.5) and box.tolist() == [10, 2, 26, 64]  # cut off at the edge


def test_the_loss_is_pytorchs_and_smallest_where_all_is_right(float64):  # noqa: F811
    rng, targets = np.random.default_rng(0), detection.grid_targets(LABELS, BOXES)
    grid = rng.normal(size=(2, 15, 16, 16))
    middle, named, placed = (loss.item() for loss in detection.grid_loss(Tensor(grid), targets))
    t, w = torch.tensor(grid), torch.tensor(targets[:, 0])
    f = torch.nn.functional
    assert middle == pytest.approx((f.binary_cross_entropy_with_logits(t[:, 10], w, reduction="sum") / w.sum()).item())
    label = torch.tensor(targets[:, 1]).long()
    assert named == pytest.approx(((f.cross_entropy(t[:, :10], label, reduction="none") * w).sum() / w.sum()).item())
    apart = f.smooth_l1_loss(t[:, 11:], torch.tensor(targets[:, 2:]), reduction="none", beta=0.5)
    assert placed == pytest.approx(((apart * w[:, None]).sum() / w.sum()).item())
    best = [loss.item() for loss in detection.grid_loss(Tensor(perfect(targets)), targets)]
    assert best[0] < middle and best[1] < 0.01 and best[2] == 0
    detection.grid_loss(Tensor(grid), 0 * targets)  # a batch without glyphs has a loss as well


def test_gradients_of_the_losses(float64):  # noqa: F811
    rng = np.random.default_rng(1)
    targets = detection.grid_targets(LABELS[:1], BOXES[:1] / 4, cells=4)
    check_gradients(lambda grid: sum(detection.grid_loss(grid, targets)), rng.normal(size=(1, 15, 4, 4)))
    y = np.array([[3, 4, 8, 20, 30.0]])
    check_gradients(lambda out: detection.locator_loss(out, y), rng.normal(size=(1, 14)))
    out = rng.normal(size=(1, 14))
    expected = F.cross_entropy(Tensor(out[:, :10]), np.array([3])).item() + 10 * F.smooth_l1_loss(
        Tensor(out[:, 10:]), y[:, 1:] / 64, beta=0.1).item()
    assert detection.locator_loss(Tensor(out), y).item() == pytest.approx(expected)


def test_reading_keeps_the_mode_and_does_not_depend_on_the_batch(float64):  # noqa: F811
    x = np.random.default_rng(0).random((5, 1, 64, 64))
    reader = detection.SceneReader(rng=np.random.default_rng(0))
    whole, some = detection.read_scenes(reader, x), detection.read_scenes(reader, x, batch_size=2)
    assert reader.training and np.allclose(whole[0], some[0]) and np.array_equal(whole[1], some[1])
    assert whole[0].shape == (5, 15, 16, 16) and whole[1].shape == (5, 64, 64)


def test_a_few_steps_learn_a_few_scenes(float64):  # noqa: F811
    from dlcourse import optim

    scenes = data.load("scenes", n=10).fit
    targets = detection.grid_targets(scenes.labels, scenes.boxes)
    reader = detection.SceneReader(rng=np.random.default_rng(0))
    optimizer, losses = optim.Adam(reader.parameters(), lr=0.01), []
    for _ in range(8):
        optimizer.zero_grad()
        loss = detection.scene_loss(reader(Tensor(scenes.x)), targets, scenes.mask)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]


def test_the_maximum_forgets_the_place_and_all_places_do_not(float64):  # noqa: F811
    x = np.zeros((2, 1, 64, 64))
    x[0, 0, 16:32, 16:28] = np.random.default_rng(0).random((16, 12))
    x[1] = np.roll(x[0], (16, 24), axis=(1, 2))  # whole steps of the third convolution
    for pooled in (True, False):
        model = detection.Locator(pooled=pooled, rng=np.random.default_rng(0)).eval()
        first, second = model(Tensor(x)).data
        assert np.allclose(first, second) == pooled
    grid = detection.Finder(rng=np.random.default_rng(0)).eval()(Tensor(x)).data  # the answer moves along
    assert np.allclose(grid[0, :, 4:8, 4:8], grid[1, :, 8:12, 10:14])
