"""Forecasts of the sample city: the map of one day, and the counts to come, for docs/forecasts.md."""

import numpy as np

import lacrime_geo as lg

from .layouts import DIVISIONS, beside, everything, made, tall_map

MODEL = "smoothing"


def forecast_map(work):
    """Draw the incidents expected in each division on the first day of 2024, and which of them are sure changes."""
    result = lg.forecast_areas(everything(), areas=DIVISIONS, model=MODEL)
    found, layer = made(work / "forecast.gpkg", result)
    sure = np.isin(found["change_sure"], ["rise", "fall"])[found["period"] == found["period"].min()]
    words = f"By {MODEL} · in {sure.sum()} of {sure.size} divisions last year's count is beyond the 80 % interval"
    sheet = tall_map([layer], "Incidents expected on 1 January 2024", words, names=False)
    sheet.classes(layer, beside(30, 40), columns=1, high=9)
    return sheet


def forecast(work):
    """Draw the incidents of a day by category, and those expected in the next two weeks."""
    return lg.forecast(lg.counts(everything(), freq="D", by="category"), horizon=14)


PICTURES = {"forecast_map": forecast_map, "forecast": forecast}
