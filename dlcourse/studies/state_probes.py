"""What do the units of the character model keep track of, and more than the last characters say by themselves?

    python -m dlcourse.studies state_probes

The stored network of the study `character_model` reads the test text, which it has not learned. After every character
five things are true of the place, and each is asked for twice: by a linear probe (ridge regression on standardized
features) and by the single feature that correlates with it most. Probe and feature are found on the first half of the
test text, the strength of the ridge on the last fifth of that half, and both are judged on the second half by the
correlation of what they say with what is so. The same is asked of three networks that stay as they were drawn, and of
the last 8 and 32 characters themselves, one-hot. For the quotation there is a second question: does the unit that
tracks it matter? At the last character inside, its cell is set to its mean outside quotations, and the probability of
the closing mark is read; the same with every other unit, and the table keeps the four that lower it most.
"""

import time

import numpy as np
from scipy import linalg, sparse

from dlcourse import Tensor, no_grad
from dlcourse.language import states

from .chapter_1 import in_float64
from .character_model import network, tokenizer, untrained
from .language_models import text_of, tokens_of
from .table import read, write

QUESTIONS = ("inside a quotation", "inside brackets", "position in the line", "indentation", "length of the word")
STRENGTHS = (1.0, 10.0, 100.0, 1000.0)
WINDOWS, SEEDS = (8, 32), range(3)


def answers(text):
    """What is so after each character of a text.   Returns: {question: (M,)}.

    Quotations and brackets end with their paragraph, at the latest.
    """
    found = {question: np.zeros(len(text)) for question in QUESTIONS}
    quoted, depth, column, indent, word = 0, 0, 0, 0, 0
    for at, sign in enumerate(text):
        if sign == "\n":
            if text[at - 1 : at] == "\n":
                quoted = depth = 0
            column = indent = word = 0
        else:
            indent += sign == " " and column == indent
            column += 1
            word = word + 1 if sign.isalpha() else 0
            quoted ^= sign == '"'
            depth = max(0, depth + (sign in "([{") - (sign in ")]}"))
        for question, value in zip(QUESTIONS, (quoted, depth > 0, column, indent, word), strict=True):
            found[question][at] = value
    return found


def windows(tokens, length, vocabulary):
    """The last characters at each place, one-hot.   Shapes:  tokens (M,)  ->  sparse (M, length * vocabulary)."""
    rows = np.repeat(np.arange(len(tokens)), length).reshape(-1, length)
    back = np.arange(length)
    there = rows >= back
    columns = tokens[np.maximum(rows - back, 0)] + back * vocabulary
    ones = np.ones(there.sum())
    return sparse.csr_matrix((ones, (rows[there], columns[there])), (len(tokens), length * vocabulary))


def ridge(x, targets, strength):
    """Weights and constants that minimize the squared error + strength |w|^2.   Shapes:  (M, D), (M, K)."""
    means = np.asarray(x.mean(axis=0)).ravel()
    gram = x.T @ x
    gram = (gram.toarray() if sparse.issparse(gram) else gram) - len(targets) * np.outer(means, means)
    product = x.T @ (targets - targets.mean(axis=0))
    weights = linalg.solve(gram + strength * np.eye(len(gram)), product, assume_a="pos")
    return weights, targets.mean(axis=0) - means @ weights


def correlations(said, so):
    """Column by column.   Shapes:  (M, K), (M, K)  ->  (K,)."""
    said, so = said - said.mean(axis=0), so - so.mean(axis=0)
    lengths = np.linalg.norm(said, axis=0) * np.linalg.norm(so, axis=0)
    return (said * so).sum(axis=0) / np.maximum(lengths, 1e-12)


def probed(x, so):
    """What the linear probes say of the second half.   Shapes:  x (M, D), so (M, K)  ->  correlations (K,)."""
    half = len(so) // 2
    cut = 4 * half // 5
    tried = []
    for strength in STRENGTHS:
        weights, constant = ridge(x[:cut], so[:cut], strength)
        tried.append(correlations(x[cut:half] @ weights + constant, so[cut:half]))
    best, found = np.argmax(tried, axis=0), []
    for column, choice in enumerate(best):
        weights, constant = ridge(x[:half], so[:half, column : column + 1], STRENGTHS[choice])
        found.append(correlations(x[half:] @ weights + constant, so[half:, column : column + 1])[0])
    return np.array(found)


