"""What a page was asked to show and to say."""

import os

from qgis.core import QgsMapLayer, QgsProcessingException, QgsProject, QgsRasterLayer, QgsVectorLayer

from .. import basemaps
from ..base import tr
from . import page
from .divisions import require_shapes

PDF, PNG = "PDF", "PNG"


class Request:
    """The parameters of a run, with what is taken from the project where nothing is given."""

    def __init__(self, algorithm, parameters, context, feedback):
        self.algorithm, self.parameters, self.context, self.feedback = algorithm, parameters, context, feedback
        self.project = context.project() or QgsProject()
        self.dots_per_inch = algorithm.parameterAsInt(parameters, "DPI", context)
        self.divisions = algorithm.parameterAsVectorLayer(parameters, "DIVISIONS", context)
        self.name_field = self.text("NAME_FIELD")
        if self.divisions is not None:
            require_shapes(self.divisions)
            self._require_name_field()

    def _require_name_field(self):
        fields = self.divisions.fields()
        if self.name_field and fields.lookupField(self.name_field) < 0:
            raise QgsProcessingException(
                f"There is no column {self.name_field!r} in {self.divisions.name()!r}; the columns are "
                f"{', '.join(fields.names())}."
            )

    def text(self, name):
        """Return a text, "" for none."""
        return self.algorithm.parameterAsString(self.parameters, name, self.context).strip()

    def pages(self):
        """Return the pages to choose from."""
        paper, orientation = (
            self.algorithm.parameterAsEnumString(self.parameters, name, self.context)
            for name in ("PAPER", "ORIENTATION")
        )
        return page.sizes_of(paper, orientation)

    def extent(self, crs):
        """Return the extent asked for in a CRS, None for none."""
        if not self.parameters.get("EXTENT"):
            return None
        found = self.algorithm.parameterAsExtent(self.parameters, "EXTENT", self.context, crs)
        if found.isEmpty():
            raise QgsProcessingException(
                f"The extent {self.text('EXTENT')!r} has no area in {crs.authid()}; draw another one, or leave it out."
            )
        return found

    def files(self, landing):
        """Return the staged and the final path of each file wanted."""
        found = {}
        for name, ending in ((PDF, ".pdf"), (PNG, ".png")):
            if self.parameters.get(name):
                path = _with_ending(self.algorithm.parameterAsFileOutput(self.parameters, name, self.context), ending)
                found[name] = landing.stage(path), path
        if self.divisions is not None and PNG in found:
            name = os.path.basename(found[PNG][1])
            raise QgsProcessingException(
                f"{name!r} is a picture of one page, and each division has its own; leave it out."
            )
        if not found and self.context.project() is None:
            raise QgsProcessingException(tr("Nothing would be made: name a PDF or a PNG."))
        return found

    def layers(self):
        """Return the layers asked for in the order in which they lie in the project, else all that are visible there."""
        given = self.algorithm.parameterAsLayerList(self.parameters, "LAYERS", self.context)
        self._dress(given)
        order = [layer.id() for layer in self.project.layerTreeRoot().layerOrder()]
        if given:
            places = {layer.id(): order.index(layer.id()) if layer.id() in order else -1 for layer in given}
            given.sort(key=lambda layer: places[layer.id()])
            _require_sources(given)
        else:
            given = [self.project.mapLayer(name) for name in order if name in self._visible()]
        found = [layer for layer in given if _is_drawn(layer) and not basemaps.role_of(layer)]
        if not found:
            raise QgsProcessingException(
                tr("There are no layers to show: name some, or let some be visible in the project.")
            )
        return found

    def _dress(self, given):
        """Give the layers that Processing has opened from files for this run the style and the metadata of these files."""
        asked = self.parameters.get("LAYERS")
        asked = asked if isinstance(asked, (list, tuple)) else [asked]
        known = {layer.id() for layer in asked if isinstance(layer, QgsMapLayer)} | set(self.project.mapLayers())
        for layer in given:
            if layer.id() in known or not layer.isValid():
                continue
            layer.loadDefaultMetadata()
            _, styled = layer.loadDefaultStyle()
            if not styled:
                self.feedback.pushWarning(
                    f"{layer.name()!r} has no style of its own, and QGIS draws it in any colour; save one beside its file: Layer "
                    "Properties > Style > Save Style."
                )

    def basemap(self):
        """Return the layers of the project's basemap that are visible: those of the labels, and those of the base."""
        visible = self._visible()
        found = {role: layer for role, layer in basemaps.standing(self.project).items() if layer.id() in visible}
        return [[found[role]] if role in found else [] for role in (basemaps.LABELS, basemaps.BASE)]

    def _visible(self):
        return {node.layerId() for node in self.project.layerTreeRoot().findLayers() if node.isVisible()}


def _require_sources(given):
    """Raise where a layer that was named would be missing from the page."""
    gone = [layer.name() for layer in given if not layer.isValid()]
    if gone:
        raise QgsProcessingException(f"The source of {gone[0]!r} is gone; mend it, or leave the layer out.")


def _is_drawn(layer):
    of_features = isinstance(layer, QgsVectorLayer) and layer.isSpatial()
    return layer.isValid() and (of_features or isinstance(layer, QgsRasterLayer))


def _with_ending(path, ending):
    path = path if os.path.splitext(path)[1] else path + ending
    if not path.lower().endswith(ending):
        raise QgsProcessingException(f"{path!r} does not end in {ending}; give it this ending.")
    return path
