"""A forecast as a page: the chart, whether it was better than the naive ones, the largest series in numbers, how to read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import html_pages as html
from ..parameters import in_plain_words, in_words
from .baselines import NAIVE, SMOOTHING
from .chart_frames import sentence, step_words
from .forecast_charts import drawn, largest, levels_of, source_of

if TYPE_CHECKING:
    from .forecasts import Forecast

MOST_ROWS, MOST_SERIES = 60, 20
CAVEATS = (
    "Reported crime is not crime: a change of what is reported, recorded or classed is a change of what is forecast.",
    "Intervals are of the counts to come, as wide as past forecasts missed. They hold while things go on as they did, and know "
    "nothing of a new law, a change of the records or a pandemic.",
    "A forecast tells how many incidents are to be expected in an area, not of whom and not why.",
)


def page_of(forecast: Forecast) -> str:
    """Return the whole page."""
    kept = forecast.parameters
    shown = _shown(forecast)
    return html.page(
        forecast.label,
        html.items([sentence(forecast.sentence), *_made(forecast)]),
        html.Markup(drawn(forecast)),
        html.tag("h2", "How to read it"),
        html.items(_reading(forecast)),
        html.tag("h2", "To be kept in mind"),
        *(html.tag("p", said, kind="caveat") for said in (*kept.get("warnings", []), *CAVEATS)),
        html.tag("h2", _title(forecast, shown)),
        html.table(*_table(forecast, shown)),
        html.tag("p", "The whole table is saved as .csv or .parquet.", kind="small"),
    )


def _made(forecast: Forecast) -> list[str]:
    """Return by which model, of which counts."""
    kept = forecast.parameters
    chosen = f", chosen by {kept['model']}" if kept["chosen"] != kept["model"] else ""
    of = f" for {kept['series']:,} series" if kept["series"] != 1 else ""
    return [f"Model: {kept['chosen']}{chosen}, fitted to {kept['steps']:,} {kept['step']}s{of}.", source_of(forecast)]


def _reading(forecast: Forecast) -> list[str]:
    """Return what the marks and the numbers mean, with what the intervals held at past origins."""
    told = [
        "The black line is what was counted; the blue dots are what is expected on the mean, not the likeliest count."
    ]
    for level in levels_of(forecast):
        held = forecast.parameters.get(f"coverage{level:g}")
        past = f" At past origins it held {in_words(100 * held)} %." if held is not None else ""
        told.append(f"Of 100 counts to come, {level:g} are to fall within the {level:g} % interval.{past}")
    assert forecast.made is not None
    if forecast.made.scored is None:
        return [*told, "The history is too short to tell how good such forecasts were: there is no score."]
    return [
        *told,
        f"Seasonal naive says again what was counted at the same time of the last season; {SMOOTHING} carries on the level of "
        "late. A forecast that is no better than these is not worth its trouble.",
        f"The error is the mean absolute error at {forecast.made.scored.parameters['origins']} past origins as a share of that "
        f"of {NAIVE}: below 1 is better. Of a single series it is of few forecasts, and so partly chance.",
    ]


def _shown(forecast: Forecast) -> list[int]:
    """Return the series of the table: the largest, as many as it has room for."""
    assert forecast.made is not None
    horizon = len(forecast) // forecast.made.panel.size
    return largest(forecast, min(max(MOST_ROWS // horizon, 1), MOST_SERIES))


def _title(forecast: Forecast, shown: list[int]) -> str:
    of = int(forecast.parameters["series"])
    return (
        "In numbers" if of == 1 else f"The {len(shown):,} largest of {of:,} series" if len(shown) < of else "All series"
    )


def _table(forecast: Forecast, shown: list[int]) -> tuple[list[str], Iterator[list[Any]]]:
    """Return the names of the columns and the rows."""
    assert forecast.made is not None
    keys = list(forecast.made.panel.keys or {})
    scores = {"error / seasonal naive's": "relative_mae", "error / smoothing's": "to_smoothing", "MASE": "mase"}
    scores = {words: name for words, name in scores.items() if np.isfinite(forecast[name]).any()}
    levels = levels_of(forecast)
    names = [*map(in_plain_words, keys), forecast.parameters["step"], "expected"]
    names += [*(f"{level:g} % interval" for level in levels), *scores]
    horizon = len(forecast) // forecast.made.panel.size
    rows = (series * horizon + step for series in shown for step in range(horizon))
    return names, (_row(forecast, row, keys, levels, list(scores.values())) for row in rows)


def _row(forecast: Forecast, row: int, keys: list[str], levels: list[float], scores: list[str]) -> list[Any]:
    when = step_words(forecast["period"][row], str(forecast.parameters["step"]))
    ends = [
        f"{in_words(forecast[f'lo{level:g}'][row])} to {in_words(forecast[f'hi{level:g}'][row])}" for level in levels
    ]
    told = [float(f"{forecast[name][row]:.3g}") if np.isfinite(forecast[name][row]) else "–" for name in scores]
    named = [in_plain_words(forecast[key][row]) for key in keys]
    return [*named, when, float(f"{forecast['mean'][row]:.3g}"), *ends, *told]
