"""Small notebooks that keep every rule, a chapter, a lab and a page of the refresher, and the faults to be found."""

import base64
import io

import nbformat
from notebook_rules import LAB_SECTIONS, SECTIONS
from PIL import Image, PngImagePlugin

from dlcourse.recipes.notebooks import FOLDED, NOTEBOOK_METADATA, strip_png
from dlcourse.recipes.repository import FIRST_CELL_ID, first_cell

SETUP = "import numpy as np\nimport dlcourse\nfrom dlcourse import optim\ndlcourse.set_default_dtype(np.float64)"
QUESTION = """**Question {0}.{1}.** Which one?

- A. this
- B. that
- C. neither

<details><summary>Answer</summary>

- A. This mixes up two things.
- **B. Right.** It is that.
- C. This forgets something.

</details>"""

QUICK_QUESTION = """**{0}.** What is 1 + 1?

<details><summary>Answer</summary>

2.

</details>"""


def png(notes=None):
    """A picture of one pixel as base64, with or without notes inside."""
    file = io.BytesIO()
    information = PngImagePlugin.PngInfo()
    for key, value in (notes or {}).items():
        information.add_text(key, value)
    Image.new("1", (1, 1)).save(file, "PNG", pnginfo=information)
    data = file.getvalue()
    return base64.b64encode(data if notes else strip_png(data)).decode()


def printed(text):
    """An output of print."""
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def picture(data=None):
    """An output that is a picture."""
    data = {"image/png": data or png(), "text/plain": "<Figure size 1x1 with 1 Axes>"}
    return nbformat.v4.new_output("display_data", data)


def playground(text):
    """An output that is a figure to play with."""
    return nbformat.v4.new_output("display_data", {"text/html": f'<div data-figure="neuron"><p>{text}</p></div>'})


class Planted:
    """The notebook and its cells by id: change one of them, and a rule must complain."""

    number, sections, figures, questions = "1", SECTIONS, 8, 5

    def __init__(self):
        self.nb = nbformat.v4.new_notebook(metadata=NOTEBOOK_METADATA)
        self.text("title", "# Neural networks\n\n*Can a pile of sums read?*")
        for title in self.sections:
            name = title.lower().replace(" ", "-")
            self.text(name, f"## {title}\n\n" + "Some words of prose. " * 5)
            getattr(self, "write_" + name.replace("-", "_"), lambda: None)()
        for number, cell in enumerate((c for c in self.nb.cells if c.cell_type == "code"), start=1):
            cell.execution_count = number

    def __getitem__(self, cell_id):
        return next(cell for cell in self.nb.cells if cell.id == cell_id)

    def text(self, cell_id, source, *tags):
        """Add a Markdown cell."""
        metadata = {"tags": list(tags)} if tags else {}
        self.nb.cells.append(nbformat.v4.new_markdown_cell(source, id=cell_id, metadata=metadata))

    def code(self, cell_id, source, *outputs, **metadata):
        """Add a code cell."""
        self.nb.cells.append(nbformat.v4.new_code_cell(source, id=cell_id, outputs=list(outputs), metadata=metadata))

    def write_what_you_will_be_able_to_do(self):
        """The declaration of black boxes."""
        self["what-you-will-be-able-to-do"].source += "\n\nBlack boxes here: `dlcourse.optim` (opened in chapter 3)."

    def write_setup(self):
        """The generated first cell and the visible setup."""
        self.code(FIRST_CELL_ID, first_cell(""), tags=["hide-input"], **FOLDED)
        self.code("set-up", SETUP)

    def write_intuition(self):
        """Figures with their captions."""
        for k in range(1, self.figures + 1):
            alt = "A line that rises from left to right"
            self.code(f"figure-{k}", f"plot({k})", picture(), mystnb={"image": {"alt": alt}})
            self.text(f"caption-{k}", f"**Figure {self.number}.{k}.** Does the line rise? It does, by 50 %.")

    def write_build_it(self):
        """A cell that proves itself."""
        self.code("half", "half = 50\nassert half == 50")

    def write_use_it_on_real_data(self):
        """A sweep that looks at the validation rows."""
        self.code("choose", "best = min(rates, key=error_on(digits.validation))", printed("0.1\n"), tags=["sweep"])

    def write_check_yourself(self):
        """Questions with their answers."""
        for k in range(1, self.questions + 1):
            self.text(f"quiz-{self.number}-{k}", QUESTION.format(self.number, k), "quiz")


