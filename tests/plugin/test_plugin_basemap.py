"""lacrime:basemap: beneath all layers, its names above them, its attribution kept; tiles of this machine only."""

import re

import pytest

from tools.headless_qgis import run_headless

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

WITH_NAMES = "Esri light grey"
SANTA_ALBA = (376_000, 3_760_000, 380_000, 3_764_000)


@pytest.fixture
def project(qgis_new_project):
    return qgis_core.QgsProject.instance()


@pytest.fixture
def add(provider, log, project):
    """Return a function that adds a basemap as the toolbox does."""
    import processing

    def add(**parameters):
        context = qgis_core.QgsProcessingContext()
        context.setProject(project)
        return processing.run("lacrime:basemap", parameters, feedback=log, context=context)

    return add


@pytest.fixture
def basemaps(plugin):
    import lacrime_qgis.basemaps

    return lacrime_qgis.basemaps


def tree(project):
    return [node.name() for node in project.layerTreeRoot().children()]


def pixels(layers, crs="EPSG:32611", extent=SANTA_ALBA, dots_per_inch=96, size=200):
    """Return the map of layers as packed colours by row."""
    import numpy as np
    from qgis.PyQt.QtCore import QSize
    from qgis.PyQt.QtGui import QImage

    settings = qgis_core.QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(qgis_core.QgsCoordinateReferenceSystem(crs))
    settings.setExtent(qgis_core.QgsRectangle(*extent))
    settings.setOutputSize(QSize(size, size))
    settings.setOutputDpi(dots_per_inch)
    job = qgis_core.QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage().convertToFormat(QImage.Format.Format_RGB32)
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    return np.frombuffer(bits, np.uint8).reshape(size, size, 4)[:, :, 2::-1].copy()


def test_own_tiles_are_drawn_beneath_everything(add, project, tiles, layer):
    project.addMapLayer(layer)
    add(URL=tiles, ATTRIBUTION="© Santa Alba")
    assert tree(project) == ["burglaries", "Basemap"]
    base = project.layerTreeRoot().children()[-1].layer()
    assert base.metadata().rights() == ["© Santa Alba"]
    drawn = pixels([base])
    land = (abs(drawn.astype(int) - (0xF4, 0xF2, 0xEE)).max(axis=2) <= 2).mean()
    assert land > 0.3, "the sample's land is to be seen"


def test_the_copyright_decoration_finds_the_attribution(add, project):
    add(BASEMAP="OpenStreetMap")
    layout = qgis_core.QgsPrintLayout(project)
    layout.initializeDefaults()
    shown = qgis_core.QgsLayoutItemMap(layout)
    shown.setId("map")
    shown.setLayers(list(project.mapLayers().values()))
    layout.addLayoutItem(shown)
    said = qgis_core.QgsExpression("array_to_string(map_credits('map'))").evaluate(layout.createExpressionContext())
    assert said == "© OpenStreetMap contributors"


def test_names_lie_above_and_runs_between(add, project, load, layer):
    project.addMapLayer(layer)
    add(BASEMAP=WITH_NAMES)
    load("kde", INCIDENTS=layer)
    load("hotspots", INCIDENTS=layer, CURVE=None)
    found = tree(project)
    assert found[0] == f"{WITH_NAMES}: names" and found[-2:] == ["burglaries", WITH_NAMES]
    assert ["Hotspots" in found[1], "Density" in found[2]] == [True, True], found


def test_a_second_run_keeps_the_same_and_replaces_another(add, project, log):
    add(BASEMAP=WITH_NAMES)
    first = set(project.mapLayers())
    add(BASEMAP=WITH_NAMES)
    assert set(project.mapLayers()) == first
    assert log.lines.count(f"{WITH_NAMES} is the project's basemap already: it stays as it is.") == 1
    add(BASEMAP="OpenStreetMap pale")
    assert tree(project) == ["OpenStreetMap pale"]
    assert "OpenStreetMap pale takes the place of another basemap." in log.lines
    assert any("operations.osmfoundation.org" in line for line in log.lines)


def test_the_basemap_of_a_saved_project_is_known_again(add, project, tmp_path, log):
    add(BASEMAP=WITH_NAMES)
    assert project.write(str(tmp_path / "city.qgz"))
    project.clear()
    project.read(str(tmp_path / "city.qgz"))
    add(BASEMAP=WITH_NAMES)
    assert len(project.mapLayers()) == 2 and "stays as it is" in " ".join(log.lines)


def test_pale_is_grey_and_lighter(basemaps, tiles):
    drawn = {}
    for name in ("OpenStreetMap", "OpenStreetMap pale"):
        (layer,) = basemaps.layers_of(basemaps.BY_NAME[name]._replace(url=tiles)).values()
        drawn[name] = pixels([layer], extent=(360_000, 3_750_000, 385_000, 3_775_000)).astype(int)
    plain, pale = drawn.values()
    assert (plain.max(axis=2) - plain.min(axis=2)).max() > 20
    assert (pale.max(axis=2) - pale.min(axis=2)).max() <= 1
    assert pale.mean() > plain.mean() and pale.std() < plain.std()


