"""Why this file exists: a figure and half of lab 5d speak of this study, so a part of it is made again."""

import numpy as np
import pytest

from dlcourse.apps.translation import PAD, exact, greedy
from dlcourse.data import load
from dlcourse.studies import number_translation as study
from dlcourse.studies.table import read

TRAINED = [  # (model, options of `table`) of all settings with three seeds
    *[("attention", {"n": n}) for n in study.SIZES],
    ("no attention", {}), ("no attention", {"updates": study.MORE_UPDATES}), ("transformer", {}),
    *[(model, {"target": "french"}) for model in study.CHOSEN],
    *[(model, {"split": "reversed"}) for model in ("attention", "no attention")],
    *[(model, {"split": split}) for split in study.SPLITS for model in ("attention", "transformer")],
]  # fmt: skip


def test_the_table_is_whole():
    for model, options in TRAINED:
        assert [int(row["seed"]) for row in study.table(model, **options)] == list(study.SEEDS), (model, options)
    for model in study.CHOSEN:
        assert len(study.table(model, rows="validation")) == len(study.RATES) * len(study.SWEEP_SEEDS)
    counted = [("phrases", n) for n in study.SIZES] + [("word for word", n) for n in study.SIZES] + [("copied", 0)]
    assert all(len(study.table(model, n=n)) == 1 for model, n in counted)
    french = [study.table(model, "french", n=n) for model, n in (("phrases", study.PAIRS), ("copied", 0),
                                                                 ("word for word", study.PAIRS))]
    assert [len(rows) for rows in french] == [1, 1, 1]
    total = len(study.SEEDS) * len(TRAINED) + len(study.CHOSEN) * len(study.RATES) * len(study.SWEEP_SEEDS)
    assert len(read("number_translation")) == total + len(counted) + len(french)


@pytest.mark.parametrize("model", study.CHOSEN)
def test_the_rate_is_the_sweeps(model):
    assert study.best_rate(model) == study.CHOSEN[model]
    assert {float(row["rate"]) for row in study.table(model)} == {study.CHOSEN[model]}


def test_the_stored_network_translates_what_the_table_says():
    (source, right), network = study.pairs("test"), study.network()
    share = exact(greedy(network, source, study.TARGET), right).mean()
    assert share == pytest.approx(float(study.table("attention")[0]["exact"]), abs=0.002)
    assert not network.training and study.WEIGHTS.stat().st_size < 300_000


def test_a_row_of_a_network_made_again_agrees():
    stored = study.column("exact", "attention", n=1000)
    again = study.row_of("attention", 0, n=1000)
    assert stored.min() - 0.01 <= again["exact"] <= stored.max() + 0.01
    assert again["parameters"] == int(study.table("attention", n=1000)[0]["parameters"])


def test_what_is_counted_comes_out_the_same():
    again = {row["model"]: row for row in study.counted_rows("german", 250)}
    for name in ("phrases", "word for word"):
        (stored,) = study.table(name, n=250)
        assert (again[name]["exact"], again[name]["bleu"]) == (float(stored["exact"]), float(stored["bleu"])), name
    assert study.copy_row("german")["exact"] == float(study.table("copied", n=0)[0]["exact"]) == 0


@pytest.mark.parametrize("split", study.SPLITS)
def test_a_split_asks_for_nothing_that_was_learned(split):
    learned, asked = (study.pairs(rows, split=split, asked=rows == "test")[0] for rows in ("fit", "test"))
    texts = [[study.languages().source.decode(row) for row in rows] for rows in (learned, asked)]
    assert not any(map(study.SPLITS[split], texts[0])) and all(map(study.SPLITS[split], texts[1]))
    assert len(asked) > 100 and len(learned) > 2500
    words = [{word for text in part for word in text.split()} for part in texts]
    assert words[1] <= words[0]  # every word was learned in some other place


def test_what_the_splits_leave_out():
    asked = {split: [number for number in (37_000, 37, 7_000, 700, 507, 107_000, 1_234_567 % 1_000_000)
                     if test(load_english(number))] for split, test in study.SPLITS.items()}
    assert asked["seven thousand"] == [37_000, 7_000, 107_000] and asked["seven hundred"] == [700]
    assert asked["new tens"] == [37_000, 37, 234_567] and asked["longer"] == [234_567]


def load_english(number):
    """The words of a number."""
    from dlcourse.data.number_words import english

    return " ".join(english(number))


def test_reversed_sources_are_reversed():
    usual, turned = study.pairs("test")[0], study.pairs("test", split="reversed")[0]
    assert len(usual) == len(load("numbers").test.number)
    for row, other in zip(usual[:20], turned[:20], strict=True):
        assert np.array_equal(row[row != PAD][::-1], other[other != PAD])


def test_partners_are_found_by_hand():
    assert study.true_places("two hundred thirty two", "zwei hundert zwei und dreißig") == [0, 1, 3, -1, 2]
    assert study.true_places("one thousand one", "ein tausend eins") == [0, 1, 2]
    german = "zwei hundert zwei und dreißig tausend vier hundert elf"
    assert [study.role(german, place) for place in range(9)] == [
        "first digit", "hundert", "units before und", "und", "tens", "tausend", "digit before hundert", "hundert",
        "other below twenty"]  # fmt: skip


def test_the_looks_of_the_stored_network_are_those_of_the_table():
    rows = read("number_looks")
    assert len(rows) == len(study.LOOK_SIZES) * len(study.SEEDS) * 7
    found = study.looks(study.network())
    stored = {row["word"]: row for row in rows if (row["pairs"], row["seed"]) == (str(study.PAIRS), "0")}
    assert set(found) == set(stored)
    for kind, (partner, behind) in found.items():
        assert partner == pytest.approx(float(stored[kind]["partner"]), abs=0.01), kind
        assert behind == pytest.approx(float(stored[kind]["behind"]), abs=0.01), kind


def test_no_network_misses_the_words_that_cross_and_each_misses_another():
    missed = {}
    for row in read("number_looks"):
        if float(row["partner"]) < 0.6:
            missed.setdefault((row["pairs"], row["seed"]), set()).add(row["word"])
    assert len(missed) == 6 and set().union(*missed.values()) == {"first digit", "hundert", "tausend"}
