"""The layers of lacrime:compare_periods in the project: one group, the same colours, a map theme each, pages for print."""

import re

import pytest
from bundled import destination, point_layer
from printed import said
from test_plugin_compare import LAYERS, PARTED, of_script, opened

import lacrime_geo as lg

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin


@pytest.fixture
def project(qgis_new_project):
    return qgis_core.QgsProject.instance()


def loaded(load, layer, **parameters):
    """Compare as the toolbox does; return the group of the layers, the change, and both densities."""
    load("compare_periods", OUTPUT=None, INCIDENTS=layer, **{name: destination() for name in LAYERS}, **parameters)
    group = qgis_core.QgsProject.instance().layerTreeRoot().children()[0]
    return group, *(node.layer() for node in group.children())


def shader(layer):
    return [
        (item.value, item.color.name(), item.color.alpha(), item.label)
        for item in layer.renderer().shader().rasterShaderFunction().colorRampItemList()
    ]


def test_both_densities_have_the_same_colours(load, layer):
    _, _, before, after = loaded(load, layer, **PARTED)
    assert shader(before) == shader(after) and len(shader(before)) == 7
    assert before.extent() == after.extent() and before.width() == after.width()
    most = [one.dataProvider().bandStatistics(1).maximumValue for one in (before, after)]
    assert most[0] != most[1]


def test_the_layers_arrive_in_one_group_the_change_seen(load, layer):
    group, *layers = loaded(load, layer, CATEGORY="burglary", UNTIL="2023-12-01", **PARTED)
    assert group.name().startswith("Comparison · burglary · Jan–Jun 2023 → Jul–Nov 2023 · n = ")
    names = [one.name().rsplit(" · n = ", 1)[0] for one in layers]
    assert names[0] == "Change · burglary · Jan–Jun 2023 → Jul–Nov 2023"
    assert [name.split(" · ")[0] for name in names] == ["Change", "Before", "After"]
    assert [name.split(" · ")[2:] for name in names[1:]] == [["burglary", "Jan–Jun 2023"], ["burglary", "Jul–Nov 2023"]]
    assert [node.itemVisibilityChecked() for node in group.children()] == [True, False, False]
    assert layers[0].renderer().type() == "categorizedSymbol"
    assert layers[1].renderer().type() == layers[2].renderer().type() == "singlebandpseudocolor"


def themes_of(project):
    """Apply each map theme in turn; return by its name what is then seen, from the top."""
    root, found = project.layerTreeRoot(), {}
    model = qgis_core.QgsLayerTreeModel(root)
    for name in sorted(project.mapThemeCollection().mapThemes()):
        project.mapThemeCollection().applyTheme(name, root, model)
        found[name] = [node.name().split(" · n = ")[0] for node in root.findLayers() if node.isVisible()]
    return found


@pytest.fixture
def city(project, tiles, layer):
    """Put a basemap and the incidents into the project, and a layer that is not seen."""
    basemap = qgis_core.QgsRasterLayer(f"type=xyz&url={tiles}&zmin=0&zmax=16", "basemap", "wms")
    assert basemap.isValid()
    unseen = point_layer([-118.3], [34.0], name="unseen")
    project.addMapLayers([basemap, unseen, layer])
    project.layerTreeRoot().findLayer(unseen.id()).setItemVisibilityChecked(False)
    return layer


def test_each_layer_has_a_theme_that_keeps_the_basemap(load, city, project):
    loaded(load, city, CATEGORY="burglary", UNTIL="2023-12-01", **PARTED)
    found = themes_of(project)
    assert {name: [layer.split(" · ")[0] for layer in seen] for name, seen in found.items()} == {
        "After · burglary · Jul–Nov 2023": ["After", "basemap"],
        "Before · burglary · Jan–Jun 2023": ["Before", "basemap"],
        "Change · burglary · Jan–Jun 2023 → Jul–Nov 2023": ["Change", "basemap"],
    }


def test_a_second_comparison_has_themes_of_its_own(load, city, project):
    first = loaded(load, city, **PARTED)[0].name()
    early = themes_of(project)
    project.layerTreeRoot().findLayers()[0].setItemVisibilityChecked(True)
    second = loaded(load, city, BANDWIDTH=1500.0, **PARTED)[0].name()
    assert second == f"{first} (2)"
    both = themes_of(project)
    assert set(both) == {*early, *(f"{name} (2)" for name in early)}
    for name, seen in early.items():
        assert both[name] == seen
    assert both["Before · Jan–Jun 2023 (2)"] == ["Before · Density (1,500 m) · Jan–Jun 2023", "basemap"]


def test_themes_are_right_where_all_layers_are_there_before_the_first_is_placed(plugin, project, tmp_path, incidents):
    """As QGIS does it from 3.32 on."""
    from lacrime_qgis.display import Appearance, Run

    made = lg.compare_periods(of_script(incidents), after_since="2023-07-01")
    made.save(tmp_path)
    layers = {name: opened(str(tmp_path / f"{name}.tif")) for name in ("density_before", "density_after")}
    project.addMapLayers([qgis_core.QgsRasterLayer(str(tmp_path / "density_after.tif"), "basemap"), *layers.values()])
    run = Run("Comparison")
    for name, layer in layers.items():
        layer.setName(name)
        run.themes[made.results[name].label] = name
    waiting = [Appearance(bundled_surface(made.results[name]), run, layer.metadata()) for name, layer in layers.items()]
    context = qgis_core.QgsProcessingContext()
    context.setProject(project)
    for one, layer in zip(waiting, layers.values()):
        one.postProcessLayer(layer, context, None)
    assert themes_of(project) == {name: [name, "basemap"] for name in layers}


def bundled_surface(surface):
    """Return a surface of the library as one of the plugin's own copy of it."""
    from lacrime_qgis.lacrime_geo.parameters import Parameters
    from lacrime_qgis.lacrime_geo.results import Surface

    return Surface(surface.grid, surface.values, surface.unit, Parameters(surface.parameters), label=surface.label)


def test_a_page_for_print_says_what_each_layer_is(load, report, layer):
    _, change, before, after = loaded(load, layer, AFTER_SINCE="2023-08-01", CATEGORY="burglary")
    alone = said(report(LAYERS=[before]))
    assert alone["title"] == "Density of reported burglary"
    assert alone["subtitle"] == "before · Jan–Jul 2023 · 300 incidents"
    assert re.search(
        r"\nDensity: kernel density, .* highest density is [\d.]+ incidents per km² in 30 days\.", alone["notes"]
    )
    both = said(report(LAYERS=[before, after]))
    assert both["title"] == "Density of reported burglary" and "before" not in both["subtitle"]
    assert said(report(LAYERS=[change]))["title"] == "Change of reported burglary"
