"""Notebooks as they come back: not JSON, another assignment, cells gone, doubled, moved; each gets a clear line."""

import copy
import json

import pytest
from coursework_tools import ASSIGNMENTS, blank, changed, grade, lost, most, points, raw_name, solved, source_of, told

from dlcourse.coursework import notebook
from dlcourse.coursework.notebook import BadNotebook, merge, without_magics, without_solution

# ------------------------------------------------------------------------------------------------ no notebook at all


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read as JSON"),
        ("PK\x03\x04 a zip", "cannot be read as JSON"),
        ("<html>Sign in</html>", "cannot be read as JSON"),
        ("[" * 100_000, "cannot be read as JSON"),
        ("[1, 2]", "no list of cells"),
        ('{"worksheets": []}', "no list of cells"),
        ('{"cells": [3]}', "cell 1 of the notebook is damaged"),
        ('{"cells": [{"cell_type": "code", "metadata": {}}]}', "cell 1 of the notebook is damaged"),
        ('{"cells": [{"cell_type": "code", "metadata": [], "source": 7}]}', "damaged"),
        ('{"cells": []}', "is it another assignment"),
    ],
)
def test_what_is_no_notebook_gets_a_line_and_no_points(text, words, tmp_path):
    path = tmp_path / "chapter_1.ipynb"
    path.write_text(text, encoding="utf-8")
    result = grade(path)
    assert words in result["problem"] and "\n" not in result["problem"]
    assert points(result) == 0 and len(result["tests"]) == sum(c.kind == "test" for c in ASSIGNMENTS["chapter_1"].cells)


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "chapter_1.ipynb"
    path.write_bytes(b"\xff\xfe\x00\x01" * 100)
    assert "cannot be read" in grade(path)["problem"]


def test_a_notebook_of_200_mb(tmp_path):
    path = tmp_path / "chapter_1.ipynb"
    with path.open("wb") as file:
        file.truncate(200 * 10**6)
    assert "is larger than 50 MB: clear all outputs" in grade(path)["problem"]


@pytest.mark.box
def test_much_output_is_no_harm_below_that(tmp_path):
    full = solved()
    full["cells"][-2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 10_000_000}]
    path = tmp_path / "chapter_1.ipynb"
    path.write_text(json.dumps(full), encoding="utf-8")
    assert points(grade(path)) == most()


def test_another_assignment_is_recognized():
    with pytest.raises(BadNotebook, match="another assignment"):
        merge(ASSIGNMENTS["chapter_1"].cells, notebook.cells(blank("chapter_2")))


def without(nb, *names):
    """The notebook without these cells."""
    nb = copy.deepcopy(nb)
    nb["cells"] = [cell for cell in nb["cells"] if raw_name(cell) not in names]
    return nb


# ------------------------------------------------------------------------------------------------ cells


@pytest.mark.box
def test_tests_that_were_deleted_come_back():
    names = [cell.name for cell in ASSIGNMENTS["chapter_1"].cells if cell.kind in ("test", "given")]
    result = grade(without(solved(), *names))
    assert points(result) == most()
    assert any("were missing and are back" in note for note in result["notes"])


@pytest.mark.box
def test_tests_and_points_that_were_edited_count_as_they_were():
    edited = changed(changed(solved(), layer="layer = None"), **{f"layer-{i}": "pass" for i in (1, 2, 3)})
    for cell in edited["cells"]:
        if raw_name(cell).startswith("layer-"):
            cell["metadata"]["nbgrader"]["points"] = 100
            cell["metadata"]["editable"] = True
    assert points(grade(edited)) == most() - 5


@pytest.mark.box
def test_an_answer_that_was_deleted_costs_its_own_points():
    result = grade(without(solved(), "layer"))
    assert lost(result) == {"layer-1", "layer-2", "layer-3"}
    assert "the cell layer is missing" in told(result) and "`layer` is not defined" in told(result)


@pytest.mark.box
def test_of_a_doubled_cell_the_last_one_counts():
    doubled = solved()
    place = next(i for i, cell in enumerate(doubled["cells"]) if raw_name(cell) == "layer")
    wrong = copy.deepcopy(doubled["cells"][place]) | {"source": "def layer(x, weight, bias):\n    return None"}
    doubled["cells"].insert(place, wrong)
    result = grade(doubled)
    assert points(result) == most() and any("stands 2 times" in note for note in result["notes"])
    doubled["cells"][place : place + 2] = doubled["cells"][place + 1 : place - 1 : -1]
    assert points(grade(doubled)) == most() - 5


@pytest.mark.box
def test_cells_in_another_order_and_cells_of_one_s_own():
    turned = solved()
    turned["cells"] = turned["cells"][::-1]
    assert points(grade(turned)) == most()
    helped = changed(solved(), layer="def layer(x, weight, bias):\n    return leaky(x @ weight.T + bias)")
    place = next(i for i, cell in enumerate(helped["cells"]) if raw_name(cell) == "layer")
    own = "%matplotlib inline\n!pip list\ndef leaky(s):\n    return np.where(s > 0, s, s / 10)"
    helped["cells"].insert(place, {"cell_type": "code", "metadata": {}, "source": own, "outputs": []})
    result = grade(helped)
    assert points(result) == most(), told(result)


@pytest.mark.box
def test_a_notebook_whose_marks_were_lost_is_graded_all_the_same():
    bare = changed(blank(), **{name: source_of(solved(), name) for name in ("pencil", "layer", "loss", "gradient")})
    for cell in bare["cells"]:
        cell["metadata"] = {}
    result = grade(bare)
    assert lost(result) == {"train-1", "train-2"}, told(result)


@pytest.mark.box
def test_an_instructor_s_fixed_cells_are_run_as_they_were():
    assert points(grade(changed(solved(), numbers="x = None", setup="np = None"))) == most()


@pytest.mark.box
def test_a_foreign_code_is_noted_and_does_not_count():
    practice = grade(solved(), student="ada")
    assert "'practice', which is not yours" in practice["notes"][0]
    by_hand = "sums = [0.5, -1.0]\nhidden = [0.5, 0.0]\noutput = 1.0"
    assert lost(grade(changed(solved(), pencil=by_hand))) == {"pencil-1", "pencil-2"}


@pytest.mark.box
def test_an_answer_in_words_is_there_or_not():
    answers = {one["name"]: one["text"] for one in grade(changed(blank(), shuffle="It does not."))["written"]}
    assert answers == {"derivation": "", "shuffle": "It does not."}


# ------------------------------------------------------------------------------------------------ pieces


def test_a_solution_is_cut_out_at_its_indentation():
    source = "def f():\n    ### BEGIN SOLUTION\n    x = 1\n    return x\n    ### END SOLUTION\n\ny = 2"
    assert without_solution(source) == (
        "def f():\n    # Write your code here.\n    raise NotImplementedError\n\ny = 2")  # fmt: skip


def test_lines_for_jupyter_are_passed_over_and_lines_keep_their_numbers():
    assert without_magics("%time x = 1\n!ls\ny = 7 \\\n  % 4") == "pass\npass\ny = 7 \\\n  % 4"
    fine = 'text = """\n% in a text\n"""'
    assert without_magics(fine) == fine
