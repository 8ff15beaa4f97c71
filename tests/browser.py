"""A real Chromium to open pages in, and what it is allowed and asked to load."""

import os
import shutil
import time
from contextlib import contextmanager

import pytest

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
DESKTOP, PHONE = dict(width=1440, height=900), dict(width=390, height=844)
LOCAL = ("file:", "data:", "blob:")


def program():
    """Return Chromium's path; skip the test with the reason where there is none."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        pytest.skip("no Chromium: tools/find_chromium.sh installs it")
    return found


@contextmanager
def chromium():
    """Give a browser; skip where Chromium or playwright is missing."""
    api = pytest.importorskip("playwright.sync_api", reason="no Chromium without playwright: pip install playwright")
    path = program()
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


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
