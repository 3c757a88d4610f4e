"""Why this file exists: chapter 8 says by this table what is lost from fonts to handwriting, and what repairs it."""

import numpy as np
import pytest

from dlcourse import Tensor, data
from dlcourse import functional as F
from dlcourse.studies import domain_gap as study
from dlcourse.studies import label_budget as budget
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.letters import digits, pretrained
from dlcourse.studies.table import read
from dlcourse.transfer import Reader

ROWS = read("domain_gap")
WAYS = {"as drawn": {*study.BARE, "statistics of 0, 1, 2", "entropy", "pseudo-labels", "statistics of 10",
                     "statistics of 100", "labels: 1 each", "labels: 5 each"},
        "framed": {*study.BARE, "pseudo-labels"}}


def test_the_table_is_whole():
    for source, ways in WAYS.items():
        assert {row["way"] for row in ROWS if (row["source"], row["stage"]) == (source, "test")} == ways
    for way, grid in study.GRIDS.items():
        sweep = [row for row in ROWS if (row["way"], row["stage"]) == (way, "sweep")]
        assert [float(row["setting"]) for row in sweep] == list(grid)
        assert float(study.stored(way)["setting"]) == study.best(ROWS, way)
    assert len(ROWS) == sum(map(len, WAYS.values())) + sum(map(len, study.GRIDS.values()))


@pytest.mark.parametrize("row", [row for row in ROWS if row["stage"] == "test"], ids=lambda row: row["way"])
def test_the_answers_give_the_stored_numbers(row):
    shares, by_picture = budget.shares(row), budget.share_of_runs(row)
    assert len(shares) == len(study.SEEDS) == len(row["parts"].split(";")) and len(by_picture) == 797
    assert shares.mean() == pytest.approx(float(row["mean"]), abs=1e-4)
    assert by_picture.mean() == pytest.approx(float(row["mean"]), abs=1e-4)


@in_float64()
def test_a_seed_made_again_agrees():
    model, parts = study.font_reader("as drawn", 0)
    row = study.stored("as it is")
    assert np.allclose(parts, budget.shares(row, "parts")[0], rtol=0, atol=0.01)
    (x, y), (judged, labels) = digits("train"), digits("test")
    for way in study.BARE:
        found = study.correct(study.predict(study.adapted(model, way, "", x, y, 0), judged), labels).mean()
        assert abs(found - budget.shares(study.stored(way))[0, 0]) <= 0.01


@in_float64()
def test_the_loss_is_the_entropy_and_only_norms_learn():
    logits = np.random.default_rng(0).normal(size=(5, 10))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert study.entropy(Tensor(logits), None).item() == pytest.approx(-(p * np.log(p)).sum(axis=1).mean())
    assert study.entropy(Tensor(np.zeros((2, 10))), None).item() == pytest.approx(np.log(10))
    model, x = Reader(rng=np.random.default_rng(0)), digits("fit")[0]
    before = {name: p.data.copy() for name, p in model.named_parameters()}
    first = study.entropy(study.with_statistics_of(model, x)(Tensor(x)), None).item()
    study.surer(model, x, 0.01, 0)
    moved = {name for name, p in model.named_parameters() if not np.array_equal(p.data, before[name])}
    assert moved == {f"features.{i}.{name}" for i in (1, 5, 9) for name in ("weight", "bias")}
    assert study.entropy(model(Tensor(x)), None).item() < first


@in_float64()
def test_a_copy_is_a_network_of_its_own():
    model = Reader(rng=np.random.default_rng(1)).eval()
    twin, x = study.copy_of(model), digits("fit")[0][:20]
    assert np.array_equal(twin(Tensor(x)).data, model(Tensor(x)).data)
    study.with_statistics_of(twin, x)
    assert not np.allclose(twin(Tensor(x)).data, model(Tensor(x)).data)


@in_float64()
def test_framed_pictures_fill_the_box_of_the_handwritten_ones():
    pictures = data.load("glyphs", alphabet="digits", n=50, seed=3).train.x
    found, hand = study.framed(pictures), digits("fit")[0]
    for x in (found, hand):
        assert x.shape[1:] == (1, 14, 14) and x.min() == 0 and x.max() <= 1
        assert not x[:, :, [0, -1]].any() and not x[..., [0, -1]].any()
    inked = [(x[:, 0].max(axis=2) > 0.25 * x.max(axis=(1, 2, 3))[:, None]).sum(axis=1) for x in (found, hand)]
    assert [np.median(rows) for rows in inked] == [12, 12]


@in_float64()
def test_a_self_taught_network_learns_what_it_says_where_it_is_sure(monkeypatch):
    told = {}
    monkeypatch.setattr(budget, "train", lambda model, x, y, *_: told.update(x=x, y=y))
    model, x = pretrained(0), digits("fit")[0][:60]
    logits = study.predict(model, x)
    sure = F.softmax(Tensor(logits), dim=1).data.max(axis=1)
    study.self_taught(model, x, 0.5, 0)
    assert np.array_equal(told["x"], x[sure > 0.5]) and np.array_equal(told["y"], logits[sure > 0.5].argmax(axis=1))


def test_a_gap_opens_between_fonts_and_handwriting_and_not_between_fonts():
    for source in study.SOURCES:
        row = study.stored("as it is", source)
        own, held_out = budget.shares(row, "parts").T
        assert (own - held_out).max() < 0.05 and held_out.min() > budget.shares(row).max() + 0.1
    gain = budget.shares(study.stored("as it is", "framed")) - budget.shares(study.stored("as it is"))
    assert 0 < gain.mean() < 0.06  # the frame explains a part of it only


def test_statistics_help_unless_they_are_of_a_few_classes_and_ten_labels_help_more():
    bare = budget.shares(study.stored("as it is"))
    assert (budget.shares(study.stored("statistics")) - bare).min() > 0.01
    assert (budget.shares(study.stored("statistics of 0, 1, 2")) - bare).max() < -0.04
    unlabeled = [budget.shares(row).max() for row in ROWS if row["stage"] == "test" and "labels:" not in row["way"]]
    assert budget.shares(study.stored("labels: 1 each")).min() > max(unlabeled) + 0.01
