"""Any agency's incidents from a CSV: which columns hold what is guessed, announced and kept; nothing is dropped in silence."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .. import checks, dates
from ..parameters import Parameters
from ..progress import Progress, advance, within
from . import rules, tables
from .cleaning import moments, noted, numbers, single_spaced, texts, typed
from .clocks import seconds_of
from .column_guesses import Guess, called_date, column_for, is_date_column, named_places, place_columns
from .loaded import Loaded, announced
from .tables import Column, RawTable, Texts

if TYPE_CHECKING:
    import geopandas

WGS_84 = "EPSG:4326"
LAYERS = (".gpkg", ".geojson", ".shp", ".fgb")
OWN = ("occurred", "time_placeholder", "category")
# What databases write where there is nothing.
NOTHING = {"", "null", "na", "n/a", "nan", "none", "(null)", "#n/a", "<null>"}
CAVEATS = (
    "Agencies move places to the block, the corner or the station before they publish them: do not read a map finer than that.",
    "Where the time of day is not known it is flagged in time_placeholder; the date is kept at midnight.",
)
REMEDY = "choose another column, or mend the file"


def read_incidents(
    path: str | os.PathLike[str],
    *,
    x: str | None = None,
    y: str | None = None,
    date: str | None = None,
    time: str | None = None,
    category_column: str | None = None,
    crs: str | None = None,
) -> geopandas.GeoDataFrame:
    r"""Read any agency's incidents from a CSV as points in EPSG:4326: its columns are guessed, or named.

    Parameters
    ----------
    path : CSV (also .gz or .zip; commas, semicolons, tabs or bars) or parquet without geometry.
    x, y : columns of longitude and latitude, or of other coordinates in `crs`; guessed by name, else by content.
    date : column of the date, with or without its time; guessed. Without one there are no times.
    time : column of the time of day (13:05, 1:05 PM, 1305), where the date has none; guessed.
    category_column : column of the kind of incident; guessed.
    crs : CRS of x and y, e.g. "EPSG:2229"; default longitude and latitude (WGS 84), which their values must allow.

    Returns
    -------
    GeoDataFrame
        One row per row of the file, also without coordinates (null geometry): `occurred, time_placeholder, category`
        as far as there are such columns, then the file's other columns, numbers and dates as such. The columns chosen and
        what every rule found stand in ``.attrs["audit"]`` and in the log.

    Raises
    ------
    ValueError
        If no columns of coordinates are found or a column named is not there (the columns are listed), the coordinates
        are no degrees and no CRS is given, or more than max(5, 0.1 %) of the coordinates or dates cannot be read.
    OSError
        If the file is missing or damaged.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "calls.csv"
    >>> _ = file.write_text("Call Type;Date;Long;Lat\ntheft;2024-05-01 22:10;-0.12;51.5\nnoise;2024-05-02;-0.1;51.51\n")
    >>> calls = read_incidents(file)
    >>> print(list(calls.columns), calls.geometry[0], calls.time_placeholder.tolist())
    ['occurred', 'time_placeholder', 'category', 'geometry'] POINT (-0.12 51.5) [False, True]
    """
    import geopandas  # noqa: F401 - a long file is not read in vain where this is missing

    chosen = {"x": x, "y": y, "date": date, "time": time, "category_column": category_column}
    return load_incidents(path, chosen, crs).to_geodataframe()


def load_incidents(
    path: str | os.PathLike[str], chosen: Mapping[str, str | None], crs: str | None = None, progress: Progress = None
) -> Loaded:
    """Read a file as `read_incidents` does, without pandas and in the CRS of its coordinates."""
    _refuse_layers(Path(path))
    raw = tables.read(path, within(progress, 0.0, 0.7), separator=None)
    return clean_incidents(raw, chosen, crs, within(progress, 0.7, 1.0))


def _refuse_layers(path: Path) -> None:
    from .parquet import holds_geometry

    of_layers = path.suffix.lower() in LAYERS or (tables.is_parquet(path) and holds_geometry(path))
    if of_layers and path.exists():
        raise ValueError(
            f"{path.name} holds points already: use it as a layer, in place of incidents in any analysis, e.g. "
            f"lg.as_incidents({path.name!r})."
        )


def clean_incidents(
    raw: RawTable, chosen: Mapping[str, str | None], crs: str | None = None, progress: Progress = None
) -> Loaded:
    """Find the columns of a table, clean them, and announce what was chosen and found."""
    columns, parameters = _without_words_for_nothing(raw), Parameters()
    advance(progress, 0.1)
    roles = _roles(columns, chosen, parameters, raw.file)
    audit = [*raw.notes, *_choices(roles, parameters)]
    x, y, crs = _places(columns, roles, crs, audit, parameters)
    advance(progress, 0.2)
    made = _occurrence(columns, roles, audit)
    audit += _either_order(columns, roles.get("date"), parameters)
    if chosen.get("date") is None:
        audit += _unread_dates(columns, roles.get("date"))
    advance(progress, 0.4)
    if "category_column" in roles:
        made.update(noted(audit, single_spaced({"category": columns[roles["category_column"]]})))
    rest = {_apart(name): column for name, column in columns.items() if name not in roles.values()}
    others, whole = typed(rest, within(progress, 0.4, 0.9))
    plain = {name: column for name, column in others.items() if isinstance(column, Texts)}
    columns = {**made, **others, **noted(audit, single_spaced(plain))}
    return announced(Loaded(columns, whole, x, y, crs, "", audit, parameters), raw, CAVEATS)


def _without_words_for_nothing(raw: RawTable) -> dict[str, Column]:
    """Return the columns, names without spaces around, words such as NULL taken as blank."""
    found: dict[str, Column] = {}
    for name, column in raw.columns.items():
        if isinstance(column, Texts):
            known = [text if text and text.strip().lower() not in NOTHING else None for text in column.distinct]
            distinct = np.empty(len(known), dtype=object)
            distinct[:] = known
            column = Texts(distinct, column.code)
        plain = name.strip().lstrip("\ufeff")
        found[name if plain in found else plain] = column
    return found


def _roles(
    columns: dict[str, Column], chosen: Mapping[str, str | None], parameters: Parameters, file: str
) -> dict[str, str]:
    """Return the column of each role, named or guessed; announce what was guessed."""
    roles: dict[str, str] = {}
    for role, name in chosen.items():
        if name is not None:
            checks.column(columns, name)
            roles[role] = parameters[role] = name
    if not {"x", "y"} <= set(roles):
        guesses = place_columns({name: column for name, column in columns.items() if name not in roles.values()})
        if guesses is None:
            raise ValueError(_why_no_places(columns, file))
        for role, guess in zip(("x", "y"), guesses):
            _keep(roles, role, guess, parameters)
    for role in ("date", "time", "category_column"):
        free = _needs_no_time(columns, roles) if role == "time" else False
        found = None if role in roles or free else column_for(role, columns, list(roles.values()))
        if found is not None:
            _keep(roles, role, found, parameters)
    return roles


def _why_no_places(columns: dict[str, Column], file: str) -> str:
    """Return why no columns of coordinates were found."""
    first = {name: next((text for text in column.tolist() if text), None) for name, column in columns.items()}
    if not any(first.values()):
        return f"{file} has no rows: only its header, {', '.join(columns)}."
    named = named_places(columns)
    if named and all(isinstance(columns[name], Texts) and first[name] for name in named):
        return (
            f"The columns {named[0]!r} and {named[1]!r} of {file} hold no numbers: they begin with {first[named[0]]!r} and "
            f"{first[named[1]]!r}; write degrees such as 34.05, with a point, or name other columns as x and y."
        )
    return (
        f"No columns of {file} look like longitude and latitude, or x and y; name them as x and y. The columns are "
        f"{', '.join(columns)}."
    )


def _keep(roles: dict[str, str], role: str, guess: Guess, parameters: Parameters) -> None:
    if role not in roles:
        roles[role] = parameters.choose(role, guess.column, guess.reason)


def _needs_no_time(columns: dict[str, Column], roles: dict[str, str]) -> bool:
    """Tell whether there is no date, or the dates have their times with them."""
    if "date" not in roles:
        return True
    column = columns[roles["date"]]
    moment = dates.parse(column.distinct[1:]) if isinstance(column, Texts) else column.astype("M8[s]")
    return bool((_since_midnight(moment) > 0).any())


def _since_midnight(moment: np.ndarray) -> np.ndarray:
    known = np.where(np.isnat(moment), np.datetime64(0, "s"), moment)
    return np.asarray((known - known.astype("M8[D]")).astype(int))


def _choices(roles: dict[str, str], parameters: Parameters) -> list[rules.Finding]:
    """Return the columns chosen as lines of the audit."""
    found = []
    for role, name in roles.items():
        reason = parameters.get(f"{role}_reason")
        action = f"column guessed {reason}; {role} names another" if reason else "column as named"
        found.append({"rule": f"column_{role.split('_')[0]}", "rows": 0, "examples": [name], "action": action})
    return found


def _places(
    columns: dict[str, Column],
    roles: dict[str, str],
    crs: str | None,
    audit: list[rules.Finding],
    parameters: Parameters,
) -> tuple[np.ndarray, np.ndarray, str]:
    """Return x and y, NaN in both where there is no place, and their CRS."""
    x, y = (noted(audit, numbers(columns[roles[role]], role, source=REMEDY)) for role in ("x", "y"))
    if crs is None:
        _require_degrees(x, y, roles)
        crs = parameters.choose("crs", WGS_84, "no other is named, and the coordinates can be degrees")
    zero = (x == 0) & (y == 0)
    blank = np.isnan(x) | np.isnan(y)
    audit += [
        rules.of_pairs("coordinates_zero", zero, x, y, "no geometry; the row is kept"),
        rules.of_pairs("coordinates_blank", blank, x, y, "no geometry; the row is kept"),
    ]
    return np.where(zero | blank, np.nan, x), np.where(zero | blank, np.nan, y), crs


def _require_degrees(x: np.ndarray, y: np.ndarray, roles: dict[str, str]) -> None:
    wrong = np.flatnonzero((np.abs(x) > 180) | (np.abs(y) > 90))
    if wrong.size:
        exchanged = bool((np.abs(y) <= 180).all() and (np.abs(x) <= 90).all())
        remedy = "exchange x and y" if exchanged else "say which CRS they are in (crs), or mend these rows"
        raise ValueError(
            f"{wrong.size:,} of {x.size:,} coordinates in {roles['x']!r} and {roles['y']!r} are no longitude and latitude, "
            f"first in row {wrong[0]} ({x[wrong[0]]:,.10g}, {y[wrong[0]]:,.10g}); {remedy}."
        )


def _occurrence(columns: dict[str, Column], roles: dict[str, str], audit: list[rules.Finding]) -> dict[str, Column]:
    """Return when it occurred and whether its time of day is not known, nothing where there is no date."""
    if "date" not in roles:
        return {}
    date = columns[roles["date"]]
    moment = noted(audit, moments(date, "date", REMEDY))
    if "time" in roles:
        seconds = _seconds(columns[roles["time"]])
        unknown = np.isnan(seconds)
        moment = moment.astype("M8[D]").astype("M8[s]") + np.nan_to_num(seconds).astype("m8[s]")
    else:
        unknown = _without_clock(date, moment)
    known_date = ~np.isnat(moment)
    action = "the date is kept at midnight and flagged in time_placeholder"
    audit.append(rules.finding("time_unknown", unknown & known_date, moment, action))
    return {"occurred": moment, "time_placeholder": unknown | ~known_date}


def _unread_dates(columns: dict[str, Column], taken: str | None) -> list[rules.Finding]:
    """Tell of a column that is called like a date and was not taken, as most of its dates cannot be read."""
    name = called_date(columns)
    column = None if name is None else columns[name]
    if name == taken or not isinstance(column, Texts):
        return []
    instead = "there are no times" if taken is None else f"{taken!r} is"
    action = f"the column {name!r} is not taken as the date, {instead}: dates are read as 2023-05-31 or 05/31/2023"
    unread = np.array([text is not None for text in column.values]) & np.isnat(column.each(dates.parse))
    return [rules.finding("date_unread", unread, column.values, action)] if unread.any() else []


def _either_order(columns: dict[str, Column], date: str | None, parameters: Parameters) -> list[rules.Finding]:
    """Tell of dates with slashes that are read as month/day where day/month would fit all of them too."""
    column = None if date is None else columns[date]
    if not isinstance(column, Texts):
        return []
    either = column.each(dates.fits_either_order)
    slashed = column.each(lambda distinct: ["/" in (text or "") for text in distinct])
    if not either.any() or (slashed & ~either).any():
        return []
    parameters.update(date_order="month/day", date_order_reason="day/month would fit too, as no day is above 12")
    action = "read as month/day; day/month would fit too: check, or write the dates as 2023-05-31"
    return [rules.finding("date_order", either, column.values, action)]


def _seconds(column: Column) -> np.ndarray:
    if is_date_column(column):
        return _since_midnight(np.asarray(column).astype("M8[s]")).astype(float)
    return texts(column).each(seconds_of)


def _without_clock(date: Column, moment: np.ndarray) -> np.ndarray:
    """Return which rows of a date column have no time of day: all where every one is midnight, else those that give none."""
    if not (_since_midnight(moment) > 0).any():
        return np.ones(moment.size, dtype=bool)
    if isinstance(date, Texts):
        return date.each(lambda distinct: [text is None or ":" not in text for text in distinct])
    return np.isnat(moment)


def _apart(name: str) -> str:
    """Return the name of a column of the file where ours have that name."""
    return f"{name}_" if name in (*OWN, "geometry") else name
