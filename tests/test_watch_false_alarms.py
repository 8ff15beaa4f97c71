"""How often a watch says "distrust" where nothing changes: drawn again, with the figures that docs/watch.md tells."""

import numpy as np
import pytest
from pages import Page

import lacrime_geo as lg
from lacrime_geo.parameters import Unsaid
from lacrime_geo.watching.forecast_rows import true_forecasts
from lacrime_geo.watching.kept_promises import kept_promises
from lacrime_geo.watching.known_data import known_data
from lacrime_geo.watching.monitors import DISTRUST
from lacrime_geo.watching.past_changes import whole_weeks
from lacrime_geo.watching.run_rows import numbers_lacking
from lacrime_geo.watching.watched_data import monitors_of

PAGE = Page("watch.md")
BEGIN = np.datetime64("2020-01-06")
YEARS, WEEKS = 40, 52
# Those of West Los Angeles: reported on the day, within days, and much later.
DELAYS, SHARES = (0, 1, 3, 7, 14, 30, 60, 90), (0.43, 0.22, 0.1, 0.08, 0.06, 0.05, 0.04, 0.02)


def stable_city(seed):
    """Return incidents of three years in which nothing happens but weekdays, a season and chance, more scattered than Poisson."""
    random = np.random.default_rng(seed)
    days = BEGIN + np.arange(3 * 364)
    level = (
        25 * (1 + 0.1 * np.sin(2 * np.pi * np.arange(days.size) / 364)) * np.tile(1 + 0.1 * np.cos(np.arange(7)), 156)
    )
    count = random.negative_binomial(level / 0.5, 1 / 1.5)
    when = np.repeat(days, count).astype("M8[s]") + random.integers(60, 86_400, count.sum()).astype("m8[s]")
    reported = when + random.choice(DELAYS, when.size, p=SHARES).astype("m8[D]")
    kinds = random.choice([f"kind {number}" for number in range(8)], when.size, p=np.arange(1, 9) / 36)
    east, north = random.normal(0, 3000, (2, when.size))
    east[random.random(when.size) < 0.003] = np.nan
    north[np.isnan(east)] = np.nan
    return lg.Incidents(
        east + 380_000, north + 3_768_000, when=when, reported=reported, category=kinds.astype(object), crs="EPSG:32611"
    )


def distrusts(verdicts):
    """Return how often a monitor turns to distrust, of verdicts in the order of runs."""
    bad = np.array([verdict == DISTRUST for verdict in verdicts])
    return int((bad & ~np.append(False, bad[:-1])).sum())


def of_data(seed):
    """Return how often each monitor of the data turns to distrust in a year of weekly runs."""
    incidents, weeks, runs, verdicts = stable_city(seed), [], [], {}
    for end in BEGIN + 7 * np.arange(2 * 52, 2 * 52 + WEEKS) - 1:
        known = known_data(incidents, None, None, str(end), Unsaid())
        for one in monitors_of(known, runs, weeks, [], "week"):
            verdicts.setdefault(one.name, []).append(one.verdict)
        weeks = whole_weeks(known)
        runs.append({"incidents": known.incidents.size, **numbers_lacking(known)})
    return {name: distrusts(found) for name, found in verdicts.items()}


def of_forecasts(seed, weeks):
    """Return how often both monitors of forecasts turn to distrust, where these keep 80 % and are as good as naive."""
    random = np.random.default_rng(seed)
    begin = (BEGIN + 7 * np.arange(weeks)).astype(str).tolist()
    end = (BEGIN + 7 * np.arange(weeks) + 6).astype(str).tolist()
    inside, errors = random.random(weeks) < 0.8, random.normal(0, 10, (2, weeks))
    scores = [
        dict(
            area="all",
            forecast_run=number,
            made_on="2000-01-01",
            target_begin=begin[number],
            target_end=end[number],
            inside80=int(inside[number]),
            error=errors[0, number],
            naive_error=errors[1, number],
        )
        for number in range(weeks)
    ]
    assert len(true_forecasts(scores)) == weeks
    found = [kept_promises(scores[max(number - 20, 0) : number], "week") for number in range(1, weeks + 1)]
    return [distrusts([pair[at].verdict for pair in found]) for at in (0, 1)]


@pytest.mark.slow
def test_false_distrusts_are_as_few_as_the_page_says():
    years = [of_data(seed) for seed in range(YEARS)]
    each = {name: sum(year[name] for year in years) for name in years[0]}
    weeks = 20_000
    promised = [found / (weeks / 52) for found in of_forecasts(0, weeks)]
    rows = {row[0]: row for row in PAGE.table_under("## What is watched")}
    assert f"{sum(each.values())} in {YEARS} simulated years" in PAGE.prose
    assert [f"{rate:.2f}" for rate in promised] == [rows[name][-1].split()[0] for name in list(each)[-2:]]
