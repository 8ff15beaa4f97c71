"""The styled layers of the sample city, made with the library as anybody would, and a QGIS project that shows them."""

import dataclasses
import os
import sys

GROUP = "Sample city"
CRS = "EPSG:32611"
# File, whether it is a raster, and the name in the legend, top to bottom.
LEGEND = (
    ("clusters.gpkg", False, "Clusters of incidents, 2023"),
    ("hotspots.gpkg", False, "Hotspots (Gi*), 2023"),
    ("density.tif", True, "Density, 2023"),
    ("divisions.geojson", False, "Divisions"),
)


def make_layers(folder):
    """Write density.tif, hotspots.gpkg and clusters.gpkg, each with its style beside."""
    import lacrime_geo as lg

    incidents = lg.read_lapd(folder / "incidents.csv.gz")
    boundary = folder / "divisions.geojson"
    lg.kde(incidents, boundary=boundary).save(folder / "density.tif")
    _significant(lg.hotspots(incidents, boundary=boundary)).save(folder / "hotspots.gpkg")
    lg.dbscan(incidents, eps=300, min_samples=60).clusters().save(folder / "clusters.gpkg")


def _significant(cells):
    """Leave out the cells that are not significant: they have no fill, but would make the file 40 times as large."""
    keep = cells["bin"] != 0
    columns = {name: column[keep] for name, column in cells.columns.items()}
    return dataclasses.replace(cells, columns=columns, cell=cells.cell[keep])


def make_project(folder):
    """Write lacrime_sample.qgz, or say that it is skipped where PyQGIS cannot be imported."""
    try:
        from qgis.core import QgsApplication
    except ImportError:
        print(f"lacrime_sample.qgz is skipped: {sys.executable} cannot import PyQGIS.")
        return
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = None
    if QgsApplication.instance() is None:
        application = QgsApplication([], False)
        application.initQgis()
    _write_project(folder.resolve())
    if application is not None:
        application.exitQgis()


def _write_project(folder):
    from qgis.core import QgsCoordinateReferenceSystem, QgsProject, QgsReferencedRectangle

    project = QgsProject()
    project.setCrs(QgsCoordinateReferenceSystem(CRS))
    project.setTitle("lacrime_geo: sample city")
    group = project.layerTreeRoot().addGroup(GROUP)
    for file, is_raster, title in LEGEND:
        layer = _load(folder / file, is_raster, title)
        project.addMapLayer(layer, False)
        group.addLayer(layer)
    extent = project.mapLayersByName("Density, 2023")[0].extent()
    project.viewSettings().setDefaultViewExtent(QgsReferencedRectangle(extent, project.crs()))
    _write_without_a_name(project, folder / "lacrime_sample.qgz")


def _load(path, is_raster, title):
    """Layer of a file in the style beside it; divisions, which have none, as a thin grey outline."""
    from qgis.core import QgsFillSymbol, QgsRasterLayer, QgsVectorLayer

    layer = QgsRasterLayer(str(path), title) if is_raster else QgsVectorLayer(str(path), title, "ogr")
    if not layer.isValid():
        raise ValueError(f"QGIS cannot open {path}; make the layers first.")
    style = path.with_suffix(".qml")
    if style.exists():
        layer.loadNamedStyle(str(style))
    else:
        thin = {"style": "no", "outline_color": "130,130,130,255", "outline_width": "0.2"}
        layer.renderer().setSymbol(QgsFillSymbol.createSimple(thin))
    return layer


def _write_without_a_name(project, path):
    """Write a project with relative paths and without the name of whoever made it."""
    from qgis.core import QgsSettings

    metadata = project.metadata()
    metadata.setAuthor("the lacrime_geo developers")
    project.setMetadata(metadata)
    key, settings = "core/projects/anonymize_saved_projects", QgsSettings()
    before = settings.value(key)
    settings.setValue(key, True)
    written = project.write(str(path))
    settings.remove(key) if before is None else settings.setValue(key, before)
    if not written:
        raise OSError(f"QGIS cannot write {path}: {project.error()}")
