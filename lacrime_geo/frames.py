"""GeoDataFrames in and out: the only file that imports geopandas for the conversion to and from core types."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from . import checks, dates
from . import crs as crs_rules
from .agencies import agency_of
from .features import Features
from .incident_columns import of_whole_file
from .incidents import Incidents
from .parameters import restored
from .places import at_places

if TYPE_CHECKING:
    import geopandas
    import pandas

    from .results import Marks

TIME_COLUMN, CATEGORY_COLUMN = "occurred", "category"
# When an incident ended and when it was reported, where a layer has such columns of dates.
UNTIL_COLUMN, REPORTED_COLUMN = "occurred_until", "reported"
# Which times of day only stand for an unknown one.
PLACEHOLDER_COLUMN = "time_placeholder"
DATES_TRIED = 20
# A layer without places is refused by the analysis, in its own words; any metric CRS will do until then.
NO_PLACES_CRS = "EPSG:32611"
log = logging.getLogger("lacrime_geo")


def incidents_from_frame(
    frame: geopandas.GeoDataFrame,
    time_column: str | None = None,
    category_column: str | None = None,
    crs: str | None = None,
    until_column: str | None = None,
) -> Incidents:
    """Return the points of a GeoDataFrame as Incidents in the CRS given, default the working one; the frame is their source."""
    frame = _as_table(frame)
    time_column, category_column, until_column = (
        _as_renamed(frame, name) for name in (time_column, category_column, until_column)
    )
    x, y = _point_coordinates(frame)
    easting, northing, working = _projected(frame, x, y, crs)
    when, reported = _times(frame, time_column, TIME_COLUMN), _dates(frame, REPORTED_COLUMN)
    category = _optional(frame, category_column, CATEGORY_COLUMN)
    known_until, whole = of_whole_file(frame.attrs, when, reported, category)
    return Incidents(
        easting,
        northing,
        when=when,
        until=_times(frame, until_column, UNTIL_COLUMN) if until_column else _dates(frame, UNTIL_COLUMN),
        reported=reported,
        category=category,
        crs=working,
        source=frame,
        label=str(frame.attrs.get("label", "incidents")),
        time_column=_column_of_dates(frame, time_column or TIME_COLUMN),
        dates_unused=[str(name) for name in frame.columns if _holds_dates(frame[name])] if when is None else (),
        agency=agency_of(frame.attrs.get("agency"), frame.columns),
        known_until=known_until,
        whole=None if known_until is None else whole,
    )


def features_from_frame(frame: geopandas.GeoDataFrame, crs: str | None = None) -> Features:
    """Return a GeoDataFrame as Features in the CRS given, default the working one, keeping the frame as their source."""
    import shapely

    frame = _as_table(frame)
    _require_crs(frame)
    geometry = frame.geometry
    shapes = np.asarray(geometry.array, dtype=object)
    known = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if crs is None:
        box = geometry[known].bounds.to_numpy()
        centres = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2
        crs = _announced(frame, crs_rules.working(frame.crs, *centres) if known.any() else NO_PLACES_CRS)
    wkb = np.array(geometry.to_crs(crs).to_wkb(), dtype=object)
    wkb[~known] = None
    record = restored(frame.attrs.get("lacrime_geo"))
    return Features(list(wkb), crs, frame, str(frame.attrs.get("label", "features")), record)


def _as_renamed(frame: geopandas.GeoDataFrame, name: str | None) -> str | None:
    """Return what a column of the file is called since it was read; other names stay."""
    return name if name in frame.columns else frame.attrs.get("renamed", {}).get(name, name)


def _as_table(frame: Any) -> geopandas.GeoDataFrame:
    """Return a GeoSeries as a GeoDataFrame of one column; a GeoDataFrame is kept."""
    return frame.to_frame("geometry") if frame.ndim == 1 else frame


def dataframe(columns: Mapping[str, np.ndarray]) -> pandas.DataFrame:
    """Return columns as a pandas DataFrame."""
    import pandas as pd

    return pd.DataFrame(dict(columns))


def geodataframe(wkb: Any, crs: str, columns: Mapping[str, np.ndarray]) -> geopandas.GeoDataFrame:
    """Return geometries and columns as a GeoDataFrame."""
    import geopandas as gpd

    return gpd.GeoDataFrame(dict(columns), geometry=gpd.GeoSeries.from_wkb(list(wkb), crs=crs))


def marked(marks: Marks) -> geopandas.GeoDataFrame:
    """Return the input of an analysis with its new columns; columns of the same name are replaced, and that is logged."""
    source = marks.features.source
    if hasattr(source, "geometry"):
        replaced = [name for name in marks.columns if name in source.columns]
        if replaced:
            log.info("replaced of the input's columns: %s", ", ".join(replaced))
        if source.geometry.name in marks.columns:
            source = source.rename_geometry("geometry")
        out = source.assign(**marks.columns)
        out.attrs = dict(source.attrs)
        return out
    columns = {} if source is None else {str(name): np.asarray(column) for name, column in source.items()}
    return geodataframe(_geometry(marks.features), marks.features.crs, {**columns, **marks.columns})


def _geometry(features: Any) -> Any:
    if isinstance(features, Features):
        return features.wkb
    import shapely

    points = shapely.points(features.easting, features.northing)
    points[~features.placed] = None
    return shapely.to_wkb(points)


def _point_coordinates(frame: geopandas.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    import shapely

    geometry = frame.geometry.array
    kinds = shapely.get_type_id(np.asarray(geometry, dtype=object))
    single = (kinds == 4) & (shapely.get_num_geometries(np.asarray(geometry, dtype=object)) == 1)
    bad = np.flatnonzero((kinds > 0) & ~single)
    if bad.size:
        found = geometry[bad[0]].geom_type
        raise ValueError(
            f"Incidents are points; {bad.size:,} of {len(frame):,} rows are something else, first row {bad[0]}, a {found}; "
            "take centroids where each is one incident, or explode the parts; areas with counts are for an analysis that asks "
            "for their column (value)."
        )
    points = np.asarray(geometry, dtype=object)
    points = np.where(single, shapely.get_geometry(points, 0), points)
    points[shapely.is_empty(points)] = None
    return shapely.get_x(points), shapely.get_y(points)


def _require_crs(frame: geopandas.GeoDataFrame) -> None:
    if frame.crs is None:
        raise ValueError(
            "The CRS of the layer is missing; say which it is, e.g. frame.set_crs('EPSG:4326') for longitude and latitude."
        )


def _announced(frame: geopandas.GeoDataFrame, working: str) -> str:
    if not crs_rules.is_metric(frame.crs):
        log.info("projected from %s to %s, in metres", crs_rules.name(frame.crs), working)
    return working


def _projected(
    frame: geopandas.GeoDataFrame, x: np.ndarray, y: np.ndarray, crs: str | None
) -> tuple[np.ndarray, np.ndarray, str]:
    """Project the distinct places and gather: coincident incidents stay coincident, and time is saved."""
    _require_crs(frame)
    known = np.isfinite(x) & np.isfinite(y)
    if frame.crs.is_geographic:
        known &= crs_rules.known_degrees(x, y)
    working = crs or (crs_rules.working(frame.crs, x[known], y[known]) if known.any() else NO_PLACES_CRS)
    easting, northing = np.full(x.size, np.nan), np.full(x.size, np.nan)
    if known.any():
        if crs is None:
            _announced(frame, working)
        project = partial(crs_rules.project, source=frame.crs, target=working)
        easting[known], northing[known] = at_places(x[known], y[known], project)
    return easting, northing, working


def _times(frame: geopandas.GeoDataFrame, name: str | None, usual: str) -> np.ndarray | None:
    import pandas as pd

    column = _optional(frame, name, usual)
    if column is None:
        return None
    times = _moments(column)
    lost = np.flatnonzero(np.isnat(times) & pd.notna(column))
    if lost.size:
        sentence = (
            f"{lost.size:,} of {len(column):,} values of the time column {name or usual!r} are no dates, first in row "
            f"{lost[0]} ({column[lost[0]]!r})"
        )
        if name is not None:
            raise ValueError(f"{sentence}; convert the column to datetimes first.")
        log.warning("%s; they are taken as undated", sentence)
    return times


def _dates(frame: geopandas.GeoDataFrame, name: str) -> np.ndarray | None:
    """Return a column of dates, which may be written as texts, None where there is none of that name."""
    if name not in frame.columns or not _holds_dates(frame[name]):
        return None
    column = np.asarray(frame[name])
    times = _moments(column)
    lost = int(np.count_nonzero(np.isnat(times) & frame[name].notna().to_numpy()))
    if lost:
        log.warning(
            f"{lost:,} of {len(column):,} values of the column {name!r} are no dates; they are taken as not known"
        )
    return times


def _moments(column: np.ndarray) -> np.ndarray:
    """Return dates, objects or texts (n,) as moments of the clock that they are written by, NaT where they are none."""
    import pandas as pd

    if column.dtype.kind == "M":
        return column.astype("datetime64[s]")
    # A time zone is dropped, not applied: numpy would give another clock, and perhaps another day.
    return dates.parse(
        getattr(value, "isoformat", lambda value=value: value)() if pd.notna(value) else None for value in column
    )


def _column_of_dates(frame: geopandas.GeoDataFrame, name: str) -> str | None:
    return name if name in frame.columns and frame[name].dtype.kind == "M" else None


def _holds_dates(column: pandas.Series) -> bool:
    """Tell whether a column is one of dates, or of texts or objects whose first ones all are dates."""
    if column.dtype.kind != "O":
        return column.dtype.kind == "M"
    first = column.dropna().head(DATES_TRIED)
    texts = [getattr(value, "isoformat", lambda value=value: value)() for value in first]
    readable = all(isinstance(text, str) for text in texts)
    return bool(texts) and readable and not np.isnat(dates.parse(texts)).any()


def _optional(frame: geopandas.GeoDataFrame, name: str | None, usual: str) -> np.ndarray | None:
    if name is None and usual not in frame.columns:
        return None
    return np.asarray(checks.column(frame, name or usual))
