"""Why this file exists: two real series, one that comes back and one that climbs, to be forecast without a look ahead.

`windows` cuts them into inputs and targets so that no part sees another one's future.
"""

import csv

import numpy as np

from .base import PARTS, Card, Dataset, dataset, floats, parts_of
from .checks import DataError, packaged, whole

SUNSPOTS = Card(
    name="sunspots",
    title="Yearly sunspot numbers",
    kind="embedded",
    summary="How many spots the sun had, year by year from 1700 to 2008: cycles of about eleven years, no two alike.",
    origin="NOAA, National Geophysical Data Center (NGDC): the international sunspot number, version 1; the copy in "
    "statsmodels 0.15.0, unchanged",
    license="public domain; not SILSO's version 2, which is CC BY-NC",
    size="309 years, 3 KB",
    fields={
        "year": ("(M,)", "the calendar year"),
        "value": ("(M,)", "yearly mean of the relative sunspot number: ten for each group and one for each spot"),
    },
    parts={
        **PARTS,
        "fit": "1700-1901, to train on while settings are chosen",
        "validation": "1902-1943, cycles 14 to 17, to choose settings with",
        "test": "1944-2008, cycles 18 to 23, to be looked at only once, at the end",
    },
    good_for=("forecasts one and many steps ahead", "autoregression as a baseline that is hard to beat",
              "prediction intervals"),
    flaws=(
        "Before 1749 only whole numbers, and until about 1848 put together later from scattered drawings.",
        "The test years are unlike the rest: 1957 (190.2) exceeds every year before 1944 (at most 154.4).",
        "65 test years are six cycles: a difference of a few percent between two models is luck.",
        "Version 1 of the count; version 2 of 2015 has other numbers, which must not be mixed with these.",
        "1962, 1980, 1981 and 1987 differ by 0.1 or 0.2 from R's sunspot.year, which ends in 1988; the rest agrees.",
    ),
    chapters=("7",),
)
CO2 = Card(
    name="co2",
    title="Carbon dioxide at Mauna Loa",
    kind="embedded",
    summary="Carbon dioxide in the air above Hawaii, month by month from 1958 to 2001: a trend with a season on it.",
    origin="Keeling and Whorf 2004, Scripps Institution of Oceanography, in Trends (CDIAC, Oak Ridge National "
    "Laboratory), weekly averages; the copy in statsmodels 0.15.0, made into monthly means here",
    license="public domain; CDIAC gives its data without copyright restrictions",
    size="526 months, 9 KB",
    fields={
        "year": ("(M,)", "the middle of the month in years: 1958 + 2.5/12 is March 1958"),
        "value": ("(M,)", "mean of the weekly averages dated in the month, parts per million by volume"),
        "month": ("(M,)", "the calendar month, 1 to 12"),
        "weeks": ("(M,)", "how many weekly averages the month has, 0 to 5"),
        "interpolated": ("(M,)", "true for the 5 months without any: on the line between the months around the gap"),
    },
    parts={
        **PARTS,
        "fit": "March 1958 to December 1985, to train on while settings are chosen",
        "validation": "1986 to 1991, to choose settings with",
        "test": "1992 to 2001, to be looked at only once, at the end",
    },
    good_for=("trend and season", "forecasts against the seasonal naive forecast",
              "why a network must not extrapolate raw values: the means of the test years lie above all earlier ones"),
    flaws=(
        "June and October 1958 and February to April 1964 were not measured; the line put there ignores the season.",
        "Four months (March and September 1958, May 1964, April 1984) rest on one weekly average, and weeks are not "
        "centered in their month: single months can be off by some tenths.",
        "A calibration scale of 1999; later tables have other last digits, and these must not be mixed with them.",
    ),
    chapters=("7",),
)
SHA256 = {
    "sunspots.csv": "7a8da5a1846d7061c7867c3ceafe187a54bf7cf0013fbf36d83d59ae117840d7",
    "co2.csv": "46a944788cb8c21340f5ca441d91f25e45522332a023ab15aef5cfffebf7ad79",
}


@dataset(SUNSPOTS)
def sunspots():
    """The yearly mean sunspot number, 1700 to 2008, in the order of the years.

    Returns: Dataset with year (M,), value (M,).
    Raises:  DataError for a file that is missing or damaged.
    Source:  NOAA / NGDC (public domain).   Chapter: 7.
    """
    table = _table("sunspots.csv")
    return Dataset(SUNSPOTS, {"year": floats(table["year"]), "value": floats(table["value"])},
                   _chronological(table["year"], validation=1902, test=1944))


@dataset(CO2)
def co2():
    """The monthly mean of carbon dioxide at Mauna Loa, March 1958 to December 2001, in order.

    Returns: Dataset with year (M,), value (M,), month (M,), weeks (M,), interpolated (M,).
    Raises:  DataError for a file that is missing or damaged.
    Source:  Keeling and Whorf 2004 (CDIAC, public domain).   Chapter: 7.
    """
    table = _table("co2.csv")
    month, weeks = table["month"].astype(np.int64), table["weeks"].astype(np.int64)
    fields = {"year": floats(table["year"] + (month - 0.5) / 12), "value": floats(table["value"]), "month": month,
              "weeks": weeks, "interpolated": weeks == 0}
    return Dataset(CO2, fields, _chronological(table["year"], validation=1986, test=1992))


def windows(series, length, horizon=1, before=None):
    """Every stretch of `length` values with the `horizon` values that follow it, to learn forecasting from.

    inputs[i] = series[i], ..., series[i + length - 1]        targets[i] = the next `horizon` values

    Cut a part at a time, and no window reaches into another part: `windows(data.fit.value, 24)`. The first `length`
    values of a part are then never targets. Where that is too much to lose, give the values known before it began:
    `windows(data.test.value, 24, before=data.train.value)` takes inputs from them and targets from the test alone.

    Shapes:  series (T,), before (any,)  ->  inputs (M, length), targets (M, horizon), M = T - length - horizon + 1, or
             T - horizon + 1 with before. Both are copies, of a type that holds both series and before.
    Raises:  DataError for a series or a past that is too short or has more than one axis, and for a length or horizon
             below 1.
    Chapter: 7.
    """
    length, horizon = whole("windows", "length", length, 1), whole("windows", "horizon", horizon, 1)
    series, before = np.asarray(series), None if before is None else np.asarray(before)
    for values in (series, before):
        if values is not None and values.ndim != 1:
            raise DataError(f"windows expected a series (T,), got {values.shape}: give it one column at a time")
    if before is not None:
        if len(before) < length:
            raise DataError(f"windows expected at least {length} values before the series, got {len(before)}: "
                            "give more of the past or shorten the windows")
        series = np.concatenate([before[len(before) - length:], series])
    if len(series) < length + horizon:
        raise DataError(f"windows expected at least {length} + {horizon} values, got {len(series)}: shorten the "
                        "windows or give the values before the series (before=...)")
    rows = np.lib.stride_tricks.sliding_window_view(series, length + horizon)
    return rows[:, :length].copy(), rows[:, length:].copy()


def _table(name):
    """The columns of a CSV file of this folder, whose lines with # say where it is from."""
    lines = packaged(name, SHA256[name]).decode().splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    return {column: np.array([float(row[column]) for row in rows]) for column in rows[0]}


def _chronological(year, validation, test):
    """Parts in the order of time, by the years in which validation and test begin."""
    fit, train = np.searchsorted(year, [validation, test])
    return parts_of(int(fit), int(train - fit), int(len(year) - train))
