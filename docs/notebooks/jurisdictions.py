# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Jurisdictions: cities of the United States, 1975–2015
#
# **The promise.** “The ten most dangerous cities, ranked”, “violent crime fell by 60 % in this county in one year”, “our model
# classifies high-crime cities with 98 % accuracy”.
#
# **Why such a number is usually wrong.** The table has a row called “National” for each year, which adds up others and is taken
# for a city, or into the total. Agencies that reported for three months of a year stand beside those of twelve. Some report no
# month and have counts all the same. Ranks are drawn from rates whose neighbours cannot be told apart, without an interval; and
# the FBI, which publishes the counts, cautions against ranking by them at all. And “high-crime” hardly ever changes from year to
# year, so that a copy of last year's label is right nearly always, and a model is praised for it: most of all if a moving mean
# among its features holds the year itself.
#
# **What is asked here.** Which agency-years can be used? How far are cities apart beyond chance, in one year? Which stay high?
# And is next year's label told any better than by last year's?

# %%
import numpy as np
import pandas as pd
from notebook_page import Claim, claims, data_folder, percent, say, show, table, told
from sklearn.ensemble import HistGradientBoostingClassifier

import lacrime_geo as lg

DATA = data_folder()

# %%
path = DATA / "us_city_crime_ucr_1975_2015.csv"
raw = pd.read_csv(path)
say(f"**{len(raw):,} rows**, {raw['department_name'].nunique()} names, {raw['year'].min()} to {raw['year'].max()}.")

# %% [markdown]
# ## As it is commonly done
#
# **Wrong**, each in its own way: names ranked by all their crimes; the sum of the column taken for the crimes of the cities; the
# largest fall from one year to the next.

# %%
by_name = raw.groupby("department_name")["violent_crime"].sum().sort_values(ascending=False)
cities = raw[raw["department_name"] != "National"]
times = raw["violent_crime"].sum() / cities["violent_crime"].sum()
moves = cities.sort_values("year").assign(
    change=lambda rows: rows.groupby("department_name")["violent_per_100k"].pct_change(fill_method=None)
)
moves = moves[moves["violent_crime"] >= 30].nsmallest(5, "change")
table(
    [
        {"wrong": "the city with most violent crimes", "found": by_name.index[0]},
        {"wrong": "violent crimes of all rows, as a multiple of those of the cities", "found": f"{times:.1f}"},
    ]
)
table(
    [
        {
            "wrong: largest falls in a year": f"{row['department_name']} {row['year']}",
            "change": percent(row["change"], 0),
            "months reported": f"{row['months_reported']:.0f}",
        }
        for _, row in moves.iterrows()
    ]
)

# %% [markdown]
# The most dangerous city is the nation. Of the five largest falls three are of years that were reported for 3 or 6 months, and
# one, of a whole year, is a count that the table itself makes doubtful: 154 crimes after 575 in 8 months. Now row by row:

# %%
assert by_name.index[0] == "National" and sorted(moves["months_reported"])[:3] == [3, 6, 6]
fairfax = cities[cities["department_name"].str.startswith("Fairfax")].set_index("year").loc[[1999, 2000]]
told(*zip(("575", "154"), (f"{count:.0f}" for count in fairfax["violent_crime"])))
told(("8", f"{fairfax['months_reported'][1999]:.0f}"))

panel = lg.read_ucr(path)
findings = panel.findings().to_dataframe().set_index("rule")
table(
    [
        {"check": rule.replace("_", " "), "rows": f"{row['rows']:,}", "what follows": row["action"]}
        for rule, row in findings[findings["rows"] > 0].iterrows()
    ]
)
say(panel.parameters["found"].capitalize() + ".")

# %% [markdown]
# Of 2,829 rows 41 are the nation; of 2,788 agency-years 2,704 can be used. Parts of a year are left out, not scaled up. The
# months of 137 rows are not told, all of 2015 among them, so that one year is looked at below: 2014.
#
# ## One year: how far apart beyond chance?
#
# A funnel shows each rate against the number of residents, with the limits that chance leaves, and those that chance and the
# usual spread of cities leave. It names nobody first.

