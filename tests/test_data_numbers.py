"""Why this file exists: a lab that taught wrong German would be worse than none, so numerals have a second opinion.

The other opinion is num2words. French must equal it to the letter. Its English has commas and "and", which are taken
out before comparing. Its German has one mistake, mended before comparing: 101,000 is einhunderteintausend, for "eins"
loses its s before "tausend" as it does before "hundert" and "und"; num2words says einhunderteinstausend.
"""

import re

import numpy as np
import pytest
from num2words import num2words

from dlcourse.data import number_words
from dlcourse.data.base import load
from dlcourse.data.checks import DataError
from dlcourse.data.number_words import LARGEST, english, french, german, written

CODES = {"english": "en", "german": "de", "french": "fr"}
SAY = {"english": english, "german": german, "french": french}
OTHERS = np.random.default_rng(5).choice(np.arange(10_000, LARGEST + 1), 5000, replace=False).tolist()
OTHERS += [80_000, 100_000, 101_000, 121_000, 180_000, 200_000, 200_001, 280_080, 300_000, 999_999]


def second_opinion(n, language):
    text = num2words(n, lang=CODES[language])
    if language == "english":
        return text.replace(",", "").replace(" and ", " ")
    return text.replace("hunderteinstausend", "hunderteintausend") if language == "german" else text


def disagreements(numbers, language):
    """The numbers whose text or whose pieces differ from what num2words says."""
    wrong = []
    for n in numbers:
        theirs, pieces = second_opinion(n, language), SAY[language](n)
        agrees = "".join(pieces) == theirs if language == "german" else pieces == re.split("[ -]", theirs)
        if written(n, language) != theirs or not agrees:
            wrong.append(n)
    return wrong


@pytest.mark.parametrize("language", CODES)
def test_all_below_ten_thousand_and_five_thousand_others_agree_with_num2words(language):
    assert len(set(OTHERS)) >= 5000
    assert disagreements(range(10_000), language) == []
    assert disagreements(OTHERS, language) == []


@pytest.mark.full
@pytest.mark.parametrize("language", CODES)
def test_every_number_agrees_with_num2words(language):
    assert disagreements(range(LARGEST + 1), language) == []


@pytest.mark.parametrize(("language", "table", "index", "fault", "first"), [
    ("english", "ENGLISH_TENS", 4, "fourty", 40), ("german", "GERMAN_TENS", 3, "dreissig", 30),
    ("german", "GERMAN_ONES", 16, "sechszehn", 16), ("french", "FRENCH_TENS", 8, "quatre-vingts", 80),
    ("french", "FRENCH_ONES", 14, "quatorz", 14)])
def test_a_planted_mistake_is_found(monkeypatch, language, table, index, fault, first):
    words = list(getattr(number_words, table))
    words[index] = fault
    monkeypatch.setattr(number_words, table, words)
    assert disagreements(range(200), language)[0] == first


# The traps, from the grammars and not from another program.
BY_HAND = [
    (0, "zero", "null", "zéro"), (1, "one", "eins", "un"), (17, "seventeen", "siebzehn", "dix sept"),
    (21, "twenty one", "ein und zwanzig", "vingt et un"), (30, "thirty", "dreißig", "trente"),
    (70, "seventy", "siebzig", "soixante dix"), (71, "seventy one", "ein und siebzig", "soixante et onze"),
    (80, "eighty", "achtzig", "quatre vingts"), (81, "eighty one", "ein und achtzig", "quatre vingt un"),
    (91, "ninety one", "ein und neunzig", "quatre vingt onze"), (100, "one hundred", "ein hundert", "cent"),
    (101, "one hundred one", "ein hundert eins", "cent un"),
    (200, "two hundred", "zwei hundert", "deux cents"), (201, "two hundred one", "zwei hundert eins", "deux cent un"),
    (1000, "one thousand", "ein tausend", "mille"), (1001, "one thousand one", "ein tausend eins", "mille un"),
    (80_000, "eighty thousand", "achtzig tausend", "quatre vingt mille"),
    (101_000, "one hundred one thousand", "ein hundert ein tausend", "cent un mille"),
    (200_000, "two hundred thousand", "zwei hundert tausend", "deux cent mille"),
    (32_718, "thirty two thousand seven hundred eighteen", "zwei und dreißig tausend sieben hundert achtzehn",
     "trente deux mille sept cent dix huit"),
    (200_280, "two hundred thousand two hundred eighty", "zwei hundert tausend zwei hundert achtzig",
     "deux cent mille deux cent quatre vingts"),
]


