"""Translate: its script against dlcourse.apps.translation, its stored network against the study's, what to try."""

import base64

import numpy as np
import pytest
import traitlets
from test_figure_gates import begun, run_script

from dlcourse.apps.translation import EOS, PAD, Languages, Translator, beam_search, greedy, until_end
from dlcourse.data import load
from dlcourse.data.number_words import LARGEST, english, german
from dlcourse.figures import translate
from dlcourse.figures.translate import (
    CHARACTERS,
    LONGEST,
    MOST,
    Translate,
    beam_examples,
    number_of,
    random_number,
    right_of,
    words_of,
)

pytestmark = pytest.mark.usefixtures("float64")

VALUES = [
    {}, {"text": "21", "step": 0}, {"text": "32", "step": MOST}, {"text": "102", "step": 3}, {"text": "0"},
    {"text": "102", "width": 2, "step": 2}, {"text": "82", "width": 4, "step": MOST}, {"text": "999,999", "width": 3},
    {"text": "seven hundred FORTY-two", "step": 2}, {"text": "thousand thousand fourty", "width": 2, "step": 1},
    {"text": "73 001", "step": 4}, {"text": "706", "step": 13},
]  # fmt: skip
TEXTS = ["0", "1,000", "12 345", " 999999", "One Hundred\tForty-Two", "two, three!", "1e5", "3.5", "a b c d e f g h i"]
UNREADABLE = ["", " ,", "...", "1000000", "one two three four five six seven eight nine ten"]


def numbers_of(values):
    figure = Translate(**values)
    tokens, total = figure.searched()
    return {"values": values, "tokens": tokens.tolist(), "total": total, "attention": figure.attention().tolist(),
            "probabilities": figure.probabilities().tolist(), "mistake": figure.mistake(), "words": figure.words(),
            "right": figure.right(), "source": figure.source()[0].tolist()}  # fmt: skip


def beams_of(text, width):
    """After each number of words the likeliest beginning, tokens and log p."""
    figure = Translate(text=text)
    found = [beam_search(figure.model(), figure.source(), length, width, power=0.0) for length in range(1, MOST + 1)]
    first = [(written[0, written[0] != PAD].tolist(), float(total[0])) for written, total in found]
    return {"text": text, "width": width, "first": first}


def spelled():
    """Numbers of all kinds, with their words: all below 1,100, and every 613th."""
    numbers = [*range(1100), *range(1100, LARGEST, 613), LARGEST]
    return [[n, english(n), german(n)] for n in numbers]


def test_the_script_computes_what_the_package_does(tmp_path):
    phrases = ["one hundred hundred", "thousand", "one one", "twenty eleven", "one thousand", "zero", "ten thousand"]
    wanted = {
        "begun": begun(Translate()), "data": base64.b64encode(Translate.stored_numbers()).decode(),
        "figures": [numbers_of(values) for values in VALUES], "limits": [LARGEST, LONGEST, CHARACTERS, MOST],
        "beams": [beams_of(text, width) for text in ("102", "60", "645,321") for width in (1, 2, 4)],
        "spelled": spelled(), "random": [random_number(k) for k in range(40)],
        "texts": [[text, words_of(text)] for text in TEXTS], "unreadable": UNREADABLE,
        "phrases": [[text.split(), number_of(text.split())] for text in phrases],
    }  # fmt: skip
    run_script("translate", wanted, tmp_path)


# ------------------------------------------------------------------------------------------------ the stored network


def study():
    from dlcourse.studies import number_translation

    return number_translation


def test_the_stored_network_is_the_studys_to_the_bit(tmp_path, monkeypatch):
    stored, trained = Translate().model().state_dict(), study().network().state_dict()
    assert all(np.array_equal(stored[name], trained[name]) for name in trained)
    monkeypatch.setattr(translate, "HERE", tmp_path)
    translate.write_numbers(study().network(), study().languages())
    assert (tmp_path / Translate.numbers).read_bytes() == Translate.stored_numbers()
    assert len(Translate.stored_numbers()) < 131_000


def test_a_network_without_examples_for_the_beam_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(translate, "HERE", tmp_path)
    monkeypatch.setattr(translate, "SMALL", 2)
    with pytest.raises(ValueError, match="write another fourth thing to try"):
        translate.write_numbers(study().network(), study().languages())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("score", [None, "additive"])
def test_a_network_of_another_form_is_not_written(score, tmp_path, monkeypatch):
    monkeypatch.setattr(translate, "HERE", tmp_path)
    languages = Languages(["one"], ["eins"])
    other = Translator(len(languages.source), len(languages.target), 4, score=score, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="expected a Translator with the score 'dot'"):
        translate.write_numbers(other, languages)
    assert not list(tmp_path.iterdir())


# ------------------------------------------------------------------------------------------------ its values