# %%
told(("2,829", f"{len(raw):,}"), ("41", f"{findings.loc['aggregate_rows', 'rows']}"))
told(("137", f"{findings.loc['months_blank', 'rows']}"))
series = panel.series()
told(("2,704", f"{int(panel['usable'].sum()):,}"), ("2,788", f"{len(panel):,}"))

year = panel.year(2014)
funnel = lg.funnel(year, count="homicide")
show(funnel)
ranks = {kind: lg.rank_intervals(year, count=kind) for kind in ("violent", "homicide")}
spread = {
    kind: {
        "told from the middle": int((found["told_apart"] != "").sum()),
        "width": float(np.median(found["rank_high"] - found["rank_low"] + 1)),
    }
    for kind, found in ranks.items()
}
for kind, found in ranks.items():
    say(f"*{kind}*, ranks: {found.parameters['found']}.")

# %% [markdown]
# Of homicides in 65 cities, 51 lie beyond the limits that chance alone leaves: cities do differ. Beyond those that allow for
# their usual spread lie 10, and of the ranks of homicide rates the middle one has an interval of 14 places; 24 cities cannot be
# told from the median. For all violent crimes counts are so large that intervals of ranks are narrow: 4 places. That is chance
# only. What cities record as an assault, and who is in town by day, is in no interval.
#
# ## Many years: what stays high
#
# High is here above three quarters of the cities of the same year.

# %%
homicide = ranks["homicide"]
told(("65", f"{len(funnel)}"), ("51", f"{funnel.parameters['beyond_by_chance']}"))
told(("10", f"{int((funnel['position'] != 'within').sum())}"))
told(("14", f"{spread['homicide']['width']:.0f}"), ("4", f"{spread['violent']['width']:.0f}"))
told(("24", f"{int((homicide['told_apart'] == 'not told apart').sum())}"))

stays = lg.persistent_high(panel)
show(stays)
always = int((stays["share"] >= 0.9).sum())
never = int((stays["share"] == 0).sum())

# %% [markdown]
# Of 68 agencies 34 were never high and 7 in nine of ten years or more; if ranks were shuffled every year hardly any would be
# either. So whoever foretells this label has an easy task.
#
# ## Will it be high next year?
#
# First **wrong**: trees given the rate of the year before and a moving mean of three years that holds the year itself; rows
# split at random, the threshold taken from all years together, those that are scored included.

# %%
told(("68", f"{len(stays)}"), ("34", f"{never}"), ("7", f"{always}"))

rates = panel.to_dataframe()
rates = rates[rates["usable"]].sort_values(["agency", "year"])
rates["rate"] = rates["violent"] / rates["population"]
rates["before"] = rates.groupby("agency")["rate"].shift(1)
rates["mean_of_3"] = rates.groupby("agency")["rate"].transform(lambda rate: rate.rolling(3).mean())
rates = rates.dropna(subset=["before", "mean_of_3"])
limit = rates["rate"].quantile(0.75)
high, was_high = rates["rate"] > limit, rates["before"] > limit
learns = np.random.default_rng(0).random(len(rates)) < 0.8
columns = ["before", "mean_of_3"]
model = HistGradientBoostingClassifier(random_state=0).fit(rates.loc[learns, columns], high[learns])
accuracy = {
    "wrong: trees, random split": (model.predict(rates.loc[~learns, columns]) == high[~learns]).mean(),
    "a copy of last year's label": (was_high == high)[~learns].mean(),
    "never high": 1 - high[~learns].mean(),
}
table([{"told by": words, "accuracy": percent(share)} for words, share in accuracy.items()])

# %% [markdown]
# Trees, with the answer among what they know, are right in some 95 of 100, and so is a copy of the year before. Now honestly:
# learned from years before 2007, the threshold from those years too, scored on 2007 to 2015, of agencies that were not learned
# from; intervals draw agencies again.

