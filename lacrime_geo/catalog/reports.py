"""How late reports come, and counts to be expected."""

from __future__ import annotations

from ..analysis import Analysis
from ..delays.nowcast_rows import STEPS, Nowcast
from ..delays.nowcasting import nowcast
from ..delays.reporting_delays import DelayCurve, ReportingDelay, reporting_delay
from ..parameter_groups import AS_OF, LEVEL
from ..parameter_kinds import (
    Amount,
    Choice,
    Column,
    Words,
)

ANALYSES = (
    Analysis(
        run=reporting_delay,
        title="Delay of reports",
        group="Data",
        result=ReportingDelay,
        tags=("reporting lag", "delay", "truncation", "data quality", "completeness", "crime"),
        params=(Column("by", "Column that tells groups apart", holds="text"), AS_OF),
        second="curve",
        second_title="Curve of the delays",
        second_result=DelayCurve,
        reports=True,
    ),
    Analysis(
        run=nowcast,
        title="Nowcast of the last days or weeks",
        group="Data",
        result=Nowcast,
        tags=("nowcast", "reporting lag", "delay", "time series", "completeness", "crime"),
        params=(
            Column("by", "Column that tells groups apart", holds="text"),
            Choice("step", "Days or weeks", options=tuple(STEPS)),
            Amount("last", "Number of days or weeks", whole=True),
            LEVEL,
            AS_OF,
            Words("allow", "What is no reason to stop (nibrs_switch)"),
        ),
        reports=True,
    ),
)
