"""The records of a GeoDataFrame of points: its columns as the detectors take them, without a loop over rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...parameters import Parameters
from ..tables import Column, Texts
from .records import WGS_84, Records, records_of

if TYPE_CHECKING:
    import geopandas
    import pandas


def records_of_frame(frame: geopandas.GeoDataFrame, named: Mapping[str, str | None], parameters: Parameters) -> Records:
    """Return the records of a frame of points in any CRS.

    Raises
    ------
    ValueError
        If a geometry is not a point, or the CRS is missing.
    """
    x, y = _places(frame)
    if frame.crs is None:
        raise ValueError("The CRS of the layer is missing; say which it is, e.g. frame.set_crs('EPSG:4326').")
    crs: Any = WGS_84 if frame.crs.to_epsg() == 4326 else frame.crs
    columns = {str(name): _column(frame[name]) for name in frame.columns if name != frame.geometry.name}
    return records_of(columns, (x, y, crs), named, frame.attrs.get("agency"), parameters)


def _places(frame: geopandas.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y as they are written, NaN without a place."""
    import shapely

    points = np.asarray(frame.geometry.array, dtype=object)
    kinds = shapely.get_type_id(points)
    wrong = np.flatnonzero(kinds > 0)
    if wrong.size:
        raise ValueError(
            f"An audit is of points; {wrong.size:,} of {len(frame):,} rows are something else, first row {wrong[0]}, a "
            f"{points[wrong[0]].geom_type}; take centroids or explode the parts first."
        )
    return shapely.get_x(points), shapely.get_y(points)


def _column(values: pandas.Series) -> Column:
    """Return a column as numbers, moments, or texts each kept once."""
    import pandas as pd

    kind = getattr(values.dtype, "kind", "O")
    if getattr(values.dtype, "tz", None) is not None:
        # The wall clock is kept, as everywhere.
        values, kind = values.dt.tz_localize(None), "M"
    if kind == "M":
        return values.to_numpy("M8[s]")
    if kind in "iufb":
        return values.to_numpy(dtype=float, na_value=np.nan)
    code, distinct = pd.factorize(values.astype(object))
    texts = np.empty(len(distinct) + 1, dtype=object)
    texts[0], texts[1:] = None, [str(value) for value in distinct]
    return Texts(texts, (code + 1).astype(np.int32)).unified()
