"""What analyses return: Surface, Cells, Marks, Shapes, Table; each knows its parameters and saves itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, ClassVar, NamedTuple, Union

import numpy as np

from . import checks, geometry
from .charts import Chart, svg
from .features import Features, as_features
from .grid import Grid
from .incidents import Incidents
from .marching_squares import outline
from .parameters import Parameters
from .styles.palettes import BREAKS

if TYPE_CHECKING:
    import geopandas
    import pandas

TOLERANCES = (0.05, 0.01)


class _Saved:
    """Saving, which every result does alike."""

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write the result to a file whose ending names the format, atomically, with its QGIS style beside it.

        Vector results go to .gpkg, .parquet or .geojson, surfaces to .tif, tables to .csv or
        .parquet, curves also to .svg, what is drawn (such as clocks and forecasts) to .svg, .png and .html as well. A killed
        run leaves the old file or none. Returns the path.

        Raises
        ------
        ValueError
            If the ending is of no format this result can be written in.
        OSError
            If the folder is missing, read-only or full.
        """
        from .files import save

        return save(self, path)  # type: ignore[arg-type]  # every subclass is a Result


@dataclass(frozen=True, eq=False, repr=False)
class Surface(_Saved):
    """Hold a raster of values (rows, columns) on a grid, NaN outside the study area.

    `limits` are the upper limits of all classes but the last, where several surfaces shall be classed alike.
    """

    grid: Grid
    values: np.ndarray
    unit: str
    parameters: Parameters
    style: str = "density"
    label: str = "Density"
    measure: str = "density"
    breaks: str = "quantiles"
    dark: bool = False
    limits: tuple[float, ...] | None = None

    def __repr__(self) -> str:
        """Return its kind, its title and its size."""
        rows, columns = self.grid.shape
        return f"<{type(self).__name__} {self.label!r}: {rows:,} × {columns:,} cells of {self.grid.cell_size:g} m>"

    def styled(self, *, breaks: str = "quantiles", dark: bool = False) -> Surface:
        """Return the surface with another look: classes by "quantiles" or "equal" steps, colours for a dark basemap."""
        return replace(self, breaks=checks.option("breaks", breaks, BREAKS), dark=bool(dark))


@dataclass(frozen=True, eq=False, repr=False)
class RiskSurface(Surface):
    """Hold a log ratio of densities (rows, columns) with its two-sided, uncorrected p at each cell.

    `save` writes the ratio; what p says is in the polygons of `tolerance`.
    """

    p: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))

    def tolerance(self) -> Shapes:
        """Return the areas where the ratio is raised or lowered at p ≤ 0.05 and 0.01, cell by cell, as polygons."""
        found = []
        for side, sign in (("raised", 1.0), ("lowered", -1.0)):
            sure = np.where(sign * self.values > 0, 1.0 - self.p, 0.0)
            sure[np.isnan(self.values)] = np.nan
            found += [(side, level, outline(sure, 1.0 - level, self.grid)) for level in TOLERANCES]
        found = [entry for entry in found if entry[2].x.size]
        wkb = np.empty(len(found), dtype=object)
        wkb[:] = [geometry.multipolygon_wkb(rings) for _, _, rings in found]
        columns = {
            "side": np.array([side for side, _, _ in found], dtype=object),
            "p": np.array([level for _, level, _ in found], dtype=float),
            "area_km2": np.array([geometry.ring_areas(rings).sum() / 1e6 for _, _, rings in found], dtype=float),
        }
        label = self.label.replace("Relative risk", "Tolerance contours")
        return Shapes(columns, self.parameters, wkb, self.grid.crs, "tolerance", label)


def as_surface(anything: Any) -> Surface:
    """Make a Surface of the path of a GeoTIFF with one band, or of a Surface (kept as it is).

    Unit and parameters that `save` keeps in the file are restored.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If the raster has several bands, no metric CRS, or cells that are not square.
    OSError
        If the file is missing or damaged.
    """
    if isinstance(anything, Surface):
        if anything.values.shape != anything.grid.shape:
            raise ValueError(
                f"The surface has values of shape {anything.values.shape} on a grid of {anything.grid.shape}."
            )
        return anything
    if isinstance(anything, (str, os.PathLike)):
        from .rasters import read

        return read(Path(anything))
    raise TypeError(f"A surface is a Surface or the path of a GeoTIFF, not a {type(anything).__name__}.")


@dataclass(frozen=True, eq=False, repr=False)
class _Columns(_Saved):
    """Columns by name, each a numpy array."""

    columns: dict[str, np.ndarray]
    parameters: Parameters

    def __repr__(self) -> str:
        """Return its kind, its title and its size."""
        label = getattr(self, "label", "")
        return f"<{type(self).__name__} {label!r}: {len(self):,} rows of {', '.join(self.columns)}>"

    def __getitem__(self, name: str) -> np.ndarray:
        """Return a column as a numpy array."""
        if name not in self.columns:
            raise KeyError(f"There is no column {name!r}; the columns are {', '.join(self.columns)}.")
        return self.columns[name]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self.columns.values())))

    def to_dataframe(self) -> pandas.DataFrame:
        """Return the columns, without geometry, as a pandas DataFrame."""
        from .frames import dataframe

        return dataframe(self.columns)


