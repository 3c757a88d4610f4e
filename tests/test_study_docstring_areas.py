"""Why this file exists: lab 5b claims what more texts are worth to four readers; this study is its evidence."""

import numpy as np
import pytest

from dlcourse.studies import docstring_areas as study
from dlcourse.studies.table import read


def test_the_table_is_whole():
    rows = read("docstring_areas")
    found = {(row["model"], int(row["texts"]), int(row["split"])) for row in rows}
    assert found == {(model, size, split) for model in study.SETTINGS for size in study.SIZES for split in study.SPLITS}
    assert len(rows) == len(found)
    for row in rows:
        assert row["setting"] in map(str, study.SETTINGS[row["model"]])
        assert 0 < float(row["macro_f1"]) <= 1 and 0 < float(row["accuracy"]) <= 1 and float(row["seconds"]) >= 0


@pytest.mark.parametrize(("model", "size", "split"), [("naive Bayes", 4000, 0), ("naive Bayes", 250, 3),
                                                      ("TF-IDF", 250, 1), ("majority", 500, 4)])  # fmt: skip
def test_rows_made_again_agree(model, size, split):
    """What counts has no chance in it, and logistic regression next to none."""
    again = study.row(model, size, split)
    for column in ("validation", "accuracy", "macro_f1"):
        (stored,) = [row for row in read("docstring_areas") if (row["model"], row["texts"], row["split"]) ==
                     (model, str(size), str(split))]
        assert again[column] == pytest.approx(float(stored[column]), abs=0.002)


@pytest.mark.parametrize("model", list(study.NETWORKS))
def test_a_network_made_again_agrees_within_what_splits_differ_by(model):
    known, asked = study.drawn(2, 250)["test"]
    given = study.answers(model, study.setting(model, 250, 2), known, asked, 250, 2)
    assert np.mean(given == asked.y) == pytest.approx(study.stored(model, 250)[2], abs=0.03)


def test_what_tunes_and_what_judges_have_no_file_in_common():
    for split in study.SPLITS:
        parts = study.drawn(split, 1000)
        (tuned, judge), (known, asked) = parts["sweep"], parts["test"]
        assert not (set(tuned.file) | set(known.file) | set(judge.file)) & set(asked.file)
        assert not set(tuned.file) & set(judge.file) and len(known) == 1000 > len(tuned)
        fewer = study.drawn(split, 250)["test"][0]
        assert set(fewer.x) <= set(known.x)


# ------------------------------------------------------------------------------------------------ what is claimed


def gap(model, size):
    return study.stored(model, size) - study.stored("naive Bayes", size)


def test_no_reader_is_ahead_of_naive_bayes_from_500_texts_on():
    for model in ("TF-IDF", "bag of embeddings", "attention"):
        assert abs(gap(model, 250).mean()) < 0.02
        for size in study.SIZES[1:]:
            assert gap(model, size).mean() < 0
    assert gap("TF-IDF", 4000).max() < -0.02 and gap("bag of embeddings", 4000).max() < -0.01
    assert gap("attention", 4000).mean() > -0.02 and gap("attention", 4000).max() > 0


def test_more_texts_help_every_reader_and_all_know_more_than_the_majority():
    for model in list(study.SETTINGS)[1:]:
        means = [study.stored(model, size).mean() for size in study.SIZES]
        assert 0.02 < means[-1] - means[-2] < 0.04 and means == sorted(means)
        assert means[0] > study.stored("majority", 250).mean() + 0.15
