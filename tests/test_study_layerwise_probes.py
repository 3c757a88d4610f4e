"""Why this file exists: chapter 4 says what a network keeps and what it lets go, and this study is its evidence."""

import numpy as np

from dlcourse.studies import layerwise_probes as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read


def test_the_table_is_whole():
    rows = {(row["trained_to_name"], row["layer"], row["asked"]) for row in read("layerwise_probes")}
    assert rows == {(t, layer, asked) for t in study.TRAINED for layer in study.LAYERS for asked in study.QUESTIONS}
    assert len(read("layerwise_probes")) == len(rows)


def test_a_row_made_again_agrees():
    """The untrained network: nothing depends on how a processor rounds a training."""
    again = in_float64()(study.probed)("nothing", study.SEEDS[0])
    for question in study.QUESTIONS:
        for layer, (_, low, high) in zip(study.LAYERS, study.stored("nothing", question), strict=True):
            assert low - 0.01 <= again[layer, question] <= high + 0.01


def test_what_was_asked_for_is_kept_and_the_rest_goes_as_in_the_untrained_network():
    letter, font = (study.stored("letter", question)[:, 0] for question in study.QUESTIONS)
    untrained = {question: study.stored("nothing", question)[:, 0] for question in study.QUESTIONS}
    assert np.all(np.diff(letter) > 0.05) and letter[4] > untrained["letter"][4] + 0.3
    assert np.abs(font - untrained["font"]).max() < 0.02
    asked_for_fonts = {question: study.stored("font", question)[:, 0] for question in study.QUESTIONS}
    assert np.all(np.diff(asked_for_fonts["font"]) > 0) and asked_for_fonts["font"][4] > untrained["font"][4] + 0.08
    assert abs(asked_for_fonts["letter"][4] - untrained["letter"][4]) < 0.03


@in_float64()
def test_the_probe_reads_pictures_that_the_network_did_not_learn_from():
    letters = study.pictures(0)
    own, new = letters.train.x, letters.same_fonts.x
    assert set(np.unique(letters.same_fonts.font)) == set(np.unique(letters.train.font))
    assert not {picture.tobytes() for picture in own} & {picture.tobytes() for picture in new}


@in_float64()
def test_features_come_in_the_order_of_the_layers():
    letters = study.pictures(0)
    sizes = [x.shape for x in study.features(study.train_network("nothing", letters, 0), letters.train.x[:3]).values()]
    assert sizes == [(3, 196), (3, 128), (3, 256), (3, 288), (3, 64)]
