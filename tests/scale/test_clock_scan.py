"""The clock of a scan is that of the same incidents in memory."""

from dataclasses import replace

import numpy as np
import pytest
from chosen_parts import ChosenParts
from equal_results import assert_refused_alike, assert_same, said
from hypothesis import given, settings
from hypothesis import strategies as st
from in_parts import InParts

from lacrime_geo import clock
from lacrime_geo.incidents import Incidents
from lacrime_geo.temporal.week_summaries import WeekSummary


def incidents_with_spans(rows=600, seed=2, placeholders=True, ends=True):
    """Incidents of a year, some undated or placeless: placeholders, ends before the start, spans of up to weeks, weights."""
    random = np.random.default_rng(seed)
    when = np.datetime64("2023-01-02T00:00", "s") + random.integers(0, 365 * 86_400, rows)
    noon = random.random(rows) < 0.2
    when[noon] = when[noon].astype("M8[D]") + np.timedelta64(12, "h")
    until = when + (random.exponential(1, rows) ** 4 * 7_200).astype(np.int64) - 60
    until[random.random(rows) < 0.4] = np.datetime64("NaT")
    when[random.random(rows) < 0.1] = np.datetime64("NaT")
    x, y = random.uniform(0, 1e4, (2, rows))
    x[random.random(rows) < 0.1] = np.nan
    source = {"harm": np.where(random.random(rows) < 0.3, 0.0, random.exponential(10.0, rows)).round(2)}
    if placeholders:
        source["time_placeholder"] = noon
    return Incidents(x, y, when=when, until=until if ends else None, source=source, crs="EPSG:32611")


def assert_same_clock(mine, other):
    for one, two in ((mine, other), (mine.hours(), other.hours()), (mine.weekdays(), other.weekdays())):
        assert_same(one, two)


@pytest.mark.parametrize("weight", [None, "harm"])
@pytest.mark.parametrize(("placeholders", "ends"), [(True, True), (False, True), (True, False)])
def test_parts_make_the_same_clock(weight, placeholders, ends, caplog):
    whole = incidents_with_spans(placeholders=placeholders, ends=ends)
    assert_same_clock(*said(caplog, lambda one: clock(one, weight=weight), InParts(whole, [0, 5, 5, 300]), whole))


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 60), max_size=6), portion=st.integers(1, 70), seed=st.integers(0, 9))
def test_cuts_and_portions_do_not_matter(cuts, portion, seed):
    whole = incidents_with_spans(60, seed)
    assert_same_clock(clock(InParts(whole, cuts, portion), weight="harm"), clock(whole, weight="harm"))


def test_part_without_any_date(caplog):
    whole = incidents_with_spans(200)
    whole.when[40:90] = np.datetime64("NaT")
    assert_same_clock(*said(caplog, clock, InParts(whole, [40, 90]), whole))


@pytest.mark.parametrize("chosen", [{"since": "2023-03-01T12:00", "until": "2023-08-01"}, {"until": "2023-12-31"}])
def test_chosen_period(chosen, caplog):
    whole = incidents_with_spans(3_000)
    found = said(caplog, clock, ChosenParts(whole, [10, 900], **chosen), whole.select(**chosen))
    assert_same_clock(*found)
    assert found[0].parameters["undated_left_out"] > 0


@pytest.mark.parametrize(
    ("change", "weight"),
    [
        ({"when": np.full(20, np.datetime64("NaT"))}, None),
        ({"when": None}, None),
        ({"when": np.arange("2023-01-01", "2023-01-21", dtype="M8[D]")}, None),
        ({"source": {"time_placeholder": np.ones(20, dtype=bool)}}, None),
        ({"source": {"harm": np.zeros(20)}}, "harm"),
    ],
)
def test_what_cannot_be_told_is_refused_in_the_same_words(change, weight):
    columns = dict(when=np.datetime64("2023-01-01T05:00") + np.arange(20), crs="EPSG:32611")
    whole = Incidents(np.zeros(20), np.zeros(20), **{**columns, **change})
    assert_refused_alike(lambda one: clock(one, weight=weight), InParts(whole, [3, 11]), whole)


def test_weights_of_a_scan_are_a_column():
    whole = incidents_with_spans(50)
    with pytest.raises(TypeError, match="weight of a scan must be the name of a column, got ndarray"):
        clock(InParts(whole, [3]), weight=np.ones(50))


def test_city_on_a_cluster(city, cluster, caplog):
    scan = ChosenParts(city, [1, 9_000, 21_000], cluster, since="2023-09-04", category="burglary")
    assert_same_clock(*said(caplog, clock, scan, city.select(since="2023-09-04", category="burglary")))


@pytest.mark.parametrize("turned", [False, True])
def test_portions_without_ends_have_none(turned):
    some, none = incidents_with_spans(50), incidents_with_spans(50, seed=5, ends=False)
    same = replace(none, until=np.full(50, np.datetime64("NaT", "s")))

    def told(last):
        both = (last, some) if turned else (some, last)
        first, second = map(WeekSummary.of, both)
        return first.merge(second).told

    assert {**vars(told(none)), "minutes": 0} == {**vars(told(same)), "minutes": 0}
