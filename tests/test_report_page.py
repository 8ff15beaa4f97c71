"""The page of a report in a real Chromium: nothing from elsewhere, what it shows, says and lets one do, on desktop and phone."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from browser import Opened, browser_or_skip, until

import lacrime_geo as lg
from lacrime_geo.crs import projection_of
from lacrime_geo.geometry import polygon_wkb
from lacrime_geo.parameters import in_words, p_in_words
from lacrime_geo.reporting.page_maps import TILE_HOST
from lacrime_geo.styles import palettes
from tools.screenshot.browser import PHONE

ROOT = Path(__file__).resolve().parents[1]
DIVISIONS = str(ROOT / "sample_layers" / "divisions.geojson")
TILE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"
)
# Pixels of a colour: more than there are by chance where lines of others are smoothed; of grey, lines of the boundary's.
MANY, MANY_GREY = 100, 20_000
DRAWN = "document.documentElement.dataset.mapDrawn"
HIDES = "</script><script>document.title='run'</script>'\"&\N{FIRE}"


@pytest.fixture(scope="module")
def found():
    """Return the report of the sample city, without the sections that take long."""
    incidents = lg.as_incidents(ROOT / "sample_layers" / "incidents.csv.gz")
    return lg.report(incidents, sections="map,clock,season", boundary=DIVISIONS, areas=DIVISIONS)


@pytest.fixture(scope="module")
def path(found, tmp_path_factory):
    return Path(found.save(tmp_path_factory.mktemp("report") / "report.html"))


@pytest.fixture(scope="module")
def browser():
    with browser_or_skip() as one:
        yield one


@pytest.fixture(scope="module")
def opened(browser, path):
    """Return the page as it was opened first; tests that change it open their own."""
    with Opened(browser, path) as one:
        yield one


@pytest.fixture
def page(browser, path):
    with Opened(browser, path) as one:
        yield one.page


def show(page, found, easting, northing):
    """Move the map to a place, and read what stands there."""
    longitude, latitude = projection_of(found.layers["hotspots"].grid.crs).to_degrees(easting, northing)
    button = page.locator("button[data-show]").first
    told = json.dumps({"layer": "hotspots", "place": [float(latitude[0]), float(longitude[0])]})
    button.evaluate("(one, told) => (one.dataset.show = told)", told)
    button.click()


def middle(page):
    """Return where the middle of the map lies on the screen."""
    page.locator("#web-map").scroll_into_view_if_needed()
    box = page.locator("#web-map").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drawn(page):
    """Return how many pixels of each canvas of the map are filled, by their colours."""
    return page.evaluate("""() => {
        const seen = {};
        for (const canvas of document.querySelectorAll("#web-map canvas")) {
            const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
            for (const pixel of pixels) if (pixel) seen[pixel] = (seen[pixel] || 0) + 1;
        }
        return seen;
    }""")


def colour_in(page, colour):
    """Return how many pixels of a colour are drawn, whatever their opacity."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    rgb = blue << 16 | green << 8 | red
    # Translucent pixels are kept with their opacity multiplied in, which rounds.
    near = lambda pixel: all(abs((pixel >> shift & 255) - (rgb >> shift & 255)) <= 3 for shift in (0, 8, 16))  # noqa: E731
    return sum(number for pixel, number in drawn(page).items() if near(int(pixel)))


def choose(page, name):
    page.locator(f"#map-layers input[value='{name}']").click()
    until(page, "!document.querySelector('.leaflet-tile-container canvas:not(.leaflet-tile-loaded)')")


def test_it_opens_without_errors_and_asks_for_nothing(opened, path):
    until(opened.page, DRAWN)
    assert opened.said == [] and opened.outside == [] and opened.asked[0] == path.as_uri()
    ready = float(opened.page.evaluate("document.documentElement.dataset.mapReady"))
    print(f"map ready after {ready:.0f} ms")
    assert ready < 8000  # on any machine; docs/report.md says what was seen
    assert path.stat().st_size < 3e6