class PlantedLab(Planted):
    """The same for a lab, which is shorter."""

    number, sections, figures, questions = "5a", LAB_SECTIONS, 5, 4

    def write_the_task(self):
        """The figures of a lab, and enough short cells for one long one."""
        self.write_intuition()
        for k in range(3):
            self.code(f"short-{k}", "assert 1 + 1 == 2")


class PlantedRefresher(Planted):
    """The same for a page of the refresher."""

    def __init__(self):
        self.nb = nbformat.v4.new_notebook(metadata=NOTEBOOK_METADATA)
        self.text("title", "# Refresher: sums\n\n*What is a sum?*")
        self.text("skip", "## Can you skip this page?\n\n" + "\n\n".join(map(QUICK_QUESTION.format, (1, 2, 3))))
        self.text("setup", "## Setup")
        self.code("set-up", "import numpy as np\nfrom dlcourse import plots\nfrom dlcourse.studies import minutes")
        self.write_intuition()
        self.text("where", "## Where you will meet it")


def add_output(cell_id, output):
    """A fault: one more output."""
    return lambda planted: planted[cell_id].outputs.append(output)


def set_source(cell_id, source):
    """A fault: another source."""
    return lambda planted: planted[cell_id].update(source=source)


def replace(cell_id, old, new):
    """A fault: other words."""
    return lambda planted: planted[cell_id].update(source=planted[cell_id].source.replace(old, new))


def add_metadata(cell_id, **metadata):
    """A fault: other metadata."""
    return lambda planted: planted[cell_id].metadata.update(metadata)


def remove(cell_id):
    """A fault: a cell is gone."""
    return lambda planted: planted.nb.cells.remove(planted[cell_id])


WIDGET = nbformat.v4.new_output("display_data", {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}})
ERROR = nbformat.v4.new_output("error", ename="E", evalue="e", traceback=[])
STDERR = nbformat.v4.new_output("stream", name="stderr", text="UserWarning: beware")

