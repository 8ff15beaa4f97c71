"""Changes of a project: only where its layer tree may be changed, and kept where there is no window to save it from."""

from itertools import count

from qgis.core import QgsApplication, QgsProcessingException
from qgis.PyQt.QtCore import QThread

from .base import tr


def require_main_thread(project):
    """Raise where the project belongs to another thread: QGIS would crash, now or later."""
    if project.thread() != QThread.currentThread():
        raise QgsProcessingException(
            tr(
                "The project can be changed in the main thread only: run this by itself, not in a model in the background."
            )
        )


def keep(project, feedback):
    """Write the project's file in qgis_process, where nobody else would; in the desktop that is the user's to do."""
    if QgsApplication.platform() != "qgis_process" or not project.fileName():
        return
    if not project.write():
        raise QgsProcessingException(
            f"Cannot write {project.fileName()!r}: {project.error() or 'QGIS gives no reason'}."
        )
    feedback.pushInfo(f"{project.fileName()} is written.")


def free_name(name, taken):
    """Return a name that is not among those taken, with a number where the name alone is."""
    if name not in taken:
        return name
    return next(numbered for numbered in (f"{name} ({number})" for number in count(2)) if numbered not in taken)
