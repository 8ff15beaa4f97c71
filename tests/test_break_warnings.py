"""Warnings of breaks in counts by months: cuts are found, seasons and chance are not, and few of the real series."""

import numpy as np
import pytest

from lacrime_geo.forecasting.tables_as_counts import as_counts
from tools.forecast_tables.los_angeles import monthly

MONTHS = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")


def table(values):
    values = np.atleast_2d(values)
    area = np.repeat([f"area {row}" for row in range(len(values))], MONTHS.size)
    return {"area": area, "period": np.tile(MONTHS, len(values)), "count": values.ravel()}


def warnings_of(values):
    return [text for text in as_counts(table(values)).parameters.get("warnings", ()) if "halved" in text]


@pytest.mark.parametrize("at", [12, 30, 45])
@pytest.mark.parametrize("share", [1 / 3, 3])
def test_counts_that_are_cut_or_multiplied_in_one_month_are_warned_of(at, share):
    random = np.random.default_rng(at)
    values = random.poisson(np.where(np.arange(48) < at, 60.0, 60.0 * share), (1, 48))
    others = random.poisson(60, (3, 48))
    (sentence,) = warnings_of(np.vstack([others, values]))
    now = values[0, at : at + 3].mean()
    assert sentence.startswith("Monthly counts are halved or doubled against the 12 months before (area 3 from ")
    (found,) = as_counts(table(np.vstack([others, values]))).parameters["breaks"]
    begun = np.datetime64(found["month"], "M") - MONTHS[at].astype("M8[M]")
    assert found["area"] == "area 3" and abs(begun.astype(int)) <= 1
    assert begun.astype(int) or found["now"] == now


def test_a_break_of_all_is_told_where_each_series_has_few_incidents():
    values = np.random.default_rng(1).poisson(np.where(np.arange(48) < 30, 3.0, 1.0), (20, 48))
    (sentence,) = warnings_of(values)
    assert "(all from 2021-0" in sentence


def test_seasons_trends_chance_and_short_histories_are_not_warned_of():
    at, random = np.arange(48), np.random.default_rng(3)
    level = 40 * (1 + 0.4 * np.sin(2 * np.pi * at / 12)) * (1 + at / 48)
    assert not warnings_of(random.poisson(level, (100, 48)))
    assert not warnings_of(random.poisson(0.5, (100, 48)))
    short = {"period": MONTHS[:14], "count": np.where(np.arange(14) < 7, 60, 20)}
    assert "breaks" not in as_counts(short).parameters


def test_few_of_the_real_series_are_warned_of(lacrime_data):
    """The LAPD's counts of 2020 to 2023, division by category: seven, six of them identity fraud that doubled early in 2022."""
    found = as_counts(monthly(lacrime_data)).parameters["breaks"]
    assert len(found) == 7
    assert {one["area"].split(" ", 1)[-1] for one in found} <= {"Identity / Fraud", "Street Identity / Fraud"}
