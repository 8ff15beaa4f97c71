"""The page that lg.report makes of the sample city, as Chromium shows it on a desktop and on a phone."""

from functools import cache
from pathlib import Path

import lacrime_geo as lg

from ..screenshot.browser import PHONE, chromium
from .few_colours import in_few_colours
from .layouts import DIVISIONS, INCIDENTS

# The page's begin, down to the map's foot.
BEGIN = dict(width=1280, height=1545)
DRAWN = "document.documentElement.dataset.mapDrawn"


class Screenshot:
    """A page as a browser shows it from some element on."""

    def __init__(self, page, size, begin="html", **options):
        self.page, self.size, self.begin, self.options = page, size, begin, options

    def save(self, path):
        """Write it as a PNG of few colours."""
        with chromium() as browser:
            shown = browser.new_page(viewport=self.size, **self.options)
            shown.goto(self.page.as_uri())
            while not shown.evaluate(DRAWN):
                shown.wait_for_timeout(50)
            shown.evaluate("(begin) => document.querySelector(begin).scrollIntoView()", self.begin)
            shown.wait_for_timeout(500)
            shown.screenshot(path=path)
        in_few_colours(path)


@cache
def whole():
    """Return the report of the sample city."""
    return lg.report(INCIDENTS, boundary=DIVISIONS, areas=DIVISIONS)


def desktop(work):
    """Show the begin of the page on a desktop."""
    return Screenshot(Path(whole().save(work / "report.html")), BEGIN)


def phone(work):
    """Show the map on a phone."""
    page = Path(whole().save(work / "report.html"))
    return Screenshot(page, PHONE, "#map", device_scale_factor=2, is_mobile=True, has_touch=True)


PICTURES = {"report_page": desktop, "report_page_phone": phone}
