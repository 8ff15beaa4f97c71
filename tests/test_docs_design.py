"""docs/design.md names files and functions that are there, and its drawing names what the text does."""

import re

from pages import ROOT, Page

import lacrime_geo as lg
from lacrime_geo.parameters import Parameters
from lacrime_geo.results import Cells, Marks, Shapes, Surface, Table
from tools.docs_site import drawing

PAGE = Page("design.md")
PLACES = (ROOT, ROOT / "lacrime_geo", ROOT / "qgis_plugin")


def there(name):
    return any((place / name).exists() for place in PLACES)


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"design.svg"}


def test_files_are_there():
    named = re.findall(r"`([\w/]+(?:\.py|/))`", PAGE.text)
    assert len(named) > 30 and [name for name in named if not there(name)] == []


def test_the_drawing_names_files_that_are_there():
    words = " ".join(text for *_, title, lines in drawing.BOXES for text in (title, lines))
    assert [name for name in re.findall(r"[\w/]+\.py|\w+/(?= |,|$)", words) if not there(name)] == []


def test_what_results_and_parameters_have():
    for kind in (Surface, Cells, Marks, Shapes, Table):
        assert f"`{kind.__name__}`" in PAGE.text and hasattr(kind, "save")
    assert all(hasattr(Parameters, name) for name in ("choose", "note", "tell", "warn"))
    assert issubclass(lg.Hotspots, Cells)
