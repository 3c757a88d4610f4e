"""Why this file exists: chapter 8 says by this table who learns from few examples, so rows are remade."""

import itertools

import numpy as np
import pytest

from dlcourse import data
from dlcourse.studies import label_budget as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.letters import digits, drawn, pretrained
from dlcourse.studies.table import read

CLASSICAL = ("logistic regression", "SVM", "random frozen", "frozen")
Y = digits("test")[1]


def sweep_of(method, augmented, k):
    return [row for row in read("label_budget") if (row["method"], row["augmented"], row["labels"], row["stage"]) == (
        method, "yes" if augmented else "no", str(k), "sweep")]


def test_the_table_is_whole():
    rows = read("label_budget")
    for k, way in itertools.product(study.SWEEPS, study.WAYS):
        tried, first = sweep_of(*way, k), len(study.first_tries(way[0]))
        wanted = study.first_tries(way[0]) + study.more_tries(tried[:first], *way, k)
        assert [row["setting"] for row in tried] == [study.text_of(setting) for setting in wanted]
    for k, way in itertools.product(study.LABELS, study.WAYS):
        row = study.stored(*way, k)
        assert row["setting"] == study.text_of(study.chosen(rows, *way, k))
        assert study.shares(row).shape == (3 if study.has_seed(*way) else 1, len(study.draws(k)))
    longer = [study.stored(*way, 5, "longer") for way in study.WAYS if way[0] in ("scratch", "fine-tuned")]
    assert {study.shares(row).shape for row in longer} == {(3, 2)}
    sweeps = [len(sweep_of(*way, k)) for k, way in itertools.product(study.SWEEPS, study.WAYS)]
    assert len(rows) == sum(sweeps) + len(study.LABELS) * len(study.WAYS) + len(longer)


def test_five_draws_of_few_labels_with_three_seeds_and_the_sweep_is_as_long_for_all():
    assert len(study.SEEDS) == 3 and [len(study.draws(k)) for k in study.LABELS] == [5, 5, 5, 2, 2, 2]
    assert {len(study.first_tries(method)) for method in study.TRAINED} == {3}
    assert min(len(study.first_tries(method)) for method in CLASSICAL) > 3


def test_a_grid_goes_on_by_one_where_its_end_wins():
    def tried(method, means):
        return [{"method": method, "augmented": "no", "labels": 2, "stage": "sweep", "mean": mean,
                 "setting": study.text_of(setting)}
                for setting, mean in zip(study.first_tries(method), means, strict=True)]

    for means, more in (((0.9, 0.8, 0.7), [0.001]), ((0.7, 0.9, 0.8), []), ((0.7, 0.8, 0.9), [0.1])):
        assert study.more_tries(tried("scratch", means), "scratch", False, 1) == [(rate,) for rate in more]
    assert study.more_tries(tried("SVM", (0.5,) * 5 + (0.9,)), "SVM", False, 1) == []


@pytest.mark.parametrize(("k", "way"), [*itertools.product(study.LABELS, study.WAYS)])
def test_the_answers_give_the_stored_numbers(k, way):
    row = study.stored(*way, k)
    found, by_picture = study.shares(row), study.share_of_runs(row)
    assert found.size == int(row["runs"]) and len(by_picture) == 797
    assert found.mean() == pytest.approx(float(row["mean"]), abs=1e-4)
    assert by_picture.mean() == pytest.approx(float(row["mean"]), abs=1e-4)
    assert found.std(ddof=1) == pytest.approx(float(row["spread"]), abs=1e-4)


def test_of_settings_that_tie_the_middle_one_wins():
    rows = [{"method": "scratch", "augmented": "no", "labels": 2, "stage": "sweep", "mean": 0.9, "setting": f"{rate:g}"}
            for rate in (0.03, 0.003, 0.01)]
    assert study.chosen(rows, "scratch", False, 1) == (0.01,)
    rows[0]["mean"] = 0.95
    assert study.chosen(rows, "scratch", False, 5) == (0.03,)


