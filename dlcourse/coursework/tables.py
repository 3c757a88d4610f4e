"""Why this file exists: people change tables in spreadsheets, and spreadsheets save them in several ways."""

import csv
import io
from pathlib import Path

SEPARATORS = (",", ";", "\t")


class TableError(ValueError):
    """A table cannot be read; the text says what to do."""


def read_table(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a table and their numbers, as a spreadsheet counts them. The first row names the columns.

    path     the file, in UTF-8 or UTF-16, its values separated by commas, semicolons or tabs
    columns  the names that have to be there; capitals do not count, and neither do empty rows

    Raises:  TableError for another encoding, an open quotation mark, or if a column is missing.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(f"{path} is not in UTF-8: open it where it was saved, and save it as 'CSV UTF-8'") from error
    for separator in SEPARATORS:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        except csv.Error as error:
            raise TableError(f"{path}: {error}; is a quotation mark open?") from error
        names = [name.strip().lower() for name in rows[0]] if rows else []
        if set(columns) <= set(names):
            return [(number, dict(zip(names, row + [""] * (len(names) - len(row)), strict=False)))
                    for number, row in enumerate(rows[1:], start=2) if any(value.strip() for value in row)]  # fmt: skip
    raise TableError(f"{path}: the first row has to name the columns {', '.join(columns)}")
