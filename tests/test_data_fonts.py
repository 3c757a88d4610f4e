"""Why this file exists: a missing letter is drawn as a box, a cut-off one as another, and both would get a label."""

import itertools

import numpy as np
import pytest
from fontTools.ttLib import TTFont

from dlcourse.data import DataError, fonts
from dlcourse.data.fonts import (
    ALPHABETS,
    FONTS,
    HELD_OUT,
    INK,
    LOOK_ALIKES,
    SIDE,
    bank,
    characters_of,
    classes_of,
    with_look_alikes,
)

ALL = ALPHABETS["all"]
COMPUTER_MODERN = [font for font in FONTS if font.startswith("cm")]


@pytest.fixture(scope="module")
def drawn():
    """All drawings (fonts, characters, strokes, SIDE, SIDE), and which there are."""
    return bank(ALL, FONTS)


@pytest.fixture(scope="module")
def similarity(drawn):
    """How much ink two characters share when both fill the same square, the mean over every second font."""
    from PIL import Image

    drawings, there = drawn[0][::2], drawn[1][::2]
    total, count = np.zeros((2, len(ALL), len(ALL)))
    for plain, present in zip(drawings[:, :, 0], there, strict=True):
        rows = np.flatnonzero(present)
        squares = []
        for picture in plain[rows]:
            ink = Image.fromarray(picture)
            left, top, right, bottom = ink.getbbox()
            square = np.zeros((32, 32), np.float32)
            width = 32 if (right - left) > 0.35 * (bottom - top) else 12  # an I stays narrow
            square[:, 16 - width // 2 : 16 + width // 2] = ink.crop((left, top, right, bottom)).resize((width, 32))
            squares.append(square.ravel())
        for row, square in zip(rows, squares, strict=True):
            total[row, rows] += 2 * np.minimum(square, squares).sum(axis=1) / (square.sum() + np.sum(squares, axis=1))
            count[row, rows] += 1
    return total / count


def pair(similarity, first, second):
    """The similarity of two characters."""
    return similarity[ALL.index(first), ALL.index(second)]


def test_the_alphabets_are_whole():
    assert {name: len(text) for name, text in ALPHABETS.items()} == {
        "digits": 10, "upper": 26, "lower": 26, "latin": 52, "greek": 24 + 25, "cyrillic": 64, "letters": 165,
        "all": 175}
    assert all(len(set(text)) == len(text) for text in ALPHABETS.values())
    assert len(FONTS) == 20 and set(HELD_OUT) < set(FONTS) and len(HELD_OUT) == 5


def test_what_a_font_has_is_what_its_own_table_says(drawn):
    for font, there in zip(FONTS, drawn[1], strict=True):
        table = TTFont(fonts._face(font).path).getBestCmap()
        assert there.tolist() == [ord(character) in table for character in ALL], font
        assert there.sum() == (62 if font in COMPUTER_MODERN else len(ALL))


def test_every_drawing_is_whole_and_in_the_middle(drawn):
    drawings, there = drawn
    for picture in drawings[there][:, 0]:
        rows, columns = np.flatnonzero((picture > 20).any(axis=1)), np.flatnonzero((picture > 20).any(axis=0))
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert INK - 2 <= max(height, width) <= INK + 3  # what was cut off would make it smaller
        assert all(abs(places[0] + places[-1] - (SIDE - 1)) <= 2 for places in (rows, columns))
    frame = np.ones((SIDE, SIDE), bool)
    frame[4:-4, 4:-4] = False
    assert not drawings[..., frame].any()
    assert not drawings[~there].any()


def test_no_two_characters_of_a_script_share_a_drawing(drawn):
    """A box that stands for a missing character would occur many times."""
    for name in ("digits", "latin", "greek", "cyrillic"):
        columns = [ALL.index(character) for character in ALPHABETS[name]]
        for drawings, there in zip(drawn[0][:, columns, 0], drawn[1][:, columns], strict=True):
            assert len({picture.tobytes() for picture in drawings[there]}) == there.sum()


def test_strokes_grow_and_shrink(drawn):
    plain, bolder, thinner = np.moveaxis(drawn[0][drawn[1]], 1, 0)
    assert (bolder >= plain).all() and (plain >= thinner).all()
    ink = [strokes.sum(axis=(1, 2), dtype=float) for strokes in (bolder, plain, thinner)]
    assert (ink[0] > 1.1 * ink[1]).all() and (ink[2] < 0.9 * ink[1]).all()


# ------------------------------------------------------------------------------------------- look-alikes


def test_a_character_is_in_one_group_only():
    assert len(set("".join(LOOK_ALIKES))) == len("".join(LOOK_ALIKES)) and set("".join(LOOK_ALIKES)) <= set(ALL)


def test_the_groups_look_alike_indeed(similarity):
    """Of ten pairs of characters nine share less than two thirds of their ink; of pairs of a group hardly one does."""
    assert np.quantile(similarity, 0.9) < 2 / 3
    pairs = [pair(similarity, *two) for group in LOOK_ALIKES for two in itertools.combinations(group, 2)]
    assert np.mean(pairs) > 0.85 and np.mean(np.array(pairs) > 2 / 3) > 0.95


# Without 5, since S shares more ink with 8.
@pytest.mark.parametrize("letters", [with_look_alikes(digit)[1:] for digit in "012368"])
def test_what_passes_for_a_digit_is_like_no_other_digit_more(letters, similarity):
    digit = next(group[0] for group in LOOK_ALIKES if letters[0] in group)
    for letter in letters:
        assert max("0123456789", key=lambda other: pair(similarity, letter, other)) == digit, (letter, digit)


def test_no_twin_and_no_case_pair_is_forgotten(similarity):
    for first, second in itertools.combinations(ALL, 2):
        alike = pair(similarity, first, second)
        if alike > 0.95 or (alike > 0.8 and first.lower() == second.lower()):
            assert second in with_look_alikes(first), (first, second, alike)


def test_look_alikes_are_the_whole_group():
    assert [with_look_alikes(text) for text in ("1", "", "Q")] == ["1IlΙ", "", "Q"]
    assert set("OlISZB") <= set(with_look_alikes(ALPHABETS["digits"]))
    assert set(with_look_alikes("AС")) == set("AΑАCcСс")


def test_classes_are_kept_merged_or_dropped():
    assert classes_of("cCx0O")[2] == ["c", "C", "x", "0", "O"]
    text, labels, names = classes_of("cCx0O", "merge")
    assert (text, labels.tolist(), names) == ("cCx0O", [0, 0, 1, 2, 2], ["cC", "x", "0O"])
    text, labels, names = classes_of("cCx0O", "drop")
    assert (text, labels.tolist(), names) == ("cx0", [0, 1, 2], ["c", "x", "0"])
    merged, dropped = classes_of(ALL, "merge"), classes_of(ALL, "drop")
    assert len(merged[2]) == len(dropped[2]) == len(merged[0]) - sum(len(group) - 1 for group in LOOK_ALIKES)


# ------------------------------------------------------------------------------------------- errors


def test_alphabets_are_named_or_spelled():
    assert characters_of("greek") == ALPHABETS["greek"] and characters_of("cba") == "cba"
    for wrong, said in [("hebrew", "not 'e', which"), ("", "got ''$"), ("ab!", "not '!'"), (7, "got 7$"),
                        ("latn", "did you mean 'latin'"), ("digit", "did you mean 'digits'")]:
        with pytest.raises(DataError, match=f"one of digits, .*, each once; .*{said}"):
            characters_of(wrong)


def test_unknown_fonts_and_words():
    assert fonts.fonts_of("cmr10") == ("cmr10",) and fonts.fonts_of(["cmr10", "cmr10"]) == ("cmr10",)
    with pytest.raises(DataError, match="no font 'Arial'; there are: DejaVuSans"):
        fonts.fonts_of(["cmr10", "Arial"])
    for wrong in (3, None, {"cmr10"}):
        with pytest.raises(DataError, match="fonts expected a name or a list of names, got .*; there are: DejaVuSans"):
            fonts.fonts_of(wrong)
    with pytest.raises(DataError, match=r"no font \['cmr10'\], 3; there are"):
        fonts.fonts_of([["cmr10"], 3])
    for wrong in ("join", 3, ["keep"]):
        with pytest.raises(DataError, match="look_alikes to be one of 'keep', 'merge', 'drop', got "):
            classes_of("ab", wrong)


def test_a_font_that_is_not_there(monkeypatch, tmp_path):
    class Nowhere:
        submodule_search_locations = (str(tmp_path),)

    monkeypatch.setattr(fonts.importlib.util, "find_spec", lambda name: Nowhere)
    with pytest.raises(DataError, match="font cmr10 is not where matplotlib keeps its fonts: reinstall"):
        fonts._face.__wrapped__("cmr10")
