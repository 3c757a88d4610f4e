"""Why this file exists: "better than no memory" means something only if the score without memory is right."""

import math
import re

import numpy as np
import pytest
import torch
from data_tools import check_seed_and_parts
from engine_tools import engine_state  # noqa: F401

from dlcourse import set_default_dtype
from dlcourse.data import sequences
from dlcourse.data.base import load
from dlcourse.data.checks import DataError
from dlcourse.data.sequences import BLANK, GO, LENGTH, SYMBOLS


@pytest.mark.parametrize("name", ["adding", "copy"])
def test_a_seed_decides_all_of_it_and_no_row_is_in_two_parts(name):
    check_seed_and_parts(name, {"fit": 8000, "validation": 2000, "train": 10_000, "test": 5000})


@pytest.mark.parametrize(("name", "options", "message"), [
    ("adding", {"n": 3}, "adding expected n to be a whole number, at least 15, got 3"),
    ("adding", {"T": 1}, "adding expected T to be a whole number, at least 2, got 1"),
    ("copy", {"n": True}, "copy expected n to be a whole number, at least 15, got True"),
    ("copy", {"T": 0}, "copy expected T to be a whole number, at least 1, got 0")])
def test_impossible_options_are_refused(name, options, message):
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        load(name, **options)


# ------------------------------------------------------------------------------------------- adding


@pytest.mark.parametrize("T", [2, 7, 60])
def test_one_number_is_marked_in_each_half_and_the_target_is_their_sum(T):
    set_default_dtype(np.float64)
    data = load("adding", n=3000, T=T)
    value, marker = data.x[:, :, 0], data.x[:, :, 1]
    assert data.x.shape == (3000, T, 2) and data.y.shape == (3000,) and np.isin(marker, (0, 1)).all()
    assert (marker[:, :T // 2].sum(1) == 1).all() and (marker[:, T // 2:].sum(1) == 1).all()
    assert data.y == pytest.approx((value * marker).sum(1), abs=1e-15)
    assert marker.mean(0).min() > 0, "every step is marked sometimes"
    assert 0 <= value.min() and value.max() < 1 and abs(value.mean() - 0.5) < 4 / np.sqrt(12 * value.size)


def test_without_memory_the_error_is_a_sixth():
    data = load("adding", n=300_000, T=2)
    squares = (data.y.astype(np.float64) - 1) ** 2
    assert data.baseline == 1 / 6
    assert abs(squares.mean() - data.baseline) < 4 * squares.std() / math.sqrt(len(squares))
    assert abs(data.y.mean() - 1) < 4 / math.sqrt(6 * len(squares)), "so that 1 is the best constant"


def test_the_last_number_alone_hardly_helps():
    """No shortcut: what a model without memory sees at the last step explains little of the sum."""
    data = load("adding", n=15_000, T=20)
    last = np.column_stack([data.x[:, -1], data.x[:, -1].prod(1), np.ones(15_000)]).astype(np.float64)
    _, residual, _, _ = np.linalg.lstsq(last, data.y.astype(np.float64), rcond=None)
    assert 0.93 * data.baseline < residual[0] / 15_000 < 1.02 * data.baseline


# ------------------------------------------------------------------------------------------- copy


@pytest.mark.parametrize("T", [1, 2, 20, 100])
def test_ten_symbols_a_delay_a_sign_and_the_symbols_again(T):
    data = load("copy", n=600, T=T)
    assert data.x.shape == data.y.shape == (600, T + 20) and data.x.dtype == data.y.dtype == np.int64
    symbols = data.x[:, :10]
    assert symbols.min() == 0 and symbols.max() == SYMBOLS - 1
    assert (data.x[:, 10:10 + T - 1] == BLANK).all() and (data.x[:, 10 + T - 1] == GO).all()
    assert (data.x[:, 10 + T:] == BLANK).all() and data.x[:, 10 + T:].shape[1] == 10
    assert (data.y[:, :T + 10] == BLANK).all() and np.array_equal(data.y[:, T + 10:], symbols)


def test_symbols_are_drawn_without_replacement(monkeypatch):
    monkeypatch.setattr(sequences, "SYMBOLS", 2)  # only 1,024 rows are left to draw from: by chance many would repeat
    assert len(np.unique(load("copy", n=1000).x, axis=0)) == 1000


def test_all_symbols_are_as_likely_at_every_place():
    symbols = load("copy").x[:, :LENGTH]
    for place in range(LENGTH):
        counts = np.bincount(symbols[:, place], minlength=SYMBOLS)
        assert ((counts - 15_000 / 8) ** 2 / (15_000 / 8)).sum() < 30, "chi-square with 7 degrees of freedom"


@pytest.mark.parametrize("T", [20, 100])
def test_without_memory_the_cross_entropy_is_ten_log_eight(T):
    """The best that knows only the step: its probabilities are counted on the training rows and scored on the test."""
    data = load("copy", n=6000, T=T)
    assert data.baseline == pytest.approx(10 * math.log(8) / (T + 20), rel=1e-15)
    assert T != 20 or round(data.baseline, 3) == 0.52
    counts = np.stack([np.bincount(step, minlength=10) for step in data.train.y.T])  # (T + 20, 10)
    logits = torch.tensor(np.log(np.maximum(counts, 1e-9))).expand(len(data.test), -1, -1)
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), torch.tensor(data.test.y).flatten()).item()
    assert data.baseline < loss < 1.002 * data.baseline, "a little above, since the probabilities were counted"
    remembered = np.concatenate([np.full((len(data.test), T + 10), BLANK), data.test.x[:, :10]], axis=1)
    assert np.array_equal(remembered, data.test.y), "and with memory nothing is left to guess"


def test_the_blanks_are_as_many_as_the_card_says():
    data = load("copy")
    assert np.mean(data.y == BLANK) == 0.75 and "75 %" in data.card.flaws[0]
