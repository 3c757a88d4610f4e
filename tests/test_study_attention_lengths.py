"""Why this file exists: the chapter says how far one state, attention and a transformer reach; here is the evidence."""

import numpy as np
import pytest

from dlcourse import seq2seq
from dlcourse.studies import attention_lengths as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read


def test_the_table_is_whole():
    found = {(row["model"], row["stage"], row["rate"], row["length"]) for row in read("attention_lengths")}
    sweep = {(name, "sweep", str(rate), "") for name in study.MODELS for rate in study.RATES}
    test = {(name, length) for name in study.MODELS for length in map(str, study.LENGTHS)}
    assert sweep < found and {(name, length) for name, stage, _, length in found if stage == "test"} == test
    assert len(read("attention_lengths")) == len(sweep) + len(test)


def test_the_models_are_equally_large():
    sizes = [sum(p.data.size for p in make(np.random.default_rng(0)).parameters()) for make in study.MODELS.values()]
    assert max(sizes) < 1.03 * min(sizes)
    stored = {row["model"]: int(row["parameters"]) for row in read("attention_lengths") if row["parameters"]}
    assert list(stored.values()) == sizes


def test_the_rate_that_won_the_sweep_was_tested():
    for name in study.MODELS:
        sweep = [row for row in read("attention_lengths") if (row["model"], row["stage"]) == (name, "sweep")]
        best = max(sweep, key=lambda row: (float(row["symbols"]), -float(row["rate"])))
        assert set(study.column(name, "rate")) == {float(best["rate"])}


@in_float64()
def test_a_row_made_again_agrees():
    again = study.sweep_row("dot product", 0.006)
    (stored,) = [row for row in read("attention_lengths")
                 if (row["model"], row["stage"], row["rate"]) == ("dot product", "sweep", "0.006")]
    assert again["symbols"] == pytest.approx(float(stored["symbols"]), abs=0.03)  # others: -0.07, -0.02


@in_float64()
def test_an_untrained_model_guesses():
    model = study.MODELS["transformer"](np.random.default_rng(0))
    symbols, strings = study.judged(model, [8])[0]
    assert symbols < 0.25 and strings == 0


@in_float64()
def test_strings_are_judged_that_were_not_learned_by_heart():
    """There are ten million strings of seven symbols, and each batch is new."""
    rng = np.random.default_rng(0)
    batches = [seq2seq.reversed_strings(64, 7, rng=rng)[0] for _ in range(20)]
    seen = {row.tobytes() for batch in batches for row in batch}
    assert len(seen) == 20 * 64


def test_what_the_chapter_says():
    strings = {name: dict(zip(study.LENGTHS, study.column(name, "strings"), strict=True)) for name in study.MODELS}
    highest = dict(zip(study.LENGTHS, study.column("no attention", "strings_highest"), strict=True))
    for name in ("additive", "dot product"):
        lowest = dict(zip(study.LENGTHS, study.column(name, "strings_lowest"), strict=True))
        assert all(lowest[length] > highest[length] + 0.3 for length in (12, 14, 16))
        assert strings[name][18] > 0.5 and strings[name][24] < 0.05
    assert strings["transformer"][16] > 0.9 and strings["transformer"][18] == 0
    assert study.column("transformer", "symbols")[7:].max() < 0.2
