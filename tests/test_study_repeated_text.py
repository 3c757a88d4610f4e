"""Why this file exists: chapter 7 says why compressors do so well, and a reason that is not measured is a guess."""

import numpy as np
import pytest

from dlcourse.language import COMPRESSORS, compressed_bits, repeated
from dlcourse.studies import repeated_text as study
from dlcourse.studies.language_models import row_of
from dlcourse.studies.table import read


@pytest.fixture(scope="module")
def repeats():
    return repeated(study.text_of("test"), study.text_of("train"), study.LENGTH)


def test_the_table_is_whole():
    found = [(row["model"], row["cut_into"], row["text"]) for row in read("repeated_text")]
    expected = [(name, "characters", kind) for name in (*study.MODELS, *study.LEARNING) for kind in study.KINDS]
    expected += [(name, "paragraphs", kind) for name in (*COMPRESSORS, *study.MODELS) for kind in study.KINDS[1:]]
    assert sorted(found) == sorted(expected)


def test_parts_add_up():
    for model in (*study.MODELS, *study.LEARNING):
        rows = {row["text"]: row for row in read("repeated_text")
                if (row["model"], row["cut_into"]) == (model, "characters")}
        bits, count = ({kind: float(rows[kind][name]) for kind in study.KINDS} for name in ("bits", "characters"))
        assert count["all"] == count["repeated"] + count["new"]
        assert bits["all"] * count["all"] == pytest.approx(sum(bits[k] * count[k] for k in study.KINDS[1:]), rel=1e-3)


def test_what_is_repeated_is_counted_again(repeats):
    rows = {row["text"]: int(row["characters"]) for row in read("repeated_text") if row["cut_into"] == "characters"}
    assert rows == {"all": len(repeats), "repeated": repeats.sum(), "new": (~repeats).sum()}
    assert 0.08 < repeats.mean() < 0.15


def test_rows_of_a_compressor_made_again_agree(repeats):
    text, kinds = study.text_of("test"), study.paragraph_kinds(repeats)
    for kind, places in kinds.items():
        words = "\n\n".join(text[start:end] for start, end in places)
        for start, end in places:
            share = repeats[start:end].mean()
            assert share >= 0.5 if kind == "repeated" else share == 0
        again = compressed_bits("bz2", words, study.text_of("train") + "\n\n")
        assert again == pytest.approx(study.stored("bz2", kind, "paragraphs"), abs=0.02)


def test_the_ngram_is_the_one_of_the_other_study():
    assert study.stored("n-gram") == pytest.approx(float(row_of("kneser-ney")["bits"]), abs=1e-3)


def test_a_mixture_is_half_of_each():
    order = 3
    bits = study.bits_of_models(order)
    p = {name: 2.0 ** -bits[name] for name in study.MODELS}
    assert np.abs(p["mixture"] - (p["n-gram"] + p["network"]) / 2).max() < 1e-12


def test_repetition_does_not_tell_the_compressors_from_the_models():
    """All pay little for it, nearly the same. The lead of bz2 over the models is on text that is new."""
    for model in study.MODELS:
        assert study.stored(model, "repeated") < study.stored(model, "new") - 1
    bits = {name: {kind: study.stored(name, kind, "paragraphs") for kind in study.KINDS[1:]}
            for name in ("bz2", *study.MODELS)}
    for name in study.MODELS:
        assert bits[name]["repeated"] < bits["bz2"]["repeated"] + 0.05
    for name in ("n-gram", "network"):
        assert bits[name]["new"] > bits["bz2"]["new"] + 0.05


def test_what_learns_as_it_reads_catches_up():
    lead = study.stored("n-gram") - study.stored("n-gram that learns")
    assert lead > 0.04 and study.stored("n-gram that learns", "new") < study.stored("n-gram", "new") - 0.04
    assert abs(study.stored("n-gram that learns") - float(row_of("bz2", "primed")["bits"])) < 0.05
    assert study.stored("mixture that learns") < float(row_of("bz2", "primed")["bits"]) - 0.05


def test_two_models_know_different_things():
    assert study.stored("mixture") < min(study.stored("n-gram"), study.stored("network")) - 0.05
