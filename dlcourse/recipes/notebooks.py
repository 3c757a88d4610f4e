"""Run notebooks top to bottom and store them so that nothing changes when nothing changed.

    python -m dlcourse.recipes.notebooks                      every notebook
    python -m dlcourse.recipes.notebooks notebooks/01_*.ipynb only these

A stored notebook holds what its own code printed and drew, and nothing about when, where and by whom it was run. The
first code cell, the exercises and the questions are written from their one source before the run. A notebook that
warns, writes to stderr or prints a path of this computer is refused, and the file stays as it was.
"""

import argparse
import base64
import os
import struct
import sys
import time
from itertools import pairwise
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from dlcourse.exercises import EXERCISES
from dlcourse.questions import QUESTIONS
from dlcourse.recipes import FOR_NOTEBOOKS, ROOT, is_lab, notebook_paths
from dlcourse.recipes.repository import address, write_first_cell

CELL_TIMEOUT = 600  # seconds; a chapter as a whole should need 40
# What the tag `hide-input` means to the website, said to JupyterLab and to Colab: fold the code, show what it drew.
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}
KEPT_METADATA = {"tags", "mystnb", "nbgrader"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "name": "python", "pygments_lexer": "ipython3"},
}

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_NOTES = {b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf"}  # names and versions of programs, dates


class Refused(Exception):
    """A notebook ran, but what it left behind must not be stored."""


def strip_png(data):
    """Return a PNG file without the chunks that say which program made it and when.

    A chunk is four bytes of length, four of name, the body, and four of checksum.
    """
    if not data.startswith(PNG_SIGNATURE):
        raise ValueError(f"expected a PNG file, got one that begins with {data[:8]!r}")
    kept, position = [PNG_SIGNATURE], len(PNG_SIGNATURE)
    while position < len(data):
        (length,) = struct.unpack(">I", data[position : position + 4])
        end = position + 12 + length
        if data[position + 4 : position + 8] not in PNG_NOTES:
            kept.append(data[position:end])
        position = end
    return b"".join(kept)


def merge_streams(outputs):
    """Join neighboring pieces of one stream: how print was cut into messages is a matter of luck."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else None
        if output.output_type == "stream" and last and last.output_type == "stream" and last.name == output.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def clean_output(output):
    """Drop what differs from run to run: views of widgets, and the notes inside a picture."""
    output.pop("transient", None)
    if "data" in output:
        output.data.pop(WIDGET_VIEW, None)
        if "image/png" in output.data:
            picture = strip_png(base64.b64decode(output.data["image/png"]))
            output.data["image/png"] = base64.b64encode(picture).decode("ascii")


def clean(nb):
    """Remove from a notebook, in place, everything that is not its text, its code and what its code said."""
    nb.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    nb.nbformat, nb.nbformat_minor = 4, 5
    for cell in nb.cells:
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k in KEPT_METADATA})
        if "hide-input" in cell.metadata.get("tags", []):
            cell.metadata.update(nbformat.from_dict(FOLDED))
        if cell.cell_type == "code":
            # What such a cell prints is another thing in every run, so nothing of it is kept.
            live = "nbval-ignore-output" in cell.metadata.get("tags", [])
            cell.outputs = [] if live else merge_streams(cell.outputs)
            for output in cell.outputs:
                clean_output(output)
    return nb


def chapter_of(path):
    """The chapter's number from the name of its file: all pages of the refresher have "0", each lab its own, "5a"."""
    number = path.name.split("_")[0]
    return number.lstrip("0") if is_lab(path) else str(int(number.rstrip("abcdef")))


def exercise_cells(exercise):
    """The cells of one exercise: its statement and, where there is something to write, a stub."""
    yield tagged(nbformat.v4.new_markdown_cell, "exercise", exercise.cell_id, exercise.markdown)
    if exercise.stub:
        yield tagged(nbformat.v4.new_code_cell, "exercise-code", exercise.cell_id + "-code", exercise.stub)


def tagged(new_cell, tag, cell_id, text):
    """A new cell with an id and a tag."""
    return new_cell(text, id=cell_id, metadata={"tags": [tag]})


def write_exercises(nb, chapter, exercises=EXERCISES):
    """Write the exercises of the chapter into the notebook, in place; their one source is `dlcourse.exercises`."""
    cells = [cell for exercise in of_chapter(chapter, exercises) for cell in exercise_cells(exercise)]
    write_section(nb, "## Exercises", {"exercise", "exercise-code"}, cells)


def write_questions(nb, chapter, questions=QUESTIONS):
    """Write the questions of the chapter into the notebook, in place; their one source is `dlcourse.questions`."""
    new_cell = nbformat.v4.new_markdown_cell
    cells = [tagged(new_cell, "quiz", each.cell_id, each.markdown) for each in of_chapter(chapter, questions)]
    write_section(nb, "## Check yourself", {"quiz"}, cells)


def of_chapter(chapter, numbered):
    """Those of the numbered things that belong to the chapter: "1.3" belongs to "1"."""
    return [thing for number, thing in numbered.items() if number.split(".")[0] == chapter]


def write_section(nb, heading, tags, cells):
    """Put the cells at the end of a section of the notebook, in place of all that have one of their tags.

    So what is new in the source appears, what is gone there disappears, and a cell that was there keeps its outputs.
    """
    old = {cell.id: cell for cell in nb.cells if tags & set(cell.metadata.get("tags", []))}
    new = [old.get(cell.id, cell) for cell in cells]
    for kept, cell in zip(new, cells, strict=True):
        kept.source = cell.source
    nb.cells = [cell for cell in nb.cells if cell.id not in old]
    starts = [index for index, cell in enumerate(nb.cells) if cell.source.startswith("## ")] + [len(nb.cells)]
    ends = [end for start, end in pairwise(starts) if nb.cells[start].source.startswith(heading)]
    if new and not ends:
        raise ValueError(f"the notebook has no section {heading!r} for its cell {new[0].id}")
    if new:
        nb.cells[ends[0] : ends[0]] = new


def tidy(nb, path, root=ROOT):
    """Bring a notebook, in place, into the form in which it is stored; nothing is run."""
    write_first_cell(nb, address(root))
    write_exercises(nb, chapter_of(path))
    write_questions(nb, chapter_of(path))
    return clean(nb)


def refuse(nb):
    """Raise `Refused` if the outputs hold a warning, anything else from stderr, or a path of this computer."""
    private = [str(Path.home()) + os.sep, str(ROOT) + os.sep, sys.prefix + os.sep]
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            text = output.get("text", "") + "".join(str(value) for value in output.get("data", {}).values())
            if output.output_type == "stream" and output.name == "stderr":
                raise Refused(f"cell {cell.id} wrote to stderr; mend the cause, do not hide it:\n{text}")
            for path in private:
                if path in text:
                    raise Refused(f"cell {cell.id} shows the path {path} of this computer")


def run(nb, folder):
    """Execute the notebook, in place, in a fresh kernel on one thread; the kernel starts in `folder`."""
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(nb, timeout=CELL_TIMEOUT, kernel_name="python3", resources={"metadata": {"path": folder}})
    client.execute(env=os.environ | FOR_NOTEBOOKS)
    return nb


def write(nb, path):
    """Store the notebook; the file is touched only when it changes."""
    nbformat.validate(nb)
    text = nbformat.writes(nb).rstrip("\n") + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8", newline="\n")
        return True
    return False


def main():
    """The command."""
    parser = argparse.ArgumentParser(description="Run notebooks top to bottom and store clean outputs.")
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks; all of them when none is named")
    for path in parser.parse_args().paths or notebook_paths():
        start = time.perf_counter()
        nb = tidy(nbformat.read(path, as_version=4), path)
        try:
            refuse(clean(run(nb, path.parent)))
        except (CellExecutionError, Refused) as error:
            sys.exit(f"{error}\n{path.name} is not stored; it stays as it was.")
        changed = write(nb, path)
        print(f"{path.name}: {time.perf_counter() - start:.0f} s, {'stored' if changed else 'unchanged'}", flush=True)


if __name__ == "__main__":
    main()
