"""The ten examples: the script against dlcourse, the numbers that are stored, and the figure's values in Python."""

import functools
import json
import os
import subprocess

import numpy as np
import pytest
import traitlets
from clone import ROOT
from site_tools import course_math
from test_figure_read_digit import DRAWN

import dlcourse
from dlcourse import transfer
from dlcourse.figures import ten_examples as module
from dlcourse.figures.ten_examples import (
    CLASSES,
    KINDS,
    MOST,
    TenExamples,
    class_means,
    enlarged,
    pool_rows,
    probabilities_of,
    squared_distances,
    stored,
)
from dlcourse.studies import letters
from dlcourse.studies import ten_examples as study

pytestmark = pytest.mark.usefixtures("float64")

TWO = {"examples": [[3, DRAWN[3]], [7, 5], [3, 12], [7, DRAWN[7]]], "row": -1}
FIGURES = [
    TenExamples(row=0), TenExamples(row=150, draw=3), TenExamples(row=40, examples=[]), TenExamples(row=-1),
    *(TenExamples(row=-1, strokes=strokes) for strokes in DRAWN.values()),
    TenExamples(**TWO, strokes=DRAWN[8]),
    TenExamples(examples=[[digit, strokes] for digit, strokes in DRAWN.items()], row=7),
    TenExamples(examples=[[digit, row] for rows in zip(*map(lambda rows: rows[:5], pool_rows(2)), strict=True)
                          for digit, row in enumerate(rows)], row=199),
]  # fmt: skip


def numbers_of(figure):
    """All that the page computes from a figure's values."""
    counts = figure.picture()
    return {
        "setting": {name: getattr(figure, name) for name in ("examples", "strokes", "row", "draw")},
        "counts": counts.ravel().tolist(), "pixels": enlarged(counts[None]).ravel().tolist(),
        "features": figure.described(counts[None])[0].tolist(),
        "answers": {kind: figure.probabilities(kind).tolist() for kind in KINDS},
        "nearest": {kind: figure.nearest(kind) for kind in KINDS},
        "right": {kind: figure.right(kind) for kind in KINDS},
    }  # fmt: skip


