"""Why this file exists: that a unit tracks quotations is easily told, so what chapter 7 tells has controls."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import Ridge

from dlcourse.studies import state_probes as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read

UNTRAINED = [f"untrained {seed}" for seed in study.SEEDS]
FEATURES = [f"{name}, {kind}" for name in ("trained", *UNTRAINED) for kind in "hc"]
WINDOWS = [f"last {length} characters" for length in study.WINDOWS]


def probe(features, asked, column="probe"):
    return float(study.stored(features, asked)[column])


def test_the_table_is_whole():
    found = [(row["features"], row["asked"]) for row in read("state_probes")]
    assert sorted(found) == sorted((name, asked) for name in FEATURES + WINDOWS for asked in study.QUESTIONS)


def test_answers_are_what_they_are_called():
    text = 'say "a b" (c [d]) x\n   ef = {1}\n\n("open\n\nno'
    found = {question: values.astype(int).tolist() for question, values in study.answers(text).items()}
    quoted, inside = found["inside a quotation"], found["inside brackets"]
    assert "".join(c for c, q in zip(text, quoted, strict=True) if q) == '"a b"open\n'
    assert "".join(c for c, q in zip(text, inside, strict=True) if q) == '(c [d]{1("open\n'
    assert found["position in the line"][:22] == [*range(1, 20), 0, 1, 2]
    assert found["indentation"][19:27] == [0, 1, 2, 3, 3, 3, 3, 3]
    assert found["length of the word"][:6] == [1, 2, 3, 0, 0, 1]


def test_windows_hold_the_last_characters():
    x = study.windows(np.array([2, 0, 1]), 2, 3).toarray().reshape(3, 2, 3)
    assert x.argmax(axis=2).tolist() == [[2, 0], [0, 2], [1, 0]] and x.sum(axis=2).tolist() == [[1, 0], [1, 1], [1, 1]]


def test_the_ridge_is_scikit_learns():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 6)) + 2, rng.normal(size=(50, 2))
    for given in (x, sparse.csr_matrix(x)):
        weights, constant = study.ridge(given, y, 3.0)
        expected = Ridge(alpha=3.0).fit(x, y)
        assert np.abs(weights - expected.coef_.T).max() < 1e-10
        assert np.abs(constant - expected.intercept_).max() < 1e-10


def test_correlations_and_single_features():
    rng = np.random.default_rng(0)
    so = rng.normal(size=(400, 2))
    assert study.correlations(so, -so).tolist() == pytest.approx([-1, -1])
    x = np.column_stack([rng.normal(size=400), -so[:, 1], so[:, 0] + 0.1 * rng.normal(size=400)])
    best, r = study.single(x, so)
    assert best.tolist() == [2, 1] and r[1] == pytest.approx(1) and 0.98 < r[0] < 1
    assert r[0] == pytest.approx(np.corrcoef(x[200:, 2], so[200:, 0])[0, 1])


def test_a_row_made_again_agrees():
    again = study.rows_of(["last 8 characters", "untrained 0, c"])
    assert len(again) == 2 * len(study.QUESTIONS)
    for row in again:
        assert row["probe"] == pytest.approx(probe(row["features"], row["asked"]), abs=0.02)


@in_float64()
def test_the_named_units_are_still_there():
    text = study.text_of("test")[:12000]
    truth, seen = study.answers(text), study.states(study.network(), study.tokens_of("test")[:12000])
    for asked in study.QUESTIONS:
        unit = int(study.stored("trained, c", asked)["unit"])
        r = abs(np.corrcoef(seen["c"][:, unit], truth[asked])[0, 1])
        assert r > 0.5 * abs(probe("trained, c", asked, "single")) - 0.05, asked


def others(asked, kind="c"):
    return [probe(f"{name}, {kind}", asked) for name in UNTRAINED]


def test_the_quotation_is_tracked_and_three_other_things_are_not_more_than_the_controls():
    quotation, brackets, position, indentation, _ = study.QUESTIONS
    for asked in (quotation, indentation):
        assert probe("trained, c", asked) > max(*others(asked), *(probe(name, asked) for name in WINDOWS)) + 0.04
    assert probe("trained, c", brackets) < probe("last 8 characters", brackets)
    assert probe("trained, c", position) < max(*others(position), probe("last 32 characters", position)) + 0.03
    single = [abs(probe(f"{name}, c", quotation, "single")) for name in UNTRAINED]
    assert probe("trained, c", quotation, "single") > max(single) + 0.05


def test_the_unit_that_tracks_quotations_is_one_of_two_that_matter():
    row = study.stored("trained, c", study.QUESTIONS[0])
    lowest = dict(pair.split(":") for pair in row["closing_lowest"].split())
    p = [float(value) for value in lowest.values()]
    assert row["unit"] in list(lowest)[:2] and int(row["closing_places"]) > 100
    assert p[1] < 0.7 * float(row["closing"]) and p[2] > 0.8 * float(row["closing"])


@in_float64()
def test_changing_a_cell_is_what_it_says():
    usual, changed, places = study.closing()
    row = study.stored("trained, c", study.QUESTIONS[0])
    assert usual == pytest.approx(float(row["closing"]), abs=1e-3) and places == int(row["closing_places"])
    assert changed.shape == (144,) and changed[int(row["unit"])] < usual - 0.1