@pytest.mark.parametrize(("n", *CODES), BY_HAND)
def test_the_traps_of_each_language(n, english, german, french):
    assert [" ".join(say(n)) for say in SAY.values()] == [english, german, french]


def test_where_the_second_opinion_is_not_followed():
    assert written(701_008, "german") == "siebenhunderteintausendacht" == second_opinion(701_008, "german")
    assert num2words(701_008, lang="de") in ("siebenhunderteintausendacht", "siebenhunderteinstausendacht")


def test_how_a_number_is_written():
    assert written(98, "english") == "ninety-eight" and written(1980, "english") == "one thousand nine hundred eighty"
    assert written(21_032, "german") == "einundzwanzigtausendzweiunddreißig"
    assert written(71_098, "french") == "soixante et onze mille quatre-vingt-dix-huit"
    assert written(np.int64(5), "german") == "fünf"


@pytest.mark.parametrize("n", [-1, 1_000_000, 2.0, "7", True, None])
def test_what_is_no_number_of_the_range_is_refused(n):
    message = re.escape(f" expected n to be a whole number, 0 to 999,999, got {n!r}")
    for language, say in SAY.items():
        with pytest.raises(DataError, match=f"^{language}{message}$"):
            say(n)
        with pytest.raises(DataError, match=f"^written{message}$"):
            written(n, language)


@pytest.mark.parametrize("language", ["latin", ["english"], None])
def test_another_language_is_refused(language):
    message = f"written expected language to be one of 'english', 'german', 'french', got {language!r}"
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        written(1, language)


# ------------------------------------------------------------------------------------------- the data set


def test_the_rows_say_their_number_and_no_number_comes_twice():
    data = load("numbers")
    assert len(data) == len(set(data.number.tolist())) == 10_500
    for row in range(0, 10_500, 500):
        for language, say in SAY.items():
            assert getattr(data, language)[row] == " ".join(say(data.number[row]))
    assert data[3] == (data.english[3], data.german[3]) and data.card.pair == data.pair == ("english", "german")


def test_the_parts_share_no_number_and_are_drawn_alike():
    data = load("numbers")
    parts = {name: getattr(data, name).number for name in ("fit", "validation", "test")}
    assert {name: len(part) for name, part in parts.items()} == {"fit": 8000, "validation": 1000, "test": 1500}
    assert len(data.train) == 9000 and len(set(np.concatenate(list(parts.values())).tolist())) == 10_500
    share = {name: np.mean(part < 10_000) for name, part in parts.items()}
    # 1500 rows are drawn from the small numbers, and hardly any of the 9000 others, drawn from what is left, are small
    for name, part in parts.items():
        assert abs(share[name] - 1 / 7) < 4 * np.sqrt(1 / 7 * 6 / 7 / len(part)) + 0.01, (name, share)
    large = data.number[data.number >= 10_000]
    assert abs(large.mean() - 505_000) < 4 * 990_000 / np.sqrt(12 * len(large)), "as a uniform draw would be"


def test_options_and_seeds():
    assert np.array_equal(load("numbers", n=700, seed=3).number, load("numbers", n=700, seed=3).number)
    assert not np.array_equal(load("numbers", n=700, seed=3).number, load("numbers", n=700, seed=4).number)
    data = load("numbers", n=21, source="french", target="english")
    assert [len(getattr(data, part)) for part in ("fit", "validation", "test")] == [16, 2, 3]
    assert data[0] == (data.french[0], data.english[0]) and data.arrays[0] is data.french


@pytest.mark.parametrize(("options", "message"), [
    ({"n": 20}, "numbers expected n to be a whole number, 21 to 70,000, got 20"),
    ({"n": 70_001}, "numbers expected n to be a whole number, 21 to 70,000, got 70001"),
    ({"source": "latin"}, "numbers expected source to be one of 'english', 'german', 'french', got 'latin'"),
    ({"target": None}, "numbers expected target to be one of 'english', 'german', 'french', got None")])
def test_impossible_options_are_refused(options, message):
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        load("numbers", **options)


def test_the_card_counts_the_words():
    numbers = [*range(10_000), *range(0, LARGEST + 1, 1000), 888_888, 999_999, 777_777, 797_797]
    fields = load("numbers").card.fields
    for language, say in SAY.items():
        pieces = [say(n) for n in numbers]
        words, longest = len({word for row in pieces for word in row}), max(map(len, pieces))
        assert f"1 to {longest} of {words}" in fields[language][1], (language, longest, words)


def test_german_crosses_where_english_does_not():
    """What the data set is for: the word for the units comes after the tens in English and before them in German."""
    assert english(47).index("seven") > english(47).index("forty")
    assert german(47).index("sieben") < german(47).index("vierzig")
