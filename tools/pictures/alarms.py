"""Early warnings of burglaries in the sample city: the map of one night, and the year of one division, for docs/alerts.md."""

import lacrime_geo as lg

from .layouts import DIVISIONS, beside, everything, made, tall_map

NIGHT, SINCE, AREA = "2023-10-14", "2023-07-01", "Fairground"


def _judged(**options):
    return lg.alerts(everything().select(category="burglary"), areas=DIVISIONS, **options)


def alerts(work):
    """Draw the divisions in alarm, watched and quiet as judged on one night."""
    found, layer = made(work / "alerts.gpkg", _judged(as_of=NIGHT))
    alarms = f"{found.parameters['alarms']} of {len(found)} divisions in alarm"
    words = f"Burglaries reported that day · {alarms} · limits for 4 false alarms a year"
    sheet = tall_map([layer], "Early warnings, 14 October 2023", words)
    sheet.classes(layer, beside(30, 40), columns=1)
    return sheet


def watched_counts(work):
    """Draw the burglaries of one division with its limits and alarms."""
    return _judged(since=SINCE).watched_counts(AREA)


PICTURES = {"alerts": alerts, "watched_counts": watched_counts}
