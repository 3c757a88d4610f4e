"""Why this file exists: lab 5a tells what the stored network finds and what the baselines find, so both are tried."""

import numpy as np
import pytest

import dlcourse
from dlcourse import data
from dlcourse.apps.boxes import count_right, iou, mean_average_precision, mean_iou, truth
from dlcourse.apps.detection import decode, middles, read_scenes
from dlcourse.studies import scene_reader as study
from dlcourse.studies.adding_problem import in_float32
from dlcourse.studies.table import read

MODELS = ("reader", "components", "windows")


def column(model, part, name):
    return [float(row[name]) for row in read("scene_reader") if (row["model"], row["part"]) == (model, part)]


def test_the_table_is_whole():
    rows = [(row["model"], int(row["seed"]), row["part"]) for row in read("scene_reader")]
    assert rows == [(model, seed, part) for model in MODELS for seed in study.SEEDS for part in study.PARTS]
    for row in read("scene_reader"):
        assert float(row["least"]) in study.LEAST and 0 <= float(row["map_75"]) <= float(row["map_50"]) <= 1
        assert (row["mask_iou"] == "nan") == (row["model"] != "reader")
        assert (row["ink"] != "") == (row["model"] == "components") and 0 < int(row["seconds"]) < 600


@in_float32()
def test_the_stored_network_gives_a_row_again():
    touching, network = study.scenes("touching")[: study.JUDGED], study.network()
    assert not network.training and study.WEIGHTS.stat().st_size < 300_000
    (row,) = [row for row in read("scene_reader")
              if (row["model"], row["seed"], row["part"]) == ("reader", "0", "touching")]
    grid, mask = read_scenes(network, touching.x)
    again = study.judged(decode(grid), touching, float(row["least"]))
    for name, value in (again | {"mask_iou": mean_iou(mask, touching.mask, 11)}).items():
        assert value == pytest.approx(float(row[name]), abs=0.01), name


@in_float32()
def test_the_stored_network_reads_other_pictures_as_well():
    """Pictures that are not in the study: the row is not luck of its 400 pictures."""
    other = data.load("scenes", n=450, seed=11).test
    found, true = decode(read_scenes(study.network(), other.x)[0]), truth(other.labels, other.boxes)
    assert mean_average_precision(found, true, 10) == pytest.approx(column("reader", "test", "map_50")[0], abs=0.08)
    assert count_right(found, true, column("reader", "test", "least")[0]) > 0.6


@in_float32()
def test_short_trainings_of_all_three_learn(monkeypatch):
    monkeypatch.setattr(study, "EPOCHS", 2)
    some = data.load("scenes", n=250)
    fit_on, pictures = some.fit, dict.fromkeys(study.PARTS, some.validation[:20])
    _, rows = study.reader_rows(0, fit_on, pictures)
    assert len(rows) == 4 and rows[0]["part"] == "validation" and rows[0]["mask_iou"] > 0.05
    for made in (study.component_rows(0, 0.25, fit_on, pictures), study.window_rows(0, fit_on, pictures)):
        assert [row["part"] for row in made] == list(study.PARTS) and made[2]["map_50"] > 0.02


def test_components_and_their_crops():
    picture = np.zeros((64, 64))
    picture[10:20, 30:36], picture[20, 36] = 0.8, 0.8  # touch by a corner: one piece
    picture[40:42, 5:7] = 0.9  # too small
    found = study.components(picture, 0.25)
    assert found.tolist() == [[30, 10, 37, 21]] and study.components(picture, 0.85).shape == (0, 4)
    (cut,) = study.crops(picture, found)[:, 0]
    assert cut.sum() == pytest.approx(picture[:30].sum()) and cut[8:19, 10:17].sum() == pytest.approx(cut.sum())
    whole = study.crops(np.arange(64.0 * 64).reshape(64, 64), np.array([[0, 0, 40, 40.0]]))[0, 0]
    assert whole[0, 0] == 6 * 64 + 6 and whole[27, 27] == 33 * 64 + 33  # of a large piece the middle part


def test_windows_are_around_the_middles_of_the_cells():
    picture = np.zeros((64, 64))
    picture[18, 42] = 1.0
    every, (across, down) = study.windows(picture), middles()
    seen = np.flatnonzero(every[:, 0, 14, 14])  # whose middle is this pixel
    assert every.shape == (256, 1, 28, 28) and seen.tolist() == [4 * 16 + 10]
    assert across[0, 10] == 42 and down[4, 0] == 18
    assert study.inked(every)[seen[0]] and not study.inked(every)[0]


def test_examples_of_the_baselines_are_named_by_the_truth():
    some = data.load("scenes", n=40).fit
    cut, names = study.component_examples(some, 0.25)
    assert len(cut) == len(names) and set(names) <= set(range(11)) and (names == study.NOTHING).mean() > 0.3
    count = sum((names == digit).sum() for digit in range(10))
    assert 0.5 * (some.labels >= 0).sum() < count <= (some.labels >= 0).sum()
    cut, names = study.window_examples(some, 0)
    assert 0.35 < (names == study.NOTHING).mean() < 0.65
    assert cut[names < 10][:, 0, 8:20, 8:20].max(axis=(1, 2)).min() > 0
    sizes = study.mean_sizes(some)
    assert sizes[1, 0] < sizes[0, 0] and (sizes > 5).all()


class Oracle:
    """Names a crop by how many pixels it has: for tests of what surrounds the namer."""

    training = False

    def eval(self):
        return self

    def train(self, mode=True):
        return self

    def __call__(self, x):
        logits = np.full((len(x), 11), -9.0)
        logits[:, 7] = 9.0
        return dlcourse.Tensor(logits)


def test_boxes_of_the_baselines_lie_where_the_candidates_are():
    picture = np.zeros((1, 1, 64, 64))
    picture[0, 0, 20:40, 30:42] = 1.0
    (found,) = study.found_by_components(Oracle(), picture, 0.25)
    assert found.boxes.tolist() == [[30, 20, 42, 40]] and found.labels.tolist() == [7]
    (found,) = study.found_by_windows(Oracle(), picture, np.full((10, 2), [12, 20.0]))
    assert iou(found.boxes, np.array([[30, 20, 42, 40.0]])).max() > 0.7  # the grid is coarse
    assert len(study.found_by_components(Oracle(), 0 * picture, 0.25)[0]) == 0
