"""Loaded incidents as a GeoDataFrame: repeated texts as categories, whole numbers with gaps, one point for each place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..crs import project
from ..incident_columns import KNOWN_UNTIL, LAG_SAFE_END, PERIOD
from ..places import collapse
from .arrow_texts import ArrowTexts
from .tables import Column, Texts

if TYPE_CHECKING:
    import geopandas

    from .loaded import Loaded

# What the file's column for it is called here.
RENAMED = {"date": "occurred", "end": "occurred_until", "reported": "reported", "category_column": "category"}


def geodataframe(loaded: Loaded, crs: str) -> geopandas.GeoDataFrame:
    """Return one row per incident in a CRS, null geometry where there is no place."""
    import geopandas as gpd

    # A file's own column of that name stays beside ours.
    names = {name: "geometry_" if name == "geometry" else name for name in loaded.columns}
    columns = {names[name]: _for_pandas(column, name, loaded) for name, column in loaded.columns.items()}
    columns["geometry"] = gpd.array.GeometryArray(_points(loaded, crs), crs=crs)
    frame = gpd.GeoDataFrame(columns, geometry="geometry", copy=False)
    frame.attrs = {"agency": loaded.agency, "label": loaded.parameters.get("layer", "incidents"), "audit": loaded.audit}
    renamed = {loaded.parameters[role]: ours for role, ours in RENAMED.items() if role in loaded.parameters}
    if renamed:
        frame.attrs["renamed"] = renamed
    for name in ("schema", KNOWN_UNTIL, LAG_SAFE_END, *PERIOD):
        if name in loaded.parameters:
            frame.attrs[name] = loaded.parameters[name]
    return frame


def _points(loaded: Loaded, crs: str) -> np.ndarray:
    """Return the points (n,): incidents of one place share one, which is projected once."""
    import shapely

    placed = np.flatnonzero(loaded.placed)
    points = np.full(len(loaded), None, dtype=object)
    x, y = loaded.x[placed], loaded.y[placed]
    first, place = collapse(x, y) if loaded.place is None else _first(loaded.place[placed])
    x, y = x[first], y[first]
    if crs != loaded.crs and first.size:
        x, y = project(x, y, loaded.crs, crs)
    points[placed] = shapely.points(x, y)[place]
    return points


def _first(place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return one row of each place, and the number of each row's place among them."""
    row_of = np.full(int(place.max(initial=-1)) + 1, -1)
    row_of[place] = np.arange(place.size)
    used = row_of >= 0
    return row_of[used], (np.cumsum(used) - 1)[place]


def _for_pandas(column: Column, name: str, loaded: Loaded) -> Any:
    import pandas as pd

    if name in loaded.repeated and column.dtype == object:
        return _categories(column if isinstance(column, Texts) else Texts.of(column.tolist()))
    if isinstance(column, Texts):
        return _texts(column.values)
    if isinstance(column, ArrowTexts):
        return _texts(column)
    if name not in loaded.whole:
        return _texts(column) if column.dtype == object and name == "dr_no" else column
    missing = np.isnan(column)
    known = np.where(missing, 0, column) if missing.any() else column
    return pd.arrays.IntegerArray(known.astype(np.int64), missing)


def _categories(column: Texts) -> Any:
    import pandas as pd

    known = column.unified()
    return pd.Categorical.from_codes(known.code - 1, pd.Index(known.distinct[1:], dtype=object))


def _texts(column: Any) -> Any:
    """Return texts of pandas' own type: Arrow's since pandas 3, objects before."""
    import pandas as pd

    if int(pd.__version__.split(".")[0]) < 3:
        return np.asarray(column)
    if isinstance(column, ArrowTexts):
        return pd.arrays.ArrowStringArray._from_sequence(column.array, dtype="str")
    return pd.array(column, dtype="str")
