"""What the plugin's algorithms declare, heard without QGIS: their texts, their parameters and what the catalogue says.

The plugin is imported with a stand-in for QGIS's Python that keeps what it is given. Only what declares is run.
"""

import importlib.util
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

STOOD_IN_FOR = ("qgis", "osgeo", "processing")
# By the end of a class's name: the type's name in QGIS, and where the default and "optional" stand among its arguments.
PARAMETERS = {
    "Boolean": ("boolean", 2, 3),
    "Crs": ("crs", 2, 3),
    "DateTime": ("datetime", 3, 4),
    "Distance": ("distance", 2, 4),
    "Enum": ("enum", 4, 5),
    "FeatureSink": ("sink", 3, 4),
    "FeatureSource": ("source", 3, 4),
    "Field": ("field", 2, 6),
    "File": ("file", 4, 5),
    "FileDestination": ("fileDestination", 3, 4),
    "FolderDestination": ("folderDestination", 2, 3),
    "MapLayer": ("layer", 2, 3),
    "MultipleLayers": ("multilayer", 3, 4),
    "Number": ("number", 3, 4),
    "RasterDestination": ("rasterDestination", 2, 3),
    "RasterLayer": ("raster", 2, 3),
    "String": ("string", 2, 4),
    "VectorLayer": ("vector", 3, 4),
}


class Member(str):
    """A member of a class of QGIS by its name, an enumeration's or another; all of it is as quiet."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Member(f"{self}.{name}")

    def __call__(self, *given, **named):
        return Member(self)

    def __or__(self, other):
        return self


class Quiet(type):
    """The type of the classes that stand in: each has whatever member it is asked for."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Member(f"{cls.__name__}.{name}")


class StandIn(metaclass=Quiet):
    """A class of QGIS that does nothing."""

    def __init__(self, *given, **named):
        self.given, self.named = given, named

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Member(name)


class Declared(StandIn):
    """A parameter as it was declared."""

    text, title = "", None

    def name(self):
        return self.given[0]

    def description(self):
        return self.title or self.given[1]

    def setDescription(self, title):
        self.title = title

    def help(self):
        return self.text

    def setHelp(self, text):
        self.text = text

    def type(self):
        return self._facts()[0]

    def isDestination(self):
        return self.type() == "sink" or self.type().endswith("Destination")

    def defaultValue(self):
        return self.named.get("defaultValue", self._argument(self._facts()[1]))

    def optional(self):
        return bool(self.named.get("optional", self._argument(self._facts()[2])))

    def made_by_default(self):
        return self.named.get("createByDefault", self._argument(self._facts()[2] + 1)) is not False

    def dataTypes(self):
        return self._argument(2) or []

    def dataType(self):
        return self._argument(2)

    def options(self):
        return self._argument(2)

    def allowMultiple(self):
        return bool(self._argument(3))

    def _facts(self):
        ending = type(self).__name__[len("QgsProcessingParameter") :]
        return PARAMETERS.get(ending, (ending.lower(), 2, 3))  # where most have them

    def _argument(self, place):
        return self.given[place] if place < len(self.given) else None


class Algorithm(StandIn):
    """What keeps the parameters that an algorithm declares."""

    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        self.declared = []

    def addParameter(self, definition, createOutput=True):
        self.declared.append(definition)
        return True

    def parameterDefinitions(self):
        return self.declared


class Provider(StandIn):
    """What keeps the algorithms that a provider offers."""

    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        self.offered = []

    def addAlgorithm(self, algorithm):
        algorithm.initAlgorithm()
        self.offered.append(algorithm)
        return True


class Application(StandIn):
    """What speaks English."""

    @staticmethod
    def translate(context, text):
        return text


GIVEN = {
    "QCoreApplication": Application,
    "QgsProcessingAlgorithm": Algorithm,
    "QgsProcessingProvider": Provider,
}


class Module(ModuleType):
    """A module of QGIS: it has every class that it is asked for."""

    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        made = GIVEN.get(name)
        if made is None:
            base = Declared if name.startswith("QgsProcessingParameter") else StandIn
            made = Quiet(name, (base,), {})
        setattr(self, name, made)
        return made


class Finder:
    """Finds these modules in place of QGIS's."""

    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self) if name.split(".")[0] in STOOD_IN_FOR else None

    def create_module(self, spec):
        return Module(spec.name)

    def exec_module(self, module):
        pass


def algorithms(plugin, library):
    """Return the algorithms that a plugin's folder offers, with their parameters; the library is in a folder of its own."""
    sys.meta_path.insert(0, Finder())
    _load("lacrime_help", plugin)
    _load("lacrime_help.lacrime_geo", library)
    provider = importlib.import_module("lacrime_help.provider").LacrimeProvider()
    provider.loadAlgorithms()
    return provider.offered


def _load(name, folder):
    """Import a folder as a package of a name, as it has it in the zip."""
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
