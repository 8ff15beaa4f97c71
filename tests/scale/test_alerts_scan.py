"""Alerts of a scan are those of the same incidents in memory."""

import numpy as np
import pytest
from chosen_parts import ChosenParts
from equal_results import assert_refused_alike, assert_same, assert_same_column, said
from hypothesis import given, settings
from hypothesis import strategies as st
from in_parts import InParts
from makers import CRS, SOUTH, WEST, squares

from lacrime_geo import alerts
from lacrime_geo.incidents import Incidents

NAT = np.datetime64("NaT")
# They do not cover all incidents, and nothing happens in the last ones.
AREAS = squares(2, 4)
LAST = np.datetime64("2023-05-17")


def incidents_of_areas(rows=2_000, seed=4, **others):
    """Incidents of some months, more of them on the last day reported; some undated, without a report, a place or an area."""
    random = np.random.default_rng(seed)
    reported = np.datetime64("2023-01-01T00:00", "s") + random.integers(0, 137 * 86_400, rows)
    reported[: rows // 30] = LAST
    when = reported - random.integers(0, 9 * 86_400, rows)
    when[random.random(rows) < 0.03], reported[random.random(rows) < 0.03] = NAT, NAT
    x, y = random.uniform(0, 3_000, (2, rows)) + np.array([[WEST], [SOUTH]])
    x[random.random(rows) < 0.05] = np.nan
    areas = np.array(["West", "East", None], dtype=object)[random.integers(0, 3, rows)]
    areas[-40:] = "South"
    source = {"area": random.integers(1, 4, rows), "area_name": areas}
    kinds = np.array(["burglary", "robbery"], dtype=object)[random.integers(0, 2, rows)]
    columns = dict(when=when, reported=reported, category=kinds, source=source, agency="LAPD", crs=CRS)
    return Incidents(x, y, **{**columns, **others})


def assert_same_alerts(mine, other):
    assert_same(mine, other)
    for name, column in other.judged().columns.items():
        assert_same_column(np.asarray(mine.judged()[name]), np.asarray(column), name)
    assert mine.lines == other.lines


ASKED = [
    dict(),
    dict(areas=AREAS),
    dict(by="area_name", method="ears_c1", since="2023-05-01"),
    dict(by="area", method="cusum"),
    dict(by="area_name", step="week", method="ears_c2", dated_by="occurred"),
    dict(areas=AREAS, dated_by="occurred", since="2023-05-01", correction="none"),
    dict(by="area_name", as_of="2023-04-30", dated_by="occurred", method="ears_c3"),
    dict(by="area_name", as_of="2023-04-30"),
]


@pytest.mark.parametrize("asked", ASKED, ids=range(len(ASKED)))
def test_parts_make_the_same_alerts(asked, caplog):
    whole = incidents_of_areas()
    assert_same_alerts(
        *said(caplog, lambda one: alerts(one, **asked), InParts(whole, [0, 7, 7, 900, 1_990], 300), whole)
    )


@settings(max_examples=5, deadline=None)
@given(cuts=st.lists(st.integers(0, 400), max_size=5), portion=st.integers(50, 410), seed=st.integers(0, 9))
def test_cuts_and_portions_do_not_matter(cuts, portion, seed):
    whole = incidents_of_areas(400, seed)
    asked = dict(by="area_name", method="ears_c1")
    assert_same_alerts(alerts(InParts(whole, cuts, portion), **asked), alerts(whole, **asked))


@pytest.mark.parametrize("chosen", [{"until": "2023-05-10", "since": "2023-01-05"}, {"category": "robbery"}])
@pytest.mark.parametrize("dated_by", ["reported", "occurred"])
def test_chosen_of_the_scan(chosen, dated_by, caplog):
    whole = incidents_of_areas()
    found = said(
        caplog,
        lambda one: alerts(one, by="area_name", method="ears_c1", dated_by=dated_by),
        ChosenParts(whole, [10, 900], **chosen),
        whole.select(**chosen),
    )
    assert_same_alerts(*found)


def test_runs_go_on_from_those_in_memory_and_from_each_other(tmp_path, caplog):
    whole = incidents_of_areas()
    first = alerts(whole, by="area_name", as_of="2023-05-14")
    first.save(tmp_path / "alerts.geojson")
    scan = InParts(whole, [500, 1_500])
    found = said(caplog, lambda one: alerts(one, by="area_name", earlier=tmp_path / "alerts.geojson"), scan, whole)
    assert_same_alerts(*found)
    assert found[0].parameters["caught_up"] == 2
    again = alerts(scan, by="area_name", as_of="2023-05-14")
    assert_same_alerts(alerts(whole, by="area_name", earlier=again), found[1])


def test_parts_without_reports_or_dates(caplog):
    whole = incidents_of_areas(reported=None)
    whole.when[500:1_000] = NAT
    scan = InParts(whole, [500, 1_000])
    assert_same_alerts(*said(caplog, lambda one: alerts(one, step="week", method="ears_c1"), scan, whole))


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({"when": None, "reported": None}, {}),
        ({}, {"as_of": "2021-01-01"}),
        ({"source": {"area_name": np.full(300, None)}}, {"by": "area_name"}),
        ({}, {"by": "area_name", "areas": AREAS}),
        ({}, {"method": "farrington", "step": "week"}),
    ],
)
def test_what_cannot_be_watched_is_refused_in_the_same_words(change, asked):
    whole = incidents_of_areas(300, **change)
    assert_refused_alike(lambda one: alerts(one, **asked), InParts(whole, [3, 110]), whole)


def test_groups_of_a_scan_are_a_column():
    with pytest.raises(TypeError, match="by of a scan must be the name of a column, got ndarray"):
        alerts(InParts(incidents_of_areas(300), [3]), by=np.ones(300))


def test_city_on_a_cluster(city, cluster, caplog):
    scan = ChosenParts(city, [1, 9_000, 21_000], client=cluster, category="burglary")
    found = said(caplog, lambda one: alerts(one, by="area_name"), scan, city.select(category="burglary"))
    assert_same_alerts(*found)
