"""A layout as PDF, its texts as text, and as PNG."""

import os

from qgis.core import Qgis, QgsLayoutExporter, QgsProcessingException
from qgis.PyQt.QtCore import QSize

TEXT = Qgis.TextRenderFormat.AlwaysText


def write_pdf(layout, path, dots_per_inch):
    """Write a layout of one page."""
    _require(QgsLayoutExporter(layout).exportToPdf(str(path), _pdf_settings(dots_per_inch)), path)


def write_atlas(atlas, path, dots_per_inch, feedback):
    """Write all pages of an atlas into one PDF; False when it was cancelled."""
    done, said = QgsLayoutExporter.exportToPdf(atlas, str(path), _pdf_settings(dots_per_inch), feedback)
    if done == QgsLayoutExporter.ExportResult.Canceled:
        return False
    _require(done, path, said)
    return True


def write_png(layout, path, dots_per_inch):
    """Write a layout's page as a picture."""
    image = QgsLayoutExporter(layout).renderPageToImage(0, QSize(), dots_per_inch)
    dots_per_metre = round(dots_per_inch / 0.0254)
    image.setDotsPerMeterX(dots_per_metre)
    image.setDotsPerMeterY(dots_per_metre)
    if image.isNull() or not image.save(str(path), "PNG"):
        raise _unwritable(path, "the disk is full, or the picture too large")


def _pdf_settings(dots_per_inch):
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.dpi = dots_per_inch
    settings.textRenderFormat = TEXT
    return settings


def _require(done, path, said=""):
    if done != QgsLayoutExporter.ExportResult.Success:
        raise _unwritable(path, said or f"QGIS says {done}")


def _unwritable(path, reason):
    return QgsProcessingException(
        f"Cannot write {os.path.basename(str(path))!r}: {reason}; try fewer dots per inch or another folder."
    )
