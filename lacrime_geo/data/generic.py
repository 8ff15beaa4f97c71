"""Any agency's incidents: which columns hold what is guessed, announced and kept; nothing is dropped in silence."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .. import checks
from ..parameters import Parameters
from ..progress import Progress, advance, within
from . import rules, tables
from .cleaning import blank, each_text, noted, single_spaced, texts
from .column_roles import choices, roles_of
from .column_types import typed
from .loaded import Loaded, announced
from .occurrences import occurrence, orders_of_dates, unread_dates
from .own_mapping import NOTHING_SAID, Asked, Said, asked, how
from .placing import WGS_84, Placed, placed
from .quality.record_checks import filled
from .repeats import KEPT_TWICE
from .tables import LATITUDE, LONGITUDE, Column, RawTable, Texts

if TYPE_CHECKING:
    import geopandas

# What was chosen by the first portion of a file is announced once.
SILENT = logging.getLogger("lacrime_geo.further_portions")
SILENT.disabled = True
# Layers whose places this reader does not know.
LAYERS = (".gpkg", ".shp", ".fgb")
OWN = ("id", "occurred", "time_placeholder", "occurred_until", "reported", "category")
# Columns that hardly an incident should lack, by what they are taken for, and what follows where they are blank.
BLANK_ROLES = {"id": "id", "date": "occurred", "reported": "reported", "category_column": "category"}
BLANK = {
    "id": "kept: it cannot be told whether the row is there twice",
    "occurred": "kept without a date: it is in no period and in no count by time",
    "reported": "kept: how long its report took is not known",
    "category": "kept: it is of no category that is asked for",
}
# What databases write where there is nothing.
NOTHING = {"", "null", "na", "n/a", "nan", "none", "(null)", "#n/a", "<null>"}
CAVEATS = (
    "Agencies move places to the block, the corner or the station before they publish them: do not read a map finer than that.",
    "Where the time of day is not known it is flagged in time_placeholder; the date is kept at midnight.",
)


def read_incidents(
    path: str | os.PathLike[str],
    mapping: Said = None,
    *,
    x: str | None = None,
    y: str | None = None,
    date: str | None = None,
    time: str | None = None,
    category_column: str | None = None,
    crs: str | None = None,
) -> geopandas.GeoDataFrame:
    r"""Read any agency's incidents as points in EPSG:4326: its columns are guessed and shown, or named.

    Parameters
    ----------
    path : CSV (also .gz or .zip; commas, semicolons, tabs or bars), GeoJSON, JSON array of records, or parquet; or a folder that
        `convert` made of such files.
    mapping : what columns hold, such as ``{"start": "From Date", "end": "To Date", "x": "X", "y": "Y", "crs": "EPSG:2229"}``;
        what is not named is guessed. The columns: `x, y, date` (or `start`)`, time` (or `start_time`)`, end, end_time,
        reported, category, id`. Beside them `crs`; `date_order`, "month/day" or "day/month", where no number of the dates is
        above 12; `near`, a rough longitude and latitude, by which the CRS of projected coordinates is found, and degrees that
        are exchanged or lack a sign are refused. Or its text, such as ``"start=From Date, x=X, y=Y, near=-122.6 45.5"``.
    x, y : columns of longitude and latitude, or of other coordinates in `crs`; guessed by name, else by content.
    date : column of the date, with or without its time; guessed. Without one there are no times.
    time : column of the time of day (13:05, 1:05 PM, 1305), where the date has none; guessed.
    category_column : column of the kind of incident; guessed.
    crs : CRS of x and y, e.g. "EPSG:2229"; default longitude and latitude (WGS 84), which their values must allow.

    Returns
    -------
    GeoDataFrame
        One row per row of the file, also without coordinates (null geometry): `id, occurred, time_placeholder,
        occurred_until, reported, category` as far as there are such columns, then the file's other columns, numbers and
        dates as such. The columns chosen and what every rule found stand in ``.attrs["audit"]`` and in the log.

    Raises
    ------
    ValueError
        If no columns of coordinates are found or a column named is not there (the columns are listed), the coordinates
        are no degrees and no CRS is given, or more than max(5, 0.1 %) of the coordinates or dates cannot be read. And
        where a guess would be a toss: two pairs of columns say different places, or either order fits the dates.
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

    said = asked(mapping, x=x, y=y, date=date, time=time, category_column=category_column, crs=crs)
    return load_incidents(path, said).to_geodataframe()


def load_incidents(path: str | os.PathLike[str], said: Asked = NOTHING_SAID, progress: Progress = None) -> Loaded:
    """Read a file as `read_incidents` does, without pandas and in the CRS of its coordinates."""
    from ..scale.writing import is_partitioned
    from .stored_folders import load_parts

    path = Path(path)
    if path.is_dir() and is_partitioned(path):
        return load_parts(path)
    if path.suffix.lower() in LAYERS and path.exists():
        raise ValueError(
            f"{path.name} holds points already: use it as a layer, in place of incidents in any analysis, e.g. "
            f"lg.as_incidents({path.name!r})."
        )
    raw = tables.read(path, within(progress, 0.0, 0.7), separator=None)
    return clean_incidents(raw, said, within(progress, 0.7, 1.0))


def clean_incidents(raw: RawTable, said: Asked = NOTHING_SAID, progress: Progress = None) -> Loaded:
    """Find the columns of a table, clean them, and announce what was chosen and found."""
    columns, parameters = _named(raw, said), Parameters()
    advance(progress, 0.1)
    loaded, _ = _understood(columns, raw, said, parameters, progress)
    return announced(loaded, raw, CAVEATS)


