"""Why this file exists: a translation that is nearly right shall count more than one that is all wrong.

BLEU counts which short runs of words a translation shares with a right one. It is crude, and it is what translation has
been measured by for twenty years; so it is worth knowing what it counts, and what it does not see.
"""

import math
from collections import Counter

MOST = 4  # the longest runs of words that are counted


def ngrams(words, n):
    """How often each run of n words stands in a text.

    >>> ngrams(["the", "cat", "the", "cat"], 2)
    Counter({('the', 'cat'): 2, ('cat', 'the'): 1})

    Raises:  ValueError for an n below 1.   Chapter: 5d.
    """
    if n < 1:
        raise ValueError(f"ngrams expected an n of at least 1, got {n}")
    return Counter(tuple(words[start : start + n]) for start in range(len(words) - n + 1))


def clipped(candidate, references, n):
    """How many runs of n words of a candidate stand in a reference, each counted at most as often as there.

    Of several references the one with the most of that run counts.

    Shapes:  candidate a list of words, references a list of such lists  ->  matched, all runs of the candidate
    Source:  Papineni et al. 2002, sec. 2.1.   Chapter: 5d.
    """
    most = Counter()
    for reference in references:
        most |= ngrams(reference, n)  # the larger of the two counts
    counts = ngrams(candidate, n)
    return (counts & most).total(), counts.total()


def brevity_penalty(length, reference_length):
    """1 for a long enough text, exp(1 - r/c) for one with fewer words c than the r of the reference; 0 for none.

    Source:  Papineni et al. 2002, sec. 2.2.2.   Chapter: 5d.
    """
    if length >= reference_length:
        return 1.0
    return math.exp(1 - reference_length / length) if length else 0.0


def nearest_length(candidate, references):
    """The length of the reference whose length is nearest to the candidate's; of two, the shorter."""
    return min((abs(len(reference) - len(candidate)), len(reference)) for reference in references)[1]


def bleu(candidates, references, most=MOST):
    """The geometric mean of the clipped precisions of runs of 1 to `most` words, times the brevity penalty.

    BLEU = BP exp( (1/most) sum over n of log p_n ),   p_n = matched runs of n words / all runs of n words

    All counts are added up over the texts before anything is divided: it is a figure of a whole set, from 0 to 1. Where
    no text is as long as n, that n is left out; where some are and nothing matches, BLEU is 0.

    Shapes:  candidates M lists of words, references M lists of one or more such lists  ->  float
    Raises:  ValueError for no texts, for texts and references that do not fit, and for a text given as one string.
    Source:  Papineni et al. 2002, sec. 2.3.   Chapter: 5d.
    """
    if len(candidates) != len(references) or not len(candidates):
        raise ValueError(f"bleu expected references for each of the candidates, got {len(candidates)} candidates and "
                         f"{len(references)} lists of references")
    for candidate, several in zip(candidates, references, strict=True):
        if isinstance(candidate, str) or not len(several) or any(isinstance(one, str) for one in several):
            raise ValueError("bleu expected words: candidates are lists of words and references lists of such lists, "
                             "[text.split()]; got a text in one piece or no reference")
    logs = []
    for n in range(1, most + 1):
        counts = [clipped(*pair, n) for pair in zip(candidates, references, strict=True)]
        matched, total = (sum(column) for column in zip(*counts, strict=True))
        if total and not matched:
            return 0.0
        if total:
            logs.append(math.log(matched / total))
    length = sum(map(len, candidates))
    wanted = sum(nearest_length(*pair) for pair in zip(candidates, references, strict=True))
    return brevity_penalty(length, wanted) * math.exp(sum(logs) / len(logs)) if logs else 0.0
