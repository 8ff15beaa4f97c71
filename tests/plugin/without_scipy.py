"""Load the plugin in a QGIS whose Python has no scipy, and print what the user sees; run by a test in its own process."""

import os
import sys


class NoScipy:
    """Refuse scipy, as a Python without it does."""

    def find_spec(self, name, path=None, target=None):
        """Raise for scipy and its parts."""
        if name.split(".")[0] == "scipy":
            raise ModuleNotFoundError("No module named 'scipy'")


def main(plugins):
    """Start QGIS, add the provider, print the messages and what the provider offers."""
    sys.meta_path.insert(0, NoScipy())
    sys.path.insert(0, plugins)
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    application.messageLog().messageReceived.connect(lambda text, *rest: print(text))
    import lacrime_qgis

    plugin = lacrime_qgis.classFactory(None)
    plugin.initProcessing()
    algorithms = plugin.provider.algorithms()
    print(f"provider {plugin.provider.id()} with {len(algorithms)} algorithms", flush=True)
    for algorithm in algorithms:
        possible, sentence = algorithm.canExecute()
        print(f"{algorithm.name()}: {sentence if not possible else 'can run'}", flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
