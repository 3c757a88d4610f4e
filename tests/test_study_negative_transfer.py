"""Why this file exists: chapter 8 says what a wrong source task does, and this study is its evidence."""

import numpy as np
import pytest

from dlcourse.studies import negative_transfer as study
from dlcourse.studies.letters import letters, pretrained, shrunk
from dlcourse.studies.table import read

pytestmark = pytest.mark.usefixtures("float64")


def test_the_table_is_whole():
    rows = {(row["source"], row["kept"], int(row["k"])) for row in read("negative_transfer")}
    assert rows == {(source, kept, k) for source in study.SOURCES for kept in study.GRIDS for k in study.LABELS}
    assert len(read("negative_transfer")) == len(rows)
    for row in read("negative_transfer"):
        shares = [float(one) for one in row["shares"].split()]
        assert len(shares) == len(study.RUNS) and float(row["setting"]) in study.GRIDS[row["kept"]]
        assert abs(float(row["mean"]) - np.mean(shares)) < 1e-4
        assert bool(row["source_task"]) == (row["source"] in study.TRAINED)


def test_a_row_made_again_agrees():
    """The network as it was drawn, frozen: no training, and so nothing that another processor rounds away."""
    row = study.row_of("nothing", "frozen", 5)
    again = [study.share("nothing", "frozen", 5, float(row["setting"]), *run) for run in study.RUNS]
    assert np.abs(again - study.stored("nothing", "frozen", 5)).max() < 0.01


def test_every_source_gets_the_same_pictures_and_another_question():
    part, new = letters(0, n=600).train, letters(0, n=600).same_fonts
    fonts = np.unique(part.font)
    asked = {task: study.question(task, part, 0, fonts) for task in study.TRAINED}
    assert np.array_equal(asked["letters"][0], shrunk(part.x)) and np.array_equal(asked["letters"][1], part.y)
    assert np.array_equal(asked["font"][0], asked["letters"][0]) and len(fonts) == 15
    assert np.array_equal(fonts[asked["font"][1]], part.font)
    assert np.array_equal(asked["permuted pixels"][1], part.y)
    random = asked["random labels"][1]
    assert random.max() <= part.y.max() and 0 < np.mean(random == part.y) < 0.05
    assert not np.array_equal(random, study.question("random labels", part, 1, fonts)[1])
    assert not np.array_equal(random[: len(new)], study.question("random labels", new, 0, fonts)[1])


def test_one_permutation_moves_all_pictures():
    x = np.random.default_rng(0).random((3, 1, 14, 14))
    moved = study.permuted(x)
    assert moved.shape == x.shape and not np.array_equal(moved, x)
    back = np.argsort(study.ORDER)
    assert np.array_equal(moved.reshape(3, -1)[:, back].reshape(x.shape), x)


def test_shuffled_layers_keep_their_numbers_and_lose_their_order():
    before, after = pretrained(0), study.shuffle(pretrained(0), 0)
    for (name, a), (_, b) in zip(before.state_dict().items(), after.state_dict().items(), strict=True):
        assert np.array_equal(np.sort(a, axis=None), np.sort(b, axis=None)), name
        assert np.array_equal(a, b) == (a.ndim != 4), name


def gain(source, kept, k=5):
    """Against the same network without a source task, on the same digits, run by run."""
    return study.stored(source, kept, k) - study.stored("nothing", kept, k)


def test_frozen_only_the_letters_are_worth_anything():
    for k in study.LABELS:
        assert gain("letters", "frozen", k).min() > 0.05
        for source in study.SOURCES[2:]:
            assert gain(source, "frozen", k).mean() < 0.06
            assert (study.stored("letters", "frozen", k) > study.stored(source, "frozen", k) + 0.03).all()


def test_tuned_letters_and_fonts_help_and_nothing_else_does():
    assert gain("letters", "tuned").min() > 0.02 and gain("font", "tuned").mean() > 0.02
    for source in ("shuffled", "random labels", "permuted pixels"):
        assert abs(gain(source, "tuned").mean()) < 0.02


def test_the_source_tasks_are_what_the_text_says():
    learned = {source: float(study.row_of(source)["learned"]) for source in study.TRAINED}
    new = {source: float(study.row_of(source)["source_task"]) for source in study.TRAINED}
    assert learned["random labels"] < 0.1 and new["random labels"] < 0.03
    assert new["letters"] > new["permuted pixels"] + 0.1 and new["font"] > 3 / 15
