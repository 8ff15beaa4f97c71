"""A forecast as a page: the chart, whether it was better than the naive ones, the largest series in numbers, how to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import html_pages as html
from ..parameters import in_plain_words, in_words
from ..weight_units import unit_in
from .baselines import NAIVE, SMOOTHING
from .chart_frames import number, sentence, step_words, unbroken
from .forecast_charts import drawn, largest, levels_of, name_of, series_in_words, source_of

if TYPE_CHECKING:
    from .forecasts import Forecast

MOST_ROWS, MOST_SERIES = 36, 12
SCORES = {
    f"error as a share of {NAIVE}'s": "relative_mae",
    f"as a share of {SMOOTHING}'s": "to_smoothing",
    "MASE": "mase",
}
CAVEATS = (
    "Reported crime is not crime: a change of what is reported, recorded or classed is a change of what is forecast.",
    "Intervals are of the counts to come, as wide as past forecasts missed. They hold while things go on as they did, and know "
    "nothing of a new law, a change of the records or a pandemic.",
    "A forecast tells how many {unit} are to be expected in an area, not of whom and not why.",
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
        *(html.tag("p", said, kind="caveat") for said in (*kept.get("warnings", []), *_caveats(unit_in(kept)))),
        html.tag("h2", _title(forecast, shown)),
        _steps(forecast, shown),
        *_scores(forecast, shown),
        html.tag("p", "The whole table is saved as .csv or .parquet.", kind="small"),
    )


def _caveats(unit: str) -> list[str]:
    return [said.replace("{unit}", unit) for said in CAVEATS]


def _made(forecast: Forecast) -> list[str]:
    """Return by which model, of which counts."""
    kept = forecast.parameters
    chosen = f", chosen by {kept['model']}" if kept["chosen"] != kept["model"] else ""
    of = f" for {kept['series']:,} series" if kept["series"] != 1 else ""
    told = [f"Model: {kept['chosen']}{chosen}, fitted to {kept['steps']:,} {kept['step']}s{of}.", source_of(forecast)]
    if kept.get("steps_past"):
        told.append(
            f"Of the {kept['horizon']:,} {kept['step']}s that are forecast {kept['steps_past']:,} were over when the file was "
            f"extracted, on {kept['extracted']}."
        )
    return told


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
        "MASE is that error by the series' own mean change from season to season in its past.",
    ]


def _shown(forecast: Forecast) -> list[int]:
    """Return the series of the table: the largest, as many as it has room for."""
    assert forecast.made is not None
    horizon = len(forecast) // forecast.made.shown.size
    return largest(forecast, min(max(MOST_ROWS // horizon, 1), MOST_SERIES))


def _title(forecast: Forecast, shown: list[int]) -> str:
    assert forecast.made is not None
    of = forecast.made.shown.size
    if of == 1:
        return "In numbers"
    words = series_in_words(forecast)
    return f"The {len(shown):,} largest of {words}" if len(shown) < of else f"All {words}"


def _steps(forecast: Forecast, shown: list[int]) -> html.Markup:
    """Return the steps to come of some series as a table."""
    assert forecast.made is not None
    horizon = len(forecast) // forecast.made.shown.size
    levels = levels_of(forecast)
    names = [*_series_head(forecast), forecast.parameters["step"], "expected"]
    rows = ((series, series * horizon + step) for series in shown for step in range(horizon))
    return html.table(
        [*names, *(f"{level:g} % interval" for level in levels)],
        ([*_series_name(forecast, series), *_step(forecast, row, levels)] for series, row in rows),
    )


def _step(forecast: Forecast, row: int, levels: list[float]) -> list[Any]:
    when = step_words(forecast["period"][row], str(forecast.parameters["step"]))
    ends = [
        f"{in_words(forecast[f'lo{level:g}'][row])} to {in_words(forecast[f'hi{level:g}'][row])}" for level in levels
    ]
    return [unbroken(when), number(forecast["mean"][row]), *map(unbroken, ends)]


def _scores(forecast: Forecast, shown: list[int]) -> list[html.Markup]:
    """Return the scores of some series under a title; nothing where none has any, or it stands in the sentence."""
    assert forecast.made is not None
    horizon = len(forecast) // forecast.made.shown.size
    known = {words: name for words, name in SCORES.items() if np.isfinite(forecast[name]).any()}
    if not known or forecast.made.shown.size == 1:
        return []
    rows = (
        [*_series_name(forecast, series), *(number(forecast[name][series * horizon]) for name in known.values())]
        for series in shown
    )
    return [html.tag("h2", "How good such forecasts were"), html.table([*_series_head(forecast), *known], rows)]


def _series_head(forecast: Forecast) -> list[str]:
    assert forecast.made is not None
    return [" · ".join(map(in_plain_words, forecast.made.shown.keys))] if forecast.made.shown.keys else []


def _series_name(forecast: Forecast, series: int) -> list[str]:
    assert forecast.made is not None
    return [name_of(forecast.made.shown, series)] if forecast.made.shown.keys else []
