"""What every algorithm of the plugin does alike: names, help, what it needs, and errors of one sentence."""

import os

from qgis.core import QgsProcessingAlgorithm, QgsProcessingException
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QIcon

from . import explaining, installation
from .explaining import tr
from .feedback import announcing, letting_go
from .lacrime_geo.progress import Cancelled
from .provenance import given_to, without_passwords

FOLDER = os.path.dirname(__file__)


class LacrimeAlgorithm(QgsProcessingAlgorithm):
    """A Processing algorithm of this plugin; subclasses say what it is and `carry_out` what it does."""

    needs = ()  # modules beyond those that QGIS always has

    def tr(self, text):
        """Return text in the user's language."""
        return tr(text)

    def groupId(self):
        """Return the group's unchanging name, in any language."""
        return self.group_name.lower().replace(" ", "_")

    def group(self):
        """Return the group in the toolbox."""
        return tr(self.group_name)

    def addParameter(self, definition, createOutput=True):
        """Declare a parameter: with help in any case, and its choices in the user's language."""
        if definition.isDestination() and not definition.help():
            definition.setHelp(explaining.where_it_goes(definition))
        explaining.translate_choices(definition)
        return super().addParameter(definition, createOutput)

    def shortHelpString(self):
        """Return the help beside the dialog: what it does, then what each parameter takes and means."""
        rows = [
            f"<b>{one.description()}</b> ({explaining.takes(one)}): {self.as_html(one.help())}"
            for one in self.parameterDefinitions()
        ]
        return "<br><br>".join([*self.introduction(), *rows])

    def introduction(self):
        """Return what stands above the parameters in the help, in HTML; subclasses say more."""
        return [self.as_html(self.shortDescription())]

    def as_html(self, text):
        """Return a text of the algorithm as HTML, which it is already but for subclasses."""
        return text

    def helpUrl(self):
        """Return the help page that the plugin brings along, which the Help button opens."""
        page = os.path.join(FOLDER, "help", f"{self.name()}.html")
        return QUrl.fromLocalFile(page).toString() if os.path.exists(page) else ""

    def icon(self):
        """Return the plugin's icon, grey where something is missing."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self):
        """Return the icon's file, which models draw."""
        return os.path.join(FOLDER, "icon_grey.svg" if installation.missing(self.needs) else "icon.svg")

    def canExecute(self):
        """Tell whether what the algorithm needs is installed, and if not, what to type on this platform."""
        missing = installation.missing(self.needs)
        if not missing:
            return True, ""
        names = " and ".join(installation.package(module) for module in missing)
        sentence = tr("{title} needs {names}, which this QGIS does not have: {remedy}.")
        return False, sentence.format(title=self.displayName(), names=names, remedy=installation.remedy(missing))

    def checkParameterValues(self, parameters, context):
        """Tell whether the parameters can be run with, in a sentence without the passwords of sources."""
        fine, sentence = super().checkParameterValues(parameters, context)
        return fine, without_passwords(sentence)

    def prepareAlgorithm(self, parameters, context, feedback):
        """Ask the layers here, in the thread that they belong to, and not while the work goes on."""
        self.problem = None
        try:
            self.take(parameters, context, feedback)
        except QgsProcessingException as problem:
            self.problem = problem  # raised when the run begins: here QGIS would keep its sentence from scripts
        return True

    def take(self, parameters, context, feedback):
        """Keep what the run needs to know of layers; subclasses keep more."""
        self.given = given_to(self, parameters, context)

    def processAlgorithm(self, parameters, context, feedback):
        """Carry it out; every error is one sentence, and a cancelled run writes nothing."""
        possible, sentence = self.canExecute()
        if not possible:  # qgis_process and scripts do not ask
            raise QgsProcessingException(sentence)
        try:
            if self.problem:
                raise self.problem
            with announcing(feedback), letting_go():
                return self.carry_out(parameters, context, feedback)
        except Cancelled:
            feedback.pushInfo(tr("Cancelled: nothing was written."))
            return {}
        except QgsProcessingException as problem:
            raise QgsProcessingException(without_passwords(str(problem))) from None
        except (ValueError, TypeError, ImportError) as problem:
            raise QgsProcessingException(str(problem)) from problem
        except OSError as problem:
            raise QgsProcessingException(problem.strerror or str(problem)) from problem
