"""The plugin's source runs in Qt 5 and Qt 6: no Qt 6 is needed to tell, and where QGIS is, every name used is there."""

import enum
import importlib
from functools import cache
from pathlib import Path

import pytest
from qt6_rules import Source

from qgis_plugin.bundle import BUILDS_THE_ZIP

PLUGIN = Path(__file__).resolve().parents[1] / "qgis_plugin"
FALLBACK = "writing.py"  # the types of fields before QGIS 3.38


def sources():
    """Return the modules of the plugin that QGIS runs, by their path in it."""
    paths = [path for path in sorted(PLUGIN.rglob("*.py")) if path.name not in BUILDS_THE_ZIP]
    return [pytest.param(path, id=path.relative_to(PLUGIN).as_posix()) for path in paths]


@cache
def source(path):
    return Source(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sources())
def test_runs_in_qt_6(path):
    assert source(path).faults == []
    assert not source(path).guarded or path.name == FALLBACK


def test_the_one_fallback_is_recognised():
    assert set(source(PLUGIN / FALLBACK).guarded) == {"LongLong", "Double", "String", "Bool", "DateTime"}


@pytest.mark.parametrize("path", sources())
def test_every_name_of_qgis_is_there_and_no_member_stands_for_itself(path):
    pytest.importorskip("qgis.core")
    found = source(path)
    wrong = []
    for _, names in found.chains():
        if names[0] in found.from_qgis and not (found.guarded and names[0] in ("QVariant", "QMetaType")):
            wrong += trouble(names, *found.from_qgis[names[0]])
    assert wrong == []


def trouble(names, module, name):
    """Return what is wrong with a chain of names in the QGIS that runs: none, or one sentence."""
    owner = getattr(importlib.import_module(module), name, None)
    if owner is None:
        return [f"{module} has no {name}"]
    for number, member in enumerate(names[1:], 1):
        value = getattr(owner, member, None)
        if value is None:
            return [f"there is no {'.'.join(names[: number + 1])}"]
        if is_member(value) and not is_enumeration(owner):
            return [f"{'.'.join(names)} does not name its enumeration"]
        if not isinstance(value, type):
            break  # what a method or a member has, only a run can tell
        owner = value
    return []


def is_enumeration(owner):
    return isinstance(owner, type) and issubclass(owner, (int, enum.Enum))


def is_member(value):
    """Tell whether a value is a member of an enumeration, as PyQt 5 (a kind of int) or Python has them."""
    return isinstance(value, enum.Enum) or (isinstance(value, int) and type(value) not in (int, bool))


