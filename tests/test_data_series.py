"""Why this file exists: a series is forecast honestly only if its facts are right and no window sees the future."""

import importlib.resources
import re

import numpy as np
import pytest
from engine_tools import engine_state  # noqa: F401
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import set_default_dtype
from dlcourse.data.base import load
from dlcourse.data.checks import DataError
from dlcourse.data.series import windows

# Another copy of the same numbers: R's sunspot.year, which is from Tong 1996 and ends in 1988.
OF_R = {1700: 5, 1711: 0, 1727: 122, 1749: 80.9, 1778: 154.4, 1784: 10.2, 1787: 132, 1810: 0, 1816: 45.8, 1837: 138.3,
        1848: 124.7, 1870: 139, 1893: 85.1, 1901: 2.7, 1917: 103.9, 1928: 77.8, 1937: 114.4, 1944: 9.6, 1947: 151.6,
        1957: 190.2, 1964: 10.2, 1979: 155.4, 1986: 13.4, 1988: 100.2}
# R's monthly co2 (Scripps, an earlier calibration), January 1959 first.
CO2_OF_R = {(1959, 1): 315.42, (1960, 5): 319.87, (1968, 10): 320.09, (1970, 5): 327.91, (1975, 9): 328.40,
            (1984, 12): 344.04, (1990, 5): 357.00, (1995, 10): 357.80, (1997, 12): 364.34}


def test_every_year_of_the_sun_is_there_and_agrees_with_another_copy():
    sun = load("sunspots")
    assert sun.year.tolist() == list(range(1700, 2009)) and len(sun) == 309
    values = dict(zip(sun.year.astype(int).tolist(), sun.value.astype(float).round(1).tolist(), strict=True))
    assert {year: values[year] for year in OF_R} == OF_R
    differing = {year: round(values[year] - other, 1) for year, other in
                 {1962: 37.5, 1980: 154.7, 1981: 140.5, 1987: 29.2}.items()}
    assert differing == {1962: 0.1, 1980: -0.1, 1981: -0.1, 1987: 0.2}, "as the card says"
    assert sum(values.values()) / 309 == pytest.approx(49.752, abs=0.001), "the mean that statsmodels' copy has"


def test_what_the_card_says_of_the_test_years():
    sun = load("sunspots")
    assert (sun.train.value.max(), sun.test.value.max()) == pytest.approx((154.4, 190.2))
    assert sun.test.year[sun.test.value.argmax()] == 1957
    whole = sun.value[sun.year < 1749]
    assert np.array_equal(whole, whole.round()) and not np.array_equal(sun.value, sun.value.round())


def test_each_part_of_the_sun_begins_in_a_minimum():
    sun = load("sunspots")
    for part in (sun.validation, sun.test):
        start = int(part.year[0]) - 1700
        nearby = sun.value[start - 4:start + 5]
        assert nearby.argmin() in (3, 4), "so that cycles stay whole"


@pytest.mark.parametrize(("name", "first", "last", "validation", "test"), [
    ("sunspots", 1700, 2008, 1902, 1944), ("co2", 1958 + 2.5 / 12, 2001 + 11.5 / 12, 1986 + 0.5 / 12, 1992 + 0.5 / 12)])
def test_the_parts_follow_each_other_in_time(name, first, last, validation, test):
    data = load(name)
    assert np.all(np.diff(data.year) > 0)
    parts = [data.fit, data.validation, data.test]
    assert np.array_equal(np.concatenate([part.value for part in parts]), data.value)
    assert np.array_equal(data.train.year, np.concatenate([data.fit.year, data.validation.year]))
    starts = [part.year[0] for part in parts] + [data.test.year[-1]]
    assert starts == pytest.approx([first, validation, test, last], abs=1e-3)


def test_every_month_is_there_and_the_gaps_are_named():
    air = load("co2")
    assert len(air) == 526 and air.month[:11].tolist() == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1]
    assert np.diff(air.year) == pytest.approx(1 / 12, abs=3e-4)
    assert np.array_equal(np.diff(air.month) % 12, np.ones(525))
    year = np.floor(air.year).astype(int)
    gaps = [(int(y), int(m)) for y, m in zip(year[air.interpolated], air.month[air.interpolated], strict=True)]
    assert gaps == [(1958, 6), (1958, 10), (1964, 2), (1964, 3), (1964, 4)]
    once = air.weeks == 1
    assert list(zip(year[once].tolist(), air.month[once].tolist(), strict=True)) == [(1958, 3), (1958, 9), (1964, 5),
                                                                                      (1984, 4)]
    assert air.weeks.max() == 5 and air.weeks.sum() == 2225, "all weekly averages of the record"
    assert not air.interpolated[air.year > 1965].any(), "validation and test are measured, all of them"
    months = zip(year.tolist(), air.month.tolist(), strict=True)
    values = dict(zip(months, air.value.tolist(), strict=True))
    line = np.linspace(values[1964, 1], values[1964, 5], 5)
    assert [values[1964, month] for month in range(1, 6)] == pytest.approx(line, abs=0.011)
    assert values[1958, 6] == pytest.approx((values[1958, 5] + values[1958, 7]) / 2, abs=0.011)
    for key, other in CO2_OF_R.items():
        assert values[key] == pytest.approx(other, abs=0.5), key
    assert air.test.value.min() > air.fit.value.max(), "a trend: raw values must be extrapolated"


@pytest.mark.parametrize(("name", "words"), [
    ("sunspots.csv", ("NOAA", "NGDC", "public domain", "not version 2")),
    ("co2.csv", ("Keeling", "Scripps", "CDIAC", "public domain", "interpolated", "weekly"))])
