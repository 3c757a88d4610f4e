"""Why this file exists: chapter 7 compares what counts, what learns and what compresses; this study is its evidence."""

import pytest

from dlcourse.language import COMPRESSORS, SMOOTHINGS
from dlcourse.studies import language_models as study
from dlcourse.studies.table import read


def bits(model, stage="test", setting=None, column="bits"):
    return float(study.row_of(model, stage, setting)[column])


def test_the_table_is_whole():
    found = [(row["model"], row["stage"], row["setting"]) for row in read("language_models")]
    sweeps = [(smoothing, str(order)) for smoothing in SMOOTHINGS for order in study.ORDERS]
    sweeps += [(kind, str(rate)) for kind in study.HIDDEN for rate in study.RATES]
    judged = [name for name, stage, _ in found if stage == "test"]
    assert sorted((name, setting) for name, stage, setting in found if stage == "sweep") == sorted(sweeps)
    assert sorted(judged) == sorted([*SMOOTHINGS, *study.HIDDEN])
    assert sorted((name, stage) for name, stage, _ in found if stage in ("alone", "primed")) == sorted(
        (name, stage) for name in COMPRESSORS for stage in ("alone", "primed"))
    assert len(found) == len(set(found)) == len(sweeps) + len(judged) + 6


@pytest.mark.parametrize("model", [*SMOOTHINGS, *study.HIDDEN])
def test_what_was_chosen_is_what_was_best_on_the_validation_topics(model):
    sweep = {row["setting"]: float(row["bits"]) for row in read("language_models")
             if (row["model"], row["stage"]) == (model, "sweep")}
    assert study.row_of(model)["setting"] == min(sweep, key=sweep.get)


def test_rows_made_again_agree():
    """What counts and what compresses has no chance in it; of bz2 and xz another version may differ by some bytes."""
    for smoothing, order in (("witten-bell", 3), ("kneser-ney", 4)):
        again = study.counted("fit", "validation", order, smoothing)
        assert again == pytest.approx(bits(smoothing, "sweep", order), abs=1e-4)
    for row in study.compressor_rows():
        assert row["bits"] == pytest.approx(bits(row["model"], row["stage"]), abs=0.02)


def test_a_network_learns_as_the_table_says():
    """A part of one training: after a tenth of the updates it stands far below characters without a memory."""
    model = study.train_network("GRU", "fit", 0.005, study.SWEEP_SEED, study.UPDATES // 10)
    found = study.bits_per_character(model, study.tokens_of("validation")[:4000])
    assert bits("GRU", "sweep", 0.005) < found < bits("kneser-ney", "sweep", 1) - 0.5


def test_networks_are_of_equal_size():
    sizes = [int(study.row_of(kind)["parameters"]) for kind in study.HIDDEN]
    assert max(sizes) < 1.01 * min(sizes)
    for kind, size in zip(study.HIDDEN, sizes, strict=True):
        assert sum(p.numel() for p in study.network(kind, 0).parameters()) == size


def test_no_test_text_is_in_a_sweep():
    fit, validation, test = (study.text_of(part) for part in ("fit", "validation", "test"))
    assert study.text_of("train") not in (fit, validation)
    paragraphs = set(test.split("\n\n"))
    assert not paragraphs & set(fit.split("\n\n")) and not paragraphs & set(validation.split("\n\n"))


def test_the_smoothing_decides_what_a_long_memory_is_worth():
    """Witten and Bell's gets worse with a memory beyond five characters, Kneser and Ney's better up to ten."""
    witten, kneser = ({order: bits(s, "sweep", order) for order in study.ORDERS} for s in ("witten-bell", "kneser-ney"))
    assert witten[5] < min(witten[3], witten[8]) - 0.1
    assert kneser[10] < kneser[8] < kneser[6] < kneser[5] and kneser[8] - kneser[10] < 0.03
    assert bits("kneser-ney") < bits("witten-bell") - 0.15


def test_compressors_gain_from_the_training_text():
    for name in COMPRESSORS:
        assert bits(name, "primed") < bits(name, "alone") - 0.15
    assert bits("bz2", "primed") < bits("kneser-ney") - 0.05
