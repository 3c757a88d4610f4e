"""Why this file exists: the chapter says what a VAE's plane has that an autoencoder's lacks, so rows are made again."""

import numpy as np
import pytest

from dlcourse import Tensor, data
from dlcourse.autoencoder import VAE, Autoencoder
from dlcourse.studies import latent_space as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read

DIGITS = data.load("digits")


def test_the_table_is_whole():
    rows = read("latent_space")
    swept = [(row["model"], row["sigma"], int(row["epochs"])) for row in rows if row["stage"] == "sweep"]
    assert swept == [(name, str(sigma), epochs) for name in study.TRAIN for sigma, epochs in study.settings(name)]
    tested = [(row["model"], int(row["seed"])) for row in rows if row["stage"] == "test"]
    assert tested == [(name, seed) for name in study.TRAIN for seed in study.SEEDS] and len(rows) == len(swept + tested)


def test_the_functions_train_by_what_the_sweep_chose():
    assert study.chosen("autoencoder") == ("", str(study.EPOCHS))
    assert study.chosen("VAE") == (str(study.SIGMA), str(study.EPOCHS))
    tested = [row for row in read("latent_space") if row["stage"] == "test"]
    assert {(row["model"], row["sigma"], row["epochs"]) for row in tested} == {
        (name, *study.chosen(name)) for name in study.TRAIN
    }


def test_the_plane_of_the_vae_is_even_and_lies_where_its_prior_is():
    """What the chapter and the figure say, for every seed."""
    plain, vae = [{name: study.measured(model, name) for name in study.MEASURES if name not in ("elbo", "kl")}
                  for model in study.TRAIN]  # fmt: skip
    assert vae["largest_step"].max() < 1.45 < 1.6 < plain["largest_step"].min()
    assert vae["shaken"].max() < plain["shaken"].min() and vae["shaken"].mean() < 0.6 * plain["shaken"].mean()
    assert vae["center"].max() < 0.3 < 1.5 < plain["center"].min()
    assert vae["spread"].max() < 1.3 < 2.5 < plain["spread"].min()
    assert vae["kinds"].min() > 8.5 > 7.5 > plain["kinds"].max()


def test_what_the_vae_does_not_have():
    """Neither better middles nor better drawings nor better neighbors: the means are closer than the seeds are."""
    for name in ("error", "midpoint", "neighbors"):
        plain, vae = (study.measured(model, name) for model in study.TRAIN)
        assert abs(plain.mean() - vae.mean()) < np.ptp(np.concatenate([plain, vae]))
    for model in study.TRAIN:
        assert (study.measured(model, "midpoint") < study.measured(model, "blend") - 0.15).all()


@in_float64()
@pytest.mark.parametrize("name", study.TRAIN)
def test_a_row_made_again_agrees(name):
    again = study.test_row(name, 3)
    for measure in study.MEASURES:
        if again[measure] == "":
            assert name == "autoencoder" and measure in ("elbo", "kl")
            continue
        stored = study.measured(name, measure)
        # Another processor rounds otherwise, and 3,200 steps make that visible; the spread over seeds is wider.
        slack = 0.5 * np.ptp(stored)
        assert stored.min() - slack <= again[measure] <= stored.max() + slack, measure


@in_float64()
def test_the_models_have_the_sizes_that_are_told():
    models = {name: train(0, epochs=0) for name, train in study.TRAIN.items()}
    assert type(models["autoencoder"]) is Autoencoder and type(models["VAE"]) is VAE
    for name, ends in [("autoencoder", 2), ("VAE", 4)]:
        shapes = [p.shape for p in models[name].parameters() if len(p.shape) == 2]
        assert shapes == [(128, 64), (ends, 128), (128, 2), (64, 128)]


@in_float64()
def test_training_sees_neither_labels_nor_test_rows(monkeypatch):
    """Planted: labels and test rows that cannot be read; then rows to train that cannot."""
    digits = data.load("digits")
    digits.x[1000:] = np.nan
    digits.y[:] = -1
    monkeypatch.setattr(data, "load", {"digits": digits}.__getitem__)
    for train in study.TRAIN.values():
        model = train(0, epochs=2)
        assert study.error(model, DIGITS.validation.x) < 4.5  # the mean digit is 4.7 away
    digits.x[:1000] = np.nan
    with pytest.raises(FloatingPointError):
        study.train_autoencoder(0, epochs=1)
    assert np.isnan(study.error(study.train_vae(0, epochs=1), DIGITS.validation.x))


class Straight:
    """A model that projects on a plane through 0: the code is the place on it, and the decoder is linear."""

    plane = np.linalg.qr(np.random.default_rng(1).normal(size=(64, 2)))[0]  # orthonormal columns

    def encoder(self, x):
        return Tensor(x.data @ self.plane)

    def decoder(self, c):
        return Tensor(c.data @ self.plane.T)


@in_float64()
def test_the_measures_measure_what_they_say():
    x, model, rng = DIGITS.train.x, Straight(), np.random.default_rng(0)
    rest = (x**2).sum(axis=1) - ((x @ model.plane) ** 2).sum(axis=1)  # Pythagoras
    assert study.error(model, x) == pytest.approx(rest.mean())
    shaken = study.error(model, x, 0.3, rng) - study.error(model, x)
    assert shaken == pytest.approx(2 * 0.3**2, rel=0.1)  # the noise itself
    walked = study.walks(model, DIGITS.test, x)
    assert walked["largest_step"] == pytest.approx(1)  # a straight line is even
    far = np.linalg.norm(x[:, None, :8] - x[None, :50, :8], axis=2)
    assert np.allclose(study.distances(x[:, :8], x[:50, :8]), far, atol=1e-7)
    c = rng.normal(size=(4000, 2)) * [2, 8] + [5, 1]
    assert study.spread_of(c) == pytest.approx(4, rel=0.05)
    near = study.label_by_neighbors(np.array([[0.0, 0.0]]), np.array([[0.1, 0]] * 3 + [[0.2, 0]] * 2 + [[9.0, 9]] * 9),
                                    np.array([4] * 3 + [7] * 11))  # fmt: skip
    assert near.tolist() == [4]


class One:
    """A decoder that draws the same digit for every code."""

    def decoder(self, c):
        return Tensor(np.tile(DIGITS.train.x[5], (len(c.data), 1)))


@in_float64()
def test_kinds_counts_one_where_one_digit_is_drawn():
    assert study.kinds_of(One(), DIGITS.train, np.random.default_rng(0)) == pytest.approx(1)
