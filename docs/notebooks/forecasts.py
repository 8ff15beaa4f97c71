# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Forecasts of crime counts
#
# **The promise.** “Our model forecasts crime with an R² of .95”, “92 % accuracy”, “better than the department's own”.
#
# **Why such a number is usually wrong.** R² over series of different sizes is mostly which series is the larger: a constant for
# each has a high one. Rows are split at random, so that the model has seen the month before and the month after the one it is
# asked for; moving means include the month itself. “Accuracy” is 100 less the mean error in per cent, of whichever series makes
# that small. The last weeks of a file are not all reported yet, and look like a fall that any model can foretell. There is no
# baseline, or a poor one. And counts are joined across a change of records, as that of the Los Angeles police to NIBRS from
# March 2024 on, which no model of crime can know.
#
# **What is asked here.** Of 222 series, the months of a division and a category of Los Angeles from January 2020 to October 2023
# with at least ten incidents a month: how far off are forecasts of one to three months ahead, at past months, beside the same
# month of last year and beside simple smoothing? And do the intervals hold what they promise?

# %%
import numpy as np
import pandas as pd
from notebook_page import Claim, claims, data_folder, percent, say, show, table, told
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import r2_score

import lacrime_geo as lg
from lacrime_geo.forecasting.leak_guards import refuse_leaks

DATA = data_folder()

# %%
rows = pd.read_parquet(DATA / "lapd_monthly_division_category_2020-01_2023-10.parquet")
keys = ["area", "category"]
counted = rows.groupby([*keys, "period"], as_index=False)["crimes"].sum().rename(columns={"crimes": "count"})
a_month = counted.groupby(keys)["count"].transform("sum") / counted["period"].nunique()
counted = counted[a_month >= 10].reset_index(drop=True)
counted.attrs["agency"] = "LAPD"  # so that the guard against the change of records knows
series = counted.groupby(keys).ngroups
say(f"**{series} series** of {counted['period'].nunique()} months, {counted['count'].sum():,} incidents.")

# %% [markdown]
# ## As it is commonly done
#
# **Wrong**: a learner is given the division, the category, the month, the count of the month before, and a moving mean of three
# months that ends with the month to be told; four fifths of the rows, taken at random, are learned from. Beside it the same
# learner with what is known a month before, and scored on the last months only; and a constant for each series, its mean until
# then.

# %%
told(("222", f"{series}"))
learned = counted.sort_values([*keys, "period"]).copy()
by_series = learned.groupby(keys)["count"]
learned["area_code"], learned["kind"] = (learned[key].astype("category").cat.codes for key in keys)
learned["month"] = learned["period"].str[5:].astype(int)
learned["before"], learned["last_year"] = by_series.shift(1), by_series.shift(12)
learned["mean_of_3"] = by_series.transform(lambda count: count.rolling(3).mean())
learned["mean_of_3_before"] = learned.groupby(keys)["mean_of_3"].shift(1)
learned = learned.dropna()
PLACE = ["area_code", "kind", "month", "before", "last_year"]


def r2(features, known, scored):
    """Return R² of a learner fitted on some rows and scored on others."""
    model = HistGradientBoostingRegressor(random_state=0).fit(learned.loc[known, features], learned.loc[known, "count"])
    return r2_score(learned.loc[scored, "count"], model.predict(learned.loc[scored, features]))


chosen = pd.Series(np.random.default_rng(0).random(len(learned)) < 0.8, index=learned.index)
past = learned["period"] < "2023-01"
constant = learned[past].groupby(keys)["count"].mean()
later = learned[~past]
of_size = r2_score(later["count"], pd.MultiIndex.from_frame(later[keys]).map(constant).to_numpy())
void = r2([*PLACE, "mean_of_3"], chosen, ~chosen)
honest = r2([*PLACE, "mean_of_3_before"], past, ~past)
table(
    [
        {"what": "wrong: random split, mean with the month itself", "R²": f"{void:.2f}"},
        {"what": "the same learner, known before, scored on 2023", "R²": f"{honest:.2f}"},
        {"what": "a constant for each series, scored on 2023", "R²": f"{of_size:.2f}"},
    ]
)
one = learned[(learned["area"] == "Central") & (learned["category"] == "Property – Theft")]
refusals = []
for guard, *asked in (
    (refuse_leaks, one["count"], {"mean of 3": one["mean_of_3"]}),
    (lg.refuse_random_split, *(pd.to_datetime(learned.loc[some, "period"]).to_numpy() for some in (chosen, ~chosen))),
):
    try:
        guard(*asked)
    except ValueError as refused:
        refusals.append(str(refused))
        say(f"Refused: {refused}")

