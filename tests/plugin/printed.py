"""Pages for print as their tests read them: items of a layout, pixels of a picture, text and pages of a PDF."""

import re
import subprocess
import unicodedata
import zlib

import numpy as np

TEXTS = ("title", "subtitle", "notes", "footer", "projection")


def add_basemap(tiles, log):
    """Put tiles beneath the project's layers."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProject

    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    processing.run("lacrime:basemap", dict(URL=tiles, ATTRIBUTION="© Santa Alba"), context=context, feedback=log)


def items(layout):
    """Return the items of a layout by their names."""
    from qgis.core import QgsLayoutItem

    return {item.id(): item for item in layout.items() if isinstance(item, QgsLayoutItem) and item.id()}


def said(layout):
    """Return what the labels of a layout say."""
    return {name: items(layout)[name].currentText() for name in TEXTS}


def boxes(layout):
    """Return left, top, right and bottom (mm) of each item."""
    found = {name: item.mapRectToScene(item.rect()) for name, item in items(layout).items()}
    return {name: (box.left(), box.top(), box.right(), box.bottom()) for name, box in found.items()}


def pixels(path):
    """Return a picture as an array of rows, columns and red, green, blue."""
    from qgis.PyQt.QtGui import QImage

    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    return np.frombuffer(bits, np.uint8).reshape(image.height(), image.width(), 4)[:, :, 2::-1].astype(int)


def cut(image, box, dots_per_inch):
    """Return the part of a page's picture in a box (mm)."""
    left, top, right, bottom = (round(value / 25.4 * dots_per_inch) for value in box)
    return image[top:bottom, left:right]


def pdf_text(path, page=None):
    """Return the text of a PDF's page on one line."""
    which = [] if page is None else ["-f", str(page), "-l", str(page)]
    done = subprocess.run(["pdftotext", *which, str(path), "-"], capture_output=True, text=True, check=True)
    return " ".join(unicodedata.normalize("NFKC", done.stdout).split())


def inflated(path):
    """Return a PDF's bytes with its streams inflated."""
    content = path.read_bytes()
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, flags=re.DOTALL):
        try:
            content += zlib.decompress(stream)
        except zlib.error:
            continue
    return content


def page_count(path):
    """Return how many pages a PDF has, by its tree of pages; the georeference is a later version of a page."""
    return max(int(count) for count in re.findall(rb"/Count (\d+)", inflated(path)))