FAULTS = [
    ("sections_in_order", remove("intuition")),
    ("sections_in_order", set_source("title", "# Neural networks")),
    ("sections_in_order", replace("summary", "## ", "# ")),
    ("sections_in_order", replace("summary", "## ", "Before it.\n\n## ")),
    ("readable_ids", lambda planted: planted["half"].update(id="b9acfc61")),
    ("small_code_cells", set_source("choose", "x = 1\n" * 41)),
    ("build_it_cells_prove_themselves", set_source("half", "half = 50")),
    ("build_it_cells_prove_themselves", set_source("half", "x = 1\n" * 15 + "assert x == 1")),
    ("enough_words", set_source("half", "x = 1\n" * 400)),
    ("figures_have_captions", remove("caption-3")),
    ("figures_have_captions", replace("caption-3", "1.3", "1.4")),
    ("figures_have_captions", replace("caption-3", "?", ".")),
    ("figures_have_captions", add_metadata("figure-3", mystnb={})),
    ("figures_have_captions", add_output("figure-3", picture())),
    ("figures_have_captions", lambda planted: [remove(f"{what}-8")(planted) for what in ("figure", "caption")]),
    ("figures_have_captions", lambda planted: planted["figure-3"].update(outputs=[playground("")], metadata={})),
    ("executed_in_order", lambda planted: planted["half"].update(execution_count=1)),
    ("executed_in_order", add_output("half", ERROR)),
    ("executed_in_order", add_output("half", STDERR)),
    ("outputs_without_time_or_place", add_output("half", printed("trained in 12.3 s"))),
    ("outputs_without_time_or_place", add_output("half", printed("3 ms per step"))),
    ("outputs_without_time_or_place", add_output("half", printed("<object at 0x7f09f5c09760>"))),
    ("outputs_without_time_or_place", add_output("half", printed("saved in /tmp/ann/model.npz"))),
    ("equal_numbers_keep_their_order", replace("choose", "digits", "np.argsort(digits)")),
    ("outputs_without_traces", add_metadata("half", execution={"iopub.status.busy": "now"})),
    ("outputs_without_traces", add_metadata("half", tags=["hide-input"])),
    ("outputs_without_traces", add_metadata("half", **FOLDED)),
    ("outputs_without_traces", lambda planted: planted.nb.metadata.update(widgets={})),
    ("outputs_without_traces", add_output("half", WIDGET)),
    ("outputs_without_traces", add_output("half", picture(png({"Software": "a program, version 1"})))),
    ("few_unchecked_cells", add_metadata("choose", tags=["nbval-ignore-output"])),
    ("few_unchecked_cells", lambda p: [add_metadata(i, tags=["nbval-skip"])(p) for i in ("half", "set-up")]),
    ("no_trailing_semicolon", set_source("figure-1", "plot(1);")),
    ("trains_in_float64", replace("set-up", "float64", "float32")),
    ("no_test_data_in_sweeps", replace("choose", "digits.validation", "digits.test")),
    ("no_test_data_in_sweeps", replace("choose", "digits.validation", "x_test")),
    ("quoted_numbers_come_from_the_run", replace("caption-3", "50 %", "97.6 %")),
    ("plain_markdown", replace("caption-3", "It does", "See {ref}`there`")),
    ("plain_markdown", replace("caption-3", "It does", "\n```{note}\nNote\n```\n")),
    ("plain_markdown", replace("caption-3", "It does", "\n:::note\nNote\n:::\n")),
    ("plain_markdown", replace("caption-3", "It does", "\n(a-label)=\n")),
    ("questions_explain_every_option", remove("quiz-1-5")),
    ("questions_explain_every_option", replace("quiz-1-2", "- C. This forgets something.\n", "")),
    ("questions_explain_every_option", replace("quiz-1-2", "- A. This", "- **A. This**")),
    ("questions_explain_every_option", replace("quiz-1-2", "?", "? Choose all that apply.")),
    ("questions_explain_every_option", replace("quiz-1-2", "<details>", "<div>")),
    ("questions_explain_every_option", replace("quiz-1-2", "1.2", "1.3")),
    ("only_what_is_opened_or_declared", replace("what-you-will-be-able-to-do", "Black boxes", "Boxes")),
    ("declarations_are_true", replace("what-you-will-be-able-to-do", "here: ", "here: `dlcourse.train`, ")),
    ("torch_only_in_its_section", set_source("half", "import torch\nassert torch")),
]
# What is a rule of all chapters is found in a lab, too; these are the ones whose limits differ there.
LAB_FAULTS = [
    ("sections_in_order", remove("the-task")),
    ("sections_in_order", replace("the-task", "The task", "Intuition")),
    ("figures_have_captions", lambda planted: planted["figure-5"].update(outputs=[])),
    ("figures_have_captions", replace("caption-2", "5a.2", "5a.3")),
    ("questions_explain_every_option", remove("quiz-5a-4")),
    ("questions_explain_every_option", replace("quiz-5a-2", "5a.2", "5a.1")),
]

REFRESHER_FAULTS = [
    ("opens_and_closes", set_source("title", "# Refresher: sums")),
    ("opens_and_closes", replace("skip", "Can you skip", "May you skip")),
    ("opens_and_closes", replace("setup", "Setup", "Begin")),
    ("opens_and_closes", remove("where")),
    ("quick_questions", replace("skip", "**2.**", "**4.**")),
    ("quick_questions", set_source("skip", "## Can you skip this page?\n\n" + QUICK_QUESTION.format(1))),
    ("quick_questions", replace("skip", "<summary>Answer</summary>", "")),
    ("enough_figures", lambda planted: [remove(f"figure-{k}")(planted) for k in range(1, 7)]),
    ("enough_figures", remove("caption-3")),
    ("plain_numpy", replace("set-up", "plots", "optim")),
    ("plain_numpy", set_source("set-up", "import numpy as np\nx = np.float32(1)")),
]
