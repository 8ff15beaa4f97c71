"""Tables of counts that are wrong, each in one sentence: names, keys of the calendar, other steps, series that end."""

import numpy as np
import pytest

from lacrime_geo import Incidents, counts
from lacrime_geo.forecasting.tables_as_counts import as_counts

MONTHS = np.arange("2019-01", "2022-01", dtype="M8[M]").astype("M8[D]")


def twice(**more):
    area = np.repeat(["a", "b"], 36)
    return {"area": area, "period": np.tile(MONTHS, 2), "count": np.full(72, 20), **more}


@pytest.mark.parametrize("name", ["mean", "model", "lo80", "hi99.5", "relative_mae"])
def test_a_key_named_as_a_column_of_forecasts_is_refused(name):
    with pytest.raises(ValueError, match=f"The column '{name}' would be a key"):
        as_counts(twice(**{name: np.repeat(["x", "y"], 36)}))


def test_the_calendar_is_no_key():
    year = np.tile(MONTHS.astype("M8[Y]").astype(str), 2)
    with pytest.raises(ValueError, match="'year' is told by the period"):
        as_counts(twice(year=year))
    with pytest.raises(ValueError, match="'month' is told by the period"):
        as_counts({"period": MONTHS, "count": np.full(36, 3), "month": np.arange(36) % 12})
    assert as_counts(twice(kind=np.tile(["x"], 72))).keys == ("area", "kind")


def test_month_ends_quarters_and_years_are_no_steps():
    ends = (MONTHS.astype("M8[M]") + 1).astype("M8[D]") - 1
    with pytest.raises(ValueError, match="lie 31 days apart, such as 2019-01-31 and 2019-02-28"):
        as_counts({"period": ends, "count": np.full(36, 3)})
    with pytest.raises(ValueError, match="lie 12 months apart"):
        as_counts({"period": [f"{year}-01-01" for year in range(2000, 2012)], "count": [5] * 12})
    assert as_counts({"period": MONTHS[[0, 2, 3, 7, 8]], "count": [5] * 5}).step == "month"


def test_a_series_that_ends_early_is_told_and_a_sparse_one_is_not():
    table = twice()
    kept = ~((table["area"] == "b") & (table["period"] >= np.datetime64("2021-08-01")))
    ended = as_counts({name: column[kept] for name, column in table.items()})
    assert "Of 2 series 1 end before the table does (b after 2021-07-01)" in ended.parameters["warnings"][0]
    rare = {"area": np.append(table["area"], "c"), "period": np.append(table["period"], MONTHS[3])}
    assert "warnings" not in as_counts({**rare, "count": np.append(table["count"], 1)}).parameters


def test_a_lone_incident_of_a_far_future_is_told():
    days = np.repeat(np.datetime64("2021-01-01") + np.arange(400), 3)
    when = np.append(days, np.datetime64("2031-05-05"))
    points = Incidents(np.zeros(when.size), np.zeros(when.size), when=when, crs="EPSG:32611")
    found = counts(points, until="2031-05-06", lag_safe=False)
    assert "Only 1 of 1,201 incidents are dated after 2022-02-04" in " ".join(found.parameters["warnings"])


def test_many_keys_of_many_values_are_told_apart():
    random = np.random.default_rng(0)
    keys = {f"k{number}": random.integers(0, 100, 60).astype(str) for number in range(12)}
    table = as_counts({**keys, "period": np.tile(MONTHS[:2], 30), "count": np.arange(60)})
    assert table.panel().size == 60 and table["count"].sum() == np.arange(60).sum()


def test_what_is_wrong_with_counts_stands_with_their_forecast():
    from lacrime_geo import forecast

    table = twice()
    kept = ~((table["area"] == "b") & (table["period"] >= np.datetime64("2021-08-01")))
    found = forecast({name: column[kept] for name, column in table.items()}, model="smoothing", horizon=1)
    assert "end before the table does" in found.parameters["warnings"][0]
