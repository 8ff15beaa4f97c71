"""`watch`: one run of overview, alerts and forecast on new data, added to a history and held against it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, NamedTuple

from .. import checks
from ..forecasting.model_names import model_of
from ..landing import Landing
from ..parameters import Parameters, warned_once
from ..progress import Progress, advance, within
from .completeness import lacking, latest_reports
from .drift import mixes, records_system, weekly_breaks
from .earlier_alerts import earlier_of, lines_of, numbers_of, rows_of_alerts
from .forecast_rows import rows_of_forecast, scores_of
from .histories import History, history_of
from .history_tables import ALERTS, CLAIMS, FORECASTS, KNOWN_WEEKS, MONITORS, RUNS, SCORES, Entries, Row
from .kept_promises import kept_promises
from .known_data import Known, known_data
from .monitors import DISTRUST, Monitor
from .new_data import lost_parts, nothing_new, require_alike, require_later
from .parts_of_runs import BEYOND, Parts, settings_of
from .past_changes import past_changes, whole_weeks
from .run_rows import numbered, row_of_run, rows_of_claims, rows_of_monitors
from .verdicts import verdict_of
from .watch_pages import page_of
from .watch_results import Watch

STEPS = tuple(BEYOND)


class _Asked(NamedTuple):
    """What a run is asked for."""

    areas: Any
    boundary: Any
    category: Any
    step: str
    model: Any
    as_of: Any
    again: bool


class _Past(NamedTuple):
    """What the history holds before the run."""

    runs: list[Row]
    alerts: list[Row]
    forecasts: list[Row]
    scores: list[Row]
    monitors: list[Row]
    weeks: list[Row]

    @property
    def last(self) -> Row | None:
        """The last run."""
        return self.runs[-1] if self.runs else None

    @property
    def kept(self) -> Mapping[str, Any]:
        """The parameters of the last run."""
        return {} if self.last is None else json.loads(self.last["parameters"])


def watch(
    incidents: Any,
    history: str | os.PathLike[str],
    *,
    areas: Any = None,
    boundary: Any = None,
    category: Any = None,
    step: str = "week",
    model: Any = "auto",
    as_of: Any = None,
    again: bool = False,
    page: str | os.PathLike[str] | None = None,
    progress: Progress = None,
) -> Watch:
    """Run overview, alerts and forecast on new data, add them to a history, and say whether to trust the forecast.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path, with the time of the incident (`occurred`). The whole file, not only
        what is new.
    history : a GeoPackage (.gpkg), or a PostGIS database: "postgresql://user@host/name" or "PG:host=… dbname=…", and after
        "|schema=" the schema of its tables. Default of the schema: lacrime_watch.
    areas : polygon layer, such as divisions, each of which is judged and forecast by itself. Default: all incidents together.
    boundary : polygon layer of the study area, for the overview.
    category : of which categories, one or several. Default: all together.
    step : "week" or "day": of alerts and forecasts.
    model : a name as `forecast_areas` takes it, or a model. Default: "auto".
    as_of : the date (YYYY-MM-DD), itself included, to which the file is taken back. Default: its end.
    again : run and add to the history even where the data are those of the last run.
    page : file (.html) to write what is to be known now. Default: none.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Watch
        `verdict` ("trust", "distrust" or "not known") and `sentence`, why; `lines`, what a person should look at: new alarms, a
        forecast not to be trusted; `new_data`, False where the data are those of the last run, to which then nothing is added;
        `overview`, `alerts`, `forecast` (of all) and `by_area`, None where the data do not suffice (`missing` says why);
        `.monitors()` and `.scores()`, tables.

    Raises
    ------
    ValueError
        If there are no dates, the data are older than those of the last run, the history is of other settings, or is named in a
        way that is neither's.
    OSError
        If another run is writing to the history, it cannot be read or written, or the file is missing. The history then stays as
        it was.

    Notes
    -----
    The history is written whole or not at all: a GeoPackage as a copy that replaces it, PostGIS in one transaction. The tables
    are described in docs/watch.md. Limits of monitors and how often they are passed where nothing changes stand there too.
    A forecast is scored when 95 % of the days it is of are reported, against the counts as they are then.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from lacrime_geo import Incidents
    >>> day = np.repeat(np.datetime64("2023-01-02") + np.arange(140), 5)
    >>> points = Incidents(day - day[0], day - day[0], when=day, reported=day, crs="EPSG:32611")
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "history.gpkg"
    >>> watch(points, file, model="smoothing", as_of="2023-05-14")
    <Watch run 1: not known>
    >>> watch(points, file, model="smoothing", as_of="2023-05-14").lines
    ()
    """
    checks.option("step", step, STEPS)
    model_of(model)
    book = history_of(history)
    asked = _Asked(areas, boundary, category, step, model, as_of, again)
    with book.alone(), warned_once():
        return _run(incidents, book, asked, page, progress)


def _run(incidents: Any, book: History, asked: _Asked, page: Any, progress: Progress) -> Watch:
    past = _Past(*(book.read(table) for table in (RUNS, ALERTS, FORECASTS, SCORES, MONITORS, KNOWN_WEEKS)))
    now = datetime.now(timezone.utc)
    parameters = Parameters()
    known = known_data(incidents, asked.areas, asked.category, asked.as_of, parameters)
    advance(progress, 0.1)
    settings = _settings(known, asked)
    require_alike(past.last, settings)
    if past.last is not None and past.last["fingerprint"] == known.fingerprint and not asked.again:
        return _unchanged(past, book, now)
    require_later(past.last, known)
    parameters.update(settings=settings, history=book.name)
    reads = [path for path in (incidents, asked.areas, asked.boundary) if isinstance(path, (str, os.PathLike))]
    with Landing(os.fspath(path).partition("|layername=")[0] for path in reads) as landing:
        book.prepare(landing)
        staged = None if page is None else landing.stage(_page_path(page))
        found, entries = _found(known, past, asked, parameters, now, within(progress, 0.1, 0.9))
        if staged is not None:
            rows = {RUNS: [*past.runs, *entries.added[RUNS]], MONITORS: [*past.monitors, *entries.added[MONITORS]]}
            staged.write_text(page_of(found, known, rows), encoding="utf-8")
        book.write(entries)
    advance(progress, 1.0)
    return found


def _settings(known: Known, asked: _Asked) -> dict[str, Any]:
    """Return what must be the same in all runs of a history."""
    category = None if asked.category is None else known.incidents.selection.get("category")
    names = None if known.polygons is None else known.names.tolist()
    return {"step": asked.step, "category": category, "areas": names}


def _page_path(page: Any) -> str:
    text = os.fspath(page)
    if not text.lower().endswith(".html"):
        raise ValueError(f"page must be a file that ends in .html, got {text!r}.")
    return text


def _unchanged(past: _Past, book: History, now: datetime) -> Watch:
    assert past.last is not None
    sentence, long = nothing_new(past.runs, now)
    parameters = Parameters({**past.kept, "history": book.name})
    parameters.tell(sentence)
    last = past.last
    return Watch(last["run"], False, last["verdict"], last["sentence"], (sentence,) if long else (), parameters)


def _found(
    known: Known, past: _Past, asked: _Asked, parameters: Parameters, now: datetime, progress: Progress
) -> tuple[Watch, Entries]:
    """Return what a run finds, and what it adds to the history."""
    run = 1 if past.last is None else int(past.last["run"]) + 1
    settings = past.kept.get("alerts")
    parts = Parts(known, progress)
    parts.make(asked.boundary, asked.step, asked.model, earlier_of(past.alerts, settings))
    scores = scores_of(past.forecasts, past.scores, known)
    monitors = monitors_of(known, past.runs, past.weeks, [*past.scores, *scores], asked.step)
    verdict = verdict_of(monitors, parts.missing)
    parameters["alerts"] = settings if parts.alerts is None else settings_of(parts.alerts)
    parameters["warnings"] = list(parts.warnings)
    row = row_of_run(known, now, verdict, numbers_of(parts.alerts), parts.missing, parameters)
    added = {RUNS: [row], SCORES: scores, MONITORS: rows_of_monitors(monitors), **rows_of_parts(parts, known)}
    added = {table: numbered(rows, run) for table, rows in added.items()}
    for sentence in parts.missing.values():
        if sentence not in verdict[1]:
            parameters.log.info("%s", sentence)
    parameters.tell(verdict[1])
    found = Watch(
        run,
        True,
        *verdict,
        _lines(parts, past.runs, verdict),
        parameters,
        parts.overview,
        parts.alerts,
        parts.forecast,
        parts.by_area,
        parts.missing,
        added[MONITORS],
        added[SCORES],
    )
    return found, Entries(added, {KNOWN_WEEKS: whole_weeks(known)}, _layers(parts, known))


def rows_of_parts(parts: Parts, known: Known) -> dict[str, list[Row]]:
    """Return what the overview, the alerts and the forecasts add, by table."""
    forecasts = [part for part in (parts.forecast, parts.by_area) if part is not None]
    return {
        CLAIMS: rows_of_claims(parts.overview),
        ALERTS: [] if parts.alerts is None else rows_of_alerts(parts.alerts),
        FORECASTS: [row for part in forecasts for row in rows_of_forecast(part, known.known_until)],
    }


def _lines(parts: Parts, runs: Sequence[Row], verdict: tuple[str, str]) -> tuple[str, ...]:
    """Return what a person should look at."""
    alarms = [] if parts.alerts is None else lines_of(parts.alerts)
    return (*alarms, *lost_parts(runs, parts.missing), *([verdict[1]] if verdict[0] == DISTRUST else []))


def monitors_of(
    known: Known, runs: Sequence[Row], weeks: Sequence[Row], scores: Sequence[Row], step: str
) -> list[Monitor]:
    """Return everything that is watched, in the order in which a reader would ask."""
    return [
        latest_reports(known),
        *past_changes(known, weeks),
        *lacking(known, runs),
        weekly_breaks(known),
        *mixes(known),
        records_system(known, step),
        *kept_promises(scores, step),
    ]


def _layers(parts: Parts, known: Known) -> dict[str, Any]:
    """Return the layers of this run; those of areas only where these are polygons."""
    mapped = known.polygons is not None
    found = {} if parts.overview is None else parts.overview.results
    return {
        "alerts_now": parts.alerts if mapped else None,
        "forecast_now": parts.by_area if mapped else None,
        "hotspots": found.get("hotspots"),
        "clusters": found.get("clusters"),
    }
