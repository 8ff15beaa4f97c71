"""Yearly crimes of made-up police agencies, with the traps that the real tables have."""

import csv

import numpy as np

AGENCIES = (
    *(
        "Alba Hills County",
        "Cape Morrow",
        "Eastgate",
        "Fairground City",
        "Foundry",
        "Granary",
        "Juniper",
        "Lantern Ridge",
    ),
    *("Millpond", "Orchard Basin", "Palisade Bay", "Quarry", "Redwater", "Saltmarsh", "Santa Alba", "Windmill"),
)
YEARS = np.arange(2000, 2024)
# Santa Alba's rate rises to this year and falls from it on.
TURN, RISE, FALL = 2010, 0.05, -0.04
SHARES = {"homs_sum": 0.01, "rape_sum": 0.07, "rob_sum": 0.32, "agg_ass_sum": 0.6}
HEADER = ("ORI", "year", "department_name", "total_pop", *SHARES, "violent_crime", "months_reported")


def agency_rows(rng):
    """Return the rows of the table: agencies by year, the nation's sum among them."""
    people = np.round(rng.lognormal(12.2, 0.5, len(AGENCIES)), -2)
    level = 500 * rng.lognormal(0, 0.5, len(AGENCIES))
    wander = np.cumsum(rng.normal(0, 0.04, (len(AGENCIES), YEARS.size)), axis=1)
    drift = -0.015 * (YEARS - YEARS[0])
    rate = level[:, None] * np.exp(wander + drift)
    turned = np.where(YEARS < TURN, RISE * (YEARS - TURN), FALL * (YEARS - TURN))
    rate[AGENCIES.index("Santa Alba")] = 900 * np.exp(turned)
    rows = []
    for at, year in enumerate(YEARS):
        for number, name in enumerate(AGENCIES):
            population = round(people[number] * 1.006 ** (year - YEARS[0]))
            parts = [int(rng.poisson(rate[number, at] * population / 1e5 * share)) for share in SHARES.values()]
            rows.append([f"SA{number + 1:03d}00", int(year), name, population, *parts, sum(parts), 12])
        rows.append(["", int(year), "National", 300_000_000 + 2_000_000 * at, *[""] * len(SHARES), 1_200_000, "NA"])
    return with_traps(rows)


def with_traps(rows):
    """Return the rows with what goes wrong in real tables: short years, months of 0, people and months not known."""
    at = {(row[2], row[1]): row for row in rows}
    months, people = HEADER.index("months_reported"), HEADER.index("total_pop")
    short = at["Foundry", 2007]
    short[4:9] = [value // 2 for value in short[4:8]] + [sum(value // 2 for value in short[4:8])]
    short[months] = 6
    at["Quarry", 2012][months] = 0
    at["Juniper", 2003][people] = "NA"
    for row in rows:
        if row[1] == YEARS[-1]:
            row[months] = "NA"
    return rows


def write_agencies(path, rng):
    """Write the table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(agency_rows(rng))
