"""Fill the tables of real places in docs/interventions.md again: `python -m tools.intervention_tables DATA [null planted …]`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import lacrime_geo as lg
from lacrime_geo.interventions.panel_ratios import effect, groupings, log_ratios, regrouped_p
from lacrime_geo.interventions.segmented_regression import Steps, segmented
from tools.filling import fill
from tools.markdown import number, percent, table
from tools.readme_tables import ROOT

from . import drawn_trials
from .drawn_trials import ALIKE, ANY, BOTH_HIGH, HIGH

PAGE = ROOT / "docs" / "interventions.md"
TRIALS, PLANTED, SERIES = 400, 200, 300
WEST_LA, CITYWIDE = "lapd_west_la_2020-03_2021-07_28col.parquet", "lapd_citywide_2023-09_2023-10.parquet"


def west_la(folder):
    """Return the incidents of West Los Angeles, 15 March 2020 to 31 July 2021."""
    return lg.as_incidents(Path(folder) / WEST_LA)


def null(folder, trials=TRIALS):
    """Return how often each statistic tells a change where nothing began."""
    rows, incidents = [], west_la(folder)
    for days in (28, 56):
        for how in (ANY, ALIKE, HIGH, BOTH_HIGH):
            told, before = drawn_trials.shares(drawn_trials.trials(incidents, days, how, trials))
            rows.append([f"West LA, {days} days", how, number(np.median(before), 0), *map(percent, told.values())])
    city = lg.as_incidents(Path(folder) / CITYWIDE)
    told, before = drawn_trials.shares(drawn_trials.trials(city, 28, ALIKE, trials, placebos=0))
    cells = [percent(share) if "widened" not in name else "–" for name, share in told.items()]
    rows.append(["whole city, 28 days", ALIKE, number(np.median(before), 0), *cells])
    return table(["incidents", "areas", "before (median)", *told], rows)


def planted(folder, trials=PLANTED):
    """Return how often a share of incidents taken out of the treated area is told."""
    rows, incidents = [], west_la(folder)
    for days in (28, 56):
        drawn = list(drawn_trials.trials(incidents, days, ALIKE, trials, seed=1))
        for share in (0.3, 0.5, 0.7):
            told, before = drawn_trials.shares(drawn, drawn_trials.taken_out(share))
            promised = drawn_trials.promised(drawn, share)
            cells = [told[name] for name in ("difference, Poisson", "difference, widened", "ratio", "treated alone")]
            shown = [*cells[:2], promised["wdd"], cells[2], promised["irr"], cells[3]]
            rows.append([f"{days} days", f"{100 * share:.0f} %", number(np.median(before), 0), *map(percent, shown)])
    header = ["periods of", "taken out", "before (median)", "difference, Poisson", "difference, widened"]
    return table([*header, "promised", "ratio", "promised", "treated alone"], rows)


def series(folder, trials=SERIES):
    """Return how often an interrupted series and a difference of areas tell a change where nothing began."""
    placed = west_la(folder).located()
    rows = [
        ["interrupted series by week, one disc", "level", *_series(placed, trials, 1)],
        ["interrupted series by week, disc and control", "level", *_series(placed, trials, 2)],
        *areas_told(placed, trials),
    ]
    return table(["method", "of", "trials", "told"], rows)


def _series(placed, trials, groups):
    from scipy.special import stdtr

    random, told, tried = np.random.default_rng(3), [], 0
    day = (placed.when - placed.when.min()).astype("m8[D]").astype(int)
    weeks = (day.max() + 1) // 7
    while len(told) < trials:
        rows = random.choice(placed.size, groups, replace=False)
        x, y = placed.easting, placed.northing
        near = [(x - x[row]) ** 2 + (y - y[row]) ** 2 <= drawn_trials.RADIUS**2 for row in rows]
        counts = np.array([np.bincount(day[one] // 7, minlength=weeks + 1)[:weeks] for one in near])
        if counts.mean() < 2:
            continue
        before = int(random.integers(30, weeks - 12))
        found = segmented(Steps(counts, (np.arange(weeks) - before) * 7 + 3.5, np.full(weeks, 7.0)))
        estimate, error = found.ratio(0)
        told.append(2 * stdtr(found.freedom, -abs(estimate / error)) <= 0.05)
        tried += 1
    return [str(tried), percent(np.mean(told))]


def areas_told(placed, trials):
    """Return the shares of groupings of squares of a kilometre that the errors by areas, and those of regrouping, tell."""
    from scipy.special import stdtr

    random = np.random.default_rng(4)
    cell = (placed.easting // 1000).astype(int) * 100_000 + (placed.northing // 1000).astype(int)
    names, number_of = np.unique(cell, return_inverse=True)
    day = (placed.when - placed.when.min()).astype("m8[D]").astype(int) // 28
    counts = np.zeros((names.size, day.max()))
    inside = day < day.max()
    np.add.at(counts, (number_of[inside], day[inside]), 1)
    counts = counts[counts.sum(axis=1) >= 50]
    by_area, regrouped = [], []
    for trial in range(trials):
        some = counts[random.choice(len(counts), 16, replace=False)]
        group, after = np.arange(16) < 8, np.arange(some.shape[1]) >= random.integers(6, some.shape[1] - 3)
        found = effect(some, group, after, ~after)
        by_area.append(2 * stdtr(14, -abs(found.log_ratio / found.error)) <= 0.05)
        others = groupings(16, 8, trial)
        regrouped.append(regrouped_p(log_ratios(some, others, after, ~after), found.log_ratio) <= 0.05)
    what = "difference in differences, 8 squares of a km² against 8"
    return [
        [what, name, str(trials), percent(np.mean(told))]
        for name, told in (("errors by areas", by_area), ("p_regrouped", regrouped))
    ]


TABLES = {"null": null, "planted": planted, "series": series}

if __name__ == "__main__":
    fill(PAGE, TABLES, __doc__)
