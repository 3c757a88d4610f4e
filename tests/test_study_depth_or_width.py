"""Why this file exists: the chapter on depth quotes this study, so its grid is counted and some rows are made again."""

import numpy as np
import pytest

from dlcourse import data
from dlcourse.studies import depth_or_width as study
from dlcourse.studies.chapter_1 import in_float64


def stored_row(task, hidden, rate):
    """The stored row of the sweep for one design and one rate."""
    name = "-".join(map(str, hidden))
    rows = [row for row in study.stored(task) if (row["hidden"], float(row["rate"])) == (name, rate)]
    assert len(rows) == 1, (task, hidden, rate)
    return rows[0]


@pytest.mark.parametrize("task", study.DESIGNS)
def test_the_table_is_whole(task):
    assert len(study.stored(task)) == len(study.DESIGNS[task]) * len(study.RATES[task])
    judged = study.stored(task, "test")
    assert len(judged) == (0 if task == "digits" else len(study.DESIGNS[task]))
    for row in judged:  # what was judged is what won the sweep
        hidden = tuple(map(int, row["hidden"].split("-")))
        assert float(row["rate"]) == study.chosen_rate(task, hidden)


@pytest.mark.parametrize("task", study.DESIGNS)
def test_the_designs_of_a_task_have_equally_many_parameters(task):
    sizes = [study.parameters(task, hidden) for hidden in study.DESIGNS[task]]
    middle = (min(sizes) + max(sizes)) / 2
    assert all(abs(size - middle) < 0.03 * middle for size in sizes)
    for hidden, size in zip(study.DESIGNS[task], sizes, strict=True):
        assert int(stored_row(task, hidden, study.RATES[task][0])["parameters"]) == size


@pytest.mark.parametrize(("task", "hidden", "rate"), [
    ("sawtooth_3", (17, 17, 17), 0.01), ("spirals", (23, 23), 0.01), ("digits", (33, 33, 33), 0.003)])
def test_a_row_made_again_agrees(task, hidden, rate):
    stored, again = stored_row(task, hidden, rate), in_float64()(study.sweep_row)(task, hidden, rate)
    # Another processor may round otherwise; the table's own spread over seeds is wider.
    assert float(stored["lowest"]) - 0.005 <= again["mean"] <= float(stored["highest"]) + 0.005


@in_float64()
@pytest.mark.parametrize("task", study.DESIGNS)
def test_the_sweep_never_sees_the_test_rows(monkeypatch, task):
    """Planted: test rows that cannot be read. A sweep that touched them would fail."""
    rows = study.rows_of(task)
    rows.x[1000:] = np.nan
    monkeypatch.setattr(data, "load", lambda *_, **__: rows)
    monkeypatch.setattr(study, "EPOCHS", dict.fromkeys(study.EPOCHS, 1))
    monkeypatch.setattr(study, "SEEDS", range(1))
    assert np.isfinite(study.sweep_row(task, study.DESIGNS[task][1], 0.003)["mean"])
    with pytest.raises(FloatingPointError):
        study.train_network(task, rows.test, study.DESIGNS[task][1], 0.003, 0)


def test_of_equal_errors_the_smaller_rate_wins():
    rows = [{"hidden": "8", "rate": rate, "mean": mean} for rate, mean in ((0.1, 0.2), (0.2, 0.1), (0.3, 0.1))]
    assert study.best(rows, (8,))["rate"] == 0.2


def test_the_error_of_a_constant_is_the_spread_of_the_sawtooth():
    """A network of zeros: the root of the mean square of a number that is uniform between 0 and 1."""
    rows = study.rows_of("sawtooth_4")
    model = study.network((3,), 1, 1, seed=0)
    for p in model.parameters():
        p.data[...] = 0
    assert study.error("sawtooth_4", model, rows.test) == pytest.approx(3**-0.5, abs=0.02)