def test_it_says_what_it_is_to_all_readers(opened):
    page = opened.page
    assert page.evaluate("document.documentElement.lang") == "en"
    for landmark in ("header", "nav", "main"):
        assert page.locator(landmark).count() == 1
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map((one) => Number(one.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1 and max(np.diff(levels)) <= 1
    unnamed = page.evaluate("""() => [...document.querySelectorAll('figure svg:not([aria-hidden])')].filter(
        (one) => one.getAttribute('role') !== 'img' || !(one.getAttribute('aria-label') || one.querySelector(':scope > title')))
        .length""")
    assert unnamed == 0 and page.locator("figure svg[role=img]").count() >= 5
    assert page.evaluate("[...document.querySelectorAll('input')].every((one) => one.labels.length === 1)")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    targets = page.evaluate("[...document.querySelectorAll('nav a, .skip')].map((one) => one.hash.slice(1))")
    assert set(targets) <= set(ids)


def test_what_it_is_not_for_stands_above_all_sections(opened, found):
    first = opened.page.locator("main > section").first.inner_text()
    assert "not for stops, searches or arrests" in first and all(said in first for said in found.caveats)
    assert opened.page.locator("main").inner_text().count("Reported crime is not crime:") == 0


def test_text_stands_out(opened):
    """WCAG 2: the ratio of luminances is at least 4.5, of every text on its nearest ground."""
    worst = opened.page.evaluate("""() => {
        const parts = (text) => text.match(/[\\d.]+/g).map(Number);
        const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
        const ground = (one) => {
            for (; one; one = one.parentElement) {
                const colour = parts(getComputedStyle(one).backgroundColor);
                if (colour.length < 4 || colour[3] > 0.5) return colour;
            }
            return [255, 255, 255];
        };
        let worst = 21;
        for (const one of document.querySelectorAll("main *, header *, nav *")) {
            const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
            if (!own || one.closest("svg, script, #web-map") || !one.offsetParent) continue;
            const [a, b] = [light(parts(getComputedStyle(one).color)), light(ground(one))].sort();
            worst = Math.min(worst, (b + 0.05) / (a + 0.05));
        }
        return worst;
    }""")
    assert worst >= 4.5


def test_every_layer_is_shown_when_it_is_chosen_and_its_legend_with_it(page, found):
    signs = {
        "hotspots": palettes.BINS[0].colour,
        "density": palettes.DENSITY[-1],
        "emerging": palettes.EMERGING["hot"]["persistent"],
        "alerts": palettes.ALERTS["quiet"][1],
    }
    assert set(signs) | {"clusters"} == set(found.layers)
    until(page, DRAWN)
    cluster = palettes.CLUSTER_HUES[2]
    for name in ("hotspots", "density", "emerging", "alerts", ""):
        choose(page, name)
        shown = {
            other: colour_in(page, colour) > (MANY_GREY if other == "alerts" else MANY)
            for other, colour in signs.items()
        }
        assert shown == {other: other == name for other in signs}, name
        legends = {other: page.locator(f"#legend-{other}").is_visible() for other in signs}
        assert legends == shown and page.locator("#legend-clusters").is_visible()
        assert colour_in(page, cluster) > MANY
    choose(page, "clusters")
    assert colour_in(page, cluster) == 0 and not page.locator("#legend-clusters").is_visible()


def test_the_keyboard_does_what_the_mouse_does(page):
    page.locator("#map-layers input[value='hotspots']").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("input[value='density']").is_checked() and page.locator("#legend-density").is_visible()
    assert page.locator("#legend-hotspots").is_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert not page.locator("input[value='clusters']").is_checked()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "web-map"
    assert page.locator("#map-middle").is_visible()  # what Enter reads is marked
    hint = page.locator("#map-said").inner_text()
    page.keyboard.press("Enter")
    assert re.search(r"^(Below )?[\d,.]+ incidents per km²$", page.locator("#map-said").inner_text())
    assert page.locator("#map-said").get_attribute("aria-live") == "polite"
    page.keyboard.press("Escape")
    assert page.locator("#map-said").inner_text() == hint
    scale = page.locator(".leaflet-control-scale-line").first.inner_text()
    page.keyboard.press("+")
    page.keyboard.press("+")
    until(page, f"document.querySelector('.leaflet-control-scale-line').innerText !== {scale!r}")


def test_what_is_said_of_a_cell_is_the_librarys(page, found):
    cells = found.layers["hotspots"]
    x, y = cells.grid.centres(cells.cell)
    rows = np.argsort(-cells["z"])[[0, 40, 400]]
    counts = np.zeros(cells.grid.size)
    counts[cells.cell] = cells["count"]
    for row in rows:
        # By hand: all cells whose centres are within the band.
        near = np.hypot(x - x[row], y - y[row]) <= cells.parameters["distance_band"]
        around = int(cells["count"][near].sum())
        show(page, found, x[[row]], y[[row]])
        entry = next(entry for entry in palettes.BINS if entry.value == cells["bin"][row])
        # Counts that could point at a person are not told apart.
        here, near_it = (f"{n:,}" if n == 0 or n >= 5 else "fewer than 5" for n in (cells["count"][row], around))
        sentence = (
            f"{near_it} incidents here and around, {here} in this cell; z {cells['z'][row]:.1f}, "
            f"{p_in_words(cells['p'][row])}; {entry.label[0].lower()}{entry.label[1:]}"
        )
        assert page.locator("#map-said p").all_inner_texts()[-1] == sentence
        page.mouse.move(*middle(page))
        assert sentence in page.locator("#map-hover").inner_text()


def test_what_is_said_of_a_density_is_the_librarys(page, found):
    surface = found.layers["density"]
    choose(page, "density")
    for row, column in ((60, 70), (100, 60), (150, 90)):
        x, y = surface.grid.coordinates(np.array([row]), np.array([column]))
        show(page, found, x, y)  # of hot cells; the view stays
        choose(page, "density")
        page.mouse.click(*middle(page))
        said = page.locator("#map-said p").all_inner_texts()[-1]
        assert said == f"{in_words(surface.values[row, column])} incidents per km²"


def test_what_is_said_of_clusters_and_areas_is_the_librarys(page, found):
    hulls, areas = found.layers["clusters"], found.layers["alerts"]
    first = int(np.argmin(hulls["rank"]))
    show(page, found, hulls["mean_easting"][[first]], hulls["mean_northing"][[first]])
    choose(page, "alerts")
    page.mouse.click(*middle(page))
    cluster, area = page.locator("#map-said p").all_inner_texts()
    assert cluster.startswith(f"Cluster 1 by size: {hulls['count'][first]:,} incidents, ")
    row = areas["area"].tolist().index(area.split(":")[0])
    assert areas["reason"][row] in area and area.endswith("quiet")
    labels = page.locator(".map-label").all_text_contents()
    assert f"1 · {hulls['count'][first]:,} incidents · 6.2 %" in labels


def test_a_row_of_a_table_is_shown_on_the_map(page, found):
    button = page.locator("button[aria-label='Show Hot area 2 on the map']")
    button.focus()
    page.keyboard.press("Enter")
    said = page.locator("#map-said p").all_inner_texts()[-1]
    told = button.evaluate("(one) => [...one.closest('tr').cells].map((cell) => cell.innerText)")
    assert f"z {told[4]}," in said and "hot spot, 99 % confidence" in said


def test_tiles_are_asked_for_after_the_button_only_and_of_one_server(browser, path):
    with Opened(browser, path) as one:
        one.context.route(re.compile("^https?:"), lambda route: route.fulfill(body=TILE, content_type="image/png"))
        page = one.page
        page.wait_for_timeout(200)
        assert one.outside == [] and TILE_HOST not in page.locator(".leaflet-container").inner_html()
        assert "address of your computer" in page.locator("#basemap-sends").inner_text()
        page.locator("#load-basemap").click()
        until(page, "document.querySelectorAll('img.leaflet-tile-loaded').length > 3")
        assert one.outside and {url.startswith(f"{TILE_HOST}/") for url in one.outside} == {True}
        assert "© OpenStreetMap contributors" in page.locator(".leaflet-control-attribution").inner_text()
        assert page.locator("#load-basemap").inner_text() == "Remove basemap" and one.said == []
        page.locator("#load-basemap").click()
        assert page.locator("img.leaflet-tile").count() == 0


def test_the_claims_in_the_page_are_the_reports(page, found, tmp_path):
    expected = json.loads(found.claims_json())
    assert json.loads(page.locator("#claims-data").text_content()) == expected and len(expected["claims"]) > 20
    with page.expect_download() as saving:
        page.locator("#save-claims").click()
    saving.value.save_as(tmp_path / "claims.json")
    assert json.loads((tmp_path / "claims.json").read_text(encoding="utf-8")) == expected
    assert page.locator("#ledger li").count() == len(expected["claims"])


def test_without_scripts_the_printed_maps_are_shown(browser, path):
    with Opened(browser, path, java_script_enabled=False) as one:
        assert one.page.locator("figure.static-map > svg").first.is_visible()
        assert not one.page.locator("#web-map").is_visible() and not one.page.locator("#load-basemap").is_visible()
        assert one.page.locator("#ledger li").first.is_visible()


def test_in_print_the_printed_maps_stand_in_place_of_the_live_one(page):
    assert not page.locator("figure.static-map").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator("figure.static-map > svg").count() == 4
    assert page.locator("figure.static-map").first.is_visible() and not page.locator("#web-map").is_visible()
    assert not any(one.is_visible() for one in page.locator("button, nav").all())
    caption = page.locator("figure.static-map figcaption").first.inner_text()
    assert "Cluster 1 by size" in caption and "Hot spot, 99 % confidence" in caption


def test_on_a_phone_only_wide_tables_and_charts_scroll(browser, path):
    with Opened(browser, path, size=PHONE, is_mobile=True, has_touch=True) as one:
        page = one.page
        until(page, DRAWN)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        page.touchscreen.tap(*middle(page))
        assert page.locator("#map-said").inner_text() != page.locator("#map-said").get_attribute("data-hint")
        small = page.evaluate(
            "[...document.querySelectorAll('#map-layers label, #load-basemap')].filter((one) => one.offsetHeight < 24).length"
        )
        assert small == 0 and one.said == []
        wide = (
            "[...document.querySelectorAll('.wide, figure.chart')].filter((one) => one.scrollWidth > one.clientWidth)"
        )
        assert page.evaluate(f"{wide}.length > 3 && {wide}.every((one) => one.tabIndex === 0)")


def test_hostile_names_stay_text(browser, tmp_path):
    random = np.random.default_rng(3)
    x = np.concatenate([random.uniform(380_000, 384_000, 600), np.full(90, 381_015.0)])
    y = np.concatenate([random.uniform(3_768_000, 3_772_000, 600), np.full(90, 3_769_015.0)])
    when = np.datetime64("2023-01-01T12", "h") + 13 * np.arange(x.size)
    kinds = np.array([HIDES] * x.size, dtype=object)
    incidents = lg.Incidents(x, y, when=when.astype("M8[s]"), category=kinds, crs="EPSG:32611", label=HIDES)
    corners = np.array([[380, 3768], [384, 3768], [384, 3772], [380, 3772]]) * 1000.0
    square = polygon_wkb(*corners.T)
    areas = lg.Features([square], "EPSG:32611", {"name": np.array([HIDES], dtype=object)}, HIDES)
    made = lg.report(incidents, sections="map", areas=areas, boundary=areas)
    with Opened(browser, Path(made.save(tmp_path / "hostile.html"))) as one:
        page = one.page
        until(page, DRAWN)
        assert one.said == [] and page.title() == made.title and page.locator("img").count() == 0
        choose(page, "alerts")
        page.locator("#web-map").focus()
        page.keyboard.press("Enter")
        assert HIDES in page.locator("#map-said").inner_text()
        assert len(made.layers["clusters"]) and HIDES in page.locator("#map-data").text_content().encode().decode(
            "unicode_escape"
        ).encode("utf-16", "surrogatepass").decode("utf-16")
