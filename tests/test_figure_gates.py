"""The gates at work: the script against dlcourse on the same text, the stored model, named units, values."""

import base64
import json
import os
import subprocess

import numpy as np
import pytest
import traitlets
from clone import ROOT
from site_tools import course_math

from dlcourse.data import load
from dlcourse.data.reference import running_text
from dlcourse.figures import character_numbers
from dlcourse.figures.gates import LEAST, LONGEST, OPEN, PRESETS, SHUT, Gates, named_units
from dlcourse.language import bits_per_character, states
from dlcourse.studies import read

pytestmark = pytest.mark.usefixtures("float64")

TEXTS = [{"text": text, "at": 24} for text in PRESETS.values()]
TEXTS += [{"text": "x", "at": 0}, {"text": "Grüße 😀!\n", "at": 7}, {"text": PRESETS["code"][:LONGEST], "at": 3}]


def numbers_of(values):
    figure = Gates(**values)
    return {"values": values, "tokens": figure.tokens().tolist(), "probabilities": figure.probabilities().tolist(),
            "steps": {name: rows.tolist() for name, rows in figure.steps().items()}}  # fmt: skip


def begun(figure):
    """The values with which a page starts."""
    return {name: value for name, value in figure.state().items() if name != "tries"}


def run_script(name, wanted, folder):
    """Run the script's tests on these numbers; fail with what they print."""
    path = folder / "numbers.json"
    path.write_text(json.dumps({name: wanted}))
    test = ROOT / "tests" / "figures" / f"{name}.test.mjs"
    command = [str(course_math.node_program()), "--test", "--test-reporter=tap", str(test)]
    done = subprocess.run(command, env=os.environ | {"FIGURE_NUMBERS": str(path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0" in done.stdout and "\n# pass 0" not in done.stdout


def data():
    return base64.b64encode(Gates.stored_numbers()).decode()


def test_the_script_computes_what_the_package_does(tmp_path):
    figure = Gates()
    wanted = {"begun": begun(figure), "data": data(), "figures": [numbers_of(values) for values in TEXTS],
              "limits": [OPEN, SHUT, LONGEST], "sizes": [len(character_numbers.stored()[0]), figure.units]}  # fmt: skip
    run_script("gates", wanted, tmp_path)


# ------------------------------------------------------------------------------------------------ the stored model


@pytest.fixture(scope="module")
def text_held_out():
    """The first 12,000 characters of the validation part, as tokens."""
    text = running_text(load("reference").validation)[:12_000]
    return study().tokenizer().encode(text)


def study():
    from dlcourse.studies import character_model

    return character_model


def test_the_file_is_the_studied_model_and_small(tmp_path, monkeypatch):
    stored = Gates.stored_numbers()
    assert len(stored) < 130_000
    monkeypatch.setattr(character_numbers, "HERE", tmp_path)
    character_numbers.write_numbers(study().network(), study().tokenizer())
    assert (tmp_path / Gates.numbers).read_bytes() == stored
    assert character_numbers.stored()[0].vocabulary == study().tokenizer().vocabulary


def test_eight_bits_are_enough(text_held_out):
    """The model in the page reads a text that it never saw as well as the one of the study: within 0.01 bits."""
    exact, rounded = (bits_per_character(model, text_held_out) for model in (study().network(), Gates().model()))
    assert rounded == pytest.approx(exact, abs=0.01)
    assert rounded < 2


def test_a_matrix_in_bytes_is_off_by_half_a_step():
    matrix = np.random.default_rng(0).normal(size=(5, 40))
    matrix[3] = 0
    raw = character_numbers.in_bytes(matrix)
    scales = np.frombuffer(raw, "<f2", 5).astype(float)[:, None]
    back = np.frombuffer(raw, np.int8, 200, 10).reshape(5, 40) * scales
    assert len(raw) == 2 * 5 + 200 and np.array_equal(back[3], np.zeros(40))
    assert (np.abs(back - matrix) <= 0.6 * scales).all() and np.abs(back - matrix).max() > 0.3 * scales[0, 0]


# ------------------------------------------------------------------------------------------------ the figure


def test_the_steps_are_those_of_the_model():
    figure = Gates(text=PRESETS["code"])
    model, steps, tokens = figure.model(), figure.steps(), figure.tokens()
    found = states(model, tokens)
    np.testing.assert_allclose(steps["h"], found["h"], atol=1e-12)
    np.testing.assert_allclose(steps["c"], found["c"], atol=1e-12)
    before = np.vstack([np.zeros(figure.units), steps["c"][:-1]])
    np.testing.assert_allclose(steps["f"] * before + steps["i"] * steps["g"], steps["c"], atol=1e-12)
    assert Gates(text="").steps()["c"].shape == (0, figure.units)


def test_a_shorter_text_moves_what_is_looked_at():
    figure = Gates(at=60)
    figure.text = "short"
    assert figure.at == 4
    figure.text = ""
    assert figure.at == 0 and Gates(text="ab").at == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"text": "x" * 301}, "text expected at most 300 characters, got 301"),
        ({"text": "abc", "at": 3}, "at expected the number of a character of the text, 0 to 2, got 3"),
        ({"unit": 144}, "unit expected a number from 0 to 143, got 144"),
        ({"shown": "g"}, "shown"),
    ],
)
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(traitlets.TraitError, match=words):
        Gates(**values)


# ------------------------------------------------------------------------------------------------ what to try


def chance(text, character):
    """How likely the model finds a character after a text."""
    token = character_numbers.stored()[0].encode(character)[0]
    return Gates(text=text, at=len(text) - 1).probabilities()[token]


def inside_quotation(text):
    """Whether each character is inside a quotation, its opening mark included."""
    return np.cumsum([character == '"' for character in text]) % 2 == 1


def test_the_unit_of_quotations_changes_there():
    """Its cell inside the quotations of the text differs from outside by more than either part varies."""
    (unit,) = [unit for unit, name in named_units() if name.startswith("inside a quotation")]
    cells, inside = Gates().steps()["c"][:, unit], inside_quotation(Gates().text)
    assert inside.sum() > 15
    assert abs(cells[inside].mean() - cells[~inside].mean()) > max(cells[inside].std(), cells[~inside].std())


def test_names_are_those_of_the_study_and_the_first_is_shown():
    rows = {int(row["unit"]): row for row in read("state_probes") if row["features"] == "trained, c"}
    for unit, name in named_units():
        assert name == f"{rows[unit]['asked']}, r = {float(rows[unit]['single']):.2f}"
        assert float(rows[unit]["single"]) >= LEAST
    assert Gates().unit == named_units()[0][0] and Gates().named == named_units()


def test_what_to_try_is_true():
    assert chance('The expression "x + y', '"') > 0.2 > 10 * chance("The expression x + y", '"')
    assert chance("print(x", ")") > 0.4 > 2 * chance("print(max(x)", ")")
    text = PRESETS["heading"]
    length = text.index("\n")
    ends = [chance(text[: length + 1] + "=" * k, "\n") for k in range(1, length + 6)]
    assert ends[length - 1] < 0.5 and ends[length - 1] < 2 * max(ends[: length - 3])  # it does not count
    assert len(Gates().tries) == 4