@pytest.mark.parametrize("method", CLASSICAL)
@in_float64()
def test_a_row_without_steps_made_again_agrees(method):
    row = study.stored(method, False, 5)
    setting = tuple(float(number) for number in row["setting"].split())
    again = study.answers(method, False, 5, setting).mean(axis=2)
    # Another processor may paint some letters a little differently, or read an image or two.
    assert np.abs(again - study.shares(row)).max() < 0.01


@pytest.mark.parametrize(("method", "augmented"), [("fine-tuned", False), ("scratch", True)])
@in_float64()
def test_a_run_by_steps_made_again_agrees(method, augmented):
    row = study.stored(method, augmented, 2)
    setting = tuple(float(number) for number in row["setting"].split())
    x, y = digits("test")
    again = (study.learn(method, augmented, setting, *drawn(2, 0), 0)(x) == y).mean()
    assert abs(again - study.shares(row)[0, 0]) < max(0.01, float(row["spread"]))


@in_float64()
def test_the_sweep_never_sees_the_test_rows(monkeypatch):
    """Planted: test rows that cannot be read."""
    pictures = data.load("digits", size=14)
    pictures.x[1000:], pictures.y[1000:] = np.nan, -1
    monkeypatch.setattr(data, "load", lambda name, size: pictures)
    monkeypatch.setattr(study, "STEPS", 5)
    assert study.sweep_row("SVM", True, 20, (10.0, 0.03))["mean"] > 0.8
    assert study.sweep_row("scratch", False, 2, (0.01,))["runs"] == 3
    with pytest.raises(ValueError, match="NaN"):
        study.test_row("SVM", False, 1, (10.0, 0.03))


@in_float64()
def test_batches_have_every_picture_once_before_any_comes_again_and_only_moves_change_them():
    x, y = drawn(5, 0)
    seen = [(picture.tobytes(), label) for pictures, labels in study.batches(x, y, 25, 0)
            for picture, label in zip(pictures, labels, strict=True)]
    assert len(seen) == 25 * 32
    for at in range(0, 800, 50):
        assert len(set(seen[at : at + 50])) == 50
    assert {label for _, label in seen} == set(range(10)) and dict(seen) == {
        picture.tobytes(): label for picture, label in zip(x, y, strict=True)}
    (moved, labels), (plain, same) = (next(study.batches(x, y, 1, 0, move)) for move in (study.MOVED, None))
    assert np.array_equal(labels, same) and not np.allclose(moved, plain, atol=0.05)


@in_float64()
def test_what_each_method_starts_from():
    source = pretrained(1)
    for method in ("fine-tuned", "discriminative"):
        for name, array in study.begin(method, 1).features.state_dict().items():
            assert np.array_equal(array, source.features.state_dict()[name])
    first, second = (study.begin(method, 1).features.state_dict() for method in ("scratch", "fine-tuned"))
    assert not np.allclose(first["0.weight"], second["0.weight"], atol=0.05)
    assert np.array_equal(study.extractor("random frozen", 1).features[0].weight.data, first["0.weight"])
    untouched, seen = (network.features[1].running_mean.data for network in (
        study.begin("scratch", 1), study.extractor("random frozen", 1)))
    assert not untouched.any() and np.abs(seen).max() > 0.01


@in_float64()
def test_discriminative_rates_move_lower_layers_less_and_frozen_ones_do_not_move():
    x, y = drawn(1, 0)
    before, moved = pretrained(0), {}
    for by_layer in (False, True):
        model = study.train(study.begin("fine-tuned", 0), x, y, 0.003, 0, steps=10, by_layer=by_layer)
        moved[by_layer] = [np.abs(model.features[i].weight.data - before.features[i].weight.data).mean()
                           for i in (0, 4, 8)]
    assert all(slow < fast / 2 for slow, fast in zip(moved[True], moved[False], strict=True))
    weights = [array.copy() for array in study.extractor("frozen", 0).state_dict().values()]
    study.learn("frozen", True, (1.0,), x, y, 0)
    for old, new in zip(weights, study.extractor("frozen", 0).state_dict().values(), strict=True):
        assert np.array_equal(old, new)


