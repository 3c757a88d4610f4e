"""The rules that keep a notebook readable, honest and free of rot, as functions over its cells.

Each rule takes a notebook (nbformat) and returns sentences that say what is wrong, none if all is well. The tests apply
all of them to every chapter, those that make sense there to the refresher, and each to a notebook with a planted fault.
"""

import ast
import base64
import re
import statistics

from dlcourse.recipes.notebooks import FOLDED, KEPT_METADATA, WIDGET_VIEW, strip_png

SECTIONS = [
    "What you will be able to do", "Setup", "Intuition", "By hand", "The mathematics", "Build it", "Check it",
    "Use it on real data", "Break it on purpose", "The PyTorch twin", "Exercises", "Check yourself", "Summary",
    "Sources", "What was left out",
]  # fmt: skip
LAB_SECTIONS = [
    "What you will be able to do", "Setup", "The task", "Build it", "Use it on real data", "Break it on purpose",
    "Exercises", "Check yourself", "Summary", "Sources", "What was left out",
]  # fmt: skip
MEDIAN_LINES, NINTH_DECILE_LINES, MOST_LINES, BUILD_IT_LINES = 8, 25, 40, 15
WORDS_PER_LINE = (6, 15)
FIGURES, LAB_FIGURES = 8, 5

TIME = re.compile(
    r"\d (?:s|secs?|seconds)\b|\d ?(?:ms|µs|us|ns)\b|\d\.\d+s\b|\d(?:it|s)/(?:s|it)\b|\d\d:\d\d:\d\d|Wall time"
)
MEMORY_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
ABSOLUTE_PATH = re.compile(r"(?<![\w.:/~-])/(?:\w[\w.-]*/)+\w|\b[A-Z]:\\\w")
MYST = re.compile(r"\{[a-z][\w:-]*\}`|^\s*(?:`{3,}|~{3,}|:{3,})\s*\{|^:{3,}|^\([\w-]+\)=\s*$|^%\s", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:|#|attachment:)([^)\s#]+)|\bsrc=\"(?!https?:|data:)([^\"]+)\"")
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s?%")
FLEETING = {"a time": TIME, "a memory address": MEMORY_ADDRESS, "an absolute path": ABSOLUTE_PATH}


# ------------------------------------------------------------------------------------------------ reading a notebook


def tags(cell):
    """The tags of a cell."""
    return set(cell.metadata.get("tags", []))


def code_cells(nb):
    """The code cells, in order."""
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def markdown_cells(nb):
    """The Markdown cells, in order."""
    return [cell for cell in nb.cells if cell.cell_type == "markdown"]


def lesson(nb):
    """The cells that teach: all but exercises and questions."""
    return [cell for cell in nb.cells if not tags(cell) & {"exercise", "exercise-code", "quiz"}]


def headings(nb, level):
    """The headings of one level, in order."""
    pattern = re.compile(rf"^{'#' * level} (.+)$", re.MULTILINE)
    return [title.strip() for cell in markdown_cells(nb) for title in pattern.findall(without_code(cell.source))]


def section(nb, title):
    """The cells from one H2 heading to the next."""
    found, inside = [], False
    for cell in nb.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            inside = cell.source.startswith(f"## {title}")
        if inside:
            found.append(cell)
    return found


def lines(cell):
    """The lines of a code cell that are not blank."""
    return [line for line in cell.source.splitlines() if line.strip()]


def without_code(text):
    """Markdown without its fenced blocks and code spans."""
    text = re.sub(r"^(```|~~~).*?^\1\s*$", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)


def output_text(cell):
    """Everything that a code cell shows as text."""
    texts = []
    for output in cell.outputs:
        texts.append(output.get("text", ""))
        texts += [str(value) for kind, value in output.get("data", {}).items() if not kind.startswith("image/")]
    return "\n".join(texts)


def pictures(cell):
    """The pictures that a code cell shows: images, and figures that move."""
    data = [output.get("data", {}) for output in cell.get("outputs", [])]
    return [d for d in data if "image/png" in d or "image/svg+xml" in d or "data-figure=" in d.get("text/html", "")]


def chapter_number(nb):
    """The chapter's number, as the captions give it."""
    for cell in markdown_cells(nb):
        if match := re.match(r"\*\*Figure (\d+[a-f]?)\.", cell.source):
            return match[1]
    return "?"


def is_of_a_lab(nb):
    """Whether the captions give a lab's number, such as 5a."""
    return chapter_number(nb)[-1].isalpha()


# ------------------------------------------------------------------------------------------------ order and size


def title_with_question(nb):
    """One H1 with the question of the notebook under it, in italics."""
    problems = []
    if len(headings(nb, 1)) != 1 or not nb.cells[0].source.startswith("# "):
        problems.append(f"expected one H1, in the first cell; got {headings(nb, 1)}")
    opening = nb.cells[0].source.split("\n## ")[0]
    if not re.search(r"^\*[^*].*\?\*", opening, re.MULTILINE):
        problems.append("the question, in italics, does not stand under the H1")
    return problems


def sections_in_order(nb):
    """The title with its question, then the H2 headings of every chapter, or of every lab, in their order."""
    problems, wanted = title_with_question(nb), LAB_SECTIONS if is_of_a_lab(nb) else SECTIONS
    if headings(nb, 2) != wanted:
        problems.append(f"expected the sections {wanted}, got {headings(nb, 2)}")
    hidden = [cell.id for cell in markdown_cells(nb)[1:] if "\n## " in cell.source]
    return problems + [f"cell {i} does not begin with its H2 heading: its section would not be found" for i in hidden]


def readable_ids(nb):
    """Cell ids are words, so that a link, a diff and a message name the cell."""
    ids = [cell.id for cell in nb.cells]
    problems = [f"cell id {i!r} is no word" for i in ids if not re.fullmatch(r"[a-z][a-z0-9-]*", i)]
    problems += [f"cell id {i!r} was made up by a program" for i in ids if re.fullmatch(r"[0-9a-f]{8}", i)]
    return problems


def small_code_cells(nb):
    """Median, ninth decile and maximum of the lines of a code cell."""
    sizes = sorted(len(lines(cell)) for cell in lesson(nb) if cell.cell_type == "code")
    ninth = sizes[min(len(sizes) - 1, int(0.9 * len(sizes)))]
    measured = {"median": (statistics.median(sizes), MEDIAN_LINES), "90th percentile": (ninth, NINTH_DECILE_LINES)}
    measured["longest"] = (sizes[-1], MOST_LINES)
    return [f"{name} of the code cells: {n} lines, at most {most}" for name, (n, most) in measured.items() if n > most]


def asserts(statement):
    """Whether a statement checks something: an assert, a loop of them, or a call of a function named after checking."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name.startswith(("assert_", "check_")):
                return True
    return False


def build_it_cells_prove_themselves(nb):
    """In "Build it" a cell is short and ends in an assertion or a picture; only shown source may do without."""
    problems = []
    for cell in section(nb, "Build it"):
        if cell.cell_type != "code":
            continue
        if len(lines(cell)) > BUILD_IT_LINES:
            problems.append(f"cell {cell.id} of 'Build it' has {len(lines(cell))} lines, at most {BUILD_IT_LINES}")
        last = ast.parse(cell.source).body[-1]
        shows_source = isinstance(last, ast.Expr) and ast.unparse(last).startswith("show_source(")
        if not (asserts(last) or pictures(cell) or shows_source):
            problems.append(f"cell {cell.id} of 'Build it' ends neither in an assertion nor in a picture")
    return problems


def enough_words(nb):
    """Words of prose for each line of code, exercises and questions aside."""
    words = sum(len(cell.source.split()) for cell in lesson(nb) if cell.cell_type == "markdown")
    code = sum(len(lines(cell)) for cell in lesson(nb) if cell.cell_type == "code")
    low, high = WORDS_PER_LINE
    if not low <= words / code <= high:
        return [f"{words} words for {code} lines of code: {words / code:.1f} a line, expected {low} to {high}"]
    return []


# ------------------------------------------------------------------------------------------------ figures


def figures_have_captions(nb, least=FIGURES):
    """Every picture has a text alternative, and a caption under it that names its number and its question."""
    problems, count = [], 0
    least = min(least, LAB_FIGURES) if is_of_a_lab(nb) else least
    for here, below in zip(nb.cells, [*nb.cells[1:], None], strict=True):
        if not pictures(here):
            continue
        count += 1
        played = re.sub(r"<[^>]*>", "", pictures(here)[0].get("text/html", ""))  # a figure to play with holds its text
        alt = played or here.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if len(pictures(here)) > 1:
            problems.append(f"cell {here.id} shows {len(pictures(here))} pictures; one text cannot tell both")
        if len(alt.split()) < 6:
            problems.append(f"cell {here.id} needs metadata mystnb.image.alt that tells the picture, got {alt!r}")
        caption = below.source if below is not None and below.cell_type == "markdown" else ""
        if not re.match(rf"\*\*Figure \d+[a-f]?\.{count}\.\*\* ", caption):
            problems.append(f"after cell {here.id} expected the caption '**Figure N.{count}.** ', got {caption[:40]!r}")
        elif "?" not in caption:
            problems.append(f"the caption of Figure {count} names no question")
    if count < least:
        problems.append(f"{count} figures, expected at least {least}")
    return problems


# ------------------------------------------------------------------------------------------------ stored outputs


def executed_in_order(nb):
    """Every cell was run once, top to bottom, without an error."""
    counts = [cell.execution_count for cell in code_cells(nb)]
    in_order = counts == list(range(1, len(counts) + 1))
    problems = [] if in_order else [f"executed in the order {counts}; run `make notebooks`"]
    kinds = [(cell.id, output) for cell in code_cells(nb) for output in cell.outputs]
    problems += [f"cell {i} stores an error" for i, output in kinds if output.output_type == "error"]
    problems += [f"cell {i} wrote to stderr" for i, output in kinds if output.get("name") == "stderr"]
    return problems


def outputs_without_time_or_place(nb):
    """No time, no path and no memory address in the text that the cells show."""
    problems = []
    for cell in code_cells(nb):
        text = output_text(cell)
        for what, pattern in FLEETING.items():
            if match := pattern.search(text):
                problems.append(f"the output of cell {cell.id} holds {what}: {match[0]!r}")
    return problems


def equal_numbers_keep_their_order(nb):
    """Every argsort is stable: otherwise the order of equal numbers depends on the processor."""
    calls = [(cell.id, call) for cell in code_cells(nb) for call in re.findall(r"argsort\(.*", cell.source)]
    unstable = [(name, call) for name, call in calls if call.count("argsort(") > call.count('kind="stable"')]
    return [f"cell {name} sorts without kind=\"stable\": {call}" for name, call in unstable]


def outputs_without_traces(nb):
    """No views of widgets, no metadata of a run, no notes inside pictures."""
    problems = [f"notebook metadata holds {key!r}" for key in nb.metadata if key not in {"kernelspec", "language_info"}]
    for cell in nb.cells:
        expected = FOLDED if "hide-input" in tags(cell) else {}
        if {key: value for key, value in cell.metadata.items() if key not in KEPT_METADATA} != expected:
            problems.append(f"cell {cell.id} holds metadata {sorted(cell.metadata)}; run `make notebooks`")
        for output in cell.get("outputs", []):
            if WIDGET_VIEW in output.get("data", {}) or "transient" in output:
                problems.append(f"cell {cell.id} stores the view of a widget")
            if png := output.get("data", {}).get("image/png"):
                data = base64.b64decode(png)
                if strip_png(data) != data:
                    problems.append(f"the picture of cell {cell.id} says which program made it")
    return problems


def few_unchecked_cells(nb):
    """At most one code cell in ten is exempt from the comparison, and such a cell stores nothing."""
    exempt = [cell for cell in code_cells(nb) if tags(cell) & {"nbval-ignore-output", "nbval-skip", "raises-exception"}]
    problems = [f"cell {cell.id} is exempt and stores an output" for cell in exempt if cell.outputs]
    if 10 * len(exempt) > len(code_cells(nb)):
        problems.append(f"{len(exempt)} of {len(code_cells(nb))} code cells are exempt, at most one in ten")
    return problems


def no_trailing_semicolon(nb):
    """A semicolon hides a value in a browser and not from nbval: a plot ends in plt.show()."""
    return [f"cell {cell.id} ends in a semicolon" for cell in code_cells(nb) if cell.source.rstrip().endswith(";")]


# ------------------------------------------------------------------------------------------------ honesty


def trains_in_float64(nb):
    """The setup says in one visible line that numbers are computed in float64."""
    setup = "\n".join(cell.source for cell in section(nb, "Setup") if cell.cell_type == "code")
    if not re.search(r"^\w*\.?set_default_dtype\(.*float64.*\)", setup, re.MULTILINE):
        return ["the section Setup has no line set_default_dtype(...float64...)"]
    return []


def no_test_data_in_sweeps(nb):
    """A cell that chooses a setting is tagged `sweep`, and what chooses must not look at the test data."""
    problems = []
    for cell in code_cells(nb):
        if "sweep" in tags(cell):
            nodes = ast.walk(ast.parse(cell.source))
            names = {getattr(node, "attr", getattr(node, "id", getattr(node, "arg", None))) or "" for node in nodes}
            used = sorted(name for name in names if re.fullmatch(r"(?:.*_)?test(?:_.*)?", name))
            problems += [f"the sweep in cell {cell.id} looks at test data: {name}" for name in used]
    return problems


def quoted_numbers_come_from_the_run(nb):
    """A percentage in the prose of the lesson was printed by a cell, or a cell holds it."""
    computed = "\n".join(output_text(cell) + cell.source for cell in code_cells(nb))
    problems = []
    for cell in lesson(nb):
        if cell.cell_type == "markdown":
            for number in PERCENT.findall(without_code(cell.source)):
                if not re.search(rf"(?<![\d.]){re.escape(number)}(?![\d]|\.\d)", computed):
                    problems.append(f"cell {cell.id} quotes {number} %, which no cell prints or checks")
    return problems


# ------------------------------------------------------------------------------------------------ text


def plain_markdown(nb):
    """Nothing that shows as raw text where MyST is not rendered."""
    problems = []
    for cell in markdown_cells(nb):
        if match := MYST.search(cell.source):
            problems.append(f"cell {cell.id} uses MyST: {match[0].strip()!r}")
    return problems


def links_resolve(nb, folder):
    """Every relative link of the text leads to a file."""
    links = [(cell.id, a or b) for cell in markdown_cells(nb) for a, b in LINK.findall(without_code(cell.source))]
    return [f"cell {i} links to {link}, which is not there" for i, link in links if not (folder / link).exists()]
