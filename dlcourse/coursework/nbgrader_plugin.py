"""Why this file exists: nbgrader releases, collects, keeps the gradebook and exports; only running the work is ours.

Its own step runs a student's cells and the hidden tests in one process, where either can change the other. Here that
step is replaced by the grader of this package, so that both ways give the same verdicts. `nbgrader_config.py` in the
course's folder says:

    from dlcourse.coursework.nbgrader_plugin import configure
    configure(get_config())
"""

import copy
import os
from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.plugins import ExportPlugin, LateSubmissionPlugin
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor
from traitlets import Bool, Unicode

from .course import Course, part_kept
from .exporting import Total, canvas_rows, moodle_rows, write
from .grading import Grader
from .notebook import STUB, TEXT_STUB, Cell, cells, merge, released
from .sandbox import NoIsolation, isolation_problem

HERE = "dlcourse.coursework.nbgrader_plugin"
NOT_SHOWN = "# The checks of this cell are not shown. What they found stands below."


def configure(config, folder: Path | None = None):
    """Set up nbgrader for a course's folder, by default the current one."""
    folder = Path(folder or Path.cwd()).resolve()
    course = Course.read(folder)
    config.CourseDirectory.root = str(folder)
    config.CourseDirectory.source_directory = str(course.sources)
    config.ClearSolutions.code_stub = {"python": STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
    config.Autograde.sanitize_preprocessors = [
        "nbgrader.preprocessors.ClearOutput", f"{HERE}.Restore", "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells", "nbgrader.preprocessors.CheckCellMetadata"]  # fmt: skip
    config.Autograde.autograde_preprocessors = [
        f"{HERE}.RunInBox", "nbgrader.preprocessors.LimitOutput", "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties", "nbgrader.preprocessors.CheckCellMetadata"]  # fmt: skip
    config.AssignLatePenalties.plugin_class = f"{HERE}.LatePenalty"
    config.GenerateFeedback.preprocessors = [
        f"{HERE}.HideTests", "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor"]  # fmt: skip
    for plugin in ("Restore", "RunInBox", "LatePenalty", "CanvasExport", "MoodleExport"):
        config[plugin].folder = str(folder)


class Restore(NbGraderPreprocessor):
    """Puts what came back between the cells of the source: nothing is missing, nothing is marked twice."""

    folder = Unicode(help="the course's folder").tag(config=True)

    def preprocess(self, nb, resources):
        """Give the notebook the cells that will be graded. Of a doubled cell the last keeps its mark."""
        about = resources["nbgrader"]
        source = Course.read(Path(self.folder)).assignment(about["assignment"]).cells
        merged, notes = merge(source, cells(nb))
        for note in notes:
            self.log.warning("%s: %s", about["student"], note)
        last = {cell.name: i for i, cell in enumerate(merged)}
        there = {cell.name for cell in merged}
        known, nb.cells = {cell.name: cell for cell in source}, []
        for i, cell in enumerate(merged):
            marks = known[cell.name].raw["metadata"] if cell.name in known and last[cell.name] == i else {}
            nb.cells.append(_new_cell(cell, marks))
        for cell in source:  # an answer that was deleted: the empty one, so that nbgrader finds it
            if cell.name not in there:
                nb.cells.append(_new_cell(released(cell), cell.raw["metadata"]))
        return nb, resources


def _new_cell(cell: Cell, metadata: dict):
    make = new_markdown_cell if cell.kind in ("text", "written") else new_code_cell
    return make(cell.source, metadata=copy.deepcopy(metadata))


class RunInBox(NbGraderPreprocessor):
    """Runs a submission as `python -m dlcourse.coursework grade` does, and leaves the outcome in the notebook."""

    folder = Unicode(help="the course's folder").tag(config=True)
    isolated = Bool(True, help="False runs the students' code with your own rights").tag(config=True)

    def preprocess(self, nb, resources):
        """Replace the outputs of all code cells by what the grader found."""
        if self.isolated and (problem := isolation_problem()):
            raise NoIsolation(problem)
        about, course = resources["nbgrader"], Course.read(Path(self.folder))
        assignment = course.assignment(about["assignment"])
        grader = Grader(course.secret, self.isolated, os.getpid() % 1000)
        result = grader.grade(assignment, nb, about["student"])
        told = {one["name"]: one for one in (*result["tests"], *result["cells"])}
        for note in result["notes"]:
            self.log.warning("%s: %s", about["student"], note)
        for cell in nb.cells:
            if cell.cell_type == "code":
                name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
                cell.outputs, cell.execution_count = _outputs(told.get(name, {})), None
        return nb, resources


def _outputs(told: dict) -> list:
    outputs = []
    if told.get("printed"):
        outputs.append(new_output("stream", name="stdout", text=told["printed"]))
    if told.get("problem"):
        kind, _, text = told["problem"].partition(": ")
        kind = kind if kind.isidentifier() else "Check"
        outputs.append(new_output("error", ename=kind, evalue=text, traceback=told["problem"].split("\n")))
    return outputs


class HideTests(GetGrades):
    """Writes the grades into the page for the student, and takes the tests themselves out."""

    def preprocess_cell(self, cell, resources, cell_index):
        """Take the source of a test away; its messages stay."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and marks.get("grade") and not marks.get("solution"):
            cell.source = NOT_SHOWN
        return cell, resources


class LatePenalty(LateSubmissionPlugin):
    """Takes away what course.toml says. The deadline is nbgrader's."""

    folder = Unicode(help="the course's folder").tag(config=True)

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        """The points that are taken away."""
        late = Course.read(Path(self.folder)).late
        over = total_seconds_late - 3600 * late.get("free_hours", 0)
        return score * (1 - part_kept(max(0, int(-(-over // 86400))), late))


class CanvasExport(ExportPlugin):
    """nbgrader export --exporter=dlcourse.coursework.nbgrader_plugin.CanvasExport --to=canvas.csv"""

    folder = Unicode(help="the course's folder").tag(config=True)
    rows, name = staticmethod(canvas_rows), "canvas.csv"

    def export(self, gradebook):
        """Write the file."""
        wanted = [one for one in gradebook.assignments if not self.assignment or one.name in self.assignment]
        totals = {
            (one["student"], assignment.name): Total(float(one["score"] - one.get("late_submission_penalty", 0)))
            for assignment in wanted for one in gradebook.submission_dicts(assignment.name)
        }  # fmt: skip
        most = {assignment.name: float(assignment.max_score) for assignment in wanted}
        path = write(Path(self.to or self.name), self.rows(Course.read(Path(self.folder)).roster(), most, totals))
        self.log.info("Wrote %s", path)


class MoodleExport(CanvasExport):
    """nbgrader export --exporter=dlcourse.coursework.nbgrader_plugin.MoodleExport --to=moodle.csv"""

    rows, name = staticmethod(moodle_rows), "moodle.csv"