def test_the_script_computes_what_the_package_does(tmp_path):
    path = tmp_path / "numbers.json"
    wanted = {
        "figures": [numbers_of(figure) for figure in FIGURES],
        "begun": {name: value for name, value in TenExamples().state().items() if name != "tries"},
        "pools": {draw: pool_rows(draw) for draw in (0, 1, 999)}, "measured": stored()[0],
        "enlarged": [np.rint(255 * enlarged(counts)).astype(int).reshape(len(counts), -1).tolist()
                     for counts, _ in stored()[2:]],
        "file": str(ROOT / "dlcourse" / "figures" / TenExamples.numbers),
    }  # fmt: skip
    wanted["enlarged"] = sum(wanted["enlarged"], [])
    path.write_text(json.dumps({"ten_examples": wanted}))
    test = ROOT / "tests" / "figures" / "ten_examples.test.mjs"
    command = [str(course_math.node_program()), "--test", "--test-reporter=tap", str(test)]
    done = subprocess.run(command, env=os.environ | {"FIGURE_NUMBERS": str(path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0" in done.stdout and "\n# pass 0" not in done.stdout


# ------------------------------------------------------------------------------------------------ the numbers


def test_the_file_holds_the_pretrained_network_the_digits_and_what_was_measured(tmp_path, monkeypatch):
    written = TenExamples.stored_numbers()
    assert len(written) < 100_000
    monkeypatch.setattr(module, "HERE", tmp_path)
    module.write_numbers(letters.pretrained(0), study.measured())
    assert (tmp_path / TenExamples.numbers).read_bytes() == written


def test_half_precision_changes_no_answer():
    x = letters.digits("test")[0][:100]
    exact, rounded = transfer.features(letters.pretrained(0), x), TenExamples().described(stored()[3][0][:1])
    figure = TenExamples()
    again = figure.model().features(dlcourse.Tensor(x)).data
    assert 0 < np.abs(again - exact).max() < 0.02 * exact.max() and rounded.shape == (1, 64)
    rows = stored()[2]
    known = [transfer.features(letters.pretrained(0), enlarged(rows[0])[:, None]), figure.described(rows[0])]
    answers = [squared_distances(class_means(one, rows[1]), test).argmin(axis=1)
               for one, test in zip(known, (exact, again), strict=True)]
    assert (answers[0] == answers[1]).mean() >= 0.99


def test_its_digits_are_those_that_the_network_gets_in_the_studies():
    (pool, labels), (test, wanted) = stored()[2:]
    x, y = letters.digits("train")
    assert np.array_equal(enlarged(pool), x[::5, 0]) and np.array_equal(labels, y[::5])
    assert min(np.bincount(labels)) >= 2 * MOST
    rows = np.array([np.flatnonzero((letters.digits("test")[0][:, 0] == picture).all(axis=(1, 2)))[0]
                     for picture in enlarged(test)])
    assert (np.diff(rows) > 0).all() and rows[0] == 0 and rows[-1] > 790
    assert np.array_equal(letters.digits("test")[1][rows], wanted)


# ------------------------------------------------------------------------------------------------ the head


def test_the_nearest_mean_is_that_of_scikit_learn():
    from sklearn.neighbors import NearestCentroid

    rng = np.random.default_rng(0)
    rows, labels, x = rng.normal(size=(40, 7)), np.arange(40) % CLASSES, rng.normal(size=(60, 7))
    means = class_means(rows, labels)
    assert np.array_equal(squared_distances(means, x).argmin(axis=1), NearestCentroid().fit(rows, labels).predict(x))
    p = probabilities_of(means, x, 0.3)
    logits = -0.3 * squared_distances(means, x)
    np.testing.assert_allclose(p, np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), atol=1e-12)
    few = probabilities_of(class_means(rows[:3], labels[:3]), x, 0.3)
    assert (few[:, 3:] == 0).all() and np.allclose(few.sum(axis=1), 1)
    assert (probabilities_of(class_means(rows[:0], labels[:0]), x, 0.3) == 0).all()


# ------------------------------------------------------------------------------------------------ what to try


def answer(strokes, examples, kind="letters"):
    return int(TenExamples(row=-1, strokes=strokes, examples=examples).probabilities(kind).argmax())


def test_to_try_most_drawings_are_read_and_a_misread_one_is_read_once_it_was_taught():
    begun, rng = TenExamples().examples, np.random.default_rng(0)
    misread = [digit for digit, strokes in DRAWN.items() if answer(strokes, begun) != digit]
    assert 1 <= len(misread) <= 4
    for digit in misread:
        again = [(np.array(stroke) + rng.uniform(-0.02, 0.02, (len(stroke), 2))).tolist() for stroke in DRAWN[digit]]
        assert answer(again, [*begun, [digit, DRAWN[digit]]]) == digit


@functools.cache
def features():
    """Those of the pool and those of the test digits."""
    return tuple(TenExamples().described(counts) for counts, _ in stored()[2:])


def right(examples):
    """How many of the 200 test digits a list of examples from the pool reads right, from features."""
    (known, others), (_, wanted) = features(), stored()[3]
    means = class_means(known[[row for _, row in examples]], np.array([digit for digit, _ in examples]))
    return int((squared_distances(means, others).argmin(axis=1) == wanted).sum())


def of_draw(draw, count):
    return [[digit, row] for n in range(count) for digit, row in enumerate(rows[n] for rows in pool_rows(draw))]


def test_to_try_draws_of_ten_examples_differ_by_more_than_ten_points():
    counts = [right(of_draw(draw, 1)) for draw in range(10)]
    assert max(counts) - min(counts) >= 20 and counts[0] == TenExamples().right()[-1]


def test_to_try_raw_pixels_need_two_to_three_times_the_examples():
    draws = {kind: {k: mean for k, mean, _ in rows} for kind, rows in stored()[0]["draws"].items()}
    assert draws["pixels"][1] + 0.03 < draws["letters"][1] < draws["pixels"][3] - 0.02
    assert all(draws["letters"][k] > draws["pixels"][k] + 0.03 for k in draws["letters"])


def test_to_try_a_lie_costs_less_among_three():
    def cost(count):
        """The mean loss in digits by one 3, drawn by somebody, that is taught as an 8."""
        losses = []
        for draw in range(8):
            examples, lie = of_draw(draw, count), pool_rows(draw)[3][10]
            losses.append(right(examples) - right([*examples, [8, lie]]))
        return np.mean(losses)

    assert cost(1) > 4 and cost(3) < 2


def test_to_try_scribbles_are_often_taken_for_a_digit():
    doubt = stored()[0]["doubt"]
    assert 0.2 < 1 - doubt["scribbles_below"] / doubt["scribbles"] < 0.8
    assert doubt["wrong_below"] >= 0.5 * doubt["below"]


# ------------------------------------------------------------------------------------------------ its values


def test_its_values_change_what_it_learned():
    figure = TenExamples()
    assert [digit for digit, _ in figure.examples] == list(range(CLASSES)) and len(figure.right()) == 10
    assert TenExamples(draw=3).examples != figure.examples and figure.picture().shape == (8, 8)
    figure.set_state({"examples": [[3, DRAWN[3]]], "row": -1, "strokes": DRAWN[3]})  # from a page
    assert figure.nearest() == (0, 0.0) and figure.probabilities()[3] == 1
    figure.examples = []
    assert figure.right() == [] and figure.nearest() is None and figure.probabilities("pixels").sum() == 0
    assert figure.learned("pixels")[0].shape == (0, 196)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"examples": [[10, 3]]}, r"expected lists \[digit, row of the pool or strokes\], such as .*got \[10, 3\]"),
        ({"examples": [3]}, "expected lists"),
        ({"examples": [[3, 200]]}, "rows of the pool, 0 to 199, got 200"),
        ({"examples": [[3, [[0.1]]]]}, "an example of 3 expected lists of points"),
        ({"examples": [[3, row] for row in range(6)]}, "at most 5 of each digit, got 6 of 3"),
        ({"strokes": [1, 2]}, "strokes expected lists of points"),
        ({"row": 200}, "200"),
        ({"row": -2}, "-2"),
        ({"draw": 1000}, "1000"),
    ],
)
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(traitlets.TraitError, match=words):
        TenExamples(**values)
