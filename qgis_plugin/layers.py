"""Input layers as they are when a run begins, taken in the thread that they belong to; the run itself leaves them alone.

A run goes on in a thread of its own, while the user edits, filters or removes the layers.
"""

from qgis.core import (
    QgsFeatureRequest,
    QgsProcessingFeatureSourceDefinition,
    QgsProperty,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorLayerFeatureSource,
    QgsVectorLayerSelectedFeatureSource,
)

from .file_layers import FileLayer

COUNTED = ("ogr", "memory", "delimitedtext")  # at once; databases and queries count by reading


class Source:
    """The features that an input means, all or some of a layer's, and what is asked about that layer."""

    def __init__(self, layer, given):
        some = given if isinstance(given, QgsProcessingFeatureSourceDefinition) else None
        selected = some is not None and some.selectedFeaturesOnly
        self.unordered = selected  # QGIS keeps what is selected as a set
        self._features = (QgsVectorLayerSelectedFeatureSource if selected else QgsVectorLayerFeatureSource)(layer)
        self._limit = -1 if some is None else some.featureLimit
        self._filter = getattr(some, "filterExpression", "")  # from QGIS 3.32 on
        self._name, self._fields, self._kind, self._crs = layer.name(), layer.fields(), layer.wkbType(), layer.crs()
        self.counted = layer.providerType() in COUNTED
        self._count = layer.selectedFeatureCount() if selected else _count(layer)
        self.path = _file_of(layer)
        whole = not selected and self._limit == -1 and not self._filter
        self.file = FileLayer.of(layer) if whole else None  # where GDAL finds just these features again
        self.kept = _kept_of(layer)  # of the file that its features were chosen from

    def getFeatures(self, request=None):
        """Return an iterator over the features."""
        request = QgsFeatureRequest() if request is None else QgsFeatureRequest(request)
        if self._filter:
            request.combineFilterExpression(self._filter)
        if self._limit != -1:
            request.setLimit(self._limit)
        return self._features.getFeatures(request)

    def featureCount(self):
        """Return how many features there are at most, -1 where that is not known before they are read."""
        return self._count if self._limit == -1 else min(self._limit, self._count)

    def fields(self):
        """Return the layer's fields, joined and computed ones included."""
        return self._fields

    def wkbType(self):
        """Return the layer's type of geometry."""
        return self._kind

    def sourceCrs(self):
        """Return the layer's CRS."""
        return self._crs

    def sourceName(self):
        """Return the layer's name."""
        return self._name


class Raster:
    """A raster layer's data and what is asked about it."""

    def __init__(self, layer):
        self.provider, self.name, self.crs = layer.dataProvider().clone(), layer.name(), layer.crs()
        self.path = layer.source().split("|")[0]  # options of GDAL may follow
        self.by_gdal = layer.providerType() == "gdal"


def taken(algorithm, parameters, context):
    """Return a Source or Raster by the name of each parameter for which the user gave a layer."""
    found = {}
    for definition in algorithm.parameterDefinitions():
        name = definition.name()
        if definition.type() == "source":
            layer = vector_layer(algorithm, parameters, name, context)
            found[name] = None if layer is None else Source(layer, parameters.get(name))
        elif definition.type() == "raster":
            layer = algorithm.parameterAsRasterLayer(parameters, name, context)
            found[name] = None if layer is None or not layer.isValid() else Raster(layer)
        elif definition.type() == "layer":
            found[name] = _either(algorithm.parameterAsLayer(parameters, name, context))
    return {name: layer for name, layer in found.items() if layer is not None}


def _either(layer):
    """Return a layer as a Raster or as the Source of its features; None for none that can be read."""
    if layer is None or not layer.isValid():
        return None
    return Raster(layer) if isinstance(layer, QgsRasterLayer) else Source(layer, None)


def vector_layer(algorithm, parameters, name, context):
    """Return the layer of a parameter, also where only some of its features are meant; None for none that can be read."""
    given = parameters.get(name)
    if isinstance(given, QgsProcessingFeatureSourceDefinition):
        source = given.source
        fixed = source.propertyType() == QgsProperty.Type.StaticProperty
        given = source.staticValue() if fixed else source.valueAsString(context.expressionContext())[0]
    layer = algorithm.parameterAsVectorLayer({**parameters, name: given}, name, context)
    return layer if layer is not None and layer.isValid() else None


def _kept_of(layer):
    """Return the parameters in a layer's record, none where it was not made by this plugin."""
    from .provenance import record_of  # which needs this module

    found = (record_of(layer) or {}).get("parameters")
    return found if isinstance(found, dict) else {}


def _count(layer):
    return layer.featureCount() if layer.providerType() in COUNTED else -1


def _file_of(layer):
    """Return the file that a layer stands in, what names its source where it stands in none."""
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    return parts.get("path") or layer.source().split("|")[0]
