"""Results that are drawn, as a page or a picture beside their table: HTML and SVG as the library makes them, PNG by Qt."""

from qgis.core import QgsProcessingException, QgsProcessingParameterFileDestination
from qgis.PyQt.QtCore import QByteArray
from qgis.PyQt.QtGui import QColor, QImage, QPainter
from qgis.PyQt.QtSvg import QSvgRenderer

from .lacrime_geo.landing import explained
from .lacrime_geo.png_files import PIXELS_PER_UNIT
from .outputs import write_page

PAGE = "PAGE"
FORMATS = "HTML (*.html);;SVG (*.svg);;PNG (*.png)"
ENDINGS = (".html", ".svg", ".png")


def declared(title):
    """Return the parameter that asks for the page."""
    return QgsProcessingParameterFileDestination(PAGE, title, FORMATS, None, True, True)


def stage(outputs):
    """Return where the page is written and where it will stand, None where it is not wanted."""
    found = outputs.stage_page(PAGE)
    if found and found[0].suffix.lower() not in ENDINGS:
        raise QgsProcessingException(f"{found[1]!r} is no page or picture; name a file of {', '.join(ENDINGS)}.")
    return found


def write(staged, final, result):
    """Write the page or picture of a result to where it is staged; return where it will stand."""
    ending = staged.suffix.lower()
    if ending != ".png":
        return write_page(staged, final, result.html() if ending == ".html" else result.svg())
    with explained(final):
        if not _image(result.svg()).save(str(staged), "PNG"):
            raise OSError(f"Cannot write {final!r}: the picture could not be saved; choose another folder")
    return final


def _image(svg):
    """Return an SVG document as an image of twice its size."""
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    image = QImage(renderer.defaultSize() * PIXELS_PER_UNIT, QImage.Format.Format_ARGB32)
    image.fill(QColor("#ffffff"))
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return image