class Understood(NamedTuple):
    """What the first portion of a table was understood to hold, by which the others are read.

    `places` are the columns of x and y, `as_texts` names columns that are left as texts, whatever a portion makes them look like.
    """

    said: Asked
    roles: Mapping[str, str]
    orders: Mapping[str, str | None]
    guessed: frozenset[str]
    places: tuple[str, str]
    crs: str
    as_texts: frozenset[str] = frozenset()


def clean_first(raw: RawTable, said: Asked, as_texts: frozenset[str] = frozenset()) -> tuple[Loaded, Understood]:
    """Clean the first portion of a table, and return what was understood of it; announce what was chosen."""
    return _understood(_named(raw, said), raw, said, Parameters(), None, as_texts)


def clean_further(raw: RawTable, known: Understood) -> Loaded:
    """Clean a further portion of a table, or another table of the same columns, as its first one was understood."""
    columns = _named(raw, known.said)
    for name in known.roles.values():
        checks.column(columns, name)
    parameters, audit = Parameters(), [*raw.notes]
    parameters.log = SILENT
    place = placed(columns, known.said, raw.file, audit, parameters)
    if (place.columns, place.crs) != (known.places, known.crs):
        raise ValueError(
            f"The first part of the file says its places by {' and '.join(map(repr, known.places))} in {known.crs}, and a later "
            f"part by {' and '.join(map(repr, place.columns))} in {place.crs}; name the columns and their CRS "
            f"{how('x', 'y', 'crs')}."
        )
    return _cleaned(columns, place, known, audit, parameters, None)


def _understood(
    columns: dict[str, Column],
    raw: RawTable,
    said: Asked,
    parameters: Parameters,
    progress: Progress,
    as_texts: frozenset[str] = frozenset(),
) -> tuple[Loaded, Understood]:
    """Find what the columns of a table hold, and clean them."""
    audit = [*raw.notes]
    place = placed(columns, said, raw.file, audit, parameters)
    roles = roles_of(columns, said, place.columns, parameters)
    orders = orders_of_dates(columns, roles, said.date_order, parameters)
    audit = [*choices(roles, parameters), *audit]
    advance(progress, 0.2)
    # A CRS that a rough place told is that of all portions.
    later = said if said.near is None else replace(said, crs=None if place.crs == WGS_84 else place.crs, near=None)
    guessed = frozenset(role for role in roles if role not in said.columns)
    known = Understood(later, roles, orders, guessed, place.columns, place.crs, as_texts)
    return _cleaned(columns, place, known, audit, parameters, progress), known


def _cleaned(
    columns: dict[str, Column],
    place: Placed,
    known: Understood,
    audit: list[rules.Finding],
    parameters: Parameters,
    progress: Progress,
) -> Loaded:
    """Clean columns of which it is known what they hold."""
    made = _known(columns, known.roles, known.orders, known.guessed, audit)
    if "date" not in known.said.columns:
        audit += unread_dates(columns, known.roles.get("date"))
    advance(progress, 0.4)
    taken = {*known.roles.values(), LONGITUDE, LATITUDE}
    rest = {_apart(name): column for name, column in columns.items() if name not in taken}
    tried = {name: column for name, column in rest.items() if name not in known.as_texts}
    orders = {_apart(name): order for name, order in known.orders.items()}
    found, whole = typed(tried, orders, within(progress, 0.4, 0.9))
    others = {name: found.get(name, column) for name, column in rest.items()}
    plain = {name: column for name, column in {**made, **others}.items() if isinstance(column, Texts) and name != "id"}
    columns = {**made, **others, **noted(audit, single_spaced(plain))}
    return Loaded(columns, whole, place.x, place.y, place.crs, "", audit, parameters)


def _named(raw: RawTable, said: Asked) -> dict[str, Column]:
    """Return the columns of a table; raise where one that was named is not there."""
    columns = _without_words_for_nothing(raw)
    for name in said.columns.values():
        checks.column(columns, name)
    return columns


def _without_words_for_nothing(raw: RawTable) -> dict[str, Column]:
    """Return the columns, names without spaces around, words such as NULL taken as blank."""
    found: dict[str, Column] = {}
    for name, column in raw.columns.items():
        if isinstance(column, Texts):
            column = each_text(column, lambda text: None if text.strip().lower() in NOTHING else text)
        plain = name.strip().lstrip("\ufeff")
        found[name if plain in found else plain] = column
    return found


def _known(
    columns: dict[str, Column],
    roles: Mapping[str, str],
    orders: Mapping[str, str | None],
    guessed: frozenset[str],
    audit: list[rules.Finding],
) -> dict[str, Column]:
    """Return the columns that every agency's incidents have, in their settled order, as far as there are any."""
    made: dict[str, Column] = {}
    if "id" in roles:
        made["id"] = each_text(texts(columns[roles["id"]]), lambda text: text.strip() or None)
        audit.append(_repeated(texts(made["id"])))
    made.update(occurrence(columns, roles, orders, guessed, audit))
    if "category_column" in roles:
        made["category"] = texts(columns[roles["category_column"]])
    blanks = {name: ~filled(columns[roles[role]]) for role, name in BLANK_ROLES.items() if role in roles}
    audit += rules.blank_values(blanks, made.get("id"), BLANK)
    return {name: made[name] for name in OWN if name in made}


def _repeated(number: Texts) -> rules.Finding:
    """Return which rows have an id that a row before them has."""
    seen: dict[str | None, int] = {}
    first = np.fromiter(map(seen.setdefault, number.values, count()), np.int64, number.code.size)
    again = (first != np.arange(first.size)) & ~blank(number)
    return rules.finding("id_duplicate", again, number.values, KEPT_TWICE)


def _apart(name: str) -> str:
    """Return the name of a column of the file where ours have that name."""
    return f"{name}_" if name in (*OWN, "geometry") else name
