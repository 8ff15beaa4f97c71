"""The people of census tracts in the divisions of the LAPD, and in the neighbourhoods, which have numbers of their own."""

import numpy as np

import lacrime_geo as lg
from lacrime_geo.rows import as_rows
from tools.markdown import table

TRACTS, DIVISIONS = "la_tract_crime_counts_2020_2024.parquet", "lapd_divisions.geojson"
NEIGHBOURHOODS = "la_times_neighborhood_counts_2020_2024.parquet"


def populations(data):
    """Return the people of each division, most first, and how much of its ground lies in tracts."""
    joined = lg.join_by_area(data / DIVISIONS, areas=data / TRACTS, columns="population")
    names = as_rows(joined.to_features()).texts("APREC")
    order = np.argsort(-joined["population"], kind="stable")
    rows = [
        (names[row].title(), f"{joined['population'][row]:,.0f}", f"{100 * joined['covered'][row]:.1f} %")
        for row in order
    ]
    used = joined.parameters
    whole, part = used["population_of_areas"], used["population_of_features"]
    rows.append(
        ("**all 21**", f"**{part:,.0f}**", f"{part / whole:.1%} of the tracts' {whole:,.0f}".replace("%", " %"))
    )
    return table(("division", "people", "ground in tracts"), rows)


def tract_check(data):
    """Return how far the tracts' people joined to neighbourhoods lie from the numbers that the neighbourhoods have."""
    given = as_rows(str(data / NEIGHBOURHOODS))
    own = given.numbers("population")
    joined = lg.join_by_area(given.features, areas=data / TRACTS, columns="population")
    some = np.isfinite(own) & (own > 1_000) & (joined["covered"] > 0.99)
    off = joined["population"][some] / own[some] - 1
    rows = [
        ("neighbourhoods of more than 1,000 people, wholly in tracts", f"{int(some.sum())}"),
        ("median of the difference", f"{100 * np.median(off):+.1f} %"),
        ("half lie within", f"{100 * np.quantile(off, 0.25):+.1f} to {100 * np.quantile(off, 0.75):+.1f} %"),
        ("nine of ten lie within", f"{100 * np.quantile(off, 0.05):+.1f} to {100 * np.quantile(off, 0.95):+.1f} %"),
        (
            "people in all of them, joined against given",
            f"{joined['population'][some].sum():,.0f} and {own[some].sum():,.0f}",
        ),
    ]
    return table(("", ""), rows)


TABLES = {"populations": populations, "tract check": tract_check}
