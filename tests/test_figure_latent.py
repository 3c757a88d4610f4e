"""The plane of codes in Python: its decoders against the script's, its numbers, and its values."""

import base64
import json
import os
import subprocess

import numpy as np
import pytest
import traitlets
from clone import ROOT
from site_tools import course_math

import dlcourse
from dlcourse import Tensor, data
from dlcourse.figures.latent import MODELS, ROWS, SHAPES, STEPS, Latent, stored, window_of
from dlcourse.studies import latent_space as study
from dlcourse.studies.chapter_1 import in_float64


@pytest.fixture(autouse=True)
def sixteen_digits():
    """JavaScript computes in float64, so the package does too."""
    before = dlcourse.get_default_dtype()
    dlcourse.set_default_dtype(np.float64)
    yield
    dlcourse.set_default_dtype(before)


def plane_numbers(model, rng):
    """Twenty places of a model's plane: what is drawn there, and what is nearest."""
    figure = Latent(model=model)
    left, bottom, width = figure.window()
    places = (rng.uniform(size=(20, 2)) * width + [left, bottom]).tolist()
    drawn = figure.decoder()(Tensor(np.array(places))).data
    found = {"codes": places, "window": figure.window(), "drawn": drawn.tolist(),
             "some": [[row, figure.codes()[row].tolist()] for row in (0, 500, 999)],
             "nearestRows": [], "distances": [], "similarRows": []}  # fmt: skip
    for place in places:
        figure.point = place
        row, distance = figure.nearest()
        found["nearestRows"].append(row)
        found["distances"].append(distance)
        found["similarRows"].append(figure.most_similar()[0])
    return found


def latent_numbers():
    """Pictures, walks, labels and pixels, as the package has them."""
    models, labels, pixels = stored()
    walks = []
    for model in MODELS:
        for start, end, position in [(0, 1, 0.5), (17, 803, 0.125), (999, 4, 1.0)]:
            figure = Latent(model=model, start=start, end=end, position=position)
            walks.append({"model": model, "start": start, "end": end, "position": position, "point": figure.point,
                          "changes": figure.changes().tolist()})  # fmt: skip
    return {
        "data": base64.b64encode(Latent.stored_numbers()).decode(),
        "planes": {model: plane_numbers(model, np.random.default_rng(0)) for model in MODELS},
        "walks": walks, "labels": labels.tolist(), "seventh": pixels[7].tolist(),
        "deviations": models["VAE"]["deviations"][7].tolist(), "values": Latent().state(),
    }  # fmt: skip


