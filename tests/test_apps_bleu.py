"""Why this file exists: BLEU is quoted with two digits, so it has to be the paper's, to the last of them."""

import math

import numpy as np
import pytest

from dlcourse.apps.bleu import bleu, brevity_penalty, clipped, nearest_length, ngrams

# The examples of Papineni et al. 2002, sec. 2.1, in lower case and without full stops.
GUIDE = "it is a guide to action which ensures that the military always obeys the commands of the party".split()
TROOPS = "it is to insure the troops forever hearing the activity guidebook that party direct".split()
ACTION = [
    "it is a guide to action that ensures that the military will forever heed party commands".split(),
    ("it is the guiding principle which guarantees the military forces always being under the command of the "
     "party").split(),
    "it is the practical guide for the army always to heed the directions of the party".split(),
]
MATS = ["the cat is on the mat".split(), "there is a cat on the mat".split()]


def test_the_examples_of_the_paper():
    assert clipped(["the"] * 7, MATS, 1) == (2, 7) and clipped(["the"] * 7, MATS, 2) == (0, 6)
    assert clipped(GUIDE, ACTION, 1) == (17, 18) and clipped(TROOPS, ACTION, 1) == (8, 14)
    assert clipped(GUIDE, ACTION, 2) == (10, 17) and clipped(TROOPS, ACTION, 2) == (1, 13)
    assert clipped(["of", "the"], ACTION, 1) == (2, 2) and clipped(["of", "the"], ACTION, 2) == (1, 1)


def test_runs_are_counted():
    assert ngrams("a b a b".split(), 2) == {("a", "b"): 2, ("b", "a"): 1} and not ngrams(["a"], 2)
    with pytest.raises(ValueError, match="n of at least 1, got 0"):
        ngrams(["a"], 0)


def test_the_penalty_is_its_formula_and_forgives_length():
    assert brevity_penalty(9, 9) == brevity_penalty(12, 9) == 1 and brevity_penalty(0, 3) == 0
    assert brevity_penalty(8, 10) == pytest.approx(math.exp(-0.25))
    assert nearest_length(["a"] * 6, [["a"] * 5, ["a"] * 7]) == 5 and nearest_length(["a"] * 6, MATS) == 6


def test_a_number_by_hand():
    """zwei hundert vierzig for zwei hundert vier und vierzig: 3/3, 1/2, 0/1; without runs of three a number is left."""
    ours, right = [["zwei", "hundert", "vierzig"]], [[["zwei", "hundert", "vier", "und", "vierzig"]]]
    assert bleu(ours, right, most=2) == pytest.approx(math.exp(1 - 5 / 3) * math.sqrt(1 * 1 / 2))
    assert bleu(ours, right, most=3) == 0


def slow_bleu(candidates, references):
    """BLEU once more, by lists and removing, for one reference each."""
    product, lengths = 1.0, np.zeros(2)
    for candidate, reference in zip(candidates, references, strict=True):
        lengths += len(candidate), len(reference)
    for n in range(1, 5):
        matched = total = 0
        for candidate, reference in zip(candidates, references, strict=True):
            left = [reference[i : i + n] for i in range(len(reference) - n + 1)]
            for i in range(len(candidate) - n + 1):
                total += 1
                if candidate[i : i + n] in left:
                    left.remove(candidate[i : i + n])
                    matched += 1
        product *= (matched / total) ** 0.25
    return product * min(1.0, math.exp(1 - lengths[1] / lengths[0]))


@pytest.mark.parametrize("seed", range(5))
def test_another_implementation_agrees(seed):
    rng = np.random.default_rng(seed)
    candidates = [rng.integers(0, 3, rng.integers(4, 12)).tolist() for _ in range(20)]
    references = [rng.integers(0, 3, rng.integers(4, 12)).tolist() for _ in range(20)]
    assert bleu(candidates, [[one] for one in references]) == pytest.approx(slow_bleu(candidates, references))


def test_bleu_of_a_set_is_not_the_mean_of_its_texts():
    candidates, references = [list("abcd"), list("abxx")], [[list("abcd")], [list("abcd")]]
    whole, parts = bleu(candidates, references), [bleu([c], [r]) for c, r in zip(candidates, references, strict=True)]
    assert parts == [1.0, 0.0] and whole == pytest.approx((6 / 8 * 4 / 6 * 2 / 4 * 1 / 2) ** 0.25)


def test_ends_of_the_scale():
    texts = [list("abcde"), list("ab")]
    assert bleu(texts, [[text] for text in texts]) == 1
    assert bleu([list("xyz")], [[list("abc")]]) == 0 == bleu([[]], [[list("abc")]])
    assert bleu([["null"]], [[["null"]]]) == 1  # one word has no runs of two: they are left out


def test_texts_in_one_piece_and_sets_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="expected words"):
        bleu(["ein und zwanzig"], [[["ein"]]])
    with pytest.raises(ValueError, match="expected words"):
        bleu([["ein"]], [["ein"]])
    with pytest.raises(ValueError, match="got 1 candidates and 0"):
        bleu([["ein"]], [])
    with pytest.raises(ValueError, match="got 0 candidates"):
        bleu([], [])