# %%
assert all(0.94 < share < 0.97 for share in list(accuracy.values())[:2]), accuracy

found = lg.predict_high_crime(panel)
scores = found.to_dataframe()
new = scores[scores["split"] == "new agencies"].set_index(["score", "model"])


def sure(score, model, digits):
    """Return a score of new agencies with its interval."""
    row = new.loc[(score, model)]
    return f"{row['value']:.{digits}f} ({row['low']:.{digits}f} to {row['high']:.{digits}f})"


table(
    [
        {
            "told by": model.replace("_", " "),
            "PR-AUC": sure("pr_auc", model, 2),
            "Brier score (less is better)": sure("brier", model, 4),
            "above last year's label": "–"
            if model == "last_year"
            else "{difference:+.4f} ({difference_low:+.4f} to {difference_high:+.4f})".format(
                **new.loc[("brier", model)]
            ),
        }
        for model in found.models
    ]
)
show(found)

# %% [markdown]
# No model is surely better than last year's label by Brier's score, and the best number in the table belongs to a curve of last
# year's rate alone (0.0109). A score near 1 is no merit of a model where nothing changes: ask first what last year's number has.
#
# ## Claims

# %% tags=["hide-input"]
told(("0.0109", f"{new.loc[('brier', 'last_rate'), 'value']:.4f}"))
assert new.loc["brier"]["value"].idxmin() == "last_rate"
assert not (new.loc["brier"]["difference_high"] < 0).any()
assert int(found.parameters["test_since"]) == 2007

brier = {model: new.loc[("brier", model)] for model in ("last_rate", "logistic_regression")}
claims(
    [
        Claim(
            name="agency-years that can be used",
            value=int(panel["usable"].sum()),
            unit=f"of {len(panel):,} agency-years",
            n=int(panel["violent"][panel["usable"]].sum()),
            period="1975 to 2015",
            method="checks of read_ucr; parts of a year left out",
            code="int(panel['usable'].sum())",
        ),
        Claim(
            name="cities beyond the limits of chance and usual spread",
            value=int((funnel["position"] != "within").sum()),
            unit=f"of {len(funnel)} cities",
            n=int(funnel["count"].sum()),
            period="2014",
            method="funnel of homicide rates, 95 % limits, additive overdispersion",
            code="int((lg.funnel(year, count='homicide')['position'] != 'within').sum())",
            baseline=f"chance alone: {funnel.parameters['beyond_by_chance']} beyond",
        ),
        Claim(
            name="cities high in nine of ten years or more",
            value=always,
            unit=f"of {len(stays)} agencies",
            n=int(panel["violent"][panel["usable"]].sum()),
            period="1975 to 2015",
            method="above the 75 % quantile of the year",
            code="int((lg.persistent_high(panel)['share'] >= 0.9).sum())",
            baseline="ranks shuffled each year: fewer than 0.01",
        ),
        *(
            Claim(
                name=f"Brier score of {model.replace('_', ' ')}",
                value=float(row["value"]),
                unit="squared error of the chance",
                n=int(row["agency_years"]),
                period="1975 to 2015, scored 2007 to 2015",
                method="predict_high_crime",
                code=f"float(new.loc[('brier', {model!r}), 'value'])",
                interval=(float(row["low"]), float(row["high"])),
                level=95,
                split="later years of agencies not learned from; n are agency-years",
                baseline=f"last year's label: {new.loc[('brier', 'last_year'), 'value']:.4f}",
            )
            for model, row in brier.items()
        ),
    ],
    globals(),
)

# %% [markdown]
# ## What this does not show
#
# * **Where it is dangerous.** The rate of residents is not the risk of those who are there, and reported crime is not crime.
# * **A ranking.** Cities differ in who lives there, who comes by day, how large an area is policed, and in how they record.
# * **Other cities.** These are 68 large ones, chosen for being large.
# * **Across changes of definition** (rape from 2013 on, NIBRS in place of summaries), which look like crime.