def single(x, so):
    """The feature that correlates most on the first half, and its correlation on the second, with the first's sign."""
    half = len(so) // 2
    first = np.array([correlations(x[:half], so[:half, [column]]) for column in range(so.shape[1])])  # (K, D)
    best = np.abs(first).argmax(axis=1)
    later = correlations(x[half:][:, best], so[half:])
    return best, later * np.sign(first[np.arange(len(best)), best])


def features(names=None):
    """What is probed, or some of it: {name: (M, D)}."""
    tokens, found = tokens_of("test"), {}
    nets = {"trained": network, **{f"untrained {seed}": lambda seed=seed: untrained(seed).eval() for seed in SEEDS}}
    for name, make in nets.items():
        wanted = [kind for kind in "hc" if names is None or f"{name}, {kind}" in names]
        seen = states(make(), tokens) if wanted else {}
        for kind in wanted:
            half = seen[kind][: len(tokens) // 2]
            found[f"{name}, {kind}"] = (seen[kind] - half.mean(axis=0)) / (half.std(axis=0) + 1e-9)
    lengths = {f"last {length} characters": length for length in WINDOWS}
    return found | {name: windows(tokens, length, len(tokenizer())) for name, length in lengths.items()
                    if names is None or name in names}


def closing():
    """The probability of the closing mark at the end of quotations: as the model is, and with one cell changed.

    The places are those of the second half; to its mean outside quotations, over the first half, is set one unit after
    the other.

    Returns: the mean as it is, the means for each unit (H,), and the number of places.
    """
    text, tokens, model = text_of("test"), tokens_of("test"), network()
    quoted, half = answers(text)["inside a quotation"] > 0, len(text) // 2
    seen, mark = states(model, tokens), tokenizer().encode('"')[0]
    outside = seen["c"][:half][~quoted[:half]].mean(axis=0)
    ends = [at for at in range(half, len(text) - 1) if quoted[at] and text[at + 1] == '"' and text[at] != '"']
    o, cells = seen["o"][ends], seen["c"][ends]

    def chance(changed):
        with no_grad():
            return float(model.out(Tensor(o * np.tanh(changed))).softmax(dim=-1).data[:, mark].mean())

    others = np.eye(cells.shape[1], dtype=bool)
    return chance(cells), np.array([chance(np.where(one, outside, cells)) for one in others]), len(ends)


@in_float64()
def rows_of(names=None):
    """The rows of some features, or of all: what their probes and their best single features say."""
    truth, rows = answers(text_of("test")), []
    so = np.stack([truth[question] for question in QUESTIONS], axis=1)
    for name, x in features(names).items():
        best, alone = (None, None) if sparse.issparse(x) else single(x, so)
        for column, (question, r) in enumerate(zip(QUESTIONS, probed(x, so), strict=True)):
            rows.append({"features": name, "asked": question, "probe": round(float(r), 4),
                         "unit": "" if best is None else int(best[column]),
                         "single": "" if best is None else round(float(alone[column]), 4)})
    return rows


def remake():
    """Probe everything and store it."""
    started, rows = time.perf_counter(), rows_of()
    with in_float64():
        usual, changed, places = closing()
    lowest = " ".join(f"{unit}:{changed[unit]:.3f}" for unit in np.argsort(changed)[:4])
    found = {"closing": round(usual, 4), "closing_lowest": lowest, "closing_places": places}
    for row in rows:
        here = (row["features"], row["asked"]) == ("trained, c", QUESTIONS[0])
        row |= found if here else dict.fromkeys(found, "")
    write("state_probes", rows, "python -m dlcourse.studies state_probes", started)


def stored(features, asked):
    """The one stored row of some features and a question."""
    (found,) = [row for row in read("state_probes") if (row["features"], row["asked"]) == (features, asked)]
    return found
