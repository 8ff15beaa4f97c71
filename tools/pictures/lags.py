"""Delays of reports and a nowcast of the sample city, as its file was at the end of November 2023, for docs/reporting_lag.md."""

import lacrime_geo as lg

from .layouts import everything

AS_OF = "2023-11-30"


def reporting_delay(work):
    """Draw the share reported by each day, of all and of the largest categories."""
    return lg.reporting_delay(everything(), as_of=AS_OF).curve()


def nowcast(work):
    """Draw the last weeks as reported so far and as expected in the end."""
    return lg.nowcast(everything(), as_of=AS_OF)


PICTURES = {"reporting_delay": reporting_delay, "nowcast": nowcast}
