"""Every assignment: its solution gets all points, its released form none, nothing leaks, wrong answers lose points."""

import importlib
import json
import re
from dataclasses import replace

import nbformat
import pytest
from coursework_tools import (
    ASSIGNMENTS,
    PATHS,
    SECRET,
    blank,
    changed,
    grade,
    lost,
    most,
    points,
    raw_name,
    solved,
    source_of,
    told,
)
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from dlcourse.coursework.check import check
from dlcourse.coursework.grading import Grader
from dlcourse.coursework.notebook import CODE, FIND, HIDDEN, SOLUTION, UNSEEN, cells, load, released, secret_lines
from dlcourse.recipes.repository import address, first_cell

SHARED = {CODE, FIND, "setup", "numbers", "look"}  # names that every assignment has
WRONG = {
    name: importlib.import_module(f"coursework_wrong_{name.removeprefix('chapter_')}").WRONG for name in PATHS
}  # fmt: skip
every_assignment = pytest.mark.parametrize("name", PATHS)


def test_every_chapter_has_an_assignment():
    assert list(PATHS) == [f"chapter_{number}" for number in range(1, 9)]


@every_assignment
@pytest.mark.box
@pytest.mark.parametrize("student", ["ada", "bob"])
def test_the_solution_gets_all_points(name, student):
    result = grade(solved(name), name, student)
    assert told(result).strip() in ("", result["notes"][0])  # the code of the source is no student's
    assert points(result) == most(name)
    assert all(answer["text"] for answer in result["written"])


@every_assignment
@pytest.mark.box
def test_the_released_notebook_gets_nothing(name):
    result = grade(blank(name), name)
    assert points(result) == 0
    assert [answer["name"] for answer in result["written"] if answer["text"]] == []


def run_all(notebook):
    """Run all cells as Jupyter does, which stops at an error in a cell that is not marked as one that may raise."""
    made = nbformat.from_dict(notebook)
    NotebookClient(made, kernel_name="python3", timeout=300).execute()
    return [cell.id for cell in made.cells for output in cell.get("outputs", []) if output.output_type == "error"]


@every_assignment
def test_run_all_cells_comes_to_the_end_with_nothing_answered(name):
    refused = {test.split("-1")[0] for test in run_all(blank(name)) if test.endswith("-1")}
    asked = {cell.name for cell in ASSIGNMENTS[name].cells if cell.kind == "answer"}
    assert len(refused & asked) > 3


def test_run_all_cells_stops_where_a_cell_is_not_marked():
    notebook = blank()
    for cell in notebook["cells"]:
        cell["metadata"] = {key: value for key, value in cell["metadata"].items() if key != "tags"}
    with pytest.raises(CellExecutionError, match="NotImplementedError"):
        run_all(notebook)


def leaks(text, secrets):
    """Which secret lines stand in a text, whatever its blanks."""
    bare = re.sub(r"\s+", "", text)
    return [line for line in secrets if line in bare]


@every_assignment
def test_a_release_holds_no_line_of_a_solution_or_hidden_test(name):
    text = "\n".join(cell["source"] for cell in blank(name)["cells"])
    secrets = secret_lines(ASSIGNMENTS[name].cells)
    assert len(secrets) > 20
    assert leaks(text, secrets) == []
    assert not re.search(r"(BEGIN|END) (SOLUTION|HIDDEN)", text)
    assert leaks(text + secrets[3], secrets) == [secrets[3]]


@every_assignment
def test_a_wrong_solution_applies_to_one_cell(name):
    assert len(WRONG[name]) >= 10
    for cell, old, new, _ in WRONG[name]:
        assert old in source_of(solved(name), cell) and old != new
    graded = {cell.task for cell in ASSIGNMENTS[name].cells if cell.kind == "test"}
    assert {cell for cell, *_ in WRONG[name]} >= graded  # every task has one


@pytest.mark.box
@pytest.mark.parametrize(
    ("name", "wrong"),
    [pytest.param(name, wrong, id=f"{name}-{i}") for name in PATHS for i, wrong in enumerate(WRONG[name])],
)
def test_a_wrong_solution_loses_points_and_is_told_why(name, wrong):
    cell, old, new, words = wrong
    source = source_of(solved(name), cell).replace(old, new)
    result = Grader(SECRET).grade(task(name, cell), alone(changed(solved(name), **{cell: source}), cell), "ada")
    assert lost(result), "survived"
    assert words in told(result)


def task(name, answer):
    """The assignment with one task only, which is graded the sooner."""
    own = [cell for cell in ASSIGNMENTS[name].cells if cell.kind == "given" or cell.task == answer or cell.name == CODE]
    return replace(ASSIGNMENTS[name], cells=own)


