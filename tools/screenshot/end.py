"""Run inside the desktop once it is there: write how long its plugins took to start, and end."""

import os

import qgis.utils
from qgis.PyQt.QtCore import QTimer


def end():
    """Append the sum (s) to the file named by TIMES, and end without the desktop's questions."""
    with open(os.environ["TIMES"], "a", encoding="utf-8") as file:
        print(sum(qgis.utils.spent_on_plugins), file=file)
    os._exit(0)


QTimer.singleShot(1000, end)