@dataclass(frozen=True, eq=False, repr=False)
class Table(_Columns):
    """Hold columns without geometry."""

    style: str = ""
    label: str = "Table"


@dataclass(frozen=True, eq=False, repr=False)
class Curve(Table):
    """Hold a curve as a table, which can also be saved as a chart (.svg)."""

    chart: ClassVar[Chart]

    def svg(self) -> str:
        """Return its chart as a whole SVG document."""
        return svg(self)


class Drawing(NamedTuple):
    """How a table is drawn: as a whole SVG document, and as a page."""

    picture: Callable[[Any], str]
    page: Callable[[Any], str]


@dataclass(frozen=True, eq=False, repr=False)
class Picture(Table):
    """Hold a table that is drawn as well: saved as a picture (.svg, .png) or a page with it (.html)."""

    drawing: ClassVar[Drawing]

    def svg(self) -> str:
        """Return the picture as a whole SVG document."""
        return self.drawing.picture(self)

    def html(self) -> str:
        """Return a page with the picture; nothing in it is loaded from elsewhere."""
        return self.drawing.page(self)


@dataclass(frozen=True, eq=False, repr=False)
class Cells(_Columns):
    """Hold columns on the cells of a grid that belong to the study area; `cell` is each row's flat cell number."""

    grid: Grid
    cell: np.ndarray
    style: str = ""
    label: str = "Cells"

    def raster(self, name: str) -> np.ndarray:
        """Return a column as (rows, columns) float array, NaN where a cell is not in the study area; not of hexagons."""
        self.grid.require_raster()
        values = np.full(self.grid.size, np.nan)
        values[self.cell] = self[name]
        return values.reshape(self.grid.shape)

    def to_features(self) -> Features:
        """Return the cells as features with their columns, for a further analysis."""
        return Features(list(self.grid.polygons(self.cell)), self.grid.crs, self.columns, self.label, self.parameters)

    def to_geodataframe(self) -> geopandas.GeoDataFrame:
        """Return one polygon per cell with its columns, in the working CRS."""
        from .frames import geodataframe

        return geodataframe(self.grid.polygons(self.cell), self.grid.crs, self.columns)


@dataclass(frozen=True, eq=False, repr=False)
class Cube(Cells):
    """Hold cells that have values at several steps of time too, which NetCDF (.nc) holds."""


@dataclass(frozen=True, eq=False, repr=False)
class Marks(_Columns):
    """Hold new columns on the input features: as many rows as the input, in its order."""

    features: Incidents | Features
    style: str = ""
    label: str = "Marks"

    def to_features(self) -> Features:
        """Return the input's features with its own and the new columns, for a further analysis."""
        features = as_features(self.features)
        source = {} if features.source is None else {str(name): features.source[name] for name in features.source}
        return Features(features.wkb, features.crs, {**source, **self.columns}, self.label, self.parameters)

    def to_geodataframe(self) -> geopandas.GeoDataFrame:
        """Return the input with the new columns; in the input's own CRS when it was a GeoDataFrame or a file."""
        from .frames import marked

        return marked(self)


@dataclass(frozen=True, eq=False, repr=False)
class Shapes(_Columns):
    """Hold new polygons (WKB) with columns."""

    wkb: np.ndarray
    crs: str
    style: str = ""
    label: str = "Shapes"

    def to_geodataframe(self) -> geopandas.GeoDataFrame:
        """Return the polygons with their columns, in the working CRS."""
        from .frames import geodataframe

        return geodataframe(self.wkb, self.crs, self.columns)


Result = Union[Surface, Table, Cells, Marks, Shapes]
Vector = (Cells, Marks, Shapes)


MAX_POLYGONS = 1_000_000


def few_enough(cells: Cells) -> None:
    """Raise when cells are too many to be written as polygons."""
    if len(cells) > MAX_POLYGONS:
        raise ValueError(
            f"{len(cells):,} cells are too many to write as polygons ({MAX_POLYGONS:,} at most); make the cells larger, or "
            "save them as .tif."
        )


def with_columns(
    rows: int, columns: Mapping[str, Any], known: np.ndarray, missing: Mapping[str, Any]
) -> dict[str, np.ndarray]:
    """Spread columns of the known rows over all rows; the others get the value for missing."""
    if known.all():
        return {name: np.asarray(values) for name, values in columns.items()}
    out = {}
    for name, values in columns.items():
        column = np.full(rows, missing[name], dtype=np.asarray(values).dtype)
        column[known] = values
        out[name] = column
    return out
