"""Where things stand on a page (mm): pure arithmetic, from the room that texts and legend need."""

from typing import NamedTuple

SIZES = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4), "A3": (297.0, 420.0)}
MARGIN, GAP, STRIP = 10.0, 4.0, 11.0
HEADING_ABOVE = 2.5  # room above a legend's heading
LEAST_SIDE, LEAST_NOTES = 58.0, 24.0
LEAST_MAP = 0.35  # of the page's height and width
LEAST_LEGEND = 0.5  # of what is above the notes: beneath a shorter one there would be nothing


class Box(NamedTuple):
    """A place on the page: left, top, width, height."""

    left: float
    top: float
    width: float
    height: float

    @property
    def bottom(self):
        """The lower edge."""
        return self.top + self.height

    @property
    def right(self):
        """The right edge."""
        return self.left + self.width


class Size(NamedTuple):
    """A page's width and height."""

    width: float
    height: float


class Arrangement(NamedTuple):
    """The boxes of a page; `columns` of its legend."""

    page: Size
    title: Box
    subtitle: Box
    map: Box
    strip: Box
    legend: Box
    notes: Box
    footer: Box
    columns: int

    def scale_for(self, shape):
        """Return how many map units a millimetre stands for when an extent of (width, height) fills the map."""
        return max(shape[0] / self.map.width, shape[1] / self.map.height)


class Needs(NamedTuple):
    """What texts ask for: functions of a width that give a height, and legends as (columns, width, height)."""

    title: object
    subtitle: object
    notes: object
    footer: object
    legends: list


def sizes_of(name, orientation):
    """Return the pages of a size to choose from: in one orientation, or both."""
    short, long = SIZES[name]
    found = {"portrait": Size(short, long), "landscape": Size(long, short)}
    return [found[orientation]] if orientation in found else [found["landscape"], found["portrait"]]


def best(pages, needs, shape):
    """Return the arrangement on which an extent's map is largest, of those with room for all; None if there is none.

    One that leaves room for all notes is preferred to one with a map that is a quarter larger; of those alike one whose map
    has less around the extent.
    """
    found = [one for page in pages for one in _arrangements(page, needs)]
    if not found:
        return None

    def rank(one):
        return one.scale_for(shape) * (1.0 if _notes_fit(one, needs) else 1.25), one.map.width * one.map.height

    return min(found, key=rank)


def _notes_fit(one, needs):
    return needs.notes(one.notes.width) <= one.notes.height


def _arrangements(page, needs):
    for columns, width, height in needs.legends:
        for arrange in (_beside, _beneath, _around):
            one = arrange(page, needs, columns, width, height)
            if (
                one is not None
                and one.map.width >= LEAST_MAP * page.width
                and one.map.height >= LEAST_MAP * page.height
            ):
                yield one


def _frame(page, needs):
    """Return the boxes of title, subtitle and footer, and what is left between them."""
    across = page.width - 2 * MARGIN
    title = Box(MARGIN, MARGIN, across, needs.title(across))
    subtitle = Box(MARGIN, title.bottom + 0.5, across, needs.subtitle(across))
    deep = needs.footer(across)
    footer = Box(MARGIN, page.height - MARGIN - deep, across, deep)
    top = subtitle.bottom + 2.5
    return title, subtitle, footer, Box(MARGIN, top, across, footer.top - 2.0 - top)


def _beside(page, needs, columns, width, height):
    """Put legend and notes into a column right of the map; None where they do not fit."""
    title, subtitle, footer, body = _frame(page, needs)
    side = max(LEAST_SIDE, width)
    if height + GAP + LEAST_NOTES > body.height:
        return None
    across = body.width - side - GAP
    drawn = Box(body.left, body.top, across, body.height - STRIP)
    strip = Box(body.left, drawn.bottom, across, STRIP)
    legend = Box(drawn.right + GAP, body.top, side, height)
    notes = Box(legend.left, legend.bottom + GAP, side, body.bottom - legend.bottom - GAP)
    return Arrangement(page, title, subtitle, drawn, strip, legend, notes, footer, columns)


def _beneath(page, needs, columns, width, height):
    """Put legend and notes side by side beneath the map; None where they do not fit."""
    title, subtitle, footer, body = _frame(page, needs)
    across = body.width - width - GAP
    if across < LEAST_SIDE:
        return None
    deep = max(height, min(needs.notes(across) + HEADING_ABOVE, 0.4 * body.height), LEAST_NOTES)
    drawn = Box(body.left, body.top, body.width, body.height - STRIP - deep - GAP / 2)
    strip = Box(body.left, drawn.bottom, body.width, STRIP)
    legend = Box(body.left, body.bottom - deep, width, height)
    notes = Box(legend.right + GAP, legend.top + HEADING_ABOVE, across, deep - HEADING_ABOVE)
    return Arrangement(page, title, subtitle, drawn, strip, legend, notes, footer, columns)


def _around(page, needs, columns, width, height):
    """Put a long legend right of the map and the notes beneath both, for what is tall; None where they do not fit."""
    title, subtitle, footer, body = _frame(page, needs)
    deep = min(needs.notes(body.width), 0.4 * body.height)
    across, high = body.width - width - GAP, body.height - deep - GAP
    if not LEAST_LEGEND * high <= height <= high:
        return None
    drawn = Box(body.left, body.top, across, high - STRIP)
    strip = Box(body.left, drawn.bottom, across, STRIP)
    legend = Box(drawn.right + GAP, body.top, width, height)
    notes = Box(body.left, strip.bottom + GAP, body.width, deep)
    return Arrangement(page, title, subtitle, drawn, strip, legend, notes, footer, columns)
