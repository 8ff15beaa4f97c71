"""Serve map tiles of a city on 127.0.0.1, drawn with Qt from a map like sample_layers/basemap.geojson, or from that one.

python tools/screenshot/tiles.py PORT [MAP]        then  http://127.0.0.1:PORT/{z}/{x}/{y}.png

or in two parts  /base/{z}/{x}/{y}.png  and  /names/{z}/{x}/{y}.png.
"""

import json
import math
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from qgis.PyQt.QtCore import QBuffer, QIODevice, QPointF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter, QPainterPath, QPen, QPolygonF

BASEMAP = Path(__file__).resolve().parents[2] / "sample_layers" / "basemap.geojson"
SIZE = 256
SEA = "#d4dde2"
FILLS = {"land": "#f4f2ee", "hills": "#e6e8de", "park": "#dbe6d0"}
# Colour, and width in pixels at zoom 12; lines grow by half with each zoom.
LINES = {("street", 3): ("#ffffff", 0.5), ("arterial", 2): ("#ffffff", 1.4), ("arterial", 1): ("#f3dfb9", 2.6)}
ALL, BASE, NAMES = "all", "base", "names"
LETTERS = {1: (12, "#3a3a3a"), 2: (9, "#4f4f4f"), 3: (8, "#6d6d6d")}


class City:
    """The basemap's features in world coordinates, ready to be drawn on any tile."""

    def __init__(self, path):
        self.features = json.loads(path.read_text(encoding="utf-8"))["features"]
        self.drawn = {}

    def tile(self, part, zoom, column, row):
        """Return one tile of a part of the map as PNG bytes, each drawn once."""
        if (part, zoom, column, row) not in self.drawn:
            self.drawn[part, zoom, column, row] = self._draw(part, zoom, column, row)
        return self.drawn[part, zoom, column, row]

    def _draw(self, part, zoom, column, row):
        image = QImage(SIZE, SIZE, QImage.Format.Format_ARGB32)
        image.fill(QColor(0, 0, 0, 0) if part == NAMES else QColor(SEA))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for feature in self.features:
            if part != ALL and (part == NAMES) != (feature["geometry"]["type"] == "Point"):
                continue
            self._feature(painter, feature, lambda point: on_tile(point, zoom, column, row), zoom)
        painter.end()
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")
        return bytes(buffer.data())

    def _feature(self, painter, feature, place, zoom):
        properties, geometry = feature["properties"], feature["geometry"]
        kind, rank = properties["kind"], properties.get("rank")
        if geometry["type"] == "Polygon":
            path = QPainterPath()
            for ring in geometry["coordinates"]:
                path.addPolygon(QPolygonF([place(point) for point in ring]))
            painter.fillPath(path, QColor(FILLS[kind]))
        elif geometry["type"] == "MultiLineString":
            colour, width = LINES[kind, rank]
            painter.setPen(QPen(QColor(colour), width * 1.5 ** (zoom - 12), cap=Qt.PenCapStyle.RoundCap))
            for line in geometry["coordinates"]:
                painter.drawPolyline(QPolygonF([place(point) for point in line]))
        elif rank <= zoom - 9:
            letter(painter, place(geometry["coordinates"]), properties["name"], rank)


def letter(painter, at, name, rank):
    """Write a place's name with a white halo."""
    size, colour = LETTERS[rank]
    font = QFont("Open Sans", size)
    path = QPainterPath()
    path.addText(0, 0, font, name)
    path.translate(at - path.boundingRect().center())
    painter.strokePath(path, QPen(QColor(255, 255, 255, 225), 3.2, join=Qt.PenJoinStyle.RoundJoin))
    painter.fillPath(path, QColor(colour))


def on_tile(point, zoom, column, row):
    """Return a longitude and latitude as pixels of a tile (Web Mercator)."""
    longitude, latitude = point[:2]
    across = (longitude + 180) / 360
    down = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    return QPointF((across * 2**zoom - column) * SIZE, (down * 2**zoom - row) * SIZE)


class Tiles(BaseHTTPRequestHandler):
    """Answer /zoom/column/row.png and the same of a part."""

    city = None

    def do_GET(self):
        """Send the tile asked for, 404 for anything else."""
        part, *numbers = self.path.removesuffix(".png").strip("/").split("/")
        if part not in (BASE, NAMES):
            part, numbers = ALL, [part, *numbers]
        if len(numbers) != 3 or not all(number.isdigit() for number in numbers):
            self.send_error(404)
            return
        content = self.city.tile(part, *map(int, numbers))
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words):
        """Keep quiet."""


if __name__ == "__main__":
    application = QGuiApplication(["tiles", "-platform", "offscreen"])
    Tiles.city = City(Path(sys.argv[2]) if len(sys.argv) > 2 else BASEMAP)
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Tiles).serve_forever()
