"""The words: the script against dlcourse.skipgram, the stored vectors, and the figure's values in Python."""

import base64
import json
import os
import subprocess

import numpy as np
import pytest
import traitlets
from clone import ROOT
from site_tools import course_math

from dlcourse.figures.words import SHOWN, Words, stored, write_numbers
from dlcourse.skipgram import WordVectors
from dlcourse.studies import word_vectors as study

WORDS = stored()[0].words
FIGURES = [
    *({"word": word} for word in WORDS[::40]),
    *({"mode": "analogy", "a": a, "b": b, "c": c, "leave_out": leave_out}
      for kind in study.ANALOGIES.values() for a, b, c, _ in kind for leave_out in (True, False)),
    {"mode": "analogy", "a": "list", "b": "string", "c": "list"},
]  # fmt: skip


def words_numbers():
    """All words' neighbors, and what some figures show."""
    vectors, figures = stored()[0], [(values, Words(**values)) for values in FIGURES]
    return {
        "begun": {name: value for name, value in Words().state().items() if name != "tries"},
        "data": base64.b64encode(Words.stored_numbers()).decode(),
        "neighbors": {word: vectors.neighbors(word, SHOWN) for word in vectors.words},
        "figures": [{"values": values, "shown": figure.shown(), "plane": list(figure.plane().items())}
                    for values, figure in figures],
    }  # fmt: skip


def test_the_script_finds_what_the_package_finds(tmp_path):
    path = tmp_path / "numbers.json"
    path.write_text(json.dumps({"words": words_numbers()}))
    test = ROOT / "tests" / "figures" / "words.test.mjs"
    command = [str(course_math.node_program()), "--test", "--test-reporter=tap", str(test)]
    done = subprocess.run(command, env=os.environ | {"FIGURE_NUMBERS": str(path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0" in done.stdout and "\n# pass 0" not in done.stdout


def test_the_stored_vectors_are_those_of_the_vocabulary_and_small():
    vectors, counts = stored()
    vocabulary = study.corpus()[0]
    assert vectors.words == vocabulary.words and counts.tolist() == vocabulary.counts.tolist()
    assert vectors.unit.shape == (len(vocabulary), study.chosen("skip-gram")[1])
    np.testing.assert_allclose(np.linalg.norm(vectors.unit, axis=1), 1, atol=1e-12)
    assert len(Words.stored_numbers()) < 150_000


def test_a_byte_for_each_number_is_enough(tmp_path, monkeypatch):
    """Cosines change by less than a hundredth, and what was written can be read."""
    rng = np.random.default_rng(0)
    vocabulary = study.corpus()[0]
    exact = WordVectors(vocabulary.words, rng.normal(size=(len(vocabulary), 16)))
    monkeypatch.setattr("dlcourse.figures.words.HERE", tmp_path)
    write_numbers(vocabulary, exact)
    monkeypatch.setattr(Words, "stored_numbers", classmethod(lambda cls: (tmp_path / cls.numbers).read_bytes()))
    rounded = stored.__wrapped__()[0]
    assert rounded.words == exact.words
    assert 1e-5 < np.abs(rounded.unit @ rounded.unit.T - exact.unit @ exact.unit.T).max() < 0.02


def test_what_to_try_is_true():
    vectors = Words().vectors
    assert vectors.neighbors("left", 1)[0][0] == "right" and vectors.neighbors("right", 1)[0][0] == "left"
    figure = Words(mode="analogy")
    assert figure.shown()[0][0] == "indexerror"
    figure.leave_out = False
    assert figure.shown()[0][0] == "index"
    for a, b in (("true", "false"), ("spam", "bacon")):
        assert vectors.analogy(a, b, "left", 1)[0][0] == "right"
    assert "third" not in [word for word, _ in vectors.analogy("one", "first", "three", SHOWN)]
    assert stored()[1][vectors.number["third"]] == 6
    assert {"bacon", "menu", "juice"} < {word for word, _ in vectors.neighbors("spam", SHOWN)}
    assert len(figure.tries) == 4


def test_the_figure_shows_what_its_values_say():
    figure = Words(word="tuple", a="list", b="lists", c="tuple")
    assert figure.shown() == figure.vectors.neighbors("tuple", SHOWN) and len(figure.shown()) == SHOWN
    assert next(iter(figure.plane())) == "tuple" and len(figure.plane()) == SHOWN + 1
    figure.mode = "analogy"
    assert figure.shown() == figure.vectors.analogy("list", "lists", "tuple", SHOWN)
    assert list(figure.plane())[:4] == ["", "list", "lists", "tuple"]
    plane = {name: np.array(place) for name, place in figure.plane().items()}
    np.testing.assert_allclose(plane[""] - plane["tuple"], plane["lists"] - plane["list"], atol=1e-12)
    figure.leave_out = False
    assert {"list", "lists", "tuple"} & {word for word, _ in figure.shown()}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"word": "tupel"}, r"word expected one of the 1,146 words.*got 'tupel': try .*tuple"),
        ({"c": "Guido"}, "c expected one of"),
        ({"mode": "rhymes"}, "rhymes"),
        ({"leave_out": "no"}, "leave_out"),
    ],
)
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(traitlets.TraitError, match=words):
        Words(**values)
