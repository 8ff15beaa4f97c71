"""Forecasts kept in a history, and their scores once what was forecast is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..forecasting.area_forecasts import AreaForecasts
from ..temporal.count_series import DAY
from .history_tables import Row, rows_of_columns
from .known_data import ALL, Known

ENDS = {"lower80": "lo80", "upper80": "hi80", "lower95": "lo95", "upper95": "hi95"}


def rows_of_forecast(found: AreaForecasts, made_on: np.datetime64) -> list[Row]:
    """Return a row for each area and step that begins after the last day known; beside the model's stands the naive forecast.

    Of steps that have begun a part is known already: what is said of them is no forecast that could be scored as one.
    The naive one is the count of the same days a year before, where the counts reach back so far, else the last one known.
    """
    assert found.forecast is not None and found.forecast.made is not None
    panel = found.forecast.made.panel
    horizon = int(found.parameters["horizon"])
    last = np.repeat(panel.values[:, -1], horizon)
    year = found["last_year"]
    columns = {
        "made_on": np.full(last.size, made_on),
        "area": found["area"],
        "target_begin": found["period"].astype("M8[D]"),
        "target_end": found["period_end"].astype("M8[D]"),
        "mean": found["mean"],
        **{own: found[column] for own, column in ENDS.items()},
        "naive": np.where(np.isnan(year), last, year),
        "model": found["model"],
    }
    later = columns["target_begin"] > made_on
    return rows_of_columns({name: column[later] for name, column in columns.items()})


def scores_of(forecasts: Sequence[Row], scored: Sequence[Row], known: Known) -> list[Row]:
    """Return the scores of forecasts whose days are now reported, and that have none yet."""
    done = {(row["forecast_run"], row["area"], row["target_begin"]) for row in scored}
    counts = _Counts(known)
    open_rows = [row for row in forecasts if (row["run"], row["area"], row["target_begin"]) not in done]
    return [_score(row, counts.of(row)) for row in open_rows if counts.knows(row)]


def _score(row: Row, observed: int) -> Row:
    return {
        **{name: row[name] for name in ("made_on", "area", "target_begin", "target_end", "mean")},
        "forecast_run": row["run"],
        "observed": observed,
        "error": row["mean"] - observed,
        "inside80": int(row["lower80"] <= observed <= row["upper80"]),
        "inside95": int(row["lower95"] <= observed <= row["upper95"]),
        "naive_error": None if row["naive"] is None else row["naive"] - observed,
    }


class _Counts:
    """Counts of any days and area, from sums of days."""

    def __init__(self, known: Known) -> None:
        self.first, self.until = known.first, known.whole_until
        days = int((known.last - known.first).astype(np.int64)) + 1
        self.row = {name: number for number, name in enumerate(known.names.tolist())}
        counts = np.zeros((known.names.size + 1, days + 1), dtype=np.int64)
        dated = ~np.isnat(known.occurred)
        at = (known.occurred[dated] - known.first).astype(np.int64) + 1
        area = known.area[dated]
        inside = area >= 0
        np.add.at(counts, (area[inside], at[inside]), 1)
        np.add.at(counts[-1], at, 1)
        self.row[ALL] = known.names.size
        self.sums = counts.cumsum(axis=1)

    def knows(self, row: Row) -> bool:
        begin, end = np.datetime64(row["target_begin"], "D"), np.datetime64(row["target_end"], "D")
        return bool(begin >= self.first and end <= self.until) and row["area"] in self.row

    def of(self, row: Row) -> int:
        ends = [np.datetime64(row[name], "D") for name in ("target_begin", "target_end")]
        first, last = int((ends[0] - self.first) / DAY), int((ends[1] - self.first) / DAY) + 1
        sums = self.sums[self.row[row["area"]]]
        return int(sums[last] - sums[first])


def true_forecasts(scores: Sequence[Row], area: str = ALL) -> list[Row]:
    """Return scores of forecasts that were made before their days began, of days that do not overlap, the earliest first.

    Of several forecasts of the same days the last one counts: others would tell of the same counts once more.
    """
    own = [row for row in scores if row["area"] == area and row["made_on"] < row["target_begin"]]
    own.sort(key=lambda row: (row["target_begin"], row["made_on"], row["forecast_run"]))
    last = {row["target_begin"]: row for row in own}
    found: list[Row] = []
    for begin in sorted(last):
        if not found or begin > found[-1]["target_end"]:
            found.append(last[begin])
    return found