def test_the_file_names_its_source_and_license(name, words):
    lines = (importlib.resources.files("dlcourse.data") / name).read_text(encoding="utf-8").splitlines()
    head = " ".join(line[2:] for line in lines if line.startswith("#"))
    assert all(word in head for word in words)


@pytest.mark.parametrize("name", ["sunspots", "co2"])
def test_a_file_that_is_missing_cut_or_changed_is_refused(name, monkeypatch, tmp_path):
    good, path = (importlib.resources.files("dlcourse.data") / f"{name}.csv").read_bytes(), tmp_path / f"{name}.csv"
    monkeypatch.setattr(importlib.resources, "files", lambda package: tmp_path)
    with pytest.raises(DataError, match=f"{name}.csv cannot be read .*: install dlcourse again"):
        load(name)
    lines = good.splitlines(keepends=True)
    digit = good.rindex(b".") + 1
    for bad in (good[:-1], b"".join(lines[:150]), good[:digit] + bytes([good[digit] ^ 1]) + good[digit + 1:], b""):
        path.write_bytes(bad)
        with pytest.raises(DataError, match=f"{name}.csv is damaged: .* of {len(bad):,} bytes: install dlcourse"):
            load(name)
    path.write_bytes(good)
    assert len(load(name)) == {"sunspots": 309, "co2": 526}[name]


def test_values_come_in_the_default_type():
    assert load("sunspots").value.dtype == np.float32
    set_default_dtype(np.float64)
    assert load("sunspots").value.dtype == load("co2").year.dtype == np.float64


# ------------------------------------------------------------------------------------------- windows


def test_a_window_and_what_follows_it():
    inputs, targets = windows(np.arange(6), 3, 2)
    assert inputs.tolist() == [[0, 1, 2], [1, 2, 3]] and targets.tolist() == [[3, 4], [4, 5]]
    inputs, targets = windows([7, 8], 2, before=[3, 4, 5, 6])
    assert inputs.tolist() == [[5, 6], [6, 7]] and targets.tolist() == [[7], [8]]
    inputs, _ = windows(np.array([1, 2, 3, 4]), 2, before=[0.5, 0.7])
    assert inputs[:2].tolist() == [[0.5, 0.7], [0.7, 1]], "the past keeps its fractions"
    single = np.ones(4, np.float32)
    assert windows(single, 2, before=single)[0].dtype == windows(single, 2)[0].dtype == np.float32


@given(st.integers(1, 30), st.integers(1, 6), st.integers(1, 4), st.integers(0, 8))
def test_windows_are_complete_and_in_order(total, length, horizon, more):
    series, before = np.arange(100, 100 + total), np.arange(100 - length - more, 100)
    if total >= length + horizon:
        inputs, targets = windows(series, length, horizon)
        assert (inputs.shape, targets.shape) == ((total - length - horizon + 1, length), (len(inputs), horizon))
        assert np.array_equal(inputs[:, 0], series[:len(inputs)])
        assert np.array_equal(np.diff(np.hstack([inputs, targets])), np.ones((len(inputs), length + horizon - 1)))
    if total >= horizon:
        inputs, targets = windows(series, length, horizon, before=before)
        assert len(inputs) == total - horizon + 1 and targets.min() == 100 and inputs[0, -1] == 99
        assert np.array_equal(np.diff(np.hstack([inputs, targets])), np.ones((len(inputs), length + horizon - 1)))


def leaks(train, test):
    """How many values that a test window must forecast occur in a training window, as input or as target."""
    seen = set(np.concatenate([part.ravel() for part in train]).tolist())
    return len(seen & set(test[1].ravel().tolist()))


@pytest.mark.parametrize("name", ["sunspots", "co2"])
def test_no_target_of_the_test_is_in_a_window_to_train_on(name):
    data, time = load(name), np.arange(len(load(name)))  # the time instead of the value: each occurs once
    parts = {part: time[data.parts[part]] for part in ("fit", "validation", "train", "test")}
    for training, later in (("fit", "validation"), ("train", "test")):
        train = windows(parts[training], 24, 5)
        assert leaks(train, windows(parts[later], 12, 5)) == 0
        apart = windows(parts[later], 24, 5, before=parts[training])
        assert leaks(train, apart) == 0 and set(apart[1].ravel()) == set(parts[later])
    # planted: windows of the whole series, divided afterwards as rows usually are, share what is to be forecast
    inputs, targets = windows(time, 24, 5)
    half = len(inputs) // 2
    assert leaks((inputs[:half], targets[:half]), (inputs[half:], targets[half:])) == 4


def test_windows_can_be_changed_without_changing_the_series():
    series = np.arange(5.0)
    for part in windows(series, 2):
        part[:] = -1
    assert series.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("arguments", "message"), [
    ((np.zeros((4, 2)), 2), "windows expected a series (T,), got (4, 2): give it one column at a time"),
    ((np.zeros(4), 2, 1, np.zeros((4, 2))), "windows expected a series (T,), got (4, 2): give it one column at a time"),
    ((np.zeros(4), 0), "windows expected length to be a whole number, at least 1, got 0"),
    ((np.zeros(4), 2, 0.5), "windows expected horizon to be a whole number, at least 1, got 0.5"),
    ((np.zeros(4), 4), "windows expected at least 4 + 1 values, got 4: shorten the windows or give the values before "
                       "the series (before=...)"),
    ((np.zeros(4), 4, 1, np.zeros(3)), "windows expected at least 4 values before the series, got 3: give more of the "
                                       "past or shorten the windows")])
def test_windows_that_cannot_be_cut_are_refused(arguments, message):
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        windows(*arguments)