def test_ahead_is_paired_over_draws_and_over_pictures():
    """Planted: one method reads 16 pictures more in every run, 2 percent; then in one draw only, or in few pictures."""
    row = {"runs": "4", "by_run": "50.00 75.00;50.00 75.00", "right": "4" * 500 + "0" * 297}
    better = row | {"by_run": "52.00 77.00;52.00 77.00", "right": "4" * 516 + "0" * 281}
    by_draw, error = study.ahead(better, row)
    assert np.allclose(by_draw, 0.02) and error == pytest.approx(np.sqrt(16 / 797 * (1 - 16 / 797) / 796), rel=1e-6)
    assert study.is_ahead(better, row) and not study.is_ahead(row, better) and not study.is_ahead(row, row)
    assert not study.is_ahead(better | {"by_run": "49.00 85.00;49.00 85.00"}, row)  # not in every draw
    assert not study.is_ahead(better | {"right": "0" * 281 + "4" * 516}, row)  # other pictures: may be luck


def clear(first, second, ks=study.LABELS):
    """For which k the first is clearly ahead of the second; both are (method, augmented)."""
    return [k for k in ks if study.is_ahead(study.stored(*first, k), study.stored(*second, k))]


PLAIN = {method: (method, False) for method in study.GRIDS}
MOVED = {method: (method, True) for method in study.GRIDS}


def test_what_the_chapter_says_of_letters():
    """Fine-tuning pays up to 10 labels, frozen features most with 1 and 2; a random network pays nowhere."""
    assert clear(PLAIN["fine-tuned"], PLAIN["scratch"]) == [1, 2, 5, 10]
    assert not clear(PLAIN["scratch"], PLAIN["fine-tuned"])
    assert clear(PLAIN["frozen"], PLAIN["fine-tuned"]) == [1, 2]
    assert clear(PLAIN["fine-tuned"], PLAIN["frozen"]) == [10, 20] and 50 in clear(PLAIN["scratch"], PLAIN["frozen"])
    assert clear(PLAIN["frozen"], PLAIN["random frozen"]) == list(study.LABELS)
    assert not clear(PLAIN["discriminative"], PLAIN["fine-tuned"])
    assert not clear(PLAIN["fine-tuned"], PLAIN["discriminative"])
    assert not clear(PLAIN["scratch"], PLAIN["SVM"], (1, 2)) and not clear(PLAIN["SVM"], PLAIN["scratch"], (1, 2))


def test_what_the_chapter_says_of_moves():
    """Moves alone gain about as much as letters alone, the two add for few labels, and from 10 on moves suffice."""
    assert not clear(PLAIN["fine-tuned"], MOVED["scratch"]) and not clear(MOVED["scratch"], PLAIN["fine-tuned"])
    assert {1, 2, 10} <= set(clear(MOVED["scratch"], PLAIN["scratch"]))
    assert {1, 2, 5, 10} <= set(clear(MOVED["fine-tuned"], PLAIN["fine-tuned"]))
    assert clear(MOVED["fine-tuned"], MOVED["scratch"]) == [1, 2, 5]
    assert clear(MOVED["fine-tuned"], MOVED["frozen"]) == [5, 10, 20, 50]
    assert not clear(MOVED["frozen"], MOVED["fine-tuned"])
    mean = {(way, k): float(study.stored(*way, k)["mean"]) for way in study.WAYS for k in study.LABELS}
    for k, low, high in ((1, -0.01, 0.03), (2, -0.02, 0.02), (10, -0.03, -0.005)):
        added = mean[MOVED["fine-tuned"], k] - mean[MOVED["scratch"], k]
        assert low < added - (mean[PLAIN["fine-tuned"], k] - mean[PLAIN["scratch"], k]) < high


def test_with_twice_the_steps_moves_nearly_catch_up_at_five_labels():
    longer = {way: study.shares(study.stored(*way, 5, "longer")) for way in (MOVED["scratch"], MOVED["fine-tuned"])}
    gain = longer[MOVED["scratch"]] - study.shares(study.stored(*MOVED["scratch"], 5))[:, :2]
    assert (gain > 0.005).all() and 0 < (longer[MOVED["fine-tuned"]] - longer[MOVED["scratch"]]).mean() < 0.015
