"""Tables of counts of a scan are those of the same incidents in memory."""

import numpy as np
import pytest
from chosen_parts import ChosenParts
from equal_results import assert_refused_alike, assert_same, said
from hypothesis import given, settings
from hypothesis import strategies as st
from in_parts import InParts
from makers import CRS, SOUTH, WEST, squares

from lacrime_geo import counts
from lacrime_geo.incidents import Incidents

NAT = np.datetime64("NaT")


def incidents_of_areas(rows=3_000, seed=3, **others):
    """Incidents of a year, some undated or without a place, an area or a report; areas and categories in some rows only."""
    random = np.random.default_rng(seed)
    when = np.datetime64("2022-01-05T00:00", "s") + random.integers(0, 400 * 86_400, rows)
    reported = (when.astype("M8[D]") + random.geometric(0.2, rows) - 1).astype("M8[s]")
    when[random.random(rows) < 0.05], reported[random.random(rows) < 0.05] = NAT, NAT
    x, y = random.uniform(0, 3_000, (2, rows)) + np.array([[WEST], [SOUTH]])
    x[random.random(rows) < 0.05] = np.nan
    kinds = np.array(["burglary", "Robbery", "arson, other"], dtype=object)[random.integers(0, 3, rows)]
    areas = np.array(["West", "East", None, "South"], dtype=object)[random.integers(0, 4, rows)]
    beat = random.integers(1, 5, rows).astype(float)
    areas[: rows // 2][areas[: rows // 2] == "South"] = "North"
    beat[random.random(rows) < 0.1] = np.nan
    source = {"area_name": areas, "beat": beat, "harm": random.choice([0.0, 0.1, 2.5, 7.0], rows)}
    source["part_one"] = (source["harm"] > 1).astype(float)
    columns = dict(when=when, reported=reported, category=kinds, source=source, crs=CRS)
    return Incidents(x, y, **{**columns, **others})


# They do not cover all incidents, and nothing happens in the last ones.
AREAS = squares(2, 4)
ASKED = [
    dict(by="area", freq="MS"),
    dict(by=["area", "category"], freq="W"),
    dict(by="beat", freq="W", lag_safe=False),
    dict(by=AREAS, freq="MS"),
    dict(category="robbery", since="2022-03-01T13:00", until="2022-06-15T06:30"),
    dict(category=["burglary", "arson, other"], as_of="2022-12-01", by="area", freq="W"),
    dict(lag_safe="nowcast", by="area", freq="W"),
    dict(lag_safe="nowcast", category="robbery", as_of="2022-12-20"),
    dict(weight="harm", by="area", freq="W"),
    dict(weight="part_one", by=AREAS, freq="MS", lag_safe=False),
]


@pytest.mark.parametrize("asked", ASKED, ids=range(len(ASKED)))
def test_parts_make_the_same_counts(asked, caplog):
    whole = incidents_of_areas()
    assert_same(*said(caplog, lambda one: counts(one, **asked), InParts(whole, [0, 7, 7, 1_400, 2_990], 600), whole))


@settings(max_examples=12, deadline=None)
@given(cuts=st.lists(st.integers(0, 200), max_size=5), portion=st.integers(20, 210), seed=st.integers(0, 9))
def test_cuts_and_portions_do_not_matter(cuts, portion, seed):
    whole = incidents_of_areas(200, seed)
    asked = dict(by=["area", "beat"], freq="MS", weight="harm", lag_safe=False)
    assert_same(counts(InParts(whole, cuts, portion), **asked), counts(whole, **asked))


@pytest.mark.parametrize(
    "chosen",
    [
        {"since": "2022-03-01T12:00", "until": "2022-12-15"},
        {"category": "robbery"},
        {"category": ["Burglary", "arson, other"], "until": "2023-02-08T15:00"},
    ],
)
def test_what_was_chosen_of_the_scan_and_what_is_asked_of_the_counts_agree(chosen, caplog):
    whole = incidents_of_areas()
    asked = dict(by="area", since="2022-04-01", freq="W")
    found = said(
        caplog, lambda one: counts(one, **asked), ChosenParts(whole, [10, 900], **chosen), whole.select(**chosen)
    )
    assert_same(*found)


def test_parts_without_dates_or_reports(caplog):
    whole = incidents_of_areas()
    whole.when[500:1_000], whole.reported[1_000:1_500] = NAT, NAT
    assert_same(*said(caplog, lambda one: counts(one, freq="W"), InParts(whole, [500, 1_000, 1_500]), whole))
    without = incidents_of_areas(reported=None)
    assert_same(*said(caplog, lambda one: counts(one, freq="W"), InParts(without, [500]), without))


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({"when": None}, {}),
        ({}, {"category": "fraud"}),
        ({"category": None}, {"category": "fraud"}),
        ({}, {"since": "2023-02-08"}),
        ({}, {"as_of": "2021-01-01"}),
        ({}, {"until": "2022-01-05", "freq": "MS"}),
        ({"source": {"harm": np.zeros(300), "area_name": np.full(300, None)}}, {"by": "area"}),
        ({"source": {"harm": np.zeros(300)}}, {"weight": "harm"}),
        ({"agency": "LAPD", "when": np.datetime64("2024-01-01") + np.arange(300)}, {}),
    ],
)
def test_what_cannot_be_counted_is_refused_in_the_same_words(change, asked):
    whole = incidents_of_areas(300, **change)
    assert_refused_alike(lambda one: counts(one, **asked), InParts(whole, [3, 110]), whole)


def test_what_a_scan_cannot_do_says_what_to_do_instead():
    scan = InParts(incidents_of_areas(300), [3])
    with pytest.raises(ValueError, match=r"leave the weight out, take lag_safe=True, or .* scan\.read\(\)"):
        counts(scan, weight="harm", lag_safe="nowcast")
    with pytest.raises(TypeError, match="weight of a scan must be the name of a column"):
        counts(scan, weight=np.ones(300))


def test_unit_of_weights_is_read(caplog):
    whole = incidents_of_areas(500)
    whole.source.update(weight=whole.source["harm"], unit=np.full(500, "days of prison", dtype=object))
    found = said(caplog, lambda one: counts(one, weight="weight", freq="MS"), InParts(whole, [100]), whole)
    assert_same(*found)
    assert found[0].unit == "days of prison"


def test_city_on_a_cluster(city, cluster, caplog):
    scan = ChosenParts(city, [1, 9_000, 21_000], client=cluster, since="2023-09-04")
    chosen = city.select(since="2023-09-04")
    assert_same(*said(caplog, lambda one: counts(one, by="area", category="burglary"), scan, chosen))