def test_names_are_printed_as_large_as_on_a_screen(basemaps, tiles):
    """At three times the dots of a screen the tiles of the same zoom are asked for, three times as large."""
    (layer,) = basemaps.layers_of(basemaps.BY_NAME["OpenStreetMap"]._replace(url=tiles)).values()
    screen, paper = pixels([layer]), pixels([layer], dots_per_inch=288, size=600)
    blocks = paper.reshape(200, 3, 200, 3, 3).mean(axis=(1, 3))
    assert abs(blocks - screen).mean() < 3


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (dict(BASEMAP="CARTO light"), "'CARTO light' needs a key"),
        (dict(BASEMAP="CARTO light", KEY="two words"), "The key has ' ' in it"),
        (dict(URL="ftp://x/{z}/{x}/{y}.png"), "'ftp://x/{z}/{x}/{y}.png' is no URL of tiles"),
        (dict(URL="https://{s}.x.org/{z}/{x}/{y}.png"), "has {s}, which QGIS does not know"),
        (dict(URL="https://x.org/{z}/{x}.png"), "does not say where the tile's numbers go"),
    ],
)
def test_what_cannot_be_drawn_is_refused(add, project, given, sentence):
    with pytest.raises(qgis_core.QgsProcessingException, match=re.escape(sentence)):
        add(**given)
    assert project.mapLayers() == {}


def test_cartos_tiles_are_asked_for_with_the_key(add, project):
    add(BASEMAP="CARTO light", KEY="a_Key-1")
    for layer in project.mapLayers().values():
        url = qgis_core.QgsProviderRegistry.instance().decodeUri("wms", layer.source())["url"]
        assert re.fullmatch(r"https://basemaps\.cartocdn\.com/light_\w+/\{z\}/\{x\}/\{y\}@2x\.png\?key=a_Key-1", url)


def test_every_basemap_is_told_whose_it_is(add, project, basemaps):
    for name in basemaps.BY_NAME:
        add(BASEMAP=name, KEY="key")
        found = list(project.mapLayers().values())
        assert all(layer.isValid() and "©" in layer.metadata().rights()[0] for layer in found), name
        assert len(found) == 1 + bool(basemaps.BY_NAME[name].labels)


def test_facts_are_those_of_xyzservices(basemaps):
    xyz = pytest.importorskip("xyzservices").providers
    known = {
        "OpenStreetMap": xyz.OpenStreetMap.Mapnik,
        "OpenStreetMap pale": xyz.OpenStreetMap.Mapnik,
        "CARTO light": xyz.CartoDB.PositronNoLabels,
        "CARTO light without names": xyz.CartoDB.PositronNoLabels,
        "CARTO dark": xyz.CartoDB.DarkMatterNoLabels,
        "CARTO dark without names": xyz.CartoDB.DarkMatterNoLabels,
        "Esri light grey": xyz.Esri.WorldGrayCanvas,
        "Esri streets": xyz.Esri.WorldStreetMap,
        "Esri imagery": xyz.Esri.WorldImagery,
    }
    assert known.keys() | {"Esri dark grey"} == basemaps.BY_NAME.keys()  # which xyzservices does not list
    for name, provider in known.items():
        ours = basemaps.BY_NAME[name]
        assert bare(ours.url) == bare(provider.build_url(scale_factor="@2x" if "{r}" in provider.url else None)), name
        assert ours.owner.attribution.replace("©", "(C)").replace("—", "--") == provider.attribution
        assert ours.zoom_max == provider.get("max_zoom", ours.zoom_max)
    for name, variant in {
        "CARTO light": xyz.CartoDB.PositronOnlyLabels,
        "CARTO dark": xyz.CartoDB.DarkMatterOnlyLabels,
    }.items():
        assert bare(basemaps.BY_NAME[name].labels) == bare(variant.build_url(scale_factor="@2x"))


def bare(url):
    """Return a URL without the name of one of several servers and without the key."""
    return re.sub(r"//[abcd]\.", "//", url).split("?")[0]


def test_headless_runs_add_it_to_the_project_named_or_say_that_there_is_none(plugin, tmp_path):
    import os

    plugins = os.path.dirname(os.path.dirname(plugin.__file__))
    said = run_headless(tmp_path / "settings", plugins, "basemap", BASEMAP="OpenStreetMap")
    assert said.returncode == 0 and "There is no project to put a basemap into" in said.stdout + said.stderr
    file = tmp_path / "city.qgs"
    assert qgis_core.QgsProject().write(str(file))
    done = run_headless(tmp_path / "settings", plugins, "basemap", file, BASEMAP=WITH_NAMES)
    assert done.returncode == 0 and f"{file} is written" in done.stdout, done.stderr
    opened = qgis_core.QgsProject()
    opened.read(str(file))
    assert tree(opened) == [f"{WITH_NAMES}: names", WITH_NAMES]
