"""Layers of the same points from different sources, and how their results are held against each other."""

import numpy as np
from bundled import clustered, column, point_layer

N = 400


def result_of(name, made, weighted, read_raster):
    """Return the numbers of an analysis's output, whatever the order of the features."""
    if name == "kde":
        raster = read_raster(made)
        return {"values": raster["values"], "bounds": np.array(raster["bounds"])}
    order = np.argsort(column(made, "number")) if name == "dbscan" else slice(None)
    names = ("number", "cluster", "core") if name == "dbscan" else ("count", "z", "p", "p_adjusted", "bin")
    names += ("weight_sum",) if weighted and name == "hotspots" else ()
    return {of: column(made, of).astype(float)[order] for of in names}


def require_same(found, expected):
    assert list(found) == list(expected)
    for name, values in expected.items():
        assert found[name].shape == values.shape
        np.testing.assert_allclose(found[name], values, rtol=1e-5, atol=1e-6, err_msg=name)


def everything(**more):
    """Return all features as a memory layer."""
    return point_layer(*clustered(N), **more)


def saved(layer, path, driver="GPKG", only="", crs=None):
    """Write a layer, or those of its features that an expression chooses, to a file; return its path."""
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsProject, QgsVectorFileWriter

    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = driver
    if only:
        layer.selectByExpression(only)
        options.onlySelectedFeatures = True
    if crs:
        options.ct = QgsCoordinateTransform(layer.crs(), QgsCoordinateReferenceSystem(crs), QgsProject.instance())
    context = QgsProject.instance().transformContext()
    written = QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)
    assert written[0] == QgsVectorFileWriter.WriterError.NoError, written
    return str(path)


def opened(path, name="burglaries", provider="ogr"):
    from qgis.core import QgsVectorLayer

    layer = QgsVectorLayer(str(path), name, provider)
    assert layer.isValid()
    return layer


def added(layer):
    from qgis.core import QgsProject

    return QgsProject.instance().addMapLayer(layer)


def some(layer, expression="", **more):
    """Return a source of a layer of the project: only what an expression selects in it, where there is one."""
    from qgis.core import QgsProcessingFeatureSourceDefinition

    layer.selectByExpression(expression or "FALSE")
    return QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=bool(expression), **more)


def subset(layer, expression):
    assert layer.setSubsetString(expression)
    return layer
