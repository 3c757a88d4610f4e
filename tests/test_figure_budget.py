"""The label budget: its script against its Python class, its numbers against the study, and its values."""

import base64
import json
import os
import subprocess

import numpy as np
import pytest
import traitlets
from clone import ROOT
from site_tools import course_math

from dlcourse.figures.budget import CURVES, LABELS, METHODS, MOVES, Budget, picture_error
from dlcourse.studies import label_budget

PAIRS = [("fine-tuned", "scratch"), ("scratch", "fine-tuned"), ("scratch + moves", "fine-tuned"), ("frozen", "SVM"),
         ("fine-tuned + moves", "discriminative + moves"), ("random frozen", "logistic regression")]  # fmt: skip
COMPARED = [{"a": a, "b": b, "labels": labels} for a, b in PAIRS for labels in LABELS]


def test_the_script_computes_what_the_class_does(tmp_path):
    path, figures = tmp_path / "numbers.json", [(values, Budget(**values)) for values in COMPARED]
    wanted = {
        "begun": {name: value for name, value in Budget().state().items() if name != "tries"},
        "data": base64.b64encode(Budget.stored_numbers()).decode(),
        "errors": [[curve, labels, *Budget().error(curve, labels)] for curve in CURVES for labels in LABELS],
        "figures": [{"values": values, "ahead": figure.ahead(), "more": figure.is_ahead(),
                     "needed": figure.needed(figure.b, figure.a)} for values, figure in figures],
    }  # fmt: skip
    path.write_text(json.dumps({"budget": wanted}))
    test = ROOT / "tests" / "figures" / "budget.test.mjs"
    command = [str(course_math.node_program()), "--test", "--test-reporter=tap", str(test)]
    done = subprocess.run(command, env=os.environ | {"FIGURE_NUMBERS": str(path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0" in done.stdout and "\n# pass 0" not in done.stdout


# ------------------------------------------------------------------------------------------------ the numbers


def test_its_numbers_are_those_of_the_study():
    assert LABELS == label_budget.LABELS and METHODS == tuple(label_budget.GRIDS)
    for curve in CURVES:
        method, moves = curve.removesuffix(MOVES), curve.endswith(MOVES)
        for labels in LABELS:
            row, (error, deviation) = label_budget.stored(method, moves, labels), Budget().error(curve, labels)
            assert error == pytest.approx(100 - 100 * float(row["mean"]), abs=0.02)
            assert deviation == pytest.approx(100 * float(row["spread"]), abs=0.02)


def test_a_winner_is_one_by_the_rule_of_the_study():
    for values in COMPARED:
        figure = Budget(**values)
        rows = [label_budget.stored(curve.removesuffix(MOVES), curve.endswith(MOVES), figure.labels)
                for curve in (figure.a, figure.b)]
        by_draw, error = label_budget.ahead(*rows)
        np.testing.assert_allclose(figure.ahead(), 100 * by_draw, atol=1e-9)
        assert picture_error(figure.a, figure.b, figure.labels) == pytest.approx(100 * error)
        assert figure.is_ahead() == (label_budget.is_ahead(*rows) or label_budget.is_ahead(*rows[::-1]))


def test_needed_labels_are_where_the_line_has_the_error():
    figure = Budget(labels=10)
    for curve in CURVES:
        assert figure.needed(curve, curve) == pytest.approx(10) or figure.error(curve, 5)[0] <= figure.error(curve)[0]
    worst, best = Budget(labels=1), Budget(labels=50)
    assert worst.needed("fine-tuned + moves", "random frozen") == 1
    assert best.needed("random frozen", "fine-tuned + moves") is None


# ------------------------------------------------------------------------------------------------ what to try


def ahead(a, b, labels):
    """The mean difference in points, and whether there is a winner."""
    figure = Budget(a=a, b=b, labels=labels)
    return np.mean(figure.ahead()), figure.is_ahead()


def test_to_try_the_gain_of_fine_tuning_is_used_up_by_more_labels():
    gains = [ahead("fine-tuned", "scratch", labels)[0] for labels in LABELS]
    assert gains[0] > 5 and gains[2] > 2 and gains[-1] < 1
    assert all(ahead("fine-tuned", "scratch", labels)[1] for labels in LABELS[:3])


def test_to_try_moves_gain_as_much_as_pretraining_and_the_gains_add():
    gain, winner = ahead("fine-tuned", "scratch + moves", 5)
    assert not winner and abs(gain) < 2
    for other in ("fine-tuned", "scratch + moves"):
        gain, winner = ahead("fine-tuned + moves", other, 5)
        assert winner and gain > 1


def test_to_try_few_labels_leave_the_network_alone_and_many_change_it():
    (few, sure), (many, sure_too) = (ahead("frozen", "fine-tuned", labels) for labels in (1, 20))
    assert few > 2 and sure and many < -0.5 and sure_too


def test_to_try_slower_lower_layers_are_hardly_ever_a_winner():
    assert sum(ahead("discriminative", "fine-tuned", labels)[1] for labels in LABELS) <= 1


def test_to_try_pixels_need_about_twice_the_labels():
    assert 7 < Budget(labels=5).needed("SVM", "fine-tuned") < 15


# ------------------------------------------------------------------------------------------------ its values


@pytest.mark.parametrize(
    "values", [{"labels": 3}, {"labels": "5"}, {"a": "magic"}, {"b": "scratch+moves"}, {"shown": ["scratch", "none"]}]
)
def test_what_cannot_be_is_refused(values):
    with pytest.raises(traitlets.TraitError):
        Budget(**values)