IMPORTS = """
from qgis.core import Qgis, QgsFeatureRequest, QgsField, QgsProcessing, QgsProcessingParameterNumber
from qgis.core import QgsVectorFileWriter, QgsWkbTypes
from qgis.PyQt.QtCore import QMetaType, QVariant, Qt
from qgis.PyQt.QtGui import QFont, QFontMetrics, QPalette
from qgis.PyQt.QtWidgets import QApplication, QDialog, QVBoxLayout
from osgeo import gdal, ogr
from . import texts
"""
BAD = [
    "kind = QgsProcessing.TypeVectorPoint",
    "QgsProcessingParameterNumber('A', 'a', QgsProcessingParameterNumber.Double)",
    "label.setAlignment(Qt.AlignLeft)",
    "flags = Qt.AlignLeft | Qt.AlignTop",
    "colour = Qt.red",
    "shortcut = Qt.CTRL + Qt.Key_A",
    "level = Qgis.Warning",
    "kind = QgsWkbTypes.PointZ",
    "request.setFlags(QgsFeatureRequest.NoGeometry)",
    "fine = error == QgsVectorFileWriter.NoError",
    "font.setWeight(QFont.Bold)",
    "field = QgsField('a', QVariant.Int)",
    "field = QgsField('a', QMetaType.Int)",
    "try:\n    a = 1\nexcept ValueError:\n    a = QVariant.Int",
    "parameter.setFlags(parameter.flags() | parameter.FlagAdvanced)",
    "flags = super().flags() | self.FlagNoThreading",
    "kinds = QgsProcessing.TypeVector\nuse(kinds)",
    "kind = QVariant.Type",
    "def f(kind: QVariant.Type): pass",
    "Qt.Alignment()",
    "button = Qt.MidButton",
    "button = Qt.MouseButton.MidButton",
    "screen = QApplication.desktop()",
    "role = QPalette.Background",
    "role = QPalette.ColorRole.Foreground",
    "QDialog().exec_()",
    "QVBoxLayout().setMargin(3)",
    "size = QFontMetrics(font).width('text')",
    "moment.toTime_t()",
    "from qgis.PyQt.QtCore import QRegExp",
    "from qgis.PyQt import QtCore\nQtCore.QRegExp('a')",
    "from qgis.PyQt.QtCore import QTextCodec",
    "from qgis.PyQt.QtCore import QStringRef",
    "from qgis.PyQt.QtGui import QMatrix",
    "from qgis.PyQt.QtWidgets import QDesktopWidget",
    "from PyQt5.QtCore import QObject",
    "import PyQt6.QtCore",
    "from PySide6 import QtCore",
    "from PySide2.QtCore import Signal",
    "import sip",
    "from PyQt5 import sip",
    "import pandas as pd",
    "def read():\n    import geopandas",
    "from pyproj import Transformer",
    "import shapely.geometry",
    "import scipy.stats",
    "from lacrime_geo import kde",
]
GOOD = [
    "kind = QgsProcessing.SourceType.TypeVectorPoint",
    "kinds = QgsProcessing.SourceType\nkind = kinds.TypeVector",
    "def f():\n    kinds = QgsProcessing.SourceType\n    return kinds.TypeVector\ndef g(kinds):\n    return [kinds]",
    "place = QgsProcessing.TEMPORARY_OUTPUT",
    "version = Qgis.QGIS_VERSION.split('-')",
    "label.setAlignment(Qt.AlignmentFlag.AlignLeft)",
    "colour = Qt.GlobalColor.red",
    "flags = super().flags() | self.Flag.FlagNoThreading",
    "try:\n    a = QMetaType.Type.Int\nexcept (ImportError, AttributeError):\n    a = QVariant.Int",
    "options = QgsVectorFileWriter.SaveVectorOptions()",
    "stream = ogr.Layer.GetArrowStream",
    "name = gdal.OpenEx(path).GetDriver().ShortName",
    "from qgis.PyQt import sip",
    "from osgeo import gdal",
    "import numpy as np",
    "box = texts.Box",
    "from .lacrime_geo.results import Marks",
    "QDialog().exec()",
    "width = rectangle.width()",
    "text = QMetaType.Type.QString",
]


@pytest.mark.parametrize("snippet", BAD)
def test_what_qt_6_has_not_is_caught(snippet):
    assert Source(IMPORTS + snippet).faults


@pytest.mark.parametrize("snippet", GOOD)
def test_what_it_has_is_not(snippet):
    assert Source(IMPORTS + snippet).faults == []


def test_the_imports_around_the_snippets_are_fine():
    assert Source(IMPORTS).faults == []


@pytest.mark.parametrize(
    ("chain", "said"),
    [
        ("QgsProcessing.SourceType.TypeVectorPonit", "there is no"),
        ("QgsProcessing.NoSuchThing", "there is no"),
        ("QgsNoSuchClass.Flag", "has no"),
        ("QgsProcessing.TypeVectorPoint", "does not name its enumeration"),
        ("Qgis.Warning", "does not name its enumeration"),
    ],
)
def test_a_name_that_qgis_has_not_is_caught(chain, said):
    pytest.importorskip("qgis.core")
    names = chain.split(".")
    (sentence,) = trouble(names, "qgis.core", names[0])
    assert said in sentence
    assert trouble(["QgsProcessing", "SourceType", "TypeVectorPoint"], "qgis.core", "QgsProcessing") == []
