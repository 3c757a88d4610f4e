"""Why this file exists: chapter 4 lets embeddings fall to one point and says what holds them up, so it is tried."""

import numpy as np
import pytest

from dlcourse import Tensor
from dlcourse.studies import collapse as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read

DRAW = np.random.default_rng(0).normal


def unit(shape):
    """Random directions."""
    rows = DRAW(size=shape)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_table_is_whole():
    assert [row["method"] for row in read("collapse")] == study.METHODS


def test_one_point_and_the_whole_sphere_are_told_apart():
    point = np.tile(unit((1, 32)), (200, 1))
    assert study.spread_of(point) < 1e-9 and study.cosine_of(point) == pytest.approx(1)
    sphere = unit((2000, 32))
    assert study.spread_of(sphere) == pytest.approx(1, abs=0.02) and abs(study.cosine_of(sphere)) < 0.01


@in_float64()
def test_without_strangers_one_point_is_the_least():
    same, other = Tensor(np.ones((5, 32))), Tensor(DRAW(size=(5, 32)))
    assert study.positive_only(same, same).item() == pytest.approx(-1)
    assert study.positive_only(same, other).item() > -1


@in_float64()
def test_to_stop_the_gradient_halves_it_and_no_more():
    slopes = []
    for loss in (study.positive_only, study.stop_gradient):
        z1, z2 = (Tensor(half, requires_grad=True) for half in np.random.default_rng(1).normal(size=(2, 6, 32)))
        loss(z1, z2).backward()
        slopes.append(np.concatenate([z1.grad, z2.grad]))
    assert np.allclose(slopes[1], slopes[0] / 2, rtol=0, atol=1e-12) and np.abs(slopes[0]).max() > 0.01


@in_float64()
def test_variance_is_the_formula_of_the_paper():
    z1, z2 = np.random.default_rng(1).normal(size=(2, 40, study.WIDTH)) * 0.5
    wanted = 25 * np.mean((z1 - z2) ** 2)
    for z in (z1, z2):
        matrix = np.cov(z.T)
        deviation = np.sqrt(np.diag(matrix) + 1e-4)
        wanted += 25 * np.mean(np.maximum(0, 1 - deviation))
        wanted += (np.sum(matrix**2) - np.sum(np.diag(matrix) ** 2)) / study.WIDTH
    assert study.variance(Tensor(z1), Tensor(z2)).item() == pytest.approx(wanted, abs=1e-9)


@in_float64()
def test_the_predictor_draws_one_side_alone():
    loss = study.Predictor(0)
    z1, z2 = (Tensor(half, requires_grad=True) for half in np.random.default_rng(1).normal(size=(2, 6, 32)))
    loss(z1, z2).backward()
    assert all(p.grad is not None for p in loss.parameters())
    p1 = loss.predict(Tensor(z1.data, requires_grad=True))
    assert study.positive_only(p1, z2.detach()).requires_grad and not z2.detach().requires_grad


@pytest.mark.parametrize("method", ["positive only", "variance"])
@in_float64()
def test_one_seed_made_again_agrees(method):
    again, stored = study.measured(method, 0), study.stored(method)
    for name, value in again.items():
        seeds = np.array(stored[f"{name}_by_seed"].split(), float)
        assert seeds.min() - 0.03 <= value <= seeds.max() + 0.03, name  # within the seeds, and a little more


def test_what_the_chapter_says_of_the_table():
    measure = {method: {name: np.array(study.stored(method)[f"{name}_by_seed"].split(), float)
                        for name in ("spread", "cosine", "code")} for method in study.METHODS}
    for fallen in ("positive only", "predictor"):
        assert measure[fallen]["spread"].max() < 0.1 and measure[fallen]["cosine"].min() > 0.99
    for method in ("variance", "negatives"):
        assert measure[method]["spread"].min() > 0.4
        assert measure[method]["code"].min() > measure["positive only"]["code"].max()
