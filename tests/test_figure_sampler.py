"""The sampler: what its script writes against dlcourse.language with the same seed, and its values in Python."""

import numpy as np
import pytest
import traitlets
from test_figure_gates import begun, data, run_script  # noqa: F401

from dlcourse.figures import Gates, character_numbers
from dlcourse.figures.sampler import LONGEST, MOST, PROMPTS, VOCABULARY, Sampler
from dlcourse.language import next_probabilities

pytestmark = pytest.mark.usefixtures("float64")

CODE = PROMPTS["code"]
VALUES = [
    {"written": 120, "at": 60}, {"written": 60, "at": 60, "temperature": 1.35, "seed": 7, "prompt": CODE},
    {"written": 50, "at": 3, "top_k": 4, "temperature": 2.0}, {"written": 40, "at": 0, "top_k": 1, "seed": 999},
    {"written": 30, "at": 29, "temperature": 0.1, "prompt": "\u00fc"},
    {"written": 0, "at": 0, "prompt": PROMPTS["heading"]},
]  # fmt: skip


def numbers_of(values):
    figure = Sampler(**values)
    own, drawn = figure.probabilities()
    return {"values": values, "tokens": figure.sampled().tolist(), "own": own.tolist(), "drawn": drawn.tolist(),
            "bits": figure.bits().tolist()}  # fmt: skip


def logits():
    """Logits with ties, with temperatures and top-k, and what Python makes of them."""
    rng = np.random.default_rng(0)
    values = [rng.normal(size=9), np.array([1.0, 3, 3, 3, 2, 2, -4]), np.zeros(5)]
    return [{"values": v.tolist(), "temperature": t, "k": k, "probabilities": next_probabilities(v, t, k).tolist()}
            for v in values for t in (0.1, 0.7, 2.0) for k in (1, 2, 3, len(v))]  # fmt: skip


def test_the_script_writes_what_the_package_does(tmp_path):
    wanted = {"begun": begun(Sampler()), "data": data(), "figures": [numbers_of(values) for values in VALUES],
              "limits": [LONGEST, MOST, VOCABULARY], "logits": logits()}  # fmt: skip
    run_script("sampler", wanted, tmp_path)


def test_both_figures_share_one_file_of_numbers():
    assert Sampler.numbers_name() == Gates.numbers_name() and Sampler.stored_numbers() == Gates.stored_numbers()
    assert len(character_numbers.stored()[0]) == VOCABULARY


def test_what_is_written_follows_from_the_values_alone():
    figure = Sampler(written=30)
    assert figure.at == 30 and len(figure.sampled()) == len(figure.bits()) == 30
    longer = Sampler(written=50)
    assert longer.text().startswith(figure.text())
    figure.written = 50
    assert figure.text() == longer.text() and figure.at == 50
    figure.seed = 1
    assert figure.text() != longer.text()
    figure.top_k = 1
    _, drawn = figure.probabilities()
    assert sorted(drawn)[-2:] == [0, 1]


def test_what_the_page_says_is_taken_as_it_is():
    figure = Sampler(written=1)
    # Two presses of "One character" and a look at the first one again, held back and sent in one message.
    figure.set_state({"written": 2, "at": 1})
    assert (figure.written, figure.at) == (2, 1)
    figure.written = 5  # in Python it shows the next one
    assert figure.at == 5


def test_the_bits_are_the_models_own_whatever_the_temperature():
    """-log2 p at temperature 1, of a model that is run step by step here."""
    figure = Sampler(written=12, temperature=1.7, top_k=20)
    model, state, x = figure.model(), None, figure.tokens()[None]
    for token, bits in zip(figure.sampled(), figure.bits(), strict=True):
        out, state = model(x, state)
        assert bits == pytest.approx(-np.log2(out[0, -1].softmax(dim=-1).data[token]), abs=1e-9)
        x = np.array([[token]])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"prompt": ""}, "prompt expected 1 to 200 characters, got 0"),
        ({"prompt": "x" * 201}, "got 201"),
        ({"written": 5, "at": 6}, "at expected a written character, 0 to 5, got 6"),
        ({"temperature": 0}, "temperature"),
        ({"top_k": 108}, "top_k"),
        ({"written": 401}, "written"),
    ],
)
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(traitlets.TraitError, match=words):
        Sampler(**values)


# ------------------------------------------------------------------------------------------------ what to try


def written(**values):
    """Figures that have written 300 characters, with three seeds."""
    return [Sampler(**{"seed": seed, "written": 300, **values}) for seed in range(3)]


def mean_bits(figures):
    return np.mean([figure.bits().mean() for figure in figures])


def distinct(text, length=12):
    """The share of pieces of a text that are its only ones of their kind."""
    pieces = [text[k : k + length] for k in range(len(text) - length + 1)]
    return len(set(pieces)) / len(pieces)


def test_what_to_try_is_true():
    cold, cool, warm, hot = (written(temperature=t) for t in (0.1, 0.5, 1.0, 2.0))
    assert np.mean([distinct(figure.text()) for figure in cold]) < 0.75  # it repeats itself
    assert min(distinct(figure.text()) for figure in hot) > 0.9
    assert mean_bits(cold) < mean_bits(cool) < mean_bits(warm) - 0.3
    assert mean_bits(hot) > mean_bits(warm) + 1.5
    cut = written(temperature=2.0, top_k=5)
    assert mean_bits(cut) < mean_bits(hot) - 1.5
    one = {Sampler(temperature=t, seed=seed, top_k=1, written=60).text() for t in (0.3, 2.0) for seed in (0, 1)}
    assert len(one) == 1
    assert len(Sampler().tries) == 4


def test_its_own_text_at_temperature_1_costs_about_what_real_text_does():
    """Between 1.4 and 2.8 bits for each character, over five seeds; the chapter's table says about 2 for real text."""
    own = np.mean([Sampler(temperature=1.0, seed=seed, written=400).bits().mean() for seed in range(5)])
    assert 1.4 < own < 2.8
