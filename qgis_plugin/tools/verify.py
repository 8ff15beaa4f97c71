"""lacrime:verify: the published cases and the simulations, run in this QGIS and with its versions."""

from qgis.core import (
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from ..base import tr
from ..feedback import progress_of
from ..lacrime_geo.landing import Landing
from ..lacrime_geo.verification import verify
from ..outputs import require_page, write_page
from .tool import Tool

ONLY, THOROUGH, DATA, PAGE = "ONLY", "THOROUGH", "DATA", "SUMMARY"


class Verify(Tool):
    """Run the checks, say in the log what came of each, and write the page."""

    NAME = "verify"
    TITLE = "Verify the numbers"
    GROUP = "Help"
    TAGS = ("check", "test", "validate", "published", "calibration", "trust", "crime")
    SUMMARY = (
        "Run published numeric cases and calibration simulations here: what is expected, what comes, by which source."
    )
    HELP = (
        "A check that fails is a warning in the log, and means that numbers of that analysis are not to be trusted with these "
        "versions. What needs a package that is not installed is told as not run, never as passed."
    )

    def initAlgorithm(self, configuration=None):
        """Declare which checks, how many draws, and the page."""
        only = QgsProcessingParameterString(ONLY, tr("Only these analyses or groups"), None, False, True)
        self.add(only, "Names with commas, such as gi_star, near_repeat or Hotspots. Default: all.")
        thorough = QgsProcessingParameterBoolean(THOROUGH, tr("Thorough"), False)
        self.add(thorough, "Draw ten to twenty times as many simulations: minutes instead of seconds.")
        data = QgsProcessingParameterFile(
            DATA, tr("Folder of data"), QgsProcessingParameterFile.Behavior.Folder, "", None, True
        )
        text = "With the files that some published cases read. Default: what LACRIME_DATA names, else these cases are not run."
        self.add(data, text, advanced=True)
        page = QgsProcessingParameterFileDestination(PAGE, tr("Summary"), "HTML (*.html)", None, True)
        self.add(page, "A page with all of it, to read or to send along with a question.")

    def carry_out(self, parameters, context, feedback):
        """Stage the page, run the checks, and write it."""
        path = self.parameterAsFileOutput(parameters, PAGE, context)
        if path:
            require_page(path)
        with Landing() as landing:
            staged = landing.stage(path) if path else None
            found = verify(
                only=self.parameterAsString(parameters, ONLY, context).strip() or None,
                thorough=self.parameterAsBool(parameters, THOROUGH, context),
                data=self.parameterAsString(parameters, DATA, context) or None,
                progress=progress_of(feedback),
            )
            _say(found, feedback)
            return {PAGE: write_page(staged, path, found.html())} if path else {}


def _say(found, feedback):
    """Say every check in the log, what failed as a warning."""
    names = ("analysis", "case", "expected", "got", "verdict")
    for row in zip(*(found[name] for name in names)):
        analysis, case, expected, got, verdict = row
        push = feedback.pushWarning if verdict == "FAILED" else feedback.pushInfo
        came = got if verdict == "not run" else f"expected {expected}, got {got}"
        push(f"{verdict}: {analysis}, {case}: {came}")
    feedback.pushInfo(found.summary)
