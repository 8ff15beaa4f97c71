"""Run algorithms in a QGIS that has started once; run by a test with the system's Python.

Each runs in a fork of its own, where nothing is imported that another has needed. One that would import pyproj has failed: its
wheel and QGIS, each with a libproj, do not end together.
"""

import json
import os
import sys
import traceback


class Watched:
    """A finder of modules that finds none, and keeps who asked for pyproj."""

    def __init__(self):
        self.asked = []

    def find_spec(self, name, path=None, target=None):
        """Leave it to the others."""
        if name == "pyproj":
            self.asked.append("".join(traceback.format_stack()))


def main(plugins):
    """Start QGIS, add the provider, and answer each line of standard input by the exit status of its algorithm."""
    sys.path.insert(0, plugins)
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    sys.path.append(os.path.join(QgsApplication.pkgDataPath(), "python", "plugins"))  # where processing is
    from processing.core.Processing import Processing

    Processing.initialize()
    import lacrime_qgis

    plugin = lacrime_qgis.classFactory(None)
    plugin.initProcessing()
    for line in sys.stdin:
        print(run_in_fork(*json.loads(line)), flush=True)
    os._exit(0)


def run_in_fork(name, parameters, said):
    """Run an algorithm with what it and QGIS say going to the file `said`; return 0 where it went well."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status, file = 1, os.open(said, os.O_WRONLY | os.O_CREAT)
    watched = Watched()
    sys.meta_path.insert(0, watched)
    os.dup2(file, 1)
    os.dup2(file, 2)
    try:
        import processing

        processing.run(f"lacrime:{name}", parameters)
        assert "pyproj" not in sys.modules and not watched.asked, watched.asked
        status = 0
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main(sys.argv[1])
