"""A table of agency-years in QGIS, as its CSV stands: columns found by their names, checks told, sums never among agencies."""

import numpy as np
import pytest
from bundled import AGENCY_YEARS, column

import lacrime_geo as lg

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin


def test_the_checks_are_told_and_sums_are_dropped(run, log):
    given = dict(FEATURES=AGENCY_YEARS, OUTPUT="TEMPORARY_OUTPUT")
    found = run("persistent_high", **given)["OUTPUT"]
    assert "aggregate_rows: 24 rows" in " ".join(log.lines) and "months_zero_with_counts: 1 row" in " ".join(log.lines)
    assert set(column(found, "name")) == set(lg.persistent_high(AGENCY_YEARS)["name"]) and found.featureCount() == 16


def test_a_component_is_counted_where_it_is_named(run):
    given = dict(FEATURES=AGENCY_YEARS, COUNT="homs_sum", MOST_JOINPOINTS=0, OUTPUT="TEMPORARY_OUTPUT")
    found = run("rate_trends", **given, SEGMENTS="TEMPORARY_OUTPUT")
    expected = lg.rate_trends(AGENCY_YEARS, count="homs_sum", most_joinpoints=0)
    np.testing.assert_allclose(column(found["OUTPUT"], "change_10"), expected["change_10"], rtol=1e-9)
    assert found["SEGMENTS"].featureCount() == 16


def test_the_real_file_goes_in_as_it_is(run, log, lacrime_data):
    real = str(lacrime_data / "us_city_crime_ucr_1975_2015.csv")
    found = run("persistent_high", FEATURES=real, OUTPUT="TEMPORARY_OUTPUT")["OUTPUT"]
    assert found.featureCount() == 68 and "National" not in set(column(found, "name"))
    said = " ".join(log.lines)
    assert "aggregate_rows: 41 rows" in said and "months_too_few: 53 rows" in said
