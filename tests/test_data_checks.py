"""Why this file exists: whoever asks for what makes no sense, or has a damaged file, must be told so in one line."""

import math

import numpy as np
import pytest

from dlcourse.data import DataError, checks


@pytest.mark.parametrize("value", [3, np.int64(3), 10])
def test_whole_numbers_pass(value):
    assert checks.whole("moons", "n", value, 3, 10) == value and type(checks.whole("moons", "n", value, 3)) is int


@pytest.mark.parametrize("value", [2, 11, 3.0, "3", None, True, math.nan, [3]])
def test_what_is_no_whole_number_in_range_is_refused(value):
    with pytest.raises(DataError, match="^moons expected n to be a whole number, 3 to 10, got "):
        checks.whole("moons", "n", value, 3, 10)
    with pytest.raises(DataError, match="whole number, at least 30,000, got"):
        checks.whole("moons", "n", value, 30_000)


@pytest.mark.parametrize("value", [0, 0.5, 2, np.float32(1)])
def test_numbers_pass(value):
    found = checks.number("speech", "rate", value, 0, 2)
    assert found == value and type(found) is float


@pytest.mark.parametrize("value", [-0.1, 2.1, math.nan, math.inf, "1", None, True, [1.0], 1j])
def test_what_is_no_number_in_range_is_refused(value):
    with pytest.raises(DataError, match="^speech expected rate to be a number, at least 0, at most 2, got "):
        checks.number("speech", "rate", value, 0, 2)


def test_only_the_limits_that_there_are_are_named():
    with pytest.raises(DataError, match="to be a number, got nan"):
        checks.number("speech", "noise_db", math.nan)
    with pytest.raises(DataError, match="to be a number, at least 0, got -1"):
        checks.number("speech", "rate", -1, low=0)


def test_one_of_some_choices():
    assert checks.one_of("gates", "function", "AND", {"AND": 1, "OR": 2}) == "AND"
    for wrong in ("and", None, ["AND"], 1):
        with pytest.raises(DataError, match="gates expected function to be one of 'AND', 'OR', got "):
            checks.one_of("gates", "function", wrong, {"AND": 1, "OR": 2})


def test_a_file_of_the_package_is_checked(monkeypatch, tmp_path):
    monkeypatch.setattr(checks.importlib.resources, "files", lambda package: tmp_path)
    (tmp_path / "a.csv").write_bytes(b"1,2")
    good = checks.hashlib.sha256(b"1,2").hexdigest()
    assert checks.packaged("a.csv", good) == b"1,2"
    for content in (b"1,3", b"1,", b""):
        (tmp_path / "a.csv").write_bytes(content)
        with pytest.raises(DataError, match=f"a.csv is damaged: .* of {len(content)} bytes: install dlcourse again"):
            checks.packaged("a.csv", good)
    with pytest.raises(DataError, match="b.csv cannot be read .*: install dlcourse again"):
        checks.packaged("b.csv", good)
