"""Draw docs/pictures/design.svg: how a call goes from what a user has to what a user gets, and what the catalogue makes.

python -m tools.docs_site.drawing
"""

from html import escape

from .examples import ROOT

PATH = ROOT / "docs" / "pictures" / "design.svg"
WIDTH, HEIGHT = 920, 470
INK, PALE, EDGE, CORE, LINE = "#2b2b2b", "#5c5c5c", "#e9eef3", "#fbe9d9", "#8a949e"
ANALYSIS = (
    "one function: options by|keyword, defaults found|from the data, announced||"
    "grid.py: counts|the formula, step by step|significance.py: p, bins||numpy and scipy only"
)
# left, top, width, height, colour, title, lines beneath, parted by |
BOXES = (
    (20, 60, 200, 80, EDGE, "frames.py", "GeoDataFrames, in and out"),
    (20, 165, 200, 80, EDGE, "data/, files.py", "CSV, GeoPackage, parquet"),
    (20, 270, 200, 80, EDGE, "qgis_plugin/layers.py", "layers of a QGIS project"),
    (275, 165, 165, 80, CORE, "Incidents", "metres, numpy arrays"),
    (485, 60, 190, 290, CORE, "an analysis", ANALYSIS),
    (725, 60, 175, 130, CORE, "a result", "Surface · Cells · Marks|Shapes · Table||with .parameters"),
    (725, 220, 175, 130, EDGE, ".save()", "GeoPackage, GeoTIFF,|CSV, SVG, HTML||with its style (.qml)"),
    (285, 395, 390, 60, CORE, "catalog/", "title, group, units and bounds of each function's options"),
    (20, 395, 200, 60, EDGE, "command line", "cli.py, command_options.py"),
    (725, 395, 175, 60, EDGE, "QGIS toolbox", "qgis_plugin/algorithm.py"),
)
ARROWS = (
    ((220, 100), (275, 185)),
    ((220, 205), (275, 205)),
    ((220, 310), (275, 225)),
    ((440, 205), (485, 205)),
    ((675, 125), (725, 125)),
    ((812, 190), (812, 220)),
    ((580, 350), (580, 395)),
    ((285, 425), (220, 425)),
    ((675, 425), (725, 425)),
)


def drawing():
    """Return the drawing as SVG."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="Open Sans, Segoe UI, Helvetica, Arial, sans-serif" role="img">',
        "<title>From an edge to Incidents, the analysis, a result and its file; the catalogue makes command and tool</title>",
        f'<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{LINE}"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _words(20, 34, "edges", 13, PALE),
        _words(285, 34, "core: metres and arrays, no pandas, no GEOS, no QGIS", 13, PALE),
    ]
    parts += [_box(*box) for box in BOXES] + [_arrow(*arrow) for arrow in ARROWS]
    return "\n".join([*parts, "</svg>\n"])


def _box(left, top, width, height, colour, title, lines):
    words = [_words(left + 14, top + 27, title, 15, INK, ' font-weight="600"')]
    words += [_words(left + 14, top + 50 + 20 * row, line, 13, PALE) for row, line in enumerate(lines.split("|"))]
    return f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="6" fill="{colour}"/>\n' + "\n".join(words)


def _words(x, y, text, size, colour, more=""):
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}"{more}>{escape(text)}</text>'


def _arrow(start, end):
    (x1, y1), (x2, y2) = start, end
    return f'<path d="M{x1} {y1} {x2} {y2}" stroke="{LINE}" stroke-width="1.6" fill="none" marker-end="url(#tip)"/>'


if __name__ == "__main__":
    PATH.write_text(drawing(), encoding="utf-8")