# %% [markdown]
# A constant, which forecasts nothing, has most of that R² already: it tells that there is more theft downtown than robbery in
# the hills. So R² is no measure of a forecast over such series, and the library's guards refuse both the moving mean and the
# split.
#
# ## The last weeks of a file
#
# West Los Angeles, whose file tells when each incident was reported. On 1 May 2021 the last weeks before it looked like a fall:

# %%
assert void > 0.93 > honest and of_size > 0.75 and len(refusals) == 2, (void, honest, of_size)

west = lg.read_lapd(DATA / "lapd_west_la_2020-03_2021-07_28col.parquet")
day = pd.Timestamp("2021-05-01")
weeks = ((day - west["occurred"]).dt.days // 7).where(west["occurred"] < day)
known = west["reported"] < day
by_week = pd.DataFrame({"known": weeks[known].value_counts(), "later": weeks.value_counts()}).sort_index().iloc[:8]
by_week["share"] = by_week["known"] / by_week["later"]
table(
    [
        {
            "weeks before 1 May 2021": f"{int(week)} to {int(week) + 1}",
            "known on that day": int(row["known"]),
            "known in the end": int(row["later"]),
            "share known": percent(row["share"], 0),
        }
        for week, row in by_week.iterrows()
    ]
)

# %% [markdown]
# Of the last week 76 % were known, of the week before 89 %. `lg.counts` ends a table where 95 % are reported, and backtests
# leave that gap ([reporting lag](../reporting_lag.md)). The monthly file below does not say when incidents were reported; it was
# taken long after its last month.
#
# ## Beside baselines, at past months
#
# At each of eight months, December 2022 to July 2023, every model is fitted to what was known by then and forecasts the next
# three. *Seasonal naive* is the count of the same month of the year before; *smoothing* is a level that follows the counts
# (Brown 1956); `auto` weighs models by their past errors.

# %%
told(("76 %", percent(by_week["share"].iloc[0], 0)), ("89 %", percent(by_week["share"].iloc[1], 0)))

found = lg.backtest(counted, ["auto"], horizon=3, origins=8)
at = {name: row for row, name in enumerate(found["model"])}
table(
    [
        {
            "model": name,
            "mean absolute error": f"{found['mae'][row]:.1f} a month",
            "of seasonal naive": f"{found['to_seasonal_naive'][row]:.3f}",
            "of smoothing": f"{found['to_smoothing'][row]:.3f}",
            "p against naive": "–" if np.isnan(found["dm_p"][row]) else f"{found['dm_p'][row]:.4f}",
            "within the 80 %": percent(found["coverage80"][row]),
            "within the 95 %": percent(found["coverage95"][row]),
            "R² over all": f"{found['r2'][row]:.2f}",
            "R² within series": f"{found['r2_within'][row]:.2f}",
        }
        for name, row in at.items()
    ]
)
show(found)

# %% [markdown]
# `auto` is off by 12.7 incidents a month, 0.680 times the error of seasonal naive and 0.957 times that of smoothing: a third
# better than the poor baseline, 4 % better than the good one. Its R² over all is .86, and within series it is below 0: within
# three months of a series there is little but chance to be told. Intervals of 95 % held 94.9 % of the counts.
#
# By origin, and in how many series:

# %%
told(("12.7", f"{found['mae'][at['auto']]:.1f}"), (".86", f"{found['r2'][at['auto']]:.2f}"[1:]))
told(("0.680", f"{found['to_seasonal_naive'][at['auto']]:.3f}"), ("94.9 %", percent(found["coverage95"][at["auto"]])))
told(("0.957", f"{found['to_smoothing'][at['auto']]:.3f}"), ("4 %", percent(1 - found["to_smoothing"][at["auto"]], 0)))
assert found["r2_within"][at["auto"]] < 0

by_origin = found.by_origin().to_dataframe().pivot(index="origin", columns="model", values="mae")
coverage = found.by_origin().to_dataframe().pivot(index="origin", columns="model", values="coverage80")["auto"]
table(
    [
        {
            "known until": f"{origin:%Y-%m}",
            "auto, of seasonal naive": f"{row['auto'] / row['seasonal naive']:.3f}",
            "auto, of smoothing": f"{row['auto'] / row['smoothing']:.3f}",
            "within the 80 %": percent(coverage[origin]),
        }
        for origin, row in by_origin.iterrows()
    ]
)
single = found.by_series().to_dataframe()
ratios = single[single["model"] == "auto"]["to_seasonal_naive"].to_numpy()
worse = int((ratios >= 1).sum())
unbeaten = int((~found.winners()["beats_naive"].astype(bool)).sum())

# %% [markdown]
# At every origin `auto` errs less than seasonal naive, between .61 and .85 of it. In 30 of the 222 series it errs as much or
# more, and in 28 neither it nor smoothing is better: with so many series some such are to be expected by chance. Where someone
# shows one district with an error of a few per cent, ask for the other 221. ([More models and what they are
# worth](../forecasts.md#what-they-are-worth-in-los-angeles).)
#
# ## Claims

# %% tags=["hide-input"]
shares = by_origin["auto"] / by_origin["seasonal naive"]
told((".61", f"{shares.min():.2f}"[1:]), (".85", f"{shares.max():.2f}"[1:]))
told(("30", f"{worse}"), ("28", f"{unbeaten}"), ("221", f"{series - 1}"))
scored = dict(
    n=int(counted.loc[counted["period"] >= "2023-01", "count"].sum()),
    period="2020-01 to 2023-10, scored 2023-01 to 2023-10",
    split="8 origins a month apart, each with the months before it; 1 to 3 months ahead",
)
code = "float(found[{!r}][found['model'].tolist().index('auto')])".format
claims(
    [
        Claim(
            name="error of auto as a share of seasonal naive's",
            value=float(found["to_seasonal_naive"][at["auto"]]),
            unit="mean absolute error",
            method=f"backtest of 222 series; Diebold-Mariano over origins, p = {found['dm_p'][at['auto']]:.4f}",
            code=code("to_seasonal_naive"),
            baseline=f"seasonal naive: {found['mae'][at['seasonal naive']]:.1f} a month",
            **scored,
        ),
        Claim(
            name="error of auto as a share of smoothing's",
            value=float(found["to_smoothing"][at["auto"]]),
            unit="mean absolute error",
            method="the same",
            code=code("to_smoothing"),
            baseline=f"smoothing: {found['mae'][at['smoothing']]:.1f} a month",
            **scored,
        ),
        Claim(
            name="counts within auto's intervals of 95 %",
            value=float(found["coverage95"][at["auto"]]),
            unit="of the counts",
            method="the same; negative binomial, made to hold what they promise (conformal)",
            code=code("coverage95"),
            baseline="promised: 0.95",
            **scored,
        ),
        Claim(
            name="series in which auto errs no less than seasonal naive",
            value=worse,
            unit=f"of {series} series",
            method="the same, 24 forecasts of each series",
            code="int((ratios >= 1).sum())",
            baseline="seasonal naive",
            **scored,
        ),
    ],
    globals(),
)

# %% [markdown]
# ## What this does not show
#
# * **Crime.** Counts are of reports; a web form, a campaign or a clerk's holiday is in them.
# * **Another time.** Eight overlapping origins are eight months of one year, and the three months after one share their
#   surprises.
# * **That `auto` will win elsewhere.** It was designed with these months at hand; on [the days of West Los
#   Angeles](../forecasts.md#days) it is hardly better than smoothing.
# * **After the change of records** in March 2024, for which these counts say nothing.
# * **What to do.** A mean with its interval is for planning and for seeing what is unusual, and tells no unit where to go.
