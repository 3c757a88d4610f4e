"""The race of the optimizers: its script against dlcourse.optim, and its values in Python."""

import json
import os
import subprocess

import numpy as np
import pytest
import traitlets
from clone import ROOT
from site_tools import course_math

from dlcourse import Tensor
from dlcourse.figures import Race
from dlcourse.figures.race import FAR, MOST_STEPS, OPTIMIZERS, SURFACES, noises

STEPS = 200
# Beside the race as it begins: other settings, each of which every optimizer meets.
SETTINGS = [{}, {"noise": 0.3, "seed": 4, "scale": 0.5, "momentum": 0.6, "decay": 0.3}, {"momentum": 0.0}]


def setting_of(figure):
    """A race's values by name, as numbers in full."""
    return {name: getattr(figure, name) for name in figure.state() if name != "tries"}


def surface_numbers(name, curvature=13.0):
    """A surface's heights and slopes at random places, by the package's gradients, and what else belongs to it."""
    surface = SURFACES[name]
    left, bottom, width = surface.window
    points = np.random.default_rng(0).uniform(size=(20, 2)) * width + [left, bottom]
    values, slopes = [], []
    for point in points:
        w = Tensor(point, requires_grad=True)
        height = surface.value(w[0], w[1], curvature)
        height.backward()
        values.append(height.item())
        slopes.append(w.grad.tolist())
    own = {part: getattr(surface, part) for part in ("window", "minima", "start", "rates")}
    return {"points": points.tolist(), "values": values, "slopes": slopes, "curvature": curvature} | own


def trail_numbers(figure, name):
    """One optimizer's trail, with its losses."""
    places = figure.path(name)
    losses = [figure.loss(place) for place in places]
    return {"name": name, "setting": setting_of(figure), "places": places.tolist(), "losses": losses}


def race_numbers():
    """The trail of every optimizer on every surface under every setting, the surfaces, and some noise."""
    races = [Race(surface=surface, steps=STEPS, **values) for values in SETTINGS for surface in SURFACES]
    trails = [trail_numbers(figure, name) for figure in races for name in OPTIMIZERS]
    return {
        "trails": [*trails, trail_numbers(Race(rates={"sgd": 0.026}, steps=STEPS), "sgd")],  # the last one diverges
        "surfaces": {name: surface_numbers(name) for name in SURFACES},
        "begun": setting_of(Race()),
        "drawn": [{"seed": seed, "noise": noises(seed, 5).tolist()} for seed in (0, 1, 77)],
    }


def test_the_script_takes_the_steps_of_the_package(tmp_path):
    path = tmp_path / "numbers.json"
    path.write_text(json.dumps({"race": race_numbers()}))
    test = ROOT / "tests" / "figures" / "race.test.mjs"
    command = [str(course_math.node_program()), "--test", "--test-reporter=tap", str(test)]
    done = subprocess.run(command, env=os.environ | {"FIGURE_NUMBERS": str(path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0" in done.stdout and "\n# pass 0" not in done.stdout


def test_a_surface_brings_its_start_and_rates_along():
    figure = Race(steps=30)
    figure.surface = "saddle"
    assert figure.start == [0.01, 1.5] and figure.rates == SURFACES["saddle"].rates and figure.steps == 30
    given = Race(surface="valley", start=[0.5, 0.5], rates={"adam": 0.3})
    assert given.start == [0.5, 0.5] and given.rates == {**SURFACES["valley"].rates, "adam": 0.3}
    figure.set_state({"surface": "plateau", "start": [3.5, 3.5], "rates": {**figure.rates, "sgd": 2}})  # from a page
    assert (figure.surface, figure.start, figure.rates["sgd"]) == ("plateau", [3.5, 3.5], 2)


def test_one_rate_can_be_changed_alone():
    figure = Race()
    figure.rates = {"sgd": 0.024}
    assert figure.rates == {**SURFACES["ravine"].rates, "sgd": 0.024}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"surface": "hill"}, "hill"),
        ({"start": [4, 0]}, "w1 from -3 to 3"),
        ({"start": [1]}, r"start expected \[w1, w2\]"),
        ({"start": ["a", 1]}, r"start expected \[w1, w2\]"),
        ({"start": [float("nan"), 1]}, r"start expected \[w1, w2\]"),
        ({"rates": {"adagrad": 0.1}}, "rates expected names out of sgd.*got adagrad"),
        ({"rates": {"adam": 0}}, "rate of adam expected a number above 0"),
        ({"rates": {"adam": "fast"}}, "rate of adam expected a number above 0"),
        ({"on": ["sgd", "adagrad"]}, "adagrad"),
        ({"steps": MOST_STEPS + 1}, "501"),
    ],
)
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(traitlets.TraitError, match=words):
        Race(**values)


def test_a_path_ends_where_it_is_far_away():
    figure = Race(rates={"sgd": 0.03}, steps=MOST_STEPS)
    path = figure.path("sgd")
    assert len(path) < MOST_STEPS and np.abs(path[-1]).max() > FAR >= np.abs(path[:-1]).max()
    assert figure.path("adam").shape == (MOST_STEPS + 1, 2)
    assert Race(steps=0).path("adam").tolist() == [[-2.5, 1.5]]


def test_noise_stands_for_batches():
    """Nearly normal, new in every step, and the same for every optimizer."""
    drawn = noises(1, 5000)
    assert np.abs(drawn.mean(axis=0)).max() < 0.05 and np.abs(drawn.std(axis=0) - 1).max() < 0.03
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.05 and abs(np.corrcoef(drawn[1:, 0], drawn[:-1, 0])[0, 1]) < 0.05
    figure = Race(noise=0.5, steps=1, rates=dict.fromkeys(["sgd", "momentum"], 0.01))
    assert figure.path("sgd").tolist() == figure.path("momentum").tolist()
    slope = np.array([figure.start[0], figure.curvature * figure.start[1]])
    assert figure.path("sgd")[1] == pytest.approx(figure.start - 0.01 * (slope + 0.5 * noises(0, 1)[0]))
