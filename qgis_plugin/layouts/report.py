"""A whole page: what is said and shown, put where there is room for it."""

from types import MappingProxyType
from typing import NamedTuple

from qgis.core import QgsCoordinateReferenceSystem, QgsLayoutSize, QgsPrintLayout, QgsProcessingException, QgsRectangle

from . import area, items, page, texts
from .legend import legend_of

COLUMNS = (1, 2, 3)
SCALE = "[% format_number(item_variables('map')['map_scale'], 0) %]"


class Content(NamedTuple):
    """What a page says and shows.

    `headings` are pairs of a layer of the legend and its heading, `shape` is the width and height of what is to fill the map,
    `longest` what expressions in the texts become at most.
    """

    name: str
    title: str
    subtitle: str
    notes: list
    footer: str
    layers: list
    headings: list
    crs: QgsCoordinateReferenceSystem
    extent: QgsRectangle
    shape: tuple
    longest: dict = MappingProxyType({})

    def measured(self, text):
        """Return a text with its expressions as long as they may become."""
        for expression, longest in self.longest.items():
            text = text.replace(expression, longest)
        return text


def layout_of(project, name):
    """Return an empty layout of one page."""
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.setName(name)
    return layout


def fill(layout, content, pages):
    """Put everything onto the one of the pages on which the map is largest; return the map and its scale bar."""
    arrangement = page.best(pages, _needs(layout, content), content.shape)
    if arrangement is None:
        classes = len(content.headings)
        raise QgsProcessingException(
            f"The legend of {classes} {'layer' if classes == 1 else 'layers'} leaves no room for a map; choose fewer layers or a "
            "larger page."
        )
    layout.pageCollection().page(0).setPageSize(QgsLayoutSize(*arrangement.page))
    head(layout, content, arrangement)
    drawn = items.map_of(layout, content.layers, content.crs, content.extent, arrangement.map)
    drawn.setScale(area.round_scale(drawn.scale()))
    legend, _ = legend_of(layout, content.headings, arrangement.columns)
    items.put(layout, legend, arrangement.legend, "legend")
    notes = fitting(content.notes, arrangement.notes)
    items.label(layout, notes, arrangement.notes, "notes", texts.SMALL)
    words = f"1 : {SCALE} · {area.words_on(content.crs)}"
    bar = items.strip(layout, drawn, arrangement.strip, words)
    items.label(layout, content.footer, arrangement.footer, "footer", texts.SMALL, colour=texts.MUTED)
    return drawn, bar


def head(layout, content, arrangement):
    """Write title and subtitle."""
    items.label(layout, content.title, arrangement.title, "title", texts.TITLE, bold=True)
    items.label(layout, content.subtitle, arrangement.subtitle, "subtitle", texts.SUBTITLE, colour=texts.MUTED)


def _needs(layout, content):
    """Return how much room everything needs; legends are measured as QGIS lays them out."""
    legends = []
    for columns in COLUMNS:
        _, size = legend_of(layout, content.headings, columns)
        legends.append((columns, *size))
    return page.Needs(
        title=lambda width: texts.height(content.measured(content.title), texts.TITLE, width, bold=True),
        subtitle=lambda width: texts.height(content.measured(content.subtitle), texts.SUBTITLE, width),
        notes=lambda width: texts.height("\n\n".join(content.notes), texts.SMALL, width),
        footer=lambda width: texts.height(content.measured(content.footer), texts.SMALL, width),
        legends=legends,
    )


def fitting(notes, box):
    """Return those paragraphs that a box has room for, the first before the others, and how many more there are."""
    kept = []
    for note in map(texts.plain, notes):
        more = [] if len(kept) + 1 == len(notes) else [_more(len(notes) - len(kept) - 1)]
        if texts.height("\n\n".join([*kept, note, *more]), texts.SMALL, box.width) <= box.height:
            kept.append(note)
    return "\n\n".join([*kept, *([_more(len(notes) - len(kept))] if len(kept) < len(notes) else [])])


def _more(number):
    return f"{number} more {'remark stands' if number == 1 else 'remarks stand'} in the layers' metadata."
