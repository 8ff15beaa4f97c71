"""Maps of the notebooks: results in the house's colours over the outline of the study area, side by side."""

from __future__ import annotations

import geopandas as gpd
import matplotlib
from matplotlib.patches import Patch

from lacrime_geo.styles.palettes import BINS

matplotlib.use("Agg")
WIDTH = 4.3  # of a panel, in inches
OUTLINE, AREA, INK = "#6b6b6b", "#f4f4f2", "#333333"
SOURCE = "Incidents: Los Angeles Police Department, open data, moved to the hundred-block"


def bins(cells):
    """Return the hot and cold cells of a result as layers by class: (polygons, colour, words)."""
    frame = cells.to_geodataframe()
    return [(frame[frame["bin"] == one.value], one.colour, one.label) for one in BINS if one.colour]


def maps(title, boundary, panels):
    """Return a figure of matplotlib with a map for each panel, a dict of its title and layers."""
    from matplotlib.figure import Figure

    outline = boundary if isinstance(boundary, gpd.GeoDataFrame) else gpd.read_file(boundary)
    outline = outline.to_crs(next(iter(panels.values()))[0][0].crs)
    west, south, east, north = outline.total_bounds
    height = WIDTH * (north - south) / (east - west)
    figure = Figure(figsize=(WIDTH * len(panels), height + 1.5), layout="constrained")
    figure.suptitle(title, fontsize=12, color=INK)
    for axes, (words, layers) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels.items()):
        _draw(axes, outline, layers)
        axes.set_title(words, fontsize=10, color=INK)
    shown = {words: colour for layers in panels.values() for polygons, colour, words in layers if len(polygons)}
    figure.legend(
        handles=[Patch(facecolor=colour, label=words) for words, colour in shown.items()],
        loc="outside lower center",
        ncols=2,
        frameon=False,
        fontsize=9,
        title=SOURCE,
        title_fontsize=7,
    )
    return figure


def _draw(axes, outline, layers):
    """Draw the study area, the layers over it, and a scale bar."""
    outline.plot(ax=axes, facecolor=AREA, edgecolor="none", zorder=0)
    for polygons, colour, _ in layers:
        if len(polygons):
            polygons.plot(ax=axes, facecolor=colour, edgecolor=colour, linewidth=0.2, zorder=1)
    outline.boundary.plot(ax=axes, color=OUTLINE, linewidth=0.6, zorder=2)
    axes.set_axis_off()
    _scale_bar(axes, outline.total_bounds)


def _scale_bar(axes, bounds):
    """Draw a bar of a round length below the lower left corner."""
    west, south, east, north = bounds
    length = max(step for step in (1000, 2000, 5000, 10000, 20000) if step <= (east - west) / 3)
    y = south - 0.03 * (north - south)
    axes.plot([west, west + length], [y, y], color=INK, linewidth=2, solid_capstyle="butt", zorder=3)
    axes.annotate(f"{length / 1000:g} km", (west, y), xytext=(0, 4), textcoords="offset points", fontsize=8, color=INK)
