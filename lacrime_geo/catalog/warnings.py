"""Early warnings."""

from __future__ import annotations

from ..alerting.area_warnings import METHODS, alerts
from ..alerting.area_warnings import STEPS as ALERT_STEPS
from ..alerting.watched_areas import Alerts
from ..alerting.whole_days import DATED_BY
from ..analysis import Analysis
from ..parameter_groups import (
    AS_OF,
)
from ..parameter_kinds import (
    Amount,
    Choice,
    Column,
    Polygons,
    Words,
)
from ..results import Table
from ..significance import CORRECTIONS

ANALYSES = (
    Analysis(
        run=alerts,
        title="Early warnings by area",
        group="Early warning",
        result=Alerts,
        tags=("alert", "early warning", "outbreak", "CUSUM", "EARS", "Farrington", "Poisson", "geofence", "crime"),
        params=(
            Polygons("areas", "Areas to watch"),
            Column("by", "Column that tells areas apart, in place of polygons", holds="text"),
            Choice("method", "Method", options=METHODS),
            Choice("step", "Days or weeks", options=ALERT_STEPS),
            Amount("false_alarms_per_year", "False alarms a year that are allowed"),
            Words("since", "First day judged (last: since the last run)"),
            AS_OF,
            Choice("dated_by", "Date by which incidents are counted", options=DATED_BY),
            Choice("correction", "Multiple-testing correction", options=CORRECTIONS),
        ),
        second="judged",
        second_title="Every step judged",
        second_result=Table,
        reports=True,
        resumes=True,
    ),
)
