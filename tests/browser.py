"""Pages opened in a real Chromium, and what they are allowed and asked to load."""

import time
from contextlib import contextmanager

import pytest

from tools.screenshot.browser import DESKTOP, chromium

LOCAL = ("file:", "data:", "blob:")


@contextmanager
def browser_or_skip():
    """Give a browser; skip with the reason where Chromium, or playwright that drives it, is missing."""
    opening = chromium()
    try:
        browser = opening.__enter__()
    except (ImportError, FileNotFoundError) as problem:
        pytest.skip(f"no Chromium: {problem}")
    try:
        yield browser
    finally:
        opening.__exit__(None, None, None)


class Opened:
    """A page that was opened in a context of its own; `said` are errors in its console, `asked` what it asked for."""

    def __init__(self, browser, path, *, size=DESKTOP, **options):
        self.context = browser.new_context(viewport=size, **options)
        self.page = self.context.new_page()
        self.said, self.asked = [], []
        self.page.on("console", lambda line: self.said.append(line.text) if line.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda problem: self.said.append(str(problem)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.context.close()

    @property
    def outside(self):
        """What it asked for that is not of this machine's files or of the page itself."""
        return [url for url in self.asked if not url.startswith(LOCAL)]


def until(page, expression, seconds=20):
    """Wait until a page holds something true; the page itself may not evaluate texts, which waiting there would."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"not within {seconds} s: {expression}"
        page.wait_for_timeout(20)
