"""Why this file exists: the page of a data set is its card and nothing else, and none is forgotten."""

import re
from pathlib import Path

import numpy as np
import pytest
import site_tools
from data_tools import loaded
from PIL import Image
from site_tools import course_data
from sphinx.errors import ExtensionError

from dlcourse import data
from dlcourse.data.base import DATASETS
from dlcourse.data.remote import ENTRIES
from dlcourse.recipes import ROOT, data_pictures
from dlcourse.recipes.data_pictures import PICTURES
from dlcourse.studies import data_sets, read

ALWAYS_THERE = {card.name for card in data.describe() if card.kind != "request"}


@pytest.fixture(scope="module")
def site():
    """The folder of the built site."""
    return site_tools.built_site()


def words(page):
    """The text of a page's article, with the typographer's quotes made plain."""
    text = site_tools.soup(page.read_text(encoding="utf-8")).find("article").get_text(" ")
    return " ".join(text.translate(str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")).split())


def plain(text):
    """A text of a card as the page shows it: without backquotes and the blanks beside them."""
    return re.sub(r"\s", "", text.replace("`", ""))


def test_every_data_set_has_a_page_in_the_contents():
    pages = {path.stem for path in Path(ROOT, "book", "data").glob("*.md")}
    assert pages == set(DATASETS)
    listed = [page.rsplit("/", 1)[1] for page in site_tools.toc_pages() if page.startswith("book/data/")]
    assert listed == [card.name for card in data.describe()]


@pytest.mark.parametrize("name", ENTRIES)
def test_the_page_of_what_is_downloaded_names_files_and_checksums(name, site):
    shown = words(site / "book" / "data" / f"{name}.html")
    assert all(entry.name in shown and entry.sha256[:12] in shown and entry.source in shown for entry in ENTRIES[name])


@pytest.mark.parametrize("name", DATASETS)
def test_the_page_shows_the_whole_card(name, site):
    card = data.describe(name)
    shown = plain(words(site / "book" / "data" / f"{name}.html"))
    texts = [card.title, card.summary, card.origin, card.license, card.size, *card.good_for, *card.flaws, *card.fields]
    texts += [text for pair in card.fields.values() for text in pair]
    texts += [*card.parts, *card.parts.values(), *card.options, *card.options.values()]
    assert [text for text in texts if plain(text) not in shown] == []


def test_the_table_lists_all_with_a_link(site):
    page = site_tools.soup((site / "book" / "data.html").read_text(encoding="utf-8"))
    rows = page.select("article table tbody tr")
    assert sorted(row.a["href"] for row in rows) == sorted(f"data/{name}.html" for name in DATASETS)
    for row in rows:
        columns = 5 if row.a.get_text() in ALWAYS_THERE else 3
        assert len([cell for cell in row.find_all("td") if cell.get_text(strip=True)]) == columns, row


def test_sizes_and_times_were_measured_for_all_that_is_always_there():
    rows = {row["data_set"]: row for row in read("data_sets")}
    assert set(rows) == ALWAYS_THERE
    for name, row in rows.items():
        found = loaded()[name]
        assert int(row["rows"].replace(",", "")) == len(found), f"{name}: run `make studies`"
        assert row["parts"] == ", ".join(f"{part} {len(getattr(found, part)):,}" for part in found.parts)
        assert float(row["load_seconds"]) > 0 and float(row["megabytes"]) > 0
    assert float(rows["glyphs"]["rows_per_second"].replace(",", "")) > 5000


def test_a_row_of_that_study_made_again_agrees():
    stored = next(row for row in read("data_sets") if row["data_set"] == "moons")
    again = data_sets.measure("moons")
    assert {name: again[name] for name in ("rows", "parts", "megabytes")} == {
        name: stored[name] for name in ("rows", "parts", "megabytes")}  # fmt: skip
    assert [data_sets.rounded(x) for x in (0.01234, 1.25, 34567, 3.9e-5)] == ["0.012", "1.2", "35,000", "4e-05"]


def test_pictures_are_there_and_say_what_they_show():
    stored = {path.stem for path in Path(ROOT, "book", "data").glob("*.png")}
    assert stored == set(PICTURES) <= ALWAYS_THERE and len(stored) > 5
    assert all(len(picture.alt.split()) > 5 for picture in PICTURES.values())
    with pytest.raises(ExtensionError, match="digits.png is missing"):
        course_data.example_of("digits", Path(ROOT, "book"))


QUICK = ("digits", "gates", "tic_tac_toe")


@pytest.mark.parametrize("name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.full)
                                  for name in PICTURES])  # fmt: skip
def test_a_picture_drawn_again_is_the_same(name, tmp_path):
    data_pictures.draw(name, tmp_path)
    with Image.open(tmp_path / f"{name}.png") as again, Image.open(ROOT / "book" / "data" / f"{name}.png") as stored:
        assert np.array_equal(np.asarray(again), np.asarray(stored))


def test_a_picture_of_nothing_is_refused(capsys):
    with pytest.raises(SystemExit):
        data_pictures.main(["digits", "faces"])
    assert "got faces" in capsys.readouterr().err


def test_signs_of_markup_stand_for_themselves():
    assert course_data.table(["a"], [["x | y"]]).splitlines()[-1] == "| x \\| y |"
    assert course_data.text_of("2**n and `a_b` of __c") == r"2\*\*n and `a_b` of \_\_c"
