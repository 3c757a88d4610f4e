"""Every study has its table, and a row of it computed again agrees within the table's own spread."""

import numpy as np
import pytest

from dlcourse import data, studies
from dlcourse.studies import chapter_1, notebook_seconds
from dlcourse.studies.__main__ import study_names
from dlcourse.studies.table import FOLDER, read

SIGNATURE = {"date", "python", "numpy", "command"}
TABLES = {"chapter_1": "chapter_1_sweep", "notebook_seconds": "notebooks"}
TABLES |= {
    name: name
    for name in (
        "adding_problem", "adversarial", "attention_lengths", "augmentation_ablation", "calibration",
        "cartpole_learning", "character_model", "collapse", "compression", "connect_four_self_play", "data_sets",
        "depth_or_width", "digit_drawings", "digit_reader", "docstring_areas", "domain_gap", "double_descent",
        "fine_tuning_tricks", "first_weights", "forget_bias", "forgetting", "gates_removed", "glyph_reader", "glyphs",
        "grading_speed",
        "held_out_fonts", "image_depth", "image_networks", "label_budget", "language_models", "latent_space",
        "layers_that_transfer", "layerwise_probes", "letters", "look_alikes", "negative_transfer", "no_clipping",
        "number_translation", "optimizers", "regularizers", "repeated_text", "representations", "residual_depth",
        "scene_reader", "schedules", "shifted_digits", "spoken_digits", "spoken_strings", "state_probes", "sunspots",
        "ten_examples", "tic_tac_toe_self_play", "tiny_gpt", "unlabeled_digits", "word_vectors",
    )
}  # fmt: skip
SECOND_TABLES = {  # tables that a study writes beside its own
    "connect_four_self_play_rounds": "connect_four_self_play", "digit_doubt": "digit_drawings",
    "number_looks": "number_translation", "ten_examples_doubt": "ten_examples", "ten_examples_heads": "ten_examples",
    "tiny_gpt_labels": "tiny_gpt",
}  # fmt: skip


def row_of(task, model, **setting):
    """The stored row of one setting."""
    rows = [row for row in chapter_1.sweep(task, model) if all(row[key] == value for key, value in setting.items())]
    assert len(rows) == 1, (task, model, setting)
    return rows[0]


def test_every_study_is_listed_here_and_every_table_has_a_study():
    assert set(TABLES) == set(study_names())
    tables = {f"{name}.csv" for name in (*TABLES.values(), *SECOND_TABLES)}
    assert tables == {path.name for path in FOLDER.glob("*.csv")}


@pytest.mark.parametrize("table", [*TABLES.values(), *SECOND_TABLES])
def test_tables_say_how_they_were_made(table):
    rows = read(table)
    assert rows and all(row.keys() >= SIGNATURE and all(row[key] for key in SIGNATURE) for row in rows)


@pytest.mark.parametrize("task", chapter_1.CLASSES)
def test_a_row_of_the_sweep_made_again_agrees(task, float64):
    stored = row_of(task, "network", hidden="32", rate="0.03", epochs="30")
    again = chapter_1.network_row(task, (32,), 0.03, 30)
    # Another processor may read an image or two differently; the table's own spread over seeds is wider.
    assert float(stored["lowest"]) - 0.005 <= again["mean"] <= float(stored["highest"]) + 0.005
    baseline = chapter_1.logistic_row(task, 1.0)
    assert baseline["mean"] == pytest.approx(float(row_of(task, "logistic", C="1.0")["mean"]), abs=0.005)


def test_the_sweep_covers_the_grid_and_the_best_comes_first():
    for task in chapter_1.CLASSES:
        rows = chapter_1.sweep(task, "network")
        assert len(rows) == len(chapter_1.HIDDEN) * len(chapter_1.RATES) * len(chapter_1.EPOCHS)
        assert float(rows[0]["mean"]) == max(float(row["mean"]) for row in rows)
        assert len(chapter_1.sweep(task, "logistic")) == len(chapter_1.STRENGTHS)
        best = chapter_1.chosen_network(task)
        assert row_of(task, "network", hidden="-".join(map(str, best["hidden"])), rate=str(best["rate"]),
                      epochs=str(best["epochs"])) == rows[0]


def test_of_settings_that_tie_the_middle_one_is_chosen():
    rows = chapter_1.sweep("parity", "logistic")
    tied = [row["C"] for row in rows if row["mean"] == rows[0]["mean"]]
    assert tied == ["1.0", "0.1", "3.0"] and chapter_1.chosen_strength("parity") == 1.0


def test_the_sweep_never_sees_the_test_rows(monkeypatch, float64):
    """Planted: test rows that cannot be read. A sweep that touched them would fail."""
    digits = data.load("digits")
    digits.x[1000:] = np.nan
    monkeypatch.setattr(data, "load", {"digits": digits}.__getitem__)
    assert chapter_1.network_row("digit", (32,), 0.1, 1)["mean"] > 0.3
    assert chapter_1.logistic_row("digit", 1.0)["mean"] > 0.9
    with pytest.raises(FloatingPointError):
        chapter_1.train_network(digits.test, "digit", (32,), 0.1, 1, seed=0)


def test_minutes_come_from_the_table_and_an_unmeasured_notebook_says_so():
    assert studies.minutes("01_neural_networks").startswith("About ")
    assert "make studies" in studies.minutes("99_nowhere")


def test_a_notebook_measured_later_is_stored_on_the_scale_of_the_table(monkeypatch):
    """On a machine of half the speed every notebook takes twice as long, the yardstick too."""
    stored = {row["notebook"]: row for row in read("notebooks")}
    written = []
    monkeypatch.setattr(notebook_seconds, "seconds_of", lambda path: 2 * float(stored[path.stem]["seconds"]))
    monkeypatch.setattr(notebook_seconds, "write", lambda name, rows, command: written.extend(rows))
    notebook_seconds.add("01_neural_networks", "08_transfer_learning")
    assert [row["notebook"] for row in written] == sorted(stored)
    for row in written:
        assert float(row["seconds"]) == pytest.approx(float(stored[row["notebook"]]["seconds"]), abs=0.051)
