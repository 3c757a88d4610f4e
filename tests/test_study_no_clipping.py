"""Why this file exists: what clipping saves, and what it cannot, is read from this table, and a run is made again."""

import numpy as np

from dlcourse.studies import no_clipping as study
from dlcourse.studies.adding_problem import RATES, SEEDS, in_float32
from dlcourse.studies.table import read


def test_the_table_is_whole():
    rows = [(row["reader"], float(row["rate"]), int(row["seed"])) for row in read("no_clipping")]
    assert set(rows) == {(name, rate, seed) for name in study.READERS for rate in RATES for seed in SEEDS}
    assert len(rows) == len(set(rows))


@in_float32()
def test_a_run_made_again_agrees():
    """The identity RNN at the largest rate, half the updates: it explodes, and it does not learn."""
    again = study.row_of("identity RNN", 0.016, 0, budget=500)
    assert again["solved_after"] == "" and again["validation"] > 0.1
    assert 1e3 < float(again["largest_norm"]) < 1e6 and again["dead"] > 0.8


def test_what_the_chapter_says_of_clipping():
    assert study.solved("identity RNN", 0.016) == (3, 0)
    assert study.solved("GRU", 0.016) == study.solved("LSTM", 0.016) == (3, 3)
    assert all(study.solved("tanh RNN", rate) == (0, 0) for rate in RATES)
    norms = {name: max(float(row["largest_norm"]) for row in read("no_clipping") if row["reader"] == name)
             for name in study.READERS}
    assert norms["identity RNN"] > 1e3 and max(norms["GRU"], norms["tanh RNN"]) < 100


@in_float32()
def test_without_a_limit_nothing_is_clipped():
    """A limit, on the same run, is seen in the weights after the first large gradient."""
    errors = [study.row_of("identity RNN", 0.016, 0, clip=clip, budget=3)["validation"] for clip in (np.inf, 1.0)]
    assert errors[0] != errors[1]
