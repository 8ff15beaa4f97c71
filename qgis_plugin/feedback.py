"""Between the library and Processing's feedback: progress, cancelling, and what is announced."""

import logging
import threading
import traceback
from contextlib import contextmanager


def progress_of(feedback):
    """Return a progress function for the library; False once the user cancels."""

    furthest = 0.0

    def progress(fraction):
        nonlocal furthest
        # A step may turn out smaller than it seemed: what is shown does not go back.
        furthest = max(furthest, fraction)
        feedback.setProgress(100 * furthest)
        return not feedback.isCanceled()

    return progress


class _ToFeedback(logging.Handler):
    """Show what the library announces in the algorithm's log."""

    def __init__(self, feedback):
        super().__init__()
        self.feedback = feedback
        thread = threading.get_ident()
        # Another run in another thread has a log of its own.
        self.addFilter(lambda record: record.thread == thread)

    def emit(self, record):
        """Show a caveat as a warning, anything else as information."""
        push = self.feedback.pushWarning if record.levelno >= logging.WARNING else self.feedback.pushInfo
        push(record.getMessage())


@contextmanager
def letting_go():
    """On an error free what its frames hold: QGIS keeps the error, and would wait for ever for a fifth reader of a layer."""
    try:
        yield
    except Exception as problem:
        traceback.clear_frames(problem.__traceback__)
        raise


@contextmanager
def announcing(feedback):
    """Show what the library says meanwhile in the algorithm's log, once where a run runs another."""
    log = logging.getLogger("lacrime_geo")
    if any(isinstance(other, _ToFeedback) and other.feedback is feedback for other in log.handlers):
        yield
        return
    handler = _ToFeedback(feedback)
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
