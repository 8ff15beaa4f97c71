"""lacrime:basemap: a map beneath all layers, with its names above them and its attribution."""

import re

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputMapLayer,
    QgsProcessingParameterEnum,
    QgsProcessingParameterString,
)

from .. import basemaps, projects
from ..base import tr
from .tool import Tool

BASEMAP, URL, ATTRIBUTION, KEY, OUTPUT = "BASEMAP", "URL", "ATTRIBUTION", "KEY", "OUTPUT"
PLACEHOLDERS = re.compile(r"\{[^}]*\}")
KNOWN = {"{x}", "{y}", "{-y}", "{z}", "{q}"}


class AddBasemap(Tool):
    """Add a basemap to the project."""

    NAME = "basemap"
    TITLE = "Add a basemap"
    GROUP = "Maps"
    TAGS = ("basemap", "background", "tiles", "XYZ", "OpenStreetMap", "CARTO", "Esri", "satellite", "crime")
    SUMMARY = "Put a basemap beneath all layers of the project, with its names above them where they come apart."
    HELP = (
        "There is one basemap at a time: another one takes its place. Tiles come from the internet when the map is drawn. What "
        "its owner wants printed beside the map stands in the layer's metadata, from where QGIS's copyright decoration and "
        "<i>Map for a report</i> take it."
    )

    def flags(self):
        """Ask to be run in the main thread, where the layer tree may be changed."""
        return super().flags() | self.Flag.FlagNoThreading

    def initAlgorithm(self, configuration=None):
        """Declare which basemap, or whose tiles."""
        names = list(basemaps.BY_NAME)
        self.add(
            QgsProcessingParameterEnum(BASEMAP, tr("Basemap"), names, False, names[0], True, True),
            "Pale and grey ones let the colours of an analysis speak. CARTO wants a key of your own; Esri's terms ask for an "
            "ArcGIS account.",
        )
        self.add(
            QgsProcessingParameterString(KEY, tr("Key"), None, False, True),
            "For CARTO, which writes 'API key required' across maps without one: free at carto.com/basemaps/apikey. It is kept "
            "in the project, readable by all who get it.",
        )
        self.add(
            QgsProcessingParameterString(URL, tr("URL of other tiles"), None, False, True),
            "In place of those above, such as of a server of your own: http://localhost:8080/{z}/{x}/{y}.png",
            advanced=True,
        )
        self.add(
            QgsProcessingParameterString(ATTRIBUTION, tr("Attribution of other tiles"), None, False, True),
            "What their owner wants printed beside the map.",
            advanced=True,
        )
        self.addOutput(QgsProcessingOutputMapLayer(OUTPUT, tr("Basemap")))

    def carry_out(self, parameters, context, feedback):
        """Put it into the project, in place of the one that is there."""
        basemap = self._chosen(parameters, context)
        key = self.parameterAsString(parameters, KEY, context).strip()
        _require_key(basemap, key)
        project = context.project()
        if project is None:
            feedback.pushWarning(tr("There is no project to put a basemap into, and nothing was done; name one."))
            return {}
        projects.require_main_thread(project)
        layers = basemaps.layers_of(basemap, key)
        _put(project, layers, feedback)
        projects.keep(project, feedback)
        if basemap.owner.terms:
            feedback.pushInfo(f"{basemap.owner.attribution}: {basemap.owner.asks}. {basemap.owner.terms}")
        return {OUTPUT: basemaps.standing(project)[basemaps.BASE].id()}

    def _chosen(self, parameters, context):
        """Return the basemap asked for, or one of the user's own tiles."""
        url = self.parameterAsString(parameters, URL, context).strip()
        if not url:
            return basemaps.BY_NAME[self.parameterAsEnumString(parameters, BASEMAP, context)]
        _require_readable(url)
        owner = basemaps.Owner(self.parameterAsString(parameters, ATTRIBUTION, context).strip(), "", "")
        return basemaps.Basemap(tr("Basemap"), owner, url, 19)


def _put(project, layers, feedback):
    """Put the layers into the project; the same basemap stays as it is, another one goes."""
    there = basemaps.standing(project)
    name = layers[basemaps.BASE].name()
    if _shown(there) == _shown(layers):
        feedback.pushInfo(f"{name} is the project's basemap already: it stays as it is.")
        return
    for layer in there.values():
        project.removeMapLayer(layer.id())
    basemaps.place(project, layers)
    if basemaps.BASE in there:
        feedback.pushInfo(f"{name} takes the place of another basemap.")


def _shown(layers):
    return {role: (layer.name(), basemaps.url_of(layer)) for role, layer in layers.items()}


def _require_key(basemap, key):
    if "{key}" in basemap.url and not key:
        raise QgsProcessingException(
            f"{basemap.name!r} needs a key: without one CARTO writes 'API key required' across the map. Get one, free, at "
            "carto.com/basemaps/apikey, or choose a basemap of OpenStreetMap or Esri."
        )
    odd = re.search(r"[^\w.~-]", key)
    if odd:
        raise QgsProcessingException(f"The key has {odd[0]!r} in it, which keys do not have; copy it again.")


def _require_readable(url):
    """Raise unless QGIS can ask for tiles by this URL."""
    found = set(PLACEHOLDERS.findall(url))
    if not re.match(r"(https?|file)://", url):
        raise QgsProcessingException(f"{url!r} is no URL of tiles: it must begin with http://, https:// or file://.")
    if found - KNOWN:
        raise QgsProcessingException(
            f"{url!r} has {sorted(found - KNOWN)[0]}, which QGIS does not know; write what stands for it, such as the name of "
            "one server."
        )
    if not ("{q}" in found or ({"{x}", "{z}"} <= found and found & {"{y}", "{-y}"})):
        raise QgsProcessingException(
            f"{url!r} does not say where the tile's numbers go; write {{z}}, {{x}} and {{y}} in their places."
        )