def test_the_script_draws_what_the_package_draws(tmp_path):
    path = tmp_path / "numbers.json"
    path.write_text(json.dumps({"latent": latent_numbers()}))
    test = ROOT / "tests" / "figures" / "latent.test.mjs"
    command = [str(course_math.node_program()), "--test", "--test-reporter=tap", str(test)]
    done = subprocess.run(command, env=os.environ | {"FIGURE_NUMBERS": str(path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0" in done.stdout and "\n# pass 0" not in done.stdout


# ------------------------------------------------------------------------------------------------ the numbers


def test_its_labels_and_pixels_are_those_of_the_digits():
    rows, (_, labels, pixels) = data.load("digits").train, stored()
    assert np.array_equal(labels, rows.y) and np.array_equal(pixels, rows.x)
    assert len(Latent.stored_numbers()) <= 300_000


@pytest.mark.parametrize("model", MODELS)
def test_its_codes_and_decoder_are_those_of_a_model_that_was_trained(model):
    """The stored numbers belong together: each digit is drawn from its code, about as well as the study says."""
    figure, x = Latent(model=model), data.load("digits").train.x
    error = ((figure.decoder()(Tensor(figure.codes())).data - x) ** 2).sum(axis=1).mean()
    assert 1 < error < study.measured(model, "error").max()
    others = ((figure.decoder()(Tensor(figure.codes()[::-1].copy())).data - x) ** 2).sum(axis=1).mean()
    assert others > 2 * error
    assert study.spread_of(figure.codes()) == pytest.approx(study.measured(model, "spread")[0], rel=0.02)


@in_float64()
def test_what_the_study_writes_is_what_the_figure_reads(monkeypatch, tmp_path):
    """Two models that know nothing yet, in place of those that take seconds to train."""
    made = {name: lambda seed, train=train: train(seed, epochs=0) for name, train in study.TRAIN.items()}
    monkeypatch.setattr(study, "TRAIN", made)
    monkeypatch.setattr(study, "NUMBERS", tmp_path / "numbers.bin")
    study.write_numbers()
    written = (tmp_path / "numbers.bin").read_bytes()
    assert len(written) == len(Latent.stored_numbers())
    monkeypatch.setattr(Latent, "stored_numbers", classmethod(lambda cls: written))
    x = data.load("digits").train.x
    for name in MODELS:
        model, figure = made[name](0), Latent(model=name)
        codes = study.codes(model, x)
        assert np.allclose(figure.codes(), codes, rtol=1e-3, atol=1e-3)
        assert np.allclose(figure.decoder()(Tensor(codes)).data, study.drawn(model, codes), atol=2e-3)
    deviations = np.exp(made["VAE"](0).encode(Tensor(x))[1].data / 2)
    assert np.allclose(stored()[0]["VAE"]["deviations"], deviations, rtol=1e-3)


def test_the_decoder_is_one_of_the_course():
    module = Latent().decoder("VAE")
    assert {name: array.shape for name, array in module.state_dict().items()} == {
        name: shape for name, shape in SHAPES.items() if "." in name
    }
    weights = stored()[0]["VAE"]
    hidden = np.maximum(weights["0.weight"] @ [0.5, -1] + weights["0.bias"], 0)
    picture = 1 / (1 + np.exp(-(weights["2.weight"] @ hidden + weights["2.bias"])))
    assert np.allclose(Latent(model="VAE", point=[0.5, -1]).picture().ravel(), picture, rtol=1e-12, atol=1e-12)


def test_the_window_is_a_square_of_whole_numbers_around_all_codes():
    codes = np.array([[-1.2, 0.3], [2.9, 0.6]])
    assert window_of(codes) == [-2.0, -2.0, 6.0]
    for model in MODELS:
        left, bottom, width = window_of(stored()[0][model]["codes"])
        codes = stored()[0][model]["codes"] - [left, bottom]
        assert codes.min() > 0 and codes.max() < width


# ------------------------------------------------------------------------------------------------ its values


def test_the_position_and_the_ends_move_the_point():
    figure = Latent()
    assert (figure.start, figure.end, figure.position) == (0, 1, 0.5)
    assert np.allclose(figure.point, figure.codes()[:2].mean(axis=0))
    figure.position = 1.0
    assert figure.point == figure.codes()[1].tolist()
    figure.end = 30
    assert figure.point == figure.codes()[30].tolist() and figure.nearest() == (30, 0.0)
    assert figure.walk().shape == (STEPS + 1, 64) and np.array_equal(figure.walk()[-1], figure.picture().ravel())
    assert figure.changes().mean() == pytest.approx(1)
    figure.start = figure.end
    assert figure.changes().tolist() == [0] * STEPS


def test_with_another_model_the_point_stays_on_the_walk_or_at_its_digit():
    figure = Latent(position=0.25)
    figure.model = "VAE"
    assert figure.point == figure.on_walk() and figure.position == 0.25
    figure.point = (figure.codes()[400] + 1e-4).tolist()
    figure.model = "autoencoder"
    assert figure.point == figure.codes()[400].tolist()


def test_what_the_page_says_is_taken_as_it_is():
    figure = Latent()
    figure.set_state({"model": "VAE", "position": 0.1, "start": 7, "point": [2, -1]})
    assert (figure.model, figure.position, figure.start, figure.point) == ("VAE", 0.1, 7, [2, -1])
    figure.position = 0.0  # in Python it moves the point again
    assert figure.point == figure.codes()[7].tolist()


def test_a_point_that_is_given_stays():
    assert Latent(model="VAE", position=0.2, point=[1, 2]).point == [1, 2]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"model": "GAN"}, "GAN"),
        ({"shown": "names"}, "names"),
        ({"start": ROWS}, "1000"),
        ({"end": -1}, "-1"),
        ({"position": 1.5}, "1.5"),
        ({"point": [1]}, r"point expected \[c1, c2\]"),
        ({"point": ["a", 1]}, r"point expected \[c1, c2\]"),
        ({"point": [float("nan"), 1]}, r"point expected \[c1, c2\]"),
        ({"model": "VAE", "point": [9, 0]}, "in the plane of the VAE, c1 from -4 to 5"),
    ],
)
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(traitlets.TraitError, match=words):
        Latent(**values)
