"""The guard of periods says of a scan what it says of the same incidents in memory."""

import numpy as np
import pytest
from chosen_parts import ChosenParts
from hypothesis import given, settings
from hypothesis import strategies as st
from in_parts import InParts

from lacrime_geo.beginning import begin
from lacrime_geo.delays import period_guards
from lacrime_geo.delays.file_days import days_of
from lacrime_geo.incidents import Incidents
from lacrime_geo.parameters import Parameters

DAY = np.timedelta64(1, "D")


def incidents_late(rows=4_000, seed=1, **others):
    """Incidents of the LAPD of two years, a twentieth of them without a date, that are reported up to weeks later."""
    random = np.random.default_rng(seed)
    when = np.datetime64("2022-10-01T00:00", "s") + random.integers(0, 600 * 86_400, rows)
    reported = when.astype("M8[D]") + random.geometric(0.15, rows) - 1
    known = reported <= np.datetime64("2024-05-20")
    when, reported = when[known], reported[known].astype("M8[s]")
    when[random.random(when.size) < 0.05] = np.datetime64("NaT")
    reported[random.random(when.size) < 0.05] = np.datetime64("NaT")
    kinds = np.array(["burglary", "robbery", "arson, other"], dtype=object)[random.integers(0, 3, when.size)]
    schema = np.where(when > np.datetime64("2024-04-01"), "NIBRS", "legacy").astype(object)
    columns = dict(when=when, reported=reported, category=kinds, source={"schema": schema}, agency="LAPD")
    place = random.uniform(0, 1e4, (2, when.size))
    return Incidents(*place, crs="EPSG:32611", **{**columns, **others})


def said_of(period):
    return period_guards.problems(period)


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"until": "2024-05-19"},
        {"until": "2023-05-01", "since": "2023-01-10T12:00"},
        {"category": "arson, other"},
        {"category": ["burglary", "robbery"], "since": "2024-03-10"},
        {"since": "2024-04-20", "until": "2024-05-02T06:00"},
    ],
)
@pytest.mark.parametrize("cuts", [(), (0, 7, 7, 1000, 3000)])
def test_scan_is_warned_of_what_its_incidents_are(chosen, cuts):
    whole = incidents_late()
    same = ChosenParts(whole, cuts, **chosen)
    incidents = whole.select(**chosen) if chosen else whole
    assert said_of(same) == said_of(incidents)
    days = days_of(same)
    assert (days.number, days.known_until) == (incidents.size, incidents.known_until)
    assert (days.period, dict(days.selection)) == (incidents.period, dict(incidents.selection))


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, 300), max_size=5), seed=st.integers(0, 5))
def test_cuts_do_not_matter(cuts, seed):
    whole = incidents_late(300, seed)
    assert said_of(InParts(whole, [cut for cut in cuts if cut <= whole.size])) == said_of(whole)


@pytest.mark.parametrize("lacking", ["when", "reported"])
def test_columns_that_the_files_lack(lacking):
    whole = incidents_late(500, **{lacking: None})
    assert said_of(InParts(whole, [100])) == said_of(whole)


def test_kept_of_a_larger_file():
    whole = incidents_late(500)
    scan = InParts(whole, [100])
    scan.kept = {"known_until": "2024-06-30", "lag_safe_end": "2024-01-01", "until": "2024-06-01"}
    found = said_of(scan)["reporting_lag"]
    assert "with reports up to 2024-06-30, holds 95 % or more of the incidents of a day only up to 2024-01-01" in found
    assert begin(scan, None, collapses=True)[2]["warnings"] == list(said_of(scan).values())


def test_two_periods_together():
    whole = incidents_late(2_000)
    early, late = ({"until": "2023-06-01"}, {"since": "2024-03-10"})
    parameters, other = Parameters(), Parameters()
    period_guards.warn(parameters, *(ChosenParts(whole, [500], **chosen) for chosen in (early, late)))
    period_guards.warn(other, *(whole.select(**chosen) for chosen in (early, late)))
    assert parameters == other and len(other["warnings"]) == 2


def test_begin_of_collapsed_incidents_warns_of_the_scan():
    whole = incidents_late()
    chosen = {"until": "2024-05-19"}
    found = begin(ChosenParts(whole, [900], **chosen), None, collapses=True)[2]
    assert found["warnings"] == begin(whole.select(**chosen), None)[2]["warnings"]
