"""docs/qgis.md: its pictures and links lead somewhere."""

from pages import Page

PAGE = Page("qgis.md")


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"report.png", "periods.png"}
