"""Draw the pictures of docs/ again: `python -m tools.pictures [density hotspots …]`, by the Python that has QGIS."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import QgsApplication

import lacrime_geo as lg

from . import (
    agencies,
    alarms,
    clusters,
    comparisons,
    correlates,
    density,
    emerging,
    forecasts,
    harm,
    hotspots,
    hours,
    interventions,
    lags,
    near_repeats,
    outbreaks,
    periods,
    privacy,
    report_pages,
    reports,
    risk,
    seasons,
)

PICTURES = {
    **density.PICTURES,
    **hotspots.PICTURES,
    **clusters.PICTURES,
    **emerging.PICTURES,
    **periods.PICTURES,
    **lags.PICTURES,
    **outbreaks.PICTURES,
    **hours.PICTURES,
    **seasons.PICTURES,
    **forecasts.PICTURES,
    **near_repeats.PICTURES,
    **privacy.PICTURES,
    **reports.PICTURES,
    **report_pages.PICTURES,
    **alarms.PICTURES,
    **risk.PICTURES,
    **comparisons.PICTURES,
    **correlates.PICTURES,
    **harm.PICTURES,
    **agencies.PICTURES,
    **interventions.PICTURES,
}
TOOLS = Path(__file__).resolve().parents[1]
FOLDER = TOOLS.parent / "docs" / "pictures"


def main():
    """Read the command line, draw the pictures asked for, and print where they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="PICTURE", help=f"of {', '.join(PICTURES)}; all unless named")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write into (default: docs/pictures)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    require_font()
    application = QgsApplication([], False)
    application.initQgis()
    for name in options.names or PICTURES:
        with tempfile.TemporaryDirectory() as work:
            drawn = PICTURES[name](Path(work))
            picture = options.out / f"{name}{'.svg' if isinstance(drawn, lg.Table) else '.png'}"
            drawn.save(picture)
        print(picture)
    application.exitQgis()
    sys.stdout.flush()
    # Python would free what Qt has freed already, and crash.
    os._exit(0)


def require_font():
    """Install the font of all pictures where it is missing; another one would not fit its boxes."""
    found = subprocess.run(["fc-match", "--format=%{family}", "Open Sans"], capture_output=True, text=True, check=True)
    if "Open Sans" not in found.stdout:
        subprocess.run([TOOLS / "apt_install.sh", "fonts-open-sans"], check=True)


if __name__ == "__main__":
    main()
