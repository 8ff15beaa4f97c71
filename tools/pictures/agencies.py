"""Trends and persistence of the sample's agencies over years, for docs/jurisdictions.md."""

import lacrime_geo as lg

from .layouts import INCIDENTS

AGENCY_YEARS = INCIDENTS.with_name("agency_years.csv")


def rate_trends(work):
    """Draw the trends of sixteen agencies with their joinpoints."""
    return lg.rate_trends(AGENCY_YEARS)


def persistent_high(work):
    """Draw in which years each agency's rate was high."""
    return lg.persistent_high(AGENCY_YEARS)


PICTURES = {"rate_trends": rate_trends, "persistent_high": persistent_high}
