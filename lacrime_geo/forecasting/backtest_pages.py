"""A backtest as a page: charts, scores and what each means, which model wins where, where nothing beats seasonal naive, cost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import html_pages as html
from ..parameters import in_plain_words, p_in_words
from ..results import Table
from ..weight_units import unit_in
from .backtest_charts import drawn, scored_in_words, source_of
from .baselines import NAIVE, SMOOTHING
from .chart_frames import number, sentence, unbroken
from .forecast_charts import name_of
from .origin_panels import levels_of

if TYPE_CHECKING:
    from .backtest_results import Backtest

MOST_VALUES, MOST_UNBEATEN = 40, 40
ERRORS = {
    "model": "model",
    "error / seasonal naive's": "to_seasonal_naive",
    "/ smoothing's": "to_smoothing",
    "median of series": "median_to_seasonal_naive",
    "p": "dm_p",
    "MAE": "mae",
    "RMSE": "rmse",
    "bias": "bias",
}
SCALED = {
    "model": "model",
    "MASE": "mase",
    "RMSSE": "rmsse",
    "sMAPE, %": "smape",
    "R²": "r2",
    "R² within series": "r2_within",
    "pinball": "pinball",
    "CRPS": "crps",
}
MEANINGS = (
    (
        "error / seasonal naive's, / smoothing's",
        f"the mean absolute error over all counts as a share of that of {NAIVE} (the count of the same time of the last season) "
        f"and of {SMOOTHING} (the level of late, carried on). Below 1 is better. Large series weigh more than small ones.",
    ),
    ("median of series", "the median of the shares of single series: here each series weighs the same."),
    (
        "p",
        f"how often chance alone makes as large a difference to {NAIVE}'s errors (Diebold & Mariano 1995, corrected by Harvey, "
        "Leybourne & Newbold 1997), two-sided, over origins. With few origins it tells little.",
    ),
    ("MAE, RMSE", "by how many {unit} a forecast misses a count: on the mean, and with large misses weighing more."),
    ("bias", "by how many {unit} forecasts are too high on the mean; below 0: too low."),
    (
        "MASE, RMSSE",
        "MAE and RMSE of a series by its own change from season to season in the past, the mean of all series.",
    ),
    (
        "R²",
        "the share of the squares about the mean of all counts that forecasts explain; of series of different sizes most of "
        "it is which is the larger. Within series: about each series' own mean of what came, which nobody knows beforehand, so "
        "that it may be below 0.",
    ),
    (
        "CRPS",
        "the error of the whole forecast with its intervals, in {unit}: that of a forecast without any would be its MAE. There "
        "where four levels or more were asked for.",
    ),
    ("sMAPE", "the error by the mean of forecast and count, in per cent, from 0 to 200."),
    ("pinball", "how far the ends of the intervals are from where they should be, in {unit}: less is better."),
    ("held", "how many of 100 counts were within the interval: of an 80 % interval it should be 80."),
    (
        "Winkler",
        "the width of the interval and a fine for each count outside of it, in {unit}: less is better, narrow and right.",
    ),
)
CAVEATS = (
    "A model chosen by this table must be scored on later origins: the least of several errors is partly luck.",
    "These origins are the last ones. What comes may be less like what was: a change of the law, of the records, a pandemic.",
    "Reported crime is not crime: forecasts are right where they foretell reports.",
)
BY_SERIES = (
    "Of a single series there are few forecasts, so which model errs least in it is partly chance: this table says where "
    "forecasting is worth while, not which model to take for which series."
)


def page_of(backtest: Backtest) -> str:
    """Return the whole page."""
    kept = backtest.parameters
    return html.page(
        backtest.label,
        html.items([sentence(str(kept["found"])), scored_in_words(backtest), source_of(backtest)]),
        html.Markup(drawn(backtest)),
        html.tag("h2", "To be kept in mind"),
        *(html.tag("p", said, kind="caveat") for said in (*kept.get("warnings", []), *CAVEATS)),
        html.tag("h2", "Errors"),
        _columns(backtest, ERRORS),
        _columns(backtest, SCALED),
        *_intervals(backtest),
        html.tag("h2", "What each score means"),
        html.items(_meanings(unit_in(kept), backtest)),
        *_where(backtest),
        html.tag("h2", "What the models cost"),
        _cost(backtest),
        html.tag("p", "By the clock, on the machine that ran this, with other models fitted beside.", kind="small"),
    )


def _meanings(unit: str, backtest: Backtest) -> list[html.Markup]:
    """Return what each score means, of counts of a unit."""
    there = (each for each in MEANINGS if each[0] != "CRPS" or "crps" in backtest.columns)
    return [html.Markup(f"{html.tag('b', name)}: {html.text(words.replace('{unit}', unit))}") for name, words in there]


def _columns(backtest: Backtest, shown: dict[str, str]) -> html.Markup:
    """Return some columns of the scores as a table, those that are there."""
    shown = {title: name for title, name in shown.items() if name in backtest.columns}
    rows = zip(*(backtest[name].tolist() for name in shown.values()))
    told = ([_cell(name, value) for name, value in zip(shown.values(), row)] for row in rows)
    return html.table(list(shown), told)


def _cell(name: str, value: Any) -> Any:
    if name == "dm_p" and np.isfinite(value):
        return p_in_words(value).removeprefix("p = ").removeprefix("p ")
    if name.startswith("coverage"):
        return number(100 * value)
    return number(value) if isinstance(value, float) else unbroken(value) if isinstance(value, str) else value


def _intervals(backtest: Backtest) -> list[html.Markup]:
    """Return what the intervals held and how good they were, under a title; nothing where there are none."""
    levels = levels_of(backtest)
    if not levels:
        return []
    shown = {"model": "model"}
    for level in levels:
        shown.update({f"{level:g} %: held, %": f"coverage{level:g}", f"{level:g} %: Winkler": f"winkler{level:g}"})
    return [html.tag("h2", "Intervals"), _columns(backtest, shown)]


def _where(backtest: Backtest) -> list[html.Markup]:
    """Return which model wins where: by series, by each key, and where nothing beats seasonal naive."""
    assert backtest.made is not None
    if backtest.made.panel.size == 1:
        return []
    winners = backtest.winners()
    parts = [html.tag("h2", "Which model wins where"), html.tag("p", BY_SERIES, kind="caveat")]
    parts += [_won(backtest, winners)]
    for key, column in (backtest.made.panel.keys or {}).items():
        values = np.unique(np.asarray(column).astype(str)).size
        if 1 < values < backtest.made.panel.size:
            parts += _by_key(backtest, key)
    return [*parts, *_unbeaten(backtest, winners)]


def _won(backtest: Backtest, winners: Table) -> html.Markup:
    """Return in how many series each model errs least, and in how many it errs less than seasonal naive."""
    by_series = backtest.by_series()
    rows = []
    for name in backtest["model"].tolist():
        own = by_series["to_seasonal_naive"][by_series["model"] == name]
        least = int((winners["model"] == name).sum())
        rows.append([unbroken(name), least, "–" if name == NAIVE else int((own < 1).sum())])
    return html.table(["model", "series in which it errs least", f"series in which it beats {NAIVE}"], rows)


def _by_key(backtest: Backtest, key: str) -> list[html.Markup]:
    """Return the model of least error for each value of a key, those first where most is gained."""
    table = backtest.winners_by(key)
    shown = {
        in_plain_words(key): key,
        "series": "series",
        "least error": "model",
        "error / seasonal naive's": "to_seasonal_naive",
        "series in which it beats it": "series_better",
        "in which nothing does": "series_unbeaten",
    }
    rows = list(zip(*(table[name].tolist() for name in shown.values())))
    left = f" (the first {MOST_VALUES} of {len(rows):,})" if len(rows) > MOST_VALUES else ""
    named = ([in_plain_words(row[0]), *(_cell("", value) for value in row[1:])] for row in rows[:MOST_VALUES])
    return [html.tag("h3", f"By {in_plain_words(key)}{left}"), html.table(list(shown), named)]


def _unbeaten(backtest: Backtest, winners: Table) -> list[html.Markup]:
    """Return the series in which no model beats seasonal naive, by name."""
    assert backtest.made is not None
    rows = np.flatnonzero(~winners["beats_naive"])
    size = backtest.made.panel.size
    title = html.tag("h3", f"Where nothing beats {NAIVE}: {rows.size:,} of {size:,} series")
    if not rows.size:
        return [title]
    names = [name_of(backtest.made.panel, row) for row in rows[:MOST_UNBEATEN].tolist()]
    more = [f"and {rows.size - MOST_UNBEATEN:,} more"] if rows.size > MOST_UNBEATEN else []
    return [title, html.items([*names, *more])]


def _cost(backtest: Backtest) -> html.Markup:
    assert backtest.made is not None
    made = backtest.made
    seconds = {name: made.forecasts[name].seconds for name in backtest["model"].tolist()}
    fits = len(made.origins.known) * made.panel.size
    rows: Iterable[list[Any]] = (
        [unbroken(name), number(took), number(1000 * took / fits)] for name, took in seconds.items()
    )
    names = ["model", f"seconds for {len(made.origins.known)} origins", "milliseconds a series and origin"]
    return html.table(names, rows)
