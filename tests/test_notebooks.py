"""Every chapter and every page of the refresher keeps its rules, and every rule finds the fault planted for it."""

import copy
import functools
import subprocess
import sys
from collections import Counter

import import_rules
import nbformat
import notebook_rules
import pytest
import question_rules
import refresher_rules
from planted import FAULTS, LAB_FAULTS, REFRESHER_FAULTS, Planted, PlantedLab, PlantedRefresher, playground, printed

from dlcourse.exercises import EXERCISES
from dlcourse.exercises.base import LEVELS
from dlcourse.recipes import is_lab, notebook_paths
from dlcourse.recipes.notebooks import chapter_of, tidy, write_exercises
from dlcourse.recipes.repository import address, first_cell
from dlcourse.studies import minutes, read
from dlcourse.studies.notebook_seconds import WORDS_PER_MINUTE, words

NOTEBOOKS = notebook_paths()
REFRESHER = [path for path in NOTEBOOKS if chapter_of(path) == "0"]
CHAPTERS = [path for path in NOTEBOOKS if path not in REFRESHER]
LEAST_OF_A_KIND = {"code": 4, "derive": 2, "predict": 2, "open": 1}
LEAST, LEAST_IN_A_LAB = 12, 6  # exercises
SECONDS, LAB_SECONDS = 40, 60  # what a chapter and a lab may take on one core
REFRESHER_MINUTES = 25  # whoever needs a page of it wants to go on to the chapter

RULES_OF_ALL = [
    notebook_rules.readable_ids,
    notebook_rules.small_code_cells,
    notebook_rules.enough_words,
    notebook_rules.executed_in_order,
    notebook_rules.outputs_without_time_or_place,
    notebook_rules.equal_numbers_keep_their_order,
    notebook_rules.outputs_without_traces,
    notebook_rules.few_unchecked_cells,
    notebook_rules.no_trailing_semicolon,
    notebook_rules.no_test_data_in_sweeps,
    notebook_rules.quoted_numbers_come_from_the_run,
    notebook_rules.plain_markdown,
]
RULES = [
    *RULES_OF_ALL,
    notebook_rules.sections_in_order,
    notebook_rules.build_it_cells_prove_themselves,
    notebook_rules.figures_have_captions,
    notebook_rules.trains_in_float64,
    question_rules.questions_explain_every_option,
    import_rules.only_what_is_opened_or_declared,
    import_rules.declarations_are_true,
    import_rules.torch_only_in_its_section,
]
REFRESHER_RULES = [
    refresher_rules.opens_and_closes,
    refresher_rules.quick_questions,
    refresher_rules.enough_figures,
    refresher_rules.plain_numpy,
]
IN_THE_LIGHT_OF_EARLIER_CHAPTERS = {import_rules.only_what_is_opened_or_declared, import_rules.declarations_are_true}


@functools.cache
def load(path):
    """A stored notebook, to be read and not changed."""
    return nbformat.read(path, as_version=4)


def by_name(thing):
    """How a rule or a notebook is called in the name of a test."""
    return getattr(thing, "stem", getattr(thing, "__name__", str(thing)))


every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=by_name)
every_refresher = pytest.mark.parametrize("path", REFRESHER, ids=by_name)


# ------------------------------------------------------------------------------------------------ the rules themselves


@pytest.mark.parametrize("rule", RULES, ids=by_name)
def test_a_notebook_without_fault_passes(rule):
    assert rule(Planted().nb) == []


@pytest.mark.parametrize("rule", RULES, ids=by_name)
def test_a_lab_without_fault_passes(rule):
    assert rule(PlantedLab().nb) == []


@pytest.mark.parametrize(("name", "plant"), LAB_FAULTS, ids=[f"{name}-{k}" for k, (name, _) in enumerate(LAB_FAULTS)])
def test_a_fault_planted_in_a_lab_is_found(name, plant):
    planted = PlantedLab()
    plant(planted)
    (rule,) = (rule for rule in RULES if rule.__name__ == name)
    assert rule(planted.nb)


@pytest.mark.parametrize(("name", "plant"), FAULTS, ids=[f"{name}-{k}" for k, (name, _) in enumerate(FAULTS)])
def test_a_planted_fault_is_found(name, plant):
    planted = Planted()
    plant(planted)
    (rule,) = (rule for rule in RULES if rule.__name__ == name)
    assert rule(planted.nb)


def test_a_figure_to_play_with_brings_its_own_text():
    planted = Planted()
    text = "A plane with points of two classes, colored by the answer of a neuron."
    planted["figure-3"].update(outputs=[playground(text)], metadata={})
    assert notebook_rules.figures_have_captions(planted.nb) == []


def test_every_rule_has_a_planted_fault():
    assert {rule.__name__ for rule in RULES} == {name for name, _ in FAULTS}


