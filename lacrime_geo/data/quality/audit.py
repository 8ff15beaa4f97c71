"""The audit of incidents as a table: what every cleaning rule found and did, and what the detectors find."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...features import as_features
from ...incidents import Incidents
from ...overlay import polygon_of
from ...parameters import Parameters
from ...progress import Progress, advance, within
from ...results import Table
from ..loaded import Loaded, announce
from ..own_mapping import Said
from ..rules import Finding
from ..tables import Column, Texts
from .area_checks import POINTS_TRIED, matching_columns, misplaced
from .detectors import detected, plain_lines
from .records import Records, area_columns, records_of_incidents, records_of_loaded

COLUMNS = ("rule", "rows", "share", "examples", "action")


@dataclass(frozen=True, eq=False, repr=False)
class Audit(Table):
    """Hold an audit: a row per rule, and what was computed for it, from which the page draws its charts."""

    findings: tuple[Finding, ...] = ()
    records: Records | None = None

    def html(self) -> str:
        """Return a page of the audit with small charts; nothing in it is loaded from elsewhere."""
        from .audit_page import audit_page

        return audit_page(self)


def audit(
    incidents: Any,
    *,
    boundaries: Any = None,
    boundary_column: str | None = None,
    area_column: str | None = None,
    time_column: str | None = None,
    id_column: str | None = None,
    mapping: Said = None,
    progress: Progress = None,
) -> Audit:
    """Return what is wrong with incidents: what the reader's rules found and did, and what the detectors find.

    Parameters
    ----------
    incidents : a GeoDataFrame as `read_lapd` or `read_incidents` returns it, with the findings of their rules in
        ``.attrs["audit"]``; any other GeoDataFrame of points; Incidents; or the path of a file, which is read first.
    boundaries : polygon layer of the areas that the records name, such as divisions: points that stand in one and whose record
        names another are found. Default: not looked for.
    boundary_column, area_column : columns of the polygons and of the records that name the areas. Default: the pair by which
        most points, half at least, stand where their record says; without boundaries a column called like areas.
    time_column, id_column : default `occurred`, else a column called like them, else the first column of dates.
    mapping : of a path, what its columns hold, as `read_incidents` takes it (of LAPD files as `read_lapd` does), or its text,
        such as ``"date=Call Date, x=LON, y=LAT"``. Default: guessed, and announced.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Audit
        A table, one row per rule: `rule, rows` (how many it concerns)`, share` (of all rows)`, examples` (three different
        ones)`, action` (what was done, or what to do). `.html()` is a page of it with small charts.

    Raises
    ------
    TypeError
        If the incidents are none of these.
    ValueError
        If a frame has neither points nor an audit, a column is not there, or none names the areas of the boundaries.

    Notes
    -----
    Detectors change nothing. Their rules, and where they come from, stand in docs/data_quality.md.

    Examples
    --------
    >>> import lacrime_geo as lg
    >>> incidents = lg.read_lapd("sample_layers/incidents.csv.gz")
    >>> table = lg.audit(incidents)
    >>> rows = dict(zip(table["rule"], table["rows"]))
    >>> print(rows["coordinates_zero"], rows["places_shared"])
    45 15400
    """
    source = incidents
    if isinstance(incidents, (str, os.PathLike)):
        from .opening import opened

        source = opened(incidents, within(progress, 0.0, 0.5), mapping)
    elif mapping is not None:
        raise ValueError(
            "mapping says what the columns of a file hold, and these incidents come from none: leave it out."
        )
    named = {"area_column": area_column, "time_column": time_column, "id_column": id_column}
    parameters = Parameters()
    kept, label, records = _taken(source, named, parameters)
    found = detected(records, within(progress, 0.5, 0.9)) if records is not None else []
    if boundaries is not None and records is not None:
        found.append(_against(records, boundaries, boundary_column, area_column, parameters))
    advance(progress, 1.0)
    known = {line["rule"] for line in kept}
    found = [line for line in found if line["rule"] not in known]
    announce(found)
    return audit_of([*kept, *found], label, parameters, records)


def _taken(
    source: Any, named: Mapping[str, str | None], parameters: Parameters
) -> tuple[list[Finding], str, Records | None]:
    """Return the findings of a reader, what the incidents are called, and their records."""
    if isinstance(source, Incidents):
        if not hasattr(source.source, "geometry"):
            return [], source.label, records_of_incidents(source, named, parameters)
        # All columns, and places as they were written.
        source = source.source
    if isinstance(source, Loaded):
        return source.audit, str(source.parameters["layer"]), records_of_loaded(source, named, parameters)
    attrs = getattr(source, "attrs", None)
    if attrs is None or not hasattr(source, "columns"):
        raise TypeError(
            f"An audit is of a GeoDataFrame of points, of Incidents or of a file, not of a {type(source).__name__}."
        )
    kept, label = attrs.get("audit"), str(attrs.get("label", "incidents"))
    if not (hasattr(source, "geometry") and hasattr(source, "crs")):
        if kept is None:
            raise ValueError(
                "This frame has no audit in its attrs and no points; take it as read_lapd or read_incidents returned it."
            )
        return kept, label, None
    from .frame_records import records_of_frame

    return kept or [], label, records_of_frame(source, named, parameters)


def _against(
    records: Records, boundaries: Any, boundary_column: str | None, area_column: str | None, parameters: Parameters
) -> Finding:
    """Return which points stand in one area and whose record names another."""
    from ... import crs

    known = np.isfinite(records.x) & np.isfinite(records.y) & ((records.x != 0) | (records.y != 0))
    divisions = as_features(boundaries)
    x, y = np.full(records.size, np.nan), np.full(records.size, np.nan)
    x[known], y[known] = crs.project(records.x[known], records.y[known], records.crs, divisions.crs)
    placed = np.flatnonzero(known)[:POINTS_TRIED]
    ours = area_columns(records.columns, area_column)
    source = {} if divisions.source is None else divisions.source
    theirs = {
        str(name): list(source[name]) for name in source if str(name) != "geometry" and boundary_column in (None, name)
    }
    some = {
        name: _values(column.where(placed) if isinstance(column, Texts) else column[placed])
        for name, column in ours.items()
    }
    match = matching_columns(polygon_of(divisions, x[placed], y[placed]), some, theirs)
    if match is None:
        raise ValueError(
            f"By no column of {divisions.label!r} ({', '.join(theirs)}) and of the incidents ({', '.join(ours) or 'none'}) do "
            "points stand where their record says; name them as boundary_column and area_column, and check both CRS."
        )
    parameters.choose(
        "compared_column", match.of_records, f"{100 * match.share:.1f} % of the points stand where it says"
    )
    parameters.choose("boundary_column", match.of_polygons, f"it names the areas as {match.of_records!r} does")
    return misplaced(x, y, _values(ours[match.of_records]), divisions, theirs[match.of_polygons])


def _values(column: Column) -> np.ndarray:
    return column.values if isinstance(column, Texts) else column


def audit_of(found: list[Finding], label: str, parameters: Parameters, records: Records | None = None) -> Audit:
    """Return findings as an audit, with what was computed."""
    table = audit_table(plain_lines(found), label, None if records is None else records.size)
    parameters.update(table.parameters)
    return Audit(table.columns, parameters, label=table.label, findings=tuple(found), records=records)


def audit_table(found: list[Finding], label: str, rows: int | None = None) -> Table:
    """Return findings as a table, examples as one text each; `rows` is how many there are, of which shares are told."""
    shown = [{**line, "examples": ", ".join(line["examples"])} for line in found]
    columns = {name: np.array([line[name] for line in shown], dtype=object) for name in COLUMNS if name != "share"}
    columns["rows"] = columns["rows"].astype(np.int64)
    columns["share"] = columns["rows"] / rows if rows else np.full(len(shown), np.nan)
    ordered = {name: columns[name] for name in COLUMNS}
    return Table(ordered, Parameters(layer=label, rules=len(found)), label=f"Audit · {label}")
