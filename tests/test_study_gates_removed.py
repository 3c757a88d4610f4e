"""Why this file exists: which gate an LSTM lives on is read from this table, and a run of it is made again."""

import numpy as np

from dlcourse.studies import gates_removed as study
from dlcourse.studies.adding_problem import SEEDS, in_float32
from dlcourse.studies.table import read


def test_the_table_is_whole():
    rows = [(row["network"], float(row["rate"]), int(row["seed"])) for row in read("gates_removed")]
    assert set(rows) == {(name, rate, seed) for name in study.NETWORKS for rate in study.TRIED for seed in SEEDS}
    assert len(rows) == len(set(rows))


@in_float32()
def test_runs_made_again_agree():
    """Without a forget gate; and a shut one, with a tenth of the updates."""
    row = study.summary("no forget gate")
    _, again = study.run("no forget gate", row["rate"], 0)
    assert min(row["updates"]) - 150 <= (again["solved_after"] or 1000) <= max(row["updates"]) + 150
    _, shut = study.run("forget gate shut", 0.016, 0, budget=100)
    assert shut["solved_after"] == "" and shut["validation"] > 0.1


def test_what_the_chapter_says_of_the_gates():
    solved = {name: study.summary(name)["solved"] for name in study.NETWORKS}
    assert solved["all gates"] == solved["no output gate"] == 3
    assert solved["no input gate"] == solved["no gate"] == solved["forget gate shut"] == 0
    assert min(study.summary("no gate")["test"]) > 0.14
    assert min(study.summary("forget gate shut")["test"]) < 0.1  # the state still goes around the cell


@in_float32()
def test_all_networks_begin_with_the_same_weights():
    first = {name: value.data for name, value in study.network("all gates", 0).named_parameters()}
    for name in study.NETWORKS:
        for key, value in study.network(name, 0).named_parameters():
            np.testing.assert_array_equal(first[key], value.data)