def test_its_values_are_those_of_the_course():
    figure = Translate()
    tokens, total = figure.searched()
    assert figure.number() == 645321 and figure.written() == figure.right() == german(645321) and tokens[-1] == EOS
    assert np.array_equal(until_end(tokens[None]), greedy(figure.model(), figure.source(), len(tokens)))
    assert figure.attention().shape == (len(tokens), len(figure.words()))
    assert np.allclose(figure.attention().sum(axis=1), 1)
    steps = [Translate(step=k).probabilities() for k in range(len(tokens))]
    assert sum(np.log(p[token]) for p, token in zip(steps, tokens, strict=True)) == pytest.approx(total, abs=1e-12)
    assert np.array_equal(Translate(step=MOST).probabilities(), steps[-1])


def cut_off():
    """The first number that has no end after 14 words."""
    return next(n for n in range(1, 1000) if len(Translate(text=str(n)).written()) == MOST)


def test_the_first_mistake_is_found_or_there_is_none():
    assert Translate().mistake() is None
    assert Translate(text="fish and chips").mistake() is None and Translate(text="fish").number() is None
    assert Translate(text="0").mistake() == 0  # no pair had a zero: it cannot know
    cut = Translate(text=str(cut_off()))
    assert cut.mistake() is not None and len(cut.written()) == MOST and EOS not in cut.searched()[0]
    assert cut.written()[: cut.mistake()] == cut.right()[: cut.mistake()]


def test_what_words_mean():
    rng = np.random.default_rng(0)
    for n in [*range(100), *rng.integers(0, LARGEST + 1, 300).tolist()]:
        assert number_of(english(n)) == n and words_of(f"{n:,}") == english(n)
    assert number_of(["one", "one"]) is None and number_of(["hundred"]) is None
    assert words_of("Seven-hundred") == ["seven", "hundred"]


def test_random_numbers_are_spread_over_all():
    drawn = np.array([random_number(k) for k in range(300)])
    assert drawn.min() < 20_000 and drawn.max() > 980_000 and 460_000 < drawn.mean() < 540_000


@pytest.mark.parametrize(
    ("values", "words"),
    [
        *[({"text": text}, "type a number or its English words") for text in UNREADABLE],
        ({"text": "1000000"}, "expected a number from 0 to 999,999, got '1000000'"),
        ({"text": "x" * 121}, "expected at most 120 characters, got 121"),
        ({"text": "..."}, "expected a number or 1 to 9 words, got 0"),
        ({"width": 5}, "width"), ({"step": 15}, "step"), ({"shown": "colors"}, "shown"), ({"drawn": -1}, "drawn"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(traitlets.TraitError, match=words):
        Translate(**values)


# ------------------------------------------------------------------------------------------------ what to try


def right(numbers, width=1):
    """Which of these numbers the figure's network translates without a mistake: (N,)."""
    return right_of(Translate().model(), study().languages(), numbers, width)


def test_the_first_thing_to_try_is_true():
    """It looks at "five" and then back at "forty"; "sechs" looks at "hundred", the sign to stop at "thousand"."""
    figure = Translate()
    pieces, looks = figure.written(), [figure.words()[s] for s in figure.attention().argmax(axis=1)]
    assert [looks[pieces.index(word)] for word in ("fünf", "vierzig")] == ["five", "forty"]
    assert figure.words().index("forty") < figure.words().index("five")
    assert pieces[0] == "sechs" and looks[0] == "hundred" and looks[-1] == "thousand"


def test_the_second_thing_to_try_is_true():
    """Of random numbers 98 of 100 are right, of those from 1 to 20 none; it met one number of one word."""
    assert right([random_number(k) for k in range(600)]).mean() > 0.98
    assert not right(range(1, 21)).any()
    met = load("numbers").fit.english[: study().PAIRS]
    assert len(met) == 4000 and sum(" " not in text for text in met) == 1


def test_the_third_thing_to_try_is_true():
    """A last "one" behind "thousand" becomes "ein", as in "thousand one hundred", which it met far more often."""
    numbers = [73_001, 58_001, *range(20_001, 999_001, 20_000)]
    for figure in [Translate(text=str(n)) for n in numbers[:6]]:
        assert figure.mistake() == len(figure.right()) - 1 and figure.right()[-1] == "eins"
        assert figure.written()[figure.mistake()] == "ein"
    assert right(numbers).mean() < 0.1
    met = load("numbers").fit.english[: study().PAIRS]
    ends = sum(text.endswith("thousand one") for text in met)
    goes_on = sum("thousand one hundred" in text for text in met)
    assert goes_on > 50 * max(ends, 1)


def test_the_fourth_thing_to_try_is_true():
    """One number is right with a beam of 2 alone, one with 1 alone; what the wider beam writes is never less likely."""
    tried = Translate().tries
    assert len(tried) == 4
    for numbers, width, other in zip(beam_examples(), (2, 1), (1, 2), strict=True):
        assert f" {numbers[0]}" in tried[3]
        assert Translate(text=str(numbers[0]), width=width).mistake() is None
        assert Translate(text=str(numbers[0]), width=other).mistake() is not None
        one, two = (Translate(text=str(numbers[0]), width=width).searched() for width in (1, 2))
        assert two[1] / len(two[0]) > one[1] / len(one[0])  # that is what it looks for