def alone(notebook, answer):
    """The notebook without the answers to other tasks."""
    others = {cell.name for cell in cells(notebook) if cell.kind == "answer"} - {answer}
    return notebook | {"cells": [cell for cell in notebook["cells"] if raw_name(cell) not in others]}


@every_assignment
@pytest.mark.box
@pytest.mark.parametrize("start", [0, 1])
def test_a_task_that_was_not_done_costs_no_other_task_a_point(name, start):
    tasks = sorted({cell.task for cell in ASSIGNMENTS[name].cells if cell.kind == "test"})
    left_out = set(tasks[start::2])
    result = grade(changed(solved(name), **{one: source_of(blank(name), one) for one in left_out}), name)
    assert {re.sub(r"-\d+$", "", test) for test in lost(result)} == left_out
    assert len(lost(result)) == sum(cell.task in left_out for cell in ASSIGNMENTS[name].cells if cell.kind == "test")


# ------------------------------------------------------------------------------------------------ what it is made of


@every_assignment
def test_points_and_kinds(name):
    own = ASSIGNMENTS[name].cells
    assert 20 <= ASSIGNMENTS[name].most <= 30
    assert 3 <= sum(cell.points for cell in own if cell.kind == "written") <= 10
    assert sum(line.startswith("## Part") for cell in own for line in cell.source.split("\n")) >= 4
    assert all(0 < cell.points <= 3 for cell in own if cell.kind == "test")
    assert re.search(rf"\b{ASSIGNMENTS[name].most:g} points", own[0].source)
    assert sum(map(int, re.findall(r"^## Part .*\((\d+) points?\)", "\n".join(cell.source for cell in own), re.M))) == (
        ASSIGNMENTS[name].most)  # fmt: skip


@every_assignment
def test_every_written_answer_has_a_rubric_whose_points_add_up(name):
    for cell in ASSIGNMENTS[name].cells:
        if cell.kind == "written":
            rubric = SOLUTION.search(cell.source).group(2).split("**Rubric.**")[1]
            rubric = rubric.replace("Half a point:", "0.5 points:").replace("1 point for each of three", "3 points:")
            parts = [float(points) for points in re.findall(r"(\d+(?:\.5)?)\s+points?:", rubric)]
            assert sum(parts) == cell.points, (cell.name, parts)


@every_assignment
def test_what_a_student_meets(name):
    shown = [released(cell) for cell in ASSIGNMENTS[name].cells]
    visible = {cell.task for cell in shown if cell.kind == "test" and not cell.source.startswith(UNSEEN)}
    hidden = {cell.task for cell in ASSIGNMENTS[name].cells if cell.kind == "test" and HIDDEN.search(cell.source)}
    answers = {cell.name for cell in shown if cell.kind == "answer"} - {CODE}
    assert answers == {cell.task for cell in shown if cell.kind == "test"}  # each answer is tested
    assert answers - visible == set()  # and the student can check something of it
    assert len(hidden) >= 3
    for cell in shown:
        if cell.kind == "answer" and cell.name != CODE:
            assert "raise NotImplementedError" in cell.source
            compile(cell.source, cell.name, "exec")
    assert source_of(solved(name), FIND) == first_cell(address())
    assert f'personal_numbers("{name}", CODE)' in source_of(solved(name), "numbers")
    assert ASSIGNMENTS[name].options["assignment"] == name


def test_names_of_cells_are_unique():
    names = [cell.name for one in ASSIGNMENTS.values() for cell in one.cells
             if cell.kind != "text" and cell.name not in SHARED]  # fmt: skip
    assert len(names) == len(set(names))
    for one in ASSIGNMENTS.values():
        own = [cell.name for cell in one.cells if cell.kind != "extra"]
        assert "" not in own and len(own) == len(set(own))


@every_assignment
def test_the_source_runs_in_one_process_as_an_instructor_runs_it(name):
    said = []
    assert check(PATHS[name], said.append) == 0, "\n".join(said)
    assert said[-1].startswith(f"{most(name):g} of {most(name):g}: ")


@every_assignment
def test_the_checks_that_a_student_sees_refuse_the_released_notebook(name, tmp_path):
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps(blank(name)), encoding="utf-8")
    said = []
    assert check(path, said.append) == 1
    tests = [cell for cell in map(released, ASSIGNMENTS[name].cells) if cell.kind == "test"]
    seen = sum(cell.points for cell in tests if not cell.source.startswith(UNSEEN))
    assert said[-1].startswith(f"0 of {seen:g}: ")
    assert not [line for line in said if line.startswith("content")]


@every_assignment
def test_a_source_is_stored_without_outputs(name):
    for cell in load(PATHS[name])["cells"]:
        assert not cell.get("outputs") and cell.get("execution_count") is None
    assert cells(load(PATHS[name]))[0].kind == "text"
