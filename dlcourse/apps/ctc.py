"""Why this file exists: a recording says what was said and not when; CTC learns from that.

A network says for each frame which label it hears, or none of them (the blank). Many rows of such answers collapse to
the same labels. The loss, `F.ctc_loss`, adds the probabilities of all of them; here is what a lab needs around it.
"""

import math
from collections import defaultdict

import numpy as np

from .. import functional as F
from ..tensor import Tensor

BLANK = 0


def collapse(path):
    """What a row of frame answers says: runs become one label, then blanks go.   (T,)  ->  list.

    Source:  Graves et al. 2006, sec. 3.1.   Chapter: 5c.
    """
    path = [int(label) for label in path]
    return [label for label, before in zip(path, [BLANK, *path], strict=False) if label not in (BLANK, before)]


# ------------------------------------------------------------------------------------------- the loss


def string_loss(logits, y):
    """-log of the probability that the frames spell the string, whenever its symbols were said; the mean over clips.

    It is `F.ctc_loss` for what a network and a data set of this course give: classes last, and symbols from 0 on, with
    -1 behind a short string. Class 0 of the logits is the blank, class k + 1 the symbol k.

    Shapes:  logits (N, T, 1 + K), y (N, U) whole numbers  ->  ()
    Raises:  ValueError for other shapes or symbols, and for clips with too few frames: each symbol needs one, and two
             equal neighbors a blank between them.
    Source:  Graves et al. 2006.   Chapter: 5c.
    """
    y = np.asarray(y)
    N, T, K = logits.shape
    said = y >= 0
    if y.ndim != 2 or len(y) != N or y.dtype.kind not in "iu" or y.size and not -1 <= y.min() <= y.max() < K - 1:
        raise ValueError(f"string_loss expected strings ({N}, U) of symbols from 0 to {K - 2}, and -1 behind them, got "
                         f"{y.dtype} {y.shape}" + (f" from {y.min()} to {y.max()}" if y.size else ""))
    needed = said.sum(axis=1) + (said[:, 1:] & (y[:, 1:] == y[:, :-1])).sum(axis=1)
    if needed.max(initial=0) > T:
        raise ValueError(f"string_loss expected {needed.max()} frames or more for the string {y[needed.argmax()]}, got "
                         f"{T}: pool less over time, or leave the clip out")
    log_p = F.log_softmax(logits, dim=-1).transpose(0, 1)  # (T, N, 1 + K)
    losses = F.ctc_loss(log_p, y + 1, np.full(N, T), said.sum(axis=1), reduction="none")
    return losses.mean()


def alignment(logits, string):
    """When each class was heard, if it is known what was said: its share of the paths that spell the string, by frame.

    share_t(k) = -d(loss) / d(log p_t(k)) = sum over the places of k of alpha_t beta_t / p; each row sums to 1.

    Shapes:  logits (T, 1 + K), string (U,) symbols from 0 on  ->  (T, 1 + K)
    Raises:  ValueError as `string_loss`.
    Source:  Graves et al. 2006, eq. 15.   Chapter: 5c.
    """
    logits, string = np.asarray(logits, np.float64), np.asarray(string, int)
    top = logits.max(axis=1, keepdims=True)
    log_p = Tensor(logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True)), requires_grad=True)
    F.ctc_loss(log_p, string + 1, len(logits), len(string), reduction="sum").backward()
    return -log_p.grad


# ------------------------------------------------------------------------------------------- reading


def best_path(scores):
    """The labels of the likeliest path: the best answer of each frame, collapsed.   (N, T, K)  ->  N lists.

    Fast, and not always the likeliest labels, since these may have many paths of which none is the best.
    Source:  Graves et al. 2006, sec. 3.2.   Chapter: 5c.
    """
    return [collapse(path) for path in np.asarray(scores).argmax(axis=2)]


def beam_search(log_p, width=8):
    """The likeliest labels, looked for among the `width` best beginnings after each frame.

    For a beginning two numbers are kept: the probability of all its paths that end in a blank, and of all that end in
    its last label. Only after a blank can the same label come again as a new one. Paths that collapse to the same
    beginning are added up (merged); with a width that never cuts, the result is exact.

    Shapes:  log_p (T, K)  ->  list of (labels as a tuple, log-probability), the best first, at most `width`
    Raises:  ValueError for a width below 1.
    Source:  Hannun et al. 2014, without their language model; Graves and Jaitly 2014.   Chapter: 5c.
    """
    if width < 1:
        raise ValueError(f"beam_search expected a width of at least 1, got {width}")
    beam = {(): (0.0, -math.inf)}
    for frame in np.asarray(log_p).tolist():
        blank_ends, label_ends = defaultdict(lambda: -math.inf), defaultdict(lambda: -math.inf)
        for labels, (after_blank, after_label) in beam.items():
            either = _log_sum(after_blank, after_label)
            blank_ends[labels] = _log_sum(blank_ends[labels], either + frame[BLANK])
            for label, score in enumerate(frame[1:], start=1):
                longer, begins = (*labels, label), either
                if labels and label == labels[-1]:  # the same sound goes on, or comes again behind a blank
                    label_ends[labels] = _log_sum(label_ends[labels], after_label + score)
                    begins = after_blank
                label_ends[longer] = _log_sum(label_ends[longer], begins + score)
        total = {labels: _log_sum(blank_ends[labels], label_ends[labels]) for labels in [*blank_ends, *label_ends]}
        kept = sorted(total, key=total.get, reverse=True)[:width]
        beam = {labels: (blank_ends[labels], label_ends[labels]) for labels in kept}
    return [(labels, total[labels]) for labels in kept]


def _log_sum(a, b):
    """log(e^a + e^b) of two numbers; NumPy's is made for arrays and slow for one pair."""
    if a < b:
        a, b = b, a
    return a if b == -math.inf else a + math.log1p(math.exp(b - a))


# ------------------------------------------------------------------------------------------- judging


def edit_distance(first, second):
    """How many symbols must be inserted, deleted or replaced to turn one sequence into the other.

    d(i, j) = min(d(i-1, j) + 1, d(i, j-1) + 1, d(i-1, j-1) + [first_i != second_j])

    Returns: whole number.   Source:  Levenshtein 1966; the recursion: Wagner and Fischer 1974.   Chapter: 5c.
    """
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(second, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


def error_rate(read, said):
    """Edits over the symbols that were said, all strings together; above 1 where much is invented.

    Returns: number.
    Raises:  ValueError if there are not as many readings as strings, or nothing was said.   Chapter: 5c.
    """
    symbols = sum(len(string) for string in said)
    if len(read) != len(said) or not symbols:
        raise ValueError(f"error_rate expected a reading for each string that was said, and at least one symbol, got "
                         f"{len(read)} and {len(said)} with {symbols} symbols")
    return sum(edit_distance(list(a), list(b)) for a, b in zip(read, said, strict=True)) / symbols
