"""Draw the maps of docs/ again: `python -m tools.pictures [density bandwidths …]`, by the Python that has QGIS."""

import argparse
import os
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import QgsApplication

from .density import PICTURES

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"


def main():
    """Read the command line, draw the pictures asked for, and print where they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="PICTURE", help=f"of {', '.join(PICTURES)}; all unless named")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write into (default: docs/pictures)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    application = QgsApplication([], False)
    application.initQgis()
    for name in options.names or PICTURES:
        with tempfile.TemporaryDirectory() as work:
            picture = options.out / f"{name}.png"
            PICTURES[name](Path(work)).save(picture)
        print(picture)
    application.exitQgis()


if __name__ == "__main__":
    main()
