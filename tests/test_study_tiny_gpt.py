"""Why this file exists: lab 5b says what a small GPT costs in bits and what it is worth; this study is its evidence."""

import numpy as np
import pytest

from dlcourse.apps import gpt
from dlcourse.data import load
from dlcourse.studies import tiny_gpt as study
from dlcourse.studies.table import read

DOCS = load("docstrings")


class Enough(Exception):
    """The part of a training that is made again is over."""


def test_the_tables_are_whole():
    rows = read("tiny_gpt")
    stages = [(row["model"], row["stage"], row["setting"]) for row in rows]
    sweeps = [("GPT", "sweep", str(rate)) for rate in study.RATES]
    sweeps += [(name, "sweep", str(order)) for name, orders in study.ORDERS.items() for order in orders]
    assert sorted(stage for stage in stages if stage[1] == "sweep") == sorted(sweeps)
    assert [int(s) for _, stage, s in stages if stage == "training"] == list(range(100, study.UPDATES + 1, 100))
    assert [s for model, stage, s in stages if (model, stage) == ("GPT", "test")] == list(map(str, study.SEEDS))
    assert len(stages) == len(set(stages))
    found = {(row["way"], int(row["labels"]), int(row["draw"])) for row in read("tiny_gpt_labels")}
    assert found == {(way, count, draw) for way in study.WAYS for count in study.LABELS for draw in study.DRAWS}


def test_what_was_chosen_was_best_on_the_validation_texts():
    for smoothing in study.ORDERS:
        sweep = {row["setting"]: float(row["bits"]) for row in read("tiny_gpt")
                 if (row["model"], row["stage"]) == (smoothing, "sweep")}
        (tested,) = [row["setting"] for row in read("tiny_gpt") if (row["model"], row["stage"]) == (smoothing, "test")]
        assert tested == min(sweep, key=sweep.get)


def test_the_stored_weights_have_the_stored_bits():
    part = DOCS.test.x[:150]
    model = study.network()
    assert study.bits_of(model, part) == pytest.approx(study.bits("GPT"), abs=0.25)  # other texts cost other bits
    assert study.WEIGHTS.stat().st_size < 300_000
    stored = {int(row["parameters"]) for row in read("tiny_gpt") if (row["model"], row["stage"]) == ("GPT", "test")}
    assert stored == {study.parameters(model)}


def test_half_precision_costs_next_to_nothing():
    model = study.network()
    part = gpt.joined(study.tokenizer(), DOCS.test.x[:20])
    before = gpt.surprises(model, part).mean()
    rng = np.random.default_rng(0)
    for p in model.parameters():  # another error of the size of a rounding to half precision
        p.data = p.data * (1 + 2**-11 * rng.uniform(-1, 1, p.shape)).astype(p.dtype)
    assert gpt.surprises(model, part).mean() == pytest.approx(before, abs=0.005)


def test_training_begins_as_the_table_says():
    losses = []

    def note(update, loss):
        losses.append(loss)
        if len(losses) == 100:
            raise Enough

    sweep = {float(row["setting"]): float(row["bits"]) for row in read("tiny_gpt")
             if (row["model"], row["stage"]) == ("GPT", "sweep")}
    with pytest.raises(Enough):
        study.train_network(DOCS.train.x, min(sweep, key=sweep.get), after_update=note)
    characters = sum(map(len, DOCS.train.x)) / len(gpt.joined(study.tokenizer(), DOCS.train.x))
    assert np.mean(losses) / np.log(2) / characters == pytest.approx(study.bits("GPT", "training", "100"), abs=0.05)


def test_rows_of_few_labels_made_again_agree():
    for way in ("naive Bayes", "TF-IDF"):
        again = [row["accuracy"] for row in study.label_rows(DOCS, {}, way, 60)]
        assert again == pytest.approx(study.shares(way, 60).tolist(), abs=0.01)


def test_the_first_labels_have_every_area_and_fewer_are_among_more():
    for draw in (0, 5):
        few, more = (study.drawn(DOCS.train.y, n, draw) for n in (30, 120))
        assert set(DOCS.train.y[few[:6]]) == set(range(6)) and few.tolist() == more[:30].tolist()
        assert len(set(more)) == 120


def test_vectors_without_labels_do_not_see_the_labels():
    part = DOCS.test.x[:5]
    found = gpt.text_vectors(study.network(), study.tokenizer(), part)
    assert found.shape == (5, study.DIM) and np.isfinite(found).all()


# ------------------------------------------------------------------------------------------------ what is claimed


def test_the_network_is_between_the_two_ways_of_counting():
    seeds = [study.bits("GPT", "test", str(seed)) for seed in study.SEEDS]
    assert study.bits("kneser-ney") + 0.1 < min(seeds) <= max(seeds) < study.bits("witten-bell") - 0.05
    assert max(seeds) - min(seeds) < 0.05


def test_word_vectors_help_where_labels_are_few_and_the_frozen_network_does_not():
    def lead(one, other, labels):
        return study.shares(one, labels) - study.shares(other, labels)

    for labels in (30, 60, 120):
        assert lead("word vectors", "naive Bayes", labels).min() > 0.01
    assert lead("naive Bayes", "word vectors", 2000).min() > 0.05
    for labels in study.LABELS[1:]:
        assert lead("naive Bayes", "GPT", labels).mean() > 0.04
    for labels in (120, 250, 500, 1000, 2000):
        assert lead("GPT", "GPT, untrained", labels).min() > 0.01
