"""The gallery: every kind of map and chart once, with the command that makes it, and the pictures of real data apart."""

import re
from functools import cache
from typing import NamedTuple

from lacrime_geo.command_options import COMMANDS

from .examples import ROOT

DOCS = ROOT / "docs"
FILE, CITY = "sample_layers/incidents.csv.gz", "--boundary sample_layers/divisions.geojson"
AREAS = "--areas sample_layers/divisions.geojson"
SCALE = "sample_layers/made_up_harm.csv"


class Shown(NamedTuple):
    """A picture of the analysis that it is of, and the words of the command after the file of incidents, if one line makes it."""

    picture: str
    analysis: str
    command: str = ""
    file: str = FILE


SAMPLE = (
    Shown("density.png", "kde", f"density.tif {CITY}"),
    Shown("adaptive.png", "kde", f"adaptive.tif {CITY} --adaptive"),
    Shown("risk_ratio.png", "risk_ratio"),
    Shown("contours.png", "contours", "contours.gpkg", "sample_layers/density.tif"),
    Shown("hotspots.png", "hotspots", f"hotspots.gpkg {CITY}"),
    Shown("hexagons.png", "hotspots", f"hexagons.gpkg {CITY} --shape hex"),
    Shown("local_moran.png", "local_moran", f"local_moran.gpkg {CITY}"),
    Shown("distance_curve.svg", "incremental_moran", f"curve.svg {CITY}"),
    Shown("stability.png", "stability", f"stability.gpkg {CITY} --cell-size 300 --runs 10"),
    Shown("moved_places.png", "jitter_sensitivity", f"moved.gpkg --analysis hotspots {CITY} --cell-size 300 --runs 10"),
    Shown("comparison.png", "compare"),
    Shown("lorenz.svg", "concentration", "shares.csv --units sample_layers/divisions.geojson --lorenz lorenz.svg"),
    Shown("clusters.png", "dbscan", "clusters.gpkg"),
    Shown("hulls.png", "dbscan", "concave.gpkg --hull concave"),
    Shown("spacetime.png", "st_dbscan", "sprees.gpkg --eps 300 --eps-time 14"),
    Shown("ellipses.png", "ellipses", "ellipses.gpkg --by category"),
    Shown("clock.svg", "clock", "clock.svg"),
    Shown("aoristic.png", "aoristic"),
    Shown("season.svg", "season", "season.svg"),
    Shown("weekday_test.svg", "weekday_test"),
    Shown("decomposition.svg", "decompose", "parts.svg --trend 61"),
    Shown("changes.svg", "change_points"),
    Shown("emerging.png", "emerging_hotspots", f"emerging.gpkg {CITY} --distance-band 600"),
    Shown("outbreaks.png", "space_time_scan", "outbreaks.gpkg --category burglary"),
    Shown("knox.svg", "near_repeat", "knox.svg --category robbery --permutations 199"),
    Shown("risk_zones.png", "risk_zones"),
    Shown("reporting_delay.svg", "reporting_delay", "delays.csv --as-of 2023-11-30 --curve curve.svg"),
    Shown("nowcast.svg", "nowcast", "weeks.svg --as-of 2023-11-30"),
    Shown("alerts.png", "alerts", f"alerts.gpkg {AREAS} --category burglary --as-of 2023-10-14 --since last"),
    Shown("watched_counts.svg", "alerts"),
    Shown("forecast_map.png", "forecast_areas", f"forecast.gpkg {AREAS} --category burglary --model smoothing"),
    Shown("risk_map.png", "predict_risk", f"risk.gpkg {CITY} --category robbery"),
    Shown("feedback_urn.svg", "feedback_audit"),
    Shown(
        "harm_against_counts.svg",
        "harm_sensitivity",
        f"harm.svg {CITY} --scales part1_2,{SCALE}",
    ),
    Shown(
        "harm_map.png",
        "harm_sensitivity",
        f"harm.csv {CITY} --scales {SCALE} --cells cells.gpkg",
    ),
    Shown("funnel_map.png", "funnel"),
    Shown("rate_trends.svg", "rate_trends", "trends.svg", "sample_layers/agency_years.csv"),
    Shown("persistent_high.svg", "persistent_high", "high.svg", "sample_layers/agency_years.csv"),
    Shown("intervention_map.png", "intervention"),
    Shown("category_components.png", "category_components", f"mixes.gpkg {CITY}"),
    Shown("withheld.png", "safe_export"),
    Shown("masked.png", "safe_export", "masked.gpkg --mask donut --columns category"),
    Shown("report_page.png", "report", f"report.html {CITY} --sections map,clock"),
    Shown(
        "periods.png", "compare_periods", f"periods {CITY} --since 2023-07-01 --after-since 2023-10-01 --cell-size 500"
    ),
)
REAL = (
    Shown("los_angeles.png", "overview"),
    Shown("funnel_neighbourhoods.svg", "funnel"),
    Shown("backtest_la.svg", "backtest_forecasts"),
    Shown("harm_forecasts.svg", "forecast_areas"),
    Shown("severity_class.svg", "predict_severity"),
)
# What pages show of one choice beside another, of the desktop, of pages for print and of the code.
NOT_SHOWN = {
    *("bandwidths.png", "edges.png", "bands.png", "clock_starts.svg", "clock_spans.svg", "shifts.png"),
    *("emerging_played.png", "zones_played.png", "forecast.svg", "desktop.png", "report.png"),
    *("qgis_install.png", "qgis_toolbox.png", "qgis_load.png", "qgis_overview.png", "design.svg"),
    "report_page_phone.png",
}
NAMES = {"angeles": "Angeles", "la": "LA", "moran": "Moran"}
HEAD = """# Gallery

Every kind of map and chart, one picture each, with the command that makes it where one line does. All but the last ones are of
Santa Alba, the synthetic city of the [sample layers](../sample_layers/README.md): nothing in them happened. What a map shows, and
what it does not, its page tells.

<!-- made by python -m tools.docs_site.tables -->
"""


def page():
    """Return the text of docs/gallery.md."""
    parts, group = [HEAD], ""
    for shown in SAMPLE:
        if (found := COMMANDS[shown.analysis].group) != group:
            parts.append(f"## {found}\n")
            group = found
        parts.append(_card(shown))
    parts += [
        "## Of real data\n",
        "Open data of the Los Angeles Police Department and others; whose, each page tells.\n",
    ]
    return "\n".join(parts + [_card(shown) for shown in REAL])


def _card(shown):
    guide, words = told()[shown.picture]
    command = f"    lacrime-geo {shown.analysis} {shown.file} {shown.command}\n\n" if shown.command else ""
    title, name = COMMANDS[shown.analysis].title, _name_of(shown.picture)
    return (
        f"### {name}\n\n"
        f"![{words}](pictures/{shown.picture})\n\n"
        f"[{title}](analyses/{shown.analysis}.md): {words[0].lower()}{words[1:]}. Guide: [{guide}]({guide}.md)\n\n"
        f"{command}"
    )


def _name_of(picture):
    words = picture.partition(".")[0].split("_")
    return " ".join([words[0].capitalize(), *(NAMES.get(word, word) for word in words[1:])])


@cache
def told():
    """Return for each picture the guide that shows it first, and its words there."""
    found = {}
    for path in sorted(DOCS.glob("*.md")):
        if path.stem not in ("index", "gallery") and not path.stem.startswith("start_here"):
            for words, name in re.findall(r"!\[([^\]]+)\]\(pictures/([^)]+)\)", path.read_text(encoding="utf-8")):
                found.setdefault(name, (path.stem, words))
    return found
