"""Why this file exists: two figures and many cells of chapter 7 speak of one stored network, here is what it is."""

import numpy as np
import pytest

from dlcourse.data import load
from dlcourse.data.reference import running_text
from dlcourse.figures import character_numbers
from dlcourse.language import CharacterModel, bits_per_character
from dlcourse.studies import character_model as study
from dlcourse.studies.table import read

TEST = study.tokenizer().encode(running_text(load("reference").test))


def test_the_table_is_whole():
    rows = read("character_model")
    assert [int(row["passes"]) for row in rows] == list(range(1, study.EPOCHS + 1))
    losses = [float(row["training_bits"]) for row in rows]
    assert losses[0] > 2.5 and losses[-1] < min(losses[:-1])
    assert [row["test_bits"] != "" for row in rows] == [False] * (study.EPOCHS - 1) + [True]


def test_the_stored_weights_have_the_stored_bits():
    part = TEST[:6000]
    whole, few = study.test_bits(), bits_per_character(study.network(), part)
    spread = 2.6 / np.sqrt(len(part)) * 3  # the bits of one character scatter by about 2.6
    assert abs(few - whole) < spread
    assert bits_per_character(character_numbers.stored_model(), part) == pytest.approx(few, abs=0.01)


def test_eight_bits_cost_next_to_nothing():
    row = read("character_model")[-1]
    assert abs(float(row["test_bits_8_bit"]) - float(row["test_bits"])) < 0.01


def test_the_figures_have_the_stored_network():
    tokens, weights = character_numbers.stored()
    assert tokens.vocabulary == study.tokenizer().vocabulary
    own = {name: np.asarray(value, float) for name, value in study.network().state_dict().items()}
    own["rnn.bias_ih_l0"] = own["rnn.bias_ih_l0"] + own.pop("rnn.bias_hh_l0")
    for name, value in own.items():
        assert np.abs(weights[name] - value).max() < 0.005 * np.abs(value).max(), name


def test_training_begins_as_the_table_says():
    """A pass over a thirtieth of the text brings the loss well below that of equal chances, 6.7 bits."""
    losses, rows = [], load("reference").fit[:60]
    study.train_network(rows, epochs=1, after_epoch=lambda epoch, nats, model: losses.append(nats / np.log(2)))
    assert float(read("character_model")[0]["training_bits"]) < losses[0] < np.log2(len(study.tokenizer()))


def test_forget_gates_begin_open():
    plain = CharacterModel(len(study.tokenizer()), study.HIDDEN, study.EMBEDDING, rng=np.random.default_rng(3))
    raised = study.untrained(3).state_dict()["rnn.bias_ih_l0"] - plain.state_dict()["rnn.bias_ih_l0"]
    assert np.allclose(raised.reshape(4, -1), np.array([0, study.FORGET, 0, 0])[:, None], atol=1e-6)