@pytest.mark.parametrize("rule", REFRESHER_RULES, ids=by_name)
def test_a_refresher_without_fault_passes(rule):
    assert rule(PlantedRefresher().nb) == []


@pytest.mark.parametrize(("name", "plant"), REFRESHER_FAULTS)
def test_a_fault_planted_in_a_refresher_is_found(name, plant):
    planted = PlantedRefresher()
    plant(planted)
    assert getattr(refresher_rules, name)(planted.nb)


def test_every_rule_of_the_refresher_has_a_planted_fault():
    assert {rule.__name__ for rule in REFRESHER_RULES} == {name for name, _ in REFRESHER_FAULTS}


def test_an_earlier_chapter_opens_a_module_for_later_ones():
    earlier, later = Planted(), Planted()
    earlier["half"].source = "show_source(optim.SGD)"
    later["what-you-will-be-able-to-do"].source = "## What you will be able to do"
    assert import_rules.only_what_is_opened_or_declared(later.nb)
    assert import_rules.only_what_is_opened_or_declared(later.nb, [earlier.nb]) == []


def test_a_dead_link_is_found(tmp_path):
    planted = Planted()
    planted["summary"].source += " See [there](there.md#part) and [here](#here) and [far](https://example.org)."
    assert len(notebook_rules.links_resolve(planted.nb, tmp_path)) == 1
    (tmp_path / "there.md").touch()
    assert notebook_rules.links_resolve(planted.nb, tmp_path) == []


# ------------------------------------------------------------------------------------------------ the notebooks


def test_there_are_chapters_and_a_refresher():
    assert CHAPTERS and len(REFRESHER) == 3


@every_chapter
@pytest.mark.parametrize("rule", RULES, ids=by_name)
def test_a_chapter_keeps_the_rule(path, rule):
    earlier = [load(other) for other in CHAPTERS[: CHAPTERS.index(path)]]
    arguments = [load(path)] + ([earlier] if rule in IN_THE_LIGHT_OF_EARLIER_CHAPTERS else [])
    assert rule(*arguments) == []


@every_refresher
@pytest.mark.parametrize("rule", RULES_OF_ALL + REFRESHER_RULES, ids=by_name)
def test_a_refresher_keeps_the_rule(path, rule):
    assert rule(load(path)) == []


@every_notebook
def test_links_resolve(path):
    assert notebook_rules.links_resolve(load(path), path.parent) == []


@every_notebook
def test_the_first_code_cell_is_the_generated_one(path):
    assert notebook_rules.code_cells(load(path))[0].source == first_cell(address()), "run `make notebooks`"


@every_chapter
def test_exercises_are_those_of_their_one_source(path):
    nb = load(path)
    written = copy.deepcopy(nb)
    write_exercises(written, chapter_of(path))
    assert [(c.id, c.source) for c in nb.cells] == [(c.id, c.source) for c in written.cells], "run `make notebooks`"


@every_notebook
def test_a_notebook_is_stored_in_its_clean_form(path):
    nb = load(path)
    assert tidy(copy.deepcopy(nb), path) == nb, "run `make notebooks`"
    assert path.read_text(encoding="utf-8") == nbformat.writes(nb).rstrip("\n") + "\n", "run `make notebooks`"


@every_chapter
def test_there_are_exercises_of_every_kind_and_level(path):
    exercises = [exercise for exercise in EXERCISES.values() if exercise.number.split(".")[0] == chapter_of(path)]
    kinds = Counter(exercise.kind for exercise in exercises)
    assert len(exercises) >= (LEAST_IN_A_LAB if is_lab(path) else LEAST)
    assert is_lab(path) or all(kinds[kind] >= least for kind, least in LEAST_OF_A_KIND.items()), kinds
    assert {exercise.level for exercise in exercises} == set(LEVELS)


@every_notebook
def test_the_measured_length_is_that_of_the_stored_notebook(path):
    row = next(row for row in read("notebooks") if row["notebook"] == path.stem)
    assert abs(words(load(path)) - int(row["words"])) <= 0.03 * int(row["words"]), "run `make studies`"
    assert abs(int(row["words"]) / WORDS_PER_MINUTE - float(row["reading_minutes"])) <= 0.5
    assert float(row["seconds"]) <= (LAB_SECONDS if is_lab(path) else SECONDS)
    assert path not in REFRESHER or float(row["reading_minutes"]) <= REFRESHER_MINUTES
    assert minutes(path.stem).startswith("About ")


# ------------------------------------------------------------------------------------------------ the comparison


@pytest.mark.parametrize(("stored", "failures"), [("2\n", 0), ("3\n", 1)])
def test_a_changed_stored_number_is_red(tmp_path, stored, failures):
    cell = nbformat.v4.new_code_cell("print(1 + 1)", execution_count=1, outputs=[printed(stored)])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "sum.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "sum.ipynb"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == failures, done.stdout
    assert "Cell outputs differ" in done.stdout or not failures
