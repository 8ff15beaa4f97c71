"""What a nowcast gives: a row for each day or week, as reported so far and as expected in the end, with its interval."""

from __future__ import annotations

import numpy as np

from .. import selection
from ..chart_axes import COUNT
from ..chart_axes import DAY as DAYS_KIND
from ..charts import Chart
from ..parameters import Parameters, in_words
from ..results import Curve
from .report_lags import DAY
from .reporting_delays import ALL
from .truncated_delays import Delays
from .unreported_counts import expected_shares, still_to_come

STEPS = {"day": 1, "week": 7}
AXIS = {"day": "Day", "week": "First day of each week"}
DRAWS = 1000
LEVEL = 90
# Decimals of estimated counts.
DIGITS = 2


class Nowcast(Curve):
    """Hold counts of days or weeks as reported so far and as expected in the end, with an interval."""

    @property
    def chart(self) -> Chart:  # type: ignore[override]  # its axis depends on the step
        """What is drawn of it, and how."""
        return Chart(
            *("date", "nowcast", AXIS[self.parameters["step"]], "Incidents"),
            x_kind=DAYS_KIND,
            y_kind=COUNT,
            series="group",
            series_words="{}, in the end",
            band=("low", "high"),
            beside=("reported", "{}, reported so far"),
            alike=True,
        )


def nowcast_columns(
    name: str,
    begins: np.ndarray,
    reported: np.ndarray,
    delays: Delays,
    later: np.ndarray,
    days: int,
    dispersion: np.ndarray,
    level: float,
    random: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Return the rows of one group, of steps that ended so many days (`later`) before the last report."""
    share = expected_shares(delays.share, later, days)
    drawn = expected_shares(delays.drawn(random, DRAWS), later, days)
    come = still_to_come(reported, drawn, dispersion, random)
    low, high = np.quantile(reported + come, [0.5 - level / 200, 0.5 + level / 200], axis=0)
    known = share > 0
    estimate = reported / np.where(known, share, np.nan)
    return {
        "group": np.full(reported.size, name, dtype=object),
        "date": begins.astype("M8[s]"),
        "reported": reported,
        "share": share,
        "nowcast": np.round(estimate, DIGITS),
        "low": np.round(np.where(known, np.minimum(low, estimate), np.nan), DIGITS),
        "high": np.round(np.where(known, np.maximum(high, estimate), np.nan), DIGITS),
    }


def nowcast_of(parts: list[dict[str, np.ndarray]], parameters: Parameters, days: int, category: str | None) -> Nowcast:
    """Return the nowcast of all groups' rows, and say what the last step will be."""
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    unknown = int(np.isnan(columns["nowcast"]).sum())
    parameters.note(
        "unknown", unknown, f"{unknown:,} counts have no nowcast: none so late is known to have been reported"
    )
    last = {name: column[len(parts[0]["date"]) - 1] for name, column in columns.items()}
    if not np.isnan(last["nowcast"]):
        group = "" if last["group"] == ALL else f" of {last['group']}"
        interval = f"{parameters['level']:g} % interval {in_words(last['low'])} to {in_words(last['high'])}"
        parameters.tell(
            f"of the last {parameters['step']}, from {str(last['date'])[:10]}, {int(last['reported']):,} incidents{group} are "
            f"reported, of {in_words(last['nowcast'])} expected in the end ({interval})"
        )
    covered = columns["date"][None, :] + np.array([[0], [days - 1]]) * DAY
    label = selection.title(
        f"Nowcast by {parameters['step']}", category, covered.ravel(), int(columns["reported"].sum())
    )
    return Nowcast(columns, parameters, label=label)
