"""The forecast that chooses for itself: what it sees, what it falls back on, how it does on real counts."""

import numpy as np

from lacrime_geo.forecasting.automatic import Automatic
from lacrime_geo.forecasting.models import Panel, Series
from lacrime_geo.forecasting.smoothing import Smoothing
from lacrime_geo.forecasting.validation import validation_origins

MONTHS = np.arange("2020-01", "2023-11", dtype="M8[M]").astype("M8[D]")


def test_origins_end_within_the_history():
    origins = validation_origins(Panel(np.ones((1, 46)), MONTHS, "month"), 3, 18)
    assert max(origins.known) + origins.horizon == 46
    assert min(origins.known) >= 18


def test_short_histories_are_smoothed_and_it_is_said():
    fitted = Automatic().fit(Series(np.arange(8.0), MONTHS[:8], "month"))
    assert fitted.parameters["chosen"] == "smoothing"
    assert "past origins could be scored" in fitted.parameters["why"]


def test_a_clear_season_is_found():
    season = 100 + 60 * np.sin(2 * np.pi * np.arange(49) / 12)
    found = Automatic().fit(Series(season[:46], MONTHS, "month"))
    assert found.parameters["chosen"] != "smoothing"
    assert np.abs(found.predict(3).mean - season[46:]).mean() < 12


def test_real_counts_are_forecast_better_than_by_smoothing(lacrime_data):
    import pandas as pd

    table = pd.read_parquet(lacrime_data / "lapd_monthly_division_category_2020-01_2023-10.parquet")
    wide = table.groupby(["area", "category", "period"]).crimes.sum().unstack(fill_value=0)
    wide = wide[wide.mean(axis=1) >= 10]
    keys = {name: wide.index.get_level_values(name).to_numpy() for name in ("area", "category")}
    panel = Panel(wide.to_numpy(), MONTHS, "month", keys=keys)
    missed = np.zeros(3)
    for known in range(36, 44):
        truth = panel.values[:, known : known + 3]
        means = [model.fit_many(panel.until(known)).predict(3, ()).mean for model in (Automatic(), Smoothing())]
        missed += [np.abs(mean - truth).sum() for mean in (*means, panel.values[:, known - 12 : known - 9])]
    assert missed[0] <= 0.70 * missed[2]
    assert missed[0] < missed[1]
