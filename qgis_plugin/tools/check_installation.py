"""lacrime:check_installation: what this QGIS has, and what to type for the rest."""

import os
import platform
import sys

from osgeo import gdal
from qgis.core import Qgis, QgsApplication, QgsProcessingParameterFileDestination
from qgis.PyQt.QtCore import QT_VERSION_STR

from .. import installation
from ..base import tr
from ..lacrime_geo import __version__
from ..lacrime_geo import html_pages as html
from ..lacrime_geo.landing import Landing
from ..outputs import require_page, write_page
from .tool import Tool

PAGE = "SUMMARY"
# Module, and what it is for.
WANTED = (
    ("numpy", "all analyses"),
    ("scipy", "all analyses"),
    ("sklearn", "HDBSCAN and OPTICS"),
    ("pyarrow", "parquet files, where GDAL has no driver for them"),
)


class CheckInstallation(Tool):
    """Write down what is installed, and what each part that is missing needs."""

    NAME = "check_installation"
    TITLE = "Check my installation"
    GROUP = "Help"
    TAGS = ("diagnose", "install", "version", "scipy", "scikit-learn", "missing", "crime")
    SUMMARY = "Write down what this QGIS has of what the algorithms need, and what to type for the rest."

    def initAlgorithm(self, configuration=None):
        """Declare the page to write."""
        report = QgsProcessingParameterFileDestination(PAGE, tr("Summary"), "HTML (*.html)", None, True)
        self.add(report, "A page with all of it, to read or to send along with a question.")

    def carry_out(self, parameters, context, feedback):
        """Say it in the log and write it to the page."""
        facts, packages, greyed = _facts(), _packages(), _greyed()
        for name, value in facts:
            feedback.pushInfo(f"{name}: {value}")
        for name, version, purpose, remedy in packages:
            feedback.pushInfo(f"{name}: {version} ({purpose}){'; ' + remedy if remedy else ''}")
        for sentence in greyed:
            feedback.pushWarning(sentence)
        path = self.parameterAsFileOutput(parameters, PAGE, context)
        if not path:
            return {}
        require_page(path)
        with Landing() as landing:
            return {PAGE: write_page(landing.stage(path), path, _page(facts, packages, greyed))}


def _facts():
    """Return what is installed by name, as rows of two."""
    return [
        ("Lacrime", __version__),
        ("QGIS", Qgis.QGIS_VERSION),
        ("Installed as", installation.platform_of()),
        ("System", platform.platform()),
        ("Python", f"{sys.version.split()[0]} ({installation.interpreter()})"),
        ("Qt", QT_VERSION_STR),
        ("GDAL", gdal.VersionInfo("RELEASE_NAME")),
        ("Parquet driver of GDAL", "yes" if gdal.GetDriverByName("Parquet") else "no"),
        ("Plugin's folder", os.path.dirname(os.path.dirname(__file__))),
        ("Profile", QgsApplication.qgisSettingsDirPath()),
    ]


def _packages():
    """Return rows of package, version, what it is for, and what to type where it is missing."""
    rows = []
    for module, purpose in WANTED:
        name = installation.package(module)
        if installation.has(module):
            rows.append((name, _version(name), purpose, ""))
        else:
            rows.append((name, "missing", purpose, installation.remedy([module])))
    return rows


def _version(name):
    from importlib import metadata  # slow: not when QGIS starts

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:  # a conda or system package may keep no record
        return "installed"


def _greyed():
    """Return what each algorithm that cannot run here says."""
    provider = QgsApplication.processingRegistry().providerById("lacrime")
    answers = [algorithm.canExecute() for algorithm in (provider.algorithms() if provider else [])]
    return [sentence for possible, sentence in answers if not possible]


def _page(facts, packages, greyed):
    parts = [html.tag("h2", "This QGIS"), html.table(("", "found"), facts)]
    parts += [html.tag("h2", "Packages"), html.table(("package", "version", "for", "to install"), packages)]
    verdict = html.items(greyed) if greyed else html.tag("p", "All algorithms can run.")
    return html.page("Lacrime: check of the installation", *parts, html.tag("h2", "Algorithms"), verdict)
