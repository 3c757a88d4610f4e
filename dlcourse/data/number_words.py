"""Why this file exists: a language with a grammar, made of all numbers below a million, that can be translated exactly.

German says the units before the tens, so a model that translates has to look back and forth; no text has to be shipped.
"""

import numpy as np

from .base import OURS, PARTS, Card, Dataset, dataset, parts_of
from .checks import one_of, whole

LARGEST = 999_999

# A space stands between written words, a hyphen between the parts of one. English and French write the hyphen, German
# leaves it out.
ENGLISH_ONES = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
                "seventeen eighteen nineteen").split()
ENGLISH_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
GERMAN_ONES = ("null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
               "siebzehn achtzehn neunzehn").split()
GERMAN_TENS = "- - zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
FRENCH_ONES = ("zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
               "dix-huit dix-neuf").split()
FRENCH_TENS = "- - vingt trente quarante cinquante soixante - quatre-vingt".split()  # 70 is 60 + 10, 90 is 80 + 10


def english(n):
    """The words of a number in English: 21,300 is twenty, one, thousand, three, hundred.

    Shapes:  n a whole number from 0 to 999,999  ->  a list of words.
    Raises:  DataError for any other n.   Chapter: 5d.
    """
    return _pieces(_english(whole("english", "n", n, 0, LARGEST)))


def german(n):
    """The morphemes of a number in German, whose one long word is split: 21 is ein, und, zwanzig.

    Shapes:  n a whole number from 0 to 999,999  ->  a list of morphemes.
    Raises:  DataError for any other n.   Chapter: 5d.
    """
    return _pieces(_german(whole("german", "n", n, 0, LARGEST)))


def french(n):
    """The words of a number in French: 98 is quatre, vingt, dix, huit.

    Shapes:  n a whole number from 0 to 999,999  ->  a list of words.
    Raises:  DataError for any other n.   Chapter: 5d.
    """
    return _pieces(_french(whole("french", "n", n, 0, LARGEST)))


def written(n, language):
    """A number as it is written: "twenty-one", "einundzwanzig", "vingt et un".

    English without "and" and commas, as in the United States; French in the spelling from before 1990, with hyphens
    only below a hundred and not around "et".

    Shapes:  n a whole number from 0 to 999,999  ->  a text.
    Raises:  DataError for any other n or language.   Chapter: 5d.
    """
    spell = SPELLED[one_of("written", "language", language, SPELLED)]
    text = spell(whole("written", "n", n, 0, LARGEST))
    return text.replace("-", "") if language == "german" else text


def _pieces(text):
    return text.replace("-", " ").split()


def _english(n):
    def below_thousand(n):
        hundreds, rest = divmod(n, 100)
        tens, ones = divmod(rest, 10)
        words = [ENGLISH_ONES[hundreds], "hundred"] if hundreds else []
        if rest >= 20:
            words.append(ENGLISH_TENS[tens] + (f"-{ENGLISH_ONES[ones]}" if ones else ""))
        elif rest:
            words.append(ENGLISH_ONES[rest])
        return words

    thousands, rest = divmod(n, 1000)
    words = [*below_thousand(thousands), "thousand"] if thousands else []
    return " ".join(words + below_thousand(rest)) or ENGLISH_ONES[0]


def _german(n):
    def below_thousand(n, one):
        hundreds, rest = divmod(n, 100)
        tens, ones = divmod(rest, 10)
        parts = [GERMAN_ONES[hundreds], "hundert"] if hundreds else []
        if rest >= 20:
            parts += [GERMAN_ONES[ones], "und"] if ones else []
            parts.append(GERMAN_TENS[tens])
        elif rest:
            parts.append(one if rest == 1 else GERMAN_ONES[rest])
        return parts

    thousands, rest = divmod(n, 1000)
    parts = [*below_thousand(thousands, one="ein"), "tausend"] if thousands else []
    return "-".join(parts + below_thousand(rest, one="eins")) or GERMAN_ONES[0]  # "eins" only where the number ends


