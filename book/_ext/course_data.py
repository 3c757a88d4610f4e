"""Writes the page of each data set from its card, and the table of all of them, so that neither can fall behind.

A page `book/data/NAME.md` holds the mark `<!-- card -->`, and the page on data the mark `<!-- all data sets -->`. What
stands there instead is made from `dlcourse.data` and from the study that measured sizes and times.
"""

import re
import sys
from pathlib import Path
from textwrap import shorten

from sphinx.errors import ExtensionError

CARD, TABLE = "<!-- card -->", "<!-- all data sets -->"
MARKUP = re.compile(r"[*_<\[\\$]")
VALUE = re.compile(r"'[\w./-]+'")  # what one types, such as 'ordered', is set as code
EXAMPLES, LONGEST = 3, 200  # rows that a page shows of a set of texts, and characters of each
KINDS = {
    "embedded": "embedded: a file of the package",
    "generated": "generated from a seed",
    "simulated": "simulated from a seed",
    "request": "on request: downloaded once, when you ask for it",
}


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table; a bar inside a cell would end it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def text_of(words: str) -> str:
    """Return the words of a card as Markdown: signs such as those of 2**n stand for themselves, `code` is code."""
    pieces = words.split("`")
    return "`".join(piece if i % 2 else MARKUP.sub(r"\\\g<0>", piece) for i, piece in enumerate(pieces))


def bullets(items) -> str:
    """Return a Markdown list."""
    return "\n".join(f"- {text_of(item)}" for item in items)


def measured() -> dict:
    """Return the row of the study for each data set."""
    from dlcourse.studies import read

    return {row["data_set"]: row for row in read("data_sets")}


def card_page(card, row, example) -> str:
    """Return the text of a data set's page, below its title."""
    facts = [["Origin", text_of(card.origin)], ["License", text_of(card.license)], ["Size", text_of(card.size)]]
    if row:
        speed = f"{seconds(row)} s the first time, then {row['rows_per_second']} rows per second"
        rows = f"{row['rows']} rows, {row['megabytes']} MB" + (f": {row['parts']}" if row["parts"] else "")
        facts += [["As loaded", text_of(rows)], ["Time to load", speed]]
    used = [f"{'lab' if len(chapter) > 1 else 'chapter'} {chapter}" for chapter in card.chapters]
    fields = [[f"`{name}`", f"`{shape}`", text_of(text)] for name, (shape, text) in card.fields.items()]
    parts = [
        text_of(card.summary),
        example,
        f'```python\nfrom dlcourse import data\n\n{card.name} = data.load("{card.name}")\n```',
        table(["Kind", KINDS[card.kind]], facts),
        "## Fields\n\n" + table(["field", "shape", "meaning and unit"], fields),
    ]
    if card.pair:
        parts.append(f"A row, a batch and PyTorch's loader give {', '.join(f'`{name}`' for name in card.pair)}; "
                     f"`{card.name}.using(...)` chooses other fields.")  # fmt: skip
    if card.parts:
        rows = [[f"`{name}`", text_of(text)] for name, text in card.parts.items()]
        parts.append("## Parts\n\n" + table(["part", "purpose"], rows))
    if card.options:
        rows = [[f"`{name}`", VALUE.sub(r"`\g<0>`", text_of(text))] for name, text in card.options.items()]
        parts.append("## Options\n\n" + table(["option", "meaning"], rows))
    if card.kind == "request":
        parts.append(f"## Files\n\n{files(card.name)}")
    parts.append(f"## Good for\n\n{bullets(card.good_for)}")
    parts.append(f"## Known flaws\n\n{bullets(card.flaws)}")
    parts.append(f"Used in {', '.join(used)}.")
    return "\n\n".join(part for part in parts if part)


def files(name: str) -> str:
    """Return a list of the files that a data set downloads, each with its checksum and where that was published."""
    from dlcourse.data.remote import ENTRIES

    return bullets(f"{entry.name}: {entry.size:,} bytes, SHA-256 `{entry.sha256[:12]}` ..., published in "
                   f"{entry.source}" for entry in ENTRIES[name])  # fmt: skip


def seconds(row) -> str:
    """Return the time of the first load; what is shorter than a millisecond is no time."""
    return row["load_seconds"] if float(row["load_seconds"]) >= 0.001 else "under 0.001"


def catalog(cards, rows) -> str:
    """Return the tables of all data sets; what is downloaded takes as long as the network does."""
    groups = [("A file of the package", ("embedded",)), ("Computed from a seed", ("generated", "simulated")),
              ("On request", ("request",))]  # fmt: skip
    parts = []
    for title, kinds in groups:
        head, lines = [title, "size", "first load (s)", "then, rows per second", "license"], []
        for card in (card for card in cards if card.kind in kinds):
            row = rows.get(card.name)
            speed = [seconds(row), row["rows_per_second"]] if row else []
            name = f"[{card.name}](data/{card.name}.md): {card.title}"
            lines.append([name, text_of(card.size), *speed, text_of(card.license.split(";")[0])])
        parts.append(table(head if kinds != ("request",) else [title, "size", "license"], lines))
    return "\n\n".join(parts)


def example_of(name: str, folder: Path) -> str:
    """Return the Markdown of a data set's picture with its alternative text, or the first rows of a set of texts."""
    from dlcourse import data
    from dlcourse.recipes.data_pictures import PICTURES

    if data.describe(name).kind == "request":
        return ""  # nothing of it is here
    if name not in PICTURES:
        rows = data.load(name)
        return table(list(rows.pair), [[as_cell(value, rows) for value in rows[i]] for i in range(EXAMPLES)])
    if not (folder / f"{name}.png").is_file():
        raise ExtensionError(f"{name}.png is missing: python -m dlcourse.recipes.data_pictures draws it")
    return f"![{PICTURES[name].alt}]({name}.png){{.data-picture}}"


def as_cell(value, rows) -> str:
    """Return a text as code, one line of it and not too long, and a class by its name."""
    if isinstance(value, str):
        return f"`{shorten(' '.join(value.split()), LONGEST, placeholder=' ...').replace('`', '')}`"
    return next((names[value] for names in rows.common.values() if isinstance(names, list)), str(value))


def fill_page(app, docname, source):
    """Put the card or the table where a page has the mark."""
    from dlcourse.data import describe

    if CARD in source[0]:
        name = docname.rsplit("/", 1)[1]
        example = example_of(name, Path(app.srcdir, "book", "data"))
        text = f"# {describe(name).title}\n\n{card_page(describe(name), measured().get(name), example)}"
        source[0] = source[0].replace(CARD, text)
    if TABLE in source[0]:
        source[0] = source[0].replace(TABLE, catalog(describe(), measured()))


def setup(app):
    # The pages describe the package beside them, not one that is installed elsewhere.
    sys.path.insert(0, str(app.srcdir))
    app.connect("source-read", fill_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
