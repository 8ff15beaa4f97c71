"""Run by the desktop before its plugins (PYQGIS_STARTUP): time them all, and write the sum (s) to the file named by TIMES."""

import time

import qgis.utils


def timed(function, spent):
    """Return a function that starts a plugin and adds the time of the thread, to the sum so far."""

    def start(name):
        begun = time.thread_time()
        try:
            return function(name)
        finally:
            spent.append(time.thread_time() - begun)

    return start


# Run once for each place where QGIS looks for it.
if not hasattr(qgis.utils, "spent_on_plugins"):
    qgis.utils.spent_on_plugins = []
    for name in ("loadPlugin", "startPlugin"):
        setattr(qgis.utils, name, timed(getattr(qgis.utils, name), qgis.utils.spent_on_plugins))