def _french(n):
    def below_hundred(n, plural):
        if n < 20:
            return FRENCH_ONES[n]
        tens, ones = divmod(n, 10)
        if tens in (7, 9):  # soixante-dix is 60 + 10, and quatre-vingt-onze 80 + 11
            tens, ones = tens - 1, ones + 10
        if ones == 0:
            return FRENCH_TENS[tens] + (plural if tens == 8 else "")
        joint = " et " if ones in (1, 11) and tens != 8 else "-"
        return FRENCH_TENS[tens] + joint + FRENCH_ONES[ones]

    def below_thousand(n, plural):
        hundreds, rest = divmod(n, 100)
        words = [FRENCH_ONES[hundreds]] if hundreds > 1 else []
        words += ["cent" + (plural if hundreds > 1 and not rest else "")] if hundreds else []
        return words + ([below_hundred(rest, plural)] if rest else [])

    thousands, rest = divmod(n, 1000)
    words = below_thousand(thousands, plural="") if thousands > 1 else []  # mille alone, and no s before it
    words += ["mille"] if thousands else []
    return " ".join(words + below_thousand(rest, plural="s")) or FRENCH_ONES[0]


SPELLED = {"english": _english, "german": _german, "french": _french}

CARD = Card(
    name="numbers",
    title="Numbers in words",
    kind="generated",
    summary="Whole numbers below a million in English, German and French, one text of words for each language.",
    origin="written from the rules of the three languages by this course, checked against num2words in the tests",
    license=f"{OURS}; the numerals of a language belong to nobody",
    size="10,500 numbers of the 1,000,000",
    fields={
        "number": ("(M,)", "the number, 0 to 999,999; no two rows have the same"),
        "english": ("(M,)", "its words with spaces between them, 1 to 9 of 30 words, without 'and'"),
        "german": ("(M,)", "its morphemes with spaces between them, 1 to 11 of 32: 'ein und zwanzig'"),
        "french": ("(M,)", "its words with spaces between them, 1 to 13 of 27, split at hyphens"),
    },
    pair=("english", "german"),
    parts=PARTS,
    options={
        "n": "how many numbers, 21 to 70,000 (default 10,500): a seventh drawn from the numbers below 10,000, the rest "
        "from all others alike; of 21 rows 16 are to fit, 2 to validate, 3 to test",
        "seed": "which numbers (default 0)",
        "source": "the language that `arrays` takes as input, 'english' (default), 'german' or 'french'",
        "target": "the language that `arrays` takes as target (default 'german')",
    },
    good_for=("translation with and without attention in a minute", "attention maps: German says the units before the "
              "tens, so that they cross", "exact scores: a translation is right or wrong"),
    flaws=(
        "A synthetic language: thirty words, no ambiguity, one right translation. It says nothing about real text.",
        "Numbers below 10,000 are drawn more often than all others, since a uniform draw would hardly have any.",
        "Test numbers are new, their words are not: a model that composes gets all of them right.",
    ),
    chapters=("5d", "7"),
)


@dataset(CARD)
def numbers(n=10_500, seed=0, source="english", target="german"):
    """Distinct numbers in words, a seventh of them below 10,000, in a random order.

    Returns: Dataset with number (M,) and texts english, german, french (M,); its pair is source and target.
    Raises:  DataError for an n out of range and for a language that is not there.   Chapter: 5d.
    """
    whole("numbers", "n", n, 21, 70_000)
    one_of("numbers", "source", source, SPELLED)
    one_of("numbers", "target", target, SPELLED)
    rng = np.random.default_rng(seed)
    small = rng.choice(10_000, n // 7, replace=False)
    others = np.delete(np.arange(LARGEST + 1), small)
    number = rng.permutation(np.concatenate([small, rng.choice(others, n - len(small), replace=False)]))
    texts = {language: [" ".join(_pieces(spell(value))) for value in number.tolist()]
             for language, spell in SPELLED.items()}
    validation, test = n * 2 // 21, n // 7
    return Dataset(CARD, {"number": number, **texts}, parts_of(n - validation - test, validation, test),
                   pair=(source, target))
